//! The credential fields of `openclaw.json` and of OpenClaw's credential stores.
//!
//! Used by the structural check, and by harden to decide what a field's removal would break.
//! The first table is OpenClaw's own list of fields that accept a SecretRef (version 2026.9.6);
//! the second holds the fields that are not on it and hold credentials all the same.
//!
//! **Source:** `reference/secretref-user-supplied-credentials-matrix.json` in the package
//! `openclaw` 2026.9.6 (118 entries, 8 exclusions); fields seen on hosts for the rest.
//!
//! **Invariant:** data only; a test compares the first table with the list in an installed
//! OpenClaw.

use bedlock_formats::Segment;

/// What a credential field serves, which decides whether harden may take it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// A model, speech or search provider: replaced by Bedrock, or lost on purpose.
    Provider,
    /// A chat channel or an inbound route: without it the owner cannot reach the agent.
    Channel,
    /// The gateway's own door.
    Gateway,
    /// A tool, a skill or an MCP server.
    Tool,
}

/// A credential field.
#[derive(Clone, Copy, Debug)]
pub struct Surface {
    /// Dot path; `*` stands for one key or index.
    pub path: &'static str,
    /// What it serves.
    pub serves: Serves,
    /// Whether every value there is a credential. If not (headers, environment variables,
    /// arguments), the name or the shape of the value has to say so too.
    pub always: bool,
}

const fn always(path: &'static str, serves: Serves) -> Surface {
    Surface {
        path,
        serves,
        always: true,
    }
}

const fn maybe(path: &'static str, serves: Serves) -> Surface {
    Surface {
        path,
        serves,
        always: false,
    }
}

use Serves::{Channel, Gateway, Provider, Tool};

