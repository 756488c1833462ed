//! Statements as PDF files, read back with Poppler.

use sovereign::pdf::Language;
use sovereign::rollup::document::{CreditDocument, StatementDocument, TermsDocument, TierDocument};
use sovereign::rollup::output::statement_pdf;
use sovereign_domain::money::Currency;

use crate::pdf::content::assert_has;
use crate::pdf::layout::assert_tidy;
use crate::pdf::poppler::{Word, pages, text};

const LANGUAGES: [Language; 2] = [Language::English, Language::Arabic];
const PAGE_WIDTH: f64 = 595.28;

/// A month of two agreements, with a refund, a dispute, fees and a payout in dollars.
fn statement(language: Language) -> StatementDocument {
    let read = StatementDocument::parse(include_str!("statement.json")).unwrap();
    let name = match language {
        Language::English => "Omantel",
        Language::Arabic => "عمانتل",
    };
    StatementDocument { language, name: name.to_owned(), ..read }
}

fn pdf(document: &StatementDocument) -> Vec<u8> {
    statement_pdf(document, document.language).unwrap()
}

/// The text, with the spaces between words made one.
fn read(document: &StatementDocument) -> String {
    text(&pdf(document)).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn find<'a>(words: &'a [Word], text: &str) -> &'a Word {
    let found = words.iter().find(|word| word.text == text);
    found.unwrap_or_else(|| panic!("there is no {text:?} in {words:?}"))
}

#[test]
fn an_english_statement_says_everything() {
    let text = read(&statement(Language::English));
    assert_has(
        &text,
        &[
            "Statement",
            "2026-11/omantel/OMR",
            "Publisher Inc",
            "Franchisee",
            "Omantel",
            "omantel.omani.works",
            "Period 1 November 2026 – 30 November 2026",
            "Date of issue 3 December 2026",
            "Currency OMR",
            "Paid to acct_****lo2C",
            "400.000 OMR 80.000 OMR",
            "Charges (4) 1000.000 OMR 200.000 OMR 800.000 OMR",
            "Refunds (1) -60.000 OMR -12.000 OMR -48.000 OMR",
            "Disputes (1) -40.000 OMR -8.000 OMR -32.000 OMR",
            "Net 900.000 OMR 180.000 OMR 720.000 OMR",
            "omantel.omani.works 15.500 OMR",
            "Franchisee’s part of the net 720.000 OMR",
            "Franchisee’s part of Stripe’s fees -23.204 OMR",
            "Fixed fee for the month -50.000 OMR",
            "Carried over from the statement before -3.003 OMR",
            "Due 643.793 OMR",
            "Payout 643.790 OMR",
            "The payout at 1 OMR = 2.6008 USD 1674.37 USD",
            "Carried over to the next statement 0.003 OMR",
            "In each row both parts sum to the amount.",
            "time zone Asia/Muscat",
            "lines.csv, of which the SHA-256 is cdcdcdcd",
            "Page 1 of",
        ],
    );
    assert!(!text.contains("part of credit") && !text.contains("Less than nothing"), "{text}");
}

#[test]
fn agreements_say_what_was_agreed() {
    let mut document = statement(Language::English);
    let first = "20% of what cards were charged.";
    assert_has(&squeezed(&document), &[&squeeze(first)]);
    for (place, tier) in [(0, (Some(10_000_000), 2_500)), (1, (None, 1_550))] {
        let (up_to_minor, share_bp) = tier;
        document.agreements[1].share[place] = TierDocument { up_to_minor, share_bp };
    }
    assert_has(&squeezed(&document), &[&squeeze("25% up to 10000.000 OMR, then 15.5% of")]);
}

