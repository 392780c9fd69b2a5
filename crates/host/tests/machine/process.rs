//! Finding, ending and starting real processes.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bedlock_host::{
    HostError, ProcessFacts, Running, Start, Stopped, processes, start, stop, wait_ready,
};
use bedlock_model::Silent;
use rustix::process::{Pid, WaitOptions, waitpid};

use super::{LONG, Stop};

const CANARY: &str = "canary-FAKE-value";

/// A process of a test, ended and waited for when the test is over.
struct Guard(Child);

impl Guard {
    fn new(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    fn running(&self) -> Running {
        running(self.0.id())
    }

    fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn running(pid: u32) -> Running {
    let mut found = processes(Path::new("/proc"), &|facts| facts.pid == pid).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn sleeping() -> Guard {
    Guard::new(Command::new("sleep").arg("1000").env("NAME", CANARY))
}

/// Waits for a process that `start` made; its exit code.
fn reap(pid: u32) -> Option<i32> {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap());
    let (_, status) = waitpid(pid, WaitOptions::empty()).unwrap().unwrap();
    status.exit_status()
}

fn argv(facts: &ProcessFacts) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    facts.argv.iter().map(|a| text(a.danger_expose())).collect()
}

fn block_holds(running: &Running, variable: &str) -> bool {
    let block = running.process.environment.as_ref().unwrap();
    let mut variables = block.danger_expose().split(|byte| *byte == 0);
    variables.any(|one| one == variable.as_bytes())
}

#[test]
fn a_process_is_found_with_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let child = Guard::new(
        Command::new("sleep")
            .arg("1000")
            .env("NAME", CANARY)
            .current_dir(&folder),
    );
    let found = child.running();
    assert_eq!(found.facts.name, "sleep");
    assert_eq!(argv(&found.facts), ["sleep", "1000"]);
    assert_eq!(found.facts.cwd, Some(folder));
    assert_eq!(found.facts.uid, rustix::process::getuid().as_raw());
    let exe = found.facts.exe.as_ref().unwrap();
    assert_eq!(
        exe.canonicalize().unwrap(),
        fs::read_link(format!("/proc/{}/exe", child.0.id())).unwrap()
    );
    assert_eq!(found.process.pid, child.0.id());
    assert_eq!(found.process.uid, Some(found.facts.uid));
    assert!(block_holds(&found, &format!("NAME={CANARY}")));
    assert!(!format!("{found:?}").contains(CANARY));
}

