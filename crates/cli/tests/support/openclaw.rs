//! A real OpenClaw: which release, where it is installed, how it is run in a home of its own.
//!
//! **Invariant:** nothing is inherited from whoever runs the tests: not the environment, not the
//! home, and npm is told not to go online.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long any one command may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(300);

/// The release of OpenClaw that a test talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// The newest; its Bedrock plugin is a package of its own.
    Y2026M9,
    /// The newest that bundles its Bedrock plugin.
    Y2026M5,
}

impl Release {
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Y2026M9 => "2026.9.6",
            Self::Y2026M5 => "2026.5.7",
        }
    }
}

/// An installed release and the home that it runs in.
#[derive(Clone)]
pub(crate) struct OpenClaw {
    pub(crate) release: Release,
    modules: PathBuf,
    node: PathBuf,
    pub(crate) home: PathBuf,
    /// Where the tests put what does not belong into the home.
    pub(crate) scratch: PathBuf,
    pub(crate) port: u16,
    /// Variables beyond the few that every command gets.
    pub(crate) environment: Vec<(String, String)>,
}

/// What a command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ended with {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

impl Ran {
    /// Returns itself when the command succeeded.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }
}

/// The folder of the peers.
pub(crate) fn peers() -> PathBuf {
    std::env::var_os("BEDLOCK_PEERS")
        .map(PathBuf::from)
        .expect("BEDLOCK_PEERS names no folder: run `cargo xtask peer-tests`")
}

/// Finds the `node` program, which an npm package per platform holds.
fn node_below(modules: &Path) -> PathBuf {
    let packages = fs::read_dir(modules).unwrap().flatten();
    packages
        .map(|package| package.path().join("bin/node"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!(
                "{} holds no node: run `cargo xtask peers`",
                modules.display()
            )
        })
}

impl OpenClaw {
    /// Finds an installed release, to run in a home that exists.
    pub(crate) fn new(release: Release, home: &Path, scratch: &Path) -> Self {
        let folder = format!("openclaw-{}", release.version());
        let modules = peers().join(folder).join("node_modules");
        assert!(
            modules.join("openclaw/openclaw.mjs").exists(),
            "{} is not installed: run `cargo xtask peers`",
            modules.display()
        );
        // What a global installation puts on the path.
        let bin = scratch.join("bin");
        fs::create_dir_all(&bin).unwrap();
        symlink(modules.join("openclaw/openclaw.mjs"), bin.join("openclaw")).unwrap();
        let node = node_below(&modules);
        symlink(&node, bin.join("node")).unwrap();
        Self {
            release,
            modules,
            node,
            home: home.to_path_buf(),
            scratch: scratch.to_path_buf(),
            port: free_port(),
            environment: Vec::new(),
        }
    }

    /// The folder with its state.
    pub(crate) fn state(&self) -> PathBuf {
        self.home.join(".openclaw")
    }

    /// The search path of a person on this host.
    pub(crate) fn path(&self) -> String {
        format!(
            "{}/bin:/usr/local/bin:/usr/bin:/bin",
            self.scratch.display()
        )
    }

    /// How a service starts the gateway.
    pub(crate) fn gateway_command(&self) -> String {
        format!(
            "{} {} gateway --port {}",
            self.node.display(),
            self.modules.join("openclaw/openclaw.mjs").display(),
            self.port
        )
    }

    fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(&self.node);
        command
            .arg(self.modules.join("openclaw/openclaw.mjs"))
            .args(arguments)
            .current_dir(&self.home)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", self.path())
            .env("TERM", "dumb")
            .env("LANG", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env("OPENCLAW_NO_AUTO_UPDATE", "1")
            .env("OPENCLAW_OFFLINE", "1")
            .env("npm_config_offline", "true")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .process_group(0);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ran {
        self.run_with_input(arguments, "")
    }

    /// Runs a command that reads something.
    pub(crate) fn run_with_input<A: AsRef<OsStr>>(&self, arguments: &[A], input: &str) -> Ran {
        let mut output = tempfile::tempfile().unwrap();
        let mut errors = tempfile::tempfile().unwrap();
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(errors.try_clone().unwrap())
            .spawn()
            .unwrap();
        // A command that reads nothing may be gone before all is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let code = wait(&mut child, PATIENCE).and_then(|status| status.code());
        kill_group(&child);
        Ran {
            code,
            stdout: text(&mut output),
            stderr: text(&mut errors),
        }
    }

    /// Starts the gateway in the foreground and waits until it is ready.
    pub(crate) fn gateway(&self) -> Gateway {
        let log = self.scratch.join("gateway-console.log");
        let out = File::create(&log).unwrap();
        let child = self
            .command(&["gateway", "run"])
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        let mut gateway = Gateway {
            child,
            log,
            port: self.port,
        };
        gateway.wait_until_ready();
        gateway
    }
}

/// A running gateway, killed when dropped.
pub(crate) struct Gateway {
    child: Child,
    log: PathBuf,
    port: u16,
}

impl Gateway {
    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !is_ready(self.port) {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "the gateway is not ready ({ended:?}):\n{}",
                self.console()
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed.
    pub(crate) fn console(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it as its documentation says: SIGTERM, then wait.
    pub(crate) fn stop(mut self) {
        // Somebody else may have ended it already.
        let _ = kill_process(pid(&self.child), Signal::TERM);
        let ended = wait(&mut self.child, PATIENCE);
        assert!(
            ended.is_some(),
            "the gateway does not end:\n{}",
            self.console()
        );
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        kill_group(&self.child);
        let _ = self.child.wait();
    }
}

/// The processes that run in a home, ended when dropped: harden starts a gateway that outlives it.
pub(crate) struct Processes {
    home: PathBuf,
}

impl Processes {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            home: home.to_path_buf(),
        }
    }

    /// Process ids and environments.
    fn environments(&self) -> Vec<(u32, Vec<u8>)> {
        let home = format!("HOME={}", self.home.display());
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // It may have ended since.
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let mut variables = environment.split(|&byte| byte == 0);
            if variables.any(|variable| variable == home.as_bytes()) {
                found.push((pid, environment));
            }
        }
        found
    }

    pub(crate) fn pids(&self) -> Vec<u32> {
        self.environments()
            .into_iter()
            .map(|(pid, _)| pid)
            .collect()
    }

    pub(crate) fn whose_environment_holds(&self, secret: &str) -> Vec<u32> {
        self.environments()
            .into_iter()
            .filter(|(_, environment)| String::from_utf8_lossy(environment).contains(secret))
            .map(|(pid, _)| pid)
            .collect()
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Again, because a gateway starts helpers while it is looked for.
            let pids = self.pids();
            if pids.is_empty() || Instant::now() > deadline {
                return;
            }
            for pid in pids {
                let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
                // It may have ended since.
                let _ = pid.map(|pid| kill_process(pid, Signal::KILL));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Asks a gateway whether it is ready.
pub(crate) fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
        )?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    };
    ask().is_ok_and(|reply| reply.starts_with("HTTP/1.1 200"))
}

/// Finds a port that nobody listens on at the moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn wait(child: &mut Child, patience: Duration) -> Option<std::process::ExitStatus> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if Instant::now() > deadline {
            kill_group(child);
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()
}

/// Ends what a command left behind, such as a worker that outlived it.
fn kill_group(child: &Child) {
    // There is no such group once everything in it has ended.
    let _ = kill_process_group(pid(child), Signal::KILL);
}

fn text(file: &mut File) -> String {
    use std::io::Seek;

    file.rewind().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
