//! How many come how far with a campaign's vouchers: each number is one of the database's own.

use serde_json::{Value, json};

use super::{campaign, issue_in};
use crate::harness::{Card, Customer, Engine, Setup, TestApp, on_both};
use crate::reports::roll_up::spend_in_small_pieces;

const NOBODY: &str = "01a400f6-3600-7001-9c59-0180e54c0e5b";

async fn funnel(app: &TestApp, id: &str) -> Value {
    app.sovereign_admin().get(&format!("/billing/campaigns/{id}/funnel")).await.expect(200)
}

/// Views, sign-ups, and the Organizations that redeemed, spent and paid.
async fn numbers(app: &TestApp, id: &str) -> [i64; 5] {
    let funnel = funnel(app, id).await;
    ["views", "sign_ups", "redeemed", "spenders", "paying"]
        .map(|member| funnel[member].as_i64().unwrap())
}

async fn roll_up(app: &TestApp) {
    app.clock.advance_seconds(600);
    app.run_job("roll-up").await;
}

/// Begins to check plan M out, 9 OMR.
async fn begin(customer: &Customer, code: &str) {
    let answer = customer.checkout("m", code).await.expect(200);
    assert!(answer["session_url"].is_string(), "{answer}");
}

/// Pays the last checkout by card.
async fn pay(app: &TestApp) {
    let session = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
}

async fn look(app: &TestApp, code: &str, status: u16) {
    let body = json!({ "code": code });
    let seen = app.anyone().post("/billing/vouchers/redeem-preview", &body).await;
    assert_eq!(seen.status, status, "{}", seen.text);
}

