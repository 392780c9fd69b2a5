//! Every situation of the machine, one by one.

use std::time::Duration;

use bedlock_watch::{Button, Notice, Phase, Policy, Quiet, Reason, What};
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::world::{World, hours, minutes, seconds};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn quiet_policy() -> Policy {
    Policy {
        quiet: Quiet::new(
            Time::constant(23, 0, 0, 0),
            Time::constant(7, 0, 0, 0),
            TimeZone::UTC,
        ),
        ..Policy::default()
    }
}

/// A machine that starts at noon with a session of eight hours.
fn noon(policy: Policy) -> World {
    let mut world = World::new(policy, at("2026-11-25T12:00:00Z"));
    world.sign_in_beside();
    world.happen(What::Woke);
    world
}

fn phase(world: &World) -> Phase {
    world.state.phase(world.now)
}

#[test]
fn valid_and_renewed_without_anybody() {
    let mut world = noon(Policy::default());
    assert_eq!(phase(&world), Phase::Valid);
    world.pass(hours(7));
    assert!(world.has_session());
    assert_eq!(world.chat, []);
    // 40 minutes apart.
    assert_eq!(world.counts.renewals, 10);
    // Asleep between renewals.
    assert_eq!(world.counts.polls, 0);
}

#[test]
fn asked_before_the_end_and_signed_in_again() {
    let mut world = noon(Policy::default());
    world.pass(minutes(7 * 60 + 29));
    assert_eq!(world.chat, []);
    world.pass(minutes(2));
    assert_eq!(phase(&world), Phase::Expiring);
    assert!(matches!(
        world.last(),
        Notice::Ask { link: 1, reason: Reason::EndsAbout(ends), .. } if *ends == at("2026-11-25T20:00:00Z")
    ));
    assert!(world.approve());
    world.pass(seconds(20));
    assert_eq!(phase(&world), Phase::Valid);
    assert!(matches!(world.last(), Notice::SignedIn { .. }));
    assert_eq!((world.counts.messages, world.counts.edits), (1, 1));
    world.pass(hours(7));
    assert_eq!(world.counts.messages, 1);
}

#[test]
fn a_link_that_ran_out_is_renewed_in_the_same_message() {
    let mut world = noon(Policy::default());
    world.pass(hours(10));
    assert_eq!(phase(&world), Phase::WaitingForTap);
    assert_eq!(world.counts.messages, 1);
    assert!(world.counts.edits >= 10, "{:?}", world.counts);
    world.happen(What::Held(3));
    assert!(world.approve());
    world.pass(seconds(30));
    assert_eq!(phase(&world), Phase::Valid);
    assert!(matches!(world.last(), Notice::SignedIn { resumed: 3, .. }));
    assert_eq!(world.counts.resumed, 3);
    assert_eq!(world.counts.messages, 1);
}

#[test]
fn a_message_that_cannot_be_edited_is_repeated_ever_more_rarely() {
    let mut world = noon(quiet_policy());
    world.editable = false;
    world.pass(hours(24));
    // Asked at 19:30; then after 20 minutes, one hour and three, which is in the night; then in
    // the morning.
    assert!((4..=7).contains(&world.counts.messages), "{:?}", world.chat);
    assert_eq!(world.counts.sounds_in_quiet, 0);
    assert!(
        world.approve() || {
            world.pass(hours(7));
            world.approve()
        }
    );
    world.pass(seconds(30));
    assert_eq!(phase(&world), Phase::Valid);
}

#[test]
fn the_night_is_quiet_and_the_morning_is_not() {
    let mut world = World::new(quiet_policy(), at("2026-11-25T22:50:00Z"));
    world.sign_in_beside();
    world.happen(What::Woke);
    // It ends at 6:50; asking at 22:45 would have gained nothing, so 6:20 it is, without a sound.
    world.pass(minutes(7 * 60 + 35));
    assert!(!world.chat[0].sound);
    assert_eq!(world.counts.messages, 1);
    // At seven the message comes again, with a sound, and the one of the night is gone.
    world.pass(minutes(40));
    assert_eq!(world.chat.len(), 1);
    assert!(world.chat[0].sound);
    assert_eq!(world.chat[0].sent, at("2026-11-26T07:00:00Z"));
    assert_eq!(world.counts.messages, 2);
    world.pass(hours(3));
    assert_eq!(world.counts.messages, 2);
}

