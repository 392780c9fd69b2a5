//! `bench creds`: `bedlock creds` with cached role credentials, the whole process, next to Python's SDK
//! and next to a program that does nothing.
//!
//! `aws configure export-credentials` is in version 2 of the AWS CLI only, which no registry carries;
//! boto3 resolving a static profile is the least of what it does.
//!
//! **Invariant:** nobody asks a network: all find what they print in a file.

use std::fs;
use std::path::Path;

use super::measure::{Contender, Usage, measured, median};
use crate::error::Error;
use crate::process::{self, cargo, note, say};
use crate::{peers, workspace};

const CONFIG: &str = "\
[default]
sso_session = bedlock
sso_account_id = 123456789012
sso_role_name = BedrockInvoke
region = us-west-2

[sso-session bedlock]
sso_region = us-west-2
sso_start_url = https://d-1234567890.awsapps.com/start
sso_registration_scopes = sso:account:access

[profile static]
aws_access_key_id = EXAMPLE
aws_secret_access_key = EXAMPLE
region = us-west-2
";
/// SHA-1 of the role of that profile, as the AWS CLI writes it.
const CACHED: &str =
    r#"{"accountId":"123456789012","roleName":"BedrockInvoke","sessionName":"bedlock"}"#;

/// Measures and prints the table.
///
/// # Errors
/// [`Error::Check`] when a program did not do its work.
pub(crate) fn run(rounds: usize) -> Result<(), Error> {
    process::run(cargo().args(["build", "--release", "--locked", "--package", "bedlock"]))?;
    let home = workspace::target().join("bench/creds");
    prepare(&home)?;
    let contenders = contenders(&home);
    let mut usages: Vec<Vec<Usage>> = contenders.iter().map(|_| Vec::new()).collect();
    // The first round brings the files into the page cache and is not counted.
    for round in 0..=rounds.max(1) {
        for (contender, usages) in contenders.iter().zip(&mut usages) {
            let usage = measured(contender)?;
            note(&format!(
                "round {round}: {}: {:.4} s",
                contender.name, usage.wall_seconds
            ));
            if round > 0 {
                usages.push(usage);
            }
        }
    }
    say("| program | wall (median) | CPU | peak memory |");
    say("|---|--:|--:|--:|");
    for (contender, usages) in contenders.iter().zip(&usages) {
        let usage = median(usages);
        say(&format!(
            "| {} | {:.1} ms | {:.1} ms | {:.1} MB |",
            contender.name,
            usage.wall_seconds * 1e3,
            usage.cpu_seconds * 1e3,
            f64::from(i32::try_from(usage.peak_kib).unwrap_or(i32::MAX)) / 1024.0
        ));
    }
    Ok(())
}

/// A home with credentials that were bought already.
fn prepare(home: &Path) -> Result<(), Error> {
    let cache = home.join(".aws/cli/cache");
    fs::create_dir_all(&cache).map_err(Error::file("create", &cache))?;
    let put = |path: &Path, text: &str| fs::write(path, text).map_err(Error::file("write", path));
    put(&home.join(".aws/config"), CONFIG)?;
    let name = format!("{}.json", sha1_hex(CACHED)?);
    put(
        &cache.join(name),
        r#"{"ProviderType":"sso","Credentials":{"AccessKeyId":"EXAMPLE","SecretAccessKey":"EXAMPLE","SessionToken":"EXAMPLE","Expiration":"2099-01-01T00:00:00Z","AccountId":"123456789012"}}"#,
    )
}

/// By a program that every system has, because it is needed once.
fn sha1_hex(text: &str) -> Result<String, Error> {
    let script = format!("printf %s '{text}' | sha1sum | cut -c1-40");
    let output = process::output_of(std::process::Command::new("sh").args(["-c", &script]))?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}

fn contenders(home: &Path) -> Vec<Contender> {
    let clean = [
        "-i".to_owned(),
        format!("HOME={}", home.display()),
        "PATH=/usr/bin:/bin".to_owned(),
    ];
    let bedlock = workspace::target()
        .join("release/bedlock")
        .display()
        .to_string();
    let contender = |name: &str, words: &[&str]| Contender {
        name: name.to_owned(),
        program: "/usr/bin/env".into(),
        arguments: clean
            .iter()
            .cloned()
            .chain(words.iter().map(|w| (*w).to_owned()))
            .collect(),
        fine: &[0],
    };
    let mut all = vec![
        contender("`true`", &["true"]),
        contender("`bedlock creds`, cached", &[&bedlock, "creds"]),
    ];
    let python = peers::folder()
        .join("python/bin/python")
        .display()
        .to_string();
    if Path::new(&python).exists() {
        let script = "import boto3; boto3.Session(profile_name='static').get_credentials().get_frozen_credentials()";
        all.push(contender("boto3, static profile", &[&python, "-c", script]));
    } else {
        note("boto3 is left out: run `cargo xtask peers` first");
    }
    all
}
