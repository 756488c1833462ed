//! The codes of one address that are looked up at the same moment.
//!
//! Whether one is wrong is known only afterwards, so that no more are looked up at once than may be wrong: all
//! at the same moment are no way round the limit. Others wait for that moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct Lines(Mutex<HashMap<Uuid, Line>>);

#[derive(Default)]
struct Line {
    looked_up: u32,
    waiting: u32,
    moved: Arc<Notify>,
}

/// A place among the codes of an address that are looked up.
pub(super) struct Place<'a> {
    lines: &'a Lines,
    row: Uuid,
}

/// A place among those who wait for one.
pub(super) struct Waiting<'a> {
    lines: &'a Lines,
    row: Uuid,
    moved: Arc<Notify>,
    served: bool,
}

impl Lines {
    /// Takes a place among the `most` of an address; else `waiting` is one among those who are woken as places
    /// become free.
    pub(super) fn step_up<'a>(
        &'a self,
        row: Uuid,
        most: u32,
        waiting: &mut Option<Waiting<'a>>,
    ) -> Option<Place<'a>> {
        let mut lines = self.lock();
        let line = lines.entry(row).or_default();
        if line.looked_up < most {
            line.looked_up = line.looked_up.saturating_add(1);
            if let Some(waiting) = waiting {
                waiting.served = true;
            }
            return Some(Place { lines: self, row });
        }
        if waiting.is_none() {
            line.waiting = line.waiting.saturating_add(1);
            let moved = Arc::clone(&line.moved);
            *waiting = Some(Waiting { lines: self, row, moved, served: false });
        }
        None
    }

    fn change(&self, row: Uuid, change: impl FnOnce(&mut Line)) {
        let mut lines = self.lock();
        if let Some(line) = lines.get_mut(&row) {
            change(line);
            if line.looked_up == 0 && line.waiting == 0 {
                lines.remove(&row);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

impl Waiting<'_> {
    /// Until a place may be free.
    pub(super) async fn woken(&self) {
        self.moved.notified().await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.lines.change(self.row, |line| {
            line.looked_up = line.looked_up.saturating_sub(1);
            line.moved.notify_one();
        });
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.lines.change(self.row, |line| {
            line.waiting = line.waiting.saturating_sub(1);
            // Whoever was woken and did not step up wakes the next one.
            if !self.served {
                line.moved.notify_one();
            }
        });
    }
}
