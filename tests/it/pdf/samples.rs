//! Documents to be rendered.

use sovereign::pdf::{Customer, Document, Kind, Language, Line, Period, Seller, Status, Tax};
use sovereign_domain::money::Currency;
use time::macros::date;

pub(super) const LANGUAGES: [Language; 2] = [Language::English, Language::Arabic];

pub(super) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(super) fn line(description: &str, quantity: i64, amount_minor: i64) -> Line {
    Line { description: description.to_owned(), quantity, amount_minor }
}

/// An invoice of 20.475 OMR: tax is added, credit pays 10.000 of it and a card the rest.
pub(super) fn invoice(language: Language) -> Document {
    let arabic = language == Language::Arabic;
    let pick = |english: &str, in_arabic: &str| if arabic { in_arabic } else { english }.to_owned();
    Document {
        language,
        kind: Kind::Invoice,
        number: "OMT-2026-000123".to_owned(),
        status: Status::Paid,
        issued_on: date!(2026 - 11 - 25),
        period: Some(Period { first: date!(2026 - 11 - 25), last: date!(2026 - 12 - 24) }),
        seller: Seller {
            name: pick("Omantel Cloud", "سحابة مسقط"),
            fqdn: "omantel.omani.works".to_owned(),
            address: vec![pick("P.O. Box 789, Muscat", "مدينة العرفان، مسقط")],
            tax_number: Some("OM1100012345".to_owned()),
        },
        customer: Customer {
            name: pick("Kestrel Pharmacy LLC", "صيدلية العاسوق"),
            email: Some("ahmed@kestrel-pharmacy.example".to_owned()),
            id: "0193a4c2-77f1-7c3e-9d0a-5b1f0e2c4d6a".to_owned(),
        },
        currency: currency("OMR"),
        lines: vec![
            line(&pick("Plan M", "باقة متوسطة"), 1, 12_000),
            line(&pick("Extra storage", "تخزين إضافي"), 3, 6_000),
            line("WordPress", 1, 1_500),
        ],
        subtotal_minor: 19_500,
        tax: Some(Tax {
            label: pick("VAT", "ضريبة القيمة المضافة"),
            rate_basis_points: 500,
            included: false,
            amount_minor: 975,
        }),
        rounding_minor: 0,
        total_minor: 20_475,
        credit_minor: 10_000,
        card_minor: 10_475,
        due_minor: 0,
        notes: vec![pick(
            "Credit pays; it is not a discount.",
            "مدفوع \u{2068}10.000 OMR\u{2069} فقط.",
        )],
    }
}

pub(super) fn long_invoice(language: Language, lines: i64) -> Document {
    let line = |number| line(&format!("Item-{number}"), number, number * 1_000);
    Document { lines: (1..=lines).map(line).collect(), ..invoice(language) }
}
