//! Names and descriptions that mean harm, on every page: shown as text, and in their place.

use serde_json::json;

use super::harm::{HARMED, TURNED, text};
use super::visit::{Visit, rows};
use crate::harness::{Engine, Look, TestApp};

/// What people and other services write, and pages show. Which of them the routes refuse is their own matter: an
/// adopted database may have it all the same.
const COLUMNS: &[(&str, &str)] = &[
    ("organizations", "name"),
    ("organizations", "industry"),
    ("promo_codes", "description"),
    ("users", "name"),
    ("provisions", "error"),
    ("credit_ledger", "reason"),
    ("branding", "name"),
    ("branding", "name_ar"),
    ("branding", "terms"),
    ("branding", "terms_ar"),
];

/// What the documents of the catalog's entries say.
const MEMBERS: &[&str] = &[
    "name",
    "name_ar",
    "tagline",
    "tagline_ar",
    "description",
    "description_ar",
    "category",
    "cpu",
    "memory",
    "storage",
    "license",
    "website",
    "emoji",
];

/// Puts `text` before every name in the lines of orders, which their invoices show too.
async fn write_in_orders(app: &TestApp, text: &str) {
    let name = |after: &str| format!("\"name\":\"{after}");
    // Inside a string of JSON.
    let quoted = serde_json::to_string(text).unwrap();
    let written = name(quoted.trim_matches('"')).replace('\'', "''");
    let named = name("");
    let lines = match app.engine {
        Engine::Sqlite => format!("replace(lines, '{named}', '{written}')"),
        Engine::Postgres => {
            format!("CAST(replace(CAST(lines AS text), '{named}', '{written}') AS json)")
        }
    };
    app.execute(&format!("UPDATE orders SET lines = {lines}")).await;
    let have_it = "SELECT count(*) FROM orders WHERE CAST(lines AS text) LIKE '%harmed%'";
    assert!(app.number(have_it).await > 1, "no order has the name");
}

async fn write(app: &TestApp) {
    app.sovereign_admin()
        .put("/billing/admin/branding", &json!({ "name": "Kestrel Cloud" }))
        .await
        .expect(200);
    write_in_orders(app, &text()).await;
    let text = text().replace('\'', "''");
    for (table, column) in COLUMNS {
        app.execute(&format!("UPDATE {table} SET {column} = '{text}'")).await;
    }
    for member in MEMBERS {
        let doc = match app.engine {
            Engine::Sqlite => format!("json_set(doc, '$.{member}', '{text}')"),
            Engine::Postgres => {
                format!("jsonb_set(doc, '{{{member}}}', to_jsonb(CAST('{text}' AS text)))")
            }
        };
        app.execute(&format!("UPDATE catalog_items SET doc = {doc}")).await;
    }
    app.execute("UPDATE sovereign SET catalog_revision = catalog_revision + 1").await;
    // An address is somebody's own; an invitation is theirs whose address it names.
    app.execute(&format!("UPDATE users SET email = email || '{text}'")).await;
    app.execute(&format!("UPDATE invitations SET email = email || '{text}'")).await;
}

async fn walk(engine: Engine, looks: &[Look]) {
    let visit = Visit::new(engine).await;
    write(&visit.world.app).await;
    let mut wrong = Vec::new();
    let mut seen = 0;
    for look in looks {
        let mut tabs = visit.tabs(*look);
        for row in rows() {
            let (tab, _) = tabs.go(row).await;
            let mut faults = tab.take_errors().await;
            if tab.evaluate(HARMED).await != false {
                faults.push(format!("harmed: {}", tab.html().await));
            }
            let turned = tab.evaluate(TURNED).await;
            if turned.as_array().is_none_or(|found| !found.is_empty()) {
                faults.push(format!("turns what follows: {turned:#}"));
            }
            let found = tab.inspect().await;
            faults.extend(found.too_wide.into_iter().chain(found.inline));
            seen += usize::from(tab.text().await.contains("window.harmed=1"));
            wrong.extend(faults.into_iter().map(|fault| format!("{} {look}: {fault}", row.name)));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    // The name stands in the head of each.
    assert!(seen >= rows().count() * looks.len() / 2, "only {seen} pages show what was written");
    visit.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_text_on_a_telephone() {
    let narrow = Look { width: 320, ..Look::PHONE };
    Box::pin(walk(Engine::Postgres, &[narrow, narrow.arabic()])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_text_on_a_desktop() {
    Box::pin(walk(Engine::Sqlite, &[Look::DESKTOP.arabic()])).await;
}
