//! A real NATS server with `JetStream`, on a port of its own, which can be stopped and started again.

use std::path::PathBuf;
use std::sync::Mutex;

use async_nats::jetstream::{self, stream::LastRawMessageErrorKind};
use serde_json::Value;
use sovereign::nats::NatsOptions;
use tempfile::TempDir;

use crate::harness::database::FQDN;
use crate::harness::process::{PATIENCE, Running};
use crate::harness::program::Program;

const LISTENING: &str = "Listening for client connections on 127.0.0.1:";
const READY: &str = "Server is ready";

pub(crate) struct NatsServer {
    /// What its streams hold outlives it.
    directory: TempDir,
    port: u16,
    running: Mutex<Option<Running>>,
    arguments: Vec<String>,
}

/// A message as the stream holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) subject: String,
    /// `Nats-Msg-Id`.
    pub(crate) id: String,
    pub(crate) body: Value,
}

/// Debian puts it where only root's shell looks.
fn program() -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    let found = std::env::split_paths(&path).map(|directory| directory.join("nats-server"));
    found.into_iter().find(|file| file.exists()).expect(
        "the tests need nats-server: run them with ./test, which installs it on Debian as root",
    )
}

fn stream_name() -> String {
    format!("sovereign_{}", FQDN.replace('.', "_"))
}

impl NatsServer {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let server = Self { directory, port: 0, running: Mutex::new(None), arguments };
        let mut running = server.spawn("-1");
        let said = running.wait_for(READY);
        let port = said.split_once(LISTENING).unwrap().1.split_whitespace().next().unwrap();
        let port = port.parse().unwrap();
        Self { port, running: Mutex::new(Some(running)), ..server }
    }

    fn spawn(&self, port: &str) -> Running {
        let store = self.directory.path().to_str().unwrap();
        let fixed = ["--addr", "127.0.0.1", "--port", port, "--jetstream", "--store_dir", store];
        Program::of(program().to_str().unwrap(), fixed).args(&self.arguments).spawn()
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// How a Sovereign publishes to it.
    pub(crate) fn options(&self) -> NatsOptions {
        NatsOptions {
            urls: sovereign::nats::check_urls(&self.url()).unwrap(),
            user: None,
            password: None,
            token: None,
            ca_file: None,
            stream: None,
            subject_prefix: "sovereign".to_owned(),
            replicas: 1,
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        self.running.lock().unwrap().take().expect("a running server").kill();
    }

    /// Starts it again, with all that it had.
    pub(crate) fn start_again(&self) {
        let mut running = self.spawn(&self.port.to_string());
        running.wait_for(READY);
        *self.running.lock().unwrap() = Some(running);
    }

    pub(crate) async fn context(&self) -> jetstream::Context {
        jetstream::new(async_nats::connect(self.url()).await.unwrap())
    }

    /// Waits until the stream has so many messages.
    pub(crate) async fn wait_for_messages(&self, count: u64) {
        let context = self.context().await;
        let reached = async {
            loop {
                if let Ok(stream) = context.get_stream(stream_name()).await
                    && stream.cached_info().state.messages >= count
                {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.expect("messages in the stream");
    }

    /// Everything the Sovereign's stream holds, in its order.
    pub(crate) async fn messages(&self) -> Vec<Message> {
        let stream = self.context().await.get_stream(stream_name()).await.unwrap();
        let state = &stream.cached_info().state;
        let mut messages = Vec::new();
        for sequence in state.first_sequence.max(1)..=state.last_sequence {
            let message = match stream.get_raw_message(sequence).await {
                Ok(message) => message,
                Err(error) => {
                    assert_eq!(error.kind(), LastRawMessageErrorKind::NoMessageFound);
                    continue;
                }
            };
            let id = message.headers.get("Nats-Msg-Id").unwrap().to_string();
            let body = serde_json::from_slice(&message.payload).unwrap();
            messages.push(Message { subject: message.subject.to_string(), id, body });
        }
        messages
    }
}
