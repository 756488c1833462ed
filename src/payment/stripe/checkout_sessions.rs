//! Checkout Sessions: the page at Stripe where a person enters their card.

use serde::Deserialize;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::StripeResult;
use super::client::{IdempotencyKey, Stripe, currency_code};
use super::expandable::Expandable;
use super::form::Form;
use super::list::{Created, List, Listed};
use super::metadata::{Metadata, Tags};
use super::payment_intents::PaymentIntent;
use super::words::words;

words! {
    /// Whether the page can still be used.
    pub enum SessionStatus {
        Open = "open",
        /// The person is through; see [`PaymentStatus`] for the money.
        Complete = "complete",
        /// It can never be paid any more.
        Expired = "expired",
    }
}

words! {
    pub enum PaymentStatus {
        Paid = "paid",
        /// Not yet, where the session is complete: the method takes its time.
        Unpaid = "unpaid",
        NoPaymentRequired = "no_payment_required",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct CheckoutSession {
    pub id: String,
    /// The page, while it is open.
    pub url: Option<String>,
    /// `None` only of sessions from before there was one.
    pub status: Option<SessionStatus>,
    pub payment_status: PaymentStatus,
    pub amount_total: Option<i64>,
    /// In small letters.
    pub currency: Option<String>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub customer: Option<String>,
    pub client_reference_id: Option<String>,
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// Seconds since 1970.
    pub created: i64,
    #[serde(default)]
    pub metadata: Tags,
}

impl Listed for CheckoutSession {
    fn id(&self) -> &str {
        &self.id
    }
}

/// A line that the person sees on Stripe's page; the sum of all is what is charged.
#[derive(Debug, Clone)]
pub struct LineItem {
    pub name: String,
    pub description: Option<String>,
    pub amount_minor: i64,
}

#[derive(Debug, Clone)]
pub struct CreateSession<'a> {
    pub metadata: &'a Metadata,
    /// The customer's identifier at Stripe.
    pub customer: &'a str,
    pub currency: Currency,
    pub lines: &'a [LineItem],
    /// Where the person comes back to; `{CHECKOUT_SESSION_ID}` becomes the session's identifier.
    pub success_url: &'a str,
    pub cancel_url: &'a str,
    /// From half an hour to a day from now.
    pub expires_at: Timestamp,
    /// `en`, `ar`; by default what the browser prefers.
    pub locale: Option<&'a str>,
}

impl CreateSession<'_> {
    fn form(&self) -> Form {
        let charge = "payment_intent_data";
        let form = Form::new()
            .text("mode", "payment")
            .text("customer", self.customer)
            .text("client_reference_id", self.metadata.order_id.to_string())
            .metadata(self.metadata)
            // A session's own does not reach the charge; a payment intent's does.
            .metadata_at(&format!("{charge}[metadata]"), self.metadata)
            .text(format!("{charge}[setup_future_usage]"), "off_session")
            .text("success_url", self.success_url)
            .text("cancel_url", self.cancel_url)
            .moment("expires_at", self.expires_at)
            .optional("locale", self.locale);
        self.lines.iter().enumerate().fold(form, |form, (index, line)| {
            let item = format!("line_items[{index}]");
            let price = format!("{item}[price_data]");
            let product = format!("{price}[product_data]");
            form.number(&format!("{item}[quantity]"), 1)
                .text(format!("{price}[currency]"), currency_code(self.currency))
                .number(&format!("{price}[unit_amount]"), line.amount_minor)
                .text(format!("{product}[name]"), &line.name)
                .optional(&format!("{product}[description]"), line.description.as_deref())
        })
    }
}

/// Which sessions are wanted: those that fit all that is given.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter<'a> {
    pub created: Created,
    pub payment_intent: Option<&'a str>,
    pub customer: Option<&'a str>,
    pub status: Option<SessionStatus>,
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn create_checkout_session(
        &self,
        session: &CreateSession<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<CheckoutSession> {
        self.post(&["checkout", "sessions"], &session.form(), key).await
    }

    /// A session with its payment intent and that one's charge.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn checkout_session(&self, id: &str) -> StripeResult<CheckoutSession> {
        let query = Form::new().expand(&["payment_intent.latest_charge"]);
        self.get(&["checkout", "sessions", id], &query).await
    }

    /// Sessions, newest first; their payment intents are identifiers.
    #[must_use]
    pub fn checkout_sessions(&self, filter: &SessionFilter<'_>) -> List<'_, CheckoutSession> {
        let query = Form::new()
            .created(filter.created)
            .optional("payment_intent", filter.payment_intent)
            .optional("customer", filter.customer)
            .optional("status", filter.status.as_ref().map(SessionStatus::as_str));
        List::new(self, &["checkout", "sessions"], query)
    }

    /// Ends a session that is open, for good. Refused where it is not open: it may have been paid.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn expire_checkout_session(
        &self,
        id: &str,
        key: &IdempotencyKey,
    ) -> StripeResult<CheckoutSession> {
        self.post(&["checkout", "sessions", id, "expire"], &Form::new(), key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_metadata_stands_on_the_session_and_on_the_payment() {
        let metadata = Metadata {
            sovereign: "omantel.example".into(),
            organization: "kestrel".into(),
            order_id: Uuid::from_u128(7),
        };
        let line = LineItem { name: "Plan M".into(), description: None, amount_minor: 5_120 };
        let session = CreateSession {
            metadata: &metadata,
            customer: "cus_1",
            currency: Currency::from_code("OMR").unwrap(),
            lines: &[line],
            success_url: "https://a.example/done",
            cancel_url: "https://a.example/back",
            expires_at: Timestamp::from_seconds(1_800_000_000),
            locale: Some("ar"),
        };
        let form = session.form();
        let order = metadata.order_id.to_string();
        for on in ["metadata", "payment_intent_data[metadata]"] {
            for (name, value) in [
                ("sovereign", "omantel.example"),
                ("organization", "kestrel"),
                ("order_id", &order),
            ] {
                assert!(form.has(&format!("{on}[{name}]"), value), "{on}[{name}]");
            }
        }
        for (name, value) in [
            ("mode", "payment"),
            ("client_reference_id", order.as_str()),
            ("payment_intent_data[setup_future_usage]", "off_session"),
            ("line_items[0][price_data][currency]", "omr"),
            ("line_items[0][price_data][unit_amount]", "5120"),
            ("line_items[0][price_data][product_data][name]", "Plan M"),
            ("line_items[0][quantity]", "1"),
            ("expires_at", "1800000000"),
        ] {
            assert!(form.has(name, value), "{name}");
        }
    }
}
