//! The events of Stripe's that this program handles, and what each is about; it asks for no others.

/// What an event is about, which decides who acts upon it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A Checkout Session of an order.
    Session,
    /// An order's payment, whichever session it came from.
    Payment,
    Refund,
    Dispute,
    /// An invoice of a subscription that an earlier service made at Stripe.
    Invoice,
    /// Such a subscription.
    Subscription,
    /// A saved card.
    Card,
}

const HANDLED: [(&str, About); 23] = [
    ("checkout.session.completed", About::Session),
    ("checkout.session.expired", About::Session),
    ("checkout.session.async_payment_succeeded", About::Session),
    ("checkout.session.async_payment_failed", About::Session),
    ("payment_intent.succeeded", About::Payment),
    ("payment_intent.processing", About::Payment),
    ("payment_intent.requires_action", About::Payment),
    ("payment_intent.payment_failed", About::Payment),
    ("payment_intent.canceled", About::Payment),
    ("charge.refunded", About::Refund),
    ("charge.dispute.created", About::Dispute),
    ("charge.dispute.updated", About::Dispute),
    ("charge.dispute.closed", About::Dispute),
    ("charge.dispute.funds_withdrawn", About::Dispute),
    ("charge.dispute.funds_reinstated", About::Dispute),
    ("charge.refund.updated", About::Refund),
    ("refund.created", About::Refund),
    ("refund.updated", About::Refund),
    ("refund.failed", About::Refund),
    ("invoice.paid", About::Invoice),
    ("customer.subscription.updated", About::Subscription),
    ("customer.subscription.deleted", About::Subscription),
    ("payment_method.detached", About::Card),
];

/// Their types, which an endpoint at Stripe is to send.
pub const HANDLED_EVENTS: [&str; HANDLED.len()] = {
    let mut kinds = [""; HANDLED.len()];
    let mut at = 0;
    while at < HANDLED.len() {
        kinds[at] = HANDLED[at].0;
        at += 1;
    }
    kinds
};

/// What an event of this type is about; `None` where nothing is done about it.
pub(crate) fn about(kind: &str) -> Option<About> {
    HANDLED.iter().find(|(handled, _)| *handled == kind).map(|(_, about)| *about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_is_acted_upon() {
        for (index, kind) in HANDLED_EVENTS.iter().enumerate() {
            assert_eq!(about(kind), Some(HANDLED[index].1), "{kind}");
            assert!(!HANDLED_EVENTS[..index].contains(kind), "{kind} is there twice");
        }
        for unknown in ["", "charge.succeeded", "customer.subscription.created"] {
            assert_eq!(about(unknown), None, "{unknown}");
        }
    }
}
