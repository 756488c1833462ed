//! What is the platform's is nobody's but the publisher's: whatever a franchisee's administrator asks for, on
//! every route there is, it is afterwards as it was before.

use serde_json::{Value, json};

use super::rows;
use super::world::{World, setup};
use crate::harness::on_both;

/// The tables of what is the platform's, and how it is kept.
const PLATFORM: [&str; 4] = [
    "SELECT COALESCE(CAST(s.stripe_secret_key_sealed AS text), '') || '|' \
         || COALESCE(CAST(s.stripe_webhook_secret_sealed AS text), '') || '|' \
         || COALESCE(s.stripe_public_key, '') FROM settings s",
    "SELECT kind || '|' || id || '|' || slug || '|' || CAST(position AS text) || '|' \
         || CAST(price_minor AS text) || '|' || CAST(doc AS text) || '|' \
         || COALESCE(CAST(retired_at AS text), '') \
     FROM catalog_items WHERE origin = 'publisher' ORDER BY kind, id",
    "SELECT fqdn || '|' || currency FROM sovereign",
    "SELECT url || '|' || CAST(enabled AS text) FROM event_endpoints ORDER BY id",
];

/// The members of a voucher, which no Sovereign changes.
fn shape(voucher: &Value) -> Vec<String> {
    voucher.as_object().unwrap().keys().cloned().collect()
}

on_both! {
    async fn nothing_of_the_platforms_is_changed(app: &TestApp, setup()) {
        let world = World::new(app).await;
        let (franchisee, root) = (world.client("sovereign-admin"), world.client("superadmin"));
        let settings = json!({ "stripe_public_key": "pk_test_51NbeforeAAAA" });
        root.put("/billing/admin/settings", &settings).await.expect(200);
        let first = json!({ "code": "SHAPE-ONE", "credit_omr": 5 });
        let voucher = franchisee.post("/billing/vouchers/issue", &first).await.expect(200);
        let mut opened = 0;
        for row in rows() {
            // Whoever asks this has no session afterwards.
            if row.route.starts_with("GET ") || row.route == "POST /auth/logout-all" {
                continue;
            }
            // What a request needs is made by others, before.
            let request = world.request(&row.route).await;
            let mut before = Vec::new();
            for sql in PLATFORM {
                before.extend(app.texts(sql).await);
            }
            let reply = request.send(&franchisee).await;
            opened += usize::from(reply.status < 300);
            let mut after = Vec::new();
            for sql in PLATFORM {
                after.extend(app.texts(sql).await);
            }
            assert_eq!(before, after, "{}: {}", row.route, reply.text);
            // Blueprints of their own and prices of tiers are theirs.
            let own = ["/blueprints", "/tiers"].iter().any(|part| row.route.contains(part));
            if row.route.contains("/catalog/admin/") && !own {
                reply.expect_problem(403, "catalog_entry_locked");
            }
        }
        assert!(opened >= 8, "only {opened} routes are open to a franchisee's administrator");
        let second = json!({ "code": "SHAPE-TWO", "credit_omr": 5, "tier": "gold", "color": 7 });
        let again = franchisee.post("/billing/vouchers/issue", &second).await.expect(200);
        assert_eq!(shape(&again), shape(&voucher));
    }
}
