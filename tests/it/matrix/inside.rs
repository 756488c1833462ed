//! Nobody reads inside an Organization who is not in it: every route and page, asked by everybody outside,
//! about Organizations in which every text says where it comes from.
//!
//! Routes come from the document, pages from the program's list, columns from the database: what is added is
//! in this test by itself.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt as _;

use super::marks::{Marks, found_in};
use super::table::rows;
use super::world::{World, email_of, setup};
use crate::harness::{Browser, Reply, on_both, pages_to_open};

/// Nobody of these is in Organization A.
const OUTSIDE: [&str; 5] = ["nobody", "outsider", "elsewhere", "sovereign-admin", "superadmin"];
const BOTH: &[&str] = &["sovereign-admin", "superadmin"];
const SUPERADMIN: &[&str] = &["superadmin"];

/// What the Sovereign's side is shown, and why.
struct Shown {
    route: &'static str,
    callers: &'static [&'static str],
    columns: &'static [&'static str],
    #[expect(dead_code, reason = "for whoever reads this list")]
    why: &'static str,
}

/// What was asked for, why, and what was answered.
const APPROVAL: &[&str] =
    &["approvals.apps", "approvals.reason", "approvals.tiers", "organizations.slug"];
const SHOWN: &[Shown] = &[
    Shown {
        route: "GET /billing/admin/organizations",
        callers: BOTH,
        columns: &["organizations.name", "organizations.slug"],
        why: "who the Sovereign's customers are, with totals: the franchisee's business",
    },
    Shown {
        route: "GET /billing/vouchers/code/{code}/redemptions",
        callers: BOTH,
        columns: &["organizations.name", "organizations.slug"],
        why: "who redeemed a voucher: the franchisee's campaign",
    },
    Shown {
        route: "GET /billing/vouchers/code/{code}/timeline",
        callers: BOTH,
        columns: &["organizations.name", "organizations.slug"],
        why: "the same on the voucher's line of time",
    },
    Shown {
        route: "GET /tenant/admin/tenants",
        callers: SUPERADMIN,
        columns: &["organizations.name", "organizations.slug"],
        why: "the list of the wire contract",
    },
    Shown {
        route: "GET /tenant/admin/tenants/{id}",
        callers: SUPERADMIN,
        columns: &[
            "organizations.addons",
            "organizations.apps",
            "organizations.custom_domains",
            "organizations.industry",
            "organizations.name",
            "organizations.org_type",
            "organizations.slug",
            "organizations.subdomain",
        ],
        why: "the detail of the wire contract is the Organization: what it has, not what is in it",
    },
    Shown {
        route: "GET /billing/admin/approvals",
        callers: BOTH,
        columns: &[
            "approvals.apps",
            "approvals.note",
            "approvals.reason",
            "approvals.tiers",
            "organizations.slug",
        ],
        why: "what an Organization chose to show when it asked to be allowed something",
    },
    Shown {
        route: "POST /billing/admin/approvals/{id}/approve",
        callers: BOTH,
        columns: APPROVAL,
        why: "the same, decided",
    },
    Shown {
        route: "POST /billing/admin/approvals/{id}/refuse",
        callers: BOTH,
        columns: APPROVAL,
        why: "the same, decided",
    },
    Shown {
        route: "POST /billing/admin/approvals/{id}/revoke",
        callers: BOTH,
        columns: APPROVAL,
        why: "the same, taken back",
    },
    Shown {
        route: "GET /admin/approvals",
        callers: BOTH,
        columns: &["approvals.apps", "approvals.tiers", "organizations.slug"],
        why: "the same, as a list in a page",
    },
    Shown {
        route: "GET /admin/approvals/{id}",
        callers: BOTH,
        columns: &[
            "approvals.apps",
            "approvals.note",
            "approvals.reason",
            "approvals.tiers",
            "organizations.slug",
        ],
        why: "the same in a page, for the answer to it",
    },
    Shown {
        route: "GET /billing/admin/orders",
        callers: SUPERADMIN,
        columns: &["orders.addons", "orders.apps", "orders.stripe_session_id"],
        why: "the list of the wire contract: what was sold",
    },
    Shown {
        route: "GET /billing/admin/orders/{order_id}",
        callers: SUPERADMIN,
        columns: &["orders.addons", "orders.apps", "orders.stripe_session_id"],
        why: "one of them",
    },
    Shown {
        route: "GET /tenant/admin/tenants/{id}/delete-preview",
        callers: SUPERADMIN,
        columns: &["an address", "organizations.apps", "organizations.name", "organizations.slug"],
        why: "what its end would take with it, and whom to ask first",
    },
    Shown {
        route: "GET /admin/organizations",
        callers: BOTH,
        columns: &["organizations.name", "organizations.slug"],
        why: "who the Sovereign's customers are, with totals: the franchisee's business",
    },
    Shown {
        route: "GET /admin/organizations/{id}",
        callers: SUPERADMIN,
        columns: &["an address", "organizations.apps", "organizations.name", "organizations.slug"],
        why: "what its end would take with it, and whom to ask first",
    },
    Shown {
        route: "GET /admin/organizations/{id}/move",
        callers: SUPERADMIN,
        columns: &["organizations.name"],
        why: "which Organization it is that moves",
    },
    Shown {
        route: "GET /admin/orders",
        callers: SUPERADMIN,
        columns: &["organizations.name"],
        why: "what was sold, and to whom",
    },
    Shown {
        route: "GET /admin/orders/{id}",
        callers: SUPERADMIN,
        columns: &[
            "orders.addons",
            "orders.apps",
            "orders.stripe_session_id",
            "organizations.name",
        ],
        why: "the same of one order",
    },
    Shown {
        route: "GET /billing/admin/orders/{order_id}/refunds",
        callers: SUPERADMIN,
        columns: &["refunds.reason", "refunds.requested_by", "refunds.stripe_refund_id"],
        why: "what superadmins wrote when they refunded",
    },
    Shown {
        route: "POST /billing/admin/refunds/{refund_id}/retry",
        callers: SUPERADMIN,
        columns: &["refunds.reason", "refunds.requested_by"],
        why: "the same",
    },
    Shown {
        route: "GET /provisioning/admin/provisions/{id}",
        callers: SUPERADMIN,
        columns: &[
            "provisions.apps",
            "provisions.error",
            "provisions.revision",
            "provisions.steps",
            "provisions.subdomain",
        ],
        why: "why the Sovereign's own repository did not take a change, for who has to mend it",
    },
    Shown {
        route: "POST /provisioning/admin/provisions/{id}/retry",
        callers: SUPERADMIN,
        columns: &[
            "provisions.apps",
            "provisions.error",
            "provisions.revision",
            "provisions.subdomain",
        ],
        why: "the same, begun anew",
    },
    Shown {
        route: "GET /auth/admin/users/{id}",
        callers: SUPERADMIN,
        columns: &["an address", "users.avatar_url", "users.name"],
        why: "a user of the Sovereign, by identifier, of the wire contract; not where they are a member",
    },
    Shown {
        route: "PUT /auth/admin/users/{id}/role",
        callers: SUPERADMIN,
        columns: &["an address", "users.avatar_url", "users.name"],
        why: "the same",
    },
];

