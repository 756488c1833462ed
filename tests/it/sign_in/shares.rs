//! What strangers can use up of an account's limits, and what they cannot: an attack on it keeps nobody out of it.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sovereign::limits::Limits;

use super::{another, code_in, link_in, token};
use crate::harness::{Client, Reply, Setup, TestApp, on_both};

const AISHA: &str = "aisha@example.com";
const AHMED: &str = "ahmed@example.com";
const PASSWORD: &str = "correct horse battery";

/// With limits, mails, and the tests as a proxy that is trusted.
fn attacked() -> Setup {
    let proxies = vec!["127.0.0.0/8".parse().unwrap()];
    Setup { limits: Limits::on(proxies), ..Setup::with_mail() }
}

fn stranger(app: &TestApp, n: u8) -> Client {
    app.anyone().at([198, 51, 100, n])
}

async fn ask(client: &Client, email: &str) -> Reply {
    client.post("/auth/magic-link", &json!({ "email": email })).await
}

async fn verify(client: &Client, email: &str, code: &str) -> Reply {
    client.post("/auth/verify", &json!({ "email": email, "code": code })).await
}

async fn log_in(client: &Client, password: &str) -> Reply {
    client.post("/auth/login", &json!({ "email": AISHA, "password": password })).await
}

async fn signed_in(app: &TestApp, client: &Client, email: &str) -> Value {
    ask(client, email).await.expect(200);
    let code = app.next_code(email).await;
    verify(client, email, &code).await.expect(200)
}

fn make_superadmin(app: &TestApp) {
    let database = app.database();
    database.run(&["user", "grant", AISHA, "--role", "superadmin"]).expect(0);
    let arguments = ["user", "password", AISHA];
    database.program(&arguments).stdin(&format!("{PASSWORD}\n")).run().expect(0);
}

/// Strangers guess the administrator's password, ask for mails to her, and guess codes, until there is nothing
/// left of any of the three that they have.
async fn attack(app: &TestApp) {
    for n in 0..12 {
        let refused = log_in(&stranger(app, n), "a wrong guess").await;
        assert!([401, 429].contains(&refused.status), "{}", refused.text);
    }
    let mut asked = Vec::new();
    for n in 0..4 {
        for _ in 0..6 {
            asked.push(ask(&stranger(app, n), AISHA).await.status);
        }
    }
    let sent = asked.iter().filter(|status| **status == 200).count();
    assert_eq!((sent, asked.len()), (15, 24), "{asked:?}");
    let mut codes = Vec::new();
    for _ in 0..sent {
        codes.push(app.next_code(AISHA).await);
    }
    let mut wrong = (0..=sent).map(|n| format!("{n:06}"));
    let wrong = wrong.find(|code| !codes.contains(code)).unwrap();
    for n in 0..20 {
        verify(&stranger(app, n), AISHA, &wrong).await.expect_problem(401, "unauthorized");
    }
    let compared = "SELECT CAST(sum(tries + tries_elsewhere) AS bigint) FROM sign_ins \
                    WHERE used_at IS NULL";
    assert_eq!(app.number(compared).await, 10, "an administrator's codes");
    // Nor does one of them learn by now that a guess is right.
    for code in &codes[..5] {
        verify(&stranger(app, 0), AISHA, code).await.expect_problem(401, "unauthorized");
    }
}

