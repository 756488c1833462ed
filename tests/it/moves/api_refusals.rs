//! What the routes of moves refuse: whoever may not, bundles that are not believed, and what is in the way. Nothing is
//! changed by any of it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::conflicts::kinds;
use super::pair::{TARGET, between, move_of, send_form, superadmin};
use crate::harness::{FORM, FQDN, Reply, Setup, form, on_both};

/// The routes that change something, or hand a bundle out; of an Organization's move those that end so.
const STEPS: [(Method, &str); 5] = [
    (Method::POST, ""),
    (Method::GET, "/bundle"),
    (Method::POST, "/confirm"),
    (Method::POST, "/abort"),
    (Method::POST, "/drop"),
];

fn refused(reply: Reply) -> Value {
    let problem = reply.expect_problem(422, "bundle_refused");
    assert!(problem["detail"].as_str().unwrap().len() > 20, "{problem}");
    problem
}

between! {
    /// All that is in the way is told, and what to do; with that done it arrives.
    async fn conflicts(pair: &Pair) {
        pair.target.customer("kestrel").await;
        let kestrel = pair.customer("kestrel").await;
        let path = pair.begin(&kestrel).await;
        let bundle = pair.bundle(&path).await;
        let looked = pair.import(&bundle, &[("dry_run", "true")]).await.expect(200);
        assert_eq!(kinds(&looked["plan"]["conflicts"]), ["address_taken"]);
        let problem = pair.import(&bundle, &[]).await.expect_problem(409, "import_conflicts");
        assert_eq!(kinds(&problem["conflicts"]), ["address_taken"]);
        assert!(problem["conflicts"][0]["remedy"].as_str().unwrap().contains("--slug"));
        let moves = "SELECT COUNT(*) FROM organization_moves";
        assert_eq!(pair.target.number(moves).await, 0);
        let other = pair.import(&bundle, &[("manifest_sha256", "00")]).await;
        other.expect_problem(409, "bundle_differs");
        let imported = pair.import(&bundle, &[("slug", "kestrel-2")]).await.expect(200);
        assert_eq!((&imported["plan"]["slug"], &imported["is_new"]), (&json!("kestrel-2"), &json!(true)));
        assert_eq!(pair.target.number(moves).await, 1);
    }

    /// Cut off, altered, of somebody else, or no bundle at all: the file in it is named.
    async fn bundles_that_are_not_believed(pair: &Pair) {
        let kestrel = pair.customer("kestrel").await;
        let path = pair.begin(&kestrel).await;
        let good = pair.bundle(&path).await;
        for part in 1..4 {
            let at = good.len() * part / 4;
            refused(pair.import(&good[..at], &[]).await);
            let mut altered = good.clone();
            altered[at] ^= 0x20;
            refused(pair.import(&altered, &[]).await);
        }
        let keys_of_target = pair.target.jwks().await.to_string();
        let foreign = [("from", FQDN), ("keys", keys_of_target.as_str())];
        let problem = refused(send_form(&pair.at_target, form(&foreign, &[("bundle", &good[..])])).await);
        assert_eq!((&problem["file"], &problem["field"]), (&json!("manifest.sig"), &json!("bundle")));
        let keys_of_source = pair.source.jwks().await.to_string();
        let elsewhere = [("from", "third.example"), ("keys", keys_of_source.as_str())];
        refused(send_form(&pair.at_target, form(&elsewhere, &[("bundle", &good[..])])).await);
        refused(pair.import(b"no bundle", &[]).await);
        for (fields, field) in [
            (&[("from", FQDN), ("keys", "{}")][..], "keys"),
            (&[("from", FQDN)][..], "keys"),
            (&elsewhere[1..], "from"),
            (&[("from", FQDN), elsewhere[1], ("identity", "secret")][..], "identity"),
            (&[("from", FQDN), elsewhere[1], ("dry_run", "maybe")][..], "dry_run"),
        ] {
            let reply = send_form(&pair.at_target, form(fields, &[("bundle", &good[..])])).await;
            let problem = reply.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{problem}");
        }
        let without = form(&[("from", FQDN), elsewhere[1]], &[]);
        let problem = send_form(&pair.at_target, without).await.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "bundle");
        let json = pair.at_target.post("/billing/admin/moves/import", &json!({})).await;
        json.expect_problem(400, "invalid_request");
        assert_eq!(pair.target.number("SELECT COUNT(*) FROM organization_moves").await, 0);
        pair.import(&good, &[]).await.expect(200);
    }

    /// An encrypted bundle is no zstd, and is imported with its key alone.
    async fn encrypted(pair: &Pair) {
        use age::secrecy::ExposeSecret as _;
        let key = age::x25519::Identity::generate();
        let secret = key.to_string().expose_secret().to_owned();
        let kestrel = pair.customer("kestrel").await;
        let path = pair.begin(&kestrel).await;
        let bad = pair.at_source.get(&format!("{path}/bundle?recipient=age1x")).await;
        assert_eq!(bad.expect_problem(400, "invalid_request")["field"], "recipient");
        let other = age::x25519::Identity::generate().to_public();
        let address = format!("{path}/bundle?recipient={other},{}", key.to_public());
        let reply = pair.at_source.get(&address).await;
        assert_eq!((reply.status, &reply.bytes[..22]), (200, &b"age-encryption.org/v1\n"[..]));
        assert_eq!(reply.headers["content-type"], "application/octet-stream");
        let problem = refused(pair.import(&reply.bytes, &[]).await);
        assert_eq!(problem["field"], "identity");
        pair.import(&reply.bytes, &[("identity", secret.as_str())]).await.expect(200);
    }
}

