//! Patterns of file names as a `.gitignore` has them.
//!
//! Called by the walk, for `--exclude` and `--gitignore`. Own code, because the crates for it bring
//! an engine for regular expressions with them, which has to be built on every start.
//!
//! **Source:** <https://git-scm.com/docs/gitignore#_pattern_format>
//!
//! **Invariant:** a match takes time in the product of both lengths, whatever the pattern is.

/// One line of a `.gitignore`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    /// `!`: what it matches is wanted after all.
    wanted: bool,
    /// `/` at its end: folders only.
    folders: bool,
    /// Matches the path from the folder of the patterns on, and not a name anywhere.
    anchored: bool,
}

#[derive(Clone, Debug)]
enum Token {
    Byte(u8),
    /// `?`
    One,
    /// `[a-z]`, `[!a-z]`
    Class(Vec<(u8, u8)>, bool),
    /// `*`
    Run,
    /// `**/`: some folders or none. Followed by [`Token::InFolders`].
    Folders,
    InFolders,
    /// What stands behind `/**`.
    Rest,
}

impl Pattern {
    /// Reads a line; `None` for an empty one and for a comment.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let mut line = line.strip_suffix(b"\r").unwrap_or(line);
        while let Some(rest) = line.strip_suffix(b" ") {
            if rest.ends_with(b"\\") {
                break;
            }
            line = rest;
        }
        if line.is_empty() || line.starts_with(b"#") {
            return None;
        }
        let wanted = line.starts_with(b"!");
        line = &line[usize::from(wanted)..];
        let folders = line.ends_with(b"/");
        line = line.strip_suffix(b"/").unwrap_or(line);
        let anchored = line.contains(&b'/');
        line = line.strip_prefix(b"/").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        Some(Self {
            tokens: tokens(line),
            wanted,
            folders,
            anchored,
        })
    }

    /// Whether it matches a path below the folder of the patterns.
    fn matches(&self, path: &[u8], folder: bool) -> bool {
        if self.folders && !folder {
            return false;
        }
        let text = if self.anchored {
            path
        } else {
            path.rsplit(|b| *b == b'/').next().unwrap_or(path)
        };
        run(&self.tokens, text)
    }
}

/// What the last pattern that matches says: `Some(true)` to leave the path out.
pub(crate) fn leaves_out(patterns: &[Pattern], path: &[u8], folder: bool) -> Option<bool> {
    patterns
        .iter()
        .rev()
        .find(|pattern| pattern.matches(path, folder))
        .map(|pattern| !pattern.wanted)
}

fn tokens(pattern: &[u8]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = pattern.get(at) {
        let rest = &pattern[at..];
        let begins = at == 0 || pattern[at - 1] == b'/';
        if begins && rest.starts_with(b"**/") {
            out.extend([Token::Folders, Token::InFolders]);
            at += 3;
            continue;
        }
        if begins && rest == b"**" {
            out.push(Token::Rest);
            break;
        }
        at += 1;
        match byte {
            b'*' => {
                if !matches!(out.last(), Some(Token::Run)) {
                    out.push(Token::Run);
                }
            }
            b'?' => out.push(Token::One),
            b'[' => match class(&pattern[at..]) {
                Some((token, length)) => {
                    out.push(token);
                    at += length;
                }
                // As git has it: a bracket that nothing closes matches nothing.
                None => out.push(Token::Class(Vec::new(), false)),
            },
            b'\\' => {
                out.push(Token::Byte(pattern.get(at).copied().unwrap_or(b'\\')));
                at += 1;
            }
            byte => out.push(Token::Byte(byte)),
        }
    }
    out
}

