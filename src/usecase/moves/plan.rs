//! What an import would do, and what stands in its way: for a person to read before anything is written.

mod preview;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Serialize;
use sovereign_domain::organization::check_slug;
use sovereign_domain::policy::Policy;
use uuid::Uuid;

use super::people::{Finder, Origin};
use crate::app::Facts;
use crate::bundle::Source;
use crate::storage::catalog::{self, ItemRow};
use crate::storage::move_in::{self, HereRow};
use crate::storage::moves::{self, MoveRow, OUT};
use crate::storage::{self, Tx, migrate, moved_list, policies};
use crate::usecase::organizations::is_reserved;

pub(crate) use self::preview::{Bundle, Place, Preview, Told, preview, text};

/// People who are listed, and codes that are named; of the others it is said how many they are.
const MAX_PEOPLE: usize = 200;
const MAX_CODES: usize = 20;

/// What whoever imports decides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    /// The Organization's address here, if it is to be another.
    pub(crate) slug: Option<String>,
    /// Both Sovereigns charge cards on one account at Stripe: what is saved there is good here too.
    pub(crate) same_stripe_account: bool,
    /// It may come back from another Sovereign than it left for: somebody has asked both.
    pub(crate) from_elsewhere: bool,
}

/// Something in the way, or to be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Note {
    pub(crate) kind: &'static str,
    pub(crate) detail: String,
    /// What to do.
    pub(crate) remedy: String,
}

impl Note {
    fn new(kind: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), remedy: remedy.into() }
    }
}

/// Somebody whom the Organization's rows name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PersonPlan {
    pub(crate) email: String,
    /// Whether a user who is here is linked, or a new one is made.
    pub(crate) is_here: bool,
}

/// What an import would do.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Plan {
    pub(crate) move_id: Uuid,
    pub(crate) organization_id: String,
    pub(crate) name: String,
    /// Its address here.
    pub(crate) slug: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) exported_at: String,
    pub(crate) currency: String,
    pub(crate) balance_minor: i64,
    pub(crate) owed_minor: i64,
    /// What becomes of this bundle here by now: `arriving`, `arrived` or `dropped`; absent where it is new.
    pub(crate) state: Option<String>,
    /// Whether it was here before.
    pub(crate) returns: bool,
    /// Rows by file.
    pub(crate) rows: BTreeMap<String, u64>,
    /// The first of them.
    pub(crate) people: Vec<PersonPlan>,
    /// How many of all are linked to users who are here, and how many are made.
    pub(crate) people_known: usize,
    pub(crate) people_new: usize,
    pub(crate) conflicts: Vec<Note>,
    pub(crate) warnings: Vec<Note>,
}

impl Plan {
    /// Whether the bundle is here already: importing it again changes nothing.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state.as_deref(), Some("arriving" | "arrived"))
    }
}

/// The address that an Organization would have.
pub(super) fn address(preview: &Preview, choices: &Choices) -> String {
    let own = text(&preview.organization, "slug").unwrap_or_default();
    choices.slug.as_deref().unwrap_or(own).to_owned()
}

/// Plans the import of a good bundle; nothing is changed.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn plan(
    tx: &mut Tx,
    facts: &Facts,
    preview: &Preview,
    choices: &Choices,
) -> storage::Result<Plan> {
    let manifest = &preview.manifest;
    let tenant_id = preview.tenant_id();
    let arrival = moves::find(tx, manifest.id).await?.filter(|row| row.direction != OUT);
    let here = move_in::here(tx, tenant_id).await?;
    let returns = here.as_ref().is_some_and(|here| here.moved_to.is_some());
    let rows = manifest.files.iter().map(|file| (file.name.clone(), file.lines)).collect();
    let (people, people_known) = people(tx, preview).await?;
    let mut plan = Plan {
        move_id: manifest.id,
        organization_id: tenant_id.to_owned(),
        name: text(&preview.organization, "name").unwrap_or_default().to_owned(),
        slug: address(preview, choices),
        from: manifest.source.fqdn.clone(),
        to: facts.fqdn.clone(),
        exported_at: manifest.created_at.clone(),
        currency: manifest.source.currency.clone(),
        balance_minor: preview.balance_minor(),
        owed_minor: preview.owed_minor(),
        state: arrival.as_ref().map(|arrival| arrival.state.clone()),
        returns,
        rows,
        people,
        people_known,
        people_new: preview.people.len().saturating_sub(people_known),
        conflicts: Vec::new(),
        warnings: Vec::new(),
    };
    plan.conflicts.extend(other_content(arrival.as_ref(), preview));
    let mut elsewhere = here.as_ref().and_then(|here| from_elsewhere(here, preview));
    if !plan.is_done() {
        plan.conflicts.extend(sovereigns(facts, preview));
        plan.conflicts.extend(elsewhere.take_if(|_| !choices.from_elsewhere));
        if let Some(here) = here.filter(|_| !returns) {
            let detail = format!("an Organization with this identifier is here: {:?}", here.name);
            let remedy =
                "an Organization is at one Sovereign only: ask the source which one has it";
            plan.conflicts.push(Note::new("organization_is_here", detail, remedy));
        }
        if let Some(live) = moves::live(tx, tenant_id).await? {
            let detail = format!("another move of it has not ended here: it is {}", live.state);
            let remedy = "end it first: `sovereign org status` says how";
            plan.conflicts.push(Note::new("move_in_progress", detail, remedy));
        }
        let taken = at_address(tx, &plan).await?;
        plan.conflicts.extend(taken);
        plan.conflicts.extend(domains(tx, preview).await?);
        plan.conflicts.extend(billed_elsewhere(preview, choices));
    }
    plan.warnings = warnings(tx, preview, choices).await?;
    plan.warnings.extend(elsewhere);
    Ok(plan)
}

