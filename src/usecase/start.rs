//! The first start of a Sovereign, and every later one.

use std::fmt;

use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::vouchers::{self, Expected, Issue, IssueError, Writer};
use super::{catalog, users};
use crate::app::Facts;
use crate::auth::{Role, own_issuer};
use crate::storage::catalog as tier_rows;
use crate::storage::facts::{self, FactsRow};
use crate::storage::users::{self as user_rows, NewUser};
use crate::storage::vouchers as rows;
use crate::storage::{self, Store, Tx};

/// What the configuration says of the Sovereign.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub fqdn: Option<String>,
    pub currency: Option<String>,
    pub demo: bool,
}

#[derive(Debug)]
pub enum StartError {
    /// The configuration and the database do not fit, or the first start lacks something.
    Configuration(String),
    Storage(storage::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(text) => f.write_str(text),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<storage::Error> for StartError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

const DEMO_FQDN: &str = "demo.sovereign.example";
const DEMO_CURRENCY: &str = "OMR";

/// Vouchers of the demo: code, units, description, cap, days the credit lasts.
const DEMO_VOUCHERS: [(&str, i64, &str, i64, i64); 4] = [
    ("OMANTEL-MUSCAT-200", 200, "Muscat launch: 200 OMR for your first apps", 50, 0),
    ("SALALAH-SUMMER-25", 25, "Khareef season credit, good for 90 days", 0, 90),
    ("WELCOME-10", 10, "A first month on us", 0, 0),
    ("PARTNER-ONE-500", 500, "For one partner", 1, 0),
];

/// What a month of an app costs in the demo, in whole units.
const DEMO_TIERS: [(&str, i64); 3] = [("basic", 1), ("standard", 2), ("premium", 4)];

/// Whose tokens the demo's greeting mints.
#[must_use]
pub fn demo_administrator(fqdn: &str) -> String {
    format!("admin@{fqdn}")
}

/// The codes that work in a demo.
#[must_use]
pub fn demo_vouchers() -> Vec<&'static str> {
    DEMO_VOUCHERS.iter().map(|(code, ..)| *code).collect()
}

/// Settles what the first start settles (with the catalog and, in a demo, an administrator and some
/// vouchers), or checks that it still holds.
///
/// # Errors
/// [`StartError`].
pub async fn start(
    store: &Store,
    wanted: &Wanted,
    now: Timestamp,
    ids: &mut (dyn IdSource + Send),
) -> Result<Facts, StartError> {
    let mut tx = store.begin().await?;
    if facts::find(&mut tx).await?.is_none() {
        settle(&mut tx, &first(wanted)?, now).await?;
    }
    // Read back: another process may have had its first start at this moment.
    let facts = check(wanted, stored(&mut tx).await?)?;
    // By what is there, not by the first start: that may have been cut short.
    let unseeded = facts.demo && !rows::any(&mut tx).await?;
    tx.commit().await?;
    if unseeded {
        seed_demo(store, &facts, now, ids).await?;
    }
    Ok(facts)
}

/// Writes down what a first start settles, with the catalog.
pub(super) async fn settle(tx: &mut Tx, settled: &Facts, now: Timestamp) -> storage::Result<()> {
    let row = FactsRow {
        fqdn: settled.fqdn.clone(),
        currency: settled.currency.code().to_owned(),
        demo: settled.demo,
    };
    if facts::insert(tx, &row, now).await? {
        catalog::seed(tx, settled.currency, now).await?;
    }
    Ok(())
}

/// The facts of a database that was started before.
///
/// # Errors
/// Where it was not.
pub async fn facts(store: &Store) -> Result<Facts, StartError> {
    let mut tx = store.read().await?;
    read(stored(&mut tx).await?)
}

async fn stored(tx: &mut Tx) -> Result<FactsRow, StartError> {
    facts::find(tx).await?.ok_or_else(|| {
        let text = "this Sovereign has not been started yet; run `sovereign serve`";
        StartError::Configuration(text.into())
    })
}

fn read(row: FactsRow) -> Result<Facts, StartError> {
    let currency = Currency::from_code(&row.currency)
        .map_err(|error| StartError::Storage(storage::Error::corrupt("sovereign", error)))?;
    Ok(Facts { fqdn: row.fqdn, currency, demo: row.demo })
}

/// What the first start settles, where the configuration says enough.
pub(super) fn first(wanted: &Wanted) -> Result<Facts, StartError> {
    let or_demo = |value: &Option<String>, demo: &str| {
        value.clone().or_else(|| wanted.demo.then(|| demo.to_owned()))
    };
    let fqdn = or_demo(&wanted.fqdn, DEMO_FQDN);
    let currency = or_demo(&wanted.currency, DEMO_CURRENCY);
    let (Some(fqdn), Some(currency)) = (&fqdn, &currency) else {
        let missing = [(&fqdn, "--fqdn omantel.omani.works"), (&currency, "--currency OMR")];
        let missing: Vec<&str> =
            missing.iter().filter(|(value, _)| value.is_none()).map(|(_, flag)| *flag).collect();
        return Err(StartError::Configuration(format!(
            "the first start settles the Sovereign's domain name and currency for good; give \
             {} with your own, or --demo for a trial",
            missing.join(" and ")
        )));
    };
    let currency = Currency::from_code(currency)
        .map_err(|error| StartError::Configuration(format!("currency: {error}")))?;
    Ok(Facts { fqdn: fqdn.clone(), currency, demo: wanted.demo })
}

fn check(wanted: &Wanted, row: FactsRow) -> Result<Facts, StartError> {
    let facts = read(row)?;
    let differs = |key: &str, stored: &str, asked: &str| {
        StartError::Configuration(format!(
            "{key}: this database belongs to a Sovereign with {key} {stored}, not {asked}; \
             leave the setting out, or choose another database"
        ))
    };
    if let Some(fqdn) = wanted.fqdn.as_deref().filter(|fqdn| *fqdn != facts.fqdn) {
        return Err(differs("fqdn", &facts.fqdn, fqdn));
    }
    let currency = facts.currency.code();
    if let Some(asked) = wanted.currency.as_deref().filter(|asked| *asked != currency) {
        return Err(differs("currency", currency, asked));
    }
    if wanted.demo != facts.demo {
        let word = |demo: bool| if demo { "true" } else { "false" };
        return Err(differs("demo", word(facts.demo), word(wanted.demo)));
    }
    Ok(facts)
}

async fn seed_demo(
    store: &Store,
    facts: &Facts,
    now: Timestamp,
    ids: &mut (dyn IdSource + Send),
) -> Result<(), StartError> {
    let email = demo_administrator(&facts.fqdn);
    let administrator = NewUser {
        id: ids.next_id().to_string().into(),
        issuer: own_issuer(&facts.fqdn),
        subject: email.clone(),
        email,
        email_verified: true,
    };
    let mut tx = store.begin().await?;
    users::create(&mut tx, &administrator, ids.next_id(), now).await?;
    let (id, role) = (&administrator.id.0, Role::Superadmin.as_str());
    user_rows::set_role(&mut tx, id, Role::Member.as_str(), role, now).await?;
    for (tier, units) in DEMO_TIERS {
        let price_minor = facts.currency.units_to_minor(units).unwrap_or(0);
        tier_rows::price_tier(&mut tx, tier, price_minor).await?;
    }
    tx.commit().await?;

    let actor = Actor::system("demo");
    for (code, credit_units, description, cap, days) in DEMO_VOUCHERS {
        let mut writer = Writer { store, currency: facts.currency, now, actor: &actor, ids };
        let issue = Issue {
            code: code.to_owned(),
            credit_units,
            description: Some(description.to_owned()),
            active: Some(true),
            max_redemptions: Some(cap),
            credit_valid_days: Some(days),
            campaign: None,
        };
        match Box::pin(vouchers::issue(&mut writer, issue, &Expected::Anything)).await {
            // Nothing was expected, so that nothing can be otherwise.
            Ok(_) | Err(IssueError::Taken(_) | IssueError::Changed(_)) => {}
            Err(IssueError::Storage(error)) => return Err(error.into()),
            Err(IssueError::Field(error)) => {
                return Err(StartError::Configuration(error.to_string()));
            }
        }
    }
    Ok(())
}
