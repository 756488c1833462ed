//! Bodies and queries as Stripe reads them: form-encoded, with members of objects and lists in brackets
//! (docs.stripe.com/api, "Introduction").

use sovereign_domain::timestamp::Timestamp;

/// Parameters of one request, in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// Nothing where there is no value: Stripe takes an empty one for "remove it".
    pub(super) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(super) fn number(self, name: &str, value: i64) -> Self {
        self.text(name, value.to_string())
    }

    pub(super) fn yes(self, name: &str) -> Self {
        self.text(name, "true")
    }

    /// Seconds since 1970.
    pub(super) fn moment(self, name: &str, at: Timestamp) -> Self {
        self.number(name, at.seconds())
    }

    /// A list: `name[0]`, `name[1]`, …
    pub(super) fn list<T: AsRef<str>>(self, name: &str, values: &[T]) -> Self {
        values.iter().enumerate().fold(self, |form, (index, value)| {
            form.text(format!("{name}[{index}]"), value.as_ref())
        })
    }

    /// Objects that the answer brings whole, instead of their identifiers.
    pub(super) fn expand(self, paths: &[&str]) -> Self {
        self.list("expand", paths)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(test)]
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|pair| pair.0 == name && pair.1 == value)
    }

    pub(super) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_lists_stand_in_brackets() {
        let form = Form::new()
            .text("metadata[sovereign]", "omantel.example")
            .number("line_items[0][price_data][unit_amount]", 5_120)
            .list("enabled_events", &["charge.refunded", "invoice.paid"])
            .expand(&["payment_intent.latest_charge"])
            .yes("off_session")
            .moment("expires_at", Timestamp::from_seconds(1_800_000_000))
            .optional("description", None)
            .optional("locale", Some("ar"));
        let encoded = form.encode();
        assert_eq!(
            encoded.replace("%5B", "[").replace("%5D", "]"),
            "metadata[sovereign]=omantel.example&line_items[0][price_data][unit_amount]=5120\
             &enabled_events[0]=charge.refunded&enabled_events[1]=invoice.paid\
             &expand[0]=payment_intent.latest_charge&off_session=true&expires_at=1800000000&locale=ar"
        );
    }

    #[test]
    fn what_has_a_meaning_in_a_form_is_escaped() {
        let form = Form::new().text("name", "a&b=c %\u{639}{CHECKOUT}");
        assert_eq!(form.encode(), "name=a%26b%3Dc+%25%D8%B9%7BCHECKOUT%7D");
    }
}
