//! The superadmin's pages of the Sovereign itself: how it stands, its jobs, alarms and comparisons.

use serde_json::json;

use super::{administrator, follow, lacks, superadmin};
use crate::alarms::raise;
use crate::harness::{Engine, Setup, on_both};
use crate::refunds::setup;

const SYSTEM: &str = "/admin/system";
const ALARMS: &str = "/admin/alarms";
const RECONCILE: &str = "/admin/reconcile";

on_both! {
    async fn only_for_the_superadmin(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get("/admin/vouchers").await.expect(200), &[SYSTEM]);
        for path in [SYSTEM, ALARMS, RECONCILE, "/admin/users", "/admin/audit"] {
            browser.get(path).await.expect(403).has(&["This takes another role"]);
        }
        browser.submit(SYSTEM, &[("job", "seal-audit")]).await.expect(403);
        app.sovereign_admin().get("/billing/admin/system").await.expect_problem(403, "forbidden");
    }

    /// What the page says is what the route says; a job that fails or an open alarm is something to look at.
    async fn it_says_how_the_sovereign_stands(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        app.each_minute().await;
        let shown = browser.get(SYSTEM).await.expect(200);
        shown.has(&["All is well", "expire-credit", "writes expired credit off", ">good<", "aria-current=\"page\">Health<"]);
        shown.has(&[if app.engine == Engine::Sqlite { "SQLite" } else { "PostgreSQL" }]);
        let system = app.superadmin().get("/billing/admin/system").await.expect(200);
        assert_eq!((&system["ok"], &system["counts"][0]), (&json!(true), &json!({ "name": "alarms_open", "value": 0, "wrong": false })));
        assert_eq!(system["jobs"], app.superadmin().get("/billing/admin/jobs").await.expect(200));
        assert_eq!(system["schema"], app.anyone().get("/version").await.expect(200)["schema"]);
        raise(app, &["a", "b"]).await;
        app.execute("UPDATE jobs SET last_error = 'no <luck>', consecutive_failures = 1 WHERE name = 'expire-credit'").await;
        let shown = browser.get(SYSTEM).await.expect(200);
        shown.has(&["Somebody should look", "href=\"/admin/alarms\"", ">look at it<", "no &#60;luck&#62;", ">failed<"]);
        let system = app.superadmin().get("/billing/admin/system").await.expect(200);
        assert_eq!((&system["ok"], &system["counts"][0]["value"]), (&json!(false), &json!(2)));
        browser.language = "ar";
        browser.get(SYSTEM).await.expect(200).has(&["dir=\"rtl\"", "تشطب الرصيد المنتهي"]);
    }

    async fn a_job_is_run_now(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(SYSTEM).await.expect(200);
        app.each_minute().await;
        let due = "SELECT COUNT(*) FROM jobs WHERE name = 'expire-credit' AND next_run_at <= last_started_at";
        assert_eq!(app.number(due).await, 0);
        let pressed = browser.submit(SYSTEM, &[("job", "expire-credit")]).await;
        follow(&mut browser, &pressed, "The job is due now").await;
        assert_eq!(app.number(due).await, 1);
        browser.submit(SYSTEM, &[("job", "nonesuch")]).await.expect(404).has(&["There is no such job"]);
        app.superadmin().post("/billing/admin/jobs/seal-audit/run", &json!({})).await.expect(200);
        app.superadmin().post("/billing/admin/jobs/nonesuch/run", &json!({})).await.expect_problem(404, "not_found");
    }

    async fn an_alarm_is_seen_to_once(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(ALARMS).await.expect(200).has(&["No alarm is open."]);
        let ids = raise(app, &["ch_1", "ch_2"]).await;
        browser.get(ALARMS).await.expect(200).has(&["A payment is disputed", "ch_1", "ch_2", ">open<", "/admin/organizations/kestrel"]);
        let fields = [("alarm", &*ids[0]), ("note", "called <the> bank")];
        let pressed = browser.submit(ALARMS, &fields).await;
        let left = follow(&mut browser, &pressed, "The alarm is closed.").await;
        lacks(&left, &["ch_1"]);
        browser.get(&format!("{ALARMS}?show=all")).await.expect(200).has(&["ch_1", "called &#60;the&#62; bank", ">seen to<"]);
        let pressed = browser.submit(ALARMS, &fields).await;
        follow(&mut browser, &pressed, "Somebody else has seen to this alarm already.").await;
        let long = "x".repeat(1_001);
        browser.submit(ALARMS, &[("alarm", &*ids[1]), ("note", &*long)]).await.expect(400).has(&["This note is too long"]);
        browser.get(&format!("{ALARMS}?after=x")).await.expect(400).has(&["This address is not one of ours"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM alarms WHERE resolved_at IS NULL").await, 1);
    }

    async fn a_comparison_is_begun_and_told(app: &TestApp, setup()) {
        let mut browser = superadmin(app).await;
        browser.get(RECONCILE).await.expect(200).has(&["Nothing was compared yet.", "Compare now"]);
        let pressed = browser.submit(RECONCILE, &[("act", "begin")]).await;
        follow(&mut browser, &pressed, "The comparison begins within seconds.").await;
        app.run_job("reconcile").await;
        browser.get(RECONCILE).await.expect(200).has(&[">nothing<", "The last hundred, newest first."]);
    }

    async fn without_a_key_there_is_nothing_to_compare(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        browser.get(RECONCILE).await.expect(200).has(&["There is no key to Stripe, and nothing to compare."]);
        let pressed = browser.submit(RECONCILE, &[("act", "begin")]).await;
        follow(&mut browser, &pressed, "Nothing was begun").await;
        assert_eq!(app.number("SELECT COUNT(*) FROM jobs WHERE name = 'reconcile'").await, 0);
    }
}
