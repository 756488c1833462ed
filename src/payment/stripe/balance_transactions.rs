//! Balance transactions: every movement of money on the account, once, dated when it moved
//! (`docs.stripe.com/api/balance_transactions`).

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::StripeResult;
use super::client::Stripe;
use super::form::Form;
use super::list::{Created, List, Listed};
use super::metadata::Tags;
use super::words::words;

words! {
    /// What made the money move (docs.stripe.com/reports/balance-transaction-types), as far as it has to do with a
    /// charge.
    pub enum TransactionType {
        Charge = "charge",
        /// A charge that was not by card.
        Payment = "payment",
        Refund = "refund",
        PaymentRefund = "payment_refund",
        RefundFailure = "refund_failure",
        /// A charge that was not by card failed after all.
        PaymentFailureRefund = "payment_failure_refund",
        /// The bank took such a payment back.
        PaymentReversal = "payment_reversal",
    }
}

words! {
    /// The same for accounts (docs.stripe.com/reports/reporting-categories): what an adjustment is, this says.
    pub enum ReportingCategory {
        ChargeFailure = "charge_failure",
        Dispute = "dispute",
        DisputeReversal = "dispute_reversal",
        PartialCaptureReversal = "partial_capture_reversal",
        Refund = "refund",
        RefundFailure = "refund_failure",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct BalanceTransaction {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: TransactionType,
    pub reporting_category: ReportingCategory,
    /// Before the fee; below zero where money left the account.
    pub amount: i64,
    /// What Stripe took; below zero where it gave it back.
    pub fee: i64,
    /// Of the balance that moved, which may be another than the source's. In small letters.
    pub currency: String,
    /// Seconds since 1970.
    pub created: i64,
    pub source: Option<Source>,
}

impl Listed for BalanceTransaction {
    fn id(&self) -> &str {
        &self.id
    }
}

/// What moved the money: its identifier, or, where that was asked for, the object. An object is known by its member
/// `object`, so that none is held twice to find out which it is.
#[derive(Debug, Clone)]
pub enum Source {
    Id(String),
    Object(Box<SourceObject>),
}

/// A charge, a refund or a dispute; of anything else what it has in common with them.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceObject {
    pub id: String,
    /// `charge`, `refund`, `dispute`, …
    pub object: String,
    pub amount: Option<i64>,
    /// Of a charge.
    pub amount_captured: Option<i64>,
    /// In small letters.
    pub currency: Option<String>,
    /// Seconds since 1970.
    pub created: Option<i64>,
    #[serde(default)]
    pub metadata: Tags,
    /// Of a refund or a dispute.
    pub charge: Option<Source>,
}

impl Source {
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => &object.id,
        }
    }

    #[must_use]
    pub fn object(&self) -> Option<&SourceObject> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdOrObject)
    }
}

struct IdOrObject;

impl<'de> Visitor<'de> for IdOrObject {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier or an object")
    }

    fn visit_str<E: Error>(self, id: &str) -> Result<Source, E> {
        Ok(Source::Id(id.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
        SourceObject::deserialize(MapAccessDeserializer::new(map))
            .map(|object| Source::Object(Box::new(object)))
    }
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn balance_transaction(&self, id: &str) -> StripeResult<BalanceTransaction> {
        self.get(&["balance_transactions", id], &Form::new()).await
    }

    /// Balance transactions, newest first, with their sources and the charges of these; with `after`, those behind
    /// the one of this identifier.
    #[must_use]
    pub fn balance_transactions(
        &self,
        created: Created,
        after: Option<&str>,
    ) -> List<'_, BalanceTransaction> {
        let query = Form::new().created(created).expand(&["data.source", "data.source.charge"]);
        List::new(self, &["balance_transactions"], query).after(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> BalanceTransaction {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_source_is_an_identifier_or_an_object() {
        let with = |source: &str| {
            read(&format!(
                r#"{{"id":"txn_1","type":"charge","reporting_category":"charge","amount":100,"fee":3,
                     "net":97,"currency":"usd","created":1,"status":"available","source":{source}}}"#
            ))
        };
        assert!(with("null").source.is_none());
        assert_eq!(with(r#""ch_1""#).source.unwrap().id(), "ch_1");
        let charge = with(
            r#"{"id":"ch_1","object":"charge","amount":100,"currency":"usd","created":1,
                "metadata":{"sovereign":"a.example"},"refunds":{"data":[],"has_more":false}}"#,
        );
        let source = charge.source.unwrap();
        let object = source.object().unwrap();
        assert_eq!((object.amount, object.metadata.sovereign()), (Some(100), Some("a.example")));
        assert!(object.charge.is_none());
    }

    #[test]
    fn a_dispute_brings_its_charge() {
        let transaction = read(
            r#"{"id":"txn_2","type":"adjustment","reporting_category":"dispute","amount":-100,
                "fee":1500,"currency":"usd","created":2,"source":{"id":"dp_1","object":"dispute",
                "amount":100,"currency":"usd","created":2,"metadata":null,"charge":{"id":"ch_1",
                "object":"charge","amount":100,"currency":"usd","created":1,
                "metadata":{"sovereign":"a.example"}}}}"#,
        );
        assert_eq!(transaction.reporting_category, ReportingCategory::Dispute);
        assert_eq!(transaction.kind, TransactionType::Other("adjustment".into()));
        let source = transaction.source.unwrap();
        let charge = source.object().unwrap().charge.as_ref().unwrap();
        assert_eq!((charge.id(), charge.object().unwrap().created), ("ch_1", Some(1)));
    }
}
