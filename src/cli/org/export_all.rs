//! `sovereign org export --all`: for a franchisee that winds down.

use std::path::Path;

use serde_json::{Value, json};

use super::export::Export;
use super::{Desk, write_whole};
use crate::cli::clock;
use crate::cli::output::{Failure, answer, answer_json, say};
use crate::storage::moves::EXPORTED;
use crate::usecase::moves::MoveError;
use crate::usecase::moves::export::export;
use crate::usecase::moves::report::{self, Closing};
use crate::usecase::moves::written::is_written;

const JSON: &str = "closing-report.json";
const CSV: &str = "closing-report.csv";

/// An Organization that is not exported.
struct Refused {
    slug: String,
    code: &'static str,
    why: String,
}

/// Exports all, and writes the closing report. What is refused holds nothing else up.
pub(super) async fn run(desk: &Desk, args: &Export) -> Result<(), Failure> {
    let directory = args.out.as_path();
    std::fs::create_dir_all(directory)
        .map_err(|error| Failure::usage(format!("{}: {error}", directory.display())))?;
    let mut refused = Vec::new();
    for (id, slug) in report::to_move(&desk.app().store).await? {
        match one(desk, args, (&id, &slug)).await {
            Ok(()) => {}
            Err(MoveError::Storage(error)) => return Err(error.into()),
            Err(error) => {
                say(format_args!("{slug} is not exported: {error}"));
                refused.push(Refused { slug, code: error.code(), why: error.to_string() });
            }
        }
    }
    let closing = report::closing(&desk.app().store).await?;
    let document = document(desk, args, &closing, &refused);
    write_whole(&directory.join(JSON), &format!("{document:#}\n"))?;
    write_whole(&directory.join(CSV), &csv(&closing)?)?;
    tell(desk, args, &closing, &document);
    if !closing.agrees() {
        return Err(Failure::refused(
            "the sum over all Organizations is not that of all wallets; run `sovereign verify`",
        ));
    }
    if refused.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

async fn one(desk: &Desk, args: &Export, (id, slug): (&str, &str)) -> Result<(), MoveError> {
    let file = args.out.join(format!("{slug}.bundle"));
    if is_there(desk, args, (id, &file)).await? {
        say(format_args!("{slug} is exported already"));
        return Ok(());
    }
    let target = args.target(&file);
    let exported = Box::pin(export(desk.app(), &desk.actor, args.wish(id), target)).await?;
    if exported.replaced {
        say(format_args!("the bundle of {slug} is not the one that was exported before"));
    }
    say(format_args!("{slug} is in {}", file.display()));
    Ok(())
}

/// Whether an earlier run has come behind this one. A file of its name may be another one's.
async fn is_there(
    desk: &Desk,
    args: &Export,
    (id, file): (&str, &Path),
) -> Result<bool, MoveError> {
    let status = report::status(&desk.app().store, id).await?;
    let last = status.and_then(|status| status.moves.into_iter().next());
    Ok(last.is_some_and(|row| {
        row.state == EXPORTED
            && row.peer_fqdn == args.to
            // One that is to be encrypted is written again.
            && args.recipients().is_empty()
            && is_written(desk.app(), &row, file)
    }))
}

fn document(desk: &Desk, args: &Export, closing: &Closing, refused: &[Refused]) -> Value {
    let facts = &desk.app().facts;
    let organizations = closing.organizations.iter().map(|row| {
        json!({
            "id": row.id, "slug": row.slug, "state": row.state(), "moved_to": row.moved_to,
            "balance_minor": row.balance_minor, "held_minor": row.held_minor,
            "owed_minor": row.owed_minor, "moved_minor": row.moved_minor,
            "moved_owed_minor": row.moved_owed_minor,
        })
    });
    let refused =
        refused.iter().map(|one| json!({ "slug": one.slug, "code": one.code, "why": one.why }));
    json!({
        "sovereign": facts.fqdn,
        "currency": facts.currency.code(),
        "to": args.to,
        "at": clock().now(),
        "organizations": organizations.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "balance_minor": closing.balance_minor,
        "owed_minor": closing.owed_minor,
        "wallets_balance_minor": closing.wallets_balance_minor,
        "wallets_owed_minor": closing.wallets_owed_minor,
        "agrees": closing.agrees(),
    })
}

/// One line for each Organization, then the sums.
fn csv(closing: &Closing) -> Result<String, Failure> {
    let heading =
        ["slug", "state", "balance_minor", "held_minor", "owed_minor", "moved_minor", "id"];
    let mut lines: Vec<[String; 7]> = vec![heading.map(str::to_owned)];
    lines.extend(closing.organizations.iter().map(|row| {
        [
            row.slug.clone(),
            row.state().to_owned(),
            row.balance_minor.to_string(),
            row.held_minor.to_string(),
            row.owed_minor.to_string(),
            row.moved_minor.to_string(),
            row.id.clone(),
        ]
    }));
    let (balance, owed) = (closing.balance_minor.to_string(), closing.owed_minor.to_string());
    let none = String::new;
    lines.push(["(all)".to_owned(), none(), balance, none(), owed, none(), none()]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: &dyn std::fmt::Display| Failure::unavailable(format!("{CSV}: {error}"));
    for line in &lines {
        writer.write_record(line).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn tell(desk: &Desk, args: &Export, closing: &Closing, document: &Value) {
    if args.common.json {
        answer_json(document);
        return;
    }
    let currency = desk.app().facts.currency;
    answer(format_args!(
        "{} Organizations have {} of credit and owe {}; all wallets have {} and owe {}",
        closing.organizations.len(),
        currency.format(closing.balance_minor),
        currency.format(closing.owed_minor),
        currency.format(closing.wallets_balance_minor),
        currency.format(closing.wallets_owed_minor)
    ));
    say(format_args!("{JSON} and {CSV} are in {}", args.out.display()));
}
