//! A Sovereign that is as it must be: nothing is found, nothing stays, and what is not checked says why.

use serde_json::Value;
use sovereign::auth::Role;
use sovereign::conformance::{Outcome, Sovereign, SovereignReport, Verdict};
use sovereign::lifecycle::COMMIT;
use sovereign::limits::Limits;
use sovereign::storage::migrate;

use super::proxy::{Drift, PREVIEW, Proxy};
use super::{check, check_one, drift, options, read_only, sovereign, token, without_tokens};
use crate::harness::{Setup, on_both};

/// The names of the checks that were not made, from A to Z; each says why.
fn skipped(report: &SovereignReport) -> Vec<&str> {
    let mut names = Vec::new();
    for check in &report.checks {
        if let Outcome::Skipped { why } = &check.outcome {
            assert!(!why.is_empty(), "{check:?}");
            names.push(check.name.as_str());
        }
    }
    names.sort_unstable();
    names
}

#[track_caller]
fn assert_conforms(report: &SovereignReport, not_checked: &[&str]) {
    assert_eq!(drift(report), Vec::<&str>::new(), "{:#?}", report.drift().collect::<Vec<_>>());
    assert_eq!(report.verdict(), Verdict::Conforming, "{:?}", report.ended);
    assert_eq!(skipped(report), not_checked);
}

on_both! {
    /// At each address that it has, for both who may issue. A run leaves one revoked code behind.
    async fn a_sovereign_conforms(app: &TestApp) {
        for (path, not_checked) in [
            ("", vec!["order"]),
            ("/", vec!["order"]),
            ("/api", vec!["order", "prefix.api"]),
        ] {
            let report = check_one(app, sovereign(app, &app.url(path))).await;
            assert_conforms(&report, &not_checked);
            assert_eq!(report.identity.commit.as_deref(), Some(COMMIT));
            assert_eq!(report.identity.schema, Some(migrate::fingerprint()));
            assert_eq!(report.identity.api.as_ref().map(String::len), Some(16));
        }
        let admin = token(app, "campaigns", Role::SovereignAdmin);
        let one = Sovereign { token: Some(admin), ..sovereign(app, &app.url("")) };
        assert_conforms(&check_one(app, one).await, &[]);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 4);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
    }

    /// Where there is one of everything, everything is checked.
    async fn nothing_is_left_out(app: &TestApp) {
        app.issue("TWENTY", 20, 5).await;
        app.customer("omar").await.checkout("m", "TWENTY").await.expect(200);
        let member_token = Some(token(app, "omar", Role::Member));
        let one = Sovereign { member_token, ..sovereign(app, &app.url("")) };
        let report = check_one(app, one).await;
        assert_conforms(&report, &[]);
        let named: Vec<&str> = report.checks.iter().map(|check| check.name.as_str()).collect();
        for name in [
            "smoke.list", "smoke.issue", "smoke.preview", "smoke.revoke", "preview.no-token",
            "preview.times_redeemed", "voucher.credit_omr", "entry.amount_baisa", "order.apps",
            "problem.error", "legacy.revoke", "prefix.api", "build", "schema", "api",
        ] {
            assert!(named.contains(&name), "{name}: {named:?}");
        }
        let mut distinct = named.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), named.len(), "a name is there once");
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        assert!(named.iter().all(|name| name.chars().all(is_name)), "{named:?}");
    }

    async fn a_run_is_within_the_limits(app: &TestApp, limited()) {
        for _ in 0..3 {
            let proxy = Proxy::before(app, Drift::default()).await;
            assert_conforms(&check_one(app, sovereign(app, &proxy.url)).await, &["order"]);
            let previews = proxy.seen().iter().filter(|seen| seen.path.ends_with(PREVIEW)).count();
            assert!(previews < 15, "{previews}");
        }
    }

    /// Without a token nothing is changed, and only what needs none is checked.
    async fn without_a_token(app: &TestApp) {
        let before = app.state().await;
        let report = check(&[without_tokens(&app.url(""))], &options()).await;
        before.assert_unchanged(&app.state().await);
        let report = &report.sovereigns[0];
        assert_eq!((drift(report), report.verdict()), (Vec::new(), Verdict::Conforming));
        let not_checked = skipped(report);
        for name in ["smoke.list", "smoke.issue", "gate.list.member", "gate.issue.anonymous", "read.orders"] {
            assert!(not_checked.contains(&name), "{name}: {not_checked:?}");
        }
        for name in ["gate.list.anonymous", "preview.no-token", "preview.blank", "plan.price_omr"] {
            assert!(!not_checked.contains(&name), "{name}: {not_checked:?}");
        }
    }

    /// Only what changes nothing is sent, and nothing changes.
    async fn read_only_it_changes_nothing(app: &TestApp) {
        let proxy = Proxy::before(app, Drift::default()).await;
        let one = [sovereign(app, &proxy.url)];
        // Whoever calls for the first time is remembered.
        check(&one, &read_only()).await;
        let before = app.state().await;
        let report = check(&one, &read_only()).await;
        before.assert_unchanged(&app.state().await);
        let report = &report.sovereigns[0];
        assert_eq!((drift(report), report.verdict()), (Vec::new(), Verdict::Conforming));
        for seen in proxy.seen() {
            let is_read = seen.method == "GET"
                || seen.is_preview()
                || seen.path.starts_with("/billing/portal/");
            assert!(is_read, "{seen:?}");
        }
        let not_checked = skipped(report);
        for name in ["smoke.issue", "smoke.revoke", "legacy.issue", "gate.issue.member", "webhook.unsigned"] {
            assert!(not_checked.contains(&name), "{name}: {not_checked:?}");
        }
        for name in ["smoke.list", "legacy.list", "gate.orders.member", "read.orders", "balance.entries"] {
            assert!(!not_checked.contains(&name), "{name}: {not_checked:?}");
        }
    }

    /// As programs read it.
    async fn the_report_in_json(app: &TestApp) {
        let urls = [app.url(""), app.url("/api")];
        let report = check(&urls.each_ref().map(|url| sovereign(app, url)), &options()).await;
        let json = report.as_json();
        assert_eq!(json["conforming"], true);
        let targets = json["targets"].as_array().unwrap();
        assert_eq!(targets.iter().map(|one| &one["url"]).collect::<Vec<_>>(), urls.each_ref());
        for one in targets {
            assert_eq!((&one["reachable"], &one["commit"]), (&Value::Bool(true), &Value::from(COMMIT)));
            for check in one["checks"].as_array().unwrap() {
                assert!(check["name"].is_string());
                match check["status"].as_str().unwrap() {
                    "passed" => assert!(check["request"].is_string(), "{check}"),
                    "skipped" => assert!(check["reason"].is_string(), "{check}"),
                    other => panic!("{other}: {check}"),
                }
            }
        }
    }
}

fn limited() -> Setup {
    Setup { limits: Limits::on(Vec::new()), ..Setup::default() }
}
