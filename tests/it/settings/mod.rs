//! `/billing/admin/settings` and `sovereign stripe`: the keys to Stripe.

mod adopted;
mod change;
mod check;
mod command;
mod encrypted;
mod servers;
mod webhook;

use serde_json::Value;

use crate::harness::{Client, TestApp};

pub(crate) const PATH: &str = "/billing/admin/settings";
const SECRET_KEY: &str = "sk_test_51NsecretAAAA";
const LIVE_KEY: &str = "rk_live_51NsecretBBBB";
const WEBHOOK_SECRET: &str = "whsec_51NsecretCCCC";
const PUBLIC_KEY: &str = "pk_test_51NpublicDDDD";

/// A superadmin who has just signed in.
async fn root(app: &TestApp) -> Client {
    app.database().run(&["user", "grant", "root@example.com", "--role", "superadmin"]).expect(0);
    app.sign_in("root@example.com").await.client
}

/// The members of the answer that say which keys are there.
fn ends(settings: &Value) -> [&Value; 4] {
    ["stripe_secret_key_last4", "stripe_webhook_secret_last4", "stripe_public_key", "mode"]
        .map(|member| &settings[member])
}
