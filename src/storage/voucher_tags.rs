//! `tags` and `voucher_tags`: the words by which administrators sort vouchers.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};

use super::batch::{self, batch_row};
use super::vouchers::CodeKey;
use super::{Connection, Result, Ts, Tx, on_db};

/// The most tags that a form offers.
const MOST: i64 = 500;

/// The tags of vouchers; those that have none are absent.
pub(crate) type Tags = BTreeMap<Code, Vec<Tag>>;

from_row! {
    #[derive(Debug)]
    struct Found {
        code: String,
        tag: String,
    }
}

/// The tags of each of these vouchers, in their order.
pub(crate) async fn of(tx: &mut Tx, codes: &[Code]) -> Result<Tags> {
    let sql = "WITH v (wanted) AS ({rows}) SELECT t.code, t.tag FROM v JOIN voucher_tags t ON t.code = v.wanted \
               ORDER BY t.code, t.tag";
    let keys = codes.iter().map(|code| CodeKey { wanted: code.as_str() });
    let found: Vec<Found> = batch::fetch(tx, sql, keys.collect()).await?;
    let mut tags = Tags::new();
    for row in found {
        tags.entry(Code::stored(row.code)).or_default().push(Tag::stored(row.tag));
    }
    Ok(tags)
}

/// All that vouchers have, in their order: the first five hundred.
pub(crate) async fn known(tx: &mut Tx) -> Result<Vec<String>> {
    let sql = "SELECT tag FROM tags ORDER BY tag LIMIT $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(MOST).fetch_all(c).await)?)
}

batch_row! { struct NewTag<'a> { tag: &'a str => "text", created_at: Ts => shared "timestamptz" } }

batch_row! {
    struct NewVoucherTag<'a> {
        code: &'a str => "text",
        tag: &'a str => "text",
        created_at: Ts => "timestamptz",
    }
}

/// Tags vouchers; what one has already stays so.
pub(crate) async fn add(tx: &mut Tx, pairs: &[(&Voucher, &Tag)], now: Timestamp) -> Result<()> {
    // Locked, so that nobody takes the last of a tag away at the same time, and in order, so that two who add some do not
    // wait for each other.
    let sql = "WITH v (tag, created_at) AS ({rows}) \
               INSERT INTO tags (tag, created_at) SELECT tag, created_at FROM v WHERE tag IS NOT NULL \
               ON CONFLICT (tag) DO UPDATE SET created_at = tags.created_at";
    let tags: BTreeSet<&str> = pairs.iter().map(|(_, tag)| tag.as_str()).collect();
    let rows = tags.into_iter().map(|tag| NewTag { tag, created_at: Ts(now) });
    batch::execute(tx, sql, rows.collect()).await?;
    let sql = "WITH v (code, tag, created_at) AS ({rows}) \
               INSERT INTO voucher_tags (code, tag, created_at) \
               SELECT code, tag, created_at FROM v WHERE code IS NOT NULL ON CONFLICT (code, tag) DO NOTHING";
    let rows = pairs.iter().map(|(voucher, tag)| NewVoucherTag {
        code: voucher.code.as_str(),
        tag: tag.as_str(),
        created_at: Ts(voucher.created_at),
    });
    batch::execute(tx, sql, rows.collect()).await?;
    Ok(())
}

batch_row! { struct OldVoucherTag<'a> { code: &'a str => "text", tag: &'a str => shared "text" } }

/// Takes a tag off vouchers; one that no voucher has any more is forgotten.
pub(crate) async fn remove(tx: &mut Tx, tag: &Tag, codes: &[&Code]) -> Result<()> {
    let sql = "SELECT tag FROM tags WHERE tag = $1 FOR UPDATE";
    if let Connection::Postgres(c) = tx.connection() {
        sqlx::query(sql).bind(tag.as_str()).execute(c).await?;
    }
    let sql = "WITH v (code, tag) AS ({rows}) \
               DELETE FROM voucher_tags WHERE (code, tag) IN (SELECT code, tag FROM v)";
    let rows = codes.iter().map(|code| OldVoucherTag { code: code.as_str(), tag: tag.as_str() });
    batch::execute(tx, sql, rows.collect()).await?;
    let sql = "DELETE FROM tags WHERE tag = $1 AND NOT EXISTS (SELECT 1 FROM voucher_tags g WHERE g.tag = $1)";
    on_db!(tx, c => sqlx::query(sql).bind(tag.as_str()).execute(c).await.map(|_| ()))?;
    Ok(())
}
