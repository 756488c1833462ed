//! Mail: letters in the reader's language, sent by SMTP. Without a mail server, which only a demo may
//! be, the log shows them instead.
//!
//! A sign-in's letter or an invitation is sent while whoever caused it waits: it holds a code or a link, which
//! are kept nowhere but in the letter, so it cannot wait in the database. Letters about payments do
//! (`usecase/letters`).

mod approval;
mod billing;
mod credit;
mod hand_over;
mod letters;
mod life;
mod usage;
mod voucher;

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as FilePart, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use reqwest::Url;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

pub(crate) use self::approval::{Approval, ApprovalNews};
pub(crate) use self::billing::{Payment, PaymentNews, Receipt};
pub(crate) use self::credit::{CreditExpires, CreditLow};
pub(crate) use self::hand_over::NotTaken;
pub(crate) use self::letters::{Attachment, Invitation, Letter, SignInCode};
pub(crate) use self::life::{Life, LifeNews};
pub(crate) use self::usage::{SpendingLimit, UsageNews};
pub(crate) use self::voucher::VoucherGift;
use crate::text::Language;

/// One answer of the mail server may take this long, and the whole conversation twice as long.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum MailOptions {
    /// To a mail server.
    Smtp {
        /// `smtp://…` or `smtps://…`, see [`check_url`].
        url: String,
        /// By default `no-reply@` and the Sovereign's name.
        from: Option<String>,
        /// A PEM file with the authority of the server's certificate, where it is not a public one.
        ca_file: Option<PathBuf>,
    },
    /// Into the log, for a demo.
    Log,
}

/// Sends letters.
pub(crate) struct Mailer {
    way: Way,
    /// The Sovereign's domain name, as whose host letters are numbered.
    fqdn: String,
}

enum Way {
    Smtp { transport: Box<AsyncSmtpTransport<Tokio1Executor>>, from: Box<Mailbox> },
    Log,
}

/// Why a letter was not sent.
#[derive(Debug)]
pub(crate) enum MailError {
    /// The mail server will not send to this address, now or later.
    Refused,
    /// It could not be reached, or cannot take the letter now.
    Unavailable,
}

/// What cannot be a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfigError(pub String);

impl fmt::Display for MailConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    /// Not at all: for a relay on the same host or network.
    None,
    /// STARTTLS, or no mail.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

fn parsed(url: &str) -> Result<(Url, Protection), &'static str> {
    const FORM: &str = "must be smtps://user:password@host, or smtp://user:password@host?tls=required \
                        for STARTTLS, or smtp://host for a relay without either";
    let parsed = Url::parse(url).map_err(|_| FORM)?;
    let tls = parsed.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value);
    let protection = match (parsed.scheme(), tls.as_deref()) {
        ("smtps", None) => Protection::Tls,
        ("smtp", Some("required")) => Protection::StartTls,
        ("smtp", None) => Protection::None,
        _ => return Err(FORM),
    };
    if parsed.host_str().is_none_or(str::is_empty) {
        return Err(FORM);
    }
    let has_credentials = !parsed.username().is_empty() || parsed.password().is_some();
    if has_credentials && protection == Protection::None {
        return Err(
            "would send its password in the clear; use smtps://…, or smtp://…?tls=required",
        );
    }
    Ok((parsed, protection))
}

/// Whether this can be the address of a mail server.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(url: &str) -> Result<String, &'static str> {
    parsed(url).map(|_| url.to_owned())
}

/// Whether this can be a sender: an address, or a name and an address.
///
/// # Errors
/// What is wrong with it.
pub fn check_from(from: &str) -> Result<String, &'static str> {
    let mailbox: Result<Mailbox, _> = from.parse();
    mailbox
        .map(|_| from.to_owned())
        .map_err(|_| "must be an address, such as Omantel Cloud <no-reply@omantel.om>")
}

impl Mailer {
    pub(crate) fn new(options: &MailOptions, fqdn: &str) -> Result<Self, MailConfigError> {
        let way = match options {
            MailOptions::Log => Way::Log,
            MailOptions::Smtp { url, from, ca_file } => {
                let wrong = |detail: String| MailConfigError(detail);
                let from = from.clone().unwrap_or_else(|| format!("no-reply@{fqdn}"));
                let from = from.parse().map_err(|_| wrong("mail.from: is no address".into()))?;
                let transport = transport(url, ca_file.as_ref(), fqdn).map_err(wrong)?;
                Way::Smtp { transport: Box::new(transport), from: Box::new(from) }
            }
        };
        Ok(Self { way, fqdn: fqdn.to_owned() })
    }

