//! `GET /billing/admin/credit-report`: the ledger's own sums, signed; and a split that counts what credit paid.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use sovereign::auth::Role;
use sovereign_domain::timestamp::Timestamp;

use super::stripe::NewCharge;
use super::{Book, World, minor};
use crate::harness::{TestApp, assert_shape, on_both};

const PATH: &str = "/billing/admin/credit-report";
const FQDN: &str = crate::harness::FQDN;

/// Of the tests' Sovereign: list prices, a tenth of them the publisher's.
const LIST_PRICES: &str = r#"
time_zone = "Asia/Muscat"

[[agreement]]
franchisee = "omantel"
name = "Omantel"
sovereigns = ["test.sovereign.example"]
currency = "OMR"
valid_from = "2025-01-01"
share_bp = 1000
base = "list-price"
payout = { stripe_account = "acct_omantel" }
"#;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// Credit of 20.000, of which a plan of 9.000 is paid.
async fn nine_are_spent(app: &TestApp) {
    app.issue("TWENTY", 20, 0).await;
    app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
}

async fn report(app: &TestApp, query: &str) -> Value {
    app.sovereign_admin().get(&format!("{PATH}?{query}")).await.expect(200)
}

async fn refused(app: &TestApp, query: &str, field: &str) -> String {
    let reply = app.sovereign_admin().get(&format!("{PATH}?{query}")).await;
    let problem = reply.expect_problem(400, "invalid_request");
    assert_eq!(problem["field"], field, "{query}");
    problem["detail"].as_str().unwrap().to_owned()
}

/// What is under the Sovereign's signature.
fn signed(app: &TestApp, jws: &str) -> Value {
    let header = jsonwebtoken::decode_header(jws).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some("credit-report+jwt")));
    let keys = app.tokens.jwks();
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == *header.kid.as_ref().unwrap());
    let key = DecodingKey::from_ed_components(key.unwrap()["x"].as_str().unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(jws, &key, &validation).unwrap().claims
}

