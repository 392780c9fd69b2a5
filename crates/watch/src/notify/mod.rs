//! The ways to the owner, in the order in which they are tried.
//!
//! `daemon` tells a [`Desk`] what the machine wants told; `bedlock notify test` sends a trial.
//!
//! **Invariant:** a notifier is one file, and none knows of another; only the desk fails over, and
//! whoever answers reports who did not.

mod command;
mod desktop;
mod error;
mod ntfy;
mod openclaw;
pub mod telegram;
mod text;
mod webhook;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

pub use command::Command;
pub use desktop::Desktop;
pub use error::NotifyError;
pub use ntfy::Ntfy;
pub use openclaw::OpenClaw;
pub use telegram::Telegram;
pub use text::{About, Letter, Link, trial};
pub use webhook::Webhook;

use crate::machine::{Receipt, Tell, Untold};

/// An answer that takes its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A way to the owner.
pub trait Notifier {
    /// Its name in the settings.
    fn name(&self) -> &'static str;

    /// Sends a new message, and says what it can be edited by; `None` when it cannot be.
    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>>;

    /// Makes a message say something else.
    fn edit<'a>(
        &'a self,
        reference: &'a str,
        letter: &'a Letter,
    ) -> Answer<'a, Result<(), NotifyError>> {
        let _ = (reference, letter);
        Box::pin(async { Err(NotifyError::Gone) })
    }

    /// Removes a message.
    fn remove<'a>(&'a self, reference: &'a str) -> Answer<'a, Result<(), NotifyError>> {
        let _ = reference;
        Box::pin(async { Ok(()) })
    }
}

impl<T: Notifier> Notifier for std::rc::Rc<T> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        (**self).send(letter)
    }

    fn edit<'a>(
        &'a self,
        reference: &'a str,
        letter: &'a Letter,
    ) -> Answer<'a, Result<(), NotifyError>> {
        (**self).edit(reference, letter)
    }

    fn remove<'a>(&'a self, reference: &'a str) -> Answer<'a, Result<(), NotifyError>> {
        (**self).remove(reference)
    }
}

/// Who answered, and who did not.
#[derive(Debug)]
pub struct Delivered {
    /// Where the message is.
    pub receipt: Receipt,
    /// Who was tried before, and what became of it.
    pub failed: Vec<(&'static str, NotifyError)>,
}

/// All notifiers that are set up.
pub struct Desk {
    notifiers: Vec<Box<dyn Notifier>>,
    /// What the next message has to report: failures of notifiers, a full disk.
    notes: RefCell<Vec<String>>,
}

/// How many notes are kept for the next message.
const NOTES: usize = 5;

impl Desk {
    /// Takes the notifiers in the order in which they are to be tried.
    #[must_use]
    pub fn new(notifiers: Vec<Box<dyn Notifier>>) -> Self {
        Self {
            notifiers,
            notes: RefCell::default(),
        }
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.notifiers.iter().map(|notifier| notifier.name())
    }

    /// Keeps something for the next message to report, once.
    pub fn note(&self, note: String) {
        let mut notes = self.notes.borrow_mut();
        if !notes.contains(&note) && notes.len() < NOTES {
            notes.push(note);
        }
    }

    /// Tells the owner, by edit where that is possible.
    ///
    /// # Errors
    /// [`Untold`] when nobody took it.
    pub async fn tell(&self, tell: &Tell, mut letter: Letter) -> Result<Receipt, Untold> {
        letter.notes = self.notes.take();
        let outcome = self.deliver(tell, &mut letter).await;
        if outcome.is_err() {
            letter.notes.drain(..).for_each(|note| self.note(note));
        }
        outcome
    }

    async fn deliver(&self, tell: &Tell, letter: &mut Letter) -> Result<Receipt, Untold> {
        let old = tell.replaces.as_ref();
        if let Some(old) = old.filter(|old| old.editable && !tell.afresh) {
            let Some(notifier) = self.named(&old.notifier) else {
                return Err(Untold::Gone);
            };
            match notifier.edit(&old.reference, letter).await {
                Ok(()) => return Ok(old.clone()),
                Err(NotifyError::Gone) => return Err(Untold::Gone),
                // An edit is waited for: who has the message must not get a second one elsewhere.
                Err(error) => {
                    tracing::warn!(notifier = notifier.name(), %error, "a message was not edited");
                    return Err(Untold::Failed(error.wait()));
                }
            }
        }
        let delivered = self.send(letter).await?;
        if let Some(old) = old.filter(|old| old.editable)
            && let Some(notifier) = self.named(&old.notifier)
            && let Err(error) = notifier.remove(&old.reference).await
        {
            tracing::warn!(notifier = notifier.name(), %error, "an old message was not removed");
        }
        Ok(delivered.receipt)
    }

    /// Sends a new message by the first notifier that takes it.
    ///
    /// # Errors
    /// [`Untold`] when nobody took it.
    pub async fn send(&self, letter: &mut Letter) -> Result<Delivered, Untold> {
        let mut failed: Vec<(&'static str, NotifyError)> = Vec::new();
        for notifier in &self.notifiers {
            match notifier.send(letter).await {
                Ok(reference) => {
                    let receipt = Receipt {
                        notifier: notifier.name().to_owned(),
                        editable: reference.is_some(),
                        reference: reference.unwrap_or_default(),
                    };
                    return Ok(Delivered { receipt, failed });
                }
                Err(error) => {
                    tracing::warn!(notifier = notifier.name(), %error, "a notifier failed");
                    letter
                        .notes
                        .push(format!("{} failed: {error}.", notifier.name()));
                    failed.push((notifier.name(), error));
                }
            }
        }
        // The failures of this try are not news for the next one.
        letter.notes.retain(|note| !note.contains(" failed: "));
        let unsure = failed.iter().any(|(_, error)| error.is_unsure());
        let waits = failed.iter().filter_map(|(_, error)| error.wait());
        Err(match unsure {
            true => Untold::Unsure,
            false => Untold::Failed(waits.min()),
        })
    }

    /// Tries every notifier, and says how each came out.
    pub async fn try_all(&self, letter: &Letter) -> Vec<(&'static str, Result<(), NotifyError>)> {
        let mut all = Vec::new();
        for notifier in &self.notifiers {
            all.push((notifier.name(), notifier.send(letter).await.map(drop)));
        }
        all
    }

    fn named(&self, name: &str) -> Option<&dyn Notifier> {
        let mut all = self.notifiers.iter();
        all.find(|notifier| notifier.name() == name)
            .map(|notifier| &**notifier)
    }
}

#[cfg(test)]
mod tests;
