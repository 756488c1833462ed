//! Letters about payments, with a real mail server; and the page that they lead to.

mod approval;
mod credit_expires;
mod credit_low;
mod delivery;
mod killed;
mod language;
mod life;
mod page;
mod payment;
mod receipt;

use serde_json::Value;

use crate::harness::{Card, Customer, Engine, FQDN, Setup, TestApp};

/// With a mail server and a card processor.
fn setup() -> Setup {
    Setup { takes_cards: true, ..Setup::with_mail() }
}

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// An identifier as SQL has it.
fn id(engine: Engine, id: &str) -> String {
    match engine {
        Engine::Sqlite => format!("X'{}'", id.replace('-', "")),
        Engine::Postgres => format!("'{id}'"),
    }
}

/// A moment as SQL has it, in seconds since 1970.
fn moment(engine: Engine, seconds: i64) -> String {
    match engine {
        Engine::Sqlite => format!("{seconds} * 1000000"),
        Engine::Postgres => format!("to_timestamp({seconds})"),
    }
}

/// The statement that files letter `number`, as a decision does.
fn filed(
    engine: Engine,
    number: u128,
    kind: &str,
    about: (&str, Option<&str>),
    now: i64,
) -> String {
    let letter_id = id(engine, &letter_id(number));
    let (tenant, order) = about;
    let order = order.map_or_else(|| "NULL".to_owned(), |order| id(engine, order));
    let now = moment(engine, now);
    format!(
        "INSERT INTO letters (id, kind, tenant_id, order_id, created_at, next_attempt_at) \
         VALUES ({letter_id}, '{kind}', '{tenant}', {order}, {now}, {now})"
    )
}

fn letter_id(number: u128) -> String {
    uuid::Uuid::from_u128(number).to_string()
}

/// Files letter `number`.
async fn file(app: &TestApp, number: u128, kind: &str, tenant: &str, order: Option<&str>) {
    let now = app.now_seconds();
    app.execute(&filed(app.engine, number, kind, (tenant, order), now)).await;
}

/// How many letters wait.
async fn waiting(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM letters").await
}

/// The owner of every Organization reads Arabic from now on.
async fn read_arabic(app: &TestApp) {
    app.execute("UPDATE users SET language = 'ar'").await;
}

/// An order of plan M (9 OMR) that waits for a card, with 4 OMR of credit held for it.
async fn unpaid(app: &TestApp, name: &str) -> (Customer, String) {
    app.issue("FOUR", 4, 0).await;
    let customer = app.customer(name).await;
    let answer = customer.checkout("m", "FOUR").await.expect(200);
    (customer, answer["order_id"].as_str().unwrap().to_owned())
}

/// Pays the session that was made last, and lets Stripe tell.
async fn pay(app: &TestApp) {
    let session = app.stripe().all("checkout.session").pop().expect("a session");
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
}

/// An active subscription to plan M that credit has paid, and its renewal, which is due since now and tried
/// again in two days.
async fn renewal_due(app: &TestApp, name: &str, credit_omr: i64) -> (Customer, String) {
    let code = format!("FIRST-{}", name.to_uppercase());
    app.issue(&code, credit_omr, 0).await;
    let customer = app.customer(name).await;
    let answer = customer.checkout("m", &code).await.expect(200);
    let first = id(app.engine, answer["order_id"].as_str().unwrap());
    let number = name.bytes().fold(1_u128, |number, byte| number << 8 | u128::from(byte));
    let order = uuid::Uuid::from_u128(number).to_string();
    let renewal = id(app.engine, &order);
    let [now, next, end] =
        [0, 2, 31].map(|days| moment(app.engine, app.now_seconds() + days * 86_400));
    app.execute(&format!(
        "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, \
             amount_baisa, credit_minor, charge_minor, rounding_minor, status, created_at, \
             updated_at, kind, lines, tax_minor, tax_rate_bp, tax_included, period_start, period_end) \
         SELECT {renewal}, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, 0, \
             amount_baisa, 0, 'due', {now}, {now}, 'renewal', lines, tax_minor, tax_rate_bp, \
             tax_included, {now}, {end} \
         FROM orders WHERE id = {first}; \
         UPDATE subscriptions SET due_order_id = {renewal}, next_attempt_at = {next}, \
             status = 'past_due' WHERE tenant_id = '{}'",
        customer.tenant_id
    ))
    .await;
    (customer, order)
}

fn link(order: &str) -> String {
    format!("https://{FQDN}/pay/{order}")
}

/// The name of the plan, as the order has it.
async fn plan_name(app: &TestApp) -> String {
    let lines = app.texts("SELECT CAST(lines AS text) FROM orders LIMIT 1").await;
    let lines: Value = serde_json::from_str(&lines[0]).unwrap();
    lines[0]["name"].as_str().unwrap().to_owned()
}

/// Fails where one of these is missing. Marks of direction are not looked at, nor what kind a space is.
#[track_caller]
fn assert_has(text: &str, wanted: &[&str]) {
    let text = plain(text);
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted:?} in: {text}");
    }
}

fn plain(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect()
}
