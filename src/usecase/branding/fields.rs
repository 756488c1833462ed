//! What may be set, member by member: an absent one stays, an empty one clears.

use reqwest::Url;

use crate::branding::contrast::{Colour, Theme};
use crate::mail::usable_address;
use crate::storage::branding::BrandingRow;
use crate::usecase::vouchers::FieldError;

/// What is to be changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    pub(crate) name: Option<String>,
    pub(crate) name_ar: Option<String>,
    pub(crate) accent: Option<String>,
    pub(crate) accent_dark: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) support_email: Option<String>,
    pub(crate) support_phone: Option<String>,
    pub(crate) support_url: Option<String>,
    pub(crate) terms: Option<String>,
    pub(crate) terms_ar: Option<String>,
}

/// In characters.
pub(crate) const MAX_NAME: usize = 60;
pub(crate) const MAX_TERMS: usize = 2_000;
pub(crate) const MAX_URL: usize = 500;
pub(crate) const MAX_PHONE: usize = 32;
/// RFC 1035, section 2.3.4, less the length of the first label and the root.
const MAX_HOST: usize = 253;

impl Wishes {
    /// What the row is to be.
    ///
    /// # Errors
    /// The first member that is not as it must be.
    pub(super) fn apply(&self, row: &BrandingRow) -> Result<BrandingRow, FieldError> {
        let (row, faults) = self.applied(row);
        faults.into_iter().next().map_or(Ok(row), Err)
    }

    /// Every member that is not as it must be, in their order.
    pub(crate) fn faults(&self) -> Vec<FieldError> {
        self.applied(&BrandingRow::default()).1
    }

    /// The row with whatever can be set, and what cannot.
    fn applied(&self, row: &BrandingRow) -> (BrandingRow, Vec<FieldError>) {
        let mut row = row.clone();
        let light = |text: &str| colour(Theme::Light, text);
        let dark = |text: &str| colour(Theme::Dark, text);
        let faults = [
            set("name", self.name.as_deref(), &mut row.name, name),
            set("name_ar", self.name_ar.as_deref(), &mut row.name_ar, name),
            set("accent", self.accent.as_deref(), &mut row.accent, light),
            set("accent_dark", self.accent_dark.as_deref(), &mut row.accent_dark, dark),
            set("host", self.host.as_deref(), &mut row.host, host),
            set("support_email", self.support_email.as_deref(), &mut row.support_email, email),
            set("support_phone", self.support_phone.as_deref(), &mut row.support_phone, phone),
            set("support_url", self.support_url.as_deref(), &mut row.support_url, url),
            set("terms", self.terms.as_deref(), &mut row.terms, terms),
            set("terms_ar", self.terms_ar.as_deref(), &mut row.terms_ar, terms),
        ];
        (row, faults.into_iter().filter_map(Result::err).collect())
    }
}

fn set(
    field: &'static str,
    wish: Option<&str>,
    place: &mut String,
    read: impl Fn(&str) -> Result<String, String>,
) -> Result<(), FieldError> {
    match wish.map(str::trim) {
        None => {}
        Some("") => place.clear(),
        Some(text) => {
            *place =
                read(text).map_err(|what| FieldError::new(field, format!("{field}: {what}")))?;
        }
    }
    Ok(())
}

/// Also what turns the direction of the text after it: it would turn that of a letter's subject.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn short(text: &str, max: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length <= max {
        return Ok(());
    }
    Err(format!("has {length} characters and may have {max}; make it shorter"))
}

fn name(text: &str) -> Result<String, String> {
    short(text, MAX_NAME)?;
    if text.contains(is_control) {
        return Err("must be one line of plain text, such as Omantel Cloud".to_owned());
    }
    Ok(text.to_owned())
}

fn colour(theme: Theme, text: &str) -> Result<String, String> {
    let colour = Colour::parse(text).ok_or("must be a colour such as #0b5c4a")?;
    theme.check(colour).map_err(|error| error.to_string())?;
    Ok(colour.to_string())
}

/// A DNS name, and a port where it is for trials.
fn host(text: &str) -> Result<String, String> {
    const FORM: &str =
        "must be a host name such as cloud.omantel.example, without https:// or a path";
    let text = text.to_ascii_lowercase();
    if !text.is_ascii() {
        return Err("must be in ASCII; write an internationalised name as xn--…".to_owned());
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text.as_str(), None),
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    let named = host.contains('.') || host == "localhost";
    if host.len() > MAX_HOST || !host.split('.').all(label) || is_number || !named {
        return Err(FORM.to_owned());
    }
    match port.map(|port| (port, port.parse::<u16>())) {
        None => Ok(text),
        Some((digits, Ok(1..))) if !digits.starts_with(['0', '+']) => Ok(text),
        Some(_) => Err("must have a port from 1 to 65535 after the colon, or none".to_owned()),
    }
}

fn email(text: &str) -> Result<String, String> {
    usable_address(text)
        .ok_or_else(|| "must be an e-mail address, such as help@omantel.example".into())
}

fn phone(text: &str) -> Result<String, String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(text);
    let plain = rest.bytes().all(|byte| byte.is_ascii_digit() || b" -()".contains(&byte));
    // ITU-T E.164 has at most 15 digits; short numbers have three.
    if text.len() <= MAX_PHONE && plain && (3..=15).contains(&digits) {
        return Ok(text.to_owned());
    }
    Err("must be a telephone number of 3 to 15 digits, such as +968 2400 0000".to_owned())
}

fn url(text: &str) -> Result<String, String> {
    const FORM: &str = "must be an https:// address, such as https://omantel.example/help";
    short(text, MAX_URL)?;
    let url = Url::parse(text).map_err(|_| FORM)?;
    let plain = url.username().is_empty() && url.password().is_none();
    let named = url.host_str().is_some_and(|host| host.contains('.'));
    if url.scheme() != "https" || !plain || !named {
        return Err(FORM.to_owned());
    }
    Ok(url.into())
}

fn terms(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n");
    short(&text, MAX_TERMS)?;
    if text.contains(|character| is_control(character) && character != '\n') {
        return Err("must be plain text: lines, and nothing but letters and signs in them".into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names() {
        for (text, expected) in [
            ("Cloud.Omantel.example", "cloud.omantel.example"),
            ("localhost:8443", "localhost:8443"),
            ("xn--mgbh0fb.example", "xn--mgbh0fb.example"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(expected));
        }
        for bad in [
            "https://cloud.example",
            "cloud.example/",
            "cloud",
            "cloud..example",
            "-a.example",
            "a-.example",
            "a_b.example",
            "192.0.2.1",
            "[::1]",
            "user@cloud.example",
            "cloud.example:",
            "cloud.example:0",
            "cloud.example:65536",
            "cloud.example:+443",
            "cloud.example:44:3",
            "سحابة.example",
            "a b.example",
            &format!("{}.example", "a".repeat(64)),
            &format!("{}example", "a.".repeat(130)),
        ] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn contacts_can_be_used() {
        assert_eq!(phone("+968 (24) 00-0000").as_deref(), Ok("+968 (24) 00-0000"));
        for bad in ["12", "+96824+0", "call us", "٩٦٨٢٤", &"1".repeat(16), "1;ext=2"] {
            assert!(phone(bad).is_err(), "{bad}");
        }
        assert_eq!(url("https://Help.example").as_deref(), Ok("https://help.example/"));
        for bad in
            ["http://help.example", "help.example", "https://u:p@help.example", "javascript:x"]
        {
            assert!(url(bad).is_err(), "{bad}");
        }
        assert_eq!(email(" Help@Omantel.example").as_deref(), Ok("help@omantel.example"));
    }
}