/// The first of the people, and how many of all are here.
async fn people(tx: &mut Tx, preview: &Preview) -> storage::Result<(Vec<PersonPlan>, usize)> {
    let fqdn = &preview.manifest.source.fqdn;
    let origin = Origin { fqdn, tenant_id: preview.tenant_id() };
    let mut finder = Finder::new(tx, origin).await?;
    let (mut people, mut known) = (Vec::new(), 0);
    for person in &preview.people {
        let is_here = finder.find(tx, person).await?.is_some();
        known += usize::from(is_here);
        if people.len() < MAX_PEOPLE {
            people.push(PersonPlan { email: person.email.clone(), is_here });
        }
    }
    Ok((people, known))
}

/// Whether the two Sovereigns understand each other.
fn sovereigns(facts: &Facts, preview: &Preview) -> Vec<Note> {
    let source = &preview.manifest.source;
    let mut found = Vec::new();
    if source.fqdn == facts.fqdn {
        let detail = "this Sovereign exported the bundle itself";
        let remedy = "import it at the Sovereign that it was exported to";
        found.push(Note::new("same_sovereign", detail, remedy));
    }
    if source.currency != facts.currency.code() {
        let detail = format!(
            "its money is in {}, and this Sovereign's in {}",
            source.currency,
            facts.currency.code()
        );
        let remedy = "move it to a Sovereign of the same currency: nothing is converted";
        found.push(Note::new("currency_differs", detail, remedy));
    }
    let ours = migrate::names().pop().unwrap_or_default();
    found.extend(schemas(source, (&ours, &moved_list::fingerprint())));
    found
}

/// Whether the tables fit. An older source does where what moves is the same here: what it has confirmed cannot be
/// exported again.
fn schemas(source: &Source, (ours, columns): (&str, &str)) -> Option<Note> {
    let theirs = source.schema.as_str();
    // The names begin with numbers of four digits.
    let (kind, remedy) = match theirs.cmp(ours) {
        Ordering::Equal => return None,
        Ordering::Less if source.columns == columns => return None,
        Ordering::Greater => ("newer_schema", "upgrade this Sovereign, and import the bundle then"),
        Ordering::Less => {
            ("older_schema", "have the source upgraded, and the Organization exported again")
        }
    };
    let detail = format!("its tables are those of {theirs}, and here they are {ours}");
    Some(Note::new(kind, detail, remedy))
}

/// The same move, with another content.
fn other_content(arrival: Option<&MoveRow>, preview: &Preview) -> Option<Note> {
    let arrival = arrival.filter(|arrival| arrival.state != "dropped")?;
    if arrival.manifest_sha256.as_deref() == Some(&preview.sha256) {
        return None;
    }
    let detail = "another bundle of this move was imported here";
    let remedy =
        "drop what arrived with `sovereign org drop`, and import the one that the source has now";
    Some(Note::new("other_content", detail, remedy))
}

/// It left for another Sovereign than it comes from.
fn from_elsewhere(here: &HereRow, preview: &Preview) -> Option<Note> {
    let from = &preview.manifest.source.fqdn;
    let moved_to = here.moved_to.as_ref().filter(|moved_to| *moved_to != from)?;
    let detail = format!("it moved from here to {moved_to}, and comes from {from}");
    let remedy = "nobody here can tell whether it went on from the one to the other: ask both, and say \
                  --from-elsewhere if it did";
    Some(Note::new("comes_from_elsewhere", detail, remedy))
}

async fn at_address(tx: &mut Tx, plan: &Plan) -> storage::Result<Option<Note>> {
    let remedy = "give it another address with --slug";
    if check_slug(&plan.slug).is_err() || is_reserved(&plan.slug) {
        let detail = format!("no Organization can have the address {:?} here", plan.slug);
        return Ok(Some(Note::new("address_unusable", detail, remedy)));
    }
    let taken = move_in::at_address(tx, &plan.slug, &plan.organization_id).await?;
    Ok(taken.map(|name| {
        let detail = format!("the address {:?} is that of {name:?} here", plan.slug);
        Note::new("address_taken", detail, remedy)
    }))
}

