//! A home to try bedlock on, and bedlock run in it as a person runs it.
//!
//! **Invariant:** whatever a test does, no output holds a canary or an escape byte, a recovery code
//! is printed by `harden --apply` only, and bedlock's own folders hold no canary.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// Everything that harden has to know.
pub(crate) const OPTIONS: [&str; 13] = [
    "--region",
    "us-west-2",
    "--model",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "--sso-start-url",
    "https://d-1234567890.awsapps.com/start",
    "--sso-region",
    "us-east-1",
    "--account",
    "123456789012",
    "--role",
    "BedrockInvoke",
    "--no-plugin-check",
];

/// What a recovery code begins with.
pub(crate) const CODE: &str = "AGE-SECRET-KEY-1";

/// A file or folder: type and mode, owner, time of modification, content.
pub(crate) type Entry = (u32, (u32, u32), (i64, i64), String);

/// A home below a temporary folder, and another one for whoever runs bedlock.
pub(crate) struct Lab {
    folder: TempDir,
    pub(crate) home: PathBuf,
    /// The end of each canary; no two have the same.
    needles: Vec<String>,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            stdout,
            stderr,
        } = self;
        write!(f, "{status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

impl Ran {
    /// Fails unless it ended with this code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(self.status.code(), Some(expected), "{self}");
        self
    }

    /// Fails unless standard error holds each of the texts.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "not said: {text}\n{self}");
        }
        self
    }

    /// Fails unless standard output holds each of the texts, however lines were broken.
    #[track_caller]
    pub(crate) fn shows(self, texts: &[&str]) -> Self {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = words(&self.stdout);
        for text in texts {
            assert!(shown.contains(&words(text)), "not shown: {text}\n{self}");
        }
        self
    }

    /// Fails when standard output is not empty.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert!(self.stdout.is_empty(), "{self}");
        self
    }

    /// The recovery code that was printed.
    #[track_caller]
    pub(crate) fn recovery_code(&self) -> String {
        let Some(start) = self.stdout.find(CODE) else {
            panic!("no recovery code: {self}")
        };
        let code = self.stdout[start..].chars();
        code.take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect()
    }
}

