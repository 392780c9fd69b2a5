//! Marked-up text: what a person reads of it, or why the Bot API does not take it.
//!
//! Called by `methods` for `sendMessage` and `editMessageText`.
//!
//! **Invariant:** what the Bot API would refuse is refused, because a message that is not delivered
//! tells nobody anything; what it shows is not laid out, only read.
//!
//! **Source:** <https://core.telegram.org/bots/api#formatting-options>

use super::refusal::Refusal;

/// Tags that HTML messages may have.
const TAGS: [&str; 16] = [
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "tg-emoji",
    "tg-spoiler",
    "u",
];
/// Characters that MarkdownV2 wants a backslash before, wherever they mean themselves.
const RESERVED: &str = ">#+-=|{}.!";

/// Returns the text without its markup.
pub(super) fn read(text: &str, mode: Option<&str>) -> Result<String, Refusal> {
    match mode.map(str::to_ascii_lowercase).as_deref() {
        None | Some("") => Ok(text.to_owned()),
        Some("html") => html(text),
        Some("markdownv2") => markdown(text),
        Some(_) => Err(Refusal::bad_request("unsupported parse_mode")),
    }
}

fn cannot(why: &str) -> Refusal {
    Refusal::bad_request(&format!("can't parse entities: {why}"))
}

fn html(text: &str) -> Result<String, Refusal> {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let offset = text.len() - rest.len() + at;
        out.push_str(&unescape(&rest[..at]));
        let Some((tag, after)) = rest[at + 1..].split_once('>') else {
            return Err(cannot(&format!(
                "Unclosed start tag at byte offset {offset}"
            )));
        };
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(name) = name.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(cannot(&format!(
                    "Unexpected end tag at byte offset {offset}"
                )));
            }
        } else if TAGS.contains(&name) {
            open.push(name);
        } else {
            let why = format!("Unsupported start tag \"{name}\" at byte offset {offset}");
            return Err(cannot(&why));
        }
        rest = after;
    }
    out.push_str(&unescape(rest));
    match open.pop() {
        None => Ok(out),
        Some(name) => Err(cannot(&format!(
            "Can't find end tag corresponding to start tag \"{name}\""
        ))),
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Reads MarkdownV2 as far as messages use it: marks, code, links, and what has to be escaped.
fn markdown(text: &str) -> Result<String, Refusal> {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    let mut code = false;
    let mut address = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            '`' => code = !code,
            ')' if address => address = false,
            _ if address => {}
            _ if code => out.push(letter),
            ']' if letters.peek() == Some(&'(') => {
                letters.next();
                address = true;
            }
            '*' | '_' | '~' | '[' | ']' => {}
            letter if RESERVED.contains(letter) => {
                return Err(cannot(&format!(
                    "Character '{letter}' is reserved and must be escaped with the preceding '\\'"
                )));
            }
            letter => out.push(letter),
        }
    }
    if code || address {
        return Err(cannot("Can't find end of the entity"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, mode: &str) -> Result<String, Refusal> {
        read(text, Some(mode))
    }

    #[test]
    fn html_is_read_and_what_is_broken_is_refused() {
        let text = "<b>Sign in</b> as a&lt;b: <a href=\"https://example.com\">here</a>";
        assert_eq!(check(text, "HTML").unwrap(), "Sign in as a<b: here");
        for broken in ["<b>x", "x</b>", "<b><i>x</b></i>", "<h1>x</h1>", "1 < 2"] {
            assert!(check(broken, "HTML").is_err(), "{broken}");
        }
    }

    #[test]
    fn markdown_wants_its_characters_escaped() {
        let text = r"*Sign in* on `my-host.lan`: [here](https://example.com/a.b)\.";
        assert_eq!(
            check(text, "MarkdownV2").unwrap(),
            "Sign in on my-host.lan: here."
        );
        for broken in ["One.", "a-b", "`open", "[x](y"] {
            assert!(check(broken, "MarkdownV2").is_err(), "{broken}");
        }
    }
}