on_both! {
    async fn each_number_is_one_of_the_databases_own(app: &TestApp, Setup::with_stripe()) {
        let id = campaign(app, "Bills", json!({})).await;
        for code in ["FOUR", "ONE", "GONE"] {
            issue_in(app, &id, code, if code == "FOUR" { 4 } else { 1 }).await;
        }
        app.revoke("GONE").await;
        app.issue("OTHER", 5, 0).await;
        look(app, "FOUR", 200).await;
        look(app, "OTHER", 200).await;
        begin(&app.customer("ahmed").await, "FOUR").await;
        pay(app).await;
        app.customer("lina").await.redeem("ONE").await.expect(200);
        app.customer("omar").await.redeem("OTHER").await.expect(200);
        assert_eq!(numbers(app, &id).await, [0; 5], "nothing is added up yet");
        app.each_minute().await;
        roll_up(app).await;

        let told = funnel(app, &id).await;
        let redeemed = "SELECT COUNT(DISTINCT tenant_id) FROM promo_redemptions \
                        WHERE campaign_id IS NOT NULL AND state <> 'released'";
        let spent = "SELECT CAST(SUM(-e.amount_minor) AS bigint) FROM credit_ledger e \
                     JOIN credit_lots l ON l.id = e.lot_id JOIN promo_codes p ON p.code = l.reference \
                     WHERE p.campaign_id IS NOT NULL AND e.kind IN ('draw', 'post', 'refund', 'settlement')";
        let paying = "SELECT COUNT(DISTINCT m.tenant_id) FROM card_payments m JOIN promo_redemptions r \
                      ON r.tenant_id = m.tenant_id AND r.created_at <= m.created_at \
                      WHERE r.campaign_id IS NOT NULL AND r.state <> 'released'";
        let expected = json!({
            "issued": 2, "issued_in_all": 3, "views": 1, "sign_ups": 0,
            "redeemed": app.number(redeemed).await, "spenders": 1,
            "spent_minor": app.number(spent).await, "currency": "OMR", "paying": app.number(paying).await,
        });
        assert_eq!(told, expected);
        let file = app.sovereign_admin().get(&format!("/billing/campaigns/{id}/funnel/csv")).await;
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"funnel.csv\"");
        assert_eq!(file.text, "\u{feff}step,count,percent_of_step_before,currency,spent\r\n\
            issued,3,,OMR,\r\nviews,1,,OMR,\r\nsign_ups,0,0,OMR,\r\nredeemed,2,,OMR,\r\n\
            spenders,1,50,OMR,4.000\r\npaying,1,100,OMR,\r\n");
        assert_eq!((&told["redeemed"], &told["spent_minor"], &told["paying"]), (&json!(2), &json!(4_000), &json!(1)));
        roll_up(app).await;
        assert_eq!(funnel(app, &id).await, told, "nothing is added up twice");
    }

    /// What was given back is no redemption; who redeems again is one, in the campaign of then.
    async fn a_release_takes_a_customer_off(app: &TestApp, Setup::with_stripe()) {
        let old = campaign(app, "Old", json!({})).await;
        let new = campaign(app, "New", json!({})).await;
        issue_in(app, &old, "FOUR", 4).await;
        let customer = app.customer("ahmed").await;
        begin(&customer, "FOUR").await;
        roll_up(app).await;
        assert_eq!(numbers(app, &old).await[2], 1);
        customer.checkout("l", "").await.expect(200);
        roll_up(app).await;
        assert_eq!(numbers(app, &old).await[2], 0);
        issue_in(app, &new, "FOUR", 4).await;
        customer.redeem("FOUR").await.expect(200);
        roll_up(app).await;
        assert_eq!((numbers(app, &old).await[2], numbers(app, &new).await[2]), (0, 1));
    }

    async fn an_organization_counts_once(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        let customer = app.customer("ahmed").await;
        for code in ["ONE", "TWO"] {
            issue_in(app, &id, code, 10).await;
            customer.redeem(code).await.expect(200);
        }
        customer.checkout("m", "").await.expect(200);
        roll_up(app).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM voucher_customers").await, 2);
        assert_eq!(numbers(app, &id).await, [0, 0, 1, 1, 0]);
    }

    async fn who_paid_before_has_not_paid_since(app: &TestApp, Setup::with_stripe()) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "ONE", 1).await;
        let (before, since) = (app.customer("ahmed").await, app.customer("lina").await);
        begin(&before, "").await;
        pay(app).await;
        app.clock.advance_seconds(60);
        before.redeem("ONE").await.expect(200);
        begin(&since, "").await;
        since.redeem("ONE").await.expect(200);
        app.clock.advance_seconds(60);
        pay(app).await;
        roll_up(app).await;
        let [_, _, redeemed, _, paying] = numbers(app, &id).await;
        assert_eq!((redeemed, paying), (2, 1));
        let sql = format!("SELECT COUNT(*) FROM voucher_customers WHERE tenant_id = '{}' AND paid_at IS NOT NULL", since.tenant_id);
        assert_eq!(app.number(&sql).await, 1);
    }

    /// More lines come before the redemption than one transaction takes.
    async fn no_payment_overtakes_its_redemption(app: &TestApp, Setup::with_stripe()) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "ONE", 1).await;
        app.issue("MUCH", 20_000, 0).await;
        app.customer("omar").await.redeem("MUCH").await.expect(200);
        spend_in_small_pieces(app, 5_100).await;
        app.clock.advance_seconds(1);
        begin(&app.customer("lina").await, "ONE").await;
        app.clock.advance_seconds(1);
        pay(app).await;
        app.clock.advance_seconds(600);
        let places = "SELECT COUNT(*) FROM rollups a JOIN rollups b ON b.name = 'credit' \
                      WHERE a.name = 'cards' AND a.before_id > b.before_id";
        assert_eq!(app.roll_up_without_lease().await, 5_000);
        assert_eq!((app.number(places).await, numbers(app, &id).await[4]), (0, 0));
        app.run_job("roll-up").await;
        assert_eq!(numbers(app, &id).await, [0, 0, 1, 1, 1]);
    }

    async fn who_signs_up_with_a_voucher_counts_once(app: &TestApp, Setup::with_mail()) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "FOUR", 4).await;
        app.sign_in("old@example.com").await;
        for (email, with_voucher) in [
            ("new@example.com", true), ("new@example.com", true), ("old@example.com", true), ("alone@example.com", false),
        ] {
            let mut browser = app.browser();
            if with_voucher {
                browser.get("/redeem?code=FOUR").await.expect(200);
            }
            browser.sign_in(app, email).await;
            app.clock.advance_seconds(60);
        }
        assert_eq!(numbers(app, &id).await[1], 1);
        let who = "SELECT u.email || ' ' || s.code FROM voucher_sign_ups s JOIN users u ON u.id = s.user_id";
        assert_eq!(app.texts(who).await, ["new@example.com FOUR"]);
    }

    /// Whatever stands in the cookie: who signs up is signed in.
    async fn an_unknown_voucher_signs_nobody_up(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        browser.cookies.insert("__Host-voucher".into(), "4000:NONESUCH".into());
        browser.sign_in(app, "new@example.com").await;
        browser.get("/console").await.expect(200);
        assert_eq!(app.number("SELECT COUNT(*) FROM voucher_sign_ups").await, 0);
    }

    async fn a_browser_counts_once_and_each_preview(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "FOUR", 4).await;
        app.issue("OTHER", 5, 0).await;
        let mut browser = app.browser();
        for _ in 0..3 {
            browser.get("/redeem?code=FOUR").await.expect(200);
        }
        browser.get("/redeem").await.expect(200);
        let mut typing = app.browser();
        typing.get("/redeem").await.expect(200);
        typing.submit("/redeem", &[("code", "four")]).await.location();
        typing.get("/redeem").await.expect(200);
        look(app, "FOUR", 200).await;
        look(app, "FOUR", 200).await;
        look(app, "NONESUCH", 404).await;
        assert_eq!(numbers(app, &id).await[0], 0, "it is written once a minute");
        app.each_minute().await;
        assert_eq!(numbers(app, &id).await[0], 4);
        // Another voucher in the same browser; one that cannot be redeemed.
        browser.get("/redeem?code=OTHER").await.expect(200);
        app.issue_as(json!({ "code": "FOUR", "credit_omr": 4, "active": false })).await;
        look(app, "FOUR", 410).await;
        app.browser().get("/redeem?code=FOUR").await.expect(410);
        app.each_minute().await;
        assert_eq!(numbers(app, &id).await[0], 4);
        let written = "SELECT code || ' ' || CAST(openings AS text) FROM voucher_openings ORDER BY code";
        assert_eq!(app.texts(written).await, ["FOUR 4", "OTHER 1"]);
    }

    async fn pages_show_it(app: &TestApp, Setup { takes_cards: true, ..Setup::with_mail() }) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "FOUR", 4).await;
        look(app, "FOUR", 200).await;
        begin(&app.customer("ahmed").await, "FOUR").await;
        pay(app).await;
        app.each_minute().await;
        roll_up(app).await;
        let mut browser = crate::pages::administrator(app, "maryam").await;
        let page = browser.get(&format!("/admin/campaigns/{id}")).await.expect(200);
        page.has(&["Looks at a voucher", "Organizations that paid by card as well", "<rect class=\"kind-5\"", ">100%<", "4.000\u{a0}OMR"]);
        browser.get("/admin/vouchers/FOUR").await.expect(200).has(&["<dt>Looked at</dt><dd>1</dd>"]);
        browser.language = "ar";
        let page = browser.get(&format!("/admin/campaigns/{id}")).await.expect(200);
        page.has(&["مسار التحويل", "مؤسسات استخدمت قسيمة"]);
    }

    async fn only_issuers_may_read_it(app: &TestApp) {
        let id = campaign(app, "Bills", json!({})).await;
        let path = format!("/billing/campaigns/{id}/funnel");
        app.anyone().get(&path).await.expect_problem(401, "unauthorized");
        app.member("passer-by").get(&path).await.expect_problem(403, "forbidden");
        app.superadmin().get(&path).await.expect(200);
        for unknown in [NOBODY, "x"] {
            let path = format!("/billing/campaigns/{unknown}/funnel");
            app.sovereign_admin().get(&path).await.expect_problem(404, "not_found");
        }
        assert_eq!(numbers(app, &id).await, [0; 5]);
    }
}

async fn what_is_counted_is_written_at_the_end(engine: Engine) {
    let app = TestApp::start(engine).await;
    app.issue("FOUR", 4, 0).await;
    look(&app, "FOUR", 200).await;
    let database = app.leave().await;
    let written = "SELECT CAST(openings AS text) FROM voucher_openings";
    assert_eq!(database.texts(written).await, ["1"]);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_counted_is_written_at_the_end_on_sqlite() {
    what_is_counted_is_written_at_the_end(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_counted_is_written_at_the_end_on_postgres() {
    what_is_counted_is_written_at_the_end(Engine::Postgres).await;
}
