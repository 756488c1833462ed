//! How often who may sign in: mails to one mailbox, mails and tries from one network.

use sovereign::limits::Limits;

use super::{ask, code, token, verify};
use crate::harness::{Setup, on_both};

const AHMED: &str = "ahmed@example.com";

fn with_limits() -> Setup {
    Setup { limits: Limits::on(Vec::new()), ..Setup::with_mail() }
}

on_both! {
    /// Nobody's mailbox is filled, and whoever waits as told gets the next mail.
    async fn mails_to_one_address(app: &TestApp, with_limits()) {
        for email in [AHMED, "Ahmed@example.com", AHMED, " ahmed@EXAMPLE.com", AHMED] {
            ask(app, email).await.expect(200);
        }
        let refused = ask(app, AHMED).await;
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        refused.expect_problem(429, "too_many_requests");
        ask(app, "sara@example.com").await.expect(200);
        app.clock.advance_seconds(wait);
        ask(app, AHMED).await.expect(200);
    }

    /// A guesser of codes is held up long before a million; the same network then waits a little.
    async fn tries_from_one_network(app: &TestApp, with_limits()) {
        let mut looked_at = 0;
        let refused = loop {
            let reply = verify(app, "nobody@example.com", "123456").await;
            if reply.status == 429 {
                break reply;
            }
            reply.expect_problem(401, "unauthorized");
            looked_at += 1;
            assert!(looked_at <= 120, "nobody is held up");
        };
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        ask(app, AHMED).await.expect(200);
        app.clock.advance_seconds(wait);
        let sent = code(app, AHMED).await;
        let pair = verify(app, AHMED, &sent).await.expect(200);
        app.bearing(token(&pair)).get("/auth/me").await.expect(200);
    }
}
