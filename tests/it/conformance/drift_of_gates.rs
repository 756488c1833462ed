//! People who are let in and should not be.

use serde_json::json;
use sovereign::auth::Role;
use sovereign::conformance::Sovereign;

use super::proxy::{Drift, ISSUE, LIST, Proxy, Seen};
use super::{Case, assert_found, check_one, drift, sovereign, token};
use crate::harness::{TestApp, on_both};

/// Where requests with this header find what is asked for.
fn open(
    what: &'static str,
    found: &'static [&'static str],
    path: &'static str,
    authorization: Option<String>,
) -> Case {
    Case::new(what, found, move |seen, answer| {
        if seen.is("GET", path) && seen.authorization == authorization {
            answer.say(200, &json!([]));
        }
    })
}

fn header(app: &TestApp, name: &str, role: Role) -> String {
    format!("Bearer {}", app.token(name, role))
}

/// Whoever sends this header is taken for an administrator, and what they ask for is done.
fn promoted(app: &TestApp, method: &'static str, authorization: Option<String>) -> Drift {
    let admin = header(app, "operator", Role::Superadmin);
    Drift::takes(move |seen: &mut Seen| {
        let is_change = seen.method == method && (seen.path == ISSUE || seen.is_revoke());
        if is_change && seen.authorization == authorization {
            seen.authorization = Some(admin.clone());
        }
    })
}

on_both! {
    async fn lists_that_anybody_reads(app: &TestApp) {
        let member = || Some(header(app, "visitor", Role::Member));
        assert_found(app, [
            open("by nobody", &["gate.list.anonymous"], LIST, None),
            open("by a member", &["gate.list.member"], LIST, member()),
            open("older, by nobody", &["gate.promos.anonymous"], "/billing/admin/promos", None),
            open("older, by a member", &["gate.promos.member"], "/billing/admin/promos", member()),
            open("settings, by a member", &["gate.settings.member"], "/billing/admin/settings", member()),
            open("revenue, by a member", &["gate.revenue.member"], "/billing/admin/revenue", member()),
            open("orders, by nobody", &["gate.orders.anonymous"], "/billing/admin/orders", None),
            open("balance, by nobody", &["gate.balance.anonymous"], "/billing/balance", None),
        ]).await;
    }

    /// What they issue is revoked with the rest.
    async fn vouchers_that_anybody_issues(app: &TestApp) {
        let member = header(app, "visitor", Role::Member);
        let case = |what, found, drift| Case { what, found, drift };
        assert_found(app, [
            case("by nobody", &["gate.issue.anonymous"], promoted(app, "POST", None)),
            case("by a member", &["gate.issue.member"], promoted(app, "POST", Some(member.clone()))),
            case("revoked by nobody", &["gate.revoke.anonymous"], promoted(app, "DELETE", None)),
            case("revoked by a member", &["gate.revoke.member"], promoted(app, "DELETE", Some(member))),
        ]).await;
    }

    async fn checkouts_without_a_token(app: &TestApp) {
        let case = Case::new("403 in place of 401", &["gate.checkout.anonymous"], |seen, answer| {
            if seen.is("POST", "/billing/checkout") && seen.authorization.is_none() {
                answer.refuse(403);
            }
        });
        assert_found(app, [case]).await;
    }

    /// What takes the role superadmin; whose role cannot be known may be either.
    async fn a_franchisee_sees_no_revenue(app: &TestApp) {
        let admin = |url: &str| Sovereign {
            token: Some(token(app, "campaigns", Role::SovereignAdmin)),
            ..sovereign(app, url)
        };
        let proxy = Proxy::before(app, Drift::answers(|seen, answer| {
            if seen.is("GET", "/billing/admin/revenue") && answer.status == 403 {
                answer.say(200, &json!({ "total_mrr": 0 }));
            }
        })).await;
        // Those of a member stay closed, for they are asked the same.
        let report = check_one(app, admin(&proxy.url)).await;
        assert_eq!(drift(&report), ["gate.revenue.member", "gate.revenue.sovereign-admin"]);

        let proxy = Proxy::before(app, Drift::answers(|seen, answer| {
            if seen.path == "/auth/me" {
                answer.refuse(404);
            }
        })).await;
        for one in [admin(&proxy.url), sovereign(app, &proxy.url)] {
            assert_eq!(drift(&check_one(app, one).await), Vec::<&str>::new());
        }
    }
}
