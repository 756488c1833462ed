//! Transfers: each key makes one, however often it comes.

use std::fmt::Write as _;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqlitePool};

use super::server::{Refused, Request};

pub(super) async fn create(pool: &SqlitePool, request: &Request) -> Result<String, Refused> {
    let key = request.key.as_deref().ok_or_else(|| Refused::parameter("Idempotency-Key"))?;
    let needed = |name: &'static str| request.get(name).ok_or_else(|| Refused::parameter(name));
    let amount = request.number("amount")?.filter(|amount| *amount > 0);
    let amount = amount.ok_or_else(|| Refused::parameter("amount"))?;
    let (currency, destination) = (needed("currency")?, needed("destination")?);
    let mut metadata = String::new();
    for (name, value) in request.members("metadata") {
        let comma = if metadata.is_empty() { "" } else { "," };
        let _ = write!(metadata, r#"{comma}"{name}":"{value}""#);
    }
    let made = "INSERT INTO transfers (id, key, body, created, amount, currency, destination, transfer_group, \
                    description, metadata) \
                SELECT printf('tr_%024d', COUNT(*)), $1, $2, 1700000000 + COUNT(*), $3, $4, $5, $6, $7, $8 \
                FROM transfers WHERE TRUE ON CONFLICT (key) DO NOTHING";
    sqlx::query(made)
        .bind(key)
        .bind(&request.encoded)
        .bind(amount)
        .bind(currency)
        .bind(destination)
        .bind(request.get("transfer_group"))
        .bind(request.get("description"))
        .bind(&metadata)
        .execute(pool)
        .await
        .unwrap();
    let row = sqlx::query("SELECT * FROM transfers WHERE key = $1")
        .bind(key)
        .fetch_one(pool)
        .await
        .unwrap();
    if row.get::<String, _>("body") != request.encoded {
        return Err(Refused::other_parameters());
    }
    Ok(json(&row))
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
