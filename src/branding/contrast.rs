//! Colours, and whether people can read them: contrast as WCAG 2.2 reckons it.
//!
//! It is no money, so here are floats; the way to the nearest colour that can be read goes in whole numbers.

use std::fmt;

/// A colour of sRGB, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

/// Text, also large text's neighbours on the same page (WCAG 2.2, 1.4.3, level AA).
const TEXT: f64 = 4.5;
/// What shows where a control is and which has the focus (WCAG 2.2, 1.4.11).
const CONTROL: f64 = 3.0;

/// What text on a button may be.
const WHITE: Colour = Colour([0xff, 0xff, 0xff]);
const NEAR_BLACK: Colour = Colour([0x10, 0x12, 0x14]);

/// The pages' own colours, which an accent stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// Why an accent cannot be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unreadable {
    /// What it would be seen with.
    against: &'static str,
    other: Colour,
    found: f64,
    needed: f64,
    /// Of the same hue, and readable.
    pub(crate) nearest: Colour,
}

impl Colour {
    pub(crate) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Red, green and blue.
    pub(crate) const fn rgb(self) -> (u8, u8, u8) {
        let [red, green, blue] = self.0;
        (red, green, blue)
    }

    /// Reads `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// WCAG 2.2, "contrast ratio": from 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    /// Of white and a near black, the one that is read better on this colour.
    pub(crate) fn text_on(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(NEAR_BLACK) { WHITE } else { NEAR_BLACK }
    }

