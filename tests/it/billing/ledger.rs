//! `GET /billing/ledger/{tenant_id}`: every line with the balance after it, whichever are asked for.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use sovereign_domain::calendar::TimeZone;

use crate::harness::{Customer, Setup, TestApp, assert_shape, each, on_both};

pub(super) fn path(customer: &Customer) -> String {
    format!("/billing/ledger/{}", customer.tenant_id)
}

pub(super) async fn lines(customer: &Customer, query: &str) -> Vec<Value> {
    let path = format!("{}?limit=200&{query}", path(customer));
    customer.client.get(&path).await.expect(200).as_array().unwrap().clone()
}

/// All lines, so many on a page.
pub(super) async fn in_pages(customer: &Customer, query: &str, limit: usize) -> Vec<Value> {
    let mut next = Some(format!("{}?limit={limit}&{query}", path(customer)));
    let mut all = Vec::new();
    while let Some(path) = next {
        let reply = customer.client.get(&path).await;
        let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        let page = reply.expect(200).as_array().unwrap().clone();
        assert!(page.len() <= limit && (link.is_none() || page.len() == limit));
        all.extend(page);
        next =
            link.map(|link| link.strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned());
    }
    all
}

fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["text"].as_str().unwrap()).collect()
}

fn amounts(lines: &[Value], name: &str) -> Vec<i64> {
    lines.iter().map(|line| line[name].as_i64().unwrap()).collect()
}

/// Vouchers of many values, some of which expire, months that pass, and now and then an order.
pub(super) async fn random_history(app: &TestApp, customer: &Customer, seed: u64, steps: usize) {
    let mut random = StdRng::seed_from_u64(seed);
    for step in 0..steps {
        match random.random_range(0..6) {
            0..=2 => {
                let code = format!("CODE-{seed}-{step}");
                let days = if random.random_bool(0.5) { random.random_range(1..40) } else { 0 };
                let credit = random.random_range(1..12);
                let body = json!({ "code": code, "credit_omr": credit, "credit_valid_days": days });
                app.issue_as(body).await;
                customer.redeem(&code).await.expect(200);
            }
            3 => app.clock.advance_days(random.random_range(0..20)),
            4 => {
                app.sweep_credit().await;
                app.run_job("renew-subscriptions").await;
                app.run_job("retry-payments").await;
            }
            // Where the credit does not cover it, nothing happens.
            _ => drop(customer.checkout("s", "").await),
        }
    }
    app.sweep_credit().await;
}

