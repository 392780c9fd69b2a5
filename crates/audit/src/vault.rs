//! The secrets of one host while bedlock runs: each value once, with its name and its rule.
//!
//! Filled by `inspect`, read by the value search, by the planner and by the search after an apply.
//!
//! **Invariant:** values live here and nowhere else; nothing in here can be serialised.

use std::collections::HashMap;
use std::fmt;

use bedlock_detect::Rule;
use bedlock_model::{Fingerprint, FingerprintKey, SecretBytes};

/// Which secret: an index into its vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId(pub(crate) usize);

/// One secret.
#[derive(Debug)]
pub struct Secret {
    /// Its bytes.
    pub value: SecretBytes,
    /// Its name on this host.
    pub fingerprint: Fingerprint,
    /// What it is.
    pub rule: &'static Rule,
    /// What may be shown of it.
    pub mask: String,
    /// Whether the value means this secret wherever it stands. Somebody's password is `telegram`,
    /// and the word is everywhere: such a one is known where it was found and nowhere else.
    pub telling: bool,
}

/// What speaks for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A credential field of a file, a variable, a row; or a provider's shape.
    Firm,
    /// Nothing but a name in front of it, in prose or in a program.
    Name,
}

impl Ground {
    pub(crate) fn is_telling(self, value: &[u8]) -> bool {
        const LONG: usize = 16;
        let long = value.len() >= LONG;
        match self {
            Self::Firm => long || bedlock_detect::plausible_secret(value),
            // `token = section?.token` and `JWT: core.$constructor` are in every program.
            Self::Name => {
                let has = |class: fn(&u8) -> bool| value.iter().any(class);
                let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-+/=".contains(b);
                long && value.iter().all(plain)
                    && has(u8::is_ascii_digit)
                    && has(u8::is_ascii_alphabetic)
            }
        }
    }
}

/// All secrets of a host.
pub struct Vault {
    key: FingerprintKey,
    secrets: Vec<Secret>,
    by_name: HashMap<Fingerprint, SecretId>,
}

impl Vault {
    /// An empty vault that names secrets with the host's key.
    #[must_use]
    pub fn new(key: FingerprintKey) -> Self {
        Self {
            key,
            secrets: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    /// Takes a secret in, or finds it again. A provider's rule replaces the generic one.
    pub fn admit(&mut self, value: &[u8], rule: &'static Rule, ground: Ground) -> SecretId {
        let fingerprint = self.key.fingerprint(value);
        let telling = ground.is_telling(value);
        if let Some(&id) = self.by_name.get(&fingerprint) {
            let known = &mut self.secrets[id.0];
            known.telling |= telling;
            if is_generic(known.rule) && !is_generic(rule) {
                known.rule = rule;
            }
            return id;
        }
        let id = SecretId(self.secrets.len());
        self.by_name.insert(fingerprint.clone(), id);
        self.secrets.push(Secret {
            value: SecretBytes::new(value.to_vec()),
            fingerprint,
            rule,
            mask: bedlock_detect::mask(value),
            telling,
        });
        id
    }

    /// The secret of an id.
    #[must_use]
    pub fn get(&self, id: SecretId) -> &Secret {
        &self.secrets[id.0]
    }

    /// Finds a secret by its name.
    #[must_use]
    pub fn find(&self, name: &Fingerprint) -> Option<&Secret> {
        self.by_name.get(name).map(|id| self.get(*id))
    }

    /// All secrets, with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (SecretId, &Secret)> {
        self.secrets
            .iter()
            .enumerate()
            .map(|(index, secret)| (SecretId(index), secret))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} secrets)", self.secrets.len())
    }
}

/// Whether a rule says only that something is a credential, not whose.
pub(crate) fn is_generic(rule: &Rule) -> bool {
    rule.id.starts_with("generic")
}
