//! Nothing is sent to addresses that are not of the public internet, whichever way they come in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sovereign::hooks::{HookOptions, Looking, Lookup};

use super::receiver::Receiver;
use super::{add, deliver, hooks, listen, setup};
use crate::harness::{Setup, on_both};

/// Names stand for what `answer` says, asked for the first time, the second and so on.
fn names(answer: impl Fn(&str, usize) -> Vec<IpAddr> + Send + Sync + 'static) -> Lookup {
    let asked = AtomicUsize::new(0);
    Arc::new(move |name: String| -> Looking {
        let addresses = answer(&name, asked.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move { Ok(addresses) })
    })
}

fn with_names(answer: impl Fn(&str, usize) -> Vec<IpAddr> + Send + Sync + 'static) -> Setup {
    Setup { hooks: HookOptions { lookup: names(answer), ..hooks() }, ..setup() }
}

/// The address that a name of this test's spells: `a10-0-0-1.test`, `b` and hexadecimal for IPv6.
fn spelt(name: &str) -> Vec<IpAddr> {
    let label = name.split('.').next().unwrap();
    let text = match label.split_at(1) {
        ("a", rest) => rest.replace('-', "."),
        (_, rest) => rest.replace('-', ":"),
    };
    vec![text.parse().unwrap()]
}

const PRIVATE: [&str; 16] = [
    "a0-0-0-0",
    "a10-0-0-1",
    "a100-64-0-1",
    "a127-0-0-2",
    "a168-63-129-16",
    "a169-254-169-254",
    "a172-16-0-1",
    "a192-168-0-1",
    "a198-18-0-1",
    "a224-0-0-1",
    "a255-255-255-255",
    "b--1",
    "b--ffff-7f00-1",
    "b64-ff9b--7f00-1",
    "b2002-7f00-1--1",
    "bfd00-ec2--254",
];

on_both! {
    async fn names_that_stand_for_private_addresses_are_not_reached(
        app: &TestApp, with_names(|name, _| spelt(name))
    ) {
        for label in PRIVATE {
            let url = format!("https://{label}.test/");
            let endpoint = add(app, serde_json::json!({ "url": url })).await;
            let path = format!("{}/test", endpoint.path());
            let came = app.superadmin().post(&path, &serde_json::json!({})).await.expect(200);
            assert_eq!(came["ok"], false);
            let reason = came["response_excerpt"].as_str().unwrap();
            assert!(reason.contains("is no address of the public internet"), "{label}: {reason}");
        }
    }

    /// The name stood for an address that is allowed when it was looked up first. Each connection goes to what
    /// was looked at.
    async fn a_name_that_changes_its_mind_gains_nothing(
        app: &TestApp,
        with_names(|_, asked| vec![IpAddr::V4(Ipv4Addr::new(127, 0, 0, if asked == 0 { 1 } else { 2 }))])
    ) {
        let public = Receiver::start().await;
        let private = Receiver::at(&format!("127.0.0.2:{}", public.port())).await;
        let url = format!("http://localhost:{}/", public.port());
        let endpoint = add(app, serde_json::json!({ "url": url, "event_types": ["voucher.issued"] })).await;
        app.issue("FIRST-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(public.seen().len(), 1);
        // The connection that is kept must not be what makes this pass.
        drop(public);
        app.issue("SECOND-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(private.seen().len(), 0);
        let delivery = &endpoint.deliveries(app).await[0];
        assert_eq!(delivery["status"], "waiting");
        let reason = delivery["response_excerpt"].as_str().unwrap();
        assert!(reason.contains("127.0.0.2 is no address of the public internet"), "{reason}");
    }

    /// Of several addresses those that may not be reached are left out, the first of them too.
    async fn of_several_addresses_only_good_ones_are_asked(
        app: &TestApp,
        with_names(|_, _| [2, 1].map(|last| IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))).to_vec())
    ) {
        let good = Receiver::start().await;
        let bad = Receiver::at(&format!("127.0.0.2:{}", good.port())).await;
        let url = format!("http://localhost:{}/", good.port());
        add(app, serde_json::json!({ "url": url, "event_types": ["voucher.issued"] })).await;
        app.issue("SEVERAL-25", 25, 0).await;
        deliver(app).await;
        assert_eq!((good.seen().len(), bad.seen().len()), (1, 0));
    }

    /// A name that nobody knows is a failure like others.
    async fn a_name_that_stands_for_nothing_is_a_failure(app: &TestApp, with_names(|_, _| Vec::new())) {
        let endpoint = add(app, serde_json::json!({ "url": "https://nowhere.test/" })).await;
        app.issue("NOWHERE-25", 25, 0).await;
        deliver(app).await;
        assert_eq!(endpoint.deliveries(app).await[0]["status"], "waiting");
    }

    /// The configuration may have changed since, and a row may have come from somewhere else.
    async fn an_address_is_looked_at_each_time(app: &TestApp, setup()) {
        let receiver = Receiver::at("127.0.0.2:0").await;
        let endpoint = listen(app, &Receiver::start().await, "/", &["voucher.issued"]).await;
        for url in [receiver.url.clone(), receiver.url.replace("127.0.0.2", "[::ffff:127.0.0.2]"),
            format!("http://0x7f.2:{}", receiver.port()), format!("http://0:{}", receiver.port()),
            "file:///etc/passwd".to_owned(), "nonsense".to_owned()] {
            app.execute(&format!("UPDATE event_endpoints SET url = '{url}'")).await;
            let path = format!("{}/test", endpoint.path());
            let came = app.superadmin().post(&path, &serde_json::json!({})).await.expect(200);
            assert_eq!(came["ok"], false, "{url}");
            let reason = came["response_excerpt"].as_str().unwrap();
            assert!(reason.starts_with("the address "), "{url}: {reason}");
        }
        assert_eq!(receiver.seen().len(), 0);
    }
}
