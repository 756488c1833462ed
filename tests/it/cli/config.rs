//! `sovereign config show`, and where values come from: flag, environment, file, default.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde_json::{Value, json};
use sovereign::config::KEYS;
use tempfile::NamedTempFile;

use crate::harness::Program;

const SECRET: &str = "hunter2-hunter2-hunter2-hunter2-hunter2";

pub(super) fn show() -> Program {
    Program::new(["config", "show"])
}

pub(super) fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// What `config show --json` answers, by key.
pub(super) fn entries(program: Program) -> BTreeMap<String, Value> {
    let shown = program.args(["--json"]).run().expect_json();
    let entries = shown.as_array().unwrap().iter();
    entries.map(|entry| (entry["key"].as_str().unwrap().to_owned(), entry.clone())).collect()
}

/// A value for each key that is not its default.
const SAMPLES: [(&str, &str); 58] = [
    ("data", "/srv/sovereign"),
    ("database_url", "postgres://a:hunter2-hunter2@db.example/c"),
    ("listen", "0.0.0.0:80"),
    ("metrics.listen", "127.0.0.1:9464"),
    ("fqdn", "omantel.example"),
    ("currency", "BHD"),
    ("demo", "true"),
    ("limits", "off"),
    ("trusted_proxies", "10.0.0.0/8, 192.0.2.1"),
    ("public_url", "https://marketplace.omantel.example"),
    ("mail.smtp_url", "smtps://a:hunter2-hunter2@mail.example"),
    ("mail.from", "Omantel Cloud <no-reply@omantel.example>"),
    ("mail.smtp_ca_file", "/etc/ssl/mail.pem"),
    ("time_zone", "Asia/Muscat"),
    ("tax.percent", "7.5"),
    ("tax.included", "true"),
    ("log_level", "sovereign=debug,warn"),
    ("log_format", "json"),
    ("preview_cache", "off"),
    ("jobs", "off"),
    ("engine.max_batch", "64"),
    ("moves.max_bundle_mib", "8"),
    ("encryption_key", "aHVudGVyMi1odW50ZXIyLWh1bnRlcjItaHVudGVyMiE="),
    ("stripe.api_url", "https://stripe-proxy.example"),
    ("stripe.minimum_charge_minor", "250"),
    ("nats.url", "nats://a.example:4222,tls://b.example"),
    ("nats.user", "sovereign"),
    ("nats.password", "hunter2-hunter2"),
    ("nats.token", "hunter2-hunter2"),
    ("nats.ca_file", "/etc/ssl/nats.pem"),
    ("nats.stream", "events"),
    ("nats.subject_prefix", "clouds"),
    ("nats.replicas", "3"),
    ("events.allowed_networks", "10.1.0.0/16, 127.0.0.1"),
    ("provisioning.driver", "git"),
    ("provisioning.kubeconfig", "/etc/sovereign/kubeconfig"),
    ("provisioning.kube_context", "muscat"),
    ("provisioning.kube_namespace", "muscat-organizations"),
    ("provisioning.repository", "https://git.omantel.example/organizations.git"),
    ("provisioning.branch", "clusters/muscat"),
    ("provisioning.path", "muscat/organizations"),
    ("provisioning.author", "Omantel <cloud@omantel.example>"),
    ("provisioning.token", "hunter2-hunter2"),
    ("provisioning.ca_file", "/etc/sovereign/git-ca.pem"),
    ("provisioning.ssh_key_file", "/etc/sovereign/id_ed25519"),
    ("provisioning.ssh_known_hosts_file", "/etc/sovereign/known_hosts"),
    ("provisioning.flux_namespace", "flux"),
    ("provisioning.flux_source", "muscat"),
    ("provisioning.vcluster_repository", "oci://registry.omantel.example/charts"),
    ("provisioning.vcluster_version", "0.25.0"),
    ("provisioning.ingress_class", "nginx"),
    ("provisioning.cluster_issuer", "letsencrypt"),
    ("provisioning.removal_seconds", "600"),
    ("provisioning.regions", "muscat, salalah"),
    (
        "blueprints.trusted_keys",
        "omantel=-----BEGIN PUBLIC KEY----- \
         MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/uSx0B5L4sm8CR8xxqnHUHfXqZDw \
         DnwfadS/TmZHcaDwT+/Eq5qvdxFnpS3OkuOR4B/purVfWJhajfn7D2aeLg== -----END PUBLIC KEY-----",
    ),
    ("blueprints.repository", "registry.omantel.example/catalog-sovereign"),
    ("publisher.fleet_snapshot", "/srv/publisher/fleet.json"),
    ("auth.hs256_secret", SECRET),
];

#[test]
fn every_key_has_a_sample() {
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    assert_eq!(keys, SAMPLES.map(|(key, _)| key));
}

#[test]
fn every_key_is_shown_with_its_default() {
    let shown = entries(show());
    assert_eq!(shown.len(), KEYS.len());
    for key in KEYS {
        let expected = json!({
            "key": key.name, "value": key.default, "set": key.default.is_some(),
            "secret": key.secret, "origin": "default", "variable": key.variable(),
        });
        assert_eq!(shown[key.name], expected);
    }
    assert_eq!(shown["limits"]["variable"], "SOVEREIGN_LIMITS");
    assert_eq!(shown["auth.hs256_secret"]["variable"], "SOVEREIGN_AUTH_HS256_SECRET");
}

fn expected(key: &str, value: &str, origin: &str) -> Value {
    let key = KEYS.iter().find(|known| known.name == key).unwrap();
    let value = if key.secret { Value::Null } else { json!(value) };
    json!({
        "key": key.name, "value": value, "set": true, "secret": key.secret, "origin": origin,
        "variable": key.variable(),
    })
}

