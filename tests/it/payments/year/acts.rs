//! What people do on a day, each as they stand.

use rand::RngExt as _;
use serde_json::{Value, json};

use super::days::{Standing, World};
use super::people::{TOP_UPS, some_card};
use crate::harness::{Card, Client, Reply};

/// What a page of Stripe's is paid with, at last.
const GIVES_UP_AFTER: usize = 3;

impl World<'_> {
    pub(super) async fn people_act(&mut self) {
        let standing = self.standing().await;
        for number in 0..self.people.len() {
            let person = &self.people[number];
            if person.gone || person.begins_on > self.day {
                continue;
            }
            match standing.get(&person.tenant_id()) {
                None => self.outside(number).await,
                Some(now) if now.status == "active" => self.content(number, now).await,
                Some(now) => self.owing(number, now).await,
            }
        }
        if self.odds(100) {
            self.pays_too_late();
        }
    }

    /// So many of a thousand.
    fn odds(&mut self, of_a_thousand: u32) -> bool {
        self.chance.random_ratio(of_a_thousand, 1_000)
    }

    fn client(&self, number: usize) -> Client {
        self.app.member(&self.people[number].name())
    }

    /// The body, or `None` where the request may be refused at this moment, and was.
    fn unless_refused(&mut self, reply: Reply, refusals: &[u16]) -> Option<Value> {
        if refusals.contains(&reply.status) {
            *self.seen.refused.entry(reply.status).or_default() += 1;
            return None;
        }
        Some(reply.expect(200))
    }

    /// Without a subscription: not yet, or not any more.
    async fn outside(&mut self, number: usize) {
        let (begins_on, in_vain) = (self.people[number].begins_on, self.people[number].in_vain);
        if in_vain >= GIVES_UP_AFTER {
            self.people[number].gone = true;
            return;
        }
        // At once on their day; later, now and then.
        if begins_on == self.day || self.odds(60) {
            self.checks_out(number).await;
        }
    }

    async fn checks_out(&mut self, number: usize) {
        let person = &self.people[number];
        let tenant_id = person.tenant_id();
        let code = std::mem::take(&mut self.people[number].voucher);
        let person = &self.people[number];
        let body = json!({
            "plan_id": person.plan, "apps": [], "addons": person.addons,
            "tenant_id": tenant_id, "promo_code": code,
        });
        let reply = self.client(number).post("/billing/checkout", &body).await;
        let Some(answer) = self.unless_refused(reply, &[409, 503]) else {
            self.people[number].voucher = code;
            return;
        };
        if answer["paid_by_credit"] == true {
            return;
        }
        if !self.at_the_page(number, &answer).await {
            // The voucher comes back with the page's end.
            self.people[number].voucher = code;
            self.people[number].in_vain += 1;
        }
    }

    /// Paid up. Some end it, think again, have a new voucher, or have trouble with their card.
    async fn content(&mut self, number: usize, now: &Standing) {
        if now.ends && self.odds(60) {
            self.post_to(number, "resume", json!({})).await;
            self.seen.resumed += 1;
        } else if !now.ends && self.odds(1) {
            self.ends(number, "period_end").await;
            self.seen.ends_later += 1;
        }
        if self.chance.random_ratio(1, 3_000) {
            self.ends(number, "now").await;
            self.seen.ends_now += 1;
            return;
        }
        if self.odds(1) {
            self.tops_up(number).await;
        }
        let Some(card) = &now.card else { return };
        if self.odds(2) {
            let broken = [Card::DeclinedLater, Card::NeedsAuthenticationLater, Card::ExpiresLater];
            let broken = broken[self.chance.random_range(0..broken.len())];
            self.app.stripe().set_card(card, broken);
            self.seen.cards_broken += 1;
        } else if self.chance.random_ratio(1, 4_000) {
            self.app.stripe().detach(card);
            self.seen.cards_taken_away += 1;
        }
    }

    /// Past due or suspended. Some pay, some have their card mended, some have credit, some give up.
    async fn owing(&mut self, number: usize, now: &Standing) {
        let suspended = now.status == "suspended";
        let has_card = now.card.is_some();
        if let Some(card) = &now.card
            && self.odds(60)
        {
            self.app.stripe().set_card(card, Card::Good);
            self.seen.cards_mended += 1;
        }
        match (has_card, suspended) {
            (true, false) if self.odds(70) => self.pays(number).await,
            (true, true) if self.odds(40) => self.pays(number).await,
            (false, false) if self.odds(50) => self.tops_up(number).await,
            (false, true) if self.odds(15) => self.tops_up(number).await,
            (false, _) if self.odds(20) => {
                let card = some_card(&mut self.chance);
                self.people[number].card.get_or_insert(card);
                self.pays(number).await;
            }
            (_, true) if self.odds(10) => self.ends(number, "now").await,
            _ => {}
        }
    }

    async fn ends(&mut self, number: usize, at: &str) {
        self.post_to(number, "cancel", json!({ "at": at })).await;
    }

    /// A request about the subscription, which others may have ended or be paying at this moment.
    async fn post_to(&mut self, number: usize, what: &str, body: Value) -> Option<Value> {
        let path = format!("/billing/subscription/{}/{what}", self.people[number].tenant_id());
        let reply = self.client(number).post(&path, &body).await;
        self.unless_refused(reply, &[404, 409, 503])
    }

    async fn tops_up(&mut self, number: usize) {
        let person = &mut self.people[number];
        if person.top_ups >= TOP_UPS {
            return;
        }
        let body = json!({
            "tenant_id": person.tenant_id(), "code": format!("TOP-UP-{}", person.top_ups),
        });
        person.top_ups += 1;
        self.client(number).post("/billing/vouchers/redeem", &body).await.expect(200);
        self.seen.top_ups += 1;
    }

    async fn pays(&mut self, number: usize) {
        let answer = self.post_to(number, "pay", json!({})).await;
        if let Some(answer) = answer.filter(|answer| answer["status"] == "open") {
            self.at_the_page(number, &answer).await;
        }
    }

    /// At Stripe's page; answers whether they paid.
    async fn at_the_page(&mut self, number: usize, answer: &Value) -> bool {
        let url = answer["session_url"].as_str().expect("a page to pay on");
        let session = url.rsplit('/').next().unwrap().to_owned();
        let card = self.people[number].card;
        let Some(mut card) = card.filter(|_| !self.odds(120)) else {
            self.seen.pages_left += 1;
            self.left.push(session);
            return false;
        };
        let stripe = self.app.stripe();
        if self.chance.random_ratio(1, 12) {
            stripe.pay(&session, Card::Declined);
            if self.chance.random_ratio(1, 3) {
                self.left.push(session);
                return false;
            }
        }
        // Whoever paid by one that fails later mostly has a better one the next time.
        self.people[number].card = Some(some_card(&mut self.chance));
        if stripe.object(&session)["status"] != "open" {
            return false;
        }
        if card == Card::Async && self.day > 380 {
            card = Card::Good;
        }
        let paid = stripe.pay(&session, card);
        if card == Card::Async {
            let intent = stripe.object(paid["payment_intent"].as_str().unwrap());
            stripe.set_card(intent["payment_method"].as_str().unwrap(), Card::Good);
            let known_on = self.day + self.chance.random_range(1..6);
            let succeeds = self.chance.random_bool(0.7);
            self.slow.push((known_on, session, succeeds));
        }
        self.seen.pages_paid += 1;
        if self.odds(250) {
            self.comes_back(&paid).await;
        }
        true
    }

    /// Back from Stripe's page.
    async fn comes_back(&self, session: &Value) {
        let order = session["metadata"]["order_id"].as_str().unwrap();
        let path = format!("/checkout/return?order={order}");
        let reply = self.app.anyone().get(&path).await;
        assert!([200, 503].contains(&reply.status), "{}: {}", reply.status, reply.text);
    }

    /// What must never happen: a page that had ended takes a payment. No job asks about an order that has
    /// ended, so that its event must arrive.
    fn pays_too_late(&mut self) {
        if self.left.is_empty() || self.day > 380 {
            return;
        }
        let place = self.chance.random_range(0..self.left.len());
        let session = self.left.swap_remove(place);
        if self.app.stripe().object(&session)["status"] == "expired" {
            self.app.stripe().reopen(&session);
            self.app.stripe().pay(&session, Card::Good);
            self.post.sure.insert(session);
            self.seen.late_payments += 1;
        }
    }
}
