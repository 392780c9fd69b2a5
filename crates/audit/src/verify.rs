//! Proves the invariants that can be proved without a network, from what an inspection found.
//!
//! Called by the commands `verify` and `demo`, and by `harden` when it has applied its plan.
//!
//! **Invariant:** a place that could not be read makes the invariant that it belongs to `unknown`
//! at best; nothing that was not looked at counts as clean.

use std::path::Path;

use bedlock_formats::{Format, path_text};
use bedlock_model::{
    Disposition, Finding, Invariant, PlaceKind, Posture, Report, Snapshot, Unreadable, Verdict,
};

use crate::agents::openclaw::bedrock;
use crate::agents::openclaw::chosen::{self, ModelState};
use crate::agents::openclaw::meaning;
use crate::checks::database::wal_of;
use crate::checks::{aws, database};
use crate::circumstances::Circumstances;
use crate::inspect::Inspection;
use crate::plan::parse;
use crate::{WHOLE_FILE_LIMIT, plan};

/// Evidence lines of one kind that are listed one by one.
const LISTED: usize = 8;

/// Proves the invariants.
#[must_use]
pub fn verify(snapshot: &Snapshot, inspection: &Inspection, around: &Circumstances) -> Posture {
    let report = &inspection.report;
    let scene = Scene {
        snapshot,
        report,
        around,
    };
    Posture {
        schema_version: Posture::SCHEMA_VERSION,
        tool: around.tool.clone(),
        created: around.now.to_string(),
        home: around.home.clone(),
        invariants: vec![
            scene.keys(
                "KEYS-CONFIG",
                "no secret in the agent's configuration, its includes and its copies",
                Area::Config,
            ),
            scene.keys(
                "KEYS-STATE",
                "no secret in its databases (freed pages and -wal too), caches, transcripts and logs",
                Area::State,
            ),
            scene.keys(
                "KEYS-ENV",
                "no secret in service units, environment files, shell files or a running agent",
                Area::Environment,
            ),
            scene.aws_static(),
            scene.model_route(),
            scene.session_ttl(),
        ],
        unreadable: report.unreadable.clone(),
    }
}

/// Which invariant a place belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    Config,
    State,
    Environment,
    Aws,
    Session,
}

fn area_of(kind: PlaceKind) -> Area {
    match kind {
        PlaceKind::AgentConfig | PlaceKind::AgentConfigCopy => Area::Config,
        PlaceKind::AgentState
        | PlaceKind::Database
        | PlaceKind::DatabaseSidecar
        | PlaceKind::Transcript
        | PlaceKind::Log
        | PlaceKind::Workspace
        | PlaceKind::OtherAgent
        | PlaceKind::Text
        | PlaceKind::Binary => Area::State,
        PlaceKind::Dotenv
        | PlaceKind::SystemdUnit
        | PlaceKind::SystemdEnvFile
        | PlaceKind::LaunchdPlist
        | PlaceKind::ShellStartup
        | PlaceKind::Netrc
        | PlaceKind::Npmrc
        | PlaceKind::GitCredentials
        | PlaceKind::Yaml
        | PlaceKind::ProcessEnvironment => Area::Environment,
        PlaceKind::AwsConfig | PlaceKind::AwsCredentials => Area::Aws,
        PlaceKind::AwsSsoCache | PlaceKind::AwsCliCache => Area::Session,
    }
}

struct Scene<'s> {
    snapshot: &'s Snapshot,
    report: &'s Report,
    around: &'s Circumstances,
}

/// What is collected while an invariant is looked at.
#[derive(Default)]
struct Proof {
    against: Vec<String>,
    doubts: Vec<String>,
    notes: Vec<String>,
}

impl Proof {
    fn close(self, id: &str, statement: &str, next: &str) -> Invariant {
        let verdict = match (self.against.is_empty(), self.doubts.is_empty()) {
            (false, _) => Verdict::Fail,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Pass,
        };
        let hidden = self.against.len().saturating_sub(LISTED);
        let mut evidence: Vec<String> = self.against.into_iter().take(LISTED).collect();
        if hidden > 0 {
            evidence.push(format!("and {hidden} more; bedlock audit lists each"));
        }
        evidence.extend(self.doubts);
        evidence.extend(self.notes);
        Invariant {
            id: id.to_owned(),
            statement: statement.to_owned(),
            verdict,
            evidence,
            next: (verdict != Verdict::Pass).then(|| next.to_owned()),
        }
    }
}

const HARDEN: &str = "bedlock harden";

