//! What the superadmin does with the Sovereign itself, in Chromium: a job is run, an alarm seen to, and the books are
//! compared with Stripe.

use super::administration::{done, signed_in};
use super::files::look_of;
use super::superadmin_jobs::ROOT;
use crate::alarms::raise;
use crate::harness::{Setup, Tab, TestApp, on_both};
use crate::refunds::setup;

async fn a_job_is_run_now(app: &TestApp, tab: &Tab) {
    const DUE: &str = "SELECT COUNT(*) FROM jobs WHERE name = 'expire-credit' \
                       AND next_run_at <= last_started_at";
    let look = tab.look;
    app.each_minute().await;
    assert_eq!(app.number(DUE).await, 0);
    tab.open("/admin/system").await.expect(200);
    tab.has(&["expire-credit", look.says("writes expired credit off", "تشطب الرصيد المنتهي")])
        .await;
    let run = look.says("Run now: writes expired credit off", "شغّلها الآن: تشطب الرصيد المنتهي");
    tab.press(run).await.expect(200);
    tab.has(&[look.says("The job is due now", "حان موعد المهمة")]).await;
    assert_eq!(app.number(DUE).await, 1);
}

/// It is open no more, and the list of all has what was done about it.
async fn an_alarm_is_seen_to(app: &TestApp, tab: &Tab) {
    const OPEN: &str = "SELECT COUNT(*) FROM alarms WHERE resolved_at IS NULL";
    let look = tab.look;
    raise(app, &["ch_1"]).await;
    tab.open("/admin/alarms").await.expect(200);
    tab.has(&[look.says("A payment is disputed", "دفعة محل اعتراض"), "ch_1"]).await;
    assert_eq!(app.number(OPEN).await, 1);
    tab.fill(look.says("What was done about it", "ما فُعل حياله"), "called the bank").await;
    tab.press(look.says("It is seen to", "نُظر فيه")).await.expect(200);
    tab.has(&[
        look.says("The alarm is closed.", "أُغلق التنبيه."),
        look.says("No alarm is open.", "لا تنبيه مفتوح."),
    ])
    .await;
    assert_eq!(app.number(OPEN).await, 0);
    let all = look.says("All, also those that are seen to", "كلها، وما نُظر فيه أيضًا");
    tab.press(all).await.expect(200);
    assert_eq!(tab.address().await, "/admin/alarms?show=all");
    tab.has(&["ch_1", "called the bank"]).await;
}

async fn the_books_are_compared(app: &TestApp, tab: &Tab) {
    const RUNS: &str = "SELECT COUNT(*) FROM reconcile_runs";
    let look = tab.look;
    tab.open("/admin/reconcile").await.expect(200);
    tab.has(&[look.says("Nothing was compared yet.", "لم يُقارن شيء بعد.")]).await;
    tab.press(look.says("Compare now", "قارن الآن")).await.expect(200);
    tab.has(&[look.says("The comparison begins within seconds.", "تبدأ المقارنة خلال ثوانٍ.")]).await;
    app.run_job("reconcile").await;
    assert_eq!(app.number(RUNS).await, 1);
    tab.reload().await.expect(200);
    let runs = look.says("The last hundred, newest first.", "آخر مئة، الأحدث أولًا.");
    tab.has(&[runs, look.says("nothing", "لا شيء")]).await;
}

on_both! {
    async fn a_job_and_an_alarm(app: &TestApp, Setup::with_mail()) {
        let tab = signed_in(app, look_of(app), ROOT).await;
        a_job_is_run_now(app, &tab).await;
        an_alarm_is_seen_to(app, &tab).await;
        done(tab).await;
    }

    async fn a_comparison_with_stripe(app: &TestApp, setup()) {
        let tab = signed_in(app, look_of(app), ROOT).await;
        the_books_are_compared(app, &tab).await;
        done(tab).await;
    }
}
