//! What is said of a place that was not searched, or not to its end.
//!
//! **Invariant:** every sentence names the place, the reason and what to do.

use std::io;
use std::path::Path;

use bedlock_model::Unreadable;

use crate::render::size;

fn place(path: &Path, reason: impl Into<String>, next: impl Into<String>) -> Unreadable {
    Unreadable {
        path: path.to_string_lossy().into_owned(),
        reason: reason.into(),
        next: next.into(),
    }
}

/// The file system said no.
pub(crate) fn failed(path: &Path, error: &io::Error) -> Unreadable {
    let next = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "run bedlock as its owner, or leave it out with --exclude"
        }
        io::ErrorKind::NotFound => "name a file or a folder that exists",
        _ => "look at the disk or the mount that it is on, or leave it out with --exclude",
    };
    place(path, plain(error), next)
}

/// A system error without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Larger than somebody wants to look at.
pub(crate) fn too_large(path: &Path, bytes: u64) -> Unreadable {
    place(
        path,
        format!("it is larger than --max-size ({})", size(bytes)),
        "raise --max-size to search it",
    )
}

/// Neither a file nor a folder.
pub(crate) fn special(path: &Path, what: &str) -> Unreadable {
    place(
        path,
        format!("it is {what}"),
        "nothing to do: it holds no bytes at rest",
    )
}

/// A file system of the kernel.
pub(crate) fn pseudo(path: &Path, what: &str) -> Unreadable {
    place(
        path,
        format!("it is on {what}"),
        "name it as a PATH to search it all the same",
    )
}
