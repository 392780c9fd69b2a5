//! How secrets are named: by the key of this host, or by the salt of a file of known secrets, so that
//! a name can be copied into that file and means the same on every machine.
//!
//! Made by `commands::scan`, asked for every finding.
//!
//! **Invariant:** the key is read when the first secret is found, so a scan that finds nothing writes
//! nothing.

use std::sync::{Mutex, OnceLock, PoisonError};

use bedlock_detect::Rule;
use bedlock_host::Environment;
use bedlock_model::{Fingerprint, FingerprintKey};

use super::known::Known;
use crate::error::CliError;
use crate::terminal;

/// A secret for a baseline: its name, its rule, its file.
pub(crate) type Noted = (Fingerprint, &'static str, String);

/// The names of one scan.
pub(crate) struct Names<'e> {
    environment: &'e Environment,
    key: OnceLock<Option<FingerprintKey>>,
    /// What is left out; the first one names.
    known: Vec<Known>,
    /// A baseline that is being made, and what it will hold.
    writing: Option<(Known, Mutex<Vec<Noted>>)>,
}

impl<'e> Names<'e> {
    pub(crate) fn new(environment: &'e Environment, known: Vec<Known>) -> Self {
        Self {
            environment,
            key: OnceLock::new(),
            known,
            writing: None,
        }
    }

    /// Names for a baseline: everything counts as known from now on.
    pub(crate) fn writing(self, baseline: Known) -> Self {
        Self {
            writing: Some((baseline, Mutex::new(Vec::new()))),
            ..self
        }
    }

    /// The baseline, and what was found for it.
    pub(crate) fn noted(self) -> Option<(Known, Vec<Noted>)> {
        let (baseline, noted) = self.writing?;
        let noted = noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some((baseline, noted))
    }

    /// The files of known secrets that are used.
    pub(crate) fn files(&self) -> Vec<String> {
        self.known
            .iter()
            .map(|known| known.path().to_string_lossy().into_owned())
            .collect()
    }

    /// The name of a secret, and whether it is known and left out.
    pub(crate) fn name(
        &self,
        rule: &'static Rule,
        file: &str,
        value: &[u8],
    ) -> (Option<Fingerprint>, bool) {
        if let Some((baseline, noted)) = &self.writing {
            let name = baseline.name(rule, file, value);
            let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.push((name.clone(), rule.id, file.to_owned()));
            return (Some(name), true);
        }
        let is_known = self
            .known
            .iter()
            .any(|known| known.has(&known.name(rule, file, value)));
        let name = match self.known.first() {
            Some(first) => Some(first.name(rule, file, value)),
            None => self.of_host(value),
        };
        (name, is_known)
    }

    /// The name of a secret on this host; `None` when there are no random numbers for a key.
    pub(crate) fn of_host(&self, value: &[u8]) -> Option<Fingerprint> {
        let read = || match bedlock_host::host_key(&self.environment.state_folder()) {
            Ok(key) => Some(key),
            Err(error) => {
                terminal::note(&format!(
                    "note: failed to {error}; fingerprints of this run are of this run only"
                ));
                bedlock_host::temporary_key().ok()
            }
        };
        let key = self.key.get_or_init(read).as_ref()?;
        Some(key.fingerprint(value))
    }

    /// Fails early where there would be no names.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        if self.of_host(b"").is_some() {
            return Ok(());
        }
        Err(
            bedlock_host::temporary_key().map_or_else(CliError::Host, |_| {
                CliError::refused("there is no key for fingerprints", "run it again")
            }),
        )
    }
}
