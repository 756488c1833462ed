//! `GET /billing/vouchers/cards/pdf`: vouchers as cards, ten on a sheet, which a reader and a camera can read.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::{assert_field, codes, refuses_others};
use crate::bulk::{ask, issued};
use crate::harness::{Setup, TestApp, on_both};
use crate::pdf::poppler::{Word, pages, printed, text};

const CARDS: &str = "/billing/vouchers/cards/pdf";
/// A card is as large as a bank card; a sheet's cards are in its middle. In hundredths of a point.
const CARD: (u32, u32) = (24_265, 15_301);
const SHEET: (u32, u32) = (59_528, 84_189);
const CORNER: (u32, u32) = ((SHEET.0 - 2 * CARD.0) / 2, (SHEET.1 - 5 * CARD.1) / 2);

async fn print(app: &TestApp, query: &str) -> Vec<u8> {
    let reply = app.sovereign_admin().get(&format!("{CARDS}?{query}")).await;
    assert_eq!(
        (reply.status, reply.headers["content-type"].to_str().unwrap()),
        (200, "application/pdf"),
        "{}",
        reply.text
    );
    assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"cards.pdf\"");
    reply.bytes
}

/// What a camera finds that is held over one card of a page after another.
fn links(pdf: &[u8], page: usize) -> BTreeSet<String> {
    let (width, grey) = printed(pdf, page);
    let pixel = |length: u32| length as usize * width / SHEET.0 as usize;
    let mut found = BTreeSet::new();
    for place in 0..10 {
        let (x, y) = (CORNER.0 + place % 2 * CARD.0, CORNER.1 + place / 2 * CARD.1);
        let (x, y) = (pixel(x), pixel(y));
        let at = |dx: usize, dy: usize| grey[(y + dy) * width + x + dx];
        let (across, down) = (pixel(CARD.0), pixel(CARD.1));
        let mut card = rqrr::PreparedImage::prepare_from_greyscale(across, down, at);
        let read: Vec<_> =
            card.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect();
        // Between the lines that it is cut along.
        let blank = (across / 9..across - across / 9).all(|dx| at(dx, down / 2) == 255);
        assert_eq!(read.len(), usize::from(!blank), "the card at {place} of page {page}");
        found.extend(read);
    }
    found
}

fn link(code: &str) -> String {
    format!("https://test.sovereign.example/redeem?code={code}")
}

/// Which card of its sheet a word is on, in columns from the left and rows from above; it is within that card.
fn card_of(word: &Word) -> (u32, u32) {
    let within = |from: f64, to: f64, place: u32, corner: u32, length: u32| {
        let start = f64::from(corner + place * length) / 100.0;
        start <= from && to <= start + f64::from(length) / 100.0
    };
    let column = (0..2).find(|place| within(word.left, word.right, *place, CORNER.0, CARD.0));
    let row = (0..5).find(|place| within(word.top, word.bottom, *place, CORNER.1, CARD.1));
    column.zip(row).unwrap_or_else(|| panic!("{word:?} leaves its card"))
}

