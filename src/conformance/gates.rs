//! Who is let in: nobody without a token, and with a member's token nobody to what is the administration's.

use serde_json::json;

use super::client::{Request, Who};
use super::legacy::PROMOS;
use super::run::{Run, Step};
use super::smoke::{CREDIT, ISSUE, LIST, revoke_path};

const WITHOUT_MEMBER: &str = "no member's token was given";

/// What only those may read who issue vouchers, or only superadmins.
pub(super) const OF_ADMINISTRATORS: [(&str, &str); 5] = [
    ("list", LIST),
    ("promos", PROMOS),
    ("settings", "/billing/admin/settings"),
    ("revenue", "/billing/admin/revenue"),
    ("orders", "/billing/admin/orders"),
];
/// The last of them are of superadmins.
pub(super) const OF_ISSUERS: usize = 2;

pub(super) async fn check(run: &mut Run<'_>) -> Step {
    for (name, path) in OF_ADMINISTRATORS {
        refuses(run, name, Request::get(path, Who::Nobody)).await?;
        if run.has(Who::Member) {
            refuses(run, name, Request::get(path, Who::Member)).await?;
        } else {
            run.skip([member_gate(name).as_str()], WITHOUT_MEMBER);
        }
    }
    refuses(run, "balance", Request::get("/billing/balance", Who::Nobody)).await?;
    if run.changes_nothing() {
        let why = "nothing may be changed";
        let gates = ["issue", "revoke", "checkout"].map(|name| format!("gate.{name}.anonymous"));
        run.skip(gates.iter().map(String::as_str), why);
        let gates = ["issue", "revoke"].map(member_gate);
        run.skip(gates.iter().map(String::as_str), why);
        return Ok(());
    }
    let tenant_id = run.codes.id();
    let body = json!({ "plan_id": "m", "apps": [], "addons": [], "tenant_id": tenant_id });
    refuses(run, "checkout", Request::post("/billing/checkout", Some(body), Who::Nobody)).await?;
    changes(run, Who::Nobody).await?;
    if run.has(Who::Member) {
        changes(run, Who::Member).await
    } else {
        let gates = ["issue", "revoke"].map(member_gate);
        run.skip(gates.iter().map(String::as_str), WITHOUT_MEMBER);
        Ok(())
    }
}

fn member_gate(name: &str) -> String {
    format!("gate.{name}.member")
}

/// Tries to issue and to revoke. What is issued all the same is revoked with the rest.
async fn changes(run: &mut Run<'_>, who: Who) -> Step {
    let code = run.codes.fresh();
    run.codes.may_be_live(&code);
    let body = json!({ "code": code, "credit_omr": CREDIT });
    if refuses(run, "issue", Request::post(ISSUE, Some(body), who)).await? {
        run.codes.is_revoked(&code);
    }
    let code = run.codes.fresh();
    refuses(run, "revoke", Request::delete(revoke_path(&code), who)).await?;
    Ok(())
}

/// 401 without a token, 403 with a member's.
async fn refuses(run: &mut Run<'_>, name: &str, request: Request) -> Step<bool> {
    let (name, status) = match request.who {
        Who::Nobody => (format!("gate.{name}.anonymous"), 401),
        Who::Member | Who::Admin => (member_gate(name), 403),
    };
    let asked = run.ask(request).await?;
    Ok(run.refuses(&name, &asked, status))
}
