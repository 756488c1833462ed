//! A piece of text set in the fonts: broken into lines within a width, ready to be drawn.

use krilla::color::rgb;
use krilla::geom::Point;
use krilla::num::NormalizedF32;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontFamilyName,
    FontWeight, GlyphRun, Layout, LayoutContext, LineHeight, OverflowWrap, PositionedLayoutItem,
    StyleProperty,
};

use super::clean::is_isolate;
use super::fonts::{FAMILIES, Fonts};

#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Dark,
    Grey,
}

impl Ink {
    pub(super) fn fill(self) -> Fill {
        let color = match self {
            Self::Dark => rgb::Color::new(0x1b, 0x20, 0x27),
            Self::Grey => rgb::Color::new(0x5d, 0x66, 0x73),
        };
        Fill {
            paint: color.into(),
            opacity: NormalizedF32::ONE,
            rule: krilla::paint::FillRule::NonZero,
        }
    }
}

/// Which way a text runs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Runs {
    /// As the document's language does.
    Document,
    /// As its first letter does: names, which may be of either script.
    Itself,
    /// From left to right: amounts, numbers, addresses of the net.
    LeftToRight,
}

/// On which side of its column a text stands, seen from where the language begins to read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Start,
    End,
    /// On the right in both languages: figures, so that their decimals are below each other.
    Right,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Points.
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) ink: Ink,
    pub(super) runs: Runs,
    pub(super) side: Side,
}

impl Style {
    pub(super) const BODY: Self =
        Self { size: 9.5, bold: false, ink: Ink::Dark, runs: Runs::Itself, side: Side::Start };
    pub(super) const SMALL: Self =
        Self { size: 8.5, bold: false, ink: Ink::Grey, runs: Runs::Itself, side: Side::Start };
    /// A word of ours that names what stands beside or below it.
    pub(super) const LABEL: Self = Self { runs: Runs::Document, ..Self::SMALL };
    pub(super) const FIGURE: Self =
        Self { runs: Runs::LeftToRight, side: Side::Right, ..Self::BODY };

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ink: Ink::Dark, ..self }
    }
    pub(super) const fn size(self, size: f32) -> Self {
        Self { size, ..self }
    }
    pub(super) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
    pub(super) const fn side(self, side: Side) -> Self {
        Self { side, ..self }
    }
    pub(super) const fn left_to_right(self) -> Self {
        Self { runs: Runs::LeftToRight, ..self }
    }
}

/// Sets text for one document.
pub(super) struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    right_to_left: bool,
}

impl Typesetter {
    pub(super) fn new(right_to_left: bool) -> Self {
        Self { fonts: Fonts::get().context(), layouts: LayoutContext::new(), right_to_left }
    }

    /// `text` (cleaned before) in lines of at most `width` points; a word that is longer is broken.
    pub(super) fn set(&mut self, text: String, style: Style, width: f32) -> Block {
        let families = FAMILIES.map(|family| FontFamilyName::Named(family.into()));
        let weight = if style.bold { FontWeight::BOLD } else { FontWeight::NORMAL };
        // Arabic letters reach further up and down.
        let line_height = if self.right_to_left { 1.55 } else { 1.4 };
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &text, 1.0, false);
        builder.push_default(FontFamily::List(families.as_slice().into()));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::FontWeight(weight));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        builder.push_default(LineHeight::FontSizeRelative(line_height));
        builder.set_base_direction(match style.runs {
            Runs::Document if self.right_to_left => BaseDirection::Rtl,
            Runs::Document | Runs::LeftToRight => BaseDirection::Ltr,
            Runs::Itself => BaseDirection::Auto,
        });
        let mut layout = builder.build(&text);
        layout.break_all_lines(Some(width));
        let left = match style.side {
            Side::Start => !self.right_to_left,
            Side::End => self.right_to_left,
            Side::Right => false,
        };
        let alignment = if left { Alignment::Left } else { Alignment::Right };
        layout.align(alignment, AlignmentOptions::default());
        Block { layout, text, ink: style.ink }
    }

    /// The width `text` takes on one line.
    pub(super) fn width(&mut self, text: &str, style: Style) -> f32 {
        self.set(text.to_owned(), style, f32::MAX).layout.width()
    }
}

