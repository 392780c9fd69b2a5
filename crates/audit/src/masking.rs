//! Lines of a host as they may be shown.
//!
//! **Invariant:** every stretch that is known to be a secret is masked, and so is every other
//! stretch that looks like one: an excerpt is for finding the place, not for reading it.

use std::io;
use std::ops::Range;

use bedlock_detect::ValueSearch;
use bedlock_model::{Masked, Source};

use crate::vault::{Ground, SecretId, Vault};

/// Bytes shown before a secret, and after it.
const AROUND: u64 = 72;

/// Takes known secrets out of texts that name things: paths, keys, tables. A secret may be the
/// name of a file or of a provider.
pub(crate) struct Cover<'v> {
    search: ValueSearch,
    vault: &'v Vault,
}

impl<'v> Cover<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        // A word is left as it is: a channel may be called as somebody's password.
        let values: Vec<&[u8]> = vault
            .iter()
            .map(|(_, secret)| match secret.value.danger_expose() {
                value if Ground::Firm.is_telling(value) => value,
                _ => b"",
            })
            .collect();
        Self {
            search: ValueSearch::new(&values),
            vault,
        }
    }

    /// The text with every known secret, in any spelling, replaced by its mask.
    pub(crate) fn text(&self, text: &mut String) {
        let mut found = self.search.find(text.as_bytes());
        if found.is_empty() {
            return;
        }
        found.sort_by_key(|m| (m.span.start, std::cmp::Reverse(m.span.end)));
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        for m in found {
            if m.span.start < at {
                at = at.max(m.span.end);
                continue;
            }
            out.extend_from_slice(&text.as_bytes()[at..m.span.start]);
            out.extend_from_slice(self.vault.get(SecretId(m.index)).mask.as_bytes());
            at = m.span.end;
        }
        out.extend_from_slice(&text.as_bytes()[at..]);
        *text = String::from_utf8_lossy(&out).into_owned();
    }
}

/// A place's position for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) excerpt: Masked,
}

/// A stretch of a file with what may be shown of it.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) range: Range<u64>,
    pub(crate) mask: String,
}

/// Finds line, column and excerpt of each stretch. `stretches` are sorted by their start.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn positions(source: &dyn Source, stretches: &[Stretch]) -> io::Result<Vec<Position>> {
    let mut out = Vec::with_capacity(stretches.len());
    let mut line = 1;
    let mut line_start = 0;
    let mut next = 0;
    let _ = source.for_each_chunk(crate::checks::stream::PIECE, |offset, piece| {
        let end = offset + piece.len() as u64;
        let mut from = 0;
        while let Some(stretch) = stretches.get(next).filter(|s| s.range.start < end) {
            let upto = to_usize(stretch.range.start.saturating_sub(offset)).min(piece.len());
            let head = &piece[from.min(upto)..upto];
            line += memchr::memchr_iter(b'\n', head).count() as u64;
            if let Some(last) = memchr::memrchr(b'\n', head) {
                line_start = offset + (from.min(upto) + last) as u64 + 1;
            }
            out.push((line, line_start));
            from = upto;
            next += 1;
        }
        if next == stretches.len() {
            return std::ops::ControlFlow::Break(());
        }
        let tail = &piece[from..];
        line += memchr::memchr_iter(b'\n', tail).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', tail) {
            line_start = offset + (from + last) as u64 + 1;
        }
        std::ops::ControlFlow::Continue(())
    })?;
    out.resize(stretches.len(), (line, line_start));
    out.iter()
        .zip(stretches)
        .enumerate()
        .map(|(index, (&(line, line_start), stretch))| {
            Ok(Position {
                line,
                column: column(source, line_start, stretch.range.start)?,
                excerpt: excerpt(source, line_start, index, stretches)?,
            })
        })
        .collect()
}

fn column(source: &dyn Source, line_start: u64, at: u64) -> io::Result<u64> {
    const LONG_LINE: u64 = 64 << 10;
    let length = at.saturating_sub(line_start);
    if length > LONG_LINE {
        // Counting characters of a line that nobody reads as a line is not worth its time.
        return Ok(length + 1);
    }
    let head = read(source, line_start..at)?;
    Ok(String::from_utf8_lossy(&head).chars().count() as u64 + 1)
}

