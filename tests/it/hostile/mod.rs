//! What nobody should send: forged tokens, broken bodies, odd paths and headers, slow connections.
//! Whatever comes, the answer is a problem that says what is wrong, never an error of ours, and the
//! Sovereign goes on working.

mod bodies;
mod claims;
mod connections;
mod forge;
mod headers;
mod members;
mod paths;
mod raw;
mod secret;
mod status;
mod tokens;

use crate::harness::{Reply, TestApp};

/// Refused as the caller's fault, with a well-formed problem; answers its `field`, if it has one.
#[track_caller]
fn refused(reply: Reply, what: &str) -> (u16, Option<String>) {
    let status = reply.status;
    assert!((400..500).contains(&status), "{what:.200}: {status} {}", reply.text);
    let code = reply.body["code"].as_str().unwrap_or_else(|| panic!("{what:.200}: {}", reply.text));
    let code = code.to_owned();
    let problem = reply.expect_problem(status, &code);
    (status, problem["field"].as_str().map(str::to_owned))
}

/// Refused with 401, a problem and the name of the scheme.
#[track_caller]
fn unauthorized(reply: Reply, what: &str) {
    assert_eq!(reply.status, 401, "{what:.200}: {}", reply.text);
    assert_eq!(reply.headers["www-authenticate"], "Bearer", "{what:.200}");
    reply.expect_problem(401, "unauthorized");
}

/// A voucher is issued, redeemed at a checkout and shown in the balance.
async fn still_works(app: &TestApp) {
    app.issue("AFTERWARDS", 10, 1).await;
    let customer = app.customer("afterwards").await;
    let answer = customer.checkout("m", "AFTERWARDS").await.expect(200);
    assert_eq!(answer["paid_by_credit"], true);
    assert_eq!(customer.available_minor().await, 1_000);
}
