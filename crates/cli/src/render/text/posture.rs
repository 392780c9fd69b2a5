//! What verify proved, for a terminal: a line per invariant, its evidence below.
//!
//! **Invariant:** `unknown` never looks like `pass`.

use bedlock_model::{Posture, Verdict};

use super::unreadable;
use crate::render::look::{Look, Tone};
use crate::render::screen::{Screen, columns};
use crate::render::words::verdict;

/// Writes what verify proved.
pub(crate) fn posture(posture: &Posture, look: Look) -> String {
    let mut screen = Screen::new(look);
    let dot = look.dot();
    let heading = format!(
        "{} {} verify{dot}{}{dot}{}",
        posture.tool.name, posture.tool.version, posture.home, posture.created
    );
    screen.wrapped(Tone::Faint, &heading, 0);
    screen.end();
    let id = posture
        .invariants
        .iter()
        .map(|i| columns(&screen.safe(&i.id)))
        .max()
        .unwrap_or(0)
        .min(24);
    for invariant in &posture.invariants {
        let tone = tone(invariant.verdict);
        screen
            .put(tone, mark(look, invariant.verdict))
            .space(1)
            .cell(tone, verdict(invariant.verdict), 9)
            .cell(Tone::Strong, &invariant.id, id)
            .space(2)
            .wrapped(Tone::Plain, &invariant.statement, 13 + id);
        for line in &invariant.evidence {
            let tone = if invariant.verdict == Verdict::Pass {
                Tone::Faint
            } else {
                Tone::Plain
            };
            screen.space(11).wrapped(tone, line, 13);
        }
        if let Some(next) = &invariant.next {
            screen
                .space(11)
                .put(Tone::Plain, "next: ")
                .wrapped(Tone::Link, next, 17);
        }
    }
    unreadable(&mut screen, &posture.unreadable);
    closing(&mut screen, posture);
    screen.finish()
}

fn closing(screen: &mut Screen, posture: &Posture) {
    screen.end();
    let dot = screen.look().dot();
    let mut first = true;
    for wanted in [Verdict::Pass, Verdict::Fail, Verdict::Unknown] {
        let count = posture
            .invariants
            .iter()
            .filter(|i| i.verdict == wanted)
            .count();
        if !first {
            screen.put(Tone::Faint, dot);
        }
        first = false;
        let tone = if count == 0 {
            Tone::Faint
        } else {
            tone(wanted)
        };
        screen.put(tone, &format!("{count} {}", verdict(wanted)));
    }
    screen.end();
}

pub(super) fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Unknown => Tone::Warn,
        Verdict::Fail => Tone::Bad,
    }
}

fn mark(look: Look, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => look.tick(),
        Verdict::Unknown => "?",
        Verdict::Fail => look.cross(),
    }
}
