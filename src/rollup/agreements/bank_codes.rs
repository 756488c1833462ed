//! Codes of banks: IBANs (ISO 13616) and BICs (ISO 9362).

/// An IBAN without its spaces: it is checked by its country's length and its two check digits (ISO 7064, MOD 97-10).
///
/// # Errors
/// What to do, where it is none.
pub(super) fn iban(text: &str) -> Result<String, String> {
    let iban: String = text.chars().filter(|c| *c != ' ').collect();
    let wrong = |what: &str| Err(format!("{text:?} {what}: copy the IBAN as the bank shows it"));
    let is_one = iban.len() > 4
        && iban.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && iban.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && iban.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    if !is_one {
        return wrong("is no IBAN");
    }
    let (country, length) = (iban.get(..2).unwrap_or_default(), iban.len());
    match length_in(country) {
        Some(wanted) if wanted != length => {
            let what = format!("has {length} characters, and those of {country} have {wanted}");
            return wrong(&what);
        }
        None if !(15..=34).contains(&length) => return wrong("is no IBAN"),
        _ => {}
    }
    if remainder(&iban) == Some(1) { Ok(iban) } else { wrong("has wrong check digits") }
}

/// The number that an IBAN is, by 97: its first four characters go last, and A is 10, B is 11 and so on.
fn remainder(iban: &str) -> Option<u32> {
    let (first, rest) = iban.split_at_checked(4)?;
    let mut characters = rest.chars().chain(first.chars());
    characters.try_fold(0, |before: u32, character| {
        let digit = character.to_digit(36)?;
        let shifted = if digit < 10 { before * 10 } else { before * 100 };
        Some((shifted + digit) % 97)
    })
}

/// How long the IBANs of a country are, by the registry of ISO 13616; `None` where it has none, or joined it lately.
fn length_in(country: &str) -> Option<usize> {
    const LENGTHS: &str = "\
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 \
        FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 \
        LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 \
        RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";
    let all = LENGTHS.split_ascii_whitespace();
    all.filter_map(|entry| entry.split_at_checked(2))
        .find(|(code, _)| *code == country)
        .and_then(|(_, length)| length.parse().ok())
}

/// # Errors
/// What to do, where the text has not its shape.
pub(super) fn bic(text: &str) -> Result<String, String> {
    let upper = |byte: u8| byte.is_ascii_uppercase();
    let either = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let fits = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 5 => upper(byte),
        _ => either(byte),
    });
    if fits && matches!(text.len(), 8 | 11) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is no BIC: it has 8 or 11 capitals and digits, such as BMUSOMRX"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_are_checked() {
        // Examples of the registry of ISO 13616.
        for good in [
            "OM810180000001299123456",
            "OM81 0180 0000 0129 9123 456",
            "AE070331234567890123456",
            "BH67BMAG00001299123456",
            "DE89370400440532013000",
            "GB82WEST12345698765432",
            "KW81CBKU0000000000001234560101",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert_eq!(iban(good), Ok(good.replace(' ', "")), "{good}");
        }
        for (bad, why) in [
            ("OM810180000001299123457", "wrong check digits"),
            ("OM180180000001299123456", "wrong check digits"),
            ("OM81018000000129912345", "has 22 characters, and those of OM have 23"),
            ("om810180000001299123456", "is no IBAN"),
            ("0181OM80000001299123456", "is no IBAN"),
            ("OM81-0180-0000", "is no IBAN"),
            ("ZZ12", "is no IBAN"),
            ("", "is no IBAN"),
        ] {
            let said = iban(bad).unwrap_err();
            assert!(said.contains(why) && said.contains("copy the IBAN"), "{said}");
        }
    }

    #[test]
    fn bics_have_their_shape() {
        for good in ["BMUSOMRX", "BMUSOMRXXXX", "DEUTDEFF500"] {
            assert_eq!(bic(good).as_deref(), Ok(good));
        }
        for bad in ["", "BMUSOMR", "BMUSOMRXX", "bmusomrx", "BMUS0MRX", "BMUSOMRX XX"] {
            assert!(bic(bad).is_err(), "{bad}");
        }
    }
}
