//! `sovereign branding`

use std::io::Read as _;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;

use super::keycloak_theme::KeycloakThemeArgs;
use super::output::{Failure, answer, answer_json, table};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::branding::Accents;
use crate::branding::contrast::Colour;
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::usecase::branding::{self, BrandingError, Desk, Set, Wish, Wishes};

/// How the Sovereign shows itself: name, colours, logo, host and contact
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign branding show
  sovereign branding set --name 'Omantel Cloud' --accent '#0b5c4a'
  sovereign branding logo logo.svg
  sovereign branding keycloak-theme --output theme.jar")]
pub(super) enum BrandingCommand {
    Show(Show),
    Set(Box<SetArgs>),
    Logo(LogoArgs),
    KeycloakTheme(KeycloakThemeArgs),
}

/// Show what is set
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign branding show
  sovereign branding show --json | jq -r .host")]
pub(super) struct Show {
    #[command(flatten)]
    common: Common,
}

/// Set some of it; an empty text clears
///
/// A colour that people could not read (WCAG 2.2 AA) is refused, with the nearest one of its hue that they can.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true).multiple(true),
    override_usage = "sovereign branding set <OPTIONS>",
    after_help = "\
Examples:
  sovereign branding set --name 'Omantel Cloud' --name-ar 'سحابة عمانتل'
  sovereign branding set --accent '#9b1c1c' --accent-dark ''
  sovereign branding set --host cloud.omantel.example --support-email help@omantel.example
  sovereign branding set --terms-file terms.txt --terms-ar-file terms-ar.txt"
)]
pub(super) struct SetArgs {
    #[command(flatten)]
    common: Common,
    /// In place of the Sovereign's domain name
    #[arg(long, value_name = "TEXT", group = "what")]
    name: Option<String>,
    /// The name where people read Arabic [default: the name]
    #[arg(long, value_name = "TEXT", group = "what")]
    name_ar: Option<String>,
    /// Of links and buttons on light pages: #rrggbb
    #[arg(long, value_name = "COLOUR", group = "what")]
    accent: Option<String>,
    /// The same on dark pages [default: follows from the accent]
    #[arg(long, value_name = "COLOUR", group = "what")]
    accent_dark: Option<String>,
    /// The host name under which customers find the pages
    #[arg(long, value_name = "HOST", group = "what")]
    host: Option<String>,
    /// Where customers ask for help by mail
    #[arg(long, value_name = "ADDRESS", group = "what")]
    support_email: Option<String>,
    /// Where customers ask for help by telephone
    #[arg(long, value_name = "NUMBER", group = "what")]
    support_phone: Option<String>,
    /// A page where customers find help: https://…
    #[arg(long, value_name = "URL", group = "what")]
    support_url: Option<String>,
    /// A file with what is to be known about voucher credit; - is standard input, an empty file clears
    #[arg(long, value_name = "FILE", group = "what")]
    terms_file: Option<PathBuf>,
    /// The same in Arabic
    #[arg(long, value_name = "FILE", group = "what")]
    terms_ar_file: Option<PathBuf>,
    /// The version that it replaces: if there is another by now, nothing is changed
    #[arg(long, value_name = "VERSION")]
    replaces: Option<i64>,
}

/// Set the logo, or take it away
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign branding logo logo.svg
  sovereign branding logo --remove")]
pub(super) struct LogoArgs {
    #[command(flatten)]
    common: Common,
    /// A PNG, JPEG, WebP or SVG file of at most 32 KiB
    #[arg(required_unless_present = "remove", conflicts_with = "remove")]
    file: Option<PathBuf>,
    /// Show the name instead
    #[arg(long)]
    remove: bool,
}

impl BrandingCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Show(args) => show(&args.common).await,
            Self::Set(args) => {
                let wish = Wish::Members(Box::new(args.wishes()?));
                change(&args.common, args.replaces.as_slice(), wish).await
            }
            Self::KeycloakTheme(args) => args.run().await,
            Self::Logo(args) => {
                let bytes = args.file.as_ref().map(|path| {
                    std::fs::read(path)
                        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
                });
                let bytes = bytes.transpose()?;
                change(&args.common, &[], Wish::Logo(bytes.as_deref())).await
            }
        }
    }
}

