//! Transfers: each key makes one, however often it comes, until it is forgotten.

use std::fmt::Write as _;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection, SqlitePool};

use super::server::{Refused, Request};

/// What a key brought first it brings again: a transfer, or the refusal for want of money.
pub(super) async fn create(
    pool: &SqlitePool,
    request: &Request,
    refuses: bool,
) -> Result<String, Refused> {
    let key = request.key.as_deref().ok_or_else(|| Refused::parameter("Idempotency-Key"))?;
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let known: Option<(String, Option<String>)> =
        sqlx::query_as("SELECT body, transfer FROM keys WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut *tx)
            .await
            .unwrap();
    let id = match known {
        Some((body, _)) if body != request.encoded => return Err(Refused::other_parameters()),
        Some((_, id)) => id,
        None => {
            let id = if refuses { None } else { Some(insert(&mut tx, request).await?) };
            sqlx::query("INSERT INTO keys (key, body, transfer) VALUES ($1, $2, $3)")
                .bind(key)
                .bind(&request.encoded)
                .bind(&id)
                .execute(&mut *tx)
                .await
                .unwrap();
            id
        }
    };
    let Some(id) = id else {
        tx.commit().await.unwrap();
        return Err(Refused::balance());
    };
    let row = sqlx::query("SELECT * FROM transfers WHERE id = $1")
        .bind(&id)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Ok(json(&row))
}

/// Makes a transfer; answers its identifier.
async fn insert(connection: &mut SqliteConnection, request: &Request) -> Result<String, Refused> {
    let needed = |name: &'static str| request.get(name).ok_or_else(|| Refused::parameter(name));
    let (currency, destination) = (needed("currency")?, needed("destination")?);
    // Currencies of three decimals move in steps of ten (docs.stripe.com/currencies).
    let step = if ["bhd", "jod", "kwd", "omr", "tnd"].contains(&currency) { 10 } else { 1 };
    let amount = request.number("amount")?.filter(|amount| *amount > 0 && amount % step == 0);
    let amount = amount.ok_or_else(|| Refused::parameter("amount"))?;
    let mut metadata = String::new();
    for (name, value) in request.members("metadata") {
        let comma = if metadata.is_empty() { "" } else { "," };
        let _ = write!(metadata, r#"{comma}"{name}":"{value}""#);
    }
    let sql = "INSERT INTO transfers (id, created, amount, currency, destination, transfer_group, description, \
                   metadata) \
               VALUES ('tr_' || lower(hex(randomblob(12))), 1764000000, $1, $2, $3, $4, $5, $6) RETURNING id";
    let id: String = sqlx::query_scalar(sql)
        .bind(amount)
        .bind(currency)
        .bind(destination)
        .bind(request.get("transfer_group"))
        .bind(request.get("description"))
        .bind(&metadata)
        .fetch_one(connection)
        .await
        .unwrap();
    Ok(id)
}

pub(super) async fn list(pool: &SqlitePool, request: &Request) -> Result<String, Refused> {
    let group =
        request.get("transfer_group").ok_or_else(|| Refused::parameter("transfer_group"))?;
    let sql = "SELECT * FROM transfers WHERE transfer_group = $1 ORDER BY seq DESC LIMIT 100";
    let rows = sqlx::query(sql).bind(group).fetch_all(pool).await.unwrap();
    let data: Vec<String> = rows.iter().map(json).collect();
    let data = data.join(",");
    Ok(format!(r#"{{"object":"list","data":[{data}],"has_more":false,"url":"/v1/transfers"}}"#))
}

fn json(row: &SqliteRow) -> String {
    let text = |name: &str| match row.get::<Option<String>, _>(name) {
        Some(text) => format!("\"{text}\""),
        None => "null".to_owned(),
    };
    let id: String = row.get("id");
    format!(
        r#"{{"id":"{id}","object":"transfer","amount":{amount},"amount_reversed":0,
            "balance_transaction":"txn_{id}","created":{created},"currency":"{currency}",
            "description":{description},"destination":"{destination}","destination_payment":"py_{id}",
            "livemode":false,"metadata":{{{metadata}}},"reversals":{{"data":[],"has_more":false,
            "object":"list","url":"/v1/transfers/{id}/reversals"}},"reversed":false,
            "source_transaction":null,"source_type":"card","transfer_group":{group}}}"#,
        amount = row.get::<i64, _>("amount"),
        created = row.get::<i64, _>("created"),
        currency = row.get::<String, _>("currency"),
        description = text("description"),
        destination = row.get::<String, _>("destination"),
        metadata = row.get::<String, _>("metadata"),
        group = text("transfer_group"),
    )
}
