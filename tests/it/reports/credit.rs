//! Credit by day: the sums are the ledger's.

use serde_json::{Value, json};

use super::{DAY, date, ledger, minor, report, roll_up};
use crate::harness::{TestApp, on_both};
use crate::refunds::{paid, root, setup};

const CREDIT: &str = "/billing/reports/credit";
const GRANTED: &str = "e.kind = 'grant'";
const TAKEN_BACK: &str = "e.kind IN ('release', 'claw_back', 'reversal')";
const SPENT: &str = "e.kind IN ('draw', 'post', 'refund', 'settlement')";
const EXPIRED: &str = "e.kind = 'expiry'";

/// Four days on which something of everything happens to credit.
pub(super) async fn four_days(app: &TestApp) {
    // A card pays five, credit four; half of it goes back.
    let ahmed = paid(app, "ahmed").await;
    let root = root(app).await;
    ahmed
        .refund(&root, "half", json!({ "credit_minor": 1_500, "card_minor": 2_000 }))
        .await
        .expect(200);
    app.clock.advance_seconds(DAY);
    // What an unpaid order has reserved comes back with the next one.
    app.issue_as(json!({ "code": "SOON", "credit_omr": 6, "credit_valid_days": 1 })).await;
    let sara = app.customer("sara").await;
    sara.checkout("m", "SOON").await.expect(200);
    sara.checkout("l", "").await.expect(200);
    app.customer("lina").await.redeem("SOON").await.expect(200);
    app.clock.advance_seconds(DAY + 60);
    assert_eq!(app.sweep_credit().await, 1);
    app.clock.advance_seconds(DAY);
    app.issue("TWENTY", 20, 0).await;
    app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
}

/// What the report says is what the ledger comes to.
async fn is_the_ledger(app: &TestApp, told: &Value) {
    let on = date(app, "e.created_at");
    for day in told["days"].as_array().unwrap() {
        let date = day["day"].as_str().unwrap();
        for (member, condition, sign) in [
            ("granted_minor", GRANTED, 1),
            ("taken_back_minor", TAKEN_BACK, -1),
            ("spent_minor", SPENT, -1),
            ("expired_minor", EXPIRED, -1),
        ] {
            let expected = ledger(app, &format!("{condition} AND {on} = '{date}'")).await;
            assert_eq!(minor(day, member), sign * expected, "{member} of {date}");
        }
        let evening = ledger(app, &format!("{on} <= '{date}'")).await;
        assert_eq!(minor(day, "outstanding_minor"), evening, "{date}");
    }
    let total = &told["total"];
    assert_eq!(minor(total, "granted_minor"), ledger(app, GRANTED).await);
    assert_eq!(minor(total, "spent_minor"), -ledger(app, SPENT).await);
    let wallets = "SELECT CAST(SUM(balance_minor) AS bigint) FROM wallets";
    assert_eq!(minor(told, "outstanding_minor"), app.number(wallets).await);
    for source in told["sources"].as_array().unwrap() {
        let name = source["source"].as_str().unwrap();
        let left = ledger(app, &format!("l.source = '{name}'")).await;
        assert_eq!(minor(source, "outstanding_minor"), left, "{name}");
    }
}

on_both! {
    async fn every_number_is_the_ledgers(app: &TestApp, setup()) {
        four_days(app).await;
        let told = report(app, CREDIT).await;
        is_the_ledger(app, &told).await;
        let days = told["days"].as_array().unwrap();
        assert_eq!((days.len(), &days[29]["day"], &told["currency"]), (30, &json!("2027-03-04"), &json!("OMR")));
        let total = &told["total"];
        let numbers = ["granted_minor", "taken_back_minor", "spent_minor", "expired_minor"].map(|member| minor(total, member));
        assert_eq!(numbers, [36_000, 6_000, 11_500, 6_000], "{total}");
        assert_eq!(minor(total, "redemptions"), 3, "what was released is not counted");
    }

    /// The same before the job and after it, and with lines of both kinds.
    async fn what_is_added_up_is_the_same(app: &TestApp, setup()) {
        four_days(app).await;
        let before = report(app, CREDIT).await;
        roll_up(app).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM credit_counts").await, 4);
        let after = report(app, CREDIT).await;
        assert_eq!(after, before);
        app.customer("late").await.checkout("m", "TWENTY").await.expect(200);
        let with_newer = report(app, CREDIT).await;
        assert_ne!(with_newer, after);
        is_the_ledger(app, &with_newer).await;
        app.verify().await;
        roll_up(app).await;
        assert_eq!(report(app, CREDIT).await, with_newer);
    }

    /// Days before the first that is told of count in what is outstanding.
    async fn a_shorter_time_begins_with_what_was_there(app: &TestApp, setup()) {
        four_days(app).await;
        let long = report(app, CREDIT).await;
        for rolled in [false, true] {
            if rolled {
                roll_up(app).await;
            }
            let short = report(app, &format!("{CREDIT}?days=2")).await;
            assert_eq!(short["days"].as_array().unwrap()[..], long["days"].as_array().unwrap()[28..]);
            assert_eq!(short["outstanding_minor"], long["outstanding_minor"]);
            assert_eq!(short["sources"], long["sources"]);
            assert_eq!(minor(&short["total"], "granted_minor"), 20_000);
        }
    }

    async fn it_is_a_file_too(app: &TestApp) {
        app.issue("TWENTY", 20, 0).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        let file = app.sovereign_admin().get(&format!("{CREDIT}/csv?days=2")).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"credit.csv\"");
        assert_eq!(file.text, "\u{feff}day,currency,redemptions,granted,taken_back,spent,expired,outstanding\r\n\
            2027-02-28,OMR,0,0.000,0.000,0.000,0.000,0.000\r\n\
            2027-03-01,OMR,1,20.000,0.000,9.000,0.000,11.000\r\n");
    }
}
