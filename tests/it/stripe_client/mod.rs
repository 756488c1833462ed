//! The client of Stripe's API, against a server that answers what a test tells it to.

mod errors;
mod lists;
mod requests;
mod resolve;
pub(crate) mod responder;

use std::time::Duration;

use sovereign::payment::stripe::{Metadata, SecretKey, Stripe, StripeOptions};
use uuid::Uuid;

use self::responder::Responder;

const KEY: &str = "sk_test_51Nabcdef";

/// How the responder is asked: at once again, and not for long.
pub(crate) fn options(responder: &Responder) -> StripeOptions {
    StripeOptions {
        api_url: responder.url.clone(),
        connect_timeout: Duration::from_secs(5),
        call_timeout: Duration::from_secs(10),
        first_pause: Duration::from_millis(1),
        ..StripeOptions::default()
    }
}

fn client(responder: &Responder) -> Stripe {
    Stripe::new(&SecretKey::parse(KEY).unwrap(), &options(responder)).unwrap()
}

fn metadata() -> Metadata {
    Metadata {
        sovereign: "omantel.example".into(),
        organization: "kestrel".into(),
        order_id: Uuid::from_u128(7),
    }
}
