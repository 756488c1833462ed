//! The audit log in a page: found by who, what, to what, where and when.

use super::{lacks, superadmin};
use crate::harness::{Setup, on_both};

const AUDIT: &str = "/admin/audit";

on_both! {
    async fn lines_are_listed_and_found(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        app.issue("MUSCAT-20", 20, 0).await;
        browser.get("/admin/users").await.expect(200);
        let role = [("act", "grant"), ("new-email", "maryam@example.com"), ("role", "sovereign-admin")];
        browser.submit("/admin/users", &role).await.location();
        app.clock.advance_days(1);
        let kestrel = app.customer("kestrel").await;
        kestrel.checkout("m", "MUSCAT-20").await.expect(200);
        app.revoke("MUSCAT-20").await;
        let all = browser.get(AUDIT).await.expect(200);
        all.has(&["voucher.issue", "voucher.revoke", "checkout", "MUSCAT-20", "user.role", "<bdi>root@example.com</bdi>", "&#34;credit_minor&#34;: 20000", "not yet"]);
        for (query, has, lack) in [
            ("action=voucher.revoke".to_owned(), "voucher.revoke", ">checkout<"),
            ("subject=MUSCAT-20&action=voucher.issue".to_owned(), "voucher.issue", "voucher.revoke"),
            (format!("organization={}", kestrel.tenant_id), ">checkout<", "voucher.issue"),
            ("to=2027-03-01".to_owned(), "voucher.issue", "voucher.revoke"),
            ("from=٢٠٢٧-٠٣-٠٢".to_owned(), "voucher.revoke", "voucher.issue"),
        ] {
            let found = browser.get(&format!("{AUDIT}?{query}")).await.expect(200);
            found.has(&[has, "Show all"]);
            lacks(&found, &[lack]);
        }
        browser.get(&format!("{AUDIT}?actor=nobody")).await.expect(200).has(&["Nothing on record is like that."]);
        let wrong = browser.get(&format!("{AUDIT}?from=someday&subject=a%00b&before=x")).await.expect(400);
        wrong.has(&["href=\"#from\"", "href=\"#subject\"", "href=\"#actor\"", "value=\"someday\""]);
        app.run_job("seal-audit").await;
        browser.language = "ar";
        browser.get(AUDIT).await.expect(200).has(&["dir=\"rtl\"", "سجل التدقيق"]);
    }

    /// What members do inside their Organization is named, and not shown.
    async fn what_is_inside_an_organization_stays_there(app: &TestApp, Setup::with_mail()) {
        let kestrel = app.customer("kestrel").await;
        kestrel.add_member(app, "osprey", "viewer").await;
        let mut browser = superadmin(app).await;
        let page = browser.get(&format!("{AUDIT}?organization={}", kestrel.tenant_id)).await.expect(200);
        page.has(&["member.add"]);
        lacks(&page, &["osprey@example.com", "kestrel@example.com"]);
    }

    async fn the_older_are_behind_a_link(app: &TestApp, Setup::with_mail()) {
        for number in 0..51 {
            app.issue(&format!("BIRD-{number:02}"), 1, 0).await;
        }
        let mut browser = superadmin(app).await;
        let page = browser.get(&format!("{AUDIT}?action=voucher.issue")).await.expect(200);
        page.has(&["BIRD-50", "BIRD-01"]);
        lacks(&page, &["BIRD-00", ">Newest<"]);
        let (_, rest) = page.text.split_once("rel=\"next\" href=\"").unwrap();
        let next = rest.split('"').next().unwrap().replace("&#38;", "&");
        let older = browser.get(&next).await.expect(200);
        older.has(&["BIRD-00", ">Newest<"]);
        lacks(&older, &["BIRD-01"]);
    }
}
