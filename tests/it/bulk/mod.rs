//! `/billing/vouchers/bulk` and `/billing/vouchers/import`: many vouchers at once.

mod ask;
mod edit;
mod generate;
mod import;
mod killed;
mod round_trip;
mod stop;

use serde_json::{Value, json};

use crate::harness::{Reply, TestApp};

pub(crate) use self::killed::killed_at;

const BULK: &str = "/billing/vouchers/bulk";
const IMPORT: &str = "/billing/vouchers/import";
const JOB: &str = "issue-in-bulk";

/// Asks for so many codes worth 200; answers the operation.
pub(crate) async fn ask(app: &TestApp, count: i64, members: Value) -> Value {
    let mut body = json!({ "count": count, "credit_omr": 200 });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    app.sovereign_admin().post(BULK, &body).await.expect(202)
}

/// How the operation stands.
async fn read(app: &TestApp, operation: &Value) -> Value {
    let id = operation["id"].as_str().unwrap();
    app.sovereign_admin().get(&format!("{BULK}/{id}")).await.expect(200)
}

async fn press(app: &TestApp, operation: &Value, what: &str) -> Reply {
    let id = operation["id"].as_str().unwrap();
    app.sovereign_admin().post_text(&format!("{BULK}/{id}/{what}"), "").await
}

/// All vouchers that it issued.
pub(crate) async fn issued(app: &TestApp, operation: &Value) -> Vec<Value> {
    let id = operation["id"].as_str().unwrap();
    let mut path = format!("/billing/vouchers/list?bulk={id}");
    let mut found = Vec::new();
    loop {
        let reply = app.sovereign_admin().get(&path).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        found.extend(reply.expect(200).as_array().unwrap().clone());
        let Some(link) = link else { return found };
        link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path);
    }
}

/// A file of these vouchers, each worth so many units.
pub(crate) fn file(codes: impl Iterator<Item = String>, credit: i64) -> String {
    let lines: Vec<String> = codes.map(|code| format!("{code},{credit}")).collect();
    format!("code,credit\n{}\n", lines.join("\n"))
}

fn codes(vouchers: &[Value]) -> Vec<&str> {
    vouchers.iter().map(|voucher| voucher["code"].as_str().unwrap()).collect()
}
