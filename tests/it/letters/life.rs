//! Letters about an Organization's life: its deletion, and an address that nobody has paid for.

use serde_json::json;

use super::{assert_has, email, read_arabic, setup, waiting};
use crate::harness::{TestApp, on_both};

const LIFE: &str = "delete-organizations";

fn path(tenant_id: &str) -> String {
    format!("/tenant/orgs/{tenant_id}")
}

async fn subjects(app: &TestApp, count: usize) -> Vec<String> {
    let mut subjects = Vec::new();
    for _ in 0..count {
        let mail = app.sink().next_to(&email("kestrel")).await;
        subjects.push(mail.header("Subject").to_owned());
    }
    subjects
}

on_both! {
    /// When it begins, seven days before, and when it is taken back: each once.
    async fn of_a_deletion(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        let id = &customer.tenant_id;
        customer.client.delete(&path(id)).await.expect(200);
        customer.client.delete(&path(id)).await.expect(200);
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel will be deleted on 31 March 2027");
        for text in [mail.text.unwrap(), mail.html.unwrap()] {
            assert_has(&text, &["31 March 2027", "take your data along", "take the deletion back", "/console"]);
        }
        app.clock.advance_seconds(23 * 86_400 - 1);
        app.run_job(LIFE).await;
        assert_eq!(waiting(app).await, 0, "a second too early");
        app.clock.advance_seconds(1);
        for _ in 0..3 {
            app.run_job(LIFE).await;
            app.run_job("send-letters").await;
        }
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_has(&mail.text.unwrap(), &["31 March 2027", "nobody can bring it back"]);
        let restore = format!("{}/restore", path(id));
        app.member("kestrel").post(&restore, &json!({})).await.expect(200);
        app.run_job("send-letters").await;
        assert_eq!(subjects(app, 1).await, ["kestrel stays"]);
        assert_eq!((waiting(app).await, app.sink().untaken_to(&email("kestrel"))), (0, 0));
    }

    async fn of_a_deletion_in_arabic(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        read_arabic(app).await;
        app.superadmin().delete(&format!("/tenant/admin/tenants/{}", customer.tenant_id)).await.expect(200);
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_has(mail.header("Subject"), &["ستُحذف مؤسسة kestrel في 31 مارس 2027"]);
        assert_has(&mail.text.unwrap(), &["أخذ نسخة من بياناتك", "قرار المشغّل"]);
        let restore = format!("/tenant/admin/tenants/{}/restore", customer.tenant_id);
        app.superadmin().post(&restore, &json!({})).await.expect(200);
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_has(mail.header("Subject"), &["مؤسسة kestrel باقية"]);
    }

    /// What is not true any more is not sent.
    async fn not_of_what_was_taken_back(app: &TestApp, setup()) {
        let customer = app.customer("kestrel").await;
        let id = &customer.tenant_id;
        customer.client.delete(&path(id)).await.expect(200);
        customer.client.post(&format!("{}/restore", path(id)), &json!({})).await.expect(200);
        app.run_job("send-letters").await;
        assert_eq!(subjects(app, 1).await, ["kestrel stays"]);
        assert_eq!((waiting(app).await, app.sink().untaken_to(&email("kestrel"))), (0, 0));
    }

    /// The day before, once; and not to whoever has ordered since.
    async fn of_an_address(app: &TestApp, setup()) {
        app.issue("TEN", 10, 0).await;
        app.customer("kestrel").await;
        let paid = app.customer("falcon").await;
        app.clock.advance_seconds(6 * 86_400 - 1);
        app.run_job("free-addresses").await;
        assert_eq!(waiting(app).await, 0, "a second too early");
        app.clock.advance_seconds(1);
        for _ in 0..2 {
            app.run_job("free-addresses").await;
        }
        assert_eq!(waiting(app).await, 2);
        paid.checkout("m", "TEN").await.expect(200);
        app.run_job("send-letters").await;
        let mail = app.sink().next_to(&email("kestrel")).await;
        assert_eq!(mail.header("Subject"), "kestrel: your address will be free for others tomorrow");
        assert_has(&mail.text.unwrap(), &["On 8 March 2027", "order a plan or redeem a voucher"]);
        app.execute("DELETE FROM letters WHERE kind = 'receipt'").await;
        app.run_job("send-letters").await;
        assert_eq!(waiting(app).await, 0);
        let none = "SELECT COUNT(*) FROM letters WHERE kind = 'address_freed'";
        assert_eq!(app.number(none).await, 0);
    }
}
