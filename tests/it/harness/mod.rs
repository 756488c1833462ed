//! A Sovereign in the test's own process, on a fresh database, with a clock the test moves; or as processes
//! of their own, and what hurts them.

mod actions;
mod app;
mod browser;
mod chromium;
mod client;
mod clock;
mod cluster;
mod database;
mod events;
mod held;
mod page_routes;
mod people;
mod process;
mod program;
mod proxy;
mod running;
mod second;
mod servers;
mod shape;
mod signed_in;
mod signer;
mod state;
mod stripe;

pub(crate) use self::actions::documented_actions;
pub(crate) use self::app::{FLEET_FILE, Setup, TestApp};
pub(crate) use self::browser::{Browser, FORM, Shown, form};
pub(crate) use self::chromium::{Look, Opened, Tab, Tongue};
pub(crate) use self::client::{Client, Customer, Reply};
pub(crate) use self::clock::TestClock;
pub(crate) use self::cluster::{Cluster, give_to_postgres, is_root};
pub(crate) use self::database::{Engine, FQDN, TestDatabase, postgres_server};
pub(crate) use self::events::{all_events, assert_message, described_types};
pub(crate) use self::held::{Other, until_locked};
pub(crate) use self::page_routes::{is_of_route, page_routes, pages_to_open, route_of};
pub(crate) use self::people::{tenant_id, token, user_id};
pub(crate) use self::process::{Ended, Running as Process};
pub(crate) use self::program::{Door, Program, Server};
pub(crate) use self::proxy::{Harm, Proxy};
pub(crate) use self::second::SecondServer;
pub(crate) use self::servers::{
    Account, Behaviour, Endpoint, GitServer, IdToken, MailSink, Mode, Namespace, NatsMessage,
    NatsServer, Provider, ProviderOptions, Security, SinkOptions, TokenServer,
};
pub(crate) use self::shape::{assert_shape, each};
pub(crate) use self::signed_in::SignedIn;
pub(crate) use self::signer::{Signer, blueprint, payload};
pub(crate) use self::state::{State, apart_from_instance};
pub(crate) use self::stripe::{Card, Event, StripeFake, Trouble, stripe_signature};

/// Makes two tests of one body, `name::sqlite` and `name::postgres`. Each gets a fresh Sovereign, whose
/// books must be sound when the body has ended. A [`Setup`] other than the default stands behind
/// `app: &TestApp`.
macro_rules! on_both {
    (@setup) => { $crate::harness::Setup::default() };
    (@setup $setup:expr) => { $setup };
    ($(
        $(#[$doc:meta])*
        async fn $name:ident($app:ident: &TestApp $(, $setup:expr)?) $body:block
    )+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: &$crate::harness::TestApp) $body

            async fn run(engine: $crate::harness::Engine) {
                let setup = $crate::harness::on_both!(@setup $($setup)?);
                let app = $crate::harness::TestApp::start_with(engine, setup).await;
                body(&app).await;
                app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::harness::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run($crate::harness::Engine::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// Makes two tests of one body, `name::sqlite` and `name::postgres`. Each gets an empty database, which is
/// removed when the body has ended.
macro_rules! on_empty {
    ($($(#[$doc:meta])* async fn $name:ident($database:ident: &TestDatabase) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($database: &TestDatabase) $body

            async fn on(engine: $crate::harness::Engine) {
                let database = $crate::harness::TestDatabase::empty(engine).await;
                body(&database).await;
                database.remove().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on($crate::harness::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on($crate::harness::Engine::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_empty;
