//! Writes what a batch of decisions changed: each table in one statement, nearly all of them together.
//!
//! New rows are plain inserts: a row that another process inserted first is a conflict, and the batch
//! is decided again. Updates count the rows they touched for the same reason.

use sovereign_domain::book::{Account, Book};
use sovereign_domain::ids::{LotId, OrganizationId};
use sovereign_domain::money::Currency;
use sovereign_domain::wallet::Lot;
use uuid::Uuid;

use super::audit::{self, Change};
use super::batch::{Writes, batch_row};
use super::types::{int4, json_text};
use super::{Result, Ts, Tx};
use super::{
    moves, write_campaigns, write_orders, write_payments, write_subscriptions, write_usage,
};

batch_row! {
    struct VoucherCounter<'a> {
        code: &'a str => "text",
        times_redeemed: i32 => "integer",
        granted_minor: i64 => "bigint",
    }
}
batch_row! {
    struct WalletBalance {
        customer_id: Uuid => "uuid",
        balance_minor: i64 => "bigint",
        held_minor: i64 => "bigint",
        owed_minor: i64 => "bigint",
        version: i64 => "bigint",
    }
}
batch_row! {
    struct NewLot<'a> {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        source: &'a str => "text",
        reference: &'a str => "text",
        promotional: bool => "boolean",
        priority: i16 => "smallint",
        amount_minor: i64 => "bigint",
        remaining_minor: i64 => "bigint",
        held_minor: i64 => "bigint",
        created_at: Ts => shared "timestamptz",
        expires_at: Option<Ts> => "timestamptz",
    }
}
batch_row! {
    struct LotState {
        id: Uuid => "uuid",
        remaining_minor: i64 => "bigint",
        held_minor: i64 => "bigint",
        expires_at: Option<Ts> => "timestamptz",
    }
}
batch_row! {
    struct LedgerRow<'a> {
        id: Uuid => "uuid",
        customer_id: Uuid => "uuid",
        lot_id: Option<Uuid> => "uuid",
        kind: &'a str => "text",
        amount_minor: i64 => "bigint",
        owed_minor: i64 => "bigint",
        reason: &'a str => "text",
        order_id: Option<Uuid> => "uuid",
        created_at: Ts => shared "timestamptz",
    }
}
batch_row! {
    struct OrganizationSelection<'a> {
        id: &'a str => "text",
        plan_id: &'a str => "text",
        apps: String => "jsonb",
        addons: String => "jsonb",
        dedicated: String => "jsonb",
        updated_at: Ts => shared "timestamptz",
    }
}

/// Writes everything in the book's changes.
pub(crate) async fn changes(tx: &mut Tx, book: &Book, currency: Currency, now: Ts) -> Result<()> {
    // One batch may close a pending order and place the next one, release a voucher and redeem it again,
    // or end a subscription and begin another, and there may be one of each at a time: what ends goes first.
    write_orders::changed_orders(tx, book).await?;
    write_orders::closed_redemptions(tx, book).await?;
    let changed = &book.changes.changed_subscriptions;
    write_subscriptions::states(tx, book, changed, now).await?;
    write_usage::changed_totals(tx, book).await?;

    let mut writes = Writes::new(tx);
    write_campaigns::campaigns(&mut writes, book).await?;
    vouchers(&mut writes, book).await?;
    wallets(&mut writes, book).await?;
    organizations(&mut writes, book, now).await?;
    write_orders::new_orders(&mut writes, book).await?;
    write_orders::new_redemptions(&mut writes, book).await?;
    lots(&mut writes, book).await?;
    write_orders::holds(&mut writes, book).await?;
    ledger(&mut writes, book).await?;
    write_subscriptions::new_subscriptions(&mut writes, book).await?;
    write_subscriptions::invoices(&mut writes, book, currency).await?;
    write_payments::payments(&mut writes, book).await?;
    write_usage::usage(&mut writes, book, now).await?;
    moves::departures(&mut writes, book).await?;
    write_orders::replies(&mut writes, book).await?;
    audit::publish_with(&mut writes, &book.changes.events).await?;
    let entries: Vec<_> =
        book.changes.audit.iter().map(|entry| (entry.clone(), Change::default())).collect();
    audit::record_with(&mut writes, &entries).await?;
    writes.send().await?;
    // Few columns of a new subscription are written with it.
    let touched = &book.changes.touched_subscriptions;
    write_subscriptions::states(tx, book, touched, now).await
}

/// Guarded by the cap as well as by the lock: a counter may rise to the cap, or fall.
async fn vouchers(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let changed = book.changes.vouchers.iter().filter_map(|code| book.vouchers.get(code));
    let rows: Vec<VoucherCounter<'_>> = changed
        .map(|voucher| VoucherCounter {
            code: voucher.code.as_str(),
            times_redeemed: int4(voucher.times_redeemed),
            granted_minor: voucher.granted_minor,
        })
        .collect();
    let sql = "WITH v (code, times_redeemed, granted_minor) AS ({rows}) \
               UPDATE promo_codes SET times_redeemed = v.times_redeemed, \
                   granted_minor = v.granted_minor \
               FROM v WHERE promo_codes.code = v.code \
                   AND (promo_codes.max_redemptions = 0 \
                       OR v.times_redeemed <= promo_codes.max_redemptions \
                       OR v.times_redeemed <= promo_codes.times_redeemed)";
    writes.update("promo_codes", sql, rows).await
}

