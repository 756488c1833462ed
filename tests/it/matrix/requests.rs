//! A request for each route that is right in every way but, perhaps, for who sends it.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{PASSWORD, World, email_of};
use crate::harness::{Client, FORM, Reply, Signer, blueprint, form};

#[derive(Clone)]
pub(super) struct Request {
    method: Method,
    path: String,
    /// A text is sent as it is.
    body: Option<Value>,
    /// Of a body that is no JSON.
    kind: Option<&'static str>,
    /// The Organization that it is about.
    pub(super) organization: Option<String>,
}

impl Request {
    fn of(route: &str) -> Self {
        let (method, path) = route.split_once(' ').unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Self { method, path: path.to_owned(), body: None, kind: None, organization: None }
    }

    fn with(mut self, parameter: &str, value: &str) -> Self {
        let parameter = format!("{{{parameter}}}");
        assert!(self.path.contains(&parameter), "{} has no {parameter}", self.path);
        self.path = self.path.replace(&parameter, value);
        self
    }

    fn about(mut self, organization: &str) -> Self {
        self.organization = Some(organization.to_owned());
        self
    }

    fn bringing(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The same about an Organization that there is not.
    pub(super) fn about_unknown(&self) -> Self {
        const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";
        let mut other = self.clone();
        let Some(id) = other.organization.take() else { panic!("{} is about none", self.path) };
        other.path = other.path.replace(&id, UNKNOWN);
        if let Some(tenant_id) = other.body.as_mut().and_then(|body| body.get_mut("tenant_id")) {
            *tenant_id = json!(UNKNOWN);
        }
        other
    }

    pub(super) async fn send(&self, client: &Client) -> Reply {
        assert!(!self.path.contains('{'), "nobody said what belongs into {}", self.path);
        let body = self.body.as_ref().map(|body| match body {
            Value::String(text) => text.clone().into_bytes(),
            body => body.to_string().into_bytes(),
        });
        let kind: Vec<_> = self.kind.iter().map(|kind| ("Content-Type", *kind)).collect();
        client.send(self.method.clone(), &self.path, &kind, body).await
    }
}

/// Of routes about many vouchers.
const OF_MANY: [&str; 5] = [
    "/vouchers/bulk",
    "/vouchers/import",
    "/vouchers/cards",
    "/vouchers/count",
    "/vouchers/revoke-preview",
];

impl World<'_> {
    /// Prepares what the route needs and answers the request.
    pub(super) async fn request(&self, route: &str) -> Request {
        let request = Request::of(route);
        match route.split('/').nth(1) {
            Some("billing") => self.billing(request, route).await,
            Some("provisioning") => self.provisioning(request, route).await,
            Some("tenant") => self.organizations(request, route).await,
            Some("auth") => self.sign_in(request, route).await,
            Some("events") => self.events(request, route).await,
            Some("catalog") => self.catalog(request, route).await,
            _ => request,
        }
    }

    async fn campaigns(&self, request: Request, route: &str) -> Request {
        match route {
            "GET /billing/campaigns" => request,
            "POST /billing/campaigns" => {
                request.bringing(json!({ "name": self.fresh("Campaign"), "budget_minor": 5_000 }))
            }
            "PUT /billing/campaigns/{id}" => {
                let request = request.with("id", &self.campaign().await);
                request.bringing(json!({ "budget_minor": 6_000 }))
            }
            _ => request.with("id", &self.campaign().await),
        }
    }

