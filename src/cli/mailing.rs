//! `sovereign voucher mail`: to each of many addresses a voucher's code of its own.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::money::Currency;

use super::bulk::read;
use super::output::{Failure, answer, answer_json, say, table};
use super::voucher::{all_faults, open};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::usecase::bulk::{Alphabet, NewCodes};
use crate::usecase::mailings::{self, MailingError, NewMailing};
use crate::usecase::vouchers::{Issue, Writer};

/// Send each of up to 10,000 addresses a voucher by mail, with a code of its own
///
/// The running server, or a worker, makes the codes and sends the letters. The page "Vouchers by mail" and GET /billing/mailings say
/// what became of each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher mail --to customers.txt --credit 20 --dry-run
  sovereign voucher mail --to customers.txt --credit 20 --language ar --message 'Welcome'
  sovereign voucher mail --to - --credit 5 --campaign Spring --json < customers.csv")]
pub(super) struct MailArgs {
    #[command(flatten)]
    common: Common,
    /// A file with an address on each line, perhaps with a comma and en or ar behind it; - = standard input
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Credit of each in whole units of the Sovereign's currency
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    credit: i64,
    /// Language of the letters to addresses that have none of their own: en or ar
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// What stands in each letter in your words; up to 2,000 characters
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    message: String,
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
    /// What the vouchers are for; customers see it
    #[arg(long)]
    description: Option<String>,
    /// Days the credit lasts after redemption; 0 = for good
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    credit_valid_days: Option<i64>,
    /// The campaign they are in, by name or identifier
    #[arg(long, value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// Say what it would come to, and send nothing
    #[arg(long)]
    dry_run: bool,
}

impl MailArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let new = self.asked()?;
        let config = self.common.config()?;
        let (store, facts) = open(&self.common).await?;
        // A demo has the log show its mails.
        if !facts.demo {
            config.mail().map_err(Failure::usage)?;
        }
        let currency = facts.currency;
        if self.dry_run {
            store.close().await;
            return self.report(&new, currency);
        }
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        let now = clock().now();
        let mut writer = Writer { store: &store, currency, now, actor: &actor, ids: &mut ids };
        let made = mailings::create(&mut writer, &new).await;
        store.close().await;
        let mailing = made.map_err(failure)?;
        let total_credit_minor = self.together(mailing.total, currency);
        if self.common.json {
            answer_json(&json!({
                "id": mailing.id,
                "state": mailing.state.as_str(),
                "language": mailing.language.tag(),
                "total": mailing.total,
                "total_credit_minor": total_credit_minor,
                "currency": currency,
            }));
        } else {
            let worth = format!("worth {}", currency.format(total_credit_minor));
            let addresses = format!("{} addresses", mailing.total);
            answer(table(&[vec![mailing.id.to_string(), addresses, worth]]));
        }
        Ok(())
    }

    fn asked(&self) -> Result<NewMailing, Failure> {
        let text = String::from_utf8(read(&self.to)?)
            .map_err(|_| Failure::refused(format!("{}: is no UTF-8", self.to.display())))?;
        let codes = NewCodes {
            prefix: self.prefix.clone(),
            length: self.length,
            alphabet: Some(self.alphabet.clone()),
            check_character: self.check_character,
            worth: Issue {
                credit_units: self.credit,
                description: self.description.clone(),
                credit_valid_days: self.credit_valid_days,
                campaign: self.campaign.clone(),
                ..Issue::default()
            },
            ..NewCodes::default()
        };
        Ok(NewMailing {
            addresses: mailings::lines(&text),
            codes,
            language: self.language.clone(),
            message: self.message.clone(),
        })
    }

    /// What it would come to, or what is wrong with it.
    fn report(&self, new: &NewMailing, currency: Currency) -> Result<(), Failure> {
        let checked = new.check(currency).map_err(failure)?;
        let count = i64::try_from(checked.addresses.len()).unwrap_or(i64::MAX);
        let total_credit_minor = self.together(count, currency);
        if self.common.json {
            answer_json(&json!({
                "addresses": count,
                "total_credit_minor": total_credit_minor,
                "currency": currency,
            }));
        } else {
            let worth = currency.format(total_credit_minor);
            answer(format_args!("{count} addresses, with vouchers worth {worth} together"));
        }
        Ok(())
    }

    /// What the vouchers are worth together, in minor units.
    fn together(&self, count: i64, currency: Currency) -> i64 {
        currency.units_to_minor(self.credit).unwrap_or_default().saturating_mul(count)
    }
}

/// Says what is wrong, of the addresses by line.
fn failure(error: MailingError) -> Failure {
    match error {
        MailingError::Fields(faults) => all_faults(faults),
        MailingError::Addresses(wrong) => {
            for error in &wrong.errors {
                say(error);
            }
            let count = wrong.count;
            Failure::refused(format!("nothing was sent: the addresses have {count} errors"))
        }
        MailingError::Unknown | MailingError::NotNow(_) => Failure::refused("the mailing is gone"),
        MailingError::Storage(error) => error.into(),
    }
}
