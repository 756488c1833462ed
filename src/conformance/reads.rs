//! What a checkout reads, what administrators read of it, and what strangers are told of Organizations.

use serde_json::{Value, json};

use super::client::{Request, Who};
use super::gates::{OF_ADMINISTRATORS, OF_ISSUERS};
use super::run::{Run, Step};
use super::shape::Shape;
use super::shapes;

const WITHOUT_TOKEN: &str = "no token was given";

/// The lists of the catalog, which anyone may read.
static CATALOG: [(&str, &Shape); 5] = [
    ("plans", &shapes::PLAN),
    ("addons", &shapes::ADDON),
    ("apps", &shapes::APP),
    ("industries", &shapes::INDUSTRY),
    ("bundles", &shapes::BUNDLE),
];

pub(super) async fn check(run: &mut Run<'_>) -> Step {
    let plan = catalog(run).await?;
    slug(run).await?;
    wallet(run).await?;
    organizations(run, plan.as_deref()).await?;
    webhook(run).await?;
    administration(run).await
}

/// Answers the slug of a plan.
async fn catalog(run: &mut Run<'_>) -> Step<Option<String>> {
    let mut plan = None;
    for (name, shape) in CATALOG {
        let asked = run.ask(Request::get(format!("/catalog/{name}"), Who::Nobody)).await?;
        let listed = run.list(&format!("catalog.{name}"), shape, &asked);
        if name == "plans" {
            let first = listed.unwrap_or_default().into_iter().next().unwrap_or_default();
            plan = first.get("slug").and_then(Value::as_str).map(str::to_owned);
        }
    }
    Ok(plan)
}

async fn slug(run: &mut Run<'_>) -> Step {
    let path = format!("/tenant/check-slug/{}", run.codes.slug());
    let asked = run.ask(Request::get(path, Who::Nobody)).await?;
    if run.answers("read.check-slug", &asked, &[200]) {
        let body = asked.answer.json.as_ref().unwrap_or(&Value::Null);
        run.shape(&shapes::SLUG, &asked, body);
    }
    Ok(())
}

/// The balance of whoever asks.
async fn wallet(run: &mut Run<'_>) -> Step {
    let Some(who) = run.anybody() else {
        run.skip(["read.balance"], WITHOUT_TOKEN);
        return Ok(());
    };
    let asked = run.ask(Request::get("/billing/balance", who)).await?;
    if run.answers("read.balance", &asked, &[200]) {
        let body = asked.answer.json.as_ref().unwrap_or(&Value::Null);
        run.shape(&shapes::BALANCE, &asked, body);
    }
    Ok(())
}

/// An Organization that is not the caller's is not there; a checkout for one is refused and consumes nothing.
async fn organizations(run: &mut Run<'_>, plan: Option<&str>) -> Step {
    const CHECKOUT: &str = "checkout.unknown-organization";
    let Some(who) = run.anybody() else {
        let names = ["subscription.unknown", "invoices.unknown", "portal.unknown", CHECKOUT];
        run.skip(names, WITHOUT_TOKEN);
        return Ok(());
    };
    let tenant_id = run.codes.id();
    for (name, request) in [
        ("subscription.unknown", Request::get(format!("/billing/subscription/{tenant_id}"), who)),
        ("invoices.unknown", Request::get(format!("/billing/invoices/{tenant_id}"), who)),
        ("portal.unknown", Request::post(format!("/billing/portal/{tenant_id}"), None, who)),
    ] {
        let asked = run.ask(request).await?;
        run.refuses(name, &asked, 404);
    }
    if run.is_read_only() {
        run.skip([CHECKOUT], "only reads were asked for");
        return Ok(());
    }
    let body = json!({
        "plan_id": plan.unwrap_or("m"), "apps": [], "addons": [], "tenant_id": tenant_id,
    });
    let asked = run.ask(Request::post("/billing/checkout", Some(body), who)).await?;
    run.refuses(CHECKOUT, &asked, 403);
    Ok(())
}

/// What nobody has signed is not taken.
async fn webhook(run: &mut Run<'_>) -> Step {
    const NAME: &str = "webhook.unsigned";
    if run.is_read_only() {
        run.skip([NAME], "only reads were asked for");
        return Ok(());
    }
    let request = Request::post("/billing/webhook", Some(json!({})), Who::Nobody);
    let asked = run.ask(request).await?;
    if run.answers(NAME, &asked, &[400, 503]) {
        run.problem(&asked);
    }
    Ok(())
}

/// What only superadmins read. A sovereign-admin is refused; whose role is not known may be either.
async fn administration(run: &mut Run<'_>) -> Step {
    let of_superadmins = &OF_ADMINISTRATORS[OF_ISSUERS..];
    if !run.has(Who::Admin) {
        let names = of_superadmins.iter().map(|(name, _)| format!("read.{name}"));
        let names: Vec<String> = names.collect();
        run.skip(names.iter().map(String::as_str), WITHOUT_TOKEN);
        return Ok(());
    }
    let role = role(run).await?;
    for (name, path) in of_superadmins {
        let asked = run.ask(Request::get(*path, Who::Admin)).await?;
        if role.as_deref() == Some("sovereign-admin") {
            run.refuses(&format!("gate.{name}.sovereign-admin"), &asked, 403);
            continue;
        }
        let name = format!("read.{name}");
        let wanted: &[u16] = if role.is_some() { &[200] } else { &[200, 403] };
        if !run.answers(&name, &asked, wanted) {
            continue;
        }
        if asked.answer.status == 403 {
            run.problem(&asked);
            continue;
        }
        let body = asked.answer.json.as_ref().unwrap_or(&Value::Null);
        match name.as_str() {
            "read.settings" => run.shape(&shapes::SETTINGS, &asked, body),
            "read.revenue" => run.shape(&shapes::REVENUE, &asked, body),
            _ => drop(run.list(&name, &shapes::ORDER, &asked)),
        }
    }
    Ok(())
}

/// The role of the token, where the Sovereign says it.
async fn role(run: &mut Run<'_>) -> Step<Option<String>> {
    let asked = run.ask(Request::get("/auth/me", Who::Admin)).await?;
    let user = asked.answer.member("user").filter(|_| asked.answer.status == 200);
    let role = user.and_then(|user| user.get("role")).and_then(Value::as_str);
    let known = role.filter(|role| matches!(*role, "superadmin" | "sovereign-admin"));
    Ok(known.map(str::to_owned))
}
