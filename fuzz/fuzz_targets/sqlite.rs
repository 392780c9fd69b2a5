//! Reads arbitrary bytes as a SQLite database and its write-ahead log, all tables of it.
//!
//! The first byte says how many units of 512 bytes the main file has, the rest is the log. If the
//! second byte is odd, the log gets the salts and checksums that its frames would be refused without.

#![no_main]

use std::ops::ControlFlow;

use bedlock_formats::sqlite::{Database, Pages, Value};
use libfuzzer_sys::fuzz_target;

const MAX_ROWS: usize = 2_000;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

fuzz_target!(|data: &[u8]| {
    let [units, seal_it, files @ ..] = data else {
        return;
    };
    let (main, log) = files.split_at((usize::from(*units) * 512).min(files.len()));
    let mut log = log.to_vec();
    if seal_it % 2 == 1 {
        seal(&mut log);
    }
    walk(main, &log);
});

fn walk(main: &[u8], log: &[u8]) {
    let Ok(database) = Database::open(&main, Some(&log as &dyn Pages)) else {
        return;
    };
    assert!(database.is_current().is_ok_and(|current| current));
    for table in database.tables() {
        let mut rows = 0;
        let _ = database.rows(table, &mut |row| {
            rows += 1;
            let size: usize = row.cells.iter().map(|cell| size(&cell.value)).sum();
            // UTF-16 grows by half when it becomes UTF-8.
            assert!(size <= 2 * (main.len() + log.len()));
            if rows < MAX_ROWS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(bytes) | Value::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

/// Makes every whole frame valid.
fn seal(log: &mut [u8]) {
    if log.len() < LOG_HEADER {
        return;
    }
    log[..4].copy_from_slice(&0x377f_0683_u32.to_be_bytes());
    log[4..8].copy_from_slice(&3_007_000_u32.to_be_bytes());
    let page_size = u32::from_be_bytes([log[8], log[9], log[10], log[11]]) as usize;
    if !(512..=65_536).contains(&page_size) {
        return;
    }
    let (header, frames) = log.split_at_mut(LOG_HEADER);
    let mut sum = add((0, 0), &header[..24]);
    put(&mut header[24..], sum);
    for frame in frames.chunks_exact_mut(FRAME_HEADER + page_size) {
        frame[8..16].copy_from_slice(&header[16..24]);
        sum = add(add(sum, &frame[..8]), &frame[FRAME_HEADER..]);
        put(&mut frame[16..24], sum);
    }
}

fn put(place: &mut [u8], (first, second): (u32, u32)) {
    place[..4].copy_from_slice(&first.to_be_bytes());
    place[4..8].copy_from_slice(&second.to_be_bytes());
}

fn add((mut first, mut second): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let word =
            |at: usize| u32::from_be_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]);
        first = first.wrapping_add(word(0)).wrapping_add(second);
        second = second.wrapping_add(word(4)).wrapping_add(first);
    }
    (first, second)
}
