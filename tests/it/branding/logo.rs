//! The logo: what may be one, and how it is served.

use serde_json::Value;

use super::{LOGO, PATH, SVG, put_logo, shown};
use crate::harness::on_both;

/// A picture of one pixel.
fn png() -> Vec<u8> {
    let head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
    head.to_vec()
}

fn path_in(set: &Value) -> String {
    set["logo"].as_str().unwrap().to_owned()
}

on_both! {
    /// It stays at its address for good, does nothing there, and has another address once it is another.
    async fn it_is_served_at_an_address_of_its_own(app: &TestApp) {
        let admin = app.sovereign_admin();
        let first = path_in(&put_logo(&admin, SVG).await.expect(200));
        let served = app.anyone().get(&first).await;
        assert_eq!((served.status, served.bytes.as_slice()), (200, SVG.as_bytes()));
        for (name, value) in [
            ("content-type", "image/svg+xml; charset=utf-8"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(served.headers[name], value);
            assert_eq!(served.headers.get_all(name).iter().count(), 1, "{name}");
        }
        // The same again is no change.
        let again = put_logo(&admin, SVG).await.expect(200);
        assert_eq!((path_in(&again), &again["version"]), (first.clone(), &Value::from(1)));

        let second = path_in(&put_logo(&admin, png()).await.expect(200));
        assert_ne!(first, second);
        let served = app.anyone().get(&second).await;
        assert_eq!((served.status, served.bytes), (200, png()));
        assert_eq!(served.headers["content-type"], "image/png");
        assert_eq!(app.anyone().get(&first).await.status, 404);
        for wrong in [second.replace(".png", ".svg"), second.replace("logo-", "logo-0"),
            "/assets/logo-.png".into(), "/assets/logo-x".into(), "/assets/other".into()]
        {
            assert_eq!(app.anyone().get(&wrong).await.status, 404, "{wrong}");
        }

        let none = admin.delete(LOGO).await.expect(200);
        assert!(none.get("logo").is_none(), "{none}");
        assert_eq!(app.anyone().get(&second).await.status, 404);
        assert!(shown(app).await.get("logo_url").is_none());
        // Twice is once.
        assert_eq!(admin.delete(LOGO).await.expect(200), none);
    }

    /// Its bytes say what it is, whatever the client says; a hostile drawing is refused with the reason.
    async fn what_can_be_none_is_refused(app: &TestApp) {
        let admin = app.sovereign_admin();
        let drawing = |inside: &str| SVG.replace("<path", &format!("{inside}<path")).into_bytes();
        let mut wide = png();
        wide[18] = 8;
        for (bytes, reason) in [
            (Vec::new(), "empty"),
            (b"GIF89a".to_vec(), "no PNG, JPEG, WebP or SVG"),
            (b"<html><script>x()</script></html>".to_vec(), "no PNG"),
            ([png(), vec![0; 32 * 1024]].concat(), "may have 32768"),
            (wide, "2049 pixels"),
            (drawing("<script>fetch('/billing/balance')</script>"), "<script>"),
            (drawing("<g onload=\"x()\"/>"), "onload"),
            (drawing("<foreignObject><iframe/></foreignObject>"), "foreignObject"),
            (drawing("<image href=\"https://evil.example/x.png\"/>"), "outside"),
            (drawing("<use xlink:href=\"https://evil.example/x.svg#a\"/>"), "outside"),
            (drawing("<style>@import url(https://evil.example/x.css)</style>"), "style sheet"),
            (format!("<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{SVG}").into(), "DOCTYPE"),
        ] {
            let refused = put_logo(&admin, bytes).await.expect_problem(400, "invalid_request");
            assert_eq!(refused["field"], "logo");
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.contains(reason), "{reason}: {detail}");
        }
        let large = put_logo(&admin, vec![0; 2 * 1024 * 1024]).await;
        large.expect_problem(413, "body_too_large");
        assert_eq!(admin.get(PATH).await.expect(200)["version"], 0);
    }
}
