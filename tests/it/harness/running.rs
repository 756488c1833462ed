//! A Sovereign that answers on a port of its own, in the test's process.

use std::net::SocketAddr;
use std::sync::Arc;

use sovereign::jobs::{self, Outcome, Runner};
use sovereign::lifecycle::{self, Options, Sovereign};
use sovereign::{api, server};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) sovereign: Sovereign,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Running {
    pub(super) async fn start(options: Options) -> Self {
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

    /// Runs the job that seals the audit log; answers how many seals were written.
    pub(super) async fn seal_audit(&self, holder: u128) -> usize {
        let job = jobs::find("seal-audit").unwrap();
        let runner = Runner::as_holder(&self.sovereign.app, Uuid::from_u128(holder));
        match runner.run_now(&job).await.unwrap() {
            Outcome::Done(count) => count,
            Outcome::Held => 0,
            other => panic!("{other:?}"),
        }
    }

    /// Ends as the program does: requests first, then the engine, then the database.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        self.server.await.unwrap();
        self.sovereign.stop().await;
    }
}
