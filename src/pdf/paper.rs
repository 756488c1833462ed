//! Sheets of A4 on which set text and rules are put from top to bottom; a new sheet begins where the
//! next piece would not fit.
//!
//! Columns are given as a language that reads from the left has them, and mirrored for Arabic.

use krilla::color::rgb;
use krilla::geom::PathBuilder;
use krilla::num::NormalizedF32;
use krilla::paint::Stroke;
use krilla::surface::Surface;

use super::block::{Block, Style, Typesetter};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 54.0;
/// Where the text of a sheet ends; the footer stands below.
const BOTTOM: f32 = HEIGHT - 72.0;
pub(super) const FOOTER: f32 = HEIGHT - 50.0;
pub(super) const TEXT_WIDTH: f32 = WIDTH - 2.0 * MARGIN;

/// A column: how far its start is from the text's, and its width, in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) start: f32,
    pub(super) width: f32,
}

impl Column {
    pub(super) const ALL: Self = Self { start: 0.0, width: TEXT_WIDTH };

    pub(super) const fn new(start: f32, end: f32) -> Self {
        Self { start, width: end - start }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    Light,
    Strong,
}

/// What one sheet has on it.
#[derive(Default)]
pub(super) struct Sheet {
    /// Each with its upper left corner.
    texts: Vec<(Block, f32, f32)>,
    /// From where to where, and how far down.
    rules: Vec<(Rule, f32, f32, f32)>,
}

pub(super) struct Paper {
    pub(super) typesetter: Typesetter,
    pub(super) sheets: Vec<Sheet>,
    /// How far down the last sheet is written on.
    pub(super) y: f32,
    right_to_left: bool,
}

impl Paper {
    pub(super) fn new(right_to_left: bool) -> Self {
        let typesetter = Typesetter::new(right_to_left);
        Self { typesetter, sheets: vec![Sheet::default()], y: MARGIN, right_to_left }
    }

    pub(super) fn fits(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    pub(super) fn new_sheet(&mut self) {
        self.sheets.push(Sheet::default());
        self.y = MARGIN;
    }

    pub(super) fn space(&mut self, height: f32) {
        self.y += height;
    }

    fn left(&self, column: Column) -> f32 {
        if self.right_to_left {
            WIDTH - MARGIN - column.start - column.width
        } else {
            MARGIN + column.start
        }
    }

    /// Puts set text into a column, at `y` of the last sheet.
    pub(super) fn put(&mut self, block: Block, column: Column, y: f32) {
        let number = self.sheets.len() - 1;
        self.put_on(number, block, column, y);
    }

    /// The same on any sheet, counted from 0.
    pub(super) fn put_on(&mut self, number: usize, block: Block, column: Column, y: f32) {
        let left = self.left(column);
        if let Some(sheet) = self.sheets.get_mut(number) {
            sheet.texts.push((block, left, y));
        }
    }

    /// Sets text into a column, below what is there.
    pub(super) fn write(&mut self, text: String, style: Style, column: Column) {
        let block = self.typesetter.set(text, style, column.width);
        let (height, y) = (block.height(), self.y);
        self.put(block, column, y);
        self.y += height;
    }

    pub(super) fn rule(&mut self, rule: Rule, column: Column) {
        let (left, y) = (self.left(column), self.y);
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.rules.push((rule, left, left + column.width, y));
        }
    }
}

impl Sheet {
    pub(super) fn draw(&self, surface: &mut Surface<'_>) {
        for (block, x, y) in &self.texts {
            block.draw(surface, *x, *y);
        }
        for (rule, from, to, y) in &self.rules {
            draw_rule(surface, *rule, ((*from, *y), (*to, *y)));
        }
    }
}

/// A line from one point to another.
pub(super) fn draw_rule(
    surface: &mut Surface<'_>,
    rule: Rule,
    (from, to): ((f32, f32), (f32, f32)),
) {
    let (color, width) = match rule {
        Rule::Light => (rgb::Color::new(0xd8, 0xdc, 0xe1), 0.6),
        Rule::Strong => (rgb::Color::new(0x1b, 0x20, 0x27), 0.9),
    };
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    let Some(path) = path.finish() else { return };
    let stroke =
        Stroke { paint: color.into(), width, opacity: NormalizedF32::ONE, ..Stroke::default() };
    surface.set_fill(None);
    surface.set_stroke(Some(stroke));
    surface.draw_path(&path);
    surface.set_stroke(None);
}
