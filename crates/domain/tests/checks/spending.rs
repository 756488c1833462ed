//! Which credit a decision spent: never expired credit, never credit that is held, and always in burn
//! order; and what it told the customer is left.

use std::cmp::Reverse;

use sovereign_domain::book::{Answer, Book, Command, EntryKind, Outcome};
use sovereign_domain::ids::{LotId, OrganizationId};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::wallet::{Lot, LotSource};

use super::Check;
use crate::model::{Decision, Script};

pub(super) fn check(decision: &Decision, before: &Book, book: &Book, script: &Script) -> Check {
    let now = script.now;
    let changes = &decision.changes;
    for entry in &changes.entries {
        let Some((account, lot_id)) = book
            .accounts
            .values()
            .find(|account| account.customer_id == entry.customer_id)
            .zip(entry.lot_id)
        else {
            continue;
        };
        let own = account.wallet.lots.contains_key(&lot_id);
        ensure!(own, "{entry:?} names a lot of another account");
        match entry.kind {
            EntryKind::Draw | EntryKind::ClawBack => {
                check_spent(book, &account.tenant_id, lot_id, now)?;
            }
            EntryKind::Expiry => {
                let lot = before.accounts[&account.tenant_id].wallet.lots.get(&lot_id);
                ensure!(
                    lot.is_some_and(|lot| !alive(lot, now)),
                    "{entry:?} ends credit that has not expired: {lot:?}"
                );
            }
            EntryKind::Grant | EntryKind::Settlement => {
                let came_back = matches!(
                    decision.command,
                    Command::CompleteOrder(_)
                        | Command::RefundOrder(_)
                        | Command::BookRefund(_)
                        | Command::ReportDispute(_)
                        | Command::ChangeSubscription(_)
                );
                ensure!(
                    came_back || changes.new_lots.contains(&(account.tenant_id.clone(), lot_id)),
                    "{entry:?} is not of a new lot"
                );
            }
            EntryKind::Post
            | EntryKind::Release
            | EntryKind::Refund
            | EntryKind::Reversal
            | EntryKind::Moved => {}
        }
    }
    for id in &changes.new_holds {
        let hold = &book.holds[id];
        let tenant_id = &book.orders[&hold.order_id].tenant_id;
        ensure!(
            0 <= hold.post_minor && hold.post_minor <= hold.amount_minor && hold.amount_minor > 0,
            "{hold:?} posts more than it holds"
        );
        // Holding a reserved lot whole takes nothing from the order of burning.
        if hold.post_minor > 0 {
            check_spent(book, tenant_id, hold.lot_id, now)?;
        }
    }
    check_adjustment(decision, book, now)?;
    check_debts_come_first(decision, before, book)?;
    check_reserved_lot_is_held_whole(decision, book)?;
    check_expiry_is_complete(decision, book, now)?;
    check_extensions(decision, before, book, now)?;
    check_told_balance(decision, book, script)
}

/// Credit that was just drawn or held was alive, and nothing that burns earlier was passed over.
fn check_spent(book: &Book, tenant_id: &OrganizationId, lot_id: LotId, now: Timestamp) -> Check {
    let lots = &book.accounts[tenant_id].wallet.lots;
    let spent = &lots[&lot_id];
    ensure!(alive(spent, now), "spent at {now} from expired {spent:?}");
    let passed_over = lots.values().find(|lot| {
        alive(lot, now) && lot.remaining_minor > lot.held_minor && burn_key(lot) < burn_key(spent)
    });
    ensure!(passed_over.is_none(), "{spent:?} was spent before {passed_over:?}");
    Ok(())
}

/// An adjustment grants the credit that was asked for, to be burnt in the same order as any other.
fn check_adjustment(decision: &Decision, book: &Book, now: Timestamp) -> Check {
    for (tenant_id, lot_id) in &decision.changes.new_lots {
        let lot = &book.accounts[tenant_id].wallet.lots[lot_id];
        ensure!(lot.priority == 100, "{lot:?} burns in another order than its kind");
        let Command::Adjust(adjust) = &decision.command else { continue };
        ensure!(
            lot.source == LotSource::Adjustment
                && *tenant_id == adjust.tenant_id
                && lot.amount_minor == adjust.amount_minor
                && lot.promotional == adjust.promotional
                && lot.expires_at == adjust.valid_days.map(|days| now.plus_days(days)),
            "{lot:?} is not {adjust:?}"
        );
    }
    Ok(())
}

/// What is owed is settled from a grant, as far as it goes.
fn check_debts_come_first(decision: &Decision, before: &Book, book: &Book) -> Check {
    let changes = &decision.changes;
    for (tenant_id, lot_id) in &changes.new_lots {
        let lot = &book.accounts[tenant_id].wallet.lots[lot_id];
        if matches!(decision.command, Command::ChangeSubscription(_)) {
            // What came back into other lots has settled some before.
            let left = lot.remaining_minor;
            let owed = book.accounts[tenant_id].wallet.owed_minor;
            ensure!(owed == 0 || left == 0, "{owed} is owed beside {lot:?}");
            continue;
        }
        if lot.source == LotSource::Refund {
            // What was owed for a dispute is owed no more before anything is granted for it.
            let owed = book.accounts[tenant_id].wallet.owed_minor;
            ensure!(owed == 0, "{owed} is owed beside {lot:?}");
            continue;
        }
        let owed = before.accounts[tenant_id].wallet.owed_minor.min(lot.amount_minor);
        let lines = changes.entries.iter().filter(|entry| entry.lot_id == Some(*lot_id));
        let settled: i64 = lines
            .filter(|entry| entry.kind == EntryKind::Settlement)
            .map(|entry| -entry.amount_minor)
            .sum();
        ensure!(settled == owed, "{settled} of {owed} was settled from {lot:?}");
    }
    Ok(())
}

