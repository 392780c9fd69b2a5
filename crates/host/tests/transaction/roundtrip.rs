//! Apply, then undo: the same tree.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use bedlock_host::{HostError, TransactionState, discard, discard_expired, transactions, undo};
use bedlock_model::{Action, Receipt, Redaction, SecretBytes, Tool};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::world::{SECRET, World, change, holds, now, plan, read, redact, undo_options, write};

/// One file of a random tree, and what the plan does to it.
#[derive(Clone, Debug)]
struct Case {
    folder: usize,
    before: Option<Vec<u8>>,
    mode: u32,
    owner: u32,
    does: Does,
}

#[derive(Clone, Debug)]
enum Does {
    Nothing,
    Write(Vec<u8>),
    Remove,
    /// Pairs of a gap and a length, both taken modulo what is left.
    Redact(Vec<(usize, usize, String)>),
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300)
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    let span = (0_usize..40, 0_usize..40, "[a-z]{0,12}");
    let does = prop_oneof![
        Just(Does::Nothing),
        bytes().prop_map(Does::Write),
        Just(Does::Remove),
        proptest::collection::vec(span, 0..5).prop_map(Does::Redact),
    ];
    let modes = prop_oneof![
        Just(0o600),
        Just(0o644),
        Just(0o400),
        Just(0o4755),
        Just(0o000)
    ];
    let case = (
        0_usize..5,
        proptest::option::weighted(0.8, bytes()),
        modes,
        0_u32..3,
        does,
    )
        .prop_map(|(folder, before, mode, owner, does)| Case {
            folder,
            before,
            mode,
            owner,
            does,
        });
    proptest::collection::vec(case, 1..8)
}

impl Case {
    /// Only root reads what nobody may read.
    fn mode(&self) -> u32 {
        let readable = if rustix::process::geteuid().is_root() {
            0
        } else {
            0o400
        };
        self.mode | readable
    }
}

const FOLDERS: [&str; 5] = ["", "a/", "a/b/", "new/", "new/er/"];

fn check(cases: &[Case]) {
    let world = World::in_memory();
    let mut changes = Vec::new();
    let named = |number: usize, case: &Case| format!("{}{number}", FOLDERS[case.folder]);
    for (number, case) in cases.iter().enumerate() {
        let Some(bytes) = &case.before else { continue };
        let path = world.write(&named(number, case), bytes);
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&path, Some(case.owner), Some(case.owner)).unwrap();
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(case.mode())).unwrap();
    }
    for (number, case) in cases.iter().enumerate() {
        let path = world.path(&named(number, case));
        match (&case.does, &case.before) {
            (Does::Write(bytes), _) => changes.push(write(&path, bytes.clone())),
            (Does::Remove, Some(_)) => changes.push(change(&path, Action::Remove)),
            (Does::Redact(spans), Some(bytes)) => {
                changes.push(change(&path, Action::Redact(fitted(spans, bytes.len()))));
            }
            _ => {}
        }
    }
    let before = world.picture();
    let (applied, code) = world.apply(&plan(changes)).unwrap();
    assert_eq!(applied.left, Vec::<std::path::PathBuf>::new());
    for (number, case) in cases.iter().enumerate() {
        let path = world.path(&named(number, case));
        match (&case.does, &case.before) {
            (Does::Write(bytes), was) => {
                assert_eq!(&read(&path), bytes);
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
                assert_eq!(mode, if was.is_some() { case.mode() } else { 0o600 });
            }
            (Does::Remove, Some(_)) => assert!(!path.exists()),
            (Does::Redact(spans), Some(bytes)) => {
                assert_eq!(read(&path), redacted(bytes, &fitted(spans, bytes.len())));
            }
            (_, Some(bytes)) => assert_eq!(&read(&path), bytes),
            (_, None) => assert!(!path.exists()),
        }
    }
    world.undo(&applied.id, &code).unwrap();
    assert_eq!(world.picture(), before);
    assert_eq!(world.transaction_folders(), 0);
}

