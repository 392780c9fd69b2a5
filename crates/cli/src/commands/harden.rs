//! `bedlock harden`: secrets out, Bedrock in. Shows the plan; `--apply` does it as one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_audit::modes::Request;
use bedlock_audit::plan::{self, Planned};
use bedlock_audit::{AuditError, again};
use bedlock_host::{Applied, ApplyOptions, HostError, RecoveryCode, StateDir, TransactionId};
use bedlock_model::{
    Action, Change, Disposition, Finding, Fingerprint, Left, PlaceKind, Plan, Receipt,
    ReceiptSecret, Stood,
};
use serde_json::json;

use crate::agent::{self, Agents};
use crate::commands::recovery;
use crate::error::{self, CliError};
use crate::render::plan::{FileView, PlanView};
use crate::render::{self, Detail};
use crate::settings::{self, Options};
use crate::terminal;
use crate::world::{Seen, Where, World, tool};

const EXAMPLES: &str = "\
Examples:
  bedlock harden --region us-west-2 \\
    --model us.anthropic.claude-sonnet-4-5-20250929-v1:0 \\
    --sso-start-url https://d-1234567890.awsapps.com/start --sso-region us-east-1 \\
    --account 123456789012 --role BedrockInvoke          shows the plan
  bedlock harden ... --apply                             does it
  bedlock harden ... --keep 0123456789abcdef --apply     leaves that secret where it is

The options can stand in ~/.config/bedlock/bedlock.toml instead:
  [harden]
  region = \"us-west-2\"
  models = [\"us.anthropic.claude-sonnet-4-5-20250929-v1:0\"]
  sso_start_url = \"https://d-1234567890.awsapps.com/start\"
  sso_region = \"us-east-1\"
  account = \"123456789012\"
  role = \"BedrockInvoke\"

What was removed is sealed to a recovery code that is printed once; `bedlock undo` puts it back.

Exit codes:
  0  the plan was shown, or done, or there was nothing to do
  1  done, and a search of all bytes still finds a secret that was to go
  2  done, but some place could not be looked at, or OpenClaw did not come back
  3  refused or failed; nothing was changed
  64 wrong usage";

/// Take every secret out of the host and make Amazon Bedrock its only model route
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Harden {
    #[command(flatten)]
    pub(crate) at: Where,
    #[command(flatten)]
    pub(crate) options: Options,
    /// Do it; without it the plan is shown and nothing changes
    #[arg(long)]
    apply: bool,
    /// Refuse when OpenClaw runs, instead of stopping and starting it
    #[arg(long)]
    no_restart: bool,
    /// Leave a secret where it is, by its fingerprint
    #[arg(long, value_name = "FINGERPRINT")]
    keep: Vec<String>,
    /// Days in which it can be undone
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=90))]
    undo_days: u16,
    /// Go on although OpenClaw's Bedrock plugin was not found: you install it afterwards
    #[arg(long)]
    no_plugin_check: bool,
    /// Write the receipt to a file too: a page (.html), Markdown (.md) or JSON
    #[arg(long, value_name = "FILE", requires = "apply")]
    receipt: Option<PathBuf>,
    /// Write JSON: the plan, or with --apply one line when originals are sealed and one at the end
    #[arg(long)]
    json: bool,
    /// Show every place
    #[arg(long)]
    all: bool,
    /// Do not look at running agents
    #[arg(long, conflicts_with = "apply")]
    no_processes: bool,
}

impl Harden {
    pub(crate) fn quiet(&self) -> bool {
        self.json
    }

    pub(crate) fn run(&self, world: &World) -> Result<u8, CliError> {
        let request = settings::request(world, &self.options)?;
        world.recover()?;
        let seen = world.look(!self.no_processes)?;
        let keep = self.keep(&seen)?;
        let (seen, planned) = self.settled_plan(world, seen, &request, &keep)?;
        let route = request.mode.route(&request);
        let agents = Agents::find(world, &seen, &route.environment);
        let warnings = warnings(&seen, &agents);
        if !self.apply {
            self.show(world, &request, &planned, warnings)?;
            let possible = planned.plan.blockers.is_empty();
            return Ok(if possible {
                error::CLEAN
            } else {
                error::FAILED
            });
        }
        if world.environment.stdout_is_null {
            return Err(CliError::refused(
                "nobody would see the recovery code: standard output is closed or /dev/null",
                "send the output to a terminal or a file; nothing was changed",
            ));
        }
        if !planned.plan.blockers.is_empty() {
            self.show(world, &request, &planned, warnings)?;
            return Ok(error::FAILED);
        }
        if planned.plan.is_empty() {
            self.show(world, &request, &planned, Vec::new())?;
            return Ok(error::CLEAN);
        }
        if !self.json {
            self.show(world, &request, &planned, warnings)?;
        }
        if !agents.is_empty() && self.no_restart {
            return Err(CliError::refused(
                "OpenClaw runs, and --no-restart forbids to stop it",
                "stop OpenClaw, then run the command again",
            ));
        }
        self.apply(world, seen, planned, &request, &keep, agents)
    }

