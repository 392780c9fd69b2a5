//! JSON Lines: transcripts and logs, one JSON value a line.
//!
//! `audit` walks [`records`] of files that are too large to hold as a tree.
//!
//! **Invariant:** a line that does not parse never hides the others; its number is not reused.
//!
//! **Source:** <https://jsonlines.org/>

use std::ops::Range;

use crate::text::{Splice, content_start, lines};
use crate::{EditError, Entry, ParseError, Segment, json5};

/// Marks one line that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Zero-based line number, which is also the first path segment of its entries.
    pub line: usize,
    /// Bytes of the line without its line end.
    pub span: Range<usize>,
}

/// Walks the lines that hold something.
pub fn records(text: &[u8]) -> impl Iterator<Item = Record> + '_ {
    lines(text, content_start(text))
        .enumerate()
        .map(|(line, at)| Record {
            line,
            span: at.start..at.end,
        })
        .filter(|record| {
            !text[record.span.clone()]
                .iter()
                .all(u8::is_ascii_whitespace)
        })
}

pub(crate) fn entries(text: &[u8]) -> Result<Vec<Entry>, ParseError> {
    let mut out = json5::Several::default();
    for record in records(text) {
        // A torn last line and a foreign one are common in transcripts.
        out.add(
            &text[record.span.clone()],
            record.span.start,
            Segment::Index(record.line),
        )?;
    }
    Ok(out.entries)
}

pub(crate) fn removal(text: &[u8], selected: &[bool]) -> Result<Vec<Splice>, EditError> {
    let mut cuts = Vec::new();
    let mut marks = selected;
    for record in records(text) {
        let line = &text[record.span.clone()];
        let Ok(found) = json5::entries(line) else {
            continue;
        };
        let (mine, rest) = marks.split_at(found.len().min(marks.len()));
        marks = rest;
        if mine.contains(&true) {
            cuts.extend(json5::removal(line, mine)?.into_iter().map(|cut| Splice {
                range: cut.range.start + record.span.start..cut.range.end + record.span.start,
                with: cut.with,
            }));
        }
    }
    Ok(cuts)
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::tests::{Case, check};

    #[test]
    fn a_torn_line_hides_no_other() {
        check(
            Format::Jsonl,
            &[Case {
                text: "{\"a\":1,\"b\":\"x\"}\r\n\n{\"torn\":\n[\"y\",2]\n{\"c\":\"z\"}",
                reads: &[
                    ("[0].a", "1"),
                    ("[0].b", "x"),
                    ("[3][0]", "y"),
                    ("[3][1]", "2"),
                    ("[4].c", "z"),
                ],
                without: &[1, 2, 4],
                left: "{\"a\":1}\r\n\n{\"torn\":\n[2]\n{}",
            }],
        );
    }
}
