//! The administrators' desk beside a million vouchers and a million lines of the ledger: how long the list takes,
//! whatever is looked for, and reports; and along which indexes.

use sovereign::auth::Role;
use sovereign::clock::{Clock as _, SystemClock};
use sovereign::storage::{Engine, Store};
use tokio::runtime::Runtime;

use crate::desk_rows::{COOKIE, HOT};
use crate::server::Sovereign;
use crate::{Scale, desk_rows, ledger, load, people, plans, say};

const VOUCHERS: usize = 1_000_000;
const REQUESTS: usize = 40;

/// What is asked for, of codes such as `C-0123456-LAST`, of which one in seven is paused and one in eleven revoked. The
/// newer half is in a campaign that has not begun; of the older one in a thousand is in one that is over. One in ten was
/// issued by one operation.
const QUESTIONS: [(&str, &str); 34] = [
    ("the newest", ""),
    ("paused", "&status=paused"),
    ("revoked", "&status=revoked"),
    ("exhausted: none", "&status=exhausted"),
    ("live, behind those not begun", "&status=live"),
    ("not begun", "&status=scheduled"),
    ("over", "&status=ended"),
    ("of a campaign", "&campaign=Over"),
    ("of a campaign, paused", "&campaign=Later&status=paused"),
    ("of a campaign, exhausted: none", "&campaign=Later&status=exhausted"),
    ("issued together", "&bulk=00000000-0000-7000-8000-000000000003"),
    ("issued together, over: none", "&bulk=00000000-0000-7000-8000-000000000003&status=ended"),
    ("a part that all have", "&q=c-"),
    ("a part that ten have", "&q=-01234"),
    ("a part that one has", "&q=0123456-l"),
    ("a part that none has", "&q=nonesuch"),
    ("a part that no paused one has", "&q=nonesuch&status=paused"),
    ("the most spent", "&sort=spent"),
    ("the last redeemed", "&sort=last_redeemed"),
    ("by code, paused", "&sort=code&status=paused"),
    ("the most spent, over", "&sort=spent&status=ended"),
    ("of a tag that one in ten has", "&tag=many"),
    ("of that tag, exhausted: none", "&tag=many&status=exhausted"),
    ("of a tag that few have", "&tag=few"),
    ("of a tag that few have, by code", "&tag=few&sort=code"),
    ("of that tag, the most spent", "&tag=many&sort=spent"),
    ("the oldest", "&sort=oldest"),
    ("by value, the highest first", "&sort=credit"),
    ("by value, the lowest, paused", "&sort=credit_asc&status=paused"),
    ("by value, of a tag", "&tag=many&sort=credit"),
    ("the most often redeemed", "&sort=used"),
    ("the least often redeemed", "&sort=used_asc"),
    ("all, revoked too", "&status=all"),
    ("a part that none has, revoked too", "&q=nonesuch&status=all"),
];

/// Reports, what became of one voucher, and the other lists.
const REPORTS: [(&str, &str); 23] = [
    ("redemptions of 30 days", "/billing/reports/redemptions"),
    ("redemptions of a year", "/billing/reports/redemptions?days=366"),
    ("credit of 30 days", "/billing/reports/credit"),
    ("credit of a year", "/billing/reports/credit?days=366"),
    ("new Organizations of a year", "/billing/reports/organizations?days=366"),
    ("revenue of a year", "/billing/admin/reports/revenue?days=366"),
    ("a voucher", "/billing/vouchers/code/C-0000002-LAST"),
    ("how many have a tag", "/billing/vouchers/count?tag=many"),
    ("a campaign's funnel", "/billing/campaigns/00000000-0000-7000-8000-000000000001/funnel"),
    ("a voucher's credit by day", "/billing/vouchers/code/C-0000002-LAST/credit"),
    ("credit of a day of then", "/billing/reports/credit?from={day}&to={day}"),
    ("how many there are", "/billing/vouchers/count"),
    ("how many, revoked too", "/billing/vouchers/count?status=all"),
    ("campaigns", "/billing/campaigns?limit=50"),
    ("campaigns by a part of the name", "/billing/campaigns?limit=50&q=late"),
    (
        "a campaign's days of a year",
        "/billing/campaigns/00000000-0000-7000-8000-000000000001/days?days=366",
    ),
    ("Organizations by a part of the name", "/billing/admin/organizations?limit=50&q=shop+99"),
    ("Organizations: none", "/billing/admin/organizations?limit=50&q=nonesuch"),
    ("orders", "/billing/admin/orders?limit=50"),
    ("orders with a voucher: none", "/billing/admin/orders?limit=50&promo_code=NONESUCH"),
    ("the audit log, of what none did", "/auth/admin/audit?limit=50&action=nonesuch"),
    ("the timeline of the hottest", "/billing/vouchers/code/{hot}/timeline"),
    ("who redeemed the hottest", "/billing/vouchers/code/{hot}/redemptions"),
];