    fn keep(&self, seen: &Seen) -> Result<BTreeSet<Fingerprint>, CliError> {
        let known: Vec<&Fingerprint> = seen
            .inspection
            .vault
            .iter()
            .map(|(_, secret)| &secret.fingerprint)
            .collect();
        self.keep
            .iter()
            .map(|name| {
                known
                    .iter()
                    .find(|known| known.as_str() == name)
                    .map(|one| (*one).clone())
                    .ok_or_else(|| {
                        CliError::usage(
                            format!("no secret of this host has the fingerprint {name:?}"),
                            "bedlock audit shows the fingerprint of each secret",
                        )
                    })
            })
            .collect()
    }

    /// Plans, and looks again when a running agent wrote a file between the look and the plan.
    fn settled_plan(
        &self,
        world: &World,
        mut seen: Seen,
        request: &Request,
        keep: &BTreeSet<Fingerprint>,
    ) -> Result<(Seen, Planned), CliError> {
        const ATTEMPTS: usize = 5;
        for _ in 1..ATTEMPTS {
            match self.plan(world, &seen, request, keep) {
                Err(CliError::Audit(AuditError::Read { .. })) => {
                    seen = world.look(!self.no_processes)?;
                }
                other => return Ok((seen, other?)),
            }
        }
        let planned = self.plan(world, &seen, request, keep)?;
        Ok((seen, planned))
    }

    fn plan(
        &self,
        world: &World,
        seen: &Seen,
        request: &Request,
        keep: &BTreeSet<Fingerprint>,
    ) -> Result<Planned, CliError> {
        let mut planned = plan::plan(
            &seen.snapshot,
            &seen.inspection,
            &seen.around,
            request,
            keep,
        )?;
        planned.plan.blockers.extend(blockers(world, seen));
        let has_config = seen
            .installations
            .iter()
            .any(|one| seen.snapshot.at(&one.config).is_some());
        if has_config && !self.no_plugin_check && !agent::has_bedrock_plugin(world, seen) {
            planned.plan.blockers.push(Left {
                place: "OpenClaw".to_owned(),
                what: "its Bedrock plugin is not installed".to_owned(),
                why: format!(
                    "without it OpenClaw has no model after harden; install it with `{}`, or go on with --no-plugin-check and install it afterwards",
                    bedlock_audit::agents::openclaw::plugin::INSTALL_PLUGIN
                ),
            });
        }
        Ok(planned)
    }

    fn show(
        &self,
        world: &World,
        request: &Request,
        planned: &Planned,
        warnings: Vec<String>,
    ) -> Result<(), CliError> {
        let view = view(planned, warnings, self.all || self.json);
        if self.json {
            return terminal::print(&render::json::plan(&view, true)?);
        }
        let detail = Detail {
            all: self.all,
            next: self.again(world, request),
        };
        terminal::print(&render::text::plan(
            &view,
            &detail,
            terminal::look(&world.environment),
        ))
    }

    /// The command that does what was shown, also when the settings were asked for.
    fn again(&self, world: &World, request: &Request) -> String {
        let mut text = world.command("harden");
        text.push_str(&settings::as_options(request));
        for name in &self.keep {
            text.push_str(&format!(" --keep {name}"));
        }
        if self.no_plugin_check {
            text.push_str(" --no-plugin-check");
        }
        text.push_str(" --apply");
        text
    }

