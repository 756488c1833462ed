//! What people are about when the process is killed: what comes before, what does it, and what they do
//! afterwards.

use super::world::World;
use crate::harness::{Card, Door, Event, Reply, Server};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A first checkout, of which a card is to pay the rest.
    Checkout,
    /// The card has paid, and Stripe says so.
    Payment,
    /// The card has paid, nobody says so, and the job finds out.
    PaymentUntold,
    /// The card has paid for an order that another one took the place of.
    LatePayment,
    /// The card has paid for an order that had ended, and nothing is in its way.
    RevivingPayment,
    /// Another checkout while the first one waits.
    SecondCheckout,
    /// A month has ended; credit and the saved card pay the next one.
    Renewal,
    /// The saved card declines.
    DeclinedRenewal,
    /// The saved card takes its time.
    SlowRenewal,
    /// The saved card took its time, has paid, and Stripe says so.
    SlowRenewalPaid,
    /// The saved card had declined; on its next day it pays.
    Retry,
    /// The saved card had declined, and does so again.
    DeclinedRetry,
    /// The saved card had declined, and the customer wants to pay: once more after the kill.
    PayLink,
    /// The same; the customer returns late, after the jobs.
    PayLinkLeft,
    /// The customer has paid what the saved card did not, and Stripe says so.
    PayLinkPaid,
    /// Credit had paid so far; the customer wants to pay by card for the first time.
    FirstLink,
}

impl About {
    pub(super) const ORDERS: [Self; 6] = [
        Self::Checkout,
        Self::Payment,
        Self::PaymentUntold,
        Self::LatePayment,
        Self::RevivingPayment,
        Self::SecondCheckout,
    ];

    pub(super) const RENEWALS: [Self; 10] = [
        Self::Renewal,
        Self::DeclinedRenewal,
        Self::SlowRenewal,
        Self::SlowRenewalPaid,
        Self::Retry,
        Self::DeclinedRetry,
        Self::PayLink,
        Self::PayLinkLeft,
        Self::PayLinkPaid,
        Self::FirstLink,
    ];

    /// What has happened before.
    pub(super) async fn prepare(self, world: &World, server: &Server, person: usize) {
        match self {
            Self::Checkout => {}
            Self::Payment | Self::PaymentUntold => {
                world.check_out(server, person, "m").await;
                world.pay(person);
            }
            Self::LatePayment => {
                world.check_out(server, person, "m").await;
                world.check_out(server, person, "l").await;
                world.pay(person);
                assert_eq!(world.stripe.deliver(&world.told_paid(person)).await, 200);
                world.pay_ended(person);
            }
            Self::RevivingPayment => {
                world.check_out(server, person, "m").await;
                world.stripe.expire(&world.first_session(person));
                let expired = world.last_event(person, "checkout.session.expired");
                assert_eq!(world.stripe.deliver(&expired).await, 200);
                world.pay_ended(person);
            }
            Self::SecondCheckout => {
                world.check_out(server, person, "m").await;
            }
            Self::FirstLink => world.subscribe_by_credit(server, person).await,
            _ => world.subscribe(server, person).await,
        }
    }

