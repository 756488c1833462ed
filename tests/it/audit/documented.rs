//! The tables of docs/AUDIT.md are the program's: no action lacks a row, and no row an action. (The end of each test
//! looks at the lines that it has caused: `harness/actions.rs`.)

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::harness::{described_types, documented_actions};

/// All of the program.
const SOURCES: [&str; 2] = ["crates/domain/src/book", "src"];

/// What the names of files and hosts end in: no action ends so.
const NOT_ENDINGS: [&str; 11] = [
    ".bundle", ".csv", ".db", ".example", ".git", ".json", ".jsonl", ".lock", ".pdf", ".sql",
    ".yaml",
];

/// What looks like an action there and is none, and why. One a line, in order.
#[rustfmt::skip]
const NOT_ACTIONS: &[(&str, &str)] = &[
    ("app.moved", "an occasion of provisioning"),
    ("approval.above_monthly_minor", "a member of the policy"),
    ("approval.apps", "a member of the policy"),
    ("approval.tiers", "a member of the policy"),
    ("blueprints.repository", "a key of the configuration"),
    ("blueprints.state", "a column"),
    ("blueprints.trusted_keys", "a key of the configuration"),
    ("catalyst.openova.io", "a group of Kubernetes"),
    ("charge.dispute.closed", "a type of Stripe's events"),
    ("charge.dispute.created", "a type of Stripe's events"),
    ("charge.dispute.funds_reinstated", "a type of Stripe's events"),
    ("charge.dispute.funds_withdrawn", "a type of Stripe's events"),
    ("charge.dispute.updated", "a type of Stripe's events"),
    ("charge.refund.updated", "a type of Stripe's events"),
    ("charge.refunded", "a type of Stripe's events"),
    ("checkout.session.async_payment_failed", "a type of Stripe's events"),
    ("checkout.session.async_payment_succeeded", "a type of Stripe's events"),
    ("checkout.session.completed", "a type of Stripe's events"),
    ("checkout.session.expired", "a type of Stripe's events"),
    ("commerce.catalyst.openova.io", "a group of Kubernetes"),
    ("customer.subscription.deleted", "a type of Stripe's events"),
    ("customer.subscription.updated", "a type of Stripe's events"),
    ("data.source", "a member that Stripe expands"),
    ("data.source.charge", "a member that Stripe expands"),
    ("e.amount_minor", "a column"),
    ("encryption.key", "a file"),
    ("endpoint.test", "the type of a test event"),
    ("engine.max_batch", "a key of the configuration"),
    ("environment.added", "an occasion of provisioning"),
    ("environment.removed", "an occasion of provisioning"),
    ("events.allowed_networks", "a key of the configuration"),
    ("g.created_at", "a column"),
    ("invoices.unknown", "a check of conformance"),
    ("issue.echo", "a check of conformance"),
    ("issue.resurrects", "a check of conformance"),
    ("issue.upsert", "a check of conformance"),
    ("l.reference", "a column"),
    ("legacy.issue", "a check of conformance"),
    ("legacy.list", "a check of conformance"),
    ("legacy.revoke", "a check of conformance"),
    ("list.issued", "a check of conformance"),
    ("mail.from", "a key of the configuration"),
    ("mail.smtp_ca_file", "a key of the configuration"),
    ("mail.smtp_url", "a key of the configuration"),
    ("manifest.sig", "a file of a bundle"),
    ("metrics.listen", "a key of the configuration"),
    ("moves.max_bundle_mib", "a key of the configuration"),
    ("nats.ca_file", "a key of the configuration"),
    ("nats.password", "a key of the configuration"),
    ("nats.replicas", "a key of the configuration"),
    ("nats.stream", "a key of the configuration"),
    ("nats.subject_prefix", "a key of the configuration"),
    ("nats.token", "a key of the configuration"),
    ("nats.url", "a key of the configuration"),
    ("nats.user", "a key of the configuration"),
    ("omantel.omani.works", "the name of a sample"),
    ("p.created_at", "a column"),
    ("p.credit_minor", "a column"),
    ("payment_intent.canceled", "a type of Stripe's events"),
    ("payment_intent.latest_charge", "a member that Stripe expands"),
    ("payment_intent.payment_failed", "a type of Stripe's events"),
    ("payment_intent.processing", "a type of Stripe's events"),
    ("payment_intent.requires_action", "a type of Stripe's events"),
    ("payment_intent.succeeded", "a type of Stripe's events"),
    ("payment_method.detached", "a type of Stripe's events"),
    ("portal.unknown", "a check of conformance"),
    ("prefix.api", "a check of conformance"),
    ("preview.blank", "a check of conformance"),
    ("preview.inactive", "a check of conformance"),
    ("preview.revoked", "a check of conformance"),
    ("preview.unknown", "a check of conformance"),
    ("problem.error", "a check of conformance"),
    ("problem.status", "a check of conformance"),
    ("provisioning.author", "a key of the configuration"),
    ("provisioning.branch", "a key of the configuration"),
    ("provisioning.ca_file", "a key of the configuration"),
    ("provisioning.cluster_issuer", "a key of the configuration"),
    ("provisioning.driver", "a key of the configuration"),
    ("provisioning.flux_namespace", "a key of the configuration"),
    ("provisioning.flux_source", "a key of the configuration"),
    ("provisioning.ingress_class", "a key of the configuration"),
    ("provisioning.kube_context", "a key of the configuration"),
    ("provisioning.kube_namespace", "a key of the configuration"),
    ("provisioning.kubeconfig", "a key of the configuration"),
    ("provisioning.path", "a key of the configuration"),
    ("provisioning.regions", "a key of the configuration"),
    ("provisioning.removal_seconds", "a key of the configuration"),
    ("provisioning.repository", "a key of the configuration"),
    ("provisioning.ssh_key_file", "a key of the configuration"),
    ("provisioning.ssh_known_hosts_file", "a key of the configuration"),
    ("provisioning.token", "a key of the configuration"),
    ("provisioning.vcluster_repository", "a key of the configuration"),
    ("provisioning.vcluster_version", "a key of the configuration"),
    ("publisher.fleet_snapshot", "a key of the configuration"),
    ("r.credit_minor", "a column"),
    ("read.balance", "a check of conformance"),
    ("read.revenue", "a check of conformance"),
    ("read.settings", "a check of conformance"),
    ("refund.created", "a type of Stripe's events"),
    ("refund.failed", "a type of Stripe's events"),
    ("refund.updated", "a type of Stripe's events"),
    ("requests.cpu", "a quota of Kubernetes"),
    ("requests.memory", "a quota of Kubernetes"),
    ("requests.storage", "a quota of Kubernetes"),
    ("revoke.again", "a check of conformance"),
    ("revoke.unknown", "a check of conformance"),
    ("settings.former_webhook_secret", "what a secret is sealed for"),
    ("settings.stripe_secret_key", "what a secret is sealed for"),
    ("settings.stripe_webhook_secret", "what a secret is sealed for"),
    ("smoke.issue", "a check of conformance"),
    ("smoke.list", "a check of conformance"),
    ("smoke.preview", "a check of conformance"),
    ("smoke.revoke", "a check of conformance"),
    ("stripe.api_url", "a key of the configuration"),
    ("stripe.minimum_charge_minor", "a key of the configuration"),
    ("subscription.unknown", "a check of conformance"),
    ("t.app_id", "a column"),
    ("t.id", "a column"),
    ("t.name", "a column"),
    ("t.tenant_id", "a column"),
    ("tax.included", "a key of the configuration"),
    ("tax.percent", "a key of the configuration"),
    ("theme.properties", "a file"),
    ("webhook.unsigned", "a check of conformance"),
];

