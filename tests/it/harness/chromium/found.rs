//! What the browser answers.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A page that was gone to.
#[derive(Debug, Deserialize)]
pub(crate) struct Opened {
    pub(crate) status: u16,
    /// Where redirects led in the end.
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
}

/// What axe finds wrong.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "printed where a test fails")]
pub(crate) struct Finding {
    pub(crate) rule: String,
    pub(crate) help: String,
    pub(crate) r#where: Vec<String>,
}

/// What is measured of a page: each list has what is wrong.
#[derive(Debug, Deserialize)]
pub(crate) struct Inspected {
    pub(crate) headings: Vec<String>,
    pub(crate) language: String,
    pub(crate) direction: String,
    pub(crate) title: String,
    /// What reaches out of the window, where the page can be moved sideways.
    pub(crate) too_wide: Vec<String>,
    /// What is too small to be pressed.
    pub(crate) small: Vec<String>,
    /// Scripts and styles in the page itself.
    pub(crate) inline: Vec<String>,
    /// What the walk by the Tab key before did not come to.
    pub(crate) missed: Vec<String>,
}

/// Where the Tab key stops.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Stop {
    /// As it stands in the page.
    pub(crate) element: String,
    /// Its label, or the words on it.
    pub(crate) name: String,
    /// Whether it can be seen.
    pub(crate) is_seen: bool,
    /// How thick the line is that is drawn around it.
    pub(crate) outline_px: f64,
}

/// An answer that a page caused, itself included.
#[derive(Debug, Deserialize)]
pub(crate) struct Loaded {
    /// `document`, `stylesheet`, `image`, `font`, `script`, `fetch` or another of Playwright's resource types.
    pub(crate) kind: String,
    pub(crate) url: String,
    /// As they came, headers included.
    pub(crate) bytes: u64,
}

impl Opened {
    /// Itself, where the status is as expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.url);
        self
    }
}
