//! `sovereign voucher qr` and `cards`: what is printed of vouchers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::output::{Failure, answer, answer_json};
use super::voucher::open;
use super::voucher_filter::FilterArgs;
use super::voucher_show::found;
use super::{Common, clock};
use crate::app::Facts;
use crate::branding::Branding;
use crate::qr::Qr;
use crate::storage::Store;
use crate::text::Language;
use crate::usecase::branding;
use crate::usecase::list_vouchers::Wanted;
use crate::usecase::voucher_cards::{self, CardsError, Press, Printed};
use crate::usecase::voucher_file::link;

/// Draw the QR code of a voucher's link, as SVG or PNG
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher qr OMANTEL-MUSCAT-200 --out muscat.svg
  sovereign voucher qr OMANTEL-MUSCAT-200 --out muscat.png")]
pub(super) struct QrArgs {
    #[command(flatten)]
    common: Common,
    /// As it was issued, or in lower case
    code: String,
    /// The file, which ends in .svg or .png; one that is there already is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Print vouchers as cards: a PDF file of up to 1,000 of those that the list has
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign voucher cards --campaign 'Muscat, spring' --out cards.pdf
  sovereign voucher cards --tag bills --lang ar --out cards.pdf --json | jq -r .next")]
pub(super) struct CardsArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    filter: FilterArgs,
    /// newest, oldest, code, credit, spent, used or `last_redeemed`
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    /// Where the file begins: what the one before it said
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// The language of the cards: en or ar
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: String,
    /// The file; one that is there already is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The branding, as the server with this configuration has it.
async fn branding_of(common: &Common, store: &Store, facts: &Facts) -> Result<Branding, Failure> {
    let configured = common.config()?.public_url;
    let url = configured.unwrap_or_else(|| format!("https://{}", facts.fqdn));
    Ok(branding::of_store(store, (&facts.fqdn, &url)).await?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = std::fs::write(path, bytes);
    written.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

impl QrArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let ending = self.out.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
        let is_png = match ending.as_deref() {
            Some("png") => true,
            Some("svg") => false,
            _ => return Err(Failure::usage("--out: the file must end in .svg or .png")),
        };
        let (store, facts, issued) = found(&self.common, &self.code).await?;
        let branding = branding_of(&self.common, &store, &facts).await;
        store.close().await;
        let voucher = &issued.voucher;
        let qr = Qr::of(&link(&branding?, voucher));
        let qr = qr.ok_or_else(|| Failure::refused("the link is too long for a QR code"))?;
        let bytes = if is_png {
            let drawn = qr.png();
            drawn.map_err(|error| Failure::refused(format!("it was not drawn: {error}")))?
        } else {
            qr.svg().into_bytes()
        };
        write(&self.out, &bytes)?;
        let file = self.out.display().to_string();
        if self.common.json {
            answer_json(&json!({ "code": voucher.code, "file": file }));
        } else {
            answer(format_args!("{file}: the QR code of {}", voucher.code.as_str()));
        }
        Ok(())
    }
}

impl CardsArgs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let language = Language::of_tag(&self.lang)
            .ok_or_else(|| Failure::usage("--lang: it must be en or ar"))?;
        let (store, facts) = open(&self.common).await?;
        let printed = Box::pin(self.printed(&store, &facts, language)).await;
        store.close().await;
        let Printed { file, next } = printed?;
        write(&self.out, &file)?;
        let file = self.out.display().to_string();
        if self.common.json {
            answer_json(&json!({ "file": file, "next": next }));
            return Ok(());
        }
        match next {
            None => answer(format_args!("{file}: the cards")),
            Some(next) => answer(format_args!("{file}: the cards; the next begin at {next}")),
        }
        Ok(())
    }

    async fn printed(
        &self,
        store: &Store,
        facts: &Facts,
        language: Language,
    ) -> Result<Printed, Failure> {
        let zone = self.common.config()?.time_zone;
        let branding = branding_of(&self.common, store, facts).await?;
        let (currency, now) = (facts.currency, clock().now());
        let press = Press { store, branding, currency, zone: &zone, now };
        let wanted = Wanted {
            after: self.after.as_deref(),
            sort: self.sort.as_deref(),
            ..self.filter.wanted()
        };
        Ok(voucher_cards::print(press, &wanted, language).await?)
    }
}

impl From<CardsError> for Failure {
    fn from(error: CardsError) -> Self {
        match error {
            CardsError::Field(fault) => Self::refused(fault.detail),
            CardsError::Nothing => Self::refused("there is no voucher to print"),
            CardsError::Limited(_) => Self::refused("too many files"),
            CardsError::Storage(error) => error.into(),
            CardsError::Broken(error) => Self::refused(format!("it was not printed: {error}")),
        }
    }
}
