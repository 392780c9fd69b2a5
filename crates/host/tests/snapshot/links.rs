//! Symbolic links: which are followed, and what is said of the others.

use super::*;

#[test]
fn a_wanted_link_inside_the_home_is_its_target() {
    let home = Home::new();
    let target = home.write("dotfiles/openclaw.json", "{}");
    let link = home.link(".openclaw/openclaw.json", "../dotfiles/openclaw.json");
    let found = home.look(&[
        file(&link, PlaceKind::AgentConfig),
        tree(home.path(".openclaw")),
    ]);
    assert_eq!(paths(&found).as_slice(), std::slice::from_ref(&target));
    assert_eq!(found.at(&target).unwrap().kind, PlaceKind::AgentConfig);
    assert_eq!(content(&found, &target), "{}");
    assert!(found.skipped.is_empty() && found.unreadable.is_empty());
}

#[test]
fn a_wanted_link_out_of_the_home_makes_the_look_incomplete() {
    let home = Home::new();
    fs::create_dir_all(home.top.join("data")).unwrap();
    fs::write(home.top.join("data/openclaw.json"), "{}").unwrap();
    let link = home.link("openclaw.json", home.top.join("data/openclaw.json"));
    let folder = home.link(".openclaw", home.top.join("data"));
    let wants = [file(&link, PlaceKind::AgentConfig), tree(&folder)];
    let found = home.look(&wants);
    assert!(found.places.is_empty());
    for path in [&link, &folder] {
        assert!(
            said(&found.unreadable, path)
                .reason
                .contains("leaves the agent's world")
        );
    }
    // What is wanted below such a link is said once, by the link.
    let below = [
        file(folder.join("a"), PlaceKind::Text),
        file(folder.join("b"), PlaceKind::Text),
    ];
    said(&home.look(&below).unreadable, &folder);
    // Named by a person, the folder belongs to the world, and is shown as the link wants it.
    let found = home.look_also(&wants, &[home.top.join("data")]);
    assert_eq!(paths(&found).len(), 1);
    assert!(found.unreadable.is_empty());
}

#[test]
fn a_link_in_a_tree_that_leaves_the_home_is_skipped() {
    let home = Home::new();
    fs::write(home.top.join("outside"), "secret of somebody else").unwrap();
    let mut links = vec![
        home.link("t/file", home.top.join("outside")),
        home.link("t/upwards", "../../../outside"),
        home.link("t/folder", "/etc"),
    ];
    home.link("hop", home.top.join("outside"));
    links.push(home.link("t/hops", "../hop"));
    let found = home.look(&[tree(home.path("t"))]);
    assert!(found.places.is_empty(), "{:?}", paths(&found));
    for link in &links {
        said(&found.skipped, link);
    }
    assert!(found.unreadable.is_empty());
}

#[test]
fn a_folder_link_inside_the_home_is_entered_once() {
    let home = Home::new();
    let note = home.write("projects/ws/note.md", "x");
    home.link(".openclaw/workspace", home.path("projects/ws"));
    home.link("projects/ws/up", home.path(".openclaw"));
    home.link("projects/ws/again", ".");
    let found = home.look(&[tree(home.path(".openclaw"))]);
    assert_eq!(paths(&found), [note]);
}

#[test]
fn circles_and_loose_ends_are_told() {
    let home = Home::new();
    let a = home.link("t/a", "b");
    let b = home.link("t/b", "a");
    let own = home.link("t/self", "self");
    let loose = home.link("t/loose", "nowhere");
    let found = home.look(&[tree(home.path("t")), file(&own, PlaceKind::Dotenv)]);
    assert!(found.places.is_empty() && found.unreadable.is_empty());
    for path in [&a, &b, &own] {
        assert!(said(&found.skipped, path).reason.contains("back to itself"));
    }
    assert!(
        said(&found.skipped, &loose)
            .reason
            .contains("does not exist")
    );
}

#[test]
fn a_home_behind_a_link_keeps_its_name() {
    let home = Home::new();
    home.write(".openclaw/openclaw.json", "{}");
    home.write(".openclaw/real", "x");
    home.link(".openclaw/link", home.path(".openclaw/real"));
    let alias = home.top.join("alias");
    std::os::unix::fs::symlink(home.path(""), &alias).unwrap();
    let look = Look {
        home: &alias,
        root: None,
        extra_roots: &[],
        leave_out: &[],
    };
    let found = snapshot(&[tree(alias.join(".openclaw"))], &look, &Silent).unwrap();
    assert_eq!(
        paths(&found),
        [
            alias.join(".openclaw/openclaw.json"),
            alias.join(".openclaw/real")
        ]
    );
    assert!(found.skipped.is_empty(), "{:?}", found.skipped);
}

#[test]
fn a_wanted_folder_outside_the_home_is_looked_at() {
    let home = Home::new();
    let state = home.top.join("srv");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("a"), "x").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", state.join("out")).unwrap();
    std::os::unix::fs::symlink("a", state.join("in")).unwrap();
    let found = home.look(&[tree(&state)]);
    assert_eq!(paths(&found), [state.join("a")]);
    said(&found.skipped, &state.join("out"));
}
