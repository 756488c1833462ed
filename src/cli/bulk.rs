//! `sovereign voucher generate` and `sovereign voucher import`: many vouchers at once.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sovereign_domain::bulk::BulkState;
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::money::Currency;
use uuid::Uuid;

use super::output::{Failure, answer, answer_json, say, table};
use super::voucher::{all_faults, open};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::storage::Store;
use crate::usecase::bulk::{
    self, Alphabet, BulkError, BulkOperation, Checked, ImportError, NewCodes, Terms,
};
use crate::usecase::vouchers::{Issue, Writer};

/// Make vouchers with random codes, up to 100,000, each worth the same
///
/// Nobody can guess them: what could be guessed is refused. Killed on its way, a running server finishes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher generate 1000 --prefix OMANTEL- --credit 200
  sovereign voucher generate 100000 --alphabet digits --check-character --credit 5 --campaign Bills")]
pub(super) struct GenerateArgs {
    #[command(flatten)]
    common: Common,
    /// How many
    #[arg(allow_negative_numbers = true)]
    count: i64,
    /// What each code begins with
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Random characters of each; by default as many as nobody can guess
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    length: Option<i64>,
    /// What those are: clear (letters and digits that look like no other), letters or digits
    #[arg(long, value_name = "ALPHABET", default_value = Alphabet::default().as_str())]
    alphabet: String,
    /// End each code with the check character of ISO/IEC 7064, MOD 37,36
    #[arg(long)]
    check_character: bool,
    /// Credit of each in whole units of the Sovereign's currency
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    credit: i64,
    /// What they are for; customers see it
    #[arg(long)]
    description: Option<String>,
    /// How often each can be redeemed; 0 = without limit
    #[arg(long, value_name = "COUNT", default_value_t = 1, allow_negative_numbers = true)]
    max_redemptions: i64,
    /// Days the credit lasts after redemption; 0 = for good
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    credit_valid_days: Option<i64>,
    /// The campaign they are in, by name or identifier
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<String>,
}

/// Import the vouchers of a CSV file, all of them or none
///
/// The first line names the columns: code and credit (in whole units), and others that docs/ADMIN.md lists. The
/// list of vouchers as a file can be imported as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher import codes.csv --dry-run
  sovereign voucher import codes.csv
  sovereign voucher import - --json < codes.csv")]
pub(super) struct ImportArgs {
    #[command(flatten)]
    common: Common,
    /// The file; - = standard input
    file: PathBuf,
    /// Say what it would come to, and issue nothing
    #[arg(long)]
    dry_run: bool,
}

impl GenerateArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, facts) = open(&self.common).await?;
        let codes = NewCodes {
            id: None,
            count: self.count,
            prefix: self.prefix,
            length: self.length,
            alphabet: Some(self.alphabet),
            check_character: self.check_character,
            worth: Issue {
                code: String::new(),
                credit_units: self.credit,
                description: self.description,
                active: None,
                max_redemptions: Some(self.max_redemptions),
                credit_valid_days: self.credit_valid_days,
                campaign: self.campaign,
            },
        };
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        let (currency, now) = (facts.currency, clock().now());
        let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
        let asked = bulk::create(&mut writer, &codes).await.map_err(failure)?;
        let operation = carry_out(&store, currency, &mut ids, asked.id).await?;
        store.close().await;
        show(&self.common, &operation, currency)
    }
}

impl ImportArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let file = read(&self.file)?;
        let (store, facts) = open(&self.common).await?;
        let (currency, now) = (facts.currency, clock().now());
        if self.dry_run {
            let checked = bulk::check(&store, &file, currency, now).await?;
            store.close().await;
            return report(&self.common, &checked, currency);
        }
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
        match bulk::import(&mut writer, &file, BulkState::Running).await {
            Ok(asked) => {
                let operation = carry_out(&store, currency, &mut ids, asked.id).await?;
                store.close().await;
                show(&self.common, &operation, currency)
            }
            Err(ImportError::Rows(checked)) => {
                store.close().await;
                report(&self.common, &checked, currency)
            }
            Err(ImportError::Storage(error)) => Err(error.into()),
        }
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    read.map_err(|error| Failure::refused(format!("{}: {error}", path.display())))
}

