//! What is charged, to the smallest unit: in currencies of three decimals, of two and of none, with credit that
//! covers a part and without, from the price of a plan to Stripe's charge and back into the books.

use crate::harness::{Card, Customer, Setup, TestApp, on_both};

/// What comes of a price: how it is paid, or that it cannot be.
#[derive(Debug, Clone, Copy)]
enum Paid {
    /// Credit drawn, charged to the card, and what rounding took off (below zero: put on).
    By { credit: i64, card: i64, rounding: i64 },
    /// Less than a card can be charged, and no credit for it.
    Refused,
}

const fn by(credit: i64, card: i64, rounding: i64) -> Paid {
    Paid::By { credit, card, rounding }
}

/// A price in minor units, credit in whole units, and what comes of them.
type Case = (i64, i64, Paid);

/// Each minimum is that of `payment::stripe::amounts`: of these currencies only the price list differs.
const OMR: [Case; 19] = [
    (1, 0, Paid::Refused),
    (5, 0, Paid::Refused),
    (10, 0, Paid::Refused),
    (190, 0, Paid::Refused),
    // Half to even.
    (194, 0, Paid::Refused),
    (195, 0, by(0, 200, -5)),
    (199, 0, by(0, 200, -1)),
    (200, 0, by(0, 200, 0)),
    (205, 0, by(0, 200, 5)),
    (5_124, 0, by(0, 5_120, 4)),
    (5_125, 0, by(0, 5_120, 5)),
    (5_126, 0, by(0, 5_130, -4)),
    // Credit makes way for what a card can be charged.
    (1, 1, by(1, 0, 0)),
    (1_001, 1, by(801, 200, 0)),
    (1_005, 1, by(805, 200, 0)),
    (1_010, 1, by(810, 200, 0)),
    (1_201, 1, by(991, 210, 0)),
    (5_124, 1, by(994, 4_130, 0)),
    (5_124, 6, by(5_124, 0, 0)),
];

const BHD: [Case; 9] = [
    (1, 0, Paid::Refused),
    (180, 0, Paid::Refused),
    (190, 0, by(0, 190, 0)),
    (5_124, 0, by(0, 5_120, 4)),
    (1_001, 1, by(811, 190, 0)),
    (1_005, 1, by(815, 190, 0)),
    (1_010, 1, by(820, 190, 0)),
    (5_124, 5, by(4_934, 190, 0)),
    (5_124, 1, by(994, 4_130, 0)),
];

const KWD: [Case; 9] = [
    (5, 0, Paid::Refused),
    (160, 0, Paid::Refused),
    (170, 0, by(0, 170, 0)),
    (5_124, 0, by(0, 5_120, 4)),
    (1_001, 1, by(831, 170, 0)),
    (1_005, 1, by(835, 170, 0)),
    (1_010, 1, by(840, 170, 0)),
    (5_124, 5, by(4_954, 170, 0)),
    (5_124, 1, by(994, 4_130, 0)),
];

const USD: [Case; 8] = [
    (1, 0, Paid::Refused),
    (49, 0, Paid::Refused),
    (50, 0, by(0, 50, 0)),
    (51, 0, by(0, 51, 0)),
    (999, 0, by(0, 999, 0)),
    (999, 9, by(900, 99, 0)),
    (949, 9, by(899, 50, 0)),
    (901, 9, by(851, 50, 0)),
];

const JPY: [Case; 7] = [
    (1, 0, Paid::Refused),
    (49, 0, Paid::Refused),
    (50, 0, by(0, 50, 0)),
    (500, 0, by(0, 500, 0)),
    (500, 433, by(433, 67, 0)),
    (500, 499, by(450, 50, 0)),
    (500, 500, by(500, 0, 0)),
];

