//! Two Sovereigns that answer requests, each with a superadmin who has just signed in.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Client, Customer, Engine, FORM, FQDN, Reply, Setup, TestApp, form};

pub(super) const TARGET: &str = "other.sovereign.example";
pub(super) const FORWARD: &str = "https://other.sovereign.example/console";

pub(super) struct Pair {
    pub(super) source: TestApp,
    pub(super) target: TestApp,
    /// Who moves Organizations, on either side.
    pub(super) at_source: Client,
    pub(super) at_target: Client,
}

/// A superadmin who has just signed in, and the token.
pub(super) async fn superadmin(app: &TestApp) -> (Client, String) {
    let email = "root@example.com";
    let code = app.mailed_code(email).await;
    let body = json!({ "email": email, "code": code });
    let pair = app.anyone().post("/auth/verify", &body).await.expect(200);
    let token = pair["token"].as_str().unwrap().to_owned();
    let role = format!("UPDATE users SET role = 'superadmin' WHERE email = '{email}'");
    app.execute(&role).await;
    (app.bearing(&token), token)
}

impl Pair {
    pub(super) async fn between(source: Engine, target: Engine) -> Self {
        let source = TestApp::start_with(source, Setup::with_mail()).await;
        let setup = Setup { fqdn: TARGET, ..Setup::with_mail() };
        let target = TestApp::start_with(target, setup).await;
        let (at_source, at_target) = (superadmin(&source).await.0, superadmin(&target).await.0);
        Self { source, target, at_source, at_target }
    }

    pub(super) async fn finish(self) {
        self.source.finish().await;
        self.target.finish().await;
    }

    /// An Organization of the source that has some credit left.
    pub(super) async fn customer(&self, name: &str) -> Customer {
        self.source.issue("TWENTY", 20, 5).await;
        self.source.issue("FIVE", 5, 5).await;
        let customer = self.source.customer(name).await;
        customer.checkout("m", "TWENTY").await.expect(200);
        customer
    }

    /// Begins the move of an Organization; answers the path that its routes begin with.
    pub(super) async fn begin(&self, customer: &Customer) -> String {
        let path = move_of(&customer.tenant_id);
        let wish = json!({ "to": TARGET, "forward_url": FORWARD });
        self.at_source.post(&path, &wish).await.expect(200);
        path
    }

    /// The bundle of one that is frozen.
    pub(super) async fn bundle(&self, path: &str) -> Vec<u8> {
        let reply = self.at_source.get(&format!("{path}/bundle")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.bytes
    }

    /// Sends a bundle of the source to the target, with these parts besides.
    pub(super) async fn import(&self, bundle: &[u8], parts: &[(&str, &str)]) -> Reply {
        let (from, keys) = (FQDN, self.source.jwks().await.to_string());
        let always = [("from", from), ("keys", keys.as_str())];
        let parts = [&always[..], parts].concat();
        send_form(&self.at_target, form(&parts, &[("bundle", bundle)])).await
    }

    /// What an Organization's wallet has at the target.
    pub(super) async fn credit_there(&self, tenant_id: &str) -> i64 {
        let sql = format!("SELECT balance_minor FROM wallets WHERE tenant_id = '{tenant_id}'");
        self.target.number(&sql).await
    }
}

/// The path of the routes of an Organization's move.
pub(super) fn move_of(tenant_id: &str) -> String {
    format!("/billing/admin/organizations/{tenant_id}/move")
}

pub(super) async fn send_form(client: &Client, body: Vec<u8>) -> Reply {
    let path = "/billing/admin/moves/import";
    client.send(Method::POST, path, &[("Content-Type", FORM)], Some(body)).await
}

/// Makes two tests of one body, from either database to the other.
macro_rules! between {
    ($($(#[$doc:meta])* async fn $name:ident($pair:ident: &Pair) $block:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($pair: &$crate::moves::pair::Pair) $block

            async fn run(source: $crate::harness::Engine, target: $crate::harness::Engine) {
                let pair = $crate::moves::pair::Pair::between(source, target).await;
                Box::pin(body(&pair)).await;
                pair.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_to_postgres() {
                use $crate::harness::Engine::{Postgres, Sqlite};
                run(Sqlite, Postgres).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres_to_sqlite() {
                use $crate::harness::Engine::{Postgres, Sqlite};
                run(Postgres, Sqlite).await;
            }
        }
    )+};
}
pub(super) use between;
