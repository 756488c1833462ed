//! What is in the catalog, as its routes answer it. The documents are kept as JSON and answered as they
//! are, so these types only describe them.

#![allow(dead_code, clippy::struct_excessive_bools, reason = "described, never made")]

use utoipa::ToSchema;

/// What an Organization orders, at a price a month.
#[derive(ToSchema)]
pub(super) struct Plan {
    id: String,
    slug: String,
    name: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    name_ar: Option<String>,
    description: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    description_ar: Option<String>,
    /// For people, for example `2 vCPU`.
    cpu: String,
    /// For people, for example `4 GB`.
    memory: String,
    /// For people, for example `50 GB`.
    storage: String,
    /// A month's price in whole units, truncated.
    price_omr: i64,
    /// A month's price in minor units.
    price_minor: i64,
    /// ISO 4217.
    currency: String,
    /// Whether what is used of meters is paid for beside (`GET /billing/meters`).
    usage_priced: bool,
    popular: bool,
    sort_order: i32,
    features: Vec<String>,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    features_ar: Option<Vec<String>>,
    #[schema(nullable = false)]
    stripe_price_id: Option<String>,
    /// `publisher`.
    origin: String,
}

/// What can be added to a plan.
#[derive(ToSchema)]
#[schema(as = AddOn)]
pub(super) struct Addon {
    id: String,
    slug: String,
    name: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    name_ar: Option<String>,
    description: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    description_ar: Option<String>,
    /// A month's price in whole units, truncated.
    price_omr: i64,
    /// A month's price in minor units; 0 for what is included.
    price_minor: i64,
    /// ISO 4217.
    currency: String,
    /// Whether every plan has it.
    included: bool,
    category: String,
    /// `publisher`.
    origin: String,
}

/// Software that runs for an Organization.
#[derive(ToSchema)]
#[schema(as = App)]
pub(super) struct CatalogApp {
    id: String,
    slug: String,
    name: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    name_ar: Option<String>,
    tagline: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    tagline_ar: Option<String>,
    description: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    description_ar: Option<String>,
    category: String,
    tags: Vec<String>,
    icon: String,
    /// A colour: `#` and six hexadecimal digits.
    icon_bg: String,
    website: String,
    license: String,
    featured: bool,
    popular: bool,
    free: bool,
    /// See `GET /catalog/tiers`.
    tier: String,
    /// A month's price in whole units, truncated: that of its tier.
    price_omr: i64,
    /// A month's price in minor units.
    price_minor: i64,
    /// ISO 4217.
    currency: String,
    features: Vec<String>,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    features_ar: Option<Vec<String>>,
    /// Slugs.
    related_apps: Vec<String>,
    /// Slugs of what it needs to run.
    dependencies: Vec<String>,
    /// Whether it only serves other apps.
    system: bool,
    /// `app` or `service`.
    kind: String,
    /// Whether several apps may share one.
    shareable: bool,
    /// A JSON Schema of what can be set.
    config_schema: serde_json::Map<String, serde_json::Value>,
    deployable: bool,
    /// Memory, in MB.
    ram_mb: i64,
    /// Thousandths of a processor.
    cpu_milli: i64,
    /// Storage, in GB.
    disk_gb: i64,
    helm_chart: String,
    helm_repo: String,
    /// `publisher`, or `private` where it is a Blueprint of the franchisee's own.
    origin: String,
}

/// A line of business.
#[derive(ToSchema)]
pub(super) struct Industry {
    id: String,
    slug: String,
    name: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    name_ar: Option<String>,
    emoji: String,
    description: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    description_ar: Option<String>,
    /// Slugs.
    suggested_apps: Vec<String>,
    bundle_id: String,
    /// `publisher`.
    origin: String,
}

/// Apps that go together.
#[derive(ToSchema)]
pub(super) struct Bundle {
    id: String,
    slug: String,
    name: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    name_ar: Option<String>,
    tagline: String,
    /// For readers of Arabic, where it is there.
    #[schema(nullable = false)]
    tagline_ar: Option<String>,
    /// Slugs.
    apps: Vec<String>,
    /// In per cent.
    discount: i64,
    /// The slug of a plan.
    recommended_size: String,
    /// `publisher`.
    origin: String,
}
