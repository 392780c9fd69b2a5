//! Text for a terminal, one file per thing that is shown.
//!
//! **Invariant:** every line is written through [`super::screen::Screen`].

mod finding;
mod matrix;
mod plan;
mod posture;
mod receipt;
mod report;
pub(crate) mod scoreboard;

pub(crate) use plan::plan;
pub(crate) use posture::posture;
pub(crate) use receipt::receipt;
pub(crate) use report::{first_screen, report};
pub(crate) use scoreboard::scoreboard;

use bedlock_model::{Severity, Unreadable};

use super::look::Tone;
use super::screen::Screen;
use super::words::plural;

fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warn,
        Severity::Low => Tone::Link,
    }
}

/// A heading over a part of the page, drawn to the width of the terminal.
fn section(screen: &mut Screen, title: &str) {
    let look = screen.look();
    screen.end();
    screen.put(Tone::Strong, title).end();
    screen
        .put(Tone::Faint, &look.rule().repeat(look.columns()))
        .end();
}

/// What could not be looked at: each place, why, and what to do.
fn unreadable(screen: &mut Screen, places: &[Unreadable]) {
    if places.is_empty() {
        return;
    }
    let count = plural(places.len(), "place", "places");
    section(screen, &format!("Could not look at {count}"));
    for place in places {
        screen
            .put(Tone::Warn, "unreadable: ")
            .wrapped(Tone::Strong, &place.path, 12);
        screen
            .put(Tone::Faint, "   = why: ")
            .wrapped(Tone::Plain, &place.reason, 10);
        if !place.next.is_empty() {
            screen
                .put(Tone::Faint, "   = next: ")
                .wrapped(Tone::Link, &place.next, 11);
        }
    }
}
