//! The code by the API: once, for five minutes, five wrong tries.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{another, ask, code, code_in, link_in, refresh_token, signed_in, token, verify};
use crate::harness::{Setup, on_both};

const EMAIL: &str = "ahmed@example.com";
const WRONG: &str = "unauthorized";

on_both! {
    /// A stranger becomes a user, and is the same user the next time.
    async fn a_code_signs_in(app: &TestApp, Setup::with_mail()) {
        let asked = ask(app, EMAIL).await.expect(200);
        assert!(asked["message"].is_string(), "{asked}");
        assert_eq!(app.number("SELECT count(*) FROM users").await, 0, "nobody yet");
        let sent = code(app, EMAIL).await;
        let pair = verify(app, EMAIL, &sent).await.expect(200);
        assert_eq!(pair["user"]["email"], EMAIL);
        assert_eq!(pair["user"]["role"], "member");
        assert_eq!(pair["expires_in"], 900);

        let me = app.bearing(token(&pair)).get("/auth/me").await.expect(200);
        assert_eq!(me["user"], pair["user"]);
        let again = signed_in(app, " Ahmed@Example.com ").await;
        assert_eq!(again["user"]["id"], pair["user"]["id"], "the same, however it is written");
        let minted = app.member("x").get("/auth/me").await.expect(200);
        assert_ne!(minted["user"]["id"], pair["user"]["id"]);
        let events = "SELECT type FROM outbox WHERE type LIKE 'user.%' ORDER BY type";
        let expected = ["user.created", "user.created", "user.login", "user.login"];
        assert_eq!(app.texts(events).await, expected);
    }

    async fn a_code_works_once(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let sent = code(app, EMAIL).await;
        verify(app, EMAIL, &sent).await.expect(200);
        verify(app, EMAIL, &sent).await.expect_problem(401, WRONG);
    }

    async fn a_code_lasts_five_minutes(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let first = code(app, EMAIL).await;
        app.clock.advance_seconds(299);
        ask(app, EMAIL).await.expect(200);
        let second = code(app, EMAIL).await;
        app.clock.advance_seconds(1);
        verify(app, EMAIL, &first).await.expect_problem(401, WRONG);
        verify(app, EMAIL, &second).await.expect(200);
    }

    /// Whether there was a code to compare it with, the time does not tell.
    async fn a_wrong_code_is_answered_late(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        for email in [EMAIL, "nobody@example.com"] {
            let asked_at = Instant::now();
            verify(app, email, "wrong!").await.expect_problem(401, "unauthorized");
            assert!(asked_at.elapsed() >= Duration::from_millis(100), "{email}");
        }
    }

    async fn five_wrong_tries_end_it(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let sent = code(app, EMAIL).await;
        for _ in 0..4 {
            verify(app, EMAIL, &another(&sent)).await.expect_problem(401, WRONG);
        }
        ask(app, "sara@example.com").await.expect(200);
        let of_sara = code(app, "sara@example.com").await;
        verify(app, EMAIL, &another(&sent)).await.expect_problem(401, WRONG);
        verify(app, EMAIL, &sent).await.expect_problem(401, WRONG);
        verify(app, "sara@example.com", &of_sara).await.expect(200);
        // Another mail, another code.
        signed_in(app, EMAIL).await;
    }

    async fn the_fifth_try_may_be_right(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let sent = code(app, EMAIL).await;
        for _ in 0..4 {
            verify(app, EMAIL, &another(&sent)).await.expect_problem(401, WRONG);
        }
        verify(app, EMAIL, &sent).await.expect(200);
    }

    /// Of a hundred guesses at once five are looked at: the right one among the others finds it ended.
    async fn tries_count_before_they_are_looked_at(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let sent = code(app, EMAIL).await;
        let wrong = another(&sent);
        let guesses = (0..100).map(|_| verify(app, EMAIL, &wrong));
        for reply in futures_util::future::join_all(guesses).await {
            reply.expect_problem(401, WRONG);
        }
        assert_eq!(app.number("SELECT CAST(max(tries) AS bigint) FROM sign_ins").await, 5);
        verify(app, EMAIL, &sent).await.expect_problem(401, WRONG);
    }

    async fn codes_come_as_people_write_them(app: &TestApp, Setup::with_mail()) {
        ask(app, EMAIL).await.expect(200);
        let sent = code(app, EMAIL).await;
        let arabic: String = sent
            .chars()
            .map(|c| char::from_u32(0x660 + c.to_digit(10).unwrap()).unwrap())
            .collect();
        verify(app, EMAIL, &format!(" {} {} ", &arabic[..6], &arabic[6..])).await.expect(200);
    }

    /// Whoever reads the database cannot sign in with what they find.
    async fn nothing_secret_is_stored(app: &TestApp, Setup::with_mail()) {
        let pair = signed_in(app, EMAIL).await;
        ask(app, "sara@example.com").await.expect(200);
        let mail = app.sink().next_to("sara@example.com").await;
        let text = mail.text.unwrap();
        let (code, link) = (code_in(&text), link_in(&text));
        let link_token = link.split_once("token=").unwrap().1;
        let state = format!("{:?}", app.state().await);
        assert!(state.contains("sara@example.com"), "the row is there");
        for secret in [code.as_str(), link_token, refresh_token(&pair), token(&pair)] {
            // Six digits may stand in a time or an identifier by chance; not as a value of their own.
            let quoted = [format!("'{secret}'"), format!(",{secret},"), format!("\"{secret}\"")];
            assert!(quoted.iter().all(|text| !state.contains(text)), "{secret} is stored");
        }
        assert!(!state.contains(refresh_token(&pair)) && !state.contains(link_token));
    }

    async fn bad_addresses_are_refused(app: &TestApp, Setup::with_mail()) {
        for email in ["", "ahmed", "a@b", "a b@example.com", "a@example.com\r\nBcc: b@example.com"] {
            let problem = ask(app, email).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "email", "{email}");
        }
        let body = json!({ "email": EMAIL, "language": "fr" });
        let problem = app.anyone().post("/auth/magic-link", &body).await;
        assert_eq!(problem.expect_problem(400, "invalid_request")["field"], "language");
        assert_eq!(app.number("SELECT count(*) FROM sign_ins").await, 0);
        for (email, code) in [("nobody@example.com", "000000"), ("x", "y"), ("", "")] {
            verify(app, email, code).await.expect_problem(401, WRONG);
        }
    }

    /// The answer does not tell whether anybody has the address.
    async fn everybody_gets_the_same_answer(app: &TestApp, Setup::with_mail()) {
        signed_in(app, EMAIL).await;
        let known = ask(app, EMAIL).await;
        let unknown = ask(app, "nobody@example.com").await;
        assert_eq!((known.status, known.text), (unknown.status, unknown.text));
    }

    async fn ended_sign_ins_are_removed(app: &TestApp, Setup::with_mail()) {
        signed_in(app, EMAIL).await;
        app.clock.advance_days(70);
        app.each_minute().await;
        for table in ["sign_ins", "sessions", "refresh_tokens"] {
            let rows = app.number(&format!("SELECT count(*) FROM {table}")).await;
            assert_eq!(rows, 0, "{table}");
        }
    }
}
