//! Many Sovereigns from a file, some of them at once.

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use sovereign::auth::Role;
use sovereign::conformance::{self, Options, Stop, Verdict, fleet};
use tokio::sync::Barrier;

use super::proxy::{Drift, Gate, Proxy};
use super::read_only;
use crate::harness::on_both;

const AT_ONCE: usize = 5;
const SOVEREIGNS: usize = 50;

on_both! {
    /// Five are checked at once: none goes on before five are there, and there are never more. The report has them in
    /// the order of the file.
    async fn fifty_of_them_five_at_once(app: &TestApp) {
        let gate = Gate::Together(Barrier::new(AT_ONCE));
        let proxy = Proxy::with_gate(app, Drift::default(), gate).await;
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        write("admin.token", &app.token("operator", Role::SovereignAdmin));
        let urls: Vec<String> = (0..SOVEREIGNS).map(|n| format!("{}/s/{n}", proxy.url)).collect();
        let mut text = String::new();
        for url in &urls {
            writeln!(text, "[[sovereign]]\nurl = '{url}'\ntoken_file = 'admin.token'").unwrap();
        }
        let sovereigns = fleet::read(&write("fleet.toml", &text)).unwrap();

        let mut told = Vec::new();
        let parallel = NonZeroUsize::new(AT_ONCE).unwrap();
        let options = Options { parallel, ..read_only() };
        let stop = Stop::never();
        let report = conformance::run(&sovereigns, &options, &stop, |one| told.push(one.url.clone()));
        let report = report.await.unwrap();
        assert_eq!(report.count(Verdict::Conforming), SOVEREIGNS, "{:?}", report.verdict());
        let reported: Vec<&String> = report.sovereigns.iter().map(|one| &one.url).collect();
        assert_eq!(reported, urls.iter().collect::<Vec<_>>());
        let mut urls = urls.clone();
        told.sort_unstable();
        urls.sort_unstable();
        assert_eq!(told, urls);
        assert_eq!(proxy.most_at_once(), AT_ONCE);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error = fleet::read(&directory.path().join("fleet.toml")).unwrap_err();
    assert!(error.contains("fleet.toml"), "{error}");
}