on_both! {
    async fn each_line_has_its_balance_and_says_what_it_was(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "MUSCAT-20").await.expect(200);
        app.number_invoices().await;
        let found = lines(&ahmed, "").await;
        for line in &found {
            assert_shape(
                line,
                "id:uuid movement:text kind:text text:text amount_minor:int balance_minor:int \
                 owed_minor:int currency:text voucher:text lot_id:uuid order_id:uuid \
                 invoice_id:uuid invoice_number:text created_at:time",
            );
        }
        assert_eq!(texts(&found), ["Order of plan M", "Voucher MUSCAT-20"]);
        assert_eq!(each(&json!(found), "movement"), ["spent", "granted"]);
        assert_eq!(amounts(&found, "amount_minor"), [-9_000, 20_000]);
        assert_eq!(amounts(&found, "balance_minor"), [11_000, 20_000]);
        assert_eq!(found[0]["invoice_number"], "INV-000001");

        app.clock.advance_days(31);
        app.run_job("renew-subscriptions").await;
        let arabic = lines(&ahmed, "lang=ar").await;
        assert!(texts(&arabic)[0].contains("ابتداءً من"), "{arabic:?}");
        assert!(texts(&arabic)[2].starts_with("القسيمة "), "{arabic:?}");
        let renewed = lines(&ahmed, "").await;
        assert_eq!(texts(&renewed)[0], "Plan M, month from 1 April 2027");
        assert_eq!(amounts(&renewed, "balance_minor"), [2_000, 11_000, 20_000]);
    }

    /// Whatever happened, and however it is read: the sum of all lines up to this one, and no other.
    async fn balances_are_the_sums_of_all_lines_before(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let sara = app.customer("sara").await;
        random_history(app, &ahmed, 7, 120).await;
        random_history(app, &sara, 8, 20).await;
        let all = in_pages(&ahmed, "", 200).await;
        assert!(all.len() > 60, "{}", all.len());
        let mut balance_minor = 0;
        let mut expected = std::collections::BTreeMap::new();
        for line in all.iter().rev() {
            balance_minor += line["amount_minor"].as_i64().unwrap();
            assert_eq!(line["balance_minor"], balance_minor, "{line}");
            expected.insert(line["id"].as_str().unwrap().to_owned(), balance_minor);
        }
        let wallet = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!(wallet["wallets"][0]["balance_minor"], balance_minor);
        for limit in [1, 7, 50] {
            assert_eq!(in_pages(&ahmed, "", limit).await, all, "pages of {limit}");
        }
        for query in ["movement=spent", "movement=expired", "movement=granted", "voucher=code-7-3"] {
            for limit in [2, 200] {
                for line in in_pages(&ahmed, query, limit).await {
                    let id = line["id"].as_str().unwrap();
                    assert_eq!(line["balance_minor"], expected[id], "{query}");
                }
            }
        }
    }

    async fn lines_can_be_chosen(app: &TestApp, Setup {
        zone: TimeZone::fixed(jiff::tz::offset(4)), ..Setup::default()
    }) {
        app.issue_as(json!({ "code": "SHORT-5", "credit_omr": 5, "credit_valid_days": 90 })).await;
        app.issue("LONG-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("SHORT-5").await.expect(200);
        // One in the morning of the next day, in Muscat.
        app.clock.advance_seconds(9 * 3_600);
        ahmed.redeem("LONG-20").await.expect(200);
        ahmed.checkout("m", "").await.expect(200);
        let chosen = async |query: &str| amounts(&lines(&ahmed, query).await, "amount_minor");
        assert_eq!(chosen("").await.len(), 4);
        assert_eq!(chosen("movement=granted").await, [20_000, 5_000]);
        assert_eq!(chosen("movement=spent").await.len(), 2);
        assert_eq!(chosen("movement=adopted").await, [0_i64; 0]);
        assert_eq!(chosen("from=2027-03-01&to=2027-03-01").await, [5_000]);
        assert_eq!(chosen("from=2027-03-02").await.len(), 3);
        assert_eq!(chosen("to=2027-02-28").await, [0_i64; 0]);
        assert_eq!(chosen("voucher=short-%D9%A5").await, [-5_000, 5_000]);
        assert_eq!(chosen("voucher=LONG-20&movement=spent").await, [-4_000]);
        assert_eq!(chosen("voucher=OTHER").await, [0_i64; 0]);
        assert_eq!(chosen("movement=&from=&to=&voucher=").await.len(), 4);
    }

    async fn what_cannot_be_read_is_named(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for (query, field) in [
            ("movement=stolen", "movement"),
            ("from=yesterday", "from"),
            ("to=2027-02-30", "to"),
            ("from=2027-03-02&to=2027-03-01", "to"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("after=x", "after"),
            ("after=MTAuMQ", "after"),
            ("lang=fr", "lang"),
        ] {
            let reply = ahmed.client.get(&format!("{}?{query}", path(&ahmed))).await;
            assert_eq!(reply.expect_problem(400, "invalid_request")["field"], field, "{query}");
        }
        assert_eq!(ahmed.client.get(&path(&ahmed)).await.expect(200), json!([]));
    }

    async fn it_is_for_owners_and_admins(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        let admin = ahmed.add_member(app, "fatma", "admin").await;
        let [member, viewer] = [("sara", "member"), ("khalid", "viewer")];
        let member = ahmed.add_member(app, member.0, member.1).await;
        let viewer = ahmed.add_member(app, viewer.0, viewer.1).await;
        let wallet = format!("/billing/wallet/{}", ahmed.tenant_id);
        for path in [path(&ahmed), format!("{}/csv", path(&ahmed)), wallet] {
            admin.client.get(&path).await.expect(200);
            member.client.get(&path).await.expect_problem(403, "forbidden");
            viewer.client.get(&path).await.expect_problem(403, "forbidden");
            for outsider in [app.member("other"), app.superadmin(), app.sovereign_admin()] {
                outsider.get(&path).await.expect_problem(404, "not_found");
            }
            app.anyone().get(&path).await.expect_problem(401, "unauthorized");
        }
    }
}
