//! `sovereign org import`

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use serde_json::json;
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::money::Currency;

use super::{trusted, write_whole};
use crate::app::command_line_actor;
use crate::auth::KeyRing;
use crate::bundle::{Identity, Progress};
use crate::cli::output::{Failure, answer, answer_json, say, table};
use crate::cli::{Common, clock};
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::usecase::moves::import::{ImportError, Imported, Target, import, look};
use crate::usecase::moves::plan::{Bundle, Choices, Note, Place, Plan, Told};
use crate::usecase::start;

/// A bundle as large as this is worth being told about while it is read.
const WORTH_TELLING: u64 = 64 << 20;

/// Import an Organization that another Sovereign has exported
///
/// All of the bundle is checked before anything is written, and all of it is written in one transaction. It then is
/// as frozen here as it is at its source: give the receipt to the source, which confirms it and answers with a release,
/// and activate it with that. Importing the same bundle again changes nothing and answers the same receipt. See
/// docs/MOVING.md.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org import kestrel.bundle --from a.example --keys a.jwks --dry-run
  sovereign org import kestrel.bundle --from a.example --keys a.jwks --slug kestrel-2

Exit codes:
  0  done, or nothing is in the way
  1  something is in the way: the plan says what, and what to do
  2  wrong usage or configuration, or the bundle is refused
  3  the database or the network is not available")]
pub(in crate::cli) struct Import {
    #[command(flatten)]
    common: Common,
    /// The file that `sovereign org export` wrote
    bundle: PathBuf,
    /// The Sovereign that exported it, such as a.example
    #[arg(long, value_name = "FQDN")]
    from: String,
    /// Its public keys, as it answers /.well-known/jwks.json
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Tell what would be done and what is in the way; change nothing
    #[arg(long)]
    dry_run: bool,
    /// Where the receipt goes [default: beside the bundle]
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// The address that it is to have here, if not its own
    #[arg(long)]
    slug: Option<String>,
    /// Both Sovereigns charge cards on one account at Stripe
    #[arg(long)]
    same_stripe_account: bool,
    /// Take it back from another Sovereign than it left for: both have said that it went on
    #[arg(long)]
    from_elsewhere: bool,
    /// What `age-keygen` wrote, for a bundle that is encrypted
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let keys = trusted(&self.keys)?;
        let identity = match &self.identity {
            Some(path) => Some(Identity::read(path).map_err(Failure::usage)?),
            None => None,
        };
        let bundle = Bundle {
            place: Place::Path(self.bundle.clone()),
            fqdn: self.from.clone(),
            keys,
            identity,
            told: told(),
        };
        let choices = Choices {
            slug: self.slug.clone(),
            same_stripe_account: self.same_stripe_account,
            from_elsewhere: self.from_elsewhere,
        };
        if self.dry_run {
            let looked = at_home(&self.common, async |target| {
                look((target.store, target.facts), &bundle, &choices).await
            });
            let (_, plan) = looked.await?.map_err(|error| self.refused(error))?;
            self.show(&plan, None);
            return if plan.conflicts.is_empty() { Ok(()) } else { Err(Failure::said()) };
        }
        let imported =
            at_home(&self.common, async |target| import(target, &bundle, &choices).await);
        let imported = imported.await?.map_err(|error| self.refused(error))?;
        let path = self.receipt.clone().unwrap_or_else(|| beside(&self.bundle));
        write_whole(&path, &imported.receipt)?;
        self.show(&imported.plan, Some((&imported, path.as_path())));
        Ok(())
    }

    /// What is in the way is answered as a plan.
    fn refused(&self, error: ImportError) -> Failure {
        match error {
            ImportError::Conflicts(plan) => {
                self.show(&plan, None);
                Failure::said()
            }
            ImportError::Storage(error) => error.into(),
            other => Failure::usage(other),
        }
    }

    fn show(&self, plan: &Plan, done: Option<(&Imported, &Path)>) {
        if self.common.json {
            let done = done.map(|(imported, path)| {
                json!({ "receipt": path.display().to_string(), "is_new": imported.is_new })
            });
            answer_json(&json!({ "plan": plan, "imported": done }));
            return;
        }
        answer(table(&lines(plan)));
        for (word, notes) in [("warning", &plan.warnings), ("in the way", &plan.conflicts)] {
            for Note { detail, remedy, .. } in notes {
                answer(format_args!("{word}: {detail}; {remedy}"));
            }
        }
        if let Some((imported, path)) = done {
            let when = if imported.is_new { "imported" } else { "imported before" };
            answer(format_args!(
                "{when}; the receipt is in {}: give it to {}, and activate with the release that it answers",
                path.display(),
                plan.from
            ));
        }
    }
}

/// A plan in short.
fn lines(plan: &Plan) -> Vec<Vec<String>> {
    let money = |minor: i64| match Currency::from_code(&plan.currency) {
        Ok(currency) => currency.format(minor),
        Err(_) => format!("{minor} minor units of {}", plan.currency),
    };
    let rows: u64 = plan.rows.values().sum();
    let state = match (plan.state.as_deref(), plan.returns) {
        (Some("arriving"), _) => "imported, not activated",
        (Some("arrived"), _) => "imported and activated",
        (_, true) => "comes back: its tombstone is replaced",
        (_, false) => "not here yet",
    };
    let line = |name: &str, value: String| vec![name.to_owned(), value];
    vec![
        line("Organization", format!("{} ({})", plan.name, plan.organization_id)),
        line("from", format!("{}, frozen {}", plan.from, plan.exported_at)),
        line("address here", plan.slug.clone()),
        line("state", state.to_owned()),
        line("credit", money(plan.balance_minor)),
        line("owed", money(plan.owed_minor)),
        line("people", format!("{} known here, {} new", plan.people_known, plan.people_new)),
        line("rows", rows.to_string()),
    ]
}

/// Has something done by whoever is at the command line.
pub(super) async fn at_home<T>(
    common: &Common,
    work: impl AsyncFnOnce(&mut Target<'_>) -> T,
) -> Result<T, Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let facts = start::facts(&store).await?;
    let signer = KeyRing::load(&config.data).map_err(Failure::usage)?.signer(None);
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let mut target = Target {
        store: &store,
        facts: &facts,
        actor: &actor,
        now: clock().now(),
        ids: &mut ids,
        signer: &*signer,
    };
    let done = work(&mut target).await;
    store.close().await;
    Ok(done)
}

/// How far a bundle was when somebody was told last.
#[derive(Default)]
struct Heard {
    bytes: u64,
    tenth: u64,
    /// All of a bundle is read twice: to check it, and to write it down.
    again: bool,
}

/// Says how far a large bundle is, a tenth after another.
fn told() -> Told {
    let heard: Mutex<Heard> = Mutex::default();
    Arc::new(move |progress: Progress<'_>| {
        if progress.total_bytes < WORTH_TELLING {
            return;
        }
        let tenth = progress.bytes.saturating_mul(10) / progress.total_bytes;
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.again |= progress.bytes < heard.bytes;
        heard.bytes = progress.bytes;
        if heard.tenth == tenth {
            return;
        }
        heard.tenth = tenth;
        let done = if heard.again { "read" } else { "checked" };
        say(format_args!("{done} {} %: {}", tenth.saturating_mul(10), progress.file));
    })
}

fn beside(bundle: &Path) -> PathBuf {
    let mut name = bundle.as_os_str().to_owned();
    name.push(".receipt.json");
    name.into()
}