#[test]
fn every_key_can_stand_in_the_environment() {
    let mut program = show();
    for key in KEYS {
        let (_, value) = SAMPLES.iter().find(|(name, _)| *name == key.name).unwrap();
        program = program.env(&key.variable(), value);
    }
    let shown = entries(program);
    for (key, value) in SAMPLES {
        let origin = format!("environment {}", shown[key]["variable"].as_str().unwrap());
        assert_eq!(shown[key], expected(key, value, &origin));
    }
}

#[test]
fn every_key_can_stand_in_the_file() {
    let line = |key: &str, value: &str| match key {
        "demo" => format!("{key} = {value}\n"),
        key => format!("{key} = '{value}'\n"),
    };
    let text: String = SAMPLES.iter().map(|(key, value)| line(key, value)).collect();
    let file = file(&text);
    let path = file.path().display().to_string();
    let by_flag = entries(show().args(["--config", &path]));
    let by_variable = entries(show().env("SOVEREIGN_CONFIG", &path));
    for (key, value) in SAMPLES {
        let expected = expected(key, value, &format!("file {path}"));
        assert_eq!(by_flag[key], expected);
        assert_eq!(by_variable[key], expected);
    }
}

/// Flag before environment before file before default, each one taken away in turn.
#[test]
fn the_nearest_value_wins() {
    let file = file("data = '/from/file'\nlisten = '127.0.0.1:1'\n");
    let path = file.path().to_str().unwrap();
    let value = |program| {
        let shown = entries(program);
        let text = |member: &str| shown["data"][member].as_str().unwrap().to_owned();
        (text("value"), text("origin"))
    };
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    let all = || show().env("SOVEREIGN_DATA", "/from/env").args(["--config", path]);
    assert_eq!(value(all().args(["--data", "/from/flag"])), pair("/from/flag", "flag --data"));
    assert_eq!(value(all()), pair("/from/env", "environment SOVEREIGN_DATA"));
    let only_file = show().args(["--config", path]);
    assert_eq!(value(only_file), pair("/from/file", &format!("file {path}")));
    assert_eq!(value(show()), pair("sovereign-data", "default"));
    // The flag that names the file goes before the variable that does.
    let other = show().env("SOVEREIGN_CONFIG", "/nowhere.toml").args(["--config", path]);
    assert_eq!(value(other).0, "/from/file");
}

/// The flags of `serve` go before everything, too.
#[test]
fn a_flag_of_serve_goes_before_the_environment() {
    let serve = ["serve", "--listen", "nonsense", "--fqdn", "a.example"];
    let said = Program::new(serve).env("SOVEREIGN_LISTEN", "127.0.0.1:0").run().expect_failure(2);
    assert!(said.contains("listen (flag --listen): must be an address"), "{said}");
}

/// Sections may be written as tables, lists as lists, and numbers as they are.
#[test]
fn a_file_is_plain_toml() {
    let text = format!(
        "demo = true\ntrusted_proxies = ['10.0.0.0/8', '192.0.2.1']\n[auth]\nhs256_secret = '{SECRET}'\n"
    );
    let file = file(&text);
    let shown = entries(show().args(["--config", file.path().to_str().unwrap()]));
    assert_eq!(shown["demo"]["value"], "true");
    assert_eq!(shown["trusted_proxies"]["value"], "10.0.0.0/8,192.0.2.1");
    assert_eq!(shown["auth.hs256_secret"]["set"], true);
}

/// A compose file passes what nobody set as an empty value.
#[test]
fn an_empty_variable_sets_nothing() {
    let shown = entries(
        show()
            .env("SOVEREIGN_DATABASE_URL", "")
            .env("SOVEREIGN_FQDN", "")
            .env("SOVEREIGN_CONFIG", ""),
    );
    assert_eq!(shown["database_url"]["set"], false);
    assert_eq!(shown["fqdn"]["set"], false);
    assert_eq!(shown["fqdn"]["value"], Value::Null);
}

/// For people: a line a key, with its value, its origin and what it is for.
#[test]
fn the_table_names_key_value_and_origin() {
    let shown = show().env("SOVEREIGN_LISTEN", "0.0.0.0:80").run().expect_answer();
    assert_eq!(shown.lines().count(), KEYS.len());
    for (line, key) in shown.lines().zip(KEYS) {
        assert!(line.starts_with(key.name) && line.ends_with(key.help), "{line}");
    }
    let line = shown.lines().find(|line| line.starts_with("listen")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().take(4).collect();
    assert_eq!(cells, ["listen", "0.0.0.0:80", "environment", "SOVEREIGN_LISTEN"]);
}

/// However they come, secrets are said to be set and no more.
#[test]
fn secrets_are_never_printed() {
    let file = file(&format!("database_url = 'postgres://a:{SECRET}@db/c'\n"));
    let path = file.path().to_str().unwrap();
    for json in [&[][..], &["--json"]] {
        let program = show().env("SOVEREIGN_AUTH_HS256_SECRET", SECRET).args(["--config", path]);
        let shown = program.args(json).run().expect_answer();
        assert!(!shown.contains("hunter2"), "{shown}");
        let hidden = shown.matches("(set, hidden)").count();
        assert_eq!(hidden, if json.is_empty() { 2 } else { 0 });
    }
}

/// `cargo run` hands the variables of the build on to the program, as it does to this test.
#[test]
fn what_cargo_hands_on_is_no_setting() {
    let mut program = show();
    for (name, value) in std::env::vars().filter(|(name, _)| name.starts_with("SOVEREIGN_")) {
        program = program.env(&name, &value);
    }
    program.run().expect(0);
}