#[test]
fn a_title_hides_arguments_and_not_the_environment() {
    let script =
        "process.title = 'openclaw-gateway'; console.log('up'); setInterval(() => {}, 1e6)";
    let spawned = Command::new("node")
        .args(["-e", script])
        .env("NAME", CANARY)
        .stdout(Stdio::piped())
        .spawn();
    let Ok(child) = spawned else {
        eprintln!("not run: there is no node");
        return;
    };
    let mut child = Guard(child);
    let mut line = String::new();
    let mut output = BufReader::new(child.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let found = child.running();
    assert_eq!(argv(&found.facts)[0], "openclaw-gateway");
    assert!(block_holds(&found, &format!("NAME={CANARY}")));
    let exe = found.facts.exe.unwrap();
    assert!(exe.ends_with("node"), "{exe:?}");
}

#[test]
fn a_process_ends_when_it_is_asked_to() {
    let child = sleeping();
    let facts = child.running().facts;
    assert_eq!(
        stop(facts.pid, facts.started, LONG, &Silent).unwrap(),
        Stopped::Ended
    );
    // Only its exit code is left, so it is found no more.
    assert!(
        processes(Path::new("/proc"), &|found| found.pid == facts.pid)
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        stop(facts.pid, facts.started, LONG, &Silent).unwrap(),
        Stopped::WasGone
    );
}

#[test]
fn a_process_that_got_the_id_later_is_left_alone() {
    let mut child = sleeping();
    let facts = child.running().facts;
    assert_eq!(
        stop(facts.pid, facts.started - 1, LONG, &Silent).unwrap(),
        Stopped::WasGone
    );
    assert!(child.lives());
    for nobody in [0, u32::MAX, i32::MAX.unsigned_abs()] {
        assert_eq!(stop(nobody, 1, LONG, &Silent).unwrap(), Stopped::WasGone);
    }
}

/// Does not end on SIGTERM; ends when its input does.
fn stubborn() -> Guard {
    let mut child = Guard::new(
        Command::new("sh")
            .args(["-c", "trap '' TERM; echo up; read -r line"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    );
    let mut line = String::new();
    let mut output = BufReader::new(child.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "up\n");
    child
}

#[test]
fn a_process_that_takes_long_is_named_and_not_killed() {
    let mut child = stubborn();
    let facts = child.running().facts;
    let patience = Duration::from_millis(150);
    let error = stop(facts.pid, facts.started, patience, &Silent).unwrap_err();
    assert!(matches!(error, HostError::StillRuns { .. }), "{error}");
    let next = format!("kill -KILL {}", facts.pid);
    assert!(error.to_string().contains(&next), "{error}");
    assert!(child.lives());
}

#[test]
fn nobody_waits_on_after_ctrl_c() {
    let child = stubborn();
    let facts = child.running().facts;
    let error = stop(facts.pid, facts.started, LONG, &Stop).unwrap_err();
    assert!(matches!(error, HostError::Interrupted), "{error}");
}

fn shell(script: &str, cwd: &Path, log: Option<PathBuf>) -> Start {
    Start {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        cwd: cwd.to_path_buf(),
        environment: vec![("NAME".into(), CANARY.into())],
        log,
    }
}

#[test]
fn what_is_started_has_the_given_world_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let log = folder.join("log");
    fs::write(&log, "before\n").unwrap();
    let script = "pwd; echo \"$NAME\" \"${HOME:-no home}\"; read -r line || echo no input; \
                  cut -d' ' -f1,6 /proc/$$/stat; echo to stderr >&2; exit 7";
    let mut wanted = shell(script, &folder, Some(log.clone()));
    wanted
        .environment
        .push(("PATH".into(), "/usr/bin:/bin".into()));
    assert!(!format!("{wanted:?}").contains(CANARY));
    let pid = start(wanted).unwrap();
    assert_eq!(reap(pid), Some(7));
    // Field 6 is the session: it leads its own.
    let expected = format!(
        "before\n{}\n{CANARY} no home\nno input\n{pid} {pid}\nto stderr\n",
        folder.display()
    );
    assert_eq!(fs::read_to_string(&log).unwrap(), expected);
}

#[test]
fn a_log_is_made_for_its_owner_only_and_never_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let pid = start(shell("echo hello", folder.path(), Some(log.clone()))).unwrap();
    assert_eq!(reap(pid), Some(0));
    assert_eq!(fs::read_to_string(&log).unwrap(), "hello\n");
    assert_eq!(
        fs::metadata(&log).unwrap().permissions().mode() & 0o777,
        0o600
    );

    let link = folder.path().join("link");
    std::os::unix::fs::symlink("elsewhere", &link).unwrap();
    let error = start(shell("echo hello", folder.path(), Some(link))).unwrap_err();
    assert!(matches!(error, HostError::Write { .. }), "{error}");
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn what_cannot_be_started_is_named_without_its_arguments() {
    let folder = tempfile::tempdir().unwrap();
    for program in [
        folder.path().join("nothing"),
        folder.path().join("no-program"),
    ] {
        fs::write(folder.path().join("no-program"), "x").unwrap();
        let mut wanted = shell(CANARY, folder.path(), None);
        wanted.program.clone_from(&program);
        let error = start(wanted).unwrap_err().to_string();
        assert!(error.contains(&program.display().to_string()), "{error}");
        assert!(!error.contains(CANARY), "{error}");
    }
}

#[test]
fn a_server_is_started_found_and_stopped() {
    let python = ["/usr/bin/python3", "/usr/local/bin/python3"];
    let Some(python) = python.iter().find(|path| Path::new(path).exists()) else {
        eprintln!("not run: there is no python3");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("readyz"), "ready").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let port_text = port.to_string();
    let args = ["-m", "http.server", &port_text, "--bind", "127.0.0.1"];
    let pid = start(Start {
        program: python.into(),
        args: args.map(OsString::from).to_vec(),
        cwd: folder.path().to_path_buf(),
        environment: vec![("NAME".into(), CANARY.into())],
        log: None,
    })
    .unwrap();
    wait_ready(port, "/readyz", LONG, Some(pid), &Silent).unwrap();
    let found = running(pid);
    assert_eq!(argv(&found.facts)[1..], args);
    assert!(block_holds(&found, &format!("NAME={CANARY}")));
    let missing = wait_ready(port, "/missing", Duration::ZERO, Some(pid), &Silent).unwrap_err();
    assert!(missing.to_string().contains("404"), "{missing}");
    assert_eq!(
        stop(pid, found.facts.started, LONG, &Silent).unwrap(),
        Stopped::Ended
    );
    reap(pid);
}

/// The process that this binary, run again as another user, tries to read and to end.
const OF_ROOT: &str = "BEDLOCK_TEST_PROCESS_OF_ROOT";

#[test]
fn a_process_of_another_user_is_neither_read_nor_ended() {
    if let Ok(pid) = std::env::var(OF_ROOT) {
        return try_as_nobody(pid.parse().unwrap());
    }
    if !rustix::process::getuid().is_root() {
        eprintln!("not run: becoming another user needs root");
        return;
    }
    let mut child = sleeping();
    // The other user cannot reach the build folder. A process of its own copies the binary, so
    // that no other test's child holds it open for writing when it is run.
    let folder = tempfile::tempdir().unwrap();
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open).unwrap();
    let binary = folder.path().join("binary");
    let copied = Command::new("cp")
        .arg(std::env::current_exe().unwrap())
        .arg(&binary)
        .status();
    assert!(copied.unwrap().success());
    let output = Command::new(&binary)
        .args([
            "--exact",
            "process::a_process_of_another_user_is_neither_read_nor_ended",
            "--nocapture",
        ])
        .env(OF_ROOT, child.0.id().to_string())
        .current_dir("/")
        .uid(65_534)
        .gid(65_534)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(child.lives());
}

fn try_as_nobody(pid: u32) {
    let found = running(pid);
    assert_eq!(found.facts.uid, 0);
    assert!(found.process.environment.is_none());
    assert_eq!((found.facts.exe, found.facts.cwd), (None, None));
    let error = stop(pid, found.facts.started, LONG, &Silent).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&pid.to_string()) && text.contains("another user"),
        "{text}"
    );
    // It is there, as far as waiting is concerned.
    let waited = wait_ready(1, "/", Duration::ZERO, Some(pid), &Silent).unwrap_err();
    assert!(matches!(waited, HostError::NotReady { .. }), "{waited}");
}
