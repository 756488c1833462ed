//! Where the buttons of these pages lead: into the console or the checkout of somebody who has an Organization,
//! and to signing up for everybody else.

use axum::http::HeaderMap;

use crate::app::App;
use crate::storage;
use crate::usecase::join::{self, Standing};
use crate::usecase::sessions;
use crate::web::cookies;
use crate::web::page::{Page, address};

/// The Organizations that whoever looks may spend for: slug, name, and whether it can order.
#[derive(Debug, Default)]
pub(super) struct Visitor {
    organizations: Vec<(String, String, Standing)>,
}

/// Somewhere a button leads, and the Organization that it is for, where there are several.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) path: String,
    pub(super) organization: Option<String>,
}

impl Visitor {
    pub(super) async fn of(app: &App, page: &Page, headers: &HeaderMap) -> storage::Result<Self> {
        let cookie = cookies::value(headers, cookies::SESSION).filter(|_| page.has_session);
        let session = match cookie {
            Some(cookie) => sessions::of_browser(app, cookie).await?,
            None => None,
        };
        let Some(session) = session else { return Ok(Self::default()) };
        Ok(Self { organizations: join::organizations(app, &session.user_id).await? })
    }

    /// To ordering this. With several Organizations the page of signing up asks for which.
    pub(super) fn order(&self, plan: &str, apps: &str) -> String {
        let chosen = [("plan", plan), ("apps", apps)];
        let mut given: Vec<_> = chosen.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        match &self.organizations[..] {
            [(slug, _, Standing::MayOrder)] => {
                given.insert(0, ("organization", slug));
                address("/checkout", &given)
            }
            _ => address("/join", &given),
        }
    }

    /// To installing an app: one way for each Organization that has a plan, else the way to order it with one.
    pub(super) fn install(&self, app: &str) -> Vec<Way> {
        let subscribed =
            self.organizations.iter().filter(|(.., standing)| *standing == Standing::Subscribed);
        let ways: Vec<Way> = subscribed
            .map(|(slug, name, _)| Way {
                path: format!("/console/{slug}/apps/{app}"),
                organization: Some(name.clone()),
            })
            .collect();
        if ways.is_empty() {
            return vec![Way { path: self.order("", app), organization: None }];
        }
        ways
    }
}
