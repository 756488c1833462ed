//! Events: signed, repeated, in any order, and until they are taken.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::task::JoinHandle;

use super::World;
use crate::harness::{Card, stripe_signature};

/// What came, as signature and body, and how many of the next are refused.
#[derive(Default)]
pub(super) struct Got {
    pub(super) all: Vec<(String, String)>,
    refuse: usize,
}

pub(super) struct Receiver {
    pub(super) got: Arc<Mutex<Got>>,
    url: String,
    serving: JoinHandle<()>,
}

async fn take(State(got): State<Arc<Mutex<Got>>>, headers: HeaderMap, body: String) -> StatusCode {
    let mut got = got.lock().unwrap();
    if got.refuse > 0 {
        got.refuse -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    got.all.push((headers["stripe-signature"].to_str().unwrap().to_owned(), body));
    StatusCode::OK
}

impl Receiver {
    pub(super) async fn start(world: &World) -> Self {
        let got = Arc::new(Mutex::new(Got::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/billing/webhook", listener.local_addr().unwrap());
        let router = Router::new().route("/billing/webhook", post(take)).with_state(got.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        world.stripe.point_at(&url);
        Self { got, url, serving }
    }

    fn bodies(&self) -> Vec<String> {
        self.got.lock().unwrap().all.iter().map(|(_, body)| body.clone()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test]
async fn events_are_handed_over_as_the_test_says() {
    let world = World::start();
    let receiver = Receiver::start(&world).await;
    let (_, session) = world.session().await;
    world.stripe.pay(&session, Card::Good);
    let mut events = world.stripe.events();
    events.reverse();
    for event in &events {
        assert_eq!(world.stripe.deliver(event).await, 200);
    }
    let reversed: Vec<_> = events.iter().map(|event| event.body.to_string()).collect();
    assert_eq!(receiver.bodies(), reversed);
    assert_eq!(world.stripe.deliver_all(2).await, events.len());
    assert_eq!(receiver.bodies().len(), 3 * events.len());

    let (header, body) = receiver.got.lock().unwrap().all[0].clone();
    let seconds: i64 = header[2..].split(',').next().unwrap().parse().unwrap();
    assert_eq!(header, stripe_signature(&[world.stripe.webhook_secret()], seconds, &body));
    let both = world.stripe.roll_webhook_secret(true);
    world.stripe.deliver(&events[0]).await;
    let last = receiver.got.lock().unwrap().all.last().unwrap().0.clone();
    assert_eq!(last.matches("v1=").count(), 2);
    assert!(last.starts_with(&stripe_signature(&[both], seconds, &body)));
}

/// An event has its object as it was then.
#[tokio::test]
async fn events_are_snapshots() {
    let world = World::start();
    let (_, session) = world.session().await;
    world.stripe.pay(&session, Card::Good);
    let created = world.stripe.last_event("payment_intent.created").json();
    assert_eq!(created["data"]["object"]["status"], "requires_payment_method");
    assert_eq!(created["livemode"], false);
    let listed = world.get("/v1/events", &[("type", "payment_intent.created")]).await;
    assert_eq!(listed["data"][0], created);
    assert_eq!(created["id"], world.stripe.last_event("payment_intent.created").id.as_str());
}

#[tokio::test]
async fn the_automatic_delivery_goes_on_until_an_event_is_taken() {
    let world = World::start();
    let receiver = Receiver::start(&world).await;
    receiver.got.lock().unwrap().refuse = 3;
    world.stripe.automatic();
    let (_, session) = world.session().await;
    world.stripe.pay(&session, Card::Good);
    world.stripe.settled().await;
    let made: Vec<_> = world.stripe.events().iter().map(|event| event.body.to_string()).collect();
    assert_eq!(receiver.bodies(), made);
}

#[tokio::test]
async fn where_nobody_listens_no_status_is_answered() {
    let world = World::start();
    let receiver = Receiver::start(&world).await;
    let url = receiver.url.clone();
    drop(receiver);
    world.session().await;
    let event = &world.stripe.events()[0];
    // The port is closed when the server's task has ended.
    while std::net::TcpStream::connect(url[7..].split('/').next().unwrap()).is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.stripe.deliver(event).await, 0);
}
