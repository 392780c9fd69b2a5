//! A home folder as an OpenClaw user has it: every usual leak, laid out as OpenClaw 2026.9.6 does.
//!
//! Used by `bedlock demo` and by tests that need a whole host without installing one.
//!
//! **Invariant:** every secret in it is random per call and opens nothing; nothing is written
//! outside the given folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rusqlite::{Connection, params};

/// What was put into a home: a name for people, and the value. They are worthless by construction.
#[derive(Clone, PartialEq, Eq)]
pub struct Canary {
    /// Where it would come from, e.g. `openai`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl std::fmt::Debug for Canary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Canary({})", self.name)
    }
}

/// Why a home could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The file system.
    #[error("lay out the home: {0}")]
    Io(#[from] io::Error),
    /// SQLite.
    #[error("make a database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The system has no random numbers.
    #[error("get random numbers: {0}")]
    Random(String),
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn random(length: usize) -> Result<String, HomeError> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(|error| HomeError::Random(error.to_string()))?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect())
}

struct Secrets {
    openai: String,
    anthropic: String,
    gemini: String,
    telegram: String,
    gateway: String,
    github: String,
    aws_id: String,
    aws_secret: String,
    npm: String,
    mcp: String,
    brave: String,
    old_openai: String,
}

impl Secrets {
    fn new() -> Result<Self, HomeError> {
        let digits = random(10)?
            .bytes()
            .map(|b| char::from(b'0' + b % 10))
            .collect::<String>();
        Ok(Self {
            openai: format!("sk-proj-{}T3BlbkFJ{}", random(74)?, random(74)?),
            anthropic: format!("sk-ant-api03-{}AA", random(93)?),
            gemini: format!("AIza{}", random(35)?),
            telegram: format!("1{}:AA{}", &digits[..9], random(33)?),
            gateway: random(40)?,
            github: format!("ghp_{}", random(36)?),
            aws_id: format!(
                "AKIA{}",
                random(16)?
                    .to_uppercase()
                    .replace(['0', '1', '8', '9'], "A")
            ),
            aws_secret: random(40)?,
            npm: format!("npm_{}", random(36)?),
            mcp: random(32)?,
            brave: format!("BSA{}", random(28)?),
            old_openai: format!("sk-proj-{}T3BlbkFJ{}", random(74)?, random(74)?),
        })
    }

    fn canaries(&self) -> Vec<Canary> {
        [
            ("openai", &self.openai),
            ("anthropic", &self.anthropic),
            ("gemini", &self.gemini),
            ("telegram", &self.telegram),
            ("gateway", &self.gateway),
            ("github", &self.github),
            ("aws-secret", &self.aws_secret),
            ("npm", &self.npm),
            ("mcp", &self.mcp),
            ("brave", &self.brave),
            ("old-openai", &self.old_openai),
        ]
        .into_iter()
        .map(|(name, value)| Canary {
            name,
            value: value.clone(),
        })
        .collect()
    }
}

