//! The statements of the list of vouchers in its orders: each order, in both directions, with the condition of how vouchers
//! stand. Of the parameters, $1 and $2 are a place, $3 is the limit, $4 a part of the code, $5 the moment, $6 a campaign, $7 an
//! operation and $8 a tag. Nothing in here comes from a client.
//!
//! A list of a tag is looked for where its order begins, and if that is not enough among all that have the tag: so neither a
//! tag that most have nor one that few have takes long.

use sovereign_domain::voucher::VoucherStatus;

use super::voucher_list::Filter;
use super::voucher_sorted::{By, Order};

/// How many of the first of an order are looked at for a tag.
const NEAR: i64 = 5_000;

/// How vouchers stand that are listed, on `p`, a voucher, and `c`, the campaign it is in.
const fn standing(filter: &Filter) -> &'static str {
    match filter.status {
        None if filter.revoked_too => "TRUE",
        None => NOT_REVOKED,
        Some(VoucherStatus::Revoked) => REVOKED,
        Some(VoucherStatus::Live) => {
            "p.status = 'live' AND (c.id IS NULL OR (c.active AND (c.ends_at IS NULL OR c.ends_at > $5) \
                 AND (c.starts_at IS NULL OR c.starts_at <= $5) \
                 AND (c.budget_minor = 0 OR c.granted_minor + p.credit_minor <= c.budget_minor)))"
        }
        Some(VoucherStatus::Paused) => {
            "(p.status = 'paused' OR (p.status = 'live' AND c.id IS NOT NULL AND NOT c.active))"
        }
        Some(VoucherStatus::Ended) => "p.status = 'live' AND c.active AND c.ends_at <= $5",
        Some(VoucherStatus::Scheduled) => {
            "p.status = 'live' AND c.active AND (c.ends_at IS NULL OR c.ends_at > $5) AND c.starts_at > $5"
        }
        Some(VoucherStatus::Exhausted) => {
            "(p.status = 'exhausted' OR (p.status = 'live' AND c.active \
                 AND (c.ends_at IS NULL OR c.ends_at > $5) \
                 AND (c.starts_at IS NULL OR c.starts_at <= $5) AND c.budget_minor > 0 \
                 AND c.granted_minor + p.credit_minor > c.budget_minor))"
        }
    }
}

const NOT_REVOKED: &str = "p.deleted_at IS NULL";
const REVOKED: &str = "p.status = 'revoked'";

/// The same for what is walked along by time: those that are revoked have an index of their own.
fn standings(filter: &Filter) -> Vec<&'static str> {
    match filter.status {
        None if filter.revoked_too => vec![NOT_REVOKED, REVOKED],
        _ => vec![standing(filter)],
    }
}

/// A walk along an order.
struct Walk<'a> {
    /// What the order goes by.
    value: &'a str,
    /// Where codes come from, with `p` among it.
    from: &'a str,
    /// What is after a place.
    after: &'a str,
    order: &'a str,
}

impl Walk<'_> {
    /// Codes with what they are sorted by, after a place.
    fn sql(&self, standing: &str) -> String {
        let Self { value, from, after, order } = self;
        format!(
            "SELECT p.code, {value} AS value FROM {from} LEFT JOIN campaigns c ON c.id = p.campaign_id \
             WHERE {standing} AND {after} AND $5 = $5 AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
                 AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
                 AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7) \
                 AND (CAST($8 AS text) IS NULL OR EXISTS \
                     (SELECT 1 FROM voucher_tags g WHERE g.code = p.code AND g.tag = $8)) \
             ORDER BY {order} LIMIT $3"
        )
    }
}

/// How values of a direction are compared with a place, and how they are sorted.
const fn direction(goes_up: bool) -> (&'static str, &'static str) {
    if goes_up { (">", "ASC") } else { ("<", "DESC") }
}