on_both! {
    async fn a_known_network_gets_in_both_ways(app: &TestApp, attacked()) {
        make_superadmin(app);
        let desk = app.anyone().at([192, 0, 2, 1]);
        log_in(&desk, PASSWORD).await.expect(200);
        attack(app).await;
        log_in(&desk, PASSWORD).await.expect(200);
        let pair = signed_in(app, &desk, AISHA).await;
        assert_eq!(pair["user"]["role"], "superadmin");
        // One that is known by a mail is known to both as well.
        let home = app.anyone().at([192, 0, 2, 9]);
        app.clock.advance_days(1);
        signed_in(app, &home, AISHA).await;
        attack_passwords_again(app).await;
        log_in(&home, PASSWORD).await.expect(200);
    }

    /// The right password brings a code, which nobody else can ask for or use up. What the answer says is the
    /// same for a wrong one.
    async fn a_new_network_gets_in_with_password_and_code(app: &TestApp, attacked()) {
        make_superadmin(app);
        log_in(&app.anyone().at([192, 0, 2, 1]), PASSWORD).await.expect(200);
        attack(app).await;
        let (away, thief) = (app.anyone().at([203, 0, 113, 7]), app.anyone().at([203, 0, 113, 8]));
        ask(&away, AISHA).await.expect_problem(429, "too_many_requests");
        let wrong = log_in(&thief, "a wrong guess").await.expect_problem(429, "too_many_requests");
        let right = log_in(&away, PASSWORD).await.expect_problem(429, "too_many_requests");
        assert_eq!(wrong["detail"], right["detail"]);
        assert!(right["detail"].as_str().unwrap().contains("a code was mailed"), "{right}");
        let code = app.next_code(AISHA).await;
        assert_eq!(app.sink().untaken_to(AISHA), 0, "to who was wrong");
        // Strangers try it as well, and it goes on.
        for n in 0..20 {
            let guess = verify(&stranger(app, n), AISHA, &another(&code)).await;
            guess.expect_problem(401, "unauthorized");
        }
        verify(&thief, AISHA, &code).await.expect_problem(401, "unauthorized");
        let pair = verify(&away, AISHA, &code).await.expect(200);
        assert_eq!(pair["user"]["role"], "superadmin");
        // It is known from now on.
        log_in(&away, PASSWORD).await.expect(200);
        signed_in(app, &away, AISHA).await;
    }

    /// Whoever asked has five tries, whatever others do; those have five all together.
    async fn guesses_elsewhere_end_nobodys_sign_in(app: &TestApp, attacked()) {
        let home = app.anyone().at([192, 0, 2, 1]);
        ask(&home, AHMED).await.expect(200);
        let code = app.next_code(AHMED).await;
        for n in 0..3 {
            for _ in 0..5 {
                let guess = verify(&stranger(app, n), AHMED, &another(&code)).await;
                guess.expect_problem(401, "unauthorized");
            }
        }
        verify(&stranger(app, 9), AHMED, &code).await.expect_problem(401, "unauthorized");
        let tries = "SELECT CAST(tries AS bigint) FROM sign_ins";
        let elsewhere = "SELECT CAST(tries_elsewhere AS bigint) FROM sign_ins";
        assert_eq!((app.number(tries).await, app.number(elsewhere).await), (0, 5));
        for _ in 0..4 {
            let wrong = verify(&home, AHMED, &another(&code)).await;
            wrong.expect_problem(401, "unauthorized");
        }
        verify(&home, AHMED, &code).await.expect(200);
    }

    /// A phone changes its network between the mail and the code.
    async fn a_code_may_be_entered_from_another_network(app: &TestApp, attacked()) {
        ask(&app.anyone().at([192, 0, 2, 1]), AHMED).await.expect(200);
        let code = app.next_code(AHMED).await;
        verify(&app.anyone().at([192, 0, 2, 2]), AHMED, &code).await.expect(200);
    }

    /// Whoever asks for mails and guesses all day has fifty codes compared. A network that is known has its own,
    /// and the link in a mail is no guess.
    async fn fifty_codes_are_compared_in_a_day(app: &TestApp, attacked()) {
        let home = app.anyone().at([192, 0, 2, 1]);
        signed_in(app, &home, AHMED).await;
        for n in 0..48 {
            ask(&stranger(app, n), AHMED).await.expect(200);
            let wrong = another(&app.next_code(AHMED).await);
            for _ in 0..5 {
                let guess = verify(&stranger(app, n), AHMED, &wrong).await;
                guess.expect_problem(401, "unauthorized");
            }
            app.clock.advance_seconds(1_790);
        }
        let compared = "SELECT CAST(sum(tries + tries_elsewhere) AS bigint) FROM sign_ins \
                        WHERE used_at IS NULL";
        let compared = app.number(compared).await;
        assert!((45..=50).contains(&compared), "{compared}");
        signed_in(app, &home, AHMED).await;

        let away = app.anyone().at([203, 0, 113, 7]);
        ask(&away, AHMED).await.expect(200);
        let mail = app.sink().next_to(AHMED).await.text.unwrap();
        // Of what has come back since the last guess at most one is left.
        verify(&stranger(app, 0), AHMED, &another(&code_in(&mail))).await.expect(401);
        verify(&away, AHMED, &code_in(&mail)).await.expect_problem(401, "unauthorized");
        let link = link_in(&mail);
        let mut browser = app.browser();
        browser.get(&link).await.expect(200);
        let token = link.split_once("token=").unwrap().1;
        browser.submit("/sign-in/link", &[("token", token)]).await.location();
        browser.get("/console").await.expect(200).has(&[AHMED]);
    }

    /// Five codes of each of forty accounts, five times: a thousand wrong ones, and no account's own limit says no.
    /// A network that its account knows does not notice, and others go on when there is room again.
    async fn guesses_at_many_accounts_are_limited_together(app: &TestApp, attacked()) {
        let home = app.anyone().at([192, 0, 2, 1]);
        signed_in(app, &home, AHMED).await;
        for n in 0..40 {
            let (client, email) = (stranger(app, n), format!("sprayed-{n}@example.com"));
            let mut codes = Vec::new();
            for _ in 0..5 {
                ask(&client, &email).await.expect(200);
                codes.push(app.next_code(&email).await);
            }
            let mut wrong = (0..6).map(|n| format!("{n:06}"));
            let wrong = wrong.find(|code| !codes.contains(code)).unwrap();
            let tries = (0..5).map(|_| verify(&client, &email, &wrong));
            for guess in join_all(tries).await {
                guess.expect_problem(401, "unauthorized");
            }
        }
        let compared = "SELECT CAST(sum(tries) AS bigint) FROM sign_ins WHERE used_at IS NULL";
        assert_eq!(app.number(compared).await, 1_000);

        let away = app.anyone().at([203, 0, 113, 7]);
        ask(&away, "new@example.com").await.expect(200);
        let code = app.next_code("new@example.com").await;
        let refused = verify(&away, "new@example.com", &code).await;
        refused.expect_problem(401, "unauthorized");
        assert_eq!(app.number(compared).await, 1_000, "it was not looked at");
        signed_in(app, &home, AHMED).await;
        app.clock.advance_seconds(120);
        verify(&away, "new@example.com", &code).await.expect(200);
    }

    /// Mails that strangers ask for do not hide the one that somebody enters elsewhere; and whoever has tried out
    /// their own gets at no other.
    async fn newer_mails_hide_no_code(app: &TestApp, attacked()) {
        ask(&app.anyone().at([192, 0, 2, 1]), AHMED).await.expect(200);
        let code = app.next_code(AHMED).await;
        let mut others = Vec::new();
        for n in 0..6 {
            ask(&stranger(app, n), AHMED).await.expect(200);
            others.push(app.next_code(AHMED).await);
        }
        let mut wrong = (0..8).map(|n| format!("{n:06}"));
        let wrong = wrong.find(|wrong| *wrong != code && !others.contains(wrong)).unwrap();
        for _ in 0..5 {
            let guess = verify(&stranger(app, 0), AHMED, &wrong).await;
            guess.expect_problem(401, "unauthorized");
        }
        verify(&stranger(app, 0), AHMED, &code).await.expect_problem(401, "unauthorized");
        verify(&app.anyone().at([192, 0, 2, 2]), AHMED, &code).await.expect(200);
    }

    /// A network may be known by a password or a mailbox that somebody else has.
    async fn networks_are_forgotten_after_an_incident(app: &TestApp, attacked()) {
        let known = "SELECT count(*) FROM password_networks";
        let desk = app.anyone().at([192, 0, 2, 1]);
        make_superadmin(app);
        log_in(&desk, PASSWORD).await.expect(200);
        assert_eq!(app.number(known).await, 1);
        make_superadmin(app);
        assert_eq!(app.number(known).await, 0, "a new password");
        let pair = log_in(&desk, PASSWORD).await.expect(200);
        assert_eq!(app.number(known).await, 1);
        app.bearing(token(&pair)).post("/auth/logout-all", &json!({})).await.expect(200);
        assert_eq!(app.number(known).await, 0, "all sessions ended");
        log_in(&desk, PASSWORD).await.expect(200);
        let database = app.database();
        database.run(&["user", "grant", "root@example.com", "--role", "superadmin"]).expect(0);
        assert_eq!(app.number(known).await, 1, "somebody else's role");
        database.run(&["user", "grant", AISHA, "--role", "sovereign-admin"]).expect(0);
        assert_eq!(app.number(known).await, 0, "another role");
    }

    /// What is known of somebody's networks goes after ninety days.
    async fn networks_are_forgotten(app: &TestApp, attacked()) {
        let known = "SELECT count(*) FROM password_networks";
        signed_in(app, &app.anyone().at([192, 0, 2, 1]), AHMED).await;
        signed_in(app, &app.anyone().at([192, 0, 2, 1]), AHMED).await;
        signed_in(app, &app.anyone().at([192, 0, 2, 2]), AHMED).await;
        assert_eq!(app.number(known).await, 2);
        app.clock.advance_days(89);
        signed_in(app, &app.anyone().at([192, 0, 2, 2]), AHMED).await;
        app.clock.advance_days(2);
        app.each_minute().await;
        assert_eq!(app.texts("SELECT network FROM password_networks").await, ["192.0.2.2"]);
    }
}

/// Passwords alone, a day later.
async fn attack_passwords_again(app: &TestApp) {
    for n in 0..12 {
        log_in(&stranger(app, n), "a wrong guess").await;
    }
    let last = log_in(&stranger(app, 12), "a wrong guess").await;
    last.expect_problem(429, "too_many_requests");
}
