//! `sovereign token`

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{Failure, answer, answer_json};
use super::{Common, clock};
use crate::auth::{KeyRing, MintedFor, Role, Tokens};
use crate::lifecycle::open_existing;
use crate::usecase::start;

/// Tokens of this Sovereign's own issuer
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign token mint --role member --email ahmed@example.com")]
pub(super) enum Token {
    Mint(Mint),
}

/// Print a token (a JWT) and nothing else
///
/// Whoever can read the data directory can mint: it holds the signing key.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  TOKEN=$(sovereign token mint --role sovereign-admin --email admin@omantel.om)
  sovereign token mint --role member --email ahmed@example.com --sub ahmed --expires-in 300")]
pub(super) struct Mint {
    #[command(flatten)]
    common: Common,
    /// superadmin, sovereign-admin or member
    #[arg(long, value_parser = role)]
    role: Role,
    /// Whom the token speaks for
    #[arg(long)]
    email: String,
    /// The subject; the e-mail address where it is not given
    #[arg(long)]
    sub: Option<String>,
    /// Seconds until the token ends
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600,
          value_parser = clap::value_parser!(i64).range(1..=31_536_000))]
    expires_in: i64,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "use superadmin, sovereign-admin or member".to_owned())
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self::Mint(mint) = self;
        mint.run().await
    }
}

impl Mint {
    async fn run(self) -> Result<(), Failure> {
        if !self.email.contains('@') {
            return Err(Failure::usage("--email must be an e-mail address"));
        }
        if self.sub.as_deref() == Some("") {
            return Err(Failure::usage("--sub must not be empty"));
        }
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let facts = start::facts(&store).await?;
        store.close().await;
        let key = KeyRing::load(&config.data).map_err(Failure::usage)?;
        let tokens = Tokens::new(&facts.fqdn, key, None, clock())
            .map_err(|error| Failure::usage(error.0))?;
        let token = tokens
            .mint(&MintedFor {
                subject: self.sub.unwrap_or_else(|| self.email.clone()),
                email: self.email,
                role: self.role,
                lifetime_seconds: self.expires_in,
            })
            .map_err(Failure::usage)?;
        // What the server would refuse is not handed out.
        tokens.verify(&token).map_err(|error| Failure::usage(error.0))?;
        if self.common.json {
            answer_json(&json!({ "token": token, "expires_in": self.expires_in }));
        } else {
            answer(token);
        }
        Ok(())
    }
}
