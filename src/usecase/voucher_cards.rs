//! Vouchers as cards to be printed: those that the list has, in its order.

use sovereign_domain::calendar::{TimeZone, date_in};
use sovereign_domain::ids::UserId;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use time::Date;

use super::branding;
use super::list_vouchers::Wanted;
use super::paging::{Page, PageError};
use super::voucher_file::link;
use super::vouchers::FieldError;
use crate::app::App;
use crate::branding::Branding;
use crate::limits::{Key, Quota, TooMany};
use crate::pdf::cards::{self, Card, Cards};
use crate::qr::Qr;
use crate::storage::{self, Store};
use crate::text::Language;

/// The most cards of one file: a hundred sheets.
pub(crate) const MAX_CARDS: i64 = 1_000;

/// Why nothing is printed.
#[derive(Debug)]
pub(crate) enum CardsError {
    Field(FieldError),
    /// There is no voucher to print.
    Nothing,
    /// Too many files by this user.
    Limited(TooMany),
    Storage(storage::Error),
    /// A flaw of ours.
    Broken(anyhow::Error),
}

impl From<storage::Error> for CardsError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<PageError> for CardsError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Field(fault) => Self::Field(fault),
            PageError::Storage(error) => Self::Storage(error),
        }
    }
}

/// Cards, and where the next thousand begin.
pub(crate) struct Printed {
    pub(crate) file: Vec<u8>,
    pub(crate) next: Option<String>,
}

/// The cards of up to a thousand of the vouchers that are wanted, from where `after` says, as a PDF file. What is revoked
/// is not printed.
///
/// # Errors
/// [`CardsError`].
pub(crate) async fn file(
    app: &App,
    user_id: &UserId,
    wanted: &Wanted<'_>,
    language: Language,
) -> Result<Printed, CardsError> {
    let limited = app.limits.check(Quota::ExportByUser, Key::User(user_id)).await;
    limited.map_err(CardsError::Limited)?;
    let branding = branding::load(app).await?;
    let (currency, now) = (app.facts.currency, app.clock.now());
    let press = Press { store: &app.store, branding, currency, zone: &app.zone, now };
    print(press, wanted, language).await
}

/// What cards are printed with.
pub(crate) struct Press<'a> {
    pub(crate) store: &'a Store,
    pub(crate) branding: Branding,
    pub(crate) currency: Currency,
    pub(crate) zone: &'a TimeZone,
    pub(crate) now: Timestamp,
}

/// The same, with or without a running server, and as often as one likes.
///
/// # Errors
/// [`CardsError`].
pub(crate) async fn print(
    press: Press<'_>,
    wanted: &Wanted<'_>,
    language: Language,
) -> Result<Printed, CardsError> {
    let Press { store, branding, currency, zone, now } = press;
    let mut tx = store.read().await?;
    let Page { rows: mut found, next } = wanted.page(&mut tx, MAX_CARDS, now).await?;
    drop(tx);
    found.retain(|voucher| voucher.deleted_at.is_none());
    if found.is_empty() {
        return Err(CardsError::Nothing);
    }
    let today = date_in(now, zone).unwrap_or(Date::MIN);
    // A thousand cards take a while, in which others have their turn.
    let printed = tokio::task::spawn_blocking(move || {
        cards::render(&on_cards((&branding, currency, language, today), &found))
    });
    match printed.await {
        Ok(Ok(file)) => Ok(Printed { file, next }),
        Ok(Err(error)) => Err(CardsError::Broken(error)),
        Err(error) => Err(CardsError::Broken(error.into())),
    }
}

fn on_cards(
    (branding, currency, language, today): (&Branding, Currency, Language, Date),
    vouchers: &[Voucher],
) -> Cards {
    let card = |voucher: &Voucher| Card {
        value: currency.format(voucher.credit_minor),
        description: voucher.description.clone(),
        code: voucher.code.as_str().to_owned(),
        lasts: match voucher.credit_valid_days {
            Some(days) => language.text_with("redeem-lasts", &[("count", days.into())]),
            None => language.text("redeem-lasts-for-good"),
        },
        qr: Qr::of(&link(branding, voucher)),
    };
    Cards {
        language,
        printed_on: today,
        issuer: branding.name(language).to_owned(),
        accent: branding.shown_accents().light.rgb(),
        all: vouchers.iter().map(card).collect(),
    }
}
