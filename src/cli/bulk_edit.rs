//! `sovereign voucher edit`: many vouchers changed at once.

use clap::Args;
use sovereign_domain::ids::IdSource as _;

use super::bulk::{carry_out, failure, show};
use super::output::Failure;
use super::voucher::open;
use super::voucher_filter::FilterArgs;
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::usecase::bulk::{self, NewEdit};
use crate::usecase::vouchers::Writer;

/// Pause, resume, extend, revoke, restore, tag or untag all vouchers that a filter has
///
/// Each is told of in the audit log as if it had been changed alone. Killed on its way, a running server finishes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher edit pause --campaign 'Muscat bills'
  sovereign voucher edit extend --days 30 --status live
  sovereign voucher edit tag --edit-tag 'spring bills' --search OMANTEL-
  sovereign voucher edit revoke --search OMANTEL- --count 1000")]
pub(super) struct EditArgs {
    #[command(flatten)]
    common: Common,
    /// pause, resume, extend, revoke, restore, tag or untag
    action: String,
    /// How many days longer credit lasts, to extend
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    days: Option<i64>,
    #[command(flatten)]
    filter: FilterArgs,
    /// The tag that they get or lose, to tag and untag
    #[arg(long, value_name = "TAG")]
    edit_tag: Option<String>,
    /// How many they must be: if there are more or fewer, nothing is done
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    count: Option<i64>,
}

impl EditArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, facts) = open(&self.common).await?;
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        let (currency, now) = (facts.currency, clock().now());
        let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
        let edit = NewEdit {
            id: None,
            action: &self.action,
            days: self.days,
            tag: self.edit_tag.as_deref(),
            wanted: self.filter.wanted(),
            count: self.count,
        };
        let asked = bulk::edit(&mut writer, &edit).await.map_err(failure)?;
        let operation = carry_out(&store, currency, &mut ids, asked.id).await?;
        store.close().await;
        show(&self.common, &operation, currency)
    }
}
