//! Where secrets stand in a text: the ways in which people, programs and models write them.
//!
//! **Invariant:** a context says how a value is spelled there, so that the truth holds the bytes
//! that really stand in the file.

use bedlock_detect::Dice;

use super::plants::Plant;

/// A place for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Context {
    Export,
    EnvLine,
    Yaml,
    Code,
    Systemd,
    JsonInJson,
    Bearer,
    Prose,
    Backtick,
    LineStart,
    Tab,
    UrlQuery,
}

/// All of them, with the names that the tables use.
pub(crate) const CONTEXTS: [(Context, &str); 12] = [
    (Context::Export, "export X="),
    (Context::EnvLine, "env line"),
    (Context::Yaml, "YAML"),
    (Context::Code, "quoted code"),
    (Context::Systemd, "systemd Environment="),
    (Context::JsonInJson, "JSON in JSON"),
    (Context::Bearer, "bearer"),
    (Context::Prose, "prose"),
    (Context::Backtick, "backtick"),
    (Context::LineStart, "line start"),
    (Context::Tab, "after a tab"),
    (Context::UrlQuery, "URL query"),
];

impl Context {
    /// Returns what the tables call it.
    pub(crate) fn name(self) -> &'static str {
        CONTEXTS
            .iter()
            .find(|(context, _)| *context == self)
            .map_or("", |(_, name)| name)
    }

    /// Spells a value as it stands here, before the transcript escapes the whole. A placeholder
    /// stands in an address as its author typed it.
    pub(crate) fn spelled(self, plant: &Plant) -> String {
        let value = &plant.value;
        match self {
            Self::UrlQuery if plant.is_secret || !plant.in_its_place => percent(value),
            Self::JsonInJson => quoted(value),
            Self::Code | Self::Systemd | Self::Export => value.replace('"', "\\\""),
            _ => value.to_owned(),
        }
    }

    /// Writes the piece of text in which a value stands.
    pub(crate) fn text(self, plant: &Plant, dice: &mut Dice) -> String {
        let value = self.spelled(plant);
        let (name, title) = (&plant.name, &plant.title);
        let key = name.to_ascii_lowercase();
        match self {
            Self::Export => match dice.below(3) {
                0 => format!("export {name}={value}\n"),
                _ => format!("export {name}=\"{value}\"\n"),
            },
            Self::EnvLine => format!("PORT=8080\n{name}={value}\nLOG_LEVEL=info\n"),
            Self::Yaml => match dice.below(2) {
                0 => format!("provider:\n  {key}: {value}\n  timeout: 30\n"),
                _ => format!("provider:\n  {key}: \"{value}\"\n  timeout: 30\n"),
            },
            Self::Code => match dice.below(3) {
                0 => format!("client = Client({key}=\"{value}\", timeout=30)\n"),
                1 => format!("const {} = \"{value}\";\n", camel(name)),
                _ => format!("os.environ[\"{name}\"] = \"{value}\"\n"),
            },
            Self::Systemd => format!(
                "[Service]\nType=simple\nEnvironment=\"{name}={value}\"\nExecStart=/usr/bin/agent\n"
            ),
            Self::JsonInJson => match dice.below(2) {
                0 => format!("{{\"env\":{{\"PORT\":\"8080\",\"{name}\":\"{value}\"}}}}\n"),
                _ => format!(
                    "{{\n  \"{}\": \"{value}\",\n  \"timeout\": 30\n}}\n",
                    camel(name)
                ),
            },
            Self::Bearer if plant.in_its_place => format!(
                "curl -s https://api.example.com/v1/models -H \"Authorization: Bearer {value}\"\n"
            ),
            Self::Bearer => {
                format!("curl -s https://api.example.com/v1/models -H \"X-{title}: {value}\"\n")
            }
            Self::Prose if plant.needs_name => {
                format!("Please use it for the next call: my {title} is {value}, and then go on.\n")
            }
            Self::Prose => format!("Please use {value} for the next call, and then go on.\n"),
            Self::Backtick if plant.needs_name => {
                format!("In the settings, the {title} is `{value}` since yesterday.\n")
            }
            Self::Backtick => format!("In the settings there is `{value}` since yesterday.\n"),
            Self::LineStart if plant.needs_name => format!("{title}:\n{value}\n"),
            Self::LineStart => format!("it printed\n{value}\nand ended\n"),
            Self::Tab if plant.needs_name => format!("PORT\t8080\n{name}\t{value}\n"),
            Self::Tab => format!("prod\t{value}\t2026-11-20\n"),
            Self::UrlQuery if plant.in_its_place => {
                let parameter = ["key", "api_key", "token", "access_token"][dice.below(4)];
                format!("GET https://api.example.com/v1/search?q=a&{parameter}={value}&n=10\n")
            }
            Self::UrlQuery => {
                format!("GET https://api.example.com/v1/search?q=a&{key}={value}&n=10\n")
            }
        }
    }
}

/// Escapes a value for a JSON string, without the quotes.
pub(crate) fn quoted(value: &str) -> String {
    let text = serde_json::Value::from(value).to_string();
    text[1..text.len() - 1].to_owned()
}

fn percent(value: &str) -> String {
    value.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// Writes `OPENAI_API_KEY` as `openaiApiKey`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    for (index, word) in name.split('_').filter(|word| !word.is_empty()).enumerate() {
        let lower = word.to_ascii_lowercase();
        if index == 0 {
            out.push_str(&lower);
        } else {
            out.push_str(&word[..1].to_ascii_uppercase());
            out.push_str(&lower[1..]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{CONTEXTS, camel};
    use crate::bench::corpus::plants::Plant;
    use bedlock_detect::Dice;

    #[test]
    fn every_context_holds_the_value_as_it_spells_it() {
        let plant = Plant::secret("x", "OPENAI_API_KEY", "OpenAI API key", "a/b\"c=\nd");
        for (context, name) in CONTEXTS {
            let text = context.text(&plant, &mut Dice::new(1));
            assert!(text.contains(&context.spelled(&plant)), "{name}: {text}");
        }
        assert_eq!(camel("OPENAI_API_KEY"), "openaiApiKey");
    }
}
