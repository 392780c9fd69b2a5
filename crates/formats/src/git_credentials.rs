//! `.git-credentials`: one URL a line, with the password in it.
//!
//! The entry is the password, under host and user; without a password it is the user, because a
//! token often stands there. Removing it removes the line.
//!
//! **Invariant:** a line without user information makes no entry.
//!
//! **Source:** <https://git-scm.com/docs/git-credential-store#_storage_format>

use crate::sheet::{Item, Sheet};
use crate::text::{content_start, lines, lossy, skip_blanks, trim_end};
use crate::{Entry, Segment};

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut sheet = Sheet::default();
    for line in lines(text, content_start(text)) {
        let start = skip_blanks(text, line.start, line.end);
        let end = trim_end(text, start, line.end);
        let url = &text[start..end];
        let Some(scheme) = url.windows(3).position(|three| three == b"://") else {
            continue;
        };
        let user = start + scheme + 3;
        let authority = text[user..end]
            .iter()
            .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
            .map_or(end, |at| user + at);
        let Some(at) = text[user..authority]
            .iter()
            .rposition(|byte| *byte == b'@')
            .map(|at| user + at)
        else {
            continue;
        };
        let colon = text[user..at]
            .iter()
            .position(|byte| *byte == b':')
            .map(|at| user + at);
        let host = format!("{}{}", lossy(&text[start..user]), lossy(&text[at + 1..end]));
        let mut path = vec![Segment::key(host)];
        if let Some(colon) = colon {
            path.push(Segment::key(lossy(&percent_decoded(&text[user..colon]))));
        }
        let span = colon.map_or(user, |colon| colon + 1)..at;
        let value = percent_decoded(&text[span.clone()]);
        let entry = Entry {
            path,
            value,
            value_span: span.clone(),
            entry_span: start..end,
            is_string: true,
        };
        sheet.push_single(entry, span, line.start..line.next, 0);
    }
    sheet
}

fn percent_decoded(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let digit = |ahead: usize| {
            raw.get(at + ahead)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        match (raw[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                out.extend(u8::try_from(high << 4 | low));
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

pub(crate) fn spell(_item: &Item, new: &str) -> Option<String> {
    let mut out = String::new();
    for byte in new.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::tests::{Case, check};

    #[test]
    fn reads_and_removes() {
        check(
            Format::GitCredentials,
            &[Case {
                text: "https://me:can%40ary@git.example\nhttps://token@git.example/x\nhttps://git.example\n",
                reads: &[
                    ("[\"https://git.example\"].me", "can@ary"),
                    ("[\"https://git.example/x\"]", "token"),
                ],
                without: &[0],
                left: "https://token@git.example/x\nhttps://git.example\n",
            }],
        );
    }
}
