//! What git has staged: the content that a commit would have, not the file that is being edited.
//!
//! Called by `commands::scan` for `--staged`.
//!
//! **Source:** <https://git-scm.com/docs/git-diff#_raw_output_format>,
//! <https://git-scm.com/docs/git-cat-file#_batch_output>
//!
//! **Invariant:** nothing of the repository is run: no hook, no external diff, no text conversion, no
//! file system monitor.

use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use bedlock_host::{Environment, Program};

use super::Scan;
use crate::error::CliError;

/// Variables that git needs to find the repository, the index of this very commit and its user's
/// settings. A hook is run with some of them.
const VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_QUARANTINE_PATH",
    "GIT_WORK_TREE",
    "HOME",
    "PATH",
    "XDG_CONFIG_HOME",
];

/// A repository with something staged in it.
pub(crate) struct Staged {
    git: Program,
    /// The folder of the work tree.
    pub(crate) top: PathBuf,
    /// Object and path of each staged file.
    files: Vec<(String, PathBuf)>,
}

impl Staged {
    /// Asks git what is staged.
    ///
    /// # Errors
    /// When there is no git, or no repository here.
    pub(crate) fn ask(environment: &Environment) -> Result<Self, CliError> {
        let path = environment
            .variable("PATH")
            .map(|path| path.danger_expose());
        let git = bedlock_host::program_on(path.unwrap_or_default(), "git").ok_or_else(|| {
            CliError::refused("there is no git on PATH", "install git, or set PATH")
        })?;
        let mut variables: Vec<(OsString, OsString)> = VARIABLES
            .iter()
            .filter_map(|name| {
                let value = environment.variable(name)?.danger_expose().to_vec();
                Some(((*name).into(), OsString::from_vec(value)))
            })
            .collect();
        variables.push(("LC_ALL".into(), "C".into()));
        variables.push(("GIT_OPTIONAL_LOCKS".into(), "0".into()));
        variables.push(("GIT_TERMINAL_PROMPT".into(), "0".into()));
        let program = |args: &[&str]| Program {
            path: git.clone(),
            args: ["-c", "core.fsmonitor=false"]
                .iter()
                .chain(args)
                .map(OsString::from)
                .collect(),
            environment: variables.clone(),
        };
        let top = said(&program(&["rev-parse", "--show-toplevel"]))?;
        let top = PathBuf::from(OsString::from_vec(top.trim_ascii_end().to_vec()));
        let raw = said(&program(&[
            "diff",
            "--cached",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--diff-filter=ACMT",
        ]))?;
        Ok(Self {
            git: program(&["cat-file", "--batch"]),
            top,
            files: files(&raw),
        })
    }

    /// Searches the staged content of every file.
    ///
    /// # Errors
    /// When git stops answering.
    pub(crate) fn search(&self, scan: &Scan<'_>) -> Result<(), CliError> {
        if self.files.is_empty() {
            return Ok(());
        }
        let mut talk = self.git.talk()?;
        for (object, path) in &self.files {
            let answer = talk.ask(object).map_err(silent)?;
            let size = answer
                .strip_prefix(object.as_str())
                .and_then(|rest| rest.strip_prefix(" blob "))
                .and_then(|size| size.parse::<u64>().ok());
            let Some(size) = size else {
                return Err(CliError::refused(
                    format!("git has no content for the staged {}", path.display()),
                    "git fsck",
                ));
            };
            let mut content = talk.rest().take(size);
            if !scan.is_excluded(path) {
                scan.stream(&path.to_string_lossy(), &mut content, Some(size));
            }
            // What was left of it, and the line end behind it.
            std::io::copy(&mut content, &mut std::io::sink()).map_err(silent)?;
            talk.rest().read_exact(&mut [0]).map_err(silent)?;
        }
        Ok(())
    }
}

fn silent(error: std::io::Error) -> CliError {
    CliError::refused(format!("git stopped answering: {error}"), "git fsck")
}

fn said(program: &Program) -> Result<Vec<u8>, CliError> {
    let said = program.output()?;
    if said.ok {
        return Ok(said.out);
    }
    let reason = said.error.lines().next().unwrap_or("it says nothing");
    Err(CliError::refused(
        format!("git cannot say what is staged: {reason}"),
        "run it in a git work tree: cd REPOSITORY",
    ))
}

/// Reads `:100644 100644 OLD NEW M` and the path behind it, each with a NUL at its end. Links and
/// submodules have no content of their own.
fn files(raw: &[u8]) -> Vec<(String, PathBuf)> {
    let mut parts = raw.split(|b| *b == 0);
    let mut files = Vec::new();
    while let (Some(about), Some(path)) = (parts.next(), parts.next()) {
        let about = String::from_utf8_lossy(about);
        let mut words = about.split(' ');
        let (mode, object) = (words.nth(1), words.nth(1));
        if let (Some("100644" | "100755"), Some(object)) = (mode, object) {
            let path = PathBuf::from(OsString::from_vec(path.to_vec()));
            files.push((object.to_owned(), path));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_submodules_are_left_out() {
        let raw = b":000000 100644 000 aaa A\0a b\nc\0:100644 120000 000 bbb T\0link\0\
            :160000 160000 000 ccc M\0module\0:100644 100755 000 ddd M\0run\0";
        let files = files(raw);
        assert_eq!(
            files,
            [
                ("aaa".to_owned(), PathBuf::from("a b\nc")),
                ("ddd".to_owned(), PathBuf::from("run")),
            ]
        );
    }
}
