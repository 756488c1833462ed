//! Who may do what: the one table.

use std::collections::BTreeMap;

/// What stands over the table's columns.
pub(super) const HEADINGS: [&str; 9] =
    ["none", "out", "own", "adm", "mem", "view", "sadm", "root", "else"];

/// Who asks, in the order of the table's columns. `owner` to `viewer` are in Organization A, `elsewhere`
/// owns another one, and the rest are in none.
pub(super) const CALLERS: [&str; 9] = [
    "nobody",
    "outsider",
    "owner",
    "admin",
    "member",
    "viewer",
    "sovereign-admin",
    "superadmin",
    "elsewhere",
];

/// A line a route: the status that each caller gets with a request that is right in every other way, and
/// that is about Organization A where the route is about one.
///
/// An Organization is 404 to whoever is not in it, whatever their role on the Sovereign; only a checkout and
/// a redemption are 403. What another Sovereign would have signed is refused: what comes of good papers is in
/// `moves/api.rs`. An invitation is the outsider's here, neither an issuer called `google` nor a key to
/// Stripe is configured, and nobody owes anything for a subscription.
const TABLE: &str = "
route                                                 none out  own  adm  mem  view sadm root else

POST   /billing/vouchers/issue                        401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/list                         401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/csv                          401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}                  401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/history          401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/qr               401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/cards/pdf                    401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/credit           401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/credit/csv       401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/qualifies        401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/redemptions      401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/timeline         401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/code/{code}/revoke-preview   401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/revoke-preview               401  403  403  403  403  403  200  200  403
DELETE /billing/vouchers/revoke/{code}                401  403  403  403  403  403  200  200  403
GET    /billing/mailings                              401  403  403  403  403  403  200  200  403
POST   /billing/mailings                              401  403  403  403  403  403  202  202  403
GET    /billing/mailings/{id}                         401  403  403  403  403  403  200  200  403
GET    /billing/mailings/{id}/addresses               401  403  403  403  403  403  200  200  403
GET    /billing/mailings/{id}/addresses/csv           401  403  403  403  403  403  200  200  403
POST   /billing/mailings/{id}/cancel                  401  403  403  403  403  403  200  200  403
POST   /billing/mailings/{id}/resume                  401  403  403  403  403  403  200  200  403
POST   /billing/mailings/{id}/retry                   401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/tags                         401  403  403  403  403  403  200  200  403
PUT    /billing/vouchers/code/{code}/tags/{tag}       401  403  403  403  403  403  200  200  403
DELETE /billing/vouchers/code/{code}/tags/{tag}       401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/views                        401  403  403  403  403  403  200  200  403
POST   /billing/vouchers/views                        401  403  403  403  403  403  201  201  403
DELETE /billing/vouchers/views/{id}                   401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/bulk                         401  403  403  403  403  403  200  200  403
POST   /billing/vouchers/bulk                         401  403  403  403  403  403  202  202  403
GET    /billing/vouchers/bulk/{id}                    401  403  403  403  403  403  200  200  403
POST   /billing/vouchers/bulk/{id}/cancel             401  403  403  403  403  403  200  200  403
POST   /billing/vouchers/bulk/{id}/resume             401  403  403  403  403  403  200  200  403
GET    /billing/vouchers/count                        401  403  403  403  403  403  200  200  403
POST   /billing/vouchers/bulk/edit                    401  403  403  403  403  403  202  202  403
POST   /billing/vouchers/bulk/{id}/undo               401  403  403  403  403  403  202  202  403
POST   /billing/vouchers/import                       401  403  403  403  403  403  202  202  403
GET    /billing/campaigns                             401  403  403  403  403  403  200  200  403
POST   /billing/campaigns                             401  403  403  403  403  403  201  201  403
GET    /billing/campaigns/{id}                        401  403  403  403  403  403  200  200  403
PUT    /billing/campaigns/{id}                        401  403  403  403  403  403  200  200  403
GET    /billing/campaigns/{id}/days                   401  403  403  403  403  403  200  200  403
GET    /billing/campaigns/{id}/days/csv               401  403  403  403  403  403  200  200  403
GET    /billing/campaigns/{id}/funnel                 401  403  403  403  403  403  200  200  403
GET    /billing/campaigns/{id}/funnel/csv             401  403  403  403  403  403  200  200  403
GET    /billing/reports/credit                        401  403  403  403  403  403  200  200  403
GET    /billing/reports/credit/csv                    401  403  403  403  403  403  200  200  403
GET    /billing/reports/redemptions                   401  403  403  403  403  403  200  200  403
GET    /billing/reports/redemptions/csv               401  403  403  403  403  403  200  200  403
GET    /billing/reports/organizations                 401  403  403  403  403  403  200  200  403
GET    /billing/reports/organizations/csv             401  403  403  403  403  403  200  200  403
GET    /billing/admin/credit-report                   401  403  403  403  403  403  200  200  403
GET    /billing/admin/promos                          401  403  403  403  403  403  200  200  403
POST   /billing/admin/promos                          401  403  403  403  403  403  200  200  403
DELETE /billing/admin/promos/{code}                   401  403  403  403  403  403  200  200  403
GET    /billing/admin/organizations                   401  403  403  403  403  403  200  200  403
GET    /billing/admin/environment-policy              401  403  403  403  403  403  200  200  403
PUT    /billing/admin/environment-policy              401  403  403  403  403  403  200  200  403
GET    /billing/admin/environment-policy/versions     401  403  403  403  403  403  200  200  403
GET    /billing/admin/approvals                       401  403  403  403  403  403  200  200  403
POST   /billing/admin/approvals/{id}/approve          401  403  403  403  403  403  200  200  403
POST   /billing/admin/approvals/{id}/refuse           401  403  403  403  403  403  200  200  403
POST   /billing/admin/approvals/{id}/revoke           401  403  403  403  403  403  200  200  403
GET    /billing/admin/branding                        401  403  403  403  403  403  200  200  403
GET    /billing/admin/branding/keycloak-theme         401  403  403  403  403  403  200  200  403
PUT    /billing/admin/branding                        401  403  403  403  403  403  200  200  403
PUT    /billing/admin/branding/logo                   401  403  403  403  403  403  200  200  403
DELETE /billing/admin/branding/logo                   401  403  403  403  403  403  200  200  403
PUT    /billing/admin/meters/{slug}                   401  403  403  403  403  403  200  200  403
POST   /billing/usage                                 401  403  403  403  403  403  403  200  403

