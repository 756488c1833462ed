//! What anyone sees of a code, without a token. Few are sent: an address has only so many.

use serde_json::{Value, json};

use super::client::{Request, Who};
use super::run::{Asked, Run, Step};
use super::shapes;
use super::smoke::CREDIT;

const PREVIEW: &str = "/billing/vouchers/redeem-preview";
const SMOKE: &str = "smoke.preview";

/// Asks, as nobody. `None` where that takes a token, and nothing else can be seen.
async fn preview(run: &mut Run<'_>, name: &str, prefix: &str, code: &str) -> Step<Option<Asked>> {
    let body = json!({ "code": code });
    let path = format!("{prefix}{PREVIEW}");
    let asked = run.ask(Request::post(path, Some(body), Who::Nobody)).await?;
    let wants_token = matches!(asked.answer.status, 401 | 403);
    let got = asked.answer.described();
    run.tells("preview.no-token", &asked, !wants_token, "an answer without a token", got);
    if !wants_token {
        return Ok(Some(asked));
    }
    if name == SMOKE {
        run.findings.drift(name, &asked.request, "200", asked.answer.described());
    } else {
        run.findings.skipped(name, Some(&asked.request), "it takes a token");
    }
    Ok(None)
}

fn is_it(body: &Value, member: &str, wanted: &Value) -> bool {
    body.get(member) == Some(wanted)
}

/// 3 of the smoke test. Answers what was shown.
pub(super) async fn smoke(run: &mut Run<'_>, code: &str) -> Step<Option<Value>> {
    let Some(asked) = preview(run, SMOKE, "", code).await? else { return Ok(None) };
    if !run.has_status(SMOKE, &asked, &[200]) {
        return Ok(None);
    }
    let body = asked.answer.json.clone().unwrap_or(Value::Null);
    let wanted = [
        ("code", json!(code)),
        ("credit_omr", json!(CREDIT)),
        ("active", json!(true)),
        ("accepting_redemptions", json!(true)),
    ];
    let holds = wanted.iter().all(|(member, value)| is_it(&body, member, value));
    let expected =
        format!("200 with code {code}, credit_omr {CREDIT}, active and accepting_redemptions true");
    run.tells(SMOKE, &asked, holds, &expected, asked.answer.described());
    run.shape(&shapes::PREVIEW, &asked, &body);
    Ok(Some(body))
}

/// Every route answers under `/api` as well.
pub(super) async fn under_api(run: &mut Run<'_>, code: &str, shown: Option<&Value>) -> Step {
    const NAME: &str = "prefix.api";
    if run.is_under_api() {
        run.skip([NAME], "the address has /api already");
        return Ok(());
    }
    let Some(asked) = preview(run, NAME, "/api", code).await? else { return Ok(()) };
    if run.has_status(NAME, &asked, &[200]) {
        let is_same = shown.is_none_or(|shown| asked.answer.json.as_ref() == Some(shown));
        let got = asked.answer.described();
        run.tells(NAME, &asked, is_same, "the same preview as at the root", got);
    }
    Ok(())
}

/// The same, where no code is there to be shown.
pub(super) async fn blank_under_api(run: &mut Run<'_>) -> Step {
    const NAME: &str = "prefix.api";
    if run.is_under_api() {
        run.skip([NAME], "the address has /api already");
        return Ok(());
    }
    let Some(asked) = preview(run, NAME, "/api", " ").await? else { return Ok(()) };
    run.answers(NAME, &asked, &[400]);
    Ok(())
}

/// Codes are compared in capitals and without the spaces around them.
pub(super) async fn same_code(run: &mut Run<'_>, code: &str) -> Step {
    const NAME: &str = "preview.same-code";
    let typed = format!("  {} ", code.to_lowercase());
    let Some(asked) = preview(run, NAME, "", &typed).await? else { return Ok(()) };
    if run.has_status(NAME, &asked, &[200]) {
        let is_same = asked.answer.member("code").is_some_and(|its| its == code);
        let expected = format!("the preview of {code} for its code in small letters");
        run.tells(NAME, &asked, is_same, &expected, asked.answer.described());
    }
    Ok(())
}

/// What is there and cannot be redeemed is 410, with the same object.
pub(super) async fn inactive(run: &mut Run<'_>, code: &str) -> Step {
    const NAME: &str = "preview.inactive";
    let Some(asked) = preview(run, NAME, "", code).await? else { return Ok(()) };
    if !run.has_status(NAME, &asked, &[410]) {
        return Ok(());
    }
    let body = asked.answer.json.clone().unwrap_or(Value::Null);
    let is_closed = is_it(&body, "active", &json!(false))
        && is_it(&body, "accepting_redemptions", &json!(false));
    let expected = "410 with active and accepting_redemptions false";
    run.tells(NAME, &asked, is_closed, expected, asked.answer.described());
    run.shape(&shapes::PREVIEW, &asked, &body);
    Ok(())
}

/// No code at all is named as such.
pub(super) async fn blank(run: &mut Run<'_>) -> Step {
    const NAME: &str = "preview.blank";
    let Some(asked) = preview(run, NAME, "", " ").await? else { return Ok(()) };
    run.refuses(NAME, &asked, 400);
    Ok(())
}

/// A code that nobody has. Answers what is said of it.
pub(super) async fn unknown(run: &mut Run<'_>) -> Step<Option<Value>> {
    const NAME: &str = "preview.unknown";
    let code = run.codes.fresh();
    let Some(asked) = preview(run, NAME, "", &code).await? else { return Ok(None) };
    let is_refused = run.refuses(NAME, &asked, 404);
    Ok(is_refused.then(|| apart_from_instance(&asked)))
}

/// Nobody can tell a revoked code from one that never was.
pub(super) async fn revoked(run: &mut Run<'_>, code: &str, unknown: Option<&Value>) -> Step {
    const NAME: &str = "preview.revoked";
    let Some(asked) = preview(run, NAME, "", code).await? else { return Ok(()) };
    if run.has_status(NAME, &asked, &[404]) {
        let is_same = unknown.is_none_or(|unknown| apart_from_instance(&asked) == *unknown);
        let expected = "the same answer as for a code that never was";
        run.tells(NAME, &asked, is_same, expected, asked.answer.described());
        run.problem(&asked);
    }
    Ok(())
}

/// The body without what names the request.
fn apart_from_instance(asked: &Asked) -> Value {
    let mut body = asked.answer.json.clone().unwrap_or(Value::Null);
    if let Some(members) = body.as_object_mut() {
        members.shift_remove("instance");
    }
    body
}