/// Pages, as a browser gets them.
const PAGES: [(&str, &str); 4] = [
    ("the page of the list", "/admin/vouchers"),
    ("the same by value", "/admin/vouchers?sort=credit"),
    ("the page of the hottest", "/admin/vouchers/{hot}"),
    ("the page that changes all", "/admin/vouchers/edit"),
];

/// What has a million rows.
const LARGE: [&str; 11] = [
    "promo_codes",
    "credit_ledger",
    "credit_lots",
    "voucher_totals",
    "voucher_counts",
    "card_payments",
    "voucher_tags",
    "voucher_customers",
    "promo_redemptions",
    "orders",
    "audit_log",
];

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    let count = VOUCHERS / scale.divisor;
    say(&format!(
        "desk: {count} vouchers and as many lines of the ledger; {REQUESTS} requests each, one after the other"
    ));
    let postgres = runtime.block_on(Sovereign::on_postgres("bench_desk", &[]));
    for (name, sovereign) in [("PostgreSQL", postgres), ("SQLite", Sovereign::on_sqlite(&[]))] {
        let store = runtime.block_on(sovereign.store());
        runtime.block_on(async {
            fill(&store, count).await;
            tag(&store).await;
            ledger::fill(&store, count).await;
            desk_rows::fill(&store, count).await;
        });
        ledger::roll_up(name, &sovereign, count);
        ledger::run_job(&sovereign, "seal-audit");
        let vouchers = i64::try_from(count / 2).unwrap();
        assert_eq!(runtime.block_on(ledger::added_up(&store)), vouchers, "all is added up");
        // Of whoever redeemed, one in two with a voucher of one campaign.
        let id = campaign(store.engine(), 1);
        let odd = format!(
            "UPDATE voucher_customers SET campaign_id = {id} WHERE code LIKE '%4-LAST' OR code LIKE '%8-LAST'"
        );
        runtime.block_on(people::execute(&store, &odd));
        runtime.block_on(people::execute(&store, "ANALYZE"));
        let requests = ask(name, &sovereign);
        say(&format!("  {name}: how tables of a million rows are read"));
        for step in plans::of(runtime, (&sovereign, &store), &requests, &LARGE) {
            say(&format!("    {step}"));
        }
    }
    say("  (at most 300 ms)\n");
}

/// The identifier of a campaign, or of the operation.
fn campaign(engine: Engine, number: u8) -> String {
    match engine {
        Engine::Postgres => format!("'00000000-0000-7000-8000-00000000000{number}'::uuid"),
        Engine::Sqlite => format!("X'0000000000007000800000000000000{number}'"),
    }
}

