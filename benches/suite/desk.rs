//! The administrators' desk beside a million vouchers and a million lines of the ledger: how long the list takes,
//! whatever is looked for, and reports; and along which indexes.

use sovereign::auth::Role;
use sovereign::storage::{Engine, Store};
use tokio::runtime::Runtime;

use crate::server::Sovereign;
use crate::{Scale, ledger, load, people, plans, say};

const VOUCHERS: usize = 1_000_000;
const REQUESTS: usize = 40;

/// What is asked for, of codes such as `C-0123456-LAST`, of which one in seven is paused and one in eleven revoked. The
/// newer half is in a campaign that has not begun; of the older one in a thousand is in one that is over. One in ten was
/// issued by one operation.
const QUESTIONS: [(&str, &str); 21] = [
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
];

/// Reports, and what became of one voucher.
const REPORTS: [(&str, &str); 8] = [
    ("redemptions of 30 days", "/billing/reports/redemptions"),
    ("redemptions of a year", "/billing/reports/redemptions?days=366"),
    ("credit of 30 days", "/billing/reports/credit"),
    ("credit of a year", "/billing/reports/credit?days=366"),
    ("new Organizations of a year", "/billing/reports/organizations?days=366"),
    ("revenue of a year", "/billing/admin/reports/revenue?days=366"),
    ("a voucher", "/billing/vouchers/code/C-0000002-LAST"),
    ("a voucher's credit by day", "/billing/vouchers/code/C-0000002-LAST/credit"),
];

/// What has a million rows.
const LARGE: [&str; 6] = [
    "promo_codes",
    "credit_ledger",
    "credit_lots",
    "voucher_totals",
    "voucher_counts",
    "card_payments",
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
            ledger::fill(&store, count).await;
        });
        ledger::roll_up(name, &sovereign, count);
        let vouchers = i64::try_from(count / 2).unwrap();
        assert_eq!(runtime.block_on(ledger::added_up(&store)), vouchers, "all is added up");
        runtime.block_on(people::execute(&store, "ANALYZE"));
        let requests = ask(name, &sovereign);
        say(&format!("  {name}: how tables of a million rows are read"));
        for step in plans::of(runtime, (&sovereign, &store), &requests, &LARGE) {
            say(&format!("    {step}"));
        }
    }
    say("  (at most 300 ms)\n");
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
    let (later, over, far, long_ago) = match store.engine() {
        Engine::Postgres => (
            "'00000000-0000-7000-8000-000000000001'::uuid",
            "'00000000-0000-7000-8000-000000000002'::uuid",
            "to_timestamp(4000000000)",
            "to_timestamp(1700000000)",
        ),
        Engine::Sqlite => (
            "X'00000000000070008000000000000001'",
            "X'00000000000070008000000000000002'",
            "4000000000000000",
            "1700000000000000",
        ),
    };
    for (id, name, starts, ends) in
        [(later, "Later", far, "NULL"), (over, "Over", "NULL", long_ago)]
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
    let together = over.replace("0002'", "0003'");
    people::execute(
        store,
        &format!(
            "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions, \
                 times_redeemed, adopted_redemptions, created_at, updated_at, deleted_at, campaign_id, bulk_id) \
             SELECT {code}, 5, 5000, '', n % 7 <> 0, 1, 0, 0, {at}, {at}, CASE WHEN n % 11 = 0 THEN {at} END, \
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
    let reports = REPORTS.map(|(question, path)| (question, path.to_owned()));
    let mut requests = Vec::new();
    for (question, path) in lists.into_iter().chain(reports) {
        let request = load::get(&path, &token);
        let run = load::send_alone(process.address, request.clone(), REQUESTS);
        say(&format!(
            "  {name:<12} {question:<32} p50 {:>6.1} ms   p95 {:>6.1} ms",
            run.quantile_ms(0.5),
            run.quantile_ms(0.95)
        ));
        requests.push(request);
    }
    process.stop();
    requests
}
