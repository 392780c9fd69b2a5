//! What the reader of a report wants to know first: how many, where, who could see them.
//!
//! Used by the formats for people, so that they agree on what they count.
//!
//! **Invariant:** counts and references only; nothing is decided here that the report does not
//! already say.

use std::collections::{BTreeSet, HashMap, HashSet};

use bedlock_model::{
    Disposition, Exposure, Finding, PlaceKind, Report, SecretSummary, Severity, Via,
};

use super::words::{plural, reveals, severity};

/// The counts of a report.
#[derive(Debug)]
pub(crate) struct Overview<'a> {
    /// Secrets that harden removes or that need a person.
    pub(crate) open: Vec<&'a SecretSummary>,
    /// Secrets that stay on purpose or expire.
    pub(crate) left: Vec<&'a SecretSummary>,
    /// Number of files with a finding.
    pub(crate) files: usize,
    /// Providers, as columns of the matrix: the configured ones, then any other that a finding names.
    pub(crate) providers: Vec<&'a str>,
    /// Number of providers that could see a secret by another way than being its owner.
    pub(crate) seers: usize,
    /// Number of secrets that such a provider could see.
    pub(crate) seen: usize,
}

impl<'a> Overview<'a> {
    /// Counts.
    pub(crate) fn of(report: &'a Report) -> Self {
        let (open, left) = report
            .secrets
            .iter()
            .partition(|secret| is_open(secret.disposition));
        let files: HashSet<&str> = report.findings.iter().map(|f| f.file.as_str()).collect();
        let mut providers: Vec<&str> = report.providers.iter().map(|p| p.id.as_str()).collect();
        let mut seers = BTreeSet::new();
        for exposure in report.secrets.iter().flat_map(|s| &s.exposure) {
            if !providers.contains(&exposure.provider.as_str()) {
                providers.push(&exposure.provider);
            }
            if reveals(exposure) {
                seers.insert(exposure.provider.as_str());
            }
        }
        Self {
            open,
            left,
            files: files.len(),
            providers,
            seers: seers.len(),
            seen: report
                .secrets
                .iter()
                .filter(|s| s.exposure.iter().any(reveals))
                .count(),
        }
    }

    /// `1 stays on purpose, 2 expire by themselves`; empty when none is left.
    pub(crate) fn left_words(&self) -> String {
        let of = |what| self.left.iter().filter(|s| s.disposition == what).count();
        let parts = [
            (of(Disposition::Keep), "stays on purpose", "stay on purpose"),
            (
                of(Disposition::Expires),
                "expires by itself",
                "expire by themselves",
            ),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, one, many)| plural(count, one, many))
            .collect();
        parts.join(", ")
    }

    /// `2 high, 1 medium`, of the open secrets.
    pub(crate) fn severities(&self) -> String {
        let parts: Vec<String> = [Severity::High, Severity::Medium, Severity::Low]
            .into_iter()
            .filter_map(|level| {
                let count = self.open.iter().filter(|s| s.severity == level).count();
                (count > 0).then(|| format!("{count} {}", severity(level)))
            })
            .collect();
        parts.join(", ")
    }
}

/// Whether something is still to be done about it.
pub(crate) fn is_open(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Remove | Disposition::Report)
}

/// The answer in one sentence, the same in every format for people.
pub(crate) fn headline(report: &Report, overview: &Overview<'_>) -> String {
    let open_places = report.open().count();
    let left_places = report.findings.len() - open_places;
    let floor = if report.complete { "" } else { "At least " };
    if open_places > 0 {
        return format!(
            "{floor}{} in {} of {}",
            plural(overview.open.len().max(1), "secret", "secrets"),
            plural(open_places, "place", "places"),
            plural(overview.files, "file", "files"),
        );
    }
    let missed = if report.complete {
        String::new()
    } else {
        format!(
            ", but {} could not be looked at",
            plural(report.unreadable.len(), "place", "places")
        )
    };
    if left_places > 0 {
        format!("Nothing to remove{missed}; {}", overview.left_words())
    } else {
        format!("No secret found{missed}")
    }
}

