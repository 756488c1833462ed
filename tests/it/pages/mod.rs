//! Pages, as a browser without JavaScript sees them.

mod admin;
mod checkout;
mod console;
mod join;
mod market;
mod redeem;
mod wallet;

pub(crate) use self::admin::{administrator, superadmin};
use crate::harness::Shown;

/// The value of a hidden field.
#[track_caller]
fn hidden(shown: &Shown, name: &str) -> String {
    let (_, after) = shown
        .text
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no field {name}: {}", shown.text));
    after.split('"').next().unwrap().to_owned()
}

#[track_caller]
fn lacks(shown: &Shown, texts: &[&str]) {
    for text in texts {
        assert!(!shown.text.contains(text), "{text:?} in: {}", shown.text);
    }
}