on_both! {
    /// A role that is less, and a sign-in that was too long ago.
    async fn whoever_may_not(app: &TestApp, Setup::with_mail()) {
        let kestrel = app.customer("kestrel").await;
        let path = move_of(&kestrel.tenant_id);
        let (root, _) = superadmin(app).await;
        app.clock.advance_seconds(601);
        let keys = app.jwks().await;
        let bodies = json!({ "to": TARGET, "receipt": {}, "keys": keys, "release": {} }).to_string();
        let import = (Method::POST, "/billing/admin/moves/import".to_owned());
        let activate = (Method::POST, "/billing/admin/moves/activate".to_owned());
        let steps = STEPS.map(|(method, step)| (method, format!("{path}{step}")));
        for (method, step) in steps.into_iter().chain([import, activate]) {
            let body = || (method == Method::POST).then(|| bodies.clone().into_bytes());
            for client in [app.sovereign_admin(), kestrel.client.clone()] {
                let reply = client.send(method.clone(), &step, &[], body()).await;
                reply.expect_problem(403, "forbidden");
            }
            // Who signed in ten minutes ago, and a second.
            let reply = root.send(method.clone(), &step, &[], body()).await;
            reply.expect_problem(401, "sign_in_again");
        }
        let reads = root.get("/billing/admin/moves").await.expect(200);
        assert_eq!(reads, json!([]));
        let active = "SELECT COUNT(*) FROM organizations WHERE moving_from IS NULL";
        assert_eq!(app.number(active).await, 1);
    }

    /// What cannot move says why, at its member where it is one.
    async fn what_cannot_move(app: &TestApp, Setup::with_mail()) {
        let kestrel = app.customer("kestrel").await;
        let path = move_of(&kestrel.tenant_id);
        let (root, _) = superadmin(app).await;
        for (wish, field) in [
            (json!({ "to": "B.example" }), "to"),
            (json!({ "to": FQDN }), "to"),
            (json!({ "to": TARGET, "forward_url": "javascript:alert(1)" }), "forward_url"),
            (json!({}), "to"),
        ] {
            let problem = root.post(&path, &wish).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{problem}");
        }
        let unknown = move_of("00000000-0000-4000-8000-000000000000");
        root.post(&unknown, &json!({ "to": TARGET })).await.expect_problem(404, "not_found");
        for step in ["abort", "bundle"] {
            let step = format!("{path}/{step}");
            let method = if step.ends_with("bundle") { Method::GET } else { Method::POST };
            root.send(method, &step, &[], None).await.expect_problem(409, "not_moving");
        }
        root.post(&path, &json!({ "to": TARGET })).await.expect(200);
        let elsewhere = root.post(&path, &json!({ "to": "third.example" })).await;
        elsewhere.expect_problem(409, "move_in_progress");
        let papers = json!({ "receipt": {}, "keys": app.jwks().await });
        let confirm = format!("{path}/confirm");
        root.post(&confirm, &papers).await.expect_problem(409, "not_exported");
        root.get(&format!("{path}/bundle")).await.expect(200);
        root.post(&confirm, &papers).await.expect_problem(422, "paper_refused");
        root.post_text(&format!("{path}/abort"), "").await.expect(200);
        root.get("/billing/admin/moves?after=x").await.expect_problem(400, "invalid_request");
        root.get("/billing/admin/moves/x").await.expect_problem(404, "not_found");
    }

    /// Larger than is taken here: it is read on for a while, so that the answer arrives.
    async fn a_bundle_that_is_too_large(
        app: &TestApp, Setup { max_bundle_bytes: 1_000, ..Setup::with_mail() }
    ) {
        let (root, _) = superadmin(app).await;
        let fields = [("from", FQDN)];
        let large = vec![7_u8; 300_000];
        let problem = send_form(&root, form(&fields, &[("bundle", &large[..])])).await;
        let problem = problem.expect_problem(413, "body_too_large");
        assert_eq!(problem["field"], "bundle");
        let keys = "k".repeat(100_000);
        let fields = [("from", FQDN), ("keys", keys.as_str())];
        let problem = send_form(&root, form(&fields, &[("bundle", &b"x"[..])])).await;
        assert_eq!(problem.expect_problem(413, "body_too_large")["field"], "keys");
    }

    /// A body that ends before it should: nothing is imported, whatever came of it.
    async fn a_body_that_is_cut_off(app: &TestApp, Setup::with_mail()) {
        let (root, token) = superadmin(app).await;
        let keys = app.jwks().await.to_string();
        let bundle = vec![7; 50_000];
        let body = form(&[("from", TARGET), ("keys", keys.as_str())], &[("bundle", &bundle)]);
        let mut connection = TcpStream::connect(app.address).await.unwrap();
        let head = format!(
            "POST /billing/admin/moves/import HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {FORM}\r\nContent-Length: {}\r\n\r\n",
            app.address,
            body.len()
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(&body[..body.len() / 2]).await.unwrap();
        connection.shutdown().await.unwrap();
        let mut said = Vec::new();
        // It ends when the server has given it up.
        let _ = connection.read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&said));
        assert_eq!(app.number("SELECT COUNT(*) FROM organization_moves").await, 0);
        root.get("/billing/admin/moves").await.expect(200);
    }
}
