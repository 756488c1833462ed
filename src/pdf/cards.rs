//! Vouchers as cards on sheets of A4, ten on each, to be printed and cut.
//!
//! A card is as large as a bank card (ISO/IEC 7810, ID-1). Arabic cards are mirrored, and so is their order on a sheet.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use time::Date;

use super::block::{Block, Side, Style, Typesetter};
use super::paper::{HEIGHT, Rule, WIDTH, draw_rule};
use super::{Language, words, write_sheets};
use crate::qr::Qr;

const COLUMNS: usize = 2;
const ROWS: usize = 5;
/// Of each sheet.
pub(crate) const CARDS: usize = COLUMNS * ROWS;

/// 85.6 and 53.98 mm, in points.
const CARD_WIDTH: f32 = 242.65;
const CARD_HEIGHT: f32 = 153.01;
/// The corner of the first card: the sheet's cards are in its middle.
const LEFT: f32 = (WIDTH - 2.0 * CARD_WIDTH) / 2.0;
const TOP: f32 = (HEIGHT - 5.0 * CARD_HEIGHT) / 2.0;
const PADDING: f32 = 13.0;
const INSIDE: f32 = CARD_WIDTH - 2.0 * PADDING;
/// The issuer's colour, along the upper edge.
const BAND: f32 = 5.0;
/// A side of the QR code with the white around it.
const QR: f32 = 88.0;
const GAP: f32 = 6.0;
const TEXT: f32 = INSIDE - QR - GAP;
/// Letters get no smaller than this.
const SMALLEST: f32 = 5.5;

/// Cards that are printed together.
pub(crate) struct Cards {
    pub(crate) language: Language,
    /// When they are printed.
    pub(crate) printed_on: Date,
    /// Who issues the vouchers.
    pub(crate) issuer: String,
    pub(crate) accent: (u8, u8, u8),
    pub(crate) all: Vec<Card>,
}

/// What stands on a card, in its language.
pub(crate) struct Card {
    pub(crate) value: String,
    pub(crate) description: String,
    pub(crate) code: String,
    /// How long the credit lasts.
    pub(crate) lasts: String,
    pub(crate) qr: Option<Qr>,
}

/// The cards as a PDF file of A4 sheets.
///
/// # Errors
/// Where the file would not be PDF/A, which only a flaw of ours can cause.
pub(crate) fn render(cards: &Cards) -> anyhow::Result<Vec<u8>> {
    let is_arabic = cards.language == Language::Arabic;
    let mut printer = Printer { typesetter: Typesetter::new(is_arabic), cards, is_arabic };
    let sheets: Vec<&[Card]> = cards.all.chunks(CARDS).collect();
    let title = cards.language.text("cards-title");
    let head = (title.as_str(), words::name(&cards.issuer), cards.language);
    write_sheets(head, cards.printed_on, sheets.len(), |number, surface| {
        for (place, card) in sheets.get(number).copied().unwrap_or_default().iter().enumerate() {
            printer.card(surface, place, card);
        }
    })
}

struct Printer<'a> {
    typesetter: Typesetter,
    cards: &'a Cards,
    is_arabic: bool,
}

