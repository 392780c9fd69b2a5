//! `bedlock undo`: takes a harden back with the recovery code, or forgets that it can be taken back.

use std::path::PathBuf;

use bedlock_host::{StateDir, TransactionId, TransactionInfo, TransactionState, UndoOptions};
use serde_json::json;

use crate::agent::Agents;
use crate::commands::harden::came_back;
use crate::commands::recovery;
use crate::error::{self, CliError};
use crate::terminal;
use crate::world::{Where, World};

const EXAMPLES: &str = "\
Examples:
  bedlock undo                         asks for the recovery code and puts everything back
  bedlock undo --code-file -           reads the code from standard input
  bedlock undo --list                  what can be undone, and until when
  bedlock undo --discard               forget the sealed originals now

Exit codes:
  0  done
  2  done, but OpenClaw did not come back
  3  refused or failed; nothing was changed
  64 wrong usage";

/// Put back what harden took out: every byte, mode, owner and time
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Undo {
    #[command(flatten)]
    pub(crate) at: Where,
    /// Which transaction, as --list shows it [default: the latest]
    #[arg(value_name = "TRANSACTION")]
    id: Option<String>,
    /// Read the recovery code from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// Show what can be undone
    #[arg(long, conflicts_with_all = ["discard", "code_file", "overwrite"])]
    list: bool,
    /// Forget the sealed originals: it cannot be undone any more
    #[arg(long, conflicts_with_all = ["code_file", "overwrite"])]
    discard: bool,
    /// Put files back although they were changed since; what was written since is lost
    #[arg(long)]
    overwrite: bool,
    /// Refuse when OpenClaw runs, instead of stopping and starting it
    #[arg(long)]
    no_restart: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Undo {
    pub(crate) fn quiet(&self) -> bool {
        self.json
    }

    pub(crate) fn run(&self, world: &World) -> Result<u8, CliError> {
        world.recover()?;
        let state = world.known_state()?;
        let known = match &state {
            Some(state) => bedlock_host::transactions(state)?,
            None => Vec::new(),
        };
        if self.list {
            return self.print_list(&known);
        }
        let nothing = || {
            CliError::refused(
                "there is nothing to undo",
                "bedlock undo --list shows what can be undone",
            )
        };
        let state = state.ok_or_else(nothing)?;
        let id = match &self.id {
            Some(id) => {
                recovery::is_no_code(id)?;
                TransactionId::parse(id)?
            }
            None => latest(&known).ok_or_else(nothing)?.id.clone(),
        };
        if self.discard {
            let lock = state.lock()?;
            bedlock_host::discard(&lock, &id)?;
            self.say(
                &format!("{id} is forgotten: it can no longer be undone"),
                &json!({"event": "discarded", "transaction": id}),
            )?;
            return Ok(error::CLEAN);
        }
        self.undo(world, &state, &id)
    }

    fn undo(&self, world: &World, state: &StateDir, id: &TransactionId) -> Result<u8, CliError> {
        let code = recovery::read(world, self.code_file.as_deref())?;
        let lock = state.lock()?;
        let seen = world.look(true)?;
        let agents = Agents::find(world, &seen, &[]);
        if !agents.is_empty() && self.no_restart {
            return Err(CliError::refused(
                "OpenClaw runs, and --no-restart forbids to stop it",
                "stop OpenClaw, then run the command again",
            ));
        }
        agents.stop(world)?;
        let watch = world.watch();
        watch.begin("putting files back", None);
        let options = UndoOptions {
            root: world.root.as_deref(),
            now: world.now(),
            overwrite_changed: self.overwrite,
            cancelled: &|| watch.cancelled(),
        };
        let undone = bedlock_host::undo(&lock, id, &code, &options, &mut |_| {});
        watch.end();
        let started = agents.start(world);
        let undone = undone?;
        let mut text = format!(
            "{id} is undone: {} files are what they were before it",
            undone.files.len()
        );
        for path in &undone.left {
            text.push_str(&format!(
                "\n  {} was rewritten since: what was redacted in it has no place any more",
                path.display()
            ));
        }
        let files: Vec<String> = undone
            .files
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        let left: Vec<String> = undone
            .left
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        self.say(
            &text,
            &json!({"event": "undone", "transaction": id, "files": files, "left": left}),
        )?;
        Ok(came_back(started))
    }

    fn say(&self, text: &str, event: &serde_json::Value) -> Result<(), CliError> {
        if self.json {
            terminal::print(&format!("{event}\n"))
        } else {
            terminal::print(&format!("{text}\n"))
        }
    }

    fn print_list(&self, known: &[TransactionInfo]) -> Result<u8, CliError> {
        if self.json {
            let list: Vec<_> = known
                .iter()
                .map(|one| {
                    json!({
                        "transaction": one.id,
                        "created": one.created.to_string(),
                        "undo_until": one.expires.to_string(),
                        "state": state_word(one.state),
                        "files": one.files.len(),
                    })
                })
                .collect();
            terminal::print(&format!("{}\n", json!({"transactions": list})))?;
            return Ok(error::CLEAN);
        }
        if known.is_empty() {
            terminal::print("nothing can be undone\n")?;
        }
        for one in known {
            terminal::print(&format!(
                "{}  {} files  {}  until {}\n",
                one.id,
                one.files.len(),
                state_word(one.state),
                one.expires.strftime("%Y-%m-%d %H:%M UTC"),
            ))?;
        }
        Ok(error::CLEAN)
    }
}

fn latest(known: &[TransactionInfo]) -> Option<&TransactionInfo> {
    known
        .iter()
        .filter(|one| one.state == TransactionState::Done)
        .max_by_key(|one| one.created)
}

fn state_word(state: TransactionState) -> &'static str {
    match state {
        TransactionState::Done => "done",
        TransactionState::Unfinished => "interrupted",
    }
}
