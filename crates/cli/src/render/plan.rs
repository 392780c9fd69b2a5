//! A plan as it is shown: what changes in each file, with every secret masked.
//!
//! Made by the command `harden` from a [`bedlock_model::Plan`] and the bytes that it starts
//! from; shown by [`super::text::plan`] and [`super::json::plan`].
//!
//! **Invariant:** like a report it can be published: text of files comes as [`Masked`].

use bedlock_model::{Left, Masked, PlaceKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::diff;

/// A plan as it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlanView {
    /// Files that change, by path.
    pub(crate) files: Vec<FileView>,
    /// What stays, and why.
    pub(crate) left: Vec<Left>,
    /// What must be dealt with by a person before this can be applied.
    pub(crate) blockers: Vec<Left>,
    /// What the reader should know before applying: a running agent, a missing plugin.
    pub(crate) warnings: Vec<String>,
}

/// One file's change.
#[derive(Clone, Debug)]
pub(crate) struct FileView {
    /// Absolute path as the agent sees it.
    pub(crate) path: String,
    /// What it is.
    pub(crate) kind: PlaceKind,
    /// Why, one line each.
    pub(crate) why: Vec<String>,
    /// Content now; `None` when the file does not exist or is not shown as text.
    pub(crate) before: Option<Masked>,
    /// Content afterwards; `None` when the file goes or is not shown as text.
    pub(crate) after: Option<Masked>,
    /// What happens where no diff can be shown: spans that are redacted, rows that change.
    pub(crate) summary: Vec<String>,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    /// It is made.
    Create,
    /// Its content changes.
    Edit,
    /// It goes.
    Remove,
}

impl FileView {
    /// What happens to the file.
    pub(crate) fn change(&self) -> Change {
        match (&self.before, &self.after) {
            (None, Some(_)) => Change::Create,
            (Some(_), None) => Change::Remove,
            (Some(_), Some(_)) | (None, None) => Change::Edit,
        }
    }

    /// The lines that change, three lines of context around them.
    pub(crate) fn diff(&self) -> diff::Diff {
        let text = |side: &Option<Masked>| side.as_ref().map_or("", Masked::as_str).to_owned();
        diff::between(&text(&self.before), &text(&self.after))
    }
}

/// The published shape of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan")]
pub(crate) struct PlanDocument<'a> {
    /// Version of this shape.
    schema_version: u32,
    /// Files that change, by path.
    files: Vec<FileDocument<'a>>,
    /// What stays, and why.
    left: Vec<LeftDocument<'a>>,
    /// What must be dealt with by a person before this can be applied.
    blockers: Vec<LeftDocument<'a>>,
    /// What the reader should know before applying.
    warnings: &'a [String],
}

/// One file's change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlannedFile")]
struct FileDocument<'a> {
    /// Absolute path as the agent sees it.
    path: &'a str,
    /// What it is.
    kind: PlaceKind,
    /// What happens to it.
    change: Change,
    /// Why, one line each.
    why: &'a [String],
    /// The lines that change as a unified diff, with every secret masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    /// What happens where no diff can be shown.
    summary: &'a [String],
}

/// Something that stays, and why.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Left")]
struct LeftDocument<'a> {
    /// Where.
    place: &'a str,
    /// What.
    what: &'a str,
    /// Why, and what the owner can do.
    why: &'a str,
}

impl<'a> PlanDocument<'a> {
    /// The current version of this shape.
    pub(crate) const SCHEMA_VERSION: u32 = 1;

    /// A plan in its published shape.
    pub(crate) fn of(view: &'a PlanView) -> Self {
        Self {
            schema_version: Self::SCHEMA_VERSION,
            files: view.files.iter().map(FileDocument::of).collect(),
            left: view.left.iter().map(LeftDocument::of).collect(),
            blockers: view.blockers.iter().map(LeftDocument::of).collect(),
            warnings: &view.warnings,
        }
    }
}

impl<'a> FileDocument<'a> {
    fn of(file: &'a FileView) -> Self {
        let shown = file.before.is_some() || file.after.is_some();
        Self {
            path: &file.path,
            kind: file.kind,
            change: file.change(),
            why: &file.why,
            diff: shown.then(|| file.diff().unified()),
            summary: &file.summary,
        }
    }
}

impl<'a> LeftDocument<'a> {
    fn of(left: &'a Left) -> Self {
        Self {
            place: &left.place,
            what: &left.what,
            why: &left.why,
        }
    }
}
