//! The books against Stripe's charges and against themselves, by sums of the test's own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;

use serde_json::Value;
use sovereign_domain::tax::TaxRules;
use uuid::Uuid;

use super::people::{PRICES, Person, VOUCHERS};
use super::rows::{Books, Order};
use crate::harness::TestApp;

type Sums<K> = BTreeMap<K, i64>;

pub(super) fn compare(app: &TestApp, books: &Books, people: &[Person], tax: TaxRules) {
    charges_are_payments(app, books);
    refunds_are_stripes(app, books);
    orders_are_paid_in_full(books, people, tax);
    invoices_are_what_was_paid(books);
    wallets_are_what_was_granted_and_not_spent(books);
    invoices_are_numbered(books);
    nothing_waits(books);
    assert_eq!(app.stripe().objects_without_metadata(), []);
}

fn sums<K: Ord>(parts: impl IntoIterator<Item = (K, i64)>) -> Sums<K> {
    let mut sums = Sums::new();
    for (key, part) in parts {
        *sums.entry(key).or_default() += part;
    }
    sums
}

/// Fails with what differs. Nothing at all is as good as a sum of nothing.
fn assert_same<K: Ord + Debug>(one: &Sums<K>, other: &Sums<K>, what: &str) {
    let of = |sums: &Sums<K>, key: &K| sums.get(key).copied().unwrap_or_default();
    let keys: BTreeSet<&K> = one.keys().chain(other.keys()).collect();
    let both = keys.into_iter().map(|key| (key, of(one, key), of(other, key)));
    let different: Vec<_> = both.filter(|(_, one, other)| one != other).collect();
    assert!(different.is_empty(), "{what} differ: {different:?}");
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

/// For each order: what Stripe has of it is what the books say.
fn charges_are_payments(app: &TestApp, books: &Books) {
    let charges = app.stripe().all("charge");
    let succeeded: Vec<&Value> =
        charges.iter().filter(|charge| charge["status"] == "succeeded").collect();
    let order_of = |charge: &Value| Uuid::parse_str(text(&charge["metadata"], "order_id")).unwrap();
    let of_charge: HashMap<&str, Uuid> =
        succeeded.iter().map(|charge| (text(charge, "id"), order_of(charge))).collect();
    let refunds = app.stripe().all("refund");
    let refunds = refunds.iter().filter(|refund| refund["status"] == "succeeded");
    let at_stripe = sums(
        succeeded
            .iter()
            .map(|charge| (order_of(charge), charge["amount"].as_i64().unwrap()))
            .chain(refunds.map(|refund| {
                (of_charge[text(refund, "charge")], -refund["amount"].as_i64().unwrap())
            })),
    );
    let here = sums(
        books
            .payments
            .iter()
            .map(|payment| (payment.order_id, payment.amount_minor))
            .chain(books.refunds.iter().map(|refund| (refund.order_id, -refund.card_minor))),
    );
    assert_same(&here, &at_stripe, "the books and Stripe");
    let known: BTreeSet<&str> =
        books.payments.iter().map(|payment| payment.charge_id.as_str()).collect();
    let made: BTreeSet<&str> = succeeded.iter().map(|charge| text(charge, "id")).collect();
    let different: Vec<_> = known.symmetric_difference(&made).collect();
    assert!(different.is_empty(), "charges that are not in both: {different:?}");
}

fn refunds_are_stripes(app: &TestApp, books: &Books) {
    assert!(books.refunds.iter().all(|refund| refund.status == "succeeded"));
    let here: i64 = books.refunds.iter().map(|refund| refund.card_minor).sum();
    let charges = app.stripe().all("charge");
    let there: i64 = charges.iter().map(|c| c["amount_refunded"].as_i64().unwrap()).sum();
    assert_eq!(here, there);
}

/// What credit paid for each order, by the ledger.
pub(super) fn drawn(books: &Books) -> Sums<Uuid> {
    let draws = books.ledger.iter().filter(|entry| ["draw", "post"].contains(&&*entry.kind));
    sums(draws.map(|entry| (entry.order_id.expect("a draw is for an order"), -entry.amount_minor)))
}

/// What cards paid for each order.
pub(super) fn charged(books: &Books) -> Sums<Uuid> {
    let payments = books.payments.iter().filter(|payment| payment.purpose == "order");
    sums(payments.map(|payment| (payment.order_id, payment.amount_minor)))
}

/// A month's price, by what was ordered and what the test set the prices to.
fn price(person: &Person, tax: TaxRules) -> i64 {
    let price = |name: &&str| PRICES.iter().find(|(slug, _)| slug == name).expect("a price").1;
    let sum: i64 = person.addons.iter().chain([&person.plan]).map(price).sum();
    if tax.rate_bp == 0 {
        return sum;
    }
    assert_eq!((tax.rate_bp, tax.included), (500, false));
    // A twentieth, half to even.
    let (whole, rest) = (sum / 20, sum % 20);
    let up = rest > 10 || (rest == 10 && whole % 2 == 1);
    sum + whole + i64::from(up)
}

fn orders_are_paid_in_full(books: &Books, people: &[Person], tax: TaxRules) {
    let (drawn, charged) = (drawn(books), charged(books));
    let prices: HashMap<String, i64> =
        people.iter().map(|person| (person.tenant_id(), price(person, tax))).collect();
    for order in &books.orders {
        let credit = drawn.get(&order.id).copied().unwrap_or_default();
        let card = charged.get(&order.id).copied().unwrap_or_default();
        if order.status != "completed" {
            assert_eq!((credit, card), (0, 0), "{order:?}");
            continue;
        }
        assert_eq!(order.total_minor, prices[&order.tenant_id], "{order:?}");
        assert_eq!(order.total_minor, credit + card + order.rounding_minor, "{order:?}");
        assert!(order.rounding_minor.abs() <= 5, "{order:?}");
        assert!(order.rounding_minor == 0 || credit == 0, "credit makes way: {order:?}");
        assert_eq!(card % 10, 0, "{order:?}");
    }
}

fn invoices_are_what_was_paid(books: &Books) {
    let paid = books.invoices.iter().filter(|invoice| invoice.status == "paid");
    let paid: Vec<_> = paid.collect();
    let of_order: HashMap<Uuid, &Order> =
        books.orders.iter().map(|order| (order.id, order)).collect();
    let tenant = |id: &Uuid| of_order[id].tenant_id.clone();
    let invoiced = sums(paid.iter().map(|i| (i.tenant_id.clone(), i.amount_minor)));
    let rounding = books.orders.iter().filter(|order| order.status == "completed");
    let came = sums(
        drawn(books)
            .iter()
            .chain(&charged(books))
            .map(|(order, amount)| (tenant(order), *amount))
            .chain(rounding.map(|order| (order.tenant_id.clone(), order.rounding_minor))),
    );
    assert_same(&invoiced, &came, "what was invoiced and what came");
    let months = sums(paid.iter().map(|invoice| (invoice.tenant_id.clone(), 1)));
    let completed = books.orders.iter().filter(|order| order.status == "completed");
    assert!(books.orders.iter().all(|o| ["checkout", "renewal"].contains(&&*o.kind)));
    let completed = sums(completed.map(|order| (order.tenant_id.clone(), 1)));
    assert_same(&months, &completed, "paid months and completed orders");
    let once: BTreeSet<Uuid> = paid.iter().map(|invoice| invoice.order_id).collect();
    assert_eq!(once.len(), paid.len(), "an order has one paid invoice");
}

fn wallets_are_what_was_granted_and_not_spent(books: &Books) {
    let value: HashMap<&str, i64> =
        VOUCHERS.iter().map(|(code, rials, _)| (*code, rials * 1_000)).collect();
    let redeemed = books.redemptions.iter().filter(|redemption| redemption.state == "redeemed");
    let granted =
        sums(redeemed.map(|redemption| (redemption.tenant_id.clone(), value[&*redemption.code])));
    let by_kind = |kinds: &[&str]| {
        let lines = books.ledger.iter().filter(|entry| kinds.contains(&&*entry.kind));
        sums(lines.map(|entry| (entry.tenant_id.clone(), entry.amount_minor)))
    };
    let by_order = |kinds: &[&str]| {
        let lines = books.ledger.iter().filter(|entry| kinds.contains(&&*entry.kind));
        sums(lines.map(|entry| (entry.order_id.expect("an order"), entry.amount_minor)))
    };
    let by_ledger = by_kind(&["grant", "release"]);
    assert_same(&by_ledger, &granted, "what was granted and what the vouchers were worth");
    let came_back = by_order(&["refund"]);
    let given_back =
        sums(books.refunds.iter().map(|refund| (refund.order_id, refund.credit_minor)));
    assert_same(&came_back, &given_back, "credit that came back and what was refunded of it");
    let taken = by_kind(&["draw", "post", "expiry", "refund"]);
    for wallet in &books.wallets {
        let of = |sums: &Sums<String>| sums.get(&wallet.tenant_id).copied().unwrap_or_default();
        assert_eq!(wallet.balance_minor, of(&granted) + of(&taken), "{wallet:?}");
        assert_eq!(wallet.held_minor, 0, "{wallet:?}");
    }
    let known = ["grant", "release", "draw", "post", "expiry", "refund"];
    let other = books.ledger.iter().find(|entry| !known.contains(&&*entry.kind));
    assert!(other.is_none(), "{other:?}");
    // Only credit that can expire did.
    let expiring: BTreeSet<&str> =
        VOUCHERS.iter().filter(|(.., days)| *days > 0).map(|(code, ..)| *code).collect();
    let had: BTreeSet<&str> = books
        .redemptions
        .iter()
        .filter(|redemption| expiring.contains(&*redemption.code))
        .map(|redemption| redemption.tenant_id.as_str())
        .collect();
    for tenant_id in by_kind(&["expiry"]).keys() {
        assert!(had.contains(&**tenant_id), "{tenant_id}");
    }
}

fn invoices_are_numbered(books: &Books) {
    let mut numbers: Vec<i64> =
        books.invoices.iter().map(|invoice| invoice.number.expect("a number")).collect();
    numbers.sort_unstable();
    let expected: Vec<i64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);
}

fn nothing_waits(books: &Books) {
    let pending = books.orders.iter().find(|order| order.status == "pending");
    assert!(pending.is_none(), "{pending:?}");
}
