//! Holds what a scanner found against what was planted.
//!
//! **Invariant:** a plant counts as found only when a finding is on its line and touches its value;
//! where a scanner tells no value, the line has to do, and the table says so.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use serde::{Deserialize, Serialize};

use super::corpus::{Corpus, Truth};

/// The shortest piece of a value that a scanner's text has to share with it.
const SHARED: usize = 8;

/// What a scanner found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// The file, below the corpus.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// Where its bytes are in the file, when the scanner tells.
    pub(crate) span: Option<(u64, u64)>,
    /// The scanner's name for what it is.
    pub(crate) rule: String,
    /// The bytes that it shows, when it shows them.
    pub(crate) text: Option<String>,
}

/// How the findings stand to the truth.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// Planted secrets, and whether each was found.
    pub(crate) secrets: Vec<(Truth, bool)>,
    /// Hard negatives, and by which rule each was flagged.
    pub(crate) negatives: Vec<(Truth, Option<String>)>,
    /// Findings that touch nothing planted.
    pub(crate) unplanted: Vec<Finding>,
}

impl Score {
    /// The part of the secrets that was found, among those that `wanted` takes.
    pub(crate) fn recall(&self, wanted: impl Fn(&Truth) -> bool) -> Ratio {
        let among = self.secrets.iter().filter(|(truth, _)| wanted(truth));
        let (found, all) = among.fold((0, 0), |(found, all), (_, hit)| {
            (found + usize::from(*hit), all + 1)
        });
        Ratio { found, all }
    }

    /// How many hard negatives were flagged.
    pub(crate) fn flagged(&self) -> Ratio {
        Ratio {
            found: self.negatives.iter().filter(|(_, by)| by.is_some()).count(),
            all: self.negatives.len(),
        }
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratio {
    pub(crate) found: usize,
    pub(crate) all: usize,
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let percent = 100.0 * self.found as f64 / self.all.max(1) as f64;
        write!(f, "{percent:.1} %")
    }
}

/// Compares.
pub(crate) fn judge(corpus: &Corpus, findings: &[Finding]) -> Score {
    let mut by_line: HashMap<(&str, usize), Vec<usize>> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let line = (finding.file.as_str(), finding.line);
        by_line.entry(line).or_default().push(index);
    }
    let mut used = vec![false; findings.len()];
    let mut score = Score::default();
    let mut files = BTreeMap::new();
    for truth in &corpus.truth {
        let here = by_line.get(&(truth.file.as_str(), truth.line));
        let mut by = None;
        for &index in here.into_iter().flatten() {
            let file = files
                .entry(truth.file.as_str())
                .or_insert_with(|| fs::read(corpus.path.join(&truth.file)).unwrap_or_default());
            if touches(&findings[index], truth, file) {
                used[index] = true;
                by = Some(findings[index].rule.clone());
            }
        }
        if truth.origin == "negative" {
            score.negatives.push((truth.clone(), by));
        } else {
            score.secrets.push((truth.clone(), by.is_some()));
        }
    }
    let left = findings.iter().zip(&used).filter(|(_, used)| !**used);
    score.unplanted = left.map(|(finding, _)| finding.clone()).collect();
    score
}

fn touches(finding: &Finding, truth: &Truth, file: &[u8]) -> bool {
    if let Some((start, end)) = finding.span {
        return start < truth.end && truth.start < end;
    }
    let Some(text) = finding.text.as_deref().filter(|text| !text.is_empty()) else {
        return true;
    };
    let place = usize::try_from(truth.start)
        .ok()
        .zip(usize::try_from(truth.end).ok());
    let value = place
        .and_then(|(start, end)| file.get(start..end))
        .unwrap_or_default();
    shares(text.as_bytes(), value)
}

fn shares(text: &[u8], value: &[u8]) -> bool {
    let size = SHARED.min(value.len()).min(text.len()).max(1);
    value
        .windows(size)
        .any(|piece| text.windows(size).any(|other| other == piece))
}

#[cfg(test)]
mod tests {
    use super::{Corpus, Finding, Truth, judge};

    #[test]
    fn a_finding_counts_on_its_line_and_value_only() {
        let truth = |origin: &str, line, start| Truth {
            file: "a".into(),
            line,
            start,
            end: start + 10,
            kind: "k".into(),
            origin: origin.into(),
            context: "c".into(),
            writer: "w".into(),
            sha256: String::new(),
        };
        let corpus = Corpus {
            name: String::new(),
            path: "/nowhere".into(),
            bytes: 0,
            truth: vec![
                truth("rule", 1, 5),
                truth("table", 2, 50),
                truth("negative", 3, 90),
            ],
        };
        let finding = |line, span| Finding {
            file: "a".into(),
            line,
            span: Some(span),
            rule: "r".into(),
            text: None,
        };
        let score = judge(
            &corpus,
            &[
                finding(1, (14, 20)),
                finding(2, (60, 70)),
                finding(3, (80, 91)),
            ],
        );
        assert_eq!(score.recall(|_| true).found, 1);
        assert_eq!(score.recall(|_| true).all, 2);
        assert_eq!(score.flagged().found, 1);
        assert_eq!(score.unplanted.len(), 1);
    }
}
