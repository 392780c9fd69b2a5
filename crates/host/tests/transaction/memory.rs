//! Large files pass through in pieces.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use bedlock_model::{Action, Change, PlaceKind, Redaction};
use sha2::{Digest, Sha256};

use crate::world::{SECRET, World, plan};

const WORLD: &str = "BEDLOCK_TEST_LARGE";
const SIZE: u64 = 64 << 20;
const AT: u64 = 50 << 20;
/// What the test itself, its threads and SQLite's code need is a small part of it.
const MOST_KIB: u64 = 40 << 10;

fn large(path: &Path) {
    let mut file = File::create(path).unwrap();
    file.set_len(SIZE).unwrap();
    file.seek(SeekFrom::Start(AT)).unwrap();
    file.write_all(SECRET.as_bytes()).unwrap();
}

fn change(path: &Path, action: Action) -> Change {
    let mut hash = Sha256::new();
    std::io::copy(&mut File::open(path).unwrap(), &mut hash).unwrap();
    Change {
        path: path.to_owned(),
        kind: PlaceKind::Log,
        before: Some(bedlock_host::file_meta(&fs::metadata(path).unwrap())),
        before_sha256: Some(hash.finalize().into()),
        action,
        why: Vec::new(),
        secrets: Vec::new(),
    }
}

#[test]
#[ignore = "it is started by another test, which looks at its memory"]
fn child() {
    let world = World::at(Path::new(&std::env::var(WORLD).unwrap()));
    let span = Redaction {
        offset: AT,
        length: SECRET.len() as u64,
        replacement: "[removed]".into(),
    };
    let (applied, code) = world
        .apply(&plan(vec![
            change(&world.path("log"), Action::Redact(vec![span])),
            change(&world.path("gone"), Action::Remove),
        ]))
        .unwrap();
    world.undo(&applied.id, &code).unwrap();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < MOST_KIB, "{peak} KiB were held at a time");
}

#[test]
#[cfg(target_os = "linux")]
fn large_files_are_not_held_in_memory() {
    let world = World::in_memory();
    large(&world.path("log"));
    large(&world.path("gone"));
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::child", "--ignored"])
        .env(WORLD, world.top())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    for name in ["log", "gone"] {
        assert_eq!(fs::metadata(world.path(name)).unwrap().len(), SIZE);
    }
}
