//! The wallet: what there is, how long it lasts, where it came from, and each movement of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::console::frame::Frame;
use super::super::page::{Page, address, parameter};
use super::super::problems::Problems;
use super::{enter_to_spend, refused};
use crate::api::export::{CSV, send};
use crate::app::App;
use crate::storage::ledger::Line;
use crate::storage::{self, wallets::LotRow};
use crate::usecase::export::ExportError;
use crate::usecase::organizations::OrganizationError;
use crate::usecase::print_invoice::numbered;
use crate::usecase::wallet::{self, Lasts, LedgerQuery, Movement, Summary};
use crate::web::console::visit::Visit;
use crate::web::error;

/// The lines of one page.
const LINES: i64 = 50;

#[derive(Template)]
#[template(path = "web/wallet/wallet.html")]
pub(super) struct WalletPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// This page, without what is asked of it.
    address: String,
    problems: Problems,
    /// What was typed as a voucher's code.
    code: String,
    /// Names the redemption that the form asks for.
    key: String,
    /// Whether the voucher that goes along is worth something else by now.
    changed: bool,
    summary: Summary,
    /// How long the credit lasts, in words.
    lasts: String,
    /// What will expire unused, in words.
    unused: Option<String>,
    lots: Vec<ShownLot>,
    filter: Filter,
    lines: Vec<ShownLine>,
    /// The page of older lines.
    next: Option<String>,
    /// The first page, where this one is none.
    newest: Option<String>,
    file: String,
    invoices: String,
}

struct ShownLot {
    origin: String,
    left_minor: i64,
    amount_minor: i64,
    held_minor: i64,
    expires: Option<String>,
}

struct ShownLine {
    day: String,
    text: String,
    /// The invoice's number and address.
    invoice: Option<(String, String)>,
    amount_minor: i64,
    balance_minor: i64,
}

/// What the reader asked to see, as they entered it.
struct Filter {
    movement: String,
    voucher: String,
    /// The first day and the last, each with its name and label.
    days: [(&'static str, String, String); 2],
    movements: Vec<(&'static str, String)>,
}

impl Filter {
    fn is_any(&self) -> bool {
        let days = self.days.iter().map(|(_, _, day)| day);
        days.chain([&self.movement, &self.voucher]).any(|text| !text.is_empty())
    }
}

/// What a wallet page is made for: a look, or a form that came to nothing.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) problems: Problems,
    pub(super) code: String,
    pub(super) changed: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = match enter_to_spend(&app, &page, &headers, (&slug, &page.here)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let asked = |name| parameter(&uri, name).trim().to_owned();
    let asked = [asked("movement"), asked("from"), asked("to"), asked("voucher"), asked("after")];
    match make(&app, &page, &visit, asked, Made::default()).await {
        Ok(made) => {
            let fine = !made.problems.any();
            page.render(if fine { StatusCode::OK } else { StatusCode::BAD_REQUEST }, &made)
        }
        Err(error) => refused(&page, &error),
    }
}

/// The page with nothing asked of the ledger, for a form that came to nothing.
pub(super) async fn again(
    app: &App,
    page: &Page,
    visit: &Visit,
    (status, made): (StatusCode, Made),
) -> Response {
    match make(app, page, visit, Default::default(), made).await {
        Ok(made) => page.render(status, &made),
        Err(error) => refused(page, &error),
    }
}

async fn make<'a>(
    app: &App,
    page: &'a Page,
    visit: &'a Visit,
    [movement, from, to, voucher, after]: [String; 5],
    Made { mut problems, code, changed }: Made,
) -> Result<WalletPage<'a>, OrganizationError> {
    let summary = wallet::summary(app, &visit.user_id(), visit.tenant_id()).await?;
    let query = LedgerQuery {
        movement: Some(movement.clone()),
        from: Some(from.clone()),
        to: Some(to.clone()),
        code: Some(voucher.clone()),
    };
    let place = (Some(after.as_str()).filter(|after| !after.is_empty()), LINES);
    let found = wallet::ledger(app, &visit.user_id(), visit.tenant_id(), &query, place).await;
    let (rows, next) = match found {
        Ok(found) => (found.rows, found.next),
        Err(OrganizationError::Field(wrong)) => {
            let (field, message) = match wrong.field {
                "movement" => ("movement", "wallet-movement-wrong"),
                "from" => ("from", "wallet-day-wrong"),
                "to" => ("to", "wallet-to-wrong"),
                _ => ("ledger", "wallet-place-wrong"),
            };
            problems.add(field, page.text(message));
            (Vec::new(), None)
        }
        Err(error) => return Err(error),
    };
    let address = visit.address("wallet");
    let sent = [("movement", &movement), ("from", &from), ("to", &to), ("voucher", &voucher)];
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(n, text)| (*n, text.as_str()))
        .collect();
    let next = next.map(|next| to_page(&address, &[&sent[..], &[("after", &next)]].concat()));
    let newest = (!after.is_empty()).then(|| to_page(&address, &sent));
    let lines: storage::Result<Vec<ShownLine>> =
        rows.iter().map(|line| shown_line(app, page, visit, line)).collect();
    let movements = Movement::ALL.into_iter().map(|one| (one.as_str(), page.text(message_of(one))));
    let movements = movements.collect();
    let file = super::super::page::address(&format!("{address}/ledger.csv"), &sent);
    let days = [("from", page.text("wallet-from"), from), ("to", page.text("wallet-to"), to)];
    let filter = Filter { movement, voucher, days, movements };
    Ok(WalletPage {
        page,
        frame: visit.frame(page, "wallet"),
        problems,
        code,
        key: app.new_id().to_string(),
        changed,
        lasts: lasts(page, &summary),
        unused: unused(page, &summary),
        lots: summary.lots.iter().map(|lot| shown_lot(page, lot)).collect(),
        summary,
        filter,
        lines: lines?,
        next,
        newest,
        file,
        invoices: visit.address("invoices"),
        address,
    })
}

