//! What the policies show and refuse, past the program.

use super::Two;

/// Each walled table that members read, with how its rows are told apart: a condition that names the
/// Organization.
const OF: [(&str, &str); 18] = [
    ("organizations", "id = {o}"),
    ("members", "tenant_id = {o}"),
    ("invitations", "tenant_id = {o}"),
    ("customers", "tenant_id = {o}"),
    ("wallets", "tenant_id = {o}"),
    ("credit_lots", "customer_id IN (SELECT id FROM customers WHERE tenant_id = {o})"),
    ("credit_holds", "customer_id IN (SELECT id FROM customers WHERE tenant_id = {o})"),
    ("credit_ledger", "customer_id IN (SELECT id FROM customers WHERE tenant_id = {o})"),
    ("promo_redemptions", "tenant_id = {o}"),
    ("orders", "tenant_id = {o}"),
    ("subscriptions", "tenant_id = {o}"),
    ("invoices", "tenant_id = {o}"),
    ("refunds", "tenant_id = {o}"),
    ("card_payments", "tenant_id = {o}"),
    ("disputes", "tenant_id = {o}"),
    ("environments", "tenant_id = {o}"),
    ("app_environments", "tenant_id = {o}"),
    ("provisions", "tenant_id = {o}"),
];

/// Members' transactions write these.
const WRITTEN: [&str; 5] =
    ["members", "invitations", "environments", "app_environments", "provisions"];

fn of(condition: &str, organization: &str) -> String {
    condition.replace("{o}", &format!("'{organization}'"))
}

/// Which rows there are, as text.
fn rows(table: &str) -> String {
    format!("SELECT t::text FROM {table} t ORDER BY 1")
}