#[test]
fn asked_before_the_night_when_it_would_end_in_it() {
    let mut world = World::new(quiet_policy(), at("2026-11-25T17:00:00Z"));
    world.sign_in_beside();
    world.happen(What::Woke);
    world.pass(minutes(5 * 60 + 46));
    assert_eq!(world.chat[0].sent, at("2026-11-25T22:45:00Z"));
    assert!(world.chat[0].sound);
}

#[test]
fn later_comes_again_with_a_sound() {
    let mut world = noon(Policy::default());
    world.pass(minutes(7 * 60 + 31));
    world.press(Button::Later);
    assert!(
        matches!(world.last(), Notice::Snoozed { until, .. } if *until == world.now + hours(1))
    );
    let polls = world.counts.polls;
    world.pass(minutes(50));
    assert_eq!(world.counts.polls, polls, "nobody asks while it is snoozed");
    assert_eq!(phase(&world), Phase::Paused);
    assert_eq!(world.counts.messages, 1);
    world.pass(minutes(15));
    assert_eq!(world.counts.messages, 2);
    assert_eq!(world.chat.len(), 1, "the snoozed one is gone");
    assert!(matches!(world.last(), Notice::Ask { link: 1, .. }));
    assert!(world.approve());
    world.pass(seconds(30));
    assert_eq!(phase(&world), Phase::Valid);
}

#[test]
fn not_me_stops_the_attempt() {
    let mut world = noon(Policy::default());
    world.pass(hours(9));
    world.press(Button::NotMe);
    assert!(matches!(world.last(), Notice::NotMe { .. }));
    let (polls, links) = (world.counts.polls, world.counts.links);
    world.pass(hours(23));
    assert_eq!((world.counts.polls, world.counts.links), (polls, links));
    assert_eq!(phase(&world), Phase::Paused);
    // An old button does nothing; the one below the present message does.
    world.happen(What::Pressed(Button::Again, 77));
    assert_eq!(world.counts.links, links);
    world.press(Button::Again);
    assert!(matches!(world.last(), Notice::Ask { .. }));
    assert_eq!(world.counts.messages, 1, "who pressed it is looking at it");
}

#[test]
fn a_no_on_the_page_is_taken_for_an_hour() {
    let mut world = noon(Policy::default());
    world.pass(hours(9));
    world.refuse();
    world.pass(seconds(30));
    assert!(matches!(world.last(), Notice::Denied { .. }));
    world.pass(minutes(58));
    assert!(matches!(world.last(), Notice::Denied { .. }));
    world.pass(minutes(3));
    assert!(matches!(world.last(), Notice::Ask { .. }));
}

#[test]
fn without_a_network_it_waits_and_asks_nobody() {
    let mut world = noon(Policy::default());
    world.network = false;
    world.pass(hours(6));
    assert_eq!(phase(&world), Phase::Expired);
    assert_eq!(world.chat, []);
    world.network = true;
    world.pass(minutes(6));
    // It can be renewed still, so nobody had to be asked.
    assert_eq!(phase(&world), Phase::Valid);
    assert_eq!(world.chat, []);
    world.network = false;
    world.pass(hours(12));
    world.network = true;
    world.pass(minutes(6));
    assert_eq!(phase(&world), Phase::WaitingForTap);
    assert_eq!(world.counts.messages, 1);
}

#[test]
fn without_a_chat_it_goes_on_trying() {
    let mut world = noon(Policy::default());
    world.chat_works = false;
    world.pass(hours(12));
    assert_eq!(phase(&world), Phase::Expired);
    // No link is made that nobody can be told of.
    assert!(world.counts.links < 60, "{:?}", world.counts);
    world.chat_works = true;
    world.pass(minutes(6));
    assert_eq!(world.counts.messages, 1);
    assert!(world.approve(), "{:?} {:?}", world.now, world.chat);
    world.pass(seconds(30));
    assert_eq!(phase(&world), Phase::Valid);
}

