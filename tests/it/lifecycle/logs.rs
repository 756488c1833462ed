//! The log: what it never holds, and its JSON form.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Program, Server, TestDatabase, on_empty};

const CODE: &str = "SESAME-OPEN-4711";

fn serve(database: &TestDatabase) -> Program {
    let first = ["--fqdn", "omantel.example", "--currency", "OMR"];
    database.program(&["serve", "--listen", "127.0.0.1:0"]).args(first)
}

/// A campaign with its accidents: every route that sees a code, well and badly used.
async fn campaign(server: &Server, admin: &Client, ahmed: &Client) {
    let anyone = server.anyone();
    let code = json!({ "code": CODE });
    let preview = "/billing/vouchers/redeem-preview";
    anyone.post(preview, &code).await.expect_problem(404, "not_found");
    let voucher = json!({ "code": CODE, "credit_omr": 25, "description": "for Fatima's eyes" });
    admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
    anyone.post(preview, &json!({ "code": CODE.to_lowercase() })).await.expect(200);
    anyone.post_text(preview, format!("{{\"code\": \"{CODE}\",")).await.expect(400);
    anyone.post_text(preview, format!("{{\"code\": [\"{CODE}\"]}}")).await.expect(400);
    anyone.get(&format!("/billing/vouchers/{CODE}")).await.expect_problem(404, "not_found");
    ahmed.post("/billing/vouchers/issue", &voucher).await.expect_problem(403, "forbidden");

    let tenant_id = ahmed.make_organization("kestrel-pharmacy").await;
    let body = json!({ "plan_id": "m", "tenant_id": tenant_id, "promo_code": CODE });
    ahmed.post_keyed("/billing/checkout", "KEY-OF-AHMED-1", &body).await.expect(200);
    ahmed.post_keyed("/billing/checkout", "KEY-OF-AHMED-1", &body).await.expect(200);
    let other = json!({ "plan_id": "s", "tenant_id": tenant_id, "promo_code": CODE });
    ahmed.post_keyed("/billing/checkout", "KEY-OF-AHMED-1", &other).await.expect(409);
    let again = json!({ "tenant_id": tenant_id, "code": CODE });
    let again = ahmed.post("/billing/vouchers/redeem", &again).await;
    again.expect_problem(400, "voucher_redeemed_by_you");
    let revoke = format!("/billing/vouchers/revoke/{CODE}");
    admin.delete(&revoke).await.expect(200);
    admin.delete(&revoke).await.expect_problem(404, "not_found");
}

/// Statements that fail put the database's own message into the log.
async fn with_a_broken_table(database: &TestDatabase, admin: &Client, ahmed: &Client) -> String {
    let voucher = json!({ "code": CODE, "credit_omr": 25 });
    let tenant_id = ahmed.make_organization("falcon-logistics").await;
    database.execute("ALTER TABLE outbox RENAME TO away").await;
    let failed = admin.post("/billing/vouchers/issue", &voucher).await;
    let problem = failed.expect_problem(500, "internal");
    let body = json!({ "plan_id": "s", "tenant_id": tenant_id, "promo_code": CODE });
    ahmed.post("/billing/checkout", &body).await;
    database.execute("ALTER TABLE away RENAME TO outbox").await;
    problem["instance"].as_str().unwrap().to_owned()
}

/// Whoever reads the log can neither redeem nor sign in.
async fn assert_nothing_leaks(database: &TestDatabase, level: &str) {
    let server = Server::start(serve(database).env("SOVEREIGN_LOG_LEVEL", level));
    let admin_token = database.mint("sovereign-admin", "a@omantel.example");
    let ahmed_token = database.mint("member", "ahmed@example.com");
    let (admin, ahmed) = (server.bearing(&admin_token), server.bearing(&ahmed_token));
    campaign(&server, &admin, &ahmed).await;
    with_a_broken_table(database, &admin, &ahmed).await;
    let forged = server.bearing(&format!("{admin_token}x"));
    forged.get("/billing/balance").await.expect_problem(401, "unauthorized");
    let log = server.stop().expect(0).stderr;

    // It says much, so that what it does not say means something.
    for said in [" DEBUG ", "/billing/vouchers/revoke/{code}", "promo_codes", " ERROR "] {
        assert!(log.contains(said), "no {said}: {log}");
    }
    for token in [&admin_token, &ahmed_token] {
        for part in token.split('.') {
            assert!(!log.contains(part), "a token: {log}");
        }
    }
    let log = log.to_lowercase();
    for secret in [CODE, "KEY-OF-AHMED", "ahmed", "Fatima", "kestrel"] {
        assert!(!log.contains(&secret.to_lowercase()), "{secret}: {log}");
    }
}

