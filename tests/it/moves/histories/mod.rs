//! Organizations with a history of chance move there and back: after every step both books are sound, and what
//! everybody has is there, once.

mod player;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt as _;
use sovereign::auth::KeyRing;
use sovereign::clock::{Clock as _, SystemClock};
use sovereign::storage::Store;
use sovereign::usecase::verify;

use self::player::{BEGAN_DAYS_AGO, Player};
use super::world::{Side, Trip, World, assert_came_back};
use crate::harness::{Engine, Program, Setup, TestApp};

/// Histories of each direction; `SOVEREIGN_TEST_HISTORIES` asks for more.
const HISTORIES: usize = 2;
const SEED: u64 = 20_270_301;
/// Stripe is not asked for anything on the way: whoever asks finds nobody.
const NOBODY: &str = "http://127.0.0.1:9";

/// Of which there must be some in every history.
const TABLES: [&str; 13] = [
    "members",
    "invitations",
    "orders",
    "subscriptions",
    "credit_lots",
    "credit_holds",
    "credit_ledger",
    "invoices",
    "card_payments",
    "refunds",
    "promo_redemptions",
    "usage_totals",
    "usage_events",
];

/// What each Organization has and owes.
type Books = BTreeMap<String, (i64, i64)>;

/// The Organizations of a side: what each has and owes there, and whether it is there.
async fn standing(side: &Side) -> Vec<(String, (i64, i64), String)> {
    let sql = "SELECT o.id || ' ' || CAST(w.balance_minor AS text) || ' ' || \
                   CAST(w.owed_minor AS text) || ' ' || \
                   CASE WHEN o.moved_to IS NOT NULL THEN 'gone' \
                       WHEN m.direction = 'in' THEN 'arriving' \
                       WHEN m.direction = 'out' THEN 'frozen' ELSE 'here' END \
               FROM organizations o JOIN wallets w ON w.tenant_id = o.id \
               LEFT JOIN organization_moves m ON m.tenant_id = o.id AND m.ended_at IS NULL";
    let rows = side.database.texts(sql).await;
    let of = |row: String| {
        let parts: Vec<&str> = row.split(' ').collect();
        let [id, balance, owed, place] = parts[..] else { panic!("four parts: {row}") };
        (id.to_owned(), (balance.parse().unwrap(), owed.parse().unwrap()), place.to_owned())
    };
    rows.into_iter().map(of).collect()
}

/// What everybody has and owes on both sides together. What is frozen counts where it is, and while it is in transit,
/// for its source has let go of it, where it arrives.
async fn counted(world: &World) -> Books {
    let (mut books, mut arriving) = (Books::new(), Books::new());
    for side in [&world.source, &world.target] {
        for (id, has, place) in standing(side).await {
            match place.as_str() {
                "gone" => assert_eq!(has, (0, 0), "{id} left something behind"),
                "arriving" => assert!(arriving.insert(id, has).is_none(), "it arrives at both"),
                _ => assert!(books.insert(id, has).is_none(), "both have it"),
            }
        }
    }
    for (id, has) in arriving {
        let here = *books.entry(id).or_insert(has);
        assert_eq!(has, here, "what arrives is what is frozen");
    }
    books
}

async fn assert_sound(world: &World, before: &Books, when: &str) {
    for side in [&world.source, &world.target] {
        let store = Store::open(&side.database.location).await.unwrap();
        let faults = verify::verify(&store).await.unwrap().faults;
        store.close().await;
        assert!(faults.is_empty(), "{when}, the books of {} are off: {faults:#?}", side.fqdn);
    }
    assert_eq!(counted(world).await, *before, "{when}");
}

fn step(program: Program) {
    program.env("SOVEREIGN_STRIPE_API_URL", NOBODY).run().expect(0);
}

/// Moves an Organization, and looks at both books after every step.
async fn moves(world: &World, trip: &Trip<'_>, before: &Books) {
    for (name, program) in [
        ("exported", trip.export()),
        ("imported", trip.import()),
        ("confirmed", trip.confirm()),
        ("activated", trip.activate()),
    ] {
        step(program);
        assert_sound(world, before, &format!("{name} to {}", trip.to.fqdn)).await;
    }
    let (balance, _) = before[&trip.tenant_id];
    assert_eq!(trip.to.credit(&trip.tenant_id).await, balance);
    assert_eq!(trip.from.moved_to(&trip.tenant_id).await, trip.to.fqdn);
    assert_eq!(trip.to.moved_to(&trip.tenant_id).await, "");
}

/// What a history has left, and an empty Sovereign beside it.
async fn world_after(app: TestApp, target: Engine) -> World {
    let mut world = World::between(app.engine, target).await;
    let database = app.leave().await;
    let ring = KeyRing::load_or_create(database.directory.path()).unwrap();
    std::fs::write(&world.source.keys, ring.jwks().to_string()).unwrap();
    let empty = std::mem::replace(&mut world.source.database, database);
    empty.remove().await;
    world
}

async fn there_and_back((source, target): (Engine, Engine), seed: u64) {
    let app = TestApp::start_with(source, Setup::with_stripe()).await;
    // All of the history was before what the commands do.
    app.follow_the_machine().await;
    app.clock.set(SystemClock.now().plus_days(-BEGAN_DAYS_AGO));
    let tenant_id = Box::pin(Player::new(&app, seed).play()).await;
    let world = world_after(app, target).await;

    let there = world.there(&tenant_id);
    // Freezing settles what waits, such as the numbers of invoices.
    step(there.export());
    step(there.abort());
    let before = world.source.rows(&tenant_id).await;
    for table in TABLES {
        assert!(!before[table].is_empty(), "its history has no {table}");
    }
    assert!(before["orders"].len() > 1, "no month was renewed");
    assert!(before["credit_ledger"].iter().any(|row| row.contains("expiry")), "nothing expired");
    let books = counted(&world).await;
    assert!(books.len() > 1 && books[&tenant_id].0 > 0, "{books:?}");
    assert_sound(&world, &books, "before").await;

    moves(&world, &there, &books).await;
    moves(&world, &world.back(&tenant_id), &books).await;
    assert_came_back(&before, world.source.rows(&tenant_id).await);
    world.finish().await;
}

/// Plays them one after another, and says with which seed where one fails.
#[expect(clippy::print_stderr, reason = "the test harness shows it where the test fails")]
async fn run(way: (Engine, Engine), first: u64) {
    let wanted = std::env::var("SOVEREIGN_TEST_HISTORIES").ok();
    let count = wanted.map_or(HISTORIES, |count| count.parse().expect("a number of histories"));
    for seed in (SEED + first..).take(count) {
        let history = AssertUnwindSafe(Box::pin(there_and_back(way, seed))).catch_unwind();
        if let Err(panic) = history.await {
            eprintln!("the seed was {seed}");
            resume_unwind(panic);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_to_sqlite() {
    run((Engine::Sqlite, Engine::Sqlite), 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_to_postgres() {
    run((Engine::Sqlite, Engine::Postgres), 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_to_sqlite() {
    run((Engine::Postgres, Engine::Sqlite), 20_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_to_postgres() {
    run((Engine::Postgres, Engine::Postgres), 30_000).await;
}
