//! A server that is killed while it sends leaves the letter to the next one.

use super::filed;
use crate::harness::{Behaviour, MailSink, Server, SinkOptions, TestDatabase, on_empty};
use sovereign::clock::{Clock as _, SystemClock};

const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];
const EMAIL: &str = "kestrel@example.com";

fn serve(database: &TestDatabase, sink: &MailSink) -> Server {
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let url = format!("smtp://{}", sink.address);
    let program = database.program(&listen).args(FIRST).env("SOVEREIGN_MAIL_SMTP_URL", url);
    Server::start(program)
}

on_empty! {
    async fn the_next_one_sends_it(database: &TestDatabase) {
        let behaviour = Behaviour::Silent;
        let silent = MailSink::start(SinkOptions { behaviour, ..SinkOptions::default() }).await;
        let server = serve(database, &silent);
        let admin = server.bearing(&database.mint("sovereign-admin", "root@example.com"));
        let body = serde_json::json!({ "code": "TEN", "credit_omr": 10, "max_redemptions": 0 });
        admin.post("/billing/vouchers/issue", &body).await.expect(200);
        let client = server.bearing(&database.mint("member", EMAIL));
        let tenant_id = client.make_organization("kestrel").await;
        let body = serde_json::json!({
            "plan_id": "m", "apps": [], "addons": [], "tenant_id": tenant_id, "promo_code": "TEN",
        });
        let answer = client.post("/billing/checkout", &body).await.expect(200);
        let order = answer["order_id"].as_str().unwrap();
        database.execute("UPDATE invoices SET number = 1").await;
        let now = SystemClock.now().seconds();
        let engine = database.engine();
        database.execute(&filed(engine, 1, "receipt", (&tenant_id, Some(order)), now)).await;
        // As if the minute were over.
        database.execute("UPDATE jobs SET next_run_at = last_started_at").await;
        silent.connected().await;
        server.kill();
        assert_eq!(database.texts("SELECT kind FROM letters").await, ["receipt"]);

        // As if the dead one's time had passed: its leases, and its claim on the letter.
        database.execute("DELETE FROM leases").await;
        database.execute("UPDATE letters SET next_attempt_at = created_at").await;
        database.execute("UPDATE jobs SET next_run_at = last_started_at").await;
        let sink = MailSink::start(SinkOptions::default()).await;
        let server = serve(database, &sink);
        let mail = sink.next_to(EMAIL).await;
        assert_eq!(mail.attachments.len(), 1);
        server.stop().expect(0);
        assert!(database.texts("SELECT kind FROM letters").await.is_empty());
        assert_eq!(sink.untaken_to(EMAIL), 0);
        database.run(&["verify"]).expect(0);
    }
}