    async fn many(&self, request: Request, route: &str) -> Request {
        match route {
            "GET /billing/vouchers/bulk" => request,
            "POST /billing/vouchers/bulk" => {
                request.bringing(json!({ "count": 1, "credit_omr": 5 }))
            }
            "GET /billing/vouchers/cards/pdf"
            | "GET /billing/vouchers/count"
            | "GET /billing/vouchers/revoke-preview" => {
                self.voucher().await;
                request
            }
            "POST /billing/vouchers/bulk/edit" => {
                let code = self.voucher().await;
                request.bringing(json!({ "action": "pause", "q": code }))
            }
            "POST /billing/vouchers/bulk/{id}/undo" => {
                let edit = json!({ "action": "pause", "q": self.voucher().await });
                let path = "/billing/vouchers/bulk/edit";
                let asked = self.client("superadmin").post(path, &edit).await.expect(202);
                self.app.run_job("issue-in-bulk").await;
                request.with("id", asked["id"].as_str().unwrap())
            }
            "POST /billing/vouchers/import" => {
                let file = format!("code,credit\n{},5\n", self.fresh("IMPORTED"));
                request.bringing(Value::String(file))
            }
            "POST /billing/vouchers/bulk/{id}/resume" => {
                let id = self.bulk_operation().await;
                let path = format!("/billing/vouchers/bulk/{id}/cancel");
                self.client("superadmin").post_text(&path, "").await.expect(200);
                request.with("id", &id)
            }
            _ => request.with("id", &self.bulk_operation().await),
        }
    }

    async fn mailings(&self, request: Request, route: &str) -> Request {
        match route {
            "GET /billing/mailings" => request,
            "POST /billing/mailings" => {
                let email = format!("{}@mailed.example", self.fresh("to"));
                request.bringing(json!({ "addresses": [{ "email": email }], "credit_omr": 5 }))
            }
            _ => request.with("id", &self.mailing().await),
        }
    }

    async fn views(&self, request: Request, route: &str) -> Request {
        let new = json!({ "name": self.fresh("View"), "filter": { "status": "paused" } });
        match route {
            "GET /billing/vouchers/views" => request,
            "POST /billing/vouchers/views" => request.bringing(new),
            _ => {
                let path = "/billing/vouchers/views";
                let kept = self.client("superadmin").post(path, &new).await.expect(201);
                request.with("id", kept["id"].as_str().unwrap())
            }
        }
    }

    async fn one_voucher(&self, request: Request, route: &str) -> Request {
        let code = self.voucher().await;
        if route.ends_with("/redemptions") || route.ends_with("/timeline") {
            let redeem = json!({ "tenant_id": self.shared, "code": code });
            self.client("owner").post("/billing/vouchers/redeem", &redeem).await.expect(200);
        }
        let mut request = request.with("code", &code);
        if route.contains("{tag}") {
            request = request.with("tag", "spring%20bills");
        }
        if route.ends_with("/qualifies") {
            request.path.push_str("?customer=outsider@example.com");
        }
        request
    }

