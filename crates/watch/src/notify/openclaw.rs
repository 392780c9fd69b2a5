//! OpenClaw's own way to the chat: `openclaw message send`.
//!
//! It needs OpenClaw's gateway, which is up exactly when nothing is wrong with it, so it is a second
//! way and no first one.
//!
//! **Invariant:** the text is in the program's arguments, because that program takes it nowhere
//! else. While it runs, users of this machine can read the link and the code there; neither opens
//! anything for who is not assigned to the account.
//!
//! **Source:** <https://docs.openclaw.ai/cli/message>

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use bedlock_host::Run;
use serde_json::json;

use super::{Answer, Letter, Notifier, NotifyError, command};

/// OpenClaw's command.
pub struct OpenClaw {
    /// Where it is.
    pub program: PathBuf,
    /// `telegram`, or another of its channels.
    pub channel: String,
    /// The chat.
    pub target: String,
    /// Its environment.
    pub environment: Vec<(OsString, OsString)>,
}

/// It loads its plugins each time.
const PATIENCE: Duration = Duration::from_secs(120);

impl OpenClaw {
    fn args(&self, letter: &Letter) -> Vec<OsString> {
        let mut args: Vec<OsString> = ["message", "send", "--channel"]
            .into_iter()
            .map(OsString::from)
            .collect();
        args.push(self.channel.clone().into());
        // A chat's number may begin with a dash.
        args.push(format!("--target={}", self.target).into());
        args.push(format!("--message={}", letter.text()).into());
        if letter.silent {
            args.push("--silent".into());
        }
        if let Some(link) = &letter.link {
            let buttons = json!({ "blocks": [{
                "type": "buttons",
                "buttons": [{ "label": link.label, "url": link.url }],
            }]});
            args.push(format!("--presentation={buttons}").into());
        }
        args.push("--json".into());
        args
    }
}

impl Notifier for OpenClaw {
    fn name(&self) -> &'static str {
        "openclaw"
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        let run = Run {
            program: self.program.clone(),
            args: self.args(letter),
            input: Vec::new(),
            environment: self.environment.clone(),
            patience: PATIENCE,
        };
        Box::pin(async move { command::away(run).await.map(|_| None) })
    }
}
