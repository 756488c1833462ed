//! Ordering on pages: what is shown is what is ordered, once; each refusal has its words; and the way to Stripe and
//! back.

mod card;
mod order;
mod refusals;

use crate::harness::{Browser, Customer, Setup, Shown, TestApp};

/// A mail server to sign in by, and a card processor.
fn with_cards() -> Setup {
    Setup { takes_cards: true, ..Setup::with_mail() }
}

/// A customer, and their browser with this voucher of `omr` kept from its own page.
async fn with_voucher(app: &TestApp, name: &str, code: &str, omr: i64) -> (Customer, Browser) {
    app.issue(code, omr, 0).await;
    let (customer, mut browser) = signed_in(app, name).await;
    browser.get(&format!("/redeem?code={code}")).await.expect(200);
    (customer, browser)
}

async fn signed_in(app: &TestApp, name: &str) -> (Customer, Browser) {
    let customer = app.customer(name).await;
    let mut browser = app.browser();
    browser.sign_in(app, &format!("{name}@example.com")).await;
    (customer, browser)
}

/// The hidden fields of the form that places the order.
fn fields(html: &str) -> Vec<(String, String)> {
    let (_, form) = html.split_once("<form method=\"post\" action=\"/checkout\">").expect(html);
    let (form, _) = form.split_once("</form>").unwrap();
    let hidden = form.split("<input type=\"hidden\" ").skip(1);
    let attribute = |input: &str, name: &str| {
        let (_, rest) = input.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    hidden.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
}

/// What the page's button sends.
async fn press(browser: &mut Browser, html: &str) -> Shown {
    let fields = fields(html);
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/checkout", &[], &fields).await
}

async fn orders(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM orders").await
}

/// The order of an address such as `/checkout/done?order=…`.
fn order_of(address: &str) -> String {
    address.split_once("order=").expect(address).1.to_owned()
}
