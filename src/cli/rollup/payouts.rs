//! A month's payouts, as they are told.

use serde_json::{Value, json};
use sovereign_domain::split::Month;

use crate::cli::output::{Failure, answer, answer_json, say, table};
use crate::payment::stripe::StripeError;
use crate::rollup::book::payouts::Method;
use crate::rollup::payouts::Payout;
use crate::rollup::payouts::bank_writing::Written;

pub(super) struct Payouts {
    pub(super) month: Month,
    /// What the command pays by: the rest is for another one.
    pub(super) method: Method,
    pub(super) list: Vec<Payout>,
    pub(super) dry_run: bool,
    /// The files for banks that were written.
    pub(super) files: Vec<Written>,
    /// Why others are not.
    pub(super) refused: Vec<String>,
    /// Why it is not known what became of the last one that was tried.
    pub(super) open: Option<StripeError>,
}

impl Payouts {
    pub(super) fn new(month: Month, method: Method, list: Vec<Payout>) -> Self {
        let (files, refused) = (Vec::new(), Vec::new());
        Self { month, method, list, dry_run: false, files, refused, open: None }
    }

    pub(super) fn tell(&self, as_json: bool) {
        if as_json {
            answer_json(&self.value());
            return;
        }
        let is_bank = self.method == Method::Bank;
        let head = ["statement", "to", "amount", "by", "approved by", "state"];
        let head = head.into_iter().chain(is_bank.then_some("message")).map(str::to_owned);
        let head: Vec<String> = head.collect();
        let rows = self.list.iter().map(|payout| row(payout, is_bank));
        answer(table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
        for payout in &self.list {
            if let Some(why) = payout.why() {
                say(format_args!("{}: {why}", payout.statement));
            }
            // Whoever was paid was paid, whatever the agreements say by now.
            let void = payout.approvals.void.iter().filter(|_| !payout.is_done());
            for why in void {
                say(format_args!("{}: {why}", payout.statement));
            }
        }
        for Written { payouts, csv, xml, is_new, .. } in &self.files {
            let (csv, xml) = (csv.display(), xml.display());
            let mark = if *is_new {
                "new, to be given to the bank"
            } else {
                "written again, which the bank may have"
            };
            say(format_args!("{payouts} payouts by bank are in {csv} and {xml}: {mark}"));
        }
        say(self.done());
    }

    /// What the command did, in a sentence.
    fn done(&self) -> String {
        let month = self.month;
        match (self.dry_run, self.method) {
            (true, Method::Bank) => "no file was written: --execute writes them".to_owned(),
            (true, _) => "nothing was paid: --execute pays".to_owned(),
            (false, method) => {
                let ours = || self.list.iter().filter(move |payout| payout.is_for(method));
                let due = ours().filter(|payout| !payout.is_nothing()).count();
                let sent = ours().filter(|payout| payout.is_sent()).count();
                let by = if method == Method::Bank { "to a bank" } else { "by Stripe" };
                let settled = match ours().filter(|payout| payout.is_settled()).count() {
                    0 => String::new(),
                    settled => format!(", and {settled} settled by hand"),
                };
                format!("of {due} payouts {by} for {month}, {sent} are sent{settled}")
            }
        }
    }

    pub(super) fn value(&self) -> Value {
        let payouts: Vec<Value> = self.list.iter().map(value).collect();
        let mut value = json!({ "month": self.month, "dry_run": self.dry_run, "payouts": payouts });
        if self.method == Method::Bank {
            value["files"] = self.files.iter().map(file).collect();
        }
        value
    }

    /// Whether all is done that this command was to do.
    pub(super) fn verdict(self) -> Result<(), Failure> {
        if let Some(open) = self.open {
            return Err(open.into());
        }
        if !self.refused.is_empty() {
            return Err(Failure::refused(self.refused.join("\n")));
        }
        let mut ours = self.list.iter().filter(|payout| payout.is_for(self.method));
        if self.dry_run || ours.all(Payout::is_done) { Ok(()) } else { Err(Failure::said()) }
    }
}

fn row(payout: &Payout, with_message: bool) -> Vec<String> {
    let amount = payout.amount.map(|(currency, amount_minor)| currency.format(amount_minor));
    let by = payout.method().map_or("", Method::as_str);
    let approvals = &payout.approvals;
    let approved = match (approvals.names.as_slice(), approvals.needed) {
        ([], 0) => "-".to_owned(),
        ([], needed) => format!("nobody of {needed}"),
        (names, _) => names.join(", "),
    };
    let mut cells = vec![
        payout.statement.clone(),
        payout.masked.clone(),
        amount.unwrap_or_default(),
        by.to_owned(),
        approved,
        payout.state().replace('_', " "),
    ];
    if with_message {
        let message = payout.row.as_ref().and_then(|row| row.batch_id.clone());
        cells.push(message.unwrap_or_else(|| "-".to_owned()));
    }
    cells
}

fn value(payout: &Payout) -> Value {
    let row = payout.row.as_ref();
    let amount = payout.amount;
    json!({
        "statement": payout.statement,
        "franchisee": payout.franchisee,
        "method": payout.method().map(Method::as_str),
        "currency": amount.map(|(currency, _)| currency.code()),
        "amount_minor": amount.map(|(_, amount_minor)| amount_minor),
        "destination": payout.masked,
        "state": payout.state(),
        "approvals": payout.approvals.names,
        "needs": payout.approvals.needed,
        "void": payout.approvals.void,
        "transfer_id": row.and_then(|row| row.stripe_transfer_id.as_deref()),
        "message_id": row.and_then(|row| row.batch_id.as_deref()),
        "error": payout.why(),
        "reference": row.and_then(|row| row.reference.as_deref()),
        "settled_by": row.and_then(|row| row.settled_by.as_deref()),
        "paid_on": row.and_then(|row| row.paid_on.as_deref()),
        "settled_at": row.and_then(|row| row.settled_at).map(|at| at.0.to_rfc3339()),
    })
}

fn file(written: &Written) -> Value {
    json!({
        "message_id": written.message_id,
        "new": written.is_new,
        "payouts": written.payouts,
        "execution_date": written.execution_date,
        "csv": written.csv.display().to_string(),
        "xml": written.xml.display().to_string(),
    })
}