/// Fields of `openclaw.json` that OpenClaw lists as accepting a SecretRef.
pub const LISTED: &[Surface] = &[
    always("agents.entries.*.memory.search.remote.apiKey", Provider),
    always(
        "agents.entries.*.tts.personas.*.providers.*.apiKey",
        Provider,
    ),
    always("agents.entries.*.tts.providers.*.apiKey", Provider),
    always("channels.buzz.accounts.*.authTag", Channel),
    always("channels.buzz.accounts.*.privateKey", Channel),
    always("channels.buzz.authTag", Channel),
    always("channels.buzz.privateKey", Channel),
    always("channels.clickclack.accounts.*.token", Channel),
    always("channels.clickclack.token", Channel),
    always("channels.discord.accounts.*.pluralkit.token", Channel),
    always("channels.discord.accounts.*.token", Channel),
    always(
        "channels.discord.accounts.*.voice.realtime.providers.*.apiKey",
        Provider,
    ),
    always(
        "channels.discord.accounts.*.voice.tts.personas.*.providers.*.apiKey",
        Provider,
    ),
    always(
        "channels.discord.accounts.*.voice.tts.providers.*.apiKey",
        Provider,
    ),
    always("channels.discord.pluralkit.token", Channel),
    always("channels.discord.token", Channel),
    always(
        "channels.discord.voice.realtime.providers.*.apiKey",
        Provider,
    ),
    always(
        "channels.discord.voice.tts.personas.*.providers.*.apiKey",
        Provider,
    ),
    always("channels.discord.voice.tts.providers.*.apiKey", Provider),
    always("channels.feishu.accounts.*.appSecret", Channel),
    always("channels.feishu.accounts.*.encryptKey", Channel),
    always("channels.feishu.accounts.*.verificationToken", Channel),
    always("channels.feishu.appSecret", Channel),
    always("channels.feishu.encryptKey", Channel),
    always("channels.feishu.verificationToken", Channel),
    always("channels.googlechat.accounts.*.serviceAccount", Channel),
    always("channels.googlechat.serviceAccount", Channel),
    always("channels.irc.accounts.*.nickserv.password", Channel),
    always("channels.irc.accounts.*.password", Channel),
    always("channels.irc.nickserv.password", Channel),
    always("channels.irc.password", Channel),
    always("channels.matrix.accessToken", Channel),
    always("channels.matrix.accounts.*.accessToken", Channel),
    always("channels.matrix.accounts.*.password", Channel),
    always("channels.matrix.password", Channel),
    always("channels.mattermost.accounts.*.botToken", Channel),
    always("channels.mattermost.botToken", Channel),
    always("channels.msteams.appPassword", Channel),
    always("channels.nextcloud-talk.accounts.*.apiPassword", Channel),
    always("channels.nextcloud-talk.accounts.*.botSecret", Channel),
    always("channels.nextcloud-talk.apiPassword", Channel),
    always("channels.nextcloud-talk.botSecret", Channel),
    always("channels.nostr.privateKey", Channel),
    always("channels.qqbot.accounts.*.clientSecret", Channel),
    always("channels.qqbot.clientSecret", Channel),
    always("channels.slack.accounts.*.appToken", Channel),
    always("channels.slack.accounts.*.botToken", Channel),
    always("channels.slack.accounts.*.relay.authToken", Channel),
    always("channels.slack.accounts.*.signingSecret", Channel),
    always("channels.slack.accounts.*.userToken", Channel),
    always("channels.slack.appToken", Channel),
    always("channels.slack.botToken", Channel),
    always("channels.slack.relay.authToken", Channel),
    always("channels.slack.signingSecret", Channel),
    always("channels.slack.userToken", Channel),
    always("channels.sms.accounts.*.authToken", Channel),
    always("channels.sms.authToken", Channel),
    always("channels.telegram.accounts.*.botToken", Channel),
    always("channels.telegram.accounts.*.webhookSecret", Channel),
    always("channels.telegram.botToken", Channel),
    always("channels.telegram.webhookSecret", Channel),
    always("channels.zalo.accounts.*.botToken", Channel),
    always("channels.zalo.accounts.*.webhookSecret", Channel),
    always("channels.zalo.botToken", Channel),
    always("channels.zalo.webhookSecret", Channel),
    always("cron.webhookToken", Channel),
    always("gateway.auth.password", Gateway),
    always("gateway.auth.token", Gateway),
    always("gateway.remote.password", Gateway),
    always("gateway.remote.token", Gateway),
    always("memory.search.remote.apiKey", Provider),
    always("models.providers.*.apiKey", Provider),
    maybe("models.providers.*.headers.*", Provider),
    always("models.providers.*.request.auth.token", Provider),
    always("models.providers.*.request.auth.value", Provider),
    maybe("models.providers.*.request.headers.*", Provider),
    maybe("models.providers.*.request.proxy.tls.ca", Provider),
    maybe("models.providers.*.request.proxy.tls.cert", Provider),
    always("models.providers.*.request.proxy.tls.key", Provider),
    always("models.providers.*.request.proxy.tls.passphrase", Provider),
    maybe("models.providers.*.request.tls.ca", Provider),
    maybe("models.providers.*.request.tls.cert", Provider),
    always("models.providers.*.request.tls.key", Provider),
    always("models.providers.*.request.tls.passphrase", Provider),
    maybe("plugins.entries.acpx.config.mcpServers.*.env.*", Tool),
    always("plugins.entries.brave.config.webSearch.apiKey", Provider),
    always("plugins.entries.codex.config.appServer.authToken", Provider),
    maybe("plugins.entries.codex.config.appServer.headers.*", Provider),
    maybe("plugins.entries.comfy.config.headers.*", Provider),
    always("plugins.entries.exa.config.webSearch.apiKey", Provider),
    always(
        "plugins.entries.facetime.config.realtime.providers.*.apiKey",
        Provider,
    ),
    always("plugins.entries.firecrawl.config.webFetch.apiKey", Provider),
    always(
        "plugins.entries.firecrawl.config.webSearch.apiKey",
        Provider,
    ),
    always(
        "plugins.entries.google-meet.config.realtime.providers.*.apiKey",
        Provider,
    ),
    always("plugins.entries.google.config.webSearch.apiKey", Provider),
    maybe(
        "plugins.entries.google.config.webSearch.headers.*",
        Provider,
    ),
    always("plugins.entries.imap.config.accounts.*.password", Channel),
    always("plugins.entries.minimax.config.webSearch.apiKey", Provider),
    always("plugins.entries.moonshot.config.webSearch.apiKey", Provider),
    always("plugins.entries.parallel.config.webSearch.apiKey", Provider),
    always(
        "plugins.entries.perplexity.config.webSearch.apiKey",
        Provider,
    ),
    always("plugins.entries.tavily.config.webSearch.apiKey", Provider),
    always("plugins.entries.team-reports.config.discord.token", Channel),
    always("plugins.entries.team-reports.config.github.token", Tool),
    always("plugins.entries.typesafe.config.apiKey", Provider),
    always(
        "plugins.entries.voice-call.config.realtime.providers.*.apiKey",
        Provider,
    ),
    always(
        "plugins.entries.voice-call.config.streaming.providers.*.apiKey",
        Provider,
    ),
    always(
        "plugins.entries.voice-call.config.tts.providers.*.apiKey",
        Provider,
    ),
    always(
        "plugins.entries.voice-call.config.twilio.authToken",
        Channel,
    ),
    always("plugins.entries.webhooks.config.routes.*.secret", Channel),
    always("plugins.entries.xai.config.webSearch.apiKey", Provider),
    always("skills.entries.*.apiKey", Tool),
    always("talk.providers.*.apiKey", Provider),
    always("talk.realtime.providers.*.apiKey", Provider),
    always("tts.personas.*.providers.*.apiKey", Provider),
    always("tts.providers.*.apiKey", Provider),
];

