//! What is refused, and that nothing has changed then.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bedlock_host::{Effect, HostError, Outcome, apply, recover};
use bedlock_model::{Action, Plan, Redaction};

use crate::world::{SECRET, World, apply_options, change, now, plan, redact, write};

fn refused(world: &World, plan: &Plan) -> HostError {
    let before = world.picture();
    let error = world.apply(plan).unwrap_err();
    assert_eq!(world.picture(), before);
    assert_eq!(world.transaction_folders(), 0);
    assert!(!error.to_string().contains(SECRET));
    error
}

fn changed(error: HostError) -> Vec<PathBuf> {
    match error {
        HostError::Changed { paths } => paths,
        error => panic!("{error}"),
    }
}

#[test]
fn every_file_that_changed_after_the_plan_is_named() {
    let world = World::new();
    let log = world.write("a.log", format!("{SECRET}\n"));
    let env = world.write(".env", "1");
    let gone = world.write("gone", "1");
    let appeared = world.path("appeared");
    let same = world.write("same", "1");
    let plan = plan(vec![
        redact(&log),
        write(&env, "2"),
        change(&gone, Action::Remove),
        write(&appeared, "2"),
        write(&same, "2"),
    ]);
    fs::write(&log, format!("{SECRET}, and more\n")).unwrap();
    fs::write(&env, "3").unwrap();
    fs::remove_file(&gone).unwrap();
    fs::write(&appeared, "mine").unwrap();
    assert_eq!(changed(refused(&world, &plan)), [log, env, gone, appeared]);
}

#[test]
fn the_same_size_and_time_do_not_deceive() {
    let world = World::new();
    let env = world.write(".env", "1");
    let plan = plan(vec![write(&env, "2")]);
    fs::write(&env, "3").unwrap();
    world.age(&env);
    assert_eq!(changed(refused(&world, &plan)), [env]);
}

#[test]
fn a_file_that_changes_while_the_code_is_shown_is_refused() {
    let world = World::new();
    let env = world.write(".env", "1");
    let other = world.write("new/other", "1");
    let plan = plan(vec![write(&env, "2"), write(&other, "2")]);
    let mut before = None;
    let error = apply(
        &world.lock(),
        &plan,
        &apply_options(None),
        &mut |_| {
            fs::write(&env, "mine").unwrap();
            before = Some(fs::read(&other).unwrap());
            Ok(())
        },
        &mut |_| {},
    )
    .unwrap_err();
    assert_eq!(changed(error), std::slice::from_ref(&env));
    assert_eq!(fs::read(&env).unwrap(), b"mine");
    assert_eq!(fs::read(&other).unwrap(), before.unwrap());
    world.holds_no_trace();
    assert_eq!(world.transaction_folders(), 0);
}

#[test]
fn what_the_receiver_of_the_code_says_stops_everything() {
    let world = World::new();
    let env = world.write(".env", "1");
    world.write("there", "1");
    let plan = plan(vec![write(&env, "2"), write(&world.path("a/b/new"), "2")]);
    let before = world.picture();
    let error = apply(
        &world.lock(),
        &plan,
        &apply_options(None),
        &mut |_| Err(HostError::Interrupted),
        &mut |_| {},
    )
    .unwrap_err();
    assert!(matches!(error, HostError::Interrupted), "{error}");
    assert_eq!(world.picture(), before);
    assert_eq!(world.transaction_folders(), 0);
}

