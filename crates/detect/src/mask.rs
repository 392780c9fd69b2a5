//! How a secret may be shown: the public prefix of its rule and its length.
//!
//! Every report and log line that mentions a value goes through it.
//!
//! **Invariant:** no byte of a secret beyond a rule's public prefix, and never its end.

use crate::rules::rules;
use crate::stream::scan;

/// A password may happen to begin with a shorter prefix (`pat`, `re_`); then it would show.
const TELLING: usize = 6;

/// Tells whether the whole value has a provider's shape.
fn is_token(value: &[u8]) -> bool {
    scan(value)
        .first()
        .is_some_and(|found| found.span == (0..value.len()))
}

/// Masks a value: `sk-ant-api03-…(108)`, or `…(40)` when it has no public prefix.
pub fn mask(value: &[u8]) -> String {
    let prefix = rules()
        .iter()
        .flat_map(|rule| rule.prefixes)
        .filter(|prefix| value.starts_with(prefix.as_bytes()) && value.len() >= prefix.len() + 8)
        .filter(|prefix| prefix.len() >= TELLING || is_token(value))
        .max_by_key(|prefix| prefix.len())
        .copied()
        .unwrap_or_default();
    format!("{prefix}…({})", value.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dice, fake, rules};

    #[test]
    fn masks_show_a_public_prefix_and_a_length_only() {
        let mut dice = Dice::new(7);
        for rule in rules() {
            let value = fake(rule, &mut dice);
            let shown = mask(value.as_bytes());
            let prefix = shown.split('…').next().unwrap();
            let public = rules().iter().any(|rule| rule.prefixes.contains(&prefix));
            assert!(prefix.is_empty() || public, "{}: {shown}", rule.id);
            assert!(shown.ends_with(&format!("…({})", value.len())));
        }
        assert_eq!(mask(b"hunter2"), "…(7)");
        assert_eq!(mask(b"sk-abc"), "…(6)");
        assert_eq!(mask(b"patricia-1987!"), "…(14)");
    }
}
