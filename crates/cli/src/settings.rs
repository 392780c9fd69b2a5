//! What harden needs to know: from the command line, else from bedlock's own file, else asked for.
//!
//! **Invariant:** a request that leaves here has no [`bedlock_audit::modes::Problem`].

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use bedlock_audit::modes::{Mode, Request};
use bedlock_host::Environment;
use serde::Deserialize;

use crate::error::CliError;
use crate::world::World;

/// The options of `harden` that describe the way to Bedrock.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// AWS Region that models are called in, e.g. us-west-2
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Model id, inference profile or ARN of Bedrock; the first is the default, more are fallbacks
    #[arg(long = "model", value_name = "ID")]
    pub(crate) models: Vec<String>,
    /// Access portal of IAM Identity Center, e.g. https://d-1234567890.awsapps.com/start
    #[arg(long, value_name = "URL")]
    pub(crate) sso_start_url: Option<String>,
    /// Region of IAM Identity Center
    #[arg(long, value_name = "REGION")]
    pub(crate) sso_region: Option<String>,
    /// AWS account, 12 digits
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Permission set, e.g. BedrockInvoke
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
    /// Profile in ~/.aws/config that the agent uses [default: openclaw]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// How far the agent is from a credential [default: direct] [possible values: direct]
    #[arg(long, value_name = "MODE")]
    pub(crate) mode: Option<String>,
    /// Settings file [default: ~/.config/bedlock/bedlock.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// bedlock's own file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    harden: Harden,
    #[serde(default)]
    daemon: bedlock_watch::settings::Daemon,
    #[serde(default)]
    notify: bedlock_watch::settings::Notify,
}

/// The tables that the daemon and the notifiers are set up by.
pub(crate) struct WatchTables {
    pub(crate) daemon: bedlock_watch::settings::Daemon,
    pub(crate) notify: bedlock_watch::settings::Notify,
}

/// Reads the tables of the daemon.
pub(crate) fn watch(
    environment: &Environment,
    named: Option<&Path>,
) -> Result<WatchTables, CliError> {
    let file = read(environment, named)?;
    Ok(WatchTables {
        daemon: file.daemon,
        notify: file.notify,
    })
}

/// The table `[harden]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Harden {
    region: Option<String>,
    #[serde(default)]
    models: Vec<String>,
    sso_start_url: Option<String>,
    sso_region: Option<String>,
    account: Option<String>,
    role: Option<String>,
    profile: Option<String>,
    mode: Option<String>,
}

const LARGEST: u64 = 1 << 20;

