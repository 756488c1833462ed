//! Organizations move by the pages of two superadmins, in browsers without JavaScript; and their members see where they
//! went.

use super::pair::{FORWARD, TARGET};
use crate::harness::{Browser, Customer, Engine, FQDN, Setup, Shown, TestApp, on_both};
use crate::pages::superadmin;

const MOVES: &str = "/admin/moves";

fn page_of(customer: &Customer) -> String {
    format!("/admin/organizations/{}/move", customer.tenant_id)
}

/// The page that a button led to, with its notice.
async fn follow(browser: &mut Browser, pressed: &Shown, notice: &str) -> Shown {
    let shown = browser.get(pressed.location()).await.expect(200);
    shown.has(&[notice]);
    shown
}

/// The file behind the link that ends so.
async fn file(browser: &mut Browser, shown: &Shown, name: &str) -> String {
    let (before, _) = shown.text.split_once(&format!("/{name}\"")).expect("a link");
    let address = before.rsplit_once("href=\"").unwrap().1.to_owned();
    let file = browser.get(&format!("{address}/{name}")).await.expect(200);
    assert!(file.headers["content-disposition"].to_str().unwrap().contains(name));
    file.text
}

fn hidden(shown: &Shown, name: &str) -> String {
    let (_, after) = shown.text.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// Freezes an Organization and fetches its bundle.
async fn export(browser: &mut Browser, page: &str) -> Vec<u8> {
    browser.get(page).await.expect(200).has(&["Move it to another Sovereign"]);
    let wrong = [("act", "begin"), ("to", "Elsewhere"), ("forward", "nowhere")];
    let wrong = browser.submit(page, &wrong).await.expect(400);
    wrong.has(&["href=\"#to\"", "value=\"Elsewhere\"", "value=\"nowhere\""]);
    let wish = [("act", "begin"), ("to", TARGET), ("forward", FORWARD)];
    let pressed = browser.submit(page, &wish).await;
    let frozen = follow(browser, &pressed, "The Organization is frozen.").await;
    frozen.has(&[">frozen<", "Fetch the bundle", "Give the move up"]);
    let wrong = browser.submit(page, &[("act", "bundle"), ("recipient", "age1x")]).await;
    wrong.expect(400).has(&["href=\"#recipient\"", "value=\"age1x\""]);
    let bundle = browser.submit(page, &[("act", "bundle")]).await.expect(200);
    assert_eq!(bundle.headers["content-type"], "application/zstd");
    browser.get(page).await.expect(200).has(&[">exported<", "Confirm that it has arrived"]);
    bundle.bytes
}

/// Looks at a bundle's plan, and imports that and no other; answers the page that follows.
async fn import(browser: &mut Browser, bundle: &[u8], keys: &str) -> Shown {
    browser.get(MOVES).await.expect(200).has(&["No Organization has moved yet."]);
    let nothing = browser.upload_all(MOVES, &[("act", "look")], &[]).await.expect(400);
    nothing.has(&["href=\"#from\"", "href=\"#keys\"", "href=\"#bundle\""]);
    let first = [("act", "look"), ("from", FQDN)];
    let files = [("keys", keys.as_bytes()), ("bundle", bundle)];
    let plan = browser.upload_all(MOVES, &first, &files).await.expect(200);
    plan.has(&["What the import would do", "Nothing is in the way.", "11.000\u{a0}OMR"]);
    plan.has(&[&format!("value=\"{FQDN}\""), "The keys that you chose before go along."]);
    let seen = hidden(&plan, "manifest_sha256");
    assert_eq!(seen.len(), 64);
    let rest = |seen| {
        let import = ("act", "import");
        [import, ("from", FQDN), ("keys_sent", keys), ("manifest_sha256", seen)]
    };
    let empty: &[u8] = &[];
    let chosen = [("keys", empty), ("bundle", bundle)];
    let other = browser.upload_all(MOVES, &rest("00"), &chosen).await.expect(409);
    other.has(&["another bundle than the one whose plan you saw"]);
    let cut = [("bundle", &bundle[..bundle.len() / 2])];
    let cut = browser.upload_all(MOVES, &rest(""), &cut).await.expect(422);
    cut.has(&["href=\"#bundle\"", "This bundle is not believed."]);
    let pressed = browser.upload_all(MOVES, &rest(&seen), &chosen).await;
    follow(browser, &pressed, "The Organization is imported.").await
}

async fn whole(source: &TestApp, target: &TestApp) {
    source.issue("TWENTY", 20, 0).await;
    let kestrel = source.customer("kestrel").await;
    kestrel.checkout("m", "TWENTY").await.expect(200);
    let page = page_of(&kestrel);
    let (mut here, mut there) = (superadmin(source).await, superadmin(target).await);
    let mut member = source.browser();
    member.sign_in(source, "kestrel@example.com").await;
    let bundle = export(&mut here, &page).await;
    let moving = member.get("/console/kestrel").await.expect(200);
    moving.has(&["is moving between two Sovereigns", ">moving<"]);
    assert!(!moving.text.contains("has suspended"), "{}", moving.text);

    let arrived = import(&mut there, &bundle, &source.jwks().await.to_string()).await;
    arrived.has(&[">imported, not activated<", "Drop what has arrived"]);
    let receipt = file(&mut there, &arrived, "receipt.json").await;
    let theirs = target.jwks().await.to_string();
    here.get(&page).await.expect(200);
    let wrong = [("receipt", &b"{}"[..]), ("keys", theirs.as_bytes())];
    let wrong = here.upload_all(&page, &[("act", "confirm")], &wrong).await.expect(422);
    wrong.has(&["href=\"#receipt\"", "This file is not believed."]);
    let papers = [("receipt", receipt.as_bytes()), ("keys", theirs.as_bytes())];
    let pressed = here.upload_all(&page, &[("act", "confirm")], &papers).await;
    let gone = follow(&mut here, &pressed, "The Organization has moved.").await;
    let link = format!("<a href=\"{FORWARD}\" rel=\"noopener\">");
    gone.has(&[">moved<", &link]);
    let release = file(&mut here, &gone, "release.json").await;

    there.get(&page).await.expect(200);
    let files = [("release", release.as_bytes())];
    let pressed = there.upload_all(&page, &[("act", "activate")], &files).await;
    follow(&mut there, &pressed, "The Organization is here, and can spend.").await;
    there.get(MOVES).await.expect(200).has(&[&format!("href=\"{page}\""), ">arrived<"]);

    // Whoever was in it is told where it went, on each of its pages.
    for part in ["", "/apps", "/members", "/settings"] {
        let shown = member.get(&format!("/console/kestrel{part}")).await.expect(200);
        shown.has(&[&format!("kestrel has moved to {TARGET}."), &link]);
        assert!(!shown.text.contains("has suspended"), "{}", shown.text);
    }
    let one = format!("/admin/organizations/{}", kestrel.tenant_id);
    let shown = here.get(&one).await.expect(200);
    shown.has(&["or has left", &format!("href=\"{page}\"")]);
    assert!(!shown.text.contains("value=\"resume\""), "{}", shown.text);
}

async fn between(source: Engine, target: Engine) {
    let source = TestApp::start_with(source, Setup::with_mail()).await;
    let setup = Setup { fqdn: TARGET, ..Setup::with_mail() };
    let target = TestApp::start_with(target, setup).await;
    Box::pin(whole(&source, &target)).await;
    source.finish().await;
    target.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_move_from_sqlite_to_postgres() {
    between(Engine::Sqlite, Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_move_from_postgres_to_sqlite() {
    between(Engine::Postgres, Engine::Sqlite).await;
}

on_both! {
    /// Its address has to be typed; and then all is as before.
    async fn a_move_is_given_up(app: &TestApp, Setup::with_mail()) {
        app.issue("TWENTY", 20, 0).await;
        let kestrel = app.customer("kestrel").await;
        kestrel.checkout("m", "TWENTY").await.expect(200);
        let page = page_of(&kestrel);
        let mut browser = superadmin(app).await;
        export(&mut browser, &page).await;
        let wrong = browser.submit(&page, &[("act", "abort"), ("confirm", "other")]).await;
        wrong.expect(400).has(&["href=\"#confirm\"", "value=\"other\""]);
        let pressed = browser.submit(&page, &[("act", "abort"), ("confirm", "kestrel")]).await;
        let stays = follow(&mut browser, &pressed, "The move is given up").await;
        stays.has(&[">given up<", "Move it to another Sovereign", "have it dropped there"]);
        let late = browser.submit(&page, &[("act", "bundle")]).await.expect(409);
        late.has(&["It is not on its way to another Sovereign"]);
        let unknown = browser.get("/admin/organizations/x/move").await;
        unknown.expect(404).has(&["There is no such Organization"]);
        browser.get("/admin/moves?after=x").await.expect(400);
        browser.get("/admin/moves/x/receipt.json").await.expect(404);
    }

    /// Whoever has not signed in lately is led there, and nothing is done.
    async fn a_fresh_sign_in_is_asked_for(app: &TestApp, Setup::with_mail()) {
        let kestrel = app.customer("kestrel").await;
        let page = page_of(&kestrel);
        let mut browser = superadmin(app).await;
        app.clock.advance_seconds(601);
        let sign_in = "older than ten minutes";
        let shown = browser.get(&page).await.expect(200);
        shown.has(&[sign_in]);
        assert!(!shown.text.contains("value=\"begin\""), "{}", shown.text);
        browser.get(MOVES).await.expect(200).has(&[sign_in]);
        let wish = [("act", "begin"), ("to", TARGET)];
        browser.submit(&page, &wish).await.expect(401).has(&[sign_in]);
        browser.upload_all(MOVES, &[("act", "look")], &[]).await.expect(401).has(&[sign_in]);
        assert_eq!(app.number("SELECT COUNT(*) FROM organization_moves").await, 0);
    }
}