impl Scene<'_> {
    fn findings(&self, area: Area) -> impl Iterator<Item = &Finding> {
        self.report
            .findings
            .iter()
            .filter(move |finding| area_of(finding.kind) == area)
    }

    fn keys(&self, id: &str, statement: &str, area: Area) -> Invariant {
        let mut proof = Proof::default();
        let mut kept = Vec::new();
        for finding in self.findings(area) {
            let line = format!("{}: {} {}", place(finding), finding.title, finding.mask);
            match finding.disposition {
                Disposition::Report if meaning::is_other_agent(Path::new(&finding.file)) => {
                    // Not in the agent's own state, but within reach of its shell.
                    proof
                        .notes
                        .push(format!("{line}: another agent's; sign out there"));
                }
                Disposition::Remove | Disposition::Report => proof.against.push(line),
                Disposition::Keep | Disposition::Expires => kept.push(line),
            }
        }
        self.doubt(area, &mut proof);
        let looked = self
            .snapshot
            .places
            .iter()
            .filter(|p| area_of(p.kind) == area);
        let (files, bytes) = looked.fold((0_u64, 0_u64), |(n, b), p| (n + 1, b + p.meta.size));
        proof
            .notes
            .push(format!("{files} files, {bytes} bytes searched"));
        if area == Area::Environment {
            self.processes(&mut proof);
        }
        if !kept.is_empty() {
            proof.notes.push(format!(
                "{} kept on purpose: a channel or the gateway itself would stop without them",
                kept.len()
            ));
        }
        proof.close(id, statement, HARDEN)
    }

    fn processes(&self, proof: &mut Proof) {
        for process in &self.snapshot.processes {
            let pid = process.pid;
            match process.environment {
                Some(_) => proof.notes.push(format!("environment of process {pid} searched")),
                None => proof.doubts.push(format!(
                    "the environment of process {pid} ({}) could not be read: run bedlock as its owner",
                    process.name
                )),
            }
        }
    }

    /// Places of an area that could not be read.
    fn doubt(&self, area: Area, proof: &mut Proof) {
        for one in &self.report.unreadable {
            if self.area_of_unreadable(one) == area {
                proof
                    .doubts
                    .push(format!("{}: {}; {}", one.path, one.reason, one.next));
            }
        }
    }

    fn area_of_unreadable(&self, one: &Unreadable) -> Area {
        let path = Path::new(&one.path);
        if let Some(place) = self.snapshot.at(path) {
            return area_of(place.kind);
        }
        let home = Path::new(&self.around.home);
        let installations = &self.around.installations;
        if installations
            .iter()
            .any(|i| i.is_config(path) || i.state == path)
        {
            Area::Config
        } else if installations.iter().any(|i| path.starts_with(&i.state)) {
            Area::State
        } else if path.starts_with(home.join(".aws/sso")) || path.starts_with(home.join(".aws/cli"))
        {
            Area::Session
        } else if path.starts_with(home.join(".aws")) {
            Area::Aws
        } else if path.starts_with(home.join(".npm")) || path.starts_with("/tmp") {
            Area::State
        } else {
            Area::Environment
        }
    }

    fn aws_static(&self) -> Invariant {
        let mut proof = Proof::default();
        for place in &self.snapshot.places {
            if place.kind == PlaceKind::AwsCredentials {
                proof
                    .against
                    .push(format!("{} exists", place.path.display()));
            }
        }
        for finding in &self.report.findings {
            let of_aws = finding.rule.starts_with("aws-") || finding.kind == PlaceKind::AwsConfig;
            let open = matches!(
                finding.disposition,
                Disposition::Remove | Disposition::Report
            );
            let cached = area_of(finding.kind) == Area::Session;
            if of_aws && open && !cached {
                proof
                    .against
                    .push(format!("{}: {}", place(finding), finding.title));
            }
        }
        self.doubt(Area::Aws, &mut proof);
        self.agent_profile(&mut proof);
        proof.close(
            "AWS-STATIC",
            "no ~/.aws/credentials, no static key or bearer token anywhere; ~/.aws/config signs in through SSO",
            HARDEN,
        )
    }

    /// The profile that the agent is told to use has to be an SSO profile.
    fn agent_profile(&self, proof: &mut Proof) {
        let home = Path::new(&self.around.home);
        let text = self
            .snapshot
            .at(&home.join(".aws/config"))
            .and_then(|place| place.source.read_all(WHOLE_FILE_LIMIT).ok());
        let Some(text) = text else {
            proof.notes.push("there is no ~/.aws/config".to_owned());
            return;
        };
        let entries = bedlock_formats::entries(Format::Ini, &text).unwrap_or_default();
        let profile = self
            .variable("AWS_PROFILE")
            .unwrap_or_else(|| "default".to_owned());
        let sections = [format!("profile {profile}"), profile.clone()];
        let has = |key: &str| {
            entries.iter().any(|entry| {
                let section = entry.path.first().and_then(|segment| segment.as_key());
                entry.name() == Some(key)
                    && section.is_some_and(|s| sections.iter().any(|n| n == s))
            })
        };
        if has("sso_session") || has("sso_start_url") {
            proof.notes.push(format!(
                "profile {profile} signs in through IAM Identity Center"
            ));
        } else {
            proof
                .notes
                .push(format!("profile {profile} has no SSO settings"));
        }
    }

    /// The value of a variable in the agent's own `.env`.
    fn variable(&self, name: &str) -> Option<String> {
        self.around.installations.iter().find_map(|one| {
            let place = self.snapshot.at(&one.state.join(".env"))?;
            let text = place.source.read_all(WHOLE_FILE_LIMIT).ok()?;
            let entries = bedlock_formats::entries(Format::Dotenv, &text).ok()?;
            let entry = entries
                .into_iter()
                .rfind(|entry| entry.name() == Some(name))?;
            String::from_utf8(entry.value).ok()
        })
    }

    fn model_route(&self) -> Invariant {
        let mut proof = Proof::default();
        let mut configured = Vec::new();
        let mut configurations = 0;
        for place in &self.snapshot.places {
            if place.kind != PlaceKind::AgentConfig {
                continue;
            }
            let name = place.path.display();
            let document = match plan::text_of(place) {
                Ok(text) => parse(&text),
                Err(error) => {
                    proof.doubts.push(format!("failed to {error}"));
                    continue;
                }
            };
            match document {
                Ok(document) => {
                    for other in bedrock::other_routes(&document) {
                        proof.against.push(format!("{name}: {other}"));
                    }
                    configured.extend(bedrock::bedrock_models(&document).unwrap_or_default());
                    configurations += 1;
                }
                Err(error) => proof.doubts.push(format!("{name}: failed to {error}")),
            }
        }
        self.models_in_state(&mut proof);
        for provider in self
            .report
            .providers
            .iter()
            .filter(|provider| !provider.keyless)
        {
            let line = format!(
                "provider {} is configured by {}",
                provider.id, provider.because
            );
            if !proof
                .against
                .iter()
                .any(|known| known.contains(&provider.because))
            {
                proof.against.push(line);
            }
        }
        self.doubt(Area::Config, &mut proof);
        if configurations == 0 {
            proof
                .doubts
                .push("no configuration of an agent was found".to_owned());
        } else if configured.is_empty() {
            proof
                .against
                .push("no model of Amazon Bedrock is configured".to_owned());
        } else {
            configured.sort();
            configured.dedup();
            proof
                .notes
                .push(format!("models: {}", configured.join(", ")));
        }
        proof.close(
            "MODEL-ROUTE",
            "the agent's only model route is Amazon Bedrock, by Region and model id",
            HARDEN,
        )
    }

    /// Models that a chat chose, or that a scheduled job names.
    fn models_in_state(&self, proof: &mut Proof) {
        for place in &self.snapshot.places {
            let name = place.path.display();
            match place.kind {
                PlaceKind::AgentState => {
                    let Some(state) = ModelState::of_file(&place.path) else {
                        continue;
                    };
                    let document = plan::text_of(place).ok().and_then(|text| parse(&text).ok());
                    let foreign = document.map(|d| chosen::foreign_in_state(&d, state));
                    for one in foreign.unwrap_or_default() {
                        proof.against.push(format!(
                            "{name}: {} names {}",
                            path_text(&one.path),
                            one.model
                        ));
                    }
                }
                PlaceKind::Database if place.meta.size > 0 => {
                    let wal = wal_of(self.snapshot, place).map(|wal| &*wal.source);
                    let walked = database::each_value(&*place.source, wal, &mut |met| {
                        let state = ModelState::of_column(&met.at.table, &met.at.column);
                        let foreign = state.and_then(|state| {
                            Some(chosen::foreign_in_state(&parse(met.bytes).ok()?, state))
                        });
                        for one in foreign.unwrap_or_default() {
                            let row = database::row_label(&met.at, &met.row_name);
                            proof
                                .against
                                .push(format!("{name}: {row} names {}", one.model));
                        }
                        std::ops::ControlFlow::Continue(())
                    });
                    // Damage is among the unreadable places already.
                    drop(walked);
                }
                _ => {}
            }
        }
    }

    fn session_ttl(&self) -> Invariant {
        let mut proof = Proof::default();
        let limit = self.around.session_limit;
        let now = self.around.now;
        let latest = now.checked_add(limit).unwrap_or(jiff::Timestamp::MAX);
        let mut sessions = 0;
        for place in &self.snapshot.places {
            if area_of(place.kind) != Area::Session {
                continue;
            }
            let name = place.path.display();
            let Some(cached) = aws::read(place) else {
                proof.doubts.push(format!("{name}: cannot be read"));
                continue;
            };
            if !cached.is_session {
                proof.notes.push(format!(
                    "{name}: a client registration, it opens no account"
                ));
                continue;
            }
            sessions += 1;
            match cached.ends {
                Some(ends) if ends <= now => proof.notes.push(format!("{name}: expired at {ends}")),
                Some(ends) if ends <= latest => proof.notes.push(format!("{name}: ends at {ends}")),
                Some(ends) => proof
                    .against
                    .push(format!("{name}: ends at {ends}, beyond the limit")),
                None => proof
                    .doubts
                    .push(format!("{name}: nothing says when it ends")),
            }
        }
        self.doubt(Area::Session, &mut proof);
        let hours = limit.as_hours();
        proof.notes.push(match sessions {
            0 => "nobody is signed in: `bedlock login`".to_owned(),
            _ => format!("limit: {hours} h"),
        });
        proof.close(
            "SESSION-TTL",
            "what is cached expires within the limit, and nothing outlives it",
            "aws sso logout, and a shorter session in IAM Identity Center",
        )
    }
}

fn place(finding: &Finding) -> String {
    format!("{}:{}: {}", finding.file, finding.line, finding.location)
}
