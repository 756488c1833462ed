//! Two ways to the same books: where it must make no difference how something is done, both ways are
//! played and compared.

use std::collections::BTreeSet;

use sovereign_domain::book::{Book, Command, RedemptionState};
use sovereign_domain::ids::LotId;

use super::{Check, Shadow};
use crate::model::{Model, Step, World};

/// Expiry is enforced when credit is read; when the sweep writes it must be no matter to anyone.
pub(crate) fn swept_or_not(steps: &[Step]) -> Check {
    let mut lazy = Model::new(World::new());
    let mut eager = Model::new(World::new());
    let available = |model: &Model| -> Vec<i64> {
        model.snapshot().wallets.iter().map(|wallet| wallet.available_minor).collect()
    };
    for step in steps.iter().filter(|step| !matches!(step, Step::Expire { .. })) {
        for index in 0..World::ORGANIZATIONS {
            let tenant_id = World::organization(index);
            eager.decide(Command::Expire { tenant_id });
        }
        let (late, early) = (lazy.apply(step), eager.apply(step));
        ensure!(late == early, "{step:?} is {late:?}, or {early:?} if the sweep ran");
        let (late, early) = (available(&lazy), available(&eager));
        ensure!(late == early, "{step:?} leaves {late:?}, or {early:?} if the sweep ran");
    }
    Ok(())
}

/// A wallet may be loaded without its empty lots, except those that a reserved redemption names,
/// whose release makes a debt anew that such a lot settled, or a released one, which may come back; and
/// those that a refund, or a dispute that is won, gives back to.
pub(crate) fn with_empty_lots_or_without(steps: &[Step]) -> Check {
    let mut whole = Model::new(World::new());
    let mut pruned = Model::new(World::new());
    for step in steps {
        prune(&mut pruned.book);
        let (with, without) = (whole.apply(step), pruned.apply(step));
        ensure!(with == without, "{step:?} is {with:?}, or {without:?} without empty lots");
        let (with, without) = (whole.snapshot(), pruned.snapshot());
        ensure!(with == without, "{step:?} leaves {with:?}, or {without:?} without empty lots");
    }
    Ok(())
}

fn prune(book: &mut Book) {
    // Of what was redeemed without an order nothing is ever taken back.
    let redeemed = book.redemptions.values().filter(|redemption| {
        redemption.state != RedemptionState::Redeemed || redemption.order_id.is_some()
    });
    let drawn = book.draws.values().flatten();
    let taken = book.disputes.values().flat_map(|dispute| &dispute.taken);
    let kept: BTreeSet<LotId> = redeemed
        .map(|redemption| redemption.lot_id)
        .chain(drawn.chain(taken).map(|part| part.lot_id))
        .collect();
    for account in book.accounts.values_mut() {
        account.wallet.lots.retain(|id, lot| lot.remaining_minor > 0 || kept.contains(id));
    }
}

/// The engine decides a batch of commands on one book and then writes what changed, each row once.
pub(crate) fn in_batches(steps: &[Step], size: usize) -> Check {
    let mut shadow = Shadow::new(&World::new());
    let mut model = Model::new(World::new());
    model.batching = true;
    let mut left = 0;
    for step in steps {
        if left == 0 {
            write(&mut model, &mut shadow)?;
            left = size;
        }
        model.apply(step);
        left -= 1;
    }
    write(&mut model, &mut shadow)
}

fn write(model: &mut Model, shadow: &mut Shadow) -> Check {
    let changes = model.take_changes();
    shadow.write(&changes, &model.book)?;
    shadow.copy_edits(&model.book);
    shadow.check(&model.book)
}
