//! The months of a subscription, which end when a test says so.

use serde_json::{Value, json};

use super::world::{FURTHER_VOUCHER, World};
use crate::harness::{Card, Door, Engine, Reply, Server, tenant_id};

impl World {
    /// Pays the first month by card, which is saved, and redeems 2 OMR towards the next one.
    pub(super) async fn subscribe(&self, server: &Server, person: usize) {
        self.check_out(server, person, "m").await;
        self.pay(person);
        assert_eq!(self.stripe.deliver(&self.told_paid(person)).await, 200);
        self.customer(&server.door(), person).redeem(FURTHER_VOUCHER).await.expect(200);
    }

    /// Pays the first month of plan S by credit, 1 OMR more than it costs.
    pub(super) async fn subscribe_by_credit(&self, server: &Server, person: usize) {
        self.customer(&server.door(), person).redeem(FURTHER_VOUCHER).await.expect(200);
        let answer = self.check_out(server, person, "s").await;
        assert_eq!(answer["paid_by_credit"], true, "{answer}");
    }

    /// The first month is over, and the saved card does this from now on.
    pub(super) async fn end_month_with(&self, person: usize, card: Card) {
        self.set_card(person, card);
        self.end_month(person).await;
    }

    pub(super) async fn end_month(&self, person: usize) {
        let earlier = match self.database.engine() {
            Engine::Sqlite => "created_at - 2678400000000",
            Engine::Postgres => "created_at - interval '31 days'",
        };
        let sql = format!(
            "UPDATE subscriptions SET current_period_start = {earlier}, \
                 current_period_end = created_at, anchor_at = created_at WHERE tenant_id = '{}'",
            tenant_id(person)
        );
        self.database.execute(&sql).await;
    }

    pub(super) fn set_card(&self, person: usize, card: Card) {
        let tenant = tenant_id(person);
        let charges = self.stripe.all("charge");
        let own = charges.iter().find(|charge| charge["metadata"]["organization"] == *tenant);
        let method = own.expect("a charge")["payment_method"].as_str().unwrap().to_owned();
        self.stripe.set_card(&method, card);
    }

    /// Bills the month that has begun; `status` is what its order has then.
    pub(super) async fn bill(&self, person: usize, status: &str) {
        self.run_job("renew-subscriptions");
        let sql = format!(
            "SELECT status FROM orders WHERE kind = 'renewal' AND tenant_id = '{}'",
            tenant_id(person)
        );
        assert_eq!(self.database.texts(&sql).await, [status]);
    }

    /// As if the day of the next attempt had come.
    pub(super) async fn come_to_next_attempt(&self, person: usize) {
        let sql = format!(
            "UPDATE subscriptions SET next_attempt_at = created_at \
             WHERE next_attempt_at IS NOT NULL AND tenant_id = '{}'",
            tenant_id(person)
        );
        self.database.execute(&sql).await;
    }

    /// The bank has taken its time, and pays.
    pub(super) fn settle(&self, person: usize) {
        let tenant = tenant_id(person);
        let mut intents = self.stripe.all("payment_intent");
        intents.retain(|intent| {
            intent["metadata"]["organization"] == *tenant && intent["status"] == "processing"
        });
        assert_eq!(intents.len(), 1, "{intents:?}");
        self.stripe.settle_intent(intents[0]["id"].as_str().unwrap(), true);
    }

    /// The customer wants to pay what is due; nobody may answer.
    pub(super) async fn ask_to_pay(&self, door: &Door, person: usize) -> Option<Reply> {
        let path = format!("/billing/subscription/{}/pay", tenant_id(person));
        let key = format!("pay-{person}");
        self.customer(door, person).client.try_post_keyed(&path, &key, &json!({})).await
    }

    /// The page at Stripe that a customer is led to.
    pub(super) async fn follow_link(&self, server: &Server, person: usize) -> Value {
        let reply = self.ask_to_pay(&server.door(), person).await.expect("an answer");
        let answer = reply.expect(200);
        assert_eq!(answer["status"], "open", "{answer}");
        answer["session_url"].clone()
    }
}