fn fitted(spans: &[(usize, usize, String)], size: usize) -> Vec<Redaction> {
    let mut at = 0;
    let mut fitted = Vec::new();
    for (gap, length, replacement) in spans {
        let offset = (at + gap).min(size);
        let length = (*length).min(size - offset);
        at = offset + length;
        fitted.push(Redaction {
            offset: offset as u64,
            length: length as u64,
            replacement: replacement.clone(),
        });
    }
    fitted
}

fn redacted(bytes: &[u8], spans: &[Redaction]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    for span in spans.iter().rev() {
        let offset = usize::try_from(span.offset).unwrap();
        let length = usize::try_from(span.length).unwrap();
        all.splice(offset..offset + length, span.replacement.bytes());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_after_apply_is_the_same_tree(cases in cases()) {
        check(&cases);
    }
}

#[test]
fn a_secret_is_in_no_file_of_the_state_folder_but_comes_back() {
    let world = World::new();
    let log = world.write("logs/a.log", format!("one {SECRET} two {SECRET}\n"));
    let env = world.write(".env", format!("KEY={SECRET}\n"));
    let gone = world.write("gone", SECRET);
    let before = world.picture();
    let changes = vec![
        redact(&log),
        write(&env, "KEY=\n"),
        change(&gone, Action::Remove),
    ];
    let (applied, code) = world.apply(&plan(changes)).unwrap();

    assert!(!world.picture().values().any(|seen| holds(seen, SECRET)));
    assert_eq!(read(&log), b"one [removed] two [removed]\n");
    world.holds_no_trace();
    assert_eq!(applied.files, [log, env, gone]);
    let known = transactions(&world.state()).unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].state, TransactionState::Done);
    assert_eq!(known[0].files, applied.files);
    assert_eq!(known[0].expires, now() + SignedDuration::from_hours(1));

    let undone = world.undo(&applied.id, &code).unwrap();
    assert_eq!(undone.files, applied.files);
    assert_eq!(world.picture(), before);
    world.holds_no_trace();
    assert_eq!(transactions(&world.state()).unwrap(), []);
}

#[test]
fn the_sealed_archive_opens_with_stock_tools() {
    let has = |program: &str| {
        Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok()
    };
    if !has("age") || !has("tar") {
        eprintln!("skipped: age and tar are not installed");
        return;
    }
    let world = World::new();
    let env = world.write(".env", format!("KEY={SECRET}\n"));
    let (applied, code) = world.apply(&plan(vec![write(&env, "KEY=\n")])).unwrap();
    let key = world.top().join("key");
    fs::write(&key, code.danger_expose()).unwrap();
    let sealed = world
        .top()
        .join("state/transactions")
        .join(applied.id.as_str())
        .join("sealed.age");
    let opened = Command::new("age")
        .arg("-d")
        .arg("-i")
        .arg(&key)
        .arg(&sealed)
        .output()
        .unwrap();
    assert!(opened.status.success());
    let archive = world.top().join("archive.tar");
    fs::write(&archive, opened.stdout).unwrap();
    let out = world.top().join("out");
    fs::create_dir(&out).unwrap();
    let status = Command::new("tar")
        .arg("xf")
        .arg(&archive)
        .arg("-C")
        .arg(&out)
        .status()
        .unwrap();
    assert!(status.success());
    let restored = out.join("files").join(env.strip_prefix("/").unwrap());
    assert_eq!(read(&restored), format!("KEY={SECRET}\n").as_bytes());
}

#[test]
fn a_redacted_log_keeps_what_was_appended_since() {
    let world = World::new();
    let log = world.write("a.log", format!("one {SECRET}\n"));
    let (applied, code) = world.apply(&plan(vec![redact(&log)])).unwrap();
    fs::write(&log, "one [removed]\nand more\n").unwrap();
    let undone = world.undo(&applied.id, &code).unwrap();
    assert_eq!(undone.left, Vec::<std::path::PathBuf>::new());
    assert_eq!(read(&log), format!("one {SECRET}\nand more\n").as_bytes());
}

