//! What was used is billed with the next month: exactly, once, from credit and then by card.

use serde_json::{Value, json};
use sovereign_domain::tax::TaxRules;

use super::{
    a_month_later, bill, billed, event, flexi, flexi_with_card, invoices, price, report,
    subscription, usage, uses, verdicts,
};
use crate::harness::{Card, Setup, on_both};
use crate::pdf::content::assert_has;
use crate::pdf::poppler;

const TAXED: TaxRules = TaxRules { rate_bp: 500, included: false };

on_both! {
    /// What was shown is what is billed, with the tax; each meter and price is rounded once.
    async fn the_estimate_is_what_is_billed(
        app: &TestApp,
        Setup { tax: TAXED, ..Setup::default() }
    ) {
        app.issue("TWENTY", 20, 0).await;
        price(app, "cpu-hours", 12, 1_000).await;
        price(app, "egress-gb", 7, 2).await;
        let customer = flexi(app, "ahmed").await;
        customer.redeem("TWENTY").await.expect(200);
        // Rounded one by one they would cost nothing.
        for n in 0..50 {
            uses(app, &customer, &format!("a-{n}"), 25).await;
        }
        let more = [
            event(app, "b", &customer, "egress-gb", 3),
            event(app, "c", &customer, "storage-gb-hours", 99),
        ];
        assert_eq!(report(app, &more).await, ["accepted", "accepted"]);
        price(app, "cpu-hours", 20, 1_000).await;
        app.clock.advance_days(3);
        uses(app, &customer, "d", 500_000).await;
        let shown = usage(&customer).await;
        let lines = shown["lines"].as_array().unwrap();
        let lines: Vec<_> = lines
            .iter()
            .map(|l| (l["meter"].as_str().unwrap(), l["quantity"].as_i64().unwrap(), l["amount_minor"].as_i64().unwrap()))
            .collect();
        assert_eq!(lines, [
            ("cpu-hours", 1_250, 15), ("cpu-hours", 500_000, 10_000), ("egress-gb", 3, 10),
            ("storage-gb-hours", 99, 0),
        ]);
        assert_eq!(shown["estimate_minor"], 10_025);
        assert_eq!((&shown["spending_limit_minor"], &shown["currency"]), (&json!(null), &json!("OMR")));
        let subscription = subscription(&customer).await;
        assert_eq!(shown["period_start"], subscription["current_period_start"]);
        assert_eq!(shown["period_end"], subscription["current_period_end"]);

        app.clock.advance_days(28);
        bill(app).await;
        // 5 % of 10,025 is 501.25.
        assert_eq!(billed(&customer).await[0], (10_526, "paid".into()));
        assert_eq!(customer.available_minor().await, 20_000 - 10_526);
        let after = usage(&customer).await;
        assert_eq!((&after["lines"], &after["estimate_minor"]), (&json!([]), &json!(0)));
        assert_eq!(after["period_start"], subscription["current_period_end"]);
        // It is paid: the month after costs what is used then.
        uses(app, &customer, "e", 50).await;
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (1, "paid".into()));
        // What a month costs has no usage in it.
        assert_eq!(app.number("SELECT price_minor FROM subscriptions").await, 0);
    }

    /// Credit first, then the saved card, in one order with the month.
    async fn credit_pays_first_then_the_card(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::Good).await;
        app.issue("FOUR", 4, 0).await;
        customer.redeem("FOUR").await.expect(200);
        uses(app, &customer, "1", 600).await;
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (9_000, "paid".into()), "the backup and the usage");
        assert_eq!(customer.available_minor().await, 0);
        let charge = app.stripe().all("charge").pop().unwrap();
        assert_eq!((&charge["amount"], &charge["status"]), (&json!(5_000), &json!("succeeded")));
        assert_eq!(app.stripe().objects_without_metadata(), []);
        // The next one has the backup alone.
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (3_000, "paid".into()));
    }

    /// So little cannot be charged: it waits until a bill is large enough, and nothing is due meanwhile.
    async fn what_no_card_can_be_charged_waits(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi(app, "ahmed").await;
        uses(app, &customer, "1", 9).await;
        for _ in 0..2 {
            a_month_later(app).await;
            assert_eq!(billed(&customer).await[0], (0, "paid".into()));
            assert_eq!(subscription(&customer).await["status"], "active");
            assert_eq!(usage(&customer).await["estimate_minor"], 90);
        }
        // Credit pays what a card could not.
        app.issue("ONE", 1, 0).await;
        customer.redeem("ONE").await.expect(200);
        uses(app, &customer, "2", 2).await;
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (110, "paid".into()));
        assert_eq!(usage(&customer).await["estimate_minor"], 0);
        assert_eq!(customer.available_minor().await, 890);
        // Enough for a card, and no card: it is due, as any month is.
        uses(app, &customer, "3", 200).await;
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (2_000, "open".into()));
        assert_eq!(subscription(&customer).await["status"], "past_due");
    }

    /// A card that declines leaves the bill as it is; what is used meanwhile is on the next one.
    async fn what_is_due_is_not_billed_again(app: &TestApp, Setup::with_stripe()) {
        price(app, "cpu-hours", 10, 1).await;
        let customer = flexi_with_card(app, "ahmed", Card::DeclinedLater).await;
        uses(app, &customer, "1", 600).await;
        a_month_later(app).await;
        assert_eq!(subscription(&customer).await["status"], "past_due");
        uses(app, &customer, "2", 100).await;
        app.clock.advance_days(1);
        bill(app).await;
        assert_eq!(billed(&customer).await[0], (9_000, "open".into()));
        assert_eq!(usage(&customer).await["estimate_minor"], 1_000);
        app.issue("TWENTY", 20, 0).await;
        customer.redeem("TWENTY").await.expect(200);
        assert_eq!(billed(&customer).await[0], (9_000, "paid".into()));
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (4_000, "paid".into()));
    }

    /// Reports that come while the month is billed are on that bill or on the next one, and on no other.
    async fn reports_around_the_end_are_billed_once(app: &TestApp) {
        price(app, "cpu-hours", 1, 1).await;
        app.issue("HUNDRED", 100, 0).await;
        let customer = flexi(app, "ahmed").await;
        customer.redeem("HUNDRED").await.expect(200);
        uses(app, &customer, "first", 1_000).await;
        app.clock.advance_days(31);
        let reports = (0..40).map(|n| {
            let client = app.superadmin();
            let events = [event(app, &format!("r-{n}"), &customer, "cpu-hours", 10 + n)];
            tokio::spawn(async move {
                let answer = client.post("/billing/usage", &json!({ "events": events })).await;
                verdicts(&answer.expect(200))
            })
        });
        let reports: Vec<_> = reports.collect();
        app.run_job("renew-subscriptions").await;
        for report in reports {
            assert_eq!(report.await.unwrap(), ["accepted"]);
        }
        let reported: i64 = 1_000 + (0..40).map(|n| 10 + n).sum::<i64>();
        let first = billed(&customer).await[0].0;
        let open = usage(&customer).await["estimate_minor"].as_i64().unwrap();
        assert_eq!(first + open, reported);
        assert!(first >= 1_000, "{first}");
        a_month_later(app).await;
        let bills: i64 = billed(&customer).await.iter().map(|(amount, _)| amount).sum();
        assert_eq!(bills, reported);
        assert_eq!(customer.available_minor().await, 100_000 - reported);
    }

    /// A month that nobody billed in time has what was used until it was.
    async fn a_late_bill_has_what_was_used_until_then(app: &TestApp) {
        price(app, "cpu-hours", 1, 1).await;
        app.issue("HUNDRED", 100, 0).await;
        let customer = flexi(app, "ahmed").await;
        customer.redeem("HUNDRED").await.expect(200);
        app.clock.advance_days(40);
        uses(app, &customer, "1", 700).await;
        bill(app).await;
        assert_eq!(billed(&customer).await[0], (700, "paid".into()));
    }

    /// Usage of the plan that was left is on the next bill, though the new plan has none.
    async fn another_plan_pays_for_what_was_used(app: &TestApp) {
        price(app, "cpu-hours", 1, 1).await;
        app.issue("HUNDRED", 100, 0).await;
        let customer = flexi(app, "ahmed").await;
        customer.redeem("HUNDRED").await.expect(200);
        uses(app, &customer, "1", 700).await;
        let path = format!("/billing/subscription/{}/change", customer.tenant_id);
        customer.client.post(&path, &json!({ "plan_id": "s" })).await.expect(200);
        assert_eq!(usage(&customer).await["estimate_minor"], 700);
        let more = event(app, "2", &customer, "cpu-hours", 1);
        assert_eq!(report(app, &[more]).await, ["plan_without_usage"]);
        a_month_later(app).await;
        assert_eq!(billed(&customer).await[0], (5_700, "paid".into()));
        // A further change knows what the month holds: no usage.
        customer.client.post(&path, &json!({ "plan_id": "m" })).await.expect(200);
        assert_eq!(app.number("SELECT price_minor FROM subscriptions").await, 9_000);
    }

    /// Each line on paper has its quantity, its unit and what that costs.
    async fn the_invoice_says_what_was_used(app: &TestApp) {
        price(app, "cpu-hours", 12, 1_000).await;
        app.issue("TEN", 10, 0).await;
        let customer = flexi(app, "ahmed").await;
        customer.redeem("TEN").await.expect(200);
        uses(app, &customer, "1", 123_456).await;
        app.clock.advance_days(31);
        bill(app).await;
        app.number_invoices().await;
        let id = invoices(&customer).await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/billing/invoices/{}/{id}/pdf", customer.tenant_id);
        for (language, price) in [("en", "0.012 OMR for 1000 vCPU-hour"), ("ar", "لكل")] {
            let headers = [("Accept-Language", language)];
            let pdf = customer.client.send(reqwest::Method::GET, &path, &headers, None).await;
            assert_eq!(pdf.status, 200, "{}", pdf.text);
            let text = poppler::text(&pdf.bytes);
            assert_has(&text, &["CPU", price, "123456", "1.481"]);
        }
    }

    /// A stranger learns nothing, whatever they may elsewhere.
    async fn others_do_not_see_it(app: &TestApp) {
        let customer = flexi(app, "ahmed").await;
        let viewer = customer.add_member(app, "vera", "viewer").await;
        assert_eq!(usage(&viewer).await["estimate_minor"], 0);
        let path = format!("/billing/usage/{}", customer.tenant_id);
        for stranger in [app.member("stranger"), app.superadmin(), app.sovereign_admin()] {
            stranger.get(&path).await.expect_problem(404, "not_found");
        }
        let fresh = app.customer("fresh").await;
        let none: Value = usage(&fresh).await;
        assert_eq!((&none["period_start"], &none["lines"]), (&json!(null), &json!([])));
    }
}
