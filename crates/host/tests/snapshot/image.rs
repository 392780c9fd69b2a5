//! A mounted image: its links resolve in it, and nothing outside it is read.

use super::*;

#[test]
fn absolute_links_stay_in_the_image() {
    let image = Home::new();
    image.write(".openclaw/openclaw.json", "{}");
    image.write("dotfiles/env", "inside");
    fs::create_dir_all(image.top.join("etc")).unwrap();
    fs::write(image.top.join("etc/passwd"), "of the image").unwrap();
    image.link(".openclaw/.env", "/home/u/dotfiles/env");
    let escape = image.link(".openclaw/escape", "/etc/passwd");
    image.link(".openclaw/dots", "../../../../../../../../etc/passwd");
    image.link(".openclaw/folder", "/etc");
    let home = Path::new("/home/u");
    let look = Look {
        home,
        root: Some(&image.top),
        extra_roots: &[],
        leave_out: &[],
    };
    let found = snapshot(&[tree(home.join(".openclaw"))], &look, &Silent).unwrap();
    assert_eq!(
        paths(&found),
        [
            home.join(".openclaw/openclaw.json"),
            home.join("dotfiles/env")
        ]
    );
    assert_eq!(content(&found, &home.join("dotfiles/env")), "inside");
    for name in ["escape", "dots", "folder"] {
        said(&found.skipped, &home.join(".openclaw").join(name));
    }

    // Even a link that is wanted, in a world that includes /etc, ends at the image's own file.
    let etc = [PathBuf::from("/etc")];
    let look = Look {
        extra_roots: &etc,
        ..look
    };
    let found = snapshot(
        &[file(home.join(".openclaw/escape"), PlaceKind::Text)],
        &look,
        &Silent,
    )
    .unwrap();
    assert_eq!(content(&found, Path::new("/etc/passwd")), "of the image");
    assert_eq!(fs::read_link(escape).unwrap(), Path::new("/etc/passwd"));
}

#[test]
fn a_home_link_in_the_image_is_followed_in_it() {
    let image = Home::new();
    image.write("a", "x");
    std::os::unix::fs::symlink("/home/u", image.top.join("me")).unwrap();
    let look = Look {
        home: Path::new("/me"),
        root: Some(&image.top),
        extra_roots: &[],
        leave_out: &[],
    };
    let found = snapshot(&[tree("/me")], &look, &Silent).unwrap();
    assert_eq!(paths(&found), [PathBuf::from("/me/a")]);
}

#[test]
fn a_file_that_the_image_lacks_is_not_taken_from_this_host() {
    let image = Home::new();
    let look = Look {
        home: Path::new("/home/u"),
        root: Some(&image.top),
        extra_roots: &[],
        leave_out: &[],
    };
    let found = snapshot(&[file("/etc/passwd", PlaceKind::Text)], &look, &Silent).unwrap();
    assert!(found.places.is_empty() && found.unreadable.is_empty());
}
