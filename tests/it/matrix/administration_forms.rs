//! The same of the pages of the administration.

use serde_json::json;

use super::forms::Page;
use super::world::{World, email_of};
use crate::harness::{Signer, blueprint};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

impl World<'_> {
    pub(super) async fn administration_page(&self, page: Page, route: &str) -> Page {
        let path = route.split_once(' ').unwrap().1;
        match path.split('/').nth(2) {
            Some("vouchers" | "vouchers.csv") => self.vouchers_page(page, route).await,
            Some("campaigns") => self.campaigns_page(page, route).await,
            Some("catalog") => self.catalog_page(page, route).await,
            Some("branding") => self.branding_page(page, route),
            Some("policy" | "approvals" | "blueprints") => self.policy_page(page, route).await,
            Some("moves") => self.moves_page(page, route),
            Some("reports") if path.contains("{name}") => page.with("name", "credit.csv"),
            _ => self.superadmin_page(page, route).await,
        }
    }

    async fn vouchers_page(&self, page: Page, route: &str) -> Page {
        if route.contains("/vouchers/bulk") || route.contains("/vouchers/mail") {
            return self.many_page(page, route).await;
        }
        match route {
            "POST /admin/vouchers" => {
                let view = self.fresh("View");
                page.sending(&[("act", "keep"), ("view", &view), ("status", "paused")])
            }
            "POST /admin/vouchers/new" => {
                let code = self.fresh("ISSUED");
                page.sending(&[("act", "issue"), ("code", &code), ("credit", "5")])
            }
            "GET /admin/vouchers/cards.pdf" | "GET /admin/vouchers/edit" => {
                page.asking("q", &self.voucher().await)
            }
            "POST /admin/vouchers/edit" => {
                // A part of a code that no other one has.
                let code = format!("{}-EDIT", self.voucher().await);
                let voucher = json!({ "code": code, "credit_omr": 5 });
                let root = self.client("superadmin");
                root.post("/billing/vouchers/issue", &voucher).await.expect(200);
                page.sending(&[("action", "pause"), ("q", &code), ("count", "1")])
            }
            "POST /admin/vouchers/import" => {
                page.uploading(&format!("code,credit\n{},5\n", self.fresh("IMPORTED")))
            }
            "POST /admin/vouchers/{code}" => {
                page.with("code", &self.voucher().await).sending(&[("act", "pause")])
            }
            _ if route.contains("{code}") => page.with("code", &self.voucher().await),
            _ => page,
        }
    }

    async fn many_page(&self, page: Page, route: &str) -> Page {
        let count = [("count", "2"), ("prefix", "MATRIX-"), ("credit", "5"), ("cap", "1")];
        let cancel = [("act", "cancel")];
        match route {
            "POST /admin/vouchers/bulk/new" => page.sending(&count),
            "POST /admin/vouchers/bulk/{id}" => {
                page.with("id", &self.bulk_operation().await).sending(&cancel)
            }
            "GET /admin/vouchers/bulk/{id}" => page.with("id", &self.bulk_operation().await),
            "POST /admin/vouchers/mail/new" => {
                let email = format!("{}@mailed.example", self.fresh("to"));
                page.sending(&[("act", "send"), ("addresses", &email), ("credit", "5")])
            }
            "POST /admin/vouchers/mail/{id}" => {
                page.with("id", &self.mailing().await).sending(&cancel)
            }
            _ if route.contains("{id}") => page.with("id", &self.mailing().await),
            _ => page,
        }
    }

    async fn campaigns_page(&self, page: Page, route: &str) -> Page {
        match route {
            "POST /admin/campaigns/new" => page.sending(&[("name", &self.fresh("Campaign"))]),
            "POST /admin/campaigns/{id}" => {
                page.with("id", &self.campaign().await).sending(&[("act", "pause")])
            }
            _ if route.contains("{id}") => page.with("id", &self.campaign().await),
            _ => page,
        }
    }

    async fn catalog_page(&self, page: Page, route: &str) -> Page {
        match route {
            "POST /admin/catalog" => page.sending(&[("tier", "basic"), ("price-basic", "1.5")]),
            "POST /admin/catalog/{kind}/new" => {
                let slug = self.fresh("made");
                let names = [("act", "add"), ("slug", &*slug), ("name", &*slug)];
                let rest = [("price", "2.5"), ("cpu", "1 vCPU"), ("features", "One")];
                page.with("kind", "plans").sending(&[names, rest].concat())
            }
            "POST /admin/catalog/{kind}/{slug}" => {
                let slug = self.fresh("made");
                let plan = json!({ "slug": slug, "name": slug, "price_omr": 1 });
                let root = self.client("superadmin");
                root.post("/catalog/admin/plans", &plan).await.expect(201);
                let page = page.with("kind", "plans").with("slug", &slug);
                page.sending(&[("act", "retire")])
            }
            "GET /admin/catalog/{kind}/{slug}" => page.with("kind", "plans").with("slug", "m"),
            _ if route.contains("{kind}") => page.with("kind", "plans"),
            _ => page,
        }
    }

    fn branding_page(&self, page: Page, route: &str) -> Page {
        match route {
            "POST /admin/branding" => {
                page.sending(&[("act", "save"), ("name", &self.fresh("Cloud"))])
            }
            "POST /admin/branding/logo" => page.uploading(SVG),
            _ => page,
        }
    }

    async fn policy_page(&self, page: Page, route: &str) -> Page {
        match route {
            "POST /admin/policy" => {
                let path = "/billing/admin/environment-policy";
                let policy = self.client("superadmin").get(path).await.expect(200);
                let version = policy["version"].to_string();
                // Another one each time: setting what is set is no change.
                let digits = |text: String| text.replace(|c: char| !c.is_ascii_digit(), "");
                let above = format!("900{}", digits(self.fresh("above")));
                page.sending(&[("version", &version), ("approval_above_monthly_minor", &above)])
            }
            "POST /admin/approvals/{id}" => {
                let page = page.with("id", &self.approval(false).await);
                page.sending(&[("act", "refuse"), ("note", "not now")])
            }
            "GET /admin/approvals/{id}" => page.with("id", &self.approval(false).await),
            // Nothing was signed.
            "POST /admin/blueprints" => page.uploading(""),
            _ if route.contains("{slug}") => {
                let slug = self.fresh("signed");
                let signed = Signer::franchisee().submission(&blueprint(&slug));
                let root = self.client("superadmin");
                root.post("/catalog/admin/blueprints", &signed).await.expect(201);
                let page = page.with("slug", &slug);
                if route.starts_with("GET") {
                    return page;
                }
                page.uploading("").sending(&[("act", "retire"), ("confirm", &slug)])
            }
            _ => page,
        }
    }

    /// Nothing has moved.
    fn moves_page(&self, page: Page, route: &str) -> Page {
        match route {
            "POST /admin/moves" => page.uploading(""),
            _ if route.contains("{id}") => page.with("id", &self.shared),
            _ => page,
        }
    }

    async fn superadmin_page(&self, page: Page, route: &str) -> Page {
        match route {
            "POST /admin/alarms" => page.sending(&[("alarm", &self.alarm().await), ("note", "x")]),
            "POST /admin/payments" => {
                page.sending(&[("act", "save"), ("public", "pk_test_51NmatrixAAAA")])
            }
            "POST /admin/system" => page.sending(&[("job", "expire-credit")]),
            "POST /admin/users" => {
                let email = email_of(&self.fresh("granted"));
                let role = ("role", "sovereign-admin");
                page.sending(&[("act", "grant"), ("new-email", &email), role])
            }
            "POST /admin/webhooks" => {
                page.sending(&[("act", "add"), ("url", "https://example.com/events")])
            }
            "GET /admin/webhooks/{id}" => page.with("id", &self.event_endpoint().await.0),
            "POST /admin/webhooks/{id}" => {
                let page = page.with("id", &self.event_endpoint().await.0);
                let url = ("url", "https://example.com/events");
                page.sending(&[("act", "save"), url, ("enabled", "yes")])
            }
            "GET /admin/organizations/{id}" | "GET /admin/organizations/{id}/move" => {
                page.with("id", &self.shared)
            }
            "POST /admin/organizations/{id}/move" => {
                let page = page.with("id", &self.organization().await).uploading("");
                page.sending(&[("act", "begin"), ("to", "b.example")])
            }
            "POST /admin/organizations/{id}" => {
                page.with("id", &self.organization().await).sending(&[("act", "suspend")])
            }
            "GET /admin/orders/{id}" => {
                page.with("id", &self.paid_order(&self.organization().await).await)
            }
            "POST /admin/orders/{id}" => {
                let page = page.with("id", &self.paid_order(&self.organization().await).await);
                let key = self.fresh("refund");
                page.sending(&[("act", "refund"), ("reason", "asked for"), ("key", &key)])
            }
            _ => page,
        }
    }
}