async fn domains(tx: &mut Tx, preview: &Preview) -> storage::Result<Vec<Note>> {
    let own = preview.list("custom_domains");
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (name, domains) in move_in::domains(tx, preview.tenant_id()).await? {
        for domain in own.iter().filter(|domain| domains.contains(domain)) {
            let detail = format!("the domain {domain:?} is that of {name:?} here");
            let remedy = "have one of the two give the domain up";
            found.push(Note::new("domain_taken", detail, remedy));
        }
    }
    Ok(found)
}

fn billed_elsewhere(preview: &Preview, choices: &Choices) -> Option<Note> {
    let elsewhere = preview.billed_by_stripe && !choices.same_stripe_account;
    elsewhere.then(|| {
        let detail = "Stripe bills its subscription, on the source's account";
        let remedy = "have the source bill it itself (`sovereign subscription bill-here`) and export \
                      it again; or say --same-stripe-account, where it is the same account";
        Note::new("billed_by_stripe", detail, remedy)
    })
}

async fn warnings(tx: &mut Tx, preview: &Preview, choices: &Choices) -> storage::Result<Vec<Note>> {
    let items = catalog::all(tx).await?;
    let (_, policy) = policies::in_force(tx).await?;
    let mut found = offered(preview, &items, &policy);
    let card = text(&preview.customer, "payment_method_id").is_some();
    if card && !choices.same_stripe_account {
        let detail = "its saved card stays with the source's account at Stripe";
        let remedy = "its owner saves a card here; until then only credit pays";
        found.push(Note::new("card_stays", detail, remedy));
    }
    let domains = preview.list("custom_domains");
    if !domains.is_empty() {
        let detail = format!("it has domains of its own: {}", domains.join(", "));
        let remedy = "its owner points them here once it is activated";
        found.push(Note::new("domains_to_point", detail, remedy));
    }
    let codes = preview.codes.iter().cloned().collect();
    let mut known = move_in::known_vouchers(tx, codes).await?;
    known.sort_unstable();
    found.extend(codes_known(&known));
    Ok(found)
}

/// Vouchers of the source and of this Sovereign that are called the same.
fn codes_known(known: &[String]) -> Option<Note> {
    let named = known.get(..MAX_CODES).unwrap_or(known);
    let more = known.len().saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names = named.join(", ");
    let detail = match known.len() {
        0 => return None,
        1 => format!("the source's voucher {names} is called as one of this Sovereign"),
        count => format!(
            "{count} of the source's vouchers are called as ones of this Sovereign: {names}{more}"
        ),
    };
    let remedy = "nothing: each stays another voucher, but reports by code count both";
    Some(Note::new("code_known", detail, remedy))
}

/// What it holds that nobody can order here, or may.
fn offered(preview: &Preview, items: &[ItemRow], policy: &Policy) -> Vec<Note> {
    let plan_id = text(&preview.organization, "plan_id").unwrap_or_default();
    let held = std::iter::once(("plan", plan_id.to_owned()))
        .chain(preview.list("apps").into_iter().map(|id| ("app", id)))
        .chain(preview.list("addons").into_iter().map(|id| ("addon", id)));
    let mut found = Vec::new();
    for (kind, id) in held.filter(|(_, id)| !id.is_empty()) {
        let item = items
            .iter()
            .find(|item| item.kind == kind && (item.id == id || item.slug == id))
            .filter(|item| item.is_listed());
        let Some(item) = item else {
            let detail = format!("its {kind} {id:?} cannot be had here");
            let remedy = "its history stays; before the next renewal, put it into the catalog, or have \
                          its owner choose another: a month without a price is not billed, and raises an alarm";
            found.push(Note::new("not_in_catalog", detail, remedy));
            continue;
        };
        if !is_permitted(policy, item) {
            let detail =
                format!("this Sovereign's policy does not let it have the {kind} {}", item.slug);
            let remedy = "it keeps what it has; allow it, or have its owner choose another";
            found.push(Note::new("policy", detail, remedy));
        }
    }
    found
}

fn is_permitted(policy: &Policy, item: &ItemRow) -> bool {
    match item.kind.as_str() {
        "app" => {
            let denied = policy.denied_apps.contains(&item.slug);
            let allowed = policy.allowed_apps.as_ref();
            let tier = item.doc.0.get("tier").and_then(serde_json::Value::as_str);
            let tiers = policy.allowed_tiers.as_ref().zip(tier);
            !denied
                && allowed.is_none_or(|allowed| allowed.contains(&item.slug))
                && tiers.is_none_or(|(tiers, tier)| tiers.contains(tier))
        }
        "plan" => policy.allowed_plans.as_ref().is_none_or(|allowed| allowed.contains(&item.slug)),
        _ => true,
    }
}
