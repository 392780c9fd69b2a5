//! `bedlock sandbox`: Identity Center, Bedrock and Telegram on loopback, for trying things out.
//!
//! **Invariant:** nothing outside of its own temporary folder is written, and the folder goes when
//! the sandbox does; what it issues opens nothing anywhere else.

use std::time::Duration;

use bedlock_host::{Environment, Interrupt, TemporaryFolder};
use bedlock_sandbox::{Approval, ModelGrant, RequestRecord, Sandbox, SandboxConfig, SandboxError};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::error::{self, CliError};
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock sandbox                              until Ctrl-C; prints what to type in another terminal
  bedlock sandbox --portal-session 20m         sessions that end while you watch
  bedlock sandbox --approve auto --json        for a script: nobody has to press a button
  bedlock sandbox --model anthropic.claude-haiku-4-5-20251001-v1:0 --port 4100

Exit codes:
  0  stopped by Ctrl-C
  3  did not start
  64 wrong usage";

/// The name of the profile and of its session.
const PROFILE: &str = "bedlock-sandbox";
/// The chat that the sandbox's bot may write to.
const CHAT: i64 = 4242;
/// The longest wait for Ctrl-C to be seen.
const LOOK: Duration = Duration::from_millis(200);

/// Run an AWS of your own on this machine: sign-in pages, Bedrock, Telegram; no account needed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SandboxCommand {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The region that everything is in
    #[arg(long, default_value = "us-west-2")]
    region: String,
    /// A model that the role may invoke; more than once for more
    #[arg(
        long = "model",
        value_name = "ID",
        default_value = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    )]
    models: Vec<String>,
    /// Who lets programs in
    #[arg(long, value_enum, default_value_t = Approve::Browser)]
    approve: Approve,
    /// How long a sign-in lasts
    #[arg(long, value_name = "TIME", default_value = "8h", value_parser = time)]
    portal_session: Duration,
    /// How long an access token lasts before it has to be refreshed
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = time)]
    access_token: Duration,
    /// How long role credentials last
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = time)]
    role_session: Duration,
    /// How long a person has to press a button
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    device_code: Duration,
    /// Say it as one JSON object, and each request as another
    #[arg(long)]
    json: bool,
}

/// Who decides sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Approve {
    /// Somebody, on the sign-in page
    Browser,
    /// Nobody: every sign-in is let in at once
    Auto,
}

impl SandboxCommand {
    pub(crate) fn run(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        let sandbox = Sandbox::start(self.config()).map_err(|error| refused(&error))?;
        let folder = TemporaryFolder::new("bedlock-sandbox")?;
        let aws = folder.path().join(".aws");
        bedlock_host::create_folder(&aws)?;
        let config = sandbox.aws_config(PROFILE);
        bedlock_host::write_output(&aws.join("config"), config.as_bytes())?;
        let token = sandbox.telegram().new_bot();
        sandbox.telegram().open_chat(CHAT);

        let home = folder.path().display().to_string();
        let mut variables = vec![("HOME", home), ("AWS_PROFILE", PROFILE.to_owned())];
        variables.extend(sandbox.environment());
        if self.json {
            let variables: Map<String, Value> = variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            let told = json!({
                "endpoint": sandbox.endpoint(),
                "signInPage": format!("{}/device", sandbox.endpoint()),
                "profile": PROFILE,
                "environment": variables,
                "telegram": { "apiRoot": sandbox.endpoint(), "token": token, "chat": CHAT },
            });
            terminal::print(&format!("{told}\n"))?;
        } else {
            terminal::print(&self.instructions(&sandbox, &variables, &token))?;
        }
        self.follow(&sandbox, interrupt, environment.stdout_is_terminal)?;
        Ok(error::CLEAN)
    }