fn may_see(route: &str, caller: &str) -> BTreeSet<String> {
    let entries =
        SHOWN.iter().filter(|shown| shown.route == route && shown.callers.contains(&caller));
    entries.flat_map(|shown| shown.columns).map(|column| (*column).to_owned()).collect()
}

/// What a route needs as it was, or it would have nothing to answer.
async fn mend(world: &World<'_>, route: &str) {
    let mended = match route {
        "POST /tenant/invitations/accept" => {
            "UPDATE invitations SET email = 'outsider@example.com'"
        }
        "POST /billing/admin/subscriptions/{tenant_id}/bill-here" => {
            "UPDATE subscriptions SET stripe_subscription_id = NULL; \
             UPDATE organizations SET apps = '[]', addons = '[]'"
        }
        // Who accepted is inside.
        "GET /tenant/orgs" => {
            "DELETE FROM members WHERE user_id IN \
                 (SELECT id FROM users WHERE email = 'outsider@example.com')"
        }
        _ => return,
    };
    world.app.execute(mended).await;
}

fn headers(reply: &Reply) -> String {
    format!("{:?}", reply.headers)
}

on_both! {
    async fn no_route_shows_what_is_inside(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let marks = Marks::new(app).await;
        let mut wrong = Vec::new();
        for row in rows() {
            let route = row.route.as_str();
            for caller in OUTSIDE {
                if route == "POST /auth/logout-all" {
                    // Says nothing, and ends the sessions that the next route needs.
                    continue;
                }
                let request = world.request(route).await;
                marks.write(&world).await;
                mend(&world, route).await;
                let reply = request.send(&world.client(caller)).await;
                if reply.status != row.status(caller) {
                    let (status, text) = (reply.status, &reply.text);
                    wrong.push(format!("{route} by {caller}: {status} is no answer to look at: {text}"));
                }
                let seen = found_in(&format!("{} {}", headers(&reply), reply.text));
                let may = may_see(route, caller);
                if seen != may {
                    wrong.push(format!("{route} by {caller}: sees {seen:?}, but {may:?} is expected"));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    /// The test before sees what there is to be seen: with a member's eyes it finds all of it.
    async fn members_see_the_marks(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let marks = Marks::new(app).await;
        world.invite(&world.shared, "guest").await;
        marks.write(&world).await;
        let invitations = format!("/tenant/orgs/{}/invitations", world.shared);
        let mut seen = found_in(&world.client("owner").get(&invitations).await.text);
        for row in rows().iter().filter(|row| row.route.starts_with("GET /")) {
            let request = world.request(&row.route).await;
            marks.write(&world).await;
            let reply = request.send(&world.client("owner")).await;
            seen.extend(found_in(&reply.text));
        }
        for column in [
            "organizations.name", "organizations.custom_domains", "members.email", "invitations.email",
            "credit_ledger.reason", "invoices.pdf_url", "provisions.steps", "provisions.error", "users.name",
        ] {
            assert!(seen.contains(column), "{column}: {seen:#?}");
        }
        assert!(seen.contains("an address"), "{seen:#?}");
        assert!(marks.columns.len() >= 40, "{:#?}", marks.columns);
    }

    async fn no_page_shows_what_is_inside(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let marks = Marks::new(app).await;
        let (organization, _) = world.provision().await;
        let order = world.paid_order(&world.organization().await).await;
        let approval = world.approval(false).await;
        marks.write(&world).await;
        let slug = format!("SELECT slug FROM organizations WHERE id = '{organization}'");
        let slug = app.texts(&slug).await.remove(0);
        let (code, campaign) = (world.voucher().await, world.campaign().await);
        let bulk = world.bulk_operation().await;
        for caller in ["nobody", "elsewhere", "sovereign-admin", "superadmin"] {
            let mut browser = browser(&world, caller).await;
            for page in pages_to_open() {
                let id = match page.as_str() {
                    page if page.starts_with("/admin/campaigns/") => &campaign,
                    page if page.starts_with("/admin/vouchers/bulk/") => &bulk,
                    page if page.starts_with("/admin/organizations/") => &organization,
                    page if page.starts_with("/admin/approvals/") => &approval,
                    _ => &order,
                };
                let path = page.replace("{order_id}", &order).replace("reports/{name}", "reports/credit.csv").replace("{name}", "x").replace("{slug}", &slug);
                let path = path.replace("{id}", id);
                let path = path.replace("{app}", "wordpress").replace("{code}", &code);
                let path = path.replace("{kind}", "apps");
                assert!(!path.contains('{'), "nobody said what belongs into {path}");
                for query in ["", &format!("?tenant_id={organization}&order_id={order}&token=x")] {
                    let shown = browser.get(&format!("{path}{query}")).await;
                    assert!(shown.status < 500, "{path}: {}", shown.text);
                    let seen = found_in(&format!("{:?} {}", shown.headers, shown.text));
                    let may = may_see(&format!("GET {page}"), caller);
                    assert_eq!(seen, may, "{path} shows {caller}: {}", shown.text);
                }
            }
        }
        // A member's page has the name, so that the others' had no reason to be empty but this wall.
        let shown = browser(&world, "owner").await.get("/console").await.expect(200);
        assert!(found_in(&shown.text).contains("organizations.name"), "{}", shown.text);
    }

    async fn no_measure_names_what_is_inside(app: &TestApp, setup()) {
        let world = World::new(app).await;
        world.provision().await;
        Marks::new(app).await.write(&world).await;
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = app.metrics_router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("# TYPE ") && found_in(&text).is_empty(), "{text}");
    }
}

/// A browser in which somebody has signed in by mail.
pub(super) async fn browser(world: &World<'_>, caller: &str) -> Browser {
    let mut browser = world.app.browser();
    if caller == "nobody" {
        return browser;
    }
    browser.sign_in(world.app, &email_of(caller)).await;
    browser
}
