//! What an entry of the catalog may be told to be. The types only describe: `usecase/catalog_members.rs`
//! reads.

#![allow(dead_code, clippy::struct_excessive_bools, reason = "described, never made")]
#![allow(clippy::option_option, reason = "described, never made")]

use utoipa::ToSchema;

/// What a plan is to be.
#[derive(ToSchema)]
pub(super) struct PlanWishes {
    /// a-z, 0-9 and `-`. A new plan must have one; it never changes.
    #[schema(nullable = true, max_length = 40)]
    slug: Option<String>,
    /// A new plan must have one.
    #[schema(nullable = true, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 100)]
    name_ar: Option<String>,
    #[schema(nullable = true, max_length = 2_000)]
    description: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 2_000)]
    description_ar: Option<String>,
    /// For people; `2 vCPU` in these words is a bound as well.
    #[schema(nullable = true, max_length = 50)]
    cpu: Option<String>,
    /// For people; `4 GB` in these words is a bound as well.
    #[schema(nullable = true, max_length = 50)]
    memory: Option<String>,
    /// For people; `50 GB` in these words is a bound as well.
    #[schema(nullable = true, max_length = 50)]
    storage: Option<String>,
    /// A month's price in whole units. A new plan must have this or `price_minor`; where both are there they
    /// agree.
    #[schema(nullable = true, minimum = 0, maximum = 1_000_000)]
    price_omr: Option<i64>,
    /// A month's price in minor units.
    #[schema(nullable = true, minimum = 0)]
    price_minor: Option<i64>,
    #[schema(nullable = true)]
    popular: Option<bool>,
    /// Its place among the plans; a new one is the last.
    #[schema(nullable = true, minimum = 0, maximum = 1_000_000)]
    sort_order: Option<i32>,
    #[schema(nullable = true, max_items = 100)]
    features: Option<Vec<String>>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_items = 100)]
    features_ar: Option<Vec<String>>,
    #[schema(nullable = true, max_length = 200)]
    stripe_price_id: Option<String>,
}

/// What an add-on is to be.
#[derive(ToSchema)]
#[schema(as = AddOnWishes)]
pub(super) struct AddonWishes {
    /// a-z, 0-9 and `-`. A new add-on must have one; it never changes.
    #[schema(nullable = true, max_length = 40)]
    slug: Option<String>,
    /// A new add-on must have one.
    #[schema(nullable = true, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 100)]
    name_ar: Option<String>,
    #[schema(nullable = true, max_length = 2_000)]
    description: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 2_000)]
    description_ar: Option<String>,
    /// A month's price in whole units. A new add-on must have this or `price_minor`; where both are there
    /// they agree.
    #[schema(nullable = true, minimum = 0, maximum = 1_000_000)]
    price_omr: Option<i64>,
    /// A month's price in minor units.
    #[schema(nullable = true, minimum = 0)]
    price_minor: Option<i64>,
    /// Whether every plan has it: then it costs nothing.
    #[schema(nullable = true)]
    included: Option<bool>,
    #[schema(nullable = true, max_length = 50)]
    category: Option<String>,
}

