//! Reads what an Organization should have: its own row, where its apps are, and what the catalog says of them.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::environment::{EnvironmentName, Stage};
use sovereign_domain::services::Dedicated;

use super::manifests::{AppSpec, Desired, Environment, Plan, service_for};
use crate::blueprints::BlueprintOptions;
use crate::storage::blueprints::{self, State};
use crate::storage::catalog::{self, ItemRow, texts};
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
    first_region: &str,
) -> Result<Loaded, LoadError> {
    let dedicated = &organization.dedicated_services.0;
    let shelf = Shelf { rows: catalog::of_kind(tx, "app").await?, dedicated };
    let plans = catalog::of_kind(tx, "plan").await?;
    let plan = plans.iter().find(|row| row.id == organization.plan_id);
    let placements = environments::placements(tx, &organization.id).await?;
    let rows = environments::list(tx, &organization.id).await?;
    let mut running = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows {
        let (name, stage) = (row.name()?, row.stage()?);
        let region = row.region.unwrap_or_else(|| first_region.to_owned());
        if stage == Stage::Running {
            running.insert(name, BTreeSet::new());
        }
        found.push((name, stage, region));
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
    let used: BTreeSet<&str> = running.values().flatten().map(|(slug, _)| slug.as_str()).collect();
    shelf.verify(tx, &used, signed).await?;
    let environments = found.into_iter().map(|(name, stage, region)| {
        let apps = running.remove(&name).unwrap_or_default();
        let specs = apps.iter().filter_map(|one| shelf.spec(one, signed));
        Environment { name, stage, region, apps: specs.collect() }
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

/// What runs once in an environment: an app or a service, by slug, and the app that has the service for itself.
type Instance = (String, Option<String>);

/// The catalog's apps, and what an Organization's have for themselves.
struct Shelf<'a> {
    rows: Vec<ItemRow>,
    dedicated: &'a Dedicated,
}

impl Shelf<'_> {
    fn find(&self, reference: &str) -> Option<&ItemRow> {
        let by_id = self.rows.iter().find(|row| row.id == reference);
        by_id.or_else(|| self.rows.iter().find(|row| row.slug == reference))
    }

    /// The service that `app` needs: shared, or its own.
    fn instance(&self, service: &ItemRow, app: &str) -> Instance {
        let app_id = self.find(app).map_or(app, |row| &row.id);
        let own = self.dedicated.get(app_id).is_some_and(|own| own.contains(&service.id));
        let shared = service.doc.0["shareable"].as_bool().unwrap_or(false) && !own;
        (service.slug.clone(), (!shared).then(|| app.to_owned()))
    }

    /// Adds an app and all it needs.
    fn collect(
        &self,
        reference: &str,
        found: &mut BTreeSet<Instance>,
        left_out: &mut Vec<String>,
    ) -> Result<(), String> {
        let app = self.known(reference)?;
        let mut waiting = vec![(app, (app.slug.clone(), None))];
        while let Some((row, instance)) = waiting.pop() {
            if row.doc.0["deployable"].as_bool() == Some(false) {
                left_out.push(row.slug.clone());
            } else if found.insert(instance) {
                for need in texts(&row.doc.0["dependencies"]) {
                    let need = self.known(&need)?;
                    waiting.push((need, self.instance(need, &app.slug)));
                }
            }
        }
        Ok(())
    }

    fn known(&self, reference: &str) -> Result<&ItemRow, String> {
        self.find(reference).ok_or_else(|| {
            format!("the catalog has no app {reference:?} any more; bring it back, or uninstall it")
        })
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
        for row in self.rows.iter().filter(is_private) {
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

    fn spec(&self, (slug, for_app): &Instance, signed: &BlueprintOptions) -> Option<AppSpec> {
        let row = self.rows.iter().find(|row| row.slug == *slug)?;
        let doc = &row.doc.0;
        let text = |key: &str| doc[key].as_str().unwrap_or_default().to_owned();
        let port = doc["http_port"].as_u64().and_then(|port| u16::try_from(port).ok());
        let app = for_app.as_ref().unwrap_or(slug);
        let needs = texts(&doc["dependencies"]);
        let needs = needs.iter().filter_map(|need| self.find(need));
        Some(AppSpec {
            slug: name(&(slug.clone(), for_app.clone())),
            chart: text("helm_chart"),
            verified: row.is_private() && signed.has(&text("helm_repo")),
            repository: text("helm_repo"),
            version: Some(text("helm_version")).filter(|version| !version.is_empty()),
            values: Some(&doc["helm_values"]).filter(|values| values.is_object()).cloned(),
            has_pages: doc["kind"].as_str() != Some("service"),
            port: port.filter(|port| *port > 0).unwrap_or(80),
            dependencies: needs.map(|need| name(&self.instance(need, app))).collect(),
        })
    }
}

fn name((slug, for_app): &Instance) -> String {
    for_app.as_ref().map_or_else(|| slug.clone(), |app| service_for(slug, app))
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
