//! Puts an invoice on paper: what its row and its order say, as a document to be rendered.

use sovereign_domain::calendar::date_in;
use sovereign_domain::catalog::OrderLine;
use sovereign_domain::timestamp::Timestamp;
use time::Date;
use uuid::Uuid;

use super::branding;
use crate::app::App;
use crate::branding::Branding;
use crate::pdf::{Customer, Document, Kind, Language, Line, Period, Seller, Status, Tax};
use crate::storage::invoices::{self, PrintedRow};
use crate::storage::{Error, Result, Tx};

/// What there is to print.
pub(crate) enum Printed {
    Document(Box<Document>),
    /// The job that numbers it will come by.
    NotNumbered,
    /// No such invoice, or one that an earlier service made and has the file of.
    NotHere,
}

/// The invoice of an Organization in this language.
pub(crate) async fn document(
    app: &App,
    tx: &mut Tx,
    tenant_id: &str,
    id: Uuid,
    language: Language,
) -> Result<Printed> {
    let row = invoices::printed(tx, tenant_id, id).await?;
    let Some(row) = row.filter(|row| !row.adopted) else { return Ok(Printed::NotHere) };
    let Some(number) = row.number else { return Ok(Printed::NotNumbered) };
    let seller = seller_of(app, tx, row.issued_by.as_deref(), language).await?;
    let document = compose(app, (seller, tenant_id), number, row, language)?;
    Ok(Printed::Document(Box::new(document)))
}

/// An invoice's number as people read it: `INV-000123`.
pub(crate) fn number_text(number: i64) -> String {
    format!("INV-{number:06}")
}

/// The same, with the Sovereign that gave it, where that is another one.
pub(crate) fn numbered(number: i64, issued_by: Option<&str>) -> String {
    let number = number_text(number);
    match issued_by {
        Some(fqdn) => format!("{number} ({fqdn})"),
        None => number,
    }
}

fn compose(
    app: &App,
    (seller, tenant_id): (Seller, &str),
    number: i64,
    row: PrintedRow,
    language: Language,
) -> Result<Document> {
    let beyond = || Error::corrupt("invoices", format!("the amounts of number {number}"));
    let tax = tax(&row, language)?;
    let added_minor = tax.as_ref().filter(|tax| !tax.included).map_or(0, |tax| tax.amount_minor);
    let payment = Payment::of(&row);
    let total_minor = row.amount_minor.checked_sub(payment.rounding_minor).ok_or_else(beyond)?;
    let paid_minor = payment.credit_minor.checked_add(payment.card_minor).ok_or_else(beyond)?;
    let status = status(&row, total_minor)?;
    let due_minor = match status {
        Status::Void => 0,
        _ => total_minor.checked_sub(paid_minor).ok_or_else(beyond)?,
    };
    let subtotal_minor = row.amount_minor.checked_sub(added_minor).ok_or_else(beyond)?;
    let day = |at: Timestamp| day(app, at);
    let period = match (row.period_start, row.period_end) {
        // The end is the moment at which the next period begins.
        (Some(start), Some(end)) => Some(Period {
            first: day(start.0)?,
            last: day(end.0)?.previous_day().unwrap_or(Date::MIN),
        }),
        _ => None,
    };
    Ok(Document {
        language,
        kind: Kind::Invoice,
        number: number_text(number),
        status,
        issued_on: day(row.created_at.0)?,
        period,
        seller,
        customer: Customer { name: row.organization, email: row.email, id: tenant_id.to_owned() },
        currency: app.facts.currency,
        lines: lines(app, &row.lines.0, subtotal_minor, language),
        subtotal_minor,
        tax,
        rounding_minor: payment.rounding_minor.checked_neg().ok_or_else(beyond)?,
        total_minor,
        credit_minor: payment.credit_minor,
        card_minor: payment.card_minor,
        due_minor,
        notes: notes(app, row.issued_by.as_deref(), language),
    })
}

/// The order's lines; where they were not kept, one of the whole.
fn lines(app: &App, ordered: &[OrderLine], subtotal_minor: i64, language: Language) -> Vec<Line> {
    if ordered.is_empty() {
        let description = language.text("invoice-amount");
        return vec![Line { description, quantity: 1, amount_minor: subtotal_minor }];
    }
    ordered.iter().map(|ordered| line(app, ordered, language)).collect()
}

