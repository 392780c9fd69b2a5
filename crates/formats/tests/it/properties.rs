//! Generated documents whose entries are known, and arbitrary bytes.
//!
//! A generated document is a list of blocks: some hold one entry, others are noise that must
//! survive. What is left after a removal is exactly the other blocks.

use bedlock_formats::{Format, entries, path_text, remove, replace_value};
use proptest::prelude::*;
use serde_json::Value;

use crate::{edits, json};

/// A piece of a document, and the entry in it if it holds one: path and value.
type Block = (String, Option<(String, String)>);

/// A document between its first and last bytes that belong to no block.
#[derive(Debug, Clone)]
struct Document {
    head: &'static str,
    blocks: Vec<Block>,
    tail: &'static str,
}

impl Document {
    fn without(&self, gone: Option<usize>) -> String {
        let kept = self
            .blocks
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != gone);
        let body: String = kept.map(|(_, (text, _))| text.as_str()).collect();
        format!("{}{body}{}", self.head, self.tail)
    }

    fn expected(&self) -> Vec<(String, String)> {
        self.blocks
            .iter()
            .filter_map(|(_, entry)| entry.clone())
            .collect()
    }
}

fn document(
    head: &'static str,
    block: impl Strategy<Value = Block>,
    tail: &'static str,
) -> impl Strategy<Value = Document> {
    prop::collection::vec(block, 0..12).prop_map(move |blocks| Document { head, blocks, tail })
}

/// Checks that a document reads as what it was made of, and that each entry can go and change.
fn check(format: Format, document: &Document, new: &str) -> Result<(), TestCaseError> {
    let text = document.without(None);
    let found = entries(format, text.as_bytes()).expect("parses");
    let read: Vec<(String, String)> = found
        .iter()
        .map(|entry| {
            (
                path_text(&entry.path),
                String::from_utf8_lossy(&entry.value).into_owned(),
            )
        })
        .collect();
    prop_assert_eq!(&read, &document.expected(), "{}", text);
    let holders = document
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, (_, entry))| entry.is_some());
    for (entry, (block, _)) in found.iter().zip(holders) {
        let left = remove(format, text.as_bytes(), std::slice::from_ref(entry)).expect("removes");
        prop_assert_eq!(
            String::from_utf8_lossy(&left),
            document.without(Some(block)),
            "{}",
            text
        );
        let changed = replace_value(format, text.as_bytes(), entry, new).expect("replaces");
        let back = entries(format, &changed).expect("parses");
        prop_assert!(
            back.iter().any(|entry| entry.value == new.as_bytes()),
            "{}",
            text
        );
    }
    edits::check(format, text.as_bytes());
    Ok(())
}

fn name() -> impl Strategy<Value = String> {
    "[A-Z][A-Z0-9_]{0,8}"
}

/// Values without anything that a format could take for syntax.
fn plain() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9_./-]{0,12}[A-Za-z0-9]"
}

/// Values with spaces and marks that need quotes.
fn wild() -> impl Strategy<Value = String> {
    r#"[A-Za-z0-9 #;=$%&|<>(){}!é'"\\:-]{0,16}"#
}

fn newline() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("\n"), Just("\r\n")]
}

fn indent() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just(""), 1 => Just("  "), 1 => Just("\t")]
}

fn comment() -> impl Strategy<Value = Block> {
    ("[A-Za-z0-9 ='\"]{0,12}", newline()).prop_map(|(text, end)| (format!("# {text}{end}"), None))
}

fn blank() -> impl Strategy<Value = Block> {
    newline().prop_map(|end| (end.to_owned(), None))
}

fn single_quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "'\\''"))
}

