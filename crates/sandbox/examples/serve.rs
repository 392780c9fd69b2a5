//! Serves a sandbox from the command line until its standard input closes.
//!
//! `cargo run -p bedlock-sandbox --example serve -- --model us.anthropic.claude-x-v1:0 --cache-dir DIR`
//! prints one JSON line: `endpoint`, `environment`, `awsConfig` and, with `--cache-dir`, `cacheFile`.
//!
//! **Invariant:** nothing that is secret is printed; the signed-in session goes to a file of mode 0600.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bedlock_sandbox::{ModelGrant, Sandbox, SandboxConfig, TokenCache};
use serde_json::{Map, Value, json};

const USAGE: &str = "serve [--region R] [--account A] [--role R] [--session-name S] [--profile P]
      [--start-url U] [--port N] [--model ID].. [--invoke-model ID].. [--stream-model ID]..
      [--portal-session SECONDS] [--access-token SECONDS] [--role-session SECONDS]
      [--cache-dir DIR]";

/// What the command line asks for.
struct Wanted {
    config: SandboxConfig,
    profile: String,
    cache_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let wanted = parse(std::env::args().skip(1))?;
    let sandbox = Sandbox::start(wanted.config).map_err(|error| error.to_string())?;

    let environment: Map<String, Value> = sandbox
        .environment()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect();
    let mut told = json!({
        "endpoint": sandbox.endpoint(),
        "environment": environment,
        "awsConfig": sandbox.aws_config(&wanted.profile),
    });
    if let Some(dir) = &wanted.cache_dir {
        let file = write_cache(dir, &sandbox.signed_in_cache())
            .map_err(|error| format!("write the session to {}: {error}", dir.display()))?;
        told["cacheFile"] = Value::String(file.display().to_string());
    }
    let mut out = io::stdout();
    writeln!(out, "{told}")
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())?;

    // Whoever started this holds the other end; when they go, so does the sandbox.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    report(&sandbox);
    Ok(())
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        config: SandboxConfig::default(),
        profile: "bedlock".to_owned(),
        cache_dir: None,
    };
    while let Some(flag) = args.next() {
        let value = args
            .next()
            .ok_or_else(|| format!("{flag} needs a value\nusage: {USAGE}"))?;
        let config = &mut wanted.config;
        match flag.as_str() {
            "--region" => config.region = value,
            "--account" => config.account = value,
            "--role" => config.role = value,
            "--session-name" => config.session_name = value,
            "--start-url" => config.start_url = value,
            "--port" => config.port = value.parse().map_err(|_| "--port takes a port number")?,
            "--model" => config.models.push(ModelGrant::both(value)),
            "--invoke-model" => config.models.push(ModelGrant::invoke_only(value)),
            "--stream-model" => config.models.push(ModelGrant::stream_only(value)),
            "--portal-session" => config.portal_session = seconds(&flag, &value)?,
            "--access-token" => config.access_token = seconds(&flag, &value)?,
            "--role-session" => config.role_session = seconds(&flag, &value)?,
            "--profile" => wanted.profile = value,
            "--cache-dir" => wanted.cache_dir = Some(value.into()),
            _ => return Err(format!("{flag} is not an option\nusage: {USAGE}")),
        }
    }
    Ok(wanted)
}

fn seconds(flag: &str, value: &str) -> Result<Duration, String> {
    value
        .parse()
        .map(Duration::from_secs)
        .map_err(|_| format!("{flag} takes a number of seconds"))
}

/// Writes the session into a folder of mode 0700, in a file of mode 0600.
fn write_cache(dir: &Path, cache: &TokenCache) -> io::Result<PathBuf> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    let path = dir.join(&cache.file_name);
    let staged = dir.join(format!(".{}.partial", cache.file_name));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&staged)?;
    file.write_all(&cache.bytes)?;
    file.sync_all()?;
    fs::rename(staged, &path)?;
    Ok(path)
}

/// Says on standard error what was asked, one JSON line each.
fn report(sandbox: &Sandbox) {
    let mut err = io::stderr();
    for record in sandbox.requests() {
        let line = json!({
            "at": record.at.to_string(),
            "method": record.method,
            "path": record.path,
            "action": record.action,
            "model": record.model,
            "status": record.status,
            "error": record.error,
            "httpVersion": record.http_version,
        });
        let _ = writeln!(err, "{line}");
    }
}
