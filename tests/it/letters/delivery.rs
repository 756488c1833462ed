//! Mail servers that will not, several that send at once, and letters that cannot be written.

use super::{email, file, letter_id, moment, renewal_due, setup, waiting};
use crate::harness::{Behaviour, FQDN, Setup, SinkOptions, TestApp, on_both};

fn behaving(behaviour: Behaviour) -> Setup {
    Setup { sink: Some(SinkOptions { behaviour, ..SinkOptions::default() }), ..setup() }
}

async fn failures(app: &TestApp) -> Vec<String> {
    app.texts("SELECT CAST(failures AS text) FROM letters ORDER BY id").await
}

on_both! {
    /// The first is put off and comes later, as the same mail; the second comes at once.
    async fn a_failure_is_tried_again_and_holds_nobody_up(
        app: &TestApp, behaving(Behaviour::Defer(1))
    ) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        let (falcon, other) = renewal_due(app, "falcon", 9).await;
        file(app, 1, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        file(app, 2, "payment_due", &falcon.tenant_id, Some(&other)).await;
        app.each_minute().await;
        let deferred = app.sink().deferred_to(&email("kestrel")).await;
        app.sink().next_to(&email("falcon")).await;
        assert_eq!(failures(app).await, ["1"]);
        app.clock.advance_seconds(59);
        assert_eq!(app.send_letters().await, 0, "not before a minute has passed");
        app.clock.advance_seconds(1);
        assert_eq!(app.send_letters().await, 1);
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Message-ID"), deferred.header("Message-ID"));
        assert_eq!(mail.header("Message-ID"), format!("<{}@{FQDN}>", letter_id(1)));
        assert_eq!(waiting(app).await, 0);
    }

    async fn a_letter_is_given_up_in_the_end(app: &TestApp, behaving(Behaviour::Refuse)) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        file(app, 1, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        let mut tries = 0;
        while waiting(app).await > 0 {
            assert_eq!(app.send_letters().await, 1);
            app.sink().refused(&email("kestrel")).await;
            tries += 1;
            app.clock.advance_seconds(6 * 3_600);
            assert!(tries <= 20, "it is never given up");
        }
        assert_eq!(tries, 20);
    }

    /// A server that takes nothing is left alone for a while.
    async fn after_some_failures_in_a_row_the_others_wait(
        app: &TestApp, behaving(Behaviour::Refuse)
    ) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        for number in 1..=7 {
            file(app, number, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        }
        assert_eq!(app.send_letters().await, 5);
        assert_eq!(failures(app).await, ["1", "1", "1", "1", "1", "0", "0"]);
        assert_eq!(app.send_letters().await, 2, "those that were not tried come first");
    }

    /// Of several that believe that they have the lease one sends a letter.
    async fn several_senders_send_each_letter_once(app: &TestApp, setup()) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        for number in 1..=30 {
            file(app, number, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        }
        while waiting(app).await > 0 {
            tokio::join!(app.send_letters(), app.send_letters(), app.send_letters());
        }
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..30 {
            let mail = app.sink().next_to(&email("kestrel")).await;
            assert!(seen.insert(mail.header("Message-ID").to_owned()), "twice: {mail:?}");
        }
        assert_eq!(app.sink().untaken_to(&email("kestrel")), 0);
    }

    /// What was claimed and never settled is sent when the claim has ended.
    async fn a_claim_ends(app: &TestApp, setup()) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        file(app, 1, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        let until = moment(app.engine, app.now_seconds() + 300);
        app.execute(&format!("UPDATE letters SET next_attempt_at = {until}")).await;
        assert_eq!(app.send_letters().await, 0);
        app.clock.advance_seconds(300);
        assert_eq!(app.send_letters().await, 1);
        app.sink().next_to(&email("kestrel")).await;
    }

    /// One that this program does not know, and one whose order cannot be read, are theirs alone.
    async fn a_letter_that_cannot_be_written_holds_nobody_up(app: &TestApp, setup()) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        file(app, 1, "from_the_future", &kestrel.tenant_id, Some(&order)).await;
        file(app, 2, "payment_due", &kestrel.tenant_id, None).await;
        file(app, 3, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        assert_eq!(app.send_letters().await, 3);
        app.sink().next_to(&email("kestrel")).await;
        assert_eq!(failures(app).await, ["1", "1"]);
    }

    /// An owner without an address leaves it to the account's.
    async fn without_an_owners_address_the_account_gets_it(app: &TestApp, setup()) {
        let (kestrel, order) = renewal_due(app, "kestrel", 9).await;
        app.execute("UPDATE users SET email = ''").await;
        app.execute("UPDATE customers SET email = 'accounts@example.com'").await;
        file(app, 1, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        app.each_minute().await;
        app.sink().next_to("accounts@example.com").await;
        // Nobody at all: it waits for somebody to set that right.
        app.execute("UPDATE customers SET email = 'nobody'").await;
        file(app, 2, "payment_due", &kestrel.tenant_id, Some(&order)).await;
        assert_eq!(app.send_letters().await, 1);
        assert_eq!(failures(app).await, ["1"]);
    }
}
