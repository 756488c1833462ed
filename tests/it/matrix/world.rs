//! The people who ask, and what they ask about.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use uuid::Uuid;

use super::table::CALLERS;
use crate::fleet;
use crate::harness::{Client, Engine, Setup, SignedIn, SinkOptions, TestApp};

pub(super) const PASSWORD: &str = "correct horse battery staple";

/// Whatever a route may need.
pub(super) fn setup() -> Setup {
    let fleet = Some(fleet::SNAPSHOT);
    Setup { sink: Some(SinkOptions::default()), fleet, ..Setup::with_blueprints() }
}

pub(super) fn email_of(name: &str) -> String {
    format!("{name}@example.com")
}

pub(super) struct World<'a> {
    pub(super) app: &'a TestApp,
    people: BTreeMap<&'static str, SignedIn>,
    /// Is in no Organization but where a request needs a member, and never asks.
    pub(super) guest: SignedIn,
    /// Organization A for whatever changes nothing; it has a subscription.
    pub(super) shared: String,
    made: AtomicUsize,
}

impl<'a> World<'a> {
    pub(super) async fn new(app: &'a TestApp) -> Self {
        let mut people = BTreeMap::new();
        for name in &CALLERS[1..] {
            people.insert(*name, app.sign_in(&email_of(name)).await);
        }
        let guest = app.sign_in(&email_of("guest")).await;
        let mut world =
            Self { app, people, guest, shared: String::new(), made: AtomicUsize::new(0) };
        world.give_roles().await;
        world.client("elsewhere").make_organization("elsewhere").await;
        world.shared = world.organization().await;
        let order = world.paid_order(&world.shared).await;
        world.refund(&order).await;
        assert_eq!((app.number_invoices().await, app.number_credit_notes().await), (1, 1));
        world
    }

    /// The first superadmin comes from outside the API, everybody else by it.
    async fn give_roles(&self) {
        let email = email_of("superadmin");
        let grant = ["user", "grant", email.as_str(), "--role", "superadmin"];
        self.app.database().run(&grant).expect(0);
        self.set_role(&self.people["sovereign-admin"].user_id, "sovereign-admin").await;
        let password = self.app.database().program(&["user", "password", &email]);
        password.stdin(PASSWORD).run().expect(0);
    }

    pub(super) async fn set_role(&self, user_id: &str, role: &str) {
        let path = format!("/auth/admin/users/{user_id}/role");
        self.client("superadmin").put(&path, &json!({ "role": role })).await.expect(200);
    }

    pub(super) fn client(&self, caller: &str) -> Client {
        match caller {
            "nobody" => self.app.anyone(),
            name => self.people[name].client.clone(),
        }
    }

