//! A real browser in front of the pages: Chromium, driven by the program in `tests/browser`. It starts once in
//! a test process; each [`Tab`] has cookies of its own.
//!
//! ```ignore
//! let tab = app.chromium(Look::PHONE.arabic().dark()).await;
//! tab.open("/sign-in").await.expect(200);
//! tab.fill("E-mail", "aisha@example.com").await;
//! tab.press("Send the code").await.expect(200);
//! ```
//!
//! A tab that is done with is closed, which fails where a script, the policy or the network had something to
//! complain of: `tab.close().await`.

mod driver;
mod found;
mod look;
mod tab;

pub(crate) use self::found::Opened;
pub(crate) use self::look::{Look, Tongue};
pub(crate) use self::tab::Tab;
