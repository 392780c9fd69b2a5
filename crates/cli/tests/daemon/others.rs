//! What other users of the host can do with a daemon, and what its own user can.
//!
//! **Invariant:** what needs other users runs as root, and says so when it does not run.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;

use bedlock_sandbox::Decision;
use serde_json::Value;

use crate::house::{House, LISTEN_AT, LOOK_AT, Running, give, told};

/// Users whom no account is for.
const OWNER: u32 = 54_321;
const AGENT: u32 = 54_322;
const STRANGER: u32 = 54_323;

/// What needs root is not run without it.
fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("not run: starting processes of other users needs root");
    }
    root
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
            let _ = BufReader::new(&stream).read_line(&mut String::new());
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
