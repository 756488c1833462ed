//! A Sovereign in Muscat with a pharmacy, a bookshop and a clinic: what there must be for every page to have
//! something to show.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sovereign::auth::IssuerSettings;
use sovereign::clock::Clock as _;
use sovereign::limits::Limits;
use sovereign_domain::calendar::TimeZone;

use crate::bulk::ask;
use crate::campaigns::{campaign, issue_in};
use crate::fleet;
use crate::harness::{Customer, Engine, Look, Setup, Signer, SinkOptions, Tab, TestApp, blueprint};
use crate::mailings;
use crate::provisioning::{allow, provision, refuse};

/// Who looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Viewer {
    Nobody,
    /// Has asked for a code and not entered it.
    Arriving,
    /// Is signed in and invited, and has no Organization.
    Guest,
    /// Of the three Organizations.
    Owner,
    /// Only sees what is in one of them.
    Reader,
    /// The franchisee's.
    Administrator,
    Superadmin,
}

impl Viewer {
    const SIGNED_IN: [Self; 5] =
        [Self::Guest, Self::Owner, Self::Reader, Self::Administrator, Self::Superadmin];

    pub(super) const fn email(self) -> &'static str {
        match self {
            Self::Nobody => "",
            Self::Arriving => "huda@example.com",
            Self::Guest => "salim@example.com",
            Self::Owner => "aisha@example.com",
            Self::Reader => "said@example.com",
            Self::Administrator => "maryam@example.com",
            Self::Superadmin => "root@example.com",
        }
    }
}

pub(super) struct World {
    pub(super) app: TestApp,
    /// The cookies of each who is signed in.
    cookies: BTreeMap<Viewer, BTreeMap<String, String>>,
    /// What stands for a name in braces in an address.
    values: BTreeMap<&'static str, String>,
}

fn setup() -> Setup {
    // Nobody listens there.
    let google = IssuerSettings {
        name: "google".to_owned(),
        issuer: "http://127.0.0.1:9".to_owned(),
        client_id: "sovereign".to_owned(),
        client_secret: None,
        label: "Google".to_owned(),
        audience: None,
        grants_roles: false,
        scopes: "openid email profile".to_owned(),
    };
    Setup {
        sink: Some(SinkOptions::default()),
        issuers: vec![google],
        zone: TimeZone::get("Asia/Muscat").unwrap(),
        fleet: Some(fleet::SNAPSHOT),
        blueprints: Signer::franchisee().options(),
        ..Setup::with_stripe()
    }
}

impl World {
    pub(super) async fn new(engine: Engine) -> Self {
        let app = TestApp::start_with(engine, setup()).await;
        let mut world = Self { app, cookies: BTreeMap::new(), values: BTreeMap::new() };
        world.people().await;
        world.vouchers().await;
        world.campaigns().await;
        world.bulk().await;
        world.customers().await;
        world.policy().await;
        world.letters().await;
        // Refunds and the like take a fresh sign-in.
        world.sign_in(Viewer::Superadmin).await;
        world.webhook().await;
        world.moves().await;
        world
    }

    /// A path with the identifiers of this world.
    pub(super) fn path(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for (name, value) in &self.values {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "world.rs has nothing for {path}");
        path
    }

    /// A tab in which `viewer` is signed in.
    pub(super) async fn tab(&self, viewer: Viewer, look: Look) -> Tab {
        let tab = self.app.chromium(look).await;
        if let Some(cookies) = self.cookies.get(&viewer) {
            tab.take_cookies(cookies).await;
        }
        tab
    }

    async fn vouchers(&self) {
        for (code, credit, times, description) in [
            ("MUSCAT-200", 200, 40, "Muscat small business week"),
            ("OPENING-4", 4, 0, "A first taste"),
            ("OPENING-5", 5, 0, "A first taste"),
            ("RAMADAN-50", 50, 0, "Ramadan for shops"),
        ] {
            let voucher = json!({
                "code": code, "credit_omr": credit, "max_redemptions": times, "description": description,
            });
            self.app.issue_as(voucher).await;
        }
        // Somebody had the only one there was.
        self.app.issue("LAST-YEAR", 50, 1).await;
        self.app.customer("badr").await.redeem("LAST-YEAR").await.expect(200);
        let paused = json!({ "code": "PAUSED-10", "credit_omr": 10, "active": false });
        self.app.issue_as(paused).await;
        for (code, tag) in [
            ("MUSCAT-200", "spring bills"),
            ("MUSCAT-200", "صيدليات"),
            ("OPENING-4", "spring bills"),
        ] {
            let path = format!("/billing/vouchers/code/{code}/tags/{tag}");
            self.app.sovereign_admin().put(&path, &json!({})).await.expect(200);
        }
        let views = [
            ("Spring, live", json!({ "status": "live", "tag": "spring bills" })),
            ("رمضان", json!({ "q": "ramadan" })),
        ];
        for (name, filter) in views {
            let view = json!({ "name": name, "filter": filter });
            self.app.sovereign_admin().post("/billing/vouchers/views", &view).await.expect(201);
        }
        self.app.issue("REVOKED-10", 10, 0).await;
        self.app.revoke("REVOKED-10").await;
    }

