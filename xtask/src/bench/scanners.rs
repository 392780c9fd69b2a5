//! The other scanners: how each is installed, started and read.
//!
//! `bench detect` runs them on the same files. None is asked to validate what it finds, so none
//! opens a connection.
//!
//! **Invariant:** a scanner that cannot be installed is named in the output and left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::measure::Contender;
use super::recall::Finding;
use crate::error::Error;
use crate::process::{self, cargo, is_installed, note};

/// A scanner to compare with.
pub(crate) struct Scanner {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// The pinned version.
    pub(crate) version: &'static str,
    /// Its program, below the folder of peers.
    program: &'static str,
    install: fn(&Path, &str) -> Result<(), Error>,
    arguments: fn(&Path, &[String]) -> Vec<String>,
    read: fn(&str) -> Vec<Finding>,
    /// Exit codes that mean it did its work.
    fine: &'static [i32],
    /// It reads 1 GB in bearable time.
    pub(crate) is_fast: bool,
}

/// All of them.
pub(crate) const SCANNERS: [Scanner; 3] = [
    Scanner {
        name: "kingfisher",
        version: "2.14.0",
        program: "kingfisher/bin/kingfisher",
        install: kingfisher,
        arguments: |_, roots| {
            let options = ["--no-validate", "--no-update-check", "--format", "jsonl"];
            [&["scan".to_owned()], roots, &options.map(str::to_owned)].concat()
        },
        read: read_kingfisher,
        fine: &[0, 200, 205],
        is_fast: true,
    },
    Scanner {
        name: "ripsecrets",
        version: "0.1.11",
        program: "ripsecrets/bin/ripsecrets",
        install: ripsecrets,
        arguments: |_, roots| roots.to_vec(),
        read: read_ripsecrets,
        fine: &[0, 1],
        is_fast: false,
    },
    Scanner {
        name: "secretlint",
        version: "12.0.0",
        program: "secretlint/node_modules/.bin/secretlint",
        install: secretlint,
        arguments: |peers, roots| {
            let rules = peers
                .join("secretlint/secretlintrc.json")
                .display()
                .to_string();
            let options = ["--secretlintrc", &rules, "--format", "json"].map(str::to_owned);
            let files = roots.iter().map(|root| format!("{root}/**/*"));
            options.into_iter().chain(files).collect()
        },
        read: read_secretlint,
        fine: &[0, 1],
        is_fast: false,
    },
];

impl Scanner {
    /// Installs it below `peers` unless it is there.
    ///
    /// # Errors
    /// Whatever its package manager ended with.
    pub(crate) fn ready(&self, peers: &Path) -> Result<(), Error> {
        if is_installed(&self.path(peers), &["--version"]) {
            return Ok(());
        }
        note(&format!("installing {} {}", self.name, self.version));
        (self.install)(peers, self.version)
    }

    /// Returns the command that reads the folders below `folder`.
    pub(crate) fn contender(&self, peers: &Path, folder: &Path) -> Contender {
        Contender {
            name: format!("`{}`", self.name),
            program: self.path(peers).into(),
            arguments: (self.arguments)(peers, &roots(folder)),
            fine: self.fine,
        }
    }

    /// Runs it once and returns what it found.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub(crate) fn findings(&self, peers: &Path, folder: &Path) -> Result<Vec<Finding>, Error> {
        let contender = self.contender(peers, folder);
        let mut command = Command::new(&contender.program);
        command.args(&contender.arguments);
        let output = command.output().map_err(|source| Error::Start {
            command: process::shown(&command),
            source,
        })?;
        let mut found = (self.read)(&String::from_utf8_lossy(&output.stdout));
        for finding in &mut found {
            let path = Path::new(&finding.file);
            finding.file = path
                .strip_prefix(folder)
                .unwrap_or(path)
                .display()
                .to_string();
        }
        Ok(found)
    }

    fn path(&self, peers: &Path) -> String {
        peers.join(self.program).display().to_string()
    }
}

/// The folders right below: some scanners pass over what begins with a dot unless it is named.
pub(crate) fn roots(folder: &Path) -> Vec<String> {
    let mut roots: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    roots.sort();
    roots
        .iter()
        .map(|root| root.display().to_string())
        .collect()
}

