//! What an arriving Organization meets here, and what is noted of its arrival. Its own rows are written by
//! `moved_tables.rs`, the move's by `moves.rs`; what must be true of them afterwards is in `move_in/soundness.rs`.

mod late;
mod refunded;
mod soundness;
mod sums;
mod tombstone;

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Error, Json, Result, Ts, Tx, on_db};

pub(crate) use self::late::{Late, late};
pub(crate) use self::refunded::{RefundedRow, keep_refunded, refunded};
pub(crate) use self::soundness::{Account, account, faults, kinds};
pub(crate) use self::sums::{
    AdoptedRow, adopted_redemptions, forget_customers, lines, lock as lock_sums, payments,
};
pub(crate) use self::tombstone::{Whose, bury};

from_row! {
    /// An Organization that has the identifier of one that arrives.
    #[derive(Debug, Clone)]
    pub(crate) struct HereRow {
        pub(crate) name: String,
        /// To whom it moved away; then it is a tombstone.
        pub(crate) moved_to: Option<String>,
    }
}

/// The Organization of this identifier, whatever became of it.
pub(crate) async fn here(tx: &mut Tx, id: &str) -> Result<Option<HereRow>> {
    let sql = "SELECT name, moved_to FROM organizations WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// Another Organization that has this address.
pub(crate) async fn at_address(tx: &mut Tx, address: &str, id: &str) -> Result<Option<String>> {
    let sql = "SELECT name FROM organizations \
               WHERE (slug = $1 OR subdomain = $1) AND status <> 'deleted' AND id <> $2 LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(address).bind(id).fetch_optional(c).await)?)
}

/// The domains of all other Organizations, with whose each is. Few have any.
pub(crate) async fn domains(tx: &mut Tx, id: &str) -> Result<Vec<(String, Vec<String>)>> {
    let sql = "SELECT name, custom_domains FROM organizations \
               WHERE status <> 'deleted' AND id <> $1 AND CAST(custom_domains AS text) <> '[]'";
    let rows: Vec<(String, Json<Vec<String>>)> =
        on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(name, domains)| (name, domains.0)).collect())
}

batch_row! {
    struct CodeRow {
        code: String => "text",
    }
}

from_row! {
    #[derive(Debug, Clone)]
    struct KnownRow {
        code: String,
    }
}

/// Those of some codes that are of vouchers which this Sovereign has issued.
pub(crate) async fn known_vouchers(tx: &mut Tx, codes: Vec<String>) -> Result<Vec<String>> {
    let sql = "WITH v (code) AS ({rows}) \
               SELECT p.code FROM v JOIN promo_codes p ON p.code = v.code";
    let rows = codes.into_iter().map(|code| CodeRow { code }).collect();
    let found: Vec<KnownRow> = batch::fetch(tx, sql, rows).await?;
    Ok(found.into_iter().map(|row| row.code).collect())
}

/// Whether an Organization has ever moved away from here.
pub(crate) async fn has_left(tx: &mut Tx, tenant_id: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM organization_moves \
               WHERE tenant_id = $1 AND direction = 'out' AND state = 'moved'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_one(c).await)?;
    Ok(found > 0)
}

/// The Sovereign that an Organization had left for, and where its people find it there.
pub(crate) type Departure = (String, Option<String>);

/// The last one; `None` where it has never left.
pub(crate) async fn last_departure(tx: &mut Tx, tenant_id: &str) -> Result<Option<Departure>> {
    let sql = "SELECT peer_fqdn, forward_url FROM organization_moves \
               WHERE tenant_id = $1 AND direction = 'out' AND state = 'moved' \
               ORDER BY started_at DESC, id DESC LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

/// A move hither that begins.
#[derive(Debug)]
pub(crate) struct NewArrival<'a> {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: &'a str,
    pub(crate) peer_fqdn: &'a str,
    pub(crate) manifest_sha256: &'a str,
    pub(crate) source_key_id: &'a str,
    pub(crate) source_public_key: &'a str,
    pub(crate) balance_minor: i64,
    pub(crate) owed_minor: i64,
    pub(crate) started_by: &'a str,
}

/// Notes that an Organization arrives. One that was dropped may arrive again; where it is here already, or
/// somebody imports it at this moment, it is a conflict.
pub(crate) async fn begin(tx: &mut Tx, new: &NewArrival<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO organization_moves (id, tenant_id, direction, state, peer_fqdn, \
                   manifest_sha256, source_key_id, source_public_key, balance_minor, owed_minor, \
                   started_at, started_by) \
               VALUES ($1, $2, 'in', 'arriving', $3, $4, $5, $6, $7, $8, $9, $10) \
               ON CONFLICT (id) DO UPDATE SET state = 'arriving', ended_at = NULL, \
                   moved_minor = 0, moved_owed_minor = 0, \
                   manifest_sha256 = excluded.manifest_sha256, \
                   source_key_id = excluded.source_key_id, \
                   source_public_key = excluded.source_public_key, \
                   balance_minor = excluded.balance_minor, owed_minor = excluded.owed_minor, \
                   started_at = excluded.started_at, started_by = excluded.started_by \
               WHERE organization_moves.direction = 'in' AND organization_moves.state = 'dropped' \
                   AND organization_moves.tenant_id = excluded.tenant_id \
                   AND organization_moves.peer_fqdn = excluded.peer_fqdn";
    let begun = on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.tenant_id)
        .bind(new.peer_fqdn)
        .bind(new.manifest_sha256)
        .bind(new.source_key_id)
        .bind(new.source_public_key)
        .bind(new.balance_minor)
        .bind(new.owed_minor)
        .bind(Ts(now))
        .bind(new.started_by)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    match begun {
        1 => Ok(()),
        _ => {
            Err(Error::Conflict("organization_moves: a bundle of this move is here already".into()))
        }
    }
}