/// Puts a request together.
pub(crate) fn request(world: &World, options: &Options) -> Result<Request, CliError> {
    let file = read(&world.environment, options.config.as_deref())?.harden;
    let mut asker = Asker {
        allowed: world.environment.stdin_is_terminal,
        missing: Vec::new(),
    };
    let one = |option: &Option<String>, file: Option<String>| option.clone().or(file);
    let region = asker.need(
        one(&options.region, file.region),
        "region",
        "AWS Region for models",
        "us-west-2",
    );
    let models = match (options.models.is_empty(), file.models.is_empty()) {
        (false, _) => options.models.clone(),
        (true, false) => file.models,
        (true, true) => {
            let text = asker.need(
                None,
                "model",
                "Model ids, the default first, with spaces between",
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            );
            text.split_whitespace().map(str::to_owned).collect()
        }
    };
    let mode = one(&options.mode, file.mode).unwrap_or_else(|| "direct".to_owned());
    let Some((_, mode)) = Mode::ALL.iter().find(|(name, _)| *name == mode) else {
        let names: Vec<&str> = Mode::ALL.iter().map(|(name, _)| *name).collect();
        return Err(CliError::usage(
            format!("there is no mode {mode:?} in this version"),
            format!("--mode {}", names.join(" or --mode ")),
        ));
    };
    let request = Request {
        mode: *mode,
        region,
        models,
        sso_start_url: asker.need(
            one(&options.sso_start_url, file.sso_start_url),
            "sso-start-url",
            "Access portal of IAM Identity Center",
            "https://d-1234567890.awsapps.com/start",
        ),
        sso_region: asker.need(
            one(&options.sso_region, file.sso_region),
            "sso-region",
            "Region of IAM Identity Center",
            "us-east-1",
        ),
        account: asker.need(
            one(&options.account, file.account),
            "account",
            "AWS account, 12 digits",
            "123456789012",
        ),
        role: asker.need(
            one(&options.role, file.role),
            "role",
            "Permission set",
            "BedrockInvoke",
        ),
        profile: one(&options.profile, file.profile).unwrap_or_else(|| "openclaw".to_owned()),
    };
    if !asker.missing.is_empty() {
        let options: Vec<String> = asker
            .missing
            .iter()
            .map(|(name, example)| format!("--{name} {example}"))
            .collect();
        return Err(CliError::usage(
            format!(
                "harden has to know {} more",
                match options.len() {
                    1 => "one thing".to_owned(),
                    count => format!("{count} things"),
                }
            ),
            format!("{} {}", world.command("harden"), options.join(" ")),
        ));
    }
    let problems = request.problems();
    if let Some(first) = problems.first() {
        let all: Vec<String> = problems
            .iter()
            .map(|p| format!("--{}: {}", p.setting, p.what))
            .collect();
        return Err(CliError::usage(
            all.join("\n       "),
            format!("--{} takes {}", first.setting, first.expected),
        ));
    }
    Ok(request)
}

fn read(environment: &Environment, named: Option<&Path>) -> Result<File, CliError> {
    let path = named.map_or_else(
        || {
            let base = environment.setting("XDG_CONFIG_HOME").map(PathBuf::from);
            base.filter(|base| base.is_absolute())
                .unwrap_or_else(|| environment.home.join(".config"))
                .join("bedlock/bedlock.toml")
        },
        Path::to_path_buf,
    );
    let Some(bytes) = bedlock_host::small_file(None, &path, LARGEST) else {
        return match named {
            None => Ok(File::default()),
            Some(path) => Err(CliError::usage(
                format!("the settings file {} cannot be read", path.display()),
                "--config FILE names a readable TOML file",
            )),
        };
    };
    // The message of the TOML parser quotes the file, which is a settings file and holds no secret
    // by design; its first line says what is wrong.
    let wrong = |why: String| {
        CliError::usage(
            format!(
                "{}: {}",
                path.display(),
                why.lines().next().unwrap_or_default()
            ),
            "the tables are [harden], [daemon] and [notify]; see the section Settings of the README",
        )
    };
    let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
    toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))
}

/// A request as it is typed. Its values need no quoting: their shapes were checked.
pub(crate) fn as_options(request: &Request) -> String {
    let mut text = format!(" --region {}", request.region);
    for model in &request.models {
        text.push_str(&format!(" --model {model}"));
    }
    text.push_str(&format!(
        " --sso-start-url {} --sso-region {} --account {} --role {}",
        request.sso_start_url, request.sso_region, request.account, request.role
    ));
    if request.profile != "openclaw" {
        text.push_str(&format!(" --profile {}", request.profile));
    }
    text
}

/// Asks a person for what is missing, when there is one.
struct Asker {
    allowed: bool,
    missing: Vec<(&'static str, &'static str)>,
}

impl Asker {
    fn need(
        &mut self,
        known: Option<String>,
        option: &'static str,
        question: &str,
        example: &'static str,
    ) -> String {
        if let Some(known) = known {
            return known;
        }
        let answer = if self.allowed {
            ask(question, example)
        } else {
            None
        };
        answer.unwrap_or_else(|| {
            self.missing.push((option, example));
            String::new()
        })
    }
}

fn ask(question: &str, example: &str) -> Option<String> {
    let mut error = std::io::stderr();
    write!(error, "{question} (e.g. {example}): ").ok()?;
    error.flush().ok()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
