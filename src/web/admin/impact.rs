//! What revoking vouchers touches, in words: who holds credit from them, which orders wait, and what becomes of both.

use super::super::page::Page;
use crate::usecase::revoke_impact::Impact;

/// A text each; where they are too many to be counted, that.
pub(super) fn texts(page: &Page, impact: Option<Impact>) -> Vec<String> {
    let Some(impact) = impact else { return vec![page.text("admin-impact-many")] };
    let text = |name: &str, count: i64, minor: i64| {
        let values = [("count", count.into()), ("amount", page.amount_inside(minor).into())];
        page.digits.write(&page.language.text_with(name, &values))
    };
    vec![
        text("admin-impact-customers", impact.customers, impact.outstanding_minor),
        text("admin-impact-orders", impact.orders, impact.reserved_minor),
    ]
}
