//! How often somebody saw what a voucher is worth: counted in the process, and written once a minute.
//!
//! Nobody who looks at a voucher waits for a write. A process that is killed loses what it has not written.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sovereign_domain::ids::CampaignId;
use sovereign_domain::voucher::{Code, Voucher};

use crate::app::App;
use crate::storage::funnel::{self, CampaignOpenings, VoucherOpenings};
use crate::storage::{self, Tx};

/// The most vouchers that are counted between two writes.
const MOST: usize = 100_000;
/// A database that says nothing for this long does not hold up the end of the process.
const PATIENCE: Duration = Duration::from_secs(5);

/// A voucher's campaign, and how often it was seen.
type Seen = (Option<CampaignId>, i64);

/// What this process has counted and not written.
#[derive(Default)]
pub(crate) struct Openings {
    counted: Mutex<HashMap<Code, Seen>>,
}

impl Openings {
    /// Somebody saw what this voucher is worth.
    pub(crate) fn note(&self, voucher: &Voucher) {
        add(&mut self.counted(), &voucher.code, (voucher.campaign_id, 1));
    }

    fn take(&self) -> HashMap<Code, Seen> {
        std::mem::take(&mut *self.counted())
    }

    /// What could not be written waits for the next time.
    fn put_back(&self, counted: HashMap<Code, Seen>) {
        let mut now = self.counted();
        for (code, seen) in counted {
            add(&mut now, &code, seen);
        }
    }

    fn counted(&self) -> MutexGuard<'_, HashMap<Code, Seen>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(counted: &mut HashMap<Code, Seen>, code: &Code, (campaign, number): Seen) {
    if let Some((_, known)) = counted.get_mut(code) {
        *known = known.saturating_add(number);
    } else if counted.len() < MOST {
        counted.insert(code.clone(), (campaign, number));
    }
}

/// Writes what this process has counted.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn write(app: &App) -> storage::Result<()> {
    let counted = app.openings.take();
    if counted.is_empty() {
        return Ok(());
    }
    match written(app, &counted).await {
        // A commit whose answer was lost may have happened: nothing is counted twice.
        Ok(tx) => tx.commit().await,
        Err(error) => {
            app.openings.put_back(counted);
            Err(error)
        }
    }
}

/// The same at the end of the process.
pub(crate) async fn write_last(app: &App) {
    match tokio::time::timeout(PATIENCE, write(app)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "how often vouchers were looked at in the last minute is lost");
        }
        Err(_) => tracing::warn!("how often vouchers were looked at in the last minute is lost"),
    }
}

async fn written(app: &App, counted: &HashMap<Code, Seen>) -> storage::Result<Tx> {
    // In their order, so that two processes never wait for each other.
    let mut vouchers = BTreeMap::new();
    let mut campaigns: BTreeMap<CampaignId, i64> = BTreeMap::new();
    for (code, (campaign, number)) in counted {
        vouchers.insert(code.as_str(), *number);
        if let Some(id) = campaign {
            let openings = campaigns.entry(*id).or_default();
            *openings = openings.saturating_add(*number);
        }
    }
    let vouchers = vouchers
        .into_iter()
        .map(|(code, openings)| VoucherOpenings { code: code.to_owned(), openings })
        .collect();
    let campaigns = campaigns
        .into_iter()
        .map(|(id, openings)| CampaignOpenings { campaign_id: id.0, openings })
        .collect();
    let mut tx = app.store.begin().await?;
    funnel::add_voucher_openings(&mut tx, vouchers).await?;
    funnel::add_campaign_openings(&mut tx, campaigns).await?;
    Ok(tx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_vouchers_are_counted_than_there_is_room_for() {
        let mut counted = HashMap::new();
        for number in 0..=MOST {
            add(&mut counted, &Code::stored(number.to_string()), (None, 1));
        }
        add(&mut counted, &Code::stored("0".into()), (None, 2));
        assert_eq!(counted.len(), MOST);
        assert_eq!(counted[&Code::stored("0".into())], (None, 3));
    }
}
