//! Killed after every single effect: what is recovered is exactly before or exactly after.

use std::cell::Cell;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use bedlock_host::{
    ApplyOptions, Effect, Interrupted, Outcome, Recovered, TransactionId, UndoOptions, apply,
    recover, transactions, undo,
};
use bedlock_model::{Action, Cell as Value, Plan, RowEdit, RowKey, RowOp, SecretBytes};

use crate::world::{
    Picture, SECRET, World, apply_options, change, now, plan, redact, undo_options, write,
};

const CHILD: &str = "BEDLOCK_TEST_CHILD";
const SIGKILL: i32 = 9;

/// What a child does in a world, until it is killed after a number of effects.
#[derive(Clone, Copy, Debug)]
enum Does {
    Apply,
    /// It is killed in the middle of staging and sealing, where it asks whether to stop.
    ApplyHalf,
    Undo,
    /// Like `ApplyHalf`.
    UndoHalf,
    Recover,
}

/// A world with every kind of change in it.
fn world() -> (World, Plan) {
    let world = World::in_memory();
    crate::database::make(&world.path("db/memory.db"), true);
    for ending in ["", "-wal", "-shm"] {
        world.age(&world.path(&format!("db/memory.db{ending}")));
    }
    world.write("a.log", format!("one {SECRET} two\n"));
    world.write(".env", format!("KEY={SECRET}\n"));
    world.write("gone", SECRET);
    let plan = plan_of(&world);
    (world, plan)
}

fn plan_of(world: &World) -> Plan {
    plan(vec![
        redact(&world.path("a.log")),
        write(&world.path(".env"), "KEY=\n"),
        write(&world.path("new/folder/fresh"), "fresh\n"),
        change(
            &world.path("db/memory.db"),
            Action::Database(vec![RowEdit {
                table: "notes".into(),
                key: RowKey::Rowid(1),
                op: RowOp::Set {
                    column: "body".into(),
                    value: Value::Text(b"[removed]".to_vec()),
                },
            }]),
        ),
        change(&world.path("gone"), Action::Remove),
    ])
}

/// Runs a child; says whether it was killed.
fn run(world: &World, does: Does, effects: usize) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--ignored", "--test-threads=1"])
        .env(
            CHILD,
            format!("{does:?} {effects} {}", world.top().display()),
        )
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if status.signal() == Some(SIGKILL) {
        return true;
    }
    assert!(status.success(), "{does:?} after {effects}: {status}");
    false
}

#[test]
#[ignore = "it is started by the other tests, and killed"]
fn child() {
    let given = std::env::var(CHILD).unwrap();
    let mut words = given.splitn(3, ' ');
    let does = words.next().unwrap();
    let left: usize = words.next().unwrap().parse().unwrap();
    let world = World::at(Path::new(words.next().unwrap()));
    let left = Cell::new(left);
    let count = || {
        left.set(left.get() - 1);
        if left.get() == 0 {
            let me = rustix::process::getpid();
            rustix::process::kill_process(me, rustix::process::Signal::KILL).unwrap();
        }
    };
    let half = does.ends_with("Half");
    let mut kill = |_: Effect| {
        if !half {
            count();
        }
    };
    let cancelled = || {
        if half {
            count();
        }
        false
    };
    let lock = world.lock();
    match does {
        "Apply" | "ApplyHalf" => {
            let keep = |code: &bedlock_host::RecoveryCode| {
                fs::write(world.top().join("code"), code.danger_expose()).unwrap();
                Ok(())
            };
            let options = ApplyOptions {
                cancelled: &cancelled,
                ..apply_options(None)
            };
            apply(&lock, &plan_of(&world), &options, &mut { keep }, &mut kill).unwrap();
        }
        "Undo" | "UndoHalf" => {
            let id = transactions(lock.state()).unwrap()[0].id.clone();
            let options = UndoOptions {
                cancelled: &cancelled,
                ..undo_options(false)
            };
            undo(&lock, &id, &code(&world), &options, &mut kill).unwrap();
        }
        "Recover" => {
            recover(&lock, now(), &mut kill).unwrap();
        }
        _ => panic!("{does}"),
    }
}

fn code(world: &World) -> SecretBytes {
    SecretBytes::new(fs::read(world.top().join("code")).unwrap())
}

fn recovered(world: &World) -> Option<Recovered> {
    let mut recovered = recover(&world.lock(), now(), &mut |_| {}).unwrap();
    assert!(recovered.len() <= 1);
    let one = recovered.pop();
    assert!(one.as_ref().is_none_or(|one| one.left.is_empty()));
    world.holds_no_trace();
    one
}

fn only_transaction(world: &World) -> TransactionId {
    let known = transactions(&world.state()).unwrap();
    assert_eq!(known.len(), 1);
    known[0].id.clone()
}

/// The world must be before or after, as the recovery says, and after can be undone.
fn is_whole(world: &World, before: &Picture, after: &Content, how: Option<Outcome>) {
    if how == Some(Outcome::TakenBack) {
        assert_eq!(world.picture(), *before);
        assert_eq!(world.transaction_folders(), 0);
        return;
    }
    assert_eq!(world.content(), without_top(after, world));
    world.undo(&only_transaction(world), &code(world)).unwrap();
    assert_eq!(world.picture(), *before);
}

type Content = std::collections::BTreeMap<std::path::PathBuf, (u32, Option<Vec<u8>>)>;

/// Every world has its own top, so what is expected is kept relative to it.
fn without_top(after: &Content, world: &World) -> Content {
    after
        .iter()
        .map(|(path, seen)| (world.top().join(path), seen.clone()))
        .collect()
}

