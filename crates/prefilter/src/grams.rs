//! The first three bytes of every pattern and what may follow them, asked once for each candidate.
//!
//! Three and not four: a pattern with many fourth bytes would stand in the table once for each.
//!
//! **Invariant:** no false answer in either direction.

use crate::places::Block;
use crate::{BLOCK, Candidate, Found, Pattern, WIDTH};

/// Bits of the filter in front of the table.
const FILTER_BITS: u32 = 15;
const FILTER_WORDS: usize = 1 << (FILTER_BITS - 6);
/// The bytes of a little-endian number that are the key.
const KEY: u32 = 0x00ff_ffff;

/// Which patterns allow four bytes, read as a little-endian number.
pub(crate) struct Grams {
    filter: Box<[u64; FILTER_WORDS]>,
    /// Open addressing; key zero is free, because no pattern has a NUL byte. Small, so that it stays
    /// in the cache.
    table: Vec<Entry>,
    /// For each group the bytes that may stand fourth: in a pattern that stands anywhere, and in one
    /// that opens a word.
    fourth: Vec<[u128; 2]>,
    /// Where each group begins in `members`, and where the last one ends.
    starts: Vec<usize>,
    members: Vec<u16>,
}

/// The patterns that begin with the same three bytes.
#[derive(Clone, Copy, Default)]
struct Entry {
    key: u32,
    group: u16,
}

impl Grams {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut keys = Vec::with_capacity(patterns.len());
        for (index, pattern) in (0..).zip(patterns) {
            spell(pattern, 0, 0, &mut |key| keys.push((key, index)));
        }
        keys.sort_unstable();
        let mut grams = Self {
            filter: Box::new([0; FILTER_WORDS]),
            table: vec![Entry::default(); (keys.len() * 2).next_power_of_two().max(64)],
            fourth: Vec::new(),
            starts: vec![0],
            members: keys.iter().map(|&(_, index)| index).collect(),
        };
        for (group, same) in (0..).zip(keys.chunk_by(|a, b| a.0 == b.0)) {
            let fourth = same
                .iter()
                .filter_map(|&(_, index)| patterns.get(usize::from(index)))
                .fold([0; 2], |mut all, pattern| {
                    all[usize::from(pattern.opens)] |= pattern.sets[WIDTH - 1];
                    all
                });
            grams.insert(Entry {
                key: same[0].0,
                group,
            });
            grams.fourth.push(fourth);
            grams
                .starts
                .push(grams.starts[usize::from(group)] + same.len());
        }
        grams
    }

    fn insert(&mut self, entry: Entry) {
        let hash = hash(entry.key);
        self.filter[filter_word(hash)] |= 1 << (hash & 63);
        let mut slot = self.slot(hash);
        while self.table[slot].key != 0 {
            slot = (slot + 1) & (self.table.len() - 1);
        }
        self.table[slot] = entry;
    }

    /// Returns the patterns of a group.
    pub(crate) fn group(&self, group: u16) -> &[u16] {
        let at = usize::from(group);
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => &self.members[from..to],
            _ => &[],
        }
    }

    /// Keeps of the first `count` places those where a pattern may stand, and returns how many there
    /// are.
    #[inline(always)]
    pub(crate) fn filter(&self, text: &[u8], found: &mut Found, count: usize) -> usize {
        let mut kept = 0;
        for index in 0..count.min(BLOCK) {
            let near = found[index].near;
            let hash = hash(gram(text, near) & KEY);
            // Written always and kept sometimes: a branch would be guessed wrong often.
            found[kept].near = near;
            kept += (self.filter[filter_word(hash)] >> (hash & 63) & 1) as usize;
        }
        kept
    }

    /// Keeps of the first `count` places those where a pattern stands, with its group, and returns
    /// how many there are.
    pub(crate) fn keep(&self, block: &Block<'_>, found: &mut Found, count: usize) -> usize {
        let mut kept = 0;
        for index in 0..count.min(BLOCK) {
            let near = found[index].near;
            if let Some(group) = self.look_up(block, near) {
                found[kept] = Candidate { near, group };
                kept += 1;
            }
        }
        kept
    }

    /// Returns the group of patterns of which one stands at a place.
    fn look_up(&self, block: &Block<'_>, near: u16) -> Option<u16> {
        let gram = gram(block.ahead(), near);
        let fourth = gram >> 24;
        let mut slot = self.slot(hash(gram & KEY));
        loop {
            let entry = &self.table[slot];
            if entry.key == gram & KEY {
                let has = |set: u128| fourth < 128 && set >> fourth & 1 == 1;
                let [anywhere, opening] = self.fourth[usize::from(entry.group)];
                let stands = has(anywhere) || has(opening) && block.opens(near);
                return stands.then_some(entry.group);
            }
            if entry.key == 0 {
                return None;
            }
            slot = (slot + 1) & (self.table.len() - 1);
        }
    }

    fn slot(&self, hash: u32) -> usize {
        hash as usize & (self.table.len() - 1)
    }
}

/// Reads four bytes of the text; behind its end are zeros, which no pattern has.
#[inline(always)]
fn gram(text: &[u8], near: u16) -> u32 {
    let at = usize::from(near);
    match text.get(at..at + WIDTH) {
        Some(gram) => u32::from_le_bytes([gram[0], gram[1], gram[2], gram[3]]),
        None => 0,
    }
}

/// Mixes a key; the high bits depend on all of it.
#[inline(always)]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)
}

#[inline(always)]
fn filter_word(hash: u32) -> usize {
    (hash >> 6) as usize & (FILTER_WORDS - 1)
}

/// Writes out the first three bytes that a pattern allows.
fn spell(pattern: &Pattern, index: usize, key: u32, on: &mut dyn FnMut(u32)) {
    if index == WIDTH - 1 {
        on(key);
        return;
    }
    let mut set = pattern.sets[index];
    while set != 0 {
        let byte = set.trailing_zeros();
        set &= set - 1;
        spell(pattern, index + 1, key | byte << (8 * index), on);
    }
}
