//! A signed-in home, and a client that plays a case in it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use bedlock_sandbox::{ModelGrant, Sandbox, SandboxConfig, TokenCache};
use serde_json::Value;
use tempfile::TempDir;

use super::peer::Peer;
use super::{EMBEDDING, INVOKE_ONLY, PROFILE};

/// A home folder that is signed in to a sandbox, and nothing else.
pub(crate) struct Host {
    pub(crate) sandbox: Sandbox,
    home: TempDir,
}

impl Host {
    pub(crate) fn new(change: impl FnOnce(&mut SandboxConfig)) -> Self {
        let host = Self::signed_out(change);
        host.sign_in(&host.sandbox.signed_in_cache());
        host
    }

    /// A home that knows its profile and has no session yet.
    pub(crate) fn signed_out(change: impl FnOnce(&mut SandboxConfig)) -> Self {
        let mut config = SandboxConfig {
            models: vec![
                ModelGrant::both(PROFILE),
                ModelGrant::invoke_only(INVOKE_ONLY),
                ModelGrant::invoke_only(EMBEDDING),
            ],
            ..SandboxConfig::default()
        };
        change(&mut config);
        let sandbox = Sandbox::start(config).unwrap();
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().join(".aws/sso/cache");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(cache)
            .unwrap();
        fs::write(
            home.path().join(".aws/config"),
            sandbox.aws_config("bedlock"),
        )
        .unwrap();
        Self { sandbox, home }
    }

    pub(crate) fn sign_in(&self, cache: &TokenCache) {
        let mut open = fs::OpenOptions::new();
        open.write(true).create(true).truncate(true).mode(0o600);
        let mut file = open.open(self.cache_path(&cache.file_name)).unwrap();
        file.write_all(&cache.bytes).unwrap();
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    fn cache_path(&self, file_name: &str) -> PathBuf {
        self.home.path().join(".aws/sso/cache").join(file_name)
    }

    pub(crate) fn cached(&self) -> String {
        let files = fs::read_dir(self.home.path().join(".aws/sso/cache")).unwrap();
        let paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        assert_eq!(paths.len(), 1, "{paths:?}");
        fs::read_to_string(&paths[0]).unwrap()
    }

    /// Plays a case and returns what the client made of it.
    pub(crate) fn play(&self, peer: &Peer, case: &str, model: &str) -> Value {
        let mut playing = Playing::start(self, peer, case, model);
        playing.outcome(self)
    }

    /// Says what the last request asked for and how it was answered.
    pub(crate) fn last(&self) -> (String, u16, Option<&'static str>) {
        let record = self.sandbox.requests().pop().unwrap();
        (record.action.to_owned(), record.status, record.error)
    }

    pub(crate) fn count(&self, action: &str, status: u16) -> usize {
        let records = self.sandbox.requests();
        records
            .iter()
            .filter(|r| r.action == action && r.status == status)
            .count()
    }
}

/// A client in the middle of a case.
pub(crate) struct Playing {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Playing {
    pub(crate) fn start(host: &Host, peer: &Peer, case: &str, model: &str) -> Self {
        let mut child = Command::new(&peer.program)
            .args(&peer.arguments)
            .args([case, model])
            .args(peer.trailing)
            .env_clear()
            .env("HOME", host.home.path())
            .env("AWS_PROFILE", "bedlock")
            .env("NODE_NO_WARNINGS", "1")
            .envs(host.sandbox.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn go_on(&mut self) {
        self.child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }

    pub(crate) fn outcome(&mut self, host: &Host) -> Value {
        let line = self.line();
        assert!(self.child.wait().unwrap().success(), "{line}");
        assert_logs_keep_no_secret(host, &line);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

/// Everything that is signed in to is random and says FAKE, so one word finds every leak.
fn assert_logs_keep_no_secret(host: &Host, outcome: &str) {
    let told = format!("{:?} {outcome} {:?}", host.sandbox.requests(), host.sandbox);
    assert!(!told.contains("FAKE"), "{told}");
}
