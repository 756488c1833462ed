//! Mail servers that will not, or not now, and vouchers that are not to be sent any more.

use serde_json::json;

use super::{
    CODES, LETTERS, addresses, ask, behaving, carry_out, many, plain, press, read, stands, text, to,
};
use crate::harness::{Behaviour, Setup, on_both};

const NOBODY: &str = "nobody@example.com";

on_both! {
    /// One address that the mail server does not know holds nobody up; later it may be known.
    async fn what_is_refused_has_failed_until_it_is_tried_again(
        app: &TestApp, behaving(Behaviour::RefuseOnce(NOBODY))
    ) {
        let asked = ask(app, to(&["maryam", "nobody", "ahmed"]), json!({})).await;
        carry_out(app).await;
        app.sink().refused(NOBODY).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 2, 1]));
        let failed = addresses(app, &asked, "failed").await;
        assert_eq!((failed.len(), text(&failed[0], "email")), (1, NOBODY));
        assert_eq!(text(&failed[0], "reply"), "550 5.1.1 There is no such mailbox here");
        assert_eq!((&failed[0]["failures"], failed[0].get("next_attempt_at")), (&json!(1), None));
        // By itself nothing is tried again.
        app.clock.advance_days(1);
        app.run_job(LETTERS).await;
        assert_eq!(stands(app, &asked).await.1, [0, 2, 1]);

        let retried = press(app, &asked, "retry").await.expect(200);
        assert_eq!((&retried["state"], &retried["waiting"]), (&json!("running"), &json!(1)));
        app.run_job(LETTERS).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 3, 0]));
        let mail = app.sink().next_to(NOBODY).await;
        assert!(plain(mail.text.as_deref()).contains(text(&failed[0], "code")), "the same code as before");
        // Nothing has failed any more: it stays as it is.
        let done = press(app, &asked, "retry").await.expect(200);
        assert_eq!(done, read(app, &asked).await);
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action = 'mailing.retry'";
        assert_eq!(app.number(lines).await, 1);
    }

    async fn what_is_put_off_is_tried_again_by_itself(app: &TestApp, behaving(Behaviour::Defer(1))) {
        let asked = ask(app, to(&["maryam", "ahmed", "sara"]), json!({})).await;
        carry_out(app).await;
        assert_eq!(stands(app, &asked).await, ("running".to_owned(), [1, 2, 0]));
        let waiting = addresses(app, &asked, "waiting").await.remove(0);
        assert_eq!((&waiting["failures"], text(&waiting, "next_attempt_at")), (&json!(1), "2027-03-01T12:01:00Z"));
        assert!(text(&waiting, "reply").starts_with("451 "), "{waiting}");
        let deferred = app.sink().deferred_to(text(&waiting, "email")).await;
        app.clock.advance_seconds(59);
        assert_eq!(app.send_mailings().await, 0, "not before a minute has passed");
        app.clock.advance_seconds(1);
        assert_eq!(app.send_mailings().await, 1);
        let mail = app.sink().next_to(text(&waiting, "email")).await;
        assert_eq!(mail.header("Message-ID"), deferred.header("Message-ID"));
        assert!(plain(mail.text.as_deref()).contains(text(&waiting, "code")));
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 3, 0]));
    }

    /// After three days it is given up.
    async fn what_is_put_off_for_good_has_failed(app: &TestApp, behaving(Behaviour::Defer(1_000))) {
        let asked = ask(app, to(&["maryam"]), json!({})).await;
        app.run_job(CODES).await;
        assert_eq!(app.send_mailings().await, 0, "the first step has given it its code");
        let mut tries = 0;
        while stands(app, &asked).await.1[0] > 0 {
            assert_eq!(app.send_mailings().await, 1);
            tries += 1;
            app.clock.advance_seconds(6 * 3_600);
            assert!(tries <= 20, "it is never given up");
        }
        assert_eq!((tries, stands(app, &asked).await), (20, ("done".to_owned(), [0, 0, 1])));
        assert!(text(&addresses(app, &asked, "failed").await[0], "reply").starts_with("451 "));
    }

    /// A server that takes nothing is left alone for a while.
    async fn after_some_failures_in_a_row_the_others_wait(app: &TestApp, behaving(Behaviour::Defer(1_000))) {
        let asked = ask(app, many(20), json!({})).await;
        app.run_job(CODES).await;
        app.send_mailings().await;
        assert_eq!(app.send_mailings().await, 8);
        let tried = addresses(app, &asked, "").await.iter().filter(|one| one["failures"] == 1).count();
        assert_eq!(tried, 8);
    }

    /// What happened to the vouchers between being made and being sent.
    async fn a_voucher_that_nobody_can_redeem_is_not_sent(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, to(&["maryam", "ahmed", "sara", "yusuf"]), json!({})).await;
        app.run_job(CODES).await;
        let made = crate::bulk::issued(app, &asked).await;
        let [revoked, paused, redeemed] = [0, 1, 2].map(|place| text(&made[place], "code"));
        app.revoke(revoked).await;
        app.issue_as(json!({ "code": paused, "credit_omr": 20, "active": false })).await;
        app.customer("kestrel").await.redeem(redeemed).await.expect(200);
        app.run_job(LETTERS).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 1, 3]));
        for one in addresses(app, &asked, "failed").await {
            let says = match text(&one, "code") {
                code if code == revoked => "not sent: the voucher is revoked",
                code if code == paused => "not sent: the voucher is paused",
                _ => "not sent: somebody has redeemed the voucher already",
            };
            assert_eq!(text(&one, "reply"), says);
            assert_eq!(app.sink().untaken_to(text(&one, "email")), 0, "{one}");
        }
        app.issue_as(json!({ "code": paused, "credit_omr": 20, "active": true })).await;
        press(app, &asked, "retry").await.expect(200);
        app.run_job(LETTERS).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 2, 2]));
    }

    /// What was claimed and never settled is sent when the claim has ended.
    async fn a_claim_ends(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, to(&["maryam"]), json!({})).await;
        app.run_job(CODES).await;
        assert_eq!(app.send_mailings().await, 0);
        let until = match app.engine {
            crate::harness::Engine::Sqlite => format!("{} * 1000000", app.now_seconds() + 300),
            crate::harness::Engine::Postgres => format!("to_timestamp({})", app.now_seconds() + 300),
        };
        app.execute(&format!("UPDATE mailing_addresses SET next_attempt_at = {until}")).await;
        assert_eq!(app.send_mailings().await, 0);
        app.clock.advance_seconds(300);
        assert_eq!(app.send_mailings().await, 1);
        assert_eq!(stands(app, &asked).await.1, [0, 1, 0]);
    }
}
