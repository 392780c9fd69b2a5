//! The sixteen buckets: which patterns share one, and the tables that the shuffles read.
//!
//! A bucket lets through the product of its four sets, so patterns that share a bucket should be
//! alike, and sets of frequent bytes should stay narrow. The patterns are dealt out greedily by
//! what each would add to the share of places that its bucket lets through, at the frequencies of
//! bytes in agent transcripts. Dealt out by the alphabet instead, several times as many places are
//! let through.
//!
//! **Invariant:** what a pattern allows, its bucket lets through.

use crate::{Pattern, WIDTH};

/// The number of buckets; each has a bit in one of two bytes.
pub(crate) const BUCKETS: usize = 16;

/// The tables of one byte position, for the two groups of eight buckets: entry `n` has the bits of
/// the buckets with a member whose low (or high) half is `n`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Masks {
    pub(crate) low: [[u8; 16]; 2],
    pub(crate) high: [[u8; 16]; 2],
}

/// The tables of every position.
pub(crate) struct Buckets {
    pub(crate) masks: [Masks; WIDTH],
}

impl Buckets {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut buckets = [Bucket::default(); BUCKETS];
        // The frequent ones first: the rare ones then find a place where they add little.
        let mut order: Vec<(f32, Bucket)> = patterns
            .iter()
            .map(|pattern| {
                let alone = Bucket::default().with(&Bucket::of(pattern));
                (alone.share(), alone)
            })
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, pattern) in &order {
            let added = |bucket: &Bucket| {
                let joined = bucket.with(pattern);
                (joined.share() - bucket.share, joined)
            };
            let best = buckets
                .iter()
                .map(added)
                .enumerate()
                .min_by(|a, b| a.1.0.total_cmp(&b.1.0));
            if let Some((index, (_, joined))) = best {
                buckets[index] = Bucket {
                    share: joined.share(),
                    ..joined
                };
            }
        }
        Self {
            masks: std::array::from_fn(|position| masks(&buckets, position)),
        }
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

/// The halves of bytes that a bucket lets through at each position.
#[derive(Clone, Copy, Default)]
struct Bucket {
    low: [u16; WIDTH],
    high: [u16; WIDTH],
    share: f32,
}

impl Bucket {
    fn of(pattern: &Pattern) -> Self {
        let mut bucket = Self::default();
        for (position, &set) in pattern.iter().enumerate() {
            let mut set = set;
            while set != 0 {
                let byte = set.trailing_zeros();
                set &= set - 1;
                bucket.low[position] |= 1 << (byte & 15);
                bucket.high[position] |= 1 << (byte >> 4);
            }
        }
        bucket
    }

    fn with(&self, other: &Self) -> Self {
        let mut joined = *self;
        for position in 0..WIDTH {
            joined.low[position] |= other.low[position];
            joined.high[position] |= other.high[position];
        }
        joined
    }

    /// Returns the share of places in a transcript that the bucket lets through.
    fn share(&self) -> f32 {
        (0..WIDTH)
            .map(|position| frequency(self.low[position], self.high[position]))
            .product()
    }
}

/// Returns the share of bytes whose halves are in the two sets.
fn frequency(low: u16, high: u16) -> f32 {
    let mut sum = 0u32;
    for (row, bytes) in FREQUENCIES.chunks_exact(16).enumerate() {
        if high >> row & 1 == 1 {
            let members = bytes.iter().enumerate();
            sum += members
                .map(|(column, &count)| u32::from(low >> column & 1) * u32::from(count))
                .sum::<u32>();
        }
    }
    sum as f32 / 100_000.0
}

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
