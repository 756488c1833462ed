//! What became of credit in a month, as this Sovereign states it: for the publisher, who cannot see its ledger.
//!
//! The report is signed by the key that signs tokens, and calls itself something else: nothing takes it for a token.

mod elsewhere;

use serde::Serialize;
use serde_json::json;
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use self::elsewhere::Elsewhere;
use super::rollup;
use super::seal_audit::MARGIN_SECONDS;
use crate::app::App;
use crate::storage::reports::{self, Span};
use crate::storage::rollups::CreditSums;
use crate::storage::{self, Ts};

/// What the signed report calls itself in its header (RFC 8725, section 3.11).
pub(crate) const KIND: &str = "credit-report+jwt";

/// Credit in a month, in minor units. What is granted and neither taken back, nor spent, nor expired is outstanding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CreditReport {
    /// The issuer of this Sovereign's tokens.
    pub(crate) iss: String,
    /// Its domain name.
    pub(crate) sovereign: String,
    pub(crate) month: Month,
    pub(crate) currency: &'static str,
    /// Whose month it is: a name of the IANA database.
    pub(crate) time_zone: String,
    pub(crate) granted_minor: i64,
    pub(crate) spent_minor: i64,
    pub(crate) expired_minor: i64,
    pub(crate) taken_back_minor: i64,
    /// At the end of the month, of all that was ever granted.
    pub(crate) outstanding_minor: i64,
    /// Of vouchers, less what was released since.
    pub(crate) redemptions: i64,
    pub(crate) generated_at: Timestamp,
}

/// A report, and the same signed: a JWS in its compact form (RFC 7515).
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) report: CreditReport,
    pub(crate) jws: String,
}

/// Why there is no report.
#[derive(Debug)]
pub(crate) enum CreditReportError {
    /// What is in the month may still change, until then.
    NotEnded {
        until: Timestamp,
    },
    Storage(storage::Error),
    NotSigned(jsonwebtoken::errors::Error),
}

impl From<storage::Error> for CreditReportError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// Reports on a month of a time zone that is called `zone_name`. It has to have ended some minutes ago, so that nothing
/// of it is on its way into the ledger.
///
/// # Errors
/// [`CreditReportError`].
pub(crate) async fn report(
    app: &App,
    month: Month,
    (zone, zone_name): (&TimeZone, &str),
) -> Result<Signed, CreditReportError> {
    let now = app.clock.now();
    let (begins, ends) = (month.begins(zone), month.ends(zone));
    let until = ends.plus_seconds(MARGIN_SECONDS);
    if now < until {
        return Err(CreditReportError::NotEnded { until });
    }
    let (sums, outstanding) = sums(app, (begins, ends), now).await?;
    let report = CreditReport {
        iss: app.tokens.issuer().to_owned(),
        sovereign: app.facts.fqdn.clone(),
        month,
        currency: app.facts.currency.code(),
        time_zone: zone_name.to_owned(),
        granted_minor: sums.flow.granted_minor,
        spent_minor: sums.flow.spent_minor,
        expired_minor: sums.flow.expired_minor,
        taken_back_minor: sums.flow.taken_back_minor,
        outstanding_minor: outstanding.flow.outstanding_minor(),
        redemptions: sums.redemptions,
        generated_at: now,
    };
    let jws = app.tokens.sign_as(KIND, &json!(report)).map_err(CreditReportError::NotSigned)?;
    Ok(Signed { report, jws })
}

/// What the ledger comes to in a time, and up to its end, in one state of the database: the sums that are added up, and
/// the lines that are not yet; without what Organizations did while they were at another Sovereign.
async fn sums(
    app: &App,
    (begins, ends): (Timestamp, Timestamp),
    now: Timestamp,
) -> storage::Result<(CreditSums, CreditSums)> {
    let mut tx = app.store.snapshot().await?;
    let newer = rollup::newer(&mut tx, now).await?;
    let (mut within, mut before_end) = (CreditSums::default(), CreditSums::default());
    let span = Span { number: 0, since: Ts(begins), until: Ts(ends) };
    for (_, sums) in reports::credit(&mut tx, vec![span]).await? {
        within.add(sums);
    }
    let [before, _] = reports::sources(&mut tx, ends).await?;
    for (_, sums) in before {
        before_end.add(sums);
    }
    for ((_, since), sums) in &newer.sources {
        if *since < ends {
            before_end.add(*sums);
        }
        if (begins..ends).contains(since) {
            within.add(*sums);
        }
    }
    let away = Elsewhere::load(&mut tx).await?;
    within.add(away.correction(&mut tx, (begins, ends)).await?);
    before_end.add(away.correction(&mut tx, (elsewhere::beginning(), ends)).await?);
    Ok((within, before_end))
}
