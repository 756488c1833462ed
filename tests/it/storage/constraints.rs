//! What the schema itself refuses, whatever a program tries: the last line of defence of money.

use sqlx::error::ErrorKind;

use crate::harness::{Engine, TestDatabase, on_empty};

/// SQL with `#7` for the identifier of that number and `@now` for a moment, as this database writes them.
fn written(database: &TestDatabase, sql: &str) -> String {
    let (now, quote) = match database.engine() {
        Engine::Postgres => ("TIMESTAMPTZ '2027-03-01 12:00:00Z'", "'"),
        Engine::Sqlite => ("1803902400000000", "x'"),
    };
    let sql = sql.replace("@now", now);
    let mut parts = sql.split('#');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        format!("{done}{quote}{:032x}'{rest}", number.parse::<u128>().unwrap())
    })
}

async fn accepted(database: &TestDatabase, sql: &str) {
    database.execute(&written(database, sql)).await;
}

async fn refused(database: &TestDatabase, sql: &str, kind: ErrorKind) {
    let done = database.try_execute(&written(database, sql)).await;
    let error = done.expect_err(sql);
    let found = error.as_database_error().unwrap_or_else(|| panic!("{sql}: {error}")).kind();
    assert_eq!(format!("{found:?}"), format!("{kind:?}"), "{sql}: {error}");
}

fn wallet(number: u32, balance: i64, held: i64, owed: i64) -> String {
    format!(
        "INSERT INTO wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, version) \
         VALUES (#{number}, 'org-{number}', {balance}, {held}, {owed}, 0)"
    )
}

fn lot(number: u32, amount: i64, remaining: i64, held: i64) -> String {
    format!(
        "INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, \
             amount_minor, remaining_minor, held_minor, created_at) \
         VALUES (#{number}, #1, 'voucher', 'X', TRUE, 0, {amount}, {remaining}, {held}, @now)"
    )
}

fn voucher(code: &str, credit_minor: i64, cap: i64, redeemed: i64, adopted: i64) -> String {
    format!(
        "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
             max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
         VALUES ('{code}', 1, {credit_minor}, '', TRUE, {cap}, {redeemed}, {adopted}, @now, @now)"
    )
}

fn account(number: u32, tenant: &str) -> String {
    format!(
        "INSERT INTO customers (id, user_id, tenant_id, email, created_at) \
         VALUES (#{number}, 'someone', '{tenant}', '', @now)"
    )
}

fn redemption(number: u32, code: &str, user: &str, tenant: &str, state: &str) -> String {
    format!(
        "INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, lot_id, \
             credit_minor, state, ordinal, cap, created_at) \
         VALUES (#{number}, '{code}', #1, '{tenant}', '{user}', #1, 5, '{state}', 1, 0, @now)"
    )
}

fn order(number: u32, tenant: &str, status: &str) -> String {
    format!(
        "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
             credit_minor, charge_minor, rounding_minor, status, created_at, updated_at) \
         VALUES (#{number}, #1, '{tenant}', 'u', 'm', '[]', '[]', 0, 0, 0, 0, '{status}', @now, @now)"
    )
}

fn subscription(number: u32, tenant: &str, status: &str) -> String {
    format!(
        "INSERT INTO subscriptions (id, customer_id, tenant_id, plan_id, status, anchor_at, billed_by, \
             created_at, updated_at) \
         VALUES (#{number}, #1, '{tenant}', 'm', '{status}', @now, 'sovereign', @now, @now)"
    )
}

fn organization(id: &str, slug: &str, status: &str) -> String {
    format!(
        "INSERT INTO organizations (id, slug, name, org_type, industry, owner_id, plan_id, apps, \
             app_states, addons, subdomain, custom_domains, status, created_at, updated_at) \
         VALUES ('{id}', '{slug}', '', '', '', 'u', 'm', '[]', '{{}}', '[]', '', '[]', '{status}', \
             @now, @now)"
    )
}

