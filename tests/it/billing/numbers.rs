//! Invoices get numbers from 1 on, in the order they were made, without gaps, whoever gives them.

use crate::harness::{Engine, SecondServer, TestApp, on_both};

/// The invoices that are numbered in one transaction.
const PAGE: i64 = 500;

/// Makes `count` invoices, numbered from `first` on by their identifiers.
async fn insert(app: &TestApp, first: i64, count: i64) {
    let (id, now) = match app.engine {
        Engine::Sqlite => ("unhex(printf('%032x', n))", "1740830400000000"),
        Engine::Postgres => ("CAST(lpad(to_hex(n), 32, '0') AS uuid)", "'2025-03-01'"),
    };
    let last = first + count - 1;
    app.execute(&format!(
        "INSERT INTO invoices (id, customer_id, tenant_id, amount_minor, credit_minor, currency, \
             status, created_at) \
         SELECT {id}, {id}, 'tenant', 0, 0, 'OMR', 'paid', {now} \
         FROM (WITH RECURSIVE numbers (n) AS \
             (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) \
             SELECT n FROM numbers) AS all_numbers"
    ))
    .await;
}

/// The numbers in the order of the identifiers; 0 stands for none.
async fn numbers(app: &TestApp) -> Vec<i64> {
    let numbers = app.texts("SELECT CAST(COALESCE(number, 0) AS text) FROM invoices ORDER BY id");
    numbers.await.iter().map(|number| number.parse().unwrap()).collect()
}

async fn last_count(app: &TestApp) -> i64 {
    app.number("SELECT CAST(last_count AS bigint) FROM jobs WHERE name = 'number-invoices'").await
}

on_both! {
    async fn they_are_numbered_in_their_order(app: &TestApp) {
        app.each_minute().await;
        assert_eq!(last_count(app).await, 0);
        insert(app, 10, 3).await;
        app.clock.advance_seconds(60);
        app.each_minute().await;
        assert_eq!(numbers(app).await, [1, 2, 3]);
        assert_eq!(last_count(app).await, 3);
        // One that was made before and written after comes after.
        insert(app, 1, 1).await;
        insert(app, 20, 2).await;
        app.clock.advance_seconds(60);
        app.each_minute().await;
        assert_eq!(numbers(app).await, [4, 1, 2, 3, 5, 6]);
    }

    async fn more_than_a_page_is_numbered_at_once(app: &TestApp) {
        insert(app, 1, 2 * PAGE + 1).await;
        app.each_minute().await;
        assert_eq!(numbers(app).await, (1..=2 * PAGE + 1).collect::<Vec<_>>());
        assert_eq!(last_count(app).await, 2 * PAGE + 1);
    }

    /// A number once given stays.
    async fn running_again_changes_nothing(app: &TestApp) {
        insert(app, 1, 5).await;
        assert_eq!(app.number_invoices().await, 5);
        assert_eq!(app.number_invoices().await, 0);
        assert_eq!(numbers(app).await, [1, 2, 3, 4, 5]);
    }

    /// What an earlier service made has that service's numbers.
    async fn adopted_invoices_get_none(app: &TestApp) {
        insert(app, 1, 3).await;
        app.execute("UPDATE invoices SET amount_omr = 0, stripe_invoice_id = 'in_1'").await;
        insert(app, 4, 2).await;
        assert_eq!(app.number_invoices().await, 2);
        assert_eq!(numbers(app).await, [0, 0, 0, 1, 2]);
    }

    async fn the_same_job_twice_at_once_leaves_no_gap(app: &TestApp) {
        for round in 0..10 {
            insert(app, 100 * round + 1, 30).await;
            tokio::join!(app.number_invoices(), app.number_invoices(), app.number_invoices());
            // Whoever lost the numbers leaves the rest to the next run.
            app.number_invoices().await;
            assert_eq!(numbers(app).await, (1..=30 * (round + 1)).collect::<Vec<_>>());
        }
    }
}

/// Two servers, both of which believe that they have the lease, while invoices are being made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_leave_no_gap() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    for round in 0..20 {
        insert(&app, 1_000 * round + 1, 40).await;
        tokio::join!(
            app.number_invoices(),
            second.number_invoices(),
            insert(&app, 1_000 * round + 500, 40),
            second.number_invoices(),
        );
    }
    while app.number_invoices().await > 0 {}
    let mut all = numbers(&app).await;
    all.sort_unstable();
    assert_eq!(all, (1..=20 * 80).collect::<Vec<_>>());
    second.stop().await;
    app.finish().await;
}