fn excerpt(
    source: &dyn Source,
    line_start: u64,
    index: usize,
    all: &[Stretch],
) -> io::Result<Masked> {
    let stretch = &all[index];
    let start = line_start.max(stretch.range.start.saturating_sub(AROUND));
    let end = (stretch.range.end + AROUND)
        .min(source.len()?)
        .max(stretch.range.end);
    let bytes = read(source, start..end)?;
    // Sorted and not overlapping, so the neighbours that are seen too are next to it.
    let first = all[..index]
        .iter()
        .rposition(|other| other.range.end <= start)
        .map_or(0, |at| at + 1);
    let known: Vec<(Range<usize>, &str)> = all[first..]
        .iter()
        .take_while(|other| other.range.start < end)
        .filter(|other| start < other.range.end)
        .map(|other| {
            let from = to_usize(other.range.start.saturating_sub(start)).min(bytes.len());
            let to = to_usize(other.range.end.saturating_sub(start)).min(bytes.len());
            (from..to, other.mask.as_str())
        })
        .collect();
    let keep = to_usize(stretch.range.end - start);
    let cut = memchr::memchr(b'\n', bytes.get(keep..).unwrap_or_default())
        .map_or(bytes.len(), |at| keep + at);
    Ok(mask_text(&bytes[..cut], &known))
}

/// Masks the known stretches of a text (sorted, not overlapping) and whatever else looks like a
/// secret.
pub(crate) fn mask_text(text: &[u8], known: &[(Range<usize>, &str)]) -> Masked {
    let mut out = String::new();
    let mut at = 0;
    for (range, mask) in known {
        if range.start > text.len() || range.end <= at {
            continue;
        }
        out.push_str(&guard(&text[at..range.start.max(at)]));
        out.push_str(mask);
        at = range.end.min(text.len());
    }
    out.push_str(&guard(&text[at.min(text.len())..]));
    Masked::danger_already_masked(out.trim_end_matches(['\r', '\n']).to_owned())
}

/// Masks a whole text of several lines, as [`mask_text`] masks one.
pub(crate) fn mask_document(text: &[u8], known: &[(Range<usize>, &str)]) -> Masked {
    let mut out = String::new();
    let mut at = 0;
    let lines = |text: &[u8], out: &mut String| {
        for (number, line) in text.split(|b| *b == b'\n').enumerate() {
            if number > 0 {
                out.push('\n');
            }
            out.push_str(&guard(line));
        }
    };
    for (range, mask) in known {
        if range.start < at {
            continue;
        }
        lines(&text[at..range.start], &mut out);
        out.push_str(mask);
        at = range.end;
    }
    lines(&text[at..], &mut out);
    Masked::danger_already_masked(out)
}

/// Text around a secret: long random-looking words are replaced by their length.
fn guard(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "_-+/=.~%".contains(c) {
            word.push(c);
        } else {
            flush(&mut out, &mut word);
            out.push(if c == '\n' { '⏎' } else { c });
        }
    }
    flush(&mut out, &mut word);
    out
}

fn flush(out: &mut String, word: &mut String) {
    /// A shorter word says too little of a secret to be of use.
    const SHORTEST: usize = 8;
    let value = word.rsplit('=').next().unwrap_or_default();
    let random = |piece: &str| piece.len() >= SHORTEST / 2 && !is_wordy(piece);
    let masked = value.len() >= SHORTEST
        && (bedlock_detect::plausible_secret(value.as_bytes())
            || value
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(random));
    if masked {
        out.push_str(&word[..word.len() - value.len()]);
        out.push_str(&format!("…({})", value.len()));
    } else {
        out.push_str(word);
    }
    word.clear();
}

/// Whether a run of letters and digits looks written by a person: `lastTouchedVersion`, `gpt5`,
/// `AKIA`, and not `m8VE0VhO`.
fn is_wordy(piece: &str) -> bool {
    let kind = |b: u8| match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    };
    let mut runs: Vec<(u8, usize)> = Vec::new();
    for byte in piece.bytes() {
        match runs.last_mut() {
            Some((last, length)) if *last == kind(byte) => *length += 1,
            // A capital and the small letters behind it are one word.
            Some((last @ 1, length @ 1)) if kind(byte) == 2 => {
                *last = 2;
                *length += 1;
            }
            _ => runs.push((kind(byte), 1)),
        }
    }
    runs.len() <= 2 || runs.iter().all(|(_, length)| *length >= 3)
}

fn read(source: &dyn Source, range: Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; to_usize(range.end.saturating_sub(range.start))];
    let mut filled = 0;
    while filled < bytes.len() {
        match source.read_at(range.start + filled as u64, &mut bytes[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_readable_and_random_ones_do_not() {
        for (text, wordy) in [
            ("lastTouchedVersion", true),
            ("gpt5", true),
            ("OPENAI", true),
            ("m8VE0VhO", false),
            ("VwwcDVAOsCrapqp", false),
        ] {
            assert_eq!(is_wordy(text), wordy, "{text}");
        }
    }

    #[test]
    fn known_secrets_and_what_looks_like_one_are_masked() {
        let text = br#"{"apiKey": "FAKE-known-secret", "other": "Zk93jfLq0aPw81mXcV72bnTe"}"#;
        let masked = mask_text(text, &[(12..29, "…(17)")]);
        assert_eq!(masked.as_str(), r#"{"apiKey": "…(17)", "other": "…(24)"}"#);
    }
}
