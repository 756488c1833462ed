//! What there is, how long it lasts, and what moved.

use serde_json::json;

use super::{PAGE, another, owner};
use crate::harness::{Setup, on_both};

on_both! {
    async fn an_empty_wallet_says_what_it_is_for(app: &TestApp, Setup::with_mail()) {
        let (_, mut browser) = owner(app).await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "0.000\u{a0}OMR", "Nothing has moved yet", "Add a first voucher", "name=\"code\"",
            "There is no subscription yet",
        ]);
        assert!(!shown.text.contains("name=\"movement\""), "{}", shown.text);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "المحفظة", "لا حركات بعد"]);
    }

    async fn it_shows_what_there_is_and_how_long_it_lasts(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        app.issue_as(json!({ "code": "SHORT-40", "credit_omr": 40, "credit_valid_days": 70 })).await;
        customer.checkout("m", "SHORT-40").await.expect(200);
        app.number_invoices().await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&[
            "31.000\u{a0}OMR", "1 June 2027", "Voucher SHORT-40", "10 May 2027",
            "13.000\u{a0}OMR will expire", "Order of plan M", "-9.000\u{a0}OMR", "+40.000\u{a0}OMR",
            "INV-000001", "/wallet/ledger.csv",
        ]);
        // Arabic-Indic digits where the reader chose them; codes stay as they are copied.
        browser.language = "ar";
        browser.get("/digits?name=arab&return_to=/").await.expect(303);
        let arabic = browser.get(PAGE).await.expect(200);
        arabic.has(&["٣١٫٠٠٠\u{a0}OMR", "١ يونيو ٢٠٢٧", "SHORT-40", "INV-000001"]);
    }

    async fn held_credit_leads_to_its_order(app: &TestApp, Setup {
        takes_cards: true, ..Setup::with_mail()
    }) {
        let (customer, mut browser) = owner(app).await;
        app.issue("FOUR", 4, 0).await;
        let answer = customer.checkout("m", "FOUR").await.expect(200);
        let pay = format!("href=\"/pay/{}\"", answer["order_id"].as_str().unwrap());
        browser.get(PAGE).await.expect(200).has(&["Held", "4.000\u{a0}OMR", &pay]);
    }

    async fn movements_can_be_chosen_and_paged(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        for number in 1..=53 {
            let code = format!("NUMBER-{number}");
            app.issue(&code, number, 0).await;
            customer.redeem(&code).await.expect(200);
            app.clock.advance_seconds(1);
        }
        customer.checkout("m", "").await.expect(200);
        let first = browser.get(PAGE).await.expect(200);
        first.has(&["Voucher NUMBER-53", "Older movements", "1431.000\u{a0}OMR"]);
        assert!(!first.text.contains("Newest movements"), "{}", first.text);
        let older = first.text.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let older = older.replace("&amp;", "&").replace("&#38;", "&");
        let second = browser.get(older.split('#').next().unwrap()).await.expect(200);
        second.has(&["+1.000\u{a0}OMR", "Newest movements"]);
        assert!(!second.text.contains("Older movements"), "{}", second.text);

        let chosen = browser.get(&format!("{PAGE}?movement=spent")).await.expect(200);
        chosen.has(&["Order of plan M", "value=\"spent\" selected", "movement=spent", "Show all"]);
        assert!(!chosen.text.contains("+1.000"), "{}", chosen.text);
        let code = browser.get(&format!("{PAGE}?voucher=number-7&from=2027-03-01&to=2027-03-01")).await;
        code.expect(200).has(&["+7.000\u{a0}OMR", "value=\"number-7\"", "value=\"2027-03-01\""]);
        browser.get(&format!("{PAGE}?voucher=OTHER")).await.expect(200).has(&["No movement is like this"]);
        for (query, field) in [
            ("movement=stolen", "#movement"),
            ("from=yesterday", "#from"),
            ("from=2027-03-02&to=2027-03-01", "#to"),
            ("after=x", "#ledger"),
        ] {
            let wrong = browser.get(&format!("{PAGE}?{query}")).await.expect(400);
            wrong.has(&["data-takes-focus", &format!("href=\"{field}\"")]);
        }
    }

    async fn the_file_is_of_the_lines_that_are_shown(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        app.issue("TWENTY", 20, 0).await;
        customer.checkout("m", "TWENTY").await.expect(200);
        let file = browser.get(&format!("{PAGE}/ledger.csv?movement=spent")).await.expect(200);
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert!(file.headers["content-disposition"].to_str().unwrap().contains("kestrel-ledger.csv"));
        assert_eq!(file.text.trim_end().lines().count(), 2, "{}", file.text);
        file.has(&["Order of plan M", ",-9.000,11.000,OMR,-9000,11000,0,"]);
        browser.get(&format!("{PAGE}/ledger.csv?from=x")).await.expect(400).has(&["cannot be found"]);
    }

    async fn it_is_for_those_who_may_spend(app: &TestApp, Setup::with_mail()) {
        let (customer, mut browser) = owner(app).await;
        browser.get(PAGE).await.expect(200);
        let mut admin = another(app, &customer, "admin").await;
        admin.get(PAGE).await.expect(200);
        for role in ["member", "viewer"] {
            let mut member = another(app, &customer, role).await;
            for path in [PAGE.to_owned(), format!("{PAGE}/ledger.csv")] {
                member.get(&path).await.expect(403).has(&["for owners and administrators"]);
            }
            member.get("/console").await.expect(200);
            let pressed = member.submit(&format!("{PAGE}/voucher"), &[("code", "X")]).await;
            pressed.expect(403);
            member.get("/console/kestrel/invoices").await.expect(200);
        }
        let mut other = app.browser();
        other.sign_in(app, "other@example.com").await;
        for path in [PAGE, "/console/kestrel/invoices", "/console/none/wallet"] {
            other.get(path).await.expect(404).has(&["There is no such Organization"]);
        }
        assert!(app.browser().get(PAGE).await.location().starts_with("/sign-in?return_to="));
    }
}
