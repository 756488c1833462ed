//! What administrators allow, in Chromium: the policy is set, what an Organization asks for beyond it is answered, and
//! a private Blueprint comes and goes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::administration::{done, signed_in};
use super::files::look_of;
use crate::harness::{
    Customer, Reply, Setup, Signer, SinkOptions, Tab, TestApp, blueprint, on_both,
};

const MARYAM: (&str, &str) = ("maryam@example.com", "sovereign-admin");

async fn order(customer: &Customer, app: &str) -> Reply {
    let mut body = customer.checkout_body("m", "");
    body["apps"] = json!([app]);
    customer.client.post("/billing/checkout", &body).await
}

async fn ask(customer: &Customer, app: &str) {
    let path = format!("/tenant/orgs/{}/approvals", customer.tenant_id);
    let wanted = json!({ "apps": [app], "reason": "for the shop" });
    customer.client.post(&path, &wanted).await.expect(201);
}

/// One app is for nobody, and two take an approval.
async fn the_policy_is_set(app: &TestApp, tab: &Tab, customer: &Customer) {
    let look = tab.look;
    tab.open("/admin/policy").await.expect(200);
    tab.fill(look.says("Apps that nobody may have", "تطبيقات لا يُسمح بها لأحد"), "ghost").await;
    let environments =
        look.says("At most so many environments each", "أكبر عدد من البيئات لكل مؤسسة");
    tab.fill(environments, "3").await;
    tab.fill(look.says("These apps", "هذه التطبيقات"), "odoo\nnextcloud").await;
    tab.press(look.says("Save", "احفظ")).await.expect(200);
    tab.has(&[look.says("The policy is set.", "وُضعت القواعد."), MARYAM.0]).await;
    assert_eq!(tab.value(environments).await, "3");
    let set = app.sovereign_admin().get("/billing/admin/environment-policy").await.expect(200);
    assert_eq!((&set["version"], &set["max_environments"]), (&json!(1), &json!(3)));
    assert_eq!(set["denied_apps"], json!(["ghost"]));
    assert_eq!(set["approval"]["apps"], json!(["nextcloud", "odoo"]));
    order(customer, "ghost").await.expect_problem(403, "policy_forbids");
    order(customer, "odoo").await.expect_problem(403, "approval_required");
}

/// What waits is looked at and answered, and counts from then on.
async fn requests_are_answered(app: &TestApp, tab: &Tab, customer: &Customer) {
    const ANSWERS: &str = "SELECT state || ' ' || note FROM approvals ORDER BY state";
    let look = tab.look;
    let reason = look.says("Reason", "سبب الجواب");
    ask(customer, "odoo").await;
    tab.open("/admin/approvals").await.expect(200);
    tab.press("ahmed").await.expect(200);
    tab.has(&["odoo", "for the shop"]).await;
    tab.fill(reason, "go on").await;
    tab.fill(look.says("For how many days", "لكم يومًا"), "30").await;
    tab.press(look.says("Approve", "وافق")).await.expect(200);
    let approved = look.says("The request is approved.", "تمت الموافقة على الطلب.");
    tab.has(&[approved, "go on", look.says("Counts until", "تسري حتى")]).await;
    ask(customer, "nextcloud").await;
    tab.open("/admin/approvals").await.expect(200);
    tab.press("ahmed").await.expect(200);
    tab.fill(reason, "too large").await;
    tab.press(look.says("Refuse", "ارفض")).await.expect(200);
    tab.has(&[look.says("The request is refused.", "رُفض الطلب."), "too large"]).await;
    tab.open("/admin/approvals").await.expect(200);
    tab.has(&[look.says("No request waits for an answer.", "لا طلب ينتظر جوابًا.")]).await;
    assert_eq!(app.texts(ANSWERS).await, ["approved go on", "refused too large"]);
    order(customer, "nextcloud").await.expect_problem(403, "approval_required");
    order(customer, "odoo").await.expect(200);
}

/// Three files are sent, and customers find the app.
async fn a_blueprint_is_sent(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    let signed = Signer::franchisee().submission(&blueprint("diary"));
    let decoded = |name: &str| {
        let bytes = STANDARD.decode(signed[name].as_str().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    tab.open("/admin/blueprints").await.expect(200);
    let artifact = look.says("The artifact", "الملف الأصلي");
    tab.attach(artifact, "diary.json", &decoded("artifact")).await;
    let payload = look.says("The payload", "الوثيقة الموقَّعة");
    tab.attach(payload, "diary.payload.json", &decoded("payload")).await;
    // As cosign writes it.
    let signature = signed["signature"].as_str().unwrap();
    tab.attach(look.says("The signature", "التوقيع"), "diary.sig", signature).await;
    tab.press(look.says("Send it", "أرسله")).await.expect(200);
    let added = look.says("The Blueprint is in the catalog.", "صار المخطط في الكتالوج.");
    tab.has(&[added, "DIARY", look.says("listed", "معروض"), MARYAM.0]).await;
    assert_eq!(tab.address().await, "/admin/blueprints/diary");
    assert_eq!(blueprints(app).await, ["diary"]);
    tab.open("/apps/diary").await.expect(200);
    tab.has(&["DIARY"]).await;
}

async fn a_blueprint_is_retired(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.open("/admin/blueprints").await.expect(200);
    tab.press("DIARY").await.expect(200);
    tab.fill(look.says("To go on, type diary", "للمتابعة اكتب diary"), "diary").await;
    tab.press(look.says("Retire it", "اسحبه")).await.expect(200);
    let retired = look.says("The Blueprint is out of the catalog.", "خرج المخطط من الكتالوج.");
    tab.has(&[retired]).await;
    assert_eq!(tab.address().await, "/admin/blueprints");
    assert!(blueprints(app).await.is_empty());
    let lines = "SELECT action FROM audit_log WHERE action LIKE 'blueprint%' ORDER BY id";
    assert_eq!(app.texts(lines).await, ["blueprint.add", "blueprint.retire"]);
    tab.open("/apps/diary").await.expect(404);
}

async fn blueprints(app: &TestApp) -> Vec<Value> {
    let all = app.sovereign_admin().get("/catalog/admin/blueprints").await.expect(200);
    all.as_array().unwrap().iter().map(|one| one["slug"].clone()).collect()
}

on_both! {
    async fn the_policy_is_set_and_what_is_asked_for_answered(app: &TestApp, Setup::with_mail()) {
        app.issue("MUCH-200", 200, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("MUCH-200").await.expect(200);
        let tab = signed_in(app, look_of(app), MARYAM).await;
        the_policy_is_set(app, &tab, &ahmed).await;
        requests_are_answered(app, &tab, &ahmed).await;
        done(tab).await;
    }

    async fn a_blueprint_comes_and_goes(
        app: &TestApp,
        Setup { sink: Some(SinkOptions::default()), ..Setup::with_blueprints() }
    ) {
        let tab = signed_in(app, look_of(app), MARYAM).await;
        a_blueprint_is_sent(app, &tab).await;
        a_blueprint_is_retired(app, &tab).await;
        done(tab).await;
    }
}