fn double_quoted(value: &str, escaped: &[char]) -> String {
    let mut out = String::from('"');
    for c in value.chars() {
        if escaped.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn dotenv() -> impl Strategy<Value = Block> {
    let value = prop_oneof![
        plain().prop_map(|value| (value.clone(), value)),
        wild()
            .prop_map(|value| value.replace(['\'', '\\'], "x"))
            .prop_map(|value| (format!("'{value}'"), value)),
        (wild(), wild()).prop_map(|(first, second)| {
            let value = format!("{first}\n{second}").replace(['"', '\\'], "x");
            (format!("\"{value}\""), value)
        }),
    ];
    let export = prop_oneof![Just(""), Just("export ")];
    let equals = prop_oneof![Just("="), Just(" = ")];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just(" # why\n")];
    let pair = (indent(), export, name(), equals, value, end).prop_map(
        |(indent, export, name, equals, (written, value), end)| {
            (
                format!("{indent}{export}{name}{equals}{written}{end}"),
                Some((name, value)),
            )
        },
    );
    prop_oneof![3 => pair, 1 => comment(), 1 => blank()]
}

fn shell() -> impl Strategy<Value = Block> {
    let value = prop_oneof![
        plain().prop_map(|value| (value.clone(), value)),
        wild().prop_map(|value| (single_quoted(&value), value)),
        wild().prop_map(|value| (double_quoted(&value, &['"', '\\', '$', '`']), value)),
        plain().prop_map(|value| (format!("\"$({value} 'x')\""), format!("$({value} 'x')"))),
    ];
    let command = prop_oneof![
        Just(("export ", "=")),
        Just(("", "=")),
        Just(("declare -x ", "=")),
        Just(("set -gx ", " ")),
        Just(("setenv ", " ")),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just(" # why\n"), Just(";\n")];
    let pair = (indent(), command, name(), value, end).prop_map(
        |(indent, (command, equals), name, (written, value), end)| {
            (
                format!("{indent}{command}{name}{equals}{written}{end}"),
                Some((name, value)),
            )
        },
    );
    let noise = prop_oneof![
        Just("if test -f x; then\n  . ./x\nfi\n"),
        Just("cat <<'E' >f\nA='not \" one\nE\n"),
        Just("alias ls='ls -l'\n"),
        Just("eval \"$(tool \"init\")\"\n"),
        Just("ls \\\n  -l | wc # A=b\n"),
    ];
    prop_oneof![3 => pair, 1 => comment(), 1 => blank(), 1 => noise.prop_map(|text| (text.to_owned(), None))]
}

/// One section; the value's text has no comment mark, which this format cannot quote.
fn ini() -> impl Strategy<Value = Block> {
    let value = prop_oneof![plain(), "[A-Za-z0-9][A-Za-z0-9 =%$/+:]{0,20}[A-Za-z0-9]"];
    let equals = prop_oneof![Just("="), Just(" = "), Just(" =")];
    let more = prop_oneof![3 => Just(None), 1 => plain().prop_map(Some)];
    let end = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just(" # why\n"),
        Just("\t; why\n")
    ];
    let pair = ("[a-z][a-z_]{0,9}", equals, value, more, newline(), end).prop_map(
        |(name, equals, value, more, between, end)| {
            let path = Some(format!("[\"profile x\"].{name}"));
            match more {
                Some(more) => (
                    format!("{name}{equals}{value}{between}    {more}\n"),
                    path.map(|path| (path, format!("{value}\n{more}"))),
                ),
                None => (
                    format!("{name}{equals}{value}{end}"),
                    path.map(|path| (path, value)),
                ),
            }
        },
    );
    prop_oneof![3 => pair, 1 => comment(), 1 => blank()]
}

fn unit() -> impl Strategy<Value = Block> {
    let escape = |value: &str| value.replace('\\', "\\\\").replace('%', "%%");
    let value = prop_oneof![
        plain().prop_map(|value| (value.clone(), value)),
        wild().prop_map(move |value| {
            (
                format!("\"{}\"", escape(&value).replace('"', "\\\"")),
                value,
            )
        }),
        wild().prop_map(move |value| {
            (format!("'{}'", escape(&value).replace('\'', "\\'")), value)
        }),
    ];
    let variable = (name(), value, newline()).prop_map(|(name, (written, value), end)| {
        let path = format!("Service.Environment.{name}");
        (
            format!("Environment={name}={written}{end}"),
            Some((path, value)),
        )
    });
    let directive = ("[A-Z][a-z]{2,6}Sec", plain(), newline()).prop_map(|(name, value, end)| {
        (
            format!("{name} = {value}{end}"),
            Some((format!("Service.{name}"), value)),
        )
    });
    let continued = (name(), plain(), newline()).prop_map(|(name, value, end)| {
        let path = format!("Service.Environment.{name}");
        (
            format!("Environment=\\{end}  {name}={value}{end}"),
            Some((path, value)),
        )
    });
    let reset = Just(("Environment=\n".to_owned(), None));
    prop_oneof![3 => variable, 1 => directive, 1 => continued, 1 => comment(), 1 => blank(), 1 => reset]
}

