//! Invoices of subscriptions at Stripe: those that an earlier service made there. They come with events.

use serde::Deserialize;

/// A bill of Stripe's own.
#[derive(Debug, Clone, Deserialize)]
pub struct Invoice {
    pub id: String,
    /// In small letters.
    pub currency: String,
    /// The bill, tax included: in the currency's unit at Stripe.
    pub total: i64,
    /// Seconds since 1970, as all times here.
    pub created: i64,
    pub invoice_pdf: Option<String>,
    /// Of what was added to it: of a renewal this is the month before.
    period_start: i64,
    period_end: i64,
    #[serde(default)]
    lines: Lines,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Lines {
    data: Vec<Line>,
}

#[derive(Debug, Clone, Deserialize)]
struct Line {
    period: Period,
}

/// From its first second to the first of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Period {
    pub start: i64,
    pub end: i64,
}

impl Invoice {
    /// What it pays for: of its lines the period that ends last, which prorations do not.
    #[must_use]
    pub fn period(&self) -> Period {
        let lines = self.lines.data.iter().map(|line| line.period);
        let own = Period { start: self.period_start, end: self.period_end };
        lines.max_by_key(|period| period.end).unwrap_or(own)
    }
}

/// Which subscription an invoice is of. The member moved with version 2025-03-31 of the API, and an event is
/// written in the version of its endpoint.
#[derive(Debug, Clone, Deserialize)]
pub struct InvoiceOf {
    #[serde(default, deserialize_with = "super::expandable::reference")]
    subscription: Option<String>,
    parent: Option<Parent>,
}

#[derive(Debug, Clone, Deserialize)]
struct Parent {
    subscription_details: Option<SubscriptionDetails>,
}

#[derive(Debug, Clone, Deserialize)]
struct SubscriptionDetails {
    #[serde(default, deserialize_with = "super::expandable::reference")]
    subscription: Option<String>,
}

impl InvoiceOf {
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        let details = self.parent.as_ref().and_then(|parent| parent.subscription_details.as_ref());
        let of = details.and_then(|details| details.subscription.as_deref());
        of.or(self.subscription.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn invoice(lines: &Value) -> Invoice {
        let invoice = json!({
            "id": "in_1", "currency": "omr", "total": 9_000, "created": 5, "invoice_pdf": null,
            "period_start": 1, "period_end": 2, "lines": lines,
        });
        serde_json::from_value(invoice).unwrap()
    }

    #[test]
    fn the_period_is_that_of_the_line_that_ends_last() {
        let line = |start: i64, end: i64| json!({ "period": { "start": start, "end": end } });
        let lines = json!({ "data": [line(3, 5), line(5, 8), line(4, 6)] });
        assert_eq!(invoice(&lines).period(), Period { start: 5, end: 8 });
        assert_eq!(invoice(&json!({ "data": [] })).period(), Period { start: 1, end: 2 });
    }

    #[test]
    fn the_subscription_is_found_in_either_place() {
        let details = |subscription: Value| json!({ "subscription": subscription });
        for (invoice, expected) in [
            (
                json!({ "parent": { "subscription_details": details("sub_1".into()) } }),
                Some("sub_1"),
            ),
            (json!({ "subscription": "sub_1", "parent": null }), Some("sub_1")),
            (json!({ "subscription": { "id": "sub_1" } }), Some("sub_1")),
            (json!({ "parent": { "subscription_details": null } }), None),
            (json!({}), None),
        ] {
            let of: InvoiceOf = serde_json::from_value(invoice.clone()).unwrap();
            assert_eq!(of.subscription(), expected, "{invoice}");
        }
    }
}
