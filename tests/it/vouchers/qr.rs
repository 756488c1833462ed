//! `GET /billing/vouchers/code/{code}/qr`: a reader finds the link in it.

use reqwest::Method;
use serde_json::json;

use super::{assert_field, refuses_others};
use crate::harness::{Setup, on_both};

/// What a reader makes of a PNG file.
fn read(file: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let (side, line) = (frame.width as usize, frame.line_size);
    let grey = |x: usize, y: usize| {
        if pixels[y * line + x / 8] & (0x80 >> (x % 8)) == 0 { 0 } else { 255 }
    };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
    picture.detect_grids()[0].decode().unwrap().1
}

on_both! {
    async fn a_reader_finds_the_link(app: &TestApp) {
        app.issue("OMANTEL-MUSCAT-200", 200, 0).await;
        let admin = app.sovereign_admin();
        let path = "/billing/vouchers/code/omantel-muscat-200/qr";
        let png = admin.get(&format!("{path}?format=png")).await;
        assert_eq!((png.status, png.headers["content-type"].to_str().unwrap()), (200, "image/png"));
        assert_eq!(read(&png.bytes), "https://test.sovereign.example/redeem?code=OMANTEL-MUSCAT-200");
        let svg = admin.get(path).await;
        assert_eq!((svg.status, svg.headers["content-type"].to_str().unwrap()), (200, "image/svg+xml; charset=utf-8"));
        assert!(svg.text.starts_with("<svg ") && svg.text.ends_with("</svg>"), "{}", svg.text);
        assert_eq!(admin.get(&format!("{path}?format=svg")).await.text, svg.text);
        let problem = admin.get(&format!("{path}?format=gif")).await.expect_problem(400, "invalid_request");
        assert_field(&problem, "format");
        admin.get("/billing/vouchers/code/NEVER-1/qr").await.expect_problem(404, "not_found");
    }

    async fn only_for_issuers(app: &TestApp) {
        refuses_others(app, Method::GET, "/billing/vouchers/code/GIFT-1/qr", None).await;
    }

    async fn the_page_shows_it(app: &TestApp, Setup::with_mail()) {
        app.issue_as(json!({ "code": "GIFT-1", "credit_omr": 5 })).await;
        let mut browser = crate::pages::administrator(app, "maryam").await;
        browser.get("/admin/vouchers/GIFT-1").await.expect(200).has(&["src=\"/admin/vouchers/GIFT-1/qr.svg\"", "download=\"GIFT-1.png\""]);
        let svg = browser.get("/admin/vouchers/GIFT-1/qr.svg").await.expect(200);
        assert!(svg.text.starts_with("<svg "), "{}", svg.text);
        let png = browser.get("/admin/vouchers/GIFT-1/qr.png").await.expect(200);
        assert_eq!(png.headers["content-type"], "image/png");
        browser.get("/admin/vouchers/NOTHING-1/qr.png").await.expect(404);
        app.revoke("GIFT-1").await;
        let revoked = browser.get("/admin/vouchers/GIFT-1").await.expect(200);
        assert!(!revoked.text.contains("qr.svg"), "nobody prints what is revoked");
        app.execute("UPDATE users SET role = 'member'").await;
        browser.get("/admin/vouchers/GIFT-1/qr.svg").await.expect(403);
        assert_eq!(app.browser().get("/admin/vouchers/GIFT-1/qr.svg").await.status, 303);
    }
}
