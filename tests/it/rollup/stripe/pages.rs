//! Lists and search, page by page.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqlitePool};

use super::json::{self, Expanded};
use super::server::{Refused, Request};

/// The columns of a charge, as `json::charge` reads them.
macro_rules! charge_columns {
    () => {
        "c.id AS charge_id, c.created AS charge_created, c.amount AS charge_amount, \
         c.currency AS charge_currency, c.sovereign AS charge_sovereign, \
         c.organization AS charge_organization, c.order_id AS charge_order, \
         (SELECT m.id FROM balance_transactions m WHERE m.source = c.id ORDER BY m.seq LIMIT 1) AS charge_moved"
    };
}

macro_rules! transactions {
    ($rest:literal) => {
        concat!(
            "SELECT b.seq, b.id, b.created, b.type, b.category, b.amount, b.currency, b.fee, b.source, ",
            charge_columns!(),
            ", r.amount AS refund_amount, r.created AS refund_created, r.currency AS refund_currency, \
                 d.amount AS dispute_amount, d.created AS dispute_created, d.currency AS dispute_currency \
             FROM balance_transactions b \
             LEFT JOIN refunds r ON r.id = b.source \
             LEFT JOIN disputes d ON d.id = b.source \
             LEFT JOIN charges c ON c.id = COALESCE(r.charge, d.charge, b.source) ",
            $rest
        )
    };
}

/// How many objects a page begins before its place, where it repeats some.
const REPEATED: i64 = 3;

fn limit(request: &Request) -> Result<i64, Refused> {
    let limit = request.number("limit")?.unwrap_or(10);
    if (1..=100).contains(&limit) { Ok(limit) } else { Err(Refused::parameter("limit")) }
}

pub(super) async fn transactions(
    pool: &SqlitePool,
    request: &Request,
    repeats: bool,
) -> Result<String, Refused> {
    const SQL: &str = transactions!(
        "WHERE b.created >= $1 AND b.created < $2 AND (b.created, b.seq) < ($3, $4) \
         ORDER BY b.created DESC, b.seq DESC LIMIT $5"
    );
    let limit = limit(request)?;
    let from = request.number("created[gte]")?.unwrap_or(0);
    let before = request.number("created[lt]")?.unwrap_or(i64::MAX);
    let mut place = (i64::MAX, i64::MAX);
    if let Some(id) = request.get("starting_after") {
        let found = place_of(pool, id).await;
        place = found.ok_or_else(|| Refused::parameter("starting_after"))?;
        if repeats {
            place = (place.0, place.1.saturating_add(REPEATED));
        }
    }
    let rows: Vec<SqliteRow> = sqlx::query(SQL)
        .bind(from)
        .bind(before)
        .bind(place.0)
        .bind(place.1)
        .bind(limit + 1)
        .fetch_all(pool)
        .await
        .unwrap();
    let expanded = expanded(request)?;
    let objects = rows.iter().take(usize::try_from(limit).unwrap());
    let objects: Vec<String> = objects.map(|row| json::transaction(row, expanded)).collect();
    let has_more = rows.len() > objects.len();
    Ok(list(&objects, has_more, "/v1/balance_transactions"))
}

async fn place_of(pool: &SqlitePool, id: &str) -> Option<(i64, i64)> {
    let sql = "SELECT created, seq FROM balance_transactions WHERE id = $1";
    sqlx::query_as(sql).bind(id).fetch_optional(pool).await.unwrap()
}

fn expanded(request: &Request) -> Result<Expanded, Refused> {
    let mut expanded = Expanded::default();
    for path in request.all("expand[") {
        match path {
            "data.source" => expanded.source = true,
            "data.source.charge" => (expanded.source, expanded.charge) = (true, true),
            _ => return Err(Refused::parameter("expand")),
        }
    }
    Ok(expanded)
}

fn list(objects: &[String], has_more: bool, url: &str) -> String {
    let data = objects.join(",");
    format!(r#"{{"object":"list","data":[{data}],"has_more":{has_more},"url":"{url}"}}"#)
}

pub(super) async fn transaction(pool: &SqlitePool, id: &str) -> Result<String, Refused> {
    const SQL: &str = transactions!("WHERE b.id = $1");
    let row = sqlx::query(SQL).bind(id).fetch_optional(pool).await.unwrap();
    let row = row.ok_or_else(Refused::not_found)?;
    Ok(json::transaction(&row, Expanded::default()))
}

pub(super) async fn charge(pool: &SqlitePool, id: &str) -> Result<String, Refused> {
    const SQL: &str = concat!("SELECT ", charge_columns!(), " FROM charges c WHERE c.id = $1");
    let row = sqlx::query(SQL).bind(id).fetch_optional(pool).await.unwrap();
    Ok(json::charge(&row.ok_or_else(Refused::not_found)?))
}

/// Charges by a Sovereign and a time, which is all that is searched for here.
pub(super) async fn search(pool: &SqlitePool, request: &Request) -> Result<String, Refused> {
    const SQL: &str = concat!(
        "SELECT ",
        charge_columns!(),
        ", c.rowid AS place FROM charges c WHERE c.sovereign = $1 AND c.created >= $2 AND c.created < $3 \
         AND c.rowid > $4 ORDER BY c.rowid LIMIT $5"
    );
    let query = request.get("query").ok_or_else(|| Refused::parameter("query"))?;
    let (mut sovereign, mut from, mut before) = ("", 0_i64, i64::MAX);
    for clause in query.split(" AND ") {
        let number = |text: &str| text.parse().map_err(|_| Refused::parameter("query"));
        if let Some(rest) = clause.strip_prefix("metadata['sovereign']:'") {
            sovereign = rest.trim_end_matches('\'');
        } else if let Some(rest) = clause.strip_prefix("created>=") {
            from = number(rest)?;
        } else if let Some(rest) = clause.strip_prefix("created<") {
            before = number(rest)?;
        } else if clause != "status:'succeeded'" {
            return Err(Refused::parameter("query"));
        }
    }
    let (limit, after) = (limit(request)?, request.number("page")?.unwrap_or(0));
    let rows: Vec<SqliteRow> = sqlx::query(SQL)
        .bind(sovereign)
        .bind(from)
        .bind(before)
        .bind(after)
        .bind(limit + 1)
        .fetch_all(pool)
        .await
        .unwrap();
    let shown = &rows[..rows.len().min(usize::try_from(limit).unwrap())];
    let data: Vec<String> = shown.iter().map(json::charge).collect();
    let has_more = rows.len() > shown.len();
    let next = match shown.last() {
        Some(last) if has_more => format!("\"{}\"", last.get::<i64, _>("place")),
        _ => "null".to_owned(),
    };
    let data = data.join(",");
    Ok(format!(
        r#"{{"object":"search_result","data":[{data}],"has_more":{has_more},"next_page":{next},
            "url":"/v1/charges/search"}}"#
    ))
}
