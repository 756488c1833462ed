//! Tokens signed with the right key that say something odd: times, subject, address, roles. The
//! rules are the same for the Sovereign's own tokens and for those of a shared secret.

use super::forge::{Forger, SECRET, claims_with, good_claims, with_secret};
use super::unauthorized;
use crate::harness::{Reply, TestApp, on_both};

/// Both who may sign.
fn forgers(app: &TestApp) -> [Forger; 2] {
    [Forger::own(app), Forger::secret(SECRET.as_bytes())]
}

/// Asks for the list of vouchers with these claims.
async fn ask(app: &TestApp, forger: &Forger, claims: &str) -> Reply {
    app.bearing(&forger.sign(claims)).get("/billing/vouchers/list").await
}

/// A token with each of these texts as the value of the member is refused.
async fn refuses(app: &TestApp, member: &str, texts: &[&str]) {
    for forger in forgers(app) {
        for text in texts {
            let claims = claims_with(app, member, text);
            let reply = ask(app, &forger, &claims).await;
            unauthorized(reply, &format!("{}: {member}: {text}", forger.name));
        }
    }
}

/// A token with each of these texts as the value of the member is as good as without it.
async fn accepts(app: &TestApp, member: &str, texts: &[&str]) {
    for forger in forgers(app) {
        for text in texts {
            let reply = ask(app, &forger, &claims_with(app, member, text)).await;
            assert_eq!(reply.status, 200, "{}: {member}: {text:.200}: {}", forger.name, reply.text);
        }
    }
}

