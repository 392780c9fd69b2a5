//! Drives real releases of OpenClaw: seeds a home with canaries, and lets bedlock audit it, harden
//! it and take that back. `cargo xtask peer-tests` installs OpenClaw and runs this.
//!
//! **Invariant:** loopback only; everything happens below Cargo's folder for temporary files.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand in for the person and the machine"
)]

#[cfg(test)]
mod support;

#[cfg(test)]
mod hosts {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write as _;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

    use bedlock_sandbox::{ModelGrant, Sandbox, SandboxConfig};
    use serde_json::Value;

    use super::support::bedlock::{self, Finding};
    use super::support::canary::{Canary, Fate};
    use super::support::openclaw::{self, OpenClaw, Processes, Ran, Release};
    use super::support::search::{Hit, Spot};
    use super::support::seed::Seeded;
    use super::support::tree;

    const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    static Y2026M9: OnceLock<Mutex<Seeded>> = OnceLock::new();
    static Y2026M5: OnceLock<Mutex<Seeded>> = OnceLock::new();

    /// Takes the seeded home of a release, as it was after the seeding.
    fn seeded(release: Release) -> MutexGuard<'static, Seeded> {
        let (cell, folder) = match release {
            Release::Y2026M9 => (&Y2026M9, "openclaw-9"),
            Release::Y2026M5 => (&Y2026M5, "openclaw-5"),
        };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let seeded = cell
            .get_or_init(|| Mutex::new(Seeded::new(release, &folder)))
            .lock()
            // A test that failed leaves a home that is put back here.
            .unwrap_or_else(PoisonError::into_inner);
        seeded.restore();
        seeded
    }

    /// The file that a finding about a database may name: the database for its log, too.
    fn with_sidecars(file: &Path) -> Vec<String> {
        let name = file.display().to_string();
        let main = ["-wal", "-shm", "-journal"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix));
        match main {
            Some(main) => vec![name.clone(), main.to_owned()],
            None => vec![name.clone(), format!("{name}-wal")],
        }
    }

    /// What the audit calls each canary: known from the places where bytes say which one it is.
    fn fingerprints<'a>(
        seeded: &Seeded,
        findings: &'a [Finding],
    ) -> BTreeMap<&'static str, BTreeSet<&'a str>> {
        let mut known: BTreeMap<&'static str, BTreeSet<&str>> = BTreeMap::new();
        for hit in &seeded.places {
            let Spot::Bytes(offset) = hit.spot else {
                continue;
            };
            let canary = seeded.canary(hit.canary);
            let file = seeded.openclaw.home.join(&hit.file);
            let same = |finding: &&Finding| {
                Path::new(&finding.file) == file
                    && finding.span == Some((offset, canary.value.len() as u64))
            };
            let found = findings.iter().filter(same);
            known
                .entry(hit.canary)
                .or_default()
                .extend(found.map(|finding| &*finding.fingerprint));
        }
        known
    }

    /// The findings that tell of one canary at one place.
    fn telling<'a>(
        seeded: &Seeded,
        findings: &'a [Finding],
        known: &BTreeMap<&'static str, BTreeSet<&str>>,
        hit: &Hit,
    ) -> Vec<&'a Finding> {
        let canary: &Canary = seeded.canary(hit.canary);
        let file = seeded.openclaw.home.join(&hit.file);
        let names = known.get(hit.canary).filter(|names| !names.is_empty());
        let is_named =
            |finding: &Finding| names.is_some_and(|names| names.contains(&*finding.fingerprint));
        // Where no bytes tell what the audit calls it, the place and the length have to do.
        let fits = |finding: &Finding| {
            names.is_none() && finding.length == Some(canary.value.len() as u64)
        };
        findings
            .iter()
            .filter(|finding| {
                let same_file = Path::new(&finding.file) == file;
                match &hit.spot {
                    Spot::Bytes(offset) => {
                        (same_file && finding.covers(canary, *offset))
                            || (with_sidecars(&file).contains(&finding.file) && is_named(finding))
                    }
                    // An index is made of what another table holds.
                    Spot::Word => same_file && (is_named(finding) || fits(finding)),
                    Spot::Freed => same_file && is_named(finding),
                    Spot::Row { table, column } => {
                        let place = finding
                            .location
                            .strip_prefix(&**table)
                            .is_some_and(|rest| rest.starts_with('[') && rest.contains(&**column));
                        same_file && (is_named(finding) || (place && fits(finding)))
                    }
                    Spot::Base64(offset) => {
                        let touches = |(first, length): (u64, u64)| {
                            first <= offset + 4 && first + length > *offset
                        };
                        same_file && finding.span.is_some_and(touches)
                    }
                }
            })
            .collect()
    }

    /// Writes the table of what was planted, what bedlock and what OpenClaw itself found.
    fn table(seeded: &Seeded, found: &BTreeMap<&Hit, Vec<&Finding>>) -> String {
        let own: BTreeSet<PathBuf> = seeded.own_audit["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|finding| finding["file"].as_str())
            .map(PathBuf::from)
            .collect();
        let own_count = seeded.own_audit["findings"].as_array().map_or(0, Vec::len);
        let version = seeded.openclaw.release.version();
        let mut out = format!(
            "\nOpenClaw {version}: {} canaries at {} places; bedlock finds {}; \
             `openclaw secrets audit` has {own_count} findings in {} files\n\n\
             | canary | place | bedlock | openclaw names the file |\n|---|---|---|---|\n",
            seeded.canaries.len(),
            seeded.places.len(),
            found
                .values()
                .filter(|findings| !findings.is_empty())
                .count(),
            own.len(),
        );
        for (hit, findings) in found {
            let file = seeded.openclaw.home.join(&hit.file);
            let place = hit.to_string();
            let place = place.split_once(" in ").map_or(&*place, |(_, place)| place);
            let verdict = findings.first().map_or("**missed**".to_owned(), |finding| {
                format!("{} ({})", finding.rule, finding.disposition)
            });
            let named = if own.contains(&file) { "yes" } else { "no" };
            writeln!(out, "| {} | {place} | {verdict} | {named} |", hit.canary).unwrap();
        }
        out
    }

    /// Writes the list of what is in the report and was not planted: OpenClaw's own secrets, and
    /// whatever bedlock takes for a secret that is none.
    fn others(findings: &[Finding], found: &BTreeMap<&Hit, Vec<&Finding>>) -> String {
        let planted: BTreeSet<&str> = found
            .values()
            .flatten()
            .map(|finding| &*finding.fingerprint)
            .collect();
        let mut out = "not planted:\n".to_owned();
        for finding in findings {
            if !planted.contains(&*finding.fingerprint) {
                writeln!(
                    out,
                    "- {} {}: {} ({}, {:?} bytes)",
                    finding.file,
                    finding.location,
                    finding.rule,
                    finding.disposition,
                    finding.length
                )
                .unwrap();
            }
        }
        out
    }

    /// The arguments that describe the Bedrock of a sandbox.
    fn harden_arguments(seeded: &Seeded, config: &SandboxConfig, extra: &[&str]) -> Vec<String> {
        let home = seeded.openclaw.home.display().to_string();
        let mut arguments: Vec<&str> = vec![
            "harden",
            "--home",
            &home,
            "--region",
            &config.region,
            "--model",
            MODEL,
            "--sso-start-url",
            &config.start_url,
            "--sso-region",
            &config.region,
            "--account",
            &config.account,
            "--role",
            &config.role,
            "--apply",
        ];
        if release_needs_a_plugin(seeded.openclaw.release) {
            // The registry does not serve it, so it cannot be there.
            arguments.push("--no-plugin-check");
        }
        arguments.extend(extra);
        arguments.into_iter().map(str::to_owned).collect()
    }

    fn release_needs_a_plugin(release: Release) -> bool {
        release == Release::Y2026M9
    }

    /// Hardens a home and returns the recovery code.
    fn harden(seeded: &Seeded, config: &SandboxConfig, extra: &[&str]) -> String {
        let arguments = harden_arguments(seeded, config, extra);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = bedlock::run(&seeded.openclaw, &arguments, "");
        let code = recovery_code(&ran);
        let told: Vec<&str> = ran
            .stdout
            .lines()
            .skip_while(|line| !line.starts_with("recovery code"))
            .collect();
        assert!(
            matches!(ran.code, Some(0 | 2)),
            "{:?}\n{}\n{}",
            ran.code,
            told.join("\n"),
            ran.stderr
        );
        code
    }

    fn recovery_code(ran: &Ran) -> String {
        let line = [&ran.stdout, &ran.stderr]
            .into_iter()
            .flat_map(|text| text.lines())
            .find_map(|line| line.trim().strip_prefix("recovery code: "));
        let end = |text: &str| text.chars().rev().take(3000).collect::<Vec<_>>();
        let shown: String = end(&ran.stdout).into_iter().rev().collect();
        line.unwrap_or_else(|| panic!("no recovery code: {:?} …{shown}\n{}", ran.code, ran.stderr))
            .trim()
            .to_owned()
    }

    /// Lists where a key still is that was to go, and every place that was to be cleaned and is not.
    fn leftovers(seeded: &Seeded, cleaned: &BTreeSet<(&'static str, PathBuf)>) -> Vec<String> {
        let hits = seeded.search().tree(&seeded.openclaw.home);
        hits.iter()
            .filter(|hit| {
                seeded.canary(hit.canary).fate == Fate::Removed
                    || cleaned.contains(&(hit.canary, hit.file.clone()))
            })
            .map(Hit::to_string)
            .collect()
    }

    /// The places that the report says are going to be cleaned.
    fn to_be_cleaned(seeded: &Seeded) -> BTreeSet<(&'static str, PathBuf)> {
        let report = bedlock::audit(&seeded.openclaw, &["--no-processes"]);
        let findings = bedlock::findings(&report);
        let known = fingerprints(seeded, &findings);
        let is_cleaned = |hit: &&Hit| {
            let telling = telling(seeded, &findings, &known, hit);
            !telling.is_empty()
                && telling
                    .iter()
                    .all(|finding| finding.disposition == "remove")
        };
        let cleaned = seeded.places.iter().filter(is_cleaned);
        cleaned.map(|hit| (hit.canary, hit.file.clone())).collect()
    }

    /// Asserts that verify proves of a hardened host what harden is for.
    fn assert_is_keyless(openclaw: &OpenClaw) {
        let home = openclaw.home.display().to_string();
        let arguments = ["verify", "--home", &home, "--format", "json"];
        let ran = bedlock::run(
            openclaw,
            &[&arguments[..], &["--no-processes"]].concat(),
            "",
        );
        let posture: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"));
        for id in [
            "KEYS-CONFIG",
            "KEYS-STATE",
            "KEYS-ENV",
            "AWS-STATIC",
            "MODEL-ROUTE",
        ] {
            let invariants = posture["invariants"].as_array().unwrap();
            let proof = invariants.iter().find(|proof| proof["id"] == id).unwrap();
            assert_eq!(proof["verdict"], "pass", "{proof:#}");
        }
    }

    /// Signs somebody in as harden's profile says, and points an SDK at the sandbox.
    fn sign_in(openclaw: &mut OpenClaw) -> Sandbox {
        let config = fs::read_to_string(openclaw.home.join(".aws/config")).unwrap();
        let session = config
            .lines()
            .find_map(|line| line.trim().strip_prefix("[sso-session "))
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or_else(|| panic!("no sso-session in {config}"));
        let sandbox = Sandbox::start(SandboxConfig {
            session_name: session.to_owned(),
            models: vec![ModelGrant::both(MODEL)],
            ..SandboxConfig::default()
        })
        .unwrap();
        let cache = sandbox.signed_in_cache();
        let folder = openclaw.home.join(".aws/sso/cache");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(&cache.file_name), &cache.bytes).unwrap();
        let variables = sandbox.environment();
        openclaw.environment = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL") || name.starts_with("AWS_EC2"))
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        sandbox
    }

    fn hardened_host_has_no_key_and_works(release: Release) {
        let seeded = seeded(release);
        let cleaned = to_be_cleaned(&seeded);
        harden(&seeded, &SandboxConfig::default(), &["--no-restart"]);
        let left = leftovers(&seeded, &cleaned);
        assert!(left.is_empty(), "left after harden:\n{}", left.join("\n"));

        // What the report leaves to the person: other agents on this host are signed out.
        for file in [".claude/.credentials.json", ".codex/auth.json"] {
            fs::remove_file(seeded.openclaw.home.join(file)).unwrap();
        }
        assert_is_keyless(&seeded.openclaw);

        let mut openclaw = seeded.openclaw.clone();
        openclaw.run(&["config", "validate"]).succeeded();
        for _ in 0..2 {
            openclaw.gateway().stop();
            let left = leftovers(&seeded, &cleaned);
            assert!(
                left.is_empty(),
                "came back with the gateway:\n{}",
                left.join("\n")
            );
        }

        // Neither the keys nor the old route: OpenClaw did not take the new configuration for a
        // damaged one. The test below shows that it does so with one that is not prepared.
        assert_is_keyless(&seeded.openclaw);

        if release_needs_a_plugin(release) {
            return;
        }
        let sandbox = sign_in(&mut openclaw);
        let ran = openclaw.run(&[
            "agent",
            "--local",
            "--agent",
            "main",
            "--session-id",
            "hardened",
            "--message",
            "Ping?",
            "--json",
        ]);
        let answered = sandbox
            .requests()
            .iter()
            .any(|request| request.model.as_deref() == Some(MODEL) && request.status == 200);
        assert!(answered, "{:?}\n{ran}", sandbox.requests());
        assert_eq!(ran.code, Some(0), "{ran}");
        let left = leftovers(&seeded, &cleaned);
        assert!(
            left.is_empty(),
            "came back with the agent:\n{}",
            left.join("\n")
        );
    }

    /// What bedlock itself keeps, and the folders that it needs for that.
    fn is_bedlocks_own(path: &Path) -> bool {
        let state = Path::new(".local/state/bedlock");
        path.starts_with(state) || state.starts_with(path)
    }

    fn undo_gives_the_same_tree(release: Release) {
        let seeded = seeded(release);
        let home = &seeded.openclaw.home;
        let path = home.display().to_string();
        let before = tree::of(home);
        let code = harden(&seeded, &SandboxConfig::default(), &["--no-restart"]);
        assert_ne!(tree::of(home), before, "harden changed nothing");
        let arguments = ["undo", "--home", &path, "--code-file", "-", "--no-restart"];
        bedlock::run(&seeded.openclaw, &arguments, &format!("{code}\n")).succeeded();
        let mut after = tree::of(home);
        after.retain(|path, _| before.contains_key(path) || !is_bedlocks_own(path));
        let differences = tree::differences(&before, &after);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    fn running_gateway_is_restarted_without_its_key(release: Release) {
        let seeded = seeded(release);
        let key = &seeded.canary("bashrc").value;
        let mut openclaw = seeded.openclaw.clone();
        openclaw
            .environment
            .push(("OPENAI_API_KEY".to_owned(), key.clone()));
        let gateway = openclaw.gateway();
        let report = bedlock::audit(&openclaw, &[]);
        let environment = format!("/proc/{}/environ", gateway.pid());
        let reported = bedlock::findings(&report)
            .iter()
            .any(|finding| finding.file == environment);
        assert!(reported, "{environment} is not in the report");

        // Before harden, so that what it starts ends with a failure, too.
        let running = Processes::in_home(&openclaw.home);
        harden(&seeded, &SandboxConfig::default(), &[]);
        assert!(openclaw::is_ready(openclaw.port), "the gateway is not back");
        let keyed = running.whose_environment_holds(key);
        assert!(keyed.is_empty(), "still have the key: {keyed:?}");
        assert!(!running.pids().contains(&gateway.pid()));
    }

    /// The counterpart of a harden: a shorter configuration, with the copies left as they are.
    fn an_unprepared_configuration_is_put_back() {
        let seeded = seeded(Release::Y2026M9);
        let state = seeded.openclaw.home.join(".openclaw");
        let (config, backup) = (state.join("openclaw.json"), state.join("openclaw.json.bak"));
        let old = fs::read(&config).unwrap();
        fs::write(&backup, &old).unwrap();
        let port = seeded.openclaw.port;
        fs::write(
            &config,
            format!("{{\"gateway\": {{\"mode\": \"local\", \"port\": {port}}}}}\n"),
        )
        .unwrap();
        seeded.openclaw.gateway().stop();
        let now = fs::read(&config).unwrap();
        assert!(
            now.len() > old.len() / 2,
            "{}",
            String::from_utf8_lossy(&now)
        );
    }

    fn audit_finds_every_canary(release: Release) {
        let seeded = seeded(release);
        let report = bedlock::audit(&seeded.openclaw, &["--no-processes"]);
        let findings = bedlock::findings(&report);
        let known = fingerprints(&seeded, &findings);
        let found: BTreeMap<&Hit, Vec<&Finding>> = seeded
            .places
            .iter()
            .map(|hit| (hit, telling(&seeded, &findings, &known, hit)))
            .collect();
        println!("{}", table(&seeded, &found));
        println!("{}", others(&findings, &found));
        let missed: Vec<String> = found
            .iter()
            .filter(|(_, findings)| findings.is_empty())
            .map(|(hit, _)| hit.to_string())
            .collect();
        assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn audit_finds_every_canary_on_2026_5_7() {
        audit_finds_every_canary(Release::Y2026M5);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn audit_finds_every_canary_on_2026_9_6() {
        audit_finds_every_canary(Release::Y2026M9);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn hardened_host_has_no_key_and_works_on_2026_5_7() {
        hardened_host_has_no_key_and_works(Release::Y2026M5);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn hardened_host_has_no_key_and_works_on_2026_9_6() {
        hardened_host_has_no_key_and_works(Release::Y2026M9);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn undo_gives_the_same_tree_on_2026_5_7() {
        undo_gives_the_same_tree(Release::Y2026M5);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn undo_gives_the_same_tree_on_2026_9_6() {
        undo_gives_the_same_tree(Release::Y2026M9);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn running_gateway_is_restarted_without_its_key_on_2026_5_7() {
        running_gateway_is_restarted_without_its_key(Release::Y2026M5);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn running_gateway_is_restarted_without_its_key_on_2026_9_6() {
        running_gateway_is_restarted_without_its_key(Release::Y2026M9);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn openclaw_2026_9_6_puts_an_unprepared_configuration_back() {
        an_unprepared_configuration_is_put_back();
    }
}
