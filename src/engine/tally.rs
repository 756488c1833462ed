//! What a lane has done and where its time went, for whoever wants to know what bounds it.

use std::time::Duration;

/// Sizes of batches are counted in classes: 1, 2 to 3, 4 to 7, … 128 to 255, 256.
const CLASSES: usize = 9;

/// Sums over all batches since the start.
#[derive(Debug, Default)]
pub(super) struct Tally {
    batches: u64,
    commands: u64,
    /// Batches that met another transaction and were tried again.
    retries: u64,
    sizes: [u64; CLASSES],
    load: Duration,
    decide: Duration,
    write: Duration,
    commit: Duration,
}

/// How long the steps of one batch took.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) load: Duration,
    pub(super) decide: Duration,
    pub(super) write: Duration,
    pub(super) commit: Duration,
}

impl Tally {
    pub(super) fn add(&mut self, commands: usize, steps: &Steps) {
        self.batches += 1;
        self.commands += commands as u64;
        let class = commands.max(1).ilog2() as usize;
        self.sizes[class.min(CLASSES - 1)] += 1;
        self.load += steps.load;
        self.decide += steps.decide;
        self.write += steps.write;
        self.commit += steps.commit;
    }

    pub(super) fn add_retry(&mut self) {
        self.retries += 1;
    }

    /// One line, when the lane ends: counts, and milliseconds of each step.
    pub(super) fn log(&self) {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            batches = self.batches,
            commands = self.commands,
            retries = self.retries,
            // JSON has no lists of numbers in log fields.
            sizes = self.sizes.map(|count| count.to_string()).join(" "),
            load_ms = millis(self.load),
            decide_ms = millis(self.decide),
            write_ms = millis(self.write),
            commit_ms = millis(self.commit),
            "batches of the money engine"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_counted_by_size() {
        let mut tally = Tally::default();
        for commands in [1, 2, 3, 4, 255, 256] {
            tally.add(commands, &Steps::default());
        }
        assert_eq!(tally.sizes, [1, 2, 1, 0, 0, 0, 0, 1, 1]);
        assert_eq!((tally.batches, tally.commands), (6, 521));
    }
}
