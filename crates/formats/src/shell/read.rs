//! Splits a shell text into simple commands and words, without evaluating anything.
//!
//! **Invariant:** one pass. Nested constructs are counted on a stack of their own, not on the
//! call stack. After a quote that never closes, quotes end with their line.

use std::ops::Range;

use crate::text::{is_blank, line_from};

/// One word, and the assignment that it is if it has the shape of one.
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// The name in front of `=` or `+=`.
    pub(super) name: Option<Range<usize>>,
    /// Where the value begins.
    pub(super) value: usize,
}

/// One simple command.
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    pub(super) range: Range<usize>,
    /// Whether files are opened or redirected too.
    pub(super) redirected: bool,
    /// Whether the syntax around may need a command at this place.
    pub(super) needed: bool,
}

/// Calls `visit` for each simple command in order.
pub(super) fn commands(text: &[u8], from: usize, visit: &mut dyn FnMut(Command)) {
    let mut reader = Reader {
        text,
        at: from,
        torn: false,
        blocks: 0,
        parens: 0,
        joined: false,
        words: Vec::new(),
        redirected: false,
        heredocs: Vec::new(),
    };
    while reader.at < text.len() {
        reader.step(visit);
    }
    reader.finish(false, visit);
}

struct Heredoc {
    delimiter: Vec<u8>,
    strips_tabs: bool,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// A quote or bracket did not close: from here on they end with the line.
    torn: bool,
    blocks: usize,
    parens: usize,
    /// The command before ended in an operator that needs another command.
    joined: bool,
    words: Vec<Word>,
    redirected: bool,
    heredocs: Vec<Heredoc>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn step(&mut self, visit: &mut dyn FnMut(Command)) {
        match self.text[self.at] {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\\' if self.line_end_at(1) > 0 => self.at += 1 + self.line_end_at(1),
            b'\n' => {
                self.finish(false, visit);
                self.at += 1;
                self.skip_heredocs();
            }
            b'#' => self.at = line_from(self.text, self.at).end,
            b'&' if self.peek(1) == Some(b'>') => {
                self.redirected = true;
                self.at += 1;
            }
            b';' => {
                self.finish(false, visit);
                self.at += 1;
            }
            b'&' | b'|' => {
                self.finish(true, visit);
                // A lone `&` ends a command; the others need one behind them.
                self.joined = self.text[self.at] == b'|' || self.peek(1) == Some(b'&');
                self.at += 1 + usize::from(matches!(self.peek(1), Some(b'&' | b'|')));
            }
            b'(' if self.words.is_empty() && self.peek(1) == Some(b'(') => {
                self.at = self.nested_end(self.at, self.at)
            }
            b'(' => {
                self.finish(false, visit);
                self.parens += 1;
                self.at += 1;
            }
            b')' => {
                self.finish(false, visit);
                self.parens = self.parens.saturating_sub(1);
                self.at += 1;
            }
            b'<' | b'>' => self.redirect(),
            _ => self.word(),
        }
    }

    /// Returns the length of the line end `ahead` of the current byte, or zero.
    fn line_end_at(&self, ahead: usize) -> usize {
        match (self.peek(ahead), self.peek(ahead + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 0,
        }
    }

    fn finish(&mut self, operator_follows: bool, visit: &mut dyn FnMut(Command)) {
        let redirected = std::mem::take(&mut self.redirected);
        let words = std::mem::take(&mut self.words);
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            let range = first.range.start..last.range.end;
            let needed = operator_follows || self.joined || self.blocks > 0 || self.parens > 0;
            self.joined = false;
            visit(Command {
                words,
                range,
                redirected,
                needed,
            });
        }
    }

    fn redirect(&mut self) {
        self.redirected = true;
        let rest = &self.text[self.at..];
        if rest.starts_with(b"<<") && !rest.starts_with(b"<<<") {
            let strips_tabs = rest.get(2) == Some(&b'-');
            self.at += 2 + usize::from(strips_tabs);
            let range = self.target();
            if !range.is_empty() {
                let delimiter = super::word::decode(&self.text[range]);
                self.heredocs.push(Heredoc {
                    delimiter,
                    strips_tabs,
                });
            }
            return;
        }
        if rest.get(1) == Some(&b'(') {
            self.at = self.nested_end(self.at + 1, self.at + 1);
            return;
        }
        while self
            .peek(0)
            .is_some_and(|byte| matches!(byte, b'<' | b'>' | b'&' | b'|'))
        {
            self.at += 1;
        }
        self.target();
    }

    /// Reads the word behind a redirection.
    fn target(&mut self) -> Range<usize> {
        while self.peek(0).is_some_and(is_blank) {
            self.at += 1;
        }
        let start = self.at;
        self.at = self.word_end(start, start);
        start..self.at
    }

    fn skip_heredocs(&mut self) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            while self.at < self.text.len() {
                let line = line_from(self.text, self.at);
                self.at = line.next;
                let mut body = &self.text[line.start..line.end];
                while heredoc.strips_tabs && body.first() == Some(&b'\t') {
                    body = &body[1..];
                }
                if body == heredoc.delimiter {
                    break;
                }
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let (name, value) = match assignment_name(self.text, start) {
            Some((name, value)) => (Some(name), value),
            None => (None, start),
        };
        // The brackets of an array belong to its word.
        let from = if name.is_some() && self.text.get(value) == Some(&b'(') {
            self.nested_end(value, value)
        } else {
            value
        };
        self.at = self.word_end(start, from).max(start + 1);
        if self.words.is_empty() && self.reserved(start..self.at) {
            return;
        }
        if self.text[start..self.at] == *b"{" && self.is_function() {
            self.words.clear();
            self.blocks += 1;
            return;
        }
        self.words.push(Word {
            range: start..self.at,
            name,
            value,
        });
    }

