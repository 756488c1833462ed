//! Letters that ask for a payment: why, for what, how much, where, and when it is tried again.

use sovereign_domain::calendar::TimeZone;

use super::{
    assert_has, email, file, letter_id, link, pay, plain, plan_name, read_arabic, renewal_due,
    setup, unpaid, waiting,
};
use crate::harness::{FQDN, Setup, on_both};

/// Each kind with its subject, and a word of its heading.
const ENGLISH: [(&str, &str, &str); 4] = [
    ("payment_due", "kestrel: 9.000 OMR to pay", "there is no card that we could charge"),
    ("confirm_payment", "kestrel: confirm the payment of 9.000 OMR", "Your bank wants you"),
    ("payment_failed", "kestrel: the payment of 9.000 OMR failed", "Your card was declined"),
    ("suspended", "kestrel is suspended", "Once it is paid, the subscription is active again."),
];
const ARABIC: [(&str, &str, &str); 4] = [
    ("payment_due", "kestrel: مبلغ مستحق 9.000 OMR", "ولا توجد بطاقة"),
    ("confirm_payment", "kestrel: أكّد دفع 9.000 OMR", "مصرفك يطلب تأكيدك"),
    ("payment_failed", "kestrel: تعذّر دفع 9.000 OMR", "رُفضت بطاقتك"),
    ("suspended", "أُوقف اشتراك kestrel", "يعود الاشتراك فعّالًا"),
];

on_both! {
    async fn each_kind_in_english(app: &TestApp, setup()) {
        let (customer, order) = renewal_due(app, "kestrel", 9).await;
        let plan = plan_name(app).await;
        for (number, (kind, subject, word)) in (1..).zip(ENGLISH) {
            file(app, number, kind, &customer.tenant_id, Some(&order)).await;
            app.each_minute().await;
            let mail = app.sink().next_to(&email("kestrel")).await;
            assert_eq!(mail.header("Subject"), subject);
            let message_id = format!("<{}@{FQDN}>", letter_id(number));
            assert_eq!(mail.header("Message-ID"), message_id);
            for text in [mail.text.as_ref().unwrap(), mail.html.as_ref().unwrap()] {
                assert_has(text, &[
                    word, "9.000 OMR", &plan, &link(&order), "Amount due",
                    "1 March 2027 – 31 March 2027", "Otherwise we try again on 3 March 2027.",
                ]);
            }
            assert!(mail.attachments.is_empty());
        }
        assert_eq!(waiting(app).await, 0);
    }

    async fn each_kind_in_arabic(app: &TestApp, Setup {
        zone: TimeZone::get("Asia/Muscat").unwrap(), ..setup()
    }) {
        // In Muscat the renewal is due at two in the morning of the next day.
        app.clock.advance_seconds(10 * 3_600);
        let (customer, order) = renewal_due(app, "kestrel", 9).await;
        read_arabic(app).await;
        for (number, (kind, subject, word)) in (1..).zip(ARABIC) {
            file(app, number, kind, &customer.tenant_id, Some(&order)).await;
            app.each_minute().await;
            let mail = app.sink().next_to(&email("kestrel")).await;
            assert_eq!(mail.header("Subject"), subject);
            let (text, html) = (mail.text.unwrap(), mail.html.unwrap());
            for text in [&text, &html] {
                assert_has(text, &[
                    word, "9.000 OMR", &link(&order), "المبلغ المستحق",
                    "2 مارس 2027 – 1 أبريل 2027", "4 مارس 2027",
                ]);
            }
            assert!(text.contains("\u{2068}9.000\u{a0}OMR\u{2069}"), "{text}");
            assert!(html.contains("dir=\"rtl\""), "{html}");
        }
    }

    /// What a card will be asked for is what credit leaves, as it stands now.
    async fn credit_that_came_meanwhile_counts(app: &TestApp, setup()) {
        let (customer, order) = renewal_due(app, "kestrel", 13).await;
        file(app, 1, "payment_due", &customer.tenant_id, Some(&order)).await;
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: 5.000 OMR to pay");
        let text = plain(&mail.text.unwrap());
        assert_has(&text, &["Total: 9.000 OMR", "From your credit: 4.000 OMR", "Amount due: 5.000 OMR"]);
        // Now it covers all of it, and has paid it: all there is to tell is the receipt.
        file(app, 2, "payment_failed", &customer.tenant_id, Some(&order)).await;
        app.issue("TEN", 10, 0).await;
        customer.redeem("TEN").await.expect(200);
        app.number_invoices().await;
        app.each_minute().await;
        assert_eq!(waiting(app).await, 0);
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_has(&plain(&mail.text.unwrap()), &["Paid by credit: 9.000 OMR"]);
        assert_eq!(app.sink().untaken_to(&email("kestrel")), 0);
    }

    async fn of_what_was_paid_meanwhile_nothing_is_said(app: &TestApp, setup()) {
        let (customer, order) = unpaid(app, "kestrel").await;
        for (number, (kind, ..)) in (1..).zip(ENGLISH) {
            file(app, number, kind, &customer.tenant_id, Some(&order)).await;
        }
        pay(app).await;
        assert_eq!(waiting(app).await, 5, "and the receipt");
        app.each_minute().await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert!(mail.header("Subject").starts_with("Receipt from"), "{mail:?}");
        assert_eq!(app.sink().untaken_to(&email("kestrel")), 0);
        assert_eq!(waiting(app).await, 0);
    }

    async fn of_an_order_that_ended_nothing_is_said(app: &TestApp, setup()) {
        let (customer, order) = unpaid(app, "kestrel").await;
        app.clock.advance_seconds(3 * 3_600);
        app.stripe().expire_due();
        app.stripe().deliver_all(1).await;
        file(app, 1, "payment_due", &customer.tenant_id, Some(&order)).await;
        let unknown = uuid::Uuid::nil().to_string();
        file(app, 2, "payment_due", &customer.tenant_id, Some(&unknown)).await;
        file(app, 3, "receipt", &customer.tenant_id, Some(&order)).await;
        app.each_minute().await;
        assert_eq!(waiting(app).await, 0);
        assert_eq!(app.sink().untaken_to(&email("kestrel")), 0);
    }
}
