//! `GET /billing/invoices/{tenantId}/{invoiceId}/pdf`.

use reqwest::Method;
use serde_json::{Value, json};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::tax::TaxRules;

use crate::harness::{Card, Client, Customer, FQDN, Reply, Setup, TestApp, on_both};
use crate::pdf::content::assert_has;
use crate::pdf::poppler;

/// The only invoice of an Organization, as the list has it.
async fn invoice(customer: &Customer) -> Value {
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    let invoices = customer.client.get(&path).await.expect(200);
    assert_eq!(invoices.as_array().unwrap().len(), 1);
    invoices[0].clone()
}

async fn path(customer: &Customer) -> String {
    let id = invoice(customer).await["id"].as_str().unwrap().to_owned();
    format!("/billing/invoices/{}/{id}/pdf", customer.tenant_id)
}

/// A customer who has paid plan M and a daily backup, 12 OMR, by credit.
async fn customer(app: &TestApp) -> Customer {
    app.issue("TWENTY", 20, 0).await;
    let ahmed = app.customer("kestrel").await;
    let mut order = ahmed.checkout_body("m", "TWENTY");
    order["addons"] = json!(["daily-backup"]);
    ahmed.client.post("/billing/checkout", &order).await.expect(200);
    ahmed
}

/// Fetches the file as somebody whose browser prefers `accepted`.
async fn fetch(client: &Client, path: &str, accepted: &str) -> Reply {
    let headers = [("Accept-Language", accepted)];
    let reply = client.send(Method::GET, path, &headers, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "application/pdf");
    assert!(reply.bytes.starts_with(b"%PDF-"));
    reply
}

async fn text(client: &Client, path: &str) -> String {
    poppler::text(&fetch(client, path, "").await.bytes)
}

