//! A part of an order is refunded: how it is divided, and what cannot be.

use serde_json::json;
use sovereign_domain::tax::TaxRules;

use super::{paid, parts, root, setup};
use crate::harness::{Setup, on_both};

on_both! {
    /// In proportion to what each side paid; the rest is what is left.
    async fn parts_are_in_proportion(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        let mut back = Vec::new();
        for (key, amount) in [("a", 900), ("b", 1_000), ("c", 1)] {
            let wish = json!({ "amount_minor": amount });
            back.push(parts(&paid.refund(&root, key, wish).await.expect(200)));
        }
        assert_eq!(back, [(400, 500), (450, 550), (1, 0)]);
        assert_eq!(paid.left(app).await, (3_149, 3_950));
        let rest = paid.refund(&root, "d", json!({})).await.expect(200);
        assert_eq!(parts(&rest), (3_149, 3_950));
        let amounts: Vec<_> = app.stripe().all("refund").iter().map(|r| r["amount"].clone()).collect();
        assert_eq!(json!(amounts), json!([500, 550, 3_950]));
    }

    async fn an_administrator_may_divide_otherwise(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        for (key, wish, expected) in [
            ("a", json!({ "amount_minor": 100, "credit_minor": 100 }), (100, 0)),
            ("b", json!({ "amount_minor": 100, "card_minor": 20 }), (80, 20)),
            ("c", json!({ "card_minor": 1_000 }), (0, 1_000)),
            ("d", json!({ "credit_minor": 7 }), (7, 0)),
            ("e", json!({ "amount_minor": 50, "credit_minor": 30, "card_minor": 20 }), (30, 20)),
        ] {
            let refund = paid.refund(&root, key, wish.clone()).await.expect(200);
            assert_eq!(parts(&refund), expected, "{wish}");
        }
        assert_eq!(paid.left(app).await, (3_783, 3_960));
    }

    /// Every refusal names the member at fault, and nothing goes back.
    async fn what_cannot_be_divided_is_refused(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        for (wish, code, field) in [
            (json!({ "amount_minor": 0 }), "invalid_request", "amount_minor"),
            (json!({ "amount_minor": -1 }), "invalid_request", "amount_minor"),
            (json!({ "amount_minor": 9_001 }), "more_than_is_left", "amount_minor"),
            (json!({ "credit_minor": 4_001 }), "more_than_is_left", "credit_minor"),
            (json!({ "credit_minor": -1, "card_minor": 10 }), "more_than_is_left", "credit_minor"),
            (json!({ "card_minor": 5_010 }), "more_than_is_left", "card_minor"),
            (json!({ "card_minor": 15 }), "not_refundable_to_card", "card_minor"),
            (json!({ "amount_minor": 9, "credit_minor": 10 }), "parts_do_not_add_up", "amount_minor"),
            (json!({ "amount_minor": 9, "credit_minor": 4, "card_minor": 10 }),
                "parts_do_not_add_up", "amount_minor"),
            (json!({ "amount_minor": 1.5 }), "invalid_request", "amount_minor"),
        ] {
            let refused = paid.refund(&root, "a", wish.clone()).await.expect_problem(400, code);
            if field != "amount_minor" || wish["amount_minor"] != json!(1.5) {
                assert_eq!(refused["field"], field, "{wish}");
            }
        }
        assert_eq!(paid.left(app).await, (4_000, 5_000));
        assert_eq!(app.stripe().all("refund").len(), 0);
    }

    /// A card takes back multiples of ten: without credit for the odd rest, the nearest amounts are named.
    async fn an_odd_rest_needs_credit(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        paid.refund(&root, "a", json!({ "credit_minor": 3_997 })).await.expect(200);
        let refused = paid.refund(&root, "b", json!({ "amount_minor": 1_005 })).await;
        let refused = refused.expect_problem(400, "not_refundable_to_card");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains("1003 and 1010"), "{detail}");
        for (key, amount, expected) in [("c", 1_003, (3, 1_000)), ("d", 1_010, (0, 1_010))] {
            let wish = json!({ "amount_minor": amount });
            assert_eq!(parts(&paid.refund(&root, key, wish).await.expect(200)), expected);
        }
    }

    /// The tax of all parts is the tax of the order.
    async fn tax_goes_back_in_proportion(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: false }, ..setup()
    }) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        assert_eq!(paid.left(app).await, (4_000, 5_450));
        let mut taxes = 0;
        for (key, amount) in [("a", 1_007), ("b", 3), ("c", 4_725)] {
            let wish = json!({ "amount_minor": amount });
            let refund = paid.refund(&root, key, wish).await.expect(200);
            taxes += refund["tax_minor"].as_i64().unwrap();
        }
        assert_eq!(taxes, 273, "5,735 of 9,450 has 273.1 of 450 in it");
        let rest = paid.refund(&root, "d", json!({})).await.expect(200);
        assert_eq!(rest["tax_minor"], 450 - 273);
    }
}
