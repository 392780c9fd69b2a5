//! Puts hits and decisions into the published report.
//!
//! **Invariant:** the only texts of the host that reach the report are paths, key names and
//! excerpts that went through `masking`.

use std::collections::BTreeMap;

use bedlock_detect as detect;
use bedlock_formats::Segment;
use bedlock_model::{
    Disposition, Exposure, Finding, Masked, Place, PlaceKind, Provider, Remedy, Report,
    SecretSummary, Severity, Snapshot, Unreadable,
};

use crate::WHOLE_FILE_LIMIT;
use crate::agents::openclaw::meaning::Decision;
use crate::checks::database::wal_of;
use crate::checks::{self, aws, database, process, unpack};
use crate::circumstances::Circumstances;
use crate::exposure::{self, AgentUser};
use crate::found::{At, Hit, Spot};
use crate::masking::{self, Cover, Position, Stretch};
use crate::vault::{SecretId, Vault};

/// Everything that a report is made of but the hits.
pub(crate) struct Scene<'s> {
    pub(crate) snapshot: &'s Snapshot,
    pub(crate) around: &'s Circumstances,
    pub(crate) vault: &'s Vault,
    pub(crate) providers: Vec<Provider>,
    pub(crate) agent: Option<AgentUser>,
    pub(crate) unreadable: Vec<Unreadable>,
}

pub(crate) fn build(scene: &Scene<'_>, hits: &[Hit], decisions: &[Decision]) -> Report {
    let positions = positions(scene, hits);
    let findings: Vec<Finding> = hits
        .iter()
        .zip(decisions)
        .zip(positions)
        .map(|((hit, decision), position)| finding(scene, hit, decision, position))
        .collect();
    let mut report = Report {
        schema_version: Report::SCHEMA_VERSION,
        tool: scene.around.tool.clone(),
        created: scene.around.now.to_string(),
        home: scene.around.home.clone(),
        root: scene.around.root.clone(),
        agents: agents(scene),
        complete: scene.unreadable.is_empty(),
        files: scene.snapshot.places.len() as u64,
        bytes: scene
            .snapshot
            .places
            .iter()
            .map(|place| place.meta.size)
            .sum(),
        unreadable: scene.unreadable.clone(),
        skipped: scene.snapshot.skipped.clone(),
        providers: scene.providers.clone(),
        secrets: summaries(scene, hits, &findings),
        findings,
    };
    cover(&mut report, scene.vault);
    report
}

/// Masks the secrets in the names of files, keys and tables.
fn cover(report: &mut Report, vault: &Vault) {
    let cover = Cover::new(vault);
    let ids = |exposure: &mut Vec<Exposure>| {
        for one in exposure {
            cover.text(&mut one.provider);
        }
    };
    cover.text(&mut report.home);
    report.root.iter_mut().for_each(|text| cover.text(text));
    report.agents.iter_mut().for_each(|text| cover.text(text));
    for one in report.unreadable.iter_mut().chain(&mut report.skipped) {
        cover.text(&mut one.path);
        cover.text(&mut one.reason);
        cover.text(&mut one.next);
    }
    for one in &mut report.providers {
        cover.text(&mut one.id);
        cover.text(&mut one.because);
    }
    for one in &mut report.secrets {
        ids(&mut one.exposure);
    }
    for one in &mut report.findings {
        cover.text(&mut one.file);
        cover.text(&mut one.location);
        one.reason.iter_mut().for_each(|text| cover.text(text));
        cover.text(&mut one.remedy.next);
        ids(&mut one.exposure);
        let mut excerpt = one.excerpt.as_str().to_owned();
        cover.text(&mut excerpt);
        one.excerpt = Masked::danger_already_masked(excerpt);
    }
}

/// Installations of which at least one file is there.
fn agents(scene: &Scene<'_>) -> Vec<String> {
    let there = |state: &std::path::Path| {
        scene
            .snapshot
            .places
            .iter()
            .any(|place| place.path.starts_with(state))
    };
    let mut states: Vec<String> = scene
        .around
        .installations
        .iter()
        .filter(|one| there(&one.state) || there(&one.config))
        .map(|one| one.state.display().to_string())
        .collect();
    states.dedup();
    states
}

/// Line, column and excerpt of every hit, read place by place.
fn positions(scene: &Scene<'_>, hits: &[Hit]) -> Vec<Position> {
    let mut out = Vec::with_capacity(hits.len());
    let mut rest = hits;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|hit| hit.spot == first.spot).count();
        let (here, later) = rest.split_at(count);
        rest = later;
        out.extend(match first.spot {
            Spot::Process(_) => here.iter().map(|hit| in_environment(scene, hit)).collect(),
            Spot::Place(index) => in_place(scene, index, here),
        });
    }
    out
}

fn in_environment(scene: &Scene<'_>, hit: &Hit) -> Position {
    let secret = scene.vault.get(hit.secret);
    Position {
        line: 1,
        column: 1,
        excerpt: Masked::danger_already_masked(format!("{}={}", hit.location, secret.mask)),
    }
}