    async fn billing(&self, request: Request, route: &str) -> Request {
        if route.contains(" /billing/admin/") && !route.contains("/promos") {
            return self.billing_administration(request, route).await;
        }
        if OF_MANY.iter().any(|path| route.contains(path)) {
            return self.many(request, route).await;
        }
        if route.contains(" /billing/mailings") {
            return self.mailings(request, route).await;
        }
        if route.contains(" /billing/vouchers/views") {
            return self.views(request, route).await;
        }
        if route.contains(" /billing/campaigns") {
            return self.campaigns(request, route).await;
        }
        if route.contains("/vouchers/code/") {
            return self.one_voucher(request, route).await;
        }
        let voucher = || json!({ "code": self.fresh("ISSUED"), "credit_omr": 5 });
        match route {
            "POST /billing/vouchers/issue" | "POST /billing/admin/promos" => {
                request.bringing(voucher())
            }
            "DELETE /billing/vouchers/revoke/{code}" | "DELETE /billing/admin/promos/{code}" => {
                request.with("code", &self.voucher().await)
            }
            "POST /billing/usage" => {
                let event = json!({
                    "id": self.fresh("usage"), "tenant_id": self.shared, "meter": "cpu-hours",
                    "quantity": 1, "at": "2027-03-01T08:00:00Z",
                });
                request.bringing(json!({ "events": [event] }))
            }
            "PUT /billing/usage/{tenant_id}/limit" => {
                let request = request.about(&self.shared).with("tenant_id", &self.shared);
                request.bringing(json!({ "limit_minor": 5_000 }))
            }
            "POST /billing/vouchers/redeem-preview" => {
                request.bringing(json!({ "code": self.voucher().await }))
            }
            "POST /billing/vouchers/redeem" => {
                let (id, code) = (self.organization().await, self.voucher().await);
                request.about(&id).bringing(json!({ "tenant_id": id, "code": code }))
            }
            "POST /billing/checkout" => {
                let (id, code) = (self.organization().await, self.voucher().await);
                let order = json!({ "tenant_id": id, "plan_id": "s", "promo_code": code });
                request.about(&id).bringing(order)
            }
            "POST /billing/checkout/preview" => {
                let id = self.organization().await;
                request.about(&id).bringing(json!({ "tenant_id": id, "plan_id": "flexi" }))
            }
            "GET /billing/balance" => {
                let mut request = request.about(&self.shared);
                request.path = format!("{}?tenant_id={}", request.path, self.shared);
                request
            }
            "POST /billing/subscription/{tenant_id}/cancel" => {
                let request = request.about(&self.shared).with("tenant_id", &self.shared);
                request.bringing(json!({ "at": "period_end" }))
            }
            "POST /billing/subscription/{tenant_id}/change/preview" => {
                let request = request.about(&self.shared).with("tenant_id", &self.shared);
                request.bringing(json!({ "addons": ["waf"] }))
            }
            // What it has already: for those who may it is right, and changes nothing.
            "POST /billing/subscription/{tenant_id}/change" => {
                let request = request.about(&self.shared).with("tenant_id", &self.shared);
                request.bringing(json!({}))
            }
            "GET /billing/subscription/{tenant_id}"
            | "GET /billing/usage/{tenant_id}"
            | "GET /billing/wallet/{tenant_id}"
            | "GET /billing/ledger/{tenant_id}"
            | "GET /billing/ledger/{tenant_id}/csv"
            | "GET /billing/invoices/{tenant_id}"
            | "GET /billing/credit-notes/{tenant_id}"
            | "POST /billing/portal/{tenant_id}"
            | "POST /billing/subscription/{tenant_id}/resume"
            | "POST /billing/subscription/{tenant_id}/pay" => {
                request.about(&self.shared).with("tenant_id", &self.shared)
            }
            "GET /billing/invoices/{tenant_id}/{invoice_id}/pdf" => {
                let request = request.about(&self.shared).with("tenant_id", &self.shared);
                request.with("invoice_id", &self.invoice().await)
            }
            "GET /billing/credit-notes/{tenant_id}/{credit_note_id}/pdf" => {
                let request = request.about(&self.shared).with("tenant_id", &self.shared);
                request.with("credit_note_id", &self.credit_note().await)
            }
            _ => request,
        }
    }

    /// Organizations that move away from here and hither.
    async fn moves(&self, mut request: Request, route: &str) -> Request {
        match route
            .strip_prefix("POST /billing/admin/")
            .or(route.strip_prefix("GET /billing/admin/"))
        {
            Some("moves") => request,
            Some("moves/import") => {
                let keys = self.app.jwks().await.to_string();
                let fields = [("from", "b.example"), ("keys", keys.as_str())];
                let body = form(&fields, &[("bundle", &b"none"[..])]);
                request.kind = Some(FORM);
                request.bringing(Value::String(String::from_utf8(body).unwrap()))
            }
            Some("moves/activate") => request.bringing(json!({ "release": {} })),
            Some("organizations/{id}/move") => {
                let request = request.with("id", &self.organization().await);
                request.bringing(json!({ "to": "b.example" }))
            }
            Some("organizations/{id}/move/drop") => request.with("id", &self.organization().await),
            Some("organizations/{id}/move/confirm") => {
                let (id, _) = self.moving().await;
                let path = format!("/billing/admin/organizations/{id}/move/bundle");
                self.client("superadmin").get(&path).await.expect(200);
                let keys = self.app.jwks().await;
                request.with("id", &id).bringing(json!({ "receipt": {}, "keys": keys }))
            }
            Some(path) if path.starts_with("organizations/") => {
                request.with("id", &self.moving().await.0)
            }
            _ => request.with("id", &self.moving().await.1),
        }
    }