#[test]
fn whoever_asks_to_stop_is_obeyed_up_to_the_commit_point() {
    let world = World::new();
    let env = world.write(".env", "1");
    let log = world.write("a.log", SECRET);
    let plan = plan(vec![write(&env, "2"), redact(&log)]);
    let before = world.picture();
    for questions in 0.. {
        let asked = std::cell::Cell::new(0);
        let cancelled = || asked.replace(asked.get() + 1) >= questions;
        let options = bedlock_host::ApplyOptions {
            cancelled: &cancelled,
            ..apply_options(None)
        };
        match apply(&world.lock(), &plan, &options, &mut |_| Ok(()), &mut |_| {}) {
            Err(HostError::Interrupted) => assert_eq!(world.picture(), before),
            Ok(_) => {
                assert!(questions > 3);
                break;
            }
            Err(error) => panic!("{error}"),
        }
        assert_eq!(world.transaction_folders(), 0);
    }
    assert_eq!(fs::read(&env).unwrap(), b"2");
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let world = World::new();
    let env = world.write(".env", "12345");
    let span = |offset, length| Redaction {
        offset,
        length,
        replacement: String::new(),
    };
    for spans in [
        vec![span(3, 3)],
        vec![span(2, 2), span(3, 1)],
        vec![span(3, 1), span(0, 1)],
        vec![span(u64::MAX, 2)],
    ] {
        let error = refused(&world, &plan(vec![change(&env, Action::Redact(spans))]));
        assert!(matches!(error, HostError::BadPlan { .. }), "{error}");
    }
    for changes in [
        vec![write(&env, "1"), write(&env, "2")],
        vec![change(&world.path("absent"), Action::Remove)],
        vec![change(Path::new("relative"), Action::Remove)],
        vec![change(&world.path("a/../.env"), Action::Remove)],
    ] {
        let error = refused(&world, &plan(changes));
        assert!(matches!(error, HostError::BadPlan { .. }), "{error}");
    }
}

#[test]
fn a_second_bedlock_waits_for_nobody() {
    let world = World::new();
    let held = world.lock();
    match world.state().lock().unwrap_err() {
        HostError::Busy { pid, .. } => assert_eq!(pid, Some(std::process::id())),
        error => panic!("{error}"),
    }
    drop(held);
    world.lock();
}

/// Mounts a small file system in memory; `None` when this user may not.
struct Mount(PathBuf);

impl Mount {
    #[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
    fn new(path: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "none"])
            .arg(path)
            .stderr(Stdio::null());
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("skipped: this user may not mount");
        }
        mounted.then(|| Self(path.to_owned()))
    }

    fn again(&self, options: &str) {
        let options = format!("remount,{options}");
        let status = Command::new("mount")
            .args(["-o", &options])
            .arg(&self.0)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A folder that stays mounted would make the temporary folder stay, and the test fail.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_seen_before_the_first_write() {
    let world = World::new();
    let Some(_mount) = Mount::new(&world.path("small"), "size=256k,mode=700") else {
        return;
    };
    let env = world.write("small/.env", "1");
    let error = refused(&world, &plan(vec![write(&env, vec![b'x'; 1 << 20])]));
    match error {
        HostError::NoSpace { needed, free, .. } => assert!(needed > free && free > 0),
        error => panic!("{error}"),
    }
}

#[test]
fn a_state_folder_that_fills_up_while_it_is_sealed_is_taken_back() {
    let world = World::new();
    let Some(_mount) = Mount::new(&world.top().join("state"), "size=256k,mode=700") else {
        return;
    };
    let env = world.write(".env", vec![b'x'; 200 << 10]);
    let other = world.write("other", "1");
    let plan = plan(vec![write(&other, "2"), write(&env, "2")]);
    let before = world.picture();
    // The room is there when it is asked for, and is gone when it is needed.
    let error = apply(
        &world.lock(),
        &plan,
        &apply_options(None),
        &mut |_| Ok(()),
        &mut |effect| {
            if let Effect::Staged(_) = effect {
                let filler = world.top().join("state/filler");
                let _ = fs::write(filler, vec![0; 200 << 10]);
            }
        },
    )
    .unwrap_err();
    assert!(matches!(error, HostError::NoSpace { .. }), "{error}");
    assert_eq!(world.picture(), before);
    assert_eq!(world.transaction_folders(), 0);
}

#[test]
fn a_read_only_file_system_is_seen_before_the_first_write() {
    let world = World::new();
    let Some(mount) = Mount::new(&world.path("small"), "size=256k,mode=700") else {
        return;
    };
    let env = world.write("small/.env", "1");
    let plan = plan(vec![write(&env, "2")]);
    mount.again("ro");
    let error = refused(&world, &plan);
    assert!(matches!(error, HostError::ReadOnly { .. }), "{error}");
}

#[test]
fn what_stops_after_the_commit_point_is_finished_later() {
    let world = World::new();
    let Some(mount) = Mount::new(&world.path("small"), "size=256k,mode=700") else {
        return;
    };
    let env = world.write("small/.env", "1");
    let plan = plan(vec![write(&env, "2")]);
    let error = apply(
        &world.lock(),
        &plan,
        &apply_options(None),
        &mut |_| Ok(()),
        &mut |effect| {
            if effect == Effect::Committed {
                mount.again("ro");
            }
        },
    )
    .unwrap_err();
    match &error {
        HostError::Incomplete { source, .. } => {
            assert!(matches!(**source, HostError::ReadOnly { .. }), "{source}");
        }
        error => panic!("{error}"),
    }
    assert_eq!(fs::read(&env).unwrap(), b"1");
    mount.again("rw");
    let recovered = recover(&world.lock(), now(), &mut |_| {}).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::Finished);
    assert_eq!(fs::read(&env).unwrap(), b"2");
    world.holds_no_trace();
}