    fn apply(
        &self,
        world: &World,
        seen: Seen,
        planned: Planned,
        request: &Request,
        keep: &BTreeSet<Fingerprint>,
        agents: Agents,
    ) -> Result<u8, CliError> {
        let state = StateDir::open(&world.state)?;
        let lock = state.lock()?;
        let ran = !agents.is_empty();
        agents.stop(world)?;
        // A gateway writes while it stops, so what was planned before it stopped is planned anew.
        let again = if ran {
            world
                .look(false)
                .and_then(|seen| self.settled_plan(world, seen, request, keep))
        } else {
            Ok((seen, planned))
        };
        let done = again.and_then(|(seen, planned)| {
            let applied = Self::transaction(
                world,
                &lock,
                &planned.plan,
                self.undo_days,
                &mut |id, code| self.announce(id, code),
            )?;
            Ok((seen, planned, applied))
        });
        let (seen, planned, applied) = match done {
            Ok(done) => done,
            Err(error) => {
                // The old configuration is in place: the agent goes on with it.
                if let Err(second) = agents.start(world) {
                    terminal::note(&format!("note: {second}"));
                }
                return Err(error);
            }
        };
        let started = agents.start(world);
        for path in &applied.linked {
            terminal::note(&format!(
                "note: {} has another name (hard link), which still holds the old content",
                path.display()
            ));
        }
        for path in &applied.left {
            terminal::note(&format!(
                "note: {} was written to at that moment and was left; next: the same command again",
                path.display()
            ));
        }
        let receipt = Self::receipt(world, &seen, &planned, &applied).inspect_err(|_| {
            terminal::note(&format!(
                "note: {} was applied, but the search afterwards did not come to its end; next: {}",
                applied.id,
                world.command("verify")
            ));
        })?;
        lock.save_receipt(&applied.id, &receipt)?;
        self.print_receipt(world, &receipt)?;
        if let Some(path) = &self.receipt {
            let text = match path.extension().and_then(|extension| extension.to_str()) {
                Some("html") => render::html::receipt(&receipt),
                Some("md") => render::markdown::receipt(&receipt),
                _ => render::json::document(&receipt, true)?,
            };
            bedlock_host::write_output(path, text.as_bytes())?;
        }
        Ok(exit_code(&receipt).max(came_back(started)))
    }

    /// Applies the plan; `announce` gets the recovery code before the first visible change.
    pub(crate) fn transaction(
        world: &World,
        lock: &bedlock_host::Lock,
        plan: &Plan,
        undo_days: u16,
        announce: &mut dyn FnMut(&TransactionId, &RecoveryCode) -> Result<(), CliError>,
    ) -> Result<Applied, CliError> {
        let watch = world.watch();
        watch.begin("staging and sealing", None);
        let options = ApplyOptions {
            root: world.root.as_deref(),
            now: world.now(),
            keep_for: Duration::from_secs(u64::from(undo_days) * 24 * 3600),
            id: TransactionId::generate(world.now())?,
            cancelled: &|| watch.cancelled(),
        };
        let mut announced = Ok(());
        let applied = bedlock_host::apply(
            lock,
            plan,
            &options,
            &mut |code| {
                watch.end();
                announced = announce(&options.id, code);
                // A code that nobody saw would make the change final.
                announced
                    .as_ref()
                    .map_err(|_| HostError::Interrupted)
                    .copied()
            },
            &mut |_| {},
        );
        announced?;
        Ok(applied?)
    }

    fn announce(&self, id: &TransactionId, code: &RecoveryCode) -> Result<(), CliError> {
        let text = if self.json {
            let event = json!({
                "event": "sealed",
                "transaction": id,
                "recovery_code": code.danger_expose(),
            });
            format!("{event}\n")
        } else {
            recovery::announcement(code, self.undo_days)
        };
        terminal::print_all(&text)
    }

