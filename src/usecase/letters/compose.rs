//! What a letter says, from what the books say now.

use sovereign_domain::book::{LetterKind, OrderStatus};
use sovereign_domain::ids::OrderId;
use sovereign_domain::organization::OrganizationStatus;

use crate::app::App;
use crate::branding::Branding;
use crate::mail::{
    Approval, ApprovalNews, Attachment, CreditExpires, CreditLow, Letter, Life, LifeNews, Payment,
    PaymentNews, Receipt, SpendingLimit, UsageNews,
};
use crate::pdf;
use crate::storage::approvals::{self, ApprovalRow};
use crate::storage::letters::{self as rows, LetterRow, NextMonthRow};
use crate::storage::organization_life::{self, LifeRow};
use crate::storage::{Error, Result, Tx};
use crate::text::{Language, Row, unbroken};
use crate::usecase::approvals::{APPROVED, REFUSED, REVOKED};
use crate::usecase::bill::{self, Bill};
use crate::usecase::branding;
use crate::usecase::organization_life::{OPERATOR, UNPAID_DAYS};
use crate::usecase::print_invoice::{self, Printed, day};
use crate::usecase::usage;
use crate::usecase::wallet::{self, Ending};

/// What a letter is about.
pub(super) enum About {
    Receipt(Box<Bill>),
    Payment(PaymentNews, Box<Bill>),
    CreditLow(Box<NextMonthRow>),
    CreditExpires(Box<Expiring>),
    Usage(UsageNews, Box<Used>),
    Life(LifeNews, Box<LifeRow>),
    Approval(ApprovalNews, Box<ApprovalRow>),
    /// The invoice has no number yet.
    TooEarly,
    /// It is not true any more.
    Nothing,
}

/// What of an Organization's credit will expire unused.
pub(super) struct Expiring {
    organization: LifeRow,
    /// At least one, the earliest first.
    lots: Vec<Ending>,
}

/// What an Organization used, and what it lets itself.
pub(super) struct Used {
    organization: String,
    estimate_minor: i64,
    limit_minor: i64,
}

/// What the letter has to say.
///
/// # Errors
/// Where the database fails, or what it has cannot be read.
pub(super) async fn about(app: &App, letter: &LetterRow) -> Result<About> {
    let kind = LetterKind::parse(&letter.kind)
        .ok_or_else(|| Error::corrupt("letters", format!("kind {:?}", letter.kind)))?;
    let mut tx = app.store.read().await?;
    match kind {
        LetterKind::CreditLow => return credit_low(app, &mut tx, &letter.tenant_id).await,
        LetterKind::CreditExpires => return credit_expires(app, &mut tx, &letter.tenant_id).await,
        LetterKind::UsageNear => return used(&mut tx, &letter.tenant_id, UsageNews::Near).await,
        LetterKind::UsageLimit => {
            return used(&mut tx, &letter.tenant_id, UsageNews::Reached).await;
        }
        _ => {}
    }
    if let Some(news) = life_news(kind) {
        return life(app, &mut tx, news, &letter.tenant_id).await;
    }
    if let Some(news) = approval_news(kind) {
        return approval(&mut tx, news, letter).await;
    }
    let order_id = letter
        .order_id
        .ok_or_else(|| Error::corrupt("letters", format!("{} without an order", letter.kind)))?;
    let Some(bill) = bill::find(app, &mut tx, OrderId(order_id)).await? else {
        return Ok(About::Nothing);
    };
    Ok(match kind {
        LetterKind::Receipt => receipt(bill),
        LetterKind::PaymentDue => payment(PaymentNews::Due, bill),
        LetterKind::ConfirmPayment => payment(PaymentNews::Confirm, bill),
        LetterKind::PaymentFailed => payment(PaymentNews::Failed, bill),
        _ => payment(PaymentNews::Suspended, bill),
    })
}