/// What is an action and has no dot, or is made of two parts.
const OTHERS: [&str; 2] = ["adopt.…", "checkout"];

/// The texts of the program that read `word.word`, tests left out.
fn dotted() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = SOURCES.iter().map(|source| root.join(source)).collect();
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") || is_of_tests(&path) {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            // Tests inside of a file are at its end.
            let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let texts = program.split('"').filter(|text| is_dotted(text) && !is_a_name(text));
            found.extend(texts.map(str::to_owned));
        }
    }
    found
}

/// Whether it is a file of tests alone: `tests.rs`, or one in a folder `tests`.
fn is_of_tests(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests")
        || path.parent().is_some_and(|folder| folder.ends_with("tests"))
}

/// Whether it is the name of a file or a host.
fn is_a_name(text: &str) -> bool {
    NOT_ENDINGS.iter().any(|ending| text.ends_with(ending))
}

fn is_dotted(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    text.contains('.') && text.split('.').all(is_word)
}

#[test]
fn every_action_has_a_row_and_every_row_an_action() {
    let mut actions = dotted();
    for (text, _) in NOT_ACTIONS {
        assert!(actions.remove(*text), "there is no {text} any more");
    }
    for kind in described_types() {
        actions.remove(kind);
    }
    actions.extend(OTHERS.map(str::to_owned));
    let documented: BTreeSet<String> =
        documented_actions().into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = actions.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/AUDIT.md has no row for {missing:?}");
    let gone: Vec<_> = documented.difference(&actions).collect();
    assert!(gone.is_empty(), "docs/AUDIT.md has rows for {gone:?}, which nothing writes");
    assert!(documented.len() >= 90, "{documented:?}");
}

#[test]
fn what_is_no_action_is_listed_in_order() {
    assert!(NOT_ACTIONS.is_sorted_by_key(|(text, _)| *text));
    assert!(NOT_ACTIONS.iter().all(|(_, why)| !why.is_empty()));
}
