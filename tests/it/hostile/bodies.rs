//! Bodies that are no JSON object, or too large, on every route that takes one.

use reqwest::Method;
use serde_json::{Value, json};

use super::{raw, refused, still_works};
use crate::harness::{Customer, Reply, TestApp, on_both};

/// The limit of a body.
const MAX_BYTES: usize = 1024 * 1024;

/// A route that takes a body, and one that it would accept.
pub(super) struct Route {
    pub(super) path: String,
    pub(super) body: Value,
}

/// All of them, for a caller who may use each.
pub(super) struct Routes {
    pub(super) customer: Customer,
    pub(super) all: Vec<Route>,
}

impl Routes {
    pub(super) async fn of(app: &TestApp) -> Self {
        app.issue("BODY-10", 10, 0).await;
        let client = app.superadmin();
        let tenant_id = client.make_organization("bodies").await;
        app.member("colleague").get("/tenant/orgs").await.expect(200);
        let voucher = json!({
            "code": "NEW-10", "credit_omr": 10, "description": "new", "active": true,
            "max_redemptions": 5, "credit_valid_days": 90,
        });
        let checkout = json!({
            "plan_id": "m", "apps": [], "addons": [], "tenant_id": tenant_id,
            "promo_code": "BODY-10", "promo_value_minor": 10_000,
        });
        let redeem =
            json!({ "tenant_id": tenant_id, "code": "BODY-10", "promo_value_minor": 10_000 });
        let organization = json!({
            "slug": "another", "name": "Another", "org_type": "company", "industry": "retail",
            "plan_id": "m", "apps": [], "addons": [],
        });
        let member = json!({ "email": "colleague@example.com", "role": "member" });
        let members = format!("/tenant/orgs/{tenant_id}/members");
        let all = [
            ("/billing/vouchers/issue", voucher.clone()),
            ("/billing/admin/promos", voucher),
            ("/billing/vouchers/redeem-preview", json!({ "code": "BODY-10" })),
            ("/billing/vouchers/redeem", redeem),
            ("/billing/checkout", checkout),
            ("/tenant/orgs", organization),
            (&members, member),
        ];
        let all = all.map(|(path, body)| Route { path: path.to_owned(), body });
        Self { customer: Customer { client, tenant_id }, all: Vec::from(all) }
    }

    pub(super) async fn send(&self, route: &Route, body: impl Into<Vec<u8>>) -> Reply {
        self.customer.client.post_text(&route.path, body).await
    }

    /// Nothing of what was sent had an effect; and each route accepts the body it would accept, so
    /// that no refusal was for another reason.
    pub(super) async fn nothing_happened(&self, app: &TestApp) {
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM organizations").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM members").await, 1);
        for route in self.all.iter().filter(|route| route.path != "/billing/vouchers/redeem") {
            let reply = self.send(route, route.body.to_string()).await;
            assert!((200..300).contains(&reply.status), "{}: {}", route.path, reply.text);
        }
        still_works(app).await;
    }
}

/// A body of this many bytes that is the route's own but for spaces.
fn padded(route: &Route, bytes: usize) -> Vec<u8> {
    let mut body = route.body.to_string().into_bytes();
    body.resize(bytes, b' ');
    body
}