/// Set text.
pub(super) struct Block {
    layout: Layout<()>,
    text: String,
    ink: Ink,
}

impl Block {
    pub(super) fn height(&self) -> f32 {
        self.layout.height()
    }

    /// Draws it with its upper left corner at `x`, `y`.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, x: f32, y: f32) {
        surface.set_fill(Some(self.ink.fill()));
        for line in self.layout.lines() {
            let baseline = y + line.metrics().baseline;
            for item in line.items() {
                if let PositionedLayoutItem::GlyphRun(run) = item {
                    self.draw_run(surface, &run, Point::from_xy(x + run.offset(), baseline));
                }
            }
        }
    }

    fn draw_run(&self, surface: &mut Surface<'_>, run: &GlyphRun<'_, ()>, start: Point) {
        let size = run.run().font_size();
        let font = run.run().font().clone();
        let index = font.index;
        let Some(font) = Font::new(font.data.into_raw_parts().0.into(), index) else { return };
        let mut clusters: Vec<_> =
            run.run().clusters().map(|cluster| (cluster.text_range(), cluster)).collect();
        // A ligature's later letters have no glyph of their own: the glyph stands for all of them.
        clusters.dedup_by(|(later, cluster), (first, _)| {
            let ligature = cluster.is_ligature_continuation();
            if ligature {
                first.end = later.end;
            }
            ligature
        });
        if run.run().is_rtl() {
            clusters.reverse();
        }
        let is_shown = |text: &str| !text.chars().all(is_isolate);
        clusters.retain(|(range, _)| self.text.get(range.clone()).is_some_and(is_shown));
        let glyphs: Vec<_> = clusters
            .iter()
            .flat_map(|(range, cluster)| cluster.glyphs().map(move |glyph| (range, glyph)))
            .map(|(range, glyph)| {
                let [advance, x, y] = [glyph.advance, glyph.x, glyph.y].map(|points| points / size);
                KrillaGlyph::new(GlyphId::new(glyph.id), advance, x, y, 0.0, range.clone(), None)
            })
            .collect();
        surface.draw_glyphs(start, &glyphs, font, &self.text, size, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The glyphs of a text, as they stand from left to right, with the text of each.
    fn glyphs(text: &str, style: Style) -> Vec<(u32, f32)> {
        let block = Typesetter::new(true).set(text.to_owned(), style, 500.0);
        let line = block.layout.lines().next().unwrap();
        line.runs()
            .flat_map(|run| run.visual_clusters().collect::<Vec<_>>())
            .flat_map(|cluster| cluster.glyphs().collect::<Vec<_>>())
            .map(|glyph| (glyph.id, glyph.advance))
            .collect()
    }

    #[test]
    fn arabic_letters_join_in_both_weights() {
        for style in [Style::BODY, Style::BODY.bold()] {
            // Beh: at the end, in the middle, at the beginning, and alone.
            let [joined, alone] = ["ببب", "ب"].map(|text| glyphs(text, style));
            let mut forms: Vec<_> = joined.iter().chain(&alone).map(|(glyph, _)| *glyph).collect();
            forms.sort_unstable();
            forms.dedup();
            assert_eq!(forms.len(), 4, "{style:?} {joined:?} {alone:?}");
            // Lam and alef become one.
            let shown = glyphs("لا", style).into_iter().filter(|(_, advance)| *advance > 0.0);
            assert_eq!(shown.count(), 1, "{style:?}");
        }
    }

    #[test]
    fn figures_are_all_as_wide() {
        for style in [Style::FIGURE, Style::FIGURE.bold()] {
            let mut typesetter = Typesetter::new(false);
            let widths =
                ["1111.111", "8888.888", "0470.369"].map(|text| typesetter.width(text, style));
            assert!(widths.iter().all(|width| (width - widths[0]).abs() < 0.01), "{widths:?}");
        }
    }

    #[test]
    fn a_word_longer_than_its_column_is_broken() {
        let mut typesetter = Typesetter::new(false);
        let one = typesetter.set("x".to_owned(), Style::BODY, 50.0);
        let block = typesetter.set("x".repeat(100), Style::BODY, 50.0);
        assert!(block.layout.width() <= 50.0);
        assert!(block.height() > 5.0 * one.height());
    }
}
