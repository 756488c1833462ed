//! What an import does before and after the rows: the tombstone that it replaces, what must be true of everything, and
//! what is written down of it.

use std::collections::HashSet;

use serde_json::json;
use sovereign_domain::book::EntryKind;
use sovereign_domain::event::AuditEntry;
use uuid::Uuid;

use super::sums::{self, Part, Places};
use super::{ImportError, Target};
use crate::storage::audit::{self, Change};
use crate::storage::move_in::{self, CardRow, Charged, Late, Redeemed, RefundedRow};
use crate::storage::{self, Tx, moved_tables, provisions};
use crate::usecase::moves::papers::{self, Receipt};
use crate::usecase::moves::plan::{Plan, Preview};

/// What was here of an Organization that comes back.
pub(super) struct Returned {
    pub(super) places: Places,
    pub(super) card: Option<CardRow>,
    /// What the counters of this Sovereign's vouchers and campaigns are made of.
    redeemed: Vec<Redeemed>,
    /// What cards paid and got back here, also after it had left.
    money: Vec<Uuid>,
    /// How that stands which they got back.
    refunded: Vec<RefundedRow>,
    /// Payments in this Sovereign's account at Stripe.
    charges: Vec<Charged>,
    /// What came after it had left and went back, which the source cannot know.
    late: Late,
}

impl Returned {
    /// Payments that were charged here.
    pub(super) fn charged(&self) -> HashSet<Uuid> {
        self.charges.iter().map(|(id, ..)| *id).collect()
    }
}

/// Takes a tombstone away, with its part of the sums: its history comes back with the bundle.
pub(super) async fn clear(tx: &mut Tx, tenant_id: &str) -> Result<Returned, ImportError> {
    provisions::lock_organization(tx, tenant_id).await?;
    let is_tombstone =
        move_in::here(tx, tenant_id).await?.is_some_and(|here| here.moved_to.is_some());
    let account = move_in::account(tx, tenant_id).await?.filter(|_| is_tombstone);
    let Some(account) = account else {
        return Err(ImportError::Refused("the Organization was changed here meanwhile".into()));
    };
    let card = move_in::card(tx, tenant_id).await?;
    let redeemed = move_in::redeemed(tx, tenant_id).await?;
    let money = move_in::money_moved(tx, tenant_id).await?;
    let refunded = move_in::refunded(tx, tenant_id).await?;
    let charges = move_in::charges(tx, tenant_id).await?;
    let late = move_in::late(tx, tenant_id).await?;
    let places = sums::begin(tx).await?;
    let part = Part { tenant_id, customer_id: account.customer_id };
    sums::take_out(tx, part, places).await?;
    moved_tables::remove(tx, tenant_id).await?;
    Ok(Returned { places, card, redeemed, money, refunded, charges, late })
}

/// Keeps what a card paid here after the Organization had left, and got back: it never was the source's, and no credit
/// moved for it. Of refunds from here the newer news holds.
pub(super) async fn keep_late(
    tx: &mut Tx,
    tenant_id: &str,
    returned: Option<&Returned>,
) -> Result<(), ImportError> {
    let Some(Returned { late, refunded, .. }) = returned else { return Ok(()) };
    if !late.is_empty() {
        let money = move_in::money_moved(tx, tenant_id).await?;
        let brought: HashSet<Uuid> = money.into_iter().collect();
        late.put_back(tx, tenant_id, &brought).await?;
    }
    Ok(move_in::keep_refunded(tx, refunded.clone()).await?)
}

/// Refuses what does not come to what the manifest says, or breaks what must be true of the books.
pub(super) async fn check(
    tx: &mut Tx,
    preview: &Preview,
    (returned, same_stripe_account): (Option<&Returned>, bool),
) -> Result<(), ImportError> {
    let tenant_id = preview.tenant_id();
    let refused = |text: String| Err(ImportError::Refused(text));
    let Some(account) = move_in::account(tx, tenant_id).await? else {
        return refused("wallets.jsonl: the Organization has no wallet".into());
    };
    let total = |name: &str| preview.manifest.totals.get(name).copied();
    let sums = [
        ("its lots", account.remaining_minor, Some(account.balance_minor)),
        ("its ledger", account.lines_minor, Some(account.balance_minor)),
        ("the manifest's balance_minor", account.balance_minor, total("balance_minor")),
        ("what its ledger says is owed", account.lines_owed_minor, Some(account.owed_minor)),
        ("the manifest's owed_minor", account.owed_minor, total("owed_minor")),
        ("the manifest's ledger_lines", account.lines, total("ledger_lines")),
        ("what is held", account.held_minor, Some(0)),
        ("what its lots hold", account.lots_held_minor, Some(0)),
        ("what waits for a payment", account.waiting, Some(0)),
    ];
    for (what, found, expected) in sums {
        if Some(found) != expected {
            let expected = expected.map_or("nothing".to_owned(), |sum| sum.to_string());
            return refused(format!(
                "the bundle does not add up: {what}: {found} is not {expected}; ask its Sovereign for \
                 another, and to run `sovereign verify`"
            ));
        }
    }
    for kind in move_in::kinds(tx, account.customer_id).await? {
        // What left with an Organization is the tombstone's alone.
        let known = EntryKind::parse(&kind).is_some_and(|kind| kind != EntryKind::Moved);
        if !known && kind != "adopted" {
            return refused(format!("credit_ledger.jsonl: no line is of the kind {kind:?}"));
        }
    }
    let faults = move_in::faults(tx, tenant_id).await?;
    if !faults.is_empty() {
        return refused(format!("the bundle's rows do not fit together: {}", faults.join("; ")));
    }
    if !same_stripe_account {
        check_charges(tx, tenant_id, returned).await?;
    }
    check_own(tx, tenant_id, returned).await
}

