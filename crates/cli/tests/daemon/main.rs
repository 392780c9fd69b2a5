//! The daemon as a process: killed, restarted, asked on its socket, looked at by other users.
//!
//! **Invariant:** waits for what happens, and never for a time.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "test code starts processes, says what it leaves out, and fails the test by panicking"
)]

mod house;
mod others;

use std::fs;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use bedlock_sandbox::Decision;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::house::{CHAT, House, told};

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
