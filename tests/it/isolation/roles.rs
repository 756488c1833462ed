//! Who may run the program: the role that members' requests take on is made by `migrate`, where it may.

use serde_json::json;
use sovereign::storage::Location;

use crate::harness::{Engine, TestDatabase, postgres_server};

/// A database of a user who is no superuser, and may or may not make roles.
struct Owned {
    /// Where a superuser works.
    server: TestDatabase,
    /// The user's own way in.
    database: TestDatabase,
    name: String,
}

impl Owned {
    async fn make(attributes: &str) -> Self {
        let server = TestDatabase::empty(Engine::Postgres).await;
        let Location::Server(url) = &server.location else { panic!("a server") };
        let (base, template) = url.rsplit_once('/').unwrap();
        let name = format!("{template}_owned");
        server.execute(&format!("CREATE ROLE {name} LOGIN {attributes}")).await;
        server.execute(&format!("CREATE DATABASE {name} OWNER {name}")).await;
        let url = format!("{}/{name}", base.replacen("postgres@", &format!("{name}@"), 1));
        assert!(url.contains(&format!("//{name}@")), "{url}, from {}", postgres_server());
        let database = TestDatabase::at(Location::Server(url), tempfile::tempdir().unwrap());
        Self { server, database, name }
    }

    async fn remove(self) {
        let Self { server, database, name } = self;
        database.remove().await;
        for statement in [
            format!("DROP DATABASE {name} WITH (FORCE)"),
            format!("DROP ROLE IF EXISTS {name}_member"),
            format!("DROP ROLE {name}"),
        ] {
            server.execute(&statement).await;
        }
        server.remove().await;
    }
}

/// Members' requests on a server that such a user runs.
async fn assert_members_are_served(database: &TestDatabase) {
    let server = database.serve(&["--fqdn", "omantel.example", "--currency", "OMR"]);
    let ahmed = server.bearing(&database.mint("member", "ahmed@example.com"));
    let fatima = server.bearing(&database.mint("member", "fatima@example.com"));
    fatima.get("/tenant/orgs").await.expect(200);
    let id = ahmed.make_organization("kestrel-pharmacy").await;
    let inside = format!("/tenant/orgs/{id}");
    let added = json!({ "email": "fatima@example.com", "role": "viewer" });
    ahmed.post(&format!("{inside}/members"), &added).await;
    ahmed.post(&format!("{inside}/environments"), &json!({ "name": "dev" })).await.expect(201);
    ahmed.get(&format!("/billing/balance?tenant_id={id}")).await.expect(200);
    assert_eq!(ahmed.get(&inside).await.expect(200)["slug"], "kestrel-pharmacy");
    server.bearing(&database.mint("superadmin", "root@example.com")).get(&inside).await.expect(404);
    server.stop().expect(0);
    database.run(&["verify"]).expect(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_may_make_roles_needs_no_help() {
    let owned = Owned::make("CREATEROLE").await;
    owned.database.run(&["migrate"]).expect(0);
    assert_members_are_served(&owned.database).await;
    owned.remove().await;
}

/// The statements that the refusal names, run once by a superuser, are all the help it takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_may_not_is_told_what_to_have_run() {
    let owned = Owned::make("").await;
    let name = &owned.name;
    for statement in
        [format!("CREATE ROLE {name}_member NOLOGIN"), format!("GRANT {name}_member TO {name}")]
    {
        let refused = owned.database.run(&["migrate"]).expect(2).stderr;
        assert!(refused.contains(&format!("{statement};")), "{refused}");
        assert!(refused.contains("docs/ISOLATION.md"), "{refused}");
        owned.server.execute(&statement).await;
    }
    owned.database.run(&["migrate"]).expect(0);
    assert_members_are_served(&owned.database).await;
    owned.remove().await;
}

/// The policies would hide all rows from a user who does not own the tables, from the engine as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_owns_no_table_is_refused() {
    let owned = Owned::make("CREATEROLE").await;
    owned.database.run(&["migrate"]).expect(0);
    let name = &owned.name;
    let Location::Server(url) = &owned.database.location else { panic!("a server") };
    owned.server.execute(&format!("CREATE ROLE {name}_guest LOGIN IN ROLE {name}_member")).await;
    let guest = url.replacen(&format!("//{name}@"), &format!("//{name}_guest@"), 1);
    owned
        .database
        .execute(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}_guest"))
        .await;
    owned.database.execute(&format!("GRANT ALL ON SCHEMA public TO {name}_guest")).await;
    let guest = TestDatabase::at(Location::Server(guest), tempfile::tempdir().unwrap());
    for command in ["migrate", "verify"] {
        let refused = guest.run(&[command]).expect(2).stderr;
        assert!(refused.contains("connect as their owner"), "{refused}");
    }
    for what in ["ALL TABLES IN SCHEMA public", "SCHEMA public"] {
        owned.database.execute(&format!("REVOKE ALL ON {what} FROM {name}_guest")).await;
    }
    owned.server.execute(&format!("DROP ROLE {name}_guest")).await;
    owned.remove().await;
}

/// A role of that name that passes policies by, or that anybody could log in as, is no wall.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_passes_policies_by_is_refused() {
    let owned = Owned::make("CREATEROLE").await;
    let name = &owned.name;
    owned.server.execute(&format!("CREATE ROLE {name}_member NOLOGIN BYPASSRLS")).await;
    owned.server.execute(&format!("GRANT {name}_member TO {name}")).await;
    let refused = owned.database.run(&["migrate"]).expect(2).stderr;
    assert!(refused.contains(&format!("ALTER ROLE \"{name}_member\" NOLOGIN")), "{refused}");
    owned.server.execute(&format!("ALTER ROLE {name}_member NOBYPASSRLS")).await;
    owned.database.run(&["migrate"]).expect(0);
    owned.remove().await;
}
