//! Organizations that move, in Chromium: by the pages of two superadmins, from one Sovereign to another; and a move that
//! is given up.

use super::administration::{done, signed_in};
use super::files::{Saved, file_behind, file_of_button, give, look_of};
use super::superadmin_jobs::ROOT;
use crate::harness::{Customer, Engine, FQDN, Look, Setup, Tab, TestApp, on_both};

const TARGET: &str = "other.sovereign.example";
const FORWARD: &str = "https://other.sovereign.example/console";

/// An Organization that has credit left.
async fn subscribed(app: &TestApp) -> Customer {
    app.issue("TWENTY", 20, 0).await;
    let customer = app.customer("kestrel").await;
    customer.checkout("m", "TWENTY").await.expect(200);
    customer
}

async fn states(app: &TestApp) -> Vec<String> {
    app.texts("SELECT state FROM organization_moves").await
}

async fn credit_of(app: &TestApp, customer: &Customer) -> i64 {
    let sql = "SELECT CAST(balance_minor AS bigint) FROM wallets WHERE tenant_id = ";
    app.number(&format!("{sql}'{}'", customer.tenant_id)).await
}

/// It is frozen from its page, and its bundle fetched.
async fn is_exported(app: &TestApp, tab: &Tab, customer: &Customer) -> Saved {
    let look = tab.look;
    tab.open(&format!("/admin/organizations/{}", customer.tenant_id)).await.expect(200);
    tab.press(look.says("Move", "الانتقال")).await.expect(200);
    tab.fill(look.says("To which Sovereign", "إلى أي منصة"), TARGET).await;
    tab.fill(look.says("Where its people find it there", "أين يجدها أصحابها هناك"), FORWARD).await;
    tab.press(look.says("Freeze it for the move", "جمّدها للانتقال")).await.expect(200);
    let frozen = look.says("The Organization is frozen.", "جُمّدت المؤسسة.");
    tab.has(&[frozen, look.says("frozen", "مجمّدة")]).await;
    assert_eq!(states(app).await, ["frozen"]);
    let bundle = file_of_button(tab, look.says("Fetch the bundle", "نزّل ملف النقل")).await;
    assert_eq!((&*bundle.kind, &*bundle.name), ("application/zstd", "kestrel.bundle"));
    // Where Zstandard begins.
    assert_eq!(bundle.bytes[..4], [0x28, 0xb5, 0x2f, 0xfd]);
    tab.reload().await.expect(200);
    tab.has(&[look.says("exported", "صُدّرت")]).await;
    assert_eq!(states(app).await, ["exported"]);
    bundle
}

/// The plan is looked at, which changes nothing; then that bundle and no other is imported.
async fn is_imported(app: &TestApp, tab: &Tab, (bundle, keys): (&Saved, &str)) -> Saved {
    const ORGANIZATIONS: &str = "SELECT COUNT(*) FROM organizations";
    let look = tab.look;
    let label = look.says("Bundle", "ملف النقل");
    let bundle = ("kestrel.bundle", &*bundle.bytes);
    tab.open("/admin/moves").await.expect(200);
    tab.has(&[look.says("No Organization has moved yet.", "لم تنتقل أي مؤسسة بعد.")]).await;
    tab.fill(look.says("From which Sovereign", "من أي منصة"), FQDN).await;
    let theirs = look.says("Keys of the other Sovereign", "مفاتيح المنصة الأخرى");
    tab.attach(theirs, "jwks.json", keys).await;
    give(tab, label, bundle).await;
    tab.press(look.says("Show the plan", "اعرض الخطة")).await.expect(200);
    tab.has(&[
        look.says("What the import would do", "ما سيفعله الاستيراد"),
        "kestrel",
        "11.000 OMR",
        look.says("Nothing is in the way.", "لا شيء يمنع."),
    ])
    .await;
    assert_eq!(app.number(ORGANIZATIONS).await, 0);
    assert!(states(app).await.is_empty());
    give(tab, label, bundle).await;
    tab.press(look.says("Import it", "استوردها")).await.expect(200);
    tab.has(&[
        look.says("The Organization is imported.", "استُوردت المؤسسة."),
        look.says("imported, not activated", "استُوردت ولم تُفعَّل"),
    ])
    .await;
    assert_eq!(app.number(ORGANIZATIONS).await, 1);
    assert_eq!(states(app).await, ["arriving"]);
    paper(tab, look.says("Receipt as a file", "الإيصال كملف"), "receipt.json").await
}

