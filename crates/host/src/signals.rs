//! Ctrl-C and its relatives, as a flag that long work looks at.
//!
//! Made by `cli` when it starts, and handed to every function that takes a `Progress`.
//!
//! **Invariant:** a signal sets the flag and does nothing else, so no step of a transaction is
//! ever cut in two by one.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bedlock_model::Progress;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::HostError;

/// Whether somebody asked to stop, by SIGINT, SIGTERM or SIGHUP.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Takes the three signals over for the rest of this process's life.
    ///
    /// # Errors
    /// [`HostError::Signals`] when the system refuses.
    pub fn install() -> Result<Self, HostError> {
        let received = Arc::new(AtomicUsize::new(0));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&received), number)
                .map_err(HostError::Signals)?;
        }
        Ok(Self(received))
    }

    /// The number of the last signal that came, for the exit code (128 and the number).
    #[must_use]
    pub fn received(&self) -> Option<u8> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            number => u8::try_from(number).ok(),
        }
    }
}

impl Progress for Interrupt {
    fn advance(&self, _bytes: u64) -> ControlFlow<()> {
        match self.received() {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test for all signals: they are the whole process's.
    #[test]
    fn a_signal_is_seen_and_survived() {
        let before = Interrupt::install().unwrap();
        assert_eq!(before.received(), None);
        assert!(before.advance(0).is_continue());
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let interrupt = Interrupt::install().unwrap();
            // It reaches this very thread before the call returns.
            signal_hook::low_level::raise(signal).unwrap();
            assert_eq!(interrupt.received().map(i32::from), Some(signal));
            assert!(interrupt.clone().advance(0).is_break());
        }
        assert_eq!(before.received().map(i32::from), Some(SIGHUP));
    }
}