POST   /billing/webhook                               400  400  400  400  400  400  400  400  400
GET    /billing/admin/revenue                         401  403  403  403  403  403  403  200  403
GET    /billing/admin/reports/revenue                 401  403  403  403  403  403  403  200  403
GET    /billing/admin/reports/revenue/csv             401  403  403  403  403  403  403  200  403
GET    /billing/admin/system                          401  403  403  403  403  403  403  200  403
GET    /billing/admin/fleet                           401  403  403  403  403  403  403  200  403
POST   /billing/admin/jobs/{name}/run                 401  403  403  403  403  403  403  200  403
GET    /auth/admin/users                              401  403  403  403  403  403  403  200  403
POST   /auth/admin/users                              401  403  403  403  403  403  403  200  403
GET    /billing/admin/orders                          401  403  403  403  403  403  403  200  403
GET    /billing/admin/orders/{order_id}               401  403  403  403  403  403  403  200  403
POST   /billing/admin/orders/{order_id}/refund        401  403  403  403  403  403  403  200  403
GET    /billing/admin/orders/{order_id}/refunds       401  403  403  403  403  403  403  200  403
POST   /billing/admin/refunds/{refund_id}/retry       401  403  403  403  403  403  403  200  403
POST   /billing/admin/subscriptions/{tenant_id}/bill-here \
                                                      401  403  403  403  403  403  403  200  403
