//! The terminal: what it can show, progress on it, and what is printed to it.
//!
//! **Invariant:** standard output gets the answer and nothing else; progress and notes go to
//! standard error, and nothing of them when it is not a terminal.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use bedlock_host::{Environment, Interrupt};
use bedlock_model::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::CliError;
use crate::render::{Look, printable};

/// What the terminal can show.
pub(crate) fn look(environment: &Environment) -> Look {
    let dumb = environment.setting("TERM") == Some("dumb");
    let plain = environment.variable("NO_COLOR").is_some() || dumb;
    let language = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| environment.setting(name))
        .unwrap_or_default()
        .to_ascii_uppercase();
    let width = environment
        .setting("COLUMNS")
        .and_then(|columns| columns.parse().ok())
        .or_else(|| {
            let (columns, _) = terminal_size::terminal_size().map(|(w, h)| (w.0, h.0))?;
            Some(usize::from(columns))
        })
        .unwrap_or(100);
    Look {
        color: environment.stdout_is_terminal && !plain,
        width,
        unicode: !environment.stdout_is_terminal || language.contains("UTF"),
    }
}

/// Prints an answer.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        // Whoever closed the pipe has read what they wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints what must be seen: a closed pipe is an error.
pub(crate) fn print_all(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints a note for a person; names of files in it cannot move the cursor.
pub(crate) fn note(text: &str) {
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    let text = lines.join("\n");
    // When even standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Watches long work: moves a bar, and stops the work on Ctrl-C.
pub(crate) struct Watch {
    interrupt: Interrupt,
    bar: ProgressBar,
}

impl Watch {
    /// A watch that shows a bar on a terminal.
    pub(crate) fn new(interrupt: &Interrupt, environment: &Environment, quiet: bool) -> Self {
        let bar = ProgressBar::no_length();
        let shown = environment.stderr_is_terminal && !quiet;
        bar.set_draw_target(if shown {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        });
        Self {
            interrupt: interrupt.clone(),
            bar,
        }
    }

    /// Says what is done now, and how many bytes it takes.
    pub(crate) fn begin(&self, what: &'static str, bytes: Option<u64>) {
        let template = match bytes {
            Some(_) => "{msg} {wide_bar} {bytes}/{total_bytes}",
            None => "{spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.reset();
        if let Some(bytes) = bytes {
            self.bar.set_length(bytes);
        } else {
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        self.bar.set_message(what);
    }

    /// Takes the bar off the screen.
    pub(crate) fn end(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }

    /// Whether somebody asked to stop.
    pub(crate) fn cancelled(&self) -> bool {
        self.interrupt.received().is_some()
    }
}

impl Progress for Watch {
    fn advance(&self, bytes: u64) -> ControlFlow<()> {
        self.bar.inc(bytes);
        self.interrupt.advance(bytes)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}
