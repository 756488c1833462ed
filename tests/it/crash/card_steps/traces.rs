//! Everything that an order leaves of one person, in the books and at Stripe, without what differs from person
//! to person.

use serde_json::Value;

use super::world::World;
use crate::harness::{all_events, tenant_id};

/// Each a query of texts; `{t}` is the Organization.
const BOOKS: [&str; 15] = [
    "SELECT 'order ' || status || ' ' || kind || ' ' || attempt || ' ' || amount_baisa || ' ' || credit_minor || ' ' || charge_minor \
         || ' ' || rounding_minor FROM orders WHERE tenant_id = '{t}'",
    "SELECT 'wallet ' || balance_minor || ' ' || held_minor || ' ' || owed_minor FROM wallets \
     WHERE tenant_id = '{t}'",
    "SELECT 'lot ' || l.source || ' ' || l.amount_minor || ' ' || l.remaining_minor || ' ' \
         || l.held_minor \
     FROM credit_lots l JOIN customers k ON k.id = l.customer_id WHERE k.tenant_id = '{t}'",
    "SELECT 'hold ' || h.state || ' ' || h.amount_minor || ' ' || h.post_minor \
     FROM credit_holds h JOIN customers k ON k.id = h.customer_id WHERE k.tenant_id = '{t}'",
    "SELECT 'ledger ' || e.kind || ' ' || e.amount_minor || ' ' || e.owed_minor \
     FROM credit_ledger e JOIN customers k ON k.id = e.customer_id WHERE k.tenant_id = '{t}'",
    "SELECT 'redemption ' || state || ' ' || credit_minor FROM promo_redemptions \
     WHERE tenant_id = '{t}'",
    "SELECT 'subscription ' || status || ' ' || failed_attempts || ' ' \
         || CASE WHEN due_order_id IS NULL THEN 'paid' ELSE 'due' END \
     FROM subscriptions WHERE tenant_id = '{t}'",
    "SELECT 'invoice ' || status || ' ' || amount_minor || ' ' || credit_minor FROM invoices \
     WHERE tenant_id = '{t}'",
    "SELECT 'payment ' || purpose || ' ' || amount_minor FROM card_payments WHERE tenant_id = '{t}'",
    "SELECT 'refund ' || status || ' ' || card_minor || ' ' || credit_minor FROM refunds \
     WHERE tenant_id = '{t}'",
    "SELECT 'letter ' || kind FROM letters WHERE tenant_id = '{t}'",
    "SELECT 'alarm ' || kind FROM alarms WHERE tenant_id = '{t}'",
    // Provisioning goes its own way, sooner or later.
    concat!(
        "SELECT 'event ' || type FROM ",
        all_events!(),
        " WHERE tenant_id = '{t}' AND type NOT LIKE 'provision.%'"
    ),
    "SELECT 'audit ' || action FROM audit_log WHERE tenant_id = '{t}'",
    "SELECT 'webhook ' || event_type || ' ' || status FROM stripe_webhook_events \
     WHERE payload LIKE '%{t}%'",
];

/// What Stripe and the books both name, by kind: each identifier there is in one is in the other.
const NAMED: [(&str, &str); 4] = [
    ("customer", "SELECT stripe_customer_id FROM customers WHERE tenant_id = '{t}'"),
    (
        "checkout.session",
        "SELECT stripe_session_id FROM orders \
         WHERE tenant_id = '{t}' AND stripe_session_id IS NOT NULL",
    ),
    ("charge", "SELECT charge_id FROM card_payments WHERE tenant_id = '{t}'"),
    ("refund", "SELECT stripe_refund_id FROM refunds WHERE tenant_id = '{t}'"),
];

impl World {
    /// Everything of this person, as sorted lines. Fails where the books and Stripe name different things.
    pub(super) async fn traces(&self, person: usize) -> Vec<String> {
        let tenant = tenant_id(person);
        let mut found = Vec::new();
        for sql in BOOKS {
            found.extend(self.database.texts(&sql.replace("{t}", &tenant)).await);
        }
        let of_person =
            |object: &Value| object["metadata"]["organization"].as_str() == Some(&*tenant);
        for (kind, sql) in NAMED {
            let all = self.stripe.all(kind);
            let own: Vec<&Value> = all.iter().filter(|object| of_person(object)).collect();
            // A charge that failed is no payment.
            let counts = own.iter().filter(|object| object["status"] != "failed");
            let mut there: Vec<&str> =
                counts.map(|object| object["id"].as_str().unwrap()).collect();
            let mut here = self.database.texts(&sql.replace("{t}", &tenant)).await;
            there.sort_unstable();
            here.sort_unstable();
            assert_eq!(here, there, "{kind} of {tenant}");
            found.extend(own.iter().map(|object| at_stripe(kind, object)));
        }
        let intents = self.stripe.all("payment_intent");
        let own = intents.iter().filter(|object| of_person(object));
        found.extend(own.map(|object| at_stripe("payment_intent", object)));
        // Which of the two the end of a session is called depends on who notices it.
        for line in &mut found {
            *line = line.replace("order superseded", "order expired");
        }
        found.sort();
        found
    }
}

fn at_stripe(kind: &str, object: &Value) -> String {
    let amount = object.get("amount").or_else(|| object.get("amount_total"));
    let amount = amount.unwrap_or(&Value::Null);
    format!("{kind} {} {amount} {}", object["status"], object["amount_refunded"])
}
