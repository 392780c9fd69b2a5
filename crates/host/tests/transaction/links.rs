//! Files with other names, and names that lead elsewhere.

use std::fs;
use std::os::unix::fs::symlink;

use bedlock_host::HostError;

use crate::world::{World, plan, read, write};

#[test]
fn a_link_that_took_the_place_of_the_file_is_not_written_through() {
    let world = World::new();
    let env = world.write(".env", "1");
    let other = world.write("other", "1");
    let plan = plan(vec![write(&env, "2")]);
    fs::remove_file(&env).unwrap();
    symlink(&other, &env).unwrap();
    match world.apply(&plan).unwrap_err() {
        HostError::NotRegular { path, what } => {
            assert_eq!((path, what), (env, "a symbolic link"));
        }
        error => panic!("{error}"),
    }
    assert_eq!(read(&other), b"1");
    assert_eq!(world.transaction_folders(), 0);
}

#[test]
fn a_link_that_took_the_place_after_apply_is_not_undone_through() {
    let world = World::new();
    let env = world.write(".env", "1");
    let other = world.write("other", "2");
    let (applied, code) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    fs::remove_file(&env).unwrap();
    symlink(&other, &env).unwrap();
    let error = world.undo(&applied.id, &code).unwrap_err();
    assert!(matches!(error, HostError::NotRegular { .. }), "{error}");
    assert_eq!(read(&other), b"2");
}

#[test]
fn a_folder_may_be_a_link_when_the_plan_is_made() {
    let world = World::new();
    world.write("real/.env", "1");
    symlink("real", world.path("link")).unwrap();
    let before = read(&world.path("real/.env"));
    let (applied, code) = world
        .apply(&plan(vec![write(&world.path("link/.env"), "2")]))
        .unwrap();
    assert_eq!(read(&world.path("real/.env")), b"2");
    world.undo(&applied.id, &code).unwrap();
    assert_eq!(read(&world.path("real/.env")), before);
}

#[test]
fn the_other_names_of_a_file_are_told_of() {
    let world = World::new();
    let env = world.write(".env", "1");
    let other = world.path("other");
    fs::hard_link(&env, &other).unwrap();
    let (applied, code) = world.apply(&plan(vec![write(&env, "2")])).unwrap();
    assert_eq!(applied.linked, std::slice::from_ref(&env));
    assert_eq!((read(&env), read(&other)), (b"2".to_vec(), b"1".to_vec()));
    world.undo(&applied.id, &code).unwrap();
    assert_eq!((read(&env), read(&other)), (b"1".to_vec(), b"1".to_vec()));

    fs::remove_file(&env).unwrap();
    fs::hard_link(&other, &env).unwrap();
    let (applied, _) = world
        .apply(&plan(vec![write(&env, "2"), write(&other, "2")]))
        .unwrap();
    assert_eq!(applied.linked, Vec::<std::path::PathBuf>::new());
}

#[test]
fn root_does_not_follow_a_link_of_somebody_into_the_folder_of_somebody_else() {
    use std::os::unix::fs::lchown;

    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: giving a link away needs root");
        return;
    }
    let world = World::new();
    fs::create_dir(world.path("other")).unwrap();
    symlink("other", world.path("link")).unwrap();
    lchown(world.path("link"), Some(1), Some(1)).unwrap();
    let plan = plan(vec![write(&world.path("link/new"), "1")]);
    let error = world.apply(&plan).unwrap_err();
    assert!(matches!(error, HostError::BadPlan { .. }), "{error}");
    assert!(!world.path("other/new").exists());

    lchown(world.path("other"), Some(1), Some(1)).unwrap();
    world.apply(&plan).unwrap();
    assert_eq!(read(&world.path("other/new")), b"1");
}