/// What an app is to be. The artifact of a private Blueprint has the same members.
#[derive(ToSchema)]
pub(super) struct AppWishes {
    /// a-z, 0-9 and `-`. A new app must have one; it never changes.
    #[schema(nullable = true, max_length = 40)]
    slug: Option<String>,
    /// A new app must have one.
    #[schema(nullable = true, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 100)]
    name_ar: Option<String>,
    #[schema(nullable = true, max_length = 200)]
    tagline: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 200)]
    tagline_ar: Option<String>,
    #[schema(nullable = true, max_length = 10_000)]
    description: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 10_000)]
    description_ar: Option<String>,
    #[schema(nullable = true, max_length = 50)]
    category: Option<String>,
    #[schema(nullable = true, max_items = 100)]
    tags: Option<Vec<String>>,
    #[schema(nullable = true, max_length = 200)]
    icon: Option<String>,
    /// A colour: `#` and six hexadecimal digits.
    #[schema(nullable = true, pattern = "^#[0-9a-fA-F]{6}$")]
    icon_bg: Option<String>,
    #[schema(nullable = true, max_length = 500)]
    website: Option<String>,
    #[schema(nullable = true, max_length = 100)]
    license: Option<String>,
    #[schema(nullable = true)]
    featured: Option<bool>,
    #[schema(nullable = true)]
    popular: Option<bool>,
    /// By default true.
    #[schema(nullable = true)]
    free: Option<bool>,
    #[schema(nullable = true, max_items = 100)]
    features: Option<Vec<String>>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_items = 100)]
    features_ar: Option<Vec<String>>,
    /// Slugs or identifiers; in an artifact, slugs.
    #[schema(nullable = true, max_items = 100)]
    related_apps: Option<Vec<String>>,
    /// Slugs or identifiers of what it needs to run; in an artifact, slugs.
    #[schema(nullable = true, max_items = 100)]
    dependencies: Option<Vec<String>>,
    #[schema(nullable = true)]
    system: Option<bool>,
    /// `app` or `service`; by default `app`.
    #[schema(nullable = true, pattern = "^(app|service)$")]
    kind: Option<String>,
    #[schema(nullable = true)]
    shareable: Option<bool>,
    /// A JSON Schema of what can be set.
    #[schema(nullable = true)]
    config_schema: Option<serde_json::Map<String, serde_json::Value>>,
    /// Then `helm_chart` and `helm_repo` must be there.
    #[schema(nullable = true)]
    deployable: Option<bool>,
    /// Memory, in MB.
    #[schema(nullable = true, minimum = 0, maximum = 10_000_000)]
    ram_mb: Option<i64>,
    /// Thousandths of a processor.
    #[schema(nullable = true, minimum = 0, maximum = 10_000_000)]
    cpu_milli: Option<i64>,
    /// Storage, in GB.
    #[schema(nullable = true, minimum = 0, maximum = 10_000_000)]
    disk_gb: Option<i64>,
    /// The chart's name in its repository.
    #[schema(nullable = true, max_length = 100)]
    helm_chart: Option<String>,
    /// `https://` or `oci://`.
    #[schema(nullable = true, max_length = 500)]
    helm_repo: Option<String>,
    /// A version or a range; the newest where nobody says.
    #[schema(nullable = true, max_length = 100)]
    helm_version: Option<String>,
    /// What the chart is told.
    #[schema(nullable = true)]
    helm_values: Option<serde_json::Map<String, serde_json::Value>>,
    /// Where its pages are answered; by default 80.
    #[schema(nullable = true, minimum = 1, maximum = 65_535)]
    http_port: Option<i64>,
}

/// What a line of business is to be.
#[derive(ToSchema)]
pub(super) struct IndustryWishes {
    /// a-z, 0-9 and `-`. A new industry must have one; it never changes.
    #[schema(nullable = true, max_length = 40)]
    slug: Option<String>,
    /// A new industry must have one.
    #[schema(nullable = true, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 100)]
    name_ar: Option<String>,
    #[schema(nullable = true, max_length = 20)]
    emoji: Option<String>,
    #[schema(nullable = true, max_length = 2_000)]
    description: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 2_000)]
    description_ar: Option<String>,
    /// Slugs or identifiers.
    #[schema(nullable = true, max_items = 100)]
    suggested_apps: Option<Vec<String>>,
    /// A bundle's identifier or slug, or nothing.
    #[schema(nullable = true, max_length = 200)]
    bundle_id: Option<String>,
}

/// What a bundle is to be.
#[derive(ToSchema)]
pub(super) struct BundleWishes {
    /// a-z, 0-9 and `-`. A new bundle must have one; it never changes.
    #[schema(nullable = true, max_length = 40)]
    slug: Option<String>,
    /// A new bundle must have one.
    #[schema(nullable = true, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 100)]
    name_ar: Option<String>,
    #[schema(nullable = true, max_length = 200)]
    tagline: Option<String>,
    /// What readers of Arabic see in its place; empty, they see that.
    #[schema(nullable = true, max_length = 200)]
    tagline_ar: Option<String>,
    /// Slugs or identifiers.
    #[schema(nullable = true, max_items = 100)]
    apps: Option<Vec<String>>,
    /// In per cent.
    #[schema(nullable = true, minimum = 0, maximum = 100)]
    discount: Option<i64>,
    /// A plan's slug or identifier, or nothing.
    #[schema(nullable = true, max_length = 200)]
    recommended_size: Option<String>,
}