    /// One that runs, with what it granted, and one that is still to come.
    async fn campaigns(&mut self) {
        let now = self.app.clock.now();
        self.app.clock.set(now.plus_days(-25));
        let time = json!({ "budget_minor": 2_000_000, "per_customer": 1, "ends_at": "2027-06-30T20:00:00Z" });
        let id = campaign(&self.app, "Ramadan bills", time).await;
        self.values.insert("campaign", id);
        campaign(&self.app, "حملة صيدليات مسقط", json!({ "active": false })).await;
        campaign(&self.app, "Summer", json!({ "starts_at": "2027-06-01T00:00:00Z" })).await;
        issue_in(&self.app, "Ramadan bills", "BILL-120", 120).await;
        issue_in(&self.app, "Summer", "SUMMER-30", 30).await;
        let customers = ["salim", "huda", "karim", "rashid", "samira", "yusuf", "mona", "tariq"];
        for (place, name) in (0_i64..).zip(customers) {
            self.app.clock.set(now.plus_days(3 * place - 24));
            let customer = self.app.customer(name).await;
            let code = if place % 3 == 1 { "RAMADAN-50" } else { "BILL-120" };
            customer.redeem(code).await.expect(200);
            if place % 2 == 0 {
                self.app.clock.set(now.plus_days(3 * place - 23));
                customer.checkout("l", "").await.expect(200);
            }
        }
        // So that what they did is old enough to be added up.
        self.app.clock.set(now.plus_seconds(400));
        self.app.run_job("roll-up").await;
        for _ in 0..14 {
            let look = json!({ "code": "BILL-120" });
            self.app.anyone().post("/billing/vouchers/redeem-preview", &look).await.expect(200);
        }
        self.app.each_minute().await;
    }

    /// Operations on many vouchers, one of each way to stand. No job runs here by itself.
    async fn bulk(&mut self) {
        let admin = self.app.sovereign_admin();
        let mut keep = |name, operation: &Value| {
            self.values.insert(name, operation["id"].as_str().unwrap().to_owned());
        };
        let terms = json!({ "prefix": "OMANTEL-", "campaign_id": "Ramadan bills", "check_character": true });
        keep("bulk", &ask(&self.app, 8, terms).await);
        let message = json!({ "message": "Welcome back" });
        keep("mail", &mailings::ask(&self.app, mailings::to(&["ghada", "yaqoub"]), message).await);
        let file = "code,credit\nPARTNER-7,50\n";
        self.app.run_job("issue-in-bulk").await;
        self.app.run_job("send-mailings").await;
        let import = "/billing/vouchers/import";
        let failing = admin.post_text(import, file).await.expect(202);
        keep("bulk-failed", &failing);
        self.app.issue("PARTNER-7", 50, 1).await;
        self.app.run_job("issue-in-bulk").await;
        let stopped = ask(&self.app, 90_000, json!({})).await;
        keep("bulk-stopped", &stopped);
        let cancel = format!("/billing/vouchers/bulk/{}/cancel", stopped["id"].as_str().unwrap());
        admin.post_text(&cancel, "").await.expect(200);
        let file = "code,credit\nSALALAH-7,50\nSALALAH-8,50\n";
        let checked = admin.post_text(import, file).await.expect(202);
        keep("bulk-checked", &checked);
        let sql = "UPDATE bulk_operations SET state = 'checked' WHERE state = 'running'";
        self.app.execute(sql).await;
        let edit = json!({ "action": "pause", "q": "partner" });
        keep("edit-done", &admin.post("/billing/vouchers/bulk/edit", &edit).await.expect(202));
        self.app.run_job("issue-in-bulk").await;
        keep("bulk-runs", &ask(&self.app, 100_000, json!({ "alphabet": "digits" })).await);
    }

