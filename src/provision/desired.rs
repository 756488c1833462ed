//! Reads what an Organization should have: its own row, where its apps are, and what the catalog says of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sovereign_domain::environment::{EnvironmentName, Stage};

use super::manifests::{AppSpec, Desired, Environment, Plan};
use crate::blueprints::BlueprintOptions;
use crate::storage::blueprints::{self, State};
use crate::storage::catalog::{self, ItemRow};
use crate::storage::organizations::OrganizationRow;
use crate::storage::{self, Tx, environments};
use crate::usecase::blueprint_states::state_of;

/// What was found, and what a person should know of it.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) desired: Desired,
    /// Apps that the catalog cannot deploy yet.
    pub(super) left_out: Vec<String>,
}

/// Why it cannot be told.
#[derive(Debug)]
pub(super) enum LoadError {
    /// For people, and what to do.
    Wrong(String),
    Storage(storage::Error),
}

impl From<storage::Error> for LoadError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

pub(super) async fn load(
    tx: &mut Tx,
    organization: &OrganizationRow,
    signed: &BlueprintOptions,
) -> Result<Loaded, LoadError> {
    let shelf = Shelf(catalog::of_kind(tx, "app").await?);
    let plans = catalog::of_kind(tx, "plan").await?;
    let plan = plans.iter().find(|row| row.id == organization.plan_id);
    let placements = environments::placements(tx, &organization.id).await?;
    let rows = environments::list(tx, &organization.id).await?;
    let mut running = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows {
        let (name, stage) = (row.name()?, row.stage()?);
        if stage == Stage::Running {
            running.insert(name, BTreeSet::new());
        }
        found.push((name, stage));
    }
    let mut left_out = Vec::new();
    // Where everything goes, there is nothing to place.
    if !running.is_empty() {
        for app in &organization.apps.0 {
            let environment = placements.get(app).copied().unwrap_or(EnvironmentName::Prod);
            let apps = running.get_mut(&environment).ok_or_else(|| {
                LoadError::Wrong(format!(
                    "the app {app} is to run in {environment}, which the Organization has not; \
                     add that environment, or move the app"
                ))
            })?;
            shelf.collect(app, apps, &mut left_out).map_err(LoadError::Wrong)?;
        }
    }
    let used: BTreeSet<&str> = running.values().flatten().map(String::as_str).collect();
    shelf.verify(tx, &used, signed).await?;
    let environments = found.into_iter().map(|(name, stage)| {
        let apps = running.remove(&name).unwrap_or_default();
        let specs = apps.iter().filter_map(|slug| shelf.spec(slug, signed));
        Environment { name, stage, apps: specs.collect() }
    });
    let desired = Desired {
        id: organization.id.clone(),
        slug: organization.slug.clone(),
        plan: plan.map(read_plan).unwrap_or_default(),
        environments: environments.collect(),
    };
    left_out.sort_unstable();
    left_out.dedup();
    Ok(Loaded { desired, left_out })
}

/// The catalog's apps.
struct Shelf(Vec<ItemRow>);

impl Shelf {
    fn find(&self, reference: &str) -> Option<&ItemRow> {
        let by_id = self.0.iter().find(|row| row.id == reference);
        by_id.or_else(|| self.0.iter().find(|row| row.slug == reference))
    }

    /// Adds an app and all it needs, by slug.
    fn collect(
        &self,
        reference: &str,
        apps: &mut BTreeSet<String>,
        left_out: &mut Vec<String>,
    ) -> Result<(), String> {
        let mut wanted = vec![reference.to_owned()];
        while let Some(reference) = wanted.pop() {
            let row = self.find(&reference).ok_or_else(|| {
                format!(
                    "the catalog has no app {reference:?} any more; bring it back, or uninstall it"
                )
            })?;
            if row.doc.0["deployable"].as_bool() == Some(false) {
                left_out.push(row.slug.clone());
            } else if apps.insert(row.slug.clone()) {
                wanted.extend(dependencies(&row.doc.0));
            }
        }
        Ok(())
    }

    /// What is private goes no further where it is not what a trusted key signed, whatever the last start
    /// found: this is the moment that counts.
    async fn verify(
        &self,
        tx: &mut Tx,
        used: &BTreeSet<&str>,
        signed: &BlueprintOptions,
    ) -> Result<(), LoadError> {
        let is_private = |row: &&ItemRow| row.is_private() && used.contains(&*row.slug);
        for row in self.0.iter().filter(is_private) {
            let blueprint = blueprints::find(tx, &row.id).await?;
            let state = blueprint.map_or(State::Damaged, |found| state_of(row, &found, signed));
            let reason = match state {
                State::Verified => continue,
                State::Untrusted => "is signed by no key that is trusted now",
                State::Damaged => "is not what was signed",
            };
            return Err(LoadError::Wrong(format!(
                "the Blueprint {} {reason}; put a signed one in its place, or uninstall it",
                row.slug
            )));
        }
        Ok(())
    }

    fn spec(&self, slug: &str, signed: &BlueprintOptions) -> Option<AppSpec> {
        let row = self.0.iter().find(|row| row.slug == slug)?;
        let doc = &row.doc.0;
        let text = |key: &str| doc[key].as_str().unwrap_or_default().to_owned();
        let port = doc["http_port"].as_u64().and_then(|port| u16::try_from(port).ok());
        Some(AppSpec {
            slug: slug.to_owned(),
            chart: text("helm_chart"),
            verified: row.is_private() && signed.has(&text("helm_repo")),
            repository: text("helm_repo"),
            version: Some(text("helm_version")).filter(|version| !version.is_empty()),
            values: Some(&doc["helm_values"]).filter(|values| values.is_object()).cloned(),
            has_pages: doc["kind"].as_str() != Some("service"),
            port: port.filter(|port| *port > 0).unwrap_or(80),
            dependencies: dependencies(doc),
        })
    }
}

fn dependencies(doc: &Value) -> Vec<String> {
    let list = doc["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `1 vCPU`, `2 GB`; where it says something else, such as `As used`, there is no bound.
fn read_plan(row: &ItemRow) -> Plan {
    let number = |key: &str, unit: &str| {
        let (number, found) = row.doc.0[key].as_str()?.split_once(' ')?;
        number.parse().ok().filter(|_| found == unit)
    };
    Plan {
        slug: row.slug.clone(),
        cpu: number("cpu", "vCPU"),
        memory_gb: number("memory", "GB"),
        storage_gb: number("storage", "GB"),
    }
}