/// Keeps what was signed for the source.
pub(crate) async fn keep_receipt(tx: &mut Tx, move_id: Uuid, receipt: &str) -> Result<()> {
    let sql = "UPDATE organization_moves SET receipt = $2 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(move_id).bind(receipt).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Ends an arrival: `arrived`, with the release, or `dropped`. Where it is not arriving any more, it is a
/// conflict.
pub(crate) async fn end(
    tx: &mut Tx,
    move_id: Uuid,
    (state, release): (&str, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE organization_moves SET state = $2, release = $3, ended_at = $4 \
               WHERE id = $1 AND direction = 'in' AND state = 'arriving'";
    let ended = on_db!(tx, c => sqlx::query(sql)
        .bind(move_id)
        .bind(state)
        .bind(release)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    match ended {
        1 => Ok(()),
        _ => Err(Error::Conflict("organization_moves: it does not arrive any more".into())),
    }
}

batch_row! {
    /// Who somebody at the source is here.
    pub(crate) struct IdentityRow {
        move_id: Uuid => shared "uuid",
        source_user: String => "text",
        user_id: String => "text",
    }
}

/// Keeps who is who.
pub(crate) async fn keep_identities(tx: &mut Tx, rows: Vec<IdentityRow>) -> Result<()> {
    let sql = "WITH v (move_id, source_user, user_id) AS ({rows}) \
               INSERT INTO move_identities (move_id, source_user_id, user_id) \
               SELECT move_id, source_user, user_id FROM v";
    batch::execute(tx, sql, rows).await.map(drop)
}

/// Forgets it.
pub(crate) async fn forget_identities(tx: &mut Tx, move_id: Uuid) -> Result<()> {
    let sql = "DELETE FROM move_identities WHERE move_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(move_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Who people of a source were here when an Organization came from there before; the last time goes last.
pub(crate) async fn former_identities(
    tx: &mut Tx,
    tenant_id: &str,
    peer_fqdn: &str,
) -> Result<Vec<(String, String)>> {
    let sql = "SELECT i.source_user_id, i.user_id FROM move_identities i \
               JOIN organization_moves m ON m.id = i.move_id \
               WHERE m.tenant_id = $1 AND m.direction = 'in' AND m.peer_fqdn = $2 \
               ORDER BY m.started_at, m.id, i.source_user_id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).bind(peer_fqdn).fetch_all(c).await)?)
}

from_row! {
    /// What an account is called at Stripe, and the card that is saved there.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct CardRow {
        pub(crate) stripe_customer_id: Option<String>,
        pub(crate) payment_method_id: Option<String>,
        pub(crate) card_brand: Option<String>,
        pub(crate) card_last4: Option<String>,
    }
}

/// Those of an Organization.
pub(crate) async fn card(tx: &mut Tx, tenant_id: &str) -> Result<Option<CardRow>> {
    let sql = "SELECT stripe_customer_id, payment_method_id, card_brand, card_last4 \
               FROM customers WHERE tenant_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}

/// A redemption of a voucher of this Sovereign: what its counters are made of.
pub(crate) type Redeemed = (Uuid, String, String, i64, i64, Option<Uuid>);

/// Those of an Organization.
pub(crate) async fn redeemed(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Redeemed>> {
    let sql = "SELECT id, code, state, credit_minor, CAST(ordinal AS bigint), campaign_id \
               FROM promo_redemptions WHERE tenant_id = $1 ORDER BY id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// Payments in this Sovereign's account at Stripe, and what is to go back of them, however that stands.
pub(crate) async fn money_moved(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM card_payments WHERE tenant_id = $1 AND foreign_fqdn IS NULL \
               UNION ALL \
               SELECT r.id FROM refunds r JOIN card_payments p ON p.id = r.payment_id \
               WHERE r.tenant_id = $1 AND p.foreign_fqdn IS NULL";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// A payment in this Sovereign's account at Stripe: its identifier, the intent, the charge, and the amount.
pub(crate) type Charged = (Uuid, String, String, i64);

/// Those of an Organization.
pub(crate) async fn charges(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Charged>> {
    let sql = "SELECT id, intent_id, charge_id, amount_minor FROM card_payments \
               WHERE tenant_id = $1 AND foreign_fqdn IS NULL";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// Whether invoices and credit notes are numbered without gaps.
pub(crate) async fn is_gapless(tx: &mut Tx) -> Result<bool> {
    let sql = "SELECT (SELECT COUNT(number) FROM invoices), \
                   (SELECT COALESCE(MAX(number), 0) FROM invoices), \
                   (SELECT COUNT(number) FROM refunds), \
                   (SELECT COALESCE(MAX(number), 0) FROM refunds)";
    let (invoices, last, notes, last_note): (i64, i64, i64, i64) =
        on_db!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
    Ok(invoices == last && notes == last_note)
}
