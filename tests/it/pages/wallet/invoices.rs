//! Invoices and credit notes, with their files.

use serde_json::json;

use super::owner;
use crate::harness::{Setup, on_both};

const PAGE: &str = "/console/kestrel/invoices";

on_both! {
    async fn each_has_its_payment_and_its_file(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        browser.get(PAGE).await.expect(200).has(&["There is no invoice yet", "Choose a plan"]);
        app.issue("TWENTY", 20, 0).await;
        let answer = customer.checkout("m", "TWENTY").await.expect(200);
        browser.get(PAGE).await.expect(200).has(&["Number follows", "Paid"]);
        app.number_invoices().await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "INV-000001", "1\u{a0}March\u{a0}2027 – 31\u{a0}March\u{a0}2027", "9.000\u{a0}OMR",
            "0.000\u{a0}OMR", "Paid",
        ]);
        let path = shown.text.split("href=\"").find(|part| part.contains("/pdf\"")).unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        let file = browser.get(&path).await.expect(200);
        assert_eq!(file.headers["content-type"], "application/pdf");
        assert!(file.headers["content-disposition"].to_str().unwrap().contains("INV-000001.pdf"));
        assert!(file.text.starts_with("%PDF-"));

        let order = answer["order_id"].as_str().unwrap();
        let refund = format!("/billing/admin/orders/{order}/refund");
        let body = json!({ "amount_minor": 4_000, "reason": "goodwill" });
        app.superadmin().post(&refund, &body).await.expect(200);
        app.number_credit_notes().await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Credit notes", "CN-000001", "4.000\u{a0}OMR", "Given back"]);
        let note = shown.text.split("href=\"").find(|part| part.contains("credit-notes/")).unwrap();
        let note = note.split('"').next().unwrap().to_owned();
        assert!(browser.get(&note).await.expect(200).text.starts_with("%PDF-"));

        let mut other = app.browser();
        other.sign_in(app, "other@example.com").await;
        other.get(&path).await.expect(404);
        for none in ["x", "00000000-0000-0000-0000-000000000000"] {
            browser.get(&format!("{PAGE}/{none}/pdf")).await.expect(404).has(&["no such document"]);
        }
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["الفواتير", "مدفوعة"]);

        // As an Organization brings them along from another Sovereign.
        for table in ["invoices", "refunds"] {
            app.execute(&format!(
                "UPDATE {table} SET foreign_number = number, number = NULL, foreign_fqdn = 'b.example'"
            ))
            .await;
        }
        browser.get(PAGE).await.expect(200).has(&["INV-000001", "صادر عن", "b.example"]);
        browser.language = "en";
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["INV-000001", "CN-000001", "issued by b.example"]);
        for file in [&path, &note] {
            assert!(browser.get(file).await.expect(200).text.starts_with("%PDF-"));
        }
    }
}