on_both! {
    async fn it_says_what_was_ordered_and_how_it_was_paid(app: &TestApp) {
        let ahmed = customer(app).await;
        app.each_minute().await;
        let path = path(&ahmed).await;
        let reply = fetch(&ahmed.client, &path, "").await;
        let disposition = "inline; filename=\"INV-000001.pdf\"";
        assert_eq!(reply.headers["content-disposition"], disposition);
        assert_eq!(reply.headers["cache-control"], "no-store");
        let text = poppler::text(&reply.bytes);
        assert_has(&text, &[
            "INV-000001", FQDN, "kestrel", "kestrel@example.com", &ahmed.tenant_id,
            "Date of issue 1 March 2027", "1 March 2027 – 31 March 2027", "Status Paid",
            "1 9.000 OMR", "1 3.000 OMR", "Total 12.000 OMR", "Paid by credit 12.000 OMR",
            "Amount due 0.000 OMR",
        ]);
        let lines = app.texts("SELECT CAST(lines AS text) FROM orders").await;
        let lines: Value = serde_json::from_str(&lines[0]).unwrap();
        for line in lines.as_array().unwrap() {
            assert_has(&text, &[line["name"].as_str().unwrap()]);
        }
        for absent in ["VAT", "Subtotal", "card", "Rounding"] {
            assert!(!text.contains(absent), "{absent} in {text}");
        }
    }

    async fn it_is_in_the_name_of_the_franchisee(app: &TestApp) {
        let ahmed = customer(app).await;
        app.each_minute().await;
        let path = path(&ahmed).await;
        let brand = json!({ "name": "Kestrel Cloud", "name_ar": "سحابة العوسق" });
        app.sovereign_admin().put("/billing/admin/branding", &brand).await.expect(200);
        assert_has(&text(&ahmed.client, &path).await, &["Kestrel Cloud", FQDN]);
        let arabic = poppler::text(&fetch(&ahmed.client, &path, "ar").await.bytes);
        assert_has(&arabic, &[FQDN]);
        assert!(!arabic.contains("Kestrel Cloud"), "{arabic}");
    }

    /// A month that credit did not cover: what is due, and nothing once it need not be paid.
    async fn one_that_is_not_paid_says_what_is_due(app: &TestApp, Setup::with_stripe()) {
        app.issue("TEN", 10, 0).await;
        let ahmed = app.customer("kestrel").await;
        ahmed.checkout("m", "TEN").await.expect(200);
        app.clock.advance_days(31);
        app.run_job("renew-subscriptions").await;
        app.number_invoices().await;
        let list = format!("/billing/invoices/{}", ahmed.tenant_id);
        let newest = ahmed.client.get(&list).await.expect(200)[0].clone();
        assert_eq!((&newest["status"], &newest["credit_minor"]), (&json!("open"), &json!(0)));
        let path = format!("{list}/{}/pdf", newest["id"].as_str().unwrap());
        let due = ["Status Past due", "Total 9.000 OMR", "Amount due 9.000 OMR"];
        assert_has(&text(&ahmed.client, &path).await, &due);
        let cancel = format!("/billing/subscription/{}/cancel", ahmed.tenant_id);
        ahmed.client.post(&cancel, &json!({ "at": "now" })).await.expect(200);
        let void = ["Status Void", "Total 9.000 OMR", "Amount due 0.000 OMR"];
        assert_has(&text(&ahmed.client, &path).await, &void);
    }

    async fn it_is_in_the_language_that_is_asked_for(app: &TestApp) {
        let ahmed = customer(app).await;
        app.each_minute().await;
        let path = path(&ahmed).await;
        let arabic = format!("{path}?lang=ar");
        for (path, accepted, is_arabic) in [
            (&path, "", false),
            (&path, "fr", false),
            (&path, "ar-OM,en;q=0.5", true),
            (&arabic, "en", true),
            (&format!("{path}?lang=en"), "ar", false),
        ] {
            let text = poppler::text(&fetch(&ahmed.client, path, accepted).await.bytes);
            let words: &[&str] = if is_arabic {
                &["فاتورة", "مدفوع من الرصيد", "INV-000001", "kestrel", "12.000 OMR", "9.000 OMR"]
            } else {
                &["Invoice", "Total", "Paid by credit", "INV-000001", "kestrel", "12.000 OMR"]
            };
            assert_has(&text, words);
            assert_eq!(text.contains("Total"), !is_arabic);
        }
        let wrong = ahmed.client.get(&format!("{path}?lang=fr")).await;
        assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], "lang");
    }

    /// Until the job has come by, it is a matter of waiting; then the list knows where the file is.
    async fn there_is_none_before_it_has_a_number(app: &TestApp) {
        let ahmed = customer(app).await;
        let path = path(&ahmed).await;
        let listed = invoice(&ahmed).await;
        assert_eq!((listed.get("number"), listed.get("pdf_url")), (None, None));
        let reply = ahmed.client.get(&path).await;
        assert_eq!(reply.headers["retry-after"], "60");
        reply.expect_problem(409, "invoice_not_numbered");
        app.each_minute().await;
        let listed = invoice(&ahmed).await;
        assert_eq!(listed["number"], "INV-000001");
        assert_eq!(listed["pdf_url"], format!("https://{FQDN}/api{path}"));
        fetch(&ahmed.client, &format!("/api{path}"), "").await;
    }

    async fn members_may_read_it_and_strangers_get_404(app: &TestApp) {
        let ahmed = customer(app).await;
        let sara = app.customer("sara").await;
        sara.checkout("flexi", "").await.expect(200);
        app.each_minute().await;
        let (ours, theirs) = (path(&ahmed).await, path(&sara).await);
        for role in ["admin", "member", "viewer"] {
            let person = ahmed.add_member(app, role, role).await;
            fetch(&person.client, &ours, "").await;
        }
        for caller in [sara.client.clone(), app.superadmin(), app.sovereign_admin()] {
            caller.get(&ours).await.expect_problem(404, "not_found");
        }
        app.anyone().get(&ours).await.expect_problem(401, "unauthorized");
        // Another Organization's invoice is not one of ours.
        let foreign = theirs.replace(&sara.tenant_id, &ahmed.tenant_id);
        let unknown = format!("/billing/invoices/{}/{}/pdf", ahmed.tenant_id, uuid::Uuid::nil());
        let nonsense = format!("/billing/invoices/{}/1/pdf", ahmed.tenant_id);
        for path in [foreign, unknown, nonsense] {
            ahmed.client.get(&path).await.expect_problem(404, "not_found");
        }
    }

    /// It has a file of its own, elsewhere, and no number here.
    async fn an_adopted_invoice_keeps_its_own(app: &TestApp) {
        let ahmed = customer(app).await;
        app.execute("UPDATE invoices SET amount_omr = 12, pdf_url = 'https://stripe.example/in_1'")
            .await;
        app.each_minute().await;
        let listed = invoice(&ahmed).await;
        assert_eq!(listed["pdf_url"], "https://stripe.example/in_1");
        assert_eq!(listed.get("number"), None);
        ahmed.client.get(&path(&ahmed).await).await.expect_problem(404, "not_found");
    }

    /// An order whose lines were not kept is one line.
    async fn without_lines_it_is_of_the_whole(app: &TestApp) {
        let ahmed = customer(app).await;
        app.execute("UPDATE orders SET lines = '[]'").await;
        app.each_minute().await;
        let text = text(&ahmed.client, &path(&ahmed).await).await;
        assert_has(&text, &["Amount 1 12.000 OMR", "Total 12.000 OMR", "Paid by credit 12.000 OMR"]);
    }

    async fn what_a_card_paid_is_apart(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let ahmed = app.customer("kestrel").await;
        ahmed.checkout("m", "FOUR").await.expect(200);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
        app.stripe().deliver_all(1).await;
        app.clock.advance_seconds(60);
        app.each_minute().await;
        let text = text(&ahmed.client, &path(&ahmed).await).await;
        assert_has(&text, &[
            "Total 9.000 OMR", "Paid by credit 4.000 OMR", "Paid by card 5.000 OMR",
            "Amount due 0.000 OMR",
        ]);
    }

    /// The days are those of the Sovereign's time zone; tax that is added is a line of its own.
    async fn tax_and_days_are_those_of_the_sovereign(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: false },
        zone: TimeZone::get("Asia/Muscat").unwrap(),
        ..Setup::default()
    }) {
        // In Muscat it is two in the morning of the next day.
        app.clock.advance_seconds(10 * 3_600);
        let ahmed = customer(app).await;
        app.each_minute().await;
        assert_eq!(invoice(&ahmed).await["tax_minor"], 600);
        let text = text(&ahmed.client, &path(&ahmed).await).await;
        assert_has(&text, &[
            "Date of issue 2 March 2027", "2 March 2027 – 1 April 2027",
            "Subtotal 12.000 OMR", "VAT (5%) 0.600 OMR", "Total 12.600 OMR",
            "Paid by credit 12.600 OMR",
        ]);
    }

    async fn included_tax_is_a_part_of_the_total(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: true }, ..Setup::default()
    }) {
        let ahmed = customer(app).await;
        app.each_minute().await;
        let text = text(&ahmed.client, &path(&ahmed).await).await;
        assert_has(&text, &["Total 12.000 OMR", "Including VAT (5%) 0.571 OMR"]);
    }
}
