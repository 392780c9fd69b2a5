//! The `bedlock` binary.
mod render;

fn main() {}
