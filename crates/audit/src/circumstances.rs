//! What an inspection has to be told, because this crate asks nobody.

use std::path::{Path, PathBuf};

use bedlock_model::Tool;

use crate::agents::{Installation, Reach};

/// What the caller knows and this crate does not.
#[derive(Debug)]
pub struct Circumstances {
    /// The installations whose world the snapshot shows.
    pub installations: Vec<Installation>,
    /// The home that was looked at.
    pub home: String,
    /// Folders outside of it that the owner counts as the agent's too.
    pub also: Vec<PathBuf>,
    /// The folder that stands for `/`, for a mounted image.
    pub root: Option<String>,
    /// Now.
    pub now: jiff::Timestamp,
    /// How long a session may live: 12 hours, or what the owner set.
    pub session_limit: jiff::SignedDuration,
    /// How many threads read.
    pub threads: usize,
    /// Who made the report.
    pub tool: Tool,
}

impl Circumstances {
    /// What may be changed.
    #[must_use]
    pub fn reach(&self) -> Reach<'_> {
        Reach {
            home: Path::new(&self.home),
            installations: &self.installations,
            also: &self.also,
        }
    }
}