    /// Sends a letter to an address that [`usable_address`] accepted. Mail programs fold letters of the same
    /// `id`.
    pub(crate) async fn send(
        &self,
        to: &str,
        letter: &Letter,
        id: Uuid,
        now: Timestamp,
    ) -> Result<(), MailError> {
        let (transport, from) = match &self.way {
            Way::Smtp { transport, from } => (transport, from),
            Way::Log => {
                let Letter { subject, text, .. } = letter;
                tracing::warn!(to, subject, "no mail server is configured; the mail:\n{text}");
                return Ok(());
            }
        };
        let from = match &letter.sender {
            Some(name) => Mailbox::new(Some(name.clone()), from.email.clone()),
            None => (**from).clone(),
        };
        let message = self.message(to, &from, letter, id, now)?;
        match tokio::time::timeout(TIMEOUT * 2, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => {
                tracing::warn!(%error, "the mail server refused a mail");
                Err(MailError::Refused)
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a mail was not sent");
                Err(MailError::Unavailable)
            }
            Err(_) => {
                tracing::error!("a mail was not sent: the mail server does not answer");
                Err(MailError::Unavailable)
            }
        }
    }

    fn message(
        &self,
        to: &str,
        from: &Mailbox,
        letter: &Letter,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Message, MailError> {
        let to: Address = to.parse().map_err(|_| MailError::Refused)?;
        let plain = SinglePart::builder().header(ContentType::TEXT_PLAIN);
        let html = SinglePart::builder().header(ContentType::TEXT_HTML);
        let mut parts = MultiPart::alternative()
            .singlepart(plain.body(letter.text.clone()))
            .singlepart(html.body(letter.html.clone()));
        if let Some(Attachment { name, pdf }) = &letter.attachment {
            let kind = ContentType::parse("application/pdf").map_err(|_| MailError::Unavailable)?;
            let file = FilePart::new(name.clone()).body(pdf.clone(), kind);
            parts = MultiPart::mixed().multipart(parts).singlepart(file);
        }
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .date(SystemTime::from(now.date_time()))
            .message_id(Some(format!("<{id}@{}>", self.fqdn)))
            .header(ContentLanguage(letter.language))
            .header(AutoSubmitted)
            .multipart(parts);
        message.map_err(|error| {
            tracing::error!(%error, "a mail could not be put together");
            MailError::Unavailable
        })
    }
}

fn transport(
    url: &str,
    ca_file: Option<&PathBuf>,
    fqdn: &str,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let (url, protection) = parsed(url).map_err(|detail| format!("mail.smtp_url: {detail}"))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let mut tls = TlsParameters::builder(host.clone());
    if let Some(path) = ca_file {
        let wrong =
            |detail: &dyn fmt::Display| format!("mail.smtp_ca_file: {}: {detail}", path.display());
        let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(&error))?);
    }
    let tls = || tls.build().map_err(|error| format!("mail.smtp_url: {error}"));
    let (port, tls) = match protection {
        Protection::None => (25, Tls::None),
        Protection::StartTls => (587, Tls::Required(tls()?)),
        Protection::Tls => (465, Tls::Wrapper(tls()?)),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .hello_name(ClientId::Domain(fqdn.to_owned()))
        .timeout(Some(TIMEOUT));
    if let Some(password) = url.password() {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
        };
        builder = builder.credentials(Credentials::new(decoded(url.username()), decoded(password)));
    }
    Ok(builder.build())
}

/// An e-mail address as it is compared and written to: without spaces around it, in lower case. `None`
/// where it is none. Only ASCII: few mail servers take other local parts.
#[must_use]
pub(crate) fn usable_address(text: &str) -> Option<String> {
    // RFC 5321, section 4.5.3.1.3, less the brackets.
    const MAX_LENGTH: usize = 254;
    let text = text.trim();
    let (_, domain) = text.rsplit_once('@')?;
    let plain = text.is_ascii() && !text.contains([' ', '"', '\\', '\r', '\n']);
    let usable =
        plain && text.len() <= MAX_LENGTH && domain.contains('.') && !domain.starts_with('[');
    (usable && text.parse::<Address>().is_ok()).then(|| text.to_ascii_lowercase())
}

/// RFC 3282.
#[derive(Debug, Clone)]
struct ContentLanguage(Language);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Language::of_tag(text).map(Self).ok_or_else(|| "another language".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.tag().to_owned())
    }
}

/// Asks that nobody's absence answers (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case_and_bad_ones_are_none() {
        assert_eq!(usable_address(" Ahmed@Example.COM "), Some("ahmed@example.com".into()));
        assert_eq!(usable_address("a+b.c@x.example"), Some("a+b.c@x.example".into()));
        for bad in [
            "",
            "ahmed",
            "@example.com",
            "ahmed@",
            "ahmed@localhost",
            "a b@example.com",
            "a@b@example.com",
            "ahmed@example.com\r\nBcc: x@example.com",
            "ahmed@example.com, x@example.com",
            "\"a b\"@example.com",
            "ahmed@[192.0.2.1]",
            "أحمد@example.com",
            "<ahmed@example.com>",
            &format!("{}@example.com", "a".repeat(250)),
        ] {
            assert_eq!(usable_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn server_addresses_say_how_the_way_is_protected() {
        for good in [
            "smtps://u:p%40ss@mail.example",
            "smtp://u:p@mail.example:2587?tls=required",
            "smtp://relay",
            "smtp://127.0.0.1:25",
        ] {
            assert_eq!(check_url(good), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://u:p@mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtps://",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
