//! Organizations bring the ledger of another Sovereign along when they arrive, and the sums behind reports have its lines.
//! That Sovereign has reported them: here they are left out, and so a month that was reported stays as it was. What
//! arrived with an Organization comes off what was taken back, to which what leaves is added.

use sovereign_domain::book::EntryKind;
use sovereign_domain::credit_flow::CreditFlow;
use sovereign_domain::timestamp::Timestamp;

use crate::storage::moved_credit::{self, KindSums, PassageRow, StayRow};
use crate::storage::rollups::CreditSums;
use crate::storage::{self, Error, Ts, Tx};

/// As lines of an earlier service are called.
const ADOPTED: &str = "adopted";

/// When Organizations were somewhere else, and what went with them.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    stays: Vec<StayRow>,
    /// What left, and as a negative sum what arrived, and when.
    passed: Vec<(Timestamp, i64)>,
}

/// Before any line.
pub(super) const fn beginning() -> Timestamp {
    Timestamp::from_seconds(-62_000_000_000)
}

/// After any line.
const fn end() -> Timestamp {
    Timestamp::from_seconds(250_000_000_000)
}

impl Elsewhere {
    pub(super) async fn load(tx: &mut Tx) -> storage::Result<Self> {
        let rows = moved_credit::passages(tx).await?;
        let mut all = Self::default();
        for moves in rows.chunk_by(|one, other| one.customer_id == other.customer_id) {
            all.add(moves);
        }
        Ok(all)
    }

    /// The moves of one Organization, by time.
    fn add(&mut self, moves: &[PassageRow]) {
        let Some(first) = moves.first() else { return };
        let customer_id = first.customer_id;
        let stay = |since: Timestamp, until: Timestamp, others: i64| StayRow {
            customer_id,
            since: Ts(since),
            until: Ts(until),
            others,
        };
        // What is noted of a tombstone goes when the Organization comes back: its move says the same.
        self.stays.push(stay(beginning(), end(), 0));
        // Who leaves first was made here.
        let mut away_since = (first.state != "moved").then(beginning);
        for one in moves {
            let Some(Ts(at)) = one.ended_at else { continue };
            if one.state == "moved" {
                self.passed.push((at, one.moved_minor));
                away_since = Some(at);
            } else {
                self.passed.push((at, one.balance_minor.saturating_neg()));
                self.stays.extend(away_since.take().map(|since| stay(since, at, 1)));
            }
        }
        self.stays.extend(away_since.map(|since| stay(since, end(), 1)));
    }

    /// What has to be added to the sums of a time, so that they are this Sovereign's.
    pub(super) async fn correction(
        &self,
        tx: &mut Tx,
        (since, until): (Timestamp, Timestamp),
    ) -> storage::Result<CreditSums> {
        let clipped = self.stays.iter().cloned().filter_map(|stay| {
            let (from, to) = (stay.since.0.max(since), stay.until.0.min(until));
            (from < to).then_some(StayRow { since: Ts(from), until: Ts(to), ..stay })
        });
        let stays: Vec<StayRow> = clipped.collect();
        let redemptions = moved_credit::redemptions(tx, stays.clone()).await?.saturating_neg();
        let mut correction = CreditSums { redemptions, ..CreditSums::default() };
        for sums in moved_credit::lines(tx, stays).await? {
            correction.flow = correction.flow.plus(less(&sums)?);
        }
        let passed = self.passed.iter().filter(|(at, _)| (since..until).contains(at));
        let taken_back_minor = passed.fold(0, |sum: i64, (_, minor)| sum.saturating_add(*minor));
        correction.flow =
            correction.flow.plus(CreditFlow { taken_back_minor, ..CreditFlow::default() });
        Ok(correction)
    }
}

/// What takes such lines out of a sum.
fn less(sums: &KindSums) -> storage::Result<CreditFlow> {
    if sums.kind == ADOPTED {
        return Ok(CreditFlow {
            granted_minor: sums.raised_minor.saturating_neg(),
            spent_minor: sums.lowered_minor,
            ..CreditFlow::default()
        });
    }
    let kind = EntryKind::parse(&sums.kind)
        .ok_or_else(|| Error::corrupt("credit_ledger", format!("kind {:?}", sums.kind)))?;
    let moved_minor = sums.raised_minor.saturating_add(sums.lowered_minor);
    Ok(CreditFlow::of(kind, moved_minor.saturating_neg()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn passage(state: &str, at: Option<i64>, minor: i64) -> PassageRow {
        PassageRow {
            customer_id: Uuid::nil(),
            state: state.to_owned(),
            balance_minor: minor,
            moved_minor: minor,
            ended_at: at.map(|at| Ts(Timestamp::from_seconds(at))),
        }
    }

    /// When it was elsewhere, in seconds.
    fn away(moves: &[PassageRow]) -> Vec<(i64, i64)> {
        let mut all = Elsewhere::default();
        all.add(moves);
        let seconds = |ts: Ts| ts.0.seconds();
        let away = all.stays.iter().filter(|stay| stay.others == 1);
        away.map(|stay| (seconds(stay.since), seconds(stay.until))).collect()
    }

    #[test]
    fn it_is_elsewhere_until_it_arrives_and_from_when_it_leaves() {
        let (first, last) = (-62_000_000_000, 250_000_000_000);
        assert_eq!(away(&[passage("arriving", None, 7)]), [(first, last)]);
        assert_eq!(away(&[passage("arrived", Some(5), 7)]), [(first, 5)]);
        let there = [passage("arrived", Some(5), 7), passage("moved", Some(9), 3)];
        assert_eq!(away(&there), [(first, 5), (9, last)]);
        let back = [passage("moved", Some(5), 7), passage("arrived", Some(9), 3)];
        assert_eq!(away(&back), [(5, 9)]);
        assert_eq!(
            away(&[passage("moved", Some(5), 7), passage("arriving", None, 3)]),
            [(5, last)]
        );
    }
}
