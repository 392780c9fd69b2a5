//! The difference between two masked texts, as hunks of a unified diff.
//!
//! Made by [`super::plan::FileView::diff`].
//!
//! **Invariant:** bounded: texts that are too large to be read as a diff are only counted.

use similar::{ChangeTag, TextDiff};

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Bytes of both texts together up to which they are compared; a longer diff is not read by
/// anybody, and the comparison is quadratic where nothing matches.
const COMPARED: usize = 1 << 20;

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// It is shown for context.
    Same,
    /// It goes.
    Gone,
    /// It comes.
    Come,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// What happens to it.
    pub(crate) tag: Tag,
    /// The line, without its end.
    pub(crate) text: String,
    /// Whether it is the last line of a text that does not end with a line end.
    pub(crate) unended: bool,
}

/// Lines that change, and those around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// `@@ -1,4 +1,3 @@`.
    pub(crate) header: String,
    /// The lines.
    pub(crate) lines: Vec<Line>,
}

/// The difference between two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Diff {
    /// The hunks; none when the texts are equal.
    Hunks(Vec<Hunk>),
    /// Too large to be shown: lines before and after.
    Counted {
        /// Lines now.
        before: usize,
        /// Lines afterwards.
        after: usize,
    },
}

/// Compares two texts line by line.
pub(crate) fn between(before: &str, after: &str) -> Diff {
    if before.len() + after.len() > COMPARED {
        return Diff::Counted {
            before: before.lines().count(),
            after: after.lines().count(),
        };
    }
    let diff = TextDiff::from_lines(before, after);
    let hunks = diff
        .unified_diff()
        .context_radius(CONTEXT)
        .iter_hunks()
        .map(|hunk| Hunk {
            header: hunk.header().to_string(),
            lines: hunk
                .iter_changes()
                .map(|change| line(change.tag(), change.value()))
                .collect(),
        })
        .collect();
    Diff::Hunks(hunks)
}

fn line(tag: ChangeTag, value: &str) -> Line {
    let tag = match tag {
        ChangeTag::Equal => Tag::Same,
        ChangeTag::Delete => Tag::Gone,
        ChangeTag::Insert => Tag::Come,
    };
    let text = value.strip_suffix('\n').unwrap_or(value);
    Line {
        tag,
        text: text.to_owned(),
        unended: text.len() == value.len(),
    }
}

impl Diff {
    /// Number of lines that go and that come.
    pub(crate) fn counts(&self) -> (usize, usize) {
        match self {
            Self::Counted { before, after } => (*before, *after),
            Self::Hunks(hunks) => {
                let lines = || hunks.iter().flat_map(|hunk| &hunk.lines);
                (
                    lines().filter(|line| line.tag == Tag::Gone).count(),
                    lines().filter(|line| line.tag == Tag::Come).count(),
                )
            }
        }
    }

    /// The hunks as text, as `diff -u` writes them, without the two lines that name the files.
    pub(crate) fn unified(&self) -> String {
        let Self::Hunks(hunks) = self else {
            let (before, after) = self.counts();
            return format!("@@ -1,{before} +1,{after} @@ not shown: too large\n");
        };
        let mut out = String::new();
        for hunk in hunks {
            out.push_str(&hunk.header);
            out.push('\n');
            for line in &hunk.lines {
                out.push(line.tag.sign());
                out.push_str(&line.text);
                out.push('\n');
                if line.unended {
                    out.push_str("\\ No newline at end of file\n");
                }
            }
        }
        out
    }
}

impl Tag {
    /// What stands before the line.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Gone => '-',
            Self::Come => '+',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_reads_like_diff_u() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\n";
        assert_eq!(
            between(before, after).unified(),
            "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n-h\n\\ No newline at end of file\n+h\n"
        );
    }

    #[test]
    fn equal_texts_have_no_hunks() {
        assert_eq!(between("a\n", "a\n"), Diff::Hunks(Vec::new()));
        assert_eq!(between("a\n", "a\n").counts(), (0, 0));
    }

    #[test]
    fn huge_texts_are_counted() {
        let large = "x\n".repeat(COMPARED);
        assert_eq!(
            between(&large, ""),
            Diff::Counted {
                before: COMPARED,
                after: 0
            }
        );
    }
}
