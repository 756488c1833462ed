//! The four requests of the smoke test, with a code of the run's own.

use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;

use super::client::{Request, Who};
use super::run::{Asked, Run, Step};
use super::shape::{Kind, shown};
use super::shapes;

pub(super) const LIST: &str = "/billing/vouchers/list";
pub(super) const ISSUE: &str = "/billing/vouchers/issue";

/// What the smoke test's voucher is worth.
pub(super) const CREDIT: i64 = 10;

/// Vouchers are older than that nowhere: a time before it is one that was never set.
const YEAR_2000: Timestamp = Timestamp::from_seconds(946_684_800);

pub(super) fn revoke_path(code: &str) -> String {
    format!("/billing/vouchers/revoke/{}", segment(code))
}

/// A text as a part of a path.
pub(super) fn segment(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(text, KEPT).to_string()
}

/// What the smoke test issues.
pub(super) fn body(code: &str) -> Value {
    json!({
        "code": code, "credit_omr": CREDIT, "description": "smoke", "active": true,
        "max_redemptions": 1,
    })
}

/// 1: the live vouchers.
pub(super) async fn list(run: &mut Run<'_>) -> Step<Option<(Asked, Vec<Value>)>> {
    let asked = run.ask(Request::get(LIST, Who::Admin)).await?;
    let listed = vouchers(run, "smoke.list", &asked);
    Ok(listed.map(|listed| (asked, listed)))
}

/// A list of vouchers: newest first, and none that is revoked.
pub(super) fn vouchers(run: &mut Run<'_>, name: &str, asked: &Asked) -> Option<Vec<Value>> {
    let listed = run.list(name, &shapes::VOUCHER, asked)?;
    let moment = |voucher: &Value| Timestamp::parse_rfc3339(voucher.get("created_at")?.as_str()?);
    let moments: Vec<Timestamp> = listed.iter().filter_map(moment).collect();
    let is_sorted = moments.is_sorted_by(|one, next| one >= next);
    let got = "an older one before a newer one";
    run.tells("list.newest-first", asked, is_sorted, "the newest voucher first", got);
    let is_revoked = |voucher: &Value| voucher.get("deleted_at").is_some_and(|at| !at.is_null());
    let revoked = listed.iter().filter(|voucher| is_revoked(voucher)).count();
    let got = format!("{revoked} with deleted_at");
    run.tells("list.live-only", asked, revoked == 0, "no revoked voucher", got);
    Some(listed)
}

/// 2: issue. Answers the voucher, where one was issued.
pub(super) async fn issue(run: &mut Run<'_>, code: &str) -> Step<Option<Value>> {
    run.codes.may_be_live(code);
    let asked = run.ask(Request::post(ISSUE, Some(body(code)), Who::Admin)).await?;
    let issued = issued(run, "smoke.issue", &asked, (code, CREDIT));
    if let Some(voucher) = &issued {
        details(run, &asked, voucher);
    }
    Ok(issued)
}

/// The answer to an issue: the stored voucher, with this code and credit. `None` where nothing was issued.
pub(super) fn issued(
    run: &mut Run<'_>,
    name: &str,
    asked: &Asked,
    (code, credit): (&str, i64),
) -> Option<Value> {
    let voucher = asked.answer.json.clone().filter(|_| asked.answer.is_success());
    if run.has_status(name, asked, &[200]) {
        let member = |name: &str| voucher.as_ref().and_then(|voucher| voucher.get(name));
        let (its_code, its_credit) = (member("code"), member("credit_omr"));
        // A credit that is no integer is told by the shape; the smoke test is a whole by itself.
        let is_credit = match its_credit {
            Some(its) if Kind::Int.fits(its) => its.as_i64() == Some(credit),
            _ => !name.starts_with("smoke."),
        };
        let is_it = is_credit && its_code.is_some_and(|its| its == code);
        let expected = format!("200 with code {code} and credit_omr {credit}");
        let [its_code, its_credit] =
            [its_code, its_credit].map(|its| its.map_or_else(|| "absent".to_owned(), shown));
        let got = format!("200 with code {its_code} and credit_omr {its_credit}");
        run.tells(name, asked, is_it, &expected, got);
    }
    let voucher = voucher.filter(Value::is_object)?;
    if let Some(answered) = voucher.get("code").and_then(Value::as_str) {
        run.codes.may_be_live_as(answered, code);
    }
    run.shape(&shapes::VOUCHER, asked, &voucher);
    Some(voucher)
}

