//! What a checkout and its pages read: catalog, balance, strangers' Organizations, and what superadmins see.

use serde_json::{Value, json};
use sovereign::conformance::Outcome;

use super::proxy::{Drift, Proxy};
use super::{Case, assert_found, check, drift, options, sovereign};
use crate::harness::on_both;

/// Changes what a path answers to those who may ask.
fn at(
    what: &'static str,
    found: &'static [&'static str],
    path: &'static str,
    edit: impl Fn(&mut Value) + Send + Sync + 'static,
) -> Case {
    Case::new(what, found, move |seen, answer| {
        if seen.path.starts_with(path) && answer.status == 200 {
            answer.edit(&edit);
        }
    })
}

fn without(value: &mut Value, member: &str) {
    value.as_object_mut().unwrap().remove(member).unwrap();
}

fn reads() -> [Case; 11] {
    [
        at("a balance without entries", &["balance.entries"], "/billing/balance", |balance| {
            without(balance, "entries");
        }),
        at("entries that are null", &["balance.entries"], "/billing/balance", |balance| {
            balance["entries"] = Value::Null;
        }),
        at("an amount as a text", &["balance.credit_baisa"], "/billing/balance", |balance| {
            balance["credit_baisa"] = json!("0");
        }),
        at("an entry without a time", &["entry.created_at"], "/billing/balance", |balance| {
            balance["entries"] = json!([{
                "id": "1", "amount_omr": 1, "amount_baisa": 1000, "reason": "promo:X",
            }]);
        }),
        at("prices as texts", &["plan.price_omr"], "/catalog/plans", |plans| {
            plans[0]["price_omr"] = json!("5");
        }),
        at("plans in pages", &["catalog.plans"], "/catalog/plans", |plans| {
            *plans = json!({ "items": plans.take() });
        }),
        at("an add-on that is half there", &["addon.included"], "/catalog/addons", |addons| {
            without(&mut addons[3], "included");
        }),
        at("features that are no texts", &["app.features"], "/catalog/apps", |apps| {
            apps[0]["features"] = json!([1]);
        }),
        at("a bundle without a name", &["bundle.slug"], "/catalog/bundles", |bundles| {
            bundles[0]["slug"] = json!("");
        }),
        at(
            "an industry without its apps",
            &["industry.suggested_apps"],
            "/catalog/industries",
            |all| {
                without(&mut all[0], "suggested_apps");
            },
        ),
        at("available as a text", &["check-slug.available"], "/tenant/check-slug/", |answer| {
            answer["available"] = json!("yes");
        }),
    ]
}

fn administration() -> [Case; 4] {
    [
        at(
            "settings without a time",
            &["settings.updated_at"],
            "/billing/admin/settings",
            |settings| {
                without(settings, "updated_at");
            },
        ),
        at("revenue in floats", &["revenue.total_mrr"], "/billing/admin/revenue", |revenue| {
            revenue["total_mrr"] = json!(0.5);
        }),
        at("orders in pages", &["read.orders"], "/billing/admin/orders", |orders| {
            *orders = json!({ "orders": orders.take() });
        }),
        at("an order without its apps", &["order.apps"], "/billing/admin/orders", |orders| {
            without(&mut orders[0], "apps");
        }),
    ]
}

/// Changes the status of a path for who is signed in.
fn status(
    what: &'static str,
    found: &'static [&'static str],
    path: &'static str,
    status: u16,
) -> Case {
    Case::new(what, found, move |seen, answer| {
        if seen.path.starts_with(path) && seen.authorization.is_some() {
            answer.refuse(status);
        }
    })
}

fn strangers() -> [Case; 5] {
    [
        status("403 for a subscription", &["subscription.unknown"], "/billing/subscription/", 403),
        status("500 for invoices", &["invoices.unknown"], "/billing/invoices/", 500),
        status("503 for the portal", &["portal.unknown"], "/billing/portal/", 503),
        status("404 for a checkout", &["checkout.unknown-organization"], "/billing/checkout", 404),
        Case::new("an event that nobody signed", &["webhook.unsigned"], |seen, answer| {
            if seen.path == "/billing/webhook" {
                answer.say(200, &json!({ "ok": true }));
            }
        }),
    ]
}

on_both! {
    async fn what_a_checkout_reads(app: &TestApp) {
        assert_found(app, reads()).await;
    }

    async fn what_superadmins_read(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        assert_found(app, administration()).await;
    }

    async fn what_strangers_are_told(app: &TestApp) {
        assert_found(app, strangers()).await;
    }

    /// A secret that leaks is named, and not repeated.
    async fn settings_that_tell_a_secret(app: &TestApp) {
        const SECRET: &str = "sk_live_51NxEXAMPLE";
        let proxy = Proxy::before(app, Drift::answers(|seen, answer| {
            if seen.is("GET", "/billing/admin/settings") && answer.status == 200 {
                answer.edit(|settings| {
                    settings["stripe_secret_key"] = json!(SECRET);
                    settings["stripe_secret_key_configured"] = json!(SECRET);
                });
            }
        })).await;
        let report = check(&[sovereign(app, &proxy.url)], &options()).await;
        let found = ["settings.stripe_secret_key", "settings.stripe_secret_key_configured"];
        assert_eq!(drift(&report.sovereigns[0]), found);
        assert!(!report.as_json().to_string().contains("51Nx"), "{report:?}");
    }

    /// A limit says how long to wait; what it keeps from being seen has not drifted for that.
    async fn a_limit_says_how_long_to_wait(app: &TestApp) {
        for (header, found) in [(None, &["rate-limit.retry-after"][..]), (Some("3600"), &[][..])] {
            let proxy = Proxy::before(app, Drift::answers(move |seen, answer| {
                if seen.path == "/catalog/plans" {
                    answer.refuse(429);
                    answer.headers.extend(header.map(|wait| ("Retry-After", wait)));
                }
            })).await;
            let report = check(&[sovereign(app, &proxy.url)], &options()).await;
            let report = &report.sovereigns[0];
            assert_eq!(drift(report), found);
            let plans = report.checks.iter().find(|check| check.name == "catalog.plans").unwrap();
            let Outcome::Skipped { why } = &plans.outcome else { panic!("{plans:?}") };
            assert!(why.contains("429") && why.contains(header.unwrap_or("absent")), "{why}");
        }
    }
}
