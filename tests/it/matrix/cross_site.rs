//! What another site can make the browser of somebody do who is signed in here: nothing, though the cookies go along.

use super::inside::browser;
use super::pages::{is_stale, rows};
use super::world::{World, setup};
use crate::harness::{Browser, on_both};

/// Whose browsers are made to send forms: who may do most in an Organization, and on the Sovereign.
const VICTIMS: [&str; 2] = ["owner", "superadmin"];

async fn signed_in(world: &World<'_>, name: &str) -> Browser {
    let mut browser = browser(world, name).await;
    browser.get("/console").await.expect(200);
    browser
}

on_both! {
    /// Each form is right in every other way, and whoever is attacked may send it.
    async fn a_signed_in_browser_does_nothing_for_another_site(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let mut owner = signed_in(&world, VICTIMS[0]).await;
        let mut superadmin = signed_in(&world, VICTIMS[1]).await;
        let of_stranger = signed_in(&world, "outsider").await.form_token();
        let own = app.url("");
        let mut attacked = 0;
        for row in rows().iter().filter(|row| row.sends()) {
            let page = world.page(&row.route).await;
            let is_owners = row.gets(VICTIMS[0]).is_let_in();
            let victim = if is_owners { &mut owner } else { &mut superadmin };
            let token = victim.form_token();
            let before = app.state().await;
            let attacks: [(&str, &[(&str, &str)]); 7] = [
                ("", &[]),
                ("x", &[]),
                (&of_stranger, &[]),
                (&token, &[("Origin", "https://evil.example")]),
                (&token, &[("Origin", "null")]),
                (&token, &[("Sec-Fetch-Site", "cross-site")]),
                (&token, &[("Sec-Fetch-Site", "same-site"), ("Origin", &own)]),
            ];
            for (token, headers) in attacks {
                let shown = page.attack(victim, token, headers).await;
                assert!(is_stale(&shown), "{} with {headers:?}: {}", row.route, shown.text);
            }
            let after = app.state().await;
            assert_eq!(before.changed(&after), [""; 0], "{}", row.route);
            attacked += 1;
        }
        assert!(attacked >= 47, "only {attacked} forms");
        for mut victim in [owner, superadmin] {
            victim.get("/console").await.expect(200);
        }
    }
}
