//! `kill -9` at each step and at any moment: whoever goes on ends with the same statements.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::RngExt as _;

use super::stripe::{Size, Trouble};
use super::{Book, MONTHS, World};
use crate::harness::{Engine, TestDatabase, on_empty};

/// A fail point, and at which passage.
const POINTS: [(&str, u32); 9] = [
    ("rollup_page", 1),
    ("rollup_page", 4),
    ("rollup_chunk", 1),
    ("rollup_chunk", 2),
    ("rollup_closing", 1),
    ("rollup_closed", 1),
    ("rollup_file", 1),
    ("rollup_file", 3),
    ("rollup_written", 1),
];
/// At moments that nobody chose.
const KILLS: usize = 50;

/// What an undisturbed run writes.
fn undisturbed(world: &World, months: &[&str]) -> Vec<BTreeMap<String, String>> {
    let book = world.book("undisturbed");
    world.run_all(&book, months);
    months.iter().map(|month| book.timeless(month)).collect()
}

/// Only what differs is shown.
#[track_caller]
fn assert_same(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>, what: &str) {
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{what}");
    for (name, text) in found {
        assert!(*text == expected[name], "{what}: {name} is another file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_each_step() {
    let world = World::new(Size::autumn(1_500, 17), Trouble::default()).await;
    let expected = undisturbed(&world, &MONTHS[..1]);
    for (number, (point, passage)) in POINTS.into_iter().enumerate() {
        let book = world.book(&format!("killed-{number}"));
        let armed = format!("{point}:{passage}");
        let program = world.program(&book, "2025-10").env("SOVEREIGN_TEST_FAIL_POINT", armed);
        let mut process = program.spawn();
        process.wait_for(&format!("stopped at fail point {point}"));
        assert_eq!(process.kill().code, None, "ended by the signal");
        world.run(&book, "2025-10").expect(0);
        assert_same(&book.timeless("2025-10"), &expected[0], &format!("{point}:{passage}"));
    }
}

/// Runs a month, killed at some moment, until it is done; answers how often it was killed.
async fn killed_until_done(world: &World, book: &Book, month: &str) -> usize {
    let mut kills = 0;
    loop {
        let process = world.program(book, month).spawn();
        // Later and later, so that it comes to an end on a slow machine too.
        let latest = 900 + 100 * kills as u64;
        let (asked, millis) = {
            let mut chance = rand::rng();
            (chance.random_range(1..12), chance.random_range(20..latest))
        };
        // Whichever comes first: so many requests, or so long. The moment itself is what is random.
        let target = world.fake.requests() + asked;
        let _ = tokio::time::timeout(Duration::from_millis(millis), world.fake.asked(target)).await;
        let ended = process.kill();
        match ended.code {
            Some(0) => return kills,
            None => kills += 1,
            Some(code) => panic!("exit code {code}: {}", ended.stderr),
        }
    }
}

/// An empty book in the test's database, or in a file beside it.
async fn another_book(world: &World, database: &TestDatabase, number: usize) -> Book {
    let out = world.path(&format!("again-{number}"));
    match database.engine() {
        Engine::Sqlite => Book { out, ..world.book(&format!("again-{number}")) },
        Engine::Postgres => {
            database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            Book { out, ..world.book_in(database) }
        }
    }
}

on_empty! {
    async fn again_and_again(database: &TestDatabase) {
        let world = World::new(Size::autumn(1_200, 23), Trouble::default()).await;
        let expected = undisturbed(&world, &MONTHS);
        let mut kills = 0;
        for number in 0.. {
            let book = another_book(&world, database, number).await;
            for (month, expected) in MONTHS.into_iter().zip(&expected) {
                kills += killed_until_done(&world, &book, month).await;
                assert_same(&book.timeless(month), expected, month);
            }
            if kills >= KILLS {
                break;
            }
        }
    }
}
