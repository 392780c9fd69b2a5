//! The secret engine: rules and a scanner over bytes.
//!
//! Three kinds of evidence. **Shape**: [`scan`] and [`Stream`] find what looks like a provider's
//! credential. **Structure**: the same scan finds plausible values behind the name of a credential;
//! [`credential_name`] and [`plausible_secret`] are its two halves for parsed configuration.
//! **Value**: [`ValueSearch`] finds known secrets in every encoding. `audit`, the gateway's guard
//! and the journal call it.
//!
//! **Invariant:** pure. Bytes in, matches out; no file, clock, network or environment, and no state
//! but automata that are built on first use. No match carries the bytes that it found.

mod assign;
mod checks;
mod engine;
mod extent;
mod fakes;
mod literals;
mod mask;
mod name;
#[cfg(test)]
mod near_misses;
mod notation;
mod placeholder;
mod provider;
mod random;
mod redact;
mod rule;
mod rules;
mod separator;
mod stream;
mod url;
mod value;
mod value_search;
mod window;
mod words;

pub use engine::{Match, PRIVATE_KEY_CAP, TOKEN_CAP};
pub use fakes::{Dice, fake};
pub use mask::mask;
pub use name::{NameHint, credential_name};
pub use placeholder::is_placeholder;
pub use redact::{Redactor, Replacement};
pub use rule::{Confidence, Encoding, Examples, Part, Reader, Rule, Severity, Shape};
pub use rules::{Family, GENERIC_ID, families, rule, rules};
pub use stream::{Stream, scan};
pub use url::credential_in_url;
pub use value::{is_reference, plausible_secret};
pub use value_search::{
    SHORTEST_BASE64_VALUE, SHORTEST_VALUE, ValueMatch, ValueSearch, ValueStream,
};
pub use window::Alphabet;