fn environment_file() -> impl Strategy<Value = Block> {
    let value = prop_oneof![
        plain().prop_map(|value| (value.clone(), value)),
        wild().prop_map(|value| (double_quoted(&value, &['"', '\\', '$', '`']), value)),
        wild()
            .prop_map(|value| value.replace('\'', "x"))
            .prop_map(|value| (format!("'{value}'"), value)),
    ];
    let pair =
        (indent(), name(), value, newline()).prop_map(|(indent, name, (written, value), end)| {
            (
                format!("{indent}{name}={written}{end}"),
                Some((name, value)),
            )
        });
    prop_oneof![3 => pair, 1 => comment(), 1 => blank()]
}

fn plist() -> impl Strategy<Value = Block> {
    let escape = |value: &str| {
        value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&#62;")
    };
    let value = prop_oneof![
        wild().prop_map(move |value| (format!("<string>{}</string>", escape(&value)), value)),
        wild().prop_map(|value| (format!("<string><![CDATA[{value}]]></string>"), value)),
        Just(("<string/>".to_owned(), String::new())),
        Just(("<true/>".to_owned(), "true".to_owned())),
    ];
    let pair = (
        indent(),
        name(),
        prop_oneof![Just(""), Just("\n\t")],
        value,
        newline(),
    )
        .prop_map(|(indent, name, gap, (written, value), end)| {
            (
                format!("{indent}<key>{name}</key>{gap}{written}{end}"),
                Some((name, value)),
            )
        });
    let noise = prop_oneof![
        Just("<!-- <key>A</key> -->\n"),
        Just("\n"),
        Just("<key>D</key><dict/>\n")
    ];
    prop_oneof![3 => pair, 1 => noise.prop_map(|text| (text.to_owned(), None))]
}

fn yaml() -> impl Strategy<Value = Block> {
    let value = prop_oneof![
        plain()
            .prop_filter("a word that is typed", |value| value.len() > 5)
            .prop_map(|value| (value.clone(), value)),
        wild().prop_map(|value| (format!("'{}'", value.replace('\'', "''")), value)),
        wild().prop_map(|value| (double_quoted(&value, &['"', '\\']), value)),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just(" # why\n")];
    let pair = (name(), value, end).prop_map(|(name, (written, value), end)| {
        (
            format!("  {name}: {written}{end}"),
            Some((format!("root.{name}"), value)),
        )
    });
    prop_oneof![3 => pair, 1 => comment(), 1 => blank()]
}

/// Members on lines of their own with a comma each, which is the style that is documented.
fn json5() -> impl Strategy<Value = Block> {
    let value = prop_oneof![
        wild().prop_map(|value| (double_quoted(&value, &['"', '\\']), value)),
        wild()
            .prop_map(|value| (
                double_quoted(&value, &['"', '\\', '\'']).replace('"', "'"),
                value.replace('"', "'")
            ))
            .prop_filter("a quote of the other kind", |(_, value)| !value
                .contains('\'')),
        Just(("+.5e3".to_owned(), "+.5e3".to_owned())),
        Just(("null".to_owned(), "null".to_owned())),
    ];
    let above =
        prop_oneof![2 => Just(""), 1 => Just("  // about it\n"), 1 => Just("  /* a\n b */\n")];
    let end = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just(" // why\n"),
        Just(" /* why */\n")
    ];
    let pair = (
        above,
        name(),
        prop_oneof![Just("'"), Just("\""), Just("")],
        value,
        end,
    )
        .prop_map(|(above, name, quote, (written, value), end)| {
            (
                format!("{above}  {quote}{name}{quote}: {written},{end}"),
                Some((name, value)),
            )
        });
    // A comment that a blank line sets apart belongs to nobody.
    let noise = prop_oneof![Just("\n  // apart\n\n"), Just("\n  o: {},\n"), Just("\n")];
    prop_oneof![3 => pair, 1 => noise.prop_map(|text| (text.to_owned(), None))]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".{0,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Writes a value as JSON5 with choices that a list of numbers makes.
