//! `sovereign conformance`: a Sovereign conforms, and whatever has drifted is found and named.

mod command;
mod conforming;
mod drift_of_answers;
mod drift_of_gates;
mod drift_of_reads;
mod drift_of_vouchers;
mod ends;
mod fleet;
mod junit;
mod other_build;
mod proxy;

use std::time::Duration;

use serde_json::Value;
use sovereign::auth::Role;
use sovereign::conformance::{
    self, Address, Options, Report, Sovereign, SovereignReport, Stop, Token,
};

use self::proxy::{Answer, Drift, Proxy, Seen};
use crate::harness::TestApp;

/// Nobody waits for a `Retry-After` of a minute.
fn options() -> Options {
    Options { longest_wait: Duration::ZERO, ..Options::default() }
}

fn read_only() -> Options {
    Options { read_only: true, ..options() }
}

fn token(app: &TestApp, name: &str, role: Role) -> Token {
    Token::parse(&app.token(name, role)).unwrap()
}

/// With the tokens of a superadmin and of a member.
fn sovereign(app: &TestApp, url: &str) -> Sovereign {
    Sovereign {
        address: Address::parse(url).unwrap(),
        fqdn: None,
        token: Some(token(app, "operator", Role::Superadmin)),
        member_token: Some(token(app, "visitor", Role::Member)),
    }
}

fn without_tokens(url: &str) -> Sovereign {
    let address = Address::parse(url).unwrap();
    Sovereign { address, fqdn: None, token: None, member_token: None }
}

async fn check(sovereigns: &[Sovereign], options: &Options) -> Report {
    conformance::run(sovereigns, options, &Stop::never(), |_| {}).await.unwrap()
}

/// Checks one; what was issued must be revoked.
async fn check_one(app: &TestApp, sovereign: Sovereign) -> SovereignReport {
    let report = check(&[sovereign], &options()).await;
    assert_nothing_is_live(app).await;
    report.sovereigns.into_iter().next().unwrap()
}

/// The names of the checks that drifted, from A to Z.
fn drift(report: &SovereignReport) -> Vec<&str> {
    let mut names: Vec<&str> = report.drift().map(|check| check.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn live_codes(list: &Value) -> Vec<&str> {
    let codes = list.as_array().unwrap().iter().map(|voucher| voucher["code"].as_str().unwrap());
    codes.filter(|code| code.to_uppercase().starts_with("SMOKE-TEST")).collect()
}

async fn assert_nothing_is_live(app: &TestApp) {
    let list = app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
    assert_eq!(live_codes(&list), Vec::<&str>::new());
}

/// A way in which a Sovereign has drifted, and the checks that must say so.
struct Case {
    what: &'static str,
    found: &'static [&'static str],
    drift: Drift,
}

impl Case {
    fn new(
        what: &'static str,
        found: &'static [&'static str],
        answers: impl Fn(&Seen, &mut Answer) + Send + Sync + 'static,
    ) -> Self {
        Self { what, found, drift: Drift::answers(answers) }
    }
}

/// Each is found, under exactly these names, with the request, what was expected and what came; and nothing of the run
/// is live.
async fn assert_found(app: &TestApp, cases: impl IntoIterator<Item = Case>) {
    for Case { what, found, drift: changes } in cases {
        let proxy = Proxy::before(app, changes).await;
        let report = check_one(app, sovereign(app, &proxy.url)).await;
        let details: Vec<_> = report.drift().collect();
        assert_eq!(drift(&report), found, "{what}: {details:#?}");
        assert_eq!(report.ended, None, "{what}");
        for check in report.drift() {
            let conformance::Outcome::Drift { expected, got } = &check.outcome else { continue };
            let request = check.request.as_deref().unwrap_or_default();
            let (method, path) = request.split_once(' ').unwrap_or_else(|| panic!("{check:?}"));
            assert!(["GET", "POST", "DELETE"].contains(&method), "{check:?}");
            assert!(path.starts_with('/') && !expected.is_empty() && !got.is_empty(), "{check:?}");
        }
    }
}
