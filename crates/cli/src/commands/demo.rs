//! `bedlock demo`: the whole story on a temporary home and a sandbox, with no AWS account and no
//! OpenClaw.
//!
//! **Invariant:** nothing outside of its own temporary folders is read or written, and the folders go
//! at the end.

mod call;
mod night;

use std::collections::BTreeSet;

use bedlock_audit::modes::{Mode, Request};
use bedlock_audit::plan;
use bedlock_audit::verify;
use bedlock_host::{Environment, Interrupt, StateDir, TemporaryFolder, UndoOptions};
use bedlock_model::{Report, SecretBytes, Verdict};

use crate::commands::harden::Harden;
use crate::error::{self, CliError};
use crate::render::text::scoreboard;
use crate::render::{self, Detail, Look, Score};
use crate::terminal;
use crate::world::World;

const EXAMPLES: &str = "\
Examples:
  bedlock demo                 the whole story, in a few seconds
  bedlock demo --keep          keeps the leaky home, so that you can try the commands on it

Exit codes:
  0  the demo host was leaky, became keyless, was put back byte for byte, and its agent came back
     after its session's end with one tap
  3  it did not";

/// Show the whole story on a temporary home: audit, harden, verify, undo, and a night with one tap
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// Keep the leaky home at the end
    #[arg(long)]
    keep: bool,
}

impl Demo {
    pub(crate) fn run(
        &self,
        environment: Environment,
        interrupt: Interrupt,
    ) -> Result<u8, CliError> {
        let look = terminal::look(&environment);
        let folder = TemporaryFolder::new("bedlock-demo")?;
        let canaries = bedlock_sandbox::home::leaky_home(folder.path()).map_err(|error| {
            CliError::refused(
                format!("failed to {error}"),
                "free some space in the folder for temporary files (TMPDIR)",
            )
        })?;
        let world = World {
            environment,
            interrupt,
            home: folder.path().to_path_buf(),
            root: None,
            also: Vec::new(),
            own: false,
            state: folder.path().join(".local/state/bedlock"),
            key: folder.path().join(".local/state/bedlock"),
            known_key: std::cell::OnceCell::new(),
            quiet: false,
        };
        // Made before the first look, so that the home is the same before and after.
        let state = StateDir::open(&world.state)?;
        let story = Story {
            world: &world,
            state: &state,
            look,
        };
        let good = story.tell(canaries.len())?;
        if self.keep {
            let home = folder.keep();
            terminal::print(&format!(
                "\nThe leaky home is kept: {0}\n  bedlock audit --home {0}\n",
                home.display()
            ))?;
        }
        Ok(if good { error::CLEAN } else { error::FAILED })
    }
}

struct Story<'w> {
    world: &'w World,
    state: &'w StateDir,
    look: Look,
}

impl Story<'_> {
    fn say(&self, title: &str, text: &str) -> Result<(), CliError> {
        let rule = self.look.rule().repeat(self.look.columns());
        terminal::print(&format!("\n{rule}\n{title}\n{rule}\n{text}\n"))
    }

    fn tell(&self, planted: usize) -> Result<bool, CliError> {
        let world = self.world;
        let detail = Detail {
            all: false,
            next: String::new(),
        };
        self.say(
            "1. audit: a home as many have it",
            &format!(
                "An OpenClaw home was laid out in {} with {planted} secrets in it: random, worthless,\n\
                 and in the places where they really stand. Every one of them can be read by the agent.",
                world.home.display()
            ),
        )?;
        let before = world.look(false)?;
        let posture_before = verify(&before.snapshot, &before.inspection, &before.around);
        let report = &before.inspection.report;
        terminal::print(&render::text::first_screen(report, &detail, self.look))?;

        let request = request();
        let planned = plan::plan(
            &before.snapshot,
            &before.inspection,
            &before.around,
            &request,
            &BTreeSet::new(),
        )?;
        self.say(
            "2. harden: secrets out, Amazon Bedrock in, as one transaction",
            "Each line below is one file; `bedlock harden` shows all of it as a diff first.",
        )?;
        for change in &planned.plan.changes {
            let path = change
                .path
                .strip_prefix(&world.home)
                .unwrap_or(&change.path);
            let first = change.why.first().map(String::as_str).unwrap_or_default();
            let more = match change.why.len() {
                0 | 1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            terminal::print(&format!("  ~/{}: {first}{more}\n", path.display()))?;
        }
        let mut code = None;
        let applied = {
            let lock = self.state.lock()?;
            let applied =
                Harden::transaction(world, &lock, &planned.plan, 7, &mut |_, announced| {
                    code = Some(SecretBytes::new(
                        announced.danger_expose().as_bytes().to_vec(),
                    ));
                    Ok(())
                })?;
            let receipt = Harden::receipt(world, &before, &planned, &applied)?;
            let found: u64 = receipt
                .secrets
                .iter()
                .filter(|secret| secret.disposition == bedlock_model::Disposition::Remove)
                .map(|secret| secret.found_now)
                .sum();
            terminal::print(&format!(
                "\nA search of every byte ({} files) finds the removed secrets {found} times.\n\
                 The originals are sealed to a recovery code that is on no disk.\n",
                receipt.searched_files
            ))?;
            applied
        };

        self.say(
            "3. verify: the proof",
            "What `bedlock verify` says of the same home now:",
        )?;
        let after = world.look(false)?;
        let posture_after = verify(&after.snapshot, &after.inspection, &after.around);
        terminal::print(&render::text::posture(&posture_after, self.look))?;

        self.say(
            "4. undo: with the recovery code, byte for byte",
            "Whoever has the code can put everything back, for seven days.",
        )?;
        let lock = self.state.lock()?;
        let code = code.unwrap_or_else(|| SecretBytes::new(Vec::new()));
        let options = UndoOptions {
            root: None,
            now: world.now(),
            overwrite_changed: false,
            cancelled: &|| false,
        };
        let undone = bedlock_host::undo(&lock, &applied.id, &code, &options, &mut |_| {})?;
        let again = world.look(false)?;
        let same = places(&again.inspection.report) == places(report);
        terminal::print(&format!(
            "{} files are what they were: {}.\n",
            undone.files.len(),
            if same {
                "the audit finds the same secrets at the same bytes"
            } else {
                "but the audit differs"
            },
        ))?;

        self.say("Before and after", "")?;
        let scores = (
            Score::of(report, &posture_before),
            Score::of(&after.inspection.report, &posture_after),
        );
        terminal::print(&scoreboard(&scores.0, &scores.1, self.look))?;
        self.say(
            "5. the session: sign in once, one tap brings it back",
            "The real daemon, the real sign-in and the real notifier, on a sandbox of Identity Center,\n\
             Amazon Bedrock and Telegram whose clock is moved: a night in some seconds.",
        )?;
        let night = night::tell()?;
        terminal::print("\nOn your own host: bedlock audit\n")?;
        Ok(night && same && scores.1.secrets == 0 && posture_after.verdict() == Verdict::Pass)
    }
}

/// Every secret at every place, for comparison.
fn places(report: &Report) -> Vec<(String, Option<u64>, String)> {
    report
        .findings
        .iter()
        .map(|one| (one.file.clone(), one.offset, one.fingerprint.to_string()))
        .collect()
}

fn request() -> Request {
    Request {
        mode: Mode::Direct,
        region: "us-west-2".to_owned(),
        models: vec!["us.anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned()],
        sso_start_url: "https://d-1234567890.awsapps.com/start".to_owned(),
        sso_region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        role: "BedrockInvoke".to_owned(),
        profile: "openclaw".to_owned(),
    }
}
