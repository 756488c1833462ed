//! `orders` as the superadmin looks for them: newest first, of all Organizations.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct OrderRow {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) tenant_id: String,
        /// The Organization's name; of one that an earlier service forgot there is none.
        pub(crate) organization: Option<String>,
        pub(crate) plan_id: String,
        pub(crate) apps: Json<Vec<String>>,
        pub(crate) addons: Json<Vec<String>>,
        pub(crate) amount_baisa: i64,
        pub(crate) credit_minor: i64,
        pub(crate) charge_minor: i64,
        pub(crate) tax_minor: i64,
        pub(crate) status: String,
        pub(crate) kind: String,
        pub(crate) stripe_session_id: Option<String>,
        pub(crate) promo_code: Option<String>,
        /// Whether that voucher was revoked since.
        pub(crate) promo_deleted: bool,
        pub(crate) created_at: Ts,
    }
}

/// Which orders are wanted: those that fit all that is given.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<String>,
    pub(crate) tenant_id: Option<String>,
    /// A voucher's code, as it was typed and as codes are written.
    pub(crate) codes: Option<(String, String)>,
}

impl Filter {
    /// Whether every order fits.
    pub(crate) fn is_empty(&self) -> bool {
        self.status.is_none() && self.tenant_id.is_none() && self.codes.is_none()
    }
}

/// A place in the list: the moment and the identifier of an order.
pub(crate) type Place = (Timestamp, Uuid);

macro_rules! orders {
    ($which:literal) => {
        concat!(
            "SELECT o.id, o.customer_id, o.tenant_id, t.name AS organization, o.plan_id, o.apps, o.addons, \
                 o.amount_baisa, o.credit_minor, o.charge_minor, o.tax_minor, o.status, o.kind, \
                 o.stripe_session_id, o.promo_code, (p.deleted_at IS NOT NULL) AS promo_deleted, o.created_at \
             FROM orders o LEFT JOIN promo_codes p ON p.code = o.promo_code \
             LEFT JOIN organizations t ON t.id = o.tenant_id ",
            $which
        )
    };
}

/// Orders that fit, after the place `after` and, where it is given, not beyond the place `last`.
pub(crate) async fn newest(
    tx: &mut Tx,
    filter: &Filter,
    (after, last): (Place, Option<Place>),
    limit: i64,
) -> Result<Vec<OrderRow>> {
    const SQL: &str = orders!(
        "WHERE (o.created_at, o.id) < ($1, $2) AND (o.created_at, o.id) >= ($3, $4) \
             AND ($5 IS NULL OR o.status = $5) AND ($6 IS NULL OR o.tenant_id = $6) \
             AND ($7 IS NULL OR o.promo_code IN ($7, $8)) \
         ORDER BY o.created_at DESC, o.id DESC LIMIT $9"
    );
    let last = last.unwrap_or((Timestamp::from_micros(FIRST_MICROS), Uuid::nil()));
    let codes = filter.codes.as_ref();
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(Ts(last.0))
        .bind(last.1)
        .bind(filter.status.as_deref())
        .bind(filter.tenant_id.as_deref())
        .bind(codes.map(|(typed, _)| typed.as_str()))
        .bind(codes.map(|(_, written)| written.as_str()))
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The year 1, before which there is no order.
const FIRST_MICROS: i64 = -62_135_596_800_000_000;

/// The place of the order that has so many newer ones between it and `after`; `None` where there are fewer.
pub(crate) async fn reach(tx: &mut Tx, after: Place, orders: i64) -> Result<Option<Place>> {
    let sql = "SELECT created_at, id FROM orders WHERE (created_at, id) < ($1, $2) \
               ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $3";
    let found: Option<(Ts, Uuid)> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(orders)
        .fetch_optional(c)
        .await)?;
    Ok(found.map(|(at, id)| (at.0, id)))
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<OrderRow>> {
    const SQL: &str = orders!("WHERE o.id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}
