//! The receipt: what was paid and how, with the invoice.

use sovereign::jobs::{self, Outcome};
use sovereign_domain::tax::TaxRules;

use super::{assert_has, email, pay, plan_name, read_arabic, setup, unpaid, waiting};
use crate::harness::{FQDN, Setup, TestApp, on_both};
use crate::pdf::{content, poppler};

async fn do_job(app: &TestApp, job: &str) -> Outcome {
    app.runner().run_now(&jobs::find(job).unwrap()).await.unwrap()
}

on_both! {
    async fn it_says_what_was_paid_and_brings_the_invoice(app: &TestApp, setup()) {
        unpaid(app, "kestrel").await;
        pay(app).await;
        assert_eq!(waiting(app).await, 1);
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), format!("Receipt from {FQDN}: 9.000 OMR"));
        assert_eq!(mail.header("Content-Language"), "en");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        let plan = plan_name(app).await;
        for text in [mail.text.as_ref().unwrap(), mail.html.as_ref().unwrap()] {
            assert_has(text, &[
                "Paid: 9.000 OMR", "kestrel", FQDN, &plan, "1 March 2027 – 31 March 2027",
                "Paid by credit", "4.000 OMR", "Paid by card (Visa •••• 4242)", "5.000 OMR",
                "The invoice INV-000001 is attached.",
            ]);
            assert!(!text.contains("VAT") && !text.contains("Rounding"), "{text}");
        }
        let [file] = mail.attachments.as_slice() else { panic!("{:?}", mail.attachments) };
        assert_eq!((&*file.name, &*file.kind), ("INV-000001.pdf", "application/pdf"));
        let invoice = poppler::text(&file.bytes());
        content::assert_has(&invoice, &["INV-000001", "Total 9.000 OMR", "kestrel"]);
        assert_eq!(waiting(app).await, 0);
        assert_eq!(app.sink().untaken_to(&email("kestrel")), 0);
    }

    async fn in_arabic(app: &TestApp, setup()) {
        unpaid(app, "kestrel").await;
        read_arabic(app).await;
        pay(app).await;
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), format!("إيصال من {FQDN}: 9.000 OMR"));
        assert_eq!(mail.header("Content-Language"), "ar");
        let (text, html) = (mail.text.unwrap(), mail.html.unwrap());
        for text in [&text, &html] {
            assert_has(text, &[
                "تم دفع 9.000 OMR", "مؤسسة kestrel", "1 مارس 2027 – 31 مارس 2027",
                "مدفوع من الرصيد", "4.000 OMR", "مدفوع بالبطاقة (Visa •••• 4242)", "5.000 OMR",
                "INV-000001",
            ]);
        }
        // What is written from left to right keeps its order.
        assert!(text.contains("\u{2068}9.000\u{a0}OMR\u{2069}"), "{text}");
        assert!(html.contains("dir=\"rtl\"") && html.contains("<bdi>9.000\u{a0}OMR</bdi>"), "{html}");
        let invoice = poppler::text(&mail.attachments[0].bytes());
        content::assert_has(&invoice, &["فاتورة", "INV-000001"]);
    }

    /// Waiting is no failure.
    async fn it_waits_for_the_invoices_number(app: &TestApp, setup()) {
        unpaid(app, "kestrel").await;
        pay(app).await;
        for _ in 0..3 {
            assert_eq!(do_job(app, "send-letters").await, Outcome::Done(1));
            assert_eq!(app.number("SELECT CAST(failures AS bigint) FROM letters").await, 0);
            assert_eq!(do_job(app, "send-letters").await, Outcome::Done(0), "it waits a minute");
            app.clock.advance_seconds(60);
        }
        assert_eq!(app.sink().untaken_to(&email("kestrel")), 0);
        do_job(app, "number-invoices").await;
        do_job(app, "send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.attachments.len(), 1);
        assert_eq!(waiting(app).await, 0);
    }

    async fn tax_is_a_line_of_its_own(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: false }, ..setup()
    }) {
        unpaid(app, "kestrel").await;
        pay(app).await;
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_has(&mail.text.unwrap(), &["VAT (5%): 0.450 OMR", "Total: 9.450 OMR"]);
    }
}
