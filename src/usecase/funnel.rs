//! A campaign's funnel: how many come how far with its vouchers.

use sovereign_domain::ids::CampaignId;
use sovereign_domain::money::Currency;
use sovereign_domain::voucher::Code;

use super::export::csv::{self, Cell};
use crate::app::App;
use crate::storage::{self, Store, funnel};

/// How many came how far. The first two count vouchers and looks at them, the third people, the others Organizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Funnel {
    /// Vouchers that are in the campaign now and not revoked.
    pub(crate) issued: i64,
    /// With those that are.
    pub(crate) all_issued: i64,
    /// How often somebody saw what one of them is worth.
    pub(crate) views: i64,
    /// People who signed up in a browser that had kept one of them.
    pub(crate) sign_ups: i64,
    /// Organizations that redeemed one and were not given back.
    pub(crate) redeemed: i64,
    /// Organizations that spent something of its credit.
    pub(crate) spenders: i64,
    pub(crate) spent_minor: i64,
    /// Organizations that paid by card since they redeemed.
    pub(crate) paying: i64,
}

impl Funnel {
    /// The steps, as the wire calls them: how many there are, and of how many, where they are counted alike.
    pub(crate) fn steps(&self) -> [(&'static str, i64, Option<i64>); 6] {
        [
            ("issued", self.all_issued, None),
            ("views", self.views, None),
            ("sign_ups", self.sign_ups, Some(self.views)),
            ("redeemed", self.redeemed, Some(self.sign_ups)),
            ("spenders", self.spenders, Some(self.redeemed)),
            ("paying", self.paying, Some(self.spenders)),
        ]
    }

    /// A line for each step, as CSV. What was spent stands at those who spent it.
    pub(crate) fn file(&self, currency: Currency) -> String {
        let names = ["step", "count", "percent_of_step_before", "currency", "spent"];
        let mut written = csv::head(names);
        for (step, count, before) in self.steps() {
            let share = before.and_then(|before| percent(count, before));
            let share = share.map(|share| share.to_string()).unwrap_or_default();
            let spent = match step {
                "spenders" => currency.decimal(self.spent_minor),
                _ => String::new(),
            };
            let line = [
                Cell::Text(step),
                Cell::Number(&count.to_string()),
                Cell::Number(&share),
                Cell::Text(currency.code()),
                Cell::Number(&spent),
            ];
            csv::cells(&mut written, line);
        }
        written
    }
}

/// The funnel of a campaign, as far as it is added up and written, at one moment.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn read(store: &Store, id: CampaignId) -> storage::Result<Funnel> {
    let mut tx = store.snapshot().await?;
    let vouchers = funnel::vouchers(&mut tx, id).await?;
    let customers = funnel::customers(&mut tx, id).await?;
    Ok(Funnel {
        issued: vouchers.issued,
        all_issued: vouchers.all_issued,
        views: funnel::openings_in(&mut tx, id).await?,
        sign_ups: funnel::sign_ups(&mut tx, id).await?,
        redeemed: customers.redeemed,
        spenders: customers.spenders,
        spent_minor: customers.spent_minor,
        paying: customers.paying,
    })
}

/// How often somebody saw what a voucher is worth, up to a minute ago.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn views(store: &Store, code: &Code) -> storage::Result<i64> {
    let mut tx = store.read().await?;
    funnel::openings(&mut tx, code).await
}

/// Notes with which voucher a new user came. Where it cannot be noted, they are signed in all the same.
pub(crate) async fn note_sign_up(app: &App, user_id: &str, code: &Code) {
    let noted = async {
        let mut tx = app.store.begin().await?;
        funnel::note_sign_up(&mut tx, user_id, code, app.clock.now()).await?;
        tx.commit().await
    };
    let noted: storage::Result<()> = noted.await;
    if let Err(error) = noted {
        tracing::warn!(%error, "with which voucher somebody signed up could not be noted");
    }
}

/// How many in a hundred `part` is of `whole`, to the nearest; `None` of nothing.
pub(crate) fn percent(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let (part, whole) = (i128::from(part), i128::from(whole));
    i64::try_from((part * 200 + whole) / (whole * 2)).ok()
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_go_to_the_nearest() {
        for ((part, whole), expected) in [
            ((0, 0), None),
            ((0, 3), Some(0)),
            ((1, 3), Some(33)),
            ((2, 3), Some(67)),
            ((1, 200), Some(1)),
            ((3, 2), Some(150)),
            ((i64::MAX, i64::MAX), Some(100)),
            ((i64::MAX, 1), None),
        ] {
            assert_eq!(percent(part, whole), expected, "{part} of {whole}");
        }
    }
}