/// Who could see the secrets, in one sentence.
pub(crate) fn audience(report: &Report, overview: &Overview<'_>) -> String {
    if report.providers.is_empty() {
        return "No model provider is configured".to_owned();
    }
    if overview.seen == 0 {
        return "No model provider could see one that is not its own".to_owned();
    }
    format!(
        "{} could see {} of the {}",
        plural(overview.seers, "model provider", "model providers"),
        overview.seen,
        plural(report.secrets.len(), "secret", "secrets"),
    )
}

/// How a provider could see a secret; empty when it could not.
pub(crate) fn paths<'a>(exposure: &'a [Exposure], provider: &str) -> &'a [Via] {
    exposure
        .iter()
        .find(|e| e.provider == provider)
        .map_or(&[], |e| &e.via)
}

/// The findings in one file.
#[derive(Debug)]
pub(crate) struct InFile<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// What it is.
    pub(crate) kind: PlaceKind,
    /// Its secrets, in the order in which they appear.
    pub(crate) groups: Vec<Group<'a>>,
}

/// The places of one secret in one file.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// The first.
    pub(crate) finding: &'a Finding,
    /// The others.
    pub(crate) more: Vec<&'a Finding>,
    /// Whether the report has not named this secret before.
    pub(crate) first: bool,
}

/// Where a reader looks for a secret first: where it is configured, then where it was copied to,
/// then where it was said.
fn rank(kind: PlaceKind) -> u8 {
    match kind {
        PlaceKind::AgentConfig => 0,
        PlaceKind::Dotenv
        | PlaceKind::SystemdUnit
        | PlaceKind::SystemdEnvFile
        | PlaceKind::LaunchdPlist
        | PlaceKind::ShellStartup
        | PlaceKind::AwsConfig
        | PlaceKind::AwsCredentials
        | PlaceKind::Netrc
        | PlaceKind::Npmrc
        | PlaceKind::GitCredentials
        | PlaceKind::Yaml => 1,
        PlaceKind::ProcessEnvironment => 2,
        PlaceKind::AgentConfigCopy
        | PlaceKind::AgentState
        | PlaceKind::AwsSsoCache
        | PlaceKind::AwsCliCache => 3,
        PlaceKind::Database
        | PlaceKind::DatabaseSidecar
        | PlaceKind::Transcript
        | PlaceKind::Log
        | PlaceKind::Workspace
        | PlaceKind::OtherAgent
        | PlaceKind::Text
        | PlaceKind::Binary => 4,
    }
}

/// Findings by file, and in a file by secret; with `all`, every finding for itself. Files in
/// which secrets are configured come first.
pub(crate) fn by_file(report: &Report, all: bool) -> Vec<InFile<'_>> {
    let mut files: Vec<InFile<'_>> = Vec::new();
    let mut file_at: HashMap<&str, usize> = HashMap::new();
    let mut group_at: HashMap<(&str, &str), usize> = HashMap::new();
    let mut named: HashSet<&str> = HashSet::new();
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    // Stable, so that places of one rank stay in the order of the report.
    findings.sort_by_key(|finding| rank(finding.kind));
    for finding in findings {
        let file = finding.file.as_str();
        let secret = finding.fingerprint.as_str();
        let at = *file_at.entry(file).or_insert_with(|| {
            files.push(InFile {
                file,
                kind: finding.kind,
                groups: Vec::new(),
            });
            files.len() - 1
        });
        let groups = &mut files[at].groups;
        match group_at.get(&(file, secret)) {
            Some(group) if !all => groups[*group].more.push(finding),
            _ => {
                group_at.insert((file, secret), groups.len());
                groups.push(Group {
                    finding,
                    more: Vec::new(),
                    first: named.insert(secret),
                });
            }
        }
    }
    files
}