/// Fields of the auth profile store, wherever OpenClaw keeps it (SQLite row or legacy JSON).
/// The first two are on OpenClaw's list; the others are what the store holds for OAuth.
pub const AUTH_PROFILES: &[Surface] = &[
    always("profiles.*.key", Provider),
    always("profiles.*.token", Provider),
    always("profiles.*.access", Provider),
    always("profiles.*.refresh", Provider),
    always("profiles.*.accessToken", Provider),
    always("profiles.*.refreshToken", Provider),
    always("profiles.*.apiKey", Provider),
    always("profiles.*.clientSecret", Provider),
];

/// Fields of `models.json`, `catalog.json` and of `auth.json`/`oauth.json` by provider.
pub const LEGACY_STATE: &[Surface] = &[
    always("providers.*.apiKey", Provider),
    maybe("providers.*.headers.*", Provider),
    always("*.apiKey", Provider),
    always("*.key", Provider),
    always("*.access", Provider),
    always("*.refresh", Provider),
    always("*.token", Provider),
    always("*.access_token", Provider),
    always("*.refresh_token", Provider),
];

/// Credential fields of `openclaw.json` that are not on OpenClaw's list.
pub const UNLISTED: &[Surface] = &[
    always("hooks.token", Channel),
    always("hooks.gmail.pushToken", Channel),
    maybe("hooks.mappings.*.sessionKey", Channel),
    always("channels.discord.threadBindings.webhookToken", Channel),
    always(
        "channels.discord.accounts.*.threadBindings.webhookToken",
        Channel,
    ),
    maybe("env.vars.*", Provider),
    maybe("env.*", Provider),
    maybe("skills.entries.*.env.*", Tool),
    maybe("skills.entries.*.config.*", Tool),
    maybe("mcp.servers.*.env.*", Tool),
    maybe("mcp.servers.*.args.*", Tool),
    maybe("mcp.servers.*.headers.*", Tool),
    maybe("mcp.servers.*.url", Tool),
    maybe("plugins.entries.acpx.config.mcpServers.*.args.*", Tool),
    maybe("plugins.entries.acpx.config.mcpServers.*.headers.*", Tool),
    maybe("plugins.entries.acpx.config.mcpServers.*.url", Tool),
    maybe("secrets.providers.*.env.*", Tool),
    maybe("secrets.providers.*.args.*", Tool),
    always("tools.web.search.apiKey", Provider),
    always("tools.web.search.*.apiKey", Provider),
    always("tools.web.fetch.*.apiKey", Provider),
    always("messages.tts.*.apiKey", Provider),
    always("messages.tts.providers.*.apiKey", Provider),
    always("agents.defaults.memorySearch.remote.apiKey", Provider),
    always("agents.list.*.memorySearch.remote.apiKey", Provider),
    always("talk.apiKey", Provider),
    maybe("models.providers.*.baseUrl", Provider),
    maybe("browser.profiles.*.cdpUrl", Tool),
];

/// The surface that a path of `openclaw.json` belongs to.
#[must_use]
pub fn surface_of(path: &[Segment]) -> Option<&'static Surface> {
    LISTED
        .iter()
        .chain(UNLISTED)
        .find(|surface| matches(surface.path, path))
}

/// The surface in one of the given tables.
#[must_use]
pub fn surface_in<'t>(table: &'t [Surface], path: &[Segment]) -> Option<&'t Surface> {
    table.iter().find(|surface| matches(surface.path, path))
}

/// What a path of `openclaw.json` serves when it is on no table: decided by where it is.
#[must_use]
pub fn serves_by_place(path: &[Segment]) -> Serves {
    match path.first().and_then(Segment::as_key) {
        Some("channels" | "hooks" | "cron") => Serves::Channel,
        Some("gateway") => Serves::Gateway,
        Some("models" | "env" | "talk" | "tts" | "memory" | "agents" | "auth") => Serves::Provider,
        _ => Serves::Tool,
    }
}

fn matches(pattern: &str, path: &[Segment]) -> bool {
    let mut segments = path.iter();
    for part in pattern.split('.') {
        match segments.next() {
            Some(Segment::Key(key)) if part == "*" || part == &**key => {}
            Some(Segment::Index(_)) if part == "*" => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Segment> {
        text.split('.')
            .map(|s| s.parse().map_or_else(|_| Segment::key(s), Segment::Index))
            .collect()
    }

    #[test]
    fn a_star_stands_for_one_key_or_index() {
        for (text, found) in [
            ("models.providers.openai.apiKey", true),
            ("models.providers.openai.extra.apiKey", false),
            ("models.providers.apiKey", false),
            ("mcp.servers.github.args.3", true),
            ("mcp.servers.github.args", false),
            ("env.vars.OPENAI_API_KEY", true),
            ("hooks.token", true),
        ] {
            assert_eq!(surface_of(&path(text)).is_some(), found, "{text}");
        }
    }

    #[test]
    fn the_listed_table_has_the_116_fields_of_openclaw_json_and_2_of_the_profile_store() {
        assert_eq!(LISTED.len(), 116);
        assert_eq!(AUTH_PROFILES[..2].len(), 2);
    }
}
