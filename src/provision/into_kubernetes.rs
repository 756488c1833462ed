//! An attempt that ends in the objects of a Kubernetes API.
//!
//! An Organization is applied before its Applications, and outlives them. What is still being removed is waited
//! for: the attempt fails for now, and says so.

use kube::api::DynamicObject;
use sovereign_domain::environment::Stage;

use super::desired::Loaded;
use super::kubernetes::{Cluster, ClusterError, Found, apply, delete};
use super::manifests::objects::{self, Objects};
use super::manifests::{Desired, Platform, Slug};
use super::work::{Attempt, Failure, rendered, show};
use crate::app::App;
use crate::fail_point::reach;

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        Self { reason: error.reason, may_pass: error.may_pass }
    }
}

/// Renders, applies and prunes; answers which state of the Organization that is.
pub(super) async fn bring(
    app: &App,
    cluster: &Cluster,
    attempt: &mut Attempt,
    (platform, loaded): (&Platform, &Loaded),
) -> Result<Option<String>, Failure> {
    let desired = &loaded.desired;
    let slug = Slug::new(&desired.slug)?;
    let objects = objects::render(platform, desired, &cluster.namespace)?;
    let count = objects.applications.len().saturating_add(objects.organization.iter().len());
    attempt.steps.complete(rendered(&format!("{count} objects"), loaded), app.clock.now());
    let found = cluster.find(&slug).await?;
    check(&found, desired, &objects)?;
    let changed = apply_all(cluster, &slug, &objects, &found).await?;
    let said = match changed {
        0 => "nothing to change".to_owned(),
        changed => format!("{changed} objects are new or changed"),
    };
    attempt.steps.complete(said, app.clock.now());
    show(app, attempt).await?;
    reach!("provision_applied");
    let removed = prune(cluster, &objects, &found).await?;
    reach!("provision_pruned");
    let said = if removed == 0 { String::new() } else { format!("{removed} objects are removed") };
    attempt.steps.complete(said, app.clock.now());
    Ok(Some(objects.revision))
}

/// Whether what is there is this Organization's, and gone where it should be by now.
fn check(found: &Found, desired: &Desired, objects: &Objects) -> Result<(), Failure> {
    if let Some(organization) = &found.organization {
        let owner = organization.metadata.annotations.as_ref();
        let owner = owner.and_then(|all| all.get("sovereign/organization-id"));
        if owner != Some(&desired.id) {
            let whose = owner.map_or("nobody", String::as_str);
            return Err(wait(format!(
                "the Organization {} in the cluster is {whose}'s; it has to be removed there first",
                desired.slug
            )));
        }
        if objects.organization.is_some() {
            check_stays(organization)?;
        }
    }
    let emptied = desired.environments.iter().filter(|one| one.stage > Stage::WithoutApps);
    let emptied: Vec<&str> = emptied.map(|one| one.name.as_str()).collect();
    for application in found.applications.values() {
        let labels = application.metadata.labels.as_ref();
        let environment = labels.and_then(|all| all.get("sovereign/environment"));
        if environment.is_some_and(|environment| emptied.contains(&environment.as_str())) {
            return Err(wait(still_removed(application)));
        }
    }
    Ok(())
}

/// An object that is on its way out takes what is applied to it along.
fn check_stays(object: &DynamicObject) -> Result<(), Failure> {
    match object.metadata.deletion_timestamp {
        Some(_) => Err(wait(still_removed(object))),
        None => Ok(()),
    }
}

fn still_removed(object: &DynamicObject) -> String {
    let name = object.metadata.name.as_deref().unwrap_or_default();
    let finalizers = object.metadata.finalizers.as_deref().unwrap_or_default();
    if finalizers.is_empty() {
        return format!("{name} is still there, and is to be removed first");
    }
    format!("{name} is still being removed; it waits for {}", finalizers.join(", "))
}

fn wait(reason: String) -> Failure {
    Failure { reason, may_pass: true }
}

/// Answers how many objects are not what they were.
async fn apply_all(
    cluster: &Cluster,
    slug: &Slug,
    objects: &Objects,
    found: &Found,
) -> Result<usize, Failure> {
    let mut changed = 0_usize;
    let mut note = |before: Option<&DynamicObject>, now: &DynamicObject| {
        let version = |object: &DynamicObject| object.metadata.resource_version.clone();
        changed = changed.saturating_add(usize::from(before.and_then(version) != version(now)));
        check_stays(now)
    };
    if let Some(organization) = &objects.organization {
        let now = apply(&cluster.organizations, slug.as_str(), organization).await?;
        note(found.organization.as_ref(), &now)?;
    }
    for (name, application) in &objects.applications {
        let now = apply(&cluster.applications, name, application).await?;
        note(found.applications.get(name), &now)?;
    }
    Ok(changed)
}

/// Removes what should not be there; answers how many objects that were.
async fn prune(cluster: &Cluster, objects: &Objects, found: &Found) -> Result<usize, Failure> {
    let mut removed = 0_usize;
    for (name, application) in &found.applications {
        if !objects.applications.contains_key(name) {
            delete(&cluster.applications, application).await?;
            removed = removed.saturating_add(1);
        }
    }
    if let (Some(organization), None) = (&found.organization, &objects.organization) {
        delete(&cluster.organizations, organization).await?;
        removed = removed.saturating_add(1);
    }
    Ok(removed)
}
