//! A month of an always-on agent, on a clock that nobody waits for: how often its owner taps, how
//! many messages come, how long there is no session, how many requests fail.
//!
//! Run by `cargo xtask bench night`, and by `cargo run -p bedlock-watch --example night`.
//!
//! **Invariant:** seeded: the table is the same on every machine.

#![expect(
    clippy::expect_used,
    reason = "a test and a simulation may stop where they are"
)]

#[path = "../tests/it/world.rs"]
mod world;

use std::io::Write as _;
use std::time::Duration;

use bedlock_watch::{Notice, Policy, Quiet, What};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use world::{Dice, World, hours, minutes};

const DAYS: i64 = 30;
/// A request of the agent comes every so often.
const REQUESTS: i64 = 5;
/// How long a gateway that holds requests would hold one.
const HOLD: i64 = 15;

/// What one month came to.
#[derive(Default)]
struct Month {
    taps: u32,
    messages: u32,
    sounds_at_night: u32,
    minutes_without: i64,
    longest: i64,
    failed: u32,
    held: u32,
    requests: u32,
}

struct Way {
    name: &'static str,
    portal: i64,
    policy: Policy,
}

fn main() -> std::io::Result<()> {
    let zone = TimeZone::UTC;
    let night = || Quiet::new(time(23), time(7), zone.clone());
    let ways = [
        Way {
            name: "asks at the end",
            portal: 8,
            policy: policy(None, None),
        },
        Way {
            name: "asks 30 min early",
            portal: 8,
            policy: policy(Some(30), None),
        },
        Way {
            name: "asks early, quiet 23–07",
            portal: 8,
            policy: policy(Some(30), night()),
        },
        Way {
            name: "asks at the end",
            portal: 12,
            policy: policy(None, None),
        },
        Way {
            name: "asks early, quiet 23–07",
            portal: 12,
            policy: policy(Some(30), night()),
        },
        Way {
            name: "asks at the end",
            portal: 24,
            policy: policy(None, None),
        },
        Way {
            name: "asks early, quiet 23–07",
            portal: 24,
            policy: policy(Some(30), night()),
        },
    ];
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| portal session | way | taps | messages | sounds in 23–07 | without a session | longest | requests failed | failed if held {HOLD} min |"
    )?;
    writeln!(out, "|--:|---|--:|--:|--:|--:|--:|--:|--:|")?;
    for way in ways {
        let month = average(&way);
        writeln!(
            out,
            "| {} h | {} | {} | {} | {} | {} min | {} min | {} of {} | {} |",
            way.portal,
            way.name,
            month.taps,
            month.messages,
            month.sounds_at_night,
            month.minutes_without,
            month.longest,
            month.failed,
            month.requests,
            month.failed - month.held,
        )?;
    }
    Ok(())
}

fn time(hour: i8) -> Time {
    Time::constant(hour, 0, 0, 0)
}

fn policy(lead: Option<u64>, quiet: Option<Quiet>) -> Policy {
    Policy {
        lead: lead.map(|minutes| Duration::from_secs(minutes * 60)),
        quiet,
        ..Policy::default()
    }
}

/// The mean of ten months, each with other cuts and another owner.
fn average(way: &Way) -> Month {
    let mut sum = Month::default();
    for seed in 0..10 {
        let month = simulate(way, seed);
        sum.taps += month.taps;
        sum.messages += month.messages;
        sum.sounds_at_night += month.sounds_at_night;
        sum.minutes_without += month.minutes_without;
        sum.longest = sum.longest.max(month.longest);
        sum.failed += month.failed;
        sum.held += month.held;
        sum.requests += month.requests;
    }
    sum.taps /= 10;
    sum.messages /= 10;
    sum.sounds_at_night /= 10;
    sum.minutes_without /= 10;
    sum.failed /= 10;
    sum.held /= 10;
    sum.requests /= 10;
    sum
}

fn simulate(way: &Way, seed: u64) -> Month {
    let mut dice = Dice(seed);
    let start: Timestamp = "2026-11-02T09:00:00Z".parse().expect("a date");
    let mut world = World::new(way.policy.clone(), start);
    world.center.portal = hours(way.portal);
    world.sign_in_beside();
    world.happen(What::Woke);
    let mut month = Month::default();
    let mut owner = Owner::default();
    let mut cut_until = start;
    let mut waiting: Vec<Timestamp> = Vec::new();
    let mut gap = 0;
    for minute in 0..DAYS * 24 * 60 {
        // About two cuts a day, of up to 40 minutes.
        if dice.roll(720) == 0 {
            cut_until = world.now + minutes(i64::try_from(dice.roll(40)).expect("small") + 1);
        }
        world.network = world.now >= cut_until;
        world.pass(minutes(1));
        owner.look(&mut world, &mut dice);
        let good = world.has_session() && world.network;
        if world.has_session() {
            let alive = |at: &Timestamp| world.now.duration_since(*at) <= minutes(HOLD);
            month.held +=
                u32::try_from(waiting.iter().filter(|at| alive(at)).count()).expect("few");
            waiting.clear();
            gap = 0;
        } else {
            month.minutes_without += 1;
            gap += 1;
            month.longest = month.longest.max(gap);
        }
        if minute % REQUESTS == 0 && world.network {
            month.requests += 1;
            if !good {
                month.failed += 1;
                waiting.push(world.now);
            }
        }
    }
    month.taps = world.counts.taps;
    month.messages = world.counts.messages;
    month.sounds_at_night = owner.woken;
    month
}

/// Sleeps from 23 to 7 and naps for an hour at 14; hears a message with a sound within 20 minutes,
/// and finds the others when looking at the telephone, about once an hour. Overhears one in ten.
#[derive(Default)]
struct Owner {
    seen: u64,
    taps_at: Option<Timestamp>,
    woken: u32,
}

impl Owner {
    fn look(&mut self, world: &mut World, dice: &mut Dice) {
        let Some(last) = world.chat.last().cloned() else {
            return;
        };
        let asked = matches!(last.notice, Notice::Ask { .. });
        let hour = world.now.to_zoned(TimeZone::UTC).hour();
        let asleep = !(7..23).contains(&hour);
        if last.id != self.seen {
            self.seen = last.id;
            if last.sound && asked && asleep {
                self.woken += 1;
            }
            let overheard = dice.roll(10) == 0;
            let after = if last.sound && !overheard { 20 } else { 60 };
            self.taps_at = Some(world.now + roll_minutes(dice, after));
        }
        if !asked || asleep || hour == 14 || !world.network {
            return;
        }
        if self.taps_at.is_some_and(|at| world.now >= at) && world.approve() {
            self.taps_at = Some(world.now + minutes(3));
        }
    }
}

fn roll_minutes(dice: &mut Dice, most: u64) -> SignedDuration {
    minutes(i64::try_from(dice.roll(most)).expect("small") + 1)
}
