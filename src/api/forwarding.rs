//! Where an Organization is that has left: its members are told where something of it is refused for that.

use sovereign_domain::ids::UserId;

use super::problem::Problem;
use crate::app::App;
use crate::storage::{self, organizations};

/// What is refused of an Organization that is here no more.
const CODES: [&str; 2] = ["organization_moving", "organization_suspended"];

/// What was done; or why it was not, and where the Organization is by now. Nobody but a member learns that.
pub(super) async fn told<T, E: Into<Problem>>(
    app: &App,
    (user_id, tenant_id): (&UserId, &str),
    done: Result<T, E>,
) -> Result<T, Problem> {
    let problem: Problem = match done {
        Ok(done) => return Ok(done),
        Err(error) => error.into(),
    };
    if !CODES.contains(&problem.code()) {
        return Err(problem);
    }
    // Boxed: it is rarer, and would make the request's future as large as its own.
    Err(Box::pin(with_place(app, (user_id, tenant_id), problem)).await?)
}

async fn with_place(
    app: &App,
    (user_id, tenant_id): (&UserId, &str),
    problem: Problem,
) -> storage::Result<Problem> {
    let mut tx = app.store.read_as(user_id).await?;
    Ok(match organizations::forwarding(&mut tx, tenant_id, user_id).await? {
        Some(forwarding) => problem.forwarded(forwarding),
        None => problem,
    })
}
