//! Turns a change of a subscription into a command for the engine.

use sovereign_domain::book::{
    AppChange, ChangePreview, ChangeSubscription, Command, Idempotency, Outcome,
};
use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;

use super::checkout::{digest, sorted};
use super::payments::{self, PaymentError};
use crate::app::App;

/// A change as a client asks for it; what is absent stays. References are identifiers or slugs.
#[derive(Debug, Clone)]
pub(crate) struct ChangeRequest {
    pub(crate) tenant_id: String,
    pub(crate) plan: Option<String>,
    pub(crate) addons: Option<Vec<String>>,
    pub(crate) apps: Option<Vec<String>>,
    /// One app that comes or goes.
    pub(crate) app: Option<AppChange>,
    /// Of the preview that the customer saw, and what it came to.
    pub(crate) at: Option<Timestamp>,
    pub(crate) total_minor: Option<i64>,
    pub(crate) key: Option<String>,
}

impl ChangeRequest {
    /// One that changes nothing yet.
    pub(crate) fn of(tenant_id: String) -> Self {
        let (plan, addons, apps, app) = (None, None, None, None);
        Self { tenant_id, plan, addons, apps, app, at: None, total_minor: None, key: None }
    }

    fn into_command(self, actor: Actor, preview: bool) -> Command {
        let set = |list: &Option<Vec<String>>| -> Vec<String> {
            let of = |list: &Vec<String>| sorted(list).into_iter().map(String::from).collect();
            // A list of nothing is another request than no list.
            list.as_ref().map_or_else(Vec::new, |list| [vec!["=".to_owned()], of(list)].concat())
        };
        let texts = [
            vec![self.tenant_id.clone()],
            self.plan.clone().into_iter().collect(),
            set(&self.addons),
            set(&self.apps),
            self.app.as_ref().map_or_else(Vec::new, app_texts),
            self.at.map(|at| at.to_string()).into_iter().collect(),
            self.total_minor.map(|total| total.to_string()).into_iter().collect(),
        ];
        let texts = texts.each_ref().map(|texts| texts.iter().map(String::as_str).collect());
        let request_hash = digest(&texts.each_ref().map(Vec::as_slice));
        Command::ChangeSubscription(ChangeSubscription {
            actor,
            tenant_id: self.tenant_id.into(),
            plan: self.plan,
            addons: self.addons,
            apps: self.apps,
            app: self.app,
            at: self.at,
            total_minor: self.total_minor,
            preview,
            idempotency: Idempotency { key: self.key, request_hash },
        })
    }
}

fn app_texts(change: &AppChange) -> Vec<String> {
    let (verb, app, dedicated) = match change {
        AppChange::Install { app, dedicated } => ("install", app, &dedicated[..]),
        AppChange::Uninstall { app } => ("uninstall", app, &[][..]),
    };
    [&[verb.to_owned(), app.clone()], dedicated].concat()
}

/// What the change would come to now.
///
/// # Errors
/// [`PaymentError`]: the rule that refuses it.
pub(crate) async fn preview(
    app: &App,
    request: ChangeRequest,
    actor: Actor,
) -> Result<ChangePreview, PaymentError> {
    match app.engine.submit(request.into_command(actor, true)).await? {
        Outcome::Previewed(preview) => Ok(*preview),
        _ => Err(PaymentError::Unresolved("the preview was not made".into())),
    }
}

/// Makes the change, or opens the session that a card pays it with.
///
/// # Errors
/// [`PaymentError`]; nothing changed.
pub(crate) async fn change(
    app: &App,
    request: ChangeRequest,
    actor: Actor,
) -> Result<Outcome, PaymentError> {
    payments::checkout::submit(app, request.into_command(actor, false)).await
}
