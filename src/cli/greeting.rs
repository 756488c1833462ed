//! What `sovereign serve` says when it is ready: where it answers and, in a demo, what to try.
//!
//! Every command in here can be pasted as it stands; a test pastes them all.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use crate::app::Facts;
use crate::config::Config;
use crate::usecase::start;

pub(super) struct Greeting<'a> {
    pub(super) facts: &'a Facts,
    pub(super) address: SocketAddr,
    /// Where the metrics are, if anywhere.
    pub(super) metrics: Option<SocketAddr>,
    pub(super) config: &'a Config,
    /// Where nobody administers the Sovereign yet.
    pub(super) administrator_link: Option<String>,
}

impl Greeting<'_> {
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// For a program that started this one.
    pub(super) fn as_json(&self) -> Value {
        let mut greeting = json!({
            "url": self.url(),
            "fqdn": self.facts.fqdn,
            "currency": self.facts.currency,
            "demo": self.facts.demo,
        });
        if let Some(address) = self.metrics {
            greeting["metrics_url"] = json!(format!("http://{address}/metrics"));
        }
        if let Some(link) = &self.administrator_link {
            greeting["administrator_link"] = json!(link);
        }
        greeting
    }

    pub(super) fn text(&self) -> String {
        let Facts { fqdn, currency, demo } = self.facts;
        let metrics = self.metrics.map(|at| format!("\nmetrics at http://{at}/metrics"));
        let metrics = metrics.unwrap_or_default();
        let ready = format!("sovereign {fqdn} ({currency}) answers at {}{metrics}", self.url());
        if *demo {
            return format!("{ready}\n\n{}", self.what_to_try());
        }
        match &self.administrator_link {
            None => ready,
            Some(link) => format!(
                "{ready}\n\nNobody administers it yet. This link makes whoever opens it the superadmin, \
                 once, within\n24 hours:\n\n  {link}"
            ),
        }
    }

    fn what_to_try(&self) -> String {
        let url = self.url();
        let at = self.database_flags();
        let administrator = start::demo_administrator(&self.facts.fqdn);
        let vouchers = start::demo_vouchers().join(", ");
        let mail = match &self.config.smtp_url {
            Some(_) => "",
            None => "No mail server is configured: mails are printed here.",
        };
        let password = match &self.config.database_url {
            Some(url) if has_password(url) => {
                "\nThe database's address has a password in it and is not shown: set \
                 SOVEREIGN_DATABASE_URL to it first.\n"
            }
            _ => "",
        };
        format!(
            "\
This is a demo. The vouchers are {vouchers};
the administrator is {administrator}. {mail}
{password}
In another terminal, with `sovereign` being the program you just ran (`cargo run --quiet --` from a
clone), paste:

  SOV={url}
  # what can be bought, and what a voucher is worth; anyone may ask
  curl -s $SOV/catalog/plans | jq -r '.[] | \"\\(.name): \\(.price_omr) a month\"'
  curl -s $SOV/billing/vouchers/redeem-preview -d '{{\"code\":\"OMANTEL-MUSCAT-200\"}}'

  # issue one as the administrator
  ADMIN=$(sovereign token mint {at} --role sovereign-admin --email {administrator})
  curl -s $SOV/billing/vouchers/issue -H \"Authorization: Bearer $ADMIN\" \\
       -d '{{\"code\":\"MY-FIRST-50\",\"credit_omr\":50,\"max_redemptions\":10}}'

  # redeem it as a customer: an Organization, then a checkout that the credit pays
  AHMED=$(sovereign token mint {at} --role member --email ahmed@example.com)
  ORG=$(curl -s $SOV/tenant/orgs -H \"Authorization: Bearer $AHMED\" \\
       -d '{{\"slug\":\"kestrel-pharmacy\",\"name\":\"Kestrel Pharmacy\",\"plan_id\":\"m\"}}' | jq -r .id)
  curl -s $SOV/billing/checkout -H \"Authorization: Bearer $AHMED\" \\
       -d \"{{\\\"plan_id\\\":\\\"m\\\",\\\"tenant_id\\\":\\\"$ORG\\\",\\\"promo_code\\\":\\\"MY-FIRST-50\\\"}}\"
  curl -s $SOV/billing/balance -H \"Authorization: Bearer $AHMED\"

  # and check the books
  sovereign verify {at}
"
        )
    }

    /// The flags with which another command finds this server's database, from any directory.
    fn database_flags(&self) -> String {
        let data = std::path::absolute(&self.config.data);
        let data = data.unwrap_or_else(|_| self.config.data.clone());
        let data = format!("--data {}", quoted_path(&data));
        match &self.config.database_url {
            None => data,
            Some(url) if has_password(url) => {
                format!("{data} --database-url \"$SOVEREIGN_DATABASE_URL\"")
            }
            Some(url) => format!("{data} --database-url {}", quoted(url)),
        }
    }
}

/// Whether a `postgres://` address names a password; where in doubt, it does.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.contains("password")
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_seen_wherever_they_stand() {
        for url in [
            "postgres://a:b@db/x",
            "postgres://a:b@c@db/x",
            "postgres://db/x?user=a&password=b",
            "postgresql://a:p/w@db/x",
            "postgres://:b@db",
        ] {
            assert!(has_password(url), "{url}");
        }
        for url in
            ["postgres://db/x", "postgres://a@db:5432/x", "postgres://db:5432", "postgres:///x"]
        {
            assert!(!has_password(url), "{url}");
        }
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("/var/lib/sovereign"), "/var/lib/sovereign");
        assert_eq!(quoted("/my data"), "'/my data'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
        assert_eq!(quoted(""), "''");
    }
}
