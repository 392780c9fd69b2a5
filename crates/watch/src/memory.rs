//! What outlives a kill: the state of the machine, in one small file.
//!
//! Written by `daemon` before it does what the state says; read when it starts.
//!
//! **Invariant:** readable by its owner only, because a device code is in it: with the registered
//! client, whose secret is not, it can finish a sign-in for the ten minutes that it lives.

use std::path::PathBuf;

use bedlock_host::HostError;

use crate::machine::{Policy, State};

const LARGEST: u64 = 1 << 20;

/// Keeps the state.
pub trait Memory {
    /// What was kept, if it can be read.
    fn recall(&self, policy: Policy) -> State;

    /// Keeps it.
    ///
    /// # Errors
    /// [`HostError`] when it is not on disk.
    fn keep(&self, state: &State) -> Result<(), HostError>;
}

/// A file.
#[derive(Debug)]
pub struct FileMemory(
    /// Where it is.
    pub PathBuf,
);

impl Memory for FileMemory {
    fn recall(&self, policy: Policy) -> State {
        let kept = bedlock_host::small_file(None, &self.0, LARGEST)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match kept {
            Some(kept) => State::restored(kept, policy),
            None => State::new(policy),
        }
    }

    fn keep(&self, state: &State) -> Result<(), HostError> {
        let bytes = serde_json::to_vec(state).unwrap_or_default();
        if let Some(folder) = self.0.parent() {
            bedlock_host::private_folder(folder)?;
        }
        bedlock_host::write_output(&self.0, &bytes)
    }
}
