//! Invoices and credit notes, for the people of their Organization.

use sovereign_domain::ids::UserId;
use uuid::Uuid;

use crate::app::App;
use crate::storage::Tx;
use crate::storage::billing::{self, InvoiceRow};
use crate::storage::organizations::role_of;
use crate::storage::refunds::{self, RefundRow};
use crate::text::Language;
use crate::usecase::organizations::OrganizationError;
use crate::usecase::print_credit_note;
use crate::usecase::print_invoice::{self, Printed};

/// What an Organization was billed, and what amends it; each newest first.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    pub(crate) invoices: Vec<InvoiceRow>,
    pub(crate) notes: Vec<RefundRow>,
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Invoice,
    CreditNote,
}

/// Lists them, for members.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn documents(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
) -> Result<Documents, OrganizationError> {
    let mut tx = app.store.snapshot_as(user_id).await?;
    require_member(&mut tx, user_id, tenant_id).await?;
    Ok(Documents {
        invoices: billing::invoices(&mut tx, tenant_id).await?,
        notes: refunds::noted(&mut tx, tenant_id).await?,
    })
}

/// One of them in this language, to be put on paper; for members.
///
/// # Errors
/// [`OrganizationError`].
pub(crate) async fn printed(
    app: &App,
    user_id: &UserId,
    tenant_id: &str,
    (document, id): (Document, Uuid),
    language: Language,
) -> Result<Printed, OrganizationError> {
    let mut tx = app.store.read_as(user_id).await?;
    require_member(&mut tx, user_id, tenant_id).await?;
    Ok(match document {
        Document::Invoice => print_invoice::document(app, &mut tx, tenant_id, id, language).await?,
        Document::CreditNote => {
            print_credit_note::document(app, &mut tx, tenant_id, id, language).await?
        }
    })
}

async fn require_member(
    tx: &mut Tx,
    user_id: &UserId,
    tenant_id: &str,
) -> Result<(), OrganizationError> {
    let role = role_of(tx, tenant_id, user_id).await?;
    role.map(|_| ()).ok_or(OrganizationError::NotFound)
}
