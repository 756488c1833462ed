//! Paths and query strings that name nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use sovereign::auth::Role;

use super::{raw, refused, still_works};
use crate::harness::{Reply, TestApp, on_both};

/// Parts of a path that can be nobody's code, slug or identifier.
fn odd_parts() -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = [
        &b"%00"[..],
        b"ABC%00",
        b"%2e%2e",
        b"..",
        b"%2e",
        b"%2F",
        b"..%2f..%2fetc%2fpasswd",
        b"%",
        b"%2",
        b"%zz",
        b"%%%",
        b"%u0041",
        b"%ff",
        b"%c3%28",
        b"%c0%80",
        b"%ed%a0%80",
        b"%f8%88%80%80%80",
        b"%0a",
        b"%0d%0aSet-Cookie:x",
        b"%20",
        b"%F0%9F%8E%81",
        b"%d8%b4",
        b"%EF%BF%BD",
        b"%27%20OR%201=1",
        b";x=1",
        b"a%3Fb",
        b"*",
        b"+",
        "ش".as_bytes(),
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    parts.push(vec![b'A'; 10_240]);
    parts.push(b"%41".repeat(3_000));
    parts
}

/// Sends the path as it is, signed in as a superadmin.
async fn send(app: &TestApp, method: &str, path: &[u8]) -> Reply {
    let token = format!("Authorization: Bearer {}", app.token("root", Role::Superadmin));
    let line = [method.as_bytes(), b" ", path].concat();
    raw::send(app, &line, &[token.as_bytes()], b"").await
}

