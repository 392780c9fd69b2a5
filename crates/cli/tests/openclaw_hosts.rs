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
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

    use super::support::bedlock::{self, Finding};
    use super::support::canary::Canary;
    use super::support::openclaw::Release;
    use super::support::search::{Hit, Spot};
    use super::support::seed::Seeded;

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
        let is_named = |finding: &Finding| {
            known
                .get(hit.canary)
                .is_some_and(|known| known.contains(&*finding.fingerprint))
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
                    Spot::Freed => same_file && is_named(finding),
                    Spot::Row { table, column } => {
                        let place = finding
                            .location
                            .strip_prefix(&**table)
                            .is_some_and(|rest| rest.starts_with('[') && rest.contains(&**column));
                        same_file && (is_named(finding) || place)
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

    fn audit_finds_every_canary(release: Release) {
        let seeded = seeded(release);
        let report = bedlock::audit(&seeded.openclaw.home, &["--no-processes"]);
        let findings = bedlock::findings(&report);
        let known = fingerprints(&seeded, &findings);
        let found: BTreeMap<&Hit, Vec<&Finding>> = seeded
            .places
            .iter()
            .map(|hit| (hit, telling(&seeded, &findings, &known, hit)))
            .collect();
        println!("{}", table(&seeded, &found));
        let missed: Vec<String> = found
            .iter()
            .filter(|(_, findings)| findings.is_empty())
            .map(|(hit, _)| hit.to_string())
            .collect();
        assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn audit_finds_every_canary_of_2026_5_7() {
        audit_finds_every_canary(Release::Y2026M5);
    }

    #[test]
    #[ignore = "needs a real OpenClaw: cargo xtask peer-tests"]
    fn audit_finds_every_canary_of_2026_9_6() {
        audit_finds_every_canary(Release::Y2026M9);
    }
}