impl Lab {
    /// A home without anything in it.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        fs::create_dir(folder.path().join("own")).unwrap();
        Self {
            folder,
            home,
            needles: Vec::new(),
        }
    }

    /// A home with every usual leak.
    pub(crate) fn leaky() -> Self {
        let mut lab = Self::empty();
        let home = lab.home.clone();
        lab.leak_into(&home);
        lab
    }

    /// Lays out one more leaky home.
    pub(crate) fn leak_into(&mut self, home: &Path) {
        let canaries = bedlock_sandbox::home::leaky_home(home).unwrap();
        let ends = canaries
            .iter()
            .map(|canary| canary.value[canary.value.len() - 16..].to_owned());
        self.needles.extend(ends);
    }

    /// The folder that everything is in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in OpenClaw's state folder.
    pub(crate) fn state(&self, path: &str) -> PathBuf {
        self.home.join(".openclaw").join(path)
    }

    /// A command with an environment of its own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedlock"));
        command
            .args(arguments)
            .current_dir(&self.home)
            .env_clear()
            .env("HOME", self.folder().join("own"))
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// The arguments of a verb for this home.
    pub(crate) fn at_home<'a>(&'a self, verb: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        [&[verb, "--home", self.home.to_str().unwrap()], more].concat()
    }

    /// Runs a verb on the home.
    #[track_caller]
    pub(crate) fn run(&self, verb: &str, more: &[&str]) -> Ran {
        self.finish(&mut self.command(&self.at_home(verb, more)), "")
    }

    /// Shows the plan, or applies it.
    #[track_caller]
    pub(crate) fn harden(&self, more: &[&str]) -> Ran {
        self.run("harden", &[&OPTIONS, more].concat())
    }

    /// Takes a harden back; the code comes from standard input.
    #[track_caller]
    pub(crate) fn undo(&self, code: &str) -> Ran {
        let arguments = self.at_home("undo", &["--code-file", "-"]);
        self.finish(&mut self.command(&arguments), code)
    }

    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn finish(&self, command: &mut Command, input: &str) -> Ran {
        let given = self.folder().join("own/stdin");
        if !input.is_empty() {
            fs::write(&given, input).unwrap();
            command.stdin(File::open(&given).unwrap());
            fs::remove_file(&given).unwrap();
        }
        let applies = command.get_args().any(|argument| argument == "--apply");
        let out = command.output().unwrap();
        let ran = Ran {
            status: out.status,
            stdout: String::from_utf8(out.stdout).unwrap(),
            stderr: String::from_utf8(out.stderr).unwrap(),
        };
        for printed in [&ran.stdout, &ran.stderr] {
            assert!(!self.leaks(printed.as_bytes()), "a canary was printed");
            assert!(
                !printed.contains('\x1b'),
                "an escape byte was printed: {ran}"
            );
        }
        assert!(
            !holds_code(&ran.stderr),
            "a recovery code is in standard error: {ran}"
        );
        assert!(
            applies || !holds_code(&ran.stdout),
            "a recovery code is in an answer: {ran}"
        );
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        self.keeps_no_secret();
        ran
    }

    /// Whether a text holds the end of a canary.
    pub(crate) fn leaks(&self, text: &[u8]) -> bool {
        let holds = |needle: &String| text.windows(16).any(|window| window == needle.as_bytes());
        self.needles.iter().any(holds)
    }

    /// Looks through every folder of bedlock's own. Other files are not opened: closing one would
    /// take the locks of a database that a test holds.
    #[track_caller]
    fn keeps_no_secret(&self) {
        let homes = [self.home.clone(), self.folder().join("own")];
        for state in homes.map(|home| home.join(".local/state/bedlock")) {
            if !state.exists() {
                continue;
            }
            for (path, (mode, ..)) in tree(&state) {
                if mode & 0o170_000 != 0o100_000 {
                    continue;
                }
                let content = fs::read(state.join(&path)).unwrap();
                assert!(!self.leaks(&content), "a canary is in {}", path.display());
                let code = holds_code(&String::from_utf8_lossy(&content));
                assert!(!code, "a recovery code is in {}", path.display());
            }
        }
    }

    /// The home without bedlock's own folder.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Entry> {
        let mut found = tree(&self.home);
        found.retain(|path, _| !path.starts_with(".local"));
        found
    }
}

/// Whether there is more of a recovery code than what each begins with.
fn holds_code(text: &str) -> bool {
    let after = |(at, _)| text.get(at + CODE.len()..at + CODE.len() + 12);
    let mut ends = text.match_indices(CODE).filter_map(after);
    ends.any(|end: &str| end.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Every file and folder below a root, by its path in it.
pub(crate) fn tree(root: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let relative = folder.join(entry.unwrap().file_name());
            let path = root.join(&relative);
            let meta = fs::symlink_metadata(&path).unwrap();
            let content = if meta.is_file() {
                let mut hash = Sha256::new();
                io::copy(&mut File::open(&path).unwrap(), &mut hash).unwrap();
                hex::encode(hash.finalize())
            } else if meta.is_symlink() {
                fs::read_link(&path).unwrap().display().to_string()
            } else {
                String::new()
            };
            let owner = (meta.uid(), meta.gid());
            let modified = (meta.mtime(), meta.mtime_nsec());
            found.insert(relative.clone(), (meta.mode(), owner, modified, content));
            if meta.is_dir() {
                folders.push(relative);
            }
        }
    }
    found
}

/// Fails with the paths that differ.
#[track_caller]
pub(crate) fn same(before: &BTreeMap<PathBuf, Entry>, after: &BTreeMap<PathBuf, Entry>) {
    let paths = before.keys().chain(after.keys());
    let different: Vec<String> = paths
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| {
            format!(
                "{}: {:?} {:?}",
                path.display(),
                before.get(path),
                after.get(path)
            )
        })
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}
