//! Fills a home with canaries: by OpenClaw's own commands where it has one, by hand where a person
//! would have done it by hand.
//!
//! What OpenClaw makes of them (copies, migrations, archives, transcripts, rows) is not written down
//! here: [`Search`] finds it, and the places that it finds are what an audit has to find, too.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::canary::{Canary, Fate, Shape};
use super::model_server::{ANSWER, ModelServer, RUN};
use super::openclaw::{OpenClaw, Release};
use super::search::{Hit, Search};

/// A home full of canaries, with no process running in it.
pub(crate) struct Seeded {
    pub(crate) openclaw: OpenClaw,
    pub(crate) canaries: Vec<Canary>,
    /// Everywhere that a canary is.
    pub(crate) places: BTreeSet<Hit>,
    /// What `openclaw secrets audit --json` says about the same home.
    pub(crate) own_audit: Value,
    /// The model that the seeding talked to; it stays up, because a harden must not need it.
    _model: ModelServer,
    original: PathBuf,
}

impl Seeded {
    /// Seeds a home below a folder, which is made anew.
    pub(crate) fn new(release: Release, folder: &Path) -> Self {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        let (home, scratch) = (folder.join("home"), folder.join("scratch"));
        for path in [&home, &scratch] {
            fs::create_dir_all(path).unwrap();
        }
        let openclaw = OpenClaw::new(release, &home, &scratch);
        let mut planter = Planter {
            openclaw: openclaw.clone(),
            canaries: Vec::new(),
        };
        let model = ModelServer::start();
        planter.onboard();
        planter.configure(&model);
        planter.older_release();
        planter.talk();
        planter.legacy_folders();
        planter.include_file();
        openclaw.gateway().stop();
        planter.copies_of_the_configuration();
        planter.dotenv_and_workspace();
        planter.services();
        planter.shell();
        planter.aws();
        planter.other_tools();
        planter.databases();
        // Whatever the person did by hand, the release still takes the configuration.
        openclaw.run(&["config", "validate"]).succeeded();
        let own_audit = own_audit(&openclaw);

        let places = Search::new(&planter.canaries).tree(&home);
        for canary in &planter.canaries {
            assert!(
                places.iter().any(|hit| hit.canary == canary.name),
                "{} was planted and is nowhere",
                canary.name
            );
        }
        let original = folder.join("original");
        copy_tree(&home, &original);
        Self {
            openclaw,
            canaries: planter.canaries,
            places,
            own_audit,
            _model: model,
            original,
        }
    }

    /// Puts the home back to the moment after the seeding.
    pub(crate) fn restore(&self) {
        fs::remove_dir_all(&self.openclaw.home).unwrap();
        copy_tree(&self.original, &self.openclaw.home);
    }

    pub(crate) fn search(&self) -> Search {
        Search::new(&self.canaries)
    }

    pub(crate) fn canary(&self, name: &str) -> &Canary {
        self.canaries
            .iter()
            .find(|canary| canary.name == name)
            .unwrap()
    }
}

/// Copies a folder with modes, owners, times and links.
fn copy_tree(from: &Path, to: &Path) {
    let status = Command::new("cp")
        .args(["-a", "--reflink=auto"])
        .args([from, to])
        .status()
        .unwrap();
    assert!(status.success());
}

fn own_audit(openclaw: &OpenClaw) -> Value {
    let ran = openclaw.run(&["secrets", "audit", "--json"]);
    let start = ran.stdout.find('{').unwrap_or_else(|| panic!("{ran}"));
    serde_json::from_str(&ran.stdout[start..]).unwrap_or_else(|_| panic!("{ran}"))
}

struct Planter {
    openclaw: OpenClaw,
    canaries: Vec<Canary>,
}

impl Planter {
    /// Makes a canary and remembers it.
    fn key(&mut self, name: &'static str, shape: Shape, fate: Fate) -> String {
        let canary = Canary::new(name, shape, fate);
        let value = canary.value.clone();
        self.canaries.push(canary);
        value
    }

