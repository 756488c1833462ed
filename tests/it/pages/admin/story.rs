//! What a voucher's page tells of it: what was done, by whom, and who redeemed it.

use serde_json::json;

use super::{administrator, lacks};
use crate::harness::{Setup, Shown, on_both};

const PAGE: &str = "/admin/vouchers/GIFT-1";

on_both! {
    async fn a_new_one_has_little_to_tell(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        let mut browser = administrator(app, "maryam").await;
        let page = browser.get(PAGE).await.expect(200);
        page.has(&["Nobody has redeemed it yet.", "Issued</span> · <bdi dir=\"ltr\">campaigns@example.com", "no limit", "without an end"]);
        lacks(&page, &["Earlier", "Older redemptions", "Back to the newest"]);
    }

    async fn edits_and_redemptions_are_told(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        app.issue_as(json!({ "code": "GIFT-1", "credit_omr": 7, "description": "<b>more</b>" })).await;
        app.issue_as(json!({ "code": "GIFT-1", "credit_omr": 7, "active": false })).await;
        app.issue_as(json!({ "code": "GIFT-1", "credit_omr": 7, "active": true })).await;
        app.customer("kestrel").await.redeem("GIFT-1").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200).has(&[
            "Edited</span>", "<s class=\"hint\"><bdi>5.000\u{a0}OMR</bdi></s> <bdi>7.000\u{a0}OMR</bdi>",
            "&#60;b&#62;more&#60;/b&#62;", "Paused</span>", "Resumed</span>",
            "Can be redeemed: <s class=\"hint\"><bdi>yes</bdi></s> <bdi>no</bdi>",
            "<th scope=\"row\"><bdi>kestrel", ">redeemed<", "7.000\u{a0}OMR",
        ]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["عُدّلت", "استؤنفت", "<th scope=\"row\"><bdi>kestrel"]);
    }

    /// What was redeemed and given back stands between what was done, on one line of time.
    async fn what_happened_is_on_one_line(app: &TestApp, Setup { takes_cards: true, ..Setup::with_mail() }) {
        app.issue("GIFT-1", 4, 0).await;
        app.clock.advance_seconds(60);
        let customer = app.customer("kestrel").await;
        customer.checkout("m", "GIFT-1").await.expect(200);
        let mut browser = administrator(app, "maryam").await;
        browser.get(PAGE).await.expect(200).has(&["waits for its payment</span>"]);
        app.clock.advance_seconds(60);
        customer.checkout("l", "").await.expect(200);
        app.clock.advance_seconds(60);
        app.issue_as(json!({ "code": "GIFT-1", "credit_omr": 5 })).await;
        let page = browser.get(PAGE).await.expect(200);
        let (_, line) = page.text.split_once("id=\"history\"").unwrap();
        let place = |what: &str| line.find(what).unwrap_or_else(|| panic!("{what} is not there: {line}"));
        let places = ["Edited</span>", "Given back</span> · <bdi translate=\"no\">kestrel", "Redeemed</span> · <bdi translate=\"no\">kestrel", "Issued</span>"].map(place);
        assert!(places.is_sorted(), "{line}");
        for moment in ["12:03", "12:02", "12:01", "12:00"] {
            place(moment);
        }
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["الخط الزمني", "أُلغي استخدامها"]);
    }

    /// Both lists go on in pages of their own.
    async fn the_older_are_behind_links(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 1, 0).await;
        for number in 0..21 {
            app.issue_as(json!({ "code": "GIFT-1", "credit_omr": 2 + number })).await;
            app.customer(&format!("bird-{number:02}")).await.redeem("GIFT-1").await.expect(200);
        }
        let mut browser = administrator(app, "maryam").await;
        let page = browser.get(PAGE).await.expect(200);
        page.has(&["bird-20", "bird-01", "Older redemptions", "Earlier"]);
        lacks(&page, &["Issued</span>"]);
        let older = |page: &Shown, name: &str| {
            let (_, rest) = page.text.split_once(&format!("?{name}=")).unwrap();
            format!("{PAGE}?{name}={}", rest.split(['#', '"']).next().unwrap())
        };
        let table = |page: &Shown| page.text.split_once("id=\"redemptions\"").unwrap().1.split_once("</table>").unwrap().0.to_owned();
        assert!(!table(&page).contains("bird-00"), "{}", table(&page));
        let redeemed = browser.get(&older(&page, "redeemed_before")).await.expect(200);
        redeemed.has(&["bird-00", "Back to the newest"]);
        assert!(!table(&redeemed).contains("bird-01"), "{}", table(&redeemed));
        // 43 things happened.
        let second = browser.get(&older(&page, "timeline_after")).await.expect(200);
        second.has(&["Earlier", "Back to the newest"]);
        lacks(&second, &["Issued</span>"]);
        let third = browser.get(&older(&second, "timeline_after")).await.expect(200);
        third.has(&["Issued</span>", "Back to the newest"]);
        lacks(&third, &["Earlier"]);
        // What is no place of ours is the newest.
        let newest = browser.get(&format!("{PAGE}?timeline_after=x")).await.expect(200);
        lacks(&newest, &["Back to the newest"]);
    }
}