on_empty! {
    /// 0 <= held <= balance, and nothing is owed below zero.
    async fn a_wallet_never_holds_more_than_it_has(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        for (number, (balance, held, owed)) in
            [(0, 1, 0), (5, 6, 0), (5, -1, 0), (-1, 0, 0), (-1, -1, 0), (5, 0, -1)].into_iter().enumerate()
        {
            let number = u32::try_from(number).unwrap() + 1;
            refused(database, &wallet(number, balance, held, owed), ErrorKind::CheckViolation).await;
        }
        accepted(database, &wallet(1, 0, 0, 0)).await;
        accepted(database, &wallet(2, 5, 5, 7)).await;
        let overdraw = "UPDATE wallets SET balance_minor = balance_minor - 1";
        refused(database, overdraw, ErrorKind::CheckViolation).await;
        let second = wallet(3, 0, 0, 0).replace("org-3", "org-2");
        refused(database, &second, ErrorKind::UniqueViolation).await;
    }

    /// 0 <= held <= remaining <= amount.
    async fn a_lot_is_never_overdrawn(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        for (amount, remaining, held) in [(5, 6, 0), (5, -1, 0), (5, 3, 4), (5, 3, -1)] {
            refused(database, &lot(1, amount, remaining, held), ErrorKind::CheckViolation).await;
        }
        accepted(database, &lot(1, 5, 5, 5)).await;
        accepted(database, &lot(2, 5, 0, 0)).await;
        let source = lot(3, 5, 5, 0).replace("'voucher'", "'wish'");
        refused(database, &source, ErrorKind::CheckViolation).await;
    }

    async fn a_hold_posts_no_more_than_it_holds(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        let hold = |number: u32, amount: i64, post: i64, state: &str| {
            format!(
                "INSERT INTO credit_holds (id, order_id, customer_id, lot_id, amount_minor, post_minor, \
                     state, created_at) \
                 VALUES (#{number}, #1, #1, #1, {amount}, {post}, '{state}', @now)"
            )
        };
        for (amount, post, state) in [(5, 6, "open"), (5, -1, "open"), (5, 5, "lost")] {
            refused(database, &hold(1, amount, post, state), ErrorKind::CheckViolation).await;
        }
        accepted(database, &hold(1, 5, 5, "open")).await;
        accepted(database, &hold(2, 5, 0, "voided")).await;
    }

    async fn a_voucher_has_credit_and_counts_upwards(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        for (credit, cap, redeemed, adopted) in
            [(0, 0, 0, 0), (-5, 0, 0, 0), (5, -1, 0, 0), (5, 0, -1, 0), (5, 0, 3, 4)]
        {
            let sql = voucher("BAD", credit, cap, redeemed, adopted);
            refused(database, &sql, ErrorKind::CheckViolation).await;
        }
        // The cap may be edited below what was redeemed: the code then accepts no more.
        accepted(database, &voucher("GOOD", 5, 1, 3, 3)).await;
        refused(database, &voucher("GOOD", 5, 1, 3, 3), ErrorKind::UniqueViolation).await;
        accepted(database, &voucher("good", 5, 1, 3, 3)).await;
    }

    /// One live redemption for each user and for each Organization; a released one bars nobody.
    async fn a_live_redemption_is_unique(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        for sql in [account(1, "org-1"), voucher("A-1", 5, 0, 0, 0), voucher("B-2", 5, 0, 0, 0)] {
            accepted(database, &sql).await;
        }
        for (number, live) in [(1, "reserved"), (2, "redeemed")] {
            let code = ["A-1", "B-2"][usize::try_from(number).unwrap() - 1];
            let first = redemption(number, code, "ahmed", "org-1", live);
            accepted(database, &first).await;
            for state in ["reserved", "redeemed"] {
                for (user, tenant) in [("ahmed", "org-2"), ("fatima", "org-1"), ("ahmed", "org-1")] {
                    let again = redemption(9, code, user, tenant, state);
                    refused(database, &again, ErrorKind::UniqueViolation).await;
                }
            }
            // Another person of another Organization may; and a released row is no redemption.
            accepted(database, &redemption(number + 10, code, "fatima", "org-2", live)).await;
            for extra in [20, 30] {
                let released = redemption(number + extra, code, "ahmed", "org-1", "released");
                accepted(database, &released).await;
            }
        }
        accepted(database, "UPDATE promo_redemptions SET state = 'released' WHERE id = #1").await;
        accepted(database, &redemption(40, "A-1", "ahmed", "org-1", "reserved")).await;
        let back = "UPDATE promo_redemptions SET state = 'reserved' WHERE id = #1";
        refused(database, back, ErrorKind::UniqueViolation).await;
    }

    /// Nothing is redeemed above the cap of its moment, and no redemption hangs in the air.
    async fn a_redemption_is_within_its_cap_and_of_something(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        for sql in [account(1, "org-1"), voucher("A-1", 5, 0, 0, 0)] {
            accepted(database, &sql).await;
        }
        let one = redemption(1, "A-1", "ahmed", "org-1", "reserved");
        let with = |ordinal: i32, cap: i32| {
            one.replace("'reserved', 1, 0,", &format!("'reserved', {ordinal}, {cap},"))
        };
        refused(database, &with(3, 2), ErrorKind::CheckViolation).await;
        refused(database, &one.replace("'reserved'", "'maybe'"), ErrorKind::CheckViolation).await;
        refused(database, &one.replace("'A-1'", "'Z-9'"), ErrorKind::ForeignKeyViolation).await;
        let nobody = one.replace("'A-1', #1", "'A-1', #2");
        refused(database, &nobody, ErrorKind::ForeignKeyViolation).await;
        accepted(database, &with(2, 2)).await;
        for sql in ["DELETE FROM promo_codes", "DELETE FROM customers"] {
            refused(database, sql, ErrorKind::ForeignKeyViolation).await;
        }
    }

    async fn an_organization_has_one_pending_order(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        accepted(database, &order(1, "org-1", "pending")).await;
        refused(database, &order(2, "org-1", "pending"), ErrorKind::UniqueViolation).await;
        accepted(database, &order(2, "org-2", "pending")).await;
        for (number, status) in [(3, "completed"), (4, "completed"), (5, "expired")] {
            accepted(database, &order(number, "org-1", status)).await;
        }
        accepted(database, "UPDATE orders SET status = 'expired' WHERE id = #1").await;
        accepted(database, &order(6, "org-1", "pending")).await;
    }

    async fn an_organization_has_one_live_subscription(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        accepted(database, &subscription(1, "org-1", "active")).await;
        for status in ["active", "past_due", "suspended"] {
            let second = subscription(2, "org-1", status);
            refused(database, &second, ErrorKind::UniqueViolation).await;
        }
        accepted(database, &subscription(2, "org-1", "canceled")).await;
        accepted(database, &subscription(3, "org-2", "active")).await;
        accepted(database, "UPDATE subscriptions SET status = 'canceled' WHERE id = #1").await;
        accepted(database, &subscription(4, "org-1", "active")).await;
    }

    /// A slug is free again once its Organization is deleted.
    async fn a_slug_is_unique_among_the_living(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        accepted(database, &organization("1", "kestrel", "active")).await;
        for status in ["active", "suspended", "provisioning"] {
            let second = organization("2", "kestrel", status);
            refused(database, &second, ErrorKind::UniqueViolation).await;
        }
        for id in ["3", "4"] {
            accepted(database, &organization(id, "kestrel", "deleted")).await;
        }
        accepted(database, "UPDATE organizations SET status = 'deleted' WHERE id = '1'").await;
        accepted(database, &organization("5", "kestrel", "provisioning")).await;
        let unheard = organization("6", "falcon", "sleeping");
        refused(database, &unheard, ErrorKind::CheckViolation).await;
    }

    async fn people_accounts_and_facts_stand_once(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        accepted(database, &account(1, "org-1")).await;
        refused(database, &account(2, "org-1"), ErrorKind::UniqueViolation).await;
        let member = |number: u32, user: &str, role: &str| {
            format!(
                "INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
                 VALUES (#{number}, 'org-1', '{user}', '', '{role}', @now)"
            )
        };
        accepted(database, &member(1, "ahmed", "owner")).await;
        refused(database, &member(2, "ahmed", "viewer"), ErrorKind::UniqueViolation).await;
        refused(database, &member(2, "fatima", "king"), ErrorKind::CheckViolation).await;
        let facts = |id: u32| {
            format!(
                "INSERT INTO sovereign (id, fqdn, currency, demo, catalog_revision, created_at) \
                 VALUES ({id}, 'a.example', 'OMR', FALSE, 1, @now)"
            )
        };
        accepted(database, &facts(1)).await;
        refused(database, &facts(1), ErrorKind::UniqueViolation).await;
        refused(database, &facts(2), ErrorKind::CheckViolation).await;
        let user = |id: u32, subject: &str| {
            format!(
                "INSERT INTO users (id, issuer, subject, email, email_verified, name, avatar_url, \
                     created_at, updated_at) \
                 VALUES ('{id}', 'https://a.example', '{subject}', '', FALSE, '', '', @now, @now)"
            )
        };
        accepted(database, &user(1, "ahmed")).await;
        refused(database, &user(2, "ahmed"), ErrorKind::UniqueViolation).await;
        accepted(database, &user(2, "Ahmed")).await;
    }

    /// Each number once, and no seal of nothing.
    async fn a_seal_is_numbered_and_covers_something(database: &TestDatabase) {
        database.run(&["migrate"]).expect(0);
        let seal = |number: i32, from: u32, before: u32, lines: i32| {
            let hash = match database.engine() {
                Engine::Postgres => "decode(repeat('00', 32), 'hex')",
                Engine::Sqlite => "zeroblob(32)",
            };
            format!(
                "INSERT INTO audit_seals (number, from_id, before_id, line_count, hash, created_at) \
                 VALUES ({number}, #{from}, #{before}, {lines}, {hash}, @now)"
            )
        };
        for (number, from, before, lines) in [(0, 1, 2, 1), (-1, 1, 2, 1), (1, 2, 2, 1), (1, 2, 1, 1), (1, 1, 2, 0)] {
            let sql = seal(number, from, before, lines);
            refused(database, &sql, ErrorKind::CheckViolation).await;
        }
        let short = seal(1, 1, 2, 1).replace("32", "31");
        refused(database, &short, ErrorKind::CheckViolation).await;
        accepted(database, &seal(1, 1, 2, 1)).await;
        refused(database, &seal(1, 2, 3, 1), ErrorKind::UniqueViolation).await;
        refused(database, &seal(2, 1, 2, 1), ErrorKind::UniqueViolation).await;
        accepted(database, &seal(2, 2, 3, 1)).await;
    }
}