/// Does it here and now. A server that does so too takes turns.
pub(super) async fn carry_out(
    store: &Store,
    currency: Currency,
    ids: &mut RandomIds,
    id: Uuid,
) -> Result<BulkOperation, Failure> {
    loop {
        let advanced = bulk::advance((store, currency, clock().now()), ids, id).await?;
        let Some(operation) = advanced else {
            return Err(Failure::refused("the operation is gone"));
        };
        tell(&operation);
        if operation.state != BulkState::Running {
            return Ok(operation);
        }
    }
}

/// How far it is, for whoever watches.
fn tell(operation: &BulkOperation) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        let end = if operation.state == BulkState::Running { "" } else { "\n" };
        let _ = write!(out, "\r{} of {}{end}", operation.done, operation.total);
    }
}

/// What an import of a file would come to, or what is wrong with it.
fn report(common: &Common, checked: &Checked, currency: Currency) -> Result<(), Failure> {
    if common.json {
        let errors = checked.errors.iter().map(|error| {
            json!({
                "line": error.line,
                "column": error.column,
                "code": error.fault.name(),
                "detail": error.fault.to_string(),
            })
        });
        answer_json(&json!({
            "vouchers": checked.vouchers,
            "total_credit_minor": checked.credit_minor,
            "currency": currency,
            "error_count": checked.error_count,
            "errors": errors.collect::<Vec<_>>(),
        }));
    } else if checked.error_count == 0 {
        let worth = currency.format(checked.credit_minor);
        answer(format_args!("{} vouchers, worth {worth} together", checked.vouchers));
    }
    if checked.error_count == 0 {
        return Ok(());
    }
    for error in &checked.errors {
        say(error);
    }
    Err(Failure::refused(format!(
        "nothing was issued: the file has {} errors",
        checked.error_count
    )))
}

pub(super) fn failure(error: BulkError) -> Failure {
    match error {
        BulkError::Fields(faults) => all_faults(faults),
        BulkError::Unknown | BulkError::NotNow(_) => Failure::refused("the operation is gone"),
        BulkError::Storage(error) => error.into(),
    }
}

pub(super) fn show(
    common: &Common,
    operation: &BulkOperation,
    currency: Currency,
) -> Result<(), Failure> {
    if common.json {
        answer_json(&as_json(operation, currency));
    } else {
        answer(table(&[row(operation, currency)]));
    }
    match (&operation.fault, operation.state) {
        (Some(fault), _) => Err(Failure::refused(format!("nothing was issued: {fault}"))),
        (None, BulkState::Done) => Ok(()),
        (None, state) => Err(Failure::refused(format!("it is {} by now", state.as_str()))),
    }
}

pub(super) fn row(operation: &BulkOperation, currency: Currency) -> Vec<String> {
    let mut row = vec![operation.id.to_string()];
    if let Terms::Edit { .. } = operation.terms {
        row.push(format!("{} of {} changed", operation.changed, operation.total));
    } else {
        row.push(format!("{} of {} issued", operation.done, operation.total));
        let worth = currency.format(operation.total_credit_minor());
        row.push(format!("worth {worth}"));
    }
    if let Terms::Generate { pattern, .. } = &operation.terms {
        row.push(format!("{} bits of entropy", pattern.entropy_bits()));
    }
    row
}

pub(super) fn as_json(operation: &BulkOperation, currency: Currency) -> Value {
    let mut json = json!({
        "id": operation.id,
        "kind": operation.kind().as_str(),
        "state": operation.state.as_str(),
        "total": operation.total,
        "done": operation.done,
        "total_credit_minor": operation.total_credit_minor(),
        "currency": currency,
    });
    if let Terms::Edit { action, days, tag, .. } = &operation.terms {
        json["action"] = json!(action.as_str());
        json["changed"] = json!(operation.changed);
        json["days"] = json!(days);
        json["edit_tag"] = json!(tag);
    }
    if let Terms::Generate { pattern, .. } = &operation.terms {
        json["pattern"] = json!(pattern);
        json["pattern"]["entropy_bits"] = json!(pattern.entropy_bits());
    }
    json
}
