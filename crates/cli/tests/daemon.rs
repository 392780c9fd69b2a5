//! The daemon as a process: killed, restarted, asked on its socket, looked at by the agent's user.
//!
//! **Invariant:** waits for events of the sandbox only; what needs other users runs as root, and says
//! so when it does not run.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "test code starts processes, says what it leaves out, and fails the test by panicking"
)]

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

const CHAT: i64 = 4242;
const PATIENCE: Duration = Duration::from_secs(60);

/// Users whom no account is for.
const OWNER: u32 = 54_321;
const AGENT: u32 = 54_322;
const STRANGER: u32 = 54_323;
/// What the helper below is told by.
const LOOK_AT: &str = "BEDLOCK_TEST_LOOK_AT";
const LISTEN_AT: &str = "BEDLOCK_TEST_LISTEN_AT";

struct House {
    sandbox: Sandbox,
    home: tempfile::TempDir,
    token: String,
    program: PathBuf,
    /// Runs the daemon as that user, when root runs the test.
    user: Option<u32>,
}

impl House {
    fn new(user: Option<u32>, more: &str) -> Self {
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

    fn furnish(&self, more: &str) {
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

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.path("run/daemon.sock")
    }

    fn command(&self, program: &Path, user: Option<u32>, arguments: &[&str]) -> Command {
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
    fn helper(&self, user: Option<u32>, variable: &str, value: &str) -> Command {
        let program = self.path("helper");
        if !program.exists() {
            copy(&std::env::current_exe().unwrap(), &program);
        }
        let arguments = ["--exact", "helper", "--ignored", "--nocapture"];
        let mut command = self.command(&program, user, &arguments);
        command.env(variable, value);
        command
    }

    /// A home of another user, whose settings name that socket.
    fn other_home(&self, name: &str, user: u32, socket: &Path) -> PathBuf {
        let home = self.path(name);
        fs::create_dir_all(home.join(".config/bedlock")).unwrap();
        let settings = format!("[daemon]\nsocket = \"{}\"\n", socket.display());
        fs::write(home.join(".config/bedlock/bedlock.toml"), settings).unwrap();
        give(&home, user);
        home
    }

    fn creds_of(&self, home: &Path, user: u32) -> Output {
        let mut command = self.command(&self.program, Some(user), &["creds"]);
        command.env("HOME", home).output().unwrap()
    }

    fn bedlock(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(&self.program, self.user, arguments);
        command.output().unwrap()
    }

    fn daemon(&self) -> Running {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("daemon.log"))
            .unwrap();
        let mut command = self.command(&self.program, self.user, &["daemon", "--log", "json"]);
        Running(command.stderr(log).spawn().unwrap())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("daemon.log")).unwrap_or_default()
    }

    fn until(&self, what: &str, condition: impl Fn(&Sandbox) -> bool) {
        let done = self.sandbox.wait_until(PATIENCE, condition);
        assert!(done, "{what}\n{}", self.log());
    }

    /// Waits for something that the sandbox does not see.
    fn poll(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < end, "{what}\n{}", self.log());
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    fn says(&self, words: &str) {
        self.until(words, |sandbox| {
            let last = sandbox.telegram().messages(CHAT).pop();
            last.is_some_and(|message| message.text().contains(words))
        });
    }

    fn approve(&self) {
        let code = self.sandbox.pending()[0].user_code.clone().unwrap();
        assert!(self.sandbox.decide(&code, Decision::Approve));
        self.says("signed in, good until");
    }

    fn ask(&self, question: &str) -> Value {
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
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// Gives a folder and what is in it to a user.
fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// What needs root is not run without it.
fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("not run: starting processes of other users needs root");
    }
    root
}

struct Running(Child);