fn expected_after() -> Content {
    let (world, plan) = world();
    world.apply(&plan).unwrap();
    let top = world.top().to_owned();
    let relative = |path: std::path::PathBuf| path.strip_prefix(&top).unwrap().to_owned();
    world
        .content()
        .into_iter()
        .map(|(path, seen)| (relative(path), seen))
        .collect()
}

#[test]
fn an_apply_that_is_killed_is_before_or_after() {
    let after = expected_after();
    let mut outcomes = Vec::new();
    for effects in 1.. {
        let (world, _) = world();
        let before = world.picture();
        let killed = run(&world, Does::Apply, effects);
        let how = recovered(&world);
        if let Some(how) = &how {
            assert_eq!(how.what, Interrupted::Apply);
        }
        outcomes.push(how.as_ref().map(|how| how.outcome));
        is_whole(&world, &before, &after, how.map(|how| how.outcome));
        if !killed {
            break;
        }
    }
    assert!(outcomes.contains(&Some(Outcome::TakenBack)));
    assert!(outcomes.contains(&Some(Outcome::Finished)));
    assert_eq!(outcomes.last(), Some(&None));
    // Two runs more than there are effects would mean that some were not told of.
    assert!(outcomes.len() > 15, "{outcomes:?}");
}

#[test]
fn an_undo_that_is_killed_is_before_or_after() {
    let after = expected_after();
    let mut outcomes = Vec::new();
    for effects in 1.. {
        let (world, plan) = world();
        let before = world.picture();
        let (_, shown) = world.apply(&plan).unwrap();
        fs::write(world.top().join("code"), shown.danger_expose()).unwrap();
        let applied = world.picture();
        let killed = run(&world, Does::Undo, effects);
        let how = recovered(&world);
        match how.as_ref().map(|how| how.outcome) {
            Some(Outcome::TakenBack) => {
                assert_eq!(world.picture(), applied);
                is_whole(&world, &before, &after, None);
            }
            Some(Outcome::Finished) | None => assert_eq!(world.picture(), before),
        }
        assert_eq!(world.transaction_folders(), 0);
        outcomes.push(how.map(|how| how.outcome));
        if !killed {
            break;
        }
    }
    assert!(outcomes.contains(&Some(Outcome::TakenBack)));
    assert!(outcomes.contains(&Some(Outcome::Finished)));
    assert!(outcomes.len() > 15, "{outcomes:?}");
}

/// Kills `does` after some numbers of effects, and then every recovery once more.
fn kill_recoveries(does: Does) {
    let after = expected_after();
    for effects in [6, 9, 11, 14, 16] {
        for more in 1.. {
            let (world, plan) = world();
            let before = world.picture();
            if let Does::Undo = does {
                let (_, shown) = world.apply(&plan).unwrap();
                fs::write(world.top().join("code"), shown.danger_expose()).unwrap();
            }
            assert!(
                run(&world, does, effects),
                "{effects} are more effects than there are"
            );
            let killed = run(&world, Does::Recover, more);
            recovered(&world);
            if transactions(&world.state()).unwrap().is_empty() {
                assert_eq!(world.picture(), before);
            } else {
                is_whole(&world, &before, &after, None);
            }
            if !killed {
                break;
            }
        }
    }
}

#[test]
fn a_recovery_of_an_apply_that_is_killed_goes_on() {
    kill_recoveries(Does::Apply);
}

#[test]
fn a_recovery_of_an_undo_that_is_killed_goes_on() {
    kill_recoveries(Does::Undo);
}

#[test]
fn what_somebody_wrote_after_the_interruption_is_left() {
    let mut effects = 1;
    loop {
        let (world, _) = world();
        assert!(run(&world, Does::Apply, effects));
        let log = world.path("a.log");
        fs::write(&log, "mine\n").unwrap();
        let found = recover(&world.lock(), now(), &mut |_| {}).unwrap();
        assert_eq!(fs::read(&log).unwrap(), b"mine\n");
        world.holds_no_trace();
        effects += 1;
        if found.iter().any(|one| one.outcome == Outcome::Finished) {
            assert_eq!(found[0].left, [log]);
            assert_eq!(fs::read(world.path(".env")).unwrap(), b"KEY=\n");
            break;
        }
    }
}

#[test]
fn an_undo_that_is_asked_for_again_says_what_it_did() {
    for effects in 1.. {
        let (world, plan) = world();
        let before = world.picture();
        let (applied, shown) = world.apply(&plan).unwrap();
        fs::write(world.top().join("code"), shown.danger_expose()).unwrap();
        if !run(&world, Does::Undo, effects) || transactions(&world.state()).unwrap().is_empty() {
            break;
        }
        let undone = world.undo(&applied.id, &shown).unwrap();
        assert_eq!(undone.files, applied.files);
        assert_eq!(undone.left, Vec::<std::path::PathBuf>::new());
        assert_eq!(world.picture(), before);
    }
}

#[test]
fn what_is_half_staged_is_taken_back() {
    for does in [Does::ApplyHalf, Does::UndoHalf] {
        let mut halves = 0;
        for questions in 1.. {
            let (world, plan) = world();
            if let Does::UndoHalf = does {
                let (_, shown) = world.apply(&plan).unwrap();
                fs::write(world.top().join("code"), shown.danger_expose()).unwrap();
            }
            let before = world.picture();
            if !run(&world, does, questions) {
                break;
            }
            if world.picture() != before {
                halves += 1;
            }
            let how = recovered(&world);
            assert!(how.is_none_or(|how| how.outcome == Outcome::TakenBack));
            assert_eq!(world.picture(), before);
        }
        assert!(halves > 5, "{does:?}: {halves}");
    }
}
