//! Reading mailings and their addresses: pages, filters, and the file.

use serde_json::json;

use super::{MAILINGS, addresses, ask, carry_out, many, path, text, to};
use crate::harness::{Setup, on_both};

on_both! {
    async fn mailings_are_listed_newest_first(app: &TestApp, Setup::with_mail()) {
        let mut asked = Vec::new();
        for name in ["maryam", "ahmed", "sara"] {
            asked.push(ask(app, to(&[name]), json!({ "message": name })).await);
            app.clock.advance_seconds(1);
        }
        carry_out(app).await;
        let admin = app.sovereign_admin();
        let first = admin.get(&format!("{MAILINGS}?limit=2")).await;
        let link = first.headers["link"].to_str().unwrap().to_owned();
        let next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        let first = first.expect(200);
        let second = admin.get(&next).await;
        assert!(!second.headers.contains_key("link"));
        let second = second.expect(200);
        let all: Vec<_> = first.as_array().unwrap().iter().chain(second.as_array().unwrap()).collect();
        let words: Vec<_> = all.iter().map(|one| text(one, "message")).collect();
        assert_eq!(words, ["sara", "ahmed", "maryam"]);
        assert!(all.iter().all(|one| one["state"] == "done" && one["sent"] == 1), "{all:?}");
        let few = admin.get(&format!("{MAILINGS}?fields=id,sent")).await.expect(200);
        assert_eq!(few[2], json!({ "id": asked[0]["id"], "sent": 1 }));
        for query in ["after=x", "limit=0", "limit=101"] {
            admin.get(&format!("{MAILINGS}?{query}")).await.expect_problem(400, "invalid_request");
        }
    }

    async fn addresses_have_pages_and_filters(app: &TestApp) {
        let asked = ask(app, many(20), json!({})).await;
        let all = addresses(app, &asked, "").await;
        let places: Vec<_> = all.iter().map(|one| one["position"].as_i64().unwrap()).collect();
        assert_eq!(places, (1..=20).collect::<Vec<_>>());
        for (state, count) in [("waiting", 20), ("sent", 0), ("failed", 0), ("redeemed", 0)] {
            assert_eq!(addresses(app, &asked, state).await.len(), count, "{state}");
        }
        let path = path(&asked);
        for (query, field) in [("state=gone", "state"), ("after=x", "after"), ("limit=1001", "limit")] {
            let wrong = app.sovereign_admin().get(&format!("{path}/addresses?{query}")).await;
            assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], field);
        }
        let few = app.sovereign_admin().get(&format!("{path}/addresses?fields=email&limit=1")).await;
        assert_eq!(few.expect(200), json!([{ "email": "n0000@example.com" }]));
    }

    async fn they_are_a_file_that_no_spreadsheet_calculates(app: &TestApp, Setup::with_mail()) {
        let people = json!([{ "email": "maryam@example.com" }, { "email": "+1@example.com", "language": "ar" }]);
        let asked = ask(app, people, json!({})).await;
        carry_out(app).await;
        let all = addresses(app, &asked, "").await;
        let code = |place: usize| text(&all[place], "code").to_owned();
        app.customer("kestrel").await.redeem(&code(1)).await.expect(200);
        let csv = format!("{}/addresses/csv", path(&asked));
        let file = app.sovereign_admin().get(&csv).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<&str> = file.text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "position,email,language,code,state,sent_at,failures,reply,redeemed");
        assert!(lines[1].starts_with(&format!("1,maryam@example.com,en,{},sent,2027-03-01T12:00:00Z,0,", code(0))), "{}", lines[1]);
        assert!(lines[1].ends_with(",false"), "{}", lines[1]);
        assert!(lines[2].starts_with(&format!("2,'+1@example.com,ar,{},sent,", code(1))), "{}", lines[2]);
        assert!(lines[2].ends_with(",true"), "{}", lines[2]);
        assert_eq!(lines.len(), 3);
        let redeemed = app.sovereign_admin().get(&format!("{csv}?state=redeemed")).await;
        assert_eq!(redeemed.text.lines().count(), 2);
        app.sovereign_admin().get(&format!("{csv}?state=gone")).await.expect_problem(400, "invalid_request");
    }
}
