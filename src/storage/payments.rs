//! Reads and small writes of what a card pays: orders with whom they are of, and cards.

use sovereign_domain::book::OrderKind;
use sovereign_domain::catalog::OrderLine;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

from_row! {
    /// An order, as far as its payment needs it.
    #[derive(Debug, Clone)]
    pub(crate) struct PayableRow {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) status: String,
        /// What it is for: `checkout`, `renewal` or `change`.
        pub(crate) kind: String,
        pub(crate) lines: Json<Vec<OrderLine>>,
        pub(crate) amount_baisa: i64,
        pub(crate) credit_minor: i64,
        pub(crate) charge_minor: i64,
        pub(crate) attempt: i16,
        pub(crate) stripe_session_id: Option<String>,
        pub(crate) stripe_intent_id: Option<String>,
        pub(crate) stripe_customer_id: Option<String>,
        /// The account's card for payments without the customer.
        pub(crate) payment_method_id: Option<String>,
        pub(crate) email: String,
        pub(crate) organization: String,
        pub(crate) period_start: Option<Ts>,
        pub(crate) period_end: Option<Ts>,
        /// Since when its payment is asked for; what is sent to Stripe for one attempt is reckoned from it.
        pub(crate) asked_at: Ts,
        /// Of a renewal: this attempt is its customer's, who pays at Stripe's page. The saved card is not asked.
        pub(crate) by_customer: bool,
    }
}

impl PayableRow {
    pub(crate) fn is_renewal(&self) -> bool {
        self.kind == OrderKind::Renewal.as_str()
    }

    /// The saved card pays it, or was asked to.
    pub(crate) fn by_saved_card(&self) -> bool {
        self.is_renewal() && self.stripe_session_id.is_none() && !self.by_customer
    }
}

pub(crate) async fn payable(tx: &mut Tx, order_id: Uuid) -> Result<Option<PayableRow>> {
    let sql = "SELECT o.id, o.customer_id, o.tenant_id, o.status, o.amount_baisa, o.credit_minor, \
                   o.charge_minor, o.attempt, o.stripe_session_id, o.stripe_intent_id, o.kind, \
                   o.updated_at AS asked_at, o.period_start, o.period_end, \
                   k.stripe_customer_id, k.payment_method_id, COALESCE(u.email, k.email) AS email, \
                   COALESCE(t.name, '') AS organization, o.lines, \
                   COALESCE(o.attempt > 1 AND (s.status = 'suspended' \
                       OR (s.status = 'canceled' AND s.next_attempt_at IS NULL) \
                       OR s.next_attempt_at > o.updated_at), false) AS by_customer \
               FROM orders o JOIN customers k ON k.id = o.customer_id \
               LEFT JOIN users u ON u.id = o.user_id \
               LEFT JOIN organizations t ON t.id = o.tenant_id \
               LEFT JOIN subscriptions s ON s.tenant_id = o.tenant_id AND s.due_order_id = o.id \
               WHERE o.id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).fetch_optional(c).await)?)
}

/// A place among the orders that wait: when one was made, and which it is.
pub(crate) type WaitingSince = (Ts, Uuid);

/// Orders that have waited for a payment since before a moment, oldest first: those after `after`.
pub(crate) async fn waiting(
    tx: &mut Tx,
    before: Timestamp,
    after: WaitingSince,
    limit: i64,
) -> Result<Vec<WaitingSince>> {
    let sql = "SELECT created_at, id FROM orders WHERE status = 'pending' AND created_at <= $1 \
                   AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(before))
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Keeps the customer that Stripe made for an account. The first one stays.
pub(crate) async fn keep_customer(tx: &mut Tx, customer_id: Uuid, stripe_id: &str) -> Result<()> {
    let sql = "UPDATE customers SET stripe_customer_id = $2 \
               WHERE id = $1 AND stripe_customer_id IS NULL";
    on_db!(tx, c => sqlx::query(sql).bind(customer_id).bind(stripe_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// The account that pays with this card of Stripe's, and the Organization that it is of.
pub(crate) async fn card_holder(
    tx: &mut Tx,
    payment_method_id: &str,
) -> Result<Option<(Uuid, String)>> {
    let sql = "SELECT id, tenant_id FROM customers WHERE payment_method_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(payment_method_id).fetch_optional(c).await)?)
}

/// Forgets a card that can be charged no more.
pub(crate) async fn forget_card(
    tx: &mut Tx,
    customer_id: Uuid,
    payment_method_id: &str,
) -> Result<()> {
    let sql = "UPDATE customers SET payment_method_id = NULL, card_brand = NULL, card_last4 = NULL \
               WHERE id = $1 AND payment_method_id = $2";
    on_db!(tx, c => sqlx::query(sql)
        .bind(customer_id)
        .bind(payment_method_id)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The Organization's customer at Stripe, where it has one.
pub(crate) async fn stripe_customer(tx: &mut Tx, tenant_id: &str) -> Result<Option<String>> {
    let sql = "SELECT stripe_customer_id FROM customers \
               WHERE tenant_id = $1 AND stripe_customer_id IS NOT NULL";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_optional(c).await)?)
}

from_row! {
    /// The card that an account saved, and who it is at Stripe.
    #[derive(Debug, Clone)]
    pub(crate) struct SavedCardRow {
        pub(crate) stripe_customer_id: Option<String>,
        pub(crate) payment_method_id: Option<String>,
        pub(crate) card_brand: Option<String>,
        pub(crate) card_last4: Option<String>,
    }
}

/// What the Organization's account pays with by card.
pub(crate) async fn saved_card(tx: &mut Tx, tenant_id: &str) -> Result<Option<SavedCardRow>> {
    let sql = "SELECT stripe_customer_id, payment_method_id, card_brand, card_last4 \
               FROM customers WHERE tenant_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}
