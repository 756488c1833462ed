//! The way to NATS: one connection, made when something is to be published and kept while it is sound.
//!
//! Nothing here waits for long, and nothing is kept for later: what NATS has not confirmed is still in the
//! database. A connection on which something failed is given up, with whatever it has not sent yet.

mod options;

use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, stream};
use async_nats::{Client, ConnectOptions};
use tokio::sync::Mutex;

pub use self::options::{NatsOptions, check_name, check_urls};
use crate::storage::outbox::OutboxEvent;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long NATS may take to confirm an event.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(5);
/// Within this time NATS drops an event that it has already.
const DUPLICATE_WINDOW: Duration = Duration::from_hours(2);
/// A new stream keeps events for so long.
const MAX_AGE: Duration = Duration::from_hours(30 * 24);

/// Why NATS has not got an event. The text is shown to the superadmin.
#[derive(Debug)]
pub(crate) struct NatsError(String);

impl std::fmt::Display for NatsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NATS: {}", self.0)
    }
}

impl std::error::Error for NatsError {}

impl NatsError {
    fn new(what: &str, error: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

/// Where events go.
pub(crate) struct Nats {
    options: NatsOptions,
    /// The Sovereign's name, as one token of a subject.
    source: String,
    connection: Mutex<Option<Client>>,
}

/// A sound connection.
pub(crate) struct Connected<'a> {
    nats: &'a Nats,
    context: jetstream::Context,
}

impl Nats {
    pub(crate) fn new(options: NatsOptions, fqdn: &str) -> Self {
        Self { options, source: fqdn.replace('.', "_"), connection: Mutex::new(None) }
    }

    fn stream_name(&self) -> String {
        let own = || format!("sovereign_{}", self.source);
        self.options.stream.clone().unwrap_or_else(own)
    }

    fn subject(&self, kind: &str) -> String {
        format!("{}.{}.{kind}", self.options.subject_prefix, self.source)
    }

    /// The connection there is, or a new one; the stream is made where there is none.
    pub(crate) async fn connect(&self) -> Result<Connected<'_>, NatsError> {
        let mut kept = self.connection.lock().await;
        if let Some(client) = &*kept
            && client.connection_state() == State::Connected
        {
            return Ok(Connected { nats: self, context: context(client.clone()) });
        }
        *kept = None;
        let client = self.open().await?;
        let context = context(client.clone());
        self.require_stream(&context).await?;
        *kept = Some(client);
        Ok(Connected { nats: self, context })
    }

    /// Gives the connection up.
    pub(crate) async fn disconnect(&self) {
        *self.connection.lock().await = None;
    }

    async fn open(&self) -> Result<Client, NatsError> {
        // The first that asks decides for the process; all ask for the same.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let options = &self.options;
        // One round of tries after a connection broke: the next run makes a new one.
        let mut connect = ConnectOptions::new()
            .name("sovereign")
            .connection_timeout(CONNECT_TIMEOUT)
            .max_reconnects(options.urls.len());
        if let Some(user) = &options.user {
            let password = options.password.clone().unwrap_or_default();
            connect = connect.user_and_password(user.clone(), password);
        }
        if let Some(token) = &options.token {
            connect = connect.token(token.clone());
        }
        if let Some(path) = &options.ca_file {
            connect = connect.add_root_certificates(path.clone());
        }
        let opened = connect.connect(&*options.urls).await;
        opened.map_err(|error| NatsError::new("cannot be reached", error))
    }

    async fn require_stream(&self, context: &jetstream::Context) -> Result<(), NatsError> {
        let wanted = stream::Config {
            name: self.stream_name(),
            description: Some("Events of a Sovereign".to_owned()),
            subjects: vec![self.subject(">")],
            storage: stream::StorageType::File,
            retention: stream::RetentionPolicy::Limits,
            discard: stream::DiscardPolicy::Old,
            max_age: MAX_AGE,
            duplicate_window: DUPLICATE_WINDOW,
            num_replicas: self.options.replicas,
            ..stream::Config::default()
        };
        let made = context.get_or_create_stream(wanted).await;
        made.map(|_| ())
            .map_err(|error| NatsError::new(&format!("stream {}", self.stream_name()), error))
    }
}

fn context(client: Client) -> jetstream::Context {
    let builder = jetstream::ContextBuilder::new().ack_timeout(CONFIRM_TIMEOUT);
    builder.timeout(CONFIRM_TIMEOUT).build(client)
}

impl Connected<'_> {
    /// Publishes an event; returns when the stream has it, or had it already.
    pub(crate) async fn publish(
        &self,
        event: &OutboxEvent,
        envelope: String,
    ) -> Result<(), NatsError> {
        let message = PublishMessage::build()
            .message_id(event.id.to_string())
            .expected_stream(self.nats.stream_name())
            .payload(envelope.into());
        let sent = self.context.send_publish(self.nats.subject(&event.kind), message).await;
        let confirmed = match sent {
            Ok(confirmed) => confirmed.await.map(|_| ()),
            Err(error) => Err(error),
        };
        confirmed.map_err(|error| match error.kind() {
            PublishErrorKind::StreamNotFound => NatsError(format!(
                "no stream takes {}; give stream {} this subject",
                self.nats.subject(&event.kind),
                self.nats.stream_name()
            )),
            _ => NatsError::new(&format!("event {}", event.id), error),
        })
    }
}
