//! The Bot API: messages, buttons, presses, long polls, and every refusal that a bot has to survive.

use std::time::Duration;

use bedlock_sandbox::{Press, Sandbox};
use serde_json::{Value, json};

use super::sandbox;
use super::wire::{Answer, get, post, send};

const OWNER: i64 = 4242;
const PATIENCE: Duration = Duration::from_secs(20);

struct Bot<'a> {
    sandbox: &'a Sandbox,
    token: String,
}

impl<'a> Bot<'a> {
    /// A bot that its owner started.
    fn new(sandbox: &'a Sandbox) -> Self {
        let token = sandbox.telegram().new_bot();
        sandbox.telegram().open_chat(OWNER);
        Self { sandbox, token }
    }

    fn call(&self, method: &str, arguments: Value) -> Answer {
        post(
            self.sandbox,
            &format!("/bot{}/{method}", self.token),
            &arguments,
        )
    }

    fn ok(&self, method: &str, arguments: Value) -> Value {
        let answer = self.call(method, arguments);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["ok"], true);
        answer.json()["result"].clone()
    }

    fn refused(&self, method: &str, arguments: Value, code: u16, description: &str) {
        let answer = self.call(method, arguments);
        let body = answer.json();
        assert_eq!(answer.status, code, "{body}");
        assert_eq!(
            (&body["ok"], &body["error_code"]),
            (&false.into(), &code.into())
        );
        let told = body["description"].as_str().unwrap();
        assert!(told.starts_with(description), "{told}");
    }

    fn send_link(&self) -> Value {
        self.ok(
            "sendMessage",
            json!({
                "chat_id": OWNER, "text": "Sign in", "reply_markup": { "inline_keyboard": [
                    [{ "text": "Open", "url": "https://device.example.com/?user_code=X" }],
                    [{ "text": "Later", "callback_data": "later:1" }],
                ] },
            }),
        )
    }
}

#[test]
fn a_message_is_sent_edited_and_remembered() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    let me = bot.ok("getMe", json!({}));
    assert_eq!(me["is_bot"], true);
    let sent = bot.send_link();
    let id = sent["message_id"].as_i64().unwrap();
    assert_eq!(
        sent["chat"],
        json!({ "id": OWNER, "first_name": "Somebody", "type": "private" })
    );

    sandbox.clock().advance(Duration::from_secs(60));
    let edited = bot.ok(
        "editMessageText",
        json!({ "chat_id": OWNER, "message_id": id, "text": "<b>Signed in</b>", "parse_mode": "HTML" }),
    );
    assert_eq!(
        edited["edit_date"].as_i64().unwrap() - edited["date"].as_i64().unwrap(),
        60
    );
    assert!(
        edited.get("reply_markup").is_none(),
        "an edit without buttons takes them away"
    );

    let message = sandbox.telegram().messages(OWNER).pop().unwrap();
    assert_eq!((message.id, message.text()), (id, "Signed in"));
    let versions = &message.versions;
    assert_eq!((versions.len(), versions[0].text.as_str()), (2, "Sign in"));
    let opens = versions[0].buttons[0][0].opens();
    assert_eq!(opens, Some("https://device.example.com/?user_code=X"));

    let same = json!({ "chat_id": OWNER, "message_id": id, "text": "<b>Signed in</b>", "parse_mode": "HTML" });
    bot.refused(
        "editMessageText",
        same,
        400,
        "Bad Request: message is not modified",
    );
    let buttons = json!({ "inline_keyboard": [[{ "text": "Not me", "callback_data": "no" }]] });
    bot.ok(
        "editMessageReplyMarkup",
        json!({ "chat_id": OWNER.to_string(), "message_id": id, "reply_markup": buttons.to_string() }),
    );
    assert!(
        sandbox.telegram().messages(OWNER)[0]
            .button("Not me")
            .is_some()
    );
    bot.ok(
        "deleteMessage",
        json!({ "chat_id": OWNER, "message_id": id }),
    );
    assert_eq!(sandbox.telegram().messages(OWNER), []);
}

#[test]
fn arguments_come_as_json_as_a_form_or_in_the_query() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    let target = format!("/bot{}/sendMessage", bot.token);
    get(&sandbox, &format!("{target}?chat_id={OWNER}&text=one+two"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("chat_id={OWNER}&text=three%20four&disable_notification=true");
    send(&sandbox, "POST", &target, &form, body.as_bytes());
    let messages = sandbox.telegram().messages(OWNER);
    let told: Vec<(&str, bool)> = messages
        .iter()
        .map(|one| (one.text(), one.silent))
        .collect();
    assert_eq!(told, [("one two", false), ("three four", true)]);
}

#[test]
fn what_telegram_refuses_is_refused_in_its_words() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    let hello = || json!({ "chat_id": OWNER, "text": "hello" });
    bot.refused(
        "sendMessage",
        json!({ "text": "x" }),
        400,
        "Bad Request: chat_id is empty",
    );
    bot.refused(
        "sendMessage",
        json!({ "chat_id": 1, "text": "x" }),
        400,
        "Bad Request: chat not found",
    );
    bot.refused(
        "sendMessage",
        json!({ "chat_id": OWNER, "text": " " }),
        400,
        "Bad Request: message text is empty",
    );
    let long = json!({ "chat_id": OWNER, "text": "x".repeat(4097) });
    bot.refused("sendMessage", long, 400, "Bad Request: message is too long");
    let edit = json!({ "chat_id": OWNER, "message_id": 77, "text": "x" });
    bot.refused(
        "editMessageText",
        edit,
        400,
        "Bad Request: message to edit not found",
    );
    bot.refused("sendPhoto", json!({}), 404, "Not Found");

    sandbox.telegram().set_blocked(OWNER, true);
    bot.refused(
        "sendMessage",
        hello(),
        403,
        "Forbidden: bot was blocked by the user",
    );
    sandbox.telegram().set_blocked(OWNER, false);
    bot.ok("sendMessage", hello());

    let stranger = |token: &str| Bot {
        sandbox: &sandbox,
        token: token.to_owned(),
    };
    stranger("123456:FAKE").refused("getMe", json!({}), 401, "Unauthorized");
    stranger("FAKE").refused("getMe", json!({}), 404, "Not Found");
    // Another bot cannot edit what this one wrote.
    let id = bot.send_link()["message_id"].clone();
    let other = Bot::new(&sandbox);
    let edit = json!({ "chat_id": OWNER, "message_id": id, "text": "x" });
    other.refused(
        "editMessageText",
        edit,
        400,
        "Bad Request: message to edit not found",
    );
}

