//! Which tables are walled, as the database's own catalog says.

use std::collections::BTreeSet;

use crate::harness::{Engine, TestDatabase};

/// What is about no Organization, or only by way of something that is. Members' transactions may read the
/// first two and nothing else of these. A new table is walled by itself where it has a column `tenant_id` or
/// `customer_id`; else it belongs here, if nobody's insides are in it.
const OPEN: [&str; 46] = [
    "sovereign",
    "catalog_items",
    "app_tiers",
    "meters",
    "environment_policies",
    "branding",
    "blueprints",
    // The Sovereign's own business.
    "promo_codes",
    "campaigns",
    "bulk_operations",
    "bulk_files",
    "mailings",
    "mailing_addresses",
    "tags",
    "voucher_tags",
    "voucher_views",
    "campaign_counts",
    "rollups",
    "credit_counts",
    "voucher_counts",
    "voucher_totals",
    "voucher_openings",
    "campaign_openings",
    "card_counts",
    "settings",
    "jobs",
    "leases",
    "reconcile_runs",
    "stripe_webhook_events",
    "schema_migrations",
    "audit_seals",
    "rate_limits",
    "nats_queue",
    "event_endpoints",
    "event_deliveries",
    "event_lanes",
    // Of a person, before they are in any Organization.
    "voucher_sign_ups",
    "linked_identities",
    // Who somebody was elsewhere.
    "move_identities",
    "sign_ins",
    "sessions",
    "refresh_tokens",
    "passwords",
    "password_networks",
    "administrator_links",
    "idempotency_keys",
];

async fn migrated() -> TestDatabase {
    let database = TestDatabase::empty(Engine::Postgres).await;
    database.run(&["migrate"]).expect(0);
    database
}

async fn names(database: &TestDatabase, sql: &str) -> BTreeSet<String> {
    database.texts(sql).await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_walled_or_known_to_be_open() {
    let database = migrated().await;
    let all = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') \
               AND relnamespace = 'public'::regnamespace";
    let walled = "SELECT c.relname::text FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname \
                  WHERE c.relrowsecurity AND p.schemaname = 'public' AND p.cmd = 'ALL' \
                      AND p.permissive = 'PERMISSIVE' AND p.qual LIKE '%sovereign\\_%()%'";
    let (all, walled) = (names(&database, all).await, names(&database, walled).await);
    let open: BTreeSet<String> = OPEN.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(all.difference(&walled).cloned().collect::<BTreeSet<_>>(), open);
    // A second policy would let through what the first does not.
    let policies =
        "SELECT tablename || ' ' || policyname FROM pg_policies WHERE schemaname = 'public'";
    assert_eq!(names(&database, policies).await.len(), walled.len());
    let inside = "SELECT DISTINCT table_name::text FROM information_schema.columns \
                  WHERE table_schema = 'public' AND column_name IN ('tenant_id', 'customer_id')";
    let inside = names(&database, inside).await;
    assert!(inside.len() > 20 && inside.is_subset(&walled), "{inside:?}");
    database.remove().await;
}

/// Nothing that is open is for members, but for the catalog and the Sovereign's name and currency; and they
/// write no money.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_may_do_what_use_cases_of_members_do() {
    let database = migrated().await;
    let granted = |privilege: &str| {
        format!(
            "SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' \
                 AND c.relnamespace = 'public'::regnamespace \
                 AND has_table_privilege(sovereign_member_role(), c.oid, '{privilege}')"
        )
    };
    let readable = names(&database, &granted("SELECT")).await;
    let open: Vec<&str> = OPEN.into_iter().filter(|name| readable.contains(*name)).collect();
    let shown =
        ["sovereign", "catalog_items", "app_tiers", "meters", "environment_policies", "branding"];
    assert_eq!(open, shown);
    let unread =
        ["audit_log", "outbox", "alarms", "letters", "published_events", "organization_moves"];
    for unread in unread {
        assert!(!readable.contains(unread), "{unread}");
    }
    let inserted = [
        "app_environments",
        "audit_log",
        "environments",
        "invitations",
        "members",
        "outbox",
        "provisions",
    ];
    assert_eq!(names(&database, &granted("INSERT")).await, inserted.map(str::to_owned).into());
    let updated = [
        "app_environments",
        "environments",
        "invitations",
        "members",
        "organizations",
        "provisions",
    ];
    assert_eq!(names(&database, &granted("UPDATE")).await, updated.map(str::to_owned).into());
    let deleted = ["app_environments", "environments", "invitations", "members", "provisions"];
    assert_eq!(names(&database, &granted("DELETE")).await, deleted.map(str::to_owned).into());
    assert!(names(&database, &granted("TRUNCATE")).await.is_empty());
    database.remove().await;
}

/// What was taken down is said by `verify` and built again by `migrate`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_is_found_and_mended() {
    let database = migrated().await;
    let start = ["--fqdn", "omantel.example", "--currency", "OMR"];
    database.serve(&start).stop().expect(0);
    for (harm, said) in [
        (
            "ALTER TABLE members DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE members ENABLE ROW LEVEL SECURITY",
        ),
        ("DROP POLICY inside ON orders", "CREATE POLICY inside ON orders"),
    ] {
        database.execute(harm).await;
        let found = database.run(&["verify", "--json"]).expect(1).stdout;
        assert!(found.contains(said), "{found}");
        database.run(&["migrate"]).expect(0);
        database.run(&["verify"]).expect(0);
    }
    let right = "SELECT has_table_privilege(sovereign_member_role(), 'invoices', 'SELECT')::text";
    database
        .execute(
            "DO $$ BEGIN EXECUTE format('REVOKE SELECT ON invoices FROM %I', \
        sovereign_member_role()); END $$",
        )
        .await;
    assert_eq!(database.texts(right).await, ["false"]);
    database.run(&["migrate"]).expect(0);
    assert_eq!(database.texts(right).await, ["true"]);
    // A policy that lets everything through is no gap in the catalog, but somebody sees something.
    database.execute("INSERT INTO organizations VALUES ('o', 'o-o', 'O', '', '', 'u', 's', '[]', '{}', '[]', '', \
        '[]', 'active', now(), now())").await;
    database.execute("CREATE POLICY all_of_it ON organizations USING (TRUE)").await;
    let found = database.run(&["verify", "--json"]).expect(1).stdout;
    assert!(found.contains("nobody sees no row inside Organizations"), "{found}");
    database.remove().await;
}
