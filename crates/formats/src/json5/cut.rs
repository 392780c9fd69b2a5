//! Which bytes go when elements go: the separator, the line, the comments that belong to them.
//!
//! **Invariant:** only trivia, commas and the named elements are ever cut.

use std::ops::Range;

use super::parse::{comment_end, space_length};
use super::{Element, Kind, Node};
use crate::EditError;
use crate::text::Splice;

/// One piece of what stands between two elements.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Space,
    Newline,
    Comment,
}

/// Cuts the marked leaves below a node, in document order.
pub(super) fn leaves(
    text: &[u8],
    node: &Node,
    marks: &mut impl Iterator<Item = bool>,
    out: &mut Vec<Splice>,
) -> Result<(), EditError> {
    if !matches!(node.kind, Kind::Array(_) | Kind::Object(_)) {
        return if marks.next() == Some(true) {
            Err(EditError::Root)
        } else {
            Ok(())
        };
    }
    let mut gone = Vec::with_capacity(node.elements().len());
    for element in node.elements() {
        let scalar = !matches!(element.value.kind, Kind::Array(_) | Kind::Object(_));
        gone.push(scalar && marks.next() == Some(true));
        if !scalar {
            leaves(text, &element.value, marks, out)?;
        }
    }
    elements(text, node, &gone, out);
    Ok(())
}

/// Cuts the marked children of one container.
pub(super) fn elements(text: &[u8], container: &Node, gone: &[bool], out: &mut Vec<Splice>) {
    let children = container.elements();
    let Some(first_kept_from_end) = gone
        .iter()
        .rposition(|gone| *gone)
        .map(|_| gone.iter().rposition(|gone| !gone))
    else {
        return;
    };
    let inner = container.span.start + 1..container.span.end - 1;
    let extents = extents(text, &inner, children);
    let stays = first_kept_from_end.map_or(0, |kept| kept + 1);
    let mut cuts: Vec<Range<usize>> = extents
        .iter()
        .zip(gone)
        .enumerate()
        .filter(|(_, (_, gone))| **gone)
        .map(|(index, (extent, _))| {
            if index < stays {
                &extent.cut
            } else {
                &extent.cut_at_end
            }
        })
        .cloned()
        .collect();
    match first_kept_from_end {
        // The last one that stays loses its comma if the last one that goes had none.
        Some(kept) if kept + 1 < children.len() && children[children.len() - 1].comma.is_none() => {
            cuts.extend(children[kept].comma.map(|comma| comma..comma + 1));
        }
        None if !has_comment_outside(text, &inner, children, &cuts) => cuts = vec![inner],
        _ => {}
    }
    out.extend(cuts.into_iter().map(Splice::cut));
}

/// Says where an element's own text begins and ends.
pub(super) struct Extent {
    /// What to cut when the element goes.
    pub(super) cut: Range<usize>,
    /// The same if no element behind it stays.
    cut_at_end: Range<usize>,
    /// Behind the element, its comma and the comments that follow on its line.
    pub(super) end: usize,
    /// Whether only white space stands in front of the element, or its comment, on its line.
    pub(super) own_line: bool,
    /// Whether a line ends right behind `end`.
    pub(super) line_ends: bool,
}

/// Measures all children of a container whose brackets enclose `inner`.
pub(super) fn extents(text: &[u8], inner: &Range<usize>, children: &[Element]) -> Vec<Extent> {
    let mut out: Vec<Extent> = Vec::with_capacity(children.len());
    let mut from = inner.start;
    for (index, child) in children.iter().enumerate() {
        let span = child.span();
        let next = children
            .get(index + 1)
            .map_or(inner.end, |next| next.span().start);
        let behind = child.comma.map_or(span.end, |comma| comma + 1);
        let (end, line_end) = tail(text, behind..next, index + 1 == children.len());
        let lead = lead(text, from..span.start);
        let own_line = lead.line.is_some();
        let cut_at_end = match (lead.line, line_end) {
            (Some(line), Some(line_end)) => line..line_end,
            (None, _) => from..end,
            (Some(_), None) => lead.first..end,
        };
        let cut = match line_end {
            None if index + 1 < children.len() => lead.first..spaces_end(text, end, next),
            _ => cut_at_end.clone(),
        };
        out.push(Extent {
            cut,
            cut_at_end,
            end,
            own_line,
            line_ends: line_end.is_some(),
        });
        from = end;
    }
    out
}