#[test]
fn a_press_reaches_the_bot_and_is_answered_once() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    let id = bot.send_link()["message_id"].as_i64().unwrap();
    let telegram = sandbox.telegram();
    let opened = telegram.press(OWNER, id, OWNER, "Open");
    let url = "https://device.example.com/?user_code=X".to_owned();
    assert_eq!(opened, Some(Press::Opens(url)));
    assert_eq!(telegram.press(OWNER, id, OWNER, "Nothing"), None);
    let Some(Press::Sent(query)) = telegram.press(OWNER, id, 666, "Later") else {
        panic!("a button that calls back");
    };
    let updates = bot.ok("getUpdates", json!({}));
    let press = &updates[0]["callback_query"];
    assert_eq!(
        (&press["id"], &press["data"]),
        (&query.clone().into(), &"later:1".into())
    );
    assert_eq!(
        (&press["from"]["id"], &press["message"]["message_id"]),
        (&666.into(), &id.into())
    );

    let answer = || json!({ "callback_query_id": query, "text": "Not yours" });
    bot.ok("answerCallbackQuery", answer());
    assert_eq!(telegram.answers()[0].text.as_deref(), Some("Not yours"));
    bot.refused(
        "answerCallbackQuery",
        answer(),
        400,
        "Bad Request: query is too old",
    );

    let Some(Press::Sent(late)) = telegram.press_data(OWNER, id, OWNER, "forged") else {
        panic!("a press");
    };
    sandbox.clock().advance(Duration::from_secs(15 * 60));
    let late = json!({ "callback_query_id": late });
    bot.refused(
        "answerCallbackQuery",
        late,
        400,
        "Bad Request: query is too old",
    );
}

#[test]
fn updates_come_until_they_are_confirmed() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    for text in ["/start", "one", "two"] {
        sandbox.telegram().say(OWNER, OWNER, text);
    }
    let first = bot.ok("getUpdates", json!({ "limit": 2 }));
    assert_eq!(first.as_array().unwrap().len(), 2);
    assert_eq!(bot.ok("getUpdates", json!({ "limit": 2 })), first);
    let next = first[1]["update_id"].as_i64().unwrap() + 1;
    let rest = bot.ok("getUpdates", json!({ "offset": next }));
    assert_eq!(rest[0]["message"]["text"], "two");
    assert_eq!(rest.as_array().unwrap().len(), 1);

    bot.ok("setWebhook", json!({ "url": "https://example.com/hook" }));
    assert_eq!(
        bot.ok("getWebhookInfo", json!({}))["pending_update_count"],
        1
    );
    bot.refused(
        "getUpdates",
        json!({}),
        409,
        "Conflict: can't use getUpdates method while webhook is active",
    );
    bot.ok("deleteWebhook", json!({ "drop_pending_updates": true }));
    assert_eq!(bot.ok("getUpdates", json!({})), json!([]));
}

#[test]
fn a_long_poll_ends_with_an_update_with_its_time_or_with_another_reader() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    let poll = || bot.call("getUpdates", json!({ "timeout": 50 }));
    let id = bot.send_link()["message_id"].as_i64().unwrap();

    std::thread::scope(|scope| {
        let waiting = scope.spawn(poll);
        sandbox.telegram().press(OWNER, id, OWNER, "Later").unwrap();
        let updates = waiting.join().unwrap().json();
        assert_eq!(updates["result"][0]["callback_query"]["data"], "later:1");
    });
    let next = bot.ok("getUpdates", json!({}))[0]["update_id"]
        .as_i64()
        .unwrap()
        + 1;
    bot.ok("getUpdates", json!({ "offset": next }));

    // One of the two gets a conflict; the other waits until its time is over.
    std::thread::scope(|scope| {
        let readers = [scope.spawn(poll), scope.spawn(poll)];
        assert!(sandbox.wait_until(
            PATIENCE,
            |sandbox| sandbox.count("telegram:getUpdates", 409) == 1
        ));
        sandbox.clock().advance(Duration::from_secs(50));
        let mut answers = readers.map(|reader| reader.join().unwrap().status);
        answers.sort_unstable();
        assert_eq!(answers, [200, 409]);
    });
}

#[test]
fn no_token_stands_in_a_record() {
    let sandbox = sandbox(|_| ());
    let bot = Bot::new(&sandbox);
    bot.send_link();
    bot.call("sendPhoto", json!({}));
    let records = sandbox.requests();
    assert_eq!(records[0].path, "/bot-/sendMessage");
    let told = format!("{records:?} {sandbox:?} {:?}", sandbox.telegram());
    assert!(!told.contains("FAKE"), "{told}");
}