#[test]
fn a_laptop_that_slept_for_two_days() {
    let mut world = noon(Policy::default());
    world.suspend(hours(48));
    assert_eq!(phase(&world), Phase::WaitingForTap);
    assert_eq!(world.counts.messages, 1);
    // Asleep again with the message open: still one.
    world.suspend(hours(48));
    world.pass(minutes(1));
    assert_eq!(world.counts.messages, 1);
    assert!(world.approve());
    world.pass(seconds(30));
    assert_eq!(phase(&world), Phase::Valid);
}

#[test]
fn a_clock_that_is_set() {
    for by in [
        hours(-24 * 400),
        hours(-3),
        seconds(40),
        hours(3),
        hours(24 * 400),
    ] {
        let mut world = noon(Policy::default());
        world.pass(hours(9));
        assert_eq!(phase(&world), Phase::WaitingForTap);
        world.set_clock(by);
        world.pass(minutes(20));
        assert_eq!(world.counts.messages, 1, "{by}: {:?}", world.state);
        assert!(world.approve(), "{by}");
        world.pass(seconds(30));
        assert_eq!(world.counts.messages, 1, "{by}");
        assert!(matches!(world.last(), Notice::SignedIn { .. }), "{by}");
    }
    for by in [hours(-3), hours(3)] {
        let mut world = noon(Policy::default());
        world.pass(hours(1));
        world.set_clock(by);
        world.pass(minutes(90));
        assert!(world.has_session(), "{by}: {:?}", world.state);
    }
}

#[test]
fn somebody_signs_in_beside_it() {
    let mut world = noon(Policy::default());
    world.pass(hours(9));
    world.sign_in_beside();
    world.happen(What::Changed);
    assert_eq!(phase(&world), Phase::Valid);
    assert!(matches!(world.last(), Notice::SignedIn { .. }));
    // Early, too.
    world.pass(minutes(7 * 60 + 31));
    assert_eq!(phase(&world), Phase::Expiring);
    world.sign_in_beside();
    world.happen(What::Changed);
    assert_eq!(phase(&world), Phase::Valid);
    assert!(matches!(world.last(), Notice::SignedIn { .. }));
    assert_eq!(world.counts.messages, 2);
}

#[test]
fn the_cache_is_deleted() {
    let mut world = noon(Policy::default());
    world.cached = None;
    world.happen(What::Changed);
    assert!(matches!(
        world.last(),
        Notice::Ask {
            reason: Reason::NoSession,
            ..
        }
    ));
}

#[test]
fn a_kill_sends_no_second_message() {
    let mut world = noon(Policy::default());
    world.pass(hours(9));
    let link = world.chat[0].clone();
    for _ in 0..5 {
        world.restart();
        world.pass(seconds(7));
    }
    assert_eq!(world.counts.messages, 1);
    assert_eq!(world.chat[0], link, "the link is still the same one");
    assert!(world.approve());
    world.restart();
    world.pass(seconds(30));
    assert!(matches!(world.last(), Notice::SignedIn { .. }));
    assert_eq!((world.counts.messages, world.counts.taps), (1, 1));
}

#[test]
fn a_wrong_estimate_is_taken_back() {
    let mut world = noon(Policy::default());
    world.pass(minutes(7 * 60 + 35));
    assert_eq!(phase(&world), Phase::Expiring);
    // An administrator made sessions longer; the next renewal says so.
    let (number, began, ends) = world.center.session.unwrap();
    world.center.session = Some((number, began, ends + hours(16)));
    world.pass(hours(1));
    assert!(matches!(world.last(), Notice::NotNeeded));
    assert_eq!(phase(&world), Phase::Valid);
    world.pass(hours(10));
    assert_eq!(world.counts.messages, 1);
}

#[test]
fn without_an_estimate_it_asks_when_renewing_fails() {
    let mut world = noon(Policy::default());
    world.center.estimates = false;
    world.happen(What::Changed);
    world.sign_in_beside();
    world.happen(What::Changed);
    world.pass(minutes(8 * 60 + 1));
    assert_eq!(world.counts.messages, 1);
    assert!(!world.has_session());
    let only_late = Policy {
        lead: None,
        snooze: Duration::from_secs(60),
        ..Policy::default()
    };
    let mut world = noon(only_late);
    world.pass(minutes(7 * 60 + 59));
    assert_eq!(world.counts.messages, 0);
    world.pass(minutes(2));
    assert_eq!(world.counts.messages, 1);
}
