//! What is written on the paper.

use sovereign::pdf::{Document, Kind, Language, Status, render};

use super::poppler::{fonts, information, text};
use super::samples::{LANGUAGES, currency, invoice, line};

/// The document's text, with the spaces between words made one.
fn read(document: &Document) -> String {
    let text = text(&render(document).unwrap());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without spaces: Poppler moves those between words of either direction.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Fails where a part is not in the text, apart from spaces.
#[track_caller]
pub(crate) fn assert_has(text: &str, wanted: &[&str]) {
    for part in wanted {
        assert!(squeeze(text).contains(&squeeze(part)), "{part:?} is not in {text}");
    }
}

#[test]
fn an_english_invoice_says_everything() {
    let text = read(&invoice(Language::English));
    assert_has(
        &text,
        &[
            "Tax invoice",
            "OMT-2026-000123",
            "Omantel Cloud",
            "P.O. Box 789, Muscat",
            "omantel.omani.works",
            "Tax number: OM1100012345",
            "Billed to",
            "Kestrel Pharmacy LLC",
            "ahmed@kestrel-pharmacy.example",
            "0193a4c2-77f1-7c3e-9d0a-5b1f0e2c4d6a",
            "Date of issue 25 November 2026",
            "25 November 2026 – 24 December 2026",
            "Status Paid",
            "Plan M 1 12.000 OMR",
            "Extra storage 3 6.000 OMR",
            "WordPress 1 1.500 OMR",
            "Subtotal 19.500 OMR",
            "VAT (5%) 0.975 OMR",
            "Total 20.475 OMR",
            "Paid by credit 10.000 OMR",
            "Paid by card 10.475 OMR",
            "Amount due 0.000 OMR",
            "Credit pays; it is not a discount.",
            "Page 1 of 1",
        ],
    );
    assert!(!text.contains("Rounding"), "{text}");
}

#[test]
fn an_arabic_invoice_says_everything() {
    let text = read(&invoice(Language::Arabic));
    assert_has(
        &text,
        &[
            "فاتورة ضريبية",
            "OMT-2026-000123",
            "سحابة مسقط",
            "مدينة العرفان، مسقط",
            "omantel.omani.works",
            "OM1100012345",
            "الرقم الضريبي",
            "صيدلية العاسوق",
            "ahmed@kestrel-pharmacy.example",
            "0193a4c2-77f1-7c3e-9d0a-5b1f0e2c4d6a",
            "25 نوفمبر 2026",
            "ديسمبر 2026",
            "فاتورة إلى",
            "مدفوعة",
            "باقة متوسطة",
            "تخزين إضافي",
            "WordPress",
            "المجموع الفرعي",
            "ضريبة القيمة المضافة",
            "مدفوع من الرصيد",
            "مدفوع بالبطاقة",
            "المبلغ المستحق",
            "صفحة 1 من 1",
        ],
    );
    // "Total", whose lam and alef are one glyph that stands for both; older Popplers turn the two round.
    assert!(["الإجمالي", "اإلجمالي"].iter().any(|total| text.contains(total)), "{text}");
    for amount in ["12.000", "6.000", "1.500", "19.500", "0.975", "20.475", "10.000", "10.475"] {
        assert_has(&text, &[&format!("{amount} OMR")]);
    }
}

#[test]
fn amounts_have_the_decimals_of_their_currency() {
    for (code, total_minor, total) in
        [("JPY", 19_500, "19500 JPY"), ("USD", 19_500, "195.00 USD"), ("KWD", 19_500, "19.500 KWD")]
    {
        for language in LANGUAGES {
            let document = Document {
                currency: currency(code),
                total_minor,
                due_minor: total_minor,
                ..invoice(language)
            };
            assert!(read(&document).matches(total).count() >= 2, "{code}");
        }
    }
}

#[test]
fn tax_that_is_included_stands_below_the_total() {
    let mut document = invoice(Language::English);
    document.total_minor = document.subtotal_minor;
    let tax = document.tax.as_mut().unwrap();
    (tax.included, tax.rate_basis_points) = (true, 525);
    let text = read(&document);
    assert_has(&text, &["Total 19.500 OMR Including VAT (5.25%) 0.975 OMR"]);
    assert!(!text.contains("Subtotal"), "{text}");
}

#[test]
fn rounding_is_a_line_of_its_own() {
    let document = Document { rounding_minor: -5, ..invoice(Language::English) };
    assert_has(
        &read(&document),
        &["Subtotal 19.500 OMR VAT (5%) 0.975 OMR Rounding -0.005 OMR Total"],
    );
}

#[test]
fn nothing_is_said_of_what_did_not_pay() {
    let document = Document {
        status: Status::Open,
        tax: None,
        credit_minor: 0,
        card_minor: 0,
        due_minor: 19_500,
        total_minor: 19_500,
        ..invoice(Language::English)
    };
    let text = read(&document);
    assert_has(&text, &["Status Open", "Total 19.500 OMR Amount due 19.500 OMR"]);
    for absent in ["Tax invoice", "VAT", "Paid by"] {
        assert!(!text.contains(absent), "{absent:?} is in {text}");
    }
}

#[test]
fn a_credit_note_names_its_invoice() {
    let document = Document {
        kind: Kind::CreditNote { of: "OMT-2026-000120".to_owned() },
        status: Status::Issued,
        ..invoice(Language::English)
    };
    let text = read(&document);
    assert_has(
        &text,
        &[
            "Tax credit note",
            "For invoice OMT-2026-000120",
            "Credited to",
            "Total credited 20.475 OMR",
            "Returned as credit 10.000 OMR",
            "Refunded to card 10.475 OMR",
        ],
    );
    assert!(!text.contains("Amount due"), "{text}");
    let arabic = Document { language: Language::Arabic, ..document };
    assert_has(&read(&arabic), &["إشعار دائن ضريبي", "OMT-2026-000120", "معاد إلى الرصيد"]);
}

#[test]
fn every_status_has_its_word_in_both_languages() {
    let all = [
        (Status::Open, "Open", "غير مدفوعة"),
        (Status::PastDue, "Past due", "متأخرة السداد"),
        (Status::Paid, "Paid", "مدفوعة"),
        (Status::Refunded, "Refunded", "مستردة"),
        (Status::PartlyRefunded, "Partly refunded", "مستردة جزئ"),
        (Status::Void, "Void", "ملغاة"),
        (Status::Issued, "Issued", "صادر"),
    ];
    for (status, english, arabic) in all {
        let document = |language| Document { status, ..invoice(language) };
        assert_has(&read(&document(Language::English)), &[&format!("Status {english}")]);
        assert_has(&read(&document(Language::Arabic)), &[arabic]);
    }
}

#[test]
fn names_in_the_other_script_are_readable() {
    let mut english = invoice(Language::English);
    english.customer.name = "صيدلية العاسوق".to_owned();
    english.lines.push(line("تخزين", 1, 1));
    assert_has(&read(&english), &["صيدلية العاسوق", "تخزين", "Billed to"]);
    let mut arabic = invoice(Language::Arabic);
    arabic.customer.name = "Kestrel Pharmacy LLC".to_owned();
    assert_has(&read(&arabic), &["Kestrel Pharmacy LLC", "صفحة 1 من 1"]);
}

#[test]
fn the_same_document_is_the_same_bytes() {
    for language in LANGUAGES {
        let document = invoice(language);
        let first = render(&document).unwrap();
        let again = std::thread::spawn(move || render(&invoice(language)).unwrap());
        assert!(first == again.join().unwrap(), "{language:?}");
        let other = Document { total_minor: 20_476, ..document };
        assert!(first != render(&other).unwrap(), "{language:?}");
    }
}

#[test]
fn the_file_knows_what_it_is() {
    for (language, tag, title) in [
        (Language::English, "en", "Title: Tax invoice OMT-2026-000123"),
        (Language::Arabic, "ar", "Title: فاتورة ضريبية OMT-2026-000123"),
    ] {
        let pdf = render(&invoice(language)).unwrap();
        let information = information(&pdf).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_has(&information, &[title, "Nov 25 00:00:00 2026", "Pages: 1", "(A4)"]);
        let has = |wanted: &str| pdf.windows(wanted.len()).any(|part| part == wanted.as_bytes());
        assert!(has(&format!("/Lang({tag})")) && has("<pdfaid:part>2"), "{language:?}");
    }
}

/// No machine need have the fonts, and no page is heavier than a mail can bear.
#[test]
fn fonts_are_within_and_only_the_glyphs_that_are_used() {
    for language in LANGUAGES {
        let pdf = render(&invoice(language)).unwrap();
        assert!(pdf.len() < 60_000, "{language:?}: {} bytes", pdf.len());
        let fonts = fonts(&pdf);
        let rows: Vec<_> = fonts.lines().skip(2).collect();
        assert!(rows.len() >= 2, "{fonts}");
        // Embedded, a subset, with its characters.
        assert!(rows.iter().all(|row| row.contains(" yes yes yes ")), "{fonts}");
    }
}
