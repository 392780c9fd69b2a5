//! What is no file, and what may not be read.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::*;

#[test]
fn pipes_sockets_and_devices_are_named_and_never_opened() {
    let home = Home::new();
    fs::create_dir_all(home.path("t")).unwrap();
    let fifo = home.path("t/fifo");
    // Opening a FIFO without a writer would wait for ever: that this test ends is the proof.
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let socket = home.path("t/socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let linked = home.link("t/null", "/dev/null");
    let plain = home.write("t/plain", "x");
    let wants = [
        tree(home.path("t")),
        file(&fifo, PlaceKind::Dotenv),
        tree(&plain),
    ];
    let found = home.look(&wants);
    assert_eq!(paths(&found).as_slice(), std::slice::from_ref(&plain));
    for (path, kind) in [
        (&fifo, "FIFO"),
        (&socket, "socket"),
        (&linked, "leaves"),
        (&plain, "a file where"),
    ] {
        let reason = &said(&found.skipped, path).reason;
        assert!(reason.contains(kind), "{reason}");
    }
    assert!(found.unreadable.is_empty());
}

#[test]
fn a_file_of_another_owner_is_found_by_root_with_its_owner() {
    if !rustix::process::getuid().is_root() {
        eprintln!("not run: giving a file away needs root");
        return;
    }
    let home = Home::new();
    let path = home.write("t/a", "x");
    chown(&path, Some(12_345), Some(54_321)).unwrap();
    let found = home.look(&[tree(home.path("t"))]);
    let meta = &found.places[0].meta;
    assert_eq!((meta.uid, meta.gid), (12_345, 54_321));
}

/// The name under which this binary runs itself again as another user.
const AS_NOBODY: &str = "BEDLOCK_TEST_HOME_OF_NOBODY";

#[test]
fn what_may_not_be_read_is_named_with_its_owner() {
    if let Some(top) = std::env::var_os(AS_NOBODY) {
        return look_as_nobody(Path::new(&top));
    }
    if !rustix::process::getuid().is_root() {
        eprintln!("not run: becoming another user needs root");
        return;
    }
    let home = Home::new();
    for (path, mode) in [
        ("t/closed/inner", 0o644),
        ("t/private", 0o600),
        ("t/open", 0o644),
    ] {
        let path = home.write(path, "x");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let close =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    close(&home.path("t/closed"), 0o700);
    for folder in ["", "home", "home/u", "home/u/t"] {
        close(&home.top.join(folder), 0o755);
    }
    // The other user cannot reach the build folder, so the binary is copied to where it can. A
    // process of its own copies it: were it open for writing in this one, a child that another
    // test forks just then would keep it open, and it could not be run.
    let binary = home.top.join("binary");
    let copied = Command::new("cp")
        .arg(std::env::current_exe().unwrap())
        .arg(&binary)
        .status();
    assert!(copied.unwrap().success());
    close(&binary, 0o755);
    let output = Command::new(&binary)
        .args([
            "--exact",
            "special::what_may_not_be_read_is_named_with_its_owner",
            "--nocapture",
        ])
        .env(AS_NOBODY, home.path(""))
        .current_dir("/")
        .uid(65_534)
        .gid(65_534)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

fn look_as_nobody(home: &Path) {
    let look = Look {
        home,
        root: None,
        extra_roots: &[],
        leave_out: &[],
    };
    let wants = [
        tree(home.join("t")),
        file(home.join("t/private"), PlaceKind::Dotenv),
        file(home.join("t/closed/inner"), PlaceKind::Dotenv),
    ];
    let found = snapshot(&wants, &look, &Silent).unwrap();
    assert_eq!(paths(&found), [home.join("t/open")]);
    for path in ["t/private", "t/closed"] {
        let said = said(&found.unreadable, &home.join(path));
        assert!(
            said.next.contains("as the owner root, or as root"),
            "{said:?}"
        );
    }
    assert_eq!(found.unreadable.len(), 2, "{:?}", found.unreadable);
}
