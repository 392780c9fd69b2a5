//! The process environment, the current user and the time: read once, then passed on.
//!
//! Called by `cli` when it starts.
//!
//! **Invariant:** the only place that asks for environment variables; their values are secret
//! until somebody knows better.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use bedlock_model::SecretBytes;
use jiff::Timestamp;

use crate::HostError;

/// What bedlock was started with.
#[derive(Debug)]
pub struct Environment {
    /// The home folder: `HOME`, else what the account database says.
    pub home: PathBuf,
    /// The real user.
    pub uid: u32,
    /// Name of the user, where the account database has one.
    pub user: Option<String>,
    /// Name of this machine.
    pub host_name: String,
    /// All variables. Names that are no UTF-8 are left out.
    pub variables: BTreeMap<String, SecretBytes>,
    /// Whether questions can be asked.
    pub stdin_is_terminal: bool,
    /// Whether a person reads the output.
    pub stdout_is_terminal: bool,
    /// Whether nobody will ever see the output: it goes to `/dev/null`, where a closed standard
    /// output goes too.
    pub stdout_is_null: bool,
    /// Whether a person sees a progress bar.
    pub stderr_is_terminal: bool,
}

impl Environment {
    /// Reads everything from the running process.
    ///
    /// # Errors
    /// [`HostError::NoHome`] when there is no home folder.
    pub fn read() -> Result<Self, HostError> {
        let uid = rustix::process::getuid().as_raw();
        let account = account(uid);
        let variables = variables(std::env::vars_os());
        let home = match value(&variables, "HOME") {
            Some(home) => Some(path(home)),
            None => account.as_ref().map(|account| account.home.clone()),
        };
        let uname = rustix::system::uname();
        Ok(Self {
            home: home.ok_or(HostError::NoHome { uid })?,
            uid,
            user: account.map(|account| account.name),
            host_name: uname.nodename().to_string_lossy().into_owned(),
            variables,
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stdout_is_null: is_null(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        })
    }

    /// The value of a variable that is set and not empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&SecretBytes> {
        self.variables.get(name).filter(|value| !value.is_empty())
    }

    /// The value of a variable that names a setting and no secret, when it is text.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.variable(name)
            .and_then(|value| std::str::from_utf8(value.danger_expose()).ok())
    }

    /// The folder of bedlock's own files: `$XDG_STATE_HOME/bedlock`, else
    /// `.local/state/bedlock` in the home.
    ///
    /// **Source:** <https://specifications.freedesktop.org/basedir-spec/latest/>: a relative path is ignored.
    #[must_use]
    pub fn state_folder(&self) -> PathBuf {
        let base = self.variable("XDG_STATE_HOME").map(path);
        base.filter(|base| base.is_absolute())
            .unwrap_or_else(|| self.home.join(".local/state"))
            .join("bedlock")
    }
}

/// Tells the time.
pub trait Clock: Sync {
    /// The time now, UTC.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(
    /// The time that it shows.
    pub Timestamp,
);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn is_null() -> bool {
    let null = rustix::fs::stat("/dev/null").map(|null| null.st_rdev);
    let out = rustix::fs::fstat(std::io::stdout());
    match (null, out) {
        (Ok(null), Ok(out)) => {
            rustix::fs::FileType::from_raw_mode(out.st_mode)
                == rustix::fs::FileType::CharacterDevice
                && out.st_rdev == null
        }
        // Nothing can be said of it, so nothing is forbidden.
        _ => false,
    }
}

/// An entry of the account database.
#[derive(Debug, PartialEq, Eq)]
struct Account {
    name: String,
    home: PathBuf,
}

/// The name of a user of this machine, from the local account file.
pub(crate) fn account_name(uid: u32) -> Option<String> {
    let text = std::fs::read("/etc/passwd").ok()?;
    account_in(&text, uid).map(|account| account.name)
}

/// The home folder of a user of this machine.
pub(crate) fn account_home(uid: u32) -> Option<PathBuf> {
    account(uid).map(|account| account.home)
}

/// The account of a user: the local file, then whatever directory the system is configured for.
fn account(uid: u32) -> Option<Account> {
    let local = std::fs::read("/etc/passwd").ok();
    local
        .and_then(|text| account_in(&text, uid))
        .or_else(|| account_in(&directory_entry(uid)?, uid))
}

/// Asks the system's own resolver, which knows LDAP and the like.
fn directory_entry(uid: u32) -> Option<Vec<u8>> {
    let mut command = if cfg!(target_os = "macos") {
        let mut command = Command::new("/usr/bin/id");
        command.arg("-P");
        command
    } else {
        let mut command = Command::new("getent");
        command.arg("passwd").arg(uid.to_string());
        command
    };
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// Reads `name:password:uid:gid:...:home:shell`; macOS has three fields more in the middle, so
/// the home is counted from the end.
fn account_in(text: &[u8], uid: u32) -> Option<Account> {
    text.split(|byte| *byte == b'\n').find_map(|line| {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
        if fields.len() < 7 || fields[2] != uid.to_string().as_bytes() {
            return None;
        }
        let home = fields[fields.len() - 2];
        Some(Account {
            name: String::from_utf8_lossy(fields[0]).into_owned(),
            home: PathBuf::from(OsString::from_vec(home.to_vec())),
        })
    })
}

fn variables(all: impl Iterator<Item = (OsString, OsString)>) -> BTreeMap<String, SecretBytes> {
    all.filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name, SecretBytes::new(value.into_vec())))
    })
    .collect()
}

fn value<'a>(variables: &'a BTreeMap<String, SecretBytes>, name: &str) -> Option<&'a SecretBytes> {
    variables.get(name).filter(|value| !value.is_empty())
}

fn path(value: &SecretBytes) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(value.danger_expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_in_both_layouts() {
        let linux =
            b"root:x:0:0:root:/root:/bin/sh\nu:x:1000:1000:U,,,:/home/u:/bin/bash\nbroken\n";
        let found = account_in(linux, 1000).unwrap();
        assert_eq!(
            (found.name.as_str(), found.home),
            ("u", PathBuf::from("/home/u"))
        );
        let macos = b"u:*:501:20::0:0:U:/Users/u:/bin/zsh\n";
        assert_eq!(
            account_in(macos, 501).unwrap().home,
            PathBuf::from("/Users/u")
        );
        assert_eq!(account_in(linux, 7), None);
    }

    #[test]
    fn the_environment_is_never_shown() {
        let pair = (OsString::from("NAME"), OsString::from("canary-FAKE-value"));
        let mut environment = Environment::read().unwrap();
        environment.variables = variables([pair].into_iter());
        assert_eq!(environment.setting("NAME"), Some("canary-FAKE-value"));
        assert!(!format!("{environment:?}").contains("canary"));
    }

    #[test]
    fn a_relative_state_home_is_ignored() {
        let mut environment = Environment::read().unwrap();
        environment.home = "/home/u".into();
        let mut state = |text: &str| {
            let value = SecretBytes::new(text.as_bytes().to_vec());
            environment.variables.insert("XDG_STATE_HOME".into(), value);
            environment.state_folder()
        };
        assert_eq!(state("here"), PathBuf::from("/home/u/.local/state/bedlock"));
        assert_eq!(state(""), PathBuf::from("/home/u/.local/state/bedlock"));
        assert_eq!(state("/s"), PathBuf::from("/s/bedlock"));
    }
}
