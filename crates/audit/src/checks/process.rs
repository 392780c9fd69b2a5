//! Reads the environment and the arguments of a running agent for credentials.
//!
//! **Invariant:** a process is only read; what is found there can be cured by a restart alone.

use bedlock_formats::Segment;
use bedlock_model::Process;
use zeroize::Zeroizing;

use crate::found::{At, Candidate};
use crate::judge::{Field, judge};

/// Finds the credentials in a process's environment block.
pub(crate) fn check(process: &Process) -> Vec<Candidate> {
    let Some(block) = &process.environment else {
        return Vec::new();
    };
    let bytes = block.danger_expose();
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