    async fn billing_administration(&self, mut request: Request, route: &str) -> Request {
        if route.contains("/admin/moves") || route.contains("/{id}/move") {
            return self.moves(request, route).await;
        }
        match route {
            "GET /billing/admin/credit-report" => {
                request.path.push_str("?month=2027-02");
                request
            }
            "PUT /billing/admin/environment-policy" => {
                let path = "/billing/admin/environment-policy";
                let policy = self.client("superadmin").get(path).await.expect(200);
                request.bringing(json!({ "version": policy["version"] }))
            }
            "GET /billing/admin/approvals" => {
                self.approval(false).await;
                request
            }
            "POST /billing/admin/approvals/{id}/approve"
            | "POST /billing/admin/approvals/{id}/refuse" => {
                request.with("id", &self.approval(false).await).bringing(json!({ "note": "seen" }))
            }
            "POST /billing/admin/approvals/{id}/revoke" => {
                request.with("id", &self.approval(true).await).bringing(json!({}))
            }
            "PUT /billing/admin/branding" => request.bringing(json!({ "name": "Kestrel Cloud" })),
            "PUT /billing/admin/branding/logo" => {
                request.bringing(json!("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"))
            }
            "PUT /billing/admin/settings" => {
                request.bringing(json!({ "stripe_public_key": "pk_test_51NmatrixAAAA" }))
            }
            "POST /billing/admin/orders/{order_id}/refund" => {
                let order = self.paid_order(&self.organization().await).await;
                request.with("order_id", &order).bringing(json!({ "reason": "asked for" }))
            }
            "GET /billing/admin/orders/{order_id}" => {
                request.with("order_id", &self.paid_order(&self.organization().await).await)
            }
            "GET /billing/admin/orders/{order_id}/refunds" => {
                let order = self.paid_order(&self.organization().await).await;
                self.refund(&order).await;
                request.with("order_id", &order)
            }
            "POST /billing/admin/refunds/{refund_id}/retry" => {
                let order = self.paid_order(&self.organization().await).await;
                let refund = self.refund(&order).await;
                self.app.execute("UPDATE refunds SET status = 'failed'").await;
                request.with("refund_id", &refund)
            }
            "POST /billing/admin/subscriptions/{tenant_id}/bill-here" => {
                let request = request.with("tenant_id", &self.adopted().await);
                request.bringing(json!({ "from": "2027-04-01" }))
            }
            "POST /billing/admin/jobs/{name}/run" => request.with("name", "seal-audit"),
            "PUT /billing/admin/meters/{slug}" => {
                request.with("slug", "cpu-hours").bringing(json!({ "price_minor": 12 }))
            }
            "POST /billing/admin/alarms/{id}/resolve" => {
                let request = request.with("id", &self.alarm().await);
                request.bringing(json!({ "note": "seen to" }))
            }
            _ => request,
        }
    }

