//! A mail server that delivers nothing, and tells what came.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sovereign::mail::MailOptions;
use tokio::sync::watch;

use super::certificate::Certificate;
use super::helper::{Helper, python};
use crate::harness::process::{PATIENCE, Running};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Security {
    #[default]
    None,
    /// No mail before STARTTLS, and no login either.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Behaviour {
    #[default]
    Accept,
    /// Every recipient gets 550.
    Refuse,
    /// This recipient gets 550, the first time.
    RefuseOnce(&'static str),
    /// So many messages get 451 before one is accepted.
    Defer(usize),
    /// A connection is accepted, and nothing is ever said on it.
    Silent,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SinkOptions {
    pub(crate) security: Security,
    /// The user and password without which no mail is taken.
    pub(crate) login: Option<(&'static str, &'static str)>,
    pub(crate) behaviour: Behaviour,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Mail {
    /// The envelope's, as `to` is.
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Decoded, as they come.
    headers: Vec<(String, String)>,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) raw: String,
}

/// A file that came with a mail.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// In base64.
    content: String,
}

impl Attachment {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.content).unwrap()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Event {
    Accepted(Mail),
    Deferred(Mail),
    /// A recipient.
    Refused(String),
    /// Who gave another user or password.
    Unauthenticated(String),
    /// To a server that is silent.
    Connected,
}

pub(crate) struct MailSink {
    pub(crate) address: SocketAddr,
    certificate: Option<Certificate>,
    security: Security,
    login: Option<(&'static str, &'static str)>,
    events: watch::Receiver<Vec<Event>>,
    /// The events that a test was given.
    taken: Mutex<BTreeSet<usize>>,
    running: Mutex<Running>,
}

impl Mail {
    /// The one header of this name.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => value,
            _ => panic!("not one {name} in: {}", self.raw),
        }
    }

    fn is_to(&self, email: &str) -> bool {
        self.to.iter().any(|to| to == email)
    }
}

impl MailSink {
    pub(crate) async fn start(options: SinkOptions) -> Self {
        let certificate = (options.security != Security::None).then(Certificate::make);
        let flags = flags(options, certificate.as_ref());
        let (helper, greeting) = Helper::start(|| python("smtp_sink.py").args(flags)).await;
        let Helper { running, mut lines } = helper;
        let (told, events) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Some(line) = lines.recv().await {
                let event = serde_json::from_value(line).unwrap();
                told.send_modify(|events: &mut Vec<Event>| events.push(event));
            }
        });
        let port = greeting["port"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let (taken, running) = (Mutex::default(), Mutex::new(running));
        let SinkOptions { security, login, .. } = options;
        Self { address, certificate, security, login, events, taken, running }
    }

    /// As the setting of a Sovereign that sends to it.
    pub(crate) fn as_setting(&self) -> MailOptions {
        let (address, login) = (self.address, self.login);
        let login = login.map(|(user, password)| format!("{user}:{password}@").replace(' ', "%20"));
        let login = login.unwrap_or_default();
        let url = match self.security {
            Security::None => format!("smtp://{address}"),
            Security::StartTls => format!("smtp://{login}{address}?tls=required"),
            Security::Tls => format!("smtps://{login}{address}"),
        };
        let ca_file = self.certificate.as_ref().map(|certificate| certificate.authority.clone());
        MailOptions::Smtp { url, from: None, ca_file }
    }

    /// The file with the certificate authority to trust, in PEM. There is one where there is TLS.
    pub(crate) fn authority(&self) -> &Path {
        &self.certificate.as_ref().unwrap().authority
    }

    /// Waits for a mail to `email`, and takes it: the next call answers the one after.
    pub(crate) async fn next_to(&self, email: &str) -> Mail {
        self.take(&format!("no mail to {email}"), |event| match event {
            Event::Accepted(mail) if mail.is_to(email) => Some(mail.clone()),
            _ => None,
        })
        .await
    }

    /// How many mails to `email` have come that nobody took. Events keep their order: what was sent before
    /// something that a test has waited for is counted.
    pub(crate) fn untaken_to(&self, email: &str) -> usize {
        let taken = self.taken.lock().unwrap();
        let events = self.events.borrow();
        let untaken = events.iter().enumerate().filter(|(number, _)| !taken.contains(number));
        untaken
            .filter(|(_, event)| matches!(event, Event::Accepted(mail) if mail.is_to(email)))
            .count()
    }

    /// Waits until a mail to `email` was put off.
    pub(crate) async fn deferred_to(&self, email: &str) -> Mail {
        self.take(&format!("no mail to {email} to put off"), |event| match event {
            Event::Deferred(mail) if mail.is_to(email) => Some(mail.clone()),
            _ => None,
        })
        .await
    }

    /// Waits until the recipient `email` was refused.
    pub(crate) async fn refused(&self, email: &str) {
        self.take(&format!("nobody wrote to {email}"), |event| match event {
            Event::Refused(to) if to == email => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits until somebody gave another user or password, and answers the user.
    pub(crate) async fn unauthenticated(&self) -> String {
        self.take("nobody failed to log in", |event| match event {
            Event::Unauthenticated(user) => Some(user.clone()),
            _ => None,
        })
        .await
    }

    /// Waits until somebody has connected to a server that is silent.
    pub(crate) async fn connected(&self) {
        self.take("nobody connected", |event| matches!(event, Event::Connected).then_some(()))
            .await;
    }

    async fn take<T>(&self, otherwise: &str, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let mut found = None;
        let mut events = self.events.clone();
        let look = events.wait_for(|events| {
            let mut taken = self.taken.lock().unwrap();
            let mut untaken =
                events.iter().enumerate().filter(|(number, _)| !taken.contains(number));
            let first = untaken.find_map(|(number, event)| Some((number, wanted(event)?)));
            first.is_some_and(|(number, value)| {
                found = Some(value);
                taken.insert(number)
            })
        });
        let in_time = matches!(tokio::time::timeout(PATIENCE, look).await, Ok(Ok(_)));
        found.filter(|_| in_time).unwrap_or_else(|| {
            let events = self.events.borrow();
            panic!("{otherwise}, but: {events:?}\n{}", self.running.lock().unwrap().last_words())
        })
    }
}

fn flags(options: SinkOptions, certificate: Option<&Certificate>) -> Vec<String> {
    let security = match options.security {
        Security::None => "none",
        Security::StartTls => "starttls",
        Security::Tls => "tls",
    };
    let mut flags = vec!["--security".to_owned(), security.to_owned()];
    let mut add = |name: &str, value: &str| flags.extend([name.to_owned(), value.to_owned()]);
    if let Some(certificate) = certificate {
        add("--certificate", certificate.chain.to_str().unwrap());
        add("--key", certificate.key.to_str().unwrap());
    }
    if let Some((user, password)) = options.login {
        add("--user", user);
        add("--password", password);
    }
    match options.behaviour {
        Behaviour::Accept => {}
        Behaviour::Refuse => flags.push("--refuse".to_owned()),
        Behaviour::RefuseOnce(address) => add("--refuse-once", address),
        Behaviour::Defer(count) => add("--defer", &count.to_string()),
        Behaviour::Silent => flags.push("--silent".to_owned()),
    }
    flags
}
