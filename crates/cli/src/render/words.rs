//! The words for the model's variants, and numbers as people read them.
//!
//! Used by every format for people; JSON and SARIF use the serialised names.
//!
//! **Invariant:** a variant has one word in all formats.

use bedlock_model::{Disposition, Evidence, Exposure, PlaceKind, Severity, Verdict, Via};

/// The paths by which a provider could see a secret, in the order of the matrix: what they are,
/// their letter in the matrix, and what the letter stands for.
pub(crate) const VIAS: [(Via, char, &str); 5] = [
    (Via::CatalogInPrompt, 'C', "catalogue in the prompt"),
    (Via::EnvironmentInPrompt, 'E', "environment in the prompt"),
    (Via::AgentShell, 'S', "the agent's shell"),
    (Via::Transcript, 'T', "transcript"),
    (Via::OwnKey, 'O', "its own key"),
];

/// What a path is called.
pub(crate) fn via(via: Via) -> &'static str {
    VIAS.iter()
        .find(|(known, _, _)| *known == via)
        .map_or("", |(_, _, words)| words)
}

/// Whether a provider could see a secret that is not its own, or its own by a path that shows
/// it to others too.
pub(crate) fn reveals(exposure: &Exposure) -> bool {
    exposure.via.iter().any(|via| *via != Via::OwnKey)
}

/// Who could see a secret and how, in a sentence: `openai, openrouter (transcript); anthropic
/// (its own key)`.
pub(crate) fn seen_by(exposure: &[Exposure]) -> String {
    let mut ways: Vec<(&[Via], Vec<&str>)> = Vec::new();
    for one in exposure {
        match ways.iter_mut().find(|(via, _)| *via == one.via) {
            Some((_, providers)) => providers.push(&one.provider),
            None => ways.push((&one.via, vec![&one.provider])),
        }
    }
    let each: Vec<String> = ways
        .into_iter()
        .map(|(ways, providers)| {
            let providers = providers.join(", ");
            let ways: Vec<&str> = ways.iter().copied().map(via).collect();
            if ways.is_empty() {
                providers
            } else {
                format!("{providers} ({})", ways.join(", "))
            }
        })
        .collect();
    each.join("; ")
}

/// How bad.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
    }
}

/// How a proof came out.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::Fail => "fail",
    }
}

/// Why a place is believed to hold a secret.
pub(crate) fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Structural => "a credential field",
        Evidence::Pattern => "the shape of this provider's keys",
        Evidence::Value => "the same secret stands elsewhere",
    }
}

/// What harden does.
pub(crate) fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Remove => "removed by harden",
        Disposition::Keep => "stays on purpose",
        Disposition::Expires => "expires by itself",
        Disposition::Report => "needs a person",
    }
}

/// What a file is to the host.
pub(crate) fn kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::AgentConfig => "agent configuration",
        PlaceKind::AgentConfigCopy => "copy of the configuration",
        PlaceKind::AgentState => "agent state",
        PlaceKind::Database => "SQLite database",
        PlaceKind::DatabaseSidecar => "part of an SQLite database",
        PlaceKind::Transcript => "transcript",
        PlaceKind::Log => "log",
        PlaceKind::Dotenv => ".env file",
        PlaceKind::SystemdUnit => "systemd unit",
        PlaceKind::SystemdEnvFile => "systemd environment file",
        PlaceKind::LaunchdPlist => "launchd property list",
        PlaceKind::ShellStartup => "shell start-up file",
        PlaceKind::AwsConfig => "AWS configuration",
        PlaceKind::AwsCredentials => "AWS credentials",
        PlaceKind::AwsSsoCache => "AWS SSO cache",
        PlaceKind::AwsCliCache => "AWS CLI cache",
        PlaceKind::Netrc => "netrc",
        PlaceKind::Npmrc => "npm configuration",
        PlaceKind::GitCredentials => "git credentials",
        PlaceKind::Yaml => "YAML credentials",
        PlaceKind::Workspace => "workspace",
        PlaceKind::OtherAgent => "another agent's state",
        PlaceKind::Text => "text",
        PlaceKind::Binary => "binary file",
        PlaceKind::ProcessEnvironment => "environment of a running process",
    }
}

/// Whether line and column say something to a person who opens the file in an editor.
pub(crate) fn has_lines(kind: PlaceKind) -> bool {
    !matches!(
        kind,
        PlaceKind::Database
            | PlaceKind::DatabaseSidecar
            | PlaceKind::Binary
            | PlaceKind::ProcessEnvironment
    )
}

/// `1 place`, `12 places`, `1,204 places`.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{} {word}", number(count as u64))
}

/// A number with its thousands apart.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in powers of ten, to one decimal.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return plural(usize::try_from(bytes).unwrap_or(0), "byte", "bytes");
    }
    let mut tenths = bytes / 100;
    for unit in UNITS {
        if tenths < 10_000 {
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
        tenths /= 1000;
    }
    format!("{} EB", number(tenths / 10))
}

/// A path with the home as `~`.
pub(crate) fn short_path(path: &str, home: &str) -> String {
    let home = home.trim_end_matches('/');
    match path.strip_prefix(home) {
        Some("") if !home.is_empty() => "~".to_owned(),
        Some(rest) if rest.starts_with('/') && !home.is_empty() => format!("~{rest}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes() {
        assert_eq!(number(7), "7");
        assert_eq!(number(1204), "1,204");
        assert_eq!(number(1_000_000), "1,000,000");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(5_123_456), "5.1 MB");
        assert_eq!(size(999_999), "999.9 kB");
        assert_eq!(size(u64::MAX), "18 EB");
    }

    #[test]
    fn providers_that_see_a_secret_alike_are_named_together() {
        let exposure = |provider: &str, via: &[Via]| Exposure {
            provider: provider.to_owned(),
            via: via.to_vec(),
        };
        let seen = [
            exposure("a", &[Via::Transcript]),
            exposure("b", &[Via::OwnKey]),
            exposure("c", &[Via::Transcript]),
        ];
        assert_eq!(seen_by(&seen), "a, c (transcript); b (its own key)");
        assert_eq!(seen_by(&[]), "");
    }

    #[test]
    fn the_home_is_a_tilde_only_at_a_boundary() {
        assert_eq!(short_path("/home/ada/.env", "/home/ada"), "~/.env");
        assert_eq!(
            short_path("/home/adam/.env", "/home/ada"),
            "/home/adam/.env"
        );
        assert_eq!(short_path("/etc/x", "/"), "/etc/x");
    }
}