#[test]
fn a_file_that_changed_since_is_refused_and_then_overwritten() {
    let world = World::new();
    let log = world.write("a.log", format!("one {SECRET}\n"));
    let env = world.write(".env", "KEY=1\n");
    let (applied, code) = world
        .apply(&plan(vec![redact(&log), write(&env, "KEY=\n")]))
        .unwrap();
    fs::write(&log, "another\n").unwrap();
    fs::write(&env, "MINE=2\n").unwrap();
    let changed = world.picture();
    match world.undo(&applied.id, &code).unwrap_err() {
        HostError::ChangedSince { paths, .. } => assert_eq!(paths, [log.clone(), env.clone()]),
        error => panic!("{error}"),
    }
    assert_eq!(world.picture(), changed);

    let lock = world.lock();
    let undone = undo(&lock, &applied.id, &code, &undo_options(true), &mut |_| {}).unwrap();
    assert_eq!(undone.left, std::slice::from_ref(&log));
    assert_eq!(undone.files, std::slice::from_ref(&env));
    assert_eq!(read(&log), b"another\n");
    assert_eq!(read(&env), b"KEY=1\n");
}

#[test]
fn a_folder_that_went_since_comes_back() {
    let world = World::new();
    let env = world.write("etc/.env", "KEY=1\n");
    fs::set_permissions(world.path("etc"), fs::Permissions::from_mode(0o750)).unwrap();
    let before = world.picture();
    let (applied, code) = world.apply(&plan(vec![write(&env, "KEY=\n")])).unwrap();
    fs::remove_dir_all(world.path("etc")).unwrap();
    let lock = world.lock();
    undo(&lock, &applied.id, &code, &undo_options(true), &mut |_| {}).unwrap();
    let after = world.picture();
    assert_eq!(after[&env], before[&env]);
    assert_eq!(after[&world.path("etc")], before[&world.path("etc")]);
}

#[test]
fn transactions_on_one_file_are_undone_last_first() {
    let world = World::new();
    let env = world.write(".env", "1");
    let before = world.picture();
    let (first, first_code) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    let (second, second_code) = world.apply(&plan(vec![write(&env, "3")])).unwrap();
    match world.undo(&first.id, &first_code).unwrap_err() {
        HostError::Later { later, .. } => assert_eq!(later, second.id.to_string()),
        error => panic!("{error}"),
    }
    world.undo(&second.id, &second_code).unwrap();
    world.undo(&first.id, &first_code).unwrap();
    assert_eq!(world.picture(), before);
}

#[test]
fn a_wrong_code_changes_nothing() {
    let world = World::new();
    let env = world.write(".env", "1");
    let (first, first_code) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    let (second, _) = world.apply(&plan(vec![write(&env, "3")])).unwrap();
    let before = world.picture();
    for code in [
        &first_code,
        &SecretBytes::new(b"AGE-SECRET-KEY-1FAKE".to_vec()),
    ] {
        let error = world.undo(&second.id, code).unwrap_err();
        assert!(matches!(error, HostError::WrongCode { .. }), "{error}");
    }
    assert_eq!(world.picture(), before);
    assert_eq!(transactions(&world.state()).unwrap().len(), 2);
    assert_eq!(transactions(&world.state()).unwrap()[0].id, first.id);
}

#[test]
fn a_damaged_archive_changes_nothing() {
    let world = World::new();
    let env = world.write(".env", vec![b'x'; 200_000]);
    let (applied, code) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    let sealed = world
        .top()
        .join("state/transactions")
        .join(applied.id.as_str())
        .join("sealed.age");
    let mut bytes = fs::read(&sealed).unwrap();
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    fs::write(&sealed, bytes).unwrap();
    let before = world.picture();
    let error = world.undo(&applied.id, &code).unwrap_err();
    assert!(!matches!(error, HostError::Incomplete { .. }), "{error}");
    assert_eq!(world.picture(), before);
}

