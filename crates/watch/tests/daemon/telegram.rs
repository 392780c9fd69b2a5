//! The Bot API as the sandbox speaks it: what is refused, what is gone, what is limited.

use bedlock_http::{Client, Settings};
use bedlock_sandbox::{Sandbox, SandboxConfig};
use bedlock_watch::notify::telegram::BotToken;
use bedlock_watch::notify::{About, Notifier, NotifyError, Telegram, trial};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const CHAT: i64 = 7;

fn letter() -> bedlock_watch::notify::Letter {
    let about = About {
        host: "agent-host".to_owned(),
        account: "123456789012".to_owned(),
        role: "BedrockInvoke".to_owned(),
        zone: TimeZone::UTC,
    };
    trial(&about, Timestamp::UNIX_EPOCH)
}

fn telegram(sandbox: &Sandbox, token: &str) -> Telegram {
    let http = Client::new(Settings::default());
    let token = BotToken::new(token).unwrap();
    Telegram::new(http, &sandbox.endpoint(), token, CHAT, vec![CHAT], false)
}

#[tokio::test]
async fn a_message_is_sent_edited_and_deleted() {
    let sandbox = Sandbox::start(SandboxConfig::default()).unwrap();
    let telegram = telegram(&sandbox, &sandbox.telegram().new_bot());
    // Nobody wrote to the bot yet.
    let error = telegram.send(&letter()).await.unwrap_err();
    assert!(
        error.to_string().contains("write to the bot first"),
        "{error}"
    );
    sandbox.telegram().open_chat(CHAT);
    let sent = telegram.send(&letter()).await.unwrap().unwrap();
    // The same text again is no failure.
    telegram.edit(&sent, &letter()).await.unwrap();
    let mut other = letter();
    other.title = "other".to_owned();
    telegram.edit(&sent, &other).await.unwrap();
    assert_eq!(sandbox.telegram().messages(CHAT)[0].versions.len(), 2);
    telegram.remove(&sent).await.unwrap();
    assert_eq!(sandbox.telegram().messages(CHAT), []);
    let gone = telegram.edit(&sent, &letter()).await.unwrap_err();
    assert!(matches!(gone, NotifyError::Gone), "{gone:?}");
    telegram.remove(&sent).await.unwrap();
}

#[tokio::test]
async fn no_error_shows_the_token() {
    let canary = "1000:FAKE-canary-token-of-no-bot";
    let sandbox = Sandbox::start(SandboxConfig::default()).unwrap();
    let unknown = telegram(&sandbox, canary)
        .send(&letter())
        .await
        .unwrap_err();
    let address = sandbox.endpoint();
    drop(sandbox);
    let http = Client::new(Settings::default());
    let there = |root: &str| {
        let token = BotToken::new(canary).unwrap();
        Telegram::new(http.clone(), root, token, CHAT, vec![CHAT], false)
    };
    let refused = there(&address).send(&letter()).await.unwrap_err();
    let nonsense = there("no address").send(&letter()).await.unwrap_err();
    for error in [unknown, refused, nonsense] {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