fn in_place(scene: &Scene<'_>, index: usize, hits: &[Hit]) -> Vec<Position> {
    let place = &scene.snapshot.places[index];
    let packed = hits.iter().any(|hit| hit.location == unpack::INSIDE);
    if packed {
        return hits.iter().map(|hit| compressed(scene, hit)).collect();
    }
    let stretches: Vec<Stretch> = hits
        .iter()
        .filter_map(|hit| match &hit.at {
            At::Bytes(range) => Some(Stretch {
                range: range.clone(),
                mask: scene.vault.get(hit.secret).mask.clone(),
            }),
            At::Cell(_) => None,
        })
        .collect();
    let raw_database = matches!(place.kind, PlaceKind::Database | PlaceKind::DatabaseSidecar);
    let mut of_bytes = if raw_database {
        // Bytes of a page have no lines, and what stands around them is no text.
        stretches.iter().map(in_page).collect()
    } else {
        let mut found = masking::positions(&*place.source, &stretches).unwrap_or_default();
        if is_broken(place, hits) {
            // Nobody can say which fields stand around a secret there, so nothing of them is shown.
            for (position, stretch) in found.iter_mut().zip(&stretches) {
                position.excerpt = Masked::danger_already_masked(stretch.mask.clone());
            }
        }
        found
    }
    .into_iter();
    let cells = cell_excerpts(scene, index, hits);
    hits.iter()
        .enumerate()
        .map(|(number, hit)| match &hit.at {
            At::Bytes(_) => of_bytes.next().unwrap_or_default(),
            At::Cell(cell) => Position {
                line: cell.row,
                column: 1,
                excerpt: cells.get(&number).cloned().unwrap_or_default(),
            },
        })
        .collect()
}

/// Whether a file that has a structure cannot be read by it.
fn is_broken(place: &Place, hits: &[Hit]) -> bool {
    let Some(format) = checks::format_of(place.kind) else {
        return false;
    };
    if hits.iter().any(|hit| !hit.path.is_empty()) {
        return false;
    }
    let text = place.source.read_all(WHOLE_FILE_LIMIT);
    text.map_or(true, |text| {
        bedlock_formats::entries(format, &text).is_err()
    })
}

fn compressed(scene: &Scene<'_>, hit: &Hit) -> Position {
    let secret = scene.vault.get(hit.secret);
    Position {
        line: 1,
        column: 1,
        excerpt: Masked::danger_already_masked(format!("(compressed) {}", secret.mask)),
    }
}

fn in_page(stretch: &Stretch) -> Position {
    let text = format!("byte {}: {}", stretch.range.start, stretch.mask);
    Position {
        line: 1,
        column: 1,
        excerpt: Masked::danger_already_masked(text),
    }
}

/// Excerpts of database values, by the number of the hit; one walk for all of them.
fn cell_excerpts(scene: &Scene<'_>, index: usize, hits: &[Hit]) -> BTreeMap<usize, Masked> {
    let place = &scene.snapshot.places[index];
    let mut wanted: BTreeMap<(String, u64, String), Vec<usize>> = BTreeMap::new();
    for (number, hit) in hits.iter().enumerate() {
        if let At::Cell(cell) = &hit.at {
            let name = (cell.table.clone(), cell.row, cell.column.clone());
            wanted.entry(name).or_default().push(number);
        }
    }
    let mut out = BTreeMap::new();
    if wanted.is_empty() {
        return out;
    }
    let wal = wal_of(scene.snapshot, place);
    let walked = database::each_value(&*place.source, wal.map(|w| &*w.source), &mut |met| {
        let name = (met.at.table.clone(), met.at.row, met.at.column.clone());
        let here = wanted.get(&name).map(Vec::as_slice).unwrap_or_default();
        for &number in here {
            out.insert(number, cell_excerpt(scene, hits, here, number, met.bytes));
        }
        std::ops::ControlFlow::Continue(())
    });
    // What could not be read was reported by the first pass; such a hit has no excerpt.
    drop(walked);
    out
}

fn cell_excerpt(
    scene: &Scene<'_>,
    hits: &[Hit],
    here: &[usize],
    number: usize,
    bytes: &[u8],
) -> Masked {
    const AROUND: usize = 48;
    let At::Cell(cell) = &hits[number].at else {
        return Masked::default();
    };
    let start = cell.range.start.saturating_sub(AROUND).min(bytes.len());
    let end = (cell.range.end + AROUND).min(bytes.len()).max(start);
    let known: Vec<_> = here
        .iter()
        .filter_map(|other| match &hits[*other].at {
            At::Cell(o) => {
                let range = o.range.start.max(start)..o.range.end.min(end).max(start);
                (o.range.start < end && start < o.range.end).then(|| {
                    let mask = scene.vault.get(hits[*other].secret).mask.as_str();
                    (range.start - start..range.end.saturating_sub(start), mask)
                })
            }
            At::Bytes(_) => None,
        })
        .collect();
    let column = &cell.column;
    let masked = masking::mask_text(&bytes[start..end], &known);
    Masked::danger_already_masked(format!("{column} = {masked}"))
}

