//! A thousand Organizations for more than a year, day by day: credit and cards of all kinds, people who pay,
//! forget, cancel and come back, and a Stripe that fails now and then. At the end the ledger, the invoices and
//! Stripe's charges are compared to the baisa, by sums and a calendar of the test's own.

mod acts;
mod books;
mod days;
mod enough;
mod months;
mod people;
mod post;
mod refunds;
mod rows;

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::tax::TaxRules;

use self::days::World;
use self::rows::Books;
use crate::harness::{Engine, Setup, SinkOptions, TestApp};

const SEED: u64 = 20_270_301;
const PEOPLE: usize = 1_000;
/// From 1 March 2027 until after the last day of March 2028: the February between them has 29 days.
const DAYS: i64 = 400;

/// Clocks change on 28 March 2027, 31 October 2027 and 26 March 2028.
const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
const MUSCAT: &str = "<+04>-4";

async fn a_year(engine: Engine, zone: &str, tax: TaxRules) {
    let zone = TimeZone::posix(zone).unwrap();
    let sink = Some(SinkOptions::default());
    let setup = Setup { tax, zone: zone.clone(), sink, ..Setup::with_stripe() };
    let app = TestApp::start_with(engine, setup).await;
    people::arrive(&app, PEOPLE).await;
    let mut world = World::new(&app, PEOPLE, StdRng::seed_from_u64(SEED));
    world.days(DAYS).await;
    world.settle().await;
    let books = Books::read(&app).await;
    books::compare(&app, &books, &world.people, tax);
    months::compare(&books, &zone, app.now_seconds());
    enough::compare(&books, &world);
    app.finish().await;
}

/// Runs it, and says with which seed where it fails.
#[expect(clippy::print_stderr, reason = "the test harness shows it where the test fails")]
async fn run(engine: Engine, zone: &str, tax: TaxRules) {
    let run = AssertUnwindSafe(a_year(engine, zone, tax)).catch_unwind();
    if let Err(panic) = run.await {
        // Where only the end of the output is kept, what went wrong stands far above it.
        let said = panic.downcast_ref::<String>().map_or("what is printed above", String::as_str);
        eprintln!("the seed was {SEED}: {said}");
        resume_unwind(panic);
    }
}

/// Prices that contain no tax, where the clocks never change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    run(Engine::Sqlite, MUSCAT, TaxRules::default()).await;
}

/// 5% on top, where the clocks change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    run(Engine::Postgres, BERLIN, TaxRules { rate_bp: 500, included: false }).await;
}
