//! Two servers on one PostgreSQL share their limits, and a server without its database has its own.

use super::{assert_wait_is_right, crowd, limited, limits, preview, wait_of};
use crate::harness::{Engine, SecondServer, TestApp};

async fn both() -> (TestApp, SecondServer) {
    let app = TestApp::start_with(Engine::Postgres, limited()).await;
    app.issue("RIGHT-200", 200, 0).await;
    let second = SecondServer::beside_with(&app, limits()).await;
    (app, second)
}

async fn finish(app: TestApp, second: SecondServer) {
    second.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_previews_are_sixty_on_both() {
    let (app, second) = both().await;
    let visitors = [app.anyone(), second.anyone()].map(|visitor| visitor.at([10, 0, 0, 1]));
    let statuses = crowd(100, |index| {
        let visitor = visitors[index % 2].clone();
        async move { preview(&visitor, "RIGHT-200").await }
    })
    .await;
    assert_eq!((statuses[&200], statuses[&429]), (60, 40));
    let refused = preview(&visitors[1], "RIGHT-200").await;
    assert_wait_is_right(&app, refused, || preview(&visitors[1], "RIGHT-200")).await;
    assert_eq!(wait_of(preview(&visitors[0], "RIGHT-200").await), 1);
    finish(app, second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_count_on_both() {
    let (app, second) = both().await;
    let [here, there] = [app.anyone(), second.anyone()].map(|visitor| visitor.at([10, 0, 0, 1]));
    for n in 0..30 {
        preview(if n % 3 == 0 { &here } else { &there }, "WRONG").await.expect(404);
    }
    for visitor in [here, there] {
        assert_eq!(wait_of(preview(&visitor, "RIGHT-200").await), 120);
    }
    finish(app, second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_is_one_on_both() {
    let (app, second) = both().await;
    let here = app.customer("ahmed").await;
    let there = second.customer(&app, "ahmed", &here);
    let statuses = crowd(80, |index| {
        let place = if index % 2 == 0 { &here } else { &there };
        let (client, body) = (place.client.clone(), place.checkout_body("m", "RIGHT-200"));
        async move { client.post("/billing/checkout", &body).await }
    })
    .await;
    assert_eq!((statuses[&200], statuses[&429]), (60, 20), "{statuses:?}");
    finish(app, second).await;
}

/// Opposing orders of many addresses: neither server waits for the other for good, and none is let off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_addresses_on_both() {
    let (app, second) = both().await;
    let visitors = [app.anyone(), second.anyone()];
    let statuses = crowd(2_000, |index| {
        let place = if index % 2 == 0 { index / 2 % 20 } else { 19 - index / 2 % 20 };
        let visitor = visitors[index % 2].clone().at(super::address(0, place));
        async move { preview(&visitor, "RIGHT-200").await }
    })
    .await;
    assert_eq!((statuses[&200], statuses[&429]), (20 * 60, 20 * 40), "{statuses:?}");
    finish(app, second).await;
}

/// The database is away: whoever was over a limit stays so, and others have what this server gives them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_database_each_has_its_own() {
    let app = TestApp::start_with(Engine::Postgres, limited()).await;
    let [known, new] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(|from| app.anyone().at(from));
    for _ in 0..60 {
        known.get("/tenant/check-slug/kestrel").await.expect(200);
    }
    app.database().take_away().await;
    let ask = |client: &crate::harness::Client| {
        let client = client.clone();
        crowd(130, move |_| {
            let client = client.clone();
            async move { client.get("/tenant/check-slug/kestrel").await }
        })
    };
    let statuses = ask(&known).await;
    assert_eq!((statuses[&503], statuses[&429]), (60, 70), "what it had left: {statuses:?}");
    let statuses = ask(&new).await;
    assert_eq!((statuses[&503], statuses[&429]), (120, 10), "{statuses:?}");
    app.database().bring_back().await;
    new.get("/tenant/check-slug/kestrel").await.expect_problem(429, "too_many_requests");
    let other = app.anyone().at([10, 0, 0, 3]);
    other.get("/tenant/check-slug/kestrel").await.expect(200);
    app.finish().await;
}