async fn check(app: &TestApp, scale: i64, cases: &[Case]) {
    for (number, case) in cases.iter().enumerate() {
        let (price, credit_units, paid) = *case;
        app.execute(&format!("UPDATE catalog_items SET price_minor = {price} WHERE slug = 'm'"))
            .await;
        app.execute("UPDATE sovereign SET catalog_revision = catalog_revision + 1").await;
        let code = format!("CREDIT-{number}");
        if credit_units > 0 {
            app.issue(&code, credit_units, 0).await;
        }
        let code = if credit_units > 0 { &*code } else { "" };
        let customer = app.customer(&format!("person-{number}")).await;
        match paid {
            Paid::Refused => {
                app.refuses(customer.checkout("m", code), 400, "below_minimum").await;
            }
            Paid::By { credit, card, rounding } => {
                customer.checkout("m", code).await.expect(200);
                charged(app, &customer, card).await;
                in_the_books(app, &customer, price, (credit, card, rounding)).await;
                let left = credit_units * scale - credit;
                assert_eq!(customer.available_minor().await, left, "{case:?}");
            }
        }
        app.verify().await;
    }
    let charges = app.stripe().all("charge");
    let charged: i64 = charges.iter().map(|charge| charge["amount"].as_i64().unwrap()).sum();
    let sum = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM card_payments";
    assert_eq!(app.number(sum).await, charged);
}

/// Pays what Stripe was asked for, which is `card`; nothing was asked for where that is nothing.
async fn charged(app: &TestApp, customer: &Customer, card: i64) {
    let of = |object: &str| {
        let mut all = app.stripe().all(object);
        all.retain(|object| object["metadata"]["organization"] == *customer.tenant_id);
        all
    };
    let sessions = of("checkout.session");
    if card == 0 {
        assert_eq!(sessions.len(), 0, "{sessions:?}");
        return;
    }
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    assert_eq!(sessions[0]["amount_total"], card);
    app.stripe().pay(sessions[0]["id"].as_str().unwrap(), Card::Good);
    for event in app.stripe().events() {
        if event.body.contains(&customer.tenant_id) {
            assert_eq!(app.stripe().deliver(&event).await, 200);
        }
    }
    let charges = of("charge");
    assert_eq!(charges.len(), 1, "{charges:?}");
    assert_eq!(charges[0]["amount"], card);
    assert_eq!(charges[0]["amount_captured"], card);
}

/// Order, ledger, invoice and payment say the same.
async fn in_the_books(
    app: &TestApp,
    customer: &Customer,
    price: i64,
    (credit, card, rounding): (i64, i64, i64),
) {
    let tenant = &customer.tenant_id;
    let order = format!(
        "SELECT status || ' ' || amount_baisa || ' ' || credit_minor || ' ' || charge_minor || ' ' \
             || rounding_minor FROM orders WHERE tenant_id = '{tenant}'"
    );
    let expected = format!("completed {price} {credit} {card} {rounding}");
    assert_eq!(app.texts(&order).await, [expected]);
    let drawn = format!(
        "SELECT CAST(COALESCE(SUM(-e.amount_minor), 0) AS bigint) FROM credit_ledger e \
         JOIN orders o ON o.id = e.order_id \
         WHERE o.tenant_id = '{tenant}' AND e.kind IN ('draw', 'post')"
    );
    assert_eq!(app.number(&drawn).await, credit, "{price}");
    let invoice = format!(
        "SELECT status || ' ' || amount_minor || ' ' || credit_minor FROM invoices \
         WHERE tenant_id = '{tenant}'"
    );
    assert_eq!(app.texts(&invoice).await, [format!("paid {price} {credit}")]);
    let paid = format!(
        "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM card_payments \
         WHERE tenant_id = '{tenant}' AND purpose = 'order'"
    );
    assert_eq!(app.number(&paid).await, card, "{price}");
}

fn cards_in(currency: &'static str) -> Setup {
    Setup { currency: Some(currency), ..Setup::with_stripe() }
}

on_both! {
    async fn omani_rials(app: &TestApp, Setup::with_stripe()) {
        check(app, 1_000, &OMR).await;
    }

    async fn bahraini_dinars(app: &TestApp, cards_in("BHD")) {
        check(app, 1_000, &BHD).await;
    }

    async fn kuwaiti_dinars(app: &TestApp, cards_in("KWD")) {
        check(app, 1_000, &KWD).await;
    }

    async fn dollars(app: &TestApp, cards_in("USD")) {
        check(app, 100, &USD).await;
    }

    async fn yen(app: &TestApp, cards_in("JPY")) {
        check(app, 1, &JPY).await;
    }
}