impl Printer<'_> {
    /// Prints a card in the place that it has on a sheet, counted from 0 along the rows.
    fn card(&mut self, surface: &mut Surface<'_>, place: usize, card: &Card) {
        let column = if self.is_arabic { 1 - place % COLUMNS } else { place % COLUMNS };
        let x = if column == 0 { LEFT } else { LEFT + CARD_WIDTH };
        let rows_above = (0..place / COLUMNS).map(|_| CARD_HEIGHT);
        let y = TOP + rows_above.sum::<f32>();
        let (red, green, blue) = self.cards.accent;
        fill(surface, [(x, y, CARD_WIDTH, BAND)], rgb::Color::new(red, green, blue));
        cut_marks(surface, (x, y));
        let (text_x, qr_x) = if self.is_arabic {
            (x + PADDING + QR + GAP, x + PADDING)
        } else {
            (x + PADDING, x + CARD_WIDTH - PADDING - QR)
        };
        if let Some(qr) = &card.qr {
            draw(surface, qr, (qr_x, y + BAND + 8.0));
        }
        self.texts(surface, card, (text_x, x + PADDING, y));
    }

    fn texts(&mut self, surface: &mut Surface<'_>, card: &Card, (text_x, x, y): (f32, f32, f32)) {
        let issuer = words::name(&self.cards.issuer);
        let issuer = self.fit(issuer, Style::BODY.size(9.0).bold(), (TEXT, 26.0));
        let mut down = y + BAND + 10.0;
        issuer.draw(surface, text_x, down);
        down += issuer.height() + 4.0;
        let value = Style::BODY.left_to_right().side(Side::Start).size(19.0).bold();
        let value = self.fit(card.value.clone(), value, (TEXT, 27.0));
        value.draw(surface, text_x, down);
        down += value.height() + 3.0;

        let code = Style::BODY.left_to_right().size(11.0).bold();
        let code = self.fit(words::code(&card.code), code, (INSIDE, 18.0));
        let lasts = self.fit(words::note(&card.lasts), Style::LABEL.size(7.5), (INSIDE, 12.0));
        let lasts_y = y + CARD_HEIGHT - 9.0 - lasts.height();
        let code_y = lasts_y - 1.0 - code.height();
        code.draw(surface, x, code_y);
        lasts.draw(surface, x, lasts_y);

        let room = code_y - 3.0 - down;
        if !card.description.is_empty() && room > SMALLEST {
            let style = Style::SMALL.size(8.5);
            let block = self.fit(words::description(&card.description), style, (TEXT, room));
            block.draw(surface, text_x, down);
        }
    }

    /// Sets a text as large as its style says, or smaller, so that it is within a width and a height; what is too long
    /// still is cut.
    fn fit(&mut self, mut text: String, style: Style, (width, height): (f32, f32)) -> Block {
        let mut size = style.size;
        loop {
            let block = self.typesetter.set(text.clone(), style.size(size), width);
            if block.height() <= height || text.chars().count() <= 1 {
                return block;
            }
            if size > SMALLEST {
                size = (size - 0.5).max(SMALLEST);
                continue;
            }
            let kept = text.trim_end_matches('…').chars().count().saturating_sub(4).max(1);
            let shorter: String = text.chars().take(kept).collect();
            text = format!("{}…", shorter.trim_end());
        }
    }
}

/// The edge of a card, along which it is cut.
fn cut_marks(surface: &mut Surface<'_>, (x, y): (f32, f32)) {
    let (right, bottom) = (x + CARD_WIDTH, y + CARD_HEIGHT);
    for line in [
        ((x, y), (right, y)),
        ((x, bottom), (right, bottom)),
        ((x, y), (x, bottom)),
        ((right, y), (right, bottom)),
    ] {
        draw_rule(surface, Rule::Light, line);
    }
}

/// Draws a QR code with its upper left corner there.
fn draw(surface: &mut Surface<'_>, qr: &Qr, (x, y): (f32, f32)) {
    let runs: Vec<_> = qr.runs().collect();
    #[expect(clippy::cast_precision_loss, reason = "a code has at most 185 modules a side")]
    let points = |modules: usize| modules as f32 * QR / qr.side() as f32;
    let rectangles = runs.into_iter().map(|(row, column, length)| {
        (x + points(column), y + points(row), points(length), points(1))
    });
    fill(surface, rectangles, rgb::Color::new(0, 0, 0));
}

/// Fills rectangles: each from its upper left corner, its width and its height.
fn fill(
    surface: &mut Surface<'_>,
    rectangles: impl IntoIterator<Item = (f32, f32, f32, f32)>,
    color: rgb::Color,
) {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in rectangles {
        if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rectangle);
        }
    }
    let Some(path) = path.finish() else { return };
    let paint = color.into();
    let fill = Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero };
    surface.set_fill(Some(fill));
    surface.draw_path(&path);
    surface.set_fill(None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_a_file() {
        let card = |number: usize| Card {
            value: "200.000 OMR".to_owned(),
            description: "Muscat small business week".to_owned(),
            code: format!("OMANTEL-{number}"),
            lasts: "The credit does not expire".to_owned(),
            qr: Qr::of("https://test.sovereign.example/redeem?code=OMANTEL"),
        };
        for language in [Language::English, Language::Arabic] {
            let cards = Cards {
                language,
                printed_on: Date::from_ordinal_date(2027, 60).unwrap(),
                issuer: "test.sovereign.example".to_owned(),
                accent: (12, 92, 75),
                all: (0..12).map(card).collect(),
            };
            let file = render(&cards).unwrap();
            assert!(file.starts_with(b"%PDF"));
            assert_eq!(render(&cards).unwrap(), file);
        }
    }
}
