//! The pages of private Blueprints: sent with three files, changed and retired.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{administrator, follow, lacks};
use crate::harness::{Browser, Setup, Shown, Signer, TestApp, blueprint, on_both};

const LIST: &str = "/admin/blueprints";
const PAGE: &str = "/admin/blueprints/cal-own";

fn setup() -> Setup {
    Setup { blueprints: Signer::franchisee().options(), ..Setup::with_mail() }
}

/// What is in the files of a submission.
fn files(submission: &Value) -> [(&'static str, Vec<u8>); 3] {
    ["artifact", "payload", "signature"]
        .map(|name| (name, STANDARD.decode(submission[name].as_str().unwrap()).unwrap()))
}

async fn send(browser: &mut Browser, path: &str, act: &str, submission: &Value) -> Shown {
    let files = files(submission);
    let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    browser.upload_all(path, &[("act", act), ("key", "")], &files).await
}

async fn version(app: &TestApp) -> Value {
    let all = app.sovereign_admin().get("/catalog/admin/blueprints").await.expect(200);
    all[0]["helm_version"].clone()
}

on_both! {
    async fn one_is_sent_changed_and_retired(app: &TestApp, setup()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200).has(&["There is none yet.", "aria-current=\"page\">Blueprints<"]);
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        let sent = send(&mut browser, LIST, "add", &signed).await;
        assert_eq!(sent.location(), PAGE);
        let shown = follow(&mut browser, &sent, "The Blueprint is in the catalog.").await;
        shown.has(&["<bdi>CAL-OWN</bdi>", ">listed<", "maryam@example.com", "registry.example/catalog/bp-cal-own", ">franchisee<"]);
        // Pressed twice, it is there once.
        assert_eq!(send(&mut browser, LIST, "add", &signed).await.location(), PAGE);
        browser.get(LIST).await.expect(200).has(&["href=\"/admin/blueprints/cal-own\"", ">listed<"]);

        let mut document = blueprint("cal-own");
        document["helm_version"] = json!("2.0.0");
        let next = Signer::franchisee().submission(&document);
        send(&mut browser, LIST, "add", &next).await.expect(409).has(&["href=\"#artifact\"", "There is a Blueprint with this slug"]);
        let changed = send(&mut browser, PAGE, "change", &next).await;
        follow(&mut browser, &changed, "The new artifact is in its place.").await.has(&[">2.0.0<"]);
        assert_eq!(version(app).await, "2.0.0");

        let wrong = browser.upload_all(PAGE, &[("act", "retire"), ("confirm", "cal")], &[]).await.expect(400);
        wrong.has(&["href=\"#confirm\"", "value=\"cal\""]);
        let out = browser.upload_all(PAGE, &[("act", "retire"), ("confirm", "Cal-Own")], &[]).await;
        assert_eq!(out.location(), LIST);
        let list = follow(&mut browser, &out, "The Blueprint is out of the catalog.").await;
        lacks(&list, &["cal-own"]);
        browser.get(PAGE).await.expect(404).has(&["There is no such Blueprint"]);
        let lines = app.texts("SELECT action FROM audit_log WHERE action LIKE 'blueprint%' ORDER BY id").await;
        assert_eq!(lines, ["blueprint.add", "blueprint.change", "blueprint.retire"]);
        browser.language = "ar";
        browser.get(LIST).await.expect(200).has(&["dir=\"rtl\"", "المخططات"]);
    }

    async fn the_second_of_two_who_change_one_is_told(app: &TestApp, setup()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200);
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        assert_eq!(send(&mut browser, LIST, "add", &signed).await.location(), PAGE);
        let all = app.sovereign_admin().get("/catalog/admin/blueprints").await.expect(200);
        let seen = all[0]["digest"].as_str().unwrap().to_owned();
        browser.get(PAGE).await.expect(200).has(&[&format!("name=\"seen\" value=\"{seen}\"")]);
        let mut document = blueprint("cal-own");
        document["helm_version"] = json!("2.0.0");
        let next = Signer::franchisee().submission(&document);
        app.sovereign_admin().put("/catalog/admin/blueprints/cal-own", &next).await.expect(200);
        let files = files(&signed);
        let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let fields = [("act", "change"), ("key", ""), ("seen", seen.as_str())];
        let told = browser.upload_all(PAGE, &fields, &files).await.expect(409);
        told.has(&["href=\"#artifact\"", "Somebody else has put another artifact in its place", ">2.0.0<"]);
        let fields = [("act", "retire"), ("confirm", "cal-own"), ("seen", seen.as_str())];
        let told = browser.upload_all(PAGE, &fields, &[]).await.expect(409);
        told.has(&["href=\"#confirm\"", "Somebody else has put another artifact in its place"]);
        assert_eq!(version(app).await, "2.0.0");
    }

    async fn what_is_not_signed_is_not_taken(app: &TestApp, setup()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200);
        let nothing = browser.upload_all(LIST, &[("act", "add")], &[]).await.expect(400);
        nothing.has(&["href=\"#artifact\"", "href=\"#payload\"", "href=\"#signature\"", "Choose a file"]);
        let good = Signer::franchisee().submission(&blueprint("cal-own"));
        let other = Signer::franchisee().submission(&blueprint("other"));
        let with = |name: &str, value: &Value| {
            let mut submission = good.clone();
            submission[name] = value.clone();
            submission
        };
        let stranger = Signer::ed25519("stranger").submission(&blueprint("cal-own"));
        let locked = Signer::franchisee().submission(&blueprint("wordpress"));
        let large = STANDARD.encode(vec![b' '; 256 * 1024 + 1]);
        for (submission, field, status) in [
            (with("signature", &other["signature"]), "signature", 400),
            (stranger, "signature", 400),
            (with("artifact", &other["artifact"]), "payload", 400),
            (with("artifact", &json!(STANDARD.encode("no JSON"))), "artifact", 400),
            (with("artifact", &json!(large)), "artifact", 400),
            (locked, "artifact", 403),
        ] {
            let told = send(&mut browser, LIST, "add", &submission).await.expect(status);
            told.has(&[&format!("href=\"#{field}\""), &format!("id=\"{field}-fault\"")]);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM blueprints").await, 0);
        // cosign writes base64.
        let mut files = files(&good);
        files[2].1 = format!("{}\n", good["signature"].as_str().unwrap()).into_bytes();
        let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let unknown = browser.upload_all(LIST, &[("key", "nobody")], &files).await.expect(400);
        unknown.has(&["href=\"#key\""]);
        let sent = browser.upload_all(LIST, &[("key", "franchisee")], &files).await;
        assert_eq!(sent.location(), PAGE);
    }

    async fn only_for_administrators(app: &TestApp, setup()) {
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        let mut browser = app.browser();
        browser.sign_in(app, "sara@example.com").await;
        browser.get("/console").await.expect(200);
        browser.get(LIST).await.expect(403).has(&["This takes another role"]);
        send(&mut browser, LIST, "add", &signed).await.expect(403);
        assert_eq!(app.number("SELECT COUNT(*) FROM blueprints").await, 0);
    }

    async fn without_a_key_there_is_nothing_to_send(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        let shown = browser.get(LIST).await.expect(200);
        shown.has(&["No key is trusted here."]);
        lacks(&shown, &["type=\"file\""]);
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        send(&mut browser, LIST, "add", &signed).await.expect(400).has(&["No key is trusted here."]);
    }
}
