//! Each invariant, broken behind the API: `sovereign verify` must name it.
//!
//! A case breaks its invariant and no other, so that none is there only because another one is. Where the
//! schema refuses, the constraint goes first: `verify` is for what no constraint has kept out.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sovereign::clock::Clock as _;
use sovereign::storage::verify;

use crate::bulk::ask;
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Customer, Engine, TestApp, TestDatabase};

/// An invariant and a way to break it. `{id}` is a new identifier, `{kestrel}` the account that has
/// checked out, `{falcon}` the one that has only redeemed.
struct Case {
    check: &'static str,
    /// What cannot but break along with it.
    also: &'static [&'static str],
    sql: &'static str,
}

const fn case(check: &'static str, sql: &'static str) -> Case {
    Case { check, also: &[], sql }
}

const CASES: &[Case] = &[
    case(
        "a private app is what was signed",
        "UPDATE catalog_items SET origin = 'private' WHERE kind = 'app' AND slug = 'wordpress'",
    ),
    Case {
        check: "a wallet's balance is the sum of its ledger",
        also: &["what remains in a lot is the sum of its ledger lines"],
        sql: "UPDATE credit_ledger SET amount_minor = amount_minor + 5 WHERE customer_id = {falcon}",
    },
    Case {
        check: "a wallet's balance is what remains in its lots",
        also: &["what remains in a lot is the sum of its ledger lines"],
        sql: "UPDATE credit_lots SET remaining_minor = remaining_minor - 5 \
              WHERE customer_id = {falcon}",
    },
    case(
        "a wallet holds what its lots hold",
        "UPDATE wallets SET held_minor = 5 WHERE customer_id = {falcon}",
    ),
    case(
        "a wallet owes what its ledger says",
        "UPDATE wallets SET owed_minor = 5 WHERE customer_id = {falcon}",
    ),
    case(
        "a wallet's held part lies between nothing and its balance",
        "UPDATE wallets SET owed_minor = -5 WHERE customer_id = {falcon}; \
         UPDATE credit_ledger SET owed_minor = -5 WHERE customer_id = {falcon}",
    ),
    Case {
        check: "a wallet's held part lies between nothing and its balance",
        also: &["a wallet holds what its lots hold"],
        sql: "UPDATE wallets SET held_minor = balance_minor + 5 WHERE customer_id = {falcon}",
    },
    Case {
        check: "a wallet's held part lies between nothing and its balance",
        also: &["a wallet holds what its lots hold"],
        sql: "UPDATE wallets SET held_minor = -5 WHERE customer_id = {falcon}",
    },
    case(
        "what remains in a lot is the sum of its ledger lines",
        "UPDATE credit_ledger SET lot_id = (SELECT l.id FROM credit_lots l \
             WHERE l.customer_id = {kestrel} AND l.id <> credit_ledger.lot_id) WHERE kind = 'draw'",
    ),
    case(
        "a lot holds what its open holds say",
        "INSERT INTO credit_holds (id, order_id, customer_id, lot_id, amount_minor, post_minor, state, \
             created_at) SELECT {id}, {id}, customer_id, id, 5, 5, 'open', created_at \
         FROM credit_lots WHERE customer_id = {falcon}",
    ),
    Case {
        check: "a lot is never overdrawn",
        also: &["a voucher granted what was redeemed of it"],
        sql: "UPDATE credit_lots SET amount_minor = remaining_minor - 5 WHERE customer_id = {falcon}; \
              UPDATE promo_redemptions SET credit_minor = credit_minor - 5 WHERE customer_id = {falcon}",
    },
    Case {
        check: "a ledger line names a lot of its own account",
        also: &["what remains in a lot is the sum of its ledger lines"],
        sql: "UPDATE credit_ledger SET lot_id = {id} WHERE customer_id = {falcon}",
    },
    Case {
        check: "a ledger line names a lot of its own account",
        also: &["what remains in a lot is the sum of its ledger lines"],
        sql: "UPDATE credit_ledger \
              SET lot_id = (SELECT lot_id FROM credit_ledger WHERE kind = 'draw') \
              WHERE customer_id = {falcon}",
    },
    Case {
        check: "what remains in an adopted lot is what it came with and the sum of its ledger lines",
        // Vouchers that were adopted were redeemed.
        also: &[
            "a voucher's redemptions are counted by time",
            "what a voucher granted is counted by time",
        ],
        sql: "UPDATE credit_lots SET source = 'migration'; \
              UPDATE credit_ledger SET lot_id = (SELECT l.id FROM credit_lots l \
                  WHERE l.customer_id = {kestrel} AND l.id <> credit_ledger.lot_id) \
              WHERE kind = 'draw'",
    },
    Case {
        check: "what remains in an adopted lot is what it came with and the sum of its ledger lines",
        also: &["an account's adopted lines come to its adopted lot"],
        sql: "INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, \
                  amount_minor, remaining_minor, held_minor, created_at) \
              SELECT {id}, customer_id, 'migration', '', promotional, 0, 5, 0, 0, created_at \
              FROM credit_lots WHERE customer_id = {falcon}",
    },
    Case {
        check: "an account's adopted lines come to its adopted lot",
        also: &["credit that was granted is that of the ledger"],
        sql: "UPDATE credit_ledger SET kind = 'adopted' WHERE customer_id = {falcon}",
    },
    case(
        "expired credit was not drawn",
        "UPDATE credit_lots SET expires_at = created_at WHERE customer_id = {kestrel}",
    ),
    case("an account has a wallet", "DELETE FROM wallets WHERE customer_id = {falcon}"),
    case(
        "an account has a wallet",
        "UPDATE wallets SET tenant_id = 'elsewhere' WHERE customer_id = {falcon}",
    ),
    case(
        "an order's total is its credit, charge and rounding",
        "UPDATE orders SET rounding_minor = rounding_minor + 5",
    ),
    case(
        "a completed order drew its credit, and no other order did",
        "UPDATE credit_ledger SET order_id = NULL WHERE kind = 'draw'",
    ),
    Case {
        check: "a completed order drew its credit, and no other order did",
        also: &["a redemption stands as its order does"],
        sql: "UPDATE orders SET status = 'expired'",
    },
    case(
        "a pending order holds its credit, and no other order holds any",
        "INSERT INTO credit_holds (id, order_id, customer_id, lot_id, amount_minor, post_minor, state, \
             created_at) SELECT {id}, order_id, customer_id, lot_id, 5, 5, 'open', created_at \
         FROM credit_ledger WHERE kind = 'draw'; \
         UPDATE credit_lots SET held_minor = 5 \
         WHERE id IN (SELECT lot_id FROM credit_ledger WHERE kind = 'draw'); \
         UPDATE wallets SET held_minor = 5 WHERE customer_id = {kestrel}",
    ),
    case("a completed order has one subscription", "UPDATE subscriptions SET order_id = NULL"),
    case(
        "a completed order has one subscription",
        "INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, plan_id, status, anchor_at, \
             billed_by, created_at, updated_at) \
         SELECT {id}, customer_id, tenant_id, order_id, plan_id, 'canceled', anchor_at, billed_by, \
             created_at, updated_at FROM subscriptions",
    ),
    case("a completed order has one invoice", "DELETE FROM invoices"),
    case(
        "a completed order has one invoice",
        "INSERT INTO invoices (id, customer_id, tenant_id, order_id, amount_minor, credit_minor, \
             currency, status, created_at) \
         SELECT {id}, customer_id, tenant_id, order_id, amount_minor, credit_minor, currency, status, \
             created_at FROM invoices",
    ),
    case(
        "the invoice of a completed order is of its total",
        "UPDATE invoices SET amount_minor = amount_minor - 5",
    ),
    case(
        "an open invoice waits for the payment of an order",
        "INSERT INTO invoices (id, customer_id, tenant_id, order_id, amount_minor, credit_minor, \
             currency, status, created_at) \
         SELECT {id}, customer_id, tenant_id, NULL, amount_minor, 0, currency, 'open', created_at \
         FROM invoices",
    ),
    case(
        "a renewal that waits is the due one of a subscription",
        "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
             credit_minor, charge_minor, rounding_minor, status, kind, created_at, updated_at) \
         SELECT {id}, customer_id, tenant_id, 'system', plan_id, apps, addons, 5, 0, 5, 0, 'due', \
             'renewal', created_at, updated_at FROM orders",
    ),
    case(
        "a renewal that waits is the due one of a subscription",
        "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, \
             credit_minor, charge_minor, rounding_minor, status, kind, created_at, updated_at) \
         SELECT {id}, customer_id, tenant_id, 'system', plan_id, apps, addons, 5, 0, 5, 0, 'cancelled', \
             'renewal', created_at, updated_at FROM orders; \
         UPDATE subscriptions \
         SET due_order_id = (SELECT id FROM orders WHERE kind = 'renewal')",
    ),
    case(
        "what was used is the sum of its reports",
        "UPDATE usage_totals SET quantity = quantity + 5",
    ),
    case("what was used is the sum of its reports", "DELETE FROM usage_events"),
    case(
        "what was used is billed by an order of its Organization",
        "UPDATE usage_totals SET order_id = {id}",
    ),
    case(
        "an order asks for the usage that was counted for it",
        r#"UPDATE orders SET lines = '[{"kind":"usage","id":"cpu-hours","name":"CPU",
            "amount_minor":0,"usage":{"quantity":7,"unit":"h","price_minor":0,"per_units":1}}]'"#,
    ),
    case(
        "a report of usage counts for its Organization and meter",
        "UPDATE usage_events SET tenant_id = 'another'",
    ),
    case(
        "a report of usage counts for its Organization and meter",
        "UPDATE usage_events SET meter = 'egress-gb'",
    ),
    Case {
        check: "a completed order's charge was paid by card",
        also: &["a completed order drew its credit, and no other order did"],
        sql: "UPDATE orders SET credit_minor = credit_minor - 10, charge_minor = charge_minor + 10",
    },
    case(
        "a completed order's charge was paid by card",
        "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, \
             amount_minor, purpose, created_at) \
         SELECT {id}, id, customer_id, tenant_id, 'pi_1', 'ch_1', 5, 'order', created_at FROM orders",
    ),
    case(
        "a payment that came too late goes back",
        "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, \
             amount_minor, purpose, created_at) \
         SELECT {id}, id, customer_id, tenant_id, 'pi_1', 'ch_1', 5, 'returned', created_at \
         FROM orders",
    ),
    case(
        "an order with a voucher has one redemption",
        "UPDATE promo_redemptions SET order_id = NULL",
    ),
    case(
        "a redemption stands as its order does",
        "UPDATE promo_redemptions SET state = 'reserved' WHERE order_id IS NOT NULL",
    ),
    Case {
        check: "a redemption stands as its order does",
        also: &[
            "a voucher granted what was redeemed of it",
            "a voucher's counter is its adopted count and its live redemptions",
        ],
        sql: "UPDATE promo_redemptions SET order_id = {id}, state = 'released' \
              WHERE customer_id = {falcon}",
    },
    Case {
        check: "a redemption granted one lot of its credit",
        also: &["a voucher granted what was redeemed of it"],
        sql: "UPDATE promo_redemptions SET credit_minor = credit_minor + 5 WHERE customer_id = {falcon}",
    },
    case(
        "a redemption granted one lot of its credit",
        "UPDATE promo_redemptions SET lot_id = {id} WHERE customer_id = {falcon}",
    ),
    case(
        "nothing was redeemed at or above the cap of its moment",
        "UPDATE promo_redemptions SET ordinal = cap + 1 WHERE customer_id = {falcon}",
    ),
    case(
        "a subscription's order was told to other services",
        "DELETE FROM outbox WHERE type = 'order.placed'",
    ),
    case(
        "an event that waits for an endpoint is in a lane",
        "INSERT INTO event_deliveries (id, endpoint_id, lane, event_id, type, event_at, data, status, \
             attempts, give_up_at, created_at) \
         SELECT {id}, {id}, '', {id}, 'order.placed', created_at, '{}', 'waiting', 0, created_at, created_at \
         FROM orders",
    ),
    case(
        "a voucher's counter is its adopted count and its live redemptions",
        "UPDATE promo_codes SET times_redeemed = times_redeemed + 1",
    ),
    case("invoices are numbered without gaps", "UPDATE invoices SET number = 2"),
    case(
        "the credit that came back for an order is what its refunds say",
        "INSERT INTO refunds (id, order_id, customer_id, tenant_id, credit_minor, card_minor, tax_minor, \
             reason, requested_by, status, has_note, created_at, updated_at) \
         SELECT {id}, id, customer_id, tenant_id, 5, 0, 0, '', '', 'succeeded', TRUE, created_at, \
             created_at FROM orders",
    ),
    Case {
        check: "an order gives no more credit back than it drew",
        also: &["the credit that came back for an order is what its refunds say"],
        sql: "INSERT INTO refunds (id, order_id, customer_id, tenant_id, credit_minor, card_minor, \
                  tax_minor, reason, requested_by, status, has_note, created_at, updated_at) \
              SELECT {id}, id, customer_id, tenant_id, credit_minor + 5, 0, 0, '', '', 'succeeded', \
                  TRUE, created_at, created_at FROM orders",
    },
    case(
        "what a card had paid and was given as credit is in the ledger",
        "INSERT INTO refunds (id, order_id, customer_id, tenant_id, credit_minor, card_minor, \
             credited_minor, tax_minor, reason, requested_by, status, has_note, created_at, updated_at) \
         SELECT {id}, id, customer_id, tenant_id, 0, 0, 5, 0, 'plan_change', '', 'succeeded', TRUE, \
             created_at, created_at FROM orders",
    ),
    Case {
        check: "a card payment goes back once, to its card or as credit",
        also: &[
            "what a card had paid and was given as credit is in the ledger",
            "a completed order's charge was paid by card",
        ],
        sql: "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, \
                  amount_minor, purpose, created_at) \
              SELECT {id}, id, customer_id, tenant_id, 'pi_1', 'ch_1', 5, 'order', created_at \
              FROM orders; \
              INSERT INTO refunds (id, order_id, payment_id, customer_id, tenant_id, credit_minor, \
                  card_minor, credited_minor, tax_minor, reason, requested_by, status, has_note, \
                  created_at, updated_at) \
              SELECT {id}, order_id, id, customer_id, tenant_id, 0, 3, 3, 0, '', '', 'succeeded', TRUE, \
                  created_at, created_at FROM card_payments",
    },
    // The payment came too late and was refunded; the refund of another 5 is one too much.
    Case {
        check: "a card payment goes back once, by refunds and disputes",
        also: &["a payment that came too late goes back"],
        sql: "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, \
                  amount_minor, purpose, created_at) \
              SELECT {id}, id, customer_id, tenant_id, 'pi_1', 'ch_1', 5, 'returned', created_at \
              FROM orders; \
              INSERT INTO refunds (id, order_id, payment_id, customer_id, tenant_id, credit_minor, \
                  card_minor, tax_minor, reason, requested_by, status, has_note, created_at, updated_at) \
              SELECT {id}, order_id, id, customer_id, tenant_id, 0, 10, 0, '', '', 'succeeded', FALSE, \
                  created_at, created_at FROM card_payments",
    },
    case(
        "what a dispute took is in the ledger",
        "INSERT INTO disputes (id, stripe_dispute_id, payment_id, order_id, customer_id, tenant_id, \
             amount_minor, clawed_minor, status, created_at, updated_at) \
         SELECT {id}, 'du_1', {id}, id, customer_id, tenant_id, 5, 5, 'open', created_at, created_at \
         FROM orders",
    ),
    Case {
        check: "a dispute takes nothing while the money is here",
        also: &["what a dispute took is in the ledger"],
        sql: "INSERT INTO disputes (id, stripe_dispute_id, payment_id, order_id, customer_id, tenant_id, \
                  amount_minor, clawed_minor, status, created_at, updated_at) \
              SELECT {id}, 'du_1', {id}, id, customer_id, tenant_id, 5, 5, 'won', created_at, \
                  created_at FROM orders",
    },
    case(
        "an order's credit notes have no more tax than the order",
        "INSERT INTO refunds (id, order_id, customer_id, tenant_id, credit_minor, card_minor, tax_minor, \
             reason, requested_by, status, has_note, created_at, updated_at) \
         SELECT {id}, id, customer_id, tenant_id, 0, 0, 5, '', '', 'succeeded', TRUE, created_at, \
             created_at FROM orders",
    ),
    case(
        "credit notes are numbered without gaps",
        "INSERT INTO refunds (id, order_id, customer_id, tenant_id, credit_minor, card_minor, tax_minor, \
             reason, requested_by, status, has_note, number, created_at, updated_at) \
         SELECT {id}, id, customer_id, tenant_id, 0, 0, 0, '', '', 'succeeded', TRUE, 2, created_at, \
             created_at FROM orders",
    ),
    // Nothing was refunded that would have freed it.
    Case {
        check: "a redemption stands as its order does",
        also: &[
            "a voucher granted what was redeemed of it",
            "a voucher's counter is its adopted count and its live redemptions",
        ],
        sql: "UPDATE promo_redemptions SET state = 'released' WHERE order_id IS NOT NULL",
    },
    case(
        "a campaign granted what was redeemed in it",
        "UPDATE campaigns SET granted_minor = granted_minor + 5; \
         UPDATE campaign_counts SET granted_minor = granted_minor + 5",
    ),
    case(
        "a campaign's counter is its live redemptions",
        "UPDATE campaigns SET redemptions = redemptions + 1; \
         UPDATE campaign_counts SET redemptions = redemptions + 1",
    ),
    case(
        "what a campaign granted over time is what it granted",
        "UPDATE campaign_counts SET granted_minor = granted_minor + 5",
    ),
    case(
        "what a campaign counted over time is its counter",
        "UPDATE campaign_counts SET redemptions = redemptions + 1",
    ),
    case(
        "a redemption counts in a campaign that exists",
        "UPDATE promo_redemptions SET campaign_id = {id} WHERE customer_id = {falcon}",
    ),
    case(
        "a voucher granted what was redeemed of it",
        "UPDATE promo_codes SET granted_minor = granted_minor + 5",
    ),
    case(
        "a voucher is in a campaign that exists",
        "UPDATE promo_codes SET campaign_id = {id} WHERE campaign_id IS NULL",
    ),
    case(
        "credit that was granted is that of the ledger",
        "INSERT INTO credit_counts SELECT created_at, 'refund', 0, 0, 5, 0, 0, 0 FROM sovereign",
    ),
    case(
        "credit that was taken back is that of the ledger",
        "INSERT INTO credit_counts SELECT created_at, 'refund', 0, 0, 0, 5, 0, 0 FROM sovereign",
    ),
    case(
        "credit that was spent is that of the ledger",
        "INSERT INTO credit_counts SELECT created_at, 'refund', 0, 0, 0, 0, 5, 0 FROM sovereign",
    ),
    case(
        "credit that expired is that of the ledger",
        "INSERT INTO credit_counts SELECT created_at, 'refund', 0, 0, 0, 0, 0, 5 FROM sovereign",
    ),
    case(
        "what became of a voucher's credit is in the ledger",
        "INSERT INTO voucher_counts SELECT 'NO-1', created_at, 0, 0, 5, 0, 0, 0 FROM sovereign",
    ),
    case(
        "what was spent of a voucher's credit is in the ledger",
        "INSERT INTO voucher_counts SELECT 'NO-1', created_at, 0, 0, 5, 0, 5, 0 FROM sovereign; \
         INSERT INTO voucher_totals VALUES ('NO-1', 0, 5, 0, NULL, 0); \
         INSERT INTO voucher_customers VALUES ('NO-1', 'kestrel', NULL, 0, 5, NULL, NULL)",
    ),
    case(
        "what a voucher's times come to is what was spent in all",
        "INSERT INTO voucher_totals VALUES ('NO-1', 0, 5, 0, NULL, 0); \
         INSERT INTO voucher_customers VALUES ('NO-1', 'kestrel', NULL, 0, 5, NULL, NULL)",
    ),
    case(
        "what customers spent of a voucher is what was spent in all",
        "INSERT INTO voucher_customers VALUES ('NO-1', 'kestrel', NULL, 0, 5, NULL, NULL)",
    ),
    case(
        "a voucher's customers are its redemptions",
        "INSERT INTO voucher_customers VALUES ('NO-1', 'kestrel', NULL, 1, 0, NULL, NULL)",
    ),
    case(
        "what a voucher's times come to is what ended in all",
        "INSERT INTO voucher_totals VALUES ('NO-1', 5, 0, 0, NULL, 0)",
    ),
    case(
        "what a voucher's times come to is how often it was redeemed in all",
        "INSERT INTO voucher_totals VALUES ('NO-1', 0, 0, 0, NULL, 5)",
    ),
    Case {
        check: "a voucher's redemptions are counted by time",
        also: &["redemptions by source are those of the vouchers"],
        sql: "INSERT INTO voucher_counts SELECT 'NO-1', created_at, 1, 0, 0, 0, 0, 0 FROM sovereign; \
              INSERT INTO voucher_totals VALUES ('NO-1', 0, 0, 0, NULL, 1); \
              INSERT INTO voucher_customers VALUES ('NO-1', 'kestrel', NULL, 1, 0, NULL, NULL)",
    },
    Case {
        check: "what a voucher granted is counted by time",
        also: &["what redemptions granted by source is that of the vouchers"],
        sql: "INSERT INTO voucher_counts SELECT 'NO-1', created_at, 0, 5, 0, 0, 0, 0 FROM sovereign",
    },
    case(
        "redemptions by source are those of the vouchers",
        "INSERT INTO credit_counts SELECT created_at, 'refund', 1, 0, 0, 0, 0, 0 FROM sovereign",
    ),
    case(
        "what redemptions granted by source is that of the vouchers",
        "INSERT INTO credit_counts SELECT created_at, 'refund', 0, 5, 0, 0, 0, 0 FROM sovereign",
    ),
    case(
        "what cards paid is what was charged",
        "INSERT INTO card_counts SELECT created_at, 1, 5 FROM sovereign",
    ),
    case(
        "an operation issued as many vouchers as it says",
        "UPDATE bulk_operations SET state = 'cancelled', done = 1",
    ),
    case(
        "a mailing goes to as many addresses as it says",
        "INSERT INTO mailings (id, state, language, message, total, user_id, request_id, created_at, updated_at) \
         SELECT id, 'cancelled', 'en', '', total, user_id, request_id, created_at, updated_at \
         FROM bulk_operations WHERE kind = 'generate'",
    ),
    case(
        "an operation makes the codes of a mailing, one for each address",
        "INSERT INTO mailings (id, state, language, message, total, user_id, request_id, created_at, updated_at) \
         SELECT {id}, 'cancelled', 'en', '', 1, user_id, request_id, created_at, updated_at \
         FROM bulk_operations WHERE kind = 'generate'; \
         INSERT INTO mailing_addresses (mailing_id, position, email, language, state, failures) \
         SELECT id, 1, 'a@example.com', 'en', 'waiting', 0 FROM mailings",
    ),
    case(
        "a code that was mailed was made for its mailing",
        "INSERT INTO mailings (id, state, language, message, total, user_id, request_id, created_at, updated_at) \
         SELECT id, 'cancelled', 'en', '', total, user_id, request_id, created_at, updated_at \
         FROM bulk_operations WHERE kind = 'generate'; \
         INSERT INTO mailing_addresses (mailing_id, position, email, language, code, state, failures) \
         SELECT id, 1, 'a@example.com', 'en', 'VERIFY-200', 'waiting', 0 FROM mailings \
         UNION ALL SELECT id, 2, 'b@example.com', 'en', NULL, 'waiting', 0 FROM mailings",
    ),
    Case {
        check: "a voucher was issued by an operation that exists",
        also: &["an operation issued as many vouchers as it says"],
        sql: "UPDATE promo_codes SET bulk_id = {id} WHERE bulk_id IS NOT NULL",
    },
    case("a user has redeemed a voucher once", "UPDATE promo_redemptions SET user_id = 'ahmed'"),
    case(
        "an Organization has redeemed a voucher once",
        "UPDATE promo_redemptions SET tenant_id = 'kestrel'",
    ),
    case(
        "an Organization has at most one live subscription",
        "INSERT INTO subscriptions (id, customer_id, tenant_id, plan_id, status, anchor_at, billed_by, \
             created_at, updated_at) \
         SELECT {id}, customer_id, tenant_id, plan_id, 'past_due', anchor_at, billed_by, created_at, \
             updated_at FROM subscriptions",
    ),
    case(
        "an Organization has one account",
        "INSERT INTO organizations (id, slug, name, org_type, industry, owner_id, plan_id, apps, \
             app_states, addons, subdomain, custom_domains, status, created_at, updated_at) \
         SELECT 'stray', 'stray', name, org_type, industry, owner_id, plan_id, apps, app_states, addons, \
             subdomain, custom_domains, status, created_at, updated_at \
         FROM organizations WHERE slug = 'kestrel-pharmacy'",
    ),
    case(
        "an account belongs to an Organization",
        "DELETE FROM organizations WHERE slug = 'falcon-logistics'",
    ),
    case(
        "a stored answer speaks of an order that exists",
        "UPDATE idempotency_keys SET order_id = {id} WHERE order_id IS NOT NULL",
    ),
    case(
        "an Organization on its way is kept from everything",
        "INSERT INTO organization_moves (id, tenant_id, direction, state, peer_fqdn, balance_minor, \
             owed_minor, started_at, started_by) \
         SELECT {id}, id, 'out', 'frozen', 'b.example', 0, 0, created_at, 'cli' \
         FROM organizations WHERE slug = 'falcon-logistics'",
    ),
    case(
        "an Organization that is kept for a move is on one",
        "UPDATE organizations SET moving_from = 'active' WHERE slug = 'falcon-logistics'",
    ),
    case(
        "an Organization that moved away has left nothing behind",
        "UPDATE organizations SET moved_to = 'b.example' WHERE slug = 'falcon-logistics'",
    ),
    Case {
        check: "what left with an Organization is in its ledger",
        also: &["an Organization that moved away has left nothing behind"],
        sql: "UPDATE organizations SET moved_to = 'b.example' WHERE slug = 'falcon-logistics'; \
              INSERT INTO organization_moves (id, tenant_id, direction, state, peer_fqdn, \
                  balance_minor, owed_minor, moved_minor, started_at, ended_at, started_by) \
              SELECT {id}, id, 'out', 'moved', 'b.example', 5, 0, 5, created_at, created_at, 'cli' \
              FROM organizations WHERE slug = 'falcon-logistics'",
    },
    case(
        "a foreign redemption granted one lot of its credit",
        "INSERT INTO foreign_redemptions (id, issuer_fqdn, code, customer_id, tenant_id, user_id, lot_id, \
             credit_minor, state, ordinal, cap, created_at) \
         SELECT id, 'b.example', code, customer_id, tenant_id, user_id, {id}, credit_minor, 'redeemed', \
             ordinal, cap, created_at FROM promo_redemptions WHERE code = 'SECOND-10'",
    ),
    case(
        "no card is refunded here that another Sovereign charged",
        "INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, \
             amount_minor, purpose, created_at, foreign_fqdn) \
         SELECT {id}, id, customer_id, tenant_id, 'pi_1', 'ch_1', 5, 'returned', created_at, 'b.example' \
         FROM orders; \
         INSERT INTO refunds (id, order_id, payment_id, customer_id, tenant_id, credit_minor, \
             card_minor, tax_minor, reason, requested_by, status, has_note, created_at, updated_at) \
         SELECT {id}, order_id, id, customer_id, tenant_id, 0, 5, 0, '', '', 'pending', FALSE, \
             created_at, created_at FROM card_payments",
    ),
    case("an invoice is in the Sovereign's currency", "UPDATE invoices SET currency = 'BHD'"),
    case(
        "the audit log's seals are numbered without a gap",
        "DELETE FROM audit_seals WHERE number = 1",
    ),
    case(
        "the audit log's seals are numbered without a gap",
        "DELETE FROM audit_seals WHERE number = 2",
    ),
    case(
        "a seal of the audit log begins where the one before it ends",
        "UPDATE audit_seals SET from_id = (SELECT l.id FROM audit_log l \
             WHERE l.id >= audit_seals.from_id ORDER BY l.id LIMIT 1) WHERE number = 2",
    ),
    case(
        "a sealed part of the audit log has lost and gained no line",
        "DELETE FROM audit_log WHERE subject = 'SECOND-10'",
    ),
    case(
        "a sealed part of the audit log has lost and gained no line",
        "INSERT INTO audit_log SELECT s.from_id, at, actor, action, subject, tenant_id, request_id, \
             before, after FROM audit_log CROSS JOIN audit_seals s \
         WHERE subject = 'SECOND-10' AND s.number = 2",
    ),
    case(
        "a sealed part of the audit log has lost and gained no line",
        "UPDATE audit_seals SET line_count = line_count + 1 WHERE number = 2",
    ),
    case(
        "a sealed line of the audit log is what it was",
        "UPDATE audit_log SET actor = 'somebody' WHERE subject = 'SECOND-10'",
    ),
    case(
        "a sealed line of the audit log is what it was",
        "UPDATE audit_seals SET hash = (SELECT s.hash FROM audit_seals s WHERE s.number = 2) \
         WHERE number = 3",
    ),
    // The job says that it sealed all that there was a month later.
    case(
        "the audit log is sealed within the hour",
        "UPDATE jobs SET last_ok_at = (SELECT s.current_period_end FROM subscriptions s)",
    ),
];

