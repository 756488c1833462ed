//! `--check-by-search`: what was read, beside what Stripe's search finds.

use serde_json::Value;

use super::World;
use super::stripe::{NewCharge, Size, Trouble};

fn told(world: &World, book: &super::Book, flags: &[&str]) -> Value {
    let program = world.program(book, "2025-10").args(["--check-by-search", "--json"]).args(flags);
    serde_json::from_str(&program.run().expect(0).stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_one_and_not_in_the_other_is_told() {
    let world = World::new(Size::autumn(1_500, 31), Trouble::default()).await;
    let book = world.book("book");
    // Some are made in October and paid in November: they are no difference.
    let late = "SELECT COUNT(*) FROM charges c JOIN balance_transactions b ON b.source = c.id \
                WHERE c.created BETWEEN 1759262400 AND 1761940799 AND b.created >= 1761940800 \
                    AND b.type = 'payment' AND c.currency = 'omr'";
    assert!(world.fake.number(late).await > 0);
    let first = told(&world, &book, &["--keep-open"]);
    assert_eq!(first["differences"].as_array().unwrap().len(), 0, "{first}");

    // A charge whose money never moved, and one that the search does not know.
    let unpaid = NewCharge {
        sovereign: Some("acme.example"),
        currency: "omr",
        amount: 5_000,
        created: 1_760_918_400,
        moved: 1_760_918_400,
    };
    let unpaid = world.fake.charge(&unpaid).await;
    let lost = "SELECT seq FROM balance_transactions WHERE type = 'charge' \
                AND source IN (SELECT id FROM charges WHERE sovereign = 'zain.example') \
                AND created BETWEEN 1759262400 AND 1761940799 ORDER BY seq LIMIT 1";
    let lost = world.fake.number(lost).await;
    world
        .fake
        .execute(&format!(
            "DELETE FROM balance_transactions WHERE source = '{unpaid}'; \
             DELETE FROM charges WHERE id = (SELECT source FROM balance_transactions WHERE seq = {lost});"
        ))
        .await;
    let second = told(&world, &book, &[]);
    let mut kinds: Vec<(&str, &str)> = second["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["sovereign"].as_str().unwrap()))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [("not_found", "zain.example"), ("not_read", "acme.example")], "{second}");
    assert_eq!(second["state"], "closed", "a check decides nothing");
}
