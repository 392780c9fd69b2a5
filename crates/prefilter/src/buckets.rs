//! The buckets: which patterns share one, and the tables that the shuffles read.
//!
//! A bucket lets through the product of its four sets, so patterns that share a bucket should be
//! alike, and sets of frequent bytes should stay narrow. Of a byte's seven bits the first table sees
//! the low four and the second the high four: the bit in the middle, which both see, halves the
//! wrong bytes that a set of two lets through. The patterns are dealt out greedily by what each
//! would add to the share of places that its bucket lets through, at the frequencies of bytes in
//! agent transcripts. Once all have a place, each is taken out and dealt again.
//!
//! **Invariant:** what a pattern allows, its bucket lets through.

use crate::{Pattern, WIDTH};
use std::ops::Range;

/// The groups of eight buckets; each bucket has a bit in a byte. The first is for the patterns that
/// stand anywhere, the others for those that open a word.
pub(crate) const GROUPS: usize = 3;
/// The number of buckets.
const BUCKETS: usize = 8 * GROUPS;

/// The tables of one byte position, for each group of buckets: entry `n` has the bits of
/// the buckets with a member whose low (or high) four bits are `n`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Masks {
    pub(crate) low: [[u8; 16]; GROUPS],
    pub(crate) high: [[u8; 16]; GROUPS],
}

/// The tables of every position.
pub(crate) struct Buckets {
    pub(crate) masks: [Masks; WIDTH],
}

impl Buckets {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut patterns: Vec<(Range<usize>, Bucket)> = patterns
            .iter()
            .map(|pattern| (choice(pattern), Bucket::of(pattern)))
            .collect();
        // The frequent ones first: the rare ones then find a place where they add little.
        patterns.sort_by(|(_, a), (_, b)| b.share().total_cmp(&a.share()));
        // Prefixes that go on differently are one pattern.
        patterns.dedup();
        let mut dealt = Dealt {
            buckets: [Bucket::default(); BUCKETS],
            members: Default::default(),
            patterns,
        };
        for index in 0..dealt.patterns.len() {
            dealt.deal(index);
        }
        for bucket in 0..BUCKETS {
            for index in dealt.members[bucket].clone() {
                dealt.take_out(index, bucket);
                dealt.deal(index);
            }
        }
        Self {
            masks: std::array::from_fn(|position| masks(&dealt.buckets, position)),
        }
    }
}

/// Returns the buckets that a pattern may be in.
fn choice(pattern: &Pattern) -> Range<usize> {
    if pattern.opens { 8..BUCKETS } else { 0..8 }
}

/// Patterns and the buckets that they are in.
struct Dealt {
    buckets: [Bucket; BUCKETS],
    /// The indexes of the patterns in each bucket.
    members: [Vec<usize>; BUCKETS],
    patterns: Vec<(Range<usize>, Bucket)>,
}

impl Dealt {
    fn take_out(&mut self, index: usize, bucket: usize) {
        self.members[bucket].retain(|&member| member != index);
        let mut others = Bucket::default();
        for &member in &self.members[bucket] {
            others.take_in(&self.patterns[member].1);
        }
        self.buckets[bucket] = Bucket::default().with(&others);
    }

    /// Puts a pattern where it adds least to what is let through.
    fn deal(&mut self, index: usize) {
        let (choice, pattern) = self.patterns[index].clone();
        let mut best = (f32::INFINITY, choice.start, pattern);
        for bucket in choice {
            let joined = self.buckets[bucket].with(&pattern);
            let added = joined.share() - self.buckets[bucket].share();
            if added < best.0 {
                best = (added, bucket, joined);
            }
            if added <= 0.0 {
                break;
            }
        }
        let (_, bucket, joined) = best;
        self.buckets[bucket] = joined;
        self.members[bucket].push(index);
    }
}

