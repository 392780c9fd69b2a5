//! What hand-written shapes share: where a token ends, and how a finding is made.
//!
//! The readers in the tables of this folder call it.
//!
//! **Invariant:** looks at most one byte behind a token.

use crate::engine::encoding_of;
use crate::rule::{Confidence, Read};
use crate::window::{URL64, Window};
use std::ops::Range;

/// Makes a certain finding of `span`.
pub(super) fn found(window: &Window<'_>, span: Range<usize>) -> Option<Read> {
    let encoding = encoding_of(window.slice(span.clone()));
    Some(Read {
        span,
        confidence: Confidence::High,
        encoding,
    })
}

/// Tells whether a token may end here: nothing that could belong to it follows.
pub(super) fn closed(window: &Window<'_>, end: usize) -> bool {
    window.at(end).is_none_or(|byte| !URL64.has(byte))
}