#[test]
fn a_folder_that_moved_to_another_file_system_is_another_one() {
    let world = World::new();
    let env = world.write("small/.env", "1");
    let plan = plan(vec![write(&env, "2")]);
    let Some(_mount) = Mount::new(&world.path("small"), "size=256k,mode=700") else {
        return;
    };
    world.write("small/.env", "1");
    assert_eq!(changed(refused(&world, &plan)), [env]);
}

#[test]
fn a_file_that_a_container_mounted_by_itself_is_seen_before_the_first_write() {
    let world = World::new();
    let env = world.write(".env", "1");
    let other = world.write("other", "1");
    let bind = |verb: &[&str], paths: &[&Path]| {
        let mut mount = Command::new(verb[0]);
        mount.args(&verb[1..]).args(paths).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success())
    };
    if !bind(&["mount", "--bind"], &[&other, &env]) {
        eprintln!("skipped: this user may not mount");
        return;
    }
    let outcome = world.apply(&plan(vec![write(&env, "2")]));
    assert!(bind(&["umount"], &[&env]));
    assert!(
        matches!(outcome, Err(HostError::Pinned { .. })),
        "{outcome:?}"
    );
}

#[test]
fn a_folder_in_which_nothing_can_be_written_is_seen_before_the_first_write() {
    use std::os::unix::fs::PermissionsExt;

    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: permissions do not stop this user");
        return;
    }
    let world = World::new();
    let env = world.write("closed/.env", "1");
    let plan = plan(vec![write(&env, "2")]);
    let closed = fs::Permissions::from_mode(0o500);
    fs::set_permissions(world.path("closed"), closed).unwrap();
    let error = refused(&world, &plan);
    assert!(
        matches!(
            error,
            HostError::Io {
                operation: "write in",
                ..
            }
        ),
        "{error}"
    );
    fs::set_permissions(world.path("closed"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_journal_that_is_damaged_is_named() {
    let world = World::new();
    let env = world.write(".env", "1");
    let (applied, _) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    let journal = world
        .top()
        .join("state/transactions")
        .join(applied.id.as_str())
        .join("journal.json");
    fs::write(&journal, format!("{{\"{SECRET}\"")).unwrap();
    let error = recover(&world.lock(), now(), &mut |_| {}).unwrap_err();
    assert!(!error.to_string().contains(SECRET));
    match error {
        HostError::Journal { path, .. } => assert_eq!(path, journal),
        error => panic!("{error}"),
    }
}