/// What was used says what it costs; of anything else there is one.
fn line(app: &App, ordered: &OrderLine, language: Language) -> Line {
    let amount_minor = ordered.amount_minor;
    let Some(usage) = &ordered.usage else {
        let description = described(ordered, &ordered.name, language);
        return Line { description, quantity: 1, amount_minor };
    };
    let values = [
        ("item", ordered.name.as_str().into()),
        ("price", app.facts.currency.format(usage.price_minor).into()),
        ("count", usage.per_units.to_string().into()),
        ("unit", usage.unit.as_str().into()),
    ];
    let description = language.text_with("invoice-line-usage", &values);
    Line { description, quantity: usage.quantity, amount_minor }
}

/// The name of a line; that of a part of a month says so.
pub(super) fn described(line: &OrderLine, name: &str, language: Language) -> String {
    let part = match line.month_minor {
        None => return name.to_owned(),
        Some(_) if line.amount_minor < 0 => "invoice-line-unused",
        Some(_) => "invoice-line-rest",
    };
    language.text_with(part, &[("item", name.into())])
}

fn tax(row: &PrintedRow, language: Language) -> Result<Option<Tax>> {
    tax_of((row.tax_rate_bp, row.tax_included), row.tax_minor, language)
}

/// Tax by the rules of an order; none where the rate is nothing.
pub(super) fn tax_of(
    (rate_bp, included): (i64, bool),
    amount_minor: i64,
    language: Language,
) -> Result<Option<Tax>> {
    if rate_bp == 0 {
        return Ok(None);
    }
    let rate_basis_points = u32::try_from(rate_bp)
        .map_err(|_| Error::corrupt("orders", format!("tax_rate_bp {rate_bp}")))?;
    let label = language.text("invoice-tax-name");
    Ok(Some(Tax { label, rate_basis_points, included, amount_minor }))
}

/// Who sold: this Sovereign or, of a document that an Organization brought along, the one that issued it, of which no more
/// is known than its domain name.
pub(super) async fn seller_of(
    app: &App,
    tx: &mut Tx,
    issued_by: Option<&str>,
    language: Language,
) -> Result<Seller> {
    let Some(fqdn) = issued_by else {
        return Ok(seller(app, &branding::of(app, tx).await?, language));
    };
    let (name, fqdn) = (fqdn.to_owned(), fqdn.to_owned());
    Ok(Seller { name, fqdn, address: Vec::new(), tax_number: None })
}

/// That a document is a copy of another Sovereign's.
pub(super) fn notes(app: &App, issued_by: Option<&str>, language: Language) -> Vec<String> {
    let note = |fqdn: &str| {
        let values = [
            ("issuer", language.isolated(fqdn).into()),
            ("here", language.isolated(&app.facts.fqdn).into()),
        ];
        language.text_with("invoice-issued-elsewhere", &values)
    };
    issued_by.map(note).into_iter().collect()
}

/// The Sovereign, by the name that it shows to readers of this language now.
pub(super) fn seller(app: &App, brand: &Branding, language: Language) -> Seller {
    Seller {
        name: brand.name(language).to_owned(),
        fqdn: app.facts.fqdn.clone(),
        address: Vec::new(),
        tax_number: None,
    }
}

/// A paid invoice stays paid; what its credit notes gave back is said beside.
fn status(row: &PrintedRow, total_minor: i64) -> Result<Status> {
    match row.status.as_str() {
        "paid" if row.refunded_minor == 0 => Ok(Status::Paid),
        "paid" if row.refunded_minor < total_minor => Ok(Status::PartlyRefunded),
        "paid" => Ok(Status::Refunded),
        "open" if row.past_due => Ok(Status::PastDue),
        "open" => Ok(Status::Open),
        "void" => Ok(Status::Void),
        other => Err(Error::corrupt("invoices", format!("status {other:?}"))),
    }
}

/// What was paid of an invoice, in minor units: nothing before all of it is.
#[expect(clippy::struct_field_names, reason = "the unit stands last in every amount's name")]
struct Payment {
    credit_minor: i64,
    card_minor: i64,
    /// What rounding took off.
    rounding_minor: i64,
}

impl Payment {
    fn of(row: &PrintedRow) -> Self {
        if row.status != "paid" {
            return Self { credit_minor: 0, card_minor: 0, rounding_minor: 0 };
        }
        Self {
            credit_minor: row.credit_minor,
            card_minor: row.charge_minor,
            rounding_minor: row.rounding_minor,
        }
    }
}

/// The day of a moment where the Sovereign is.
pub(crate) fn day(app: &App, at: Timestamp) -> Result<Date> {
    date_in(at, &app.zone).ok_or_else(|| Error::corrupt("invoices", format!("no date: {at}")))
}