    /// A name that nothing has yet.
    pub(super) fn fresh(&self, kind: &str) -> String {
        format!("{kind}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// Organization A, made anew, so that what one request changes is nothing to the next.
    pub(super) async fn organization(&self) -> String {
        let id = self.client("owner").make_organization(&self.fresh("org")).await;
        for role in ["admin", "member", "viewer"] {
            self.add_member(&id, role, role).await;
        }
        id
    }

    /// Organization A, made anew, which its owner has asked to have deleted.
    pub(super) async fn leaving(&self) -> String {
        let id = self.organization().await;
        self.client("owner").delete(&format!("/tenant/orgs/{id}")).await.expect(200);
        id
    }

    pub(super) async fn add_member(&self, id: &str, name: &str, role: &str) {
        let body = json!({ "email": email_of(name), "role": role });
        let path = format!("/tenant/orgs/{id}/members");
        self.client("owner").post(&path, &body).await.expect(201);
    }

    /// Invites somebody into an Organization; answers the invitation and the token of its link.
    pub(super) async fn invite(&self, id: &str, name: &str) -> (String, String) {
        let (email, path) = (email_of(name), format!("/tenant/orgs/{id}/invitations"));
        let body = json!({ "email": email, "role": "viewer" });
        let made = self.client("owner").post(&path, &body).await.expect(201);
        let text = self.app.sink().next_to(&email).await.text.unwrap();
        let link = text.split_whitespace().find_map(|word| word.split_once("/invitation?token="));
        (text_of(&made["id"]), link.expect("a link in the mail").1.to_owned())
    }

    /// What Organization A asked for, approved or not.
    pub(super) async fn approval(&self, approved: bool) -> String {
        let path = format!("/tenant/orgs/{}/approvals", self.organization().await);
        let body = json!({ "apps": ["odoo"], "reason": "for the shop" });
        let id = text_of(&self.client("owner").post(&path, &body).await.expect(201)["id"]);
        if approved {
            let path = format!("/billing/admin/approvals/{id}/approve");
            self.client("superadmin").post(&path, &json!({})).await.expect(200);
        }
        id
    }

    /// The invoice of `shared`, which has its number.
    pub(super) async fn invoice(&self) -> String {
        let path = format!("/billing/invoices/{}", self.shared);
        text_of(&self.client("owner").get(&path).await.expect(200)[0]["id"])
    }

    /// An alarm that nobody has resolved.
    pub(super) async fn alarm(&self) -> String {
        let subject = self.fresh("alarm");
        let id = Uuid::from_u128(self.made.fetch_add(1, Ordering::Relaxed) as u128);
        let (key, now) = match self.app.engine {
            Engine::Sqlite => (format!("X'{}'", id.simple()), "0"),
            Engine::Postgres => (format!("'{id}'"), "to_timestamp(0)"),
        };
        let alarm = format!(
            "INSERT INTO alarms (id, kind, subject, detail, times, created_at, last_at) \
             VALUES ({key}, 'dispute', '{subject}', 'look', 1, {now}, {now})"
        );
        self.app.execute(&alarm).await;
        id.to_string()
    }

    /// An Organization whose subscription an earlier service made.
    pub(super) async fn adopted(&self) -> String {
        let id = self.organization().await;
        self.paid_order(&id).await;
        let adopt = format!(
            "UPDATE subscriptions SET billed_by = 'none', current_period_end = NULL \
             WHERE tenant_id = '{id}'"
        );
        self.app.execute(&adopt).await;
        id
    }

    /// An endpoint that events are sent to, and a delivery there. Nobody listens at its address.
    pub(super) async fn event_endpoint(&self) -> (String, String) {
        let numbers = [0, 1].map(|_| self.made.fetch_add(1, Ordering::Relaxed) as u128);
        let [id, delivery] = numbers.map(Uuid::from_u128);
        let (now, of): (&str, fn(Uuid) -> String) = match self.app.engine {
            Engine::Sqlite => ("0", |id| format!("X'{}'", id.simple())),
            Engine::Postgres => ("to_timestamp(0)", |id| format!("'{id}'")),
        };
        let (endpoint, row) = (of(id), of(delivery));
        self.app
            .execute(&format!(
                "INSERT INTO event_endpoints (id, url, description, enabled, secret_sealed, created_at, \
                     updated_at) \
                 VALUES ({endpoint}, 'https://127.0.0.1:9/', '', TRUE, '', {now}, {now}); \
                 INSERT INTO event_deliveries (id, endpoint_id, lane, event_id, type, event_at, data, \
                     status, attempts, give_up_at, created_at) \
                 VALUES ({row}, {endpoint}, '', {row}, 'order.placed', {now}, '{{}}', 'failed', 1, {now}, \
                     {now})"
            ))
            .await;
        (id.to_string(), delivery.to_string())
    }

    /// The credit note of `shared`, which has its number.
    pub(super) async fn credit_note(&self) -> String {
        let path = format!("/billing/credit-notes/{}", self.shared);
        text_of(&self.client("owner").get(&path).await.expect(200)[0]["id"])
    }

    /// An order of this Organization, paid by a voucher's credit.
    pub(super) async fn paid_order(&self, organization: &str) -> String {
        let code = self.voucher().await;
        let order = json!({ "tenant_id": organization, "plan_id": "s", "promo_code": code });
        let placed = self.client("owner").post("/billing/checkout", &order).await.expect(200);
        text_of(&placed["order_id"])
    }

    /// Organization A, made anew, and a provision of its.
    pub(super) async fn provision(&self) -> (String, String) {
        let id = self.organization().await;
        let order = json!({ "tenant_id": id, "order_id": self.paid_order(&id).await });
        let begun = self.client("owner").post("/provisioning/start", &order).await.expect(201);
        (id, text_of(&begun["id"]))
    }

    /// Refunds a part of an order; answers which refund that is.
    pub(super) async fn refund(&self, order_id: &str) -> String {
        let path = format!("/billing/admin/orders/{order_id}/refund");
        let body = json!({ "amount_minor": 1, "reason": "asked for" });
        text_of(&self.client("superadmin").post(&path, &body).await.expect(200)["id"])
    }

    /// Issues a voucher that nobody has redeemed.
    pub(super) async fn voucher(&self) -> String {
        let code = self.fresh("VOUCHER");
        let body = json!({ "code": code, "credit_omr": 5 });
        self.client("superadmin").post("/billing/vouchers/issue", &body).await.expect(200);
        code
    }

    /// Organization A, made anew, which is on its way to another Sovereign; and the move.
    pub(super) async fn moving(&self) -> (String, String) {
        let id = self.organization().await;
        let (path, to) =
            (format!("/billing/admin/organizations/{id}/move"), json!({ "to": "b.example" }));
        let begun = self.client("superadmin").post(&path, &to).await.expect(200);
        (id, text_of(&begun["id"]))
    }

    /// Makes a campaign; answers its identifier.
    pub(super) async fn campaign(&self) -> String {
        let body = json!({ "name": self.fresh("Campaign") });
        let made = self.client("superadmin").post("/billing/campaigns", &body).await.expect(201);
        text_of(&made["id"])
    }

    /// Asks for a voucher by mail that is not sent yet; answers the mailing's identifier.
    pub(super) async fn mailing(&self) -> String {
        let email = format!("{}@mailed.example", self.fresh("to"));
        let body = json!({ "addresses": [{ "email": email }], "credit_omr": 5 });
        text_of(&self.client("superadmin").post("/billing/mailings", &body).await.expect(202)["id"])
    }

    /// Asks for codes that are not made yet; answers the operation's identifier.
    pub(super) async fn bulk_operation(&self) -> String {
        let body = json!({ "count": 1, "credit_omr": 5 });
        let asked =
            self.client("superadmin").post("/billing/vouchers/bulk", &body).await.expect(202);
        text_of(&asked["id"])
    }

    /// The slug of something in the catalog.
    pub(super) async fn slug(&self, path: &str) -> String {
        let all = self.app.anyone().get(path).await.expect(200);
        text_of(&all[0]["slug"])
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
