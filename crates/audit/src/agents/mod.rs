//! Agents: where each keeps its secrets, and how it is moved to Bedrock. One file or folder each.
//!
//! **Invariant:** an agent is data and pure functions; it opens nothing.

pub mod openclaw;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is known of a host before anything is read: names only.
#[derive(Clone, Debug, Default)]
pub struct HostFacts {
    /// The home folder, as the agent sees it.
    pub home: PathBuf,
    /// Names of the entries of the home folder.
    pub home_entries: Vec<String>,
    /// Whether folders of the machine belong to this home's world too: units of the system, logs in
    /// `/tmp`. Not when somebody else's home, or a copy of one, is looked at.
    pub system: bool,
    /// Folders outside of the home that the owner counts as the agent's too.
    pub also: Vec<PathBuf>,
    /// Settings that move the agent's folders: `OPENCLAW_STATE_DIR` and the like, from the
    /// environment of bedlock, of services or of running agents. No other variable belongs here.
    pub overrides: Vec<BTreeMap<String, String>>,
}

/// One installation of an agent: where its world begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installation {
    /// The state folder.
    pub state: PathBuf,
    /// The active configuration.
    pub config: PathBuf,
    /// The profile, where it is not the default one.
    pub profile: Option<String>,
}

/// What harden may change: a configuration can name any path of the machine, and an agent can write
/// its own configuration, so a name in it is no permission.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// The home folder.
    pub home: &'a Path,
    /// The installations, found by their folders' names or by the environment.
    pub installations: &'a [Installation],
    /// Folders that the owner named.
    pub also: &'a [PathBuf],
}

impl Reach<'_> {
    /// Whether a file may be changed: it is in the home, in a state folder, in a folder that the
    /// owner named, or a file of the system that is OpenClaw's by its name.
    #[must_use]
    pub fn holds(&self, path: &Path) -> bool {
        path.starts_with(self.home)
            || self
                .installations
                .iter()
                .any(|one| path.starts_with(&one.state) || one.is_config(path))
            || self.also.iter().any(|folder| path.starts_with(folder))
            || openclaw::places::is_openclaws_by_name(path)
    }
}

impl Installation {
    /// Whether a path is the active configuration.
    #[must_use]
    pub fn is_config(&self, path: &Path) -> bool {
        path == self.config
    }
}