#[test]
fn what_expired_is_forgotten_and_so_is_what_is_discarded() {
    let world = World::new();
    let env = world.write(".env", "1");
    let (first, code) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    let receipt = Receipt {
        schema_version: Receipt::SCHEMA_VERSION,
        tool: Tool {
            name: "bedlock".into(),
            version: "0".into(),
        },
        transaction: first.id.to_string(),
        created: now().to_string(),
        home: "/home".into(),
        undo_until: first.expires.to_string(),
        files: vec![env.display().to_string()],
        searched_files: 1,
        searched_bytes: 1,
        unreadable: Vec::new(),
        secrets: Vec::new(),
    };
    let lock = world.lock();
    lock.save_receipt(&first.id, &receipt).unwrap();
    assert_eq!(
        lock.state().receipt(&first.id).unwrap(),
        Some(receipt.clone())
    );

    let later = bedlock_host::UndoOptions {
        now: first.expires,
        ..undo_options(false)
    };
    let error = undo(&lock, &first.id, &code, &later, &mut |_| {}).unwrap_err();
    assert!(matches!(error, HostError::Expired { .. }), "{error}");
    assert_eq!(discard_expired(&lock, now()).unwrap(), []);
    assert_eq!(
        discard_expired(&lock, first.expires).unwrap(),
        std::slice::from_ref(&first.id)
    );
    assert_eq!(world.transaction_folders(), 0);
    assert_eq!(lock.state().receipt(&first.id).unwrap(), Some(receipt));
    let error = undo(&lock, &first.id, &code, &undo_options(false), &mut |_| {}).unwrap_err();
    assert!(matches!(error, HostError::NoTransaction { .. }), "{error}");
    drop(lock);

    let (second, _) = world.apply(&plan(vec![write(&env, "3")])).unwrap();
    let lock = world.lock();
    discard(&lock, &second.id).unwrap();
    assert_eq!(world.transaction_folders(), 0);
}

#[test]
fn an_image_is_changed_where_it_is_mounted_and_undone_where_it_is_mounted_then() {
    let world = World::new();
    let inside = world.write("home/u/.env", "1");
    let mut change = write(&inside, "2");
    change.path = "/home/u/.env".into();
    let before = read(&inside);
    let (applied, code) = world
        .apply_at(&plan(vec![change]), Some(&world.home()))
        .unwrap();
    assert_eq!(applied.files, [std::path::PathBuf::from("/home/u/.env")]);
    assert_eq!(read(&inside), b"2");
    let moved = world.top().join("elsewhere");
    fs::rename(world.home(), &moved).unwrap();
    let options = bedlock_host::UndoOptions {
        root: Some(&moved),
        ..undo_options(false)
    };
    undo(&world.lock(), &applied.id, &code, &options, &mut |_| {}).unwrap();
    assert_eq!(read(&moved.join("home/u/.env")), before);
}

#[test]
#[cfg(target_os = "linux")]
fn extended_attributes_stay_and_come_back() {
    use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};

    let world = World::new();
    let env = world.write(".env", "1");
    let gone = world.write("gone", "1");
    for path in [&env, &gone] {
        let file = fs::File::open(path).unwrap();
        if fsetxattr(file, "user.note", b"kept", XattrFlags::empty()).is_err() {
            eprintln!("skipped: this file system keeps no attributes");
            return;
        }
    }
    let note = |path: &std::path::Path| {
        let mut value = [0; 16];
        let file = fs::File::open(path).unwrap();
        let length = fgetxattr(file, "user.note", value.as_mut_slice()).unwrap();
        value[..length].to_vec()
    };
    let changes = vec![write(&env, "2"), change(&gone, Action::Remove)];
    let (applied, code) = world.apply(&plan(changes)).unwrap();
    assert_eq!(note(&env), b"kept");
    world.undo(&applied.id, &code).unwrap();
    assert_eq!(
        (note(&env), note(&gone)),
        (b"kept".to_vec(), b"kept".to_vec())
    );
}

/// Files of some megabytes, with a secret across the border of every piece that is read at once.
#[test]
fn what_stands_between_two_pieces_is_redacted_too() {
    const PIECE: usize = 256 * 1024;
    let world = World::new();
    let mut bytes = vec![b'.'; 12 * PIECE];
    for border in 1..12 {
        let at = border * PIECE - border * 3;
        bytes[at..at + SECRET.len()].copy_from_slice(SECRET.as_bytes());
    }
    let log = world.write("a.log", &bytes);
    let before = world.picture();
    let (applied, code) = world.apply(&plan(vec![redact(&log)])).unwrap();
    assert!(!world.picture().values().any(|seen| holds(seen, SECRET)));
    let shorter = SECRET.len() - "[removed]".len();
    assert_eq!(read(&log).len(), bytes.len() - 11 * shorter);
    world.undo(&applied.id, &code).unwrap();
    assert_eq!(world.picture(), before);
}