GET    /billing/admin/jobs                            401  403  403  403  403  403  403  200  403
GET    /billing/admin/alarms                          401  403  403  403  403  403  403  200  403
POST   /billing/admin/alarms/{id}/resolve             401  403  403  403  403  403  403  200  403
GET    /billing/admin/reconcile                       401  403  403  403  403  403  403  200  403
POST   /billing/admin/reconcile                       401  403  403  403  403  403  403  503  403
GET    /billing/admin/moves                           401  403  403  403  403  403  403  200  403
GET    /billing/admin/moves/{id}                      401  403  403  403  403  403  403  200  403
GET    /billing/admin/moves/{id}/receipt              401  403  403  403  403  403  403  404  403
GET    /billing/admin/moves/{id}/release              401  403  403  403  403  403  403  404  403
POST   /billing/admin/moves/import                    401  403  403  403  403  403  403  422  403
POST   /billing/admin/moves/activate                  401  403  403  403  403  403  403  422  403
POST   /billing/admin/organizations/{id}/move         401  403  403  403  403  403  403  200  403
GET    /billing/admin/organizations/{id}/move/bundle  401  403  403  403  403  403  403  200  403
POST   /billing/admin/organizations/{id}/move/confirm 401  403  403  403  403  403  403  422  403
POST   /billing/admin/organizations/{id}/move/abort   401  403  403  403  403  403  403  200  403
POST   /billing/admin/organizations/{id}/move/drop    401  403  403  403  403  403  403  404  403
GET    /billing/admin/settings                        401  403  403  403  403  403  403  200  403
PUT    /billing/admin/settings                        401  403  403  403  403  403  403  200  403
POST   /billing/admin/settings/check                  401  403  403  403  403  403  403  200  403
GET    /events/admin/endpoints                        401  403  403  403  403  403  403  200  403
POST   /events/admin/endpoints                        401  403  403  403  403  403  403  201  403
GET    /events/admin/endpoints/{id}                   401  403  403  403  403  403  403  200  403
PUT    /events/admin/endpoints/{id}                   401  403  403  403  403  403  403  200  403
DELETE /events/admin/endpoints/{id}                   401  403  403  403  403  403  403  200  403
POST   /events/admin/endpoints/{id}/rotate            401  403  403  403  403  403  403  200  403
POST   /events/admin/endpoints/{id}/test              401  403  403  403  403  403  403  200  403
GET    /events/admin/endpoints/{id}/deliveries        401  403  403  403  403  403  403  200  403
POST   /events/admin/endpoints/{id}/replay            401  403  403  403  403  403  403  200  403
POST   /events/admin/endpoints/{id}/deliveries/{delivery_id}/replay \
                                                      401  403  403  403  403  403  403  200  403
GET    /catalog/admin/plans/{id}                      401  403  403  403  403  403  403  200  403
GET    /catalog/admin/addons/{id}                     401  403  403  403  403  403  403  200  403
GET    /catalog/admin/apps/{id}                       401  403  403  403  403  403  403  200  403
GET    /catalog/admin/industries/{id}                 401  403  403  403  403  403  403  200  403
GET    /catalog/admin/bundles/{id}                    401  403  403  403  403  403  403  200  403
POST   /catalog/admin/plans                           401  403  403  403  403  403  403  201  403
PUT    /catalog/admin/plans/{id}                      401  403  403  403  403  403  403  200  403
DELETE /catalog/admin/plans/{id}                      401  403  403  403  403  403  403  200  403
POST   /catalog/admin/addons                          401  403  403  403  403  403  403  201  403
PUT    /catalog/admin/addons/{id}                     401  403  403  403  403  403  403  200  403
DELETE /catalog/admin/addons/{id}                     401  403  403  403  403  403  403  200  403
POST   /catalog/admin/apps                            401  403  403  403  403  403  403  201  403
PUT    /catalog/admin/apps/{id}                       401  403  403  403  403  403  403  200  403
DELETE /catalog/admin/apps/{id}                       401  403  403  403  403  403  403  200  403
POST   /catalog/admin/industries                      401  403  403  403  403  403  403  201  403
PUT    /catalog/admin/industries/{id}                 401  403  403  403  403  403  403  200  403
DELETE /catalog/admin/industries/{id}                 401  403  403  403  403  403  403  200  403
POST   /catalog/admin/bundles                         401  403  403  403  403  403  403  201  403
PUT    /catalog/admin/bundles/{id}                    401  403  403  403  403  403  403  200  403
DELETE /catalog/admin/bundles/{id}                    401  403  403  403  403  403  403  200  403
GET    /catalog/admin/blueprints                      401  403  403  403  403  403  200  200  403
POST   /catalog/admin/blueprints                      401  403  403  403  403  403  201  201  403
PUT    /catalog/admin/blueprints/{id}                 401  403  403  403  403  403  200  200  403
DELETE /catalog/admin/blueprints/{id}                 401  403  403  403  403  403  200  200  403
GET    /tenant/admin/tenants                          401  403  403  403  403  403  403  200  403
GET    /tenant/admin/tenants/{id}                     401  403  403  403  403  403  403  200  403
GET    /tenant/admin/tenants/{id}/backing-services    401  403  403  403  403  403  403  200  403
GET    /catalog/admin/tiers/{slug}                    401  403  403  403  403  403  200  200  403
PUT    /catalog/admin/tiers/{slug}                    401  403  403  403  403  403  200  200  403
GET    /tenant/admin/tenants/{id}/delete-preview      401  403  403  403  403  403  403  200  403
PUT    /tenant/admin/tenants/{id}/status              401  403  403  403  403  403  403  200  403
DELETE /tenant/admin/tenants/{id}                     401  403  403  403  403  403  403  200  403
POST   /tenant/admin/tenants/{id}/restore             401  403  403  403  403  403  403  200  403
GET    /provisioning/admin/provisions                 401  403  403  403  403  403  200  200  403
GET    /provisioning/admin/provisions/{id}            401  403  403  403  403  403  403  200  403
POST   /provisioning/admin/provisions/{id}/retry      401  403  403  403  403  403  403  200  403
GET    /auth/admin/users/{id}                         401  403  403  403  403  403  403  200  403
GET    /auth/admin/audit                              401  403  403  403  403  403  403  200  403
PUT    /auth/admin/users/{id}/role                    401  403  403  403  403  403  403  200  403

