//! The orders of all Organizations, as the superadmin looks for them.
//!
//! They have no index by what is looked for, because every checkout would write to it: a page is a walk along all of
//! them, newest first, from the place where the page before ended.

use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::paging::{self, Page, PageError};
use super::read_audit::check_text;
use super::vouchers::FieldError;
use crate::app::App;
use crate::storage;
use crate::storage::cursor::Cursor;
use crate::storage::orders::{self as rows, Filter, OrderRow};

/// The most orders that one page looks at: where few of them fit, it ends early and says where to go on.
const REACH: i64 = 100_000;

/// Which orders are wanted, as somebody typed it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) status: Option<&'a str>,
    pub(crate) tenant_id: Option<&'a str>,
    /// A voucher's code.
    pub(crate) code: Option<&'a str>,
}

impl Wanted<'_> {
    fn filter(self) -> Result<Filter, FieldError> {
        check_text("status", self.status)?;
        check_text("tenant_id", self.tenant_id)?;
        check_text("promo_code", self.code)?;
        let written = |typed: &str| match Code::parse(typed) {
            Ok(code) => code.as_str().to_owned(),
            Err(_) => typed.to_owned(),
        };
        Ok(Filter {
            status: self.status.map(str::to_owned),
            tenant_id: self.tenant_id.map(str::to_owned),
            codes: self.code.map(|typed| (typed.to_owned(), written(typed))),
        })
    }
}

/// A page of orders.
///
/// # Errors
/// [`PageError`].
pub(crate) async fn list(
    app: &App,
    wanted: Wanted<'_>,
    (after, limit): (Option<&str>, i64),
) -> Result<Page<OrderRow>, PageError> {
    let filter = wanted.filter()?;
    let cursor = paging::read(after)?;
    let after = (cursor.created_at, paging::identifier(&cursor)?);
    let mut tx = app.store.read_across().await?;
    let last = if filter.is_empty() { None } else { rows::reach(&mut tx, after, REACH).await? };
    let found = rows::newest(&mut tx, &filter, (after, last), limit.saturating_add(1)).await?;
    let mut page = paging::page(found, limit, |row| Cursor {
        created_at: row.created_at.0,
        key: row.id.to_string(),
    });
    if let (None, Some((created_at, id))) = (&page.next, last) {
        page.next = Some(paging::write(&Cursor { created_at, key: id.to_string() }));
    }
    Ok(page)
}

/// # Errors
/// Where the database fails.
pub(crate) async fn find(app: &App, id: Uuid) -> storage::Result<Option<OrderRow>> {
    let mut tx = app.store.read_across().await?;
    rows::find(&mut tx, id).await
}
