//! Where things stand: columns are mirrored for Arabic, figures are not turned round, nothing overlaps.

use sovereign::pdf::{Document, Language, render};

use super::poppler::{Word, pages, text};
use super::samples::{LANGUAGES, invoice, long_invoice};

const PAGE_WIDTH: f64 = 595.28;
const MARGIN: f64 = 54.0;
/// Above it the text ends, below it the footer begins.
const FOOTER: f64 = 775.0;

fn find<'a>(words: &'a [Word], text: &str) -> &'a Word {
    let found = words.iter().find(|word| word.text == text);
    found.unwrap_or_else(|| panic!("there is no {text:?} in {words:?}"))
}

/// The word right of this one, on its line.
fn next<'a>(words: &'a [Word], word: &Word) -> &'a Word {
    let same_line = |other: &&Word| (other.bottom - word.bottom).abs() < 2.0;
    let right = words.iter().filter(same_line).filter(|other| other.left >= word.right - 0.5);
    right.min_by(|a, b| a.left.total_cmp(&b.left)).unwrap()
}

/// Nothing overlaps, and nothing leaves the margins.
pub(crate) fn assert_tidy(pages: &[Vec<Word>]) {
    for words in pages {
        for (index, word) in words.iter().enumerate() {
            let inside = word.left > MARGIN - 1.0
                && word.right < PAGE_WIDTH - MARGIN + 1.0
                && word.top > MARGIN - 12.0
                && (word.bottom < FOOTER || word.top > FOOTER)
                && word.bottom < 841.89 - 20.0;
            assert!(inside, "outside of the margins: {word:?}");
            for other in &words[index + 1..] {
                let across = word.right.min(other.right) - word.left.max(other.left);
                let down = word.bottom.min(other.bottom) - word.top.max(other.top);
                assert!(across < 1.0 || down < 3.0, "overlap: {word:?} {other:?}");
            }
        }
    }
}

#[test]
fn columns_are_mirrored() {
    let english = &pages(&render(&invoice(Language::English)).unwrap())[0];
    let arabic = &pages(&render(&invoice(Language::Arabic)).unwrap())[0];
    let (description, amount) = (find(english, "Description"), find(english, "Amount"));
    assert!((description.left - MARGIN).abs() < 1.0 && amount.left > PAGE_WIDTH / 2.0);
    let (description, amount) = (find(arabic, "الوصف"), find(arabic, "المبلغ"));
    assert!(
        (description.right - (PAGE_WIDTH - MARGIN)).abs() < 1.0 && amount.right < PAGE_WIDTH / 2.0
    );
    assert!(find(english, "Omantel").left < PAGE_WIDTH / 2.0);
    assert!(find(arabic, "سحابة").left > PAGE_WIDTH / 2.0);
}

#[test]
fn amounts_are_not_turned_round() {
    for language in LANGUAGES {
        let words = &pages(&render(&invoice(language)).unwrap())[0];
        for amount in ["12.000", "6.000", "20.475", "10.475", "0.000"] {
            assert_eq!(next(words, find(words, amount)).text, "OMR", "{language:?} {amount}");
        }
        // Each column of figures has one right edge, so that the decimals are below each other.
        let right = |amount: &str| next(words, find(words, amount)).right;
        let lines = ["12.000", "6.000", "1.500"].map(right);
        assert!(lines.iter().all(|edge| (edge - lines[0]).abs() < 0.5), "{language:?} {lines:?}");
    }
    // Within an Arabic sentence, the amount is isolated.
    let words = &pages(&render(&invoice(Language::Arabic)).unwrap())[0];
    let note = words.iter().rfind(|word| word.text == "10.000").unwrap();
    assert!(next(words, note).text.contains("OMR"), "{words:?}");
}

#[test]
fn an_arabic_period_is_read_from_the_right() {
    let words = &pages(&render(&invoice(Language::Arabic)).unwrap())[0];
    let month = find(words, "ديسمبر");
    let value = |word: &&Word| (word.bottom - month.bottom).abs() < 4.0 && word.right < 300.0;
    let mut line: Vec<_> = words.iter().filter(value).collect();
    line.sort_by(|a, b| b.right.total_cmp(&a.right));
    let line: Vec<_> = line.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(line, ["25", "نوفمبر", "2026", "–", "24", "ديسمبر", "2026"]);
}

