//! The only crate that touches the machine: files, SQLite, environment, processes, services; applies a plan and undoes it.

mod beneath;
mod daemon;
mod environment;
mod error;
mod host_key;
mod mount;
mod names;
mod pipes;
mod private;
mod process;
mod service;
mod signals;
mod snapshot;
mod source;
mod transaction;
mod tree;
mod write;

pub use daemon::{
    FolderWatch, Ran, Run, WallAlarm, awake, close_to_others, closed_on_the_way, only_root_writes,
    own_program, run, secret_file, set_mode, user,
};
pub use environment::{Clock, Environment, FixedClock, SystemClock};
pub use error::HostError;
pub use host_key::{host_key, salt, temporary_key};
pub use names::{canonical, create_folder, names, owner, program_on, small_file};
pub use pipes::{Input, Output};
pub use private::{FileLock, give_to_folder_owner, private_folder, remove_file};
pub use process::{
    ProcessFacts, Program, Running, Said, Start, Stopped, Talk, parent_of, processes, start, stop,
    wait_ready,
};
pub use service::{
    Manager, disable_service, enable_service, is_active, reload_units, start_service, stop_service,
};
pub use signals::Interrupt;
pub use snapshot::{Look, snapshot};
pub use source::{FileSource, file_meta};
pub use transaction::{
    Applied, ApplyOptions, Effect, Interrupted, Lock, Observer, Outcome, Recovered, RecoveryCode,
    StateDir, TransactionId, TransactionInfo, TransactionState, UndoOptions, Undone, apply,
    discard, discard_expired, recover, transactions, undo,
};
pub use tree::{Entry, EntryKind, Listing, OpenFile, Tree, kind_at};
pub use write::{TemporaryFolder, write_output};
