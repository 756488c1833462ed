//! Payment intents: one payment, from its first try to its charge.

use serde::Deserialize;
use sovereign_domain::money::Currency;

use super::StripeResult;
use super::charges::Charge;
use super::client::{IdempotencyKey, Stripe, currency_code};
use super::expandable::Expandable;
use super::form::Form;
use super::list::{Created, List, Listed};
use super::metadata::{Metadata, Tags};
use super::words::words;

words! {
    pub enum PaymentIntentStatus {
        /// Nothing was tried, or what was tried failed.
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        /// The person has to show who they are.
        RequiresAction = "requires_action",
        Processing = "processing",
        RequiresCapture = "requires_capture",
        /// It can never be paid any more.
        Canceled = "canceled",
        Succeeded = "succeeded",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct PaymentIntent {
    pub id: String,
    pub amount: i64,
    #[serde(default)]
    pub amount_received: i64,
    /// In small letters.
    pub currency: String,
    pub status: PaymentIntentStatus,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub customer: Option<String>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub payment_method: Option<String>,
    pub latest_charge: Option<Expandable<Charge>>,
    pub last_payment_error: Option<PaymentError>,
    /// Seconds since 1970.
    pub created: i64,
    #[serde(default)]
    pub metadata: Tags,
}

/// Why the last try failed.
#[derive(Debug, Clone, Deserialize)]
pub struct PaymentError {
    /// Such as `card_declined` or `authentication_required`.
    pub code: Option<String>,
    /// The card issuer's reason.
    pub decline_code: Option<String>,
    /// For people, in English.
    pub message: Option<String>,
}

impl Listed for PaymentIntent {
    fn id(&self) -> &str {
        &self.id
    }
}

/// A charge of a saved card while nobody is there.
#[derive(Debug, Clone)]
pub struct CreatePaymentIntent<'a> {
    pub metadata: &'a Metadata,
    pub amount_minor: i64,
    pub currency: Currency,
    /// The customer's identifier at Stripe.
    pub customer: &'a str,
    /// The saved card's.
    pub payment_method: &'a str,
    /// What the person reads on a receipt.
    pub description: Option<&'a str>,
}

impl CreatePaymentIntent<'_> {
    fn form(&self) -> Form {
        Form::new()
            .number("amount", self.amount_minor)
            .text("currency", currency_code(self.currency))
            .text("customer", self.customer)
            .text("payment_method", self.payment_method)
            .yes("off_session")
            .yes("confirm")
            // Without this Stripe wants an address to send the person back to, and there is nobody.
            .yes("automatic_payment_methods[enabled]")
            .text("automatic_payment_methods[allow_redirects]", "never")
            .metadata(self.metadata)
            .optional("description", self.description)
            .expand(&["latest_charge"])
    }
}

impl Stripe {
    /// Charges a saved card. A card that is declined, or whose bank wants its holder to be there
    /// (`authentication_required`), is a [`super::Refusal`] that brings the payment intent along.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn create_payment_intent(
        &self,
        intent: &CreatePaymentIntent<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<PaymentIntent> {
        self.post(&["payment_intents"], &intent.form(), key).await
    }

    /// A payment intent with its charge.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn payment_intent(&self, id: &str) -> StripeResult<PaymentIntent> {
        self.get(&["payment_intents", id], &Form::new().expand(&["latest_charge"])).await
    }

    /// Payment intents, newest first; their charges are identifiers.
    #[must_use]
    pub fn payment_intents(
        &self,
        created: Created,
        customer: Option<&str>,
    ) -> List<'_, PaymentIntent> {
        let query = Form::new().created(created).optional("customer", customer);
        List::new(self, &["payment_intents"], query)
    }

    /// Ends a payment intent that has not been paid, for good. That of a Checkout Session ends with its
    /// session, and cannot be canceled.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn cancel_payment_intent(
        &self,
        id: &str,
        key: &IdempotencyKey,
    ) -> StripeResult<PaymentIntent> {
        self.post(&["payment_intents", id, "cancel"], &Form::new(), key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_charge_off_session_is_confirmed_and_says_whose_it_is() {
        let metadata = Metadata {
            sovereign: "omantel.example".into(),
            organization: "kestrel".into(),
            order_id: Uuid::from_u128(7),
        };
        let intent = CreatePaymentIntent {
            metadata: &metadata,
            amount_minor: 9_000,
            currency: Currency::from_code("OMR").unwrap(),
            customer: "cus_1",
            payment_method: "pm_1",
            description: None,
        };
        let form = intent.form();
        for (name, value) in [
            ("amount", "9000"),
            ("currency", "omr"),
            ("off_session", "true"),
            ("confirm", "true"),
            ("metadata[sovereign]", "omantel.example"),
            ("metadata[organization]", "kestrel"),
            ("metadata[order_id]", &metadata.order_id.to_string()),
        ] {
            assert!(form.has(name, value), "{name}");
        }
    }

    #[test]
    fn a_charge_comes_as_its_identifier_or_whole() {
        let read = |charge: &str| {
            let json = format!(
                r#"{{"id":"pi_1","amount":100,"currency":"omr","status":"on_fire","created":1,
                    "customer":{{"id":"cus_1","email":null}},"latest_charge":{charge}}}"#
            );
            serde_json::from_str::<PaymentIntent>(&json).unwrap()
        };
        let by_id = read("\"ch_1\"");
        assert_eq!(by_id.latest_charge.as_ref().map(Expandable::id), Some("ch_1"));
        assert_eq!(by_id.customer.as_deref(), Some("cus_1"));
        assert_eq!(by_id.status, PaymentIntentStatus::Other("on_fire".into()));
        let whole = read(
            r#"{"id":"ch_1","amount":100,"currency":"omr","status":"succeeded","created":1,"paid":true}"#,
        );
        let charge = whole.latest_charge.as_ref().and_then(Expandable::object).unwrap();
        assert_eq!((charge.id.as_str(), charge.paid), ("ch_1", true));
        assert!(read("null").latest_charge.is_none());
    }
}
