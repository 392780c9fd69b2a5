//! `getUpdates`: a long poll that only one reader at a time can have.
//!
//! Called by `methods`.
//!
//! **Invariant:** an update is handed out until it is confirmed by a higher offset, and a reader
//! that is not the last one gets a conflict, never an update.
//!
//! **Source:** <https://core.telegram.org/bots/api#getupdates>

use std::time::Duration;

use serde_json::Value;

use super::arguments::Arguments;
use super::refusal::Refusal;
use super::{Bot, Telegram};
use crate::clock::later;

const MOST: usize = 100;
const LONGEST_POLL: i64 = 50;

impl Telegram {
    pub(super) async fn updates(&self, bot: i64, asked: &Arguments) -> Result<Value, Refusal> {
        let limit = asked
            .number("limit")
            .and_then(|limit| usize::try_from(limit).ok());
        let limit = limit
            .filter(|limit| (1..=MOST).contains(limit))
            .unwrap_or(MOST);
        let wanted = asked.object("allowed_updates")?;
        let reader = self.become_reader(bot, asked.number("offset"), wanted.as_ref())?;
        // Whoever read before hears of it.
        self.shared.changed.send_replace(());

        let timeout = asked.number("timeout").unwrap_or(0).clamp(0, LONGEST_POLL);
        let timeout = Duration::from_secs(timeout.unsigned_abs());
        let end = later(self.now(), timeout);
        let mut changed = self.shared.changed.subscribe();
        loop {
            changed.borrow_and_update();
            let found = self.look(bot, reader, limit)?;
            if !found.is_empty() || self.now() >= end {
                return Ok(found.into());
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = self.shared.clock.sleep_until(end) => {}
            }
        }
    }

    /// Confirms what was read before and takes the place of any other reader.
    fn become_reader(
        &self,
        bot: i64,
        offset: Option<i64>,
        wanted: Option<&Value>,
    ) -> Result<u64, Refusal> {
        let mut state = self.state();
        let bot = state.bot(bot)?;
        if bot.webhook.is_some() {
            return Err(Refusal::conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete \
                 the webhook first",
            ));
        }
        match offset {
            Some(offset) if offset < 0 => {
                let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
                let gone = bot.updates.len().saturating_sub(keep);
                bot.updates.drain(..gone);
            }
            Some(offset) => bot.updates.retain(|(id, _)| *id >= offset),
            None => {}
        }
        let wanted = wanted
            .and_then(Value::as_array)
            .filter(|kinds| !kinds.is_empty());
        if let Some(kinds) = wanted {
            let is_wanted = |update: &Value| {
                let mut kinds = kinds.iter().filter_map(Value::as_str);
                kinds.any(|kind| update.get(kind).is_some())
            };
            bot.updates.retain(|(_, update)| is_wanted(update));
        }
        bot.reader += 1;
        Ok(bot.reader)
    }

    fn look(&self, bot: i64, reader: u64, limit: usize) -> Result<Vec<Value>, Refusal> {
        let mut state = self.state();
        let bot: &mut Bot = state.bot(bot)?;
        if bot.reader != reader {
            return Err(Refusal::conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is \
                 running",
            ));
        }
        let updates = bot.updates.iter().take(limit);
        Ok(updates.map(|(_, update)| update.clone()).collect())
    }
}
