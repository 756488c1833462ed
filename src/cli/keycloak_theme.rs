//! `sovereign branding keycloak-theme`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Common;
use super::output::{Failure, answer, answer_json};
use crate::branding::keycloak_theme::Jar;
use crate::lifecycle::open_existing;
use crate::storage::Store;
use crate::usecase::branding::keycloak_theme::{self, ThemeError};
use crate::usecase::start;

/// Write a login theme for Keycloak that looks like the pages
///
/// Copy the file to Keycloak's directory of providers, restart Keycloak, and choose the theme in the settings of the
/// realm. Where the branding has changed, do so again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign branding keycloak-theme --output theme.jar
  sovereign branding keycloak-theme --output theme.jar --json | jq -r .theme")]
pub(super) struct KeycloakThemeArgs {
    #[command(flatten)]
    common: Common,
    /// The file; one that is there already is replaced
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

impl KeycloakThemeArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let made = made(&store).await;
        store.close().await;
        let jar = made?;
        let file = self.output.display().to_string();
        let written = std::fs::write(&self.output, &jar.bytes);
        written.map_err(|error| Failure::usage(format!("{file}: {error}")))?;
        if self.common.json {
            answer_json(&json!({ "theme": jar.theme, "file": file }));
        } else {
            answer(format_args!("{file}: the login theme {}", jar.theme));
        }
        Ok(())
    }
}

async fn made(store: &Store) -> Result<Jar, Failure> {
    let facts = start::facts(store).await?;
    Ok(keycloak_theme::jar(store, &facts.fqdn).await?)
}

impl From<ThemeError> for Failure {
    fn from(error: ThemeError) -> Self {
        match error {
            ThemeError::Storage(error) => error.into(),
            ThemeError::Broken(error) => {
                Self::refused(format!("the theme was not packed: {error}"))
            }
        }
    }
}
