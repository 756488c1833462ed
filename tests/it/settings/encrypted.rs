//! What the database has, and what becomes of it with another key.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::{PATH, SECRET_KEY, WEBHOOK_SECRET, root};
use crate::harness::{Setup, TestApp, on_both};

const STORED: &str = "SELECT COALESCE(stripe_secret_key, '') || ' ' || COALESCE(stripe_webhook_secret, '') \
    || ' ' || stripe_secret_key_sealed || ' ' || stripe_webhook_secret_sealed FROM settings";

async fn set(app: &TestApp) {
    let keys = json!({ "stripe_secret_key": SECRET_KEY, "stripe_webhook_secret": WEBHOOK_SECRET });
    root(app).await.put(PATH, &keys).await.expect(200);
}

on_both! {
    async fn no_secret_stands_in_the_database(app: &TestApp, Setup::with_mail()) {
        let key = app.database().directory.path().join("encryption.key");
        assert!(!key.exists(), "it is made at its first use");
        set(app).await;
        let stored = app.texts(STORED).await.remove(0);
        let words: Vec<&str> = stored.split_whitespace().collect();
        assert!(words.len() == 2 && words.iter().all(|word| word.starts_with("a256gcm:")), "{stored}");
        assert!(!stored.contains("51N"), "{stored}");
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }

    /// What is encrypted for one column opens nothing in another.
    async fn columns_cannot_be_exchanged(app: &TestApp, Setup::with_mail()) {
        set(app).await;
        app.execute("UPDATE settings SET stripe_webhook_secret_sealed = stripe_secret_key_sealed").await;
        app.each_minute().await;
        let read = app.superadmin().get(PATH).await.expect(200);
        assert_eq!(read["stripe_webhook_secret_last4"], "");
        assert_eq!(read["stripe_webhook_secret_configured"], true);
        assert!(read["problem"].as_str().unwrap().contains("damaged"), "{read}");
        assert!(app.payments().webhook_secrets().is_empty());
        assert!(app.payments().stripe().is_some());
    }

    /// With another key there are no card payments, and whoever asks is told which key is missing; the
    /// former one brings them back.
    async fn another_key_says_so(app: &TestApp, Setup::with_mail()) {
        set(app).await;
        let directory = app.database().directory.path();
        let (key, kept) = (directory.join("encryption.key"), directory.join("kept"));
        std::fs::rename(&key, &kept).unwrap();
        // Nothing is read again while nothing has changed.
        app.execute("UPDATE settings SET stripe_public_key = 'pk_test_51NpublicDDDD'").await;
        app.each_minute().await;
        assert!(app.payments().stripe().is_none());
        let read = app.superadmin().get(PATH).await.expect(200);
        let problem = read["problem"].as_str().unwrap();
        assert!(problem.contains("there is no") && problem.contains("encryption.key"), "{read}");
        assert!(!key.exists(), "reading makes no key");
        let checked = app.superadmin().post("/billing/admin/settings/check", &json!({})).await;
        assert_eq!(checked.expect(200)["ok"], false);

        std::fs::rename(&kept, &key).unwrap();
        app.each_minute().await;
        assert!(app.payments().stripe().is_some());
        assert_eq!(app.payments().webhook_secrets().len(), 1);
    }
}
