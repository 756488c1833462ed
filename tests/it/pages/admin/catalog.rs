//! The catalog in pages: prices of tiers, and entries that are added, changed, taken out and brought back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{administrator, follow, hidden, lacks, superadmin};
use crate::harness::{Reply, Setup, Shown, Signer, TestApp, blueprint, on_both};

const PAGE: &str = "/admin/catalog";
const NOTED: &str = "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'catalog.%'";

type Fields = Vec<(&'static str, &'static str)>;

/// A form of each kind that can be sent, with its slug, and what the entry then shows.
fn forms() -> [(&'static str, &'static str, Fields, Value); 5] {
    [
        (
            "plans",
            "xs",
            vec![
                ("name", "XS"),
                ("price", "2.5"),
                ("cpu", "1 vCPU"),
                ("features", "One\r\n\r\n Two "),
                ("features_ar", "واحد"),
                ("popular", "yes"),
            ],
            json!({ "name": "XS", "price_minor": 2_500, "price_omr": 2, "cpu": "1 vCPU", "popular": true,
                "features": ["One", "Two"], "features_ar": ["واحد"], "description": "" }),
        ),
        (
            "addons",
            "fax",
            vec![("name", "Fax"), ("price", "٠"), ("included", "yes"), ("category", "other")],
            json!({ "name": "Fax", "price_minor": 0, "included": true, "category": "other" }),
        ),
        (
            "apps",
            "wiki",
            vec![
                ("name", "Wiki"),
                ("icon_bg", "#64748b"),
                ("tier", "standard"),
                ("kind", "app"),
                ("dependencies", "mariadb"),
                ("deployable", "yes"),
                ("ram_mb", "٥١٢"),
                ("helm_chart", "wiki"),
                ("helm_repo", "https://charts.example"),
                ("helm_values", "{\"replicas\": 2, \"ratio\": 0.25}"),
            ],
            json!({ "name": "Wiki", "tier": "standard", "dependencies": ["mariadb"], "deployable": true,
                "ram_mb": 512, "cpu_milli": 0, "free": false, "helm_values": { "replicas": 2, "ratio": 0.25 } }),
        ),
        (
            "industries",
            "bakery",
            vec![
                ("name", "Bakery"),
                ("suggested_apps", "wordpress\r\nnextcloud"),
                ("bundle_id", "pharmacy-pack"),
            ],
            json!({ "name": "Bakery", "suggested_apps": ["wordpress", "nextcloud"] }),
        ),
        (
            "bundles",
            "pack",
            vec![
                ("name", "Pack"),
                ("apps", "wordpress"),
                ("discount", "10"),
                ("recommended_size", "m"),
            ],
            json!({ "name": "Pack", "apps": ["wordpress"], "discount": 10, "recommended_size": "m" }),
        ),
    ]
}

async fn find(app: &TestApp, kind: &str, slug: &str) -> Option<Value> {
    let all = app.anyone().get(&format!("/catalog/{kind}")).await.expect(200);
    all.as_array().unwrap().iter().find(|entry| entry["slug"] == slug).cloned()
}

/// The fields of an entry's form, as a browser would send them.
fn filled(shown: &Shown) -> Vec<(String, String)> {
    let (_, form) = shown.text.split_once("<form class=\"reading\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    let (mut fields, mut choice) = (Vec::new(), String::new());
    for piece in form.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let of = |name: &str| {
            let (_, after) = tag.split_once(&format!(" {name}=\""))?;
            after.split('"').next().map(unescaped)
        };
        let (name, value) = (of("name").unwrap_or_default(), of("value").unwrap_or_default());
        if tag.starts_with("textarea") {
            fields.push((name, unescaped(text.strip_prefix('\n').unwrap())));
        } else if tag.starts_with("select") {
            choice = name;
        } else if tag.starts_with("option") && tag.ends_with(" selected") {
            fields.push((choice.clone(), value));
        } else if tag.starts_with("input")
            && (!tag.contains("\"checkbox\"") || tag.contains(" checked"))
        {
            fields.push((name, value));
        }
    }
    fields
}