/// What the schema would refuse.
const LET_GO: &str = "DROP INDEX promo_redemptions_user; DROP INDEX promo_redemptions_tenant; \
                      DROP INDEX subscriptions_live;";
const LET_GO_ON_POSTGRES: &str = "\
    ALTER TABLE wallets DROP CONSTRAINT wallets_check, DROP CONSTRAINT wallets_owed_minor_check; \
    ALTER TABLE credit_lots DROP CONSTRAINT credit_lots_check; \
    ALTER TABLE promo_redemptions DROP CONSTRAINT promo_redemptions_check;";

/// The tables that cases change, those that refer to others first.
const TABLES: [&str; 34] = [
    "organization_moves",
    "foreign_redemptions",
    "mailing_addresses",
    "mailings",
    "credit_counts",
    "voucher_counts",
    "voucher_totals",
    "voucher_customers",
    "card_counts",
    "campaign_counts",
    "campaigns",
    "bulk_operations",
    "usage_events",
    "usage_totals",
    "event_deliveries",
    "disputes",
    "refunds",
    "card_payments",
    "promo_redemptions",
    "promo_codes",
    "wallets",
    "credit_lots",
    "credit_holds",
    "credit_ledger",
    "orders",
    "subscriptions",
    "invoices",
    "idempotency_keys",
    "outbox",
    "organizations",
    "audit_log",
    "audit_seals",
    "jobs",
    "catalog_items",
];

