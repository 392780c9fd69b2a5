//! `bench detect`: the detection engine next to other scanners: speed, memory, recall, false alarms.
//!
//! **Invariant:** peers are optional: without one the output says so and the rest is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::corpus::{self, CONTEXTS, Corpus, Pool, Truth};
use super::engine::Timing;
use super::measure::{Contender, Usage, measured, median};
use super::recall::{self, Finding, Score};
use super::scanners::{SCANNERS, Scanner, roots};
use super::{clock, gaps};
use crate::error::Error;
use crate::peers;
use crate::process::{self, cargo, is_installed, note, say};
use crate::workspace;

/// Bytes of the prompt that goes through the stream face.
const PROMPT_BYTES: usize = 200_000;

/// How many literals the second search of ripgrep has.
const LITERALS: usize = 100;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Size of the transcripts, as 1GB or 200MB.
    #[arg(long, default_value = "1GB", value_parser = size)]
    size: u64,
    /// How often each program runs on each corpus.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Folder that the other scanners are in, or are installed into; target/peers by default.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// Leave the other scanners out.
    #[arg(long)]
    no_peers: bool,
    /// Only what is found and missed, by the engine in this process.
    #[arg(long)]
    recall: bool,
}

/// What a run measures with.
struct Bench<'a> {
    arguments: &'a Arguments,
    folder: PathBuf,
    peers: PathBuf,
    scanners: Vec<&'static Scanner>,
}

/// Measures and prints the tables.
///
/// # Errors
/// [`Error::File`] for the corpora, [`Error::Check`] when bedlock did not do its work.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    if cfg!(debug_assertions) {
        return handed_over();
    }
    let folder = workspace::target().join("bench");
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let peers = arguments.peers.clone().unwrap_or_else(peers::folder);
    let mut bench = Bench {
        arguments,
        folder,
        peers,
        scanners: Vec::new(),
    };
    if arguments.recall {
        return bench.recall(&corpus::dense(&bench.folder, &Pool::gather)?);
    }
    bench.prepare()?;
    let dense = corpus::dense(&bench.folder, &Pool::gather)?;
    let large = corpus::large(&bench.folder, &Pool::gather, arguments.size)?;
    let home = corpus::small_agent_home(&bench.folder, &Pool::gather)?;
    bench.machine();
    bench.speed(&large, &home, &dense)?;
    bench.stream()?;
    bench.instructions(&large)?;
    bench.recall(&dense)
}

