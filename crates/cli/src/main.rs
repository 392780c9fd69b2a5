//! The `bedlock` binary.
fn main() {}
