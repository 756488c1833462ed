//! Sealing: what is old enough, once, in order, in seals of bounded size.

use sha2::{Digest as _, Sha256};

use super::{OLD_ENOUGH_SECONDS, ONE, insert_lines, issue_and_wait, seals, three_seals};
use crate::harness::{Engine, FQDN, TestApp, TestDatabase, on_both};

/// What the log of a server says of each seal, with its number and hash.
const SEALED: &str = "the audit log is sealed";

/// The lines of the log in their order, as docs/AUDIT.md describes their bytes: made here by the database
/// itself, for lines that have no quotes and no `before` or `after`.
async fn documented_lines(app: &TestApp) -> Vec<String> {
    let (id, at) = match app.engine {
        Engine::Sqlite => (
            "lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || \
                 substr(hex(id), 13, 4) || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21))",
            "at",
        ),
        Engine::Postgres => {
            ("CAST(id AS text)", "CAST(extract(epoch FROM at) * 1000000 AS bigint)")
        }
    };
    app.texts(&format!(
        "SELECT '{{\"action\":\"' || action || '\",\"actor\":\"' || actor || '\",\"at\":' || {at} \
             || ',\"id\":\"' || {id} || '\",\"request_id\":\"' || request_id || '\",\"subject\":\"' \
             || subject || '\"}}' \
         FROM audit_log ORDER BY id"
    ))
    .await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap()
}

on_both! {
    async fn a_line_is_sealed_once_it_is_old_enough(app: &TestApp) {
        app.issue("YOUNG", 10, 0).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS - 2);
        assert_eq!(app.seal_audit(ONE).await, 0);
        app.clock.advance_seconds(2);
        assert_eq!(app.seal_audit(ONE).await, 1);
        app.issue("NEXT", 10, 0).await;
        assert_eq!(app.seal_audit(ONE).await, 0, "one is sealed, the other is too young");
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        assert_eq!(app.seal_audit(ONE).await, 1);
        assert_eq!(seals(app, "number").await, ["1", "2"]);
        assert_eq!(seals(app, "line_count").await, ["1", "1"]);
    }

    async fn where_nothing_happened_there_is_no_seal(app: &TestApp) {
        for _ in 0..3 {
            app.clock.advance_days(1);
            assert_eq!(app.seal_audit(ONE).await, 0);
        }
        assert_eq!(seals(app, "number").await, Vec::<String>::new());
        issue_and_wait(app, "ONCE").await;
        assert_eq!((app.seal_audit(ONE).await, app.seal_audit(ONE).await), (1, 0));
    }

    /// What the server does every minute seals as well.
    async fn the_minute_seals(app: &TestApp) {
        issue_and_wait(app, "MINUTE").await;
        app.each_minute().await;
        assert_eq!(seals(app, "number").await, ["1"]);
    }

    /// The bounds touch, so that nothing can come in between; a full seal ends at its last line.
    async fn a_backlog_becomes_full_seals(app: &TestApp) {
        insert_lines(app, 25_000).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        assert_eq!(app.seal_audit(ONE).await, 3);
        assert_eq!(seals(app, "line_count").await, ["10000", "10000", "5000"]);
        let apart = "SELECT COUNT(*) FROM audit_seals a JOIN audit_seals b ON b.number = a.number + 1 \
                     WHERE b.from_id <> a.before_id";
        assert_eq!(app.number(apart).await, 0);
        let of = |seal: i64| format!(
            "SELECT COUNT(*) FROM audit_log l JOIN audit_seals s \
                 ON l.id >= s.from_id AND l.id < s.before_id WHERE s.number = {seal}"
        );
        for (seal, count) in [(1, 10_000), (2, 10_000), (3, 5_000)] {
            assert_eq!(app.number(&of(seal)).await, count);
        }
    }

    /// The hashes are those of the description, made without this program's own code.
    async fn the_chain_is_the_documented_one(app: &TestApp) {
        insert_lines(app, 3).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        assert_eq!(app.seal_audit(ONE).await, 1);
        insert_lines(app, 2).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        assert_eq!(app.seal_audit(ONE).await, 1);
        let mut hash = [0; 32].to_vec();
        let mut after = Vec::new();
        for line in documented_lines(app).await {
            hash = Sha256::new().chain_update(&hash).chain_update(line).finalize().to_vec();
            after.push(hex(&hash));
        }
        assert_eq!(seals(app, "hash").await, [after[2].clone(), after[4].clone()]);
    }

    /// A clock that was set back seals nothing twice.
    async fn a_clock_set_back_waits(app: &TestApp) {
        three_seals(app).await;
        let hashes = seals(app, "hash").await;
        app.clock.advance_seconds(-200);
        assert_eq!(app.seal_audit(ONE).await, 0);
        assert_eq!(seals(app, "hash").await, hashes);
    }
}