impl Bench<'_> {
    /// Builds bedlock and finds the scanners that can be had.
    fn prepare(&mut self) -> Result<(), Error> {
        process::run(cargo().args(["build", "--release", "--locked", "--package", "bedlock"]))?;
        if let Err(error) = peers::RIPGREP.install() {
            say(&format!("Left out: ripgrep ({error})\n"));
        }
        if self.arguments.no_peers {
            return Ok(());
        }
        fs::create_dir_all(&self.peers).map_err(Error::file("create", &self.peers))?;
        for scanner in &SCANNERS {
            match scanner.ready(&self.peers) {
                Ok(()) => self.scanners.push(scanner),
                Err(error) => say(&format!("Left out: {} ({error})\n", scanner.name)),
            }
        }
        Ok(())
    }

    fn machine(&self) {
        let first = |path: &str, key: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(key));
            line.and_then(|line| line.split(':').nth(1))
                .unwrap_or("unknown")
                .trim()
                .to_owned()
        };
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let versions: Vec<String> = self
            .scanners
            .iter()
            .map(|scanner| format!("{} {}", scanner.name, scanner.version))
            .collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        say(&format!(
            "{}, {cores} cores, clock about {:.0} MHz by a chain of multiplications, load {}. {}\n",
            first("/proc/cpuinfo", "model name"),
            clock::megahertz(),
            load.split(' ').next().unwrap_or("unknown"),
            versions.join(", "),
        ));
        if !clock::counts_cycles() {
            say(
                "This machine does not count cycles (`perf stat -e cycles:u`). Cycles are the user \
                 time of the fastest round, times that clock.\n",
            );
        }
    }

    fn speed(&self, large: &Corpus, home: &Corpus, dense: &Corpus) -> Result<(), Error> {
        say(
            "| corpus | program | cores | wall | user | cycles a byte | throughput | peak memory |",
        );
        say("|---|---|--:|--:|--:|--:|--:|--:|");
        for corpus in [large, home, dense] {
            let mut contenders = vec![bedlock(&corpus.path)];
            contenders.extend(self.searches(&corpus.path)?);
            let is_large = corpus.bytes > 100_000_000;
            let able = self
                .scanners
                .iter()
                .filter(|scanner| scanner.is_fast || !is_large);
            contenders.extend(able.map(|scanner| scanner.contender(&self.peers, &corpus.path)));
            for contender in &contenders {
                self.row(corpus, contender, true);
                if is_large || contender.name.contains("bedlock") {
                    self.row(corpus, contender, false);
                }
            }
            self.in_memory(corpus)?;
        }
        say("");
        Ok(())
    }

    /// ripgrep for one literal and for a hundred: what reading the bytes costs.
    fn searches(&self, folder: &Path) -> Result<Vec<Contender>, Error> {
        if !is_installed("rg", &["--version"]) {
            return Ok(Vec::new());
        }
        let file = self.folder.join("literals.txt");
        let prefixes = bedlock_detect::rules()
            .iter()
            .flat_map(|rule| rule.prefixes);
        let mut literals: Vec<&str> = prefixes.copied().collect();
        literals.sort_unstable_by_key(|literal| std::cmp::Reverse(literal.len()));
        literals.truncate(LITERALS);
        fs::write(&file, literals.join("\n")).map_err(Error::file("write", &file))?;
        let search = |name: &str, what: &[&str]| {
            let options = ["--hidden", "--no-ignore", "--text", "--count", "-F"];
            let words = options.iter().chain(what).map(|word| (*word).to_owned());
            Contender {
                name: name.to_owned(),
                program: "rg".into(),
                arguments: words.chain([folder.display().to_string()]).collect(),
                fine: &[0, 1],
            }
        };
        let file = file.display().to_string();
        Ok(vec![
            search("`rg`, 1 literal", &["sk-ant-api03-"]),
            search("`rg`, 100 literals", &["-f", &file]),
        ])
    }

    fn row(&self, corpus: &Corpus, contender: &Contender, one_core: bool) {
        let pinned = Contender {
            name: contender.name.clone(),
            program: "taskset".into(),
            arguments: [
                vec!["-c".to_owned(), "0".to_owned()],
                vec![contender.program.display().to_string()],
                contender.arguments.clone(),
            ]
            .concat(),
            fine: contender.fine,
        };
        let contender = if one_core { &pinned } else { contender };
        let mut usages: Vec<Usage> = Vec::new();
        let mut megahertz = clock::megahertz();
        // The first round brings the files into the page cache and is not counted.
        for round in 0..=self.arguments.rounds.max(1) {
            match measured(contender) {
                Ok(usage) if round > 0 => usages.push(usage),
                Ok(_) => {}
                Err(error) => return note(&format!("{}: {error}", contender.name)),
            }
            megahertz = megahertz.max(clock::megahertz());
        }
        let middle = median(&usages);
        let least = |number: fn(&Usage) -> f64| usages.iter().map(number).fold(f64::MAX, f64::min);
        let (wall, user) = (
            least(|usage| usage.wall_seconds),
            least(|usage| usage.user_seconds),
        );
        say(&format!(
            "| {} | {} | {} | {:.3} s ({:.3}) | {:.3} s | {:.2} | {:.0} MB/s | {:.0} MiB |",
            described(corpus),
            contender.name,
            if one_core { "1" } else { "all" },
            middle.wall_seconds,
            wall,
            user,
            user * megahertz * 1e6 / float(corpus.bytes),
            float(corpus.bytes) / 1e6 / wall,
            float(u64::try_from(middle.peak_kib).unwrap_or_default()) / 1024.0,
        ));
    }

    /// The engine alone, over files that are in memory.
    fn in_memory(&self, corpus: &Corpus) -> Result<(), Error> {
        let output = self.engine(&["pass", &corpus.path.display().to_string()])?;
        let seconds: f64 = output.trim().parse().unwrap_or(f64::NAN);
        let bytes = float(corpus.bytes);
        say(&format!(
            "| {} | the engine, in memory | 1 | {seconds:.3} s | {seconds:.3} s | {:.2} | {:.0} MB/s | |",
            described(corpus),
            seconds * clock::megahertz() * 1e6 / bytes,
            bytes / 1e6 / seconds,
        ));
        Ok(())
    }

    fn stream(&self) -> Result<(), Error> {
        let file = self.folder.join("prompt.json");
        let text = corpus::prompt(&Pool::gather(), PROMPT_BYTES);
        fs::write(&file, text).map_err(Error::file("write", &file))?;
        let rounds = (self.arguments.rounds * 40).to_string();
        let output = self.engine(&["time", &file.display().to_string(), "--rounds", &rounds])?;
        say("| a prompt of 200 kB through | median | fastest | cycles a byte | findings |");
        say("|---|--:|--:|--:|--:|");
        for line in output.lines() {
            let Ok(timing) = serde_json::from_str::<Timing>(line) else {
                continue;
            };
            say(&format!(
                "| {} | {:.3} ms | {:.3} ms | {:.2} | {} |",
                timing.face,
                timing.median_ms,
                timing.least_ms,
                timing.cycles_per_byte,
                timing.findings
            ));
        }
        say("");
        Ok(())
    }

    /// Counts instructions on a slice, which no other load disturbs.
    fn instructions(&self, corpus: &Corpus) -> Result<(), Error> {
        const SLICE: usize = 8_000_000;
        if !is_installed("valgrind", &["--version"]) {
            say("Left out: instructions (valgrind is not installed)\n");
            return Ok(());
        }
        let Some(first) = corpus.truth.first() else {
            return Ok(());
        };
        let source = corpus.path.join(&first.file);
        let mut text = fs::read(&source).map_err(Error::file("read", &source))?;
        text.truncate(SLICE);
        let counted = |text: &[u8]| {
            let file = self.folder.join("slice.jsonl");
            fs::write(&file, text).map_err(Error::file("write", &file))?;
            let myself = std::env::current_exe().map_err(Error::file("find", "this program"))?;
            let mut command = Command::new("valgrind");
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
            command.arg(myself).args(["engine", "once"]).arg(&file);
            let output = command.output().map_err(|source| Error::Start {
                command: process::shown(&command),
                source,
            })?;
            let log = String::from_utf8_lossy(&output.stderr).into_owned();
            let line = log
                .lines()
                .find_map(|line| line.split("Collected : ").nth(1));
            Ok(line.and_then(|count| count.trim().parse::<u64>().ok()))
        };
        // Two sizes: what starting costs falls out of the difference.
        let half = text.len() / 2;
        let (Some(all), Some(less)) = (counted(&text)?, counted(&text[..half])?) else {
            say("Left out: instructions (valgrind did not count)\n");
            return Ok(());
        };
        say(&format!(
            "Instructions by `valgrind --tool=callgrind` on {} MB of the transcripts, without \
             starting: {:.2} a byte.\n",
            text.len() / 1_000_000,
            float(all.saturating_sub(less)) / float((text.len() - half) as u64),
        ));
        Ok(())
    }

    fn recall(&self, dense: &Corpus) -> Result<(), Error> {
        let output = self.engine(&["find", &dense.path.display().to_string()])?;
        let parsed = output
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let findings: Vec<Finding> = parsed.collect();
        let mut scores = vec![("bedlock", recall::judge(dense, &findings))];
        let page = self.folder.join("gaps.md");
        fs::write(&page, gaps::page(&scores[0].1)).map_err(Error::file("write", &page))?;
        for scanner in &self.scanners {
            let findings = scanner.findings(&self.peers, &dense.path)?;
            scores.push((scanner.name, recall::judge(dense, &findings)));
        }
        compared(&scores);
        note(&format!("what was missed: {}", page.display()));
        Ok(())
    }

    fn engine(&self, words: &[&str]) -> Result<String, Error> {
        let myself = std::env::current_exe().map_err(Error::file("find", "this program"))?;
        let output = process::output_of(Command::new(myself).arg("engine").args(words))?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }
}