/// Lays out a leaky home in an empty folder, and says which secrets it put there.
///
/// # Errors
/// When the folder cannot be written to.
pub fn leaky_home(home: &Path) -> Result<Vec<Canary>, HomeError> {
    let secrets = Secrets::new()?;
    let state = home.join(".openclaw");
    configuration(&state, &secrets)?;
    state_files(&state, &secrets)?;
    state_database(&state.join("state/openclaw.sqlite"), &state, &secrets)?;
    agent_database(
        &state.join("agents/main/agent/openclaw-agent.sqlite"),
        &secrets,
    )?;
    around(home, &secrets)?;
    Ok(secrets.canaries())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

fn configuration(state: &Path, s: &Secrets) -> io::Result<()> {
    let config = |openai: &str, note: &str| {
        format!(
            r#"{{
  // {note}
  "meta": {{ "lastTouchedVersion": "2026.9.6" }},
  "env": {{ "vars": {{ "GEMINI_API_KEY": "{gemini}", "EDITOR": "vim" }} }},
  "models": {{
    "mode": "merge",
    "providers": {{
      "openai": {{ "baseUrl": "https://api.openai.com/v1", "apiKey": "{openai}", "models": [] }},
      "anthropic": {{ "baseUrl": "https://api.anthropic.com", "apiKey": "{anthropic}", "models": [] }},
    }},
  }},
  "agents": {{
    "defaults": {{
      "model": {{ "primary": "anthropic/claude-opus-4-5", "fallbacks": ["openai/gpt-5"] }},
      "imageModel": "google/gemini-3-pro", // for photos in the chat
      "workspace": "~/.openclaw/workspace",
    }},
  }},
  "channels": {{ "telegram": {{ "enabled": true, "botToken": "{telegram}", "allowFrom": ["42"] }} }},
  "gateway": {{ "mode": "local", "port": 18789, "auth": {{ "mode": "token", "token": "{gateway}" }} }},
  "mcp": {{ "servers": {{
    "github": {{ "command": "npx", "args": ["-y", "server-github"], "env": {{ "GITHUB_TOKEN": "{github}" }} }},
    "notes": {{ "command": "npx", "args": ["-y", "notes-mcp", "--token", "{mcp}"] }},
  }} }},
  "plugins": {{ "entries": {{ "brave": {{ "enabled": true, "config": {{ "webSearch": {{ "apiKey": "{brave}" }} }} }} }} }},
}}
"#,
            gemini = s.gemini,
            anthropic = s.anthropic,
            telegram = s.telegram,
            gateway = s.gateway,
            github = s.github,
            mcp = s.mcp,
            brave = s.brave,
        )
    };
    write(
        &state.join("openclaw.json"),
        &config(&s.openai, "my assistant"),
    )?;
    write(
        &state.join("openclaw.json.bak"),
        &config(&s.openai, "my assistant"),
    )?;
    write(
        &state.join("openclaw.json.bak.1"),
        &config(&s.old_openai, "before I changed keys"),
    )?;
    write(
        &state.join("openclaw.json.last-good"),
        &config(&s.openai, "my assistant"),
    )?;
    write(
        &state.join(".env"),
        &format!("# keys\nOPENAI_API_KEY={}\nTELEGRAM_CHAT=42\n", s.openai),
    )
}

fn state_files(state: &Path, s: &Secrets) -> io::Result<()> {
    let agent = state.join("agents/main");
    write(
        &agent.join("agent/models.json"),
        &format!(
            "{{\n  \"providers\": {{\n    \"openai\": {{ \"baseUrl\": \"https://api.openai.com/v1\", \"apiKey\": \"{}\" }}\n  }}\n}}\n",
            s.openai
        ),
    )?;
    write(
        &agent.join("agent/auth-profiles.json.migrated-2026-09-01T00-00-00Z"),
        &format!(
            "{{\"version\":1,\"profiles\":{{\"anthropic:default\":{{\"type\":\"api_key\",\"provider\":\"anthropic\",\"key\":\"{}\"}}}}}}\n",
            s.anthropic
        ),
    )?;
    let mut transcript = String::from("{\"type\":\"session\",\"id\":\"demo\"}\n");
    for turn in 0..40 {
        transcript.push_str(&format!(
            "{{\"type\":\"message\",\"message\":{{\"role\":\"user\",\"content\":\"turn {turn}: what is on my list today?\"}}}}\n"
        ));
    }
    transcript.push_str(&format!(
        "{{\"type\":\"message\",\"message\":{{\"role\":\"toolResult\",\"content\":\"$ env\\nOPENAI_API_KEY={}\\nHOME=/home/ann\\n\"}}}}\n",
        s.openai
    ));
    write(&agent.join("sessions/2026-09-01-demo.jsonl"), &transcript)?;
    write(
        &state.join("logs/config-audit.jsonl"),
        &format!(
            "{{\"ts\":\"2026-09-01T00:00:00Z\",\"argv\":[\"openclaw\",\"config\",\"set\",\"models.providers.openai.apiKey\",\"{}\"]}}\n",
            s.openai
        ),
    )?;
    write(
        &state.join("workspace/notes/servers.md"),
        &format!(
            "# Servers\n\nDeploy with `git clone https://ann:{}@github.com/ann/site.git`.\n",
            s.github
        ),
    )
}

