//! `environments` and `app_environments`: where an Organization's apps run.

use std::collections::BTreeMap;

use sovereign_domain::environment::{EnvironmentName, Stage};
use sovereign_domain::timestamp::Timestamp;

use super::{Error, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct EnvironmentRow {
        name: String,
        stage: String,
        /// NULL: the first of the Sovereign's regions.
        pub(crate) region: Option<String>,
        /// When the repository first had this stage of its removal.
        pub(crate) pushed_at: Option<Ts>,
    }
}

impl EnvironmentRow {
    pub(crate) fn name(&self) -> Result<EnvironmentName> {
        parse_name(&self.name)
    }

    pub(crate) fn stage(&self) -> Result<Stage> {
        let unknown = || Error::corrupt("environments", format!("stage {:?}", self.stage));
        Stage::parse(&self.stage).ok_or_else(unknown)
    }
}

fn parse_name(text: &str) -> Result<EnvironmentName> {
    let unknown = || Error::corrupt("environments", format!("name {text:?}"));
    EnvironmentName::parse(text).ok_or_else(unknown)
}

/// An Organization's, the oldest first.
pub(crate) async fn list(tx: &mut Tx, tenant_id: &str) -> Result<Vec<EnvironmentRow>> {
    let sql = "SELECT name, stage, region, pushed_at FROM environments \
               WHERE tenant_id = $1 ORDER BY created_at, name";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// Adds one in the first region; `false` where it is there already.
pub(crate) async fn insert(
    tx: &mut Tx,
    tenant_id: &str,
    name: EnvironmentName,
    now: Timestamp,
) -> Result<bool> {
    insert_in(tx, tenant_id, (name, None), now).await
}

/// Adds one in a region; `false` where it is there already.
pub(crate) async fn insert_in(
    tx: &mut Tx,
    tenant_id: &str,
    (name, region): (EnvironmentName, Option<&str>),
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO environments (tenant_id, name, stage, created_at, region) \
               VALUES ($1, $2, 'running', $3, $4) ON CONFLICT (tenant_id, name) DO NOTHING";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(tenant_id)
        .bind(name.as_str())
        .bind(Ts(now))
        .bind(region)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Writes prod down, which is there without a row, and keeps whoever else changes these environments waiting.
pub(crate) async fn lock(tx: &mut Tx, tenant_id: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO environments (tenant_id, name, stage, created_at) \
               VALUES ($1, 'prod', 'running', $2) \
               ON CONFLICT (tenant_id, name) DO UPDATE SET stage = environments.stage";
    on_db!(tx, c => sqlx::query(sql)
        .bind(tenant_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Brings one to a stage of its removal; the repository does not have it yet.
pub(crate) async fn set_stage(
    tx: &mut Tx,
    tenant_id: &str,
    name: EnvironmentName,
    stage: Stage,
) -> Result<()> {
    let sql = "UPDATE environments SET stage = $3, pushed_at = NULL \
               WHERE tenant_id = $1 AND name = $2";
    on_db!(tx, c => sqlx::query(sql)
        .bind(tenant_id)
        .bind(name.as_str())
        .bind(stage.as_str())
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Notes that the repository has this stage of a removal, or forgets the environment that is gone from it.
/// Where the stage is another one by now, nothing is noted.
pub(crate) async fn note_pushed(
    tx: &mut Tx,
    tenant_id: &str,
    (name, stage): (EnvironmentName, Stage),
    now: Timestamp,
) -> Result<()> {
    if stage == Stage::Gone {
        let sql = "DELETE FROM environments WHERE tenant_id = $1 AND name = $2 AND stage = 'gone'";
        on_db!(tx, c => sqlx::query(sql)
            .bind(tenant_id)
            .bind(name.as_str())
            .execute(c)
            .await
            .map(|_| ()))?;
        return Ok(());
    }
    let sql = "UPDATE environments SET pushed_at = $4 \
               WHERE tenant_id = $1 AND name = $2 AND stage = $3 AND pushed_at IS NULL";
    on_db!(tx, c => sqlx::query(sql)
        .bind(tenant_id)
        .bind(name.as_str())
        .bind(stage.as_str())
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Whether another Organization had this address, and is not gone from the repository yet.
pub(crate) async fn slug_is_in_use(tx: &mut Tx, slug: &str, tenant_id: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM environments e JOIN organizations o ON o.id = e.tenant_id \
               WHERE o.slug = $1 AND o.id <> $2 AND o.status = 'deleted'";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(slug)
        .bind(tenant_id)
        .fetch_one(c)
        .await)?;
    Ok(found > 0)
}

/// The apps that are not in prod.
pub(crate) async fn placements(
    tx: &mut Tx,
    tenant_id: &str,
) -> Result<BTreeMap<String, EnvironmentName>> {
    let sql = "SELECT app_id, environment FROM app_environments WHERE tenant_id = $1";
    let rows: Vec<(String, String)> =
        on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?;
    rows.into_iter().map(|(app, environment)| Ok((app, parse_name(&environment)?))).collect()
}

/// Has an app run in an environment, whether it is installed already or not.
pub(crate) async fn place(
    tx: &mut Tx,
    tenant_id: &str,
    app_id: &str,
    environment: EnvironmentName,
) -> Result<()> {
    let sql = "INSERT INTO app_environments (tenant_id, app_id, environment) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, app_id) DO UPDATE SET environment = excluded.environment";
    on_db!(tx, c => sqlx::query(sql)
        .bind(tenant_id)
        .bind(app_id)
        .bind(environment.as_str())
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Forgets where an app was to run.
pub(crate) async fn forget(tx: &mut Tx, tenant_id: &str, app_id: &str) -> Result<()> {
    let sql = "DELETE FROM app_environments WHERE tenant_id = $1 AND app_id = $2";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).bind(app_id).execute(c).await.map(|_| ()))?;
    Ok(())
}
