//! Asks a Sovereign what it runs and what it owes: what is known already at routes that every Sovereign has.

use serde_json::Value;
use sovereign_domain::money::Currency;

use super::snapshot::{Credit, Runs};
use super::why::{Reason, Why};
use crate::conformance::client::{Answer, Client, Request, Who, one_line};
use crate::conformance::{Ended, Sovereign, Stop};

/// What is asked for has a few hundred bytes: a day of credit, a count, a version.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;
const VERSION: &str = "/version";
const ISSUER: &str = "/.well-known/openid-configuration";
const VOUCHERS: &str = "/billing/vouchers/count?status=live";
/// More than any Sovereign owes; hundreds of it can be added.
const MOST_MINOR: i64 = 1_000_000_000_000_000;
const CREDIT: &str = "/billing/reports/credit?days=1";

/// What a Sovereign said of itself.
#[derive(Debug)]
pub(super) struct Asked {
    /// The domain name that it says it is of: anybody can say any.
    pub(super) claims: Option<String>,
    pub(super) runs: Result<Runs, Why>,
    pub(super) vouchers: Result<i64, Why>,
    pub(super) credit: Result<Credit, Why>,
}

impl Asked {
    /// For whoever watches.
    pub(super) fn said(&self) -> &'static str {
        let faults =
            [self.runs.as_ref().err(), self.vouchers.as_ref().err(), self.credit.as_ref().err()];
        let faults: Vec<Reason> = faults.into_iter().flatten().map(|why| why.reason).collect();
        if faults.contains(&Reason::Unreachable) {
            "unreachable"
        } else if faults.iter().any(|reason| reason.is_its_own()) {
            "answers something else"
        } else {
            "answered"
        }
    }
}

/// Asks one. Where it does not answer the first request, nothing else is asked.
pub(super) async fn ask(client: &Client, sovereign: &Sovereign) -> Asked {
    let way = Way { client, sovereign };
    let runs = way.runs().await;
    if let Err(why) = &runs
        && why.reason == Reason::Unreachable
    {
        let (vouchers, credit) = (Err(why.clone()), Err(why.clone()));
        return Asked { claims: None, runs, vouchers, credit };
    }
    let claims = way.claims().await;
    let (vouchers, credit) = (way.vouchers().await, way.credit().await);
    Asked { claims, runs, vouchers, credit }
}

struct Way<'a> {
    client: &'a Client,
    sovereign: &'a Sovereign,
}

impl Way<'_> {
    async fn get(&self, path: &str, who: Who) -> Result<Answer, Why> {
        let token = match who {
            Who::Admin => self.sovereign.token.as_ref(),
            Who::Nobody | Who::Member => None,
        };
        let (address, request) = (&self.sovereign.address, Request::get(path, who));
        let sent = self.client.send(address, &request, token, &Stop::never()).await;
        let answer = sent.map_err(|ended| match ended {
            Ended::Unreachable(error) => Why::told(Reason::Unreachable, error),
            Ended::Stopped => Why::told(Reason::Unreachable, "the run was stopped"),
        })?;
        if answer.status == 200 && answer.json.is_some() {
            return Ok(answer);
        }
        let reason = match answer.status {
            // What stands in front of it has nothing behind it.
            502..=504 => Reason::Unreachable,
            401 | 403 => Reason::Refused,
            _ => Reason::OtherAnswer,
        };
        Err(Why::told(reason, format!("{request}: {}", answer.described())))
    }

    async fn runs(&self) -> Result<Runs, Why> {
        let answer = self.get(VERSION, Who::Nobody).await?;
        let text = |name: &str| answer.member(name).and_then(Value::as_str).map(one_line);
        let version = text("version").ok_or_else(|| without(VERSION, "version"))?;
        Ok(Runs {
            version: Some(version),
            commit: text("commit"),
            schema: text("schema"),
            api: text("api"),
        })
    }

    /// Who it says that it is.
    async fn claims(&self) -> Option<String> {
        let answer = self.get(ISSUER, Who::Nobody).await.ok()?;
        let issuer = answer.member("issuer").and_then(Value::as_str)?;
        let name = issuer.strip_prefix("https://")?;
        (!name.is_empty() && !name.contains('/')).then(|| one_line(&name.to_lowercase()))
    }

    async fn of_administrators(&self, path: &str) -> Result<Answer, Why> {
        if self.sovereign.token.is_none() {
            return Err(Why::only(Reason::NoToken));
        }
        self.get(path, Who::Admin).await
    }

    async fn vouchers(&self) -> Result<i64, Why> {
        let answer = self.of_administrators(VOUCHERS).await?;
        let count = answer.member("count").and_then(Value::as_i64);
        count.ok_or_else(|| without(VOUCHERS, "count"))
    }

    async fn credit(&self) -> Result<Credit, Why> {
        let answer = self.of_administrators(CREDIT).await?;
        let currency = answer.member("currency").and_then(Value::as_str);
        let currency = currency.and_then(|code| Currency::from_code(code).ok());
        let outstanding = answer.member("outstanding_minor").and_then(Value::as_i64);
        let outstanding = outstanding.filter(|minor| (0..=MOST_MINOR).contains(minor));
        match (currency, outstanding) {
            (Some(currency), Some(outstanding_minor)) => {
                Ok(Credit { currency: currency.code().to_owned(), outstanding_minor })
            }
            (None, _) => Err(without(CREDIT, "currency")),
            (_, None) => Err(without(CREDIT, "outstanding_minor")),
        }
    }
}

fn without(path: &str, member: &str) -> Why {
    Why::told(Reason::OtherAnswer, format!("GET {path}: has no {member}, or none that can be"))
}
