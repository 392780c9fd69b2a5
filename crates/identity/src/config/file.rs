//! The sections of an AWS configuration file, with the lines that they are on.
//!
//! Called by `config` only.
//!
//! **Invariant:** the last value of a key that occurs twice wins, and names of keys are compared
//! without case, as the AWS CLI does.
//!
//! **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::collections::BTreeMap;
use std::path::PathBuf;

use bedlock_formats::{Format, Segment, entries, ini, line_column};

use crate::IdentityError;

/// A value and its line.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) line: usize,
}

/// One section.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// As written between the brackets.
    pub(super) title: String,
    /// Where it begins.
    pub(super) line: usize,
    values: BTreeMap<String, Value>,
}

impl Section {
    /// A value that is not empty; a nested one is asked for as `outer.inner`.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.text.is_empty())
    }
}

/// A parsed file.
#[derive(Debug)]
pub(super) struct ConfigFile {
    path: PathBuf,
    /// By kind and name, e.g. `profile` and `default`.
    sections: BTreeMap<(String, String), Section>,
}

impl ConfigFile {
    pub(super) fn parse(path: PathBuf, bytes: &[u8]) -> Self {
        let mut sections: BTreeMap<_, Section> = BTreeMap::new();
        for title in ini::sections(bytes) {
            let line = line_of_title(bytes, &title);
            if let Some(key) = kind_and_name(&title) {
                sections.entry(key).or_insert_with(|| Section {
                    title,
                    line,
                    values: BTreeMap::new(),
                });
            }
        }
        for entry in entries(Format::Ini, bytes).unwrap_or_default() {
            let names: Vec<&str> = entry.path.iter().filter_map(Segment::as_key).collect();
            let Some((title, keys)) = names.split_first() else {
                continue;
            };
            let section = kind_and_name(title).and_then(|key| sections.get_mut(&key));
            if let (Some(section), false) = (section, keys.is_empty()) {
                let value = Value {
                    text: String::from_utf8_lossy(&entry.value).trim().to_owned(),
                    line: line_column(bytes, entry.value_span.start).0,
                };
                section.values.insert(keys.join(".").to_lowercase(), value);
            }
        }
        Self { path, sections }
    }

    fn section(&self, kind: &str, name: &str) -> Option<&Section> {
        self.sections.get(&(kind.to_owned(), name.to_owned()))
    }

    pub(super) fn profile(&self, name: &str) -> Option<&Section> {
        self.section("profile", name)
    }

    pub(super) fn sso_session(&self, name: &str) -> Option<&Section> {
        self.section("sso-session", name)
    }

    pub(super) fn services(&self, name: &str) -> Option<&Section> {
        self.section("services", name)
    }

    pub(super) fn profile_names(&self) -> Vec<String> {
        let profiles = self.sections.keys().filter(|(kind, _)| kind == "profile");
        profiles.map(|(_, name)| name.clone()).collect()
    }

    /// `default`, unless that does not sign in and exactly one other profile does.
    pub(super) fn only_one_that_signs_in(&self) -> String {
        let signs_in = |section: &Section| {
            section.get("sso_session").is_some() || section.get("sso_start_url").is_some()
        };
        let names: Vec<&str> = self
            .sections
            .iter()
            .filter(|((kind, _), section)| kind == "profile" && signs_in(section))
            .map(|((_, name), _)| name.as_str())
            .collect();
        match names.as_slice() {
            [only] => (*only).to_owned(),
            _ => "default".to_owned(),
        }
    }

    pub(super) fn error(&self, profile: &str, line: Option<usize>, what: String) -> IdentityError {
        IdentityError::Config {
            profile: profile.to_owned(),
            path: self.path.clone(),
            line,
            what,
        }
    }
}

/// `[default]` and `[profile NAME]` are profiles; a name may be in quotes.
fn kind_and_name(title: &str) -> Option<(String, String)> {
    let title = title.trim();
    if title == "default" {
        return Some(("profile".to_owned(), "default".to_owned()));
    }
    let (kind, name) = title.split_once(char::is_whitespace)?;
    let name = name.trim();
    let bare = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .or_else(|| {
            name.strip_prefix('\'')
                .and_then(|name| name.strip_suffix('\''))
        });
    Some((kind.to_owned(), bare.unwrap_or(name).to_owned()))
}

fn line_of_title(bytes: &[u8], title: &str) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let found = text.lines().position(|line| {
        let inside = line.trim_start().strip_prefix('[');
        inside
            .and_then(|line| line.split_once(']'))
            .is_some_and(|(inside, _)| inside.trim() == title)
    });
    found.map_or(1, |index| index + 1)
}
