//! Sending events again: one, or all of a time.

use serde_json::json;
use sovereign::clock::Clock as _;

use super::receiver::{Answer, Receiver, Seen};
use super::{deliver, listen, setup};
use crate::harness::on_both;

fn codes(seen: &[Seen]) -> Vec<String> {
    let code = |seen: &Seen| seen.event()["data"]["code"].as_str().unwrap().to_owned();
    seen.iter().map(code).collect()
}

on_both! {
    /// The same event under the same identifier, whatever became of it; it is a delivery of its own.
    async fn one_is_sent_again(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        app.issue("AGAIN-25", 25, 0).await;
        deliver(app).await;
        let first = receiver.seen().pop().unwrap();
        let delivery = endpoint.deliveries(app).await[0]["id"].as_str().unwrap().to_owned();
        app.clock.advance_days(5);
        let path = format!("{}/deliveries/{delivery}/replay", endpoint.path());
        // Also what it would not be sent by itself any more.
        endpoint.change(app, json!({ "event_types": ["order.placed"] })).await;
        let answer = app.superadmin().post(&path, &json!({})).await.expect(200);
        app.run_job("deliver-events").await;
        let second = receiver.seen().pop().unwrap();
        assert_eq!(second.body, first.body);
        assert_ne!(second.signatures(), first.signatures(), "of this moment");
        let all = endpoint.deliveries(app).await;
        assert_eq!((all.len(), &all[0]["id"], &all[0]["event_id"]),
            (2, &answer["delivery_id"], &all[1]["event_id"]));
        let unknown = path.replace(&delivery, &endpoint.id);
        app.superadmin().post(&unknown, &json!({})).await.expect_problem(404, "not_found");
    }

    /// From a moment on and before another: also what an endpoint missed that was switched off, or not there.
    async fn a_time_is_sent_again(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let mut moments = Vec::new();
        for number in 0..5 {
            moments.push(app.clock.now());
            app.issue(&format!("CODE-{number}"), 25, 0).await;
            app.customer(&format!("org-{number}")).await;
            app.clock.advance_seconds(60);
            app.run_job("relay-events").await;
        }
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        let path = format!("{}/replay", endpoint.path());
        let range = json!({ "from": moments[1], "to": moments[4] });
        let answer = app.superadmin().post(&path, &range).await.expect(200);
        assert_eq!(answer, json!({ "events": 3 }));
        app.run_job("deliver-events").await;
        let seen = receiver.seen();
        assert_eq!(codes(&seen), ["CODE-1", "CODE-2", "CODE-3"]);
        // Once more: the same identifiers.
        app.superadmin().post(&path, &range).await.expect(200);
        app.run_job("deliver-events").await;
        let ids = |seen: &[Seen]| seen.iter().map(Seen::id).collect::<Vec<_>>();
        assert_eq!(ids(&receiver.seen()), ids(&seen));
        for wrong in [json!({ "from": moments[4], "to": moments[1] }), json!({ "from": moments[1] }),
            json!({ "from": "yesterday", "to": moments[4] })] {
            app.superadmin().post(&path, &wrong).await.expect_problem(400, "invalid_request");
        }
        let lines = app.superadmin().get("/auth/admin/audit?action=event_endpoint.replay").await;
        assert_eq!(lines.expect(200).as_array().unwrap().len(), 2);
    }

    async fn deliveries_are_listed_in_pages(app: &TestApp, setup()) {
        let receiver = Receiver::start().await;
        let endpoint = listen(app, &receiver, "/", &["voucher.issued"]).await;
        for number in 0..5 {
            app.issue(&format!("CODE-{number}"), 25, 0).await;
        }
        deliver(app).await;
        receiver.always("/", Answer::status(500));
        app.issue("CODE-5", 25, 0).await;
        deliver(app).await;
        let all = endpoint.deliveries(app).await;
        let mut seen = Vec::new();
        let mut path = Some(format!("{}/deliveries?limit=2&status=delivered", endpoint.path()));
        while let Some(page) = path {
            let reply = app.superadmin().get(&page).await;
            let link = reply.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
            path = link.map(|link| link[1..link.find('>').unwrap()].to_owned());
            seen.extend(reply.expect(200).as_array().unwrap().clone());
        }
        assert_eq!(seen, all[1..]);
        assert_eq!(all[0]["status"], "waiting");
    }
}
