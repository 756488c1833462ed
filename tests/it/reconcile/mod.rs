//! Stripe's lists against the books: every way in which they can differ, made on purpose, is mended or has an
//! alarm, and the next run finds nothing new.

mod command;
mod others;
mod payments;
mod refunds;
mod runs;
mod sessions;
mod twice;

use serde_json::{Value, json};
use sovereign::jobs::{self, Outcome};

use crate::harness::{Card, Customer, FQDN, TestApp};

/// What is younger is left for the next run.
const PATIENCE_SECONDS: i64 = 601;
const RUNS: &str = "/billing/admin/reconcile";
const OPEN_ALARMS: &str = "/billing/admin/alarms?open=true";

/// Runs the job; answers the run as it was filed.
async fn reconcile(app: &TestApp) -> Value {
    let job = jobs::find("reconcile").unwrap();
    let outcome = app.runner().run_now(&job).await.unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    app.superadmin().get(RUNS).await.expect(200)[0].clone()
}

/// Runs the job; it must find this many of this kind, mend all of them or none, and nothing else.
async fn finds(app: &TestApp, kind: &str, found: i64, repaired: i64) {
    let run = reconcile(app).await;
    let expected = json!({ kind: { "found": found, "repaired": repaired } });
    assert_eq!(run["counts"], expected, "{run}");
    assert_eq!(run["repaired"], repaired);
    assert_eq!(run["findings_left"], found - repaired);
    assert_eq!(run["done_until"], run["until"]);
}

async fn finds_nothing(app: &TestApp) {
    let run = reconcile(app).await;
    assert_eq!(run["counts"], json!({}), "{run}");
    assert_eq!(run["findings_left"], 0);
}

/// The open alarms of the comparison: what each is about, and how often it was raised.
async fn open_alarms(app: &TestApp) -> Vec<(String, i64)> {
    let alarms = app.superadmin().get(OPEN_ALARMS).await.expect(200);
    let alarms = alarms.as_array().unwrap().iter().filter(|alarm| alarm["kind"] == "reconcile");
    let about = |alarm: &Value| {
        (alarm["subject"].as_str().unwrap().to_owned(), alarm["times"].as_i64().unwrap())
    };
    alarms.map(about).collect()
}

/// What the run left has one alarm about this, and what is left again adds to it.
async fn is_left(app: &TestApp, kind: &str, subject: &str) {
    finds(app, kind, 1, 0).await;
    assert_eq!(open_alarms(app).await, [(subject.to_owned(), 1)]);
    finds(app, kind, 1, 0).await;
    assert_eq!(open_alarms(app).await, [(subject.to_owned(), 2)]);
}

/// A customer with 4 OMR of credit, whose checkout of plan M waits for a card.
struct Waiting {
    customer: Customer,
    order_id: String,
    session_id: String,
}

async fn waiting(app: &TestApp, name: &str) -> Waiting {
    app.issue("FOUR", 4, 0).await;
    let customer = app.customer(name).await;
    let answer = customer.checkout("m", "FOUR").await.expect(200);
    let session = app.stripe().all("checkout.session").pop().expect("a session");
    Waiting {
        customer,
        order_id: answer["order_id"].as_str().unwrap().to_owned(),
        session_id: session["id"].as_str().unwrap().to_owned(),
    }
}

impl Waiting {
    /// Pays, and nobody hears of it; answers the charge.
    fn pay(&self, app: &TestApp) -> Value {
        let session = app.stripe().pay(&self.session_id, Card::Good);
        assert_eq!(session["payment_status"], "paid", "{session}");
        app.stripe().all("charge").pop().expect("a charge")
    }

    async fn status(&self, app: &TestApp) -> String {
        let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
        let own = |order: &&Value| order["id"] == self.order_id.as_str();
        let order = orders.as_array().unwrap().iter().find(own).expect("the order");
        order["status"].as_str().unwrap().to_owned()
    }
}

/// A customer who has paid, which is here as well; answers the charge.
async fn paid(app: &TestApp, name: &str) -> (Waiting, Value) {
    let waiting = waiting(app, name).await;
    let charge = waiting.pay(app);
    app.stripe().deliver_all(1).await;
    assert_eq!(waiting.status(app).await, "completed");
    app.clock.advance_seconds(PATIENCE_SECONDS);
    (waiting, charge)
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// The metadata of what is made for this order.
fn own(order_id: &str) -> Value {
    json!({ "sovereign": FQDN, "organization": "x", "order_id": order_id })
}
