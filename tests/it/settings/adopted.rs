//! Keys that an earlier service kept in plain.

use super::{PATH, SECRET_KEY, WEBHOOK_SECRET, ends};
use crate::adoption::old;
use crate::harness::TestDatabase;
use serde_json::json;

const PLAIN: &str = "SELECT count(*)::text FROM settings \
    WHERE stripe_secret_key IS NOT NULL OR stripe_webhook_secret IS NOT NULL";

async fn adopted() -> TestDatabase {
    let keys = format!(
        "UPDATE settings SET stripe_secret_key = '{SECRET_KEY}', stripe_webhook_secret = '{WEBHOOK_SECRET}', \
         updated_at = '2026-01-02T03:04:05Z'"
    );
    let database = old::database(&[old::SCHEMA, &keys]).await;
    old::adopt(&database, &[]);
    database
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_encrypted_at_the_first_start_and_used() {
    let database = adopted().await;
    assert_eq!(database.texts(PLAIN).await, ["1"]);
    for start in ["first", "second"] {
        let server = database.serve(&[]);
        let root = server.bearing(&database.mint("superadmin", "root@example.com"));
        let read = root.get(PATH).await.expect(200);
        let expected = [json!("AAAA"), json!("CCCC"), json!("pk_test_adopted"), json!("test")];
        assert_eq!(
            ends(&read),
            [&expected[0], &expected[1], &expected[2], &expected[3]],
            "{start}"
        );
        assert_eq!(read["updated_at"], "2026-01-02T03:04:05Z");
        assert_eq!(database.texts(PLAIN).await, ["0"]);
        server.stop().expect(0);
    }
    let sealed = "SELECT stripe_secret_key_sealed || stripe_webhook_secret_sealed FROM settings";
    let sealed = database.texts(sealed).await.remove(0);
    assert!(!sealed.contains("51N"), "{sealed}");
    database.remove().await;
}

/// An earlier service's empty texts are no keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_ones_are_none() {
    let database = old::database(&[old::SCHEMA]).await;
    old::adopt(&database, &[]);
    assert_eq!(database.texts(PLAIN).await, ["0"]);
    let said =
        database.run(&["stripe", "keys", "--json", "--clear", "webhook-secret"]).expect_json();
    assert_eq!(said["stripe_secret_key_configured"], false);
    assert_eq!(said["stripe_public_key"], "pk_test_adopted");
    database.remove().await;
}
