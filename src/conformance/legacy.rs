//! The older paths: the same behaviour as list, issue and revoke.

use super::client::{Request, Who};
use super::run::{Run, Step};
use super::smoke::{self, CREDIT, body, issued, revoke, revoke_again, segment};

pub(super) const PROMOS: &str = "/billing/admin/promos";

/// With a code that was revoked before, or with one of its own.
pub(super) async fn check(run: &mut Run<'_>, code: &str) -> Step {
    run.codes.may_be_live(code);
    let asked = run.ask(Request::post(PROMOS, Some(body(code)), Who::Admin)).await?;
    let issued = issued(run, "legacy.issue", &asked, (code, CREDIT)).is_some();
    let asked = run.ask(Request::get(PROMOS, Who::Admin)).await?;
    let listed = smoke::vouchers(run, "legacy.list", &asked);
    if !issued {
        run.skip(["legacy.revoke", "legacy.revoke-again"], "no voucher was issued");
        return Ok(());
    }
    if let Some(listed) = listed {
        let is_there = listed.iter().any(|one| one.get("code").is_some_and(|its| its == code));
        let expected = format!("an array with {code}");
        run.tells("legacy.list", &asked, is_there, &expected, "it is not there");
    }
    let path = format!("{PROMOS}/{}", segment(code));
    if revoke(run, "legacy.revoke", path.clone()).await? {
        revoke_again(run, "legacy.revoke-again", path, code).await?;
    } else {
        run.skip(["legacy.revoke-again"], "nothing was revoked");
    }
    Ok(())
}

/// Where nothing may be issued.
pub(super) async fn read(run: &mut Run<'_>) -> Step {
    let asked = run.ask(Request::get(PROMOS, Who::Admin)).await?;
    smoke::vouchers(run, "legacy.list", &asked);
    Ok(())
}
