//! `/billing/campaigns`: sets of vouchers with a budget, a time and a rule for each customer.

mod budget;
mod customers;
mod days;
mod edit;
mod funnel;
mod list;
mod make;
mod time;
mod vouchers;

use serde_json::{Value, json};

use crate::harness::{Reply, TestApp};

/// Makes a campaign called `name` with these members; answers its identifier.
pub(crate) async fn campaign(app: &TestApp, name: &str, members: Value) -> String {
    let mut body = json!({ "name": name });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let made = app.sovereign_admin().post("/billing/campaigns", &body).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn issue_in(app: &TestApp, campaign: &str, code: &str, credit_omr: i64) {
    app.issue_as(json!({ "code": code, "credit_omr": credit_omr, "campaign_id": campaign })).await;
}

async fn read(app: &TestApp, id: &str) -> Value {
    app.sovereign_admin().get(&format!("/billing/campaigns/{id}")).await.expect(200)
}

async fn put(app: &TestApp, id: &str, body: Value) -> Reply {
    app.sovereign_admin().put(&format!("/billing/campaigns/{id}"), &body).await
}

/// What it granted in minor units, and how often.
async fn granted(app: &TestApp, id: &str) -> (i64, i64) {
    let campaign = read(app, id).await;
    (campaign["granted_minor"].as_i64().unwrap(), campaign["redemptions"].as_i64().unwrap())
}

/// Whether anyone who looks at the code may redeem it, and the voucher's status.
async fn stands(app: &TestApp, code: &str) -> (u16, bool, String) {
    let body = json!({ "code": code });
    let preview = app.anyone().post("/billing/vouchers/redeem-preview", &body).await;
    let voucher = app.sovereign_admin().get(&format!("/billing/vouchers/code/{code}")).await;
    let voucher = voucher.expect(200);
    let accepting = preview.body["accepting_redemptions"].as_bool().unwrap_or(false);
    (preview.status, accepting, voucher["status"].as_str().unwrap().to_owned())
}