on_both! {
    /// A token without an end, or with one that is no time, would be valid for ever.
    async fn exp(app: &TestApp, with_secret()) {
        let now = app.now_seconds();
        let at = |seconds: i64| (now + seconds).to_string();
        let (hour, ended, almost) = (at(3_600), at(-30), at(-29));
        refuses(
            app,
            "exp",
            &[
                "",
                "null",
                "true",
                "\"\"",
                "[]",
                "{}",
                &format!("\"{hour}\""),
                &format!("[{hour}]"),
                "0",
                "-0",
                "-1",
                &format!("-{hour}"),
                "-9223372036854775808",
                "-1e309",
                &ended,
                &format!("{ended}.999"),
                &at(-86_400),
                &format!("{}000", at(3_600)),
                "253402300800",
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551616",
                "1e308",
                "1e309",
                "NaN",
                "Infinity",
                "1e12",
            ],
        )
        .await;
        accepts(
            app,
            "exp",
            &[&hour, &almost, &format!("{hour}.5"), &format!("{hour}.0"), "2e9", "253402300799"],
        )
        .await;
    }

    async fn nbf(app: &TestApp, with_secret()) {
        let now = app.now_seconds();
        let at = |seconds: i64| (now + seconds).to_string();
        let (soon, later) = (at(30), at(31));
        refuses(
            app,
            "nbf",
            &[
                &later,
                &at(3_600),
                &format!("{later}.5"),
                &format!("\"{now}\""),
                "true",
                "{}",
                "-1",
                "1e309",
                "18446744073709551616",
            ],
        )
        .await;
        accepts(app, "nbf", &["", "null", "0", &at(0), &soon, &at(-3_600)]).await;
    }

    /// Whoever it is must have a name, and one that a row can hold.
    async fn sub(app: &TestApp, with_secret()) {
        let quoted = |text: String| serde_json::to_string(&text).unwrap();
        let longest = quoted("s".repeat(255));
        refuses(
            app,
            "sub",
            &[
                "",
                "null",
                "\"\"",
                "7",
                "true",
                "[\"mallory\"]",
                "{}",
                "\"\\u0000\"",
                "\"mallory\\u0000\"",
                "\"a\\nb\"",
                "\"\\u007f\"",
                "\"\\u0085\"",
                "\"\\ud800\"",
                &quoted("s".repeat(256)),
                &quoted("ش".repeat(256)),
                &quoted("s".repeat(10_240)),
            ],
        )
        .await;
        accepts(app, "sub", &[&longest, "\"ش\"", "\"🎁\"", "\"a'; DROP TABLE users; --\""]).await;
    }

    async fn email(app: &TestApp, with_secret()) {
        let quoted = |text: String| serde_json::to_string(&text).unwrap();
        refuses(
            app,
            "email",
            &[
                "7",
                "[]",
                "\"a\\u0000@example.com\"",
                "\"a\\r\\nBcc: b@example.com\"",
                &quoted("e".repeat(321)),
                &quoted("e".repeat(10_240)),
            ],
        )
        .await;
        accepts(app, "email", &["", "null", "\"\"", &quoted("e".repeat(320))]).await;
    }

    async fn iss(app: &TestApp, with_secret()) {
        let own = Forger::own(app);
        for issuer in [
            "",
            "null",
            "\"\"",
            "7",
            "\"https://other.example\"",
            "\"test.sovereign.example\"",
            "\"http://test.sovereign.example\"",
            "\"https://test.sovereign.example/\"",
            "\"https://TEST.sovereign.example\"",
            "\"shared-secret\"",
            "[\"https://test.sovereign.example\"]",
        ] {
            let reply = ask(app, &own, &claims_with(app, "iss", issuer)).await;
            unauthorized(reply, issuer);
        }
    }

    /// A token of ours is meant for us. Whoever holds a shared secret may write what they like.
    async fn aud(app: &TestApp, with_secret()) {
        let [own, secret] = forgers(app);
        for audience in [
            "",
            "null",
            "7",
            "[]",
            "\"\"",
            "\"https://other.example\"",
            "\"https://test.sovereign.example/\"",
            "[\"https://other.example\"]",
            "[\"https://test.sovereign.example\",7]",
        ] {
            let claims = claims_with(app, "aud", audience);
            unauthorized(ask(app, &own, &claims).await, audience);
            ask(app, &secret, &claims).await.expect(200);
        }
        let among_others = "[\"https://other.example\",\"https://test.sovereign.example\"]";
        ask(app, &own, &claims_with(app, "aud", among_others)).await.expect(200);
    }

    /// The token of a session that is not there opens nothing.
    async fn sid(app: &TestApp) {
        let own = Forger::own(app);
        for session in ["7", "\"\"", "\"x\"", "[]", "\"01890a5d-ac96-774b-bcce-b302099a8057\""] {
            unauthorized(ask(app, &own, &claims_with(app, "sid", session)).await, session);
        }
    }

    /// Claims of the wrong type are not read as something else, and those nobody asked for not at all.
    async fn other_claims(app: &TestApp, with_secret()) {
        refuses(app, "role", &["7", "[\"superadmin\"]", "{}", "true"]).await;
        refuses(app, "typ", &["\"ID\"", "\"Refresh\"", "\"bearer\"", "7", "[]"]).await;
        accepts(app, "typ", &["\"Bearer\""]).await;
        for claim in ["nonce", "at_hash", "c_hash"] {
            refuses(app, claim, &["\"x\"", "7"]).await;
        }
        accepts(app, "iat", &["-1", "\"x\"", "99999999999999"]).await;
        accepts(app, "jti", &["\"\\u0000\"", "[[[[]]]]"]).await;
    }

    async fn payloads_that_are_no_claims(app: &TestApp, with_secret()) {
        let good = good_claims(app).to_string();
        let twice = format!("{},\"sub\":\"root\"}}", &good[..good.len() - 1]);
        let deep = "[".repeat(10_000);
        for forger in forgers(app) {
            let texts =
                ["", "null", "[]", "7", "\"x\"", "{}", "{", &good[..good.len() - 1], &twice, &deep];
            for text in texts {
                unauthorized(ask(app, &forger, text).await, text);
            }
            let algorithm = if forger.name == "own key" { "EdDSA" } else { "HS256" };
            let header = serde_json::json!({ "alg": algorithm });
            let token = forger.sign_with(&header, b"{\"sub\":\"\xff\xfe\",\"exp\":9999999999}");
            unauthorized(app.bearing(&token).get("/tenant/orgs").await, "not UTF-8");
        }
    }
}