fn written(value: &Value, choices: &mut impl Iterator<Item = u8>) -> String {
    let mut choose = |options: &[&'static str]| {
        options[usize::from(choices.next().unwrap_or(0)) % options.len()]
    };
    let space = choose(&[
        "",
        " ",
        "\n  ",
        "\t",
        " /* c */ ",
        " // c\n",
        "\r\n",
        "\u{a0}",
    ]);
    let last = choose(&["", ","]);
    let (open, parts, close): (_, Vec<String>, _) = match value {
        Value::Array(items) => (
            "[",
            items.iter().map(|item| written(item, choices)).collect(),
            "]",
        ),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let key = serde_json::to_string(key).expect("a string is JSON");
                format!("{key}{space}:{}", written(value, choices))
            };
            ("{", members.iter().map(member).collect(), "}")
        }
        scalar => return format!("{space}{scalar}{space}"),
    };
    let last = if parts.is_empty() { "" } else { last };
    format!(
        "{space}{open}{}{last}{space}{close}{space}",
        parts.join(&format!("{space},"))
    )
}

/// Soups of the bytes that mean something, which arbitrary bytes seldom are.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "A=b",
            "A=",
            "=",
            "'",
            "\"",
            "`",
            "\\",
            "\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "#",
            ";",
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            "$(",
            "${",
            "<<E\n",
            "E\n",
            ":",
            ": ",
            "- ",
            "|\n",
            "export ",
            "env ",
            "&&",
            "Environment=",
            "ExecStart=",
            "[a]\n",
            "<dict>",
            "</dict>",
            "<key>a</key>",
            "<string>",
            "</string>",
            "<true/>",
            "<!--",
            "-->",
            "&amp;",
            "machine ",
            "login x ",
            "password ",
            "macdef ",
            "https://a:b@c",
            "//",
            "/*",
            "*/",
            "{a:1}",
            "\u{feff}",
            "\u{2028}",
            "%%",
            "\\x41",
            "\\u00e9",
            "  ",
            "if ",
            "fi",
            "do",
            "!",
            "--- ",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn dotenv_documents(document in document("\u{feff}", dotenv(), ""), new in "[a-z #$=;'-]{0,12}") {
        check(Format::Dotenv, &document, &new)?;
    }

    #[test]
    fn shell_documents(document in document("\u{feff}", shell(), "true\n"), new in wild()) {
        check(Format::Shell, &document, &new)?;
    }

    #[test]
    fn ini_documents(document in document("[profile x]\n", ini(), "[last]\r\n"), new in plain()) {
        check(Format::Ini, &document, &new)?;
    }

    #[test]
    fn unit_documents(document in document("[Service]\n", unit(), "[Install]\n"), new in plain()) {
        check(Format::SystemdUnit, &document, &new)?;
    }

    #[test]
    fn environment_file_documents(document in document("", environment_file(), "# end"), new in wild()) {
        check(Format::SystemdEnvFile, &document, &new)?;
    }

    #[test]
    fn plist_documents(
        document in document("<?xml version=\"1.0\"?>\n<plist>\n<dict>\n", plist(), "</dict>\n</plist>\n"),
        new in wild(),
    ) {
        check(Format::LaunchdPlist, &document, &new)?;
    }

    #[test]
    fn yaml_documents(document in document("root:\n", yaml(), "last:\n"), new in wild()) {
        check(Format::Yaml, &document, &new)?;
    }

    #[test]
    fn json5_documents(document in document("// head\n{\n", json5(), "  l: [],\n}\n"), new in wild()) {
        check(Format::Json5, &document, &new)?;
    }

    #[test]
    fn json_values(value in value(), choices in prop::collection::vec(any::<u8>(), 64)) {
        let text = written(&value, &mut choices.into_iter().cycle());
        edits::check(Format::Json5, text.as_bytes());
        json::check(text.as_bytes());
        json::check(value.to_string().as_bytes());
        let read = bedlock_formats::json5::Document::parse(&text).expect("parses").to_value();
        prop_assert_eq!(read.to_string(), value.to_string());
    }

    #[test]
    fn any_bytes(text in prop_oneof![soup(), prop::collection::vec(any::<u8>(), 0..200)]) {
        for format in Format::ALL {
            edits::check(format, &text);
        }
        json::check(&text);
    }
}
