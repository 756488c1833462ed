//! An owner takes everything along: one document, or a table at a time.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sovereign::auth::Role;
use sovereign::limits::Limits;
use sovereign::usecase::export::{FORMAT, LEFT_OUT, VERSION, tables};

use super::life::{actions, path};
use crate::harness::{Card, Customer, Engine, Setup, TestApp, assert_shape, each, on_both};

fn export(tenant_id: &str) -> String {
    format!("{}/export", path(tenant_id))
}

async fn document(customer: &Customer) -> Value {
    customer.client.get(&export(&customer.tenant_id)).await.expect(200)
}

/// A table as a reader of CSV has it: Python's own.
fn parse(bytes: &[u8]) -> Vec<Vec<String>> {
    let script = "import csv, json, sys, io\n\
                  text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8-sig', newline='')\n\
                  print(json.dumps(list(csv.reader(text, strict=True))))";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, bytes).unwrap();
    drop(stdin);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn table(customer: &Customer, name: &str) -> Vec<Vec<String>> {
    let reply = customer.client.get(&format!("{}/{name}.csv", export(&customer.tenant_id))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    assert!(reply.bytes.starts_with(&[0xef, 0xbb, 0xbf]), "a byte order mark");
    tokio::task::spawn_blocking(move || parse(&reply.bytes)).await.unwrap()
}

/// Somebody who has done about everything.
async fn busy(app: &TestApp, name: &str) -> Customer {
    app.issue("FOUR", 4, 0).await;
    app.issue("ONE", 1, 0).await;
    let customer = app.customer(name).await;
    customer.checkout("m", "FOUR").await.expect(200);
    let session = app.stripe().all("checkout.session").pop().unwrap();
    app.stripe().pay(session["id"].as_str().unwrap(), Card::Good);
    app.stripe().deliver_all(1).await;
    customer.redeem("ONE").await.expect(200);
    customer.add_member(app, &format!("{name}-viewer"), "viewer").await;
    let add = format!("{}/environments", path(&customer.tenant_id));
    customer.client.post(&add, &json!({ "name": "stg" })).await.expect(201);
    let order = app
        .texts(&format!(
            "SELECT {} FROM orders WHERE tenant_id = '{}'",
            app.uuid_as_text("id"),
            customer.tenant_id
        ))
        .await
        .pop()
        .unwrap();
    let refund = json!({ "amount_minor": 100, "reason": "asked for" });
    let path = format!("/billing/admin/orders/{order}/refund");
    app.superadmin().post(&path, &refund).await.expect(200);
    app.run_job("relay-events").await;
    app.number_invoices().await;
    app.number_credit_notes().await;
    customer
}

#[test]
fn every_table_is_exported_or_left_out_for_a_reason() {
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(table, _)| *table).collect();
    let exported: BTreeSet<&str> = tables().into_iter().collect();
    assert!(left_out.is_disjoint(&exported));
    assert!(LEFT_OUT.iter().all(|(_, reason)| !reason.is_empty()));
}

async fn tables_of(app: &TestApp) -> BTreeSet<String> {
    let sql = match app.engine {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS text) FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    app.texts(sql).await.into_iter().collect()
}