    /// The job that does it, where no server does.
    fn job(self) -> Option<&'static str> {
        match self {
            Self::PaymentUntold => Some("look-after-orders"),
            Self::Renewal | Self::DeclinedRenewal | Self::SlowRenewal => {
                Some("renew-subscriptions")
            }
            Self::Retry | Self::DeclinedRetry => Some("retry-payments"),
            _ => None,
        }
    }

    /// How the orders stand when the jobs have run, where a job does it: the renewal last.
    pub(super) fn after_its_job(self) -> Option<&'static [&'static str]> {
        match self {
            Self::PaymentUntold => Some(&["completed"]),
            Self::Renewal | Self::Retry => Some(&["completed", "completed"]),
            Self::DeclinedRenewal | Self::DeclinedRetry => Some(&["completed", "due"]),
            Self::SlowRenewal => Some(&["completed", "pending"]),
            _ => None,
        }
    }

    /// Whether the jobs look after the order before anybody else does.
    pub(super) fn is_left_to_jobs(self) -> bool {
        self.job().is_some() || self == Self::PayLinkLeft
    }

    /// How often a card is charged in all.
    pub(super) fn charges(self) -> usize {
        match self {
            Self::Checkout
            | Self::Payment
            | Self::PaymentUntold
            | Self::RevivingPayment
            | Self::SecondCheckout
            | Self::DeclinedRenewal
            | Self::DeclinedRetry
            | Self::FirstLink => 1,
            // Of a late payment one goes back.
            _ => 2,
        }
    }

    /// Has come what a job waits for, while there is no server whose own jobs would be first.
    async fn come_due(self, world: &World, person: usize) {
        match self {
            Self::PaymentUntold => world.age(person).await,
            Self::Renewal => world.end_month_with(person, Card::Good).await,
            Self::DeclinedRenewal => world.end_month_with(person, Card::DeclinedLater).await,
            Self::SlowRenewal => world.end_month_with(person, Card::Async).await,
            Self::SlowRenewalPaid => {
                world.end_month_with(person, Card::Async).await;
                world.bill(person, "pending").await;
                world.settle(person);
            }
            Self::Retry | Self::DeclinedRetry => {
                world.end_month_with(person, Card::DeclinedLater).await;
                world.bill(person, "due").await;
                if self == Self::Retry {
                    world.set_card(person, Card::Good);
                }
                world.come_to_next_attempt(person).await;
            }
            Self::PayLink | Self::PayLinkLeft | Self::PayLinkPaid => {
                world.end_month_with(person, Card::DeclinedLater).await;
                world.bill(person, "due").await;
                if self == Self::PayLinkPaid {
                    let server = world.serve();
                    world.follow_link(&server, person).await;
                    server.stop().expect(0);
                    world.pay(person);
                }
            }
            Self::FirstLink => {
                world.end_month(person).await;
                world.bill(person, "due").await;
            }
            Self::Checkout
            | Self::Payment
            | Self::LatePayment
            | Self::RevivingPayment
            | Self::SecondCheckout => {}
        }
    }

    /// It is done, and nothing is killed.
    pub(super) async fn unhurt(self, world: &World, server: Server, person: usize) {
        server.stop().expect(0);
        self.come_due(world, person).await;
        if self.job().is_none() {
            let server = world.serve();
            assert!(self.ask(world, &server.door(), person).await, "{self:?} had no answer");
            server.stop().expect(0);
        }
    }

    /// The process that does it is killed at `point`. One that never comes there is a failure.
    pub(super) async fn killed(self, world: &World, server: Server, point: &str, person: usize) {
        server.stop().expect(0);
        let stopped = format!("stopped at fail point {point}");
        self.come_due(world, person).await;
        if let Some(job) = self.job() {
            let program = world.program(&["jobs", "run", job]);
            let armed = program.env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1"));
            let mut process = armed.spawn();
            process.wait_for(&stopped);
            assert_eq!(process.kill().code, None, "ended by the signal");
            return;
        }
        let mut server = world.start_server(Some(point));
        let door = server.door();
        let killing = tokio::task::spawn_blocking(move || {
            server.wait_for(&stopped);
            server.kill()
        });
        let (answered, killed) = tokio::join!(self.ask(world, &door, person), killing);
        assert_eq!(killed.unwrap().code, None, "ended by the signal");
        assert!(!answered, "{self:?} was answered before {point}");
    }

    /// Does what a server is asked for; says whether it answered well.
    async fn ask(self, world: &World, door: &Door, person: usize) -> bool {
        let told = |event: Event| async move { world.stripe.deliver(&event).await == 200 };
        match self {
            Self::Checkout => answered(world.ask(door, person, "m").await),
            Self::SecondCheckout => answered(world.ask(door, person, "l").await),
            Self::Payment | Self::LatePayment | Self::RevivingPayment | Self::PayLinkPaid => {
                told(world.told_paid(person)).await
            }
            Self::SlowRenewalPaid => {
                told(world.last_event(person, "payment_intent.succeeded")).await
            }
            Self::PayLink | Self::PayLinkLeft | Self::FirstLink => {
                answered(world.ask_to_pay(door, person).await)
            }
            _ => false,
        }
    }

    /// The customer asks again, under the same key, and pays what there is to pay.
    pub(super) async fn finish(self, world: &World, server: &Server, person: usize) {
        let url = match self {
            Self::Checkout => world.check_out(server, person, "m").await["session_url"].clone(),
            Self::SecondCheckout => {
                world.check_out(server, person, "l").await["session_url"].clone()
            }
            Self::PayLink | Self::PayLinkLeft | Self::FirstLink => {
                world.follow_link(server, person).await
            }
            Self::SlowRenewal => return world.settle(person),
            _ => return,
        };
        let sessions = world.sessions(person);
        let last = sessions.last().expect("a session");
        assert_eq!(url, last["url"], "{self:?}");
        world.pay(person);
    }
}

fn answered(reply: Option<Reply>) -> bool {
    reply.is_some_and(|reply| reply.status == 200)
}
