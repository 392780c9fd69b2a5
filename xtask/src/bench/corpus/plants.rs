//! What is planted: fakes of every rule, and kinds from a table of their own.
//!
//! **Invariant:** a plant is fake by construction, and nothing here scans.

use std::ops::Range;

use bedlock_detect::{Dice, GENERIC_ID, Rule, Shape, fake, rules};

use super::kinds::{KINDS, Kind};

/// A value to plant, with what stands around it.
#[derive(Clone, Debug)]
pub(crate) struct Plant {
    /// The kind, as the tables of gaps name it.
    pub(crate) kind: String,
    /// The variable that holds it.
    pub(crate) name: String,
    /// What people call it in a sentence.
    pub(crate) title: String,
    /// What is written.
    pub(crate) value: String,
    /// The part of the value that a finding has to touch.
    pub(crate) secret: Range<usize>,
    /// Only a name tells that it is a secret.
    pub(crate) needs_name: bool,
    /// It opens something; else it is a hard negative.
    pub(crate) is_secret: bool,
    /// It stands where a secret stands: behind `Bearer`, under a credential's name.
    pub(crate) in_its_place: bool,
    /// Where it comes from: `rule`, `table` or `negative`.
    pub(crate) origin: &'static str,
}

impl Plant {
    /// A secret that is one whole value.
    #[cfg(test)]
    pub(crate) fn secret(kind: &str, name: &str, title: &str, value: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            title: title.to_owned(),
            value: value.to_owned(),
            secret: 0..value.len(),
            needs_name: false,
            is_secret: true,
            in_its_place: true,
            origin: "rule",
        }
    }
}

/// How many kinds there are to draw: one for each rule and each row of the table.
pub(crate) fn kinds() -> usize {
    rules().len() + KINDS.len()
}

/// Draws a plant of the kind with that number.
pub(crate) fn draw(number: usize, dice: &mut Dice) -> Plant {
    match rules().get(number) {
        Some(rule) => of_rule(rule, dice),
        None => of_table(&KINDS[(number - rules().len()) % KINDS.len()], dice),
    }
}

fn of_table(kind: &Kind, dice: &mut Dice) -> Plant {
    let (value, secret) = kind.draw(dice);
    Plant {
        kind: kind.id.to_owned(),
        name: kind.name.to_owned(),
        title: kind.title.to_owned(),
        value,
        secret,
        needs_name: kind.needs_name,
        is_secret: true,
        in_its_place: true,
        origin: "table",
    }
}

fn of_rule(rule: &'static Rule, dice: &mut Dice) -> Plant {
    let body = fake(rule, dice);
    let named = matches!(rule.shape, Shape::Named);
    let (value, needs_name) = match rule.id {
        "database-url-password" => (
            format!("postgres://app:{}@db.internal/app", &body[..20]),
            false,
        ),
        "url-password" => (
            format!("https://deploy:{}@git.example.org/a.git", &body[..20]),
            false,
        ),
        _ => (body.clone(), named),
    };
    let start = if value == body {
        0
    } else {
        value.find(&body[..20]).unwrap_or(0)
    };
    let secret = start..if start == 0 { value.len() } else { start + 20 };
    Plant {
        kind: rule.id.to_owned(),
        name: name_of(rule, dice),
        title: title_of(rule),
        value,
        secret,
        needs_name,
        is_secret: true,
        in_its_place: true,
        origin: "rule",
    }
}

/// Takes one of the rule's variables, or makes one of its id.
fn name_of(rule: &Rule, dice: &mut Dice) -> String {
    if rule.id == GENERIC_ID {
        let names = [
            "DB_PASSWORD",
            "APP_SECRET",
            "INTERNAL_TOKEN",
            "BACKUP_API_KEY",
        ];
        return names[dice.below(names.len())].to_owned();
    }
    if rule.env_names.is_empty() {
        return rule.id.to_ascii_uppercase().replace('-', "_");
    }
    rule.env_names[dice.below(rule.env_names.len())].to_owned()
}

fn title_of(rule: &Rule) -> String {
    let words = ["token", "key", "secret", "password"];
    let word = words.iter().find(|word| rule.id.contains(**word));
    match word {
        _ if rule.id == GENERIC_ID => "backup password".to_owned(),
        Some(word) => format!("{} {word}", rule.provider),
        None => format!("{} API key", rule.provider),
    }
}