fn kingfisher(peers: &Path, version: &str) -> Result<(), Error> {
    let folder = peers.join("kingfisher");
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    process::run(
        Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .arg(format!("kingfisher-bin=={version}")),
    )
}

fn ripsecrets(peers: &Path, version: &str) -> Result<(), Error> {
    process::run(
        cargo()
            .args([
                "install",
                "--locked",
                "--quiet",
                "ripsecrets",
                "--version",
                version,
            ])
            .arg("--root")
            .arg(peers.join("ripsecrets"))
            .arg("--target-dir")
            .arg(peers.join("ripsecrets/build")),
    )
}

fn secretlint(peers: &Path, version: &str) -> Result<(), Error> {
    let folder = peers.join("secretlint");
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let preset = "@secretlint/secretlint-rule-preset-recommend";
    let write = |name: &str, text: Value| {
        let path = folder.join(name);
        fs::write(&path, text.to_string()).map_err(Error::file("write", &path))
    };
    write(
        "package.json",
        serde_json::json!({"name": "peer", "private": true, "dependencies": {"secretlint": version, preset: version}}),
    )?;
    write(
        "secretlintrc.json",
        serde_json::json!({"rules": [{"id": preset}]}),
    )?;
    process::run(
        Command::new("npm")
            .current_dir(&folder)
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel", "error"])
            .stdout(std::io::stderr()),
    )
}

fn read_kingfisher(output: &str) -> Vec<Finding> {
    output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|entry| {
            let finding = entry.get("finding")?;
            Some(Finding {
                file: finding.get("path")?.as_str()?.to_owned(),
                line: line_of(finding.get("line")?)?,
                span: None,
                rule: entry["rule"]["id"].as_str().unwrap_or_default().to_owned(),
                text: finding.get("snippet")?.as_str().map(str::to_owned),
            })
        })
        .collect()
}

fn line_of(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

/// `path:line:text`, where the text is the whole line.
fn read_ripsecrets(output: &str) -> Vec<Finding> {
    output
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            Some(Finding {
                file: parts.next()?.to_owned(),
                line: parts.next()?.parse().ok()?,
                span: None,
                rule: "ripsecrets".to_owned(),
                text: None,
            })
        })
        .collect()
}

fn read_secretlint(output: &str) -> Vec<Finding> {
    let files: Vec<Value> = serde_json::from_str(output).unwrap_or_default();
    let mut found = Vec::new();
    for file in &files {
        for message in file["messages"].as_array().into_iter().flatten() {
            let Some(line) = line_of(&message["loc"]["start"]["line"]) else {
                continue;
            };
            let values = message["data"].as_object().into_iter().flatten();
            let text: Vec<&str> = values.filter_map(|(_, value)| value.as_str()).collect();
            found.push(Finding {
                file: file["filePath"].as_str().unwrap_or_default().to_owned(),
                line,
                span: None,
                rule: message["ruleId"].as_str().unwrap_or_default().to_owned(),
                text: Some(text.join(" ")),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{read_kingfisher, read_ripsecrets, read_secretlint};

    #[test]
    fn what_scanners_print_is_read() {
        let found = read_ripsecrets("/a/b.jsonl:12:{\"text\":\"x:y\"}\n\nnot a finding\n");
        assert_eq!((found[0].file.as_str(), found[0].line), ("/a/b.jsonl", 12));
        assert_eq!(found.len(), 1);
        let line = r#"{"rule":{"id":"r"},"finding":{"snippet":"FAKE","line":3,"path":"/a"}}"#;
        let found = read_kingfisher(&format!("{line}\n{{\"summary\":1}}\n"));
        assert_eq!((found.len(), found[0].line), (1, 3));
        let found = read_secretlint(
            r#"[{"filePath":"/a","messages":[{"ruleId":"r","loc":{"start":{"line":7}},"data":{"TOKEN":"FAKE"}}]}]"#,
        );
        assert_eq!((found[0].line, found[0].text.as_deref()), (7, Some("FAKE")));
    }
}