/// A checkout's line, a voucher's with `before` and `after` and a person's own words are the same bytes on
/// both databases: the same lines, moved from one to the other, have the same seal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_hash_alike() {
    let mut hashes = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::start(engine).await;
        let (id, at) = match engine {
            Engine::Sqlite => ("x'019539f53a0070008000000000000001'", "1740830400000001"),
            Engine::Postgres => {
                ("'019539f53a0070008000000000000001'", "'2025-03-01T12:00:00.000001Z'")
            }
        };
        app.execute(&format!(
            "INSERT INTO audit_log VALUES ({id}, {at}, 'u', 'a', 'é \"x\" \\ رصيد', 't', 'r', \
                 '{{\"zz\": 1, \"b\": {{\"y\":[1, 2,3],\"x\":null}}, \"bb\": -7}}', \
                 '{{\"text\":\"\\u00e9\\n\\/\", \"n\": 9007199254740993, \"f\": 1.50}}')"
        ))
        .await;
        assert_eq!(app.seal_audit(ONE).await, 1);
        hashes.push(seals(&app, "hash").await);
        app.finish().await;
    }
    assert_eq!(hashes[0], hashes[1]);
}

/// A backup has the chain in it, and the restored server goes on with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chain_goes_on_after_a_restore() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let first_start = ["--fqdn", FQDN, "--currency", "OMR"];
    database.serve(&first_start).stop().expect(0);
    // Far longer ago than an hour: a backup stays sound however old it is.
    let long_ago = "INSERT INTO audit_log VALUES (x'019539f53a0070008000000000000ROW', \
                    1740830400000001, 'u', 'a', 's', NULL, 'r', NULL, NULL)";
    database.execute(&long_ago.replace("ROW", "001")).await;
    // As if the server had run then as well.
    let then = "UPDATE jobs SET last_ok_at = 1740434127000000, next_run_at = 0";
    database.execute(then).await;
    let mut server = database.serve(&[]);
    server.wait_for(SEALED);
    server.stop().expect(0);
    // As if it had been written then: what is added below comes after it.
    database
        .execute("UPDATE audit_seals SET before_id = x'019539f53a0070008000000000000002'")
        .await;
    database.execute(&long_ago.replace("3a00", "3a01").replace("ROW", "002")).await;
    database.execute(then).await;
    let backup = database.directory.path().join("backup").display().to_string();
    database.run(&["backup", &backup]).expect(0);

    let copy = TestDatabase::empty(Engine::Sqlite).await;
    copy.run(&["restore", &backup, "--verify"]).expect(0);
    copy.execute(&long_ago.replace("0195", "0196").replace("ROW", "003")).await;
    copy.run(&["verify"]).expect(0);
    copy.execute(then).await;
    let mut server = copy.serve(&[]);
    let hash = server.wait_for(SEALED).split_once("hash=").unwrap().1[..66].replace('"', "");
    copy.run(&["verify"]).expect(0);
    server.stop().expect(0);
    let seals = "SELECT line_count || ' ' || (number = 1 OR lower(hex(hash)) = ";
    let seals = format!("{seals}'{hash}') FROM audit_seals ORDER BY number");
    assert_eq!(copy.texts(&seals).await, ["1 1", "2 1"], "the log has the hash");
}
