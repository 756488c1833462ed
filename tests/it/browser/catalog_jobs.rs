//! What the superadmin does with the catalog, in Chromium: entries are added as customers then find them, and one is
//! changed and taken out.

use serde_json::{Value, json};

use super::administration::{done, signed_in};
use super::files::look_of;
use super::superadmin_jobs::ROOT;
use crate::harness::{Look, Setup, Tab, TestApp, on_both};

/// English and Arabic.
type Words = [&'static str; 2];

/// What is entered to add one.
struct Entry {
    kind: &'static str,
    slug: &'static str,
    /// The list that it comes into, and the button there.
    shelf: Words,
    add: Words,
    /// Labels, with what is written there.
    written: Vec<(Words, &'static str)>,
    /// Labels, with what is chosen there.
    chosen: Vec<(Words, Words)>,
    ticked: Vec<Words>,
    /// What the catalog then has.
    stored: Value,
}

const NAME: Words = ["Name", "الاسم"];

const fn said(look: Look, [english, arabic]: Words) -> &'static str {
    look.says(english, arabic)
}

fn app_entry() -> Entry {
    Entry {
        kind: "apps",
        slug: "wiki",
        shelf: ["Apps", "التطبيقات"],
        add: ["Add an app", "أضف تطبيقًا"],
        written: vec![
            (NAME, "Wiki"),
            (["Helm chart", "حزمة Helm"], "wiki"),
            (["Repository of the chart", "مستودع حزمة Helm"], "https://charts.example"),
            (["Needs", "يحتاج إلى"], "mariadb"),
        ],
        chosen: vec![
            (["Tier", "الفئة السعرية"], ["Standard", "قياسية"]),
            (["Kind", "النوع"], ["App", "تطبيق"]),
        ],
        ticked: vec![["It can be installed", "يمكن تثبيته"]],
        stored: json!({
            "name": "Wiki", "tier": "standard", "dependencies": ["mariadb"], "deployable": true,
        }),
    }
}

fn bundle_entry() -> Entry {
    Entry {
        kind: "bundles",
        slug: "wiki-pack",
        shelf: ["Bundles", "الحزم"],
        add: ["Add a bundle", "أضف حزمة"],
        written: vec![
            (NAME, "Wiki pack"),
            (["Apps in it", "التطبيقات التي فيها"], "wiki\nwordpress"),
            (["Discount in per cent", "الخصم بالمئة"], "10"),
            (["Recommended plan", "الباقة الموصى بها"], "m"),
        ],
        chosen: Vec::new(),
        ticked: Vec::new(),
        stored: json!({
            "name": "Wiki pack", "apps": ["wiki", "wordpress"], "discount": 10,
            "recommended_size": "m",
        }),
    }
}

fn industry_entry() -> Entry {
    Entry {
        kind: "industries",
        slug: "bakery",
        shelf: ["Lines of business", "مجالات العمل"],
        add: ["Add a line of business", "أضف مجال عمل"],
        written: vec![
            (NAME, "Bakery"),
            (["Suggested apps", "التطبيقات المقترحة"], "wiki"),
            (["Bundle", "الحزمة"], "wiki-pack"),
        ],
        chosen: Vec::new(),
        ticked: Vec::new(),
        stored: json!({ "name": "Bakery", "suggested_apps": ["wiki"] }),
    }
}

fn addon_entry() -> Entry {
    Entry {
        kind: "addons",
        slug: "fax",
        shelf: ["Add-ons", "الإضافات"],
        add: ["Add an add-on", "أضف إضافة"],
        written: vec![(NAME, "Fax"), (["A month in OMR", "الشهر بعملة OMR"], "2.5")],
        chosen: Vec::new(),
        ticked: Vec::new(),
        stored: json!({ "name": "Fax", "price_minor": 2_500 }),
    }
}

async fn find(app: &TestApp, kind: &str, slug: &str) -> Option<Value> {
    let all = app.anyone().get(&format!("/catalog/{kind}")).await.expect(200);
    all.as_array().unwrap().iter().find(|entry| entry["slug"] == slug).cloned()
}

/// From the catalog to its list and the form there; it leads to the entry's page.
async fn is_added(app: &TestApp, tab: &Tab, entry: &Entry) {
    let look = tab.look;
    tab.open("/admin/catalog").await.expect(200);
    tab.press(said(look, entry.shelf)).await.expect(200);
    tab.press(said(look, entry.add)).await.expect(200);
    tab.fill(look.says("Slug", "الاسم المختصر"), entry.slug).await;
    for (label, text) in &entry.written {
        tab.fill(said(look, *label), text).await;
    }
    for (label, option) in &entry.chosen {
        tab.choose(said(look, *label), said(look, *option)).await;
    }
    for label in &entry.ticked {
        tab.check(said(look, *label)).await;
    }
    tab.press(look.says("Add it", "أضفه")).await.expect(200);
    tab.has(&[look.says("It is in the catalog.", "صار في الكتالوج."), entry.slug]).await;
    assert_eq!(tab.address().await, format!("/admin/catalog/{}/{}", entry.kind, entry.slug));
    let stored = find(app, entry.kind, entry.slug).await.expect("an entry");
    for (name, value) in entry.stored.as_object().unwrap() {
        assert_eq!(&stored[name], value, "{} {name}", entry.slug);
    }
}

/// On its page, to which it was added.
async fn is_changed_and_taken_out(app: &TestApp, tab: &Tab) {
    let look = tab.look;
    tab.fill(said(look, NAME), "Fax line").await;
    tab.press(look.says("Save", "احفظ")).await.expect(200);
    tab.has(&[look.says("The entry is saved.", "حُفظ العنصر."), "Fax line"]).await;
    let stored = find(app, "addons", "fax").await.expect("an entry");
    assert_eq!((&stored["name"], &stored["price_minor"]), (&json!("Fax line"), &json!(2_500)));
    tab.press(look.says("Take it out", "أخرجه")).await.expect(200);
    tab.has(&[
        look.says("It is out of the catalog.", "خرج من الكتالوج."),
        "Fax line",
        look.says("out of the catalog", "خارج الكتالوج"),
    ])
    .await;
    assert_eq!(find(app, "addons", "fax").await, None);
}

on_both! {
    /// Each names the one before it.
    async fn an_app_a_bundle_and_a_line_of_business_are_added(app: &TestApp, Setup::with_mail()) {
        let tab = signed_in(app, look_of(app), ROOT).await;
        for entry in [app_entry(), bundle_entry(), industry_entry()] {
            is_added(app, &tab, &entry).await;
        }
        // Where customers look.
        for (path, name) in [
            ("/apps/wiki", "Wiki"),
            ("/bundles/wiki-pack", "Wiki pack"),
            ("/industries/bakery", "Bakery"),
        ] {
            tab.open(path).await.expect(200);
            tab.has(&[name]).await;
        }
        done(tab).await;
    }

    async fn an_addon_comes_changes_and_goes(app: &TestApp, Setup::with_mail()) {
        let tab = signed_in(app, look_of(app), ROOT).await;
        is_added(app, &tab, &addon_entry()).await;
        is_changed_and_taken_out(app, &tab).await;
        done(tab).await;
    }
}
