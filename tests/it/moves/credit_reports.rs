//! What each Sovereign reports of an Organization's credit: each line is reported once, by the Sovereign that made it.

use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;

use super::pair::{TARGET, between, move_of, send_form, superadmin};
use crate::harness::{FQDN, TestApp, form};

const MEMBERS: [&str; 5] =
    ["granted_minor", "spent_minor", "taken_back_minor", "outstanding_minor", "redemptions"];

fn set(app: &TestApp, at: &str) {
    app.clock.set(Timestamp::parse_rfc3339(at).unwrap());
}

async fn report(app: &TestApp, month: &str) -> [i64; 5] {
    let path = format!("/billing/admin/credit-report?month={month}");
    let answer: Value = app.sovereign_admin().get(&path).await.expect(200);
    MEMBERS.map(|member| answer["report"][member].as_i64().unwrap())
}

between! {
    /// Spent at both, in different months: what was spent before the move is the source's, also where the target has its lines.
    async fn what_is_spent_is_reported_once(pair: &Pair) {
        let (source, target) = (&pair.source, &pair.target);
        for app in [source, target] {
            set(app, "2027-03-31T23:50:00Z");
        }
        let (at_source, _) = superadmin(source).await;
        let (at_target, _) = superadmin(target).await;
        let kestrel = pair.customer("kestrel").await;
        let there = target.member("kestrel");
        there.get("/tenant/orgs").await.expect(200);
        for app in [source, target] {
            app.execute("UPDATE users SET email_verified = TRUE").await;
            set(app, "2027-03-31T23:52:00Z");
        }
        let path = move_of(&kestrel.tenant_id);
        at_source.post(&path, &json!({ "to": TARGET })).await.expect(200);
        let bundle = at_source.get(&format!("{path}/bundle")).await;
        assert_eq!(bundle.status, 200, "{}", bundle.text);
        let source_keys = source.jwks().await.to_string();
        let parts = [("from", FQDN), ("keys", source_keys.as_str())];
        let imported = send_form(&at_target, form(&parts, &[("bundle", bundle.bytes.as_slice())])).await;
        let imported = imported.expect(200);
        let papers = json!({ "receipt": imported["receipt"], "keys": target.jwks().await });
        let release = at_source.post(&format!("{path}/confirm"), &papers).await.expect(200);
        let body = json!({ "release": release });
        at_target.post("/billing/admin/moves/activate", &body).await.expect(200);

        // Its next month is paid at the target.
        set(target, "2027-05-01T00:10:00Z");
        target.run_job("renew-subscriptions").await;
        for app in [source, target] {
            set(app, "2027-06-02T00:00:00Z");
        }
        for _ in 0..2 {
            assert_eq!(report(source, "2027-03").await, [20_000, 9_000, 11_000, 0, 1]);
            assert_eq!(report(source, "2027-05").await, [0; 5]);
            assert_eq!(report(target, "2027-02").await, [0; 5]);
            assert_eq!(report(target, "2027-03").await, [0, 0, -11_000, 11_000, 0]);
            assert_eq!(report(target, "2027-04").await, [0, 0, 0, 11_000, 0]);
            assert_eq!(report(target, "2027-05").await, [0, 9_000, 0, 2_000, 0]);
            // The same from sums.
            source.run_job("roll-up").await;
            target.run_job("roll-up").await;
        }
    }
}
