//! What all formats share: the table check, and the properties of reading and removing.

use crate::{Entry, Format, entries, path_text, remove, replace_value};

/// One text: what it reads as, and what is left when some entries go.
pub(crate) struct Case<'a> {
    pub(crate) text: &'a str,
    pub(crate) reads: &'a [(&'a str, &'a str)],
    pub(crate) without: &'a [usize],
    pub(crate) left: &'a str,
}

/// Checks reading and removing, and that every value can be written again where it stands.
pub(crate) fn check(format: Format, cases: &[Case<'_>]) {
    check_removal(format, cases);
    for case in cases {
        let text = case.text.as_bytes();
        for entry in entries(format, text).expect("parses") {
            check_replace(format, text, &entry);
        }
    }
}

/// Checks reading and removing, where not every value can be written.
pub(crate) fn check_removal(format: Format, cases: &[Case<'_>]) {
    for Case {
        text,
        reads,
        without,
        left,
    } in cases
    {
        let found =
            entries(format, text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text:?}"));
        assert_eq!(readings(&found), owned(reads), "reads {text:?}");
        let unwanted: Vec<Entry> = without.iter().map(|at| found[*at].clone()).collect();
        let result = remove(format, text.as_bytes(), &unwanted)
            .unwrap_or_else(|error| panic!("{error}: {text:?}"));
        assert_eq!(
            String::from_utf8_lossy(&result),
            *left,
            "removes {without:?} from {text:?}"
        );
    }
}

fn check_replace(format: Format, text: &[u8], entry: &Entry) {
    for new in ["plain", "it's \"quoted\" #1; $HOME", "a\\b%c d"] {
        if format == Format::Dotenv && new.contains('\'') && new.contains('"') && new.contains('`')
        {
            continue;
        }
        let result = replace_value(format, text, entry, new).unwrap_or_else(|error| {
            panic!(
                "{error}: {new:?} for {entry:?} in {text:?}",
                text = String::from_utf8_lossy(text)
            )
        });
        let after = entries(format, &result).expect("still parses");
        assert!(
            after.iter().any(|other| other.value == new.as_bytes()),
            "{new:?} for {entry:?}"
        );
    }
}

fn readings(found: &[Entry]) -> Vec<(String, String)> {
    found
        .iter()
        .map(|entry| {
            (
                path_text(&entry.path),
                String::from_utf8_lossy(&entry.value).into_owned(),
            )
        })
        .collect()
}

fn owned(reads: &[(&str, &str)]) -> Vec<(String, String)> {
    reads
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect()
}
