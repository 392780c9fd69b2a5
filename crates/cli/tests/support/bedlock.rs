//! The bedlock binary, run as a person runs it.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::canary::{Canary, MARK};
use super::openclaw::{OpenClaw, Ran};

/// Runs bedlock in a home and checks that no canary shows up in what it prints.
pub(crate) fn run(openclaw: &OpenClaw, arguments: &[&str], input: &str) -> Ran {
    let mut output = tempfile::tempfile().unwrap();
    let mut errors = tempfile::tempfile().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bedlock"))
        .args(arguments)
        .current_dir(&openclaw.home)
        .env_clear()
        .env("HOME", &openclaw.home)
        .env("PATH", openclaw.path())
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(output.try_clone().unwrap())
        .stderr(errors.try_clone().unwrap())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone before all is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let code = child.wait().unwrap().code();
    let ran = Ran {
        code,
        stdout: text(&mut output),
        stderr: text(&mut errors),
    };
    for printed in [&ran.stdout, &ran.stderr] {
        if let Some(at) = printed.find(MARK) {
            let around = printed.get(at.saturating_sub(200)..at + MARK.len());
            panic!("`bedlock {}` printed a canary: …{around:?}", arguments[0]);
        }
    }
    ran
}

/// Audits a home and returns the report.
pub(crate) fn audit(openclaw: &OpenClaw, extra: &[&str]) -> Value {
    let path = openclaw.home.display().to_string();
    let arguments = [&["audit", "--home", &path, "--format", "json"], extra].concat();
    let ran = run(openclaw, &arguments, "");
    assert!(matches!(ran.code, Some(0 | 1)), "{ran}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"))
}

/// A finding, as far as the tests look at it.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) file: String,
    pub(crate) location: String,
    pub(crate) fingerprint: String,
    pub(crate) disposition: String,
    pub(crate) rule: String,
    /// First byte and length, where the report knows them.
    pub(crate) span: Option<(u64, u64)>,
    /// Length in bytes.
    pub(crate) length: Option<u64>,
}

impl Finding {
    /// Says whether it covers a canary that starts at an offset.
    pub(crate) fn covers(&self, canary: &Canary, offset: u64) -> bool {
        let end = offset + canary.value.len() as u64;
        self.span
            .is_some_and(|(first, length)| first <= offset && first + length >= end)
    }
}

/// Reads the findings of a report.
pub(crate) fn findings(report: &Value) -> Vec<Finding> {
    let text = |finding: &Value, field: &str| match &finding[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| Finding {
            file: text(finding, "file"),
            location: text(finding, "location"),
            fingerprint: text(finding, "fingerprint"),
            disposition: text(finding, "disposition"),
            rule: text(finding, "rule"),
            length: finding["length"].as_u64(),
            span: finding["offset"].as_u64().zip(finding["length"].as_u64()),
        })
        .collect()
}

fn text(file: &mut File) -> String {
    file.rewind().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