fn to_page(path: &str, parameters: &[(&str, &str)]) -> String {
    format!("{}#ledger", address(path, parameters))
}

/// The name of its message.
const fn message_of(movement: Movement) -> &'static str {
    match movement {
        Movement::Granted => "wallet-granted",
        Movement::Spent => "wallet-spent",
        Movement::Refunded => "wallet-refunded",
        Movement::Expired => "wallet-expired",
        Movement::Released => "wallet-released",
        Movement::TakenBack => "wallet-taken-back",
        Movement::Disputed => "wallet-disputed",
        Movement::Settled => "wallet-settled",
        Movement::Adopted => "wallet-adopted",
    }
}

fn lasts(page: &Page, summary: &Summary) -> String {
    match summary.lasts {
        Lasts::NoSubscription => page.text("wallet-lasts-no-subscription"),
        Lasts::Ends(at) => page.text_with("wallet-lasts-ends", "day", &page.day(at)),
        Lasts::Stopped => page.text("wallet-lasts-stopped"),
        Lasts::Unknown => page.text("wallet-lasts-unknown"),
        Lasts::Until { at, months: 0 } => page.text_with("wallet-lasts-not", "day", &page.day(at)),
        Lasts::Until { at, .. } => page.day(at),
        Lasts::WithoutEnd => page.text("wallet-lasts-without-end"),
    }
}

fn unused(page: &Page, summary: &Summary) -> Option<String> {
    let first = summary.unused.first()?;
    let amounts = summary.unused.iter().map(|unused| unused.amount_minor);
    let amount_minor = amounts.fold(0, i64::saturating_add);
    let values = [
        ("amount", page.amount_inside(amount_minor).into()),
        ("day", page.day(first.expires_at).into()),
    ];
    Some(page.language.text_with("wallet-unused", &values))
}

fn shown_lot(page: &Page, lot: &LotRow) -> ShownLot {
    ShownLot {
        origin: wallet::origin(lot, page.language),
        left_minor: lot.remaining_minor,
        amount_minor: lot.amount_minor,
        held_minor: lot.held_minor,
        expires: lot.expires_at.map(|end| page.day(end.0)),
    }
}

fn shown_line(app: &App, page: &Page, visit: &Visit, line: &Line) -> storage::Result<ShownLine> {
    let row = &line.row;
    let text = wallet::described(app, line, page.language)?;
    let has_code = matches!(
        line.movement(),
        Movement::Granted | Movement::Expired | Movement::Released | Movement::Adopted
    );
    let issued_by = row.invoice_issued_by.as_deref();
    let invoice = row.invoice_id.zip(row.invoice_number).map(|(id, number)| {
        (numbered(number, issued_by), visit.address(&format!("invoices/{id}/pdf")))
    });
    Ok(ShownLine {
        day: page.day(row.created_at.0),
        // A code is copied as it is.
        text: if has_code { text } else { page.digits.write(&text) },
        invoice,
        amount_minor: row.amount_minor,
        balance_minor: line.balance_minor,
    })
}

/// The ledger as a file, of the lines that are shown.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = match enter_to_spend(&app, &page, &headers, (&slug, &page.here)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let asked = |name| Some(parameter(&uri, name));
    let query = LedgerQuery {
        movement: asked("movement"),
        from: asked("from"),
        to: asked("to"),
        code: asked("voucher"),
    };
    let tenant_id = visit.tenant_id();
    let written = wallet::file(&app, &visit.user_id(), tenant_id, &query, page.language).await;
    let name = format!("{slug}-ledger.csv");
    match written.and_then(|spool| Ok(send(spool, CSV, &name)?)) {
        Ok(file) => file,
        Err(ExportError::Organization(OrganizationError::Field(_))) => {
            let back = visit.address("wallet");
            let back = Some((back.as_str(), "wallet-back"));
            error::say(&page, StatusCode::BAD_REQUEST, "wallet-filter-wrong", back)
        }
        Err(ExportError::Organization(failed)) => refused(&page, &failed),
        Err(ExportError::NoRoom(failed)) => error::unavailable(&page, &failed),
    }
}