impl Running {
    fn signal(&mut self, signal: Signal) -> ExitStatus {
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

#[test]
fn killed_and_restarted_it_has_one_message_and_goes_on() {
    let house = House::new(None, "");
    let mut daemon = house.daemon();
    house.says("sign in to AWS");
    let state = house.path(".local/state/bedlock/daemon.json");
    house.poll("the receipt is kept", || {
        fs::read_to_string(&state).is_ok_and(|state| state.contains("\"receipt\":{"))
    });
    daemon.signal(Signal::KILL);
    assert!(house.socket().exists(), "a kill leaves the socket");
    let mut daemon = house.daemon();
    house.poll("it starts", || UnixStream::connect(house.socket()).is_ok());
    // Nobody has tapped, and whoever asks is told where the link is.
    let creds = ["creds", "--profile", "agent"];
    let refused = house.bedlock(&creds);
    let said = told(&refused);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(
        said.contains("the sign-in link is in the owner's chat"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    house.approve();
    assert_eq!(house.sandbox.telegram().messages(CHAT).len(), 1);

    let status = house.ask("{\"op\":\"status\"}");
    assert_eq!(status["status"]["phase"], "valid", "{status}");
    let credentials = house.ask("{\"op\":\"creds\"}");
    assert_eq!(credentials["credentials"]["Version"], 1);
    // One that hangs is not waited for.
    let pid = Pid::from_child(&daemon.0);
    kill_process(pid, Signal::STOP).unwrap();
    let printed = house.bedlock(&creds);
    kill_process(pid, Signal::CONT).unwrap();
    assert!(printed.status.success(), "{}", told(&printed));
    assert!(printed.stderr.is_empty(), "{}", told(&printed));
    // A second daemon is refused, and takes nothing away from the first.
    let second = house.bedlock(&["daemon"]);
    let said = told(&second);
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains("another bedlock daemon answers"), "{said}");
    assert_eq!(house.ask("{\"op\":\"status\"}")["ok"], true);

    assert!(daemon.signal(Signal::TERM).success(), "{}", house.log());
    assert!(!house.socket().exists());
    let log = house.log();
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    assert!(log.contains("stopping"), "{log}");
    let secret = &credentials["credentials"]["SecretAccessKey"];
    assert!(!log.contains(secret.as_str().unwrap()));
}

/// The daemon asks, somebody signs in with `--sealed` on the machine, and that is the answer.
#[test]
fn it_finds_a_session_that_was_sealed_while_it_ran() {
    let house = House::new(None, "");
    fs::create_dir(house.path("credentials")).unwrap();
    let key = "a key that is FAKE and long";
    fs::write(house.path("credentials/bedlock-seal"), key).unwrap();
    let daemon = house.daemon();
    house.says("sign in to AWS");
    let login = ["login", "--device", "--sealed", "--profile", "agent"];
    let mut login = house.command(&house.program, None, &login);
    login.stdout(Stdio::piped()).stderr(Stdio::piped());
    let login = login.spawn().unwrap();
    house.until("a second sign-in begins", |sandbox| {
        sandbox.pending().len() == 2
    });
    for pending in house.sandbox.pending() {
        let code = pending.user_code.unwrap();
        // The daemon's own link stays open: nobody taps it.
        let asked = house.sandbox.telegram().messages(CHAT)[0]
            .text()
            .contains(&code);
        assert!(asked || house.sandbox.decide(&code, Decision::Approve));
    }
    let login = login.wait_with_output().unwrap();
    assert!(login.status.success(), "{}", told(&login));
    house.says("signed in, good until");
    let credentials = house.ask("{\"op\":\"creds\"}");
    assert_eq!(credentials["credentials"]["Version"], 1, "{credentials}");
    drop(daemon);
    // One that starts later finds it, too, and nothing is in the open.
    let _daemon = house.daemon();
    house.poll("it starts", || UnixStream::connect(house.socket()).is_ok());
    assert_eq!(house.ask("{\"op\":\"status\"}")["status"]["phase"], "valid");
    let open = fs::read_dir(house.path(".aws/sso/cache")).unwrap();
    let names: Vec<_> = open.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().ends_with(".json")),
        "{names:?}"
    );
}

/// As its unit has it: a user with a home of its own, and a state folder where root signs in for it.
#[test]
fn root_signs_in_for_a_daemon_that_is_a_user_of_its_own() {
    if !is_root() {
        return;
    }
    let house = House::new(Some(OWNER), "");
    let state = house.path("state");
    fs::create_dir(&state).unwrap();
    give(&state, OWNER);
    let roots = house.path("root");
    fs::create_dir_all(roots.join(".aws")).unwrap();
    fs::copy(house.path(".aws/config"), roots.join(".aws/config")).unwrap();
    let log = fs::File::create(house.path("daemon.log")).unwrap();
    chown(house.home.path(), Some(OWNER), Some(OWNER)).unwrap();
    let mut daemon = house.command(&house.program, house.user, &["daemon", "--log", "json"]);
    daemon.env("STATE_DIRECTORY", &state).stderr(log);
    let _daemon = Running(daemon.spawn().unwrap());
    house.says("sign in to AWS");
    let asked = house.sandbox.pending()[0].user_code.clone();
    let login = ["login", "--device", "--sealed", "--profile", "agent"];
    let mut login = house.command(&house.program, None, &login);
    login.env("HOME", &roots).env("STATE_DIRECTORY", &state);
    login.stdout(Stdio::piped()).stderr(Stdio::piped());
    let login = login.spawn().unwrap();
    house.until("root's sign-in begins", |sandbox| {
        sandbox.pending().len() == 2
    });
    let others = house.sandbox.pending().into_iter();
    let roots = others.filter_map(|pending| pending.user_code);
    let mut roots = roots.filter(|code| Some(code) != asked.as_ref());
    let code = roots.next().unwrap();
    assert!(house.sandbox.decide(&code, Decision::Approve));
    let login = login.wait_with_output().unwrap();
    assert!(login.status.success(), "{}", told(&login));
    house.says("signed in, good until");
    let credentials = house.ask("{\"op\":\"creds\"}");
    assert_eq!(credentials["credentials"]["Version"], 1, "{credentials}");
}

/// The memory of a daemon of the same user, and of another one's.
#[cfg(target_os = "linux")]
#[test]
fn the_agents_user_can_neither_trace_it_nor_read_its_memory() {
    let root = rustix::process::geteuid().is_root();
    let user = root.then_some(OWNER);
    let house = House::new(user, "");
    let daemon = house.daemon();
    house.says("sign in to AWS");
    let mut plain = house.command(Path::new("/bin/sleep"), user, &["600"]);
    let plain = Running(plain.spawn().unwrap());
    let open = |running: &Running, reader: Option<u32>| {
        let pid = running.0.id().to_string();
        let output = house.helper(reader, LOOK_AT, &pid).output().unwrap();
        let text = told(&output);
        assert!(output.status.success() && text.contains("looked"), "{text}");
        let all = ["mem", "environ", "maps", "auxv", "trace"];
        let opened = all
            .into_iter()
            .filter(|part| text.contains(&format!("open {part}\n")));
        opened.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(open(&daemon, user), [""; 0]);
    if root {
        assert_eq!(open(&daemon, Some(AGENT)), [""; 0]);
    }
    // Another process of that user is open to it, so the question can be answered with yes.
    let control = open(&plain, user);
    if control.len() != 5 {
        eprintln!("it says little: the kernel opens only {control:?} of any process here");
    }
}

/// Other users: the one that is named gets credentials and nothing else, the others get nothing.
#[test]
fn an_agent_of_another_user_gets_credentials_and_nothing_else() {
    if !is_root() {
        return;
    }
    let house = House::new(Some(OWNER), &format!("agents = [{AGENT}]\n"));
    let _daemon = house.daemon();
    house.says("sign in to AWS");
    house.approve();
    let agent = house.other_home("agent", AGENT, &house.socket());
    let output = house.creds_of(&agent, AGENT);
    assert!(output.status.success(), "{}", told(&output));
    assert!(output.stderr.is_empty(), "{}", told(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["Version"], 1);
    assert!(!agent.join(".aws").exists());

    let run = fs::metadata(house.path("run")).unwrap();
    assert_eq!(run.permissions().mode() & 0o777, 0o711);
    for folder in ["run", ".local/state/bedlock", ".aws/sso/cache"] {
        let folder = house.path(folder);
        let folder = folder.to_str().unwrap();
        let mut listing = house.command(Path::new("/bin/ls"), Some(AGENT), &[folder]);
        let listed = listing.output().unwrap();
        assert!(!listed.status.success(), "{folder}: {}", told(&listed));
    }

    let stranger = house.other_home("stranger", STRANGER, &house.socket());
    let refused = house.creds_of(&stranger, STRANGER);
    assert_eq!(refused.status.code(), Some(3));
    assert!(refused.stdout.is_empty());
    assert_eq!(told(&refused).lines().count(), 1, "{}", told(&refused));

    // A socket that somebody else put there is not believed.
    let place = agent.join("impostor");
    fs::create_dir(&place).unwrap();
    give(&place, STRANGER);
    let socket = place.join("daemon.sock");
    let mut impostor = house.helper(Some(STRANGER), LISTEN_AT, socket.to_str().unwrap());
    let _impostor = Running(impostor.stdout(Stdio::null()).spawn().unwrap());
    house.poll("the impostor listens", || {
        UnixStream::connect(&socket).is_ok()
    });
    let agent = house.other_home("agent-2", AGENT, &socket);
    let refused = house.creds_of(&agent, AGENT);
    let said = told(&refused);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(refused.stdout.is_empty(), "{said}");
    assert!(
        said.contains(&format!("user {STRANGER} answers there")),
        "{said}"
    );
}

/// Where agents cannot get to the socket, or could get to more, the daemon says so.
#[test]
fn a_socket_for_agents_has_an_open_way_and_a_folder_of_its_own() {
    let house = House::new(None, "agents = [1]\n");
    let start = |words: &str| {
        let output = house.bedlock(&["daemon"]);
        let said = told(&output);
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(said.contains(words), "{said}");
    };
    fs::write(house.path("run/other"), "").unwrap();
    start("it holds more than the socket");
    fs::remove_file(house.path("run/other")).unwrap();
    fs::set_permissions(house.home.path(), Permissions::from_mode(0o700)).unwrap();
    start("is closed to other users");
}

/// No test: what the tests above run as another user.
#[test]
#[ignore = "run by the tests above"]
fn helper() {
    if let Ok(path) = std::env::var(LISTEN_AT) {
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"{\"ok\":true,\"credentials\":{\"Version\":1}}\n");
        }
    }
    #[cfg(target_os = "linux")]
    if let Ok(pid) = std::env::var(LOOK_AT) {
        let read = |part: &str| {
            let mut file = fs::File::open(format!("/proc/{pid}/{part}"))?;
            // The first byte of the memory is nobody's; that it opens is what counts.
            match part {
                "mem" => Ok(()),
                _ => file.read_exact(&mut [0]),
            }
        };
        for part in ["mem", "environ", "maps", "auxv"] {
            if read(part).is_ok() {
                println!("open {part}");
            }
        }
        let pid = nix::unistd::Pid::from_raw(pid.parse().unwrap());
        if nix::sys::ptrace::seize(pid, nix::sys::ptrace::Options::empty()).is_ok() {
            println!("open trace");
        }
        println!("looked");
    }
}
