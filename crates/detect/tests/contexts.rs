//! Every rule in every notation: what stands around a credential must neither hide it nor become
//! part of it.
//!
//! A case is a notation (`export X=@`) and a number of times that the text is put into a string of
//! JSON. `@` stands for the value, `NAME` for its variable.

use bedlock_detect::{Dice, Match, Part, Rule, Shape, fake, rules, scan};

/// Notations in which a value with a shape of its own is found without a name.
const SHAPED: [&str; 14] = [
    "@",
    "see @ for it",
    "the key is `@`, keep it",
    "(@)",
    "\n@\n",
    "a\t@\tb",
    "first line\n@",
    "x = '@';",
    "curl -H \"Authorization: Bearer @\" https://h.example/",
    "x-api-key: @\r\n",
    "https://h.example/x?a=1&b=@&c=2",
    "HOME=/root\0NAME=@\0PATH=/bin",
    "\u{1b}[32m@\u{1b}[0m",
    "| a | @ | b |",
];

/// Notations in which a name tells, with or without a shape.
const NAMED: [&str; 10] = [
    "export NAME=@\n",
    "NAME=@",
    "NAME=\"@\"\n",
    "NAME='@'\n",
    "  NAME: @\n",
    "  NAME: \"@\"\n",
    "const NAME = \"@\";",
    "Environment=\"NAME=@\"\n",
    "{\"env\": {\"NAME\": \"@\"}}",
    "HOME=/root\0NAME=@\0PATH=/bin\0",
];

/// How deep a text is put into strings of JSON.
const DEPTH: usize = 3;

/// Puts a text into a string of JSON.
fn nested(text: &str) -> String {
    let mut out = String::from("{\"text\":\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push_str("\",\"n\":1}");
    out
}

/// Writes a value as it stands at this depth.
fn escaped(value: &str, depth: usize) -> String {
    (0..depth).fold(value.to_owned(), |value, _| {
        value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    })
}

fn found<'t>(text: &'t str, found: &Match) -> &'t str {
    &text[found.span.clone()]
}

/// Tells what is wrong with what is found in one notation at one depth, if something is.
fn wrong(rule: &Rule, notation: &str, name: &str, value: &str, depth: usize) -> Option<String> {
    let mut text = notation.replace("NAME", name).replace('@', value);
    for _ in 0..depth {
        text = nested(&text);
    }
    let wanted = escaped(value, depth);
    let matches = scan(text.as_bytes());
    let hit = matches.iter().any(|m| {
        let span = found(&text, m);
        let whole = span == wanted || wanted.contains(span) && partial(rule);
        whole && (m.rule == rule || m.rule.shared_shape || rule.shared_shape)
    });
    let others: Vec<_> = matches
        .iter()
        .map(|m| (m.rule.id, found(&text, m)))
        .collect();
    (!hit).then(|| {
        format!(
            "{} in {notation:?} at {depth}: {text:?} gives {others:?}",
            rule.id
        )
    })
}

/// Rules whose example is more than the credential in it: the address of a signature, the file
/// around a key.
fn partial(rule: &Rule) -> bool {
    matches!(rule.shape, Shape::Read(_))
}

/// Reports every failure at once, so that one rule does not hide the next.
fn none(failures: &[String]) {
    let shown = &failures[..failures.len().min(25)];
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        shown.join("\n")
    );
}

#[test]
fn every_shape_is_found_whole_in_every_notation() {
    let mut dice = Dice::new(21);
    let mut failures = Vec::new();
    for rule in rules() {
        if matches!(rule.shape, Shape::Named) {
            continue;
        }
        let name = rule.env_names.first().copied().unwrap_or("X_TOKEN");
        for notation in SHAPED.into_iter().chain(NAMED) {
            let value = fake(rule, &mut dice);
            failures
                .extend((0..=DEPTH).filter_map(|depth| wrong(rule, notation, name, &value, depth)));
        }
    }
    none(&failures);
}