    /// A canary of a model provider or of AWS.
    fn model_key(&mut self, name: &'static str, shape: Shape) -> String {
        self.key(name, shape, Fate::Removed)
    }

    /// The value of a canary that was made before.
    fn known(&self, name: &str) -> String {
        let mut canaries = self.canaries.iter();
        canaries
            .find(|canary| canary.name == name)
            .unwrap()
            .value
            .clone()
    }

    fn write(&self, path: &str, mode: u32, text: &str) {
        let path = self.openclaw.home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn append(&self, path: &str, text: &str) {
        let path = self.openclaw.home.join(path);
        let mut whole = fs::read_to_string(&path).unwrap_or_default();
        whole.push_str(text);
        fs::write(&path, whole).unwrap();
    }

    fn onboard(&mut self) {
        let key = self.model_key("onboard anthropic", Shape::Anthropic);
        let token = self.key("gateway token", Shape::Opaque, Fate::Kept);
        let port = self.openclaw.port.to_string();
        self.openclaw
            .run(&[
                "onboard",
                "--non-interactive",
                "--accept-risk",
                "--mode",
                "local",
                "--auth-choice",
                "apiKey",
                "--anthropic-api-key",
                &key,
                "--gateway-port",
                &port,
                "--gateway-token",
                &token,
                "--skip-daemon",
                "--skip-health",
                "--skip-channels",
                "--skip-skills",
                "--skip-ui",
                "--skip-search",
                "--json",
            ])
            .succeeded();
    }

    fn configure(&mut self, model: &ModelServer) {
        let provider_model = json!({
            "id": "loop-1", "name": "loop-1", "reasoning": false, "input": ["text"],
            "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
            "contextWindow": 200_000, "maxTokens": 8192,
        });
        let memory_search = match self.openclaw.release {
            Release::Y2026M9 => "memory.search.enabled",
            Release::Y2026M5 => "agents.defaults.memorySearch.enabled",
        };
        let settings = [
            (
                "models.providers.loop",
                json!({
                    "baseUrl": model.base_url(),
                    "api": "openai-completions",
                    "apiKey": self.model_key("config provider", Shape::OpenAi),
                    "headers": {
                        "X-Trace": self.model_key("config neutral header", Shape::OpenAi),
                        "X-Api-Key": self.model_key("config key header", Shape::Opaque),
                    },
                    "models": [provider_model],
                }),
            ),
            ("agents.defaults.model.primary", json!("loop/loop-1")),
            // The index would ask a provider for embeddings.
            (memory_search, json!(false)),
            (
                "env.vars.AWS_ACCESS_KEY_ID",
                json!(self.model_key("config env aws id", Shape::AwsKeyId)),
            ),
            (
                "env.vars.AWS_SECRET_ACCESS_KEY",
                json!(self.model_key("config env aws secret", Shape::AwsSecret)),
            ),
            (
                "env.vars.CORP_LLM_KEY",
                json!(self.model_key("config env key", Shape::OpenRouter)),
            ),
            // Not the folder that all homes of this machine share, so that the releases can be
            // tested at the same time.
            (
                "logging.file",
                json!(self.openclaw.state().join("logs/openclaw.log")),
            ),
            ("channels.telegram.enabled", json!(false)),
            (
                "channels.telegram.botToken",
                json!(self.key("telegram", Shape::Telegram, Fate::Kept)),
            ),
            (
                "hooks.token",
                json!(self.key("hooks token", Shape::Opaque, Fate::Kept)),
            ),
            (
                "skills.entries.demo",
                json!({
                    "apiKey": self.key("skill key", Shape::Opaque, Fate::Reported),
                    "env": {"DEMO_TOKEN": self.key("skill env", Shape::GitHub, Fate::Reported)},
                }),
            ),
            (
                "mcp.servers.remote",
                json!({
                    "enabled": false,
                    "url": format!(
                        "http://127.0.0.1:9/sse?api_key={}",
                        self.key("mcp url", Shape::Opaque, Fate::Reported)
                    ),
                    "headers": {"Authorization": format!(
                        "Bearer {}",
                        self.key("mcp header", Shape::Opaque, Fate::Reported)
                    )},
                }),
            ),
            (
                "mcp.servers.local",
                json!({
                    "enabled": false,
                    "command": "true",
                    "args": ["--token", self.key("mcp argument", Shape::Opaque, Fate::Reported)],
                    "env": {"MCP_KEY": self.key("mcp env", Shape::Opaque, Fate::Reported)},
                }),
            ),
            (
                "plugins.entries.google.config.webSearch.apiKey",
                json!(self.model_key("plugin key", Shape::Gemini)),
            ),
        ];
        let batch: Vec<Value> = settings
            .iter()
            .map(|(path, value)| json!({"path": path, "value": value}))
            .collect();
        let file = self.openclaw.scratch.join("batch.json");
        fs::write(&file, Value::from(batch).to_string()).unwrap();
        self.openclaw
            .run(&["config", "set", "--batch-file", &file.display().to_string()])
            .succeeded();
        fs::remove_file(file).unwrap();

        // On the command line, which OpenClaw logs.
        let key = self.model_key("config argv", Shape::Opaque);
        let provider = json!({
            "baseUrl": "http://127.0.0.1:9/v1", "api": "openai-completions",
            "apiKey": key, "models": [provider_model],
        });
        let provider = provider.to_string();
        self.openclaw
            .run(&[
                "config",
                "set",
                "models.providers.corp",
                &provider,
                "--strict-json",
            ])
            .succeeded();

        if self.openclaw.release == Release::Y2026M9 {
            let token = self.model_key("pasted token", Shape::AnthropicOauth);
            let paste = ["models", "auth", "paste-token", "--provider", "anthropic"];
            let arguments = [&paste[..], &["--profile-id", "anthropic:pasted"]].concat();
            self.openclaw
                .run_with_input(&arguments, &format!("{token}\n"))
                .succeeded();
            for (name, variable) in [
                ("secret store", "CORP_STORE_KEY"),
                ("secret store, removed", "CORP_GONE_KEY"),
            ] {
                let value = self.key(name, Shape::Opaque, Fate::Reported);
                let set = ["secrets", "store", "set", variable, "--kind", "secret"];
                let arguments = [&set[..], &["--value-file", "-"]].concat();
                self.openclaw.run_with_input(&arguments, &value).succeeded();
            }
            self.openclaw
                .run(&["secrets", "store", "rm", "CORP_GONE_KEY", "--yes"])
                .succeeded();
        }
    }

    /// Leaves what an older release wrote, and lets this one migrate it.
    fn older_release(&mut self) {
        let agent = ".openclaw/agents/main/agent";
        let profiles = json!({"version": 1, "profiles": {
            "anthropic:default": {
                "type": "api_key", "provider": "anthropic",
                "key": self.known("onboard anthropic"),
            },
            "google:default": {
                "type": "api_key", "provider": "google",
                "key": self.model_key("old profile key", Shape::Gemini),
            },
            "anthropic:manual": {
                "type": "token", "provider": "anthropic",
                "token": self.model_key("old profile token", Shape::AnthropicOauth),
            },
            "openai:chatgpt": {
                "type": "oauth", "provider": "openai",
                "access": self.model_key("old oauth access", Shape::Opaque),
                "refresh": self.model_key("old oauth refresh", Shape::Opaque),
                "expires": 1_900_000_000_000_u64,
            },
        }});
        self.write(
            &format!("{agent}/auth-profiles.json"),
            0o600,
            &pretty(&profiles),
        );
        let catalogue = json!({"providers": {"loop-old": {
            "baseUrl": "http://127.0.0.1:9/v1", "api": "openai-completions",
            "apiKey": self.model_key("old models.json", Shape::OpenAi),
            "models": [],
        }}});
        self.write(&format!("{agent}/models.json"), 0o600, &pretty(&catalogue));
        let oauth = json!({"anthropic": {
            "access": self.model_key("old oauth.json access", Shape::AnthropicOauth),
            "refresh": self.model_key("old oauth.json refresh", Shape::Opaque),
            "expires": 1_900_000_000_000_u64,
        }});
        self.write(".openclaw/credentials/oauth.json", 0o600, &pretty(&oauth));
        // Its exit code tells about things that it does not repair.
        let ran = self
            .openclaw
            .run(&["doctor", "--fix", "--non-interactive", "--yes"]);
        assert!(ran.code.is_some(), "{ran}");
    }

    /// Lets the agent answer, with secrets in what is said and in what a command prints.
    fn talk(&mut self) {
        // The older release can be told to write whole secrets; the newer one masks every shape that
        // it knows, which is not all.
        let [spoken, printed, long] = match self.openclaw.release {
            Release::Y2026M9 => [Shape::AwsBearer; 3],
            Release::Y2026M5 => {
                self.openclaw
                    .run(&["config", "set", "logging.redactSensitive", "off"])
                    .succeeded();
                [Shape::OpenAi, Shape::Anthropic, Shape::Groq]
            }
        };
        // A value without a shape, known from the configuration.
        let known = self.known("config env aws secret");
        self.ask("first", &format!("The customer says {known} is it. Ping?"));

        let spoken = self.model_key("prompt", spoken);
        let printed = self.model_key("printed by a command", printed);
        let note = ".openclaw/workspace/deploy-notes.txt";
        self.write(note, 0o644, &format!("the key is {printed}\n"));
        let path = self.openclaw.home.join(note);
        self.ask(
            "second",
            &format!("Use {spoken} please.\n{RUN}cat {}", path.display()),
        );
        // Long enough to be compressed in the database.
        let long = self.model_key("long prompt", long);
        let padding = "lorem ipsum dolor sit amet ".repeat(2000);
        self.ask("third", &format!("{padding} {long} {padding}"));
    }

    fn ask(&self, session: &str, message: &str) {
        let file = self.openclaw.scratch.join("message.txt");
        fs::write(&file, message).unwrap();
        let agent = [
            "agent",
            "--local",
            "--agent",
            "main",
            "--session-id",
            session,
        ];
        let file = file.display().to_string();
        let say = match self.openclaw.release {
            Release::Y2026M9 => ["--message-file", &file],
            Release::Y2026M5 => ["--message", message],
        };
        let ran = self
            .openclaw
            .run(&[&agent[..], &say, &["--json"]].concat())
            .succeeded();
        assert!(ran.stdout.contains(ANSWER), "{ran}");
    }

    /// State folders from before the program was renamed.
    fn legacy_folders(&mut self) {
        let mut folders = vec![(".moltbot", "moltbot.json", "moltbot folder")];
        // The newer release does not start beside this one.
        if self.openclaw.release == Release::Y2026M5 {
            folders.push((".clawdbot", "clawdbot.json", "clawdbot folder"));
        }
        for (folder, file, name) in folders {
            let config = json!({"models": {"providers": {"openai": {
                "baseUrl": "https://api.openai.com/v1",
                "apiKey": self.model_key(name, Shape::OpenAi),
                "models": [],
            }}}});
            self.write(&format!("{folder}/{file}"), 0o600, &pretty(&config));
        }
    }

    /// Moves a provider into a file that the configuration includes, in JSON5.
    fn include_file(&mut self) {
        let key = self.model_key("included file", Shape::Xai);
        self.write(
            ".openclaw/corp.json5",
            0o600,
            &format!(
                "// the corporate proxy\n{{\n  models: {{ providers: {{ included: {{\n    \
                 baseUrl: 'http://127.0.0.1:9/v1', api: 'openai-completions',\n    \
                 apiKey: '{key}', // rotate in spring\n    models: [],\n  }} }} }},\n}}\n"
            ),
        );
        let path = self.openclaw.state().join("openclaw.json");
        let config = fs::read_to_string(&path).unwrap();
        let config = config.replacen('{', "{\n  \"$include\": \"./corp.json5\",", 1);
        fs::write(path, config).unwrap();
    }

    /// Copies that an update, a rejected edit or a person leaves.
    fn copies_of_the_configuration(&mut self) {
        for (path, name) in [
            (".openclaw/openclaw.json.pre-update", "pre-update copy"),
            (
                ".openclaw/openclaw.json.rejected.2026-08-01T00-00-00-000Z",
                "rejected copy",
            ),
            (
                ".openclaw/openclaw.json.clobbered.2026-08-01T00-00-00-000Z",
                "clobbered copy",
            ),
            (".openclaw/openclaw.json.old", "old copy"),
            (".openclaw/backups/2026-08-01/openclaw.json", "backup"),
        ] {
            let key = self.model_key(name, Shape::Opaque);
            let config = json!({
                "gateway": {"mode": "local"},
                "models": {"providers": {"older": {
                    "baseUrl": "http://127.0.0.1:9/v1", "apiKey": key, "models": [],
                }}},
            });
            self.write(path, 0o600, &pretty(&config));
        }
    }

    fn dotenv_and_workspace(&mut self) {
        let text = format!(
            "# keys\nOPENAI_API_KEY={}\nexport MISTRAL_API_KEY='{}'\nTELEGRAM_BOT_TOKEN={}\n\
             AWS_BEARER_TOKEN_BEDROCK=\"{}\"\nLOG_LEVEL=info\n",
            self.model_key("dotenv openai", Shape::OpenAi),
            self.model_key("dotenv mistral", Shape::Opaque),
            self.key("dotenv telegram", Shape::Telegram, Fate::Kept),
            self.model_key("dotenv bearer", Shape::AwsBearer),
        );
        self.write(".openclaw/.env", 0o600, &text);
        let text = format!(
            "OPENROUTER_API_KEY={}\n",
            self.model_key("gateway.env", Shape::OpenRouter)
        );
        self.write(".config/openclaw/gateway.env", 0o600, &text);
        let workspace = ".openclaw/workspace";
        let text = format!(
            "# Memory\n\n- The staging key is `{}`.\n",
            self.model_key("workspace memory", Shape::Anthropic)
        );
        self.write(&format!("{workspace}/MEMORY.md"), 0o644, &text);
        let text = format!(
            "Deployed with {} in the pipeline.\n",
            self.key("workspace diary", Shape::GitLab, Fate::Reported)
        );
        self.write(&format!("{workspace}/memory/2026-08-01.md"), 0o644, &text);
        let text = format!(
            "import os\nclient = OpenAI(api_key=\"{}\")\n",
            self.model_key("workspace code", Shape::OpenAi)
        );
        self.write(&format!("{workspace}/skills/demo/run.py"), 0o755, &text);
        let text = format!(
            "GEMINI_API_KEY={}\n",
            self.model_key("workspace dotenv", Shape::Gemini)
        );
        self.write(&format!("{workspace}/.env"), 0o644, &text);
    }

    fn services(&mut self) {
        let units = ".config/systemd/user";
        let text = format!(
            "[Unit]\nDescription=OpenClaw Gateway\n\n[Service]\nExecStart={}\n\
             Environment=HOME=%h\nEnvironment=ANTHROPIC_API_KEY={}\nEnvironmentFile=-%h/.openclaw/gateway.systemd.env\nRestart=always\n\n\
             [Install]\nWantedBy=default.target\n",
            self.openclaw.gateway_command(),
            self.model_key("systemd unit", Shape::Anthropic)
        );
        self.write(&format!("{units}/openclaw-gateway.service"), 0o644, &text);
        let text = format!(
            "[Service]\nEnvironment=\"OPENAI_API_KEY={}\" \"LOG_LEVEL=debug\"\n",
            self.model_key("systemd drop-in", Shape::OpenAi)
        );
        let drop_in = format!("{units}/openclaw-gateway.service.d/override.conf");
        self.write(&drop_in, 0o644, &text);
        let text = format!(
            "GROQ_API_KEY=\"{}\"\nNODE_ENV=production\n",
            self.model_key("systemd env file", Shape::Groq)
        );
        self.write(".openclaw/gateway.systemd.env", 0o600, &text);
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t\
             <string>ai.openclaw.gateway</string>\n\t<key>EnvironmentVariables</key>\n\t<dict>\n\t\t<key>ANTHROPIC_API_KEY</key>\n\t\t\
             <string>{}</string>\n\t\t<key>LANG</key>\n\t\t<string>C</string>\n\t</dict>\n</dict>\n</plist>\n",
            self.model_key("launchd plist", Shape::Anthropic)
        );
        self.write(
            "Library/LaunchAgents/ai.openclaw.gateway.plist",
            0o644,
            &text,
        );
        let text = format!(
            "OPENAI_API_KEY={}\n",
            self.model_key("environment.d", Shape::OpenAi)
        );
        self.write(".config/environment.d/10-keys.conf", 0o644, &text);
    }