async fn show(common: &Common) -> Result<(), Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let set = branding::read(&store).await;
    store.close().await;
    say_set(common, &set?);
    Ok(())
}

/// Any version may be replaced where none is named.
async fn change(common: &Common, replaces: &[i64], wish: Wish<'_>) -> Result<(), Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let now = clock().now();
    let replaces = (!replaces.is_empty()).then_some(replaces);
    let mut desk = Desk { store: &store, now, actor: &actor, ids: &mut ids, replaces };
    let changed = branding::change(&mut desk, wish).await;
    store.close().await;
    say_set(common, &changed?);
    Ok(())
}

impl SetArgs {
    fn wishes(&self) -> Result<Wishes, Failure> {
        let files = [&self.terms_file, &self.terms_ar_file];
        if files.iter().all(|file| file.as_ref().is_some_and(|path| path.as_os_str() == "-")) {
            return Err(Failure::usage("only one of the two can come from standard input"));
        }
        let [terms, terms_ar] = files.map(|file| file.as_ref().map(content).transpose());
        Ok(Wishes {
            name: self.name.clone(),
            name_ar: self.name_ar.clone(),
            accent: self.accent.clone(),
            accent_dark: self.accent_dark.clone(),
            host: self.host.clone(),
            support_email: self.support_email.clone(),
            support_phone: self.support_phone.clone(),
            support_url: self.support_url.clone(),
            terms: terms?,
            terms_ar: terms_ar?,
        })
    }
}

fn content(path: &PathBuf) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(path).map(|content| text = content)
    };
    read.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Ok(text)
}

/// The members of the API, in its order.
fn say_set(common: &Common, set: &Set) {
    let Set { row, logo, updated_at } = set;
    let logo = logo.as_ref().map(|logo| format!("/assets/{}", logo.file_name()));
    if common.json {
        let mut said = json!({
            "version": row.version, "name": row.name, "name_ar": row.name_ar,
            "accent": row.accent, "accent_dark": row.accent_dark, "host": row.host,
            "support_email": row.support_email, "support_phone": row.support_phone,
            "support_url": row.support_url, "terms": row.terms, "terms_ar": row.terms_ar,
        });
        if let Some(logo) = logo {
            said["logo"] = Value::String(logo);
        }
        if let Some(at) = updated_at {
            said["updated_at"] = json!(at);
        }
        answer_json(&said);
        return;
    }
    let accents = Accents::of(Colour::parse(&row.accent), Colour::parse(&row.accent_dark));
    let [light, dark] = match accents {
        Some(Accents { light, dark }) => [light.to_string(), dark.to_string()],
        None => [String::new(), String::new()],
    };
    let line = |name: &str, value: &str| {
        let value = if value.is_empty() { "not set" } else { value };
        vec![name.to_owned(), value.replace('\n', " ")]
    };
    answer(table(&[
        line("version", &row.version.to_string()),
        line("name", &row.name),
        line("name in Arabic", &row.name_ar),
        line("accent", &light),
        line("accent in the dark", &dark),
        line("logo", logo.as_deref().unwrap_or_default()),
        line("host", &row.host),
        line("support e-mail", &row.support_email),
        line("support telephone", &row.support_phone),
        line("support page", &row.support_url),
        line("terms", &row.terms),
        line("terms in Arabic", &row.terms_ar),
    ]));
}

impl From<BrandingError> for Failure {
    fn from(error: BrandingError) -> Self {
        match error {
            BrandingError::Field(error) => Self::refused(error.detail),
            BrandingError::Changed { version } => Self::refused(format!(
                "the branding is version {version} by now; `sovereign branding show` shows it"
            )),
            BrandingError::Storage(error) => error.into(),
        }
    }
}
