//! Trees: depth, pruning, order, names, size, owners, access times.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use super::*;

#[test]
fn depth_and_pruned_folders_bound_the_walk() {
    let home = Home::new();
    for path in [
        "t/a",
        "t/one/b",
        "t/one/two/c",
        "t/node_modules/d",
        "t/one/node_modules/e",
    ] {
        home.write(path, "x");
    }
    let want = |depth| Want::Tree {
        path: home.path("t"),
        classify: text,
        enter: |folder| folder.file_name() != Some("node_modules".as_ref()),
        depth,
    };
    assert_eq!(paths(&home.look(&[want(1)])), [home.path("t/a")]);
    assert_eq!(
        paths(&home.look(&[want(2)])),
        [home.path("t/a"), home.path("t/one/b")]
    );
    assert_eq!(home.look(&[want(9)]).places.len(), 3);
    assert!(home.look(&[want(0)]).places.is_empty());
}

#[test]
fn the_first_want_says_what_a_file_is() {
    let home = Home::new();
    let config = home.write(".openclaw/openclaw.json", "{}");
    home.write(".openclaw/notes.md", "x");
    let found = home.look(&[
        tree(home.path(".openclaw")),
        tree(home.path("")),
        file(&config, PlaceKind::AgentConfig),
    ]);
    assert_eq!(found.places.len(), 2);
    assert_eq!(found.at(&config).unwrap().kind, PlaceKind::AgentConfig);
    assert_eq!(content(&found, &config), "{}");
    assert!(found.skipped.is_empty(), "{:?}", found.skipped);
}

#[test]
fn a_hard_link_is_one_file_and_its_other_name_is_told() {
    let home = Home::new();
    let first = home.write("t/a", "x");
    fs::hard_link(&first, home.path("t/b")).unwrap();
    let found = home.look(&[tree(home.path("t"))]);
    assert_eq!(paths(&found), [first]);
    assert_eq!(found.places[0].meta.links, 2);
    assert!(
        said(&found.skipped, &home.path("t/b"))
            .reason
            .contains("hard link")
    );
}

#[test]
fn names_need_not_be_utf8() {
    let home = Home::new();
    fs::create_dir_all(home.path("t")).unwrap();
    let path = home.path("t").join(OsStr::from_bytes(b"\xff\xfe\x1b[2J"));
    fs::write(&path, "odd").unwrap();
    let found = home.look(&[tree(home.path("t"))]);
    assert_eq!(paths(&found).as_slice(), std::slice::from_ref(&path));
    assert_eq!(content(&found, &path), "odd");
}

#[test]
fn deep_trees_need_neither_stack_nor_descriptors() {
    let home = Home::new();
    // Deeper than the limit of a path, so each folder is made inside an open one.
    let mut folder = fs::File::open(home.path("")).unwrap();
    let name = "d".repeat(100);
    for _ in 0..60 {
        rustix::fs::mkdirat(&folder, &name, 0o700.into()).unwrap();
        let flags = rustix::fs::OFlags::DIRECTORY;
        folder = rustix::fs::openat(&folder, &name, flags, 0.into())
            .unwrap()
            .into();
    }
    let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
    rustix::fs::openat(&folder, "leaf", flags, 0o600.into()).unwrap();
    let found = home.look(&[tree(home.path(""))]);
    assert_eq!(found.places.len(), 1);
    assert_eq!(found.places[0].path.file_name(), Some("leaf".as_ref()));
    assert!(found.places[0].source.is_empty().unwrap());
    assert!(found.unreadable.is_empty(), "{:?}", found.unreadable);
}

#[test]
fn many_sources_do_not_keep_many_files_open() {
    let home = Home::new();
    for number in 0..200 {
        home.write(&format!("t/{number}"), &number.to_string());
    }
    let found = home.look(&[tree(home.path("t"))]);
    for place in &found.places {
        assert_eq!(
            place.path.file_name().unwrap().to_string_lossy(),
            content(&found, &place.path)
        );
    }
    if cfg!(target_os = "linux") {
        let ours = fs::read_dir("/proc/self/fd")
            .unwrap()
            .flatten()
            .filter(|descriptor| {
                fs::read_link(descriptor.path()).is_ok_and(|path| path.starts_with(home.path("t")))
            });
        let count = ours.count();
        assert!((1..=32).contains(&count), "{count}");
    }
}

#[test]
fn bedlock_does_not_look_at_itself() {
    let home = Home::new();
    home.write(".local/state/bedlock/journal", "sealed");
    home.write("elsewhere/bedlock/journal", "sealed");
    home.write(".local/state/other", "x");
    let path = home.path("");
    let leave_out = [home.path("elsewhere/bedlock")];
    let look = Look {
        home: &path,
        root: None,
        extra_roots: &[],
        leave_out: &leave_out,
    };
    let wants = [
        tree(&path),
        file(home.path(".local/state/bedlock/journal"), PlaceKind::Text),
    ];
    let found = snapshot(&wants, &look, &Silent).unwrap();
    assert_eq!(paths(&found), [home.path(".local/state/other")]);
}

#[test]
fn a_file_that_was_replaced_is_not_read_for_the_one_that_was_found() {
    let home = Home::new();
    let path = home.write("t/a", "found");
    let found = home.look(&[tree(home.path("t"))]);
    fs::rename(home.write("t/b", "another"), &path).unwrap();
    let mut buf = [0; 8];
    let error = found.places[0].source.read_at(0, &mut buf).unwrap_err();
    assert!(error.to_string().contains("replaced"), "{error}");
}

#[test]
fn looking_leaves_access_times_alone() {
    let home = Home::new();
    let path = home.write("t/a", "x");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(86_400);
    let times = fs::FileTimes::new().set_accessed(old).set_modified(old);
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_times(times)
        .unwrap();
    let found = home.look(&[tree(home.path("t"))]);
    assert_eq!(content(&found, &path), "x");
    assert_eq!(found.places[0].meta.accessed_ns, 86_400_000_000_000);
    if cfg!(target_os = "linux") {
        assert_eq!(fs::metadata(&path).unwrap().atime(), 86_400);
    }
}

#[test]
fn a_sparse_transcript_of_two_gigabytes_is_read_in_pieces() {
    const SIZE: u64 = 2 << 30;
    let home = Home::new();
    let path = home.write("t/session.jsonl", "");
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_len(SIZE).unwrap();
    let found = home.look(&[tree(home.path("t"))]);
    let source: &dyn Source = &*found.places[0].source;
    assert_eq!(source.len().unwrap(), SIZE);
    assert!(source.read_all(1 << 20).is_err());
    let peak_before = peak_kib();
    let mut total = 0;
    let flow = source
        .for_each_chunk(1 << 20, |offset, piece| {
            assert_eq!(offset, total);
            assert!(piece.len() <= 1 << 20);
            total += piece.len() as u64;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(flow.is_continue());
    assert_eq!(total, SIZE);
    // The other tests of this binary run beside it; none of them holds anything of this size.
    assert!(peak_kib() - peak_before < 64 * 1024);
}

/// Peak resident memory of this process; 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}
