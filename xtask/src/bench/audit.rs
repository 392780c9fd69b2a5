//! `bench audit`: `bedlock audit` next to `rg -F` for one literal, on a small and a large home.
//!
//! ripgrep only looks for one string and knows no format, so it is the floor of what reading that
//! many bytes costs.
//!
//! **Invariant:** both read the same files in the same run.

use std::path::Path;

use super::corpus::homes;
use super::measure::{Contender, Usage, measured, median};
use crate::error::Error;
use crate::peers::RIPGREP;
use crate::process::{self, cargo, note, say};
use crate::workspace;

/// Measures and prints the table.
///
/// # Errors
/// [`Error::Missing`] without ripgrep, [`Error::Check`] when a program did not do its work.
pub(crate) fn run(rounds: usize, megabytes: u64) -> Result<(), Error> {
    RIPGREP.install()?;
    process::run(cargo().args(["build", "--release", "--locked", "--package", "bedlock"]))?;
    let folder = workspace::target().join("bench");
    let homes = [homes::small(&folder)?, homes::large(&folder, megabytes)?];

    say("| home | program | wall (median) | CPU | peak memory | throughput | wall, relative |");
    say("|---|---|--:|--:|--:|--:|--:|");
    for home in &homes {
        let contenders = contenders(&home.path);
        let mut usages: Vec<Vec<Usage>> = contenders.iter().map(|_| Vec::new()).collect();
        // The first round brings the files into the page cache and is not counted.
        for round in 0..=rounds.max(1) {
            for (contender, usages) in contenders.iter().zip(&mut usages) {
                let usage = measured(contender)?;
                note(&format!(
                    "{} round {round}: {}: {:.3} s",
                    home.name, contender.name, usage.wall_seconds
                ));
                if round > 0 {
                    usages.push(usage);
                }
            }
        }
        let medians: Vec<Usage> = usages.iter().map(|usages| median(usages)).collect();
        let floor = medians.last().map_or(1.0, |usage| usage.wall_seconds);
        for (contender, usage) in contenders.iter().zip(&medians) {
            say(&row(home, contender, *usage, floor));
        }
    }
    Ok(())
}

/// The programs to compare; the last is the floor that the others are put in relation to.
fn contenders(home: &Path) -> Vec<Contender> {
    let home = home.display().to_string();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let search = [
        "--hidden",
        "--no-ignore",
        "--text",
        "--count",
        "-F",
        homes::LITERAL,
    ];
    vec![
        Contender {
            name: "`bedlock audit`".to_owned(),
            program: workspace::target().join("release/bedlock"),
            arguments: words(&[
                "audit",
                "--home",
                &home,
                "--no-processes",
                "--format",
                "json",
            ]),
            fine: &[0, 1],
        },
        Contender {
            name: "`rg -F`".to_owned(),
            program: "rg".into(),
            arguments: [words(&search), words(&[&home])].concat(),
            fine: &[0],
        },
        Contender {
            name: "`rg -F -j1`".to_owned(),
            program: "rg".into(),
            arguments: [words(&["-j1"]), words(&search), words(&[&home])].concat(),
            fine: &[0],
        },
    ]
}

fn row(home: &homes::Home, contender: &Contender, usage: Usage, floor: f64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size in bytes is far below 2^52"
    )]
    let (bytes, peak_kib) = (home.bytes as f64, usage.peak_kib as f64);
    format!(
        "| {} | {} | {:.3} s | {:.3} s | {:.0} MiB | {:.0} MB/s | {:.1}× |",
        home.name,
        contender.name,
        usage.wall_seconds,
        usage.cpu_seconds,
        peak_kib / 1024.0,
        bytes / 1e6 / usage.wall_seconds,
        usage.wall_seconds / floor,
    )
}
