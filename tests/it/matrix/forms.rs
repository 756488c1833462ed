//! What is asked of each page, right in every way but, perhaps, for who asks: its address, and the fields of its form.

use serde_json::json;

use super::world::{World, email_of};
use crate::harness::{Browser, Shown};

/// The cookies that stay from one page to the next: who is there, and in which browser.
const KEPT_COOKIES: [&str; 2] = ["__Host-session", "__Host-visitor"];
/// What a voucher of this world is worth, in minor units.
const VOUCHER_MINOR: &str = "5000";

/// A page to open, or a form to send.
#[derive(Debug, Clone)]
pub(super) struct Page {
    sends: bool,
    path: String,
    fields: Vec<(&'static str, String)>,
    /// The file of a form that has one.
    file: Option<String>,
}

impl Page {
    fn of(route: &str) -> Self {
        let (method, path) = route.split_once(' ').unwrap();
        Self { sends: method == "POST", path: path.to_owned(), fields: Vec::new(), file: None }
    }

    pub(super) fn with(mut self, parameter: &str, value: &str) -> Self {
        let parameter = format!("{{{parameter}}}");
        assert!(self.path.contains(&parameter), "{} has no {parameter}", self.path);
        self.path = self.path.replace(&parameter, value);
        self
    }

    pub(super) fn asking(mut self, name: &str, value: &str) -> Self {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        self.path = format!("{}{mark}{name}={value}", self.path);
        self
    }

