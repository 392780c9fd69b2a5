//! What a check found at a place, before it is merged into findings.
//!
//! **Invariant:** a candidate holds its value only until it is admitted to the vault; a hit holds
//! an id.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use bedlock_detect::Rule;
use bedlock_formats::Segment;
use bedlock_model::{Evidence, RowKey};
use zeroize::Zeroizing;

use crate::vault::SecretId;

/// Where in a place.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    /// Bytes of the file (or of an environment block).
    Bytes(Range<u64>),
    /// Bytes of a value in a database row.
    Cell(CellAt),
}

/// A stretch of a value in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct CellAt {
    /// Table.
    pub table: String,
    /// Which row.
    pub key: RowKey,
    /// Number of the row among those read, from 1.
    pub row: u64,
    /// Column.
    pub column: String,
    /// Bytes of the value, after decompression.
    pub range: Range<usize>,
    /// Whether the value is stored compressed (zstd), as OpenClaw does with long events.
    pub packed: bool,
}

impl At {
    pub(crate) fn sort_key(&self) -> (u8, &str, u64, &str, u64) {
        match self {
            Self::Bytes(range) => (0, "", 0, "", range.start),
            Self::Cell(cell) => (
                1,
                &cell.table,
                cell.row,
                &cell.column,
                cell.range.start as u64,
            ),
        }
    }

    pub(crate) fn overlaps(&self, other: &At) -> bool {
        match (self, other) {
            (Self::Bytes(a), Self::Bytes(b)) => crate::judge::overlaps(a, b),
            (Self::Cell(a), Self::Cell(b)) => {
                a.row == b.row
                    && a.table == b.table
                    && a.column == b.column
                    && crate::judge::overlaps(&a.range, &b.range)
            }
            _ => false,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::Bytes(range) => range.end - range.start,
            Self::Cell(cell) => cell.range.len() as u64,
        }
    }
}

/// A value that a check believes to be a credential.
pub(crate) struct Candidate {
    pub(crate) at: At,
    pub(crate) location: String,
    pub(crate) path: Vec<Segment>,
    pub(crate) value: Zeroizing<Vec<u8>>,
    pub(crate) rule: &'static Rule,
    pub(crate) evidence: &'static [Evidence],
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Candidate({:?}, {}, {})",
            self.at, self.location, self.rule.id
        )
    }
}

/// Which thing was looked at: an index into the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// `snapshot.places[i]`.
    Place(usize),
    /// `snapshot.processes[i]`.
    Process(usize),
}

/// One secret at one place.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The thing.
    pub spot: Spot,
    /// Where in it.
    pub at: At,
    /// The same for people.
    pub location: String,
    /// The path in the file's structure, where it has one.
    pub path: Vec<Segment>,
    /// Which secret.
    pub secret: SecretId,
    /// Why.
    pub evidence: BTreeSet<Evidence>,
}

/// Puts candidates of one place in order and lets one stand for each stretch of bytes.
///
/// A structural candidate wins over a pattern (its path says how to remove it); of two patterns
/// the longer wins.
pub(crate) fn settle(mut candidates: Vec<Candidate>) -> Vec<(Candidate, BTreeSet<Evidence>)> {
    candidates.sort_by(|a, b| {
        (a.at.sort_key(), std::cmp::Reverse(a.at.length()))
            .cmp(&(b.at.sort_key(), std::cmp::Reverse(b.at.length())))
    });
    let mut settled: Vec<(Candidate, BTreeSet<Evidence>)> = Vec::new();
    for candidate in candidates {
        match settled
            .last_mut()
            .filter(|(last, _)| last.at.overlaps(&candidate.at))
        {
            None => {
                let evidence = candidate.evidence.iter().copied().collect();
                settled.push((candidate, evidence));
            }
            Some((last, evidence)) => {
                evidence.extend(candidate.evidence);
                if rank(&candidate) > rank(last) {
                    *last = candidate;
                } else if crate::vault::is_generic(last.rule) && last.value == candidate.value {
                    last.rule = candidate.rule;
                }
            }
        }
    }
    settled
}

fn rank(candidate: &Candidate) -> (bool, u64) {
    (!candidate.path.is_empty(), candidate.at.length())
}