    fn shell(&mut self) {
        let text = format!(
            "# ~/.bashrc\nexport OPENAI_API_KEY=\"{}\"\nalias ll='ls -l'\n",
            self.model_key("bashrc", Shape::OpenAi)
        );
        self.write(".bashrc", 0o644, &text);
        let text = format!(
            "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n",
            self.model_key("profile aws id", Shape::AwsKeyId),
            self.model_key("profile aws secret", Shape::AwsSecret)
        );
        self.write(".profile", 0o644, &text);
        let text = format!(
            "typeset -x ANTHROPIC_API_KEY='{}'\n",
            self.model_key("zshrc", Shape::Anthropic)
        );
        self.write(".zshrc", 0o644, &text);
        let text = format!(
            "set -gx GEMINI_API_KEY {}\n",
            self.model_key("fish", Shape::Gemini)
        );
        self.write(".config/fish/config.fish", 0o644, &text);
        let text = format!(
            "ls\nexport OPENAI_API_KEY={}\nopenclaw gateway run\n",
            self.model_key("shell history", Shape::OpenAi)
        );
        self.write(".bash_history", 0o600, &text);
    }

    fn aws(&mut self) {
        let text = format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            self.model_key("aws credentials id", Shape::AwsKeyId),
            self.model_key("aws credentials secret", Shape::AwsSecret)
        );
        self.write(".aws/credentials", 0o600, &text);
        let text = format!(
            "[default]\nregion = us-west-2\n\n[profile ci]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = eu-west-1\n",
            self.model_key("aws config id", Shape::AwsKeyId),
            self.model_key("aws config secret", Shape::AwsSecret)
        );
        self.write(".aws/config", 0o600, &text);
        let cache = json!({
            "startUrl": "https://d-0000000000.awsapps.com/start", "region": "us-west-2",
            "accessToken": self.key("sso token", Shape::Opaque, Fate::Reported),
            "expiresAt": "2030-01-01T00:00:00Z",
            "clientId": "client",
            "clientSecret": self.key("sso client secret", Shape::Opaque, Fate::Reported),
            "registrationExpiresAt": "2030-01-01T00:00:00Z",
            "refreshToken": self.key("sso refresh token", Shape::Opaque, Fate::Reported),
        });
        let other = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        self.write(
            &format!(".aws/sso/cache/{other}.json"),
            0o600,
            &cache.to_string(),
        );
        let cache = json!({"Credentials": {
            "AccessKeyId": "ASIAEXAMPLEEXAMPLE22",
            "SecretAccessKey": self.key("role secret", Shape::AwsSecret, Fate::Reported),
            "SessionToken": self.key("role session token", Shape::Opaque, Fate::Reported),
            "Expiration": "2030-01-01T00:00:00Z",
        }});
        self.write(
            &format!(".aws/cli/cache/{other}.json"),
            0o600,
            &cache.to_string(),
        );
    }

    fn other_tools(&mut self) {
        let text = format!(
            "machine api.example.com\n  login ci\n  password {}\n",
            self.key("netrc", Shape::Opaque, Fate::Reported)
        );
        self.write(".netrc", 0o600, &text);
        let text = format!(
            "//registry.npmjs.org/:_authToken={}\n",
            self.key("npmrc", Shape::Npm, Fate::Reported)
        );
        self.write(".npmrc", 0o600, &text);
        let text = format!(
            "https://ci:{}@github.com\n",
            self.key("git credentials", Shape::GitHub, Fate::Reported)
        );
        self.write(".git-credentials", 0o600, &text);
        let text = format!(
            "github.com:\n    oauth_token: {}\n    user: ci\n    git_protocol: https\n",
            self.key("gh hosts", Shape::GitHub, Fate::Reported)
        );
        self.write(".config/gh/hosts.yml", 0o600, &text);
        let text = format!(
            "0 verbose cli /usr/bin/node /usr/bin/npm\n1 verbose argv \"exec\" \"mcp-server\" \"--api-key\" \"{}\"\n",
            self.model_key("npm log", Shape::HuggingFace)
        );
        let log = ".npm/_logs/2026-08-01T00_00_00_000Z-debug-0.log";
        self.write(log, 0o644, &text);
        let text = json!({"OPENAI_API_KEY": self.key("codex", Shape::OpenAi, Fate::Reported)});
        self.write(".codex/auth.json", 0o600, &pretty(&text));
        let text = json!({"claudeAiOauth": {
            "accessToken": self.key("claude access", Shape::AnthropicOauth, Fate::Reported),
            "refreshToken": self.key("claude refresh", Shape::Opaque, Fate::Reported),
            "expiresAt": 1_900_000_000_000_u64,
        }});
        self.write(".claude/.credentials.json", 0o600, &text.to_string());
        let text = format!(
            "2026-08-01 slack: connected with {}\n",
            self.key("log line", Shape::Slack, Fate::Reported)
        );
        self.append(".openclaw/logs/gateway.log", &text);
    }

    /// Leaves a canary in the freed pages of every database.
    fn databases(&mut self) {
        let state = self.openclaw.state();
        let mut databases = super::search::files(&state);
        databases.retain(|file| {
            let bytes = fs::read(state.join(file)).unwrap();
            // A lock file of no table is not worth a page.
            bytes.starts_with(b"SQLite format 3\0")
                && bytes.len() > 4096
                && !file.display().to_string().contains("lock")
        });
        let freed = self.model_key("freed page", Shape::Anthropic);
        // Also where bytes tell what the audit calls it.
        let note = format!("- [x] revoke {freed}\n");
        self.write(".openclaw/workspace/TODO.md", 0o644, &note);
        assert!(
            !databases.is_empty(),
            "there is no database below {}",
            state.display()
        );
        for file in databases {
            let database = Connection::open(state.join(&file)).unwrap();
            database
                .execute_batch("PRAGMA secure_delete = OFF; CREATE TABLE gone (text TEXT)")
                .unwrap();
            let text = format!("{freed} {}", "x".repeat(3000));
            for _ in 0..20 {
                database
                    .execute("INSERT INTO gone VALUES (?1)", [&text])
                    .unwrap();
            }
            // Checkpoints on close, and leaves the freed pages as they are.
            database.execute_batch("DROP TABLE gone").unwrap();
            database.close().unwrap();
        }
    }
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap();
    text.push('\n');
    text
}