fn each_table(tables: impl Iterator<Item = &'static str>, sql: &str) -> String {
    tables.map(|table| sql.replace("{table}", table)).collect()
}

impl Case {
    /// Brings back the books as they were saved, then breaks them.
    fn sql_on(&self, engine: Engine) -> String {
        let (checks_off, id) = match engine {
            Engine::Sqlite => ("PRAGMA ignore_check_constraints = ON; ", "randomblob(16)"),
            Engine::Postgres => ("", "gen_random_uuid()"),
        };
        let empty = each_table(TABLES.into_iter(), "DELETE FROM {table}; ");
        let fill = "INSERT INTO {table} SELECT * FROM saved_{table}; ";
        let fill = each_table(TABLES.into_iter().rev(), fill);
        let kestrel = "(SELECT o.customer_id FROM orders o)";
        let falcon = "(SELECT k.id FROM customers k LEFT JOIN orders o ON o.customer_id = k.id \
                       WHERE o.id IS NULL)";
        let sql = self.sql.replace("{id}", id).replace("{kestrel}", kestrel);
        format!("{checks_off}{empty}{fill}{}", sql.replace("{falcon}", falcon))
    }
}

/// Two customers with one voucher: a checkout, and redemptions without one. Three seals of the audit log, and
/// a line that has none yet.
async fn books(engine: Engine) -> TestDatabase {
    let app = TestApp::start(engine).await;
    app.issue("VERIFY-200", 200, 50).await;
    seal(&app).await;
    campaign(&app, "Verify", json!({ "budget_minor": 50_000 })).await;
    issue_in(&app, "Verify", "SECOND-10", 10).await;
    ask(&app, 2, json!({})).await;
    app.run_job("issue-in-bulk").await;
    seal(&app).await;
    let kestrel = app.customer("kestrel-pharmacy").await;
    let body = kestrel.checkout_body("m", "VERIFY-200");
    kestrel.client.post_keyed("/billing/checkout", "kestrel-1", &body).await.expect(200);
    kestrel.redeem("SECOND-10").await.expect(200);
    app.customer("falcon-logistics").await.redeem("VERIFY-200").await.expect(200);
    use_something(&app, &kestrel).await;
    seal(&app).await;
    app.issue("UNSEALED-10", 10, 0).await;
    app.verify().await;
    app.execute(LET_GO).await;
    // What follows from other columns cannot be put back like them.
    for index in [
        "promo_codes_status",
        "promo_codes_alone",
        "promo_codes_campaign",
        "promo_codes_bulk",
        "promo_codes_credit",
    ] {
        app.execute(&format!("DROP INDEX {index}")).await;
    }
    app.execute("ALTER TABLE promo_codes DROP COLUMN status").await;
    if engine == Engine::Postgres {
        app.execute(LET_GO_ON_POSTGRES).await;
    }
    let save = "CREATE TABLE saved_{table} AS SELECT * FROM {table}; ";
    app.execute(&each_table(TABLES.into_iter(), save)).await;
    app.leave().await
}

