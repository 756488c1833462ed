//! A subscription that the earlier service made at Stripe goes on after adoption, by the keys of that service.

use std::sync::Arc;

use serde_json::json;
use sovereign::clock::{Clock as _, SystemClock};

use super::old;
use crate::harness::{Server, StripeFake};

const MONTH: i64 = 30 * 86_400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stripe_goes_on_billing_it_and_is_followed() {
    let stripe = StripeFake::start(Arc::new(SystemClock));
    let end = SystemClock.now().seconds() + MONTH;
    let payer = stripe.seed_customer("ahmed@example.com");
    let subscription = stripe.seed_subscription(&payer, "omr", 9_000, end);
    let rows = format!(
        "INSERT INTO customers (id, user_id, tenant_id, stripe_customer_id, email) VALUES \
             ('c0000000-0000-4000-8000-000000000001', 'ahmed', 'kestrel', '{payer}', \
             'ahmed@example.com'); \
         INSERT INTO subscriptions (customer_id, tenant_id, stripe_subscription_id, plan_id) VALUES \
             ('c0000000-0000-4000-8000-000000000001', 'kestrel', '{subscription}', 'price_1'); \
         UPDATE settings SET stripe_secret_key = '{}', stripe_webhook_secret = '{}'",
        stripe.secret_key(),
        stripe.webhook_secret()
    );
    let database = old::database(&[old::SCHEMA, &rows]).await;
    old::adopt(&database, &[]);

    let program = database.program(&["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::start(program.env("SOVEREIGN_STRIPE_API_URL", stripe.url()));
    stripe.point_at(&format!("http://{}/billing/webhook", server.address));
    let invoice = stripe.renew_subscription(&subscription, end + MONTH);
    stripe.deliver_all(2).await;
    server.stop().expect(0);

    let found = database
        .texts(
            "SELECT status || ' ' || billed_by || ' ' || extract(epoch FROM current_period_end)::bigint \
             FROM subscriptions",
        )
        .await;
    assert_eq!(found, [format!("active stripe {}", end + MONTH)]);
    let found = database
        .texts(
            "SELECT jsonb_build_object('id', stripe_invoice_id, 'amount', amount_minor, \
                 'units', amount_omr, 'status', status, 'tenant', tenant_id)::text FROM invoices",
        )
        .await;
    assert_eq!(found.len(), 1, "{found:?}");
    let found: serde_json::Value = serde_json::from_str(&found[0]).unwrap();
    let expected = json!({
        "id": invoice, "amount": 9_000, "units": 9, "status": "paid", "tenant": "kestrel",
    });
    assert_eq!(found, expected);
    database.run(&["verify"]).expect(0);
    database.remove().await;
}
