//! A notification on the desktop of this machine.
//!
//! **Invariant:** it has no link and no code: whoever sits here types `bedlock login`, which cannot
//! be phished, and the arguments of `notify-send` are readable for every user.
//!
//! **Source:** <https://man.archlinux.org/man/notify-send.1>, <https://ss64.com/mac/osascript.html>

use std::ffi::OsString;
use std::time::Duration;

use bedlock_host::Run;

use super::{Answer, Letter, Notifier, NotifyError, command};

/// The desktop of the user that bedlock runs as.
pub struct Desktop {
    /// Its environment: where the session bus is.
    pub environment: Vec<(OsString, OsString)>,
}

impl Desktop {
    fn run(&self, letter: &Letter) -> Run {
        let body = match &letter.link {
            Some(_) => "Type `bedlock login` in a terminal, or use the link in your chat.",
            None => letter.lines.first().map_or("", String::as_str),
        };
        let (program, args, input) = if cfg!(target_os = "macos") {
            let script = format!(
                "display notification {} with title {}\n",
                quoted(body),
                quoted(&letter.title)
            );
            ("/usr/bin/osascript", vec!["-".into()], script.into_bytes())
        } else {
            let urgency = if letter.silent { "low" } else { "critical" };
            let args = vec![
                "--app-name=bedlock".into(),
                format!("--urgency={urgency}").into(),
                "--".into(),
                letter.title.clone().into(),
                body.into(),
            ];
            ("notify-send", args, Vec::new())
        };
        Run {
            program: program.into(),
            args,
            input,
            environment: self.environment.clone(),
            patience: Duration::from_secs(10),
        }
    }
}

/// A string of AppleScript.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Notifier for Desktop {
    fn name(&self) -> &'static str {
        "desktop"
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        let run = self.run(letter);
        Box::pin(async move { command::away(run).await.map(|_| None) })
    }
}