/// Usage that is not billed yet.
async fn use_something(app: &TestApp, customer: &Customer) {
    app.execute(
        "UPDATE catalog_items SET doc = (SELECT doc FROM catalog_items WHERE slug = 'flexi') \
                 WHERE kind = 'plan' AND slug = 'm'; \
                 UPDATE sovereign SET catalog_revision = catalog_revision + 1",
    )
    .await;
    let events = json!([{
        "id": "used", "tenant_id": customer.tenant_id, "meter": "cpu-hours", "quantity": 7,
        "at": app.clock.now().to_rfc3339(),
    }]);
    let answer = app.superadmin().post("/billing/usage", &json!({ "events": events })).await;
    assert_eq!(answer.expect(200)["events"][0]["status"], "accepted");
}

/// Seals what has happened until now.
async fn seal(app: &TestApp) {
    app.clock.advance_seconds(301);
    assert_eq!(app.seal_audit(1).await, 1);
}

/// The invariants that `verify` finds broken by a case; the exit code must agree.
async fn found(books: &TestDatabase, case: &Case, engine: Engine) -> BTreeSet<String> {
    books.execute(&case.sql_on(engine)).await;
    let ended = books.run(&["verify", "--json"]);
    let report: Value = serde_json::from_str(&ended.stdout).expect(&ended.stderr);
    let faults = report["faults"].as_array().unwrap();
    assert_eq!(ended.code, Some(i32::from(!faults.is_empty())), "{}", case.check);
    assert_eq!(report["ok"], json!(faults.is_empty()));
    for fault in faults {
        assert_ne!(fault["subject"], "", "{fault}");
        assert_ne!(fault["expected"], fault["found"], "{fault}");
    }
    faults.iter().map(|fault| fault["check"].as_str().unwrap().to_owned()).collect()
}

async fn every_case_is_found(engine: Engine) {
    let books = books(engine).await;
    let mut wrong = Vec::new();
    for case in CASES {
        let expected = case.also.iter().chain([&case.check]).map(|&check| check.to_owned());
        let expected: BTreeSet<String> = expected.collect();
        let found = found(&books, case, engine).await;
        if found != expected {
            wrong.push((case.sql, expected, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The faults were those of the cases, not of how the books are brought back.
    assert_eq!(found(&books, &case("none", ""), engine).await, BTreeSet::new());
    books.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_found_on_sqlite() {
    every_case_is_found(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_found_on_postgres() {
    every_case_is_found(Engine::Postgres).await;
}

/// A new invariant needs a case here, a removed one leaves none behind.
#[test]
fn every_invariant_has_a_case() {
    let broken: BTreeSet<&str> = CASES.iter().map(|case| case.check).collect();
    let checked = verify::checks();
    assert_eq!(broken, checked.iter().copied().collect());
    assert_eq!(checked.len(), broken.len(), "two invariants have one name");
}