fn compared(scores: &[(&str, Score)]) {
    let line = |what: &str, cell: &dyn Fn(&Score) -> String| {
        let cells: Vec<String> = scores.iter().map(|(_, score)| cell(score)).collect();
        say(&format!("| {what} | {} |", cells.join(" | ")));
    };
    let names: Vec<&str> = scores.iter().map(|(name, _)| *name).collect();
    say(&format!("| | {} |", names.join(" | ")));
    say(&format!("|---|{}", "--:|".repeat(scores.len())));
    let planted = scores.first().map_or(0, |(_, score)| score.secrets.len());
    line(&format!("recall, all {planted}"), &|score| {
        score.recall(|_| true).to_string()
    });
    for (origin, what) in [
        ("rule", "fakes of the rules"),
        ("table", "the independent table"),
    ] {
        line(&format!("recall, {what}"), &|score| {
            score
                .recall(|truth: &Truth| truth.origin == origin)
                .to_string()
        });
    }
    for (_, name) in CONTEXTS {
        line(&format!("recall, {name}"), &|score| {
            score
                .recall(|truth: &Truth| truth.context == name)
                .to_string()
        });
    }
    let negatives = scores.first().map_or(0, |(_, score)| score.negatives.len());
    line(
        &format!("hard negatives flagged, of {negatives}"),
        &|score| score.flagged().found.to_string(),
    );
    line("findings that touch nothing planted", &|score| {
        score.unplanted.len().to_string()
    });
    say("");
}