    /// Says whether the words so far are `function NAME`, whose body follows.
    fn is_function(&self) -> bool {
        self.words.len() == 2 && self.text[self.words[0].range.clone()] == *b"function"
    }

    /// Follows blocks; a reserved word leaves the next word in command position.
    fn reserved(&mut self, range: Range<usize>) -> bool {
        match &self.text[range] {
            b"if" | b"for" | b"while" | b"until" | b"case" | b"select" | b"switch" | b"{" => {
                self.blocks += 1
            }
            b"fi" | b"done" | b"esac" | b"end" | b"}" => {
                self.blocks = self.blocks.saturating_sub(1)
            }
            b"!" | b"time" | b"and" | b"or" | b"not" => {
                self.joined = true;
                return true;
            }
            b"then" | b"do" | b"else" | b"elif" | b"begin" => return true,
            _ => return false,
        }
        true
    }

    /// Returns the end of the word that began at `start`, reading on from `at`.
    fn word_end(&mut self, start: usize, mut at: usize) -> usize {
        while let Some(byte) = self.text.get(at) {
            at = match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
                b'\r' if matches!(self.text.get(at + 1), None | Some(b'\n')) => break,
                b'\\' => at + escape_length(self.text, at),
                b'\'' | b'"' | b'`' => self.nested_end(at, start),
                b'$' => match self.text.get(at + 1) {
                    Some(b'\'' | b'(' | b'{') => self.nested_end(at + 1, start),
                    _ => at + 1,
                },
                _ => at + 1,
            };
        }
        at.min(self.text.len())
    }

    /// Returns the offset behind the construct that opens at `open`: a quote, a bracket.
    fn nested_end(&mut self, open: usize, word: usize) -> usize {
        let limit = if self.torn {
            line_from(self.text, open).end
        } else {
            self.text.len()
        };
        match nested(&self.text[..limit], open) {
            Some(end) => end,
            None => {
                self.torn = true;
                line_from(self.text, open).end.max(word + 1)
            }
        }
    }
}

fn escape_length(text: &[u8], at: usize) -> usize {
    if text[at + 1..].starts_with(b"\r\n") {
        3
    } else {
        2
    }
}

/// Follows quotes and brackets from `open` until they are all closed.
pub(super) fn nested(text: &[u8], open: usize) -> Option<usize> {
    let mut stack: Vec<u8> = Vec::new();
    let mut at = open;
    loop {
        let inside = stack.last().copied();
        let byte = *text.get(at)?;
        let opens_word = at > 0 && text[at - 1].is_ascii_whitespace();
        match (inside, byte) {
            (Some(b'\''), b'\'') => drop(stack.pop()),
            (Some(b'\''), _) => {}
            // `$'...'` knows escapes, so it is told apart by another mark.
            (Some(b'$'), b'\'') => drop(stack.pop()),
            (Some(b'$'), b'\\') => at += 1,
            (Some(b'$'), _) => {}
            (_, b'\\') => at += 1,
            (Some(close), byte) if byte == close => drop(stack.pop()),
            (Some(b')'), b'#') if opens_word => {
                at = line_from(text, at).end;
                continue;
            }
            (_, b'$') if matches!(text.get(at + 1), Some(b'(')) => {
                stack.push(b')');
                at += 1;
            }
            (_, b'$') if matches!(text.get(at + 1), Some(b'{')) => {
                stack.push(b'}');
                at += 1;
            }
            (Some(b'"'), b'`') => stack.push(b'`'),
            (Some(b'"'), _) => {}
            (_, b'\'') => stack.push(if at > 0 && text[at - 1] == b'$' {
                b'$'
            } else {
                b'\''
            }),
            (_, b'"') => stack.push(b'"'),
            (None, b'`') | (Some(b')' | b'}'), b'`') => stack.push(b'`'),
            (None | Some(b')'), b'(') => stack.push(b')'),
            (None, b'{') => stack.push(b'}'),
            _ => {}
        }
        at += 1;
        if stack.is_empty() {
            return (at <= text.len()).then_some(at);
        }
    }
}

/// Reads `NAME=`, `NAME+=` and `NAME[sub]=`; returns the name and where the value begins.
fn assignment_name(text: &[u8], start: usize) -> Option<(Range<usize>, usize)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if text.get(start)?.is_ascii_digit() {
        return None;
    }
    let length = text[start..]
        .iter()
        .take_while(|byte| is_part(byte))
        .count();
    let end = start + length;
    let mut sign = end;
    if text.get(sign) == Some(&b'[') {
        let stop = |byte: &u8| {
            matches!(
                byte,
                b']' | b'\n'
                    | b' '
                    | b'\t'
                    | b'\''
                    | b'"'
                    | b'$'
                    | b'`'
                    | b'('
                    | b')'
                    | b';'
                    | b'&'
                    | b'|'
                    | b'<'
                    | b'>'
            )
        };
        sign += text[sign..].iter().position(stop)?;
        if text[sign] != b']' {
            return None;
        }
        sign += 1;
    }
    sign += usize::from(text.get(sign) == Some(&b'+'));
    (length > 0 && text.get(sign) == Some(&b'=')).then_some((start..end, sign + 1))
}
