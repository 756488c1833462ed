//! The wall behind the program's own transactions.

use std::collections::BTreeMap;

use sovereign::storage::{Store, walls};
use sovereign_domain::ids::UserId;

use super::Two;
use crate::harness::{Engine, TestApp};

async fn seen(store: &Store, user_id: &str) -> BTreeMap<String, i64> {
    let mut tx = store.read_as(&UserId(user_id.into())).await.unwrap();
    walls::seen(&mut tx).await.unwrap().into_iter().collect()
}

/// Every kind of transaction, whatever statement is run in it: that no membership was asked for makes no
/// difference.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_for_a_person_sees_their_organizations() {
    let two = Two::start().await;
    let (store, user) = (&two.app.store, UserId(two.app.user_id("ahmed").await.as_str().into()));
    let mut of_one = Vec::new();
    for tx in
        [store.read_as(&user).await, store.snapshot_as(&user).await, store.begin_as(&user).await]
    {
        let seen: BTreeMap<_, _> =
            walls::seen(&mut tx.unwrap()).await.unwrap().into_iter().collect();
        assert_eq!((seen["organizations"], seen["orders"], seen["members"]), (1, 1, 2));
        assert!(seen.len() >= 18 && seen.values().all(|rows| *rows > 0), "{seen:?}");
        of_one.push(seen);
    }
    assert!(of_one.iter().all(|seen| *seen == of_one[0]));
    assert!(seen(store, "").await.values().all(|rows| *rows == 0));
    assert!(seen(store, "it's \"nobody\" \\ $1 --").await.values().all(|rows| *rows == 0));
    two.finish().await;
}

/// A connection goes back to the pool with the rights it came with; nobody gets the one before's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_forgets_whom_it_was_for() {
    let two = Two::start().await;
    let (store, user) = (&two.app.store, two.app.user_id("ahmed").await);
    for commits in [true, false] {
        // More than the pool holds.
        for _ in 0..40 {
            let tx = store.begin_as(&UserId(user.as_str().into())).await.unwrap();
            if commits {
                tx.commit().await.unwrap();
            }
            let mut tx = store.read().await.unwrap();
            let all: BTreeMap<_, _> = walls::seen(&mut tx).await.unwrap().into_iter().collect();
            assert_eq!((all["organizations"], all["orders"]), (2, 2), "the program's own");
            drop(tx);
            assert!(seen(store, "").await.values().all(|rows| *rows == 0));
        }
    }
    two.finish().await;
}

/// Where the wall cannot be raised a request fails, and is answered nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_role_a_request_is_answered_nothing() {
    let two = Two::start().await;
    let path = format!("/billing/balance?tenant_id={}", two.one.tenant_id);
    two.one.client.get(&path).await.expect(200);
    let rename = |from: &str, to: &str| format!("ALTER FUNCTION {from}() RENAME TO {to}");
    two.app.execute(&rename("sovereign_member_role", "away")).await;
    two.one.client.get(&path).await.expect_problem(500, "internal");
    two.app.execute(&rename("away", "sovereign_member_role")).await;
    two.one.client.get(&path).await.expect(200);
    two.finish().await;
}

/// SQLite has no such wall; the same calls are plain transactions there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_calls_are_plain() {
    let app = TestApp::start(Engine::Sqlite).await;
    let ahmed = app.customer("ahmed").await;
    ahmed.client.get("/billing/balance").await.expect(200);
    assert!(seen(&app.store, "nobody").await.is_empty());
    app.finish().await;
}