/// A pending order's voucher: nobody else can spend what its release takes back.
fn check_reserved_lot_is_held_whole(decision: &Decision, book: &Book) -> Check {
    if !matches!(decision.result, Ok(Outcome::Pending { .. })) {
        return Ok(());
    }
    for id in &decision.changes.new_redemptions {
        let redemption = &book.redemptions[id];
        let lot = &book.accounts[&redemption.tenant_id].wallet.lots[&redemption.lot_id];
        ensure!(lot.held_minor == lot.remaining_minor, "{lot:?} is reserved and not held whole");
    }
    Ok(())
}

/// After a sweep nothing expired is left but what is held.
fn check_expiry_is_complete(decision: &Decision, book: &Book, now: Timestamp) -> Check {
    if let (Command::Expire { tenant_id }, Ok(_)) = (&decision.command, &decision.result) {
        let left = book.accounts[tenant_id]
            .wallet
            .lots
            .values()
            .find(|lot| !alive(lot, now) && lot.remaining_minor > lot.held_minor);
        ensure!(left.is_none(), "the sweep left {left:?}");
    }
    Ok(())
}

/// A lot's end moves only where a hold on it was voided after that end, and then to seven days on, or where
/// credit came back to it, which lasts thirty days at least.
fn check_extensions(decision: &Decision, before: &Book, book: &Book, now: Timestamp) -> Check {
    for (tenant_id, lot_id) in &decision.changes.changed_lots {
        let old = &before.accounts[tenant_id].wallet.lots[lot_id];
        let new = &book.accounts[tenant_id].wallet.lots[lot_id];
        let voids =
            matches!(decision.command, Command::CloseOrder { .. } | Command::FailAttempt(_));
        let voided = voids
            && book.holds.values().any(|hold| {
                hold.lot_id == *lot_id && decision.changes.changed_holds.contains(&hold.id)
            });
        let back = decision.changes.entries.iter().any(|entry| {
            entry.lot_id == Some(*lot_id)
                && matches!(entry.kind, EntryKind::Refund | EntryKind::Reversal)
        });
        let expected = if voided && !alive(old, now) {
            Some(now.plus_days(7))
        } else if back {
            old.expires_at.map(|end| end.max(now.plus_days(30)))
        } else {
            old.expires_at
        };
        ensure!(new.expires_at == expected, "{old:?} became {new:?} at {now}");
    }
    Ok(())
}

fn check_told_balance(decision: &Decision, book: &Book, script: &Script) -> Check {
    let (Ok(Outcome::Answered { answer, replayed: false }), now) = (&decision.result, script.now)
    else {
        return Ok(());
    };
    let (tenant_id, units, minor, currency) = match answer {
        Answer::Checkout(answer) => (
            &book.orders[&answer.order_id].tenant_id,
            answer.credit_balance,
            answer.credit_balance_minor,
            &answer.currency,
        ),
        Answer::Redeem(answer) => {
            let Command::RedeemVoucher(request) = &decision.command else {
                return Err("a redemption answers something else".into());
            };
            ensure!(
                answer.code == request.code.as_str()
                    && answer.credit_minor == book.vouchers[&request.code].credit_minor
                    && answer.credit_omr == answer.credit_minor / 1_000,
                "{answer:?} is not the voucher's"
            );
            let balance = (answer.credit_balance, answer.credit_balance_minor);
            (&request.tenant_id, balance.0, balance.1, &answer.currency)
        }
        Answer::Refund(_) => return Ok(()),
        Answer::Change(answer) => {
            let Command::ChangeSubscription(request) = &decision.command else {
                return Err(format!("{answer:?} is no answer to {:?}", decision.command));
            };
            let balance = (answer.credit_balance, answer.credit_balance_minor);
            (&request.tenant_id, balance.0, balance.1, &answer.currency)
        }
    };
    let left: i128 = book.accounts[tenant_id]
        .wallet
        .lots
        .values()
        .filter(|lot| alive(lot, now))
        .map(|lot| i128::from(lot.remaining_minor) - i128::from(lot.held_minor))
        .sum();
    ensure!(i128::from(minor) == left && currency == "OMR", "{left} is left, not {answer:?}");
    ensure!(units == minor / 1_000, "{answer:?} truncates wrongly");
    Ok(())
}

fn alive(lot: &Lot, now: Timestamp) -> bool {
    lot.expires_at.is_none_or(|end| now < end)
}

/// Priority, earliest expiry, promotional before paid, oldest, identifier.
fn burn_key(lot: &Lot) -> (i16, bool, Option<Timestamp>, Reverse<bool>, Timestamp, LotId) {
    let never = lot.expires_at.is_none();
    (lot.priority, never, lot.expires_at, Reverse(lot.promotional), lot.created_at, lot.id)
}
