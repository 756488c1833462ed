//! What else a desk of some years has: redemptions, of one voucher ten thousand of them; orders; a log of what was done; and
//! somebody who is signed in.

use sovereign::storage::{Engine, Store};

use crate::ledger::{Dialect, PEOPLE, settle};
use crate::people;

/// A voucher that everybody redeemed.
pub(crate) const HOT: &str = "C-0000005-LAST";
/// What the browser of the superadmin has as its cookie.
pub(crate) const COOKIE: &str = "bench-desk";
/// SHA-256 of it.
const COOKIE_DIGEST: &str = "940a6ec69d10336419a186a0b340eec8ee10f8f4251eccc360f114b471704774";

/// Writes them beside a ledger of so many lines: a redemption for each voucher that has credit, and a fifth of it of orders
/// and of lines of the log.
pub(crate) async fn fill(store: &Store, lines: usize) {
    let engine = store.engine();
    let each = Dialect::of(engine, lines / 2);
    redeem(store, &each, (6, each.code(), &each.id(&each.millis, 1))).await;
    let hot = Dialect::of(engine, PEOPLE);
    redeem(store, &hot, (5, &format!("'{HOT}'"), &hot.id(&hot.millis, 7))).await;
    let live = PEOPLE - PEOPLE / 10;
    let counted = format!(
        "UPDATE promo_codes SET max_redemptions = 0, times_redeemed = {live} WHERE code = '{HOT}'"
    );
    people::execute(store, &counted).await;
    let some = Dialect::of(engine, lines / 5);
    order(store, &some).await;
    note(store, &some).await;
    sign_in(store).await;
    settle(store).await;
}

/// One in ten was given back. `kind` is of the identifiers.
async fn redeem(store: &Store, rows: &Dialect, (kind, code, lot): (u8, &str, &str)) {
    let id = rows.id(&rows.millis, kind);
    let statement = format!(
        "INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, lot_id, credit_minor, state, ordinal, \
             cap, created_at, closed_at) \
         SELECT {id}, {code}, {}, {}, {}, {lot}, 5000, CASE WHEN n % 10 = 0 THEN 'released' ELSE 'redeemed' END, \
             1, 0, {}, CASE WHEN n % 10 = 0 THEN {} END FROM {}",
        rows.customer(),
        rows.person(2),
        rows.person(1),
        rows.at(&rows.millis),
        rows.at(&format!("({} + 60000)", rows.millis)),
        rows.numbers
    );
    people::execute(store, &statement).await;
}

async fn order(store: &Store, rows: &Dialect) {
    let statement = format!(
        "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, credit_minor, \
             charge_minor, rounding_minor, status, promo_code, created_at, updated_at) \
         SELECT {}, {}, {}, {}, 'm', '[]', '[]', 9000, 4000, 5000, 0, 'completed', \
             CASE WHEN n % 2 = 0 THEN {} END, {at}, {at} FROM {}",
        rows.id(&rows.millis, 8),
        rows.customer(),
        rows.person(2),
        rows.person(1),
        rows.code(),
        rows.numbers,
        at = rows.at(&rows.millis)
    );
    people::execute(store, &statement).await;
}

async fn note(store: &Store, rows: &Dialect) {
    let statement = format!(
        "INSERT INTO audit_log (id, at, actor, action, subject, tenant_id, request_id, after) \
         SELECT {}, {}, {}, 'checkout', CAST(n AS text), {}, '', '{{}}' FROM {}",
        rows.id(&rows.millis, 9),
        rows.at(&rows.millis),
        rows.person(1),
        rows.person(2),
        rows.numbers
    );
    people::execute(store, &statement).await;
    // What administrators did to one voucher.
    let edits = Dialect::of(store.engine(), 200);
    let statement = format!(
        "INSERT INTO audit_log (id, at, actor, action, subject, request_id, before, after) \
         SELECT {}, {}, {}, 'voucher.issue', '{HOT}', '', '{{\"active\": true}}', '{{\"active\": false}}' FROM {}",
        edits.id(&edits.millis, 10),
        edits.at(&edits.millis),
        edits.person(1),
        edits.numbers
    );
    people::execute(store, &statement).await;
}

/// The first person is the superadmin, and signed in.
async fn sign_in(store: &Store) {
    let (id, now, later) = match store.engine() {
        Engine::Postgres => {
            ("'00000000-0000-7000-8000-000000000009'::uuid", "now()", "now() + INTERVAL '30 days'")
        }
        Engine::Sqlite => (
            "X'00000000000070008000000000000009'",
            "unixepoch() * 1000000",
            "(unixepoch() + 30 * 86400) * 1000000",
        ),
    };
    let user = people::user_id(0);
    let role = format!("UPDATE users SET role = 'superadmin' WHERE id = '{user}'");
    people::execute(store, &role).await;
    let session = format!(
        "INSERT INTO sessions (id, user_id, method, trusted, granted_role, cookie_digest, created_at, signed_in_at, \
             expires_at) \
         VALUES ({id}, '{user}', 'mail', TRUE, 'superadmin', '{COOKIE_DIGEST}', {now}, {now}, {later})"
    );
    people::execute(store, &session).await;
}
