//! Lists and search, newest first (docs.stripe.com/api/pagination, docs.stripe.com/search).

use std::borrow::Borrow;

use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::state::{State, number};

type Params = Map<String, Value>;

/// A page of `object`s, by `created` and by the members that are named.
pub(super) fn list(
    state: &State,
    object: &str,
    path: &str,
    params: &Params,
    members: &[&str],
) -> Result<Value, ApiError> {
    let fits = |row: &Value| {
        let equal =
            |member: &&str| params.get(*member).is_none_or(|wanted| row[*member] == *wanted);
        in_range(number(row, "created"), params.get("created")) && members.iter().all(equal)
    };
    let rows = state.tables.get(object).map(|table| &table.rows[..]).unwrap_or_default();
    let rows = rows.iter().rev().filter(|row| !row.is_null() && fits(row));
    let rows: Vec<&Value> = rows.collect();
    page(&rows, path, params)
}

pub(super) fn page<R: Borrow<Value>>(
    rows: &[R],
    path: &str,
    params: &Params,
) -> Result<Value, ApiError> {
    let limit = params.get("limit").map_or(10, |limit| limit.as_i64().unwrap());
    if !(1..=100).contains(&limit) {
        let message = "Invalid integer: limit must be between 1 and 100";
        return Err(ApiError::invalid(message).param("limit").code("parameter_invalid_integer"));
    }
    let limit = usize::try_from(limit).unwrap();
    let place = |cursor: &str| -> Result<Option<usize>, ApiError> {
        let Some(id) = params.get(cursor) else { return Ok(None) };
        let found = rows.iter().position(|row| row.borrow()["id"] == *id);
        let id = id.as_str().unwrap_or_default();
        found.map(Some).ok_or_else(|| ApiError::no_such("object", id, cursor))
    };
    let (range, has_more) = match (place("starting_after")?, place("ending_before")?) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of: starting_after, ending_before";
            return Err(ApiError::invalid(message).code("parameters_exclusive"));
        }
        (None, Some(end)) => {
            let start = end.saturating_sub(limit);
            (start..end, start > 0)
        }
        (after, None) => {
            let start = after.map_or(0, |place| place + 1);
            let end = rows.len().min(start + limit);
            (start..end, end < rows.len())
        }
    };
    let data: Vec<_> = rows[range].iter().map(Borrow::borrow).collect();
    Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": path }))
}

/// A moment, or `gt`, `gte`, `lt`, `lte`.
pub(super) fn in_range(value: i64, range: Option<&Value>) -> bool {
    match range {
        None | Some(Value::Null) => true,
        Some(Value::Object(bounds)) => bounds.iter().all(|(bound, limit)| {
            let limit = limit.as_i64().unwrap();
            match bound.as_str() {
                "gt" => value > limit,
                "gte" => value >= limit,
                "lt" => value < limit,
                _ => value <= limit,
            }
        }),
        Some(exact) => exact.as_i64() == Some(value),
    }
}

/// Charges by clauses such as `metadata['sovereign']:'a.example'` and `created>1700000000`, joined by AND.
/// What was made in the last minute is not found yet: docs.stripe.com/search, "Data freshness".
pub(super) fn search_charges(state: &State, params: &Params) -> Result<Value, ApiError> {
    let query = params["query"].as_str().unwrap();
    let clauses: Vec<_> =
        query.split(" AND ").map(|clause| clause_of(clause.trim())).collect::<Result<_, _>>()?;
    let seen_until = state.now - state.search_lag_seconds;
    let rows = state.tables.get("charge").map(|table| &table.rows[..]).unwrap_or_default();
    let fits = |row: &&Value| {
        number(row, "created") <= seen_until && clauses.iter().all(|clause| clause(row))
    };
    let found: Vec<&Value> = rows.iter().rev().filter(fits).collect();
    let start = match params.get("page").and_then(Value::as_str) {
        None => 0,
        Some(page) => page.parse().map_err(|_| ApiError::invalid("Invalid page").param("page"))?,
    };
    let rest =
        Params::from_iter(params.get("limit").map(|limit| ("limit".to_owned(), limit.clone())));
    let rows = found.get(start..).unwrap_or_default();
    let mut answer = page(rows, "/v1/charges/search", &rest)?;
    answer["object"] = "search_result".into();
    let next = start + answer["data"].as_array().unwrap().len();
    let more = answer["has_more"] == true;
    answer["next_page"] = if more { next.to_string().into() } else { Value::Null };
    Ok(answer)
}

type Clause = Box<dyn Fn(&Value) -> bool>;

fn clause_of(clause: &str) -> Result<Clause, ApiError> {
    let bad = || ApiError::invalid(format!("Invalid search clause: {clause}")).param("query");
    let unquoted = |text: &str| text.trim_matches(['\'', '"']).to_owned();
    if let Some(rest) = clause.strip_prefix("metadata[") {
        let (name, value) = rest.split_once("]:").ok_or_else(bad)?;
        let (name, value) = (unquoted(name), unquoted(value));
        return Ok(Box::new(move |row| row["metadata"][&name] == value.as_str()));
    }
    for (sign, bound) in [(">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt")] {
        if let Some((name @ ("created" | "amount"), limit)) = clause.split_once(sign) {
            let limit: i64 = limit.parse().map_err(|_| bad())?;
            let (name, range) = (name.to_owned(), json!({ bound: limit }));
            return Ok(Box::new(move |row| in_range(number(row, &name), Some(&range))));
        }
    }
    let (name, value) = clause.split_once(':').ok_or_else(bad)?;
    if !["currency", "customer", "status"].contains(&name) {
        return Err(bad());
    }
    let (name, value) = (name.to_owned(), unquoted(value));
    Ok(Box::new(move |row| row[&name] == value.as_str()))
}
