//! Marks on what is inside Organizations: every text in every table about one says where it comes from, so
//! that a look at an answer shows what got out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::world::World;
use crate::harness::{Engine, TestApp};

/// How each mark begins: nothing else does.
const MARK: &str = "zzq~";

/// Columns that the program decides by, in any table: identifiers, and words of a fixed list.
const KEPT: [&str; 20] = [
    "id",
    "tenant_id",
    "user_id",
    "owner_id",
    "plan_id",
    "status",
    "state",
    "stage",
    "kind",
    "role",
    "source",
    "currency",
    "billed_by",
    "purpose",
    "environment",
    "type",
    "action",
    "actor",
    "code",
    "promo_code",
];

/// The same of one table, each with what stands against a mark there.
const KEPT_IN: [(&str, &str); 34] = [
    // Words of a fixed list, or an identifier, under another name.
    ("environments", "name"),
    ("environments", "region"),
    ("organizations", "deletion_by"),
    ("organizations", "deletion_from"),
    ("organizations", "suspended_from"),
    ("organizations", "moving_from"),
    // Who has it now: nothing is done here any more where this is set.
    ("organizations", "moved_to"),
    // Who goes where, and what two Sovereigns have signed for each other: it is the superadmins'.
    ("organization_moves", "direction"),
    ("organization_moves", "peer_fqdn"),
    ("organization_moves", "forward_url"),
    ("organization_moves", "manifest_sha256"),
    ("organization_moves", "source_key_id"),
    ("organization_moves", "source_public_key"),
    ("organization_moves", "receipt"),
    ("organization_moves", "release"),
    ("organization_moves", "started_by"),
    ("organization_moves", "trail"),
    // Only beside a number that another Sovereign gave.
    ("invoices", "foreign_fqdn"),
    ("refunds", "foreign_fqdn"),
    // Whose payment it is: none of theirs can be refunded here.
    ("card_payments", "foreign_fqdn"),
    ("usage_events", "meter"),
    ("usage_totals", "meter"),
    ("provisions", "cause"),
    ("app_environments", "app_id"),
    ("audit_log", "subject"),
    ("audit_log", "request_id"),
    ("audit_log", "before"),
    // Secrets' digests, which no answer has anything of.
    ("invitations", "digest"),
    // Read by the program as what it wrote: prices, and the contents of events.
    ("orders", "lines"),
    ("subscriptions", "changes"),
    ("outbox", "data"),
    ("published_events", "data"),
    // What a superadmin looks at for the Sovereign: it is written for them.
    ("alarms", "subject"),
    ("alarms", "detail"),
];

