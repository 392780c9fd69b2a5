//! What a rule is: who issues the credential, what it opens, where to revoke it, how it looks.
//!
//! The tables in `rules/` are made of it; the scanner, the masks and the documentation read it.
//!
//! **Invariant:** a rule is data. It holds no state and no text that has the shape of a real key;
//! examples are made by [`crate::fakes`].

use crate::window::{Alphabet, Window};
use std::fmt;
use std::ops::Range;

/// How much damage the credential does in foreign hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Identifies somebody, or opens something of little value.
    Low,
    /// Opens a limited service, or only for a short time.
    Medium,
    /// Spends money, reads private data or runs code.
    High,
}

/// How sure the engine is that a match is a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A value that looks random under a name that sounds like a credential.
    Low,
    /// A provider's shape, or a provider's variable name with a plausible value.
    Medium,
    /// A shape that only this provider uses, or one whose checksum is right.
    High,
}

/// How the bytes of a span relate to the value that they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The value itself.
    Raw,
    /// The value as it stands in a JSON string, nested this many times (1 is a plain string).
    Json {
        /// Levels of escaping.
        depth: u8,
    },
    /// `%XX`.
    Percent,
    /// Base64, standard or URL alphabet; the span may begin and end inside the encoded text.
    Base64,
}

/// One piece of a token after its prefix.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// These bytes.
    Lit(&'static str),
    /// Between `min` and `max` bytes of a set, as many as there are.
    Run(Alphabet, usize, usize),
    /// At most this many `=`.
    Pad(usize),
}

/// How a credential looks.
#[derive(Clone, Copy)]
pub enum Shape {
    /// It has no shape of its own; the name of the field or variable tells.
    Named,
    /// One of the rule's prefixes and then these parts.
    Token(&'static [Part]),
    /// A hand-written reader.
    Read(Reader),
}

/// A hand-written shape: the literals that wake it and the function that reads it.
#[derive(Clone, Copy)]
pub struct Reader {
    pub(crate) anchors: &'static [&'static str],
    /// The token begins with the anchor, so the anchor counts only where a word may begin.
    pub(crate) opens: bool,
    pub(crate) read: fn(&Window<'_>, usize) -> Option<Read>,
}

/// What a hand-written shape found.
pub(crate) struct Read {
    pub(crate) span: Range<usize>,
    pub(crate) confidence: Confidence,
    pub(crate) encoding: Encoding,
}

/// Where the examples of a rule come from.
#[derive(Clone, Copy)]
pub enum Examples {
    /// Random bytes poured into the shape; for a rule without one, 40 letters and digits.
    Shape,
    /// A generator of its own, for checksums and structured tokens.
    Made(fn(&mut crate::fakes::Dice) -> String),
}

/// One kind of credential.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Stable name, as `openai-api-key`.
    pub id: &'static str,
    /// Who issues it, as people write it.
    pub provider: &'static str,
    /// OpenClaw's provider id when it is a model provider, else empty.
    pub provider_id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// How much damage it does.
    pub severity: Severity,
    /// What it gives access to.
    pub opens: &'static str,
    /// Where its owner revokes it: a URL, or what to do.
    pub revoke: &'static str,
    /// Where the format is documented; says so when it is only believed.
    pub source: &'static str,
    /// The public literals that the credential begins with.
    pub prefixes: &'static [&'static str],
    /// How it looks.
    pub shape: Shape,
    /// Several providers use this shape: a variable name in front of it decides whose it is.
    pub shared_shape: bool,
    /// Looks at a token that has the shape; `None` rejects it. Gets the token and the length of
    /// its prefix.
    pub check: fn(&[u8], usize) -> Option<Confidence>,
    /// Variable names that hold it.
    pub env_names: &'static [&'static str],
    /// Where its examples come from.
    pub examples: Examples,
    /// Texts that look like it and are not.
    pub counter_examples: &'static [&'static str],
}

impl Rule {
    /// What a table entry starts from; the fields that say what it is stay empty.
    pub(crate) const BLANK: Self = Self {
        id: "",
        provider: "",
        provider_id: "",
        title: "",
        severity: Severity::High,
        opens: "",
        revoke: "",
        source: "",
        prefixes: &[],
        shape: Shape::Named,
        shared_shape: false,
        check: crate::checks::random,
        env_names: &[],
        examples: Examples::Shape,
        counter_examples: &[],
    };
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.id).finish()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}