    /// The owner's Organizations: one that has all it ordered, one whose provision failed, one that has to pay.
    async fn customers(&mut self) {
        let app = &self.app;
        let pharmacy = self.organization("noor-pharmacy", "صيدلية النور").await;
        let paid = order(&pharmacy, "m", "MUSCAT-200", &["odoo", "nextcloud"]).await;
        provision(app).await;
        refuse(app, "the branch is protected");
        let books = self.organization("ruwi-books", "Ruwi Books").await;
        order(&books, "flexi", "", &["wordpress"]).await;
        // Until it is given up.
        for _ in 0..10 {
            provision(app).await;
            app.clock.advance_seconds(3_600);
        }
        allow(app);
        let clinic = self.organization("seeb-clinic", "Seeb Dental Clinic").await;
        let open = order(&clinic, "m", "OPENING-4", &[]).await;
        self.organization("sohar-salon", "Sohar Salon").await;
        self.app.number_invoices().await;
        let leaving = self.app.customer("halima").await;
        leaving.redeem("RAMADAN-50").await.expect(200);
        let path = format!("/tenant/admin/tenants/{}", leaving.tenant_id);
        let root = self.app.sign_in(Viewer::Superadmin.email()).await.client;
        root.delete(&path).await.expect(200);
        self.values.insert("organization", pharmacy.tenant_id.clone());
        self.values.insert("organization-ending", leaving.tenant_id);
        self.values.insert("pharmacy", pharmacy.tenant_id);
        self.values.insert("paid_order", paid);
        self.values.insert("open_order", open);
    }

    /// Rules with two versions, what the pharmacy asked for beyond them, and an app of the franchisee's own.
    async fn policy(&mut self) {
        let admin = self.app.sovereign_admin();
        let path = "/billing/admin/environment-policy";
        let first = json!({ "version": 0, "max_environments": 4 });
        admin.put(path, &first).await.expect(200);
        let rules = json!({ "apps": ["ghost"], "above_monthly_minor": 90_000 });
        let second = json!({ "version": 1, "max_environments": 5, "approval": rules });
        admin.put(path, &second).await.expect(200);
        let path = format!("/tenant/orgs/{}/approvals", self.values["pharmacy"]);
        for (name, wanted) in [("approval", "ghost"), ("approval-given", "n8n")] {
            let body =
                json!({ "apps": [wanted], "monthly_minor": 95_000, "reason": "For the spring" });
            let asked = self.app.member("aisha").post(&path, &body).await.expect(201);
            self.values.insert(name, text_of(&asked["id"]));
        }
        let give = format!("/billing/admin/approvals/{}/approve", self.values["approval-given"]);
        let note = json!({ "note": "Until summer", "valid_days": 90 });
        admin.post(&give, &note).await.expect(200);
        let signed = Signer::franchisee().submission(&blueprint("diary"));
        admin.post("/catalog/admin/blueprints", &signed).await.expect(201);
    }

    async fn organization(&self, slug: &str, name: &str) -> Customer {
        let client = self.app.member("aisha");
        let body = json!({ "slug": slug, "name": name, "plan_id": "m", "apps": [], "addons": [] });
        let made = client.post("/tenant/orgs", &body).await.expect(201);
        Customer { client, tenant_id: text_of(&made["id"]) }
    }

    async fn sign_in(&mut self, viewer: Viewer) {
        let mut browser = self.app.browser();
        browser.sign_in(&self.app, viewer.email()).await;
        self.cookies.insert(viewer, browser.cookies);
    }

    /// Whoever looks at pages, signed in.
    async fn people(&mut self) {
        // Whoever has a token is found by their address later, and not the other way round.
        self.app.member("aisha").get("/tenant/orgs").await.expect(200);
        for viewer in Viewer::SIGNED_IN {
            self.sign_in(viewer).await;
        }
        for (viewer, role) in
            [(Viewer::Administrator, "sovereign-admin"), (Viewer::Superadmin, "superadmin")]
        {
            let email = viewer.email();
            let grant = format!("UPDATE users SET role = '{role}' WHERE email = '{email}'");
            self.app.execute(&grant).await;
        }
    }

