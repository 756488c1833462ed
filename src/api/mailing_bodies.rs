//! The bodies of `/billing/mailings`.

use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bulk::OperationBody;
use super::extract::Whole;
use super::problem::Problem;
use crate::usecase::bulk::{NewCodes, Terms};
use crate::usecase::mailings::{
    AddressError, Asked, Details, Mailing, MailingError, NewMailing, Wrong,
};
use crate::usecase::vouchers::Issue;

/// Vouchers to send by mail. Absent members, and those that are `null`, have their defaults.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewMailing)]
pub(super) struct NewBody {
    /// Of the mailing and of what makes its codes, chosen by the client: asked for again under the same, it is one mailing. By
    /// default a new one.
    id: Option<Uuid>,
    /// To whom, each once. Together with all else they must fit into 1 MiB.
    #[schema(min_items = 1, max_items = 10_000)]
    addresses: Vec<AddressBody>,
    /// Of the letters to addresses that have no language of their own: `en`, the default, or `ar`.
    #[schema(pattern = "^(en|ar)?$")]
    language: Option<String>,
    /// What stands in each letter in the sender's words, before the code. No control characters but line ends and tabs. By
    /// default empty.
    #[schema(
        max_length = 2_000,
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
    )]
    message: Option<String>,
    /// What each code begins with: letters A to Z, digits, '-', '_' and '.'. By default empty.
    #[schema(max_length = 52, pattern = "^[A-Za-z0-9._-]*$")]
    prefix: Option<String>,
    /// How many random characters follow, as in `POST /billing/vouchers/bulk`.
    #[schema(value_type = Option<i64>, minimum = 12, maximum = 64)]
    length: Option<Whole>,
    /// What those are: `clear`, the default, `letters` or `digits`.
    #[schema(pattern = "^(clear|letters|digits)?$")]
    alphabet: Option<String>,
    /// Whether the last character is that of ISO/IEC 7064, MOD 37,36. By default `false`.
    check_character: Option<bool>,
    /// What each voucher is worth, in whole units of the Sovereign's currency.
    #[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000)]
    credit_omr: Whole,
    /// What the vouchers are for: their page and the letter say it. No control characters but line ends and tabs. By default
    /// empty.
    #[schema(
        max_length = 500,
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
    )]
    description: Option<String>,
    /// How many days the credit lasts after it was redeemed; 0, the default, = for good.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 36_500)]
    credit_valid_days: Option<Whole>,
    /// The campaign they are in, by identifier or name; empty, the default, = none.
    #[schema(max_length = 80, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    campaign_id: Option<String>,
}

/// To whom one letter goes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailingAddress)]
pub(super) struct AddressBody {
    /// In ASCII; compared without regard to case.
    #[schema(max_length = 254)]
    email: String,
    /// `en` or `ar`; by default the mailing's.
    #[schema(pattern = "^(en|ar)?$")]
    language: Option<String>,
}

impl From<NewBody> for NewMailing {
    fn from(body: NewBody) -> Self {
        let asked = |(line, one): (u64, AddressBody)| Asked {
            line,
            email: one.email,
            language: one.language.unwrap_or_default(),
        };
        let codes = NewCodes {
            id: body.id,
            prefix: body.prefix.unwrap_or_default(),
            length: body.length.map(|length| length.0),
            alphabet: body.alphabet,
            check_character: body.check_character.unwrap_or(false),
            worth: Issue {
                credit_units: body.credit_omr.0,
                description: body.description,
                credit_valid_days: body.credit_valid_days.map(|days| days.0),
                campaign: body.campaign_id,
                ..Issue::default()
            },
            ..NewCodes::default()
        };
        Self {
            addresses: (1..).zip(body.addresses).map(asked).collect(),
            codes,
            language: body.language.unwrap_or_default(),
            message: body.message.unwrap_or_default(),
        }
    }
}

/// What a mailing would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailingReport)]
pub(super) struct ReportBody {
    /// To how many addresses letters would go; 0 where something is wrong.
    addresses: usize,
    /// What the vouchers are worth together, in minor units.
    total_credit_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// How many errors there are.
    error_count: usize,
    /// The first thousand of them, by line.
    errors: Vec<ErrorBody>,
}

/// What is wrong with an address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailingReportError)]
struct ErrorBody {
    /// Which address, from 1; 0 where it is about all of them.
    line: u64,
    /// The rule, for programs.
    code: &'static str,
    /// What is wrong.
    detail: String,
}

impl ReportBody {
    /// # Errors
    /// Where something else is wrong than the addresses.
    pub(super) fn new(new: &NewMailing, currency: Currency) -> Result<Self, Problem> {
        let (addresses, wrong) = match new.check(currency) {
            Ok(checked) => (checked.addresses.len(), Wrong::default()),
            Err(MailingError::Addresses(wrong)) => (0, wrong),
            Err(error) => return Err(error.into()),
        };
        let error = |error: AddressError| ErrorBody {
            line: error.line,
            code: error.fault.name(),
            detail: error.fault.to_string(),
        };
        let each = currency.units_to_minor(new.codes.worth.credit_units).unwrap_or_default();
        let count = i64::try_from(addresses).unwrap_or(i64::MAX);
        Ok(Self {
            addresses,
            total_credit_minor: each.saturating_mul(count),
            currency: currency.code(),
            error_count: wrong.count,
            errors: wrong.errors.into_iter().map(error).collect(),
        })
    }
}

/// A mailing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailing)]
pub(super) struct MailingBody {
    id: Uuid,
    /// How it stands: `running`, `cancelled` (somebody stopped it) or `done` (every address has its letter, or failed).
    #[schema(pattern = "^(running|cancelled|done)$")]
    state: &'static str,
    /// Of the letters to addresses that have no language of their own.
    #[schema(pattern = "^(en|ar)$")]
    language: &'static str,
    message: String,
    /// How many addresses there are.
    total: i64,
    /// How many letters are still to be sent.
    waiting: i64,
    /// How many the mail server took.
    sent: i64,
    /// How many it does not take, or that are not sent.
    failed: i64,
    /// Who asked for it.
    asked_by: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last asked for, stopped, let go on or ended.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Mailing> for MailingBody {
    fn from(mailing: Mailing) -> Self {
        Self {
            id: mailing.id,
            state: mailing.state.as_str(),
            language: mailing.language.tag(),
            total: mailing.total,
            waiting: mailing.waiting(),
            sent: mailing.sent,
            failed: mailing.failed,
            asked_by: mailing.actor.user_id.to_string(),
            created_at: mailing.created_at,
            updated_at: mailing.updated_at,
            message: mailing.message,
        }
    }
}

/// A mailing with its vouchers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailingDetails)]
pub(super) struct DetailsBody {
    #[serde(flatten)]
    mailing: MailingBody,
    /// How many of the vouchers somebody has redeemed, or reserved with an order.
    redeemed: i64,
    /// What each is worth, in minor units.
    credit_minor: i64,
    /// What makes the codes. No letter is sent before all of them are made.
    codes: OperationBody,
}

impl DetailsBody {
    pub(super) fn new(details: Details, currency: Currency) -> Self {
        let credit_minor = match details.codes.terms {
            Terms::Generate { credit_minor, .. } => credit_minor,
            Terms::Import { .. } | Terms::Edit { .. } => 0,
        };
        Self {
            mailing: details.mailing.into(),
            redeemed: details.redeemed,
            credit_minor,
            codes: OperationBody::new(details.codes, currency),
        }
    }
}
