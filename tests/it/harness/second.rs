//! A second server of the same Sovereign: another engine on the same PostgreSQL database, as a second
//! process would be.

use std::net::SocketAddr;
use std::sync::Arc;

use sovereign::api;
use sovereign::auth::{Role, SigningKey};
use sovereign::lifecycle::{self, Options, Sovereign};
use sovereign::limits::Limits;
use sovereign::server;
use sovereign::usecase::start::Wanted;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::app::TestApp;
use super::client::{Client, Customer};

pub(crate) struct SecondServer {
    address: SocketAddr,
    sovereign: Sovereign,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl SecondServer {
    pub(crate) async fn beside(app: &TestApp) -> Self {
        let options = Options {
            location: app.database.location.clone(),
            key: SigningKey::from_der(&app.key).unwrap(),
            shared_secret: None,
            wanted: Wanted::default(),
            limits: Limits::off(),
            clock: app.clock.clone(),
        };
        let sovereign = lifecycle::start(options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = api::router(Arc::clone(&sovereign.app));
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server::serve(listener, router, async {
            let _ = stopped.await;
        }));
        Self { address, sovereign, stop, server }
    }

    /// The same caller, asking this server.
    pub(crate) fn client(&self, app: &TestApp, name: &str, role: Role) -> Client {
        let base = format!("http://{}", self.address);
        Client::new(reqwest::Client::new(), base, Some(app.token(name, role)))
    }

    /// The same customer, asking this server.
    pub(crate) fn customer(&self, app: &TestApp, name: &str, customer: &Customer) -> Customer {
        let client = self.client(app, name, Role::Member);
        Customer { client, tenant_id: customer.tenant_id.clone() }
    }

    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.server.await.unwrap();
        self.sovereign.stop().await;
    }
}