/// A payment that is to be refunded from this Sovereign's account at Stripe is one that was charged there.
async fn check_charges(
    tx: &mut Tx,
    tenant_id: &str,
    returned: Option<&Returned>,
) -> Result<(), ImportError> {
    let known = returned.map(|returned| returned.charges.as_slice()).unwrap_or_default();
    let charges = move_in::charges(tx, tenant_id).await?;
    match charges.iter().find(|charged| !known.contains(charged)) {
        None => Ok(()),
        Some((id, _, charge_id, _)) => Err(ImportError::Refused(format!(
            "card_payments.jsonl: payment {id} ({charge_id}) is said to be in this Sovereign's account at Stripe, and \
             this Sovereign knows of none like it"
        ))),
    }
}

/// What this Sovereign's counters and numbers are made of must have come back as it was.
async fn check_own(
    tx: &mut Tx,
    tenant_id: &str,
    returned: Option<&Returned>,
) -> Result<(), ImportError> {
    let redeemed = returned.map(|returned| returned.redeemed.as_slice()).unwrap_or_default();
    if move_in::redeemed(tx, tenant_id).await? != redeemed {
        let text = "redemptions of this Sovereign's vouchers are not those that it knows of";
        return Err(ImportError::Refused(text.into()));
    }
    let money = move_in::money_moved(tx, tenant_id).await?;
    let money: HashSet<Uuid> = money.into_iter().collect();
    let mut gone = returned.into_iter().flat_map(|returned| &returned.money);
    if let Some(id) = gone.find(|id| !money.contains(*id)) {
        return Err(ImportError::Refused(format!(
            "payment or refund {id}, which was made here, does not come back: see what became of it at Stripe \
             before the Organization comes back"
        )));
    }
    if !move_in::is_gapless(tx).await? {
        let text = "invoices or credit notes with numbers of this Sovereign are not those that it has given";
        return Err(ImportError::Refused(text.into()));
    }
    Ok(())
}

/// Writes a line of the audit log.
pub(super) async fn record(
    target: &mut Target<'_>,
    tx: &mut Tx,
    preview: &Preview,
    plan: &Plan,
) -> storage::Result<()> {
    let after = json!({
        "move_id": plan.move_id, "from": plan.from, "slug": plan.slug,
        "balance_minor": plan.balance_minor, "owed_minor": plan.owed_minor,
        "manifest_sha256": preview.sha256, "returns": plan.returns,
    });
    note(target, tx, ("organization.import", &plan.organization_id), after).await
}

/// A line of the audit log about an arrival.
pub(in crate::usecase::moves) async fn note(
    target: &mut Target<'_>,
    tx: &mut Tx,
    (action, tenant_id): (&'static str, &str),
    after: serde_json::Value,
) -> storage::Result<()> {
    let entry = AuditEntry {
        id: target.ids.next_id(),
        at: target.now,
        actor: target.actor.clone(),
        action,
        subject: tenant_id.to_owned(),
        tenant_id: Some(tenant_id.into()),
    };
    audit::record(tx, &[(entry, Change { before: None, after: Some(after) })]).await
}

/// What the source is told.
pub(super) fn receipt(target: &Target<'_>, preview: &Preview) -> Result<String, ImportError> {
    let manifest = &preview.manifest;
    let counts = manifest.files.iter().filter_map(|file| {
        let table = moved_tables::find(&file.name)?.table.to_owned();
        Some((table, i64::try_from(file.lines).ok()?))
    });
    let receipt = Receipt {
        move_id: manifest.id,
        manifest_sha256: preview.sha256.clone(),
        organization: preview.tenant_id().to_owned(),
        source_fqdn: manifest.source.fqdn.clone(),
        target_fqdn: target.facts.fqdn.clone(),
        currency: manifest.source.currency.clone(),
        balance_minor: preview.balance_minor(),
        held_minor: 0,
        owed_minor: preview.owed_minor(),
        counts: counts.collect(),
        imported_at: target.now.to_rfc3339(),
    };
    Ok(papers::sign(&receipt, target.signer)?)
}
