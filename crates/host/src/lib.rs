//! The only crate that touches the machine: files, SQLite, environment, processes, services; applies a plan and undoes it.

mod beneath;
mod environment;
mod error;
mod mount;
mod snapshot;
mod source;

pub use environment::{Clock, Environment, FixedClock, SystemClock};
pub use error::HostError;
pub use snapshot::{Look, snapshot};
pub use source::{FileSource, file_meta};
