//! `sovereign voucher show`, `campaign show`, `audit list` and the like: the same as over HTTP, at the same moment.

use serde_json::{Value, json};
use sovereign::clock::{Clock as _, SystemClock};

use crate::campaigns::{campaign, issue_in};
use crate::harness::{TestApp, on_both};

async fn get(app: &TestApp, path: &str) -> Value {
    app.superadmin().get(path).await.expect(200)
}

on_both! {
    async fn a_voucher_and_what_became_of_it(app: &TestApp) {
        // The command has the machine's own clock.
        app.clock.set(SystemClock.now());
        let database = app.database();
        app.issue("MUSCAT-200", 200, 5).await;
        app.customer("kestrel").await.redeem("MUSCAT-200").await.expect(200);
        app.customer("osprey").await.redeem("MUSCAT-200").await.expect(200);
        for (command, route) in [("show", ""), ("history", "/history"), ("redemptions", "/redemptions")] {
            let told = database.run(&["voucher", command, "muscat-200", "--json"]).expect_json();
            assert_eq!(told, get(app, &format!("/billing/vouchers/code/MUSCAT-200{route}")).await, "{command}");
        }
        let one = database.run(&["voucher", "redemptions", "MUSCAT-200", "--limit", "1", "--json"]).expect_json();
        assert_eq!(one.as_array().unwrap().len(), 1);
        let text = database.run(&["voucher", "redemptions", "MUSCAT-200"]).expect_answer();
        assert!(text.contains("kestrel") && text.contains("200.000 OMR left"), "{text}");
        let text = database.run(&["voucher", "show", "MUSCAT-200"]).expect_answer();
        assert!(text.contains("2 of 5 redeemed") && text.contains("live"), "{text}");

        app.revoke("MUSCAT-200").await;
        let gone = database.run(&["voucher", "show", "MUSCAT-200", "--json"]).expect_json();
        assert_eq!(gone, get(app, "/billing/vouchers/code/MUSCAT-200").await);
        assert!(gone["deleted_at"].is_string(), "{gone}");
        let text = database.run(&["voucher", "history", "MUSCAT-200"]).expect_answer();
        assert!(text.contains("revoked") && text.contains("issued"), "{text}");
        for command in ["show", "history", "redemptions", "tag"] {
            let said = database.run(&["voucher", command, "NONESUCH-1"]).expect_failure(1);
            assert!(said.contains("no voucher has had this code"), "{command}: {said}");
        }
    }

    async fn tags_are_given_and_taken_off(app: &TestApp) {
        let database = app.database();
        app.issue("MUSCAT-200", 200, 5).await;
        let tag = ["voucher", "tag", "muscat-200"];
        let run = |more: &[&str]| database.program(&tag).args(more).args(["--json"]).run().expect_json();
        assert_eq!(run(&["--add", "Spring Bills", "--add", "muscat"]), json!({ "tags": ["muscat", "spring bills"] }));
        assert_eq!(run(&["--remove", "muscat", "--add", "week"]), json!({ "tags": ["spring bills", "week"] }));
        assert_eq!(run(&[]), json!({ "tags": ["spring bills", "week"] }));
        let said = database.program(&tag).args(["--add", "a,b"]).run().expect_failure(1);
        assert!(said.contains("tag"), "{said}");
        // There is no room for all of them: nothing is done, and nothing taken off either.
        let many: Vec<String> = (0..100).map(|number| format!("--add=t{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let full = database.program(&tag).args(["--remove", "week"]).args(&many);
        let said = full.run().expect_failure(1);
        assert!(said.contains("take another one off first"), "{said}");
        let text = database.run(&tag).expect_answer();
        assert_eq!(text, "spring bills, week\n");
    }

    async fn vouchers_are_printed(app: &TestApp) {
        let database = app.database();
        app.issue("MUSCAT-200", 200, 5).await;
        let path = |name: &str| database.directory.path().join(name).display().to_string();
        for (name, begins) in [("one.svg", &b"<"[..]), ("one.PNG", &b"\x89PNG"[..])] {
            let out = path(name);
            let told = database.run(&["voucher", "qr", "muscat-200", "--out", &out, "--json"]).expect_json();
            assert_eq!(told, json!({ "code": "MUSCAT-200", "file": out }));
            assert!(std::fs::read(&out).unwrap().starts_with(begins), "{name}");
        }
        let out = path("one.gif");
        let said = database.run(&["voucher", "qr", "MUSCAT-200", "--out", &out]).expect_failure(2);
        assert!(said.contains("must end in .svg or .png"), "{said}");
        let out = path("cards.pdf");
        let cards = ["voucher", "cards", "--search", "muscat", "--lang", "ar", "--out", &out, "--json"];
        let told = database.run(&cards).expect_json();
        assert_eq!(told, json!({ "file": out, "next": null }));
        assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"));
        let none = ["voucher", "cards", "--search", "nothing", "--out", &out];
        let said = database.run(&none).expect_failure(1);
        assert!(said.contains("there is no voucher to print"), "{said}");
    }

    async fn a_campaign_and_its_funnel(app: &TestApp) {
        app.clock.set(SystemClock.now());
        let database = app.database();
        let id = campaign(app, "Muscat bills", json!({ "budget_minor": 500_000 })).await;
        issue_in(app, "Muscat bills", "BILL-120", 120).await;
        app.customer("kestrel").await.redeem("BILL-120").await.expect(200);
        let shown = database.run(&["campaign", "show", "muscat BILLS", "--json"]).expect_json();
        let route = get(app, &format!("/billing/campaigns/{id}")).await;
        for member in ["id", "name", "status", "granted_minor", "remaining_minor", "vouchers"] {
            assert_eq!(shown[member], route[member], "{member}");
        }
        assert_eq!((&shown["vouchers"], &shown["granted_minor"]), (&json!(1), &json!(120_000)));
        let funnel = database.run(&["campaign", "funnel", &id, "--json"]).expect_json();
        assert_eq!(funnel, get(app, &format!("/billing/campaigns/{id}/funnel")).await);
        assert_eq!(funnel["issued"], 1);
        let text = database.run(&["campaign", "funnel", "Muscat bills"]).expect_answer();
        assert!(text.starts_with("issued") && text.lines().count() == 6, "{text}");
        for command in ["show", "funnel"] {
            let said = database.run(&["campaign", command, "nonesuch"]).expect_failure(1);
            assert!(said.contains("there is no campaign"), "{command}: {said}");
        }
    }

    async fn lines_of_the_audit_log(app: &TestApp) {
        let database = app.database();
        for number in 1..=3 {
            app.issue(&format!("PAPER-{number}"), 5, 0).await;
        }
        database.run(&["voucher", "revoke", "PAPER-2"]).expect(0);
        let customer = app.customer("kestrel").await;
        customer.redeem("PAPER-1").await.expect(200);
        for (flags, query) in [
            (&["--action", "voucher.issue"][..], "action=voucher.issue".to_owned()),
            (&["--actor", "cli"], "actor=cli".to_owned()),
            (&["--subject", "PAPER-2"], "subject=PAPER-2".to_owned()),
            (&["--organization", customer.tenant_id.as_str()], format!("tenant_id={}", customer.tenant_id)),
            (&["--to", "2020-01-01T00:00:00Z"], "to=2020-01-01T00:00:00Z".to_owned()),
        ] {
            let listed = database.program(&["audit", "list", "--json"]).args(flags).run().expect_json();
            assert_eq!(listed, get(app, &format!("/auth/admin/audit?{query}")).await, "{flags:?}");
        }
        let two = database.run(&["audit", "list", "--action", "voucher.issue", "--limit", "2", "--json"]).expect_json();
        assert_eq!((&two[0]["subject"], two.as_array().unwrap().len()), (&json!("PAPER-3"), 2));
        let text = database.run(&["audit", "list", "--subject", "PAPER-2"]).expect_answer();
        assert!(text.contains("voucher.revoke") && text.contains("cli"), "{text}");
        let said = database.run(&["audit", "list", "--from", "soon"]).expect_failure(1);
        assert!(said.contains("from must be a moment"), "{said}");
    }
}