#[test]
fn every_variable_is_found_whole_in_every_notation() {
    let mut dice = Dice::new(22);
    let mut failures = Vec::new();
    for rule in rules() {
        for name in rule.env_names {
            let value = fake(rule, &mut dice);
            // A key of several lines, or a whole file, is not the value of a variable as it stands.
            if value.contains(['\n', '{']) {
                continue;
            }
            for notation in NAMED {
                failures.extend(
                    (0..=DEPTH).filter_map(|depth| wrong(rule, notation, name, &value, depth)),
                );
            }
        }
    }
    none(&failures);
}

#[test]
fn counter_examples_are_left_alone_in_every_notation() {
    let mut failures = Vec::new();
    for rule in rules() {
        for text in rule.counter_examples {
            for notation in SHAPED.into_iter().chain(NAMED) {
                let mut text = notation.replace("NAME", "API_TOKEN").replace('@', text);
                for depth in 0..=DEPTH {
                    if scan(text.as_bytes()).iter().any(|m| m.rule == rule) {
                        failures.push(format!("{} at {depth}: {text:?}", rule.id));
                    }
                    text = nested(&text);
                }
            }
        }
    }
    none(&failures);
}

#[test]
fn a_prefix_alone_or_with_a_placeholder_is_left_alone_in_every_notation() {
    let bodies = [
        "",
        "your-key-here",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "...",
        "****************",
        "<key>",
        "${KEY}",
    ];
    let mut failures = Vec::new();
    for rule in rules() {
        for prefix in rule.prefixes {
            for body in bodies {
                for notation in SHAPED {
                    let text = notation
                        .replace("NAME", "API_TOKEN")
                        .replace('@', &format!("{prefix}{body}"));
                    for text in [nested(&text), text] {
                        if scan(text.as_bytes()).iter().any(|m| m.rule == rule) {
                            failures.push(format!("{}: {text:?}", rule.id));
                        }
                    }
                }
            }
        }
    }
    none(&failures);
}

/// Percent-encodes all but letters, digits and `-._~`.
fn percent(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn every_shape_is_found_in_an_address() {
    let mut dice = Dice::new(23);
    let mut failures = Vec::new();
    for rule in rules() {
        let Shape::Token(parts) = rule.shape else {
            continue;
        };
        let value = fake(rule, &mut dice);
        // Only these three are read in their escaped form, and not inside of a shape.
        let readable = |letter: char| {
            matches!(letter, '/' | '+' | '=') || percent(&letter.to_string()) == letter.to_string()
        };
        let inside = parts
            .iter()
            .any(|part| matches!(part, Part::Lit(text) if percent(text) != *text));
        if inside || !value.chars().all(readable) {
            continue;
        }
        let encoded = percent(&value);
        for text in [
            format!("https://h.example/x?key={encoded}&y=1"),
            format!("https://h.example/x#access_token={encoded}"),
            format!("body=%7B%22key%22%3A%22{encoded}%22%7D"),
            format!("a%0A{encoded}%0Ab"),
        ] {
            let hit = scan(text.as_bytes())
                .iter()
                .any(|m| encoded.contains(found(&text, m)) && m.span.len() * 2 > encoded.len());
            if !hit {
                failures.push(format!("{}: {text}", rule.id));
            }
        }
    }
    none(&failures);
}

#[test]
fn keys_with_headers_and_in_other_files_are_found_whole() {
    let mut dice = Dice::new(24);
    let body: Vec<String> = (0..5)
        .map(|_| {
            dice.draw(
                bedlock_detect::Alphabet::of(
                    b"ABCDEFGHJKMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz23456789+/",
                ),
                64,
            )
        })
        .collect();
    let dashes = "-----";
    let key = format!(
        "{dashes}BEGIN PGP PRIVATE KEY BLOCK{dashes}\nVersion: GnuPG v2.4 (Linux)\nComment: me <me@h.example>\n\n{}\n=a1B2\n{dashes}END PGP PRIVATE KEY BLOCK{dashes}",
        body.join("\n")
    );
    let mut text = format!("before\n{key}\nafter");
    for depth in 0..=DEPTH {
        let matches = scan(text.as_bytes());
        let spans: Vec<_> = matches.iter().map(|m| found(&text, m)).collect();
        assert_eq!(spans, [escaped(&key, depth)], "at {depth}");
        text = nested(&text);
    }
}