/// bedlock, reading a folder: its scan where there is one, else its audit.
fn bedlock(folder: &Path) -> Contender {
    let program = workspace::target().join("release/bedlock");
    let can_scan = is_installed(&program.display().to_string(), &["scan", "--help"]);
    let words: Vec<String> = if can_scan {
        let options = ["scan", "--format", "json"].map(str::to_owned);
        options.into_iter().chain(roots(folder)).collect()
    } else {
        let home = folder.display().to_string();
        [
            "audit",
            "--home",
            &home,
            "--no-processes",
            "--format",
            "json",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    Contender {
        name: format!("`bedlock {}`", words[0]),
        program,
        arguments: words,
        fine: &[0, 1],
    }
}

fn described(corpus: &Corpus) -> String {
    format!("{}, {:.1} MB", corpus.name, float(corpus.bytes) / 1e6)
}

/// Runs the release build of this program with the same arguments.
fn handed_over() -> Result<(), Error> {
    process::run(cargo().args(["build", "--release", "--locked", "--package", "xtask"]))?;
    let program = workspace::target().join("release/xtask");
    process::run(Command::new(program).args(std::env::args_os().skip(1)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size in bytes is far below 2^52"
)]
fn float(number: u64) -> f64 {
    number as f64
}

fn size(text: &str) -> Result<u64, String> {
    let refused = || format!("{text} is no size; write 1GB or 200MB");
    let unit = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(unit.unwrap_or(text.len()));
    let number: u64 = number.parse().map_err(|_| refused())?;
    match unit {
        "GB" => Ok(number * 1_000_000_000),
        "MB" => Ok(number * 1_000_000),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(size("1GB"), Ok(1_000_000_000));
        assert_eq!(size("200MB"), Ok(200_000_000));
        for wrong in ["", "1", "GB", "1 GB", "1TB", "-1MB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