POST   /billing/checkout                              401  403  200  200  403  403  403  403  403
POST   /billing/checkout/preview                      401  403  200  200  403  403  403  403  403
POST   /billing/vouchers/redeem                       401  403  200  200  403  403  403  403  403
GET    /billing/balance                               401  404  200  200  403  403  404  404  404
GET    /billing/wallet/{tenant_id}                    401  404  200  200  403  403  404  404  404
GET    /billing/ledger/{tenant_id}                    401  404  200  200  403  403  404  404  404
GET    /billing/ledger/{tenant_id}/csv                401  404  200  200  403  403  404  404  404
GET    /billing/subscription/{tenant_id}              401  404  200  200  200  200  404  404  404
POST   /billing/subscription/{tenant_id}/cancel       401  404  200  200  403  403  404  404  404
POST   /billing/subscription/{tenant_id}/resume       401  404  200  200  403  403  404  404  404
POST   /billing/subscription/{tenant_id}/change/preview \
                                                      401  404  200  200  403  403  404  404  404
POST   /billing/subscription/{tenant_id}/change       401  404  409  409  403  403  404  404  404
POST   /billing/subscription/{tenant_id}/pay          401  404  404  404  404  404  404  404  404
GET    /billing/usage/{tenant_id}                     401  404  200  200  200  200  404  404  404
PUT    /billing/usage/{tenant_id}/limit               401  404  200  200  403  403  404  404  404
GET    /billing/invoices/{tenant_id}                  401  404  200  200  200  200  404  404  404
POST   /billing/portal/{tenant_id}                    401  404  503  503  403  403  404  404  404
GET    /billing/invoices/{tenant_id}/{invoice_id}/pdf 401  404  200  200  200  200  404  404  404
GET    /billing/credit-notes/{tenant_id}              401  404  200  200  200  200  404  404  404
GET    /billing/credit-notes/{tenant_id}/{credit_note_id}/pdf \
                                                      401  404  200  200  200  200  404  404  404

GET    /tenant/orgs/{id}                              401  404  200  200  200  200  404  404  404
PUT    /tenant/orgs/{id}                              401  404  200  200  403  403  404  404  404
DELETE /tenant/orgs/{id}                              401  404  200  403  403  403  404  404  404
POST   /tenant/orgs/{id}/restore                      401  404  200  403  403  403  404  404  404
GET    /tenant/orgs/{id}/export                       401  404  200  403  403  403  404  404  404
GET    /tenant/orgs/{id}/export/{file}                401  404  200  403  403  403  404  404  404
GET    /tenant/orgs/{id}/members                      401  404  200  200  200  200  404  404  404
POST   /tenant/orgs/{id}/members                      401  404  201  201  403  403  404  404  404
PUT    /tenant/orgs/{id}/members/{user_id}            401  404  200  200  403  403  404  404  404
DELETE /tenant/orgs/{id}/members/{user_id}            401  404  200  200  403  403  404  404  404
POST   /tenant/orgs/{id}/apps                         401  404  409  409  403  403  404  404  404
DELETE /tenant/orgs/{id}/apps/{slug}                  401  404  409  409  403  403  404  404  404
GET    /tenant/orgs/{id}/apps/{slug}/install-preview  401  404  200  200  200  200  404  404  404
GET    /tenant/orgs/{id}/apps/{slug}/uninstall-preview \
                                                      401  404  200  200  200  200  404  404  404
GET    /tenant/orgs/{id}/backing-services             401  404  200  200  200  200  404  404  404
GET    /tenant/orgs/{id}/environments                 401  404  200  200  200  200  404  404  404
POST   /tenant/orgs/{id}/environments                 401  404  201  201  403  403  404  404  404
DELETE /tenant/orgs/{id}/environments/{name}          401  404  200  200  403  403  404  404  404
PUT    /tenant/orgs/{id}/environments/{name}/apps/{app} \
                                                      401  404  200  200  403  403  404  404  404
