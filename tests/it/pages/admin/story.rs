//! What a voucher's page tells of it: what was done, by whom, and who redeemed it.

use serde_json::json;

use super::{administrator, lacks};
use crate::harness::{Setup, on_both};

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
        lacks(&page, &["bird-00", "Issued</span>"]);
        let mut follow = Vec::new();
        for name in ["redeemed_before", "done_before"] {
            let (_, rest) = page.text.split_once(&format!("?{name}=")).unwrap();
            let value = rest.split(['#', '"']).next().unwrap();
            follow.push(format!("{PAGE}?{name}={value}"));
        }
        let redeemed = browser.get(&follow[0]).await.expect(200);
        redeemed.has(&["bird-00", "Back to the newest"]);
        lacks(&redeemed, &["bird-01"]);
        let done = browser.get(&follow[1]).await.expect(200);
        done.has(&["Issued</span>", "Back to the newest"]);
        // What is no place of ours is the newest.
        let newest = browser.get(&format!("{PAGE}?done_before=x")).await.expect(200);
        lacks(&newest, &["Back to the newest"]);
    }
}