    pub(super) fn sending(mut self, fields: &[(&'static str, &str)]) -> Self {
        self.fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self
    }

    pub(super) fn uploading(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Opens the page, or sends the form with the token that is right in this browser.
    pub(super) async fn ask(&self, browser: &mut Browser) -> Shown {
        assert!(!self.path.contains('{'), "nobody said what belongs into {}", self.path);
        browser.cookies.retain(|name, _| KEPT_COOKIES.contains(&name.as_str()));
        match &self.file {
            _ if !self.sends => browser.get(&self.path).await,
            Some(file) => {
                let file = [("file", file.as_bytes())];
                browser.upload_all(&self.path, &self.fields(), &file).await
            }
            None => browser.submit(&self.path, &self.fields()).await,
        }
    }

    /// Sends the form with this token and what a browser says of where it comes from.
    pub(super) async fn attack(
        &self,
        browser: &mut Browser,
        token: &str,
        headers: &[(&str, &str)],
    ) -> Shown {
        if let Some(file) = &self.file {
            return browser.post_file(&self.path, headers, (token, file)).await;
        }
        let mut fields = self.fields();
        fields.push(("form_token", token));
        browser.post(&self.path, headers, &fields).await
    }
}

impl World<'_> {
    /// Prepares what the page needs and answers how it is asked for.
    pub(super) async fn page(&self, route: &str) -> Page {
        let page = Page::of(route);
        match route.split('/').nth(1) {
            Some("admin") => Box::pin(self.administration_page(page, route)).await,
            Some("checkout") => self.checkout_page(page, route).await,
            Some("console") if route.contains("{slug}") => self.console_page(page, route).await,
            _ => self.open_page(page, route).await,
        }
    }

    async fn open_page(&self, page: Page, route: &str) -> Page {
        match route {
            "GET /assets/{name}" | "GET /auth/oidc/{name}" => page.with("name", "x"),
            "GET /apps/{slug}" => page.with("slug", "nextcloud"),
            "GET /bundles/{slug}" => page.with("slug", "law-pack"),
            "GET /industries/{slug}" => page.with("slug", "pharmacy"),
            "GET /auth/administrator" | "GET /sign-in/link" => page.asking("token", "x"),
            "POST /sign-in" => {
                let email = email_of(&self.fresh("newcomer"));
                page.sending(&[("email", &email)])
            }
            "POST /sign-in/code" => page.sending(&[("code", "000000")]),
            "POST /sign-in/link" => page.sending(&[("token", "x")]),
            "GET /invitation" | "POST /invitation" => {
                let (_, token) = self.invite(&self.organization().await, "guest").await;
                if page.sends {
                    page.sending(&[("token", &token)])
                } else {
                    page.asking("token", &token)
                }
            }
            "GET /pay/{order_id}" | "POST /pay/{order_id}" => {
                let order = self.paid_order(&self.organization().await).await;
                page.with("order_id", &order)
            }
            "POST /console" => page.sending(&[("language", "ar")]),
            "POST /redeem" => page.sending(&[("code", &self.voucher().await)]),
            "POST /join" => {
                let slug = self.fresh("joined");
                page.sending(&[("name", "Joined"), ("slug", &slug), ("plan", "s")])
            }
            "GET /join/address" => page.asking("slug", "free-address"),
            _ => page,
        }
    }

    async fn checkout_page(&self, page: Page, route: &str) -> Page {
        let id = self.organization().await;
        if route == "GET /checkout/done" || route == "GET /checkout/return" {
            return page.asking("order", &self.paid_order(&id).await);
        }
        let slug = self.slug_of(&id).await;
        if route == "GET /checkout" {
            return page.asking("organization", &slug).asking("plan", "s");
        }
        let code = self.voucher().await;
        let chosen = [("organization", slug.as_str()), ("plan", "s"), ("code", code.as_str())];
        if route == "POST /checkout/voucher" {
            return page.sending(&chosen);
        }
        let order = json!({ "tenant_id": id, "plan_id": "s", "promo_code": code });
        let quote =
            self.client("owner").post("/billing/checkout/preview", &order).await.expect(200);
        let [seen, total, charge] = ["promo_value_minor", "total_minor", "charge_minor"]
            .map(|name| quote[name].as_i64().unwrap().to_string());
        let key = self.key();
        let shown: [(&str, &str); 4] =
            [("seen", &seen), ("total", &total), ("charge", &charge), ("key", &key)];
        page.sending(&[&chosen[..], &shown[..]].concat())
    }

    async fn console_page(&self, page: Page, route: &str) -> Page {
        if !page.sends {
            let page = page.with("slug", &self.slug_of(&self.shared).await);
            return match route {
                "GET /console/{slug}/apps/{app}" => page.with("app", "uptime-kuma"),
                "GET /console/{slug}/invoices/{id}/pdf" => page.with("id", &self.invoice().await),
                "GET /console/{slug}/credit-notes/{id}/pdf" => {
                    page.with("id", &self.credit_note().await)
                }
                "GET /console/{slug}/plan/change" => {
                    page.asking("set", "addons").asking("addon", "waf")
                }
                _ => page,
            };
        }
        if route == "POST /console/{slug}/provisions" {
            let (id, provision) = self.provision().await;
            let failed = "UPDATE provisions SET status = 'failed', done_at = created_at";
            self.app.execute(failed).await;
            let page = page.with("slug", &self.slug_of(&id).await);
            return page.sending(&[("id", &provision)]);
        }
        let id = self.organization().await;
        let slug = self.slug_of(&id).await;
        let page = page.with("slug", &slug);
        match route {
            "POST /console/{slug}/apps/{app}" => {
                page.with("app", "odoo").sending(&[("act", "ask"), ("reason", "for the shop")])
            }
            "POST /console/{slug}/card" => page.sending(&[("act", "limit"), ("limit", "5")]),
            "POST /console/{slug}/close" => page.sending(&[("confirm", &slug)]),
            "POST /console/{slug}/environments" => page.sending(&[("act", "add"), ("name", "stg")]),
            "POST /console/{slug}/members" => {
                let email = email_of(&self.fresh("invited"));
                page.sending(&[("act", "invite"), ("email", &email), ("role", "viewer")])
            }
            "POST /console/{slug}/plan" => {
                self.paid_order(&id).await;
                page.sending(&[("act", "cancel")])
            }
            "POST /console/{slug}/plan/change" => self.change_of_plan(page, &id).await,
            "POST /console/{slug}/settings" => page.sending(&[("name", "Another name")]),
            "POST /console/{slug}/wallet/voucher" => {
                let (code, key) = (self.voucher().await, self.key());
                page.sending(&[("code", &code), ("seen_minor", VOUCHER_MINOR), ("key", &key)])
            }
            _ => page,
        }
    }

    /// What a further add-on comes to, with credit that pays it.
    async fn change_of_plan(&self, page: Page, id: &str) -> Page {
        self.paid_order(id).await;
        let code = self.fresh("CREDIT");
        let voucher = json!({ "code": code, "credit_omr": 200 });
        self.client("superadmin").post("/billing/vouchers/issue", &voucher).await.expect(200);
        let owner = self.client("owner");
        let redeem = json!({ "tenant_id": id, "code": code });
        owner.post("/billing/vouchers/redeem", &redeem).await.expect(200);
        let path = format!("/billing/subscription/{id}/change/preview");
        let preview = owner.post(&path, &json!({ "addons": ["waf"] })).await.expect(200);
        let (at, total) = (preview["at"].as_str().unwrap(), preview["total_minor"].to_string());
        let key = self.key();
        let seen: [(&str, &str); 3] = [("at", at), ("total_minor", &total), ("key", &key)];
        page.sending(&[&seen[..], &[("set", "addons"), ("addon", "waf")]].concat())
    }

    async fn slug_of(&self, id: &str) -> String {
        let sql = format!("SELECT slug FROM organizations WHERE id = '{id}'");
        self.app.texts(&sql).await.remove(0)
    }

    /// What makes a form one of its kind.
    fn key(&self) -> String {
        let number = self.fresh("key");
        let number: u64 = number.rsplit('-').next().unwrap().parse().unwrap();
        format!("00000000-0000-4000-8000-{number:012}")
    }
}
