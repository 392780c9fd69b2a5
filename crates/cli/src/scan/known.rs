//! Secrets that are known and left out: `.bedlockignore` and baselines, which are the same kind of file.
//!
//! Read and written by `commands::scan`.
//!
//! ```text
//! # a comment
//! salt 64 hexadecimal digits
//! 16 hexadecimal digits  rule-id  file  # why it may stay
//! ```
//!
//! See docs/decisions/012-known-secrets.md for what a fingerprint in it gives away.
//!
//! **Invariant:** the fingerprint of a value that somebody may have thought up is bound to its file and
//! to 8 bits of the value: with the file of fingerprints alone no guess can be confirmed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bedlock_detect::{Rule, Shape};
use bedlock_model::{Fingerprint, FingerprintKey};

/// A shorter token says too little to be safe from guesses.
const SHORTEST: usize = 20;

/// A file of known secrets.
pub(crate) struct Known {
    path: PathBuf,
    /// The folder that files are named from.
    folder: PathBuf,
    /// The folder that shown paths are below, when it is not the working folder.
    root: PathBuf,
    salt: String,
    key: FingerprintKey,
    /// Lines by their fingerprint, as they are written.
    entries: BTreeMap<String, String>,
    /// Comments and empty lines in front of the entries.
    preamble: Vec<String>,
}