/// What was signed, as a file.
async fn paper(tab: &Tab, link: &str, name: &str) -> Saved {
    let file = file_behind(tab, "main", link).await;
    assert_eq!((&*file.kind, &*file.name), ("application/json", name));
    file
}

/// With the receipt it leaves; the release goes with it.
async fn is_let_go(app: &TestApp, tab: &Tab, (receipt, keys): (&Saved, &str)) -> Saved {
    let look = tab.look;
    tab.attach(look.says("Receipt", "الإيصال"), "receipt.json", receipt.text()).await;
    let theirs = look.says("Keys of the other Sovereign", "مفاتيح المنصة الأخرى");
    tab.attach(theirs, "jwks.json", keys).await;
    tab.press(look.says("Let it go", "سلّمها")).await.expect(200);
    tab.has(&[look.says("The Organization has moved.", "انتقلت المؤسسة."), FORWARD]).await;
    assert_eq!(states(app).await, ["moved"]);
    paper(tab, look.says("Release as a file", "وثيقة التسليم كملف"), "release.json").await
}

async fn is_activated(app: &TestApp, tab: &Tab, release: &Saved) {
    let look = tab.look;
    tab.attach(look.says("Release", "وثيقة التسليم"), "release.json", release.text()).await;
    tab.press(look.says("Activate it", "فعّلها")).await.expect(200);
    let here = look.says("The Organization is here, and can spend.", "المؤسسة هنا ويمكنها الصرف.");
    tab.has(&[here]).await;
    assert_eq!(states(app).await, ["arrived"]);
    tab.open("/admin/moves").await.expect(200);
    tab.has(&["kestrel", FQDN, look.says("arrived", "وصلت"), "11.000 OMR"]).await;
}

async fn whole(source: &TestApp, target: &TestApp) {
    let kestrel = subscribed(source).await;
    let here = signed_in(source, Look::DESKTOP, ROOT).await;
    let there = signed_in(target, Look::PHONE.arabic(), ROOT).await;
    let bundle = is_exported(source, &here, &kestrel).await;
    let receipt = is_imported(target, &there, (&bundle, &source.jwks().await.to_string())).await;
    let release = is_let_go(source, &here, (&receipt, &target.jwks().await.to_string())).await;
    is_activated(target, &there, &release).await;
    assert_eq!(credit_of(target, &kestrel).await, 11_000);
    done(here).await;
    done(there).await;
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

/// Its address has to be typed; then all is as before.
async fn is_given_up(app: &TestApp, tab: &Tab, customer: &Customer) {
    let look = tab.look;
    let typed = look.says("To go on, type kestrel", "للمتابعة اكتب kestrel");
    let abort = look.says("Give the move up", "اترك الانتقال");
    tab.fill(typed, "osprey").await;
    tab.press(abort).await.expect(400);
    tab.has(&[look.says("Type kestrel, as it stands here", "اكتب kestrel كما هو مكتوب هنا")]).await;
    assert_eq!(states(app).await, ["exported"]);
    tab.fill(typed, "kestrel").await;
    tab.press(abort).await.expect(200);
    tab.has(&[
        look.says("The move is given up", "تُرك الانتقال"),
        look.says("Freeze it for the move", "جمّدها للانتقال"),
    ])
    .await;
    assert_eq!(states(app).await, ["aborted"]);
    let frozen = "SELECT COUNT(*) FROM organizations WHERE moving_from IS NOT NULL";
    assert_eq!(app.number(frozen).await, 0);
    assert_eq!(credit_of(app, customer).await, 11_000);
}

on_both! {
    async fn a_move_is_begun_and_given_up(app: &TestApp, Setup::with_mail()) {
        let kestrel = subscribed(app).await;
        let tab = signed_in(app, look_of(app), ROOT).await;
        is_exported(app, &tab, &kestrel).await;
        is_given_up(app, &tab, &kestrel).await;
        done(tab).await;
    }
}
