//! Invoices, credit notes and cards of vouchers as PDF files, in English and Arabic.
//!
//! [`render`] depends on its [`Document`] alone: the same document is the same bytes, on any machine, at
//! any time. The files are PDF/A-2b (ISO 19005-2), which is made to be kept: all fonts are within.
//!
//! Text is first made fit for paper (`clean`), set in the fonts (`block`, `fonts`), and put on sheets
//! (`paper`): `head`, then `table`, then `totals`.

mod block;
pub(crate) mod cards;
mod clean;
mod document;
mod fonts;
mod head;
mod paper;
pub(crate) mod statement;
mod table;
mod totals;
mod words;

use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::metadata::{DateTime, Metadata, TextDirection};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::{Document as File, SerializeSettings};
use time::Date;

use self::block::{Side, Style};
use self::paper::{Column, FOOTER, HEIGHT, Paper, TEXT_WIDTH, WIDTH};

pub use self::document::{Customer, Document, Kind, Line, Period, Seller, Status, Tax};
pub(crate) use self::words::rate;
pub use crate::text::Language;

/// The document as a PDF file of A4 sheets.
///
/// # Errors
/// Where the file would not be PDF/A; whatever text a document has is made fit for it, so that only a
/// flaw of ours can be the cause.
pub fn render(document: &Document) -> anyhow::Result<Vec<u8>> {
    let mut paper = Paper::new(document.language == Language::Arabic);
    head::write(&mut paper, document);
    table::write(&mut paper, document);
    totals::write(&mut paper, document);
    write_footers(&mut paper, document);
    write_file(&paper, document)
}

fn write_footers(paper: &mut Paper, document: &Document) {
    let pages = paper.sheets.len();
    let of = words::footer(document);
    for sheet in 0..pages {
        let column = Column::new(0.0, 380.0);
        let style = Style::SMALL.left_to_right().size(7.5);
        let block = paper.typesetter.set(of.clone(), style, column.width);
        paper.put_on(sheet, block, column, FOOTER);
        let column = Column::new(390.0, TEXT_WIDTH);
        let style = Style::LABEL.size(7.5).side(Side::End);
        let block = paper.typesetter.set(document.page(sheet + 1, pages), style, column.width);
        paper.put_on(sheet, block, column, FOOTER);
    }
}

fn write_file(paper: &Paper, document: &Document) -> anyhow::Result<Vec<u8>> {
    let sheets = paper.sheets.len();
    let draw = |number: usize, surface: &mut Surface<'_>| {
        if let Some(sheet) = paper.sheets.get(number) {
            sheet.draw(surface);
        }
    };
    let written = write(metadata(document), sheets, draw);
    written.map_err(|error| anyhow::anyhow!("writing {:?}: {error}", document.number))
}

/// Sheets of something that is no document: with a title, whose it is, and its language.
fn write_sheets(
    (title, author, language): (&str, String, Language),
    day: Date,
    sheets: usize,
    draw: impl FnMut(usize, &mut Surface<'_>),
) -> anyhow::Result<Vec<u8>> {
    let metadata = Metadata::new()
        .title(title.to_owned())
        .authors(vec![author])
        .language(language.tag().to_owned())
        .text_direction(direction(language))
        .creation_date(date(day));
    write(metadata, sheets, draw)
}

fn date(day: Date) -> DateTime {
    let date = DateTime::new(u16::try_from(day.year()).unwrap_or_default());
    date.month(day.month().into()).day(day.day())
}

fn direction(language: Language) -> TextDirection {
    match language {
        Language::English => TextDirection::LeftToRight,
        Language::Arabic => TextDirection::RightToLeft,
    }
}

/// So many sheets of A4, each drawn by its number from 0.
fn write(
    metadata: Metadata,
    sheets: usize,
    mut draw: impl FnMut(usize, &mut Surface<'_>),
) -> anyhow::Result<Vec<u8>> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|_| anyhow::anyhow!("PDF/A-2b does not go with the version of PDF"))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut file = File::new_with(settings);
    file.set_metadata(metadata);
    let size = PageSettings::from_wh(WIDTH, HEIGHT);
    let size = size.ok_or_else(|| anyhow::anyhow!("A4 is no size of a page"))?;
    for number in 0..sheets {
        let mut page = file.start_page_with(size.clone());
        let mut surface = page.surface();
        draw(number, &mut surface);
        surface.finish();
        page.finish();
    }
    file.finish().map_err(|error| anyhow::anyhow!("{error:?}"))
}

fn metadata(document: &Document) -> Metadata {
    let day = document.issued_on;
    let number = words::number(&document.number);
    Metadata::new()
        .title(format!("{} {number}", document.title()))
        .authors(vec![words::name(&document.seller.name)])
        .language(document.language.tag().to_owned())
        .text_direction(direction(document.language))
        .creation_date(date(day))
        .document_id(format!("{}/{number}", words::name(&document.seller.fqdn)))
}
