//! Markdown, to be pasted into an issue.
//!
//! **Invariant:** as in [`crate::render::markdown`], text from files is a code span or entities.

use crate::render::markdown::{code, line, places, revoke, table, words};
use crate::render::words::{plural, severity};
use crate::scan::report::ScanReport;

/// Rows of the table; an issue has a limit of 65,536 characters.
const ROWS: usize = 100;

/// Writes what a scan found.
pub(crate) fn report(report: &ScanReport) -> String {
    let mut out = String::new();
    line(&mut out, "# bedlock scan");
    line(
        &mut out,
        &format!(
            "**{}**; {}.",
            words(&super::text::found(report)),
            words(&super::text::searched(report))
        ),
    );
    if !report.findings.is_empty() {
        let rows = report.findings.iter().take(ROWS).map(|finding| {
            vec![
                severity(finding.severity).to_owned(),
                code(&format!(
                    "{}:{}",
                    super::file(finding),
                    super::place(finding)
                )),
                code(&finding.rule),
                code(&finding.mask),
                code(finding.fingerprint.as_str()),
            ]
        });
        table(
            &mut out,
            &["severity", "place", "rule", "secret", "fingerprint"],
            rows,
        );
        if report.findings.len() > ROWS {
            let more = plural(report.findings.len() - ROWS, "more place", "more places");
            line(&mut out, &format!("And {more}."));
        }
        revoke(
            &mut out,
            report.findings.iter().filter_map(|f| f.revoke.as_deref()),
        );
    }
    places(
        &mut out,
        "Not searched, or not to the end",
        &report.unreadable,
    );
    places(&mut out, "Left out", &report.skipped);
    out
}
