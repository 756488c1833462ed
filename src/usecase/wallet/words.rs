//! What a line of the ledger was, in words.

use sovereign_domain::book::UNUSED;
use sovereign_domain::catalog::LineKind;

use super::Movement;
use crate::app::App;
use crate::storage::ledger::{Line, LineRow};
use crate::storage::wallets::LotRow;
use crate::storage::{Result, Ts};
use crate::text::Language;
use crate::usecase::print_invoice::day;

/// What the reason of a voucher's lines begins with, also in an earlier service.
const VOUCHER: &str = "promo:";
/// The reason of what paid for an order, also in an earlier service.
const ORDER: &str = "order-payment";

impl LineRow {
    /// The code of the voucher that gave the credit it is about.
    pub(crate) fn code(&self) -> Option<&str> {
        let of_lot =
            self.reference.as_deref().filter(|_| self.source.as_deref() == Some("voucher"));
        of_lot.or_else(|| self.reason.strip_prefix(VOUCHER))
    }

    /// The name of the plan that its order was for.
    fn plan(&self) -> Option<&str> {
        let lines = &self.order_lines.as_ref()?.0;
        let plan = lines.iter().find(|line| line.kind == LineKind::Plan && !line.gone);
        plan.map(|line| line.name.as_str())
    }
}

impl Line {
    pub(crate) fn movement(&self) -> Movement {
        Movement::of(&self.row.kind, self.row.amount_minor)
    }
}

/// What a line was, such as "Voucher MUSCAT-20" or "Order of plan M".
///
/// # Errors
/// Where a moment is beyond the calendar.
pub(crate) fn described(app: &App, line: &Line, language: Language) -> Result<String> {
    let row = &line.row;
    let code = row.code().map(|code| language.isolated(code));
    let with = |message, name, value: String| language.text_with(message, &[(name, value.into())]);
    let of_code = |with_code, without| match &code {
        Some(code) => with(with_code, "code", code.clone()),
        None => language.text(without),
    };
    Ok(match line.movement() {
        Movement::Granted => granted(row, code, language),
        Movement::Spent => ordered(app, row, language)?,
        Movement::Refunded => match row.plan() {
            Some(plan) => with("wallet-line-refund-of", "plan", language.isolated(plan)),
            None => language.text("wallet-line-refund"),
        },
        Movement::Expired => of_code("wallet-line-expired-voucher", "wallet-line-expired"),
        Movement::Released => of_code("wallet-line-released-voucher", "wallet-line-released"),
        Movement::TakenBack => {
            with("wallet-line-taken-back", "reason", language.isolated(&row.reason))
        }
        Movement::Disputed if row.amount_minor > 0 => language.text("wallet-line-dispute-won"),
        Movement::Disputed => language.text("wallet-line-disputed"),
        Movement::Settled => language.text("wallet-line-settled"),
        Movement::Adopted => adopted(row, code, language),
    })
}

fn granted(row: &LineRow, code: Option<String>, language: Language) -> String {
    let with = |message, name, value: String| language.text_with(message, &[(name, value.into())]);
    match code {
        Some(code) => with("wallet-line-voucher", "code", code),
        None if row.reason == UNUSED => language.text("wallet-line-unused"),
        None if row.order_id.is_some() => language.text("wallet-line-dispute-won"),
        None => with("wallet-line-given", "reason", language.isolated(&row.reason)),
    }
}

/// What an order was for that credit paid, or a part of it.
fn ordered(app: &App, row: &LineRow, language: Language) -> Result<String> {
    let date =
        |at: Ts| -> Result<String> { Ok(language.isolated(&language.date(day(app, at.0)?))) };
    let plan = row.plan().map(|plan| language.isolated(plan));
    Ok(match (row.order_kind.as_deref(), plan, row.period_start) {
        (Some("renewal"), Some(plan), Some(start)) => {
            let values = [("plan", plan.into()), ("date", date(start)?.into())];
            language.text_with("wallet-line-renewal", &values)
        }
        (Some("renewal"), None, Some(start)) => {
            language.text_with("wallet-line-usage", &[("date", date(start)?.into())])
        }
        (Some("change"), ..) => language.text("wallet-line-change"),
        (_, Some(plan), _) => language.text_with("wallet-line-order", &[("plan", plan.into())]),
        _ => language.text("wallet-line-payment"),
    })
}

fn adopted(row: &LineRow, code: Option<String>, language: Language) -> String {
    match code {
        Some(code) => language.text_with("wallet-line-adopted-voucher", &[("code", code.into())]),
        None if row.reason == ORDER => language.text("wallet-line-adopted-order"),
        None => language.text("wallet-line-adopted"),
    }
}

/// Where a lot came from, such as "Voucher MUSCAT-20".
pub(crate) fn origin(lot: &LotRow, language: Language) -> String {
    let with = |message, name, value: String| language.text_with(message, &[(name, value.into())]);
    match lot.source.as_str() {
        "voucher" => with("wallet-line-voucher", "code", language.isolated(&lot.reference)),
        "refund" if lot.reference == UNUSED => language.text("wallet-line-unused"),
        "refund" => language.text("wallet-line-refund"),
        "migration" => language.text("wallet-line-adopted"),
        _ => with("wallet-line-given", "reason", language.isolated(&lot.reference)),
    }
}
