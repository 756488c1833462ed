//! The life of one voucher: issued, listed, seen, edited, revoked, brought back and revoked again. A run leaves one
//! revoked code behind.

use super::client::Who;
use super::run::{Run, Step};
use super::smoke::revoke_path;
use super::{edits, legacy, previews, smoke};

/// What takes a token of somebody who may issue.
const READS: [&str; 2] = ["smoke.list", "legacy.list"];
/// What is changed.
const CHANGES: [&str; 7] = [
    "smoke.issue",
    "issue.no-code",
    "issue.no-credit",
    "revoke.unknown",
    "legacy.issue",
    "legacy.revoke",
    "legacy.revoke-again",
];
/// What takes a voucher that was issued.
const OF_A_VOUCHER: [&str; 14] = [
    "smoke.preview",
    "smoke.revoke",
    "issue.echo",
    "issue.fresh-counter",
    "issue.created-at",
    "issue.upsert",
    "issue.same-code",
    "issue.resurrects",
    "list.issued",
    "preview.same-code",
    "preview.inactive",
    "preview.revoked",
    "revoke.again",
    "revoke.same-code",
];

pub(super) async fn check(run: &mut Run<'_>) -> Step {
    if run.changes_nothing() {
        return look(run).await;
    }
    smoke::list(run).await?;
    let code = run.codes.fresh();
    let voucher = smoke::issue(run, &code).await?;
    let Some(voucher) = voucher else {
        run.skip(OF_A_VOUCHER, "no voucher was issued");
        previews::blank(run).await?;
        previews::unknown(run).await?;
        previews::blank_under_api(run).await?;
        edits::refusals(run).await?;
        return legacy::check(run, &code).await;
    };
    let shown = previews::smoke(run, &code).await?;
    edits::is_listed(run, &code, &voucher).await?;
    previews::under_api(run, &code, shown.as_ref()).await?;
    previews::same_code(run, &code).await?;
    previews::blank(run).await?;
    let unknown = previews::unknown(run).await?;
    if edits::upsert(run, &code, &voucher).await? {
        previews::inactive(run, &code).await?;
    } else {
        run.skip(["preview.inactive"], "no voucher is inactive");
    }
    edits::same_code(run, &code).await?;
    if smoke::revoke(run, "smoke.revoke", revoke_path(&code)).await? {
        smoke::revoke_again(run, "revoke.again", revoke_path(&code), &code).await?;
        previews::revoked(run, &code, unknown.as_ref()).await?;
        edits::is_not_listed(run, &code).await?;
    } else {
        run.skip(["revoke.again", "preview.revoked"], "nothing was revoked");
    }
    edits::resurrect(run, &code, &voucher).await?;
    edits::refusals(run).await?;
    legacy::check(run, &code).await
}

/// What can be seen without an issue.
async fn look(run: &mut Run<'_>) -> Step {
    let why = if run.is_read_only() { "only reads were asked for" } else { "no token was given" };
    if run.has(Who::Admin) {
        smoke::list(run).await?;
        legacy::read(run).await?;
    } else {
        run.skip(READS, "no token was given");
    }
    run.skip(CHANGES, why);
    run.skip(OF_A_VOUCHER, why);
    previews::blank(run).await?;
    previews::unknown(run).await?;
    previews::blank_under_api(run).await
}
