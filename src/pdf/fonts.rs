//! The fonts of the paper, from the crates that hold them: never those of the machine, so that a
//! document has the same bytes everywhere. Noto Sans for Latin, Greek and Cyrillic letters, `DejaVu`
//! Sans for Arabic and whatever else Noto Sans lacks. Their licences (SIL Open Font License 1.1; Bitstream
//! Vera) allow this, and have their notices within the font files.

use std::sync::{Arc, LazyLock};

use parley::FontContext;
use parley::fontique::{Blob, CharmapIndex, Collection, CollectionOptions};

/// In the order they are tried.
pub(super) const FAMILIES: [&str; 2] = ["Noto Sans", "DejaVu Sans"];

/// What stands for a character that no font has.
pub(super) const REPLACEMENT: char = '\u{fffd}';

pub(super) struct Fonts {
    context: FontContext,
    /// Regular, then bold: in each of them a family after the other.
    weights: [Vec<(CharmapIndex, &'static [u8])>; 2],
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let options = CollectionOptions { shared: false, system_fonts: false };
    let collection = Collection::new(options);
    let mut context = FontContext { collection, ..FontContext::default() };
    let regular = [notosans::REGULAR_TTF, dejavu::sans::regular()];
    let bold = [notosans::BOLD_TTF, dejavu::sans::bold()];
    let weights = [regular, bold].map(|files| register(&mut context, files));
    Fonts { context, weights }
});

fn register(
    context: &mut FontContext,
    files: [&'static [u8]; 2],
) -> Vec<(CharmapIndex, &'static [u8])> {
    let mut found = Vec::new();
    for file in files {
        for (_, fonts) in context.collection.register_fonts(Blob::new(Arc::new(file)), None) {
            found.extend(fonts.iter().map(|font| (font.charmap_index(), file)));
        }
    }
    found
}

impl Fonts {
    pub(super) fn get() -> &'static Self {
        &FONTS
    }

    /// One of its own for each document: laying out needs it mutable.
    pub(super) fn context(&self) -> FontContext {
        self.context.clone()
    }

    /// Whether regular and bold text can show the character.
    pub(super) fn cover(&self, character: char) -> bool {
        self.weights.iter().all(|fonts| {
            fonts.iter().any(|(index, file)| {
                let charmap = index.charmap(file);
                charmap.and_then(|map| map.map(character)).is_some_and(|glyph| glyph != 0)
            })
        })
    }
}
