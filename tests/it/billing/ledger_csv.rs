//! `GET /billing/ledger/{tenant_id}/csv`: the same lines as a file, harmless to spreadsheets.

use serde_json::json;
use sovereign_domain::money::Currency;

use super::ledger::{in_pages, path, random_history};
use crate::harness::{Customer, on_both};

/// The cells of each line, after the byte order mark.
async fn cells(customer: &Customer, query: &str) -> Vec<Vec<String>> {
    let reply = customer.client.get(&format!("{}/csv?{query}", path(customer))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"ledger.csv\"");
    let text = reply.text.strip_prefix('\u{feff}').expect("a byte order mark");
    text.strip_suffix("\r\n").unwrap().split("\r\n").map(split).collect()
}

/// A line of RFC 4180.
fn split(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

on_both! {
    /// Also beyond what is read at once.
    async fn it_has_what_the_pages_have(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        random_history(app, &ahmed, 11, 60).await;
        let omr = Currency::from_code("OMR").unwrap();
        for query in ["", "movement=spent", "voucher=code-11-2"] {
            let file = cells(&ahmed, query).await;
            assert_eq!(
                file[0].join(","),
                "created_at,movement,text,voucher,amount,balance,currency,amount_minor,balance_minor,\
                 owed_minor,invoice,order_id,id"
            );
            let listed = in_pages(&ahmed, query, 100).await;
            assert_eq!(file.len() - 1, listed.len(), "{query}");
            for (row, line) in file[1..].iter().zip(&listed) {
                let text = |name: &str| line[name].as_str().unwrap_or_default();
                let minor = |name: &str| line[name].as_i64().unwrap();
                let expected = [
                    text("created_at").to_owned(),
                    text("movement").to_owned(),
                    text("text").to_owned(),
                    text("voucher").to_owned(),
                    omr.decimal(minor("amount_minor")),
                    omr.decimal(minor("balance_minor")),
                    "OMR".to_owned(),
                    minor("amount_minor").to_string(),
                    minor("balance_minor").to_string(),
                    minor("owed_minor").to_string(),
                    text("invoice_number").to_owned(),
                    text("order_id").to_owned(),
                    text("id").to_owned(),
                ];
                assert_eq!(row[..], expected, "{query}");
            }
        }
    }

    async fn a_text_begins_no_formula(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        // As an earlier service may have left it.
        app.execute("UPDATE credit_lots SET reference = '=HYPERLINK(\"x\")'").await;
        let file = cells(&ahmed, "").await;
        assert_eq!(file[1][3], "'=HYPERLINK(\"x\")");
        assert_eq!((file[1][4].as_str(), file[1][7].as_str()), ("20.000", "20000"));
        app.execute("UPDATE credit_lots SET reference = 'MUSCAT-20'").await;
        ahmed.checkout("m", "").await.expect(200);
        assert_eq!(cells(&ahmed, "").await[1][4], "-9.000");
        let arabic = cells(&ahmed, "lang=ar").await;
        assert!(arabic[2][2].contains("القسيمة"), "{arabic:?}");
    }

    async fn so_often_and_no_oftener(app: &TestApp, crate::harness::Setup {
        limits: sovereign::limits::Limits::on(Vec::new()), ..crate::harness::Setup::default()
    }) {
        let ahmed = app.customer("ahmed").await;
        let file = format!("{}/csv", path(&ahmed));
        let mut last = ahmed.client.get(&file).await;
        for _ in 0..200 {
            if last.status != 200 {
                break;
            }
            last = ahmed.client.get(&file).await;
        }
        last.expect_problem(429, "too_many_requests");
        // Those who may not read it are not counted, and what cannot be read says so.
        assert_eq!(ahmed.client.get(&path(&ahmed)).await.expect(200), json!([]));
    }
}
