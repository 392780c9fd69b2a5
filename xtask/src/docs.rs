//! Keeps the generated documentation the same as what the program says about itself.
//!
//! `bedlock docs DIR` writes the CLI reference, man pages, completions and JSON schemas; this
//! command compares them with `docs/` or copies them there.
//!
//! **Invariant:** `--check` writes nothing below `docs/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::process::{self, cargo, say};
use crate::workspace;

/// Folders below `docs/` that hold generated files only, so that an extra file there is stale.
const GENERATED_ONLY: [&str; 4] = ["completions", "man", "rules", "schema"];

/// What to do with the generated documentation.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Arguments {
    /// Fail when a generated file is stale.
    #[arg(long)]
    check: bool,
    /// Write the generated files to docs/.
    #[arg(long)]
    write: bool,
}

/// Writes or checks the generated documentation.
///
/// # Errors
/// [`Error::Check`] that names the stale files.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    if arguments.write { write() } else { check() }
}

/// Compares the generated documentation with `docs/`.
///
/// # Errors
/// [`Error::Check`] that names the stale files.
pub(crate) fn check() -> Result<(), Error> {
    let made = generate()?;
    let docs = workspace::root().join("docs");
    let stale: Vec<String> = differences(&made, &docs)?
        .into_iter()
        .map(|path| format!("docs/{}", path.display()))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(Error::Check {
        what: format!("stale documentation: {}", stale.join(", ")),
        next: "cargo xtask docs --write".to_owned(),
    })
}

fn write() -> Result<(), Error> {
    let made = generate()?;
    let docs = workspace::root().join("docs");
    for path in differences(&made, &docs)? {
        let (from, to) = (made.join(&path), docs.join(&path));
        if from.exists() {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
            }
            fs::copy(&from, &to).map_err(Error::file("write", &to))?;
        } else {
            fs::remove_file(&to).map_err(Error::file("remove", &to))?;
        }
        say(&format!("docs/{}", path.display()));
    }
    Ok(())
}

/// Lets the program write its documentation to a fresh folder, which is returned.
fn generate() -> Result<PathBuf, Error> {
    let made = workspace::target().join("xtask-docs");
    if made.exists() {
        fs::remove_dir_all(&made).map_err(Error::file("remove", &made))?;
    }
    fs::create_dir_all(&made).map_err(Error::file("create", &made))?;
    process::run(
        cargo()
            .args(["run", "--quiet", "--locked", "--package", "bedlock", "--"])
            .arg("docs")
            .arg(&made),
    )?;
    Ok(made)
}

fn differences(made: &Path, docs: &Path) -> Result<Vec<PathBuf>, Error> {
    let fresh = files_below(made, Path::new(""))?;
    let mut differing = Vec::new();
    for path in &fresh {
        let wanted = fs::read(made.join(path)).map_err(Error::file("read", made.join(path)))?;
        if fs::read(docs.join(path)).ok().as_ref() != Some(&wanted) {
            differing.push(path.clone());
        }
    }
    for folder in GENERATED_ONLY {
        let present = files_below(docs, Path::new(folder))?;
        differing.extend(present.difference(&fresh).cloned());
    }
    Ok(differing)
}

/// Lists the files in `root/folder`, relative to `root`; a folder that is not there has none.
fn files_below(root: &Path, folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let path = root.join(&folder);
        if !path.exists() {
            continue;
        }
        for entry in fs::read_dir(&path).map_err(Error::file("list", &path))? {
            let entry = entry.map_err(Error::file("list", &path))?;
            let relative = folder.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(relative);
            } else {
                found.insert(relative);
            }
        }
    }
    Ok(found)
}
