//! The shape that all line formats share: items, and the groups that hold several of them.
//!
//! A group is what disappears as a whole when its last item goes: a line, a shell command, an
//! `Environment=` directive.
//!
//! **Invariant:** items are in text order.

use std::ops::Range;
use std::sync::Arc;

use crate::text::Splice;
use crate::{Entry, Format, Segment};

/// Keeps an entry with what its editors need.
pub(crate) struct Item {
    pub(crate) entry: Entry,
    /// The value with its quotes: what a replacement overwrites.
    pub(crate) written: Range<usize>,
    /// What goes when this item goes and its group stays.
    pub(crate) cut: Range<usize>,
    pub(crate) group: usize,
    /// How the value is written now; each format has its own marks, mostly the quote character.
    pub(crate) mark: u8,
}

/// Says what to do when no item of the group is left.
pub(crate) enum Group {
    /// The items are cut one by one; something else stays.
    Keep,
    /// The whole range is replaced by this text, mostly nothing.
    Whole(Range<usize>, &'static str),
}

/// Collects the items and groups of one text.
#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) items: Vec<Item>,
    pub(crate) groups: Vec<Group>,
}

impl Sheet {
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.items.into_iter().map(|item| item.entry).collect()
    }

    /// Adds an item that is a group of its own: removing it removes `whole`.
    pub(crate) fn push_single(
        &mut self,
        entry: Entry,
        written: Range<usize>,
        whole: Range<usize>,
        mark: u8,
    ) {
        self.items.push(Item {
            entry,
            written,
            cut: whole,
            group: self.groups.len(),
            mark,
        });
        self.groups.push(Group::Keep);
    }

    pub(crate) fn removal(&self, selected: &[bool]) -> Vec<Splice> {
        let mut left = vec![0usize; self.groups.len()];
        for (item, gone) in self.items.iter().zip(selected) {
            left[item.group] += usize::from(!gone);
        }
        let mut done = vec![false; self.groups.len()];
        let mut splices = Vec::new();
        for (item, _) in self.items.iter().zip(selected).filter(|(_, gone)| **gone) {
            match &self.groups[item.group] {
                Group::Whole(range, with) if left[item.group] == 0 => {
                    if !std::mem::replace(&mut done[item.group], true) {
                        splices.push(Splice::put(range.clone(), *with));
                    }
                }
                _ => splices.push(Splice::cut(item.cut.clone())),
            }
        }
        splices
    }

    pub(crate) fn replacement(&self, format: Format, place: usize, new: &str) -> Option<Splice> {
        let item = self.items.get(place)?;
        let spelled = match format {
            Format::Json5 | Format::Jsonl => None,
            Format::Ini => crate::ini::spell(item, new),
            Format::Dotenv => crate::dotenv::spell(item, new),
            Format::Shell => crate::shell::spell(item, new),
            Format::SystemdUnit => crate::unit::spell(item, new),
            Format::SystemdEnvFile => crate::unit::spell_environment_file(item, new),
            Format::LaunchdPlist => crate::plist::spell(item, new),
            Format::Netrc => crate::netrc::spell(item, new),
            Format::GitCredentials => crate::git_credentials::spell(item, new),
            Format::Yaml => crate::yaml::spell(item, new),
        }?;
        Some(Splice::put(item.written.clone(), spelled))
    }
}

/// Makes the path of an entry from shared names.
pub(crate) fn keys(names: &[&Arc<str>]) -> Vec<Segment> {
    names
        .iter()
        .map(|name| Segment::Key(Arc::clone(name)))
        .collect()
}
