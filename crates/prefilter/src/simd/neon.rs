//! AArch64: NEON, which nearly every such processor has.
//!
//! **Invariant:** a function with a target feature is called only after the processor was asked.

use crate::Level;
use core::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

super::teddy!("neon");

const BYTES: usize = 16;
type Vector = uint8x16_t;

pub(super) fn levels() -> Vec<Level> {
    if is_aarch64_feature_detected!("neon") {
        vec![Level::Neon]
    } else {
        Vec::new()
    }
}

#[expect(
    unsafe_code,
    reason = "a function with target features is called; the processor is asked first"
)]
pub(super) fn run(filter: &Prefilter, block: &Block<'_>, found: &mut Found) -> usize {
    if is_aarch64_feature_detected!("neon") {
        // SAFETY: the line above asked for NEON.
        unsafe { search(filter, block, found) }
    } else {
        super::everywhere(filter, block, found)
    }
}

#[target_feature(enable = "neon")]
#[inline]
#[expect(unsafe_code, reason = "the load takes a pointer")]
fn load(text: &[u8; REACH], at: usize) -> Vector {
    let bytes: &[u8] = &text[at..at + BYTES];
    // SAFETY: the slice has 16 bytes, and the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[target_feature(enable = "neon")]
#[inline]
#[expect(unsafe_code, reason = "the load takes a pointer")]
fn table(entries: &[u8; 16]) -> Vector {
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { vld1q_u8(entries.as_ptr()) }
}

/// Looks up the low four bits of each byte; a byte above 127 gives 0, as no pattern has one.
#[target_feature(enable = "neon")]
#[inline]
fn low(bytes: Vector, table: Vector) -> Vector {
    vqtbl1q_u8(table, vandq_u8(bytes, vdupq_n_u8(0x8f)))
}

/// Looks up the high four of the seven bits of each byte.
#[target_feature(enable = "neon")]
#[inline]
fn high(bytes: Vector, table: Vector) -> Vector {
    vqtbl1q_u8(table, vandq_u8(vshrq_n_u8::<3>(bytes), vdupq_n_u8(15)))
}

#[target_feature(enable = "neon")]
#[inline]
fn both(a: Vector, b: Vector) -> Vector {
    vandq_u8(a, b)
}

/// Returns what changes nothing in [`both`].
#[target_feature(enable = "neon")]
#[inline]
fn all() -> Vector {
    vdupq_n_u8(255)
}

#[target_feature(enable = "neon")]
#[inline]
fn either(a: Vector, b: Vector) -> Vector {
    vorrq_u8(a, b)
}

/// Returns a bit for each byte that is not zero.
#[target_feature(enable = "neon")]
#[inline]
fn bits(a: Vector) -> u64 {
    packed(vtstq_u8(a, a))
}

/// Returns a bit for each byte that is this one.
#[target_feature(enable = "neon")]
#[inline]
fn same(a: Vector, byte: u8) -> u64 {
    packed(vceqq_u8(a, vdupq_n_u8(byte)))
}

/// Returns a bit for each byte that is all ones.
#[target_feature(enable = "neon")]
#[inline]
fn packed(ones: Vector) -> u64 {
    // Each byte keeps the bit of its place in its half, and the sum of a half has them all.
    let place = vcreate_u8(0x8040_2010_0804_0201);
    let kept = vandq_u8(ones, vcombine_u8(place, place));
    let (near, far) = (vget_low_u8(kept), vget_high_u8(kept));
    u64::from(vaddv_u8(near)) | u64::from(vaddv_u8(far)) << 8
}
