//! What an Organization's apps are doing, as its provisions tell.

use std::collections::BTreeMap;

use crate::storage::organizations::OrganizationRow;
use crate::storage::provisions::{self, ProvisionRow, ProvisionStatus};
use crate::storage::{self, Tx};

/// By the app's identifier: `installing`, `installed`, `failed` or `uninstalling`. An app of which no provision
/// knows is not there: nothing was ordered yet.
pub(crate) async fn of(
    tx: &mut Tx,
    organization: &OrganizationRow,
) -> storage::Result<BTreeMap<String, String>> {
    let Some(newest) = provisions::newest(tx, &organization.id).await? else {
        return Ok(BTreeMap::new());
    };
    let done = match newest.status()? {
        ProvisionStatus::Completed => Some(newest.clone()),
        _ => provisions::newest_completed(tx, &organization.id).await?,
    };
    states(&organization.apps.0, &newest, done.as_ref())
}

fn states(
    apps: &[String],
    newest: &ProvisionRow,
    done: Option<&ProvisionRow>,
) -> storage::Result<BTreeMap<String, String>> {
    let there = done.map_or(&[][..], |done| &done.apps.0);
    let failed = newest.status()? == ProvisionStatus::Failed;
    let state = |app: &String| match there.contains(app) {
        true => "installed",
        false if failed => "failed",
        false => "installing",
    };
    let known = apps.iter().filter(|app| newest.apps.0.contains(app) || there.contains(app));
    let mut states: BTreeMap<String, String> =
        known.map(|app| (app.clone(), state(app).to_owned())).collect();
    for app in there.iter().filter(|app| !apps.contains(app)) {
        states.insert(app.clone(), "uninstalling".to_owned());
    }
    Ok(states)
}
