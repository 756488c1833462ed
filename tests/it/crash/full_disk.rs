//! A disk without room, and one that may not be written: callers are told to come again, nothing is
//! acknowledged that is not there, and with room again the server goes on by itself.

use sovereign::storage::Location;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::campaign::Campaign;
use super::small_disk::{NEEDS, SmallDisk, may_mount};
use crate::harness::{Cluster, FQDN, Server, TestDatabase, give_to_postgres, is_root, tenant_id};

const FIRST: [&str; 4] = ["--fqdn", FQDN, "--currency", "OMR"];

/// Asks until the disk is full, checks what can be asked then, and makes room again.
async fn fill_and_free(campaign: &mut Campaign, server: &mut Server, disk: &SmallDisk, says: &str) {
    campaign.prepare(1_500).await;
    let load = campaign.load(server);
    load.answers(40).await;
    disk.fill();
    let round = campaign.end(load).await;
    assert!(round.acknowledged > 0 && round.in_doubt > 0, "{round:?}");
    server.wait_for(says);

    // Reading goes on, and shows what was acknowledged and nothing else.
    server.anyone().get("/readyz").await.expect(200);
    server.anyone().get("/livez").await.expect(200);
    let acknowledged: Vec<usize> = campaign.acknowledged().collect();
    for person in acknowledged.into_iter().rev().take(20) {
        let balance = campaign.balance(server, person).await.expect(200);
        let expected = Campaign::expected_balance(person);
        assert_eq!(balance["credit_baisa"], expected, "{}", tenant_id(person));
    }

    disk.free();
    let round = campaign.check(server).await;
    assert_eq!(round.found_done, 0, "nothing is done behind a 503 of a full disk: {round:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    if !may_mount("crash::full_disk::sqlite") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    // Freed, it has room for all the test writes: the file and its log, of up to 3,000 people.
    let disk = SmallDisk::on(directory.path(), 12);
    let file = Location::File(directory.path().join("sovereign.db"));
    let database = TestDatabase::at(file, directory);
    let mut server = database.serve(&FIRST);
    let mut campaign = Campaign::on(database).await;
    for _ in 0..2 {
        fill_and_free(&mut campaign, &mut server, &disk, "database or disk is full").await;
    }
    server.stop().expect(0);
    drop(disk);
}

/// A filesystem cannot be made read-only under files that are open for writing; what an operator meets is
/// a server that is started on one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_on_a_read_only_disk() {
    if !may_mount("crash::full_disk::sqlite_on_a_read_only_disk") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let disk = SmallDisk::on(directory.path(), 16);
    let file = Location::File(directory.path().join("sovereign.db"));
    let database = TestDatabase::at(file, directory);
    let server = database.serve(&FIRST);
    let mut campaign = Campaign::on(database).await;
    campaign.prepare(200).await;
    let load = campaign.load(&server);
    load.answers(20).await;
    server.kill();
    campaign.end(load).await;

    disk.remount("ro");
    let refused = campaign.database.run(&["serve", "--listen", "127.0.0.1:0"]).expect_failure(2);
    assert!(refused.contains("Read-only file system"), "{refused}");
    // What was acknowledged can be read all the same.
    campaign.verify();
    disk.remount("rw");
    let server = campaign.database.serve(&[]);
    campaign.check(&server).await;
    server.stop().expect(0);
    drop(disk);
}

/// The tables of the Sovereign are on the small disk, PostgreSQL's own log is not: it answers 53100 and
/// goes on. (With its log on a full disk it stops itself: see `postgres_restart.rs` for that.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    assert!(is_root(), "{NEEDS}");
    let place = tempfile::tempdir().unwrap();
    let disk = SmallDisk::on(place.path(), 32);
    give_to_postgres(place.path());
    let cluster = Cluster::start();
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    let tablespace = format!("CREATE TABLESPACE small LOCATION '{}'", place.path().display());
    for sql in [tablespace.as_str(), "CREATE DATABASE sovereign TABLESPACE small"] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let location = Location::Server(cluster.url("sovereign"));
    let database = TestDatabase::at(location, tempfile::tempdir().unwrap());
    let mut server = database.serve(&FIRST);
    let mut campaign = Campaign::on(database).await;
    for _ in 0..2 {
        fill_and_free(&mut campaign, &mut server, &disk, "No space left on device").await;
    }
    server.stop().expect(0);
    drop(cluster);
    drop(disk);
}