/// What a mark has to look like where it is more than a text; `{}` is the mark.
const SHAPES: [(&str, &str, &str); 11] = [
    ("organizations", "apps", r#"["{}"]"#),
    ("organizations", "app_states", r#"{"{}": "{}"}"#),
    ("organizations", "addons", r#"["{}"]"#),
    ("organizations", "dedicated_services", r#"{"{}": ["{}"]}"#),
    ("approvals", "apps", r#"["{}"]"#),
    ("approvals", "tiers", r#"["{}"]"#),
    ("organizations", "custom_domains", r#"["{}"]"#),
    ("orders", "apps", r#"["{}"]"#),
    ("orders", "addons", r#"["{}"]"#),
    ("provisions", "apps", r#"["{}"]"#),
    ("provisions", "steps", r#"[{"name": "render", "status": "failed", "message": "{}"}]"#),
];

/// Lines of the log about what the Sovereign itself does to an Organization: those may say how.
const SOVEREIGNS_OWN: &str = "action NOT LIKE 'organization.%' AND action NOT LIKE 'subscription.%' \
                              AND action NOT LIKE 'order.%' AND action NOT LIKE 'refund.%' \
                              AND action NOT LIKE 'credit.%' AND action NOT LIKE 'payment.%' \
                              AND action NOT LIKE 'alarm.%'";

/// Writes marks; what was made since the last time has none yet.
pub(super) struct Marks {
    statements: String,
    /// `table.column`.
    pub(super) columns: BTreeSet<String>,
}

impl Marks {
    pub(super) async fn new(app: &TestApp) -> Self {
        let mut marks = Self { statements: String::new(), columns: BTreeSet::new() };
        // Whoever has an Organization of their own sees that one.
        let own = "SELECT id FROM organizations WHERE slug = 'elsewhere'";
        let own = app.database().texts(own).await.join("");
        let with_tenant = app.database().texts(named_with_tenant(app.engine)).await;
        for named in app.database().texts(texts_inside(app.engine)).await {
            let (table, column) = named.split_once('.').unwrap();
            if KEPT.contains(&column) || KEPT_IN.contains(&(table, column)) {
                continue;
            }
            // Some are unique.
            let random = match app.engine {
                Engine::Postgres => "md5(random()::text)",
                Engine::Sqlite => "lower(hex(randomblob(8)))",
            };
            let mark = format!("{MARK}{table}.{column}~");
            let shape = SHAPES.iter().find(|shape| (shape.0, shape.1) == (table, column));
            let value = match (shape, column, app.engine) {
                (None, "after", _) => format!("'{{\"mark\": \"{mark}\"}}'"),
                (None, ..) => format!("'{mark}' || {random}"),
                (Some((.., shape)), ..) => format!("'{}'", shape.replace("{}", &mark)),
            };
            let only = match table {
                "audit_log" => format!("tenant_id IS NOT NULL AND {SOVEREIGNS_OWN}"),
                "users" => {
                    "email IN ('owner@example.com', 'admin@example.com', 'member@example.com', \
                            'viewer@example.com', 'guest@example.com')"
                        .to_owned()
                }
                "organizations" => format!("id <> '{own}'"),
                table if with_tenant.iter().any(|named| named == table) => {
                    format!("tenant_id IS NULL OR tenant_id <> '{own}'")
                }
                _ => "TRUE".to_owned(),
            };
            // What has its mark already is left alone: hundreds of requests' rows are quickly thousands.
            let unmarked = format!("COALESCE(CAST({column} AS text), '') NOT LIKE '%{mark}%'");
            let update = writeln!(
                marks.statements,
                "UPDATE {table} SET {column} = {value} WHERE ({only}) AND {unmarked};"
            );
            update.unwrap();
            marks.columns.insert(named);
        }
        marks
    }

    pub(super) async fn write(&self, world: &World<'_>) {
        world.app.execute(&self.statements).await;
    }
}

/// The columns whose marks are in a text, whatever the case, and e-mail addresses of people inside.
pub(super) fn found_in(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let marks = text.split(MARK).skip(1).filter_map(|rest| rest.split('~').next());
    let mut found: BTreeSet<String> = marks.map(str::to_owned).collect();
    let inside = ["owner@example.com", "viewer@example.com", "guest@example.com"];
    if inside.iter().any(|address| text.contains(address)) {
        found.insert("an address".to_owned());
    }
    found
}

/// The tables whose rows name their Organization.
fn named_with_tenant(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => {
            "SELECT table_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND column_name = 'tenant_id'"
        }
        Engine::Sqlite => {
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.name = 'tenant_id'"
        }
    }
}

/// Every column of texts, JSON among them, of every table that is about an Organization; and what is shown
/// of people.
fn texts_inside(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => {
            "SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c \
             WHERE c.table_schema = 'public' AND c.data_type IN ('text', 'json', 'jsonb') \
                 AND (c.table_name = 'organizations' OR c.table_name IN (SELECT i.table_name \
                         FROM information_schema.columns i WHERE i.table_schema = 'public' \
                             AND i.column_name IN ('tenant_id', 'customer_id')) \
                     OR (c.table_name = 'users' AND c.column_name IN ('name', 'avatar_url'))) \
             ORDER BY 1"
        }
        Engine::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.type = 'TEXT' \
                 AND (m.name = 'organizations' OR EXISTS (SELECT 1 FROM pragma_table_info(m.name) i \
                         WHERE i.name IN ('tenant_id', 'customer_id')) \
                     OR (m.name = 'users' AND c.name IN ('name', 'avatar_url'))) \
             ORDER BY 1"
        }
    }
}
