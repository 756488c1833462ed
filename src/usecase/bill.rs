//! An order as the bill that a person reads, in a letter or on a page: what was ordered, what it comes to,
//! what credit pays, and what is left.

use sovereign_domain::book::OrderStatus;
use sovereign_domain::catalog::{LineKind, OrderLine};
use sovereign_domain::checkout::{Split, split};
use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::app::App;
use crate::pdf;
use crate::storage::bills::{self, BillRow};
use crate::storage::{Error, Result, Tx};
use crate::text::{Language, Row, unbroken};
use crate::usecase::print_invoice::{day, described, numbered};

pub(crate) struct Bill {
    row: BillRow,
    pub(crate) status: OrderStatus,
    split: Split,
}

/// The bill of an order, as it stands now.
pub(crate) async fn find(app: &App, tx: &mut Tx, order_id: OrderId) -> Result<Option<Bill>> {
    let Some(row) = bills::find(tx, order_id.0, app.clock.now()).await? else { return Ok(None) };
    let status = OrderStatus::parse(&row.status)
        .ok_or_else(|| Error::corrupt("orders", format!("status {:?}", row.status)))?;
    let split = asked(app, &row, status);
    Ok(Some(Bill { row, status, split }))
}

/// How the order is paid. Nothing is held for one that is due: it is what the next attempt would ask for.
fn asked(app: &App, row: &BillRow, status: OrderStatus) -> Split {
    let kept = Split {
        credit_minor: row.credit_minor,
        charge_minor: row.charge_minor,
        rounding_minor: row.rounding_minor,
    };
    if status != OrderStatus::Due {
        return kept;
    }
    split(row.amount_baisa, row.available_minor, app.engine.charge_rules()).unwrap_or_else(|_| {
        let credit_minor = row.available_minor.clamp(0, row.amount_baisa.max(0));
        let charge_minor = row.amount_baisa.saturating_sub(credit_minor);
        Split { credit_minor, charge_minor, rounding_minor: 0 }
    })
}

impl Bill {
    pub(crate) fn id(&self) -> Uuid {
        self.row.id
    }

    pub(crate) fn tenant_id(&self) -> &str {
        &self.row.tenant_id
    }

    pub(crate) fn organization(&self) -> &str {
        &self.row.organization
    }

    /// What of it credit pays, and what a card, in minor units.
    pub(crate) fn parts_minor(&self) -> (i64, i64) {
        (self.split.credit_minor, self.split.charge_minor)
    }

    /// The credit that its Organization can spend now, in minor units.
    pub(crate) fn available_minor(&self) -> i64 {
        self.row.available_minor
    }

    /// When the time begins that it pays for, once it is paid.
    pub(crate) fn period_start(&self) -> Option<Timestamp> {
        self.row.period_start.map(|start| start.0)
    }

    /// Whether it can be paid.
    pub(crate) fn is_unpaid(&self) -> bool {
        matches!(self.status, OrderStatus::Pending | OrderStatus::Due)
    }

    /// What a card is to pay, in minor units; nothing once the order has ended.
    pub(crate) fn due_minor(&self) -> i64 {
        if self.is_unpaid() { self.split.charge_minor } else { 0 }
    }

    /// What there is or was to pay in all, by credit and card, in minor units.
    pub(crate) fn total_minor(&self) -> i64 {
        self.row.amount_baisa.saturating_sub(self.split.rounding_minor)
    }

    /// When its payment is tried again, as a date.
    pub(crate) fn next_attempt(&self, app: &App, language: Language) -> Result<Option<String>> {
        let next = self.row.next_attempt_at.map(|at| day(app, at.0)).transpose()?;
        Ok(next.map(|day| language.date(day)))
    }

    /// Whether a voucher was given with the order.
    pub(crate) fn has_voucher(&self) -> bool {
        self.row.has_voucher
    }

    pub(crate) fn invoice_id(&self) -> Option<Uuid> {
        self.row.invoice_id
    }

    /// The number of its invoice, once there is one.
    pub(crate) fn number(&self) -> Option<String> {
        self.row.number.map(|number| numbered(number, self.row.issued_by.as_deref()))
    }

    /// The time it pays for.
    fn period(&self, app: &App, language: Language) -> Result<Option<String>> {
        let (Some(start), Some(end)) = (self.row.period_start, self.row.period_end) else {
            return Ok(None);
        };
        let first = day(app, start.0)?;
        // The end is the moment at which the next period begins.
        let last = day(app, end.0)?.previous_day().unwrap_or(first);
        let [first, last] = [first, last].map(|day| unbroken(&language.date(day)));
        let values = [("first", first.into()), ("last", last.into())];
        Ok(Some(language.text_with("invoice-period-days", &values)))
    }

