//! Requests that arrive together are decided together; each gets the answer it would get alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Customer, Engine, Reply, TestApp, each, on_both};

/// The counter of the one voucher there is.
pub(super) const REDEEMED: &str = "SELECT CAST(times_redeemed AS bigint) FROM promo_codes";

/// Customers `user-0`, `user-1` and so on, made a few at once.
pub(super) async fn crowd(app: &TestApp, count: usize) -> Vec<Customer> {
    const AT_ONCE: usize = 25;
    let mut customers = Vec::new();
    while customers.len() < count {
        let mut tasks = JoinSet::new();
        for number in customers.len()..count.min(customers.len() + AT_ONCE) {
            let client = app.member(&format!("user-{number}"));
            tasks.spawn(async move {
                let tenant_id = client.make_organization(&format!("org-{number}")).await;
                (number, Customer { client, tenant_id })
            });
        }
        customers.extend(in_order(tasks).await);
    }
    customers
}

/// Sends every body at once; the answers come back in the order of the customers.
pub(super) async fn all_at_once(
    path: &'static str,
    requests: Vec<(&Customer, Value)>,
) -> Vec<Reply> {
    let mut tasks = JoinSet::new();
    for (number, (customer, body)) in requests.into_iter().enumerate() {
        let client = customer.client.clone();
        tasks.spawn(async move { (number, client.post(path, &body).await) });
    }
    in_order(tasks).await
}

/// What numbered tasks answer, by their numbers.
async fn in_order<T: 'static>(tasks: JoinSet<(usize, T)>) -> Vec<T> {
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// What a customer of the crowd asks for, by turns.
fn request(number: usize, customer: &Customer, foreign: &Customer) -> Value {
    match number % 10 {
        0..5 => customer.checkout_body("m", "CROWD-20"),
        5 => customer.checkout_body("flexi", ""),
        6 => customer.checkout_body("xxl", "CROWD-20"),
        7 => customer.checkout_body("m", "NEVER-20"),
        8 => customer.checkout_body("m", ""),
        _ => foreign.checkout_body("m", "CROWD-20"),
    }
}

/// Checks the answers of one kind of request; answers the identifiers of their orders.
fn orders_of(kind: usize, replies: Vec<Reply>) -> Vec<Value> {
    let (status, code) = match kind {
        0..6 => (400, "voucher_exhausted"),
        6 => (400, "invalid_request"),
        7 => (400, "voucher_unknown"),
        8 => (503, "payment_not_configured"),
        _ => (403, "not_a_member"),
    };
    let mut orders = Vec::new();
    for reply in replies {
        if kind < 6 && reply.status == 200 {
            orders.push(reply.body["order_id"].clone());
        } else {
            reply.expect_problem(status, code);
        }
    }
    orders
}

on_both! {
    /// Two hundred at once, of whom half want the fifty slots of one voucher and the others are
    /// mostly refused: exactly fifty get one, and every answer is its asker's own.
    async fn a_crowd_is_answered_one_by_one(app: &TestApp) {
        app.issue("CROWD-20", 20, 50).await;
        let (customers, foreign) = (crowd(app, 200).await, app.customer("foreign").await);
        let requests =
            customers.iter().enumerate().map(|(n, c)| (c, request(n, c, &foreign))).collect();
        let replies = all_at_once("/billing/checkout", requests).await;
        assert_eq!(replies.len(), 200);

        let mut kinds: Vec<Vec<Reply>> = (0..10).map(|_| Vec::new()).collect();
        let mut winners = Vec::new();
        for (number, reply) in replies.into_iter().enumerate() {
            if reply.status == 200 {
                winners.push((&customers[number], reply.body.clone()));
            }
            kinds[number % 10].push(reply);
        }
        let orders: Vec<_> =
            kinds.into_iter().enumerate().map(|(kind, replies)| orders_of(kind, replies)).collect();
        assert_eq!(orders[..5].iter().map(Vec::len).sum::<usize>(), 50, "slots of the voucher");
        assert_eq!(orders[5].len(), 20, "nothing to pay");
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 70);
        assert_eq!(app.number(REDEEMED).await, 50);
        for (customer, answer) in &winners {
            let path = format!("/billing/balance?tenant_id={}", customer.tenant_id);
            let balance = customer.client.get(&path).await.expect(200);
            assert_eq!(balance["credit_baisa"], answer["credit_balance_minor"]);
            let own = "SELECT COUNT(*) FROM orders o JOIN subscriptions s ON s.order_id = o.id \
                       WHERE o.tenant_id = ";
            let own = format!("{own}'{}'", customer.tenant_id);
            assert_eq!(app.number(&own).await, 1);
            for order_id in each(&balance["entries"], "order_id") {
                assert_eq!(order_id, answer["order_id"], "the answer of another");
            }
        }
        let distinct: BTreeSet<_> =
            winners.iter().map(|(_, a)| a["order_id"].to_string()).collect();
        assert_eq!(distinct.len(), 70);
        if app.engine == Engine::Postgres {
            // Each row names the transaction that wrote it.
            let transactions = "SELECT COUNT(DISTINCT CAST(xmin AS text)) FROM orders";
            assert!(app.number(transactions).await < 70, "each order had a transaction of its own");
        }
    }

    /// Checkouts and redemptions of one voucher while its cap is edited: no count is lost, and
    /// nothing is accepted above the cap of its moment (`verify` checks that for each redemption).
    async fn edits_between_redemptions_lose_nothing(app: &TestApp) {
        app.issue("MOVING-20", 20, 5).await;
        let customers = crowd(app, 80).await;
        let (checkouts, redeems) = customers.split_at(40);
        let issuer = app.sovereign_admin();
        let edits = tokio::spawn(async move {
            for cap in [30, 12, 40, 1, 25] {
                let body = json!({ "code": "MOVING-20", "credit_omr": 20, "max_redemptions": cap });
                issuer.post("/billing/vouchers/issue", &body).await.expect(200);
            }
        });
        let checkouts = checkouts.iter().map(|c| (c, c.checkout_body("m", "MOVING-20"))).collect();
        let redeems = redeems
            .iter()
            .map(|c| (c, json!({ "tenant_id": c.tenant_id, "code": "MOVING-20" })))
            .collect();
        let (checkouts, redeems) = tokio::join!(
            all_at_once("/billing/checkout", checkouts),
            all_at_once("/billing/vouchers/redeem", redeems),
        );
        edits.await.unwrap();
        let mut accepted = 0;
        for reply in checkouts.into_iter().chain(redeems) {
            if reply.status == 200 {
                accepted += 1;
            } else {
                reply.expect_problem(400, "voucher_exhausted");
            }
        }
        assert!((1..=40).contains(&accepted), "{accepted}");
        assert_eq!(app.number(REDEEMED).await, accepted);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, accepted);
    }
}