impl Known {
    /// An empty file with this salt, which is new.
    pub(crate) fn new(path: &Path, folder: &Path, root: &Path, salt: [u8; 32]) -> Self {
        Self {
            path: path.to_path_buf(),
            folder: folder.to_path_buf(),
            root: root.to_path_buf(),
            salt: digits(&salt),
            key: FingerprintKey::new(salt),
            entries: BTreeMap::new(),
            preamble: vec![
                "# Secrets that `bedlock scan` does not report. The fingerprints are made with this"
                    .to_owned(),
                "# salt; add why one may stay behind a # at the end of its line.".to_owned(),
            ],
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with the line.
    pub(crate) fn parse(
        path: &Path,
        folder: &Path,
        root: &Path,
        text: &str,
    ) -> Result<Self, String> {
        let mut salt = None;
        let mut entries = BTreeMap::new();
        let mut preamble = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split_whitespace();
            match words.next() {
                None | Some("#") => preamble.push(line.to_owned()),
                Some(word) if word.starts_with('#') => preamble.push(line.to_owned()),
                Some("salt") => salt = Some(words.next().unwrap_or_default().to_owned()),
                Some(word) if is_fingerprint(word) => {
                    entries.insert(word.to_owned(), line.to_owned());
                }
                Some(_) => {
                    return Err(format!(
                        "line {} is neither a fingerprint nor a comment",
                        number + 1
                    ));
                }
            }
        }
        let salt = salt.ok_or("it has no line with a salt")?;
        let bytes = bytes(&salt).ok_or("its salt is not 64 hexadecimal digits")?;
        Ok(Self {
            path: path.to_path_buf(),
            folder: folder.to_path_buf(),
            root: root.to_path_buf(),
            salt,
            key: FingerprintKey::new(bytes),
            entries,
            preamble,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of a secret in this file.
    pub(crate) fn name(&self, rule: &Rule, file: &str, value: &[u8]) -> Fingerprint {
        if !guessable(rule, value) {
            return self.key.fingerprint(value);
        }
        let mut place = b"place\0".to_vec();
        place.extend_from_slice(rule.id.as_bytes());
        place.push(0);
        place.extend_from_slice(self.relative(file).as_bytes());
        place.push(0);
        place.push(self.key.digest(value)[0]);
        self.key.fingerprint(&place)
    }

    /// Whether a secret is in it.
    pub(crate) fn has(&self, name: &Fingerprint) -> bool {
        self.entries.contains_key(name.as_str())
    }

    /// The same file with these secrets and no others; what people wrote behind them stays.
    pub(crate) fn with(&self, found: &[(Fingerprint, &'static str, String)]) -> String {
        let mut lines = BTreeMap::new();
        for (name, rule, file) in found {
            let line = match self.entries.get(name.as_str()) {
                Some(line) => line.clone(),
                None => format!("{name}  {rule}  {}", plain(&self.relative(file))),
            };
            let place = line.split_whitespace().skip(1).collect::<String>();
            lines.insert((place, name.clone()), line);
        }
        let mut out = String::new();
        // Writing to a String cannot fail.
        for line in &self.preamble {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "salt {}", self.salt);
        for line in lines.values() {
            let _ = writeln!(out, "{line}");
        }
        out
    }

    /// How many secrets of it are not among these.
    pub(crate) fn gone(&self, found: &[(Fingerprint, &'static str, String)]) -> usize {
        let still = |name: &&String| found.iter().any(|(found, ..)| found.as_str() == *name);
        self.entries.len() - self.entries.keys().filter(still).count()
    }

    /// A file as it is named from the folder of this one, so that it does not matter where somebody
    /// stands who scans it.
    fn relative(&self, file: &str) -> String {
        let path = self.root.join(file);
        let whole = bedlock_host::canonical(&path).unwrap_or(path);
        let below = whole.strip_prefix(&self.folder).unwrap_or(&whole);
        below.to_string_lossy().into_owned()
    }
}

/// Whether somebody may have thought the value up, so that guesses at it are worth a try: it has no
/// shape of its own, or it is short.
fn guessable(rule: &Rule, value: &[u8]) -> bool {
    matches!(rule.shape, Shape::Named) || rule.prefixes.is_empty() || value.len() < SHORTEST
}

/// A path on one line.
fn plain(path: &str) -> String {
    path.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

fn is_fingerprint(word: &str) -> bool {
    word.len() == 16 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (index, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedlock_detect::{Dice, GENERIC_ID, fake, rule};

    fn empty() -> Known {
        Known::new(
            Path::new(".bedlockignore"),
            Path::new("/nowhere"),
            Path::new(""),
            [7; 32],
        )
    }

    #[test]
    fn what_is_written_is_read_and_comments_stay() {
        let generic = rule(GENERIC_ID).unwrap();
        let file = empty();
        let one = file.name(generic, "/nowhere/a", b"FAKE-one");
        let two = file.name(generic, "/nowhere/b", b"FAKE-two");
        let found = [
            (one.clone(), generic.id, "/nowhere/a".to_owned()),
            (two.clone(), generic.id, "/nowhere/b".to_owned()),
        ];
        let text = file.with(&found);
        assert!(!text.contains("FAKE"), "{text}");
        assert!(text.contains("  a\n"), "{text}");
        let text = text.replace("  b\n", "  b  # a test\n");
        let again =
            Known::parse(Path::new("x"), Path::new("/nowhere"), Path::new(""), &text).unwrap();
        assert!(again.has(&one) && again.has(&two));
        assert_eq!(again.name(generic, "/nowhere/a", b"FAKE-one"), one);
        assert_eq!(again.gone(&found[1..]), 1);
        let less = again.with(&found[1..]);
        assert!(less.contains("b  # a test"), "{less}");
        assert!(!less.contains(one.as_str()));
        assert_eq!(again.with(&found), text);
    }

    #[test]
    fn thought_up_values_are_named_by_their_place() {
        let generic = rule(GENERIC_ID).unwrap();
        let file = empty();
        let here = file.name(generic, "/nowhere/a", b"FAKE-hunter2");
        assert_ne!(here, file.name(generic, "/nowhere/b", b"FAKE-hunter2"));
        // Many values share a name, so nobody can tell by it which one it is.
        let same = (0..2000)
            .filter(|n| file.name(generic, "/nowhere/a", format!("FAKE-{n}").as_bytes()) == here)
            .count();
        assert!((1..40).contains(&same), "{same}");

        let token = rule("anthropic-api-key").unwrap();
        let value = fake(token, &mut Dice::new(1));
        let here = file.name(token, "/nowhere/a", value.as_bytes());
        assert_eq!(here, file.name(token, "/nowhere/b", value.as_bytes()));
        let other = Known::new(
            Path::new("x"),
            Path::new("/nowhere"),
            Path::new(""),
            [8; 32],
        );
        assert_ne!(here, other.name(token, "/nowhere/a", value.as_bytes()));
    }

    #[test]
    fn a_file_that_is_none_is_refused() {
        for (text, said) in [
            ("", "no line with a salt"),
            ("salt 12", "64 hexadecimal"),
            ("hunter2", "line 1"),
        ] {
            let Err(error) = Known::parse(Path::new("x"), Path::new("/"), Path::new(""), text)
            else {
                panic!("{text}");
            };
            assert!(error.contains(said), "{error}");
        }
    }
}