on_both! {
    /// A table that is added later has to be exported, or somebody has to say why not.
    async fn no_table_is_forgotten(app: &TestApp) {
        let left_out = LEFT_OUT.iter().map(|(table, _)| (*table).to_owned());
        let known: BTreeSet<String> =
            tables().into_iter().map(str::to_owned).chain(left_out).collect();
        assert_eq!(tables_of(app).await, known);
    }

    async fn the_document_has_what_the_routes_answer(app: &TestApp, Setup::with_stripe()) {
        let other = busy(app, "other").await;
        let ahmed = busy(app, "kestrel").await;
        let id = &ahmed.tenant_id;
        let whole = document(&ahmed).await;
        assert_shape(&whole, "format:text version:int sovereign:text currency:text organization_id:text \
            exported_at:time resources:objects data:object");
        assert_eq!((&whole["format"], &whole["version"]), (&json!(FORMAT), &json!(VERSION)));
        assert_eq!((&whole["currency"], &whole["organization_id"]), (&json!("OMR"), &json!(id)));
        let data = &whole["data"];
        let mut own = ahmed.client.get(&path(id)).await.expect(200);
        // What its provisions tell, and what its apps have for themselves.
        own.as_object_mut().unwrap().remove("app_states").expect("states");
        let mut exported = data["organization"].clone();
        let dedicated = exported[0].as_object_mut().unwrap().remove("dedicated_services");
        assert_eq!((exported, dedicated), (json!([own]), Some(json!({}))));
        let sorted = |list: &Value, name| {
            let mut found = each(list, name);
            found.sort_by_key(ToString::to_string);
            found
        };
        let get = async |path: String| ahmed.client.get(&path).await.expect(200);
        let members = get(format!("{}/members", path(id))).await;
        assert_eq!(sorted(&data["members"], "email"), sorted(&members, "email"));
        let invoices = get(format!("/billing/invoices/{id}")).await;
        assert_eq!(sorted(&data["invoices"], "id"), sorted(&invoices, "id"));
        assert_eq!(sorted(&data["invoices"], "amount_minor"), sorted(&invoices, "amount_baisa"));
        let notes = get(format!("/billing/credit-notes/{id}")).await;
        assert_eq!(sorted(&data["credit_notes"], "id"), sorted(&notes, "id"));
        let subscription = get(format!("/billing/subscription/{id}")).await;
        assert_eq!(each(&data["subscriptions"], "id"), [subscription["id"].clone()]);
        let balance = get(format!("/billing/balance?tenant_id={id}&limit=100")).await;
        assert_eq!(sorted(&data["credit_ledger"], "id"), sorted(&balance["entries"], "id"));
        let sum: i64 = each(&data["credit_ledger"], "amount_minor").iter().map(|n| n.as_i64().unwrap()).sum();
        assert_eq!(data["wallet"][0]["balance_minor"], json!(sum));
        assert_eq!(balance["credit_baisa"], json!(sum));
        let environments = get(format!("{}/environments", path(id))).await;
        assert_eq!(sorted(&data["environments"], "name"), sorted(&environments, "name"));
        assert_eq!(data["payments"].as_array().unwrap().len(), 1);
        assert_eq!(data["refunds"].as_array().unwrap().len(), 1);
        assert_eq!(sorted(&data["redemptions"], "code"), [json!("FOUR"), json!("ONE")]);
        assert_eq!(data["orders"][0]["lines"][0]["amount_minor"], 9000);
        assert_eq!(data["account"][0]["card_last4"].as_str().unwrap().len(), 4);
        let told = actions(app, id).await;
        assert_eq!(each(&data["audit_log"], "action"), told.iter().map(|one| json!(one)).collect::<Vec<_>>());
        assert!(told.contains(&"organization.export".to_owned()), "this one too");
        for secret in ["digest", "payment_method_id", "pm_", &other.tenant_id] {
            assert!(!whole.to_string().contains(secret), "{secret}");
        }
        let names: Vec<_> = data.as_object().unwrap().keys().map(|name| json!(name)).collect();
        assert_eq!(each(&whole["resources"], "name"), names);

        // The tables say the same.
        for resource in whole["resources"].as_array().unwrap() {
            let name = resource["name"].as_str().unwrap();
            let table = table(&ahmed, name).await;
            assert_eq!(json!(table[0]), resource["columns"], "{name}");
            let rows = data[name].as_array().unwrap();
            // Each export is a line of the log.
            let more = if name == "audit_log" { table.len() - 1 - rows.len() } else { 0 };
            assert_eq!(table.len() - 1 - more, rows.len(), "{name}");
            for row in rows {
                // What comes first in a row is that row's alone.
                let first = row[&table[0][0]].to_string();
                let first = first.trim_matches('"');
                let line = table[1..].iter().find(|line| line[0] == first).unwrap();
                for (column, cell) in table[0].iter().zip(line) {
                    let expected = match &row[column] {
                        Value::Null => String::new(),
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    assert_eq!(cell, &expected, "{name}.{column}");
                }
            }
        }
    }

    /// What a spreadsheet would run is text, what is a number is one, and Arabic is Arabic.
    async fn a_table_is_harmless_and_whole(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        for (name, cell) in [
            ("=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("صيدلية، \"كيستريل\", مسقط", "صيدلية، \"كيستريل\", مسقط"),
        ] {
            ahmed.client.put(&path(id), &json!({ "name": name })).await.expect(200);
            let table = table(&ahmed, "organization").await;
            let column = table[0].iter().position(|column| column == "name").unwrap();
            assert_eq!(table[1][column], cell);
            assert_eq!(document(&ahmed).await["data"]["organization"][0]["name"], name);
        }
        app.issue("ONE", 1, 0).await;
        ahmed.redeem("ONE").await.expect(200);
        let claw = "UPDATE credit_ledger SET amount_minor = -5";
        let ledger = async || table(&ahmed, "credit_ledger").await;
        app.execute(claw).await;
        let found = ledger().await;
        let column = found[0].iter().position(|column| column == "amount_minor").unwrap();
        assert_eq!(found[1][column], "-5");
        app.execute("UPDATE credit_ledger SET amount_minor = 1000").await;
    }

    /// Thousands of lines, over many pages.
    async fn a_large_one_is_whole(app: &TestApp) {
        const LINES: i64 = 12_345;
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        let make = match app.engine {
            Engine::Sqlite => format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {LINES}) \
                 INSERT INTO provisions (id, tenant_id, cause, plan_id, apps, subdomain, status, steps, \
                     next_attempt_at, created_at, updated_at, done_at) \
                 SELECT randomblob(16), '{id}', 'asked', 'm', '[]', '', 'completed', '[]', 0, 0, 0, 0 FROM n"
            ),
            Engine::Postgres => format!(
                "INSERT INTO provisions (id, tenant_id, cause, plan_id, apps, subdomain, status, steps, \
                     next_attempt_at, created_at, updated_at, done_at) \
                 SELECT gen_random_uuid(), '{id}', 'asked', 'm', '[]', '', 'completed', '[]', now(), now(), \
                     now(), now() FROM generate_series(1, {LINES})"
            ),
        };
        app.execute(&make).await;
        let whole = document(&ahmed).await;
        let ids: BTreeSet<String> =
            each(&whole["data"]["provisions"], "id").iter().map(ToString::to_string).collect();
        assert_eq!(ids.len() as i64, LINES, "each once");
        assert_eq!(table(&ahmed, "provisions").await.len() as i64, LINES + 1);
    }

    /// Also while it is suspended or will be deleted; nobody but the owner.
    async fn it_is_the_owners(app: &TestApp) {
        let ahmed = app.customer("kestrel").await;
        let id = &ahmed.tenant_id;
        let files = [export(id), format!("{}/orders.csv", export(id))];
        let no_file = format!("{}/orders.xls", export(id));
        for role in ["admin", "member", "viewer"] {
            let other = ahmed.add_member(app, role, role).await;
            for file in files.iter().chain([&no_file]) {
                other.client.get(file).await.expect_problem(403, "forbidden");
            }
        }
        for role in [Role::Member, Role::SovereignAdmin, Role::Superadmin] {
            for file in files.iter().chain([&no_file]) {
                app.signed_in("outsider", role).get(file).await.expect_problem(404, "not_found");
            }
        }
        app.anyone().get(&files[0]).await.expect_problem(401, "unauthorized");
        assert!(!actions(app, id).await.contains(&"organization.export".to_owned()));
        ahmed.client.get(&no_file).await.expect_problem(404, "not_found");
        let wrong = ahmed.client.get(&format!("{}?format=csv", files[0])).await;
        assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], "format");
        ahmed.client.get(&format!("{}?format=json", files[0])).await.expect(200);
        ahmed.client.delete(&path(id)).await.expect(200);
        let whole = document(&ahmed).await;
        assert_eq!(whole["data"]["organization"][0]["status"], "suspended");
        assert!(whole["data"]["organization"][0]["deletion_at"].is_string());
        let file = ahmed.client.get(&files[0]).await;
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"organization.json\"");
        assert_eq!(file.headers["cache-control"], "no-store");
        assert_eq!(file.headers["content-length"], file.bytes.len().to_string().as_str());
    }

    async fn who_asks_too_often_waits(
        app: &TestApp, Setup { limits: Limits::on(Vec::new()), ..Setup::default() }
    ) {
        let ahmed = app.customer("kestrel").await;
        let file = format!("{}/wallet.csv", export(&ahmed.tenant_id));
        for _ in 0..60 {
            assert_eq!(ahmed.client.get(&file).await.status, 200);
        }
        ahmed.client.get(&file).await.expect_problem(429, "too_many_requests");
        app.clock.advance_seconds(120);
        assert_eq!(ahmed.client.get(&file).await.status, 200);
    }
}
