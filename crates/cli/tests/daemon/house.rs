//! A home with a profile, a bot and settings, and the daemon that runs in it.
//!
//! Used by the tests of this folder.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use bedlock_sandbox::{Decision, Sandbox, SandboxConfig};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

pub(crate) const CHAT: i64 = 4242;
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the helper below is told by.
pub(crate) const LOOK_AT: &str = "BEDLOCK_TEST_LOOK_AT";
pub(crate) const LISTEN_AT: &str = "BEDLOCK_TEST_LISTEN_AT";

pub(crate) struct House {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: tempfile::TempDir,
    pub(crate) token: String,
    pub(crate) program: PathBuf,
    /// Runs the daemon as that user, when root runs the test.
    pub(crate) user: Option<u32>,
}

impl House {
    pub(crate) fn new(user: Option<u32>, more: &str) -> Self {
        let sandbox = Sandbox::start(SandboxConfig {
            poll_interval: Duration::ZERO,
            ..SandboxConfig::default()
        })
        .unwrap();
        let token = sandbox.telegram().new_bot();
        sandbox.telegram().open_chat(CHAT);
        let home = tempfile::tempdir().unwrap();
        let house = Self {
            program: home.path().join("bedlock"),
            sandbox,
            home,
            token,
            user,
        };
        house.furnish(more);
        house
    }

    pub(crate) fn furnish(&self, more: &str) {
        let config = self.path(".config/bedlock");
        fs::create_dir_all(&config).unwrap();
        fs::create_dir_all(self.path("run")).unwrap();
        fs::create_dir_all(self.path(".aws")).unwrap();
        let profile = self.sandbox.aws_config("agent");
        fs::write(self.path(".aws/config"), profile).unwrap();
        let secret = config.join("telegram.token");
        fs::write(&secret, &self.token).unwrap();
        fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
        let settings = format!(
            "[daemon]\nprofile = \"agent\"\nhold = \"1s\"\nsocket = \"{}\"\n{more}\
             [notify.telegram]\nchat = {CHAT}\ntoken_file = \"~/.config/bedlock/telegram.token\"\n\
             api_root = \"{}\"\n",
            self.socket().display(),
            self.sandbox.endpoint()
        );
        fs::write(config.join("bedlock.toml"), settings).unwrap();
        // Where the test's user may go, another one may not.
        copy(Path::new(env!("CARGO_BIN_EXE_bedlock")), &self.program);
        fs::set_permissions(self.home.path(), Permissions::from_mode(0o755)).unwrap();
        if let Some(user) = self.user {
            for folder in [".aws", ".config", "run"] {
                give(&self.path(folder), user);
            }
            fs::create_dir(self.path(".local")).unwrap();
            give(&self.path(".local"), user);
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.path("run/daemon.sock")
    }

    pub(crate) fn command(&self, program: &Path, user: Option<u32>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("CREDENTIALS_DIRECTORY", self.path("credentials"))
            .envs(self.sandbox.environment())
            .stdin(Stdio::null());
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        command
    }

    /// The helper below, as that user.
    pub(crate) fn helper(&self, user: Option<u32>, variable: &str, value: &str) -> Command {
        let program = self.path("helper");
        if !program.exists() {
            copy(&std::env::current_exe().unwrap(), &program);
        }
        let arguments = ["--exact", "others::helper", "--ignored", "--nocapture"];
        let mut command = self.command(&program, user, &arguments);
        command.env(variable, value);
        command
    }

    /// A home of another user, whose settings name that socket.
    pub(crate) fn other_home(&self, name: &str, user: u32, socket: &Path) -> PathBuf {
        let home = self.path(name);
        fs::create_dir_all(home.join(".config/bedlock")).unwrap();
        let settings = format!("[daemon]\nsocket = \"{}\"\n", socket.display());
        fs::write(home.join(".config/bedlock/bedlock.toml"), settings).unwrap();
        give(&home, user);
        home
    }

    pub(crate) fn creds_of(&self, home: &Path, user: u32) -> Output {
        let mut command = self.command(&self.program, Some(user), &["creds"]);
        command.env("HOME", home).output().unwrap()
    }

    pub(crate) fn bedlock(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(&self.program, self.user, arguments);
        command.output().unwrap()
    }

    pub(crate) fn daemon(&self) -> Running {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("daemon.log"))
            .unwrap();
        let mut command = self.command(&self.program, self.user, &["daemon", "--log", "json"]);
        Running(command.stderr(log).spawn().unwrap())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("daemon.log")).unwrap_or_default()
    }

    pub(crate) fn until(&self, what: &str, condition: impl Fn(&Sandbox) -> bool) {
        let done = self.sandbox.wait_until(PATIENCE, condition);
        assert!(done, "{what}\n{}", self.log());
    }

    /// Waits for something that the sandbox does not see.
    pub(crate) fn poll(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < end, "{what}\n{}", self.log());
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    pub(crate) fn says(&self, words: &str) {
        self.until(words, |sandbox| {
            let last = sandbox.telegram().messages(CHAT).pop();
            last.is_some_and(|message| message.text().contains(words))
        });
    }

    pub(crate) fn approve(&self) {
        let code = self.sandbox.pending()[0].user_code.clone().unwrap();
        assert!(self.sandbox.decide(&code, Decision::Approve));
        self.says("signed in, good until");
    }

    pub(crate) fn ask(&self, question: &str) -> Value {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.write_all(question.as_bytes()).unwrap();
        stream.write_all(b"\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(!self.log().contains(&self.token), "the token is in the log");
        }
    }
}

/// Copies a program in another process: a child that another test starts meanwhile would inherit the
/// open file, and a file that is open for writing is not run.
pub(crate) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// Gives a folder and what is in it to a user.
pub(crate) fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

pub(crate) fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn signal(&mut self, signal: Signal) -> ExitStatus {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
        self.0.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
