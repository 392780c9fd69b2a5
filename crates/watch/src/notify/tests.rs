//! Failing over, notes, and what a message says.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::machine::{Attempt, Handle, Notice, Reason};

/// A notifier that works when it is told to, and remembers the last text.
struct Fake {
    name: &'static str,
    works: Rc<Cell<bool>>,
    said: Rc<RefCell<Vec<String>>>,
}

impl Notifier for Fake {
    fn name(&self) -> &'static str {
        self.name
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        Box::pin(async move {
            if !self.works.get() {
                return Err(NotifyError::Limited {
                    wait: Some(Duration::from_secs(7)),
                });
            }
            self.said.borrow_mut().push(letter.text_with_link());
            Ok(None)
        })
    }
}

struct Pair {
    desk: Desk,
    first: Rc<Cell<bool>>,
    second: Rc<Cell<bool>>,
    said: Rc<RefCell<Vec<String>>>,
}

fn pair() -> Pair {
    let (first, second) = (Rc::new(Cell::new(true)), Rc::new(Cell::new(true)));
    let said: Rc<RefCell<Vec<String>>> = Rc::default();
    let fake = |name, works: &Rc<Cell<bool>>| -> Box<dyn Notifier> {
        Box::new(Fake {
            name,
            works: Rc::clone(works),
            said: Rc::clone(&said),
        })
    };
    let desk = Desk::new(vec![fake("first", &first), fake("second", &second)]);
    Pair {
        desk,
        first,
        second,
        said,
    }
}

fn about() -> About {
    About {
        host: "agent-host".to_owned(),
        account: "123456789012".to_owned(),
        role: "BedrockInvoke".to_owned(),
        zone: TimeZone::UTC,
    }
}

fn ask() -> Notice {
    Notice::Ask {
        request: 1,
        link: 1,
        reason: Reason::NoSession,
        attempt: Attempt {
            handle: Handle::new("FAKE-canary-device-code"),
            url: "https://example.com/?code=FAKE-CODE".to_owned(),
            code: "FAKE-CODE".to_owned(),
            expires_at: "2026-11-26T00:05:00Z".parse().unwrap(),
            interval: Duration::from_secs(5),
        },
    }
}

fn now() -> Timestamp {
    "2026-11-25T23:55:00Z".parse().unwrap()
}

fn tell() -> Tell {
    Tell {
        notice: ask(),
        replaces: None,
        afresh: false,
        silent: false,
    }
}

#[tokio::test]
async fn the_next_one_reports_who_failed() {
    let Pair {
        desk, first, said, ..
    } = pair();
    first.set(false);
    let letter = about().letter(&ask(), false, now());
    let receipt = desk.tell(&tell(), letter).await.unwrap();
    assert_eq!(receipt.notifier, "second");
    let text = said.borrow()[0].clone();
    assert!(
        text.contains("Note: first failed: it asks to wait 7 s."),
        "{text}"
    );
}

#[tokio::test]
async fn notes_wait_for_a_message_that_arrives_and_come_once() {
    let Pair {
        desk,
        first,
        second,
        said,
    } = pair();
    first.set(false);
    second.set(false);
    desk.note("the disk is full.".to_owned());
    let letter = || about().letter(&ask(), false, now());
    let lost = desk.tell(&tell(), letter()).await;
    assert_eq!(lost, Err(Untold::Failed(Some(Duration::from_secs(7)))));
    first.set(true);
    desk.tell(&tell(), letter()).await.unwrap();
    desk.tell(&tell(), letter()).await.unwrap();
    let said = said.borrow();
    assert_eq!(said[0].matches("Note:").count(), 1, "{}", said[0]);
    assert!(said[0].contains("the disk is full."));
    assert!(!said[1].contains("Note:"));
}

#[test]
fn a_request_says_who_asks_for_what_since_when() {
    let letter = about().letter(&ask(), false, now());
    let text = letter.text_with_link();
    for part in [
        "agent-host: sign in to AWS",
        "There is no session.",
        "Account 123456789012, role BedrockInvoke",
        "Code: FAKE-CODE",
        "Asked on agent-host at 23:55, link good until Thu 26 Nov 00:05.",
        "https://example.com/?code=FAKE-CODE",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!format!("{letter:?} {:?}", ask()).contains("canary"));
}
