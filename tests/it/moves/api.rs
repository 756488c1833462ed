//! Organizations move over HTTP: from one Sovereign to the other, each step asked for twice.

use serde_json::{Value, json};

use super::pair::{FORWARD, TARGET, between, move_of};
use crate::harness::{Customer, FQDN, Reply};

between! {
    /// Each step answers again what it answered before, and the credit is one Sovereign's all the time.
    async fn a_whole_move(pair: &Pair) {
        let kestrel = pair.customer("kestrel").await;
        let credit = kestrel.available_minor().await;
        assert!(credit > 0);
        // The same person is known there.
        let there = pair.target.member("kestrel");
        there.get("/tenant/orgs").await.expect(200);
        for app in [&pair.source, &pair.target] {
            app.execute("UPDATE users SET email_verified = TRUE").await;
        }
        let path = move_of(&kestrel.tenant_id);
        let wish = json!({ "to": TARGET, "forward_url": FORWARD });
        let begun = pair.at_source.post(&path, &wish).await.expect(200);
        assert_eq!((&begun["state"], &begun["next"]), (&json!("frozen"), &json!("export")));
        assert_eq!((&begun["from"], &begun["to"]), (&json!(FQDN), &json!(TARGET)));
        assert_eq!((&begun["balance_minor"], &begun["forward_url"]), (&json!(credit), &json!(FORWARD)));
        assert_eq!(pair.at_source.post(&path, &wish).await.expect(200), begun);

        let reply = pair.at_source.get(&format!("{path}/bundle")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.headers["content-type"], "application/zstd");
        let disposition = reply.headers["content-disposition"].to_str().unwrap();
        assert_eq!(disposition, "attachment; filename=\"kestrel.bundle\"");
        assert_eq!(reply.headers["cache-control"], "no-store");
        let bundle = reply.bytes;
        assert!(pair.bundle(&path).await == bundle, "the same bundle again");

        let looked = pair.import(&bundle, &[("dry_run", "true")]).await.expect(200);
        assert_eq!((&looked["plan"]["conflicts"], &looked["receipt"]), (&json!([]), &Value::Null));
        assert!(looked["plan"]["people"].as_array().unwrap().iter().all(|one| one["is_here"] == true));
        assert_eq!(pair.target.number("SELECT COUNT(*) FROM organization_moves").await, 0);
        let seen = looked["manifest_sha256"].as_str().unwrap();
        let imported = pair.import(&bundle, &[("manifest_sha256", seen)]).await.expect(200);
        assert_eq!(imported["is_new"], true);
        let again = pair.import(&bundle, &[]).await.expect(200);
        assert_eq!((&again["is_new"], &again["receipt"]), (&json!(false), &imported["receipt"]));
        assert_eq!(again["plan"]["state"], "arriving");

        let of_move = format!("/billing/admin/moves/{}", begun["id"].as_str().unwrap());
        let receipt = pair.at_target.get(&format!("{of_move}/receipt")).await.expect(200);
        assert_eq!(receipt, imported["receipt"]);
        let papers = json!({ "receipt": receipt, "keys": pair.target.jwks().await });
        let confirm = format!("{path}/confirm");
        let release = pair.at_source.post(&confirm, &papers).await.expect(200);
        assert_eq!(pair.at_source.post(&confirm, &papers).await.expect(200), release);
        assert_eq!(pair.at_source.get(&format!("{of_move}/release")).await.expect(200), release);
        let moved = pair.at_source.get(&of_move).await.expect(200);
        assert_eq!((&moved["state"], &moved["release"]), (&json!("moved"), &release));
        assert_eq!((&moved["moved_minor"], kestrel.available_minor().await), (&json!(credit), 0));

        let body = json!({ "release": release });
        let activate = "/billing/admin/moves/activate";
        let activated = pair.at_target.post(activate, &body).await.expect(200);
        assert_eq!((&activated["is_new"], &activated["balance_minor"]), (&json!(true), &json!(credit)));
        let again = pair.at_target.post(activate, &body).await.expect(200);
        assert_eq!(again["is_new"], false);
        assert_eq!(pair.credit_there(&kestrel.tenant_id).await, credit);
        let tenant_id = kestrel.tenant_id.clone();
        let arrived = Customer { client: there, tenant_id };
        assert_eq!(arrived.available_minor().await, credit);
        let drop = format!("{path}/drop");
        pair.at_target.post_text(&drop, "").await.expect_problem(409, "organization_arrived");

        // Both sides list it.
        for (client, direction) in [(&pair.at_source, "out"), (&pair.at_target, "in")] {
            let listed = client.get("/billing/admin/moves").await.expect(200);
            assert_eq!((&listed[0]["id"], &listed[0]["direction"]), (&begun["id"], &json!(direction)));
            assert!(listed[0]["release"].is_null(), "{listed}");
        }
    }

    /// A receipt of the bundle that was fetched before could not be confirmed any more: somebody has to say so.
    async fn another_bundle_than_before_has_to_be_asked_for(pair: &Pair) {
        let kestrel = pair.customer("kestrel").await;
        let path = pair.begin(&kestrel).await;
        pair.bundle(&path).await;
        let noted = "SELECT COUNT(*) FROM organization_moves WHERE manifest_sha256 = 'another'";
        pair.source.execute("UPDATE organization_moves SET manifest_sha256 = 'another'").await;
        let refused = pair.at_source.get(&format!("{path}/bundle")).await;
        refused.expect_problem(409, "bundle_replaces");
        assert_eq!(pair.source.number(noted).await, 1);
        let replaced = pair.at_source.get(&format!("{path}/bundle?replace=true")).await;
        assert_eq!(replaced.status, 200, "{}", replaced.text);
        assert_eq!(pair.source.number(noted).await, 0);
        pair.bundle(&path).await;
    }

    /// While it moves, and where it went.
    async fn members_are_told(pair: &Pair) {
        let kestrel = pair.customer("kestrel").await;
        let own = format!("/tenant/orgs/{}", kestrel.tenant_id);
        let before = kestrel.client.get(&own).await.expect(200);
        assert!(before["moving"].is_null() && before["moved_to"].is_null(), "{before}");
        let path = pair.begin(&kestrel).await;
        let moving = kestrel.client.get(&own).await.expect(200);
        assert_eq!((&moving["moving"], &moving["status"]), (&json!(true), &json!("suspended")));
        assert!(moving["moved_to"].is_null(), "{moving}");
        let refused = kestrel.redeem("FIVE").await.expect_problem(403, "organization_suspended");
        assert!(refused["moved_to"].is_null(), "{refused}");

        let bundle = pair.bundle(&path).await;
        let imported = pair.import(&bundle, &[]).await.expect(200);
        let papers = json!({ "receipt": imported["receipt"], "keys": pair.target.jwks().await });
        let release = pair.at_source.post(&format!("{path}/confirm"), &papers).await.expect(200);
        let gone = kestrel.client.get(&own).await.expect(200);
        assert_eq!((&gone["moved_to"], &gone["forward_url"]), (&json!(TARGET), &json!(FORWARD)));
        assert!(gone["moving"].is_null(), "{gone}");
        let listed = kestrel.client.get("/tenant/orgs").await.expect(200);
        assert_eq!(listed[0]["moved_to"], TARGET);
        let told = |reply: Reply| {
            assert!(matches!(reply.status, 403 | 409), "{}", reply.text);
            let problem = reply.body;
            assert_eq!((&problem["moved_to"], &problem["forward_url"]), (&json!(TARGET), &json!(FORWARD)));
        };
        told(kestrel.redeem("FIVE").await);
        told(kestrel.client.put(&own, &json!({ "name": "Other" })).await);
        let cancel = format!("/billing/subscription/{}/cancel", kestrel.tenant_id);
        told(kestrel.client.post(&cancel, &json!({ "at": "period_end" })).await);
        // Nobody else is told anything.
        let stranger = Customer { client: pair.source.member("osprey"), ..kestrel.clone() };
        let refused = stranger.redeem("FIVE").await.expect_problem(403, "not_a_member");
        assert!(refused["moved_to"].is_null(), "{refused}");
        let body = json!({ "release": release });
        pair.at_target.post("/billing/admin/moves/activate", &body).await.expect(200);
    }

    /// Given up: the Organization is what it was, and the copy goes.
    async fn aborted_and_dropped(pair: &Pair) {
        let kestrel = pair.customer("kestrel").await;
        let credit = kestrel.available_minor().await;
        let path = pair.begin(&kestrel).await;
        let bundle = pair.bundle(&path).await;
        let imported = pair.import(&bundle, &[]).await.expect(200);
        let (abort, drop) = (format!("{path}/abort"), format!("{path}/drop"));
        let aborted = pair.at_source.post_text(&abort, "").await.expect(200);
        assert_eq!((&aborted["state"], &aborted["next"]), (&json!("aborted"), &json!("drop_there")));
        assert_eq!(pair.at_source.post_text(&abort, "").await.expect(200), aborted);
        let papers = json!({ "receipt": imported["receipt"], "keys": pair.target.jwks().await });
        let late = pair.at_source.post(&format!("{path}/confirm"), &papers).await;
        late.expect_problem(409, "move_aborted");
        let bundle = pair.at_source.get(&format!("{path}/bundle")).await;
        bundle.expect_problem(409, "not_moving");
        let dropped = pair.at_target.post_text(&drop, "").await.expect(200);
        assert_eq!((&dropped["is_new"], &dropped["was_here"]), (&json!(true), &json!(false)));
        let again = pair.at_target.post_text(&drop, "").await.expect(200);
        assert_eq!(again["is_new"], false);
        assert_eq!(pair.target.number("SELECT COUNT(*) FROM organizations").await, 0);
        assert_eq!(kestrel.available_minor().await, credit);
        kestrel.redeem("FIVE").await.expect(200);
    }
}