/// What a letter tells of an Organization's life; `None` where it is about something else.
const fn life_news(kind: LetterKind) -> Option<LifeNews> {
    match kind {
        LetterKind::DeletionBegun => Some(LifeNews::DeletionBegun),
        LetterKind::DeletionSoon => Some(LifeNews::DeletionSoon),
        LetterKind::DeletionUndone => Some(LifeNews::DeletionUndone),
        LetterKind::AddressFreed => Some(LifeNews::AddressFreed),
        _ => None,
    }
}

const fn approval_news(kind: LetterKind) -> Option<ApprovalNews> {
    match kind {
        LetterKind::ApprovalGiven => Some(ApprovalNews::Given),
        LetterKind::ApprovalRefused => Some(ApprovalNews::Refused),
        LetterKind::ApprovalRevoked => Some(ApprovalNews::Revoked),
        _ => None,
    }
}

/// What was approved may be revoked by now, and then that is to be said.
async fn approval(tx: &mut Tx, news: ApprovalNews, letter: &LetterRow) -> Result<About> {
    let id = letter
        .approval_id
        .ok_or_else(|| Error::corrupt("letters", format!("{} of no approval", letter.kind)))?;
    let row = approvals::find(tx, id).await?;
    let state = match news {
        ApprovalNews::Given => APPROVED,
        ApprovalNews::Refused => REFUSED,
        ApprovalNews::Revoked => REVOKED,
    };
    let row = row.filter(|row| row.state == state);
    Ok(row.map_or(About::Nothing, |row| About::Approval(news, Box::new(row))))
}

/// It may have been taken back since, or asked for again; and somebody may have paid.
async fn life(app: &App, tx: &mut Tx, news: LifeNews, tenant_id: &str) -> Result<About> {
    let Some(row) = organization_life::find(tx, tenant_id).await? else {
        return Ok(About::Nothing);
    };
    let lives = row.status()? != OrganizationStatus::Deleted;
    let stands = match news {
        LifeNews::DeletionBegun | LifeNews::DeletionSoon => row.deletion_at.is_some(),
        LifeNews::DeletionUndone => row.deletion_at.is_none(),
        LifeNews::AddressFreed => {
            organization_life::has_never_paid(tx, tenant_id, app.clock.now()).await?
        }
    };
    Ok(if lives && stands { About::Life(news, Box::new(row)) } else { About::Nothing })
}

fn receipt(bill: Bill) -> About {
    match (bill.status, bill.invoice_id(), bill.number()) {
        (_, Some(_), None) => About::TooEarly,
        (OrderStatus::Completed, ..) | (_, Some(_), _) => About::Receipt(Box::new(bill)),
        _ => About::Nothing,
    }
}

/// Somebody may have paid since, or put so much credit there that nothing is left to pay.
fn payment(news: PaymentNews, bill: Bill) -> About {
    let stands = match news {
        PaymentNews::Suspended => bill.is_unpaid(),
        _ => bill.is_unpaid() && bill.due_minor() > 0,
    };
    if stands { About::Payment(news, Box::new(bill)) } else { About::Nothing }
}

async fn credit_low(app: &App, tx: &mut Tx, tenant_id: &str) -> Result<About> {
    let mut next = rows::next_month(tx, tenant_id, app.clock.now()).await?;
    if let Some(next) = &mut next {
        let used = usage::estimate(tx, tenant_id).await?.total_minor;
        next.price_minor = next.price_minor.and_then(|price| price.checked_add(used));
    }
    let low = next.filter(|next| {
        let covers = price(app, next).is_some_and(|price| next.available_minor >= price);
        !next.has_card && !covers
    });
    Ok(low.map_or(About::Nothing, |next| About::CreditLow(Box::new(next))))
}

/// It may be spent by now, or will be: there may be another plan, or a later end.
async fn credit_expires(app: &App, tx: &mut Tx, tenant_id: &str) -> Result<About> {
    let lots = wallet::ends_soon(app, tx, tenant_id).await?;
    let organization = organization_life::find(tx, tenant_id).await?;
    Ok(match organization.filter(|_| !lots.is_empty()) {
        Some(organization) => About::CreditExpires(Box::new(Expiring { organization, lots })),
        None => About::Nothing,
    })
}

