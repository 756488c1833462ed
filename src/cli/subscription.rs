//! `sovereign subscription`

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::money::Currency;

use super::output::{Failure, answer, answer_json, say, table};
use super::stripe::Bench;
use super::{Common, clock};
use crate::payment::stripe::Stripe;
use crate::usecase::payments::PaymentError;
use crate::usecase::payments::bill_here::{
    self, AtStripe, BillHereError, Desk, Start, Verdict, Wish,
};

/// Subscriptions that an earlier service made
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign subscription bill-here kestrel --from 2027-02-01
  sovereign subscription bill-here --all --from period_end --apply")]
pub(super) enum Subscription {
    BillHere(BillHere),
}

/// Bill here, from a date on, what an earlier service or Stripe for it has billed
///
/// Tells what would come of it, and changes nothing unless --apply is given. One that Stripe bills is set to
/// end there with the period that it is in, and is not billed here before that. With --all, those that
/// somebody has ended at Stripe and those that have a date are left as they are. Exit 1 where one is refused.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign subscription bill-here kestrel --from 2027-02-01
  sovereign subscription bill-here kestrel --from 2027-02-01 --plan m --apply
  sovereign subscription bill-here --all --from period_end --json")]
pub(super) struct BillHere {
    #[command(flatten)]
    common: Common,
    /// The Organization's identifier
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    organization: Option<String>,
    /// Every Organization whose subscription is not billed here
    #[arg(long)]
    all: bool,
    /// A day in the Sovereign's time zone: <2027-02-01>, a moment, or `period_end`
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The plan that it has from now on, by identifier or slug [default: its own]
    #[arg(long, value_name = "PLAN", conflicts_with = "all")]
    plan: Option<String>,
    /// Do it
    #[arg(long)]
    apply: bool,
}

impl Subscription {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::BillHere(args) => args.run().await,
        }
    }
}

/// What became of each Organization, by its identifier.
type Outcomes = Vec<(String, Result<Verdict, BillHereError>)>;

impl BillHere {
    async fn run(self) -> Result<(), Failure> {
        let mut bench = Bench::open(&self.common).await?;
        let from = Start::parse(&self.from, &bench.config.time_zone);
        let from = from.map_err(|error| Failure::usage(format!("--{error}")))?;
        let stripe = bench.known_client().await?;
        let outcomes = self.outcomes(&mut bench, stripe.as_ref(), from).await?;
        bench.store.close().await;
        self.tell(outcomes, bench.facts.currency)
    }

    async fn outcomes(
        &self,
        bench: &mut Bench,
        stripe: Option<&Stripe>,
        from: Start,
    ) -> Result<Outcomes, Failure> {
        let mut desk = Desk {
            store: &bench.store,
            stripe,
            fqdn: &bench.facts.fqdn,
            tax: bench.config.tax,
            now: clock().now(),
            actor: &bench.actor,
            ids: &mut bench.ids,
        };
        if let Some(tenant_id) = &self.organization {
            let wish = Wish { tenant_id, from, plan: self.plan.as_deref() };
            let plan = if self.apply {
                bill_here::bill(&mut desk, wish).await
            } else {
                bill_here::look(&mut desk, wish).await
            };
            return plan.map(|plan| vec![(tenant_id.clone(), Ok(plan))]).map_err(Failure::from);
        }
        let mut outcomes = Vec::new();
        for tenant_id in bill_here::all(desk.store).await? {
            let plan = bill_here::one_of_all(&mut desk, &tenant_id, from, self.apply).await;
            outcomes.push((tenant_id, plan));
        }
        Ok(outcomes)
    }

    fn tell(&self, outcomes: Outcomes, currency: Currency) -> Result<(), Failure> {
        let refused = outcomes.iter().filter(|(_, plan)| plan.is_err()).count();
        if self.common.json {
            let list = outcomes.into_iter().map(|(tenant_id, plan)| match plan {
                Ok(plan) => as_json(&plan, currency),
                Err(error) => {
                    json!({ "tenant_id": tenant_id, "refused": Failure::from(error).text() })
                }
            });
            let list: Vec<Value> = list.collect();
            answer_json(
                &json!({ "applied": self.apply, "refused": refused, "subscriptions": list }),
            );
        } else {
            let heading =
                ["organization", "plan", "a month", "first charge", "from", "billed by", "what"];
            let heading = heading.map(str::to_owned).to_vec();
            let (plans, errors): (Vec<_>, Vec<_>) =
                outcomes.into_iter().partition(|(_, plan)| plan.is_ok());
            let plans = plans.iter().filter_map(|(_, plan)| plan.as_ref().ok());
            let rows: Vec<_> = plans.map(|plan| cells(plan, currency, self.apply)).collect();
            if !rows.is_empty() {
                answer(table(&[vec![heading], rows].concat()));
            }
            for error in errors.into_iter().filter_map(|(_, plan)| plan.err()) {
                say(format!("refused: {}", Failure::from(error).text().unwrap_or_default()));
            }
            if !self.apply {
                say("nothing was changed; --apply does it");
            }
        }
        if refused > 0 { Err(Failure::said()) } else { Ok(()) }
    }
}

fn what(plan: &Verdict, applied: bool) -> &'static str {
    match (plan.already, plan.at_stripe, applied) {
        (true, ..) => "has this date already",
        (false, AtStripe::Renews, false) => "ends at Stripe with its period, then billed here",
        (false, AtStripe::Ends | AtStripe::Renews, _) => "ends at Stripe, then billed here",
        (false, AtStripe::Ended, _) => "has ended at Stripe; billed here",
        (false, AtStripe::Never, _) => "billed here",
    }
}

fn cells(plan: &Verdict, currency: Currency, applied: bool) -> Vec<String> {
    vec![
        format!("{} ({})", plan.tenant_id, plan.organization),
        plan.plan_name.clone(),
        currency.format(plan.price_minor),
        currency.format(plan.first_charge_minor),
        plan.from.to_rfc3339(),
        format!("{} ({})", plan.billed_by, plan.status),
        what(plan, applied).to_owned(),
    ]
}

fn as_json(plan: &Verdict, currency: Currency) -> Value {
    json!({
        "tenant_id": plan.tenant_id,
        "organization": plan.organization,
        "plan_id": plan.plan_id,
        "plan": plan.plan_name,
        "price_minor": plan.price_minor,
        "first_charge_minor": plan.first_charge_minor,
        "currency": currency,
        "from": plan.from,
        "billed_by": plan.billed_by,
        "status": plan.status,
        "ends_at_stripe": matches!(plan.at_stripe, AtStripe::Renews | AtStripe::Ends),
        "already": plan.already,
    })
}

impl From<BillHereError> for Failure {
    fn from(error: BillHereError) -> Self {
        match error {
            BillHereError::Field(error) => Self::refused(error.detail),
            BillHereError::NoOrganization => Self::refused("there is no such Organization"),
            BillHereError::Refused { detail, .. } => Self::refused(detail),
            BillHereError::Policy(refusal) => Self::refused(refusal),
            BillHereError::Payment(PaymentError::Storage(error)) => error.into(),
            BillHereError::Payment(error @ PaymentError::NotConfigured) => Self::refused(format!(
                "Stripe bills it, and {error}; `sovereign stripe keys` sets it"
            )),
            BillHereError::Payment(error) => Self::unavailable(error),
        }
    }
}
