//! `passwords` of administrators.

use sovereign_domain::timestamp::Timestamp;

use super::{Result, Ts, Tx, on_db};

/// The hash of an administrator's password, with the user's identifier; by e-mail address in lower case.
pub(crate) async fn find_by_email(tx: &mut Tx, email: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT u.id, p.hash FROM users u JOIN passwords p ON p.user_id = u.id \
               WHERE lower(u.email) = $1 AND u.role <> 'member' ORDER BY u.id LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(email).fetch_optional(c).await)?)
}

/// Sets it, or takes it away.
pub(crate) async fn set(
    tx: &mut Tx,
    user_id: &str,
    hash: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let remove = "DELETE FROM passwords WHERE user_id = $1";
    on_db!(tx, c => sqlx::query(remove).bind(user_id).execute(c).await.map(|_| ()))?;
    let Some(hash) = hash else { return Ok(()) };
    let sql = "INSERT INTO passwords (user_id, hash, updated_at) VALUES ($1, $2, $3)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(user_id)
        .bind(hash)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
