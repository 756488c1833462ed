//! Months are closed one after another, and stay as they are; what comes later is in the next one.

use serde_json::json;

use super::stripe::{NewCharge, Size, Trouble};
use super::{AGREEMENTS, MONTHS, World, amount, expected, minor, totals};
use crate::harness::{TestDatabase, on_empty};

/// 20 October 2025, and an hour before the end of that month in Muscat.
const OCTOBER: i64 = 1_760_918_400;
const LAST_HOUR: i64 = 1_761_940_800 - 3_600;
const NOVEMBER: i64 = 1_762_000_000;

/// A charge of acme's.
fn charge(amount: i64, at: i64) -> NewCharge<'static> {
    NewCharge { sovereign: Some("acme.example"), currency: "omr", amount, created: at, moved: at }
}

on_empty! {
    /// Stripe may list something only when its month is closed: it is found in the next one, with its own date.
    async fn later_news_is_in_the_next_month(database: &TestDatabase) {
        let world = World::quiet().await;
        let book = world.book_in(database);
        let first = world.fake.charge(&charge(100_000, OCTOBER)).await;
        world.run_all(&book, &["2025-10"]);
        let october = book.files("2025-10");

        let late = world.fake.charge(&charge(40_000, LAST_HOUR)).await;
        world.fake.refund(&first, 30_000, LAST_HOUR + 60).await;
        world.fake.charge(&charge(20_000, NOVEMBER)).await;
        world.run_all(&book, &["2025-11"]);
        let november = book.statement("2025-11", "acme-OMR");
        assert_eq!(minor(&november["sums"], "charged_minor"), 60_000);
        assert_eq!(minor(&november["sums"], "refunded_minor"), 30_000);
        // At the rate of its charge: 15 %.
        assert_eq!(minor(&november["sums"], "publisher_of_refunded_minor"), 4_500);
        let rows = book.rows("2025-11", "acme-OMR/lines.csv");
        let told: Vec<_> =
            rows.iter().map(|row| (row["late"].as_str(), amount(row, "amount_minor"))).collect();
        assert_eq!(told, [("true", 40_000), ("true", -30_000), ("false", 20_000)]);
        assert_eq!(rows[0]["charge_id"], late);
        assert_eq!(rows[0]["occurred_at"], "2025-10-31T19:00:00Z");

        world.run_all(&book, &["2025-10"]);
        assert!(book.files("2025-10") == october, "a closed month has changed");
        // And what is on one month's statement is on no other's.
        world.run_all(&book, &["2025-12"]);
        assert_eq!(book.rows("2025-12", "acme-OMR/lines.csv").len(), 0);
        assert_eq!(book.statement("2025-12", "acme-OMR")["counts"]["charges"], 0);
    }

    /// Other terms by now change nothing that is closed; and before that all of it.
    async fn terms_count_as_they_are_when_the_month_is_closed(database: &TestDatabase) {
        let world = World::quiet().await;
        let book = world.book_in(database);
        let first = world.fake.charge(&charge(100_000, OCTOBER)).await;
        let publisher = |month| {
            let document = book.statement(month, "acme-OMR");
            let of = |member| minor(&document["sums"], member);
            (of("publisher_of_charged_minor"), of("publisher_of_refunded_minor"))
        };
        world.program(&book, "2025-10").args(["--keep-open"]).run().expect(0);
        assert!(!book.out.join("2025-10").exists(), "nothing is written of an open month");
        world.agree(&AGREEMENTS.replace("share_bp = 1500", "share_bp = 1000"));
        world.run_all(&book, &["2025-10"]);
        assert_eq!(publisher("2025-10"), (10_000, 0));

        // Half of it goes back, twice shared: each time at the rate of its charge.
        world.fake.refund(&first, 50_000, NOVEMBER).await;
        world.fake.charge(&charge(10_000, NOVEMBER)).await;
        world.program(&book, "2025-11").args(["--keep-open"]).run().expect(0);
        world.agree(&AGREEMENTS.replace("share_bp = 1500", "share_bp = 4000"));
        world.program(&book, "2025-11").args(["--keep-open"]).run().expect(0);
        world.agree(&AGREEMENTS.replace("share_bp = 1500", "share_bp = 3000"));
        world.run_all(&book, &["2025-11"]);
        assert_eq!(publisher("2025-11"), (3_000, 5_000));
        world.fake.refund(&first, 50_000, NOVEMBER + 30 * 86_400).await;
        world.run_all(&book, &["2025-12", "2025-10"]);
        assert_eq!(publisher("2025-12"), (0, 5_000));
        assert_eq!(publisher("2025-10"), (10_000, 0));
    }

    /// Both work at one month: one of them may be told so, and what is written is right.
    async fn two_at_once_do_it_once(database: &TestDatabase) {
        let world = World::new(Size::autumn(1_500, 5), Trouble::default()).await;
        let book = world.book_in(database);
        let both = [(); 2].map(|()| world.program(&book, "2025-10").spawn());
        for process in both {
            let ended = process.end();
            assert!(matches!(ended.code, Some(0 | 3)), "{ended:?}");
        }
        world.run_all(&book, &["2025-10"]);
        expected::work_out(&world.fake, &MONTHS[..1]).await;
        totals::month_is_right(&world, &book, "2025-10").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn months_come_one_after_another() {
    let world = World::quiet().await;
    let book = world.book("book");
    let said = world.run(&book, "2999-01").expect_failure(1);
    assert!(said.contains("2999-01 has not ended") && said.contains("Asia/Muscat"), "{said}");
    world.program(&book, "2025-10").args(["--keep-open"]).run().expect(0);
    let said = world.run(&book, "2025-11").expect_failure(1);
    assert!(said.contains("2025-10 is not closed"), "{said}");
    world.run_all(&book, &["2025-10"]);
    let said = world.run(&book, "2025-12").expect_failure(1);
    assert!(said.contains("close 2025-11 before 2025-12"), "{said}");
    let said = world.run(&book, "2025-09").expect_failure(1);
    assert!(said.contains("the book begins with 2025-10"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_book_is_of_one_account() {
    let world = World::quiet().await;
    let book = world.book("book");
    world.run_all(&book, &["2025-10"]);
    world.fake.become_another_account();
    let said = world.run(&book, "2025-11").expect_failure(1);
    assert!(said.contains("acct_publisher") && said.contains("acct_another"), "{said}");
}

/// A database of a Sovereign is no book, and is left alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sovereigns_database_is_no_book() {
    use crate::harness::{Engine, TestDatabase};
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = TestDatabase::started(engine).await;
        let world = World::quiet().await;
        let book = world.book_in(&database);
        let said = world.run(&book, "2025-10").expect_failure(2);
        assert!(said.contains("another kind"), "{said}");
        database.run(&["verify"]).expect(0);
        database.remove().await;
    }
}

/// What is charged under no agreement can be seen, and an agreement be written, before the month is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_month_shows_what_is_nobodys() {
    let world = World::quiet().await;
    let book = world.book("book");
    let new = NewCharge { sovereign: Some("new.example"), ..charge(70_000, OCTOBER) };
    world.fake.charge(&new).await;
    let ended = world.program(&book, "2025-10").args(["--keep-open", "--json"]).run().expect(0);
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(told["state"], "shared");
    let expected = json!([{
        "reason": "unknown_sovereign", "currency": "OMR", "movements": 1, "amount_minor": 70_000,
    }]);
    assert_eq!(told["unassigned"], expected);
    world.agree(&AGREEMENTS.replace("[\"acme.example\"]", "[\"acme.example\", \"new.example\"]"));
    world.run_all(&book, &["2025-10"]);
    assert_eq!(book.rows("2025-10", "unassigned.csv").len(), 0);
    assert_eq!(minor(&book.statement("2025-10", "acme-OMR")["sums"], "charged_minor"), 70_000);
    let data = world.path("").display().to_string();
    let show =
        ["rollup", "show", "--month", "2025-10", "--json", "--data", &data, "--book", &book.place];
    let shown = crate::harness::Program::new(show).run().expect_json();
    assert_eq!(shown["fleet"], book.fleet("2025-10"));
}