on_both! {
    async fn what_is_no_object(app: &TestApp) {
        let routes = Routes::of(app).await;
        let brackets = "[".repeat(100_000);
        let braces = "{\"x\":".repeat(100_000);
        for route in &routes.all {
            let good = route.body.to_string();
            let (in_an_array, as_a_text) = (format!("[{good}]"), format!("{good:?}"));
            let bodies: [&[u8]; 21] = [
                b"",
                b" \r\n\t",
                b"not JSON",
                b"code=BODY-10&credit_omr=1",
                b"<xml/>",
                b"[]",
                in_an_array.as_bytes(),
                b"7",
                b"-1e309",
                b"null",
                b"true",
                b"\"text\"",
                as_a_text.as_bytes(),
                b"'{}'",
                b"\xef\xbb\xbf{}",
                b"\xff\xfe{\0}\0",
                b"\xc3\x28",
                b"\0",
                brackets.as_bytes(),
                b"]",
                b",{}",
            ];
            for body in bodies {
                let what = format!("{}: {}", route.path, String::from_utf8_lossy(body));
                let answer = refused(routes.send(route, body).await, &what);
                assert_eq!(answer, (400, Some("body".into())), "{what:.200}");
            }
            let none = routes.customer.client.send(Method::POST, &route.path, &[], None).await;
            assert_eq!(refused(none, &route.path), (400, Some("body".into())));
            let (status, _) = refused(routes.send(route, braces.clone()).await, &route.path);
            assert_eq!(status, 400);
        }
        routes.nothing_happened(app).await;
    }

    async fn objects_that_are_broken(app: &TestApp) {
        let routes = Routes::of(app).await;
        for route in &routes.all {
            let good = route.body.to_string();
            let open = &good[..good.len() - 1];
            for (field, body) in [
                (Some("body"), "{".to_owned()),
                (Some("body"), "{]".to_owned()),
                (Some("body"), "{'code': 1}".to_owned()),
                (Some("body"), "{code: 1}".to_owned()),
                (Some("body"), open.to_owned()),
                (Some("body"), format!("{open},")),
                (Some("body"), format!("{open},}}")),
                (Some("body"), format!("{good}x")),
                (Some("body"), format!("{good}{good}")),
                (Some("body"), format!("{good}]")),
                (Some("body"), format!("{good}\0")),
                (None, format!("{open},\"x")),
                (None, format!("{open},\"x\":")),
                (None, format!("{open},\"x\":nul}}")),
                (None, format!("{open},\"x\":01}}")),
                (None, format!("{open},\"x\":\"\n\"}}")),
                (None, format!("{open},\"x\":\"\\x\"}}")),
                (None, format!("{open},\"x\":{}}}", "[".repeat(100_000))),
                (None, format!("{open},\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))),
            ] {
                let (status, named) = refused(routes.send(route, body.clone()).await, &body);
                assert_eq!(status, 400, "{body:.200}");
                let named = named.unwrap_or_else(|| panic!("no field: {body:.200}"));
                assert!(field.is_none_or(|field| field == named), "{named}: {body:.200}");
            }
            for cut in (1..good.len()).filter(|cut| good.is_char_boundary(*cut)) {
                let (status, _) = refused(routes.send(route, &good[..cut]).await, &good[..cut]);
                assert_eq!(status, 400, "{}", &good[..cut]);
            }
        }
        routes.nothing_happened(app).await;
    }

    async fn bodies_that_are_not_utf_8(app: &TestApp) {
        let routes = Routes::of(app).await;
        for route in &routes.all {
            let good = route.body.to_string();
            for bytes in
                [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"]
            {
                for at in [good.find(":\"").unwrap() + 3, good.len(), 1] {
                    let mut body = good.clone().into_bytes();
                    body.splice(at..at, bytes.iter().copied());
                    let (status, _) = refused(routes.send(route, body).await, &route.path);
                    assert_eq!(status, 400, "{}: {bytes:?} at {at}", route.path);
                }
            }
        }
        routes.nothing_happened(app).await;
    }

    async fn bodies_up_to_a_mebibyte_and_no_more(app: &TestApp) {
        let routes = Routes::of(app).await;
        let token = format!(
            "Authorization: Bearer {}",
            app.token("root", sovereign::auth::Role::Superadmin)
        );
        for route in &routes.all {
            let too_large = routes.send(route, padded(route, MAX_BYTES + 1)).await;
            too_large.expect_problem(413, "body_too_large");
            // Its size is not announced: the pieces are counted.
            let mut body = format!("{:x}\r\n", MAX_BYTES + 1).into_bytes();
            body.extend(padded(route, MAX_BYTES + 1));
            body.extend(b"\r\n0\r\n\r\n");
            let line = format!("POST {}", route.path);
            let headers = [token.as_bytes(), b"Transfer-Encoding: chunked"];
            let too_large = raw::send(app, line.as_bytes(), &headers, &body).await;
            too_large.expect_problem(413, "body_too_large");
            // What is announced as far too large is not waited for.
            let headers = [token.as_bytes(), b"Content-Length: 1099511627776"];
            let too_large = raw::send(app, line.as_bytes(), &headers, b"{").await;
            too_large.expect_problem(413, "body_too_large");
        }
        let preview = &routes.all[2];
        routes.send(preview, padded(preview, MAX_BYTES)).await.expect(200);
        routes.nothing_happened(app).await;
    }
}
