//! Stopping a mailing, and letting it go on.

use serde_json::json;

use super::{CODES, LETTERS, addresses, ask, carry_out, many, press, read, stands, text, to};
use crate::harness::{Setup, on_both};

on_both! {
    /// Neither are codes made nor letters sent.
    async fn stopped_before_there_are_codes(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, to(&["maryam", "ahmed"]), json!({})).await;
        let stopped = press(app, &asked, "cancel").await.expect(200);
        assert_eq!((&stopped["state"], &stopped["codes"]["state"]), (&json!("cancelled"), &json!("cancelled")));
        assert_eq!(press(app, &asked, "cancel").await.expect(200), stopped);
        carry_out(app).await;
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
        press(app, &asked, "retry").await.expect_problem(409, "mailing_not_now");

        let resumed = press(app, &asked, "resume").await.expect(200);
        assert_eq!((&resumed["state"], &resumed["codes"]["state"]), (&json!("running"), &json!("running")));
        carry_out(app).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 2, 0]));
        for what in ["cancel", "resume"] {
            let problem = press(app, &asked, what).await.expect_problem(409, "mailing_not_now");
            assert!(text(&problem, "detail").contains("done"), "{problem}");
        }
        let lines = "SELECT COUNT(*) FROM audit_log WHERE action IN ('mailing.cancel', 'mailing.resume')";
        assert_eq!(app.number(lines).await, 2);
    }

    async fn it_goes_on_where_it_was_stopped(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, many(60), json!({})).await;
        app.run_job(CODES).await;
        assert_eq!(app.send_mailings().await, 0, "the first step has given them their codes");
        assert_eq!(app.send_mailings().await, 48);
        let before = addresses(app, &asked, "").await;
        press(app, &asked, "cancel").await.expect(200);
        app.clock.advance_days(1);
        app.run_job(LETTERS).await;
        assert_eq!(stands(app, &asked).await, ("cancelled".to_owned(), [12, 48, 0]));
        assert!(addresses(app, &asked, "waiting").await.iter().all(|one| one.get("next_attempt_at").is_none()));
        press(app, &asked, "resume").await.expect(200);
        app.run_job(LETTERS).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 60, 0]));
        for (before, after) in before.iter().zip(addresses(app, &asked, "").await) {
            assert_eq!(before["code"], after["code"], "nobody's code is another by now");
            app.sink().next_to(text(&after, "email")).await;
            assert_eq!(app.sink().untaken_to(text(&after, "email")), 0);
        }
    }

    /// What makes the codes can be stopped alone; letting the mailing go on lets it go on too.
    async fn its_operation_can_be_stopped_alone(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, to(&["maryam"]), json!({})).await;
        let operation = format!("/billing/vouchers/bulk/{}/cancel", text(&asked, "id"));
        app.sovereign_admin().post_text(&operation, "").await.expect(200);
        carry_out(app).await;
        let waits = read(app, &asked).await;
        assert_eq!((&waits["state"], &waits["codes"]["state"]), (&json!("running"), &json!("cancelled")));
        let resumed = press(app, &asked, "resume").await.expect(200);
        assert_eq!((&resumed["state"], &resumed["codes"]["state"]), (&json!("running"), &json!("running")));
        carry_out(app).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 1, 0]));
    }
}
