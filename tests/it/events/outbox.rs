//! What leaves the outbox, in which order, and how long it is kept.

use crate::harness::{TestApp, on_both};

const DAY: i64 = 86_400;

async fn waiting(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM outbox").await
}

async fn published(app: &TestApp) -> Vec<String> {
    app.texts("SELECT type FROM published_events ORDER BY position").await
}

on_both! {
    async fn events_leave_in_the_order_they_were_written(app: &TestApp) {
        app.issue("HALF-25", 25, 0).await;
        let ahmed = app.customer("kestrel-pharmacy").await;
        ahmed.checkout("m", "HALF-25").await.expect(200);
        let written = app.texts("SELECT type FROM outbox ORDER BY position").await;
        assert!(written.len() >= 5, "{written:?}");
        let all = "SELECT CAST(data AS text) FROM outbox ORDER BY position";
        let data = app.texts(all).await;

        app.run_job("relay-events").await;
        assert_eq!(waiting(app).await, 0);
        assert_eq!(published(app).await, written);
        let all = "SELECT CAST(data AS text) FROM published_events ORDER BY position";
        assert_eq!(app.texts(all).await, data, "to the letter");

        app.run_job("relay-events").await;
        assert_eq!(published(app).await, written, "once");
    }

    /// A transaction that began early may commit late: what it wrote has a lower position than what has left.
    async fn what_comes_late_is_not_passed_over(app: &TestApp) {
        app.issue("FIRST-25", 25, 0).await;
        app.issue("SECOND-25", 25, 0).await;
        let early = "UPDATE outbox SET position = -7 WHERE type = 'voucher.issued' \
                     AND CAST(data AS text) LIKE '%FIRST-25%'";
        let aside = "CREATE TABLE aside AS SELECT * FROM outbox WHERE position = -7";
        app.execute(&format!("{early}; {aside}; DELETE FROM outbox WHERE position = -7")).await;
        app.run_job("relay-events").await;
        let before = published(app).await.len();
        app.execute("INSERT INTO outbox (id, type, tenant_id, data, created_at, position) \
                     SELECT id, type, tenant_id, data, created_at, position FROM aside; \
                     DROP TABLE aside").await;
        app.run_job("relay-events").await;
        assert_eq!(waiting(app).await, 0);
        assert_eq!(published(app).await.len(), before + 1);
    }

    async fn events_are_kept_for_thirty_days_and_the_newest_always(app: &TestApp) {
        app.issue("OLD-25", 25, 0).await;
        app.customer("kestrel-pharmacy").await;
        app.run_job("relay-events").await;
        let old = published(app).await.len();
        app.clock.advance_seconds(20 * DAY);
        let ahmed = app.customer("falcon-logistics").await;
        ahmed.checkout("m", "OLD-25").await.expect(200);
        app.run_job("relay-events").await;
        let both = published(app).await;

        app.clock.advance_seconds(10 * DAY);
        app.run_job("purge-events").await;
        assert_eq!(published(app).await, both, "thirty days are not over");
        app.clock.advance_seconds(1);
        app.run_job("purge-events").await;
        assert_eq!(published(app).await, both[old..]);
        app.verify().await;

        // The checkout's own event is gone at the end, and nobody takes that for a fault.
        app.clock.advance_seconds(60 * DAY);
        app.run_job("purge-events").await;
        assert_eq!(published(app).await, both[both.len() - 1..]);
    }

    /// Two that believe to have the lease take each event once.
    async fn two_relays_at_once_publish_each_event_once(app: &TestApp) {
        for number in 0..40 {
            app.issue(&format!("CODE-{number}"), 25, 0).await;
        }
        let count = waiting(app).await;
        let steps = (0..4).map(|_| app.relay_without_lease());
        let moved: usize = futures_util::future::join_all(steps).await.into_iter().sum();
        assert_eq!(i64::try_from(moved).unwrap(), count);
        assert_eq!(waiting(app).await, 0);
        assert_eq!(app.number("SELECT COUNT(DISTINCT id) FROM published_events").await, count);
    }
}
