//! What a run came to, as it is told and filed.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::timestamp::Timestamp;

use super::finding::Kind;
use super::{Finding, PaymentError, Window};
use crate::app::App;
use crate::storage::reconcile_runs::{self as rows, Count, RunRow};
use crate::storage::{self, Json, Store, Ts};

/// How many runs are shown.
const SHOWN: i64 = 100;

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) window: Window,
    pub(crate) started_at: Timestamp,
    /// What is before it was compared.
    pub(crate) done_until: Timestamp,
    outcomes: Vec<(Finding, bool)>,
    /// Of the findings, their kinds and subjects: two slices may both find what lies between them.
    known: BTreeSet<(Kind, String)>,
    /// Why it could not be finished.
    pub(crate) failure: Option<PaymentError>,
}

impl Report {
    pub(crate) fn new(window: Window, now: Timestamp) -> Self {
        let done_until = window.from;
        Self {
            window,
            started_at: now,
            done_until,
            outcomes: Vec::new(),
            known: BTreeSet::new(),
            failure: None,
        }
    }

    pub(super) fn knows(&self, finding: &Finding) -> bool {
        self.known.contains(&(finding.kind, finding.subject.clone()))
    }

    pub(super) fn add(&mut self, finding: Finding, repaired: bool) {
        if self.known.insert((finding.kind, finding.subject.clone())) {
            self.outcomes.push((finding, repaired));
        }
    }

    /// Each finding, and whether it was mended.
    pub(crate) fn outcomes(&self) -> &[(Finding, bool)] {
        &self.outcomes
    }

    /// How many findings were mended.
    pub(crate) fn repaired(&self) -> usize {
        self.outcomes.iter().filter(|(_, repaired)| *repaired).count()
    }

    /// How many are left for a person.
    pub(crate) fn left(&self) -> usize {
        self.outcomes.len().saturating_sub(self.repaired())
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, Count> {
        let mut counts = BTreeMap::<String, Count>::new();
        for (finding, repaired) in &self.outcomes {
            let count = counts.entry(finding.kind.as_str().to_owned()).or_default();
            count.found = count.found.saturating_add(1);
            count.repaired = count.repaired.saturating_add(i64::from(*repaired));
        }
        counts
    }
}

/// Files a run.
pub(super) async fn file(app: &App, report: &Report) -> storage::Result<()> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let row = RunRow {
        id: app.new_id(),
        started_at: Ts(report.started_at),
        finished_at: Ts(app.clock.now()),
        window_from: Ts(report.window.from),
        window_until: Ts(report.window.until),
        done_until: Ts(report.done_until),
        counts: Json(report.counts()),
        repaired: count(report.repaired()),
        findings_left: count(report.left()),
        error: report.failure.as_ref().map(ToString::to_string),
    };
    let mut tx = app.store.begin().await?;
    rows::add(&mut tx, &row).await?;
    tx.commit().await
}

/// The runs that are kept, newest first.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn newest(store: &Store) -> storage::Result<Vec<RunRow>> {
    let mut tx = store.read().await?;
    rows::newest(&mut tx, SHOWN).await
}
