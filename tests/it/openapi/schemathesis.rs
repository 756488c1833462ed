//! The running program against its own description: schemathesis sends what the description allows, and
//! what it does not, and holds every answer against it.
//!
//! `tests/schemathesis` has the configuration. `SOVEREIGN_SCHEMATHESIS_EXAMPLES` makes a run longer: it
//! is the number of requests at random for each operation.

use std::process::Command;

use serde_json::{Value, json};

use super::{CHECKED_IN, operations};
use crate::harness::{Server, TestDatabase, on_empty};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const EXAMPLES: &str = "SOVEREIGN_SCHEMATHESIS_EXAMPLES";
const DEFAULT_EXAMPLES: &str = "15";

/// A demo, so that there are vouchers. Rate limits can be off only there.
struct Tested<'a> {
    database: &'a TestDatabase,
    server: Server,
}

impl<'a> Tested<'a> {
    fn start(database: &'a TestDatabase, limits: &str) -> Self {
        let program = database.program(&["serve", "--listen", "127.0.0.1:0", "--demo"]);
        // The log takes the mails.
        let program = program.env("SOVEREIGN_MAIL_SMTP_URL", "");
        let server = Server::start(program.env("SOVEREIGN_LIMITS", limits));
        Self { database, server }
    }

    /// Two Organizations of the superadmin's. The first has ordered, so that there is something of
    /// everything to answer; the second can. Another user has signed in, and can become a member.
    async fn organizations(&self, superadmin: &str) -> [String; 2] {
        let member = self.database.mint("member", "member@example.com");
        self.server.bearing(&member).get("/tenant/orgs").await.expect(200);
        let superadmin = self.server.bearing(superadmin);
        let mut made = Vec::new();
        for slug in ["ordered", "fresh"] {
            let new = json!({ "slug": slug, "name": slug, "plan_id": "m" });
            let reply = superadmin.post("/tenant/orgs", &new).await.expect(201);
            made.push(reply["id"].as_str().unwrap().to_owned());
        }
        let [ordered, fresh]: [String; 2] = made.try_into().unwrap();
        let order = json!({ "plan_id": "m", "tenant_id": ordered, "promo_code": "WELCOME-10" });
        superadmin.post("/billing/checkout", &order).await.expect(200);
        [ordered, fresh]
    }

    /// Fails where schemathesis finds anything, or leaves an operation out.
    async fn check(&self, [ordered, fresh]: [&str; 2], token: Option<&str>) {
        let directory = format!("{REPOSITORY}/tests/schemathesis");
        let scratch = tempfile::tempdir().unwrap();
        let mut command = Command::new(format!("{REPOSITORY}/scripts/schemathesis"));
        command
            .current_dir(scratch.path())
            .args(["--config-file", &format!("{directory}/schemathesis.toml"), "run"])
            .arg(format!("{REPOSITORY}/docs/openapi.json"))
            .args(["--url", &format!("http://{}", self.server.address)])
            .args(["--no-color", "--continue-on-failure", "--max-examples"])
            .arg(std::env::var(EXAMPLES).unwrap_or_else(|_| DEFAULT_EXAMPLES.to_owned()))
            .env("SOVEREIGN_CHECKS", format!("{directory}/checks.py"))
            .env("SOVEREIGN_ORDERED", ordered)
            .env("SOVEREIGN_FRESH", fresh);
        if let Some(token) = token {
            command.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        let ended = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
        let document: Value = serde_json::from_str(CHECKED_IN).unwrap();
        let all = format!("Tested: {}\n", operations(&document).len());
        assert!(said.contains(&all), "not {all}: {said}");
    }

    /// The program has ended well, and whatever was sent, the books are sound.
    fn finish(self) {
        self.server.stop().expect(0);
        self.database.run(&["verify"]).expect(0);
    }
}

on_empty! {
    /// By a superadmin who owns an Organization.
    async fn it_answers_a_superadmin_as_described(database: &TestDatabase) {
        let tested = Tested::start(database, "off");
        let superadmin = database.mint("superadmin", "root@example.com");
        let [ordered, fresh] = tested.organizations(&superadmin).await;
        tested.check([&ordered, &fresh], Some(&superadmin)).await;
        tested.finish();
    }

    /// Without a token; and with rate limits, whose answers are described too.
    async fn it_answers_anyone_as_described(database: &TestDatabase) {
        let tested = Tested::start(database, "on");
        tested.check(["one", "another"], None).await;
        tested.finish();
    }
}