/// Along a column of the vouchers: by code, or by value.
fn of_vouchers(filter: &Filter, order: Order) -> Vec<String> {
    let (cmp, way) = direction(order.goes_up());
    let is_by_code = order.by == By::Code;
    // How a place is compared: `t` is what the columns are of.
    let after = |t: &str| {
        if is_by_code {
            format!("{t}code {cmp} $2 AND $1 = $1")
        } else {
            format!("({t}credit_minor, {t}code) {cmp} ($1, $2)")
        }
    };
    let along = |t: &str| {
        if is_by_code {
            format!("{t}code {way}")
        } else {
            format!("{t}credit_minor {way}, {t}code {way}")
        }
    };
    let from = |from: &str| {
        Walk {
            value: if is_by_code { "p.created_at" } else { "p.credit_minor" },
            from,
            after: &after("p."),
            order: &along("p."),
        }
        .sql(standing(filter))
    };
    if filter.tag.is_none() {
        return vec![from("promo_codes p")];
    }
    let join = "JOIN promo_codes p ON p.code = n.code";
    let near = format!(
        "(SELECT code FROM promo_codes WHERE {} ORDER BY {} LIMIT {NEAR}) AS n {join}",
        after(""),
        along("")
    );
    let tagged = format!("(SELECT code FROM voucher_tags WHERE tag = $8) AS n {join}");
    vec![from(&near), from(&tagged)]
}

/// Along what became of vouchers, as far as the ledger is added up.
fn of_totals(filter: &Filter, order: Order, (column, became): (&str, &str)) -> Vec<String> {
    let (cmp, way) = direction(order.goes_up());
    let after = format!("t.{column} {became} AND (t.{column}, t.code) {cmp} ($1, $2)");
    let along = format!("t.{column} {way}, t.code {way}");
    let from = |from: &str| {
        Walk { value: &format!("t.{column}"), from, after: &after, order: &along }
            .sql(standing(filter))
    };
    let join = "JOIN promo_codes p ON p.code = t.code";
    if filter.tag.is_none() {
        return vec![from(&format!("voucher_totals t {join}"))];
    }
    let near = format!(
        "(SELECT t.code, t.{column} FROM voucher_totals t WHERE {after} ORDER BY {along} LIMIT {NEAR}) AS t {join}"
    );
    let tagged = format!(
        "(WITH m AS MATERIALIZED (SELECT s.code, s.{column} \
              FROM voucher_tags f JOIN voucher_totals s ON s.code = f.code \
              WHERE f.tag = $8 AND s.{column} {became}) SELECT code, {column} FROM m) AS t {join}"
    );
    vec![from(&near), from(&tagged)]
}

/// The statements that have the first of an order, asked one after the other until there is enough.
pub(super) fn first(filter: &Filter, order: Order) -> Vec<String> {
    match order.by.totals() {
        Some(of) => of_totals(filter, order, of),
        None => of_vouchers(filter, order),
    }
}

/// The statements that together have vouchers by when they were issued; of an order by what became of them, those of
/// which nothing did.
pub(super) fn by_time(filter: &Filter, order: Order) -> Vec<String> {
    let (cmp, way) = direction(order.is_reversed);
    let totals = order.by.totals();
    if filter.tag.is_some() && totals.is_none() {
        let walk = Walk {
            value: "g.created_at",
            from: "voucher_tags g JOIN promo_codes p ON p.code = g.code",
            after: &format!("g.tag = $8 AND (g.created_at, g.code) {cmp} ($1, $2)"),
            order: &format!("g.created_at {way}, g.code {way}"),
        };
        return vec![walk.sql(standing(filter))];
    }
    let nothing = totals.map_or_else(String::new, |(column, became)| {
        format!(
            " AND NOT EXISTS (SELECT 1 FROM voucher_totals t WHERE t.code = p.code AND t.{column} {became})"
        )
    });
    let walk = Walk {
        value: "p.created_at",
        from: "promo_codes p",
        after: &format!("(p.created_at, p.code) {cmp} ($1, $2){nothing}"),
        order: &format!("p.created_at {way}, p.code {way}"),
    };
    standings(filter).into_iter().map(|standing| walk.sql(standing)).collect()
}

/// The statements whose numbers together are how many there are before a place.
pub(super) fn counts(filter: &Filter) -> Vec<String> {
    let of = |from: &str, after: &str, standing: &str| {
        format!(
            "SELECT COUNT(*) FROM {from} LEFT JOIN campaigns c ON c.id = p.campaign_id \
             WHERE {standing} AND {after} AND $3 = $3 AND $5 = $5 \
                 AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
                 AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
                 AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7)"
        )
    };
    if filter.tag.is_some() {
        // Found by the tag.
        let from = "voucher_tags g JOIN promo_codes p ON p.code = g.code";
        let after = "g.tag = $8 AND (g.created_at, g.code) < ($1, $2)";
        return vec![of(from, after, standing(filter))];
    }
    let after = "(p.created_at, p.code) < ($1, $2) AND CAST($8 AS text) IS NULL";
    standings(filter).into_iter().map(|standing| of("promo_codes p", after, standing)).collect()
}