    /// The whole bill.
    ///
    /// # Errors
    /// Where a moment is beyond the calendar.
    pub(crate) fn rows(&self, app: &App, language: Language) -> Result<Vec<Row>> {
        let money = |amount_minor| unbroken(&app.facts.currency.format(amount_minor));
        let mut rows = Vec::new();
        if let Some(period) = self.period(app, language)? {
            rows.push(Row::new(language.text("invoice-period"), period));
        }
        let lines = self.row.lines.0.iter();
        rows.extend(lines.map(|line| Row::new(named(line, language), money(line.amount_minor))));
        if self.has_tax() && !self.row.tax_included {
            rows.push(Row::new(self.tax(language, "invoice-tax"), money(self.row.tax_minor)));
        }
        if self.split.rounding_minor != 0 {
            let rounding_minor = self.split.rounding_minor.saturating_neg();
            rows.push(Row::new(language.text("invoice-rounding"), money(rounding_minor)));
        }
        rows.push(Row::strong(language.text("invoice-total"), money(self.total_minor())));
        if self.has_tax() && self.row.tax_included {
            let label = self.tax(language, "invoice-tax-included");
            rows.push(Row::new(label, money(self.row.tax_minor)));
        }
        rows.extend(self.payments(app, language));
        Ok(rows)
    }

    fn payments(&self, app: &App, language: Language) -> Vec<Row> {
        let money = |amount_minor| unbroken(&app.facts.currency.format(amount_minor));
        let Split { credit_minor, charge_minor, .. } = self.split;
        let mut rows = Vec::new();
        let paid = self.status == OrderStatus::Completed;
        if credit_minor > 0 {
            let label = if paid { "invoice-paid-by-credit" } else { "bill-from-credit" };
            rows.push(Row::new(language.text(label), money(credit_minor)));
        }
        if !paid {
            rows.push(Row::strong(language.text("invoice-due"), money(self.due_minor())));
        } else if charge_minor > 0 {
            rows.push(Row::new(self.card(language), money(charge_minor)));
        }
        rows
    }

    fn has_tax(&self) -> bool {
        self.row.tax_rate_bp != 0
    }

    fn tax(&self, language: Language, message: &str) -> String {
        let basis_points = u32::try_from(self.row.tax_rate_bp).unwrap_or_default();
        let label = language.text("invoice-tax-name");
        let rate = language.isolated(&pdf::rate(basis_points));
        language.text_with(message, &[("label", label.into()), ("rate", rate.into())])
    }

    /// That a card paid, and which, where it is known.
    fn card(&self, language: Language) -> String {
        match (self.row.card_brand.as_deref(), self.row.card_last4.as_deref()) {
            (Some(brand), Some(last4)) if !brand.is_empty() && !last4.is_empty() => {
                let card = unbroken(&format!("{} •••• {last4}", card_name(brand)));
                let card = language.isolated(&card);
                language.text_with("bill-paid-by-card", &[("card", card.into())])
            }
            _ => language.text("invoice-paid-by-card"),
        }
    }
}

pub(crate) fn named(line: &OrderLine, language: Language) -> String {
    let name = match line.kind {
        LineKind::Plan => language.text_with("bill-plan", &[("name", line.name.as_str().into())]),
        LineKind::Addon | LineKind::App | LineKind::Service => line.name.clone(),
        LineKind::Usage => return used(line, language),
    };
    described(line, &name, language)
}

fn used(line: &OrderLine, language: Language) -> String {
    let Some(usage) = &line.usage else { return line.name.clone() };
    let values = [
        ("name", line.name.as_str().into()),
        ("quantity", usage.quantity.to_string().into()),
        ("unit", usage.unit.as_str().into()),
    ];
    language.text_with("bill-usage", &values)
}

/// A brand of cards as people know it (`card.brand` of Stripe's payment methods).
pub(crate) fn card_name(brand: &str) -> String {
    match brand {
        "amex" => "American Express".to_owned(),
        "diners" => "Diners Club".to_owned(),
        "jcb" => "JCB".to_owned(),
        "unionpay" => "UnionPay".to_owned(),
        other => {
            let mut letters = other.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::card_name;

    #[test]
    fn cards_have_the_names_that_people_know() {
        for (brand, name) in
            [("visa", "Visa"), ("mastercard", "Mastercard"), ("amex", "American Express"), ("", "")]
        {
            assert_eq!(card_name(brand), name);
        }
    }
}
