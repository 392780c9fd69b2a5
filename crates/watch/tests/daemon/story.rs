//! A session ends, a message comes, somebody taps, the session is there again.

use std::fs;
use std::time::Duration;

use bedlock_sandbox::{Decision, Press};

use crate::town::{OWNER, Town};

#[test]
fn one_tap_brings_the_session_back() {
    let mut town = Town::new();
    town.start();
    let message = town.until_it_says("There is no session.");
    let text = message.text();
    assert!(text.starts_with("agent-host: sign in to AWS"), "{text}");
    assert!(
        text.contains("Account 123456789012, role BedrockInvoke"),
        "{text}"
    );
    let link = message
        .button("Sign in")
        .unwrap()
        .opens()
        .unwrap()
        .to_owned();
    assert!(link.contains(&town.code()), "{link}");
    assert!(!message.silent);
    town.approve();
    let message = town.until_it_says("signed in, good until");
    assert_eq!(message.buttons().count(), 0);
    assert_eq!(town.messages().len(), 1);

    // Eight hours later the portal's session is over; nobody has been asked in between.
    town.pass(7 * 60 + 30);
    assert!(
        town.sandbox.count("sso-oauth:CreateToken", 200) > 5,
        "{:?}",
        town.sandbox.requests().last()
    );
    assert_eq!(town.messages().len(), 1);
    town.pass(45);
    let message = town.until_it_says("sign in to AWS");
    assert_eq!(town.messages().len(), 2);
    // The link runs out, twice; the message is the same one.
    let first = town.code();
    town.pass(21);
    town.until("no new link", |_| town.code() != first);
    let renewed = town.until_it_says("Renewed on agent-host");
    assert_eq!(renewed.id, message.id);
    assert!(renewed.versions.len() >= 3, "{:?}", renewed.versions);
    town.approve();
    let message = town.until_it_says("signed in, good until");
    assert_eq!(message.id, renewed.id);
    assert_eq!(town.messages().len(), 2);
}

#[test]
fn a_kill_in_the_middle_sends_no_second_message_and_loses_no_tap() {
    let mut town = Town::new();
    town.start();
    let asked = town.until_it_says("sign in to AWS");
    town.until("the message is not noted", |_| {
        let state = fs::read_to_string(town.home.path().join("state/daemon.json"));
        state.is_ok_and(|state| state.contains("\"receipt\":{"))
    });
    for _ in 0..3 {
        town.kill();
        town.start();
        town.step(Duration::from_secs(10));
    }
    assert_eq!(town.messages(), std::slice::from_ref(&asked));
    // Tapped while no daemon runs.
    town.kill();
    assert!(town.sandbox.decide(&town.code(), Decision::Approve));
    town.start();
    town.step(Duration::from_secs(20));
    let done = town.until_it_says("signed in, good until");
    assert_eq!((done.id, town.messages().len()), (asked.id, 1));
}

#[test]
fn a_no_is_taken() {
    let mut town = Town::new();
    town.start();
    town.until_it_says("sign in to AWS");
    assert!(town.sandbox.decide(&town.code(), Decision::Deny));
    town.step(Duration::from_secs(16));
    let denied = town.until_it_says("the sign-in was denied");
    assert_eq!(denied.buttons().count(), 1);
    town.pass(61);
    let again = town.until_it_says("sign in to AWS");
    assert_ne!(again.id, denied.id);
    assert_eq!(town.messages().len(), 1, "the old one is gone");
}

#[test]
fn buttons_are_for_the_owner() {
    let mut town = Town::new();
    town.start();
    let asked = town.until_it_says("sign in to AWS");
    let press = |user: i64, label: &str| {
        let press = town
            .sandbox
            .telegram()
            .press(OWNER, town.last().id, user, label);
        let Some(Press::Sent(query)) = press else {
            panic!("no button {label:?}: {:?}", town.last());
        };
        town.until("the press is not answered", |sandbox| {
            let answers = sandbox.telegram().answers();
            answers.iter().any(|answer| answer.query == query)
        });
    };
    press(666, "That was not me");
    assert!(town.last().text().contains("sign in to AWS"));
    // A forged button of the right shape.
    let forged = "notme:1:AAAAAAAAAAAAAAAAAAAAAA";
    town.sandbox
        .telegram()
        .press_data(OWNER, asked.id, OWNER, forged);
    press(OWNER, "Later");
    let snoozed = town.until_it_says("snoozed until 13:0");
    assert_eq!(snoozed.id, asked.id);
    press(OWNER, "Ask me again");
    assert_eq!(town.until_it_says("sign in to AWS").id, asked.id);
    press(OWNER, "That was not me");
    let stopped = town.until_it_says("that was not you");
    assert!(stopped.text().contains("CloudTrail"), "{}", stopped.text());
    let polls = |town: &Town| town.sandbox.count("sso-oauth:CreateToken", 400);
    let before = polls(&town);
    town.pass(120);
    assert_eq!(polls(&town), before, "the attempt is dropped");
}

#[test]
fn a_shared_bot_is_only_written_to() {
    let mut town = Town::new();
    town.shared = true;
    town.start();
    let asked = town.until_it_says("sign in to AWS");
    assert_eq!(asked.buttons().count(), 1, "the link and nothing else");
    town.approve();
    assert_eq!(town.until_it_says("signed in").id, asked.id);
    let reads = town.sandbox.requests();
    assert!(
        !reads
            .iter()
            .any(|record| record.action.contains("getUpdates"))
    );
}

#[test]
fn it_follows_who_signs_in_beside_it_and_who_deletes_the_cache() {
    let mut town = Town::new();
    town.start();
    let asked = town.until_it_says("sign in to AWS");
    let cache = town.sandbox.signed_in_cache();
    let folder = town.home.path().join(".aws/sso/cache");
    // As the AWS CLI does it: in place, in two writes.
    let path = folder.join(&cache.file_name);
    fs::write(&path, &cache.bytes[..20]).unwrap();
    fs::write(&path, &cache.bytes).unwrap();
    assert_eq!(town.until_it_says("signed in").id, asked.id);
    fs::remove_file(&path).unwrap();
    town.until_it_says("There is no session.");
    assert_eq!(town.messages().len(), 2);
}

#[test]
fn without_telegram_it_goes_on_trying_and_says_it_once() {
    let mut town = Town::new();
    town.sandbox.telegram().set_blocked(OWNER, true);
    town.start();
    town.until("it does not try", |sandbox| {
        sandbox.count("telegram:sendMessage", 403) >= 1
    });
    town.pass(30);
    assert_eq!(town.messages(), []);
    town.sandbox.telegram().set_blocked(OWNER, false);
    town.pass(6);
    town.until_it_says("sign in to AWS");
    town.approve();
    town.until_it_says("signed in");
    assert_eq!(town.messages().len(), 1);
}

#[test]
fn a_full_disk_is_reported_and_survived() {
    let mut town = Town::new();
    town.disk_full = true;
    town.start();
    let asked = town.until_it_says("sign in to AWS");
    assert!(
        asked.text().contains("the disk is full"),
        "{}",
        asked.text()
    );
    town.approve();
    town.until_it_says("signed in");
    assert_eq!(town.messages().len(), 1);
}
