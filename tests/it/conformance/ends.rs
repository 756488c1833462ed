//! Runs that end early: nobody answers, an answer is lost, somebody stops it. Nothing stays live.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use sovereign::conformance::{self, Ended, Options, Outcome, Stop, Verdict};
use tokio::net::TcpSocket;

use super::proxy::{Drift, ISSUE, Proxy};
use super::{assert_nothing_is_live, check, check_one, drift, options, sovereign, without_tokens};
use crate::harness::on_both;

/// A port that nobody listens on, and nobody else is given while the socket is there.
pub(super) fn closed() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

on_both! {
    async fn one_that_nobody_answers_at(app: &TestApp) {
        let (_taken, url) = closed();
        let all = [without_tokens(&url), sovereign(app, &app.url(""))];
        let report = check(&all, &options()).await;
        let [gone, there] = &report.sovereigns[..] else { panic!("two were checked") };
        assert_eq!((gone.verdict(), there.verdict()), (Verdict::Unreachable, Verdict::Conforming));
        assert!(gone.error().unwrap().contains("GET /version"), "{gone:?}");
        assert_eq!(gone.checks, []);
        assert_eq!(report.verdict(), Verdict::Unreachable);
        let json = report.as_json();
        assert_eq!(json["conforming"], false);
        assert_eq!(json["targets"][0]["reachable"], false);
        assert!(json["targets"][0]["error"].is_string());
    }

    /// What stands in front of it has nothing behind it: that is no drift.
    async fn one_that_is_down_behind_its_gateway(app: &TestApp) {
        for status in [502, 503, 504] {
            let proxy = Proxy::before(app, Drift::answers(move |_, answer| answer.refuse(status))).await;
            let report = check_one(app, sovereign(app, &proxy.url)).await;
            assert_eq!(report.verdict(), Verdict::Unreachable, "{report:?}");
            assert_eq!(proxy.seen().len(), 1);
        }
    }

    /// An answer is lost in the middle of the smoke test, that of the issue included: nobody saw whether it was done.
    async fn an_answer_that_is_lost(app: &TestApp) {
        for path in [ISSUE, "/billing/vouchers/redeem-preview"] {
            let lost = Drift::answers(move |seen, answer| {
                answer.is_cut = seen.is("POST", path);
            });
            let proxy = Proxy::before(app, lost).await;
            let report = check_one(app, sovereign(app, &proxy.url)).await;
            let Some(Ended::Unreachable(error)) = &report.ended else { panic!("{report:?}") };
            assert!(error.contains(path), "{error}");
            let cleanup = report.checks.iter().find(|check| check.name == "cleanup").unwrap();
            assert_eq!(cleanup.outcome, Outcome::Passed);
            let last = proxy.seen().pop().unwrap();
            assert!(last.is_revoke(), "{last:?}");
        }
    }

    /// What cannot be revoked is named, for somebody to do it by hand.
    async fn what_may_be_live_is_named(app: &TestApp) {
        let lost = Drift::answers(|seen, answer| {
            answer.is_cut = seen.is_preview() || seen.is_revoke();
        });
        let proxy = Proxy::before(app, lost).await;
        let report = check_one(app, sovereign(app, &proxy.url)).await;
        assert_eq!(drift(&report), ["cleanup"]);
        assert_eq!(report.verdict(), Verdict::Unreachable);
        let Outcome::Drift { got, .. } = &report.drift().next().unwrap().outcome else {
            panic!("{report:?}")
        };
        assert!(got.contains("SMOKE-TEST-") && got.contains("by hand"), "{got}");
    }

    /// It is heard between two requests; those that wait for their turn are not begun.
    async fn somebody_stops_it(app: &TestApp) {
        let (asking, stop) = Stop::channel();
        let proxy = Proxy::before(app, Drift::answers(move |seen, _| {
            if seen.is_preview() {
                asking.send_replace(true);
            }
        })).await;
        let all = [&proxy.url, &app.url("")].map(|url| sovereign(app, url));
        let options = Options { parallel: NonZeroUsize::MIN, ..options() };
        let report = conformance::run(&all, &options, &stop, |_| {}).await.unwrap();
        assert_nothing_is_live(app).await;
        assert_eq!(report.verdict(), Verdict::Stopped);
        assert_eq!(report.count(Verdict::Stopped), 2);
        let sent: Vec<String> = proxy.seen().iter().map(|seen| seen.method.to_string()).collect();
        // Version, its description where it is not in the version, list, issue, preview, and the revocation.
        assert!((5..=6).contains(&sent.len()) && sent.ends_with(&["DELETE".to_owned()]), "{sent:?}");
        assert_eq!(report.sovereigns[1].checks, []);
    }

    /// Whoever comes too often waits as long as they are told, and goes on.
    async fn a_wait_that_is_short_is_waited(app: &TestApp) {
        let asked = AtomicUsize::new(0);
        let proxy = Proxy::before(app, Drift::answers(move |seen, answer| {
            if seen.is_preview() && asked.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                answer.refuse(429);
                answer.headers.push(("Retry-After", "0"));
            }
        })).await;
        let report = check_one(app, sovereign(app, &proxy.url)).await;
        assert_eq!((drift(&report), report.verdict()), (Vec::new(), Verdict::Conforming));
    }

    /// A smoke test that could not be made was not passed.
    async fn a_smoke_test_that_is_limited(app: &TestApp) {
        let proxy = Proxy::before(app, Drift::answers(|seen, answer| {
            if seen.is("POST", ISSUE) && answer.status == 200 {
                answer.refuse(429);
                answer.headers.push(("Retry-After", "3600"));
            }
        })).await;
        let report = check_one(app, sovereign(app, &proxy.url)).await;
        assert_eq!(drift(&report), ["smoke.issue"]);
    }
}
