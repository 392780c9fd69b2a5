//! Messengers that an agent listens on: Telegram, Discord, Slack and others.
//!
//! **Invariant:** data and readers of shapes; nothing here talks to a service.

use super::reading::{closed, found};
use super::sets::{DASH_HEX, uuid};
use crate::checks;
use crate::engine::read_run;
use crate::fakes::Dice;
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{
    ALNUM, Alphabet, BASE64, DIGIT, HEX, LOWER_NUM, UPPER_NUM, URL64, Window, opens_at,
};
use base64::Engine as _;
use std::ops::Range;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "discord-bot-token",
        provider: "Discord",
        title: "Discord bot token",
        opens: "The bot: every server, channel and message that it can see.",
        revoke: "https://discord.com/developers/applications",
        source: "https://discord.com/developers/docs/reference#authentication",
        shape: Shape::Read(Reader {
            anchors: DISCORD_ANCHORS,
            opens: true,
            read: discord_bot,
        }),
        env_names: &["DISCORD_BOT_TOKEN", "DISCORD_TOKEN"],
        examples: Examples::Made(discord_token),
        ..Rule::BLANK
    },
    Rule {
        id: "discord-client-secret",
        provider: "Discord",
        title: "Discord client secret",
        opens: "Poses as the application when it signs users in.",
        revoke: "https://discord.com/developers/applications",
        source: "https://discord.com/developers/docs/topics/oauth2 (32 characters)",
        env_names: &["DISCORD_CLIENT_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "discord-webhook",
        provider: "Discord",
        title: "Discord webhook URL",
        severity: Severity::Medium,
        opens: "Posts into one channel.",
        revoke: "Discord, the channel's settings, Integrations, Webhooks.",
        source: "https://discord.com/developers/docs/resources/webhook",
        shape: Shape::Read(Reader {
            anchors: &["discord.com", "discordapp.com"],
            opens: false,
            read: discord_webhook,
        }),
        env_names: &["DISCORD_WEBHOOK_URL"],
        examples: Examples::Made(|dice| {
            format!(
                "https://{}/api/webhooks/{}/{}",
                "discord.com",
                dice.draw(DIGIT, 19),
                dice.draw(ALNUM, 68)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "feishu-app-secret",
        provider: "Feishu / Lark",
        title: "Feishu or Lark app secret",
        opens: "The app: messages and documents that it may read.",
        revoke: "https://open.feishu.cn/app",
        source: "https://open.feishu.cn/document/server-docs/api-call-guide/calling-process/get-access-token (no public prefix)",
        env_names: &["FEISHU_APP_SECRET", "LARK_APP_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "feishu-webhook",
        provider: "Feishu / Lark",
        title: "Feishu or Lark bot webhook URL",
        severity: Severity::Medium,
        opens: "Posts into one group.",
        revoke: "The group's settings, Bots.",
        source: "https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot",
        prefixes: &["open-apis/bot/v2/hook/"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["FEISHU_WEBHOOK_URL", "LARK_WEBHOOK_URL"],
        ..Rule::BLANK
    },
    Rule {
        id: "line-channel-token",
        provider: "LINE",
        title: "LINE channel access token or secret",
        opens: "Messages of the LINE channel.",
        revoke: "https://developers.line.biz/console/",
        source: "https://developers.line.biz/en/docs/messaging-api/channel-access-tokens/ (no public prefix)",
        env_names: &["LINE_CHANNEL_ACCESS_TOKEN", "LINE_CHANNEL_SECRET"],
        examples: Examples::Made(|dice| {
            format!(
                "{}/{}{}",
                dice.draw(ALNUM, 110),
                dice.draw(ALNUM, 44),
                "1O/w1cDnyilFU="
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "matrix-access-token",
        provider: "Matrix",
        title: "Matrix access token",
        opens: "The account on its home server: rooms and messages.",
        revoke: "Element, Settings, Sessions; or `POST /_matrix/client/v3/logout`.",
        source: "https://spec.matrix.org/latest/client-server-api/#using-access-tokens (prefix of Synapse, believed)",
        prefixes: &["syt_"],
        shape: Shape::Token(&[Part::Run(URL64, 30, 120)]),
        env_names: &["MATRIX_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "mattermost-token",
        provider: "Mattermost",
        title: "Mattermost bot token",
        opens: "The bot account on its server.",
        revoke: "The server, Integrations, Bot Accounts.",
        source: "https://developers.mattermost.com/integrate/reference/personal-access-token/ (no public prefix)",
        env_names: &["MATTERMOST_BOT_TOKEN", "MATTERMOST_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "msteams-app-password",
        provider: "Microsoft",
        title: "Teams app password",
        opens: "The bot in Microsoft Teams.",
        revoke: "https://portal.azure.com (App registrations, Certificates & secrets)",
        source: "https://learn.microsoft.com/en-us/azure/bot-service/bot-service-quickstart-registration (no public prefix)",
        env_names: &[
            "MSTEAMS_APP_PASSWORD",
            "MICROSOFT_APP_PASSWORD",
            "TEAMS_APP_PASSWORD",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "nostr-private-key",
        provider: "Nostr",
        title: "Nostr private key",
        opens: "The identity: signs and reads as its owner. Cannot be revoked.",
        revoke: "Cannot be revoked: move to a new key.",
        source: "https://github.com/nostr-protocol/nips/blob/master/19.md",
        prefixes: &["nsec1"],
        shape: Shape::Token(&[Part::Run(BECH32, 58, 58)]),
        env_names: &["NOSTR_PRIVATE_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "nextcloud-app-password",
        provider: "Nextcloud",
        title: "Nextcloud app password or bot secret",
        opens: "Files, calendars and chats of the account.",
        revoke: "The Nextcloud server, Settings, Security.",
        source: "https://docs.nextcloud.com/server/latest/user_manual/en/session_management.html (no prefix)",
        env_names: &[
            "NEXTCLOUD_APP_PASSWORD",
            "NEXTCLOUD_PASSWORD",
            "NEXTCLOUD_BOT_SECRET",
            "NEXTCLOUD_TALK_BOT_SECRET",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "qq-bot-secret",
        provider: "Tencent",
        title: "QQ bot client secret",
        opens: "The bot: every message sent to it.",
        revoke: "https://q.qq.com",
        source: "https://bot.q.qq.com/wiki/ (no public prefix)",
        env_names: &["QQBOT_CLIENT_SECRET", "QQ_BOT_SECRET", "QQBOT_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "slack-app-token",
        provider: "Slack",
        title: "Slack app-level token",
        opens: "Socket connections of the app: every event that it receives.",
        revoke: "https://api.slack.com/apps (the app, Basic Information)",
        source: "https://api.slack.com/concepts/token-types",
        prefixes: &["xapp-"],
        shape: Shape::Token(&[Part::Run(URL64, 16, 160)]),
        env_names: &["SLACK_APP_TOKEN"],
        check: checks::slack,
        examples: Examples::Made(|dice| {
            format!(
                "xapp-1-A{}-{}-{}",
                dice.draw(UPPER_NUM, 10),
                dice.draw(DIGIT, 13),
                dice.draw(HEX, 64)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "slack-bot-token",
        provider: "Slack",
        title: "Slack bot token",
        opens: "The bot: channels, messages and files that it may read.",
        revoke: "https://api.slack.com/apps (the app, OAuth & Permissions)",
        source: "https://api.slack.com/concepts/token-types",
        prefixes: &["xoxb-"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 160)]),
        env_names: &["SLACK_BOT_TOKEN", "SLACK_TOKEN"],
        counter_examples: &["xoxb-your-token-goes-in-this-place-here"],
        check: checks::slack,
        examples: Examples::Made(|dice| {
            format!(
                "xoxb-{}-{}-{}",
                dice.draw(DIGIT, 12),
                dice.draw(DIGIT, 13),
                dice.draw(ALNUM, 24)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "slack-user-token",
        provider: "Slack",
        title: "Slack user, workspace, refresh or browser token",
        opens: "Slack as that person: messages, files, searches.",
        revoke: "https://api.slack.com/apps (the app, OAuth & Permissions); for xoxc and xoxd sign out of all sessions",
        source: "https://api.slack.com/concepts/token-types",
        prefixes: &[
            "xoxp-",
            "xoxa-",
            "xoxs-",
            "xoxr-",
            "xoxo-",
            "xoxc-",
            "xoxd-",
            "xoxe-",
            "xoxe.xoxb-",
            "xoxe.xoxp-",
        ],
        shape: Shape::Token(&[Part::Run(COOKIE, 16, 600), Part::Pad(2)]),
        env_names: &["SLACK_USER_TOKEN"],
        check: checks::slack,
        counter_examples: &[
            "xoxp-1234-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d",
            "xoxe.xoxp-1-SlackAppConfigurationAccessTokenHere",
        ],
        examples: Examples::Made(|dice| {
            format!(
                "xoxp-{}-{}-{}-{}",
                dice.draw(DIGIT, 11),
                dice.draw(DIGIT, 12),
                dice.draw(DIGIT, 12),
                dice.draw(HEX, 32)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "slack-signing-secret",
        provider: "Slack",
        title: "Slack signing secret",
        severity: Severity::Medium,
        opens: "Forged requests that look as if Slack had sent them.",
        revoke: "https://api.slack.com/apps (the app, Basic Information)",
        source: "https://api.slack.com/authentication/verifying-requests-from-slack (32 hexadecimal digits)",
        env_names: &["SLACK_SIGNING_SECRET"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "slack-webhook",
        provider: "Slack",
        title: "Slack webhook URL",
        severity: Severity::Medium,
        opens: "Posts into one channel.",
        revoke: "https://api.slack.com/apps (the app, Incoming Webhooks)",
        source: "https://api.slack.com/messaging/webhooks",
        shape: Shape::Read(Reader {
            anchors: &["hooks.slack.com"],
            opens: false,
            read: slack_webhook,
        }),
        env_names: &["SLACK_WEBHOOK_URL"],
        examples: Examples::Made(|dice| {
            format!(
                "https://{}/services/T{}/B{}/{}",
                "hooks.slack.com",
                dice.draw(UPPER_NUM, 9),
                dice.draw(UPPER_NUM, 9),
                dice.draw(ALNUM, 24)
            )
        }),
        counter_examples: &[
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "synology-chat-token",
        provider: "Synology",
        title: "Synology Chat webhook or bot token",
        opens: "Posts as the integration.",
        revoke: "Synology Chat, Integration.",
        source: "https://kb.synology.com/en-global/DSM/help/Chat/chat_integration (no public prefix)",
        env_names: &["SYNOLOGY_CHAT_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "teams-webhook",
        provider: "Microsoft",
        title: "Teams webhook URL",
        severity: Severity::Medium,
        opens: "Posts into one channel.",
        revoke: "Teams, the channel, Connectors or Workflows.",
        source: "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
        shape: Shape::Read(Reader {
            anchors: &[".webhook.office.com/", "outlook.office.com/webhook/"],
            opens: false,
            read: teams_webhook,
        }),
        env_names: &["TEAMS_WEBHOOK_URL", "MSTEAMS_WEBHOOK_URL"],
        examples: Examples::Made(|dice| {
            format!(
                "https://fake.{}/webhookb2/{}@{}/IncomingWebhook/{}/{}",
                "webhook.office.com",
                uuid(dice),
                uuid(dice),
                dice.draw(HEX, 32),
                uuid(dice)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "telegram-bot-token",
        provider: "Telegram",
        title: "Telegram bot token",
        opens: "The bot: every message sent to it, and messages in its name.",
        revoke: "@BotFather, /revoke",
        source: "https://core.telegram.org/bots/features#generating-an-authentication-token",
        shape: Shape::Read(Reader {
            anchors: &[":AA", "%3AAA", "%3aAA"],
            opens: false,
            read: telegram_bot,
        }),
        env_names: &["TELEGRAM_BOT_TOKEN", "TELEGRAM_TOKEN", "TG_BOT_TOKEN"],
        examples: Examples::Made(|dice| {
            format!(
                "{}{}:AA{}",
                1 + dice.below(9),
                dice.draw(DIGIT, 9),
                dice.draw(ALNUM, 33)
            )
        }),
        counter_examples: &["12:AA", "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        ..Rule::BLANK
    },
    Rule {
        id: "twitch-token",
        provider: "Twitch",
        title: "Twitch OAuth token",
        opens: "The Twitch account within its scopes.",
        revoke: "https://www.twitch.tv/settings/connections",
        source: "https://dev.twitch.tv/docs/authentication/ (shape believed)",
        prefixes: &["oauth:"],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 30, 36)]),
        env_names: &[
            "TWITCH_ACCESS_TOKEN",
            "TWITCH_OAUTH_TOKEN",
            "OPENCLAW_TWITCH_ACCESS_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "webex-token",
        provider: "Cisco",
        title: "Webex bot or personal token",
        opens: "The bot or person: rooms and messages.",
        revoke: "https://developer.webex.com/my-apps",
        source: "https://developer.webex.com/docs/getting-started (64 characters, two underscores and a UUID; believed)",
        env_names: &["WEBEX_TOKEN", "WEBEX_ACCESS_TOKEN", "WEBEX_BOT_TOKEN"],
        examples: Examples::Made(|dice| format!("{}_PF84_{}", dice.draw(ALNUM, 64), uuid(dice))),
        ..Rule::BLANK
    },
    Rule {
        id: "whatsapp-token",
        provider: "Meta",
        title: "WhatsApp, Facebook or Instagram access token",
        opens: "Messages and pages of the business.",
        revoke: "https://business.facebook.com/settings/system-users",
        source: "https://developers.facebook.com/docs/whatsapp/business-management-api/get-started (shape believed)",
        prefixes: &[
            "EAAA", "EAAB", "EAAC", "EAAD", "EAAE", "EAAF", "EAAG", "EAAH", "EAAI", "EAAJ", "EAAK",
            "EAAL", "EAAM", "EAAN", "EAAO", "EAAP", "EAAQ", "EAAR", "EAAS", "EAAT", "EAAU", "EAAV",
            "EAAW", "EAAX", "EAAY", "EAAZ", "IGQV", "IGAA",
        ],
        shape: Shape::Token(&[Part::Run(BASE64, 80, 400)]),
        check: checks::outside_base64,
        env_names: &[
            "WHATSAPP_ACCESS_TOKEN",
            "WHATSAPP_TOKEN",
            "FACEBOOK_ACCESS_TOKEN",
            "META_ACCESS_TOKEN",
            "INSTAGRAM_ACCESS_TOKEN",
            "FB_ACCESS_TOKEN",
            "FACEBOOK_PAGE_ACCESS_TOKEN",
        ],
        examples: Examples::Made(|dice| format!("{}G{}", "EAA", dice.draw(ALNUM, 180))),
        ..Rule::BLANK
    },
    Rule {
        id: "zalo-bot-token",
        provider: "Zalo",
        title: "Zalo bot token",
        opens: "The bot: every message sent to it.",
        revoke: "https://bot.zaloplatforms.com",
        source: "https://bot.zaloplatforms.com/docs (shape believed)",
        env_names: &["ZALO_BOT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "zulip-key",
        provider: "Zulip",
        title: "Zulip API key",
        opens: "The bot or person: streams and messages.",
        revoke: "The Zulip server, Settings, Account & privacy.",
        source: "https://zulip.com/api/api-keys (32 letters and digits)",
        env_names: &["ZULIP_API_KEY", "ZULIP_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
];

/// The letters of bech32.
const BECH32: Alphabet = Alphabet::of(b"023456789acdefghjklmnpqrstuvwxyz");

/// What an address of a webhook is made of.
const PATH: Alphabet = URL64.or(Alphabet::of(b"/+@"));

/// How base64 of a decimal number begins.
const DISCORD_ANCHORS: &[&str] = &[
    "MTA", "MTE", "MTI", "MTM", "MTQ", "MTU", "MTY", "MTc", "MTg", "MTk", "MjA", "MjE", "MjI",
    "MjM", "MjQ", "MjU", "MjY", "Mjc", "Mjg", "Mjk", "MzA", "MzE", "MzI", "MzM", "MzQ", "MzU",
    "MzY", "Mzc", "Mzg", "Mzk", "NDA", "NDE", "NDI", "NDM", "NDQ", "NDU", "NDY", "NDc", "NDg",
    "NDk", "NTA", "NTE", "NTI", "NTM", "NTQ", "NTU", "NTY", "NTc", "NTg", "NTk", "NjA", "NjE",
    "NjI", "NjM", "NjQ", "NjU", "NjY", "Njc", "Njg", "Njk", "NzA", "NzE", "NzI", "NzM", "NzQ",
    "NzU", "NzY", "Nzc", "Nzg", "Nzk", "ODA", "ODE", "ODI", "ODM", "ODQ", "ODU", "ODY", "ODc",
    "ODg", "ODk", "OTA", "OTE", "OTI", "OTM", "OTQ", "OTU", "OTY", "OTc", "OTg", "OTk",
];

/// What a token of Slack is made of; cookies are base64, with escapes in a URL.
const COOKIE: Alphabet = URL64.or(Alphabet::of(b"/+."));

/// Reads the number of the bot in base64, a time stamp and a signature, joined by dots.
fn discord_bot(window: &Window<'_>, at: usize) -> Option<Read> {
    if !opens_at(window, at, URL64) {
        return None;
    }
    let id = read_run(window, at, URL64, 22, 28)?;
    if window.at(id)? != b'.' {
        return None;
    }
    let time = read_run(window, id + 1, URL64, 5, 8)?;
    if window.at(time)? != b'.' {
        return None;
    }
    let end = read_run(window, time + 1, URL64, 27, 45)?;
    let number = checks::URL.decode(window.slice(at..id)).ok()?;
    let random = checks::looks_random(window.slice(time + 1..end));
    (number.iter().all(u8::is_ascii_digit) && random && closed(window, end))
        .then(|| found(window, at..end))?
}

fn discord_token(dice: &mut Dice) -> String {
    let number = format!("{}{}", 1 + dice.below(9), dice.draw(DIGIT, 17));
    let id = base64::engine::general_purpose::STANDARD_NO_PAD.encode(number);
    format!("{id}.G{}.{}", dice.draw(ALNUM, 5), dice.draw(ALNUM, 38))
}

/// Reads the address to its end and gives back its path without escapes.
fn address(window: &Window<'_>, at: usize, host_end: usize) -> Option<(Range<usize>, Vec<u8>)> {
    let end = read_run(window, host_end, PATH, 20, 256)?;
    let mut path = window.slice(host_end..end).to_vec();
    path.retain(|&byte| byte != b'\\');
    let left = window.before(at, 24);
    let slashes = left
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'/' | b'\\'))
        .count();
    let scheme = if left[..left.len() - slashes].ends_with(b"https:") {
        slashes + 6
    } else {
        0
    };
    Some((at - scheme..end, path))
}

fn slack_webhook(window: &Window<'_>, at: usize) -> Option<Read> {
    let (span, path) = address(window, at, at + "hooks.slack.com".len())?;
    let kinds = [b"/services/".as_slice(), b"/workflows/", b"/triggers/"];
    let rest = kinds.iter().find_map(|kind| path.strip_prefix(*kind))?;
    let secret = rest.rsplit(|&b| b == b'/').next()?;
    (secret.len() >= 16 && checks::looks_random(secret)).then(|| found(window, span))?
}

fn discord_webhook(window: &Window<'_>, at: usize) -> Option<Read> {
    let host_end = window.run(at, 20, |b| b != b'/' && b != b'\\');
    let (span, path) = address(window, at, host_end)?;
    let start = memchr::memmem::find(&path, b"/webhooks/")? + "/webhooks/".len();
    let secret = path.get(start..)?.split(|&b| b == b'/').nth(1)?;
    (secret.len() >= 50 && checks::looks_random(secret)).then(|| found(window, span))?
}

/// Reads the number before the colon and the secret behind it; `bot` may stand in front, as in
/// addresses of the Bot API.
fn telegram_bot(window: &Window<'_>, at: usize) -> Option<Read> {
    let colon = if window.at(at)? == b':' { 1 } else { 3 };
    let digits = window
        .before(at, 12)
        .iter()
        .rev()
        .take_while(|b| DIGIT.has(**b))
        .count();
    let start = at - digits;
    let bot = window.before(start, 3).eq_ignore_ascii_case(b"bot");
    if !(8..=11).contains(&digits) || !(bot || opens_at(window, start, URL64)) {
        return None;
    }
    let end = read_run(window, at + colon, URL64, 35, 35)?;
    let random = checks::looks_random(window.slice(at + colon..end));
    (random && closed(window, end)).then(|| found(window, start..end))?
}

/// Reads the address of a connector: two tenants, a channel and a secret in its path.
fn teams_webhook(window: &Window<'_>, at: usize) -> Option<Read> {
    let host = window.before(at, 24);
    let label = host.iter().rev().take_while(|b| URL64.has(**b)).count();
    let host_end = window.run(at, 20, |b| b != b'/');
    let (span, path) = address(window, at, host_end)?;
    let secret = path
        .windows(17)
        .position(|part| part == b"/IncomingWebhook/")?;
    let (start, scheme) = (span.start - label, b"https://");
    let start = if window.before(start, scheme.len()) == scheme {
        start - scheme.len()
    } else {
        start
    };
    checks::looks_random(&path[secret + 17..]).then(|| found(window, start..span.end))?
}