/// What else the stored voucher says.
fn details(run: &mut Run<'_>, asked: &Asked, voucher: &Value) {
    let sent =
        [("description", json!("smoke")), ("active", json!(true)), ("max_redemptions", json!(1))];
    let others = differing(voucher, &sent);
    run.tells("issue.echo", asked, others.is_empty(), "what was sent", others.join(", "));
    let counted = differing(voucher, &[("times_redeemed", json!(0))]);
    let expected = "times_redeemed 0 on a new voucher";
    run.tells("issue.fresh-counter", asked, counted.is_empty(), expected, counted.join(", "));
    let made = voucher.get("created_at").and_then(Value::as_str);
    if let Some(at) = made.and_then(Timestamp::parse_rfc3339) {
        let expected = "the time at which it was made";
        run.tells("issue.created-at", asked, at >= YEAR_2000, expected, at.to_rfc3339());
    }
}

/// The members that have another value than wanted. What is absent or of another kind is told by its shape.
pub(super) fn differing(voucher: &Value, wanted: &[(&str, Value)]) -> Vec<String> {
    let differs = |(name, wanted): &&(&str, Value)| match (voucher.get(*name), wanted) {
        (Some(Value::String(found)), Value::String(wanted)) => found != wanted,
        (Some(Value::Bool(found)), Value::Bool(wanted)) => found != wanted,
        (Some(found @ Value::Number(_)), Value::Number(_)) => {
            Kind::Int.fits(found) && found != wanted
        }
        _ => false,
    };
    let differing = wanted.iter().filter(differs);
    differing.map(|(name, _)| format!("{name} {}", shown(&voucher[*name]))).collect()
}

/// 4: revoke. Whether it was.
pub(super) async fn revoke(run: &mut Run<'_>, name: &str, path: String) -> Step<bool> {
    let asked = run.ask(Request::delete(path, Who::Admin)).await?;
    if run.has_status(name, &asked, &[200]) {
        let is_ok = asked.answer.member("ok").and_then(Value::as_bool) == Some(true);
        let got = asked.answer.described();
        run.tells(name, &asked, is_ok, "200 with {\"ok\":true}", got);
    }
    Ok(asked.answer.is_success())
}

/// A code that is not live is not revoked again.
pub(super) async fn revoke_again(run: &mut Run<'_>, name: &str, path: String, code: &str) -> Step {
    let asked = run.ask(Request::delete(path, Who::Admin)).await?;
    if run.refuses(name, &asked, 404) {
        run.codes.is_revoked(code);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_a_path_is_one_part_of_it() {
        assert_eq!(revoke_path("SMOKE-TEST-A.B_C"), "/billing/vouchers/revoke/SMOKE-TEST-A.B_C");
        assert_eq!(segment(" a/b?c%"), "%20a%2Fb%3Fc%25");
    }

    #[test]
    fn only_another_value_of_the_same_kind_differs() {
        let voucher = json!({ "a": "x", "b": true, "c": 1, "d": 1.0, "e": "1", "f": null });
        let wanted = [
            ("a", json!("y")),
            ("b", json!(false)),
            ("c", json!(2)),
            ("d", json!(2)),
            ("e", json!(2)),
            ("f", json!(2)),
            ("g", json!(2)),
        ];
        assert_eq!(differing(&voucher, &wanted), ["a the text \"x\"", "b true", "c 1"]);
        assert_eq!(differing(&voucher, &[("a", json!("x")), ("c", json!(1))]), [""; 0]);
    }
}