    /// Looks at the host again, and searches every byte for what was to go.
    pub(crate) fn receipt(
        world: &World,
        before: &Seen,
        planned: &Planned,
        applied: &Applied,
    ) -> Result<Receipt, CliError> {
        let after = world.look(true)?;
        let watch = world.watch();
        let bytes = after
            .snapshot
            .places
            .iter()
            .map(|place| place.meta.size)
            .sum();
        watch.begin("searching every byte again", Some(bytes));
        let vault = &before.inspection.vault;
        let seen = again::search(&after.snapshot, vault, after.around.threads, &watch)?;
        watch.end();
        let report = &before.inspection.report;
        let mut stood: BTreeMap<&Fingerprint, Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            stood.entry(&finding.fingerprint).or_default().push(finding);
        }
        let mut found: BTreeMap<&Fingerprint, Vec<&again::Seen>> = BTreeMap::new();
        for one in &seen {
            found
                .entry(&vault.get(one.secret).fingerprint)
                .or_default()
                .push(one);
        }
        let mut still: BTreeMap<&Fingerprint, u64> = BTreeMap::new();
        for finding in &after.inspection.report.findings {
            *still.entry(&finding.fingerprint).or_default() += 1;
        }
        let gone = Gone::by(&planned.plan);
        let secrets = report
            .secrets
            .iter()
            .map(|summary| {
                let name = &summary.fingerprint;
                let findings = stood.get(name).map(Vec::as_slice).unwrap_or_default();
                let found = found.get(name).map(Vec::as_slice).unwrap_or_default();
                let here = still.get(name).copied().unwrap_or_default();
                ReceiptSecret {
                    fingerprint: summary.fingerprint.clone(),
                    rule: summary.rule.clone(),
                    title: summary.title.clone(),
                    mask: summary.mask.clone(),
                    disposition: summary.disposition,
                    stood: findings
                        .iter()
                        .map(|finding| Stood {
                            file: finding.file.clone(),
                            location: finding.location.clone(),
                            done: gone.done(finding).to_owned(),
                        })
                        .collect(),
                    // A weak value (a word) is searched for by its place only, see `Secret::telling`.
                    found_now: found.iter().map(|one| one.count).sum::<u64>().max(here),
                    found_in: found
                        .iter()
                        .map(|one| one.file.display().to_string())
                        .collect(),
                    revoke: summary.revoke.clone(),
                }
            })
            .collect();
        Ok(Receipt {
            schema_version: Receipt::SCHEMA_VERSION,
            tool: tool(),
            transaction: applied.id.to_string(),
            created: applied.created.to_string(),
            home: world.home.display().to_string(),
            undo_until: applied.expires.to_string(),
            files: applied
                .files
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
            searched_files: after.snapshot.places.len() as u64,
            searched_bytes: bytes,
            unreadable: after.inspection.report.unreadable.clone(),
            secrets,
        })
    }

    fn print_receipt(&self, world: &World, receipt: &Receipt) -> Result<(), CliError> {
        if self.json {
            let event = json!({"event": "applied", "receipt": receipt});
            return terminal::print(&format!("{event}\n"));
        }
        let detail = Detail {
            all: self.all,
            next: world.command("undo"),
        };
        let look = terminal::look(&world.environment);
        terminal::print(&format!(
            "\n{}",
            render::text::receipt(receipt, &detail, look)
        ))
    }
}

/// What a plan takes away: secrets by file, with the word for it.
struct Gone<'p>(
    BTreeSet<(&'p Path, &'p Fingerprint)>,
    BTreeMap<&'p Path, &'static str>,
);

impl<'p> Gone<'p> {
    fn by(plan: &'p Plan) -> Self {
        let mut secrets = BTreeSet::new();
        let mut words = BTreeMap::new();
        for change in &plan.changes {
            let word = match change.action {
                Action::Redact(_) | Action::Database(_) => "redacted",
                Action::Write(_) | Action::Remove => "removed",
            };
            words.insert(change.path.as_path(), word);
            secrets.extend(
                change
                    .secrets
                    .iter()
                    .map(|one| (change.path.as_path(), one)),
            );
        }
        Self(secrets, words)
    }

    /// What was done at the place of a finding.
    fn done(&self, finding: &Finding) -> &'static str {
        match finding.disposition {
            Disposition::Keep => return "kept",
            Disposition::Expires => return "expires",
            Disposition::Report => return "left",
            Disposition::Remove => {}
        }
        // What stood beside a database went with it.
        let endings = ["", "-wal", "-shm", "-journal"];
        let files = endings
            .iter()
            .filter_map(|ending| finding.file.strip_suffix(ending));
        files
            .map(Path::new)
            .find(|file| self.0.contains(&(*file, &finding.fingerprint)))
            .and_then(|file| self.1.get(file).copied())
            .unwrap_or("kept")
    }
}

/// What it counts for when the agent could not be started again: the files are changed all the
/// same, so this is no refusal.
pub(crate) fn came_back(started: Result<(), CliError>) -> u8 {
    let Err(error) = started else {
        return error::CLEAN;
    };
    terminal::note(&format!(
        "note: the files are changed, but OpenClaw did not come back: {error}"
    ));
    terminal::note("  next: openclaw gateway run, and read what it says");
    error::INCOMPLETE
}