fn masks(buckets: &[Bucket; BUCKETS], position: usize) -> Masks {
    let mut masks = Masks::default();
    for (index, bucket) in buckets.iter().enumerate() {
        let (group, bit) = (index / 8, 1 << (index % 8));
        for half in 0..16 {
            if bucket.low[position] >> half & 1 == 1 {
                masks.low[group][half] |= bit;
            }
            if bucket.high[position] >> half & 1 == 1 {
                masks.high[group][half] |= bit;
            }
        }
    }
    masks
}

/// The low and high four bits of bytes that a bucket lets through at each position.
#[derive(Clone, Copy, Default, PartialEq)]
struct Bucket {
    low: [u16; WIDTH],
    high: [u16; WIDTH],
    /// The shares of bytes in a transcript that it lets through.
    shares: [f32; WIDTH],
}

impl Bucket {
    fn of(pattern: &Pattern) -> Self {
        let mut bucket = Self::default();
        for (position, &set) in pattern.sets.iter().enumerate() {
            let mut set = set;
            while set != 0 {
                let byte = set.trailing_zeros();
                set &= set - 1;
                bucket.low[position] |= 1 << (byte & 15);
                bucket.high[position] |= 1 << (byte >> 3);
            }
        }
        Self::default().with(&bucket)
    }

    /// Lets through what another lets through, without asking how often that occurs.
    fn take_in(&mut self, other: &Self) {
        for position in 0..WIDTH {
            self.low[position] |= other.low[position];
            self.high[position] |= other.high[position];
        }
    }

    /// Lets through what either lets through.
    fn with(&self, other: &Self) -> Self {
        let mut joined = *self;
        for position in 0..WIDTH {
            let low = self.low[position] | other.low[position];
            let high = self.high[position] | other.high[position];
            if (low, high) != (self.low[position], self.high[position]) {
                joined.low[position] = low;
                joined.high[position] = high;
                joined.shares[position] = frequency(low, high);
            }
        }
        joined
    }

    /// The share of places in a transcript that it lets through.
    fn share(&self) -> f32 {
        self.shares.iter().product()
    }
}

/// Returns the share of bytes whose low and high four bits are in the two sets.
fn frequency(low: u16, high: u16) -> f32 {
    let low = low.to_le_bytes();
    let mut rows = high;
    let mut sum = 0;
    while rows != 0 {
        let row = rows.trailing_zeros() as usize;
        rows &= rows - 1;
        sum += u32::from(SUMS[row][low[row & 1] as usize]);
    }
    sum as f32 / 100_000.0
}

/// The frequencies of all bytes with the high four bits `row` whose low three bits are in a set.
static SUMS: [[u16; 256]; 16] = {
    let mut sums = [[0; 256]; 16];
    let mut at = 0;
    while at < 128 * 256 {
        let (byte, set) = (at / 256, at % 256);
        if set >> (byte % 8) & 1 == 1 {
            sums[byte / 8][set] += FREQUENCIES[byte];
        }
        at += 1;
    }
    sums
};

/// How many of 100,000 bytes of agent transcripts each ASCII byte is, at least 1. Counted over
/// 60 MB of JSON Lines with source code, documentation, JSON and images as tool results.
#[rustfmt::skip]
const FREQUENCIES: [u16; 128] = [
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 13, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    16387, 78, 1534, 281, 57, 13, 74, 298, 883, 883, 410, 275, 1134, 496, 721, 997,
    880, 682, 646, 487, 417, 436, 420, 354, 400, 388, 1241, 284, 111, 420, 191, 20,
    22, 639, 378, 638, 491, 802, 445, 367, 337, 671, 246, 315, 568, 448, 614, 606,
    561, 249, 663, 867, 758, 409, 332, 314, 312, 288, 267, 225, 3986, 225, 9, 1842,
    171, 2870, 872, 1842, 1740, 5388, 1445, 942, 1096, 2894, 285, 638, 2062, 1307, 5168, 2870,
    1626, 323, 2946, 3251, 4201, 1694, 567, 581, 608, 865, 325, 281, 49, 279, 11, 1,
];
