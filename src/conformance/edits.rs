//! What an issue does to a voucher that is there or was, and what it refuses.

use serde_json::{Value, json};

use super::client::{Request, Who};
use super::run::{Run, Step};
use super::smoke::{self, CREDIT, ISSUE, differing, issued, revoke_path};

/// The members that must be in the list as they were answered.
const LISTED: [&str; 7] = [
    "code",
    "credit_omr",
    "description",
    "active",
    "max_redemptions",
    "times_redeemed",
    "created_at",
];

/// What was issued is in the list, as it was answered.
pub(super) async fn is_listed(run: &mut Run<'_>, code: &str, voucher: &Value) -> Step {
    let Some((asked, listed)) = smoke::list(run).await? else { return Ok(()) };
    let found = listed.iter().find(|one| one.get("code").is_some_and(|its| its == code));
    let got = match found {
        None => "it is not there".to_owned(),
        Some(found) => {
            let others = LISTED.iter().filter(|name| found.get(*name) != voucher.get(*name));
            others.map(|name| format!("another {name}")).collect::<Vec<_>>().join(", ")
        }
    };
    let expected = format!("{code} as it was issued");
    run.tells("list.issued", &asked, got.is_empty(), &expected, got.as_str());
    Ok(())
}

/// What was revoked is in no list.
pub(super) async fn is_not_listed(run: &mut Run<'_>, code: &str) -> Step {
    let Some((asked, listed)) = smoke::list(run).await? else { return Ok(()) };
    let is_there = listed.iter().any(|one| one.get("code").is_some_and(|its| its == code));
    let got = format!("{code}, which was revoked");
    run.tells("list.live-only", &asked, !is_there, "no revoked voucher", got);
    Ok(())
}

/// An issue of a code that is there edits: what is not sent stays. Whether the voucher is inactive now.
pub(super) async fn upsert(run: &mut Run<'_>, code: &str, before: &Value) -> Step<bool> {
    const NAME: &str = "issue.upsert";
    let body = json!({ "code": code, "credit_omr": CREDIT + 1, "active": false });
    let asked = run.ask(Request::post(ISSUE, Some(body), Who::Admin)).await?;
    let Some(voucher) = issued(run, NAME, &asked, (code, CREDIT + 1)) else { return Ok(false) };
    let kept = ["description", "max_redemptions", "times_redeemed", "created_at"]
        .map(|name| (name, before.get(name).cloned().unwrap_or(Value::Null)));
    let mut others = differing(&voucher, &kept);
    others.extend(differing(&voucher, &[("active", json!(false))]));
    if !others.is_empty() {
        let expected = "active false, and the rest as it was";
        run.findings.drift(NAME, &asked.request, expected, others.join(", "));
    }
    Ok(voucher.get("active") == Some(&Value::Bool(false)))
}

/// A code in small letters, with spaces around it, is the same code.
pub(super) async fn same_code(run: &mut Run<'_>, code: &str) -> Step {
    let typed = format!(" {} ", code.to_lowercase());
    run.codes.may_be_live(&typed);
    run.codes.may_be_live(typed.trim());
    let body = json!({ "code": typed, "credit_omr": CREDIT });
    let asked = run.ask(Request::post(ISSUE, Some(body), Who::Admin)).await?;
    let answered = asked.answer.member("code").and_then(Value::as_str);
    let is_same = asked.answer.is_success() && answered == Some(code);
    issued(run, "issue.same-code", &asked, (code, CREDIT));
    if is_same {
        run.codes.is_revoked(&typed);
        run.codes.is_revoked(typed.trim());
    }
    Ok(())
}

/// An issue brings a revoked code back, as old as it is; then it is revoked again, by its code in small letters.
pub(super) async fn resurrect(run: &mut Run<'_>, code: &str, before: &Value) -> Step {
    const NAME: &str = "issue.resurrects";
    run.codes.may_be_live(code);
    let body = json!({ "code": code, "credit_omr": CREDIT });
    let asked = run.ask(Request::post(ISSUE, Some(body), Who::Admin)).await?;
    let Some(voucher) = issued(run, NAME, &asked, (code, CREDIT)) else {
        run.skip(["revoke.same-code"], "no voucher was issued");
        return Ok(());
    };
    let kept = ["times_redeemed", "created_at"]
        .map(|name| (name, before.get(name).cloned().unwrap_or(Value::Null)));
    let mut others = differing(&voucher, &kept);
    if voucher.get("deleted_at").is_some_and(|at| !at.is_null()) {
        others.push("deleted_at there".to_owned());
    }
    if !others.is_empty() {
        let expected = "a live voucher, with its counter and its age";
        run.findings.drift(NAME, &asked.request, expected, others.join(", "));
    }
    let path = revoke_path(&code.to_lowercase());
    smoke::revoke(run, "revoke.same-code", path).await?;
    Ok(())
}

/// Nothing is issued without a code, nor without credit; nothing is revoked that is not there.
pub(super) async fn refusals(run: &mut Run<'_>) -> Step {
    let body = json!({ "credit_omr": CREDIT });
    let asked = run.ask(Request::post(ISSUE, Some(body), Who::Admin)).await?;
    run.refuses("issue.no-code", &asked, 400);
    for credit in [0, -1] {
        let code = run.codes.fresh();
        run.codes.may_be_live(&code);
        let body = json!({ "code": code, "credit_omr": credit });
        let asked = run.ask(Request::post(ISSUE, Some(body), Who::Admin)).await?;
        if run.refuses("issue.no-credit", &asked, 400) {
            run.codes.is_revoked(&code);
        }
    }
    let code = run.codes.fresh();
    smoke::revoke_again(run, "revoke.unknown", revoke_path(&code), &code).await
}
