//! The earlier service's tables and columns, as far as anything of ours depends on them.

/// How a column is read, and from which types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Uuid,
    /// The customer of a row; nobody's rows are kept together under the nil identifier.
    Owner,
    Text,
    Int4,
    Int8,
    Flag,
    Moment,
    List,
}

pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

/// A table of the earlier service, in the order in which it is read.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
}

const fn must(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false }
}

/// Read for the balance, and kept: it is finer than a minor unit.
pub(super) const METERED: &str = "amount_micro_omr";

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "customers",
        columns: &[
            must("id", Kind::Uuid),
            must("user_id", Kind::Text),
            may("tenant_id", Kind::Text),
            may("stripe_customer_id", Kind::Text),
            may("email", Kind::Text),
            may("created_at", Kind::Moment),
        ],
    },
    Table {
        name: "promo_codes",
        columns: &[
            must("code", Kind::Text),
            must("credit_omr", Kind::Int4),
            may("description", Kind::Text),
            may("active", Kind::Flag),
            may("max_redemptions", Kind::Int4),
            must("times_redeemed", Kind::Int4),
            may("created_at", Kind::Moment),
            may("deleted_at", Kind::Moment),
        ],
    },
    Table {
        name: "promo_redemptions",
        columns: &[
            must("customer_id", Kind::Owner),
            must("code", Kind::Text),
            may("created_at", Kind::Moment),
        ],
    },
    Table {
        name: "credit_ledger",
        columns: &[
            must("id", Kind::Uuid),
            must("customer_id", Kind::Owner),
            must("amount_omr", Kind::Int4),
            may(METERED, Kind::Int8),
            must("reason", Kind::Text),
            may("order_id", Kind::Text),
            may("status", Kind::Text),
            may("created_at", Kind::Moment),
        ],
    },
    Table {
        name: "orders",
        columns: &[
            must("id", Kind::Uuid),
            must("customer_id", Kind::Owner),
            may("tenant_id", Kind::Text),
            may("plan_id", Kind::Text),
            may("apps", Kind::List),
            may("addons", Kind::List),
            must("amount_omr", Kind::Int4),
            may("amount_baisa", Kind::Int8),
            must("status", Kind::Text),
            may("stripe_session_id", Kind::Text),
            may("promo_code", Kind::Text),
            may("created_at", Kind::Moment),
            may("updated_at", Kind::Moment),
        ],
    },
    Table {
        name: "subscriptions",
        columns: &[
            must("id", Kind::Uuid),
            must("customer_id", Kind::Owner),
            may("tenant_id", Kind::Text),
            may("stripe_subscription_id", Kind::Text),
            may("plan_id", Kind::Text),
            must("status", Kind::Text),
            may("current_period_start", Kind::Moment),
            may("current_period_end", Kind::Moment),
            may("created_at", Kind::Moment),
            may("updated_at", Kind::Moment),
        ],
    },
    Table {
        name: "stripe_webhook_events",
        columns: &[
            must("event_id", Kind::Text),
            may("event_type", Kind::Text),
            may("processed_at", Kind::Moment),
            may("status", Kind::Text),
        ],
    },
    Table {
        name: "invoices",
        columns: &[
            must("id", Kind::Uuid),
            must("customer_id", Kind::Owner),
            may("tenant_id", Kind::Text),
            may("stripe_invoice_id", Kind::Text),
            must("amount_omr", Kind::Int4),
            may("amount_baisa", Kind::Int8),
            may("currency", Kind::Text),
            must("status", Kind::Text),
            may("period_start", Kind::Moment),
            may("period_end", Kind::Moment),
            may("pdf_url", Kind::Text),
            may("created_at", Kind::Moment),
        ],
    },
    Table {
        name: "settings",
        columns: &[
            may("id", Kind::Int4),
            may("stripe_secret_key", Kind::Text),
            may("stripe_webhook_secret", Kind::Text),
            may("stripe_public_key", Kind::Text),
            may("updated_at", Kind::Moment),
        ],
    },
];
