//! `settings`: the one row of what is configured while the Sovereign runs.

use sovereign_domain::timestamp::Timestamp;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// Secrets are encrypted, but for those that an earlier service left in plain.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct SettingsRow {
        pub(crate) stripe_secret_key: Option<String>,
        pub(crate) stripe_webhook_secret: Option<String>,
        pub(crate) stripe_public_key: String,
        pub(crate) stripe_secret_key_sealed: Option<String>,
        pub(crate) stripe_webhook_secret_sealed: Option<String>,
        pub(crate) former_webhook_secret_sealed: Option<String>,
        pub(crate) former_webhook_secret_until: Option<Ts>,
        pub(crate) updated_at: Ts,
    }
}

/// The settings; where nobody has set any, empty ones of the Sovereign's first start.
pub(crate) async fn find(tx: &mut Tx) -> Result<SettingsRow> {
    let sql = "SELECT s.stripe_secret_key, s.stripe_webhook_secret, \
                   COALESCE(s.stripe_public_key, '') AS stripe_public_key, \
                   s.stripe_secret_key_sealed, s.stripe_webhook_secret_sealed, \
                   s.former_webhook_secret_sealed, s.former_webhook_secret_until, \
                   COALESCE(s.updated_at, v.created_at) AS updated_at \
               FROM sovereign v LEFT JOIN settings s ON s.id = 1 WHERE v.id = 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?)
}

/// As [`find`], for a change: whoever else wants to change them waits until this transaction ends.
pub(crate) async fn find_locked(tx: &mut Tx, now: Timestamp) -> Result<SettingsRow> {
    let sql = "INSERT INTO settings (id, stripe_public_key, updated_at) VALUES (1, '', $1) \
               ON CONFLICT (id) DO UPDATE SET updated_at = settings.updated_at";
    on_db!(tx, c => sqlx::query(sql).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    find(tx).await
}

pub(crate) async fn update(tx: &mut Tx, row: &SettingsRow) -> Result<()> {
    let sql = "UPDATE settings SET stripe_secret_key = $1, stripe_webhook_secret = $2, \
                   stripe_public_key = $3, stripe_secret_key_sealed = $4, \
                   stripe_webhook_secret_sealed = $5, former_webhook_secret_sealed = $6, \
                   former_webhook_secret_until = $7, updated_at = $8 \
               WHERE id = 1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.stripe_secret_key)
        .bind(&row.stripe_webhook_secret)
        .bind(&row.stripe_public_key)
        .bind(&row.stripe_secret_key_sealed)
        .bind(&row.stripe_webhook_secret_sealed)
        .bind(&row.former_webhook_secret_sealed)
        .bind(row.former_webhook_secret_until)
        .bind(row.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