/// What the next month costs with what was used so far and its tax, where it is known.
fn price(app: &App, next: &NextMonthRow) -> Option<i64> {
    Some(app.tax.on(next.price_minor?)?.total_minor)
}

/// Once there is another limit, or a bill, there is nothing to say.
async fn used(tx: &mut Tx, tenant_id: &str, news: UsageNews) -> Result<About> {
    let Some(organization) = usage::organization(tx, tenant_id).await? else {
        return Ok(About::Nothing);
    };
    let estimate = usage::estimate(tx, tenant_id).await?;
    let (estimate_minor, limit) = (estimate.total_minor, estimate.limit);
    let stands = match news {
        UsageNews::Near => limit.warned,
        UsageNews::Reached => limit.reached,
    };
    Ok(match limit.limit_minor.filter(|_| stands) {
        Some(limit_minor) => {
            About::Usage(news, Box::new(Used { organization, estimate_minor, limit_minor }))
        }
        None => About::Nothing,
    })
}

/// Who writes, and how they show themselves.
type Desk<'a> = (&'a App, &'a Branding);

/// Writes it in this language.
///
/// # Errors
/// Where the invoice cannot be put on paper, or the database fails.
pub(super) async fn letter(app: &App, about: &About, language: Language) -> anyhow::Result<Letter> {
    let desk = (app, &branding::load(app).await?);
    match about {
        About::Receipt(bill) => write_receipt(desk, bill, language).await,
        About::Payment(news, bill) => Ok(write_payment(desk, *news, bill, language)?),
        About::CreditLow(next) => Ok(write_credit_low(desk, next, language)?),
        About::CreditExpires(expiring) => Ok(write_credit_expires(desk, expiring, language)?),
        About::Usage(news, used) => Ok(write_usage(desk, *news, used, language)),
        About::Life(news, row) => Ok(write_life(desk, *news, row, language)?),
        About::Approval(news, row) => Ok(write_approval(desk, *news, row, language)?),
        About::TooEarly | About::Nothing => anyhow::bail!("there is nothing to say"),
    }
}

async fn write_receipt(
    (app, brand): Desk<'_>,
    bill: &Bill,
    language: Language,
) -> anyhow::Result<Letter> {
    let attachment = invoice(app, bill, language).await?;
    let number = bill.number();
    let receipt = Receipt {
        brand,
        organization: bill.organization(),
        number: number.as_deref().filter(|_| attachment.is_some()),
        total: &unbroken(&app.facts.currency.format(bill.total_minor())),
        bill: bill.rows(app, language)?,
        has_voucher: bill.has_voucher(),
    };
    Ok(Letter { attachment, ..receipt.letter(language) })
}

/// The invoice as a file.
async fn invoice(app: &App, bill: &Bill, language: Language) -> anyhow::Result<Option<Attachment>> {
    let Some(id) = bill.invoice_id() else { return Ok(None) };
    let mut tx = app.store.read().await?;
    let printed = print_invoice::document(app, &mut tx, bill.tenant_id(), id, language).await?;
    drop(tx);
    let Printed::Document(document) = printed else { return Ok(None) };
    let name = format!("{}.pdf", document.number);
    let pdf = tokio::task::spawn_blocking(move || pdf::render(&document)).await??;
    Ok(Some(Attachment { name, pdf }))
}

fn write_payment(
    (app, brand): Desk<'_>,
    news: PaymentNews,
    bill: &Bill,
    language: Language,
) -> Result<Letter> {
    let next_attempt = bill.next_attempt(app, language)?;
    let payment = Payment {
        news,
        brand,
        organization: bill.organization(),
        due: &unbroken(&app.facts.currency.format(bill.due_minor())),
        bill: bill.rows(app, language)?,
        link: &brand.page(&format!("/pay/{}", bill.id())),
        next_attempt: next_attempt.as_deref(),
    };
    Ok(payment.letter(language))
}