/// One in ten has a tag, and one in ten thousand another.
async fn tag(store: &Store) {
    for statement in [
        "INSERT INTO tags (tag, created_at) SELECT v.tag, p.created_at FROM promo_codes p \
         CROSS JOIN (SELECT 'many' AS tag UNION ALL SELECT 'few') AS v WHERE p.code = 'C-0000001-LAST'",
        "INSERT INTO voucher_tags (code, tag, created_at) SELECT code, 'many', created_at FROM promo_codes \
         WHERE code LIKE '%3-LAST'",
        "INSERT INTO voucher_tags (code, tag, created_at) SELECT code, 'few', created_at FROM promo_codes \
         WHERE code LIKE '%0007-LAST'",
    ] {
        people::execute(store, statement).await;
    }
}

async fn fill(store: &Store, count: usize) {
    let (code, at, quiet) = match store.engine() {
        Engine::Postgres => (
            "'C-' || lpad(n::text, 7, '0') || '-LAST'",
            "to_timestamp(1700000000 + n / 3)",
            "VACUUM ANALYZE promo_codes",
        ),
        Engine::Sqlite => {
            ("printf('C-%07d-LAST', n)", "(1700000000 + n / 3) * 1000000", "ANALYZE promo_codes")
        }
    };
    let (far, long_ago) = match store.engine() {
        Engine::Postgres => ("to_timestamp(4000000000)", "to_timestamp(1700000000)"),
        Engine::Sqlite => ("4000000000000000", "1700000000000000"),
    };
    let [later, over, together] = [1, 2, 3].map(|number| campaign(store.engine(), number));
    for (id, name, starts, ends) in
        [(&later, "Later", far, "NULL"), (&over, "Over", "NULL", long_ago)]
    {
        let key = name.to_lowercase();
        people::execute(
            store,
            &format!(
                "INSERT INTO campaigns (id, name, name_key, active, budget_minor, starts_at, ends_at, per_customer, \
                     granted_minor, redemptions, created_at, updated_at) \
                 VALUES ({id}, '{name}', '{key}', TRUE, 0, {starts}, {ends}, 0, 0, 0, {long_ago}, {long_ago})"
            ),
        )
        .await;
    }
    let half = count / 2;
    people::execute(
        store,
        &format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions, \
                 times_redeemed, adopted_redemptions, created_at, updated_at, deleted_at, campaign_id, bulk_id) \
             SELECT {code}, 1 + n % 50, (1 + n % 50) * 1000, '', n % 7 <> 0, 1, 0, 0, {at}, {at}, CASE WHEN n % 11 = 0 THEN {at} END, \
                 CASE WHEN n > {half} THEN {later} WHEN n % 1000 = 0 THEN {over} END, \
                 CASE WHEN n % 10 = 0 THEN {together} END \
             FROM (WITH RECURSIVE numbers (n) AS \
                 (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) SELECT n FROM numbers) AS all_numbers"
        ),
    )
    .await;
    people::execute(store, quiet).await;
}

fn ask(name: &str, sovereign: &Sovereign) -> Vec<Vec<u8>> {
    let process = sovereign.serve();
    let token = people::mint(&sovereign.tokens(), "desk", Role::Superadmin);
    let lists = QUESTIONS
        .map(|(question, query)| (question, format!("/billing/vouchers/list?limit=50{query}")));
    let then = SystemClock.now().plus_days(-100).to_rfc3339();
    let day = then.split('T').next().unwrap();
    let whole = |path: &str| path.replace("{hot}", HOT).replace("{day}", day);
    let reports = REPORTS.map(|(question, path)| (question, whole(path)));
    let lists = lists.into_iter().chain(reports);
    let lists = lists.map(|(question, path)| (question, load::get(&path, &token)));
    let pages = PAGES.map(|(question, path)| (question, load::get_page(&whole(path), COOKIE)));
    let mut requests = Vec::new();
    for (question, request) in lists.chain(pages) {
        let run = load::send_alone(process.address, request.clone(), REQUESTS);
        say(&format!(
            "  {name:<12} {question:<36} p50 {:>6.1} ms   p95 {:>6.1} ms",
            run.quantile_ms(0.5),
            run.quantile_ms(0.95)
        ));
        requests.push(request);
    }
    process.stop();
    requests
}
