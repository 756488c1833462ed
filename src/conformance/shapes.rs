//! The shapes of the wire contract, member by member.

use super::shape::Kind::{Any, Bool, Int, Name, Rows, Text, Texts, Time};
use super::shape::Shape;

pub(super) static PROBLEM: Shape = Shape {
    name: "problem",
    required: &[
        ("type", Name),
        ("title", Name),
        ("status", Int),
        ("detail", Name),
        ("instance", Name),
        ("error", Name),
    ],
    optional: &[],
    forbidden: &[],
};

pub(super) static VOUCHER: Shape = Shape {
    name: "voucher",
    required: &[
        ("code", Name),
        ("credit_omr", Int),
        ("description", Text),
        ("active", Bool),
        ("max_redemptions", Int),
        ("times_redeemed", Int),
        ("created_at", Time),
    ],
    optional: &[("deleted_at", Time)],
    forbidden: &[],
};

/// Anyone sees it: a counter or a cap would measure the campaign.
pub(super) static PREVIEW: Shape = Shape {
    name: "preview",
    required: &[
        ("code", Name),
        ("credit_omr", Int),
        ("description", Text),
        ("active", Bool),
        ("accepting_redemptions", Bool),
    ],
    optional: &[],
    forbidden: &["times_redeemed", "max_redemptions"],
};

pub(super) static BALANCE: Shape = Shape {
    name: "balance",
    required: &[("credit_omr", Int), ("credit_baisa", Int), ("entries", Rows(&ENTRY))],
    optional: &[],
    forbidden: &[],
};

static ENTRY: Shape = Shape {
    name: "entry",
    required: &[
        ("id", Name),
        ("amount_omr", Int),
        ("amount_baisa", Int),
        ("reason", Text),
        ("created_at", Time),
    ],
    optional: &[("order_id", Name)],
    forbidden: &[],
};

/// It says that there are secrets, and never which.
pub(super) static SETTINGS: Shape = Shape {
    name: "settings",
    required: &[
        ("stripe_secret_key_configured", Bool),
        ("stripe_webhook_secret_configured", Bool),
        ("stripe_secret_key_last4", Text),
        ("stripe_webhook_secret_last4", Text),
        ("stripe_public_key", Text),
        ("updated_at", Time),
    ],
    optional: &[],
    forbidden: &["stripe_secret_key", "stripe_webhook_secret"],
};

pub(super) static REVENUE: Shape = Shape {
    name: "revenue",
    required: &[
        ("total_mrr", Int),
        ("total_mrr_baisa", Int),
        ("total_customers", Int),
        ("new_this_month", Int),
        ("active_subscriptions", Int),
    ],
    optional: &[],
    forbidden: &[],
};

pub(super) static ORDER: Shape = Shape {
    name: "order",
    required: &[
        ("id", Name),
        ("customer_id", Name),
        ("tenant_id", Name),
        ("plan_id", Text),
        ("apps", Texts),
        ("addons", Texts),
        ("amount_omr", Int),
        ("amount_baisa", Int),
        ("status", Name),
        ("created_at", Time),
    ],
    optional: &[("stripe_session_id", Text), ("promo_code", Text), ("promo_deleted", Bool)],
    forbidden: &[],
};

pub(super) static PLAN: Shape = Shape {
    name: "plan",
    required: &[
        ("id", Name),
        ("slug", Name),
        ("name", Text),
        ("description", Text),
        ("cpu", Text),
        ("memory", Text),
        ("storage", Text),
        ("price_omr", Int),
        ("popular", Bool),
        ("sort_order", Int),
        ("features", Texts),
    ],
    optional: &[("stripe_price_id", Text)],
    forbidden: &[],
};

pub(super) static ADDON: Shape = Shape {
    name: "addon",
    required: &[
        ("id", Name),
        ("slug", Name),
        ("name", Text),
        ("description", Text),
        ("price_omr", Int),
        ("included", Bool),
        ("category", Text),
    ],
    optional: &[],
    forbidden: &[],
};

pub(super) static APP: Shape = Shape {
    name: "app",
    required: &[
        ("id", Name),
        ("slug", Name),
        ("name", Text),
        ("tagline", Text),
        ("description", Text),
        ("category", Text),
        ("tags", Texts),
        ("icon", Text),
        ("icon_bg", Text),
        ("website", Text),
        ("license", Text),
        ("featured", Bool),
        ("popular", Bool),
        ("free", Bool),
        ("features", Texts),
        ("related_apps", Texts),
        ("dependencies", Texts),
        ("system", Bool),
        ("kind", Text),
        ("shareable", Bool),
        ("config_schema", Any),
        ("deployable", Bool),
        ("ram_mb", Int),
        ("cpu_milli", Int),
        ("disk_gb", Int),
        ("helm_chart", Text),
        ("helm_repo", Text),
    ],
    optional: &[],
    forbidden: &[],
};

pub(super) static INDUSTRY: Shape = Shape {
    name: "industry",
    required: &[
        ("id", Name),
        ("slug", Name),
        ("name", Text),
        ("emoji", Text),
        ("description", Text),
        ("suggested_apps", Texts),
        ("bundle_id", Text),
    ],
    optional: &[],
    forbidden: &[],
};

pub(super) static BUNDLE: Shape = Shape {
    name: "bundle",
    required: &[
        ("id", Name),
        ("slug", Name),
        ("name", Text),
        ("tagline", Text),
        ("apps", Texts),
        ("discount", Int),
        ("recommended_size", Text),
    ],
    optional: &[],
    forbidden: &[],
};

pub(super) static SLUG: Shape =
    Shape { name: "check-slug", required: &[("available", Bool)], optional: &[], forbidden: &[] };
