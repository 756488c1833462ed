//! `password_networks`: from which networks somebody signed in, with a password or by mail.

use sovereign_domain::timestamp::Timestamp;

use super::{Result, Ts, Tx, on_db};

/// The roles of the users with an e-mail address, each with how often they came from this network since
/// `since`: once or not at all.
pub(crate) async fn seen(
    tx: &mut Tx,
    email: &str,
    network: &str,
    since: Timestamp,
) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT u.role, (SELECT count(*) FROM password_networks n \
                   WHERE n.user_id = u.id AND n.network = $2 AND n.last_at > $3) \
               FROM users u WHERE lower(u.email) = lower($1)";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(email)
        .bind(network)
        .bind(Ts(since))
        .fetch_all(c)
        .await)?)
}

pub(crate) async fn remember(
    tx: &mut Tx,
    user_id: &str,
    network: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO password_networks (user_id, network, last_at) VALUES ($1, $2, $3) \
               ON CONFLICT (user_id, network) DO UPDATE SET last_at = excluded.last_at";
    on_db!(tx, c => sqlx::query(sql)
        .bind(user_id)
        .bind(network)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Removes those of a user, who is known nowhere then.
pub(crate) async fn forget_of(tx: &mut Tx, user_id: &str) -> Result<()> {
    let sql = "DELETE FROM password_networks WHERE user_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(user_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Removes those that nobody came from since `before`.
pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Result<()> {
    let sql = "DELETE FROM password_networks WHERE last_at < $1";
    on_db!(tx, c => sqlx::query(sql).bind(Ts(before)).execute(c).await.map(|_| ()))?;
    Ok(())
}
