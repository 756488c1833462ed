//! `sovereign key`, beside a running server.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::{Server, TestDatabase, on_empty};

const SERVE: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

/// The names of the keys that the server publishes.
async fn published(server: &Server) -> Vec<Value> {
    let keys = server.anyone().get("/.well-known/jwks.json").await.expect(200);
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

fn kid(token: &str) -> Value {
    json!(jsonwebtoken::decode_header(token).unwrap().kid)
}

async fn is_accepted(server: &Server, token: &str) -> bool {
    let reply = server.bearing(token).get("/tenant/orgs").await;
    assert!([200, 401].contains(&reply.status), "{}", reply.text);
    reply.status == 200
}

on_empty! {
    /// Nobody is refused by a rotation, nor by the one after it; whoever has a token of a key that is
    /// forgotten is.
    async fn a_rotation_refuses_nobody(database: &TestDatabase) {
        let server = database.serve(&SERVE);
        let before = database.mint("member", "ahmed@example.com");
        assert_eq!(published(&server).await, [kid(&before)]);
        let next = database.run(&["key", "prepare", "--json"]).expect_json();
        assert_eq!(next["state"], "next");
        assert_eq!(kid(&database.mint("member", "a@example.com")), kid(&before), "not yet");
        let rotated = database.run(&["key", "rotate", "--json"]).expect_json();
        assert_eq!(rotated, json!({ "kid": next["kid"], "state": "signing" }));

        // The server has not read the new key yet: it does when a token names it.
        let after = database.mint("member", "ahmed@example.com");
        assert_eq!(kid(&after), next["kid"]);
        assert!(is_accepted(&server, &after).await && is_accepted(&server, &before).await);
        assert_eq!(published(&server).await, [kid(&after), kid(&before)]);

        let listed = database.run(&["key", "list", "--json"]).expect_json();
        let expected = json!([
            { "kid": kid(&after), "state": "signing" },
            { "kid": kid(&before), "state": "retired" },
        ]);
        assert_eq!(listed, expected);
        server.stop().expect(0);

        let forget = |kid: &Value| {
            database.program(&["key", "forget"]).args(["--", kid.as_str().unwrap()]).run()
        };
        forget(&kid(&before)).expect(0);
        forget(&kid(&before)).expect_failure(1);
        forget(&kid(&after)).expect_failure(1);
        let server = database.serve(&[]);
        assert!(is_accepted(&server, &after).await);
        assert!(!is_accepted(&server, &before).await);
        server.stop().expect(0);
    }

    /// Where the line cannot be written no file is touched.
    async fn no_key_changes_without_its_line(database: &TestDatabase) {
        database.serve(&SERVE).stop().expect(0);
        database.run(&["key", "rotate"]).expect(0);
        let listed = database.run(&["key", "list", "--json"]).expect_json();
        let retired = listed[1]["kid"].as_str().unwrap();
        database.execute("ALTER TABLE audit_log RENAME TO audit_log_away").await;
        for command in ["prepare", "rotate"] {
            database.run(&["key", command]).expect_failure(3);
        }
        database.program(&["key", "forget"]).args(["--", retired]).run().expect_failure(3);
        assert_eq!(database.run(&["key", "list", "--json"]).expect_json(), listed);
        database.execute("ALTER TABLE audit_log_away RENAME TO audit_log").await;
        database.run(&["key", "rotate"]).expect(0);
        database.program(&["key", "forget"]).args(["--", retired]).run().expect(0);
        let noted = "SELECT action FROM audit_log WHERE action LIKE 'key.%' ORDER BY id";
        assert_eq!(database.texts(noted).await, ["key.rotate", "key.rotate", "key.forget"]);
    }

    /// A key that others can read is none.
    async fn every_key_is_its_owners_alone(database: &TestDatabase) {
        database.serve(&SERVE).stop().expect(0);
        database.run(&["key", "rotate"]).expect(0);
        database.run(&["key", "prepare"]).expect(0);
        let mut keys = 0;
        for entry in std::fs::read_dir(database.directory.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "der") {
                continue;
            }
            keys += 1;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
            std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
            let said = database.run(&["key", "list"]).expect_failure(2);
            assert!(said.contains("chmod 600"), "{said}");
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        assert_eq!(keys, 3);
    }
}
