//! Compares the charges of a month with what a search at the processor finds.
//!
//! Stripe's search is late by a minute or more, and may leave things out (docs.stripe.com/search): it is a check of
//! what was read, and never a source.

use super::agreements::Agreements;
use super::book::months::MonthRow;
use super::book::search::{self, FoundRow};
use super::error::RollupError;
use super::reading::patiently;
use crate::payment::stripe::Stripe;
use crate::storage::Store;

/// The most that are told of each Sovereign, each way.
const MOST: i64 = 100;

/// A charge that is in one and not in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) sovereign: String,
    pub(crate) charge_id: String,
    /// `not_read` or `not_found`.
    pub(crate) kind: &'static str,
    pub(crate) detail: &'static str,
}

/// The differences of each Sovereign that has an agreement in the month.
///
/// # Errors
/// Where Stripe does not answer for long, or the database fails.
pub(crate) async fn check(
    store: &Store,
    stripe: &Stripe,
    month: &MonthRow,
    agreements: &Agreements,
) -> Result<Vec<Difference>, RollupError> {
    let mut sovereigns: Vec<&String> =
        agreements.in_force(month.name()?).flat_map(|agreement| &agreement.sovereigns).collect();
    sovereigns.sort_unstable();
    sovereigns.dedup();
    let mut all = Vec::new();
    for sovereign in sovereigns {
        all.extend(check_one(store, stripe, month, sovereign).await?);
    }
    Ok(all)
}

async fn check_one(
    store: &Store,
    stripe: &Stripe,
    month: &MonthRow,
    sovereign: &str,
) -> Result<Vec<Difference>, RollupError> {
    collect(store, stripe, month, sovereign).await?;
    let mut tx = store.read().await?;
    let unread = search::not_in_book(&mut tx, "", MOST).await?;
    let span = (month.begins_at, month.ends_at);
    let unfound = search::not_found(&mut tx, sovereign, span, MOST).await?;
    drop(tx);
    let difference = |charge_id: String, kind, detail| Difference {
        sovereign: sovereign.to_owned(),
        charge_id,
        kind,
        detail,
    };
    let mut differences = Vec::new();
    for charge_id in unread {
        if let Some(detail) = why_unread(stripe, month, &charge_id).await? {
            differences.push(difference(charge_id, "not_read", detail));
        }
    }
    let detail = "it was read, and the search does not find it: the search may be late";
    differences.extend(unfound.into_iter().map(|id| difference(id, "not_found", detail)));
    Ok(differences)
}

/// Puts what the search finds into the book, for as long as it is compared.
async fn collect(
    store: &Store,
    stripe: &Stripe,
    month: &MonthRow,
    sovereign: &str,
) -> Result<(), RollupError> {
    let mut tx = store.begin().await?;
    search::clear(&mut tx).await?;
    tx.commit().await?;
    let (from, before) = (month.begins_at.0.seconds(), month.ends_at.0.seconds());
    let query = format!(
        "metadata['sovereign']:'{sovereign}' AND status:'succeeded' AND created>={from} AND created<{before}"
    );
    let mut list = stripe.search_charges(&query);
    loop {
        let page = patiently(&mut list).await?;
        if page.is_empty() {
            return Ok(());
        }
        let rows = page.into_iter().map(|charge| FoundRow { charge_id: charge.id });
        let mut tx = store.begin().await?;
        search::add(&mut tx, rows.collect()).await?;
        tx.commit().await?;
    }
}

/// What is wrong with a charge that was found and is not in the book; nothing where its money moves in a later month.
async fn why_unread(
    stripe: &Stripe,
    month: &MonthRow,
    charge_id: &str,
) -> Result<Option<&'static str>, RollupError> {
    let charge = stripe.resolve(|| stripe.charge(charge_id)).await?;
    let Some(id) = &charge.balance_transaction else {
        return Ok(Some("the search finds it, and its money has not moved"));
    };
    let transaction = stripe.resolve(|| stripe.balance_transaction(id)).await?;
    let is_later = transaction.created >= month.ends_at.0.seconds();
    Ok((!is_later).then_some("its money moved in the month, and it was not read"))
}
