//! Jobs for a few threads: folders to list, files to read, ranges of one large file.
//!
//! Filled and emptied by the workers of a scan.
//!
//! **Invariant:** last in, first out, so that what waits stays about as deep as the tree and not as
//! wide; a worker that finds nothing waits only while another one may still add something.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Jobs that wait, and how many are being done.
pub(crate) struct Queue<Job> {
    state: Mutex<State<Job>>,
    changed: Condvar,
}

struct State<Job> {
    jobs: Vec<Job>,
    running: usize,
    closed: bool,
}

impl<Job> Queue<Job> {
    /// A queue that begins with these jobs; the first is done first.
    pub(crate) fn new(jobs: impl DoubleEndedIterator<Item = Job>) -> Self {
        Self {
            state: Mutex::new(State {
                jobs: jobs.rev().collect(),
                running: 0,
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Adds jobs; the first is done first.
    pub(crate) fn add(&self, jobs: impl DoubleEndedIterator<Item = Job>) {
        let mut state = self.lock();
        state.jobs.extend(jobs.rev());
        drop(state);
        self.changed.notify_all();
    }

    /// Drops what waits: somebody asked to stop.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.jobs.clear();
        drop(state);
        self.changed.notify_all();
    }

    /// Does jobs until none is left and no other worker can add one.
    pub(crate) fn work(&self, mut one: impl FnMut(Job)) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop() {
                state.running += 1;
                drop(state);
                let running = Running(self);
                one(job);
                drop(running);
                state = self.lock();
            } else if state.running == 0 || state.closed {
                return;
            } else {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<Job>> {
        // Nothing in here panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that is being done; the others are told when it ends, also by a panic.
struct Running<'q, Job>(&'q Queue<Job>);

impl<Job> Drop for Running<'_, Job> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running -= 1;
        let idle = state.running == 0 && state.jobs.is_empty();
        drop(state);
        if idle {
            self.0.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_job_is_done_once_whoever_adds_it() {
        let queue = Queue::new([1000_u32].into_iter());
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    queue.work(|job| {
                        if job >= 10 {
                            queue.add((0..10).map(|n| job / 10 + n % 2));
                        }
                        done.lock().unwrap().push(job);
                    });
                });
            }
        });
        // 1000, ten hundreds, a hundred tens, a thousand ones; 101 / 10 and 11 / 10 go the same way.
        assert_eq!(done.into_inner().unwrap().len(), 1 + 10 + 100 + 1000);
    }

    #[test]
    fn a_closed_queue_is_left_at_once() {
        let queue = Queue::new(0..100);
        let mut done = 0;
        queue.work(|_| {
            done += 1;
            queue.close();
        });
        assert_eq!(done, 1);
    }
}