    /// Where events are sent, and what became of some.
    async fn webhook(&mut self) {
        let root = self.app.sign_in(Viewer::Superadmin.email()).await.client;
        let endpoint = json!({
            "url": "https://hooks.example.com/events", "description": "Accounting",
            "event_types": ["voucher.issued", "voucher.revoked"],
        });
        let made = root.post("/events/admin/endpoints", &endpoint).await.expect(201);
        self.values.insert("webhook", text_of(&made["endpoint"]["id"]));
        for code in ["PAPER-5", "PAPER-6", "PAPER-7"] {
            self.app.issue(code, 5, 0).await;
        }
        self.app.run_job("relay-events").await;
        let failed = "UPDATE event_deliveries SET status = 'failed', attempts = 14, response_status = 500, \
                      response_excerpt = 'down for maintenance' WHERE position IN \
                      (SELECT MIN(position) FROM event_deliveries)";
        self.app.execute(failed).await;
    }

    /// Organizations of the owner's on their way away and hither, and one that has left. What the other Sovereign would
    /// have done is written straight into the database.
    async fn moves(&mut self) {
        let root = self.app.sign_in(Viewer::Superadmin.email()).await.client;
        for (slug, name, value) in [
            ("qurum-cafe", "Qurum Cafe", "organization-leaving"),
            ("sur-dhows", "Sur Dhows", "organization-arriving"),
            ("barka-dates", "تمور بركاء", "organization-gone"),
        ] {
            let made = self.organization(slug, name).await;
            let path = format!("/billing/admin/organizations/{}/move", made.tenant_id);
            let wish = json!({ "to": "b.example", "forward_url": "https://b.example/console" });
            root.post(&path, &wish).await.expect(200);
            root.get(&format!("{path}/bundle")).await.expect(200);
            self.values.insert(value, made.tenant_id);
        }
        let (arriving, gone) =
            (&self.values["organization-arriving"], &self.values["organization-gone"]);
        let elsewhere = format!(
            "UPDATE organization_moves SET direction = 'in', state = 'arriving', receipt = '{{}}' \
                 WHERE tenant_id = '{arriving}'; \
             UPDATE organization_moves SET state = 'moved', ended_at = started_at, receipt = '{{}}', \
                 release = '{{}}' WHERE tenant_id = '{gone}'; \
             UPDATE organizations SET moving_from = NULL, moved_to = 'b.example', \
                 forward_url = 'https://b.example/console' WHERE id = '{gone}'"
        );
        self.app.execute(&elsewhere).await;
    }

    /// What somebody has in their mailbox: a code, a link, an invitation.
    async fn letters(&mut self) {
        let mut arriving = self.app.browser();
        arriving.get("/sign-in").await.expect(200);
        arriving.submit("/sign-in", &[("email", Viewer::Arriving.email())]).await.location();
        self.cookies.insert(Viewer::Arriving, arriving.cookies);
        let link = self.link_to(Viewer::Arriving.email(), "/sign-in/link?token=").await;
        self.values.insert("link", link);
        let aisha = self.app.member("aisha");
        let pharmacy = self.values["pharmacy"].clone();
        for (viewer, path) in [(Viewer::Guest, "invitations"), (Viewer::Reader, "members")] {
            let body = json!({ "email": viewer.email(), "role": "viewer" });
            aisha.post(&format!("/tenant/orgs/{pharmacy}/{path}"), &body).await.expect(201);
        }
        let token = self.link_to(Viewer::Guest.email(), "/invitation?token=").await;
        self.values.insert("invitation", token);
    }

    /// What stands behind `path` in the next mail to `email`.
    async fn link_to(&self, email: &str, path: &str) -> String {
        let text = self.app.sink().next_to(email).await.text.unwrap();
        let link = text.split_whitespace().find_map(|word| word.split_once(path));
        link.unwrap_or_else(|| panic!("no link in {text}")).1.trim_end_matches('⟧').to_owned()
    }
}

/// Another Sovereign: a demo, which shows the parts that pages are made of, and where whoever comes back from
/// elsewhere is told that they are too many.
pub(super) async fn aside() -> TestApp {
    let setup = Setup { limits: Limits::on(Vec::new()), is_demo: true, ..Setup::default() };
    let app = TestApp::start_with(Engine::Sqlite, setup).await;
    let mut browser = app.browser();
    while browser.get("/auth/callback").await.status != 429 {}
    app
}

async fn order(customer: &Customer, plan: &str, code: &str, apps: &[&str]) -> String {
    let body = json!({
        "tenant_id": customer.tenant_id, "plan_id": plan, "promo_code": code, "apps": apps, "addons": [],
    });
    let placed = customer.client.post("/billing/checkout", &body).await.expect(200);
    text_of(&placed["order_id"])
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
