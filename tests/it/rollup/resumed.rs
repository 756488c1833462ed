//! Run again, a month is the same; and trouble on the way changes nothing.

use super::stripe::{Size, Trouble};
use super::{Book, MONTHS, World};
use crate::harness::{TestDatabase, on_empty};

on_empty! {
    /// To the byte, the files on paper among them; wherever they are written.
    async fn the_files_are_the_same_again(database: &TestDatabase) {
        let world = World::new(Size::autumn(1_000, 3), Trouble::default()).await;
        let book = world.book_in(database);
        world.run_all(&book, &MONTHS[..2]);
        let first = book.files("2025-10");
        assert!(first.contains_key("omantel-OMR/statement.pdf"), "{:?}", first.keys());
        assert!(first.contains_key("fleet.csv") && first.contains_key("unassigned.csv"));
        let asked = world.fake.requests();
        let again = world.run(&book, "2025-10").expect(0);
        assert!(again.stderr.contains("2025-10 is closed already"), "{}", again.stderr);
        assert!(book.files("2025-10") == first, "another run writes other files");
        let elsewhere = Book { place: book.place.clone(), out: world.path("elsewhere") };
        world.run(&elsewhere, "2025-10").expect(0);
        assert!(elsewhere.files("2025-10") == first, "another directory has other files");
        assert_eq!(world.fake.requests(), asked, "a closed month asks nobody");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_changes_nothing() {
    let size = Size::autumn(2_000, 11);
    let mut found = Vec::new();
    for trouble in [Trouble::default(), Trouble::SOME] {
        let world = World::new(size, trouble).await;
        let book = world.book("book");
        world.run_all(&book, &MONTHS[..1]);
        found.push(book.timeless("2025-10"));
    }
    assert!(found[0] == found[1], "with trouble the files are others");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_answer_is_told_apart_from_who_refuses() {
    let world = World::quiet().await;
    let book = world.book("book");
    let wrong = world.program(&book, "2025-10").env("STRIPE_SECRET_KEY", "sk_test_51NanotherAAA");
    let said = wrong.run().expect_failure(1);
    assert!(said.contains("does not accept the key"), "{said}");
    let none = world.program(&book, "2025-10").env("STRIPE_SECRET_KEY", "pk_test_51NanotherAAA");
    let said = none.run().expect_failure(2);
    assert!(said.contains("this is a public key"), "{said}");
    let nobody =
        world.program(&book, "2025-10").env("SOVEREIGN_STRIPE_API_URL", "http://127.0.0.1:9");
    let said = nobody.run().expect_failure(3);
    assert!(said.contains("what became of the call is not known"), "{said}");
}

/// What is wrong with the file is said before anything is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_file_is_refused() {
    let world = World::quiet().await;
    let book = world.book("book");
    world.agree("time_zone = \"Asia/Muskat\"\n[[agreement]]\nfranchisee = \"omantel\"\n");
    let said = world.run(&book, "2025-10").expect_failure(1);
    assert!(said.contains("Asia/Muscat") && said.contains("agreement 1 (omantel)"), "{said}");
    assert_eq!(world.fake.requests(), 0);
    assert!(!std::path::Path::new(&book.place).exists(), "there is no book yet");
}