on_both! {
    async fn odd_parts_name_nothing(app: &TestApp) {
        let id = app.superadmin().make_organization("paths").await;
        for (method, before, after) in [
            ("DELETE", "/billing/vouchers/revoke/".to_owned(), ""),
            ("DELETE", "/api/billing/vouchers/revoke/".to_owned(), ""),
            ("DELETE", "/billing/admin/promos/".to_owned(), ""),
            ("GET", "/billing/subscription/".to_owned(), ""),
            ("GET", "/billing/invoices/".to_owned(), ""),
            ("GET", "/catalog/apps/".to_owned(), ""),
            ("GET", "/catalog/bundles/".to_owned(), ""),
            ("GET", "/tenant/orgs/".to_owned(), ""),
            ("GET", "/tenant/orgs/".to_owned(), "/members"),
            ("GET", "/tenant/admin/tenants/".to_owned(), ""),
            ("DELETE", format!("/tenant/orgs/{id}/members/"), ""),
            ("DELETE", "/tenant/orgs/".to_owned(), "/members/x"),
        ] {
            for part in odd_parts() {
                let path = [before.as_bytes(), &part, after.as_bytes()].concat();
                let what = format!("{method} {}", String::from_utf8_lossy(&path));
                let (status, _) = refused(send(app, method, &path).await, &what);
                assert!([400, 404].contains(&status), "{what:.200}: {status}");
            }
        }
        // This one only says whether the slug could be had: no, or there is no such route.
        for part in odd_parts() {
            let path = [b"/tenant/check-slug/", &part[..]].concat();
            let reply = send(app, "GET", &path).await;
            let what = String::from_utf8_lossy(&path);
            match reply.status {
                200 => {
                    assert_eq!(
                        reply.body,
                        serde_json::json!({ "available": false }),
                        "{what:.200}"
                    );
                }
                _ => assert_eq!(refused(reply, &what).0, 404, "{what:.200}"),
            }
        }
        still_works(app).await;
    }

    async fn odd_paths_are_no_routes(app: &TestApp) {
        for path in [
            &b"/%"[..],
            b"/%00",
            b"/%ff",
            b"/../billing/vouchers/list",
            b"/billing/../billing/vouchers/list",
            b"/billing/vouchers/%2e%2e/list",
            b"/billing//vouchers/list",
            b"/billing%2fvouchers%2flist",
            b"/BILLING/vouchers/list",
            b"/billing/vouchers/list;x",
            b"/billing/vouchers/list%20",
            b"//",
            b"/api//livez",
            b"/.well-known/../livez",
            b"/.env",
            b"/.git/config",
        ] {
            let what = String::from_utf8_lossy(path);
            let (status, _) = refused(send(app, "GET", path).await, &what);
            assert_eq!(status, 404, "{what}");
        }
        let long = [b"/", &vec![b'a'; 10_240][..]].concat();
        assert_eq!(refused(send(app, "GET", &long).await, "10 KB").0, 404);
    }

    async fn odd_limits_and_cursors_are_named(app: &TestApp) {
        let limits = [
            "abc",
            "",
            "0",
            "-1",
            "1.5",
            "1e2",
            "+",
            "%00",
            "99999999999999999999",
            "9223372036854775807",
            "-9223372036854775808",
            "1001",
            "0x10",
            "%D9%A1",
            "null",
            "%ff",
        ];
        for path in ["/billing/vouchers/list", "/billing/admin/promos", "/billing/balance"] {
            for limit in limits {
                let reply = send(app, "GET", format!("{path}?limit={limit}").as_bytes()).await;
                let answer = refused(reply, limit);
                assert_eq!(answer, (400, Some("limit".into())), "{path}?limit={limit}");
            }
            let twice = send(app, "GET", format!("{path}?limit=1&limit=2").as_bytes()).await;
            assert_eq!(refused(twice, "twice"), (400, Some("limit".into())));
        }
        // A cursor is a place in the list, as `microseconds.code` in base64url.
        let encoded = |place: &str| URL_SAFE_NO_PAD.encode(place);
        let places = [
            "x",
            ".",
            "1",
            "1.\0",
            "A.1",
            ".A",
            "1e3.A",
            "1.5.A\0",
            "-62135596800000001.A",
            "-300000000000000000.A",
            "-9223372036854775808.A",
            "253402300800000000.A",
            "9223372036854775807.A",
            "9223372036854775808.A",
        ];
        let raw = ["", "x", ".", "1.A", "%00", "%ff", "MS5B=", "MS5B%00", "_-8"].map(str::to_owned);
        for after in raw.into_iter().chain(places.map(encoded)) {
            let path = format!("/billing/vouchers/list?after={after}");
            let answer = refused(send(app, "GET", path.as_bytes()).await, &path);
            assert_eq!(answer, (400, Some("after".into())), "{path:.200}");
        }
        for place in ["1.", "1.\u{fffd}", &format!("1.{}", "A".repeat(10_240))] {
            let path = format!("/billing/vouchers/list?after={}", encoded(place));
            let nothing = send(app, "GET", path.as_bytes()).await.expect(200);
            assert_eq!(nothing, serde_json::json!([]), "{path:.200}");
        }
        still_works(app).await;
    }

    async fn odd_queries_find_nothing(app: &TestApp) {
        app.member("root").get("/tenant/orgs").await.expect(200);
        for id in
            ["%00", "", "x", "%ff", "%F0%9F%8E%81", "..", &"A".repeat(10_240), &"%41".repeat(3_000)]
        {
            let path = format!("/billing/balance?tenant_id={id}");
            assert_eq!(
                refused(send(app, "GET", path.as_bytes()).await, &path).0,
                404,
                "{path:.200}"
            );
        }
        for query in ["q=%00", "q=%ff", "q=%", "q=%25", "q=_", "q=%F0%9F%8E%81", "q=' OR 1=1"] {
            let query = query.replace(' ', "%20");
            let found = send(app, "GET", format!("/catalog/apps/search?{query}").as_bytes()).await;
            assert!(found.status < 500, "{query}: {}", found.text);
        }
        let long = format!("/catalog/apps/search?q={}", "A".repeat(10_240));
        assert!(app.anyone().send(Method::GET, &long, &[], None).await.status < 500);
        // What a route does not know, it ignores.
        for query in ["x", "=", "&&&", "%00=%00", "a[b]=c", "?", "limit", "tenant_id"] {
            let reply = send(app, "GET", format!("/catalog/plans?{query}").as_bytes()).await;
            assert_eq!(reply.status, 200, "{query}");
        }
        still_works(app).await;
    }
}