#[test]
fn nothing_overlaps() {
    for language in LANGUAGES {
        let mut document = invoice(language);
        document.customer.name = "Kestrel Pharmacy صيدلية العاسوق ".repeat(4);
        document.lines[0].description =
            "A description of many words ووصف من كلمات كثيرة ".repeat(7);
        document.lines[1].amount_minor = -9_223_372_036_854_775_807;
        document.lines[1].quantity = 1_000_000_000;
        document.notes = vec!["A long note, with all its terms and conditions. ".repeat(12); 3];
        assert_tidy(&pages(&render(&document).unwrap()));
        assert_tidy(&pages(&render(&invoice(language)).unwrap()));
    }
}

#[test]
fn many_lines_go_on_to_further_pages() {
    for (language, page) in [(Language::English, "Page"), (Language::Arabic, "صفحة")] {
        let pdf = render(&long_invoice(language, 200)).unwrap();
        let pages = pages(&pdf);
        assert!(pages.len() >= 5, "{}", pages.len());
        assert_tidy(&pages);
        for words in &pages {
            // Each says whose it is and which page of how many.
            assert!(find(words, page).top > 770.0);
            assert!(words.iter().any(|word| word.text.contains("OMT-2026-000123")));
        }
        let text = text(&pdf);
        for number in 1..=200 {
            let item = format!("Item-{number}");
            let times = text.split_whitespace().filter(|word| **word == item).count();
            assert_eq!(times, 1, "{item}");
        }
        assert_eq!(text.matches("20.475 OMR").count(), 1);
    }
    let text = text(&render(&long_invoice(Language::English, 200)).unwrap());
    let count = pages(&render(&long_invoice(Language::English, 200)).unwrap()).len();
    for page in 1..=count {
        assert!(text.contains(&format!("Page {page} of {count}")), "{page} of {count}");
    }
    assert!(text.matches("Description").count() >= count - 1, "the head is not repeated");
}

/// Whatever the number of lines, the totals stay together, below a line or on a sheet that says of
/// what it is a part, and a table's head is never the last thing on a page.
#[test]
fn pages_break_where_they_may() {
    for lines in 14..=28 {
        let pdf = render(&long_invoice(Language::English, lines)).unwrap();
        let pages = pages(&pdf);
        assert_tidy(&pages);
        let with =
            |text: &str| pages.iter().position(|words| words.iter().any(|word| word.text == text));
        assert_eq!(with("Subtotal"), with("due"), "{lines} lines");
        for words in &pages {
            let Some(head) = words.iter().find(|word| word.text == "Description") else { continue };
            let below = words.iter().filter(|word| word.text.starts_with("Item-"));
            assert!(below.clone().count() > 0 && below.clone().all(|word| word.top > head.top));
        }
    }
}

#[test]
fn a_table_s_head_stays_with_its_first_line() {
    let mut moved = 0;
    for length in (0..400).step_by(20) {
        let mut document = long_invoice(Language::Arabic, 2);
        document.seller.fqdn = "W".repeat(100);
        document.seller.address = vec!["W".repeat(80); 6];
        document.customer.name = "W".repeat(100);
        document.lines[0].description = format!("Item-1 {}", "W".repeat(length));
        let pages = pages(&render(&document).unwrap());
        assert_tidy(&pages);
        let head = |words: &[Word]| words.iter().any(|word| word.text == "الوصف");
        let first = |words: &[Word]| words.iter().any(|word| word.text == "Item-1");
        assert_eq!(
            pages.iter().position(|words| head(words)),
            pages.iter().position(|words| first(words))
        );
        moved += usize::from(!head(&pages[0]));
    }
    assert!((1..20).contains(&moved), "{moved} of 20 began on a second page");
}

#[test]
fn a_document_may_have_few_parts() {
    for language in LANGUAGES {
        let full = invoice(language);
        let document = Document { period: None, lines: vec![], notes: vec![], tax: None, ..full };
        let pages = pages(&render(&document).unwrap());
        assert_eq!(pages.len(), 1);
        assert_tidy(&pages);
    }
}
