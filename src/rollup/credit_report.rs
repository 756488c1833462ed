//! Credit reports that Sovereigns signed: nothing of one is believed before a key of that Sovereign has vouched for it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;

use super::agreements::Agreements;
use super::book::credit_reports::CreditReportRow;
use crate::auth::own_issuer;
use crate::usecase::credit_report::KIND;

/// What is read of a report.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sovereign: String,
    month: String,
    currency: String,
    time_zone: String,
    spent_minor: i64,
}

/// A public key, as a JWK (RFC 8037) writes it.
struct Key {
    x: String,
    decoding: DecodingKey,
}

/// The keys of Sovereigns, by domain name.
#[derive(Default)]
pub(crate) struct SovereignKeys(BTreeMap<String, Vec<Key>>);

impl SovereignKeys {
    /// Those that the agreements name.
    pub(crate) fn of(agreements: &Agreements) -> Self {
        let mut keys = Self::default();
        for (sovereign, named) in &agreements.sovereign_keys {
            for key in named {
                keys.add(sovereign, &URL_SAFE_NO_PAD.encode(key));
            }
        }
        keys
    }

    pub(crate) fn knows(&self, sovereign: &str) -> bool {
        self.0.contains_key(sovereign)
    }

    /// Adds the keys of a set (RFC 7517) that a Sovereign publishes.
    ///
    /// # Errors
    /// Where it is no set, or has no key of the kind that Sovereigns sign with.
    pub(crate) fn add_set(&mut self, sovereign: &str, document: &[u8]) -> Result<(), String> {
        let set: Value = serde_json::from_slice(document)
            .map_err(|error| format!("is no JSON: {error}; save {sovereign}'s jwks.json"))?;
        let keys = set["keys"].as_array().into_iter().flatten();
        let ours = keys.filter(|key| key["kty"] == "OKP" && key["crv"] == "Ed25519");
        let found = ours.filter_map(|key| key["x"].as_str()).filter(|x| self.add(sovereign, x));
        match found.count() {
            0 => Err(format!("has no Ed25519 key: save {sovereign}'s /.well-known/jwks.json")),
            _ => Ok(()),
        }
    }

    /// Answers whether it is a key.
    fn add(&mut self, sovereign: &str, x: &str) -> bool {
        let bytes = URL_SAFE_NO_PAD.decode(x).unwrap_or_default();
        let decoding = DecodingKey::from_ed_components(x).ok().filter(|_| bytes.len() == 32);
        let Some(decoding) = decoding else { return false };
        let key = Key { x: x.to_owned(), decoding };
        self.0.entry(sovereign.to_owned()).or_default().push(key);
        true
    }
}

/// Reads a report of a month: what a Sovereign answered, or only its signed part.
///
/// # Errors
/// Why it is no report of that month by a Sovereign of the agreements.
pub(crate) fn verify(
    text: &str,
    month: Month,
    agreements: &Agreements,
    keys: &SovereignKeys,
) -> Result<CreditReportRow, String> {
    let jws = signed_part(text.trim())?;
    let header = jsonwebtoken::decode_header(&jws)
        .map_err(|_| "is no signed report: save what GET /billing/admin/credit-report answers")?;
    let is_report = header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case(KIND));
    // RFC 7515, section 4.1.11: no extension is understood here.
    if header.alg != Algorithm::EdDSA || !is_report || header.crit.is_some() {
        return Err(format!("is no signed report of the type {KIND}"));
    }
    // Only to know whose keys to try.
    let said = jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(&jws)
        .map_err(|_| "is a report of another shape: ask a Sovereign of this version for it")?;
    let known = keys.0.get(&said.sovereign).map(Vec::as_slice).unwrap_or_default();
    let signed = known.iter().find_map(|key| Some((key, claims(&jws, &key.decoding)?)));
    let Some((key, claims)) = signed else {
        let name = &said.sovereign;
        return Err(match known {
            [] => {
                format!("is of {name}, whose keys are not known: name them with --jwks {name}=FILE")
            }
            _ => format!("is not signed by a key of {name}: ask it for the report again"),
        });
    };
    check(&claims, month, agreements)?;
    Ok(CreditReportRow {
        sovereign: claims.sovereign,
        month: month.to_string(),
        currency: claims.currency,
        credit_spent_minor: claims.spent_minor,
        document: jws,
        verified_key: key.x.clone(),
    })
}

fn signed_part(text: &str) -> Result<String, String> {
    if !text.starts_with('{') {
        return Ok(text.to_owned());
    }
    let answer: Value =
        serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let jws = answer["jws"].as_str().map(str::to_owned);
    jws.ok_or_else(|| "has no member `jws`: save what the Sovereign answered as it is".to_owned())
}

/// The claims under a good signature by this key.
fn claims(jws: &str, key: &DecodingKey) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    // A report is of a month, and good for ever.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Claims>(jws, key, &validation).ok().map(|decoded| decoded.claims)
}

fn check(claims: &Claims, month: Month, agreements: &Agreements) -> Result<(), String> {
    let name = &claims.sovereign;
    if claims.iss != own_issuer(name) {
        return Err(format!("is of {name}, and issued by {}", claims.iss));
    }
    if claims.month != month.to_string() {
        return Err(format!("is of {}: ask {name} for {month}", claims.month));
    }
    if claims.time_zone != agreements.zone_name {
        let zone = &agreements.zone_name;
        return Err(format!(
            "is of a month of {}, and the agreements' months are those of {zone}: ask {name} with \
             time_zone={zone}",
            claims.time_zone
        ));
    }
    let currency = Currency::from_code(&claims.currency).map_err(|error| error.to_string())?;
    let mut theirs =
        agreements.in_force(month).filter(|agreement| agreement.sovereigns.contains(name));
    if !theirs.any(|agreement| agreement.currency == currency) {
        return Err(format!(
            "is of {name} in {}, which has no agreement in that currency in {month}",
            claims.currency
        ));
    }
    Ok(())
}