/// Sentences are broken into lines beside figures, so that their words are looked for one by one.
fn squeezed(document: &StatementDocument) -> String {
    let pages = pages(&pdf(document));
    let left = pages.iter().flatten().filter(|word| word.left < 320.0);
    left.map(|word| word.text.as_str()).collect()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn an_arabic_statement_is_mirrored() {
    let words = pages(&pdf(&statement(Language::Arabic))).concat();
    let english = pages(&pdf(&statement(Language::English))).concat();
    let (title, figure) = (find(&words, "كشف"), find(&words, "400.000"));
    assert!(title.right < PAGE_WIDTH / 2.0, "{title:?}");
    assert!(figure.right < PAGE_WIDTH / 2.0, "{figure:?}");
    assert!(find(&english, "Statement").left > PAGE_WIDTH / 2.0);
    assert!(find(&english, "400.000").left > PAGE_WIDTH / 2.0);
    assert!(find(&words, "عمانتل").left > PAGE_WIDTH / 2.0);
    for word in ["صاحب", "الناشر", "الدفعة", "المستحق", "الصافي", "المرحل"]
    {
        find(&words, word);
    }
    // Amounts are not turned round: the currency stands right of each.
    for amount in ["643.793", "643.790", "-23.204", "0.003"] {
        let amount = find(&words, amount);
        let beside = words.iter().filter(|word| (word.bottom - amount.bottom).abs() < 2.0);
        let next = beside.filter(|word| word.left >= amount.right - 0.5);
        let next = next.min_by(|a, b| a.left.total_cmp(&b.left)).unwrap();
        assert_eq!(next.text, "OMR", "{amount:?}");
    }
}

#[test]
fn the_same_statement_is_the_same_bytes() {
    for language in LANGUAGES {
        let document = statement(language);
        let file = pdf(&document);
        assert_eq!(pdf(&document), file);
    }
}

#[test]
fn what_failed_and_what_is_owed_is_said() {
    let mut document = statement(Language::English);
    document.counts.refunds_failed = 2;
    document.counts.disputes_won = 1;
    document.payout_minor = 0;
    document.due_minor = -5;
    document.carried_out_minor = -5;
    document.sums.publisher_of_credit_minor = 3_100;
    document.credit[0].in_base = true;
    let text = read(&document);
    assert_has(
        &text,
        &[
            "Due -0.005 OMR",
            "Publisher’s part of credit that was spent -3.100 OMR",
            "Less than nothing is due. It is set off against the next statement.",
            "The share is taken off list prices",
        ],
    );
    let words = squeezed(&document);
    assert!(words.contains("Refunds(1),lessthosethatfailed(2)"), "{words}");
    assert!(words.contains("Disputes(1),lessthosethatwerewon(1)"), "{words}");
}

#[test]
fn nothing_overlaps() {
    for language in LANGUAGES {
        assert_tidy(&pages(&pdf(&statement(language))));
        let mut document = statement(language);
        document.name = "Kestrel Pharmacy صيدلية العاسوق ".repeat(4);
        document.publisher = Some("A publisher of a very long name ".repeat(5));
        document.sums.charged_minor = i64::MAX;
        document.net_minor = i64::MIN + 1;
        document.publisher_minor = -1;
        document.due_minor = i64::MIN + 1;
        document.sovereigns = (0..40).map(|number| format!("s{number}.omani.works")).collect();
        let terms = document.agreements[0].clone();
        document.agreements =
            (0..30).map(|number| TermsDocument { number, ..terms.clone() }).collect();
        let credit = |number| CreditDocument {
            sovereign: format!("s{number}.{}", "long.".repeat(20)),
            credit_spent_minor: i64::MAX,
            in_base: number % 2 == 0,
        };
        document.credit = (0..30).map(credit).collect();
        let pages = pages(&pdf(&document));
        assert!(pages.len() >= 3, "{}", pages.len());
        assert_tidy(&pages);
    }
}

#[test]
fn a_currency_without_decimals_has_none() {
    let yen = Currency::from_code("JPY").unwrap();
    let mut document = statement(Language::English);
    document.currency = yen;
    document.exponent = 0;
    document.publisher = None;
    document.payout.rate = None;
    document.payout.currency = yen;
    document.credit.clear();
    let text = read(&document);
    assert_has(
        &text,
        &["Publisher", "Payout 643790 JPY", "Carried over to the next statement 3 JPY"],
    );
    assert!(!text.contains("USD") && !text.contains("Credit of vouchers"), "{text}");
}
