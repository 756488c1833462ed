//! `/billing/vouchers/*` and the older paths `/billing/admin/promos*`: what an issuer and a
//! visitor see. Redeeming stands with the checkout.

mod cards;
mod edits;
mod file;
mod issue;
mod issue_again;
mod issue_refused;
mod legacy_routes;
mod list;
mod preview;
mod qr;
mod qualifies;
mod record;
mod remembered;
mod revoke;
mod revoke_preview;
mod search;
mod smoke;
mod sort;
mod story;
mod tags;
mod timeline;
mod views;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// Every route answers at the root and under this.
const PREFIXES: [&str; 2] = ["", "/api"];

/// The two who may issue, list and revoke.
fn issuers(app: &TestApp) -> [Client; 2] {
    [app.sovereign_admin(), app.superadmin()]
}

/// The route tells anyone else to go: 401 without a token, 403 without the role. Nothing happens.
async fn refuses_others(app: &TestApp, method: Method, path: &str, body: Option<&Value>) {
    for prefix in PREFIXES {
        let path = format!("{prefix}{path}");
        let bytes = || body.map(|body| body.to_string().into_bytes());
        let nobody = app.anyone().send(method.clone(), &path, &[], bytes()).await;
        assert_eq!(nobody.headers["www-authenticate"], "Bearer");
        nobody.expect_problem(401, "unauthorized");
        let member = app.member("passer-by").send(method.clone(), &path, &[], bytes()).await;
        member.expect_problem(403, "forbidden");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_log").await, 0);
}

/// The live vouchers, as an issuer sees them.
async fn listed(app: &TestApp) -> Vec<Value> {
    let list = app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
    list.as_array().unwrap().clone()
}

/// Their codes, in the order of the list.
async fn listed_codes(app: &TestApp) -> Vec<String> {
    codes(&Value::Array(listed(app).await))
}

fn codes(list: &Value) -> Vec<String> {
    let codes = list.as_array().unwrap().iter().map(|voucher| voucher["code"].as_str().unwrap());
    codes.map(str::to_owned).collect()
}

async fn issue(app: &TestApp, body: &Value) -> Value {
    app.sovereign_admin().post("/billing/vouchers/issue", body).await.expect(200)
}

async fn revoke(app: &TestApp, code: &str) {
    let path = format!("/billing/vouchers/revoke/{code}");
    let answer = app.sovereign_admin().delete(&path).await.expect(200);
    assert_eq!(answer, json!({ "ok": true }));
}

/// What is wrong with which field, and nothing else.
#[track_caller]
fn assert_field(problem: &Value, field: &str) {
    assert_eq!(problem["field"], field, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
}

/// Spellings of `OMAN-2026.A_B` that a person may type, and none of them a byte longer than a form
/// takes.
const SPELLINGS: [&str; 7] = [
    "OMAN-2026.A_B",
    "oman-2026.a_b",
    "  Oman-2026.a_B\t\n",
    "\u{a0}\u{3000}OMAN-2026.A_B\u{2003}",
    "ＯＭＡＮ－２０２６．Ａ＿Ｂ",
    "oman-٢٠٢٦.a_b",
    "oman-۲۰۲۶.a_b",
];
/// The one form they have.
const SPELT: &str = "OMAN-2026.A_B";

/// What is no code.
fn no_codes() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\t\u{a0}\u{3000}",
        "AB",
        " AB ",
        "A B C",
        "A\tBC",
        "A/../B",
        "A%20B",
        "ABC?",
        "ABC;--",
        "ABC'",
        "GIFT🎁",
        "OMANТEL",
        "عمانتل",
        "٪٪٪",
        "ABC\u{200b}",
        "ABC\u{202e}",
        "ABC\u{7}",
        "CAFÉ",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("A".repeat(65));
    texts.push("A".repeat(10_240));
    texts.push(" ".repeat(10_240));
    texts
}