fn state_database(path: &Path, state: &Path, s: &Secrets) -> Result<(), HomeError> {
    let database = open(path)?;
    database.execute_batch(
        "CREATE TABLE config_machine_state (
           state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL, updated_at_ms INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE config_health_entries (
           config_path TEXT NOT NULL PRIMARY KEY, entry_json TEXT NOT NULL
         ) STRICT;
         CREATE TABLE secret_store_entries (
           scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
           deleted_at_ms INTEGER, PRIMARY KEY (scope_kind, scope_id, name)
         ) STRICT;",
    )?;
    // A key that was replaced long ago still stands in a freed page.
    let long = format!(
        "{{\"old\":\"{}\",\"pad\":\"{}\"}}",
        s.old_openai,
        "x".repeat(6000)
    );
    database.execute(
        "INSERT INTO config_machine_state VALUES ('old', ?1, 1)",
        params![long],
    )?;
    database.execute(
        "DELETE FROM config_machine_state WHERE state_key = 'old'",
        [],
    )?;
    let store = format!(
        r#"{{"version":1,"profiles":{{"openai:default":{{"type":"api_key","provider":"openai","key":"{}"}},"anthropic:models-json":{{"type":"api_key","provider":"anthropic","key":"{}"}}}}}}"#,
        s.openai, s.anthropic
    );
    database.execute(
        "INSERT INTO config_machine_state VALUES ('authProfiles.store', ?1, 2)",
        params![store],
    )?;
    let config = state.join("openclaw.json").display().to_string();
    database.execute(
        "INSERT INTO config_health_entries VALUES (?1, '{\"bytes\":1900}')",
        params![config],
    )?;
    database.execute(
        "INSERT INTO secret_store_entries VALUES ('shared', 'main', 'BRAVE_API_KEY', ?1, NULL)",
        params![s.brave],
    )?;
    close(database)
}

fn agent_database(path: &Path, s: &Secrets) -> Result<(), HomeError> {
    let database = open(path)?;
    database.execute_batch(
        "CREATE TABLE transcript_events (
           session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, event_zstd BLOB,
           event_utf8_bytes INTEGER, navigation_json TEXT, PRIMARY KEY (session_id, seq)
         ) STRICT;",
    )?;
    for turn in 0..30 {
        let text = match turn {
            17 => format!("my key is {} in case you need it", s.anthropic),
            _ => format!("turn {turn}: nothing new"),
        };
        let event = format!("{{\"type\":\"message\",\"role\":\"user\",\"content\":\"{text}\"}}");
        database.execute(
            "INSERT INTO transcript_events VALUES ('demo', ?1, ?2, NULL, ?3, NULL)",
            params![turn, event, i64::try_from(event.len()).unwrap_or(0)],
        )?;
    }
    close(database)
}

fn open(path: &Path) -> Result<Connection, HomeError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let database = Connection::open(path)?;
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA user_version = 18;")?;
    Ok(database)
}

fn close(database: Connection) -> Result<(), HomeError> {
    database
        .close()
        .map_err(|(_, error)| HomeError::Sqlite(error))
}

/// What is outside of OpenClaw's own folder.
fn around(home: &Path, s: &Secrets) -> io::Result<()> {
    write(
        &home.join(".config/systemd/user/openclaw-gateway.service"),
        &format!(
            "[Unit]\nDescription=OpenClaw Gateway\n\n[Service]\nExecStart=/usr/bin/node /usr/lib/node_modules/openclaw/openclaw.mjs gateway run\nEnvironment=ANTHROPIC_API_KEY={}\nRestart=always\n\n[Install]\nWantedBy=default.target\n",
            s.anthropic
        ),
    )?;
    write(
        &home.join(".bashrc"),
        &format!(
            "# ~/.bashrc\nalias ll='ls -l'\nexport OPENAI_API_KEY=\"{}\" # for the assistant\nexport EDITOR=vim\n",
            s.openai
        ),
    )?;
    write(
        &home.join(".aws/credentials"),
        &format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            s.aws_id, s.aws_secret
        ),
    )?;
    write(
        &home.join(".aws/config"),
        "# work account\n[profile work]\nsso_session = work\nsso_account_id = 210987654321\nsso_role_name = Developer\nregion = eu-west-1\n\n[sso-session work]\nsso_start_url = https://d-0000000000.awsapps.com/start\nsso_region = eu-west-1\n",
    )?;
    write(
        &home.join(".npmrc"),
        &format!("fund=false\n//registry.npmjs.org/:_authToken={}\n", s.npm),
    )?;
    write(
        &home.join(".git-credentials"),
        &format!("https://ann:{}@github.com\n", s.github),
    )?;
    write(
        &home.join(".npm/_logs/2026-09-01T00_00_00_000Z-debug-0.log"),
        &format!(
            "0 verbose cli node npx\n1 verbose argv \"exec\" \"--\" \"notes-mcp\" \"--token\" \"{}\"\n",
            s.mcp
        ),
    )
}