on_both! {
    async fn a_months_sums_are_the_ledgers(app: &TestApp) {
        nine_are_spent(app).await;
        app.clock.set(at("2027-04-02T00:00:00Z"));
        let answer = report(app, "month=2027-03").await;
        let told = &answer["report"];
        assert_shape(
            told,
            "iss:text sovereign:text month:text currency:text time_zone:text granted_minor:int spent_minor:int \
             expired_minor:int taken_back_minor:int outstanding_minor:int redemptions:int generated_at:time",
        );
        let members = [
            "granted_minor", "spent_minor", "expired_minor", "taken_back_minor", "outstanding_minor", "redemptions",
        ];
        assert_eq!(members.map(|member| minor(told, member)), [20_000, 9_000, 0, 0, 11_000, 1]);
        let ledger = app.number("SELECT CAST(SUM(amount_minor) AS bigint) FROM credit_ledger").await;
        assert_eq!(minor(told, "outstanding_minor"), ledger);
        assert_eq!((&told["iss"], &told["sovereign"]), (&json!(format!("https://{FQDN}")), &json!(FQDN)));
        assert_eq!((&told["currency"], &told["time_zone"]), (&json!("OMR"), &json!("UTC")));
        // The same under the signature, at the marketplace's host, and when the lines are added up.
        assert_eq!(&signed(app, answer["jws"].as_str().unwrap()), told);
        let under_api = app.superadmin().get(&format!("/api{PATH}?month=2027-03")).await.expect(200);
        assert_eq!(&under_api["report"], told);
        app.run_job("roll-up").await;
        assert_eq!(&report(app, "month=2027-03").await["report"], told);
        // Before it nothing happened, and afterwards nothing more.
        let before = report(app, "month=2027-02").await;
        assert_eq!(members.map(|member| minor(&before["report"], member)), [0; 6]);
        app.clock.set(at("2027-05-02T00:00:00Z"));
        let after = report(app, "month=2027-04").await;
        assert_eq!(members.map(|member| minor(&after["report"], member)), [0, 0, 0, 0, 11_000, 0]);
    }

    async fn a_month_is_that_of_a_time_zone_and_has_ended(app: &TestApp) {
        nine_are_spent(app).await;
        let said = refused(app, "month=2027-03", "month").await;
        assert!(said.contains("2027-04-01T00:05:00Z"), "{said}");
        app.clock.set(at("2027-04-01T00:04:59Z"));
        refused(app, "month=2027-03", "month").await;
        app.clock.set(at("2027-04-01T00:05:00Z"));
        assert_eq!(minor(&report(app, "month=2027-03").await["report"], "spent_minor"), 9_000);
        let muscat = report(app, "month=2027-03&time_zone=Asia/Muscat").await;
        assert_eq!(muscat["report"]["time_zone"], "Asia/Muscat");
        refused(app, "month=2027-03&time_zone=America/New_York", "month").await;
        refused(app, "month=2027-03&time_zone=Mars/Olympus", "time_zone").await;
        for wrong in ["month=2027-13", "month=2027-3", "month=March", "month=", ""] {
            refused(app, wrong, "month").await;
        }
    }

    async fn it_is_for_administrators_and_is_no_token(app: &TestApp) {
        let path = format!("{PATH}?month=2027-02");
        app.anyone().get(&path).await.expect_problem(401, "unauthorized");
        app.member("passer-by").get(&path).await.expect_problem(403, "forbidden");
        let answer = report(app, "month=2027-02").await;
        let jws = answer["jws"].as_str().unwrap();
        app.bearing(jws).get("/auth/me").await.expect_problem(401, "unauthorized");
    }

    /// The publisher asks the Sovereign, and shares what credit paid as well.
    async fn list_prices_count_what_credit_paid(app: &TestApp) {
        let (world, book) = october(app).await;
        let said = world.run(&book, "2025-10").expect(1).stderr;
        assert!(said.contains(FQDN) && said.contains("--fetch-credit-reports"), "{said}");
        std::fs::write(world.path("token"), app.token("root", Role::Superadmin)).unwrap();
        let token = format!("{FQDN}={}", world.path("token").display());
        let url = format!("{FQDN}={}", app.url(""));
        let flags = ["--fetch-credit-reports", "--token", &token, "--sovereign-url", &url];
        world.program(&book, "2025-10").args(flags).run().expect(0);
        assert_october(&book);
        // The report is in the book: nobody has to be asked again.
        world.run(&book, "2025-10").expect(0);
    }

    async fn a_report_in_a_file_counts_with_its_signature(app: &TestApp) {
        let (world, book) = october(app).await;
        let answer = report(app, "month=2025-10&time_zone=Asia/Muscat").await;
        let written = |name: &str, text: &str| {
            std::fs::write(world.path(name), text).unwrap();
            world.path(name).display().to_string()
        };
        let jwks = format!("{FQDN}={}", written("jwks.json", &app.tokens.jwks().to_string()));
        let jws = answer["jws"].as_str().unwrap();
        let forged = forged(jws);
        let other_zone = report(app, "month=2025-10").await.to_string();
        let other_month = report(app, "month=2025-09&time_zone=Asia/Muscat").await.to_string();
        for (name, text, said) in [
            ("forged", forged.as_str(), "is not signed by a key of"),
            ("token", &app.token("root", Role::Superadmin), "is no signed report"),
            ("zone", &other_zone, "time_zone=Asia/Muscat"),
            ("month", &other_month, "is of 2025-09"),
            ("nothing", "{}", "has no member `jws`"),
        ] {
            let file = written(name, text);
            let flags = ["--credit-report", &file, "--jwks", &jwks];
            let refused = world.program(&book, "2025-10").args(flags).run().expect(1).stderr;
            assert!(refused.contains(said), "{name}: {refused}");
        }
        let file = written("report.json", &answer.to_string());
        let refused = world.program(&book, "2025-10").args(["--credit-report", &file]).run().expect(1);
        assert!(refused.stderr.contains("whose keys are not known"), "{}", refused.stderr);
        let flags = ["--credit-report", &file, "--jwks", &jwks];
        world.program(&book, "2025-10").args(flags).run().expect(0);
        assert_october(&book);
    }
}

/// October 2025 on the tests' Sovereign: a card was charged 10.000, and credit paid 9.000.
async fn october(app: &TestApp) -> (World, Book) {
    app.clock.set(at("2025-10-10T10:00:00Z"));
    nine_are_spent(app).await;
    app.clock.set(at("2025-11-02T00:00:00Z"));
    let world = World::quiet().await;
    world.agree(LIST_PRICES);
    let (created, moved) = (1_760_918_400, 1_760_918_400);
    let charge =
        NewCharge { sovereign: Some(FQDN), currency: "omr", amount: 10_000, created, moved };
    world.fake.charge(&charge).await;
    let book = world.book("book");
    (world, book)
}

#[track_caller]
fn assert_october(book: &Book) {
    let document = book.statement("2025-10", "omantel-OMR");
    let sums = [
        "charged_minor",
        "publisher_of_charged_minor",
        "credit_spent_minor",
        "publisher_of_credit_minor",
    ];
    assert_eq!(sums.map(|member| minor(&document["sums"], member)), [10_000, 1_000, 9_000, 900]);
    assert_eq!(minor(&document, "due_minor"), 8_100);
    let credit = json!([{ "sovereign": FQDN, "credit_spent_minor": 9_000, "in_base": true }]);
    assert_eq!(document["credit"], credit);
}

/// The same with another sum under the old signature.
fn forged(jws: &str) -> String {
    let parts: Vec<&str> = jws.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let claims =
        String::from_utf8(claims).unwrap().replace("\"spent_minor\":9000", "\"spent_minor\":1");
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2])
}
