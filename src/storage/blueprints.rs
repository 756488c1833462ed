//! `blueprints`: what was signed of private Blueprints, byte by byte. Their entries are in `catalog_items`.

use std::collections::BTreeMap;

use sovereign_domain::timestamp::Timestamp;

use super::{Error, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct BlueprintRow {
        pub(crate) id: String,
        pub(crate) artifact: Vec<u8>,
        pub(crate) payload: Vec<u8>,
        pub(crate) signature: Vec<u8>,
        pub(crate) digest: String,
        pub(crate) reference: String,
        /// What the key that signed it was called when it was added.
        pub(crate) key_id: String,
        pub(crate) key_fingerprint: String,
        state: String,
        pub(crate) added_by: String,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
    }
}

/// What came of the last verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Verified,
    /// The key that signed it is not trusted any more.
    Untrusted,
    /// It is not what was signed.
    Damaged,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Untrusted => "untrusted",
            Self::Damaged => "damaged",
        }
    }
}

/// What is new of a Blueprint, or anew.
pub(crate) struct NewBlueprint<'a> {
    pub(crate) id: &'a str,
    pub(crate) artifact: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a [u8],
    pub(crate) digest: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) key_fingerprint: &'a str,
    pub(crate) added_by: &'a str,
}

impl BlueprintRow {
    pub(crate) fn state(&self) -> Result<State> {
        let all = [State::Verified, State::Untrusted, State::Damaged];
        let found = all.into_iter().find(|state| state.as_str() == self.state);
        found.ok_or_else(|| Error::corrupt("blueprints.state", &self.state))
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, artifact, payload, signature, digest, reference, key_id, key_fingerprint, \
                 state, added_by, created_at, updated_at FROM blueprints ",
            $rest
        )
    };
}

/// All of them, oldest first.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<BlueprintRow>> {
    let sql = select!("ORDER BY created_at, id");
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<BlueprintRow>> {
    let sql = select!("WHERE id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// Writes a Blueprint that was verified just now, in place of the one that was there, if one was.
pub(crate) async fn put(tx: &mut Tx, new: &NewBlueprint<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO blueprints (id, artifact, payload, signature, digest, reference, key_id, \
                   key_fingerprint, state, added_by, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'verified', $9, $10, $10) \
               ON CONFLICT (id) DO UPDATE SET artifact = excluded.artifact, \
                   payload = excluded.payload, signature = excluded.signature, \
                   digest = excluded.digest, reference = excluded.reference, \
                   key_id = excluded.key_id, key_fingerprint = excluded.key_fingerprint, \
                   state = excluded.state, added_by = excluded.added_by, \
                   updated_at = excluded.updated_at";
    on_db!(tx, c => sqlx::query(sql)
        .bind(new.id)
        .bind(new.artifact)
        .bind(new.payload)
        .bind(new.signature)
        .bind(new.digest)
        .bind(new.reference)
        .bind(new.key_id)
        .bind(new.key_fingerprint)
        .bind(new.added_by)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn set_state(tx: &mut Tx, id: &str, state: State) -> Result<()> {
    let sql = "UPDATE blueprints SET state = $2 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).bind(state.as_str()).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// How many Organizations have each private Blueprint, by identifier; one that nobody has is not there.
pub(crate) async fn installs(tx: &mut Tx) -> Result<BTreeMap<String, i64>> {
    let sql = "SELECT b.id, CAST(COUNT(*) AS bigint) FROM blueprints b \
               JOIN organizations o ON CAST(o.apps AS text) LIKE '%\"' || b.id || '\"%' \
               WHERE o.status <> 'deleted' GROUP BY b.id";
    let rows: Vec<(String, i64)> = on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    Ok(rows.into_iter().collect())
}