    /// As many 512ths of the way to black or white; the hue stays.
    fn towards(self, end: Self, steps: u32) -> Self {
        const WHOLE: u32 = 512;
        let mut mixed = self.0;
        for (channel, end) in mixed.iter_mut().zip(end.0) {
            let (from, to) = (u32::from(*channel), u32::from(end));
            let sum = from * WHOLE.saturating_sub(steps) + to * steps.min(WHOLE);
            *channel = u8::try_from((sum + WHOLE / 2) / WHOLE).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Theme {
    pub(super) const fn ground(self) -> Colour {
        match self {
            Self::Light => Colour([0xfb, 0xfa, 0xf8]),
            Self::Dark => Colour([0x14, 0x16, 0x1a]),
        }
    }

    pub(super) const fn surface(self) -> Colour {
        match self {
            Self::Light => WHITE,
            Self::Dark => Colour([0x1c, 0x1f, 0x25]),
        }
    }

    /// What an accent is mixed with until it can be read.
    const fn far_end(self) -> Colour {
        match self {
            Self::Light => Colour([0, 0, 0]),
            Self::Dark => WHITE,
        }
    }

    /// Everything an accent is seen with: whether it can be read there.
    fn fault(self, accent: Colour) -> Option<(&'static str, Colour, f64, f64)> {
        let seen = [
            ("text on the page's ground", self.ground(), TEXT),
            ("text on a surface", self.surface(), TEXT),
            ("the ground of a button, under its text", accent.text_on(), TEXT),
            ("the ring around what has the focus, on the page's ground", self.ground(), CONTROL),
            ("the ring around what has the focus, on a surface", self.surface(), CONTROL),
        ];
        let found = seen.map(|(what, other, needed)| (what, other, accent.contrast(other), needed));
        found.into_iter().find(|(_, _, found, needed)| found < needed)
    }

    /// The colour of the accent's hue that can be read and is nearest to it: itself, where it can.
    pub(crate) fn nearest(self, accent: Colour) -> Colour {
        let mixed = (0..=512).map(|steps| accent.towards(self.far_end(), steps));
        // The end itself can be read, so there is one.
        mixed.into_iter().find(|colour| self.fault(*colour).is_none()).unwrap_or(self.far_end())
    }

    /// Whether an accent can be read wherever these pages use it.
    ///
    /// # Errors
    /// What it is too little contrast with.
    pub(crate) fn check(self, accent: Colour) -> Result<(), Unreadable> {
        match self.fault(accent) {
            None => Ok(()),
            Some((against, other, found, needed)) => {
                Err(Unreadable { against, other, found, needed, nearest: self.nearest(accent) })
            }
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { against, other, found, needed, nearest } = self;
        // Rounded down, so that what is too little never looks like enough.
        let found = (found * 100.0).floor() / 100.0;
        write!(
            f,
            "as {against} ({other}) it has a contrast of {found:.2}:1, and needs {needed}:1; the nearest \
             of the same hue that has it is {nearest}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    /// Values that the Web Accessibility Initiative and its checkers publish.
    #[test]
    fn contrast_is_as_published() {
        for (one, other, hundredths) in [
            ("#000000", "#ffffff", 2_100),
            ("#ffffff", "#ffffff", 100),
            ("#767676", "#ffffff", 454),
            ("#777777", "#ffffff", 447),
            ("#0000ff", "#ffffff", 859),
            ("#ff0000", "#ffffff", 399),
            ("#949494", "#ffffff", 303),
        ] {
            let (one, other) = (colour(one), colour(other));
            let found = one.contrast(other);
            let expected = f64::from(hundredths) / 100.0;
            assert!((found - expected).abs() < 0.01, "{one} on {other}: {found}");
            assert!((found - other.contrast(one)).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn colours_are_written_in_one_way() {
        assert_eq!(colour("#0B5c4A").to_string(), "#0b5c4a");
        for bad in ["", "#", "0b5c4a", "#0b5c4", "#0b5c4a0", "#0b5c4g", "#+b5c4a", "#é5c4", "teal"]
        {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn our_own_accents_pass_and_their_text_is_the_better_one() {
        assert_eq!(Theme::Light.check(colour("#0b5c4a")), Ok(()));
        assert_eq!(Theme::Dark.check(colour("#6fd3b8")), Ok(()));
        assert_eq!(colour("#0b5c4a").text_on(), WHITE);
        assert_eq!(colour("#6fd3b8").text_on(), NEAR_BLACK);
    }

    #[test]
    fn what_is_refused_comes_with_what_was_found_and_needed() {
        let refused = Theme::Light.check(colour("#777777")).unwrap_err();
        let said = refused.to_string();
        assert!(said.contains("4.29:1") && said.contains("needs 4.5:1"), "{said}");
        assert!(said.contains("#fbfaf8") && said.contains(&refused.nearest.to_string()), "{said}");
        // 4.5 with white, but not with the ground, which is a little darker.
        assert!(Theme::Light.check(colour("#767676")).is_err());
    }

    /// Every eighth value of each channel, in both themes: the nearest passes, keeps the hue, and the step before
    /// it does not pass.
    #[test]
    fn the_nearest_passes_and_is_of_the_same_hue() {
        let values = || (0..=255_u8).step_by(17);
        for (red, green, blue) in values().flat_map(|red| {
            values().flat_map(move |green| values().map(move |blue| (red, green, blue)))
        }) {
            let accent = Colour::new(red, green, blue);
            for theme in [Theme::Light, Theme::Dark] {
                let nearest = theme.nearest(accent);
                assert_eq!(theme.check(nearest), Ok(()), "{accent} to {nearest}");
                if theme.check(accent).is_ok() {
                    assert_eq!(nearest, accent);
                    continue;
                }
                assert_eq!(theme.check(accent).unwrap_err().nearest, nearest);
                let order = |colour: Colour| {
                    let mut channels = [0, 1, 2];
                    channels.sort_by_key(|&channel| (colour.0[channel], channel));
                    channels.map(|channel| accent.0[channel])
                };
                let sorted = order(nearest);
                let slack = sorted.windows(2).all(|pair| pair[0] <= pair[1].saturating_add(2));
                assert!(slack, "{accent} to {nearest} has another hue");
                let better = theme.nearest(nearest);
                assert_eq!(better, nearest);
                let found = nearest.contrast(theme.ground()).min(nearest.contrast(theme.surface()));
                assert!(found < 4.75, "{accent} to {nearest} is further than it needs: {found}");
            }
        }
    }
}