    async fn organizations(&self, request: Request, route: &str) -> Request {
        match route {
            "GET /tenant/check-slug/{slug}" => request.with("slug", "kestrel"),
            "POST /tenant/orgs" => {
                let slug = self.fresh("made");
                request.bringing(json!({ "slug": slug, "name": slug, "plan_id": "m" }))
            }
            "POST /tenant/invitations/accept" => {
                let id = self.organization().await;
                let (_, token) = self.invite(&id, "outsider").await;
                request.bringing(json!({ "token": token }))
            }
            "GET /tenant/admin/tenants/{id}"
            | "GET /tenant/admin/tenants/{id}/delete-preview"
            | "GET /tenant/admin/tenants/{id}/backing-services" => request.with("id", &self.shared),
            _ if route.starts_with("GET /tenant/orgs/{id}/apps/{slug}") => {
                request.about(&self.shared).with("id", &self.shared).with("slug", "uptime-kuma")
            }
            "PUT /tenant/admin/tenants/{id}/status" => {
                let request = request.with("id", &self.organization().await);
                request.bringing(json!({ "status": "suspended" }))
            }
            "DELETE /tenant/admin/tenants/{id}" => request.with("id", &self.organization().await),
            "POST /tenant/admin/tenants/{id}/restore" => request.with("id", &self.leaving().await),
            "POST /tenant/orgs/{id}/restore" => {
                let id = self.leaving().await;
                request.about(&id).with("id", &id)
            }
            "GET /tenant/orgs/{id}/export/{file}" => {
                let request = request.about(&self.shared).with("id", &self.shared);
                request.with("file", "orders.csv")
            }
            _ if route.starts_with("GET /tenant/orgs/{id}") => {
                request.about(&self.shared).with("id", &self.shared)
            }
            _ if route.contains(" /tenant/orgs/{id}") => {
                let id = self.organization().await;
                self.inside(request.about(&id).with("id", &id), route, &id).await
            }
            _ => request,
        }
    }

    async fn provisioning(&self, request: Request, route: &str) -> Request {
        match route {
            "GET /provisioning/status/{id}" => {
                let (_, provision) = self.provision().await;
                request.about(&provision).with("id", &provision)
            }
            "GET /provisioning/tenant/{tenant_id}" => {
                let (organization, _) = self.provision().await;
                request.about(&organization).with("tenant_id", &organization)
            }
            "POST /provisioning/start" => {
                let id = self.organization().await;
                let order = self.paid_order(&id).await;
                request.about(&id).bringing(json!({ "tenant_id": id, "order_id": order }))
            }
            "GET /provisioning/admin/provisions" => request,
            _ => {
                let (_, provision) = self.provision().await;
                let failed = "UPDATE provisions SET status = 'failed', done_at = created_at";
                self.app.execute(failed).await;
                let is_administration = route.contains("/admin/");
                let request = request.with("id", &provision);
                if is_administration { request } else { request.about(&provision) }
            }
        }
    }

    /// What changes something inside an Organization.
    async fn inside(&self, request: Request, route: &str, id: &str) -> Request {
        let guest = json!({ "email": email_of("guest"), "role": "viewer" });
        match route.strip_suffix("/{user_id}").unwrap_or(route) {
            "PUT /tenant/orgs/{id}" => request.bringing(json!({ "name": "Another name" })),
            "POST /tenant/orgs/{id}/members" | "POST /tenant/orgs/{id}/invitations" => {
                request.bringing(guest)
            }
            "PUT /tenant/orgs/{id}/members" => {
                self.add_member(id, "guest", "viewer").await;
                let request = request.with("user_id", &self.guest.user_id);
                request.bringing(json!({ "role": "member" }))
            }
            "DELETE /tenant/orgs/{id}/members" => {
                self.add_member(id, "guest", "viewer").await;
                request.with("user_id", &self.guest.user_id)
            }
            // Nothing is billed yet that an app could be added to.
            "POST /tenant/orgs/{id}/apps" => request.bringing(json!({ "slug": "uptime-kuma" })),
            "DELETE /tenant/orgs/{id}/apps/{slug}" => request.with("slug", "uptime-kuma"),
            "POST /tenant/orgs/{id}/approvals" => {
                request.bringing(json!({ "apps": ["odoo"], "reason": "for the shop" }))
            }
            "POST /tenant/orgs/{id}/environments" => request.bringing(json!({ "name": "stg" })),
            "DELETE /tenant/orgs/{id}/environments/{name}" => {
                let path = format!("/tenant/orgs/{id}/environments");
                let owner = self.client("owner");
                owner.post(&path, &json!({ "name": "stg" })).await.expect(201);
                request.with("name", "stg")
            }
            "PUT /tenant/orgs/{id}/environments/{name}/apps/{app}" => {
                let order = json!({ "tenant_id": id, "plan_id": "flexi", "apps": ["uptime-kuma"] });
                self.client("owner").post("/billing/checkout", &order).await.expect(200);
                request.with("name", "prod").with("app", "uptime-kuma")
            }
            "DELETE /tenant/orgs/{id}/invitations/{invitation_id}" => {
                let (invitation, _) = self.invite(id, "guest").await;
                request.with("invitation_id", &invitation)
            }
            _ => request,
        }
    }