fn exit_code(receipt: &Receipt) -> u8 {
    let survives = receipt.secrets.iter().any(|secret| {
        secret.found_now > 0
            && secret.disposition == Disposition::Remove
            && secret
                .stood
                .iter()
                .all(|stood| matches!(stood.done.as_str(), "removed" | "redacted"))
    });
    match (survives, receipt.unreadable.is_empty()) {
        (true, _) => error::FINDINGS,
        (false, false) => error::INCOMPLETE,
        (false, true) => error::CLEAN,
    }
}

/// What a person has to know before it is applied.
fn warnings(seen: &Seen, agents: &Agents) -> Vec<String> {
    let mut lines = agents.lines();
    for one in &seen.inspection.report.unreadable {
        lines.push(format!(
            "{} could not be looked at: {}; {}",
            one.path, one.reason, one.next
        ));
    }
    let links = seen
        .snapshot
        .places
        .iter()
        .filter(|place| place.meta.links > 1);
    for place in links {
        lines.push(format!(
            "{} has another name (hard link): the other name keeps the old content",
            place.path.display()
        ));
    }
    lines
}

/// What keeps a plan from being of use: no agent, or a configuration that was not read.
fn blockers(world: &World, seen: &Seen) -> Vec<Left> {
    let of_agent = |path: &std::path::Path| {
        seen.installations
            .iter()
            .any(|one| path.starts_with(&one.state) || one.is_config(path))
    };
    let report = &seen.inspection.report;
    let unread = || report.unreadable.iter().chain(&report.skipped);
    if !seen
        .snapshot
        .places
        .iter()
        .any(|place| of_agent(&place.path))
        && !unread().any(|one| of_agent(one.path.as_ref()))
    {
        return vec![Left {
            place: world.home.display().to_string(),
            what: "no OpenClaw was found in it".to_owned(),
            why: "name the home that it runs in: --home DIR".to_owned(),
        }];
    }
    let is_config = |path: &str| {
        seen.installations
            .iter()
            .any(|one| one.is_config(path.as_ref()))
    };
    unread()
        .filter(|one| is_config(&one.path) && seen.snapshot.at(one.path.as_ref()).is_none())
        .map(|one| Left {
            place: one.path.clone(),
            what: "the active configuration cannot be read, so it cannot be moved".to_owned(),
            why: format!("{}; {}", one.reason, one.next),
        })
        .collect()
}

/// What is shown of a plan: with `all` everything, else a copy of the configuration that changes in
/// the same way as the configuration is named only.
fn view(planned: &Planned, warnings: Vec<String>, all: bool) -> PlanView {
    let changes = &planned.plan.changes;
    let like = |change: &Change| {
        let copy = change.kind == PlaceKind::AgentConfigCopy && !all;
        let original =
            |other: &&Change| other.kind == PlaceKind::AgentConfig && other.why == change.why;
        changes.iter().find(original).filter(|_| copy)
    };
    let files = changes
        .iter()
        .zip(&planned.shown)
        .map(|(change, shown)| {
            let path = change.path.display().to_string();
            let kind = change.kind;
            if let Some(original) = like(change) {
                let line = format!(
                    "the same change as {}; --all shows it",
                    original.path.display()
                );
                return FileView {
                    path,
                    kind,
                    why: Vec::new(),
                    before: None,
                    after: None,
                    summary: vec![line],
                };
            }
            FileView {
                path,
                kind,
                why: change.why.clone(),
                before: shown.before.clone(),
                after: shown.after.clone(),
                summary: shown.summary.clone(),
            }
        })
        .collect();
    let left = &planned.plan.left;
    PlanView {
        files,
        left: if all { left.clone() } else { grouped(left) },
        blockers: planned.plan.blockers.clone(),
        warnings,
    }
}

/// One entry for each thing that stays, with the number of its other places.
fn grouped(left: &[Left]) -> Vec<Left> {
    let mut groups: Vec<(Left, usize)> = Vec::new();
    for one in left {
        match groups
            .iter_mut()
            .find(|(g, _)| g.what == one.what && g.why == one.why)
        {
            Some((_, others)) => *others += 1,
            None => groups.push((one.clone(), 0)),
        }
    }
    groups
        .into_iter()
        .map(|(mut one, others)| {
            if others > 0 {
                one.place.push_str(&format!(" (and {others} more)"));
            }
            one
        })
        .collect()
}
