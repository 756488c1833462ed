//! A stand-in for Stripe in the test's own process: stateful, on the test's clock, and as strict as Stripe.
//!
//!     let stripe = StripeFake::start(clock);            // url(), secret_key(), webhook_secret()
//!     stripe.point_at("http://127.0.0.1:…/billing/webhook");
//!     stripe.pay("cs_test_…", Card::Good);              // also expire_due, dispute, win, lose,
//!                                                       // refund_from_dashboard, detach, settle_async,
//!                                                       // settle_intent
//!     for event in stripe.events() { stripe.deliver(&event).await; }    // or deliver_all, or automatic
//!     stripe.trouble("POST /v1/refunds", Trouble::CutAfter, 1);         // see [`Trouble`]
//!     let held = stripe.hold("POST /v1/customers");     // held.arrived().await; held.release()
//!     stripe.refuse_connections(); stripe.accept_connections();
//!     stripe.calls(); stripe.object("ch_…"); stripe.all("charge"); stripe.objects_without_metadata();
//!
//! What it takes and answers goes by `tests/stripe/api.json`, which is derived from Stripe's npm package: an
//! unknown parameter is refused, and an answer with a member that Stripe's objects lack is a failure. A
//! parameter that Stripe takes and this stand-in does not act upon is refused too, by a message that says so.
//! Where Stripe publishes no code for an error, there is none here.

mod api;
mod calls;
mod cards;
mod errors;
mod expand;
mod form;
mod idempotency;
mod lists;
mod look;
mod money;
mod person;
mod server;
mod state;
mod subscriptions;
mod trouble;
mod webhooks;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sovereign::clock::Clock;
use sovereign::payment::stripe::StripeOptions;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub(crate) use self::cards::Card;
pub(crate) use self::state::Event;
pub(crate) use self::trouble::Trouble;
pub(crate) use self::webhooks::signature as stripe_signature;

use self::server::Listening;
use self::state::State;

pub(crate) struct StripeFake {
    core: Arc<Core>,
    url: String,
    listening: mpsc::UnboundedSender<Listening>,
    http: reqwest::Client,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

pub(super) struct Core {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    /// How many events there have been.
    events: watch::Sender<usize>,
    /// How many of them the automatic delivery has handed over.
    handed_over: watch::Sender<usize>,
}

impl Core {
    /// Its state, with the time of now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.now = self.clock.now().micros().div_euclid(1_000_000);
        state
    }

    /// Does something to the state, and says so where that made events.
    fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let done = act(&mut state);
        let count = state.events.len();
        drop(state);
        self.events.send_replace(count);
        done
    }
}

impl StripeFake {
    pub(crate) fn start(clock: Arc<dyn Clock>) -> Self {
        let port = server::Port::new();
        let (address, listener) = (port.address, port.listen());
        let core = Arc::new(Core {
            state: Mutex::new(State::new(u64::from(address.port()))),
            clock,
            events: watch::channel(0).0,
            handed_over: watch::channel(0).0,
        });
        let (listening, orders) = mpsc::unbounded_channel();
        let serving = tokio::spawn(server::serve(core.clone(), port, listener, orders));
        let url = format!("http://{address}");
        let http = super::client::http_client();
        Self { core, url, listening, http, tasks: Mutex::new(vec![serving]) }
    }

    /// Without a slash at its end: what stands for `https://api.stripe.com`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How the program is told of it: with pauses that nobody waits for.
    pub(crate) fn options(&self) -> StripeOptions {
        StripeOptions {
            api_url: self.url.clone(),
            call_timeout: Duration::from_secs(2),
            first_pause: Duration::from_millis(1),
            ..StripeOptions::default()
        }
    }

    pub(crate) fn secret_key(&self) -> String {
        self.core.state().secret_key.clone()
    }

    /// Of the endpoint that [`Self::point_at`] makes.
    pub(crate) fn webhook_secret(&self) -> String {
        self.core.state().webhook_secret.clone()
    }

    /// The one version of Stripe's API that it speaks.
    pub(crate) fn api_version() -> &'static str {
        &api::API.version
    }

    /// From now on new connections are refused, and those there are end. Returns when that is so.
    pub(crate) async fn refuse_connections(&self) {
        self.listen(false).await;
    }

    pub(crate) async fn accept_connections(&self) {
        self.listen(true).await;
    }

    async fn listen(&self, accept: bool) {
        let (done, finished) = tokio::sync::oneshot::channel();
        self.listening.send(Listening { accept, done }).unwrap();
        finished.await.unwrap();
    }
}

impl Drop for StripeFake {
    fn drop(&mut self) {
        for task in self.tasks.lock().unwrap().drain(..) {
            task.abort();
        }
    }
}
