//! Handing a letter over, for whoever keeps what the mail server said.

use std::error::Error as _;

use lettre::AsyncTransport as _;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Letter, MailError, Mailer, TIMEOUT, Way};

/// Replies that are about us, not about an address: the server takes no mail, or none from whoever is signed in as we are
/// (RFC 4954, RFC 7504).
const ABOUT_US: [u16; 5] = [521, 530, 534, 535, 538];

/// Why the mail server has not taken a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotTaken {
    /// Whether it would not take it later either.
    pub(crate) is_final: bool,
    /// What it said, or why it said nothing.
    pub(crate) reply: String,
}

impl Mailer {
    /// As [`Mailer::send`]; answers what the mail server said.
    pub(crate) async fn hand_over(
        &self,
        to: &str,
        letter: &Letter,
        id: Uuid,
        now: Timestamp,
    ) -> Result<String, NotTaken> {
        let later = |reply: &str| NotTaken { is_final: false, reply: reply.to_owned() };
        let Way::Smtp { transport, from } = &self.way else {
            let logged = self.send(to, letter, id, now).await;
            let logged =
                logged.map(|()| "there is no mail server: the log has the mail".to_owned());
            return logged.map_err(|_| later("the mail was not logged"));
        };
        let from = match &letter.sender {
            Some(name) => Mailbox::new(Some(name.clone()), from.email.clone()),
            None => (**from).clone(),
        };
        let message = self.message(to, &from, letter, id, now).map_err(|error| NotTaken {
            is_final: matches!(error, MailError::Refused),
            reply: "the mail cannot be put together".to_owned(),
        })?;
        match tokio::time::timeout(TIMEOUT * 2, transport.send(message)).await {
            Ok(Ok(response)) => {
                let said: Vec<&str> = response.message().collect();
                Ok(format!("{} {}", response.code(), said.join(" ")))
            }
            Ok(Err(error)) => Err(not_taken(&error)),
            Err(_) => Err(later("the mail server does not answer")),
        }
    }
}

fn not_taken(error: &SmtpError) -> NotTaken {
    let status = error.status();
    let reply = match (status, error.source()) {
        (Some(code), Some(said)) => format!("{code} {said}"),
        _ => error.to_string(),
    };
    let about_us = status.is_some_and(|code| ABOUT_US.contains(&u16::from(code)));
    NotTaken { is_final: error.is_permanent() && !about_us, reply }
}
