//! `bedlock:allow`: a comment beside a secret that says that it may stand there.
//!
//! Called for every finding. `bedlock:allow` stands for any rule, `bedlock:allow[rule-id, rule-id]`
//! for some. It counts on the line of the secret, and alone in a comment on the line before it. A
//! line of a text that stands in a JSON string ends at its `\n`, so that a file that an agent has
//! read into its transcript is judged as the file itself is, and one comment does not speak for a
//! whole transcript.
//!
//! **Invariant:** looks no further than [`super::place::AROUND`] bytes, and what it lets pass is counted.

use super::place::Spot;

const MARK: &[u8] = b"bedlock:allow";

/// Whether a comment lets a finding of this rule pass.
pub(crate) fn allows(spot: &Spot<'_>, rule: &str) -> bool {
    let (above, left) = split_last_line(spot.before);
    let right = first_line(spot.after);
    speaks(left, rule) || speaks(right, rule) || is_comment(above) && speaks(above, rule)
}

/// The line before the last one, and the last one.
fn split_last_line(text: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = last_break(text) else {
        return (b"", text);
    };
    let above = &text[..end.start];
    let start = last_break(above).map_or(0, |found| found.end);
    (&above[start..], &text[end.end..])
}

/// The last line end: a newline, or an escaped one at any depth of JSON.
fn last_break(text: &[u8]) -> Option<std::ops::Range<usize>> {
    (0..text.len()).rev().find_map(|at| is_break(text, at))
}

fn first_line(text: &[u8]) -> &[u8] {
    let end = (0..text.len()).find_map(|at| is_break(text, at));
    &text[..end.map_or(text.len(), |end| end.start)]
}

fn is_break(text: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    match text[at] {
        b'\n' => Some(at..at + 1),
        b'\\' if matches!(text.get(at + 1), Some(b'n' | b'r')) => {
            let slashes = text[..at].iter().rev().take_while(|b| **b == b'\\').count();
            // `\\r` may also be a folder that begins with r; nobody writes comments there.
            Some(at - slashes..at + 2)
        }
        _ => None,
    }
}

/// Whether nothing but the marks of a comment stands in front of the word.
fn is_comment(line: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(line, MARK) else {
        return false;
    };
    let mut opened = false;
    let mut only_marks = true;
    for byte in &line[..at] {
        match byte {
            b' ' | b'\t' => {}
            b'#' | b'/' | b'-' | b'*' | b';' | b'%' | b'<' | b'!' | b'\'' => opened = true,
            _ => only_marks = false,
        }
    }
    opened && only_marks
}

/// Whether a line has the word, for this rule.
fn speaks(line: &[u8], rule: &str) -> bool {
    memchr::memmem::find_iter(line, MARK).any(|at| {
        let rest = &line[at + MARK.len()..];
        match rest.first() {
            Some(b'[') => rest[1..]
                .split(|b| *b == b']')
                .next()
                .unwrap_or_default()
                .split(|b| *b == b',')
                .any(|id| id.trim_ascii() == rule.as_bytes()),
            Some(b) => !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':')),
            None => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str) -> bool {
        let start = text.find("SECRET").unwrap();
        let (before, secret, after) =
            super::super::place::around(text.as_bytes(), start..start + 6);
        let spot = Spot {
            before,
            secret,
            after,
            line_column: None,
            offset: None,
        };
        allows(&spot, "openai-api-key")
    }

    #[test]
    fn a_comment_counts_on_its_line_and_on_the_next() {
        for (text, expected) in [
            ("key = SECRET", false),
            ("key = SECRET # bedlock:allow", true),
            ("key = SECRET # bedlock:allow it is a fake", true),
            ("key = SECRET # bedlock:allowed", false),
            ("key = SECRET # bedlock:allow[openai-api-key]", true),
            ("key = SECRET # bedlock:allow[x, openai-api-key] why", true),
            ("key = SECRET # bedlock:allow[anthropic-api-key]", false),
            ("/* bedlock:allow */ key = SECRET", true),
            ("# bedlock:allow\nkey = SECRET", true),
            ("  // bedlock:allow[openai-api-key]\r\n  key = SECRET", true),
            ("<!-- bedlock:allow -->\nSECRET", true),
            // The comment of another secret's line.
            ("other = 1 # bedlock:allow\nkey = SECRET", false),
            ("# bedlock:allow\n\nkey = SECRET", false),
            ("key = SECRET\n# bedlock:allow", false),
            // A file in a transcript.
            (r##"{"out":"a\n# bedlock:allow\nkey=SECRET\nb"}"##, true),
            (r##"{"out":"key=SECRET # bedlock:allow\nb"}"##, true),
            (r##"{"out":"x # bedlock:allow\ny\nkey=SECRET\nb"}"##, false),
            (
                r##"{"out":"{\"t\":\"key=SECRET\\nx # bedlock:allow\"}"}"##,
                false,
            ),
        ] {
            assert_eq!(allowed(text), expected, "{text}");
        }
        let far = format!("key = SECRET {} # bedlock:allow", " ".repeat(2000));
        assert!(!allowed(&far));
    }
}