fn finding(scene: &Scene<'_>, hit: &Hit, decision: &Decision, position: Position) -> Finding {
    let secret = scene.vault.get(hit.secret);
    let (file, kind, meta) = match hit.spot {
        Spot::Place(index) => {
            let place = &scene.snapshot.places[index];
            (
                place.path.display().to_string(),
                place.kind,
                Some(&place.meta),
            )
        }
        Spot::Process(index) => {
            let pid = scene.snapshot.processes[index].pid;
            let what = match hit.path.first().and_then(Segment::as_key) {
                Some(process::ARGUMENTS) => "cmdline",
                _ => "environ",
            };
            (
                format!("/proc/{pid}/{what}"),
                PlaceKind::ProcessEnvironment,
                None,
            )
        }
    };
    let via = exposure::paths(hit, kind, &file, meta, scene.agent);
    let expires = match hit.spot {
        Spot::Place(index) if decision.disposition == Disposition::Expires => {
            aws::ends(&scene.snapshot.places[index])
        }
        _ => None,
    };
    Finding {
        rule: secret.rule.id.to_owned(),
        title: secret.rule.title.to_owned(),
        severity: severity(secret.rule),
        line: position.line,
        column: position.column,
        offset: match &hit.at {
            At::Bytes(range) => Some(range.start),
            At::Cell(_) => None,
        },
        length: hit.at.length(),
        location: location(hit),
        fingerprint: secret.fingerprint.clone(),
        mask: secret.mask.clone(),
        excerpt: position.excerpt,
        evidence: hit.evidence.iter().copied().collect(),
        disposition: decision.disposition,
        reason: decision.reason.clone(),
        expires,
        exposure: exposure::row(&scene.providers, secret.rule.provider_id, &via),
        remedy: Remedy {
            next: next(decision, &file),
            revoke: revoke(secret.rule),
        },
        file,
        kind,
    }
}

fn location(hit: &Hit) -> String {
    if hit.location.is_empty() {
        "text".to_owned()
    } else {
        hit.location.clone()
    }
}

fn next(decision: &Decision, file: &str) -> String {
    match decision.disposition {
        Disposition::Remove => "bedlock harden --apply takes it out".to_owned(),
        Disposition::Keep => {
            "kept on purpose; rotate it where it was issued if it was ever copied".to_owned()
        }
        Disposition::Expires => "nothing: it ends by itself".to_owned(),
        Disposition::Report if file.starts_with("/proc/") => {
            "bedlock harden --apply, which starts the agent again without it".to_owned()
        }
        Disposition::Report => decision.reason.clone().unwrap_or_default(),
    }
}

fn revoke(rule: &detect::Rule) -> Option<String> {
    (!rule.revoke.is_empty()).then(|| rule.revoke.to_owned())
}

/// How bad it is when what a rule finds is taken.
#[must_use]
pub fn severity(rule: &detect::Rule) -> Severity {
    match rule.severity {
        detect::Severity::High => Severity::High,
        detect::Severity::Medium => Severity::Medium,
        detect::Severity::Low => Severity::Low,
    }
}

fn summaries(scene: &Scene<'_>, hits: &[Hit], findings: &[Finding]) -> Vec<SecretSummary> {
    let mut places: BTreeMap<SecretId, Vec<&Finding>> = BTreeMap::new();
    for (hit, finding) in hits.iter().zip(findings) {
        places.entry(hit.secret).or_default().push(finding);
    }
    let mut out: Vec<SecretSummary> = places
        .into_iter()
        .map(|(id, findings)| {
            let secret = scene.vault.get(id);
            let rows: Vec<&Vec<Exposure>> = findings.iter().map(|f| &f.exposure).collect();
            SecretSummary {
                fingerprint: secret.fingerprint.clone(),
                rule: secret.rule.id.to_owned(),
                title: secret.rule.title.to_owned(),
                issuer: secret.rule.provider.to_owned(),
                severity: severity(secret.rule),
                mask: secret.mask.clone(),
                places: findings.len(),
                disposition: strongest(&findings),
                exposure: exposure::union(rows.into_iter()),
                revoke: revoke(secret.rule),
            }
        })
        .collect();
    out.sort_by(|a, b| {
        (b.severity, b.places, &a.fingerprint).cmp(&(a.severity, a.places, &b.fingerprint))
    });
    out
}

/// What happens to a secret as a whole: kept if it is kept anywhere (its copies go all the same).
fn strongest(findings: &[&Finding]) -> Disposition {
    let any = |wanted| findings.iter().any(|f| f.disposition == wanted);
    [Disposition::Keep, Disposition::Expires, Disposition::Remove]
        .into_iter()
        .find(|wanted| any(*wanted))
        .unwrap_or(Disposition::Report)
}