GET    /tenant/orgs/{id}/approvals                    401  404  200  200  200  200  404  404  404
POST   /tenant/orgs/{id}/approvals                    401  404  201  201  403  403  404  404  404
GET    /provisioning/status/{id}                      401  404  200  200  200  200  404  404  404
GET    /provisioning/tenant/{tenant_id}               401  404  200  200  200  200  404  404  404
POST   /provisioning/start                            401  404  201  201  403  403  404  404  404
POST   /provisioning/retry/{id}                       401  404  200  200  403  403  404  404  404
GET    /tenant/orgs/{id}/invitations                  401  404  200  200  403  403  404  404  404
POST   /tenant/orgs/{id}/invitations                  401  404  201  201  403  403  404  404  404
DELETE /tenant/orgs/{id}/invitations/{invitation_id}  401  404  200  200  403  403  404  404  404
POST   /tenant/invitations/accept                     401  200  403  403  403  403  403  403  403

GET    /billing/meters                                401  200  200  200  200  200  200  200  200
GET    /tenant/orgs                                   401  200  200  200  200  200  200  200  200
POST   /tenant/orgs                                   401  201  201  201  201  201  201  201  201
GET    /tenant/environment-policy                     401  200  200  200  200  200  200  200  200
GET    /auth/me                                       401  200  200  200  200  200  200  200  200
POST   /auth/logout-all                               401  200  200  200  200  200  200  200  200

POST   /billing/vouchers/redeem-preview               200  200  200  200  200  200  200  200  200
GET    /tenant/check-slug/{slug}                      200  200  200  200  200  200  200  200  200
POST   /auth/magic-link                               200  200  200  200  200  200  200  200  200
POST   /auth/verify                                   200  200  200  200  200  200  200  200  200
POST   /auth/login                                    200  200  200  200  200  200  200  200  200
POST   /auth/refresh                                  200  200  200  200  200  200  200  200  200
POST   /auth/logout                                   200  200  200  200  200  200  200  200  200
GET    /auth/google                                   404  404  404  404  404  404  404  404  404
POST   /auth/google/callback                          404  404  404  404  404  404  404  404  404
GET    /.well-known/openid-configuration              200  200  200  200  200  200  200  200  200
GET    /branding                                      200  200  200  200  200  200  200  200  200
GET    /catalog/plans                                 200  200  200  200  200  200  200  200  200
GET    /catalog/addons                                200  200  200  200  200  200  200  200  200
GET    /catalog/apps                                  200  200  200  200  200  200  200  200  200
GET    /catalog/apps/search                           200  200  200  200  200  200  200  200  200
GET    /catalog/apps/{slug}                           200  200  200  200  200  200  200  200  200
GET    /catalog/tiers                                 200  200  200  200  200  200  200  200  200
GET    /catalog/industries                            200  200  200  200  200  200  200  200  200
GET    /catalog/bundles                               200  200  200  200  200  200  200  200  200
GET    /catalog/bundles/{slug}                        200  200  200  200  200  200  200  200  200
GET    /livez                                         200  200  200  200  200  200  200  200  200
GET    /healthz                                       200  200  200  200  200  200  200  200  200
GET    /readyz                                        200  200  200  200  200  200  200  200  200
GET    /version                                       200  200  200  200  200  200  200  200  200
GET    /.well-known/jwks.json                         200  200  200  200  200  200  200  200  200
GET    /openapi.json                                  200  200  200  200  200  200  200  200  200
";

/// A line of the table. The route reads `GET /path/{parameter}`, as in the document.
pub(super) struct Row {
    pub(super) route: String,
    statuses: BTreeMap<&'static str, u16>,
}

impl Row {
    pub(super) fn status(&self, caller: &str) -> u16 {
        self.statuses[caller]
    }

    fn opens(&self, caller: &str) -> bool {
        (200..300).contains(&self.status(caller))
    }

    /// Whether it takes a role on the Sovereign.
    fn is_administration(&self) -> bool {
        self.opens("superadmin") && !self.opens("owner") && !self.opens("outsider")
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().skip(1).collect();
    assert_eq!(head, HEADINGS, "the columns of the table");
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, path, statuses @ ..] = words.as_slice() else { panic!("no route: {line}") };
    assert_eq!(statuses.len(), CALLERS.len(), "{line}");
    let statuses = statuses.iter().map(|status| status.parse().unwrap());
    Row { route: format!("{method} {path}"), statuses: CALLERS.into_iter().zip(statuses).collect() }
}

/// The routes that a role on the Sovereign opens to this administrator.
pub(super) fn administration_of(role: &str) -> Vec<Row> {
    let mut rows = rows();
    rows.retain(|row| row.is_administration() && row.opens(role));
    rows
}
