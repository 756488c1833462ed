//! One person by several ways of signing in: only where both sides verified the address.

use serde_json::json;

use super::world::{World, in_world};
use crate::harness::{Account, IdToken};

const OWN: &str = "own";

/// Somebody who signed in here before, with aisha's address.
async fn known_here(world: &World, verified: bool) {
    let sql = "INSERT INTO users (id, issuer, subject, email, email_verified, name, avatar_url, \
                   created_at, updated_at) \
               SELECT 'own', 'https://own.example', 'own', 'Aisha@example.com', {verified}, '', '', \
                   created_at, updated_at FROM users WHERE subject = 'root'";
    // A row to take the times from, which the databases write differently.
    world.app.superadmin().get("/auth/me").await.expect(200);
    world.app.execute(&sql.replace("{verified}", if verified { "true" } else { "false" })).await;
}

async fn session_users(world: &World) -> Vec<String> {
    world.app.texts("SELECT user_id FROM sessions").await
}

in_world! {
    async fn joins_what_both_verified(world: &World) {
        known_here(world, true).await;
        for _ in 0..2 {
            assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        }
        assert_eq!(session_users(world).await, [OWN, OWN]);
        let sql = "SELECT subject || '|' || user_id FROM linked_identities";
        assert_eq!(world.app.texts(sql).await, ["aisha|own"]);
        // The name that was not known before.
        let sql = "SELECT name FROM users WHERE id = 'own'";
        assert_eq!(world.app.texts(sql).await, ["Name of aisha"]);
        // Who is linked stays so, whatever becomes of the address.
        world.provider.issue(IdToken::With(json!({ "email": "new@example.com" }))).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        assert_eq!(session_users(world).await, [OWN, OWN, OWN]);
    }

    async fn does_not_join_what_the_issuer_did_not_verify(world: &World) {
        known_here(world, true).await;
        for verified in [json!(false), json!("false"), json!(null), json!(1), json!("TRUE")] {
            let claims = json!({ "email_verified": verified });
            world.provider.issue(IdToken::With(claims)).await;
            assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        }
        assert!(!session_users(world).await.contains(&OWN.to_owned()));
        let sql = "SELECT email FROM users WHERE subject = 'aisha' AND NOT email_verified";
        assert_eq!(world.app.texts(sql).await, ["aisha@example.com"]);
    }

    async fn does_not_join_what_was_not_verified_here(world: &World) {
        known_here(world, false).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        assert!(!session_users(world).await.contains(&OWN.to_owned()));
    }

    /// Letters that some databases take for ASCII's: the Kelvin sign, which is `k` in lower case.
    async fn does_not_join_addresses_that_only_look_alike(world: &World) {
        known_here(world, true).await;
        world.app.execute("UPDATE users SET email = 'kim@example.com' WHERE id = 'own'").await;
        let claims = json!({ "email": "\u{212a}im@example.com" });
        world.provider.issue(IdToken::With(claims)).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        assert!(!session_users(world).await.contains(&OWN.to_owned()));
    }

    /// An issuer that verifies another address later has not verified the one that is known here.
    async fn does_not_verify_one_address_by_another(world: &World) {
        let unverified = json!({ "email": "victim@example.com", "email_verified": false });
        world.provider.issue(IdToken::With(unverified)).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        world.provider.issue(IdToken::Right).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        let sql = "SELECT email FROM users WHERE email_verified AND subject = 'aisha'";
        assert!(world.app.texts(sql).await.is_empty());
        // The known one, verified at last, is.
        let verified = json!({ "email": "victim@example.com" });
        world.provider.issue(IdToken::With(verified)).await;
        assert_eq!(world.sign_in(&world.browser()).await.status, 303);
        assert_eq!(world.app.texts(sql).await, ["victim@example.com"]);
    }

    async fn makes_a_user_without_an_address(world: &World) {
        for subject in ["nobody", "nothing"] {
            let mut account = Account::new(subject, "");
            account.picture = String::from("javascript:alert(1)");
            world.provider.set_account(&account).await;
            let browser = world.browser();
            let there = browser.leave("google", "/console").await;
            let back = world.provider.sign_in(&there, &account).await;
            assert_eq!(browser.follow(&back).await.status, 303);
        }
        let sql = "SELECT avatar_url || email FROM users \
                   WHERE subject IN ('nobody', 'nothing') AND NOT email_verified";
        assert_eq!(world.app.texts(sql).await, ["", ""], "two people, who share no address");
    }
}
