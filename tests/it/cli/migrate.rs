//! `sovereign migrate`

use serde_json::json;
use sovereign::storage::migrate;

use crate::harness::{TestDatabase, on_empty};

on_empty! {
    async fn it_says_what_it_applied(database: &TestDatabase) {
        let all = format!("{}\n", migrate::names().join("\n"));
        assert_eq!(database.run(&["migrate"]).expect_answer(), all);
        assert_eq!(database.run(&["migrate"]).expect_answer(), "nothing to do\n");
        // What it prepared is what a server wants.
        let server = database.serve(&["--fqdn", "omantel.example", "--currency", "OMR"]);
        assert_eq!(database.run(&["migrate"]).expect_answer(), "nothing to do\n");
        let version = server.anyone().get("/version").await.expect(200);
        assert_eq!(version["schema"], migrate::fingerprint());
        server.stop().expect(0);
    }

    async fn json_names_the_schema(database: &TestDatabase) {
        let schema = migrate::fingerprint();
        let first = database.run(&["migrate", "--json"]).expect_json();
        assert_eq!(first, json!({ "applied": migrate::names(), "schema": schema }));
        let second = database.run(&["migrate", "--json"]).expect_json();
        assert_eq!(second, json!({ "applied": [], "schema": schema }));
    }

    /// Several start at once: each migration is applied by one, while the others wait.
    async fn processes_at_once_migrate_once(database: &TestDatabase) {
        let migrate = || database.program(&["migrate"]).spawn();
        let running: Vec<_> = (0..4).map(|_| migrate()).collect();
        let said: String = running.into_iter().map(|one| one.end().expect_answer()).collect();
        let mut applied: Vec<_> = said.lines().filter(|line| *line != "nothing to do").collect();
        applied.sort_unstable();
        assert_eq!(applied, migrate::names());
        database.run(&["migrate"]).expect(0);
    }

    /// Neither the program nor the database is harmed by the other's being of another time.
    async fn a_foreign_schema_is_left_alone(database: &TestDatabase) {
        database.serve(&["--fqdn", "omantel.example", "--currency", "OMR"]).stop().expect(0);
        let newer = "INSERT INTO schema_migrations (number, name, digest, applied_at) \
                     SELECT 9999, 'tomorrow', 'd1', applied_at FROM schema_migrations \
                     WHERE number = 1";
        database.execute(newer).await;
        for arguments in [
            &["migrate"][..],
            &["verify"],
            &["voucher", "list"],
            &["token", "mint", "--role", "member", "--email", "a@b.example"],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let said = database.run(arguments).expect_failure(2);
            assert!(said.contains("migration 9999") && said.contains("newer version"), "{said}");
        }
        database.execute("DELETE FROM schema_migrations WHERE number = 9999").await;
        database.run(&["verify"]).expect(0);
    }
}
