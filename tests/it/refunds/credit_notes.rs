//! Credit notes: numbers of their own, without gaps, listed and printed in English and Arabic.

use serde_json::json;
use sovereign_domain::tax::TaxRules;

use super::{Paid, paid, root, setup};
use crate::harness::{Setup, TestApp, on_both};
use crate::pdf::content::assert_has;
use crate::pdf::poppler;

async fn listed(paid: &Paid) -> serde_json::Value {
    let path = format!("/billing/credit-notes/{}", paid.customer.tenant_id);
    paid.customer.client.get(&path).await.expect(200)
}

async fn text(paid: &Paid, path: &str) -> String {
    let reply = paid.customer.client.get(path).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "application/pdf");
    poppler::text(&reply.bytes)
}

async fn invoice_text(paid: &Paid) -> String {
    let tenant_id = &paid.customer.tenant_id;
    let path = format!("/billing/invoices/{tenant_id}");
    let invoices = paid.customer.client.get(&path).await.expect(200);
    let id = invoices[0]["id"].as_str().unwrap();
    text(paid, &format!("{path}/{id}/pdf")).await
}

async fn a_minute_later(app: &TestApp) {
    app.clock.advance_seconds(60);
    app.each_minute().await;
}

on_both! {
    /// An Organization brought them along from another Sovereign: they are that one's, under its numbers, and say so.
    async fn another_sovereigns_keep_their_numbers(app: &TestApp, setup()) {
        let paid = paid(app, "kestrel").await;
        paid.refund(&root(app).await, "a", json!({ "amount_minor": 900 })).await.expect(200);
        a_minute_later(app).await;
        for table in ["invoices", "refunds"] {
            app.execute(&format!(
                "UPDATE {table} SET number = NULL, foreign_number = 7, foreign_fqdn = 'b.example'"
            ))
            .await;
        }
        let note = listed(&paid).await[0].clone();
        assert_eq!((&note["number"], &note["issued_by"]), (&json!("CN-000007"), &json!("b.example")));
        let refund = paid.refunds(app).await["refunds"][0].clone();
        assert_eq!(refund["credit_note_issued_by"], "b.example");
        let path = format!("/billing/invoices/{}", paid.customer.tenant_id);
        let invoice = paid.customer.client.get(&path).await.expect(200)[0].clone();
        assert_eq!((&invoice["number"], &invoice["issued_by"]), (&json!("INV-000007"), &json!("b.example")));
        assert_has(&invoice_text(&paid).await, &["INV-000007", "Issued by b.example"]);
        let path = format!(
            "/billing/credit-notes/{}/{}/pdf", paid.customer.tenant_id, note["id"].as_str().unwrap()
        );
        assert_has(&text(&paid, &path).await, &["CN-000007", "INV-000007", "Issued by b.example"]);
        assert_has(&text(&paid, &format!("{path}?lang=ar")).await, &["CN-000007", "b.example"]);
        let ledger = format!("/billing/ledger/{}", paid.customer.tenant_id);
        let lines = paid.customer.client.get(&ledger).await.expect(200);
        let numbered = lines.as_array().unwrap().iter().find(|line| line["invoice_number"] == "INV-000007");
        assert_eq!(numbered.unwrap()["invoice_issued_by"], "b.example");

        // This Sovereign's own credit note, for an invoice of the other one.
        app.execute("UPDATE refunds SET number = 1, foreign_number = NULL, foreign_fqdn = NULL").await;
        assert_has(&text(&paid, &path).await, &["CN-000001", "INV-000007 (b.example)"]);
        assert_eq!(listed(&paid).await[0].get("issued_by"), None);
    }

    async fn they_are_listed_and_printed(app: &TestApp, setup()) {
        let paid = paid(app, "kestrel").await;
        assert_eq!(listed(&paid).await, json!([]));
        let refund = paid.refund(&root(app).await, "a", json!({ "amount_minor": 900 })).await.expect(200);
        let note = listed(&paid).await[0].clone();
        assert_eq!((&note["id"], &note["amount_minor"]), (&refund["id"], &json!(900)));
        assert_eq!((note.get("number"), note.get("pdf_url")), (None, None));
        let path = format!(
            "/billing/credit-notes/{}/{}/pdf", paid.customer.tenant_id, note["id"].as_str().unwrap()
        );
        let early = paid.customer.client.get(&path).await;
        assert_eq!(early.headers["retry-after"], "60");
        early.expect_problem(409, "credit_note_not_numbered");
        a_minute_later(app).await;
        let note = listed(&paid).await[0].clone();
        assert_eq!(note["number"], "CN-000001");
        assert!(note["pdf_url"].as_str().unwrap().ends_with(&path));
        assert_eq!(paid.refunds(app).await["refunds"][0]["credit_note"], "CN-000001");
        assert_has(&text(&paid, &path).await, &[
            "Credit note", "CN-000001", "INV-000001", "kestrel", "Refund", "Total credited 0.900 OMR",
            "Returned as credit 0.400 OMR", "Refunded to card 0.500 OMR",
        ]);
        assert_has(&text(&paid, &format!("{path}?lang=ar")).await, &[
            "إشعار دائن", "CN-000001", "INV-000001", "استرداد", "0.900 OMR",
        ]);
        assert_has(&invoice_text(&paid).await, &["Status Partly refunded"]);
        paid.refund(&root(app).await, "b", json!({})).await.expect(200);
        assert_has(&invoice_text(&paid).await, &["Status Refunded"]);
    }

    async fn members_may_read_them_and_strangers_get_404(app: &TestApp, setup()) {
        let paid = paid(app, "kestrel").await;
        paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        a_minute_later(app).await;
        let note = listed(&paid).await[0]["id"].as_str().unwrap().to_owned();
        let list = format!("/billing/credit-notes/{}", paid.customer.tenant_id);
        let pdf = format!("{list}/{note}/pdf");
        let viewer = paid.customer.add_member(app, "viewer", "viewer").await;
        let sara = app.customer("sara").await;
        for path in [&list, &pdf] {
            assert_eq!(viewer.client.get(path).await.status, 200);
            for stranger in [&sara.client, &app.superadmin()] {
                stranger.get(path).await.expect_problem(404, "not_found");
            }
        }
        // Another Organization's is not one of theirs, and neither is what does not exist.
        for id in [note.as_str(), "00000000-0000-0000-0000-000000000000", "1"] {
            let path = format!("/billing/credit-notes/{}/{id}/pdf", sara.tenant_id);
            sara.client.get(&path).await.expect_problem(404, "not_found");
        }
    }

    /// Tax that was added is a line of its own here too.
    async fn they_show_their_tax(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: false }, ..setup()
    }) {
        let paid = paid(app, "kestrel").await;
        paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        a_minute_later(app).await;
        let note = listed(&paid).await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/billing/credit-notes/{}/{note}/pdf", paid.customer.tenant_id);
        assert_has(&text(&paid, &path).await, &[
            "Subtotal 9.000 OMR", "VAT (5%) 0.450 OMR", "Total credited 9.450 OMR",
        ]);
    }

    /// A payment that came too late has no invoice, and its refund no credit note.
    async fn whoever_numbers_them_leaves_no_gap(app: &TestApp, setup()) {
        let paid = paid(app, "kestrel").await;
        let root = root(app).await;
        let mut count = 0;
        for round in 0..4 {
            for number in 0..3 {
                let wish = json!({ "credit_minor": 10 });
                paid.refund(&root, &format!("{round}-{number}"), wish).await.expect(200);
                count += 1;
            }
            tokio::join!(
                app.number_credit_notes(),
                app.number_credit_notes(),
                app.number_credit_notes()
            );
            app.number_credit_notes().await;
            assert_eq!(app.number("SELECT MAX(number) FROM refunds").await, count);
            assert_eq!(app.number("SELECT COUNT(number) FROM refunds").await, count);
        }
        app.execute("UPDATE refunds SET number = NULL, has_note = FALSE").await;
        assert_eq!(app.number_credit_notes().await, 0);
    }
}
