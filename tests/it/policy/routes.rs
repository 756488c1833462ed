//! Every route that changes something: whether the policy binds it. A new one fails here until somebody has said
//! which it is, and, where the policy binds it, `binds.rs` tries it.

use std::collections::BTreeSet;

use serde_json::Value;

/// An app, a plan or an environment can come by these.
pub(super) const BOUND: [&str; 9] = [
    "POST /billing/checkout",
    "POST /billing/checkout/preview",
    "POST /billing/subscription/{tenant_id}/change",
    "POST /billing/subscription/{tenant_id}/change/preview",
    "POST /billing/admin/subscriptions/{tenant_id}/bill-here",
    "POST /tenant/orgs",
    "POST /tenant/orgs/{id}/apps",
    "POST /tenant/orgs/{id}/environments",
    "PUT /tenant/orgs/{id}/environments/{name}/apps/{app}",
];

/// Nothing comes by these: they move money, people, roles, keys or words, take something away, or go on with what
/// was ordered.
const BRINGS_NOTHING: [&str; 103] = [
    "DELETE /catalog/admin/addons/{id}",
    "DELETE /catalog/admin/apps/{id}",
    "DELETE /catalog/admin/blueprints/{id}",
    "DELETE /catalog/admin/bundles/{id}",
    "DELETE /catalog/admin/industries/{id}",
    "DELETE /catalog/admin/plans/{id}",
    "DELETE /tenant/admin/tenants/{id}",
    "DELETE /tenant/orgs/{id}",
    "DELETE /tenant/orgs/{id}/apps/{slug}",
    "POST /billing/usage",
    "POST /catalog/admin/addons",
    "POST /catalog/admin/apps",
    "POST /catalog/admin/blueprints",
    "POST /catalog/admin/bundles",
    "POST /catalog/admin/industries",
    "POST /catalog/admin/plans",
    "POST /tenant/admin/tenants/{id}/restore",
    "POST /tenant/orgs/{id}/restore",
    "PUT /billing/admin/meters/{slug}",
    "PUT /billing/usage/{tenant_id}/limit",
    "PUT /catalog/admin/addons/{id}",
    "PUT /catalog/admin/apps/{id}",
    "PUT /catalog/admin/blueprints/{id}",
    "PUT /catalog/admin/bundles/{id}",
    "PUT /catalog/admin/industries/{id}",
    "PUT /catalog/admin/plans/{id}",
    "PUT /catalog/admin/tiers/{slug}",
    "PUT /tenant/admin/tenants/{id}/status",
    "PUT /tenant/orgs/{id}",
    "POST /auth/google/callback",
    "POST /auth/login",
    "POST /auth/logout",
    "POST /auth/logout-all",
    "POST /auth/magic-link",
    "POST /auth/refresh",
    "POST /auth/verify",
    "POST /auth/admin/users",
    "PUT /auth/admin/users/{id}/role",
    "DELETE /billing/admin/promos/{code}",
    "DELETE /billing/vouchers/code/{code}/tags/{tag}",
    "DELETE /billing/vouchers/revoke/{code}",
    "DELETE /billing/vouchers/views/{id}",
    "POST /billing/admin/alarms/{id}/resolve",
    "POST /billing/admin/approvals/{id}/approve",
    "POST /billing/admin/approvals/{id}/refuse",
    "POST /billing/admin/approvals/{id}/revoke",
    "POST /billing/admin/jobs/{name}/run",
    // What an Organization brings along is its own: the policy here warns of it, and stops nothing.
    "POST /billing/admin/moves/activate",
    "POST /billing/admin/moves/import",
    "POST /billing/admin/orders/{order_id}/refund",
    "POST /billing/admin/organizations/{id}/move",
    "POST /billing/admin/organizations/{id}/move/abort",
    "POST /billing/admin/organizations/{id}/move/confirm",
    "POST /billing/admin/organizations/{id}/move/drop",
    "POST /billing/admin/promos",
    "POST /billing/admin/reconcile",
    "POST /billing/admin/refunds/{refund_id}/retry",
    "POST /billing/admin/settings/check",
    "POST /billing/campaigns",
    "POST /billing/mailings",
    "POST /billing/mailings/{id}/cancel",
    "POST /billing/mailings/{id}/resume",
    "POST /billing/mailings/{id}/retry",
    "POST /billing/portal/{tenant_id}",
    "POST /billing/subscription/{tenant_id}/cancel",
    "POST /billing/subscription/{tenant_id}/pay",
    "POST /billing/subscription/{tenant_id}/resume",
    "POST /billing/vouchers/bulk",
    "POST /billing/vouchers/bulk/edit",
    "POST /billing/vouchers/bulk/{id}/cancel",
    "POST /billing/vouchers/bulk/{id}/resume",
    "POST /billing/vouchers/bulk/{id}/undo",
    "POST /billing/vouchers/import",
    "POST /billing/vouchers/issue",
    "POST /billing/vouchers/redeem",
    "POST /billing/vouchers/redeem-preview",
    "POST /billing/vouchers/views",
    "PUT /billing/vouchers/code/{code}/tags/{tag}",
    "POST /billing/webhook",
    "DELETE /billing/admin/branding/logo",
    "PUT /billing/admin/branding",
    "PUT /billing/admin/branding/logo",
    "PUT /billing/admin/environment-policy",
    "PUT /billing/admin/settings",
    "PUT /billing/campaigns/{id}",
    "DELETE /events/admin/endpoints/{id}",
    "POST /events/admin/endpoints",
    "POST /events/admin/endpoints/{id}/deliveries/{delivery_id}/replay",
    "POST /events/admin/endpoints/{id}/replay",
    "POST /events/admin/endpoints/{id}/rotate",
    "POST /events/admin/endpoints/{id}/test",
    "PUT /events/admin/endpoints/{id}",
    // `binds::a_provision_brings_only_what_was_ordered`
    "POST /provisioning/admin/provisions/{id}/retry",
    "POST /provisioning/retry/{id}",
    "POST /provisioning/start",
    "DELETE /tenant/orgs/{id}/environments/{name}",
    "DELETE /tenant/orgs/{id}/invitations/{invitation_id}",
    "DELETE /tenant/orgs/{id}/members/{user_id}",
    "POST /tenant/invitations/accept",
    "POST /tenant/orgs/{id}/approvals",
    "POST /tenant/orgs/{id}/invitations",
    "POST /tenant/orgs/{id}/members",
    "PUT /tenant/orgs/{id}/members/{user_id}",
];

/// Everything that is described and not merely read.
fn changing() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(sovereign::api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys();
        let methods =
            methods.filter(|key| ["post", "put", "patch", "delete"].contains(&key.as_str()));
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn of_every_route_it_is_said_whether_the_policy_binds_it() {
    let said = BOUND.iter().chain(&BRINGS_NOTHING).map(|route| (*route).to_owned());
    let said: BTreeSet<String> = said.collect();
    assert_eq!(said.len(), BOUND.len() + BRINGS_NOTHING.len(), "a route is there twice");
    assert_eq!(said, changing());
}
