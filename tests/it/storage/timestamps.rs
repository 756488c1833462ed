//! Moments come back as they went in, to the microsecond, and sort as they follow each other.

use sovereign::storage::{Store, Ts};
use sovereign_domain::timestamp::Timestamp;
use sqlx::types::Uuid;

use crate::harness::{TestDatabase, on_empty};

const INSERT: &str = "INSERT INTO audit_log (id, at, actor, action, subject, request_id) \
                      VALUES ($1, $2, '', '', $3, '')";
const BY_TIME: &str = "SELECT at FROM audit_log ORDER BY at";
const AT: &str = "SELECT subject FROM audit_log WHERE at = $1";

/// In ascending order.
fn moments() -> Vec<Timestamp> {
    let year_1 = Timestamp::parse_rfc3339("0001-01-01T00:00:00Z").unwrap();
    let leap = Timestamp::parse_rfc3339("2028-02-29T23:59:59.999999Z").unwrap();
    let year_9999 = Timestamp::parse_rfc3339("9999-12-31T23:59:59.999999Z").unwrap();
    let around_1970 = [-1_000_001, -1_000_000, -999_999, -1, 0, 1, 999_999, 1_000_000, 1_000_001];
    let mut moments = vec![year_1];
    moments.extend(around_1970.map(Timestamp::from_micros));
    // 2000-01-01 is PostgreSQL's own zero.
    moments.extend([-1, 0, 1].map(|micros| Timestamp::from_micros(946_684_800_000_000 + micros)));
    moments.extend([leap, Timestamp::from_micros(leap.micros() + 1), year_9999]);
    moments
}

async fn insert(store: &Store, number: usize, moment: Timestamp) {
    let (id, subject) = (Uuid::from_u128(number as u128), number.to_string());
    match store {
        Store::Postgres(pool) => {
            let sql = sqlx::query(INSERT);
            sql.bind(id).bind(Ts(moment)).bind(subject).execute(pool).await.map(|_| ())
        }
        Store::Sqlite { writer, .. } => {
            let sql = sqlx::query(INSERT);
            sql.bind(id).bind(Ts(moment)).bind(subject).execute(writer).await.map(|_| ())
        }
    }
    .unwrap();
}

async fn by_time(store: &Store) -> Vec<Timestamp> {
    let found: Vec<Ts> = match store {
        Store::Postgres(pool) => sqlx::query_scalar(BY_TIME).fetch_all(pool).await,
        Store::Sqlite { readers, .. } => sqlx::query_scalar(BY_TIME).fetch_all(readers).await,
    }
    .unwrap();
    found.into_iter().map(|moment| moment.0).collect()
}

async fn found_by(store: &Store, moment: Timestamp) -> Vec<String> {
    match store {
        Store::Postgres(pool) => {
            sqlx::query_scalar(AT).bind(Ts(moment)).fetch_all(pool).await.unwrap()
        }
        Store::Sqlite { readers, .. } => {
            sqlx::query_scalar(AT).bind(Ts(moment)).fetch_all(readers).await.unwrap()
        }
    }
}

on_empty! {
    async fn they_round_trip_to_the_microsecond(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        let store = Store::open(&database.location).await.unwrap();
        let moments = moments();
        // Not in the order of time, which the database has to find.
        for (number, moment) in moments.iter().enumerate().rev() {
            insert(&store, number, *moment).await;
        }
        assert_eq!(by_time(&store).await, moments);
        for (number, moment) in moments.iter().enumerate() {
            assert_eq!(found_by(&store, *moment).await, [number.to_string()], "{moment}");
        }
        store.close().await;
    }
}