    async fn sign_in(&self, request: Request, route: &str) -> Request {
        let email = email_of(&self.fresh("newcomer"));
        match route {
            "POST /auth/admin/users" => {
                request.bringing(json!({ "email": email, "role": "sovereign-admin" }))
            }
            "POST /auth/magic-link" => request.bringing(json!({ "email": email })),
            "POST /auth/verify" => {
                let code = self.app.mailed_code(&email).await;
                request.bringing(json!({ "email": email, "code": code }))
            }
            "GET /auth/google" => {
                let mut request = request;
                request.path.push_str("?redirect_uri=https://test.sovereign.example/");
                request
            }
            "POST /auth/google/callback" => {
                let redirect_uri = "https://test.sovereign.example/";
                request.bringing(json!({ "code": "x", "redirect_uri": redirect_uri }))
            }
            "POST /auth/login" => {
                let email = email_of("superadmin");
                request.bringing(json!({ "email": email, "password": PASSWORD }))
            }
            "POST /auth/refresh" | "POST /auth/logout" => {
                let token = self.app.sign_in(&email).await.refresh_token;
                request.bringing(json!({ "refresh_token": token }))
            }
            "GET /auth/admin/users/{id}" => request.with("id", &self.guest.user_id),
            "PUT /auth/admin/users/{id}/role" => {
                let request = request.with("id", &self.guest.user_id);
                request.bringing(json!({ "role": "member" }))
            }
            _ => request,
        }
    }

    async fn events(&self, request: Request, route: &str) -> Request {
        let wishes = json!({ "url": "https://example.com/events" });
        if route == "POST /events/admin/endpoints" {
            return request.bringing(wishes);
        }
        if !route.contains("{id}") {
            return request;
        }
        let (id, delivery) = self.event_endpoint().await;
        let request = request.with("id", &id);
        match route.rsplit('/').next() {
            Some("replay") if route.contains("{delivery_id}") => {
                request.with("delivery_id", &delivery)
            }
            Some("replay") => {
                let (from, to) = ("2027-03-01T00:00:00Z", "2027-03-02T00:00:00Z");
                request.bringing(json!({ "from": from, "to": to }))
            }
            _ => request.bringing(wishes),
        }
    }

    async fn catalog(&self, mut request: Request, route: &str) -> Request {
        if let Some((method, rest)) = route.split_once(" /catalog/admin/") {
            return self.catalog_administration(request, method, rest).await;
        }
        match route.strip_suffix("/{slug}") {
            Some(list) => {
                let list = list.strip_prefix("GET ").unwrap();
                request.with("slug", &self.slug(list).await)
            }
            None if route.ends_with("/search") => {
                request.path.push_str("?q=word");
                request
            }
            None => request,
        }
    }

    async fn catalog_administration(&self, request: Request, method: &str, rest: &str) -> Request {
        let kind = rest.split('/').next().unwrap();
        if kind == "tiers" {
            let request = request.with("slug", "basic");
            let price = json!({ "price_omr": 0 });
            return if method == "PUT" { request.bringing(price) } else { request };
        }
        let slug = self.fresh("made");
        let entry = json!({ "slug": slug, "name": slug, "price_omr": 1 });
        let signed = || Signer::franchisee().submission(&blueprint(&slug));
        let body = if kind == "blueprints" { signed() } else { entry };
        let list = format!("/catalog/admin/{kind}");
        if rest.contains("{id}") {
            self.client("superadmin").post(&list, &body).await.expect(201);
        }
        let request = if rest.contains("{id}") { request.with("id", &slug) } else { request };
        if matches!(method, "POST" | "PUT") { request.bringing(body) } else { request }
    }
}
