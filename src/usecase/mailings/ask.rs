//! Asking for a mailing: what is to be sent to whom, and all that can be wrong with it.

use serde_json::json;
use sovereign_domain::money::Currency;
use uuid::Uuid;

use super::super::bulk::{self, NewCodes, Pattern};
use super::super::vouchers::{FieldError, Issue, Writer};
use super::addresses::{self, Address, Asked};
use super::mailing::{Mailing, MailingError, record};
use crate::storage::mailing_addresses::{self as address_rows, Address as AddressRow};
use crate::storage::{Tx, bulk as bulk_rows, mailings as rows};
use crate::text::Language;

/// The longest message, in characters.
const MAX_MESSAGE_CHARS: usize = 2_000;

/// A mailing that is asked for, as a client says it.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewMailing {
    /// To whom.
    pub(crate) addresses: Vec<Asked>,
    /// What codes look like and what each is worth; the identifier is the mailing's too. There are as many as addresses, and
    /// each can be redeemed once, whatever is said here.
    pub(crate) codes: NewCodes,
    /// The tag of the language of those addresses that name none; empty = English.
    pub(crate) language: String,
    /// In the sender's words; may be empty.
    pub(crate) message: String,
}

/// A mailing that nothing is wrong with.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) addresses: Vec<Address>,
    pub(crate) pattern: Pattern,
    codes: NewCodes,
    pub(crate) language: Language,
    pub(crate) message: String,
}

impl NewMailing {
    /// Looks at everything but the database.
    ///
    /// # Errors
    /// [`MailingError::Fields`], and where nothing is wrong with those, [`MailingError::Addresses`].
    pub(crate) fn check(&self, currency: Currency) -> Result<Checked, MailingError> {
        let (codes, message) = (self.codes(), self.message());
        let mut faults = Vec::new();
        let pattern = match codes.read(currency) {
            Ok(pattern) => Some(pattern),
            Err(wrong) => {
                faults.extend(wrong);
                None
            }
        };
        let language = self.language();
        if language.is_none() {
            faults.push(FieldError::new("language", "language must be en or ar"));
        }
        faults.extend(check_message(&message).err());
        let (Some(pattern), Some(language), true) = (pattern, language, faults.is_empty()) else {
            return Err(MailingError::Fields(faults));
        };
        let addresses = self.addresses_in(language)?;
        Ok(Checked { addresses, pattern, codes, language, message })
    }

    /// The addresses alone.
    ///
    /// # Errors
    /// [`MailingError::Addresses`].
    pub(crate) fn addresses(&self) -> Result<Vec<Address>, MailingError> {
        self.addresses_in(self.language().unwrap_or(Language::English))
    }

    fn addresses_in(&self, language: Language) -> Result<Vec<Address>, MailingError> {
        addresses::read(&self.addresses, language).map_err(MailingError::Addresses)
    }

    fn language(&self) -> Option<Language> {
        match self.language.trim() {
            "" => Some(Language::English),
            tag => Language::of_tag(tag),
        }
    }

    fn message(&self) -> String {
        self.message.replace("\r\n", "\n").trim().to_owned()
    }

    fn codes(&self) -> NewCodes {
        // However many addresses are wrong, that is not for the codes to say.
        let count = self.addresses.len().clamp(1, addresses::MAX_ADDRESSES);
        let worth = Issue { max_redemptions: Some(1), ..self.codes.worth.clone() };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        NewCodes { count, worth, ..self.codes.clone() }
    }
}

fn check_message(text: &str) -> Result<(), FieldError> {
    if text.chars().count() > MAX_MESSAGE_CHARS {
        let detail = format!("message must have at most {MAX_MESSAGE_CHARS} characters");
        return Err(FieldError::new("message", detail));
    }
    if text.chars().any(|c| c.is_control() && !"\n\t".contains(c)) {
        return Err(FieldError::new("message", "message has a control character in it"));
    }
    Ok(())
}

/// Asks for a mailing. Its codes are made and its letters sent soon, by whoever does the jobs. One that was asked for before under
/// this identifier is answered as it is by now.
///
/// # Errors
/// [`MailingError`]; then nothing was written.
pub(crate) async fn create(
    writer: &mut Writer<'_>,
    new: &NewMailing,
) -> Result<Mailing, MailingError> {
    let checked = new.check(writer.currency)?;
    let id = new.codes.id.unwrap_or_else(|| writer.ids.next_id());
    let codes = NewCodes { id: Some(id), ..checked.codes.clone() };
    let mut tx = writer.store.begin().await?;
    let is_known = rows::find(&mut tx, id).await?.is_some();
    if !is_known && bulk_rows::find(&mut tx, id).await?.is_some() {
        // Codes that were made for something else are not mailed.
        return Err(another());
    }
    bulk::create_in(&mut tx, writer, &codes).await?;
    note(&mut tx, writer, id, &checked).await?;
    let row = rows::find(&mut tx, id).await?.ok_or(MailingError::Unknown)?;
    let mailing = Mailing::try_from(row)?;
    tx.commit().await?;
    Ok(mailing)
}

/// Notes a mailing, or sees to it that the one which is there is this one.
async fn note(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    id: Uuid,
    checked: &Checked,
) -> Result<(), MailingError> {
    let total = i64::try_from(checked.addresses.len()).unwrap_or(i64::MAX);
    let language = checked.language.tag();
    let new = rows::New {
        id,
        language,
        message: &checked.message,
        total,
        user_id: &writer.actor.user_id.0,
        request_id: &writer.actor.request_id,
        now: writer.now,
    };
    let is_new = rows::insert(tx, &new).await?;
    let row = |one: &Address| AddressRow {
        email: one.email.clone(),
        language: one.language.tag().to_owned(),
    };
    let addresses: Vec<AddressRow> = checked.addresses.iter().map(row).collect();
    if !is_new {
        return is_same(tx, id, (language, &checked.message), &addresses).await;
    }
    address_rows::insert(tx, id, &addresses).await?;
    // To whom it goes stands with the mailing, and not in the log.
    let told = json!({ "addresses": total, "language": language });
    Ok(record(tx, writer, ("mailing.create", id), told).await?)
}

async fn is_same(
    tx: &mut Tx,
    id: Uuid,
    (language, message): (&str, &str),
    addresses: &[AddressRow],
) -> Result<(), MailingError> {
    let there = rows::find(tx, id).await?;
    let same_words =
        there.is_some_and(|there| there.language == language && there.message == message);
    let same = same_words && address_rows::all(tx, id).await? == addresses;
    if same { Ok(()) } else { Err(another()) }
}

/// The identifier is that of something else.
fn another() -> MailingError {
    let detail = "another mailing or operation has this id; send another one, or none";
    MailingError::Fields(vec![FieldError::new("id", detail)])
}
