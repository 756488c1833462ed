//! All versions of the policy: who set each, and what it changed.

use super::super::frame::POLICY;
use super::super::who::{Administrators, Who};
use super::typed::Typed;
use crate::app::App;
use crate::usecase::environment_policy::{self, PolicyError, Standing};
use crate::web::page::{Page, address};

/// How many are on a page.
const PAGE_SIZE: i64 = 20;

pub(super) struct Versions {
    pub(super) rows: Vec<Shown>,
    pub(super) newest: Option<&'static str>,
    pub(super) older: Option<String>,
}

/// A version, in the reader's language.
pub(super) struct Shown {
    pub(super) number: String,
    pub(super) who: Option<Who>,
    pub(super) at: Option<String>,
    /// What it changed: the rule, how it was before, and how it was since.
    pub(super) changes: Vec<(String, String, String)>,
}

/// Those behind a place of the list.
///
/// # Errors
/// [`PolicyError`].
pub(super) async fn load(
    app: &App,
    (page, administrators): (&Page, &Administrators),
    after: Option<&str>,
) -> Result<Versions, PolicyError> {
    let found = environment_policy::versions(&app.store, after, PAGE_SIZE).await?;
    // The last one is compared with the first of the next page.
    let before = match &found.next {
        Some(next) => environment_policy::versions(&app.store, Some(next), 1).await?.rows,
        None => Vec::new(),
    };
    let first = Standing::default();
    let earlier = found.rows.iter().chain(&before).skip(1).chain([&first]);
    let typed = |standing: &Standing| Typed::of(&standing.policy, page.currency);
    let rows = found.rows.iter().zip(earlier).map(|(one, earlier)| Shown {
        number: page.digits.write(&one.version.to_string()),
        who: one.set.as_ref().map(|(by, _)| administrators.who(page, by)),
        at: one.set.as_ref().map(|(_, at)| page.moment(*at)),
        changes: typed(earlier).unlike(page, &typed(one)),
    });
    Ok(Versions {
        rows: rows.collect(),
        newest: after.map(|_| POLICY),
        older: found.next.as_ref().map(|next| address(POLICY, &[("after", next)])),
    })
}