on_both! {
    async fn ten_are_on_a_sheet(app: &TestApp) {
        let asked = ask(app, 12, json!({ "prefix": "MUSCAT-", "description": "Muscat small business week", "credit_valid_days": 90 })).await;
        app.run_job("issue-in-bulk").await;
        app.issue("OTHER-1", 7, 0).await;
        let vouchers = issued(app, &asked).await;
        let codes = codes(&json!(vouchers));
        let query = format!("bulk={}&lang=en", asked["id"].as_str().unwrap());
        let file = print(app, &query).await;
        let sheets = pages(&file);
        assert_eq!(sheets.len(), 2);
        let said = text(&file);
        for code in &codes {
            assert!(said.contains(code), "{code} in {said}");
        }
        assert_eq!((said.matches("200.000 OMR").count(), said.matches("test.sovereign.example").count()), (12, 12));
        assert!(!said.contains("OTHER-1"));
        let on_sheets: Vec<BTreeSet<String>> = codes.chunks(10).map(|codes| codes.iter().map(|code| link(code)).collect()).collect();
        assert_eq!([links(&file, 1), links(&file, 2)].as_slice(), on_sheets.as_slice());
        // From left to right, row by row.
        let places: Vec<_> = codes.iter().take(10).map(|code| card_of(sheets[0].iter().find(|word| word.text == *code).unwrap())).collect();
        assert_eq!(places, (0..10).map(|place| (place % 2, place / 2)).collect::<Vec<_>>());
        for word in sheets.iter().flatten() {
            card_of(word);
        }
    }

    async fn arabic_cards_are_mirrored(app: &TestApp) {
        for (code, credit) in [("FIRST-1", 5), ("SECOND-2", 7)] {
            let body = json!({ "code": code, "credit_omr": credit, "description": "أسبوع المشاريع الصغيرة في مسقط", "credit_valid_days": 90 });
            app.issue_as(body).await;
            app.clock.advance_seconds(1);
        }
        let file = print(app, "lang=ar").await;
        let sheet = &pages(&file)[0];
        let place = |text: &str| card_of(sheet.iter().find(|word| word.text == text).unwrap());
        // The newest is first, on the right.
        assert_eq!((place("SECOND-2"), place("FIRST-1")), ((1, 0), (0, 0)));
        assert!(sheet.iter().any(|word| word.text == "مسقط"), "{sheet:?}");
        assert_eq!(links(&file, 1), BTreeSet::from([link("FIRST-1"), link("SECOND-2")]));
    }

    /// However long its texts are, each card keeps to itself.
    async fn nothing_leaves_its_card(app: &TestApp) {
        let code = "W".repeat(64);
        let long = ["Wwwwwwwww".repeat(55), "word ".repeat(99), "كلمة طويلة ".repeat(45)];
        for (number, description) in long.iter().enumerate() {
            let code = format!("{number}{}", &code[1..]);
            app.issue_as(json!({ "code": code, "credit_omr": 1_000_000_000, "description": description })).await;
        }
        for language in ["en", "ar"] {
            let file = print(app, &format!("lang={language}")).await;
            let sheet = &pages(&file)[0];
            let used: BTreeSet<_> = sheet.iter().map(card_of).collect();
            assert_eq!(used.len(), 3);
            let expected = (0..3).map(|number| link(&format!("{number}{}", &code[1..]))).collect();
            assert_eq!(links(&file, 1), expected);
        }
    }

    /// A thousand in a file, and the way to the rest.
    async fn a_thousand_are_in_a_file(app: &TestApp) {
        let asked = ask(app, 1_003, json!({})).await;
        app.run_job("issue-in-bulk").await;
        let path = format!("{CARDS}?bulk={}&lang=en", asked["id"].as_str().unwrap());
        let first = app.sovereign_admin().get(&path).await;
        assert_eq!(first.status, 200);
        assert_eq!(pages(&first.bytes).len(), 100);
        let next = first.headers["link"].to_str().unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
        let rest = app.sovereign_admin().get(&next).await;
        assert!(!rest.headers.contains_key("link"));
        assert_eq!(links(&rest.bytes, 1).len(), 3);
        let vouchers = issued(app, &asked).await;
        let last: BTreeSet<String> = vouchers[1_000..].iter().map(|voucher| link(voucher["code"].as_str().unwrap())).collect();
        assert_eq!(links(&rest.bytes, 1), last);
    }

    async fn what_is_revoked_is_not_printed(app: &TestApp) {
        refuses_others(app, Method::GET, CARDS, None).await;
        let admin = app.sovereign_admin();
        admin.get(CARDS).await.expect_problem(404, "not_found");
        app.issue("GONE-1", 5, 0).await;
        app.revoke("GONE-1").await;
        for query in ["", "?status=revoked", "?q=gone"] {
            admin.get(&format!("{CARDS}{query}")).await.expect_problem(404, "not_found");
        }
        for (query, field) in [("status=gone", "status"), ("lang=fr", "lang"), ("after=x", "after"), ("bulk=x", "bulk"), ("campaign=nonesuch", "campaign")] {
            let problem = admin.get(&format!("{CARDS}?{query}")).await.expect_problem(400, "invalid_request");
            assert_field(&problem, field);
        }
    }

    async fn the_page_leads_to_them(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        app.issue("OTHER-1", 5, 0).await;
        let mut browser = crate::pages::administrator(app, "maryam").await;
        browser.get("/admin/vouchers?q=gift").await.expect(200).has(&["href=\"/admin/vouchers/cards.pdf?q=gift\""]);
        let file = browser.get("/admin/vouchers/cards.pdf?q=gift").await.expect(200);
        assert_eq!(file.headers["content-type"], "application/pdf");
        browser.get("/admin/vouchers/cards.pdf?q=nonesuch").await.expect(404).has(&["There is nothing to print"]);
        app.execute("UPDATE users SET role = 'member'").await;
        browser.get("/admin/vouchers/cards.pdf").await.expect(403);
        assert_eq!(app.browser().get("/admin/vouchers/cards.pdf").await.status, 303);
    }
}