#[track_caller]
fn assert_refused(result: Result<Vec<String>, sqlx::Error>, words: &str) {
    let error = result.expect_err(words).to_string();
    assert!(error.contains(words), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_sees_the_rows_of_their_organizations_only() {
    let two = Two::start().await;
    let (database, mine) = (two.app.database(), &two.one.tenant_id);
    let user = two.app.user_id("ahmed").await;
    for (table, condition) in OF {
        let all = database.texts(&rows(table)).await;
        let own = format!("SELECT t::text FROM {table} t WHERE {} ORDER BY 1", of(condition, mine));
        let own = database.texts(&own).await;
        assert!(!own.is_empty() && own.len() < all.len(), "{table} has rows of both: {all:#?}");
        assert_eq!(two.as_user(&user, &rows(table)).await.unwrap(), own, "{table}");
        // Also where somebody asks for the others by name.
        let theirs = of(condition, &two.other.tenant_id);
        let theirs = format!("SELECT t::text FROM {table} t WHERE {theirs}");
        assert!(two.as_user(&user, &theirs).await.unwrap().is_empty(), "{table}");
    }
    two.finish().await;
}

/// A person in two Organizations sees both; one in none, and nobody, see nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_seen_follows_the_memberships() {
    let two = Two::start().await;
    let count = "SELECT count(*)::text FROM orders";
    two.app.member("stranger").get("/tenant/orgs").await.expect(200);
    let stranger = two.app.user_id("stranger").await;
    let helper = two.app.user_id("sara").await;
    let hostile = "x'; SELECT set_config('role', 'none', true); --";
    for nobody in [stranger.as_str(), "", "unknown", hostile, "%"] {
        for (table, _) in OF {
            let seen = two.as_user(nobody, &format!("SELECT count(*)::text FROM {table}")).await;
            assert_eq!(seen.unwrap(), ["0"], "{table}, {nobody}");
        }
    }
    assert_eq!(two.as_user(&helper, count).await.unwrap(), ["1"], "a viewer");
    two.app
        .execute(&format!(
            "INSERT INTO members SELECT gen_random_uuid(), '{}', '{helper}', 'sara@example.com', \
                 'viewer', now()",
            two.other.tenant_id
        ))
        .await;
    assert_eq!(two.as_user(&helper, count).await.unwrap(), ["2"]);
    two.app.execute(&format!("DELETE FROM members WHERE user_id = '{helper}'")).await;
    assert_eq!(two.as_user(&helper, count).await.unwrap(), ["0"]);
    two.finish().await;
}

/// Of people, only those in the same Organizations, and themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_see_whom_they_work_with() {
    let two = Two::start().await;
    // Nothing that members' requests do needs it by now; the policy is there for what will.
    two.app.execute("DO $$ BEGIN EXECUTE format('GRANT SELECT ON users TO %I', sovereign_member_role()); END $$").await;
    let user = two.app.user_id("ahmed").await;
    let seen = two.as_user(&user, "SELECT email FROM users ORDER BY 1").await.unwrap();
    assert_eq!(seen, ["ahmed@example.com", "sara@example.com"]);
    let seen = two.as_user("", "SELECT email FROM users").await.unwrap();
    assert!(seen.is_empty(), "{seen:?}");
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_into_an_organization_of_others() {
    let two = Two::start().await;
    let before = two.app.database().texts(&rows("members")).await;
    let user = two.app.user_id("ahmed").await;
    let (mine, theirs) = (&two.one.tenant_id, &two.other.tenant_id);
    for table in WRITTEN {
        let delete = format!("DELETE FROM {table} WHERE tenant_id = '{theirs}' RETURNING 'gone'");
        assert!(two.as_user(&user, &delete).await.unwrap().is_empty(), "{table}");
        let update = format!(
            "UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = '{theirs}' RETURNING 'changed'"
        );
        assert!(two.as_user(&user, &update).await.unwrap().is_empty(), "{table}");
        // Nor is anything given away, or pushed upon them.
        let given = format!(
            "UPDATE {table} SET tenant_id = '{theirs}' WHERE tenant_id = '{mine}' RETURNING ''"
        );
        assert_refused(two.as_user(&user, &given).await, "row-level security");
    }
    for insert in [
        "members VALUES (gen_random_uuid(), '{o}', '{u}', 'ahmed@example.com', 'admin', now())",
        "invitations (id, tenant_id, email, role, digest, invited_by, created_at, expires_at) \
             VALUES (gen_random_uuid(), '{o}', 'a@example.com', 'admin', 'd', '{u}', now(), now())",
        "environments VALUES ('{o}', 'uat', 'running', NULL, now())",
        "app_environments VALUES ('{o}', 'x', 'prod')",
        "audit_log (id, at, actor, action, subject, tenant_id, request_id) \
             VALUES (gen_random_uuid(), now(), '{u}', 'a', 's', '{o}', 'r')",
        "outbox (id, type, tenant_id, data, created_at) VALUES (gen_random_uuid(), 'x', '{o}', '{}', now())",
    ] {
        let into = |organization: &str| {
            format!("INSERT INTO {insert}").replace("{o}", organization).replace("{u}", &user)
        };
        assert_refused(two.as_user(&user, &into(theirs)).await, "row-level security");
    }
    let own =
        "INSERT INTO environments VALUES ('{o}', 'uat', 'running', NULL, now()) RETURNING name";
    let own = two.as_user(&user, &own.replace("{o}", mine)).await.unwrap();
    assert_eq!(own, ["uat"], "one's own is open");
    assert_eq!(two.app.database().texts(&rows("members")).await, before);
    two.finish().await;
}

/// Money is the engine's, in one's own Organization too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_money() {
    let two = Two::start().await;
    let user = two.app.user_id("ahmed").await;
    for statement in [
        "UPDATE wallets SET balance_minor = balance_minor + 1 RETURNING ''",
        "UPDATE credit_lots SET remaining_minor = amount_minor RETURNING ''",
        "DELETE FROM credit_ledger RETURNING ''",
        "UPDATE orders SET status = 'completed' RETURNING ''",
        "UPDATE invoices SET status = 'paid' RETURNING ''",
        "UPDATE subscriptions SET status = 'active' RETURNING ''",
        "DELETE FROM refunds RETURNING ''",
        "UPDATE promo_codes SET max_redemptions = 0 RETURNING ''",
        "SELECT hash FROM passwords",
        "SELECT code FROM promo_codes",
        "SELECT id::text FROM sessions",
        "SELECT stripe_secret_key_sealed FROM settings",
        "SELECT actor FROM audit_log",
        "SELECT detail FROM alarms",
    ] {
        assert_refused(two.as_user(&user, statement).await, "permission denied");
    }
    two.finish().await;
}