async fn wallets(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let changed = book.changes.wallets.iter().filter_map(|id| book.accounts.get(id));
    let rows: Vec<WalletBalance> = changed
        .map(|account| WalletBalance {
            customer_id: account.customer_id.0,
            balance_minor: account.wallet.balance_minor,
            held_minor: account.wallet.held_minor,
            owed_minor: account.wallet.owed_minor,
            version: account.version,
        })
        .collect();
    let sql = "WITH v (customer_id, balance_minor, held_minor, owed_minor, version) AS ({rows}) \
               UPDATE wallets SET balance_minor = v.balance_minor, held_minor = v.held_minor, \
                   owed_minor = v.owed_minor, version = v.version + 1 \
               FROM v \
               WHERE wallets.customer_id = v.customer_id AND wallets.version = v.version";
    writes.update("wallets", sql, rows).await
}

async fn organizations(writes: &mut Writes<'_>, book: &Book, now: Ts) -> Result<()> {
    let changed = book.changes.organizations.iter().filter_map(|id| book.accounts.get(id));
    let rows: Vec<OrganizationSelection<'_>> = changed
        .map(|account| OrganizationSelection {
            id: &account.tenant_id.0,
            plan_id: &account.plan_id,
            apps: json_text(&account.apps),
            addons: json_text(&account.addons),
            dedicated: json_text(&account.dedicated),
            updated_at: now,
        })
        .collect();
    let sql = "WITH v (id, plan_id, apps, addons, dedicated, updated_at) AS ({rows}) \
               UPDATE organizations SET plan_id = v.plan_id, apps = v.apps, addons = v.addons, \
                   dedicated_services = v.dedicated, updated_at = v.updated_at \
               FROM v WHERE organizations.id = v.id";
    writes.update("organizations", sql, rows).await
}

fn lot<'a>(
    book: &'a Book,
    (tenant_id, lot_id): &(OrganizationId, LotId),
) -> Option<(&'a Account, &'a Lot)> {
    let account = book.accounts.get(tenant_id)?;
    Some((account, account.wallet.lots.get(lot_id)?))
}

async fn lots(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let made: Vec<NewLot<'_>> = book
        .changes
        .new_lots
        .iter()
        .filter_map(|key| lot(book, key))
        .map(|(account, lot)| NewLot {
            id: lot.id.0,
            customer_id: account.customer_id.0,
            source: lot.source.as_str(),
            reference: &lot.reference,
            promotional: lot.promotional,
            priority: lot.priority,
            amount_minor: lot.amount_minor,
            remaining_minor: lot.remaining_minor,
            held_minor: lot.held_minor,
            created_at: Ts(lot.created_at),
            expires_at: lot.expires_at.map(Ts),
        })
        .collect();
    let sql = "WITH v (id, customer_id, source, reference, promotional, priority, amount_minor, \
                   remaining_minor, held_minor, created_at, expires_at) AS ({rows}) \
               INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, \
                   amount_minor, remaining_minor, held_minor, created_at, expires_at) \
               SELECT id, customer_id, source, reference, promotional, priority, amount_minor, \
                   remaining_minor, held_minor, created_at, expires_at FROM v";
    writes.insert(sql, made).await?;

    let changed: Vec<LotState> = book
        .changes
        .changed_lots
        .iter()
        .filter_map(|key| lot(book, key))
        .map(|(_, lot)| LotState {
            id: lot.id.0,
            remaining_minor: lot.remaining_minor,
            held_minor: lot.held_minor,
            expires_at: lot.expires_at.map(Ts),
        })
        .collect();
    let sql = "WITH v (id, remaining_minor, held_minor, expires_at) AS ({rows}) \
               UPDATE credit_lots SET remaining_minor = v.remaining_minor, \
                   held_minor = v.held_minor, expires_at = v.expires_at \
               FROM v WHERE credit_lots.id = v.id";
    writes.update("credit_lots", sql, changed).await
}

async fn ledger(writes: &mut Writes<'_>, book: &Book) -> Result<()> {
    let rows: Vec<LedgerRow<'_>> = book
        .changes
        .entries
        .iter()
        .map(|entry| LedgerRow {
            id: entry.id.0,
            customer_id: entry.customer_id.0,
            lot_id: entry.lot_id.map(|id| id.0),
            kind: entry.kind.as_str(),
            amount_minor: entry.amount_minor,
            owed_minor: entry.owed_minor,
            reason: &entry.reason,
            order_id: entry.order_id.map(|id| id.0),
            created_at: Ts(entry.created_at),
        })
        .collect();
    let sql = "WITH v (id, customer_id, lot_id, kind, amount_minor, owed_minor, reason, order_id, \
                   created_at) AS ({rows}) \
               INSERT INTO credit_ledger (id, customer_id, lot_id, kind, amount_minor, owed_minor, \
                   reason, order_id, status, created_at) \
               SELECT id, customer_id, lot_id, kind, amount_minor, owed_minor, reason, order_id, \
                   'posted', created_at FROM v";
    writes.insert(sql, rows).await
}
