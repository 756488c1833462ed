//! A transaction of somebody else's that is held open, on PostgreSQL: SQLite has one writer at a time.

use sovereign::storage::Location;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::TestApp;

/// A connection of the test's own.
pub(crate) struct Other(PgConnection);

impl Other {
    pub(crate) async fn of(app: &TestApp) -> Self {
        let Location::Server(url) = &app.database().location else { panic!("a server") };
        Self(PgConnection::connect(url).await.unwrap())
    }

    pub(crate) async fn execute(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.0).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.0.close().await.unwrap();
    }
}

/// Waits until somebody waits for a lock, or all is over.
pub(crate) async fn until_locked(app: &TestApp, is_over: impl Fn() -> bool) {
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    while app.number(waiting).await == 0 && !is_over() {
        tokio::task::yield_now().await;
    }
}