fn write_life(
    (app, brand): Desk<'_>,
    news: LifeNews,
    row: &LifeRow,
    language: Language,
) -> Result<Letter> {
    let ends_at = match news {
        LifeNews::AddressFreed => row.created_at.0.plus_days(UNPAID_DAYS),
        _ => row.deletion_at.unwrap_or(row.created_at).0,
    };
    let life = Life {
        news,
        brand,
        organization: &row.name,
        slug: &row.slug,
        day: &language.date(day(app, ends_at)?),
        by_operator: row.deletion_by.as_deref() == Some(OPERATOR),
        link: &brand.page("/console"),
    };
    Ok(life.letter(language))
}

fn write_approval(
    (app, brand): Desk<'_>,
    news: ApprovalNews,
    row: &ApprovalRow,
    language: Language,
) -> Result<Letter> {
    let list = |texts: &[String]| Some(texts.join(", ")).filter(|text| !text.is_empty());
    let (apps, tiers) = (list(&row.apps.0), list(&row.tiers.0));
    let until = row.expires_at.map(|at| day(app, at.0)).transpose()?;
    let until = until.map(|day| language.date(day)).filter(|_| news == ApprovalNews::Given);
    let monthly = row.monthly_minor.map(|minor| unbroken(&app.facts.currency.format(minor)));
    let approval = Approval {
        news,
        brand,
        organization: &row.organization,
        apps: apps.as_deref(),
        tiers: tiers.as_deref(),
        monthly: monthly.as_deref(),
        until: until.as_deref(),
        note: row.note.as_deref(),
        link: &brand.page("/console"),
    };
    Ok(approval.letter(language))
}

fn write_credit_low(
    (app, brand): Desk<'_>,
    next: &NextMonthRow,
    language: Language,
) -> Result<Letter> {
    let money = |amount_minor| unbroken(&app.facts.currency.format(amount_minor));
    let price = price(app, next).map(|price_minor| {
        (money(price_minor), money(price_minor.saturating_sub(next.available_minor)))
    });
    let low = CreditLow {
        brand,
        organization: &next.organization,
        day: &language.date(day(app, next.period_end.0)?),
        available: &money(next.available_minor),
        next: price.as_ref().map(|(price, missing)| (price.as_str(), missing.as_str())),
        link: &brand.page("/console"),
    };
    Ok(low.letter(language))
}

fn write_credit_expires(
    (app, brand): Desk<'_>,
    expiring: &Expiring,
    language: Language,
) -> Result<Letter> {
    let Expiring { organization, lots } = expiring;
    let money = |amount_minor| unbroken(&app.facts.currency.format(amount_minor));
    let date = |at| Ok::<_, Error>(unbroken(&language.date(day(app, at)?)));
    let row = |ending: &Ending| {
        let values = [
            ("origin", wallet::origin(&ending.lot, language).into()),
            ("date", date(ending.expires_at)?.into()),
        ];
        let label = language.text_with("mail-credit-expires-lot", &values);
        Ok(Row::new(label, money(ending.amount_minor)))
    };
    let amounts = lots.iter().map(|ending| ending.amount_minor);
    let first = lots.first().map_or(app.clock.now(), |ending| ending.expires_at);
    let letter = CreditExpires {
        brand,
        organization: &organization.name,
        amount: &money(amounts.fold(0, i64::saturating_add)),
        day: &date(first)?,
        lots: lots.iter().map(row).collect::<Result<_>>()?,
        link: &brand.page(&format!("/console/{}/wallet", organization.slug)),
    };
    Ok(letter.letter(language))
}

fn write_usage((app, brand): Desk<'_>, news: UsageNews, used: &Used, language: Language) -> Letter {
    let money = |amount_minor| unbroken(&app.facts.currency.format(amount_minor));
    let limit = SpendingLimit {
        news,
        brand,
        organization: &used.organization,
        used: &money(used.estimate_minor),
        limit: &money(used.limit_minor),
        link: &brand.page("/console"),
    };
    limit.letter(language)
}
