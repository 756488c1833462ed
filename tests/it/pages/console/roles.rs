//! What each role sees and may press: what it may not is not shown, and is refused all the same.

use super::{apps, kestrel, lacks, member, organization, plan, setup};
use crate::harness::on_both;

/// Pages, and what stands on them for those only who may press it.
const BUTTONS: [(&str, &[&str]); 6] = [
    ("/console/kestrel", &["/console/kestrel/wallet", "Choose the first app"]),
    ("/console/kestrel/apps", &["More apps"]),
    ("/console/kestrel/apps/wordpress", &["value=\"install\""]),
    (
        "/console/kestrel/plan",
        &["Cancel at the end of the period", "plan/change?plan=l", "Review the change"],
    ),
    ("/console/kestrel/environments", &["Add an environment"]),
    ("/console/kestrel/members", &["Send the invitation"]),
];

/// What is pressed, and with what.
const PRESSED: [(&str, &[(&str, &str)]); 7] = [
    ("/console/kestrel/plan", &[("act", "cancel")]),
    ("/console/kestrel/environments", &[("act", "add"), ("name", "dev")]),
    (
        "/console/kestrel/members",
        &[("act", "invite"), ("email", "x@example.com"), ("role", "viewer")],
    ),
    ("/console/kestrel/settings", &[("act", "call"), ("name", "Taken")]),
    ("/console/kestrel/settings", &[("act", "export")]),
    ("/console/kestrel/close", &[("act", "close"), ("confirm", "kestrel")]),
    ("/console/kestrel/card", &[("act", "limit"), ("limit", "1")]),
];

on_both! {
    async fn who_may_not_press_sees_no_button_and_is_refused(app: &TestApp, setup()) {
        let (customer, mut owner) = kestrel(app, 60).await;
        let mut admin = member(app, &customer, "salma", "admin").await;
        for (page, buttons) in BUTTONS {
            owner.get(page).await.expect(200).has(buttons);
            admin.get(page).await.expect(200).has(buttons);
        }
        for role in ["member", "viewer"] {
            let mut browser = member(app, &customer, role, role).await;
            for (page, buttons) in BUTTONS {
                lacks(&browser.get(page).await.expect(200), buttons);
            }
            browser.get("/console/kestrel/card").await.expect(403).has(&["Your role may not do this."]);
            for (page, fields) in PRESSED {
                browser.get("/console/kestrel").await.expect(200);
                let refused = browser.submit(page, fields).await.expect(403);
                refused.has(&["This was not done", "href=\"/console/kestrel"]);
            }
            let fields = [("act", "install"), ("at", "2027-03-01T12:00:00Z"), ("total_minor", "0"),
                ("key", "0197c4f2-6a50-7000-8000-000000000000")];
            browser.submit("/console/kestrel/apps/wordpress", &fields).await.expect(403);
            let fields = [&fields[1..], &[("plan", "l")]].concat();
            browser.submit("/console/kestrel/plan/change", &fields).await.expect(403);
            browser.get("/console/kestrel/plan/change?plan=l").await.expect(403);
        }
        let now = organization(&customer).await;
        assert_eq!((&now["name"], now.get("deletion_at")), (&"kestrel".into(), None));
        assert_eq!(plan(app, &customer).await, "m");
        assert!(apps(app, &customer).await.is_empty());
        assert_eq!(app.number("SELECT count(*) FROM invitations").await, 0);
        let ended = "SELECT count(*) FROM subscriptions WHERE cancel_at_period_end";
        assert_eq!(app.number(ended).await, 0);
    }

    /// An admin does all but what is the owner's.
    async fn only_the_owner_takes_the_data_and_closes(app: &TestApp, setup()) {
        let (customer, mut owner) = kestrel(app, 20).await;
        let mut admin = member(app, &customer, "salma", "admin").await;
        owner.get("/console/kestrel/settings").await.expect(200).has(&["Download everything", "/close\""]);
        let shown = admin.get("/console/kestrel/settings").await.expect(200);
        shown.has(&["Only the owner takes the data along"]);
        lacks(&shown, &["Download everything", "/close\""]);
        admin.submit("/console/kestrel/settings", &[("act", "export")]).await.expect(403);
        admin.get("/console/kestrel/close").await.expect(403).has(&["Only the owner of the Organization"]);
        admin.get("/console/kestrel").await.expect(200);
        let fields = [("act", "close"), ("confirm", "kestrel")];
        admin.submit("/console/kestrel/close", &fields).await.expect(403);
        assert!(organization(&customer).await.get("deletion_at").is_none());
    }
}
