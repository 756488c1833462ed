//! A Sovereign in the test's own process, on a fresh database, with a clock the test moves.

mod app;
mod client;
mod clock;
mod database;
mod second;
mod shape;
mod state;

pub(crate) use self::app::{Setup, TestApp};
pub(crate) use self::client::{Client, Customer, Reply};
pub(crate) use self::clock::TestClock;
pub(crate) use self::database::{Engine, TestDatabase};
pub(crate) use self::second::SecondServer;
pub(crate) use self::shape::{assert_shape, each};
pub(crate) use self::state::apart_from_instance;

/// Makes two tests of one body, `name::sqlite` and `name::postgres`. Each gets a fresh Sovereign,
/// whose books must be sound when the body has ended.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)+) => {
        $crate::harness::on_both_with! {
            $crate::harness::Setup::default();
            $($(#[$doc])* async fn $name($app: &TestApp) $body)+
        }
    };
}
pub(crate) use on_both;

/// As [`on_both`], on Sovereigns of another [`Setup`].
macro_rules! on_both_with {
    (
        $setup:expr;
        $($(#[$doc:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)+
    ) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($app: &$crate::harness::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let engine = $crate::harness::Engine::Sqlite;
                let app = $crate::harness::TestApp::start_with(engine, $setup).await;
                body(&app).await;
                app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let engine = $crate::harness::Engine::Postgres;
                let app = $crate::harness::TestApp::start_with(engine, $setup).await;
                body(&app).await;
                app.finish().await;
            }
        }
    )+};
}
pub(crate) use on_both_with;
