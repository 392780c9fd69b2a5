//! Reads the environment and the arguments of a running agent for credentials.
//!
//! **Invariant:** a process is only read; what is found there can be cured by a restart alone.

use bedlock_formats::{Entry, Segment, path_text};
use bedlock_model::Process;
use zeroize::Zeroizing;

use crate::checks::keys;
use crate::found::{At, Candidate};
use crate::judge::{Field, judge};

/// What the path of a credential among the arguments begins with.
pub(crate) const ARGUMENTS: &str = "argv";

/// Finds the credentials in a process's environment block, and in its arguments. The bytes of the
/// arguments are counted on from those of the environment.
pub(crate) fn check(process: &Process) -> Vec<Candidate> {
    let bytes = match &process.environment {
        Some(block) => block.danger_expose(),
        None => &[],
    };
    let mut found = in_environment(bytes);
    found.extend(in_arguments(process, bytes.len() as u64 + 1));
    found
}

fn in_environment(bytes: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut start = 0;
    for variable in bytes.split(|b| *b == 0) {
        if let Some(split) = variable.iter().position(|b| *b == b'=') {
            let name = String::from_utf8_lossy(&variable[..split]).into_owned();
            let value = &variable[split + 1..];
            for judged in judge(&name, value, Field::Variable, None) {
                let from = (start + split + 1) as u64;
                found.push(Candidate {
                    at: At::Bytes(from + judged.range.start as u64..from + judged.range.end as u64),
                    location: name.clone(),
                    path: vec![Segment::key(&name)],
                    value: Zeroizing::new(value[judged.range].to_vec()),
                    rule: judged.rule,
                    evidence: judged.evidence,
                });
            }
        }
        start += variable.len() + 1;
    }
    found
}

fn in_arguments(process: &Process, mut start: u64) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut before: Option<Entry> = None;
    for (index, argument) in process.argv.iter().enumerate() {
        let value = argument.danger_expose();
        let entry = Entry {
            path: vec![Segment::key(ARGUMENTS), Segment::Index(index)],
            value: value.to_vec(),
            value_span: 0..value.len(),
            entry_span: 0..value.len(),
            is_string: true,
        };
        let judged = keys::judge_argument(&entry, before.as_ref())
            .unwrap_or_else(|| judge(ARGUMENTS, value, Field::Plain, None));
        for judged in judged {
            found.push(Candidate {
                at: At::Bytes(start + judged.range.start as u64..start + judged.range.end as u64),
                location: path_text(&entry.path),
                path: entry.path.clone(),
                value: Zeroizing::new(value[judged.range].to_vec()),
                rule: judged.rule,
                evidence: judged.evidence,
            });
        }
        start += value.len() as u64 + 1;
        before = Some(entry);
    }
    found
}