    fn config(&self) -> SandboxConfig {
        SandboxConfig {
            region: self.region.clone(),
            session_name: PROFILE.to_owned(),
            models: self.models.iter().map(ModelGrant::both).collect(),
            portal_session: self.portal_session,
            access_token: self.access_token,
            role_session: self.role_session,
            device_code: self.device_code,
            approval: match self.approve {
                Approve::Browser => Approval::Person,
                Approve::Auto => Approval::Automatic,
            },
            port: self.port,
            ..SandboxConfig::default()
        }
    }

    fn instructions(
        &self,
        sandbox: &Sandbox,
        variables: &[(&'static str, String)],
        token: &str,
    ) -> String {
        let endpoint = sandbox.endpoint();
        let exports: String = variables
            .iter()
            .map(|(name, value)| format!("  export {name}='{value}'\n"))
            .collect();
        let who = match self.approve {
            Approve::Browser => "Somebody has to press a button there.",
            Approve::Auto => "Every sign-in is let in at once.",
        };
        let model = self.models.first().map_or("MODEL", String::as_str);
        format!(
            "An AWS of your own at {endpoint}, until you press Ctrl-C.\n\
             Nothing that it issues opens anything anywhere else.\n\n\
             In another terminal:\n\n{exports}\n\
             Then sign in, and use the AWS CLI or any SDK:\n\n  \
             bedlock login\n  \
             aws sts get-caller-identity\n  \
             aws bedrock-runtime converse --model-id {model} \\\n    \
             --messages '[{{\"role\":\"user\",\"content\":[{{\"text\":\"hi\"}}]}}]'\n\n\
             Sign-in page   {endpoint}/device   {who}\n\
             Telegram       API root {endpoint}, chat {CHAT}, token {token}\n\n\
             Requests:\n"
        )
    }

    /// Says each request as it is answered, until somebody stops it.
    fn follow(
        &self,
        sandbox: &Sandbox,
        interrupt: &Interrupt,
        is_terminal: bool,
    ) -> Result<(), CliError> {
        let mut told = 0;
        while interrupt.received().is_none() {
            sandbox.wait_until(LOOK, |sandbox| sandbox.requests_after(told).0 > told);
            let (answered, records) = sandbox.requests_after(told);
            for record in &records {
                let line = if self.json {
                    format!("{}\n", as_json(record))
                } else {
                    as_text(record)
                };
                terminal::print(&line)?;
            }
            told = answered;
        }
        if is_terminal && !self.json {
            terminal::print("\nStopped; its folder is gone.\n")?;
        }
        Ok(())
    }
}

fn as_text(record: &RequestRecord) -> String {
    let time = record.at.strftime("%H:%M:%S");
    let (status, action) = (record.status, record.action);
    let more = match (&record.model, record.error) {
        (_, Some(error)) => format!("  {error}"),
        (Some(model), None) => format!("  {model}"),
        (None, None) => String::new(),
    };
    format!("  {time} {status} {action}{more}\n")
}

fn as_json(record: &RequestRecord) -> Value {
    json!({
        "at": record.at.to_string(),
        "action": record.action,
        "method": record.method,
        "path": record.path,
        "model": record.model,
        "status": record.status,
        "error": record.error,
        "httpVersion": record.http_version,
    })
}

/// Reads a time such as `90s`, `15m` or `1h30m`.
fn time(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|time| Duration::try_from(time).ok())
        .filter(|time| time.as_secs() >= 1)
        .ok_or_else(|| "write it as 90s, 15m or 8h".to_owned())
}

fn refused(error: &SandboxError) -> CliError {
    let next = match error {
        SandboxError::Config { .. } => "bedlock sandbox --help",
        SandboxError::Listen { .. } => "leave --port out, and a free one is taken",
        SandboxError::Start(_) => "stop other programs, then run the command again",
    };
    CliError::refused(format!("failed to {error}"), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1h30m"), Ok(Duration::from_secs(5400)));
        for wrong in ["", "8", "-1h", "0s", "soon"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
