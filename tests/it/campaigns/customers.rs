//! How many vouchers of a campaign each customer may redeem: an Organization, and a person.

use serde_json::{Value, json};

use super::{campaign, issue_in, put};
use crate::harness::{Customer, Setup, TestApp, on_both};

async fn verdict(app: &TestApp, code: &str, customer: &str) -> Value {
    let path = format!("/billing/vouchers/code/{code}/qualifies?customer={customer}");
    app.sovereign_admin().get(&path).await.expect(200)["verdict"].clone()
}

on_both! {
    async fn no_more_than_it_allows(app: &TestApp) {
        let id = campaign(app, "One each", json!({ "per_customer": 1 })).await;
        issue_in(app, &id, "THIS-1", 5).await;
        issue_in(app, &id, "THAT-1", 5).await;
        app.issue("OTHER-1", 5, 0).await;
        let kestrel = app.customer("kestrel").await;
        assert_eq!(verdict(app, "THAT-1", "kestrel").await, "qualifies");
        kestrel.redeem("THIS-1").await.expect(200);
        kestrel.redeem("THAT-1").await.expect_problem(400, "voucher_campaign_limit");
        kestrel.checkout("m", "THAT-1").await.expect_problem(400, "voucher_campaign_limit");
        assert_eq!(verdict(app, "THAT-1", "kestrel").await, "voucher_campaign_limit");
        assert_eq!(verdict(app, "THAT-1", "kestrel@example.com").await, "voucher_campaign_limit");
        // Its own past tells more than the campaign; the same request within a minute is a retry.
        app.clock.advance_seconds(61);
        kestrel.redeem("THIS-1").await.expect_problem(400, "voucher_redeemed_by_you");
        kestrel.redeem("OTHER-1").await.expect(200);

        // Neither the person for another Organization, nor another person for this one.
        let elsewhere = kestrel.client.make_organization("elsewhere").await;
        let elsewhere = Customer { client: kestrel.client.clone(), tenant_id: elsewhere };
        elsewhere.redeem("THAT-1").await.expect_problem(400, "voucher_campaign_limit");
        let colleague = kestrel.add_member(app, "colleague", "admin").await;
        colleague.redeem("THAT-1").await.expect_problem(400, "voucher_campaign_limit");
        app.customer("falcon").await.redeem("THAT-1").await.expect(200);

        put(app, &id, json!({ "per_customer": 2 })).await.expect(200);
        colleague.redeem("THAT-1").await.expect(200);
    }

    /// What was released does not count.
    async fn an_order_that_dies_leaves_the_voucher_to_its_customer(app: &TestApp, Setup::with_stripe()) {
        let id = campaign(app, "One each", json!({ "per_customer": 1 })).await;
        issue_in(app, &id, "THIS-4", 4).await;
        issue_in(app, &id, "THAT-4", 4).await;
        let kestrel = app.customer("kestrel").await;
        kestrel.checkout("m", "THIS-4").await.expect(200);
        kestrel.redeem("THAT-4").await.expect_problem(400, "voucher_campaign_limit");
        kestrel.checkout("l", "").await.expect(200);
        kestrel.redeem("THAT-4").await.expect(200);
        kestrel.redeem("THIS-4").await.expect_problem(400, "voucher_campaign_limit");
    }

    /// The rule counts what was redeemed before it was set.
    async fn a_rule_that_is_set_later_counts_what_was(app: &TestApp) {
        let id = campaign(app, "Any", json!({})).await;
        issue_in(app, &id, "THIS-1", 5).await;
        issue_in(app, &id, "THAT-1", 5).await;
        let kestrel = app.customer("kestrel").await;
        kestrel.redeem("THIS-1").await.expect(200);
        put(app, &id, json!({ "per_customer": 1 })).await.expect(200);
        kestrel.redeem("THAT-1").await.expect_problem(400, "voucher_campaign_limit");
    }
}
