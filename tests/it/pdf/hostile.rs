//! Text that was made to break the paper.

use proptest::prelude::*;
use sovereign::pdf::{Customer, Document, Kind, Language, Seller, Tax, render};

use super::layout::assert_tidy;
use super::poppler::{pages, text as read};
use super::samples::{LANGUAGES, invoice, line};

/// The document with this text wherever others write.
fn with(text: &str, language: Language) -> Document {
    let own = || text.to_owned();
    let document = invoice(language);
    let (mut lines, tax) = (document.lines.clone(), document.tax.clone());
    lines.push(line(text, 1, 1));
    Document {
        number: own(),
        kind: Kind::CreditNote { of: own() },
        seller: Seller {
            name: own(),
            fqdn: own(),
            address: vec![own(); 20],
            tax_number: Some(own()),
        },
        customer: Customer { name: own(), email: Some(own()), id: own() },
        lines,
        tax: tax.map(|tax| Tax { label: own(), ..tax }),
        notes: vec![own(); 2],
        ..document
    }
}

#[test]
fn hostile_text_breaks_nothing() {
    let texts = [
        "\0\u{1}\u{1b}[2J\r\n\t\u{7f}\u{85}".to_owned(),
        "🦅🔥 👩‍👩‍👧 ❤\u{fe0f} 株式会社 हैलो \u{10ffff}\u{e000}\u{fffe}\u{feff}".to_owned(),
        "\u{202e}evil\u{202d} \u{2066}\u{2067}\u{2068}open\u{200f}\u{200e}\u{61c}".to_owned(),
        "x".repeat(10_000),
        "W".repeat(10_000),
        "ل".repeat(10_000),
        "word كلمة ".repeat(1_000),
        format!("Z{}a", "\u{301}\u{33f}\u{651}\u{64b}".repeat(500)),
        "e\u{301} \u{301}alone \u{651}ب\u{651}\u{64e}".to_owned(),
        "\u{200d}\u{200c}\u{ad}\u{34f}".to_owned(),
        "ﷺ ﷽ ﻻ لآ لإ fi ffi".to_owned(),
        String::new(),
        " ".to_owned(),
    ];
    for text in &texts {
        for language in LANGUAGES {
            let pdf =
                render(&with(text, language)).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let pages = pages(&pdf);
            assert!(pages.len() <= 4, "{} pages of {text:?}", pages.len());
            // What stands beside the hostile text is still there.
            assert!(read(&pdf).contains("20.475 OMR"), "{text:?}");
        }
    }
}

#[test]
fn long_text_stays_within_its_column() {
    for text in
        ["W".repeat(10_000), "x".repeat(10_000), "word ".repeat(2_000), "كلمة ".repeat(2_000)]
    {
        for language in LANGUAGES {
            assert_tidy(&pages(&render(&with(&text, language)).unwrap()));
        }
    }
}

#[test]
fn an_override_does_not_turn_what_follows() {
    let mut document = invoice(Language::English);
    document.customer.name = "\u{202e}Kestrel 100".to_owned();
    assert!(read(&render(&document).unwrap()).contains("Kestrel 100"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_rendered(text in "\\PC{0,60}|(?s:.){0,60}", arabic: bool) {
        let language = if arabic { Language::Arabic } else { Language::English };
        prop_assert!(render(&with(&text, language)).is_ok());
    }
}
