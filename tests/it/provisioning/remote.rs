//! Repositories on other machines.

use std::path::Path;

use sovereign::provision::{ProvisioningOptions, Token};

use super::{git, newest, ordered, provision};
use crate::harness::{Engine, GitServer, Setup, TestApp};

const TOKEN: &str = "a-token-that-nobody-guesses";

async fn with(engine: Engine, provisioning: ProvisioningOptions) -> TestApp {
    TestApp::start_with(engine, Setup { provisioning, ..Setup::default() }).await
}

fn subjects(repository: &Path) -> String {
    git(repository, &["log", "--format=%s", "main"])
}

/// Two Organizations provisioned one after the other, the second on top of the first.
async fn takes_two(engine: Engine, server: &GitServer) {
    let app = with(engine, server.options()).await;
    for slug in ["kestrel", "heron"] {
        let customer = ordered(&app, slug, &["wordpress"]).await;
        provision(&app).await;
        let done = newest(&customer).await;
        assert_eq!(done["status"], "completed", "{done}");
    }
    assert_eq!(subjects(&server.repository()), "heron: order.placed\nkestrel: order.placed");
    let listed = git(&server.repository(), &["ls-tree", "--name-only", "main", "organizations/"]);
    assert_eq!(listed.lines().count(), 4, "{listed}");
    app.finish().await;
}

/// The reason why nothing can be provisioned.
async fn refused(engine: Engine, options: ProvisioningOptions) -> String {
    let app = with(engine, options).await;
    let customer = ordered(&app, "kestrel", &[]).await;
    provision(&app).await;
    let failed = newest(&customer).await;
    assert_eq!((&failed["status"], failed["failures"].as_i64()), (&"provisioning".into(), Some(1)));
    let stored = app.texts("SELECT CAST(steps AS text) FROM provisions").await.concat();
    assert!(!stored.contains(TOKEN), "{stored}");
    app.finish().await;
    failed["error"].as_str().unwrap().to_owned()
}

async fn https(engine: Engine) {
    let server = GitServer::over_https(TOKEN).await;
    takes_two(engine, &server).await;
    assert!(server.let_in().into_iter().all(|let_in| let_in), "the token comes with every request");

    let options = server.options();
    let wrong = ProvisioningOptions { token: Some(Token::new("another")), ..options.clone() };
    let reason = refused(engine, wrong).await;
    assert_eq!(reason, "git ls-remote: the repository does not take provisioning.token: renew it");
    let none = ProvisioningOptions { token: None, ..options.clone() };
    let reason = refused(engine, none).await;
    assert_eq!(reason, "git ls-remote: the repository wants a password: set provisioning.token");
    assert!(!server.let_in().contains(&true));
    let unknown = ProvisioningOptions { ca_file: None, ..options };
    let reason = refused(engine, unknown).await;
    assert!(reason.contains("certificate"), "{reason}");
    assert!(server.let_in().is_empty(), "a server that is not known is told nothing");
}

async fn ssh(engine: Engine) {
    let server = tokio::task::spawn_blocking(GitServer::over_ssh).await.unwrap();
    takes_two(engine, &server).await;

    let options = server.options();
    let directory = server.repository();
    let beside = |name: &str| Some(directory.with_file_name(name).display().to_string());
    // The host's own key is nobody's.
    let wrong = ProvisioningOptions { ssh_key_file: beside("host"), ..options.clone() };
    let reason = refused(engine, wrong).await;
    assert!(reason.contains("Permission denied (publickey"), "{reason}");
    let unknown = ProvisioningOptions { ssh_known_hosts_file: beside("nobody"), ..options };
    let reason = refused(engine, unknown).await;
    assert!(reason.contains("Host key verification failed"), "{reason}");
    assert_eq!(subjects(&directory).lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_with_a_token_on_sqlite() {
    Box::pin(https(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_with_a_token_on_postgres() {
    Box::pin(https(Engine::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_ssh_with_a_key_on_sqlite() {
    Box::pin(ssh(Engine::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_ssh_with_a_key_on_postgres() {
    Box::pin(ssh(Engine::Postgres)).await;
}
