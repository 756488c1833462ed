//! Headers that say something odd.

use reqwest::Method;
use sovereign::auth::Role;

use super::bodies::Routes;
use super::{raw, refused, still_works};
use crate::harness::on_both;

/// The two routes that read an `Idempotency-Key`.
const KEYED: [&str; 2] = ["/billing/checkout", "/billing/vouchers/redeem"];

on_both! {
    async fn unusable_idempotency_keys(app: &TestApp) {
        let routes = Routes::of(app).await;
        let token = format!("Authorization: Bearer {}", app.token("root", Role::Superadmin));
        let (long, longest) = ("k".repeat(256), "k".repeat(255));
        let key = |value: &[u8]| [b"Idempotency-Key: ", value].concat();
        let unusable = [
            vec![key(b"")],
            vec![key(b"   ")],
            vec![key(long.as_bytes())],
            vec![key(b"one"), key(b"two")],
            vec![key(b"one"), key(b"one")],
            vec![key(b"one"), key(b"")],
            vec![key("ش".as_bytes())],
            vec![key(b"\xff\xfe")],
        ];
        for route in routes.all.iter().filter(|route| KEYED.contains(&route.path.as_str())) {
            let body = route.body.to_string();
            let length = format!("Content-Length: {}", body.len());
            for keys in &unusable {
                let mut headers = vec![token.as_bytes(), length.as_bytes()];
                headers.extend(keys.iter().map(Vec::as_slice));
                let line = format!("POST {}", route.path);
                let reply = raw::send(app, line.as_bytes(), &headers, body.as_bytes()).await;
                let answer = refused(reply, &route.path);
                assert_eq!(answer, (400, Some("Idempotency-Key".into())), "{keys:?}");
            }
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM idempotency_keys").await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
        let body = routes.customer.checkout_body("m", "BODY-10");
        let client = &routes.customer.client;
        client.post_keyed("/billing/checkout", &longest, &body).await.expect(200);
    }

    /// A body is JSON whatever a client calls it; scripts often call it nothing, or a form.
    async fn any_content_type(app: &TestApp) {
        app.issue("TYPED-10", 10, 0).await;
        let body = b"{\"code\":\"TYPED-10\"}";
        let line = b"POST /billing/vouchers/redeem-preview";
        for kind in ["", "text/plain", "application/x-www-form-urlencoded", "image/png", "\u{feff}"]
        {
            let kind = format!("Content-Type: {kind}");
            let headers = [&b"Content-Length: 19"[..], kind.as_bytes()];
            raw::send(app, line, &headers, body).await.expect(200);
        }
        raw::send(app, line, &[b"Content-Length: 19"], body).await.expect(200);
    }

    /// What a client claims about its own address, or about the host, changes nothing.
    async fn headers_of_proxies_are_harmless(app: &TestApp) {
        for value in
            ["127.0.0.1", "", ",,,", "not an address", "::1, 10.0.0.1", "\"><script>", "999.1.1.1"]
        {
            for name in
                ["X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Forwarded-Host", "X-Original-Url"]
            {
                let (anyone, headers) = (app.anyone(), [(name, value)]);
                let path = "/tenant/check-slug/kestrel";
                let answer = anyone.send(Method::GET, path, &headers, None).await.expect(200);
                assert_eq!(answer["available"], true, "{name}: {value}");
            }
        }
        still_works(app).await;
    }
}
