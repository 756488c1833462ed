//! What people may ask for that would change an Organization.

use reqwest::Method;
use serde_json::{Value, json};

use super::Scene;
use crate::harness::Client;

/// A problem's status and name.
type Problem = (u16, &'static str);

const MOVING: Problem = (409, "organization_moving");
/// It is suspended meanwhile, which what the engine is asked for finds first.
const SUSPENDED: Problem = (403, "organization_suspended");
const NO_DELETION: Problem = (409, "no_deletion");

/// A request that would change the Organization, and what it is refused with while that moves.
#[derive(Clone)]
pub(super) struct Asked {
    client: Client,
    method: Method,
    path: String,
    body: Value,
    problem: Problem,
}

impl Asked {
    /// Asks, and is refused.
    pub(super) async fn refused(self) {
        let Self { client, method, path, body, problem: (status, code) } = self;
        let body = (!body.is_null()).then(|| body.to_string().into_bytes());
        let reply = client.send(method.clone(), &path, &[], body).await;
        let kind = format!("urn:sovereign:problem:{code}");
        let found = (reply.status, reply.body["type"].as_str());
        assert_eq!(found, (status, Some(kind.as_str())), "{method} {path}: {}", reply.text);
    }
}

impl Scene {
    /// One of each.
    pub(super) fn asked(&self) -> Vec<Asked> {
        let mut all = self.of_people();
        all.extend(self.of_apps());
        all.extend(self.of_money());
        all.extend(self.of_administrators());
        all
    }

    fn of_people(&self) -> Vec<Asked> {
        let org = format!("/tenant/orgs/{}", self.customer.tenant_id);
        let member = format!("{org}/members/{}", self.helper);
        let invitation = format!("{org}/invitations/{}", self.invitation);
        let own = |method, path: &str, body, problem| self.own(method, path, body, problem);
        let somebody =
            |name: &str| json!({ "email": format!("{name}@example.com"), "role": "admin" });
        vec![
            own("POST", &format!("{org}/members"), somebody("guest"), MOVING),
            own("PUT", &member, json!({ "role": "admin" }), MOVING),
            own("DELETE", &member, Value::Null, MOVING),
            own("POST", &format!("{org}/invitations"), somebody("another"), MOVING),
            own("DELETE", &invitation, Value::Null, MOVING),
            Asked {
                client: self.guest.clone(),
                method: Method::POST,
                path: "/tenant/invitations/accept".to_owned(),
                body: json!({ "token": self.token }),
                problem: MOVING,
            },
            own("PUT", &org, json!({ "name": "Another name" }), SUSPENDED),
            own("DELETE", &org, Value::Null, MOVING),
            own("POST", &format!("{org}/restore"), Value::Null, NO_DELETION),
            own("POST", &format!("{org}/approvals"), wish(), MOVING),
        ]
    }

    fn of_apps(&self) -> Vec<Asked> {
        let id = &self.customer.tenant_id;
        let org = format!("/tenant/orgs/{id}");
        let environments = format!("{org}/environments");
        let start = json!({ "tenant_id": id, "order_id": self.order_id });
        let install = json!({ "slug": "wordpress", "environment": "stg" });
        let own = |method, path: &str, body, problem| self.own(method, path, body, problem);
        vec![
            own("POST", &environments, json!({ "name": "dev" }), MOVING),
            own("DELETE", &format!("{environments}/stg"), Value::Null, MOVING),
            own("PUT", &format!("{environments}/stg/apps/uptime-kuma"), json!({}), MOVING),
            own("POST", &format!("{org}/apps"), install, MOVING),
            own("DELETE", &format!("{org}/apps/uptime-kuma"), Value::Null, SUSPENDED),
            own("POST", "/provisioning/start", start, SUSPENDED),
            own("POST", &format!("/provisioning/retry/{}", self.provision), json!({}), SUSPENDED),
        ]
    }

    fn of_money(&self) -> Vec<Asked> {
        let id = &self.customer.tenant_id;
        let limit = format!("/billing/usage/{id}/limit");
        let cancel = format!("/billing/subscription/{id}/cancel");
        let redeem = json!({ "tenant_id": id, "code": "FIVE" });
        let own = |method, path: &str, body, problem| self.own(method, path, body, problem);
        vec![
            own("PUT", &limit, json!({ "limit_minor": 1_000 }), MOVING),
            own("POST", "/billing/checkout", self.customer.checkout_body("s", ""), SUSPENDED),
            own("POST", "/billing/vouchers/redeem", redeem, SUSPENDED),
            own("POST", &cancel, json!({ "at": "now" }), SUSPENDED),
        ]
    }

    fn of_administrators(&self) -> Vec<Asked> {
        let id = &self.customer.tenant_id;
        let (open, approved) = (&self.open, &self.approved);
        let approvals = "/billing/admin/approvals";
        let tenant = format!("/tenant/admin/tenants/{id}");
        let refund = json!({ "credit_minor": 100, "reason": "asked for" });
        let order = format!("/billing/admin/orders/{}/refund", self.order_id);
        let retry = format!("/billing/admin/refunds/{}/retry", self.failed);
        let provision = format!("/provisioning/admin/provisions/{}/retry", self.provision);
        let root = |method, path: &str, body, problem| {
            let (client, path) = (self.root.clone(), path.to_owned());
            Asked { client, method: verb(method), path, body, problem }
        };
        vec![
            root("POST", &format!("{approvals}/{open}/approve"), json!({}), MOVING),
            root("POST", &format!("{approvals}/{open}/refuse"), json!({}), MOVING),
            root("POST", &format!("{approvals}/{approved}/revoke"), json!({}), MOVING),
            root("PUT", &format!("{tenant}/status"), json!({ "status": "active" }), MOVING),
            root("DELETE", &tenant, Value::Null, MOVING),
            root("POST", &format!("{tenant}/restore"), Value::Null, NO_DELETION),
            root("POST", &order, refund, MOVING),
            root("POST", &retry, Value::Null, MOVING),
            root("POST", &provision, json!({}), SUSPENDED),
        ]
    }

    fn own(&self, method: &str, path: &str, body: Value, problem: Problem) -> Asked {
        let (client, path) = (self.customer.client.clone(), path.to_owned());
        Asked { client, method: verb(method), path, body, problem }
    }
}

fn verb(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap()
}

fn wish() -> Value {
    json!({ "monthly_minor": 600_000, "reason": "still more" })
}