fn unescaped(text: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The same with changes, of which the first of a name counts.
fn with<'a>(
    changes: &[(&'a str, &'a str)],
    filled: &'a [(String, String)],
) -> Vec<(&'a str, &'a str)> {
    let filled = filled.iter().map(|(name, value)| (&**name, &**value));
    changes.iter().copied().chain(filled).collect()
}

fn etag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().unwrap().to_owned()
}

fn with_blueprints() -> Setup {
    Setup { blueprints: Signer::franchisee().options(), ..Setup::with_mail() }
}

on_both! {
    async fn every_administrator_sets_the_prices_of_tiers(app: &TestApp, Setup::with_mail()) {
        let mut browser = app.browser();
        assert!(browser.get(PAGE).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        browser.get("/console").await.expect(200);
        let pressed = [("act", "price"), ("tier", "basic"), ("price-basic", "1")];
        browser.submit(PAGE, &pressed).await.expect(403).has(&["This takes another role"]);

        let mut browser = administrator(app, "maryam").await;
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Basic: a month in OMR", "name=\"price-basic\" value=\"0.000\"", "Included: always costs nothing."]);
        lacks(&shown, &["price-included", "/admin/catalog/plans"]);
        let pressed = browser.submit(PAGE, &[("act", "price"), ("tier", "basic"), ("price-basic", "1.5")]).await;
        let set = follow(&mut browser, &pressed, "The price is set.").await;
        set.has(&["name=\"price-basic\" value=\"1.500\"", "name=\"price-premium\" value=\"0.000\""]);
        let price = "SELECT price_minor FROM app_tiers WHERE slug = 'basic'";
        assert_eq!(app.number(price).await, 1_500);
        for wrong in ["much", "", "-1", "1.2345", "1000000000.001"] {
            let told = browser.submit(PAGE, &[("tier", "basic"), ("price-basic", wrong)]).await.expect(400);
            told.has(&["href=\"#price-basic\"", &format!("value=\"{wrong}\""), "from 0 to 1000000000.000\u{a0}OMR"]);
            lacks(&told, &["href=\"#price-standard\""]);
        }
        let included = [("tier", "included"), ("price-included", "1")];
        browser.submit(PAGE, &included).await.expect(409).has(&["What is included costs nothing"]);
        browser.submit(PAGE, &[("tier", "gold"), ("price", "1")]).await.expect(404);
        assert_eq!(app.number(price).await, 1_500);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action = 'tier.price'").await, 1);

        superadmin(app).await.get(PAGE).await.expect(200).has(&[
            "href=\"/admin/catalog/plans\"", "href=\"/admin/catalog/bundles\"", "5 entries", "price-basic",
        ]);
        browser.language = "ar";
        browser.get(PAGE).await.expect(200).has(&["dir=\"rtl\"", "الكتالوج", "أساسية: الشهر بعملة OMR"]);
    }

    async fn entries_are_for_the_superadmin(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        for path in ["plans", "apps/new", "apps/wordpress", "plans/x", "nothing"] {
            let shown = browser.get(&format!("{PAGE}/{path}")).await.expect(403);
            shown.has(&["This takes another role"]);
            lacks(&shown, &["WordPress"]);
        }
        browser.get(PAGE).await.expect(200);
        for (path, act) in [("addons/new", "add"), ("addons/waf", "save"), ("addons/waf", "retire")] {
            let fields = [("act", act), ("slug", "fax"), ("name", "Fax"), ("price", "0")];
            browser.submit(&format!("{PAGE}/{path}"), &fields).await.expect(403);
        }
        assert_eq!(app.number(NOTED).await, 0);
        let mut browser = superadmin(app).await;
        for path in ["nothing", "nothing/new", "plans/x", "plans/wordpress", "nothing/m"] {
            let shown = browser.get(&format!("{PAGE}/{path}")).await.expect(404);
            shown.has(&["The catalog has nothing like that"]);
        }
    }

    async fn entries_come_change_go_and_come_back(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        for (kind, slug, fields, entry) in forms() {
            let list = format!("{PAGE}/{kind}");
            let (page, new) = (format!("{list}/{slug}"), format!("{list}/new"));
            browser.get(&new).await.expect(200).has(&["name=\"slug\" value=\"\"", "name=\"sort_order\" value=\"\""]);
            let sent = [&[("act", "add"), ("slug", slug)], &fields[..]].concat();
            let made = browser.submit(&new, &sent).await;
            assert_eq!(made.location(), page);
            let shown = follow(&mut browser, &made, "It is in the catalog.").await;
            let stored = find(app, kind, slug).await.unwrap();
            for (name, value) in entry.as_object().unwrap() {
                assert_eq!(&stored[name], value, "{kind} {name}");
            }
            // Pressed twice, it is there once.
            assert_eq!(browser.submit(&new, &sent).await.location(), page);

            let now = filled(&shown);
            let saved = browser.submit(&page, &with(&[("act", "save"), ("name", "Renamed")], &now)).await;
            let shown = follow(&mut browser, &saved, "The entry is saved.").await;
            shown.has(&["<bdi>Renamed</bdi>", "name=\"name\" value=\"Renamed\""]);
            let mut expected = stored.clone();
            expected["name"] = json!("Renamed");
            assert_eq!(find(app, kind, slug).await, Some(expected), "{kind}");
            browser.get(&list).await.expect(200).has(&["<bdi>Renamed</bdi>", &format!("href=\"{page}\"")]);

            let out = browser.submit(&page, &[("act", "retire")]).await;
            assert_eq!(out.location(), list);
            let listed = follow(&mut browser, &out, "It is out of the catalog.").await;
            listed.has(&["<bdi>Renamed</bdi>", ">out of the catalog<", &format!("href=\"{new}?from={slug}\"")]);
            lacks(&listed, &[&format!("href=\"{page}\"")]);
            assert_eq!(find(app, kind, slug).await, None);
            assert_eq!(browser.submit(&page, &[("act", "retire")]).await.location(), list);

            let back = browser.get(&page).await.location().to_owned();
            assert_eq!(back, format!("{new}?from={slug}"));
            let form = browser.get(&back).await.expect(200);
            form.has(&["was taken out of the catalog", &format!("name=\"slug\" value=\"{slug}\""), "value=\"Renamed\""]);
            let again = browser.submit(&back, &with(&[("act", "add")], &filled(&form))).await;
            assert_eq!(again.location(), page);
            follow(&mut browser, &again, "It is back in the catalog.").await.has(&["<bdi>Renamed</bdi>"]);
            assert_eq!(find(app, kind, slug).await.unwrap()["id"], stored["id"], "{kind}");
            let lines = app.texts(&format!(
                "SELECT action FROM audit_log WHERE subject LIKE '%/{slug}' ORDER BY id"
            )).await;
            assert_eq!(lines, ["catalog.add", "catalog.change", "catalog.retire", "catalog.add"]);
        }
        browser.language = "ar";
        for path in ["apps", "apps/wiki", "plans/new"] {
            browser.get(&format!("{PAGE}/{path}")).await.expect(200).has(&["dir=\"rtl\"", "الكتالوج"]);
        }
    }

    /// What the form shows of it is what is stored, and the Arabic that the program brings along.
    async fn what_is_not_changed_is_not_written(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let stored = "SELECT CAST(doc AS text) FROM catalog_items ORDER BY kind, id";
        let before = app.texts(stored).await;
        for path in ["apps/wordpress", "plans/m", "plans/flexi", "addons/waf", "industries/pharmacy", "bundles/pharmacy-pack"] {
            let page = format!("{PAGE}/{path}");
            let form = browser.get(&page).await.expect(200);
            let saved = browser.submit(&page, &with(&[("act", "save")], &filled(&form))).await;
            follow(&mut browser, &saved, "The entry is saved.").await;
        }
        browser.get(&format!("{PAGE}/apps/wordpress")).await.expect(200).has(&[
            "موقع إلكتروني ومدونة", "dir=\"rtl\" lang=\"ar\"", "value=\"yes\" checked", "<option value=\"basic\" selected>Basic</option>",
        ]);
        browser.get(&format!("{PAGE}/industries/pharmacy")).await.expect(200).has(&["value=\"pharmacy-pack\""]);
        assert_eq!(app.number(NOTED).await, 0);
        assert_eq!(app.texts(stored).await, before);
    }

    async fn one_is_added_like_another(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let new = format!("{PAGE}/addons/new");
        let form = browser.get(&format!("{new}?from=waf")).await.expect(200);
        form.has(&["name=\"slug\" value=\"\"", "name=\"sort_order\" value=\"\""]);
        lacks(&form, &["was taken out of the catalog"]);
        let like = filled(&form);
        let taken = browser.submit(&new, &with(&[("act", "add"), ("slug", "ips")], &like)).await.expect(409);
        taken.has(&["href=\"#slug\"", "href=\"/admin/catalog/addons/ips\"", "value=\"ips\""]);
        assert_eq!(app.number(NOTED).await, 0);
        // At an address of this name there is another page.
        let made = browser.submit(&new, &with(&[("act", "add"), ("slug", "new")], &like)).await;
        let stored = find(app, "addons", "new").await.unwrap();
        assert_eq!(made.location(), format!("{PAGE}/addons/{}", stored["id"].as_str().unwrap()));
        follow(&mut browser, &made, "It is in the catalog.").await.has(&[">new</code>"]);
        let mut other = find(app, "addons", "waf").await.unwrap();
        for name in ["id", "slug"] {
            other[name] = stored[name].clone();
        }
        assert_eq!(stored, other);
    }

    async fn what_is_wrong_is_told_at_its_field_and_kept(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let (apps, plans) = (format!("{PAGE}/apps/new"), format!("{PAGE}/plans/new"));
        browser.get(&apps).await.expect(200);
        let (long, many) = ("x".repeat(101), "tag\n".repeat(101));
        let fields = [
            ("act", "add"), ("slug", "No Such"), ("name", &*long), ("tagline", "kept"), ("tags", &*many), ("icon_bg", "teal"),
            ("sort_order", "-1"), ("kind", "daemon"), ("config_schema", "{"), ("ram_mb", "much"), ("helm_values", "[1]"),
            ("http_port", "0"),
        ];
        let told = browser.submit(&apps, &fields).await.expect(400);
        for (name, value) in fields.iter().skip(1).filter(|(name, _)| *name != "tagline") {
            told.has(&[&format!("href=\"#{name}\""), &format!("id=\"{name}-fault\""), value.trim()]);
        }
        told.has(&["value=\"kept\"", "Enter one line of 1 to 100 characters", "at line 1 column 1", "value=\"daemon\" selected"]);
        lacks(&told, &["href=\"#tagline\"", "href=\"#dependencies\""]);
        for price in ["", "much", "1.2345", "-1", "1000000.001"] {
            let fields = [("act", "add"), ("slug", "xs"), ("name", "XS"), ("price", price)];
            let told = browser.submit(&plans, &fields).await.expect(400);
            told.has(&["href=\"#price\"", &format!("name=\"price\" value=\"{price}\""), "value=\"XS\""]);
        }
        for (kind, field, value, text) in [
            ("apps", "dependencies", "wordpress\r\nnonesuch", "dependencies[1] names no app"),
            ("apps", "dependencies", "wiki", "names the app itself"),
            ("bundles", "recommended_size", "huge", "recommended_size names no plan"),
            ("industries", "bundle_id", "nonesuch", "bundle_id names no bundle"),
            ("addons", "included", "yes", "costs nothing"),
        ] {
            let fields = [("act", "add"), ("slug", "wiki"), ("name", "Wiki"), ("price", "1"), (field, value)];
            let told = browser.submit(&format!("{PAGE}/{kind}/new"), &fields).await.expect(400);
            told.has(&[&format!("href=\"#{field}\""), text, "value=\"Wiki\""]);
        }
        let fields = [
            ("act", "add"), ("slug", "wiki"), ("name", "Wiki"), ("helm_chart", "wiki"), ("helm_repo", "http://charts.example"),
        ];
        browser.submit(&apps, &fields).await.expect(400).has(&["href=\"#helm_repo\"", "No chart can be found so."]);
        let page = format!("{PAGE}/apps/mariadb");
        let now = filled(&browser.get(&page).await.expect(200));
        let circle = with(&[("act", "save"), ("dependencies", "wordpress")], &now);
        let told = browser.submit(&page, &circle).await.expect(400);
        told.has(&["href=\"#dependencies\"", "could then never be set up", "dependencies lead back to mariadb"]);
        let emptied = with(&[("act", "save"), ("name", ""), ("tier", "")], &now);
        browser.submit(&page, &emptied).await.expect(400).has(&["href=\"#name\"", "href=\"#tier\""]);
        assert_eq!(app.number(NOTED).await, 0);
        browser.language = "ar";
        browser.submit(&page, &circle).await.expect(400).has(&["فلا يُجهَّز أبدًا"]);
    }

    /// Whoever was slower sees what the other has changed, and saves again, or does not.
    async fn two_administrators_do_not_overwrite_each_other(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let page = format!("{PAGE}/plans/m");
        let now = filled(&browser.get(&page).await.expect(200));
        let other = json!({ "description": "Other words", "price_omr": 11 });
        app.superadmin().put("/catalog/admin/plans/m", &other).await.expect(200);
        let mine = [("act", "save"), ("description", "My words")];
        let late = browser.submit(&page, &with(&mine, &now)).await.expect(409);
        late.has(&[
            "Somebody else has changed this entry", "<bdi>Other words</bdi>", "<bdi>My words</bdi>", "<bdi>11.000</bdi>",
            "<bdi>9.000</bdi>", "\nMy words</textarea>", "name=\"price\" value=\"9.000\"",
        ]);
        assert_eq!(find(app, "plans", "m").await.unwrap()["description"], "Other words");
        let seen = hidden(&late, "seen");
        let pressed = browser.submit(&page, &with(&[&mine[..], &[("seen", &*seen)]].concat(), &now)).await;
        follow(&mut browser, &pressed, "The entry is saved.").await;
        let stored = find(app, "plans", "m").await.unwrap();
        assert_eq!((&stored["description"], &stored["price_minor"]), (&json!("My words"), &json!(9_000)));
        // The same again, from the old form, is there already.
        let pressed = browser.submit(&page, &with(&mine, &now)).await;
        follow(&mut browser, &pressed, "The entry is saved.").await;
        assert_eq!(app.number(NOTED).await, 2);
    }

    async fn what_others_name_stays(app: &TestApp, Setup::with_mail()) {
        let mut browser = superadmin(app).await;
        let page = format!("{PAGE}/plans/m");
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["while these name it", "the bundle pharmacy-pack"]);
        lacks(&shown, &["value=\"retire\""]);
        let refused = browser.submit(&page, &[("act", "retire")]).await.expect(409);
        refused.has(&["the bundle pharmacy-pack", "id=\"out\" tabindex=\"-1\" data-takes-focus"]);
        assert!(find(app, "plans", "m").await.is_some());
        browser.get(&format!("{PAGE}/plans/flexi")).await.expect(200).has(&["value=\"retire\"", "is billed as before"]);
    }

    /// They are listed and marked, and change by their signed artifacts only.
    async fn a_private_blueprint_has_no_form(app: &TestApp, with_blueprints()) {
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        app.sovereign_admin().post("/catalog/admin/blueprints", &signed).await.expect(201);
        let mut browser = superadmin(app).await;
        let list = format!("{PAGE}/apps");
        let shown = browser.get(&list).await.expect(200);
        shown.has(&["<bdi>CAL-OWN</bdi>", ">private Blueprint<"]);
        lacks(&shown, &["/apps/cal-own", "from=cal-own"]);
        let (page, new) = (format!("{list}/cal-own"), format!("{list}/new"));
        browser.get(&page).await.expect(409).has(&["This is a private Blueprint"]);
        for act in ["save", "retire"] {
            browser.submit(&page, &[("act", act), ("name", "Mine")]).await.expect(409);
        }
        lacks(&browser.get(&format!("{new}?from=cal-own")).await.expect(200), &["CAL-OWN"]);
        let mine = [("act", "add"), ("slug", "cal-own"), ("name", "Mine")];
        let refused = "A private Blueprint has this slug";
        browser.submit(&new, &mine).await.expect(409).has(&["href=\"#slug\"", refused]);
        app.sovereign_admin().delete("/catalog/admin/blueprints/cal-own").await.expect(200);
        browser.submit(&new, &mine).await.expect(409).has(&["href=\"#slug\"", refused]);
        lacks(&browser.get(&list).await.expect(200), &["from=cal-own"]);
        browser.get(&page).await.expect(404);
        assert_eq!(app.number(NOTED).await, 0);
    }

    /// In the API: what is changed is still what was read.
    async fn a_change_may_ask_for_what_was_read(app: &TestApp, Setup::with_mail()) {
        let root = app.superadmin();
        for (kind, slug) in [("plans", "m"), ("addons", "waf"), ("apps", "wordpress"), ("industries", "pharmacy"), ("bundles", "law-pack")] {
            let path = format!("/catalog/admin/{kind}/{slug}");
            app.sovereign_admin().get(&path).await.expect_problem(403, "catalog_entry_locked");
            let put = async |tag: &str, change: Value| {
                let body = Some(change.to_string().into_bytes());
                root.send(Method::PUT, &path, &[("If-Match", tag)], body).await
            };
            let read = root.get(&path).await;
            let seen = etag(&read);
            assert_eq!(Some(read.expect(200)), find(app, kind, slug).await);
            let first = put(&seen, json!({ "name": "First" })).await;
            let next = etag(&first);
            assert_eq!(first.expect(200), json!({ "ok": true }));
            assert_ne!(seen, next);
            assert_eq!(etag(&root.get(&path).await), next, "{kind}: the answer has the tag of what is stored");
            let late = put(&seen, json!({ "name": "Late" })).await.expect_problem(412, "catalog_entry_edited");
            assert_eq!(late["field"], "If-Match");
            for none in ["", "\"x\"", &format!("W/{next}")] {
                put(none, json!({ "name": "Late" })).await.expect_problem(412, "catalog_entry_edited");
            }
            assert_eq!(find(app, kind, slug).await.unwrap()["name"], "First");
            put(&format!("\"x\", {next}"), json!({ "name": "Second" })).await.expect(200);
            put("*", json!({ "name": "Third" })).await.expect(200);
            root.put(&path, &json!({ "name": "Fourth" })).await.expect(200);
            assert_eq!(find(app, kind, slug).await.unwrap()["name"], "Fourth");
        }
        // PostgreSQL keeps members and numbers in ways of its own.
        let path = "/catalog/admin/apps/wordpress";
        let values = json!({ "helm_values": { "longer": 1.0, "b": { "z": 1e2, "a": [] }, "a": 0.25 } });
        let changed = etag(&root.put(path, &values).await);
        assert_eq!(etag(&root.get(path).await), changed);
        root.get("/catalog/admin/apps/nonesuch").await.expect_problem(404, "not_found");
    }
}
