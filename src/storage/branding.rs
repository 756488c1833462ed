//! `branding`: the one row of how the Sovereign shows itself.

use sovereign_domain::timestamp::Timestamp;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// All but the logo's bytes, so that pages need not read those. An empty text is one that is not set.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub(crate) struct BrandingRow {
        /// Counts the changes.
        pub(crate) version: i64,
        pub(crate) name: String,
        pub(crate) name_ar: String,
        pub(crate) accent: String,
        pub(crate) accent_dark: String,
        pub(crate) host: String,
        pub(crate) support_email: String,
        pub(crate) support_phone: String,
        pub(crate) support_url: String,
        pub(crate) terms: String,
        pub(crate) terms_ar: String,
        pub(crate) logo_kind: Option<String>,
        pub(crate) logo_digest: Option<String>,
        /// Absent where nothing was ever set.
        pub(crate) updated_at: Option<Ts>,
    }
}

/// What is set; where nothing is, a row of empty texts.
pub(crate) async fn find(tx: &mut Tx) -> Result<BrandingRow> {
    let sql = "SELECT version, name, name_ar, accent, accent_dark, host, support_email, support_phone, \
                   support_url, terms, terms_ar, logo_kind, logo_digest, updated_at \
               FROM branding WHERE id = 1";
    let found: Option<BrandingRow> = on_db!(tx, c => sqlx::query_as(sql).fetch_optional(c).await)?;
    Ok(found.unwrap_or_default())
}

/// As [`find`], for a change: whoever else wants to change it waits until this transaction ends.
pub(crate) async fn find_locked(tx: &mut Tx, now: Timestamp) -> Result<BrandingRow> {
    let sql = "INSERT INTO branding (id, version, name, name_ar, accent, accent_dark, host, \
                   support_email, support_phone, support_url, terms, terms_ar, updated_at) \
               VALUES (1, 0, '', '', '', '', '', '', '', '', '', '', $1) \
               ON CONFLICT (id) DO UPDATE SET version = branding.version";
    on_db!(tx, c => sqlx::query(sql).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    find(tx).await
}

/// Writes the texts. The logo stays.
pub(crate) async fn update(tx: &mut Tx, row: &BrandingRow) -> Result<()> {
    let sql = "UPDATE branding SET version = $1, name = $2, name_ar = $3, accent = $4, accent_dark = $5, \
                   host = $6, support_email = $7, support_phone = $8, support_url = $9, terms = $10, \
                   terms_ar = $11, updated_at = $12 \
               WHERE id = 1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(row.version)
        .bind(&row.name)
        .bind(&row.name_ar)
        .bind(&row.accent)
        .bind(&row.accent_dark)
        .bind(&row.host)
        .bind(&row.support_email)
        .bind(&row.support_phone)
        .bind(&row.support_url)
        .bind(&row.terms)
        .bind(&row.terms_ar)
        .bind(row.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes the logo, or takes it away. The texts stay.
pub(crate) async fn update_logo(
    tx: &mut Tx,
    row: &BrandingRow,
    bytes: Option<&[u8]>,
) -> Result<()> {
    let sql = "UPDATE branding SET version = $1, logo_kind = $2, logo_digest = $3, logo = $4, \
                   updated_at = $5 \
               WHERE id = 1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(row.version)
        .bind(&row.logo_kind)
        .bind(&row.logo_digest)
        .bind(bytes)
        .bind(row.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The bytes of the logo that has this digest.
pub(crate) async fn logo(tx: &mut Tx, kind: &str, digest: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT logo FROM branding WHERE id = 1 AND logo_kind = $1 AND logo_digest = $2";
    let logo = on_db!(tx, c =>
        sqlx::query_scalar(sql).bind(kind).bind(digest).fetch_optional(c).await)?;
    Ok(logo)
}
