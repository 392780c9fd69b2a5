//! Whatever happens, in whatever order: no storm, never silent, no loop. `World` checks all of it
//! after every event.

use bedlock_watch::{Button, Policy, Quiet, What};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::world::{World, hours, minutes, seconds};

#[derive(Clone, Debug)]
enum Step {
    Pass(i64),
    Suspend(i64),
    SetClock(i64),
    Network(bool),
    Chat(bool),
    Approve,
    Refuse,
    Press(Button),
    SignInBeside,
    DeleteCache,
    DeleteMessages,
    RevokeSession,
    Kill,
    Held(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1_i64..40_000).prop_map(Step::Pass),
        1 => (1_i64..400_000).prop_map(Step::Suspend),
        1 => (-400_000_i64..400_000).prop_map(Step::SetClock),
        2 => any::<bool>().prop_map(Step::Network),
        1 => any::<bool>().prop_map(Step::Chat),
        3 => Just(Step::Approve),
        1 => Just(Step::Refuse),
        2 => prop_oneof![Just(Button::Later), Just(Button::NotMe), Just(Button::Again)]
            .prop_map(Step::Press),
        1 => Just(Step::SignInBeside),
        1 => Just(Step::DeleteCache),
        1 => Just(Step::DeleteMessages),
        1 => Just(Step::RevokeSession),
        2 => Just(Step::Kill),
        1 => (0_u32..9).prop_map(Step::Held),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let quiet = proptest::option::of((0_i8..24, 0_i8..24));
    (quiet, any::<bool>(), 60_u64..7200).prop_map(|(quiet, early, snooze)| Policy {
        lead: early.then(|| std::time::Duration::from_secs(1800)),
        quiet: quiet.and_then(|(from, to)| {
            Quiet::new(
                Time::constant(from, 0, 0, 0),
                Time::constant(to, 0, 0, 0),
                TimeZone::UTC,
            )
        }),
        snooze: std::time::Duration::from_secs(snooze),
    })
}

fn take(world: &mut World, step: &Step) {
    match step {
        Step::Pass(span) => world.pass(seconds(*span)),
        Step::Suspend(span) => world.suspend(seconds(*span)),
        Step::SetClock(span) => world.set_clock(seconds(*span)),
        Step::Network(up) => world.network = *up,
        Step::Chat(up) => world.chat_works = *up,
        Step::Approve => {
            world.approve();
        }
        Step::Refuse => world.refuse(),
        Step::Press(button) if world.editable && !world.chat.is_empty() => world.press(*button),
        // Only a bot of its own has buttons, and it can edit.
        Step::Press(_) => {}
        Step::SignInBeside => {
            world.sign_in_beside();
            world.happen(What::Changed);
        }
        Step::DeleteCache => {
            world.cached = None;
            world.happen(What::Changed);
        }
        Step::DeleteMessages => world.chat.clear(),
        Step::RevokeSession => world.center.session = None,
        Step::Kill => world.restart(),
        Step::Held(count) => world.happen(What::Held(*count)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_storm_never_silent_no_loop(
        policy in policy(),
        editable in any::<bool>(),
        estimates in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let mut world = World::new(policy, "2026-11-25T12:00:00Z".parse().unwrap());
        world.editable = editable;
        world.center.estimates = estimates;
        world.sign_in_beside();
        world.happen(What::Woke);
        let began = world.now;
        let mut disturbed = 1;
        for step in &steps {
            let calm = matches!(step, Step::Pass(_));
            disturbed += u32::from(!calm);
            take(&mut world, step);
        }
        // Every message has a cause: a session that ended, something that was done, or the rare
        // repetition where nothing can be edited.
        let spent = world.awake.as_secs() / (6 * 3600);
        let most = 4 * disturbed + 4 * u32::try_from(spent).unwrap() + 4;
        prop_assert!(world.counts.messages <= most, "{:?} since {began}", world.counts);
        prop_assert_eq!(world.counts.sounds_in_quiet, 0);

        // When everything works again and the owner taps, there is a session.
        world.network = true;
        world.chat_works = true;
        world.center.refused = None;
        for _ in 0..800 {
            world.pass(minutes(5));
            world.approve();
            world.pass(minutes(1));
            if world.has_session() {
                break;
            }
            prop_assert!(world.state.phase(world.now) != bedlock_watch::Phase::Valid);
        }
        prop_assert!(world.has_session(), "{:?}", world.state);
        world.pass(hours(1));
    }

    #[test]
    fn the_same_events_give_the_same_state(steps in proptest::collection::vec(step(), 1..20)) {
        let run = || {
            let mut world = World::new(Policy::default(), "2026-11-25T12:00:00Z".parse().unwrap());
            world.sign_in_beside();
            for step in &steps {
                take(&mut world, step);
            }
            (world.state, world.counts)
        };
        prop_assert_eq!(run(), run());
    }
}
