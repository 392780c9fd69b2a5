//! The only crate that touches the machine: files, SQLite, environment, processes, services; applies a plan and undoes it.

mod error;

pub use error::HostError;