/// Reads what stands behind `[`, and how long it is with its `]`.
fn class(text: &[u8]) -> Option<(Token, usize)> {
    let negated = matches!(text.first(), Some(b'!' | b'^'));
    let mut at = usize::from(negated);
    let mut ranges = Vec::new();
    let mut first = true;
    loop {
        let mut byte = *text.get(at)?;
        at += 1;
        if byte == b']' && !first {
            return Some((Token::Class(ranges, negated), at));
        }
        first = false;
        if byte == b'\\' {
            byte = *text.get(at)?;
            at += 1;
        }
        let mut last = byte;
        if text.get(at) == Some(&b'-') && text.get(at + 1).is_some_and(|b| *b != b']') {
            last = text[at + 1];
            at += 2;
        }
        ranges.push((byte, last));
    }
}

/// Runs all alternatives side by side.
fn run(tokens: &[Token], text: &[u8]) -> bool {
    let mut now = vec![false; tokens.len() + 1];
    let mut then = now.clone();
    enter(tokens, &mut now, 0);
    for &byte in text {
        then.fill(false);
        for (at, token) in tokens.iter().enumerate() {
            if !now[at] {
                continue;
            }
            match token {
                Token::Byte(wanted) if *wanted == byte => enter(tokens, &mut then, at + 1),
                Token::One if byte != b'/' => enter(tokens, &mut then, at + 1),
                Token::Class(ranges, negated) if byte != b'/' => {
                    let inside = ranges.iter().any(|(a, z)| (*a..=*z).contains(&byte));
                    if inside != *negated {
                        enter(tokens, &mut then, at + 1);
                    }
                }
                Token::Run if byte != b'/' => enter(tokens, &mut then, at),
                Token::Folders if byte != b'/' => then[at + 1] = true,
                Token::InFolders => {
                    then[at] = true;
                    if byte == b'/' {
                        enter(tokens, &mut then, at + 1);
                    }
                }
                Token::Rest => {
                    then[at] = true;
                    then[at + 1] = true;
                }
                _ => {}
            }
        }
        std::mem::swap(&mut now, &mut then);
    }
    now[tokens.len()]
}

/// Marks a place in the pattern, and those behind what may stand for nothing.
fn enter(tokens: &[Token], places: &mut [bool], at: usize) {
    let mut at = at;
    loop {
        places[at] = true;
        at += match tokens.get(at) {
            Some(Token::Run) => 1,
            Some(Token::Folders) => 2,
            _ => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(lines: &str, path: &str) -> bool {
        let patterns: Vec<_> = lines
            .lines()
            .filter_map(|line| Pattern::parse(line.as_bytes()))
            .collect();
        let folder = path.ends_with('/');
        leaves_out(&patterns, path.trim_end_matches('/').as_bytes(), folder) == Some(true)
    }

    #[test]
    fn patterns_mean_what_git_says() {
        for (lines, path, expected) in [
            ("*.log", "a/b.log", true),
            ("*.log", "a/b.log/", true),
            ("*.log\n!keep.log", "a/keep.log", false),
            ("/top", "top", true),
            ("/top", "a/top", false),
            ("a/b", "a/b", true),
            ("a/b", "x/a/b", false),
            ("target/", "target", false),
            ("target/", "x/target/", true),
            ("**/x", "x", true),
            ("**/x", "a/b/x", true),
            ("**/x", "a/bx", false),
            ("a/**/x", "a/x", true),
            ("a/**/x", "a/b/c/x", true),
            ("a/**/x", "ax", false),
            ("a/**", "a/b/c", true),
            ("a/**", "a/", false),
            ("a*c", "abbc", true),
            ("a/*", "a/b/c", false),
            ("[a-c]?.txt", "bz.txt", true),
            ("[!a-c]?.txt", "bz.txt", false),
            ("[]x]", "]", true),
            ("[x", "[x", false),
            ("\\#a", "#a", true),
            ("# a", "# a", false),
            ("\\!a", "!a", true),
            ("a\\ ", "a ", true),
            ("a ", "a", true),
        ] {
            assert_eq!(out(lines, path), expected, "{lines:?} on {path:?}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!out(&pattern, &"a".repeat(4000)));
        assert!(!out(&("**/a/".repeat(100) + "b"), &"a/".repeat(2000)));
    }
}
