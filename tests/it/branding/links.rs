//! Everything that leads to the pages begins with the host that is set, from that moment on.

use serde_json::json;

use super::set;
use crate::harness::{FQDN, Setup, on_both};

const HOST: &str = "cloud.kestrel.example";

fn setup() -> Setup {
    Setup { takes_cards: true, ..Setup::with_mail() }
}

on_both! {
    async fn payments_come_back_to_it(app: &TestApp, setup()) {
        let back = async |name: &str| {
            app.customer(name).await.checkout("m", "").await.expect(200);
            let session = app.stripe().all("checkout.session").pop().unwrap();
            ["success_url", "cancel_url"].map(|member| session[member].as_str().unwrap().to_owned())
        };
        for url in back("kestrel").await {
            assert!(url.starts_with(&format!("https://{FQDN}/checkout/return?order=")), "{url}");
        }
        set(app, json!({ "host": "Cloud.Kestrel.example:8443" })).await;
        for url in back("falcon").await {
            assert!(url.starts_with(&format!("https://{HOST}:8443/checkout/return?order=")), "{url}");
        }
    }

    async fn invoices_are_there(app: &TestApp, setup()) {
        app.issue("TEN", 10, 0).await;
        let customer = app.customer("kestrel").await;
        customer.checkout("m", "TEN").await.expect(200);
        app.number_invoices().await;
        set(app, json!({ "host": HOST })).await;
        let path = format!("/billing/invoices/{}", customer.tenant_id);
        let invoices = customer.client.get(&path).await.expect(200);
        let url = invoices[0]["pdf_url"].as_str().unwrap();
        assert!(url.starts_with(&format!("https://{HOST}/api{path}/")), "{url}");
    }

    /// What programs keep stays where it was: keys, and the first administrator's link.
    async fn what_programs_keep_stays(app: &TestApp, setup()) {
        set(app, json!({ "host": HOST })).await;
        let issuer = app.anyone().get("/.well-known/openid-configuration").await.expect(200);
        assert_eq!(issuer["jwks_uri"], format!("https://{FQDN}/.well-known/jwks.json"));
        let link = app.administrator_link().await.unwrap();
        assert!(link.starts_with(&format!("https://{FQDN}/auth/administrator?token=")), "{link}");
    }
}
