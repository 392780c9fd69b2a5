//! Tests through the public interface: generated documents, arbitrary bytes, the fuzz seeds.

mod edits;
mod json;
mod properties;
mod seeds;
