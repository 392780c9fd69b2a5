//! How fast the processor's clock runs now, where the machine does not count cycles.
//!
//! Virtual machines often hide the counter that `perf stat -e cycles:u` reads. A chain of squarings
//! of 64-bit numbers with an addition, each of which waits for the one before, takes three cycles
//! and one a link on the processors of AMD and Intel of the last fifteen years, and so tells the
//! clock by a watch.
//!
//! **Source:** <https://www.agner.org/optimize/instruction_tables.pdf> (latency of `IMUL r64,r64`
//! and of `ADD`)
//!
//! **Invariant:** an estimate: it is taken beside what is measured, not during it.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A try takes a quarter of a millisecond, so that on a busy machine some are not interrupted.
const LINKS: u32 = 200_000;
const TRIES: usize = 200;
const CYCLES_A_LINK: f64 = 4.0;

/// Estimates the clock, in MHz: that of the fastest try.
pub(crate) fn megahertz() -> f64 {
    (0..TRIES).map(|_| once()).fold(0.0, f64::max)
}

fn once() -> f64 {
    let mut value = black_box(0x9E37_79B9_7F4A_7C15_u64);
    let odd = black_box(0xBF58_476D_1CE4_E5B9_u64);
    let start = Instant::now();
    for _ in 0..LINKS {
        value = value.wrapping_mul(value).wrapping_add(odd);
    }
    black_box(value);
    f64::from(LINKS) * CYCLES_A_LINK / start.elapsed().as_secs_f64() / 1e6
}

/// Says whether the machine counts cycles for `perf stat`.
pub(crate) fn counts_cycles() -> bool {
    Command::new("perf")
        .args(["stat", "-x,", "-e", "cycles:u", "true"])
        .stdout(Stdio::null())
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            output.status.success() && !text.contains("not supported") && text.contains("cycles")
        })
}
