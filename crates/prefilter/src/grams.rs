//! The exact four bytes of every pattern, as a set that is asked once for each candidate.
//!
//! **Invariant:** no false answer in either direction.

use crate::{Pattern, WIDTH};
use std::collections::BTreeMap;

/// Bits of the filter in front of the table.
const FILTER_BITS: u32 = 16;

/// Which patterns allow four bytes, read as a little-endian number.
pub(crate) struct Grams {
    filter: Box<[u64; 1 << (FILTER_BITS - 6)]>,
    /// Open addressing; zero is free, because no pattern has a NUL byte.
    table: Vec<(u32, u16)>,
    /// Where each group begins in `members`, and where the last one ends.
    starts: Vec<usize>,
    members: Vec<u16>,
}

impl Grams {
    /// Writes out every four bytes that a pattern allows.
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut grams = Vec::new();
        for (index, pattern) in (0..).zip(patterns) {
            spell(pattern, 0, 0, &mut |gram| grams.push((gram, index)));
        }
        grams.sort_unstable();
        let mut groups: BTreeMap<Vec<u16>, u16> = BTreeMap::new();
        let mut starts = vec![0];
        let mut members = Vec::new();
        let mut table = vec![(0, 0); (grams.len() * 4).next_power_of_two().max(64)];
        let mut filter = Box::new([0; 1 << (FILTER_BITS - 6)]);
        for same in grams.chunk_by(|a, b| a.0 == b.0) {
            let gram = same[0].0;
            let list: Vec<u16> = same.iter().map(|&(_, index)| index).collect();
            let next = u16::try_from(groups.len()).unwrap_or(u16::MAX);
            let group = *groups.entry(list).or_insert_with_key(|list| {
                members.extend_from_slice(list);
                starts.push(members.len());
                next
            });
            let hash = hash(gram);
            filter[(hash >> 6) as usize] |= 1 << (hash & 63);
            let mut slot = mix(gram) as usize & (table.len() - 1);
            while table[slot].0 != 0 {
                slot = (slot + 1) & (table.len() - 1);
            }
            table[slot] = (gram, group);
        }
        Self {
            filter,
            table,
            starts,
            members,
        }
    }

    /// Returns the patterns of a group.
    pub(crate) fn group(&self, group: u16) -> &[u16] {
        let at = usize::from(group);
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => &self.members[from..to],
            _ => &[],
        }
    }

    /// Returns the group of the patterns that allow these four bytes.
    #[inline(always)]
    pub(crate) fn find(&self, gram: u32) -> Option<u16> {
        let hash = hash(gram);
        if (self.filter[(hash >> 6) as usize] >> (hash & 63)) & 1 == 0 {
            return None;
        }
        self.look_up(gram)
    }

    #[inline]
    fn look_up(&self, gram: u32) -> Option<u16> {
        let mut slot = mix(gram) as usize & (self.table.len() - 1);
        loop {
            match self.table[slot] {
                (0, _) => return None,
                (found, group) if found == gram => return Some(group),
                _ => slot = (slot + 1) & (self.table.len() - 1),
            }
        }
    }
}

#[inline(always)]
fn mix(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1).rotate_left(12)
}

#[inline(always)]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)
}

fn spell(pattern: &Pattern, index: usize, gram: u32, on: &mut dyn FnMut(u32)) {
    if index == WIDTH {
        on(gram);
        return;
    }
    let mut set = pattern[index];
    while set != 0 {
        let byte = set.trailing_zeros();
        set &= set - 1;
        spell(pattern, index + 1, gram | byte << (8 * index), on);
    }
}
