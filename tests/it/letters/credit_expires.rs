//! The letter that credit will expire before it can be spent: two weeks before, and two days before.

use serde_json::json;

use super::{assert_has, email, read_arabic, setup, waiting};
use crate::harness::{Customer, Engine, FQDN, SecondServer, TestApp, TestClock, on_both};

const JOB: &str = "warn-of-expiring-credit";

/// A wallet with 40 OMR that end in 40 days, and no subscription.
async fn customer(app: &TestApp) -> Customer {
    app.issue_as(json!({ "code": "FORTY", "credit_omr": 40, "credit_valid_days": 40 })).await;
    let customer = app.customer("kestrel").await;
    customer.redeem("FORTY").await.expect(200);
    customer
}

/// So many days after the voucher was redeemed, the job has run as it does every morning until then.
async fn on_day(app: &TestApp, day: i64) -> i64 {
    let start = sovereign::clock::Clock::now(&TestClock::new());
    app.clock.set(start.plus_days(day));
    app.run_job(JOB).await;
    waiting(app).await
}

on_both! {
    async fn once_at_each_step(app: &TestApp, setup()) {
        customer(app).await;
        assert_eq!(on_day(app, 25).await, 0);
        assert_eq!(on_day(app, 26).await, 1);
        assert_eq!(on_day(app, 26).await, 1);
        app.send_letters().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: 40.000 OMR of credit will expire");
        for text in [mail.text.unwrap(), mail.html.unwrap()] {
            assert_has(&text, &[
                "40.000 OMR", "10 April 2027", "Voucher FORTY",
                &format!("https://{FQDN}/console/kestrel/wallet"),
            ]);
        }
        for day in 27..38 {
            assert_eq!(on_day(app, day).await, 0, "day {day}");
        }
        assert_eq!(on_day(app, 38).await, 1);
        app.send_letters().await;
        app.sink().next_to(&email("kestrel")).await;
        for day in [39, 40, 41] {
            assert_eq!(on_day(app, day).await, 0, "day {day}");
        }
        app.sweep_credit().await;
    }

    async fn in_arabic(app: &TestApp, setup()) {
        customer(app).await;
        read_arabic(app).await;
        on_day(app, 30).await;
        app.send_letters().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: ينتهي قريبًا رصيد قدره 40.000 OMR");
        assert_has(&mail.text.unwrap(), &["10 أبريل 2027", "القسيمة FORTY", "40.000 OMR"]);
    }

    /// What the months before will draw is no reason; what they leave is.
    async fn of_what_would_really_go_unused(app: &TestApp, setup()) {
        let customer = customer(app).await;
        customer.checkout("m", "").await.expect(200);
        // 31 are left, and one more month of 9 is drawn before the 40 days are over.
        assert_eq!(on_day(app, 30).await, 1);
        app.send_letters().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: 22.000 OMR of credit will expire");

        app.issue_as(json!({ "code": "NINE", "credit_omr": 9, "credit_valid_days": 10 })).await;
        let other = app.customer("falcon").await;
        app.issue("NINE-AT-ONCE", 9, 0).await;
        other.checkout("m", "NINE-AT-ONCE").await.expect(200);
        app.clock.advance_days(25);
        other.redeem("NINE").await.expect(200);
        // It pays the month that begins in six days.
        app.run_job(JOB).await;
        let of_other = "SELECT COUNT(*) FROM letters l JOIN organizations o ON o.id = l.tenant_id \
                        WHERE o.slug = 'falcon'";
        assert_eq!(app.number(of_other).await, 0);
        // Without that month it goes unused.
        let path = format!("/billing/subscription/{}/cancel", other.tenant_id);
        other.client.post(&path, &json!({ "at": "period_end" })).await.expect(200);
        app.run_job(JOB).await;
        assert_eq!(app.number(of_other).await, 1);
    }

    /// It stays away where it is not true any more.
    async fn there_is_none_without_a_reason(app: &TestApp, setup()) {
        let customer = customer(app).await;
        assert_eq!(on_day(app, 39).await, 1);
        customer.checkout("xl", "").await.expect(200);
        app.execute("UPDATE credit_lots SET expires_at = NULL").await;
        assert_eq!(app.send_letters().await, 1);
        assert_eq!((waiting(app).await, app.sink().untaken_to(&email("kestrel"))), (0, 0));
    }

    /// An end that moved is another one.
    async fn a_later_end_is_told_of_again(app: &TestApp, setup()) {
        customer(app).await;
        assert_eq!(on_day(app, 39).await, 1);
        let later = match app.engine {
            Engine::Sqlite => "expires_at + 30 * 86400000000",
            Engine::Postgres => "expires_at + interval '30 days'",
        };
        app.execute(&format!("UPDATE credit_lots SET expires_at = {later}")).await;
        assert_eq!(on_day(app, 55).await, 1);
        assert_eq!(on_day(app, 56).await, 2);
        assert_eq!(on_day(app, 67).await, 2);
        assert_eq!(on_day(app, 68).await, 3);
    }
}

/// Two servers that both believe it is theirs to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_tell_once() {
    let app = TestApp::start_with(Engine::Postgres, setup()).await;
    for number in 0..10 {
        let code = format!("FORTY-{number}");
        app.issue_as(json!({ "code": code, "credit_omr": 40, "credit_valid_days": 10 })).await;
        app.customer(&format!("person-{number}")).await.redeem(&code).await.expect(200);
    }
    let second = SecondServer::beside(&app).await;
    tokio::join!(app.warn_of_expiry(), second.warn_of_expiry());
    assert_eq!(waiting(&app).await, 10);
    tokio::join!(app.warn_of_expiry(), second.warn_of_expiry());
    assert_eq!(waiting(&app).await, 10);
    second.stop().await;
    app.finish().await;
}
