//! The source's side of a move: an Organization is frozen and exported, and then let go, or kept after all.

mod exported;
mod frozen;
mod released;

use serde_json::Value;

use crate::harness::{Engine, TestApp, TestDatabase};

/// Where it goes.
const TARGET: &str = "b.example";

/// A Sovereign with one customer, who has ten units of credit and a further one who has twenty-five.
async fn sovereign(engine: Engine) -> TestDatabase {
    let app = TestApp::start(engine).await;
    app.issue("TEN", 10, 0).await;
    app.issue("FIFTEEN", 15, 0).await;
    app.customer("kestrel").await.redeem("TEN").await.expect(200);
    let falcon = app.customer("falcon").await;
    falcon.redeem("TEN").await.expect(200);
    falcon.redeem("FIFTEEN").await.expect(200);
    app.leave().await
}

/// What a command answers in JSON.
fn answer(database: &TestDatabase, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--json"]].concat();
    serde_json::from_str(&database.run(&arguments).expect(0).stdout).unwrap()
}

fn export(database: &TestDatabase, file: &str) -> Value {
    answer(database, &["org", "export", "kestrel", "--to", TARGET, "--out", file])
}

async fn status(database: &TestDatabase) -> String {
    let sql = "SELECT status FROM organizations WHERE slug = 'kestrel'";
    database.texts(sql).await.join(" ")
}

async fn credit(database: &TestDatabase) -> String {
    let sql = "SELECT CAST(w.balance_minor AS text) FROM wallets w \
               JOIN organizations o ON o.id = w.tenant_id WHERE o.slug = 'kestrel'";
    database.texts(sql).await.join(" ")
}