on_empty! {
    async fn no_code_and_no_token_at_level_debug(database: &TestDatabase) {
        assert_nothing_leaks(database, "debug").await;
    }

    async fn no_code_and_no_token_at_level_trace(database: &TestDatabase) {
        assert_nothing_leaks(database, "trace").await;
    }

    /// Nor does it say who is in an Organization, how that is called, or what is in it.
    async fn what_is_inside_an_organization_stays_out_of_it(database: &TestDatabase) {
        let server = Server::start(serve(database));
        let people = ["ahmed", "fatima"].map(|name| format!("{name}@example.com"));
        let [ahmed, fatima] =
            people.map(|email| server.bearing(&database.mint("member", &email)));
        fatima.get("/tenant/orgs").await.expect(200);
        let id = ahmed.make_organization("kestrel-pharmacy").await;
        let inside = format!("/tenant/orgs/{id}");
        let added = json!({ "email": "fatima@example.com", "role": "viewer" });
        ahmed.post(&format!("{inside}/members"), &added).await;
        // Nobody delivers this mail.
        let invited = json!({ "email": "zahra@example.com", "role": "viewer" });
        ahmed.post(&format!("{inside}/invitations"), &invited).await.expect(503);
        ahmed.post(&format!("{inside}/environments"), &json!({ "name": "uat" })).await.expect(201);
        ahmed.post(&format!("{inside}/environments"), &json!({ "name": "uat" })).await.expect(409);
        let admin = server.bearing(&database.mint("sovereign-admin", "a@omantel.example"));
        for path in [inside.as_str(), "/billing/admin/organizations", "/tenant/check-slug/kestrel-pharmacy"] {
            admin.get(path).await;
        }
        let (path, order) = ("/billing/checkout", json!({ "plan_id": "m", "tenant_id": id }));
        database.execute("ALTER TABLE outbox RENAME TO away").await;
        ahmed.post(path, &order).await;
        ahmed.delete(&format!("{inside}/environments/uat")).await;
        database.execute("ALTER TABLE away RENAME TO outbox").await;
        let log = server.stop().expect(0).stderr;
        assert!(log.contains("/tenant/orgs/{id}/invitations") && log.contains(" ERROR "), "{log}");
        for inside in ["ahmed", "fatima", "zahra", "kestrel", "uat"] {
            assert!(!log.to_lowercase().contains(inside), "{inside}: {log}");
        }
    }

    /// One object a line, from the first to the last, with the identifier that the client was told.
    async fn json_lines_name_the_request(database: &TestDatabase) {
        let server = Server::start(serve(database).env("SOVEREIGN_LOG_FORMAT", "json"));
        let admin = server.bearing(&database.mint("sovereign-admin", "a@omantel.example"));
        let ahmed = server.bearing(&database.mint("member", "ahmed@example.com"));
        let own = [("X-Request-Id", "from-the-client-1")];
        let sent = server.anyone().send(Method::GET, "/catalog/plans", &own, None).await;
        assert_eq!(sent.headers["x-request-id"], "from-the-client-1");
        let unsent = server.anyone().get("/catalog/apps/nothing-of-the-kind").await;
        let unsent_id = unsent.headers["x-request-id"].to_str().unwrap().to_owned();
        let instance = with_a_broken_table(database, &admin, &ahmed).await;

        let log = server.stop().expect(0).stderr;
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
        let lines: Vec<Value> = lines.collect();
        for line in &lines {
            for member in ["timestamp", "level", "message", "target"] {
                assert!(line[member].is_string(), "no {member}: {line}");
            }
        }
        let requests: Vec<&Value> = lines.iter().filter(|line| line["message"] == "request").collect();
        assert!(requests.iter().all(|line| line["request_id"].is_string()), "{requests:#?}");
        let of = |id: &str| {
            let line = requests.iter().find(|line| line["request_id"] == id);
            let line = line.unwrap_or_else(|| panic!("no {id}: {requests:#?}"));
            (line["method"].clone(), line["route"].clone(), line["status"].clone())
        };
        assert_eq!(of("from-the-client-1"), (json!("GET"), json!("/catalog/plans"), json!(200)));
        assert_eq!(of(&unsent_id), (json!("GET"), json!("/catalog/apps/{slug}"), json!(404)));
        assert_eq!(lines.last().unwrap()["message"], "stopped");

        // What went wrong inside is found by the identifier in the problem.
        let id = instance.strip_prefix("urn:request:").unwrap();
        let failed = lines.iter().find(|line| line["level"] == "ERROR" && line["message"] == "database");
        let failed = failed.expect(&log);
        assert_eq!(failed["span"]["request_id"], id);
        assert_eq!(of(id).2, json!(500));
    }

    /// A terminal may have colours; a file has none, and no more lines than were asked for.
    async fn text_lines_are_plain(database: &TestDatabase) {
        let server = Server::start(serve(database));
        server.anyone().get("/livez").await.expect(200);
        let log = server.stop().expect(0).stderr;
        assert!(!log.contains('\u{1b}'), "{log:?}");
        assert!(log.lines().any(|line| line.contains(" INFO ") && line.contains("route=\"/livez\"")));

        let server = Server::start(serve(database).env("SOVEREIGN_LOG_LEVEL", "error"));
        server.anyone().get("/livez").await.expect(200);
        let log = server.stop().expect(0).stderr;
        // The greeting has a second part while nobody administers the Sovereign.
        let said: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(said.len(), 5, "{log}");
        assert!(said[0].contains("answers at") && said[4] == "stopped", "{log}");
    }
}
