//! An attempt that ends in a commit.

use super::desired::Loaded;
use super::git::{Change, Git, GitError, Prepared, Pushed};
use super::manifests::{self, Platform, Slug};
use super::work::{Attempt, Failure, rendered, show};
use crate::app::App;
use crate::fail_point::reach;

/// How often a change is made anew because somebody else pushed first, before it waits for another attempt.
const MAX_CONFLICTS: usize = 8;

/// Renders, commits and pushes; answers what the branch is at.
pub(super) async fn bring(
    app: &App,
    git: &Git,
    attempt: &mut Attempt,
    (platform, loaded): (&Platform, &Loaded),
) -> Result<Option<String>, Failure> {
    let files = manifests::render(platform, &loaded.desired)?;
    let slug = Slug::new(&loaded.desired.slug)?;
    let said = rendered(&format!("{} files", files.len()), loaded);
    attempt.steps.complete(said, app.clock.now());
    let message = message(attempt);
    let change = Change { platform, slug, files: &files, message, at: app.clock.now() };
    write(app, git, attempt, &change).await
}

fn message(attempt: &Attempt) -> String {
    let Attempt { row, organization, .. } = attempt;
    format!("{}: {}\n\nProvision: {}\n", organization.slug, row.cause, row.id)
}

/// Makes the commit and pushes it, anew for as long as others are first; answers what the branch is at.
async fn write(
    app: &App,
    git: &Git,
    attempt: &mut Attempt,
    change: &Change<'_>,
) -> Result<Option<String>, Failure> {
    let failed = |error: GitError| Failure { reason: error.0, may_pass: true };
    for conflicts in 0..MAX_CONFLICTS {
        let prepared = git.prepare(change, app.new_id()).await.map_err(failed)?;
        let commit = match prepared {
            Prepared::Commit(commit) => commit,
            Prepared::Unchanged(revision) => {
                let now = app.clock.now();
                attempt.steps.complete("nothing to change".to_owned(), now);
                attempt.steps.complete(String::new(), now);
                return Ok(revision);
            }
        };
        if conflicts == 0 {
            attempt.steps.complete(commit.clone(), app.clock.now());
            show(app, attempt).await?;
        }
        reach!("provision_committed");
        if git.push(&commit).await.map_err(failed)? == Pushed::Done {
            reach!("provision_pushed");
            let said = match conflicts {
                0 => String::new(),
                times => format!("made anew {times} times, as somebody else pushed first"),
            };
            attempt.steps.complete(said, app.clock.now());
            return Ok(Some(commit));
        }
    }
    let reason = format!("somebody else pushed first {MAX_CONFLICTS} times in a row");
    Err(Failure { reason, may_pass: true })
}
