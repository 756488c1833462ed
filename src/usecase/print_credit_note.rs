//! Puts a credit note on paper: what its refund says, as a document to be rendered.

use sovereign_domain::book::UNUSED;
use uuid::Uuid;

use super::print_invoice::{self, Printed};
use crate::app::App;
use crate::pdf::{Customer, Document, Kind, Language, Line, Seller, Status, Tax};
use crate::storage::refunds::{self, PrintedNoteRow};
use crate::storage::{Error, Result, Tx};

/// The credit note of an Organization in this language. It names its invoice, and so waits for both numbers.
pub(crate) async fn document(
    app: &App,
    tx: &mut Tx,
    tenant_id: &str,
    id: Uuid,
    language: Language,
) -> Result<Printed> {
    let Some(row) = refunds::printed(tx, tenant_id, id).await? else {
        return Ok(Printed::NotHere);
    };
    let (Some(number), Some(invoice)) = (row.number, row.invoice_number) else {
        return Ok(Printed::NotNumbered);
    };
    // The Organization may have had one of them from another Sovereign.
    let of = if row.invoice_issued_by == row.issued_by {
        print_invoice::number_text(invoice)
    } else {
        let issuer = row.invoice_issued_by.as_deref().unwrap_or(&app.facts.fqdn);
        print_invoice::numbered(invoice, Some(issuer))
    };
    let seller = print_invoice::seller_of(app, tx, row.issued_by.as_deref(), language).await?;
    let document = compose(app, (seller, tenant_id), (number, of), row, language)?;
    Ok(Printed::Document(Box::new(document)))
}

/// A credit note's number as people read it: `CN-000123`.
pub(crate) fn number_text(number: i64) -> String {
    format!("CN-{number:06}")
}

fn compose(
    app: &App,
    (seller, tenant_id): (Seller, &str),
    (number, of): (i64, String),
    row: PrintedNoteRow,
    language: Language,
) -> Result<Document> {
    let beyond = || Error::corrupt("refunds", format!("the amounts of number {number}"));
    let tax = tax(&row, language)?;
    let added_minor = tax.as_ref().filter(|tax| !tax.included).map_or(0, |tax| tax.amount_minor);
    // What a card had paid and is credit now is credit to whoever reads it.
    let credit_minor = row.credit_minor.checked_add(row.credited_minor).ok_or_else(beyond)?;
    let total_minor = credit_minor.checked_add(row.card_minor).ok_or_else(beyond)?;
    let subtotal_minor = total_minor.checked_sub(added_minor).ok_or_else(beyond)?;
    let subject = if row.reason == UNUSED { "invoice-unused" } else { "invoice-refund" };
    let line =
        Line { description: language.text(subject), quantity: 1, amount_minor: subtotal_minor };
    Ok(Document {
        language,
        kind: Kind::CreditNote { of },
        number: number_text(number),
        status: Status::Issued,
        issued_on: print_invoice::day(app, row.created_at.0)?,
        period: None,
        seller,
        customer: Customer { name: row.organization, email: row.email, id: tenant_id.to_owned() },
        currency: app.facts.currency,
        lines: vec![line],
        subtotal_minor,
        tax,
        rounding_minor: 0,
        total_minor,
        credit_minor,
        card_minor: row.card_minor,
        due_minor: 0,
        notes: print_invoice::notes(app, row.issued_by.as_deref(), language),
    })
}

fn tax(row: &PrintedNoteRow, language: Language) -> Result<Option<Tax>> {
    print_invoice::tax_of((row.tax_rate_bp, row.tax_included), row.tax_minor, language)
}
