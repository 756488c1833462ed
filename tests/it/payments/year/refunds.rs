//! Money that goes back: an administrator gives it, or the account's owner at Stripe's dashboard.

use rand::RngExt as _;
use serde_json::json;
use uuid::Uuid;

use super::days::World;
use super::rows::rows;
use crate::harness::Client;

/// Of every other week, the day on which it is done.
const EVERY_DAYS: i64 = 13;
const LAST_DAY: i64 = 390;

/// An order that was paid: by which charge, how much of it credit and how much a card paid.
type Paid = (Uuid, Option<String>, i64, i64);

impl World<'_> {
    pub(super) async fn money_goes_back(&mut self) {
        if self.day % EVERY_DAYS != EVERY_DAYS - 1 || self.day > LAST_DAY {
            return;
        }
        let root = self.superadmin().await;
        for _ in 0..4 {
            if let Some(order) = self.some_paid_order().await {
                self.refunds(&root, &order).await;
            }
        }
        if let Some((_, Some(charge), ..)) = self.some_paid_order().await {
            self.app.stripe().refund_from_dashboard(&charge, 1_230);
            self.post.sure.insert(charge);
            self.seen.refunds_at_the_dashboard += 1;
        }
    }

    /// One who has just signed in.
    async fn superadmin(&self) -> Client {
        let client = self.app.sign_in("root@example.com").await.client;
        let promote = "UPDATE users SET role = 'superadmin' WHERE email = 'root@example.com'";
        self.app.execute(promote).await;
        client
    }

    async fn some_paid_order(&mut self) -> Option<Paid> {
        let sql = "SELECT o.id, p.charge_id, o.credit_minor, o.charge_minor FROM orders o \
                   LEFT JOIN card_payments p ON p.order_id = o.id AND p.purpose = 'order' \
                   WHERE o.status = 'completed' \
                       AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id) \
                   ORDER BY o.created_at DESC, o.id DESC LIMIT 60";
        let mut found: Vec<Paid> = rows(self.app, sql).await;
        found.retain(|(_, charge, ..)| {
            charge.as_ref().is_none_or(|charge| !self.post.sure.contains(charge))
        });
        let place = (!found.is_empty()).then(|| self.chance.random_range(0..found.len()));
        place.map(|place| found.swap_remove(place))
    }

    async fn refunds(&mut self, root: &Client, (order, _, credit, card): &Paid) {
        let mut wish = match self.chance.random_range(0..4) {
            0 => json!({ "amount_minor": 3_000 }),
            1 if *credit > 0 => json!({ "credit_minor": 1_234.min(*credit) }),
            2 if *card > 0 => json!({ "card_minor": 200 }),
            _ => json!({}),
        };
        wish["reason"] = "asked for".into();
        let path = format!("/billing/admin/orders/{order}/refund");
        root.post_keyed(&path, &order.to_string(), &wish).await.expect(200);
        self.seen.refunds_asked_for += 1;
    }
}
