//! The theme's style sheet: the branding's colours and logo, then the rules by which Keycloak's page has them.

use crate::branding::Accents;
use crate::branding::contrast::{Colour, Theme};
use crate::branding::logo::Logo;

const RULES: &str = include_str!("../../../assets/keycloak/login.css");

/// The style sheet; Keycloak loads it after its own.
pub(super) fn sheet(accents: Accents, logo: Option<&Logo>) -> String {
    let light = colours(":root", Theme::Light, accents.light);
    // Keycloak's script gives the page this class where somebody prefers the dark.
    let dark = colours(".pf-v5-theme-dark", Theme::Dark, accents.dark);
    let above = logo.map(above_the_name).unwrap_or_default();
    format!("{light}\n{dark}\n{RULES}{above}")
}

/// What the logo's file is called.
pub(super) fn picture(logo: &Logo) -> String {
    format!("logo.{}", logo.kind.as_str())
}

/// The accent with what it is seen with, which it was checked against.
fn colours(selector: &str, theme: Theme, accent: Colour) -> String {
    let (text, ground, surface) = (accent.text_on(), theme.ground(), theme.surface());
    format!(
        "{selector} {{\n  --sovereign-accent: {accent};\n  --sovereign-on-accent: {text};\n  \
         --sovereign-ground: {ground};\n  --sovereign-surface: {surface};\n}}\n"
    )
}

/// The logo stands above the name, which is there without it.
fn above_the_name(logo: &Logo) -> String {
    // Its address changes with it.
    let (picture, digest) = (picture(logo), &logo.digest);
    format!(
        "\n#kc-header-wrapper::before {{\n  content: \"\";\n  display: block;\n  \
         inline-size: min(100%, 20rem);\n  block-size: 4rem;\n  margin-block-end: 1rem;\n  \
         margin-inline: auto;\n  \
         background: url(\"../img/{picture}?v={digest}\") center / contain no-repeat;\n}}\n"
    )
}
