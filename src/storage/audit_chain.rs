//! The hash chain over the audit log: how a line becomes bytes, and how hashes follow each other.
//!
//! Seals that were written, and other programs, count on every byte of it: docs/AUDIT.md describes it, a
//! test here holds an example of it, and neither can ever change.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Error, Result, Ts, Tx, on_db};

from_row! {
    /// A line of the audit log, `before` and `after` as JSON text.
    #[derive(Debug, Clone)]
    pub(crate) struct Line {
        pub(crate) id: Uuid,
        pub(crate) at: Ts,
        pub(crate) actor: String,
        pub(crate) action: String,
        pub(crate) subject: String,
        pub(crate) tenant_id: Option<String>,
        pub(crate) request_id: String,
        pub(crate) before: Option<String>,
        pub(crate) after: Option<String>,
    }
}

/// A line's columns, as [`Line`] takes them.
macro_rules! line_columns {
    () => {
        "id, at, actor, action, subject, tenant_id, request_id, \
         CAST(before AS text) AS before, CAST(after AS text) AS after"
    };
}
pub(crate) use line_columns;

impl Line {
    /// What was before the action.
    pub(crate) fn before(&self) -> Result<Option<Value>> {
        self.json("before", self.before.as_deref())
    }

    /// What was after the action.
    pub(crate) fn after(&self) -> Result<Option<Value>> {
        self.json("after", self.after.as_deref())
    }

    fn json(&self, column: &str, text: Option<&str>) -> Result<Option<Value>> {
        let value = text.map(serde_json::from_str).transpose();
        value.map_err(|error| {
            Error::corrupt("audit_log", format!("{}: {column} is no JSON: {error}", self.id))
        })
    }

    /// The line as a JSON object: members sorted by name, no spaces, moments in microseconds, and what is
    /// NULL left out (JSON has a `null` of its own). PostgreSQL keeps JSON in another order and spacing than
    /// it came; so both databases' is parsed and written anew.
    fn canonical(&self) -> Result<String> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        add("id", Some(self.id.to_string().into()));
        add("at", Some(self.at.0.micros().into()));
        add("actor", Some(self.actor.as_str().into()));
        add("action", Some(self.action.as_str().into()));
        add("subject", Some(self.subject.as_str().into()));
        add("tenant_id", self.tenant_id.as_deref().map(Value::from));
        add("request_id", Some(self.request_id.as_str().into()));
        add("before", self.before()?);
        add("after", self.after()?);
        let mut object = Value::Object(members);
        object.sort_all_objects();
        Ok(object.to_string())
    }
}

/// The hash after the lines so far: SHA-256 of the hash before a line and the line's bytes.
#[derive(Debug)]
pub(crate) struct Chain(Vec<u8>);

impl Chain {
    /// The hash before the first line of all.
    pub(crate) const GENESIS: [u8; 32] = [0; 32];

    pub(crate) fn after(hash: Vec<u8>) -> Self {
        Self(hash)
    }

    /// # Errors
    /// Where `before` or `after` is no JSON.
    pub(crate) fn add(&mut self, line: &Line) -> Result<()> {
        let line = line.canonical()?;
        self.0 = Sha256::new().chain_update(&self.0).chain_update(line).finalize().to_vec();
        Ok(())
    }

    pub(crate) fn hash(&self) -> &[u8] {
        &self.0
    }
}

/// Lines in the order of their identifiers, from one on and before another.
pub(crate) async fn lines(tx: &mut Tx, from: Uuid, before: Uuid, limit: i64) -> Result<Vec<Line>> {
    const SQL: &str = concat!(
        "SELECT ",
        line_columns!(),
        " FROM audit_log WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3"
    );
    Ok(on_db!(tx, c => sqlx::query_as(SQL)
        .bind(from)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// How many lines there are from one identifier on and before another.
pub(crate) async fn count(tx: &mut Tx, from: Uuid, before: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM audit_log WHERE id >= $1 AND id < $2";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(from).bind(before).fetch_one(c).await)?)
}

#[cfg(test)]
mod tests {
    use sovereign_domain::timestamp::Timestamp;

    use super::*;

    fn line() -> Line {
        Line {
            id: Uuid::from_u128(0x0193_0f2c_5a00_7000_8000_0000_0000_0001),
            at: Ts(Timestamp::parse_rfc3339("2027-03-01T12:00:00.000001Z").unwrap()),
            actor: "root".into(),
            action: "voucher.issue".into(),
            subject: "رصيد \"10\"\n\u{1}\u{7f}/".into(),
            tenant_id: None,
            request_id: "r-1".into(),
            before: None,
            after: Some(
                "{\"é\": 1, \"z\": [{\"b\": null, \"a\": true}], \"B\": -9007199254740993, \
                  \"a\": \"\\u0627\", \"e\": {}}"
                    .into(),
            ),
        }
    }

    /// Recomputed by the program in docs/AUDIT.md.
    #[test]
    fn the_canonical_form_and_the_chain_are_what_they_always_were() {
        let first = line();
        assert_eq!(
            first.canonical().unwrap(),
            "{\"action\":\"voucher.issue\",\"actor\":\"root\",\"after\":{\"B\":-9007199254740993,\
             \"a\":\"ا\",\"e\":{},\"z\":[{\"a\":true,\"b\":null}],\"é\":1},\"at\":1803902400000001,\
             \"id\":\"01930f2c-5a00-7000-8000-000000000001\",\"request_id\":\"r-1\",\
             \"subject\":\"رصيد \\\"10\\\"\\n\\u0001\u{7f}/\"}"
        );
        let second = Line { tenant_id: Some("t".into()), before: Some("null".into()), ..line() };
        let mut chain = Chain::after(Chain::GENESIS.to_vec());
        for (line, expected) in [
            (first, "92626e07c295cce130b656794bbe8706df58e6274b7dcc30214eccc61275b38b"),
            (second, "28b6d5ba85e674410985b11d4d2af6bac16693294cef5e24c282408e5d37897e"),
        ] {
            chain.add(&line).unwrap();
            assert_eq!(crate::hex::encode(chain.hash()), expected);
        }
    }

    #[test]
    fn what_is_null_and_what_is_the_null_of_json_differ() {
        let none = Line { after: None, ..line() };
        let null = Line { after: Some("null".into()), ..line() };
        assert_ne!(none.canonical().unwrap(), null.canonical().unwrap());
        assert!(Line { after: Some("{".into()), ..line() }.canonical().is_err());
    }
}
