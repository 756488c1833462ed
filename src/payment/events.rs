//! The events of Stripe's that this program handles; it asks for no others.

pub const HANDLED_EVENTS: [&str; 20] = [
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "refund.failed",
    "invoice.paid",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "payment_method.detached",
];