/// Where the text in front of an element begins to belong to it.
struct Lead {
    /// The start of the first line that belongs to it, if it is the first on its line.
    line: Option<usize>,
    /// Its first byte that is not white space: of a comment of its own, or of itself.
    first: usize,
}

/// Finds the comments directly above an element, and those in front of it on its line.
fn lead(text: &[u8], gap: Range<usize>) -> Lead {
    let mut lead = Lead {
        line: None,
        first: gap.end,
    };
    let (mut blank, mut first_line) = (true, true);
    // Walks forward and forgets what it found at every blank line, and what shares a line with
    // the bracket or with the element before.
    for (piece, range) in pieces(text, gap.clone()) {
        match piece {
            Piece::Space => {}
            Piece::Newline => {
                if blank || first_line {
                    lead = Lead {
                        line: Some(range.end),
                        first: gap.end,
                    };
                }
                (blank, first_line) = (true, false);
            }
            Piece::Comment => {
                if lead.first == gap.end {
                    lead.first = range.start;
                }
                blank = false;
            }
        }
    }
    lead
}

/// Finds the end of what belongs to an element behind its comma, and the end of its line.
fn tail(text: &[u8], gap: Range<usize>, is_last: bool) -> (usize, Option<usize>) {
    let mut end = gap.start;
    for (piece, range) in pieces(text, gap.clone()) {
        match piece {
            Piece::Newline => return (end, Some(range.end)),
            Piece::Comment => end = range.end,
            Piece::Space => {}
        }
    }
    // No line end: what stands here belongs to the element that follows on this line.
    (if is_last { end } else { gap.start }, None)
}

fn spaces_end(text: &[u8], from: usize, limit: usize) -> usize {
    match pieces(text, from..limit).next() {
        Some((Piece::Space, range)) => range.end,
        _ => from,
    }
}

fn has_comment_outside(
    text: &[u8],
    inner: &Range<usize>,
    children: &[Element],
    cuts: &[Range<usize>],
) -> bool {
    // What lies between the cuts of all children is white space and foreign comments.
    debug_assert_eq!(children.len(), cuts.len());
    let mut from = inner.start;
    for cut in cuts {
        if from < cut.start
            && pieces(text, from..cut.start).any(|(piece, _)| piece == Piece::Comment)
        {
            return true;
        }
        from = from.max(cut.end);
    }
    from < inner.end && pieces(text, from..inner.end).any(|(piece, _)| piece == Piece::Comment)
}

/// Returns the length of the line end at an offset, or zero. A line comment ends at each of them.
fn newline_length(bytes: &[u8], at: usize) -> usize {
    match &bytes[at..] {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// Splits trivia into runs of white space, line ends and comments. It stops at anything else.
fn pieces(text: &[u8], range: Range<usize>) -> impl Iterator<Item = (Piece, Range<usize>)> + '_ {
    let within = std::str::from_utf8(&text[range.clone()]).unwrap_or("");
    let base = range.start;
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = within.as_bytes();
        let start = at;
        bytes.get(at)?;
        let piece = match newline_length(bytes, at) {
            length @ 1.. => {
                at += length;
                Piece::Newline
            }
            0 => {
                while newline_length(bytes, at) == 0 && space_length(within, at) > 0 {
                    at += space_length(within, at);
                }
                if at > start {
                    Piece::Space
                } else {
                    at = comment_end(bytes, at).ok().flatten()?;
                    Piece::Comment
                }
            }
        };
        Some((piece, base + start..base + at))
    })
}
