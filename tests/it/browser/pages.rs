//! The list of pages, each as often as it looks different. A row is a line; what stands in braces in an address is
//! of the world ([`super::world`]).

use super::world::Viewer;

/// A page to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// What its pictures are called.
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) viewer: Viewer,
    pub(super) status: u16,
    /// What is entered into the form of that page and sent, by the fields' names: the page is what comes then.
    pub(super) sends: Option<&'static [(&'static str, &'static str)]>,
    /// What the viewer looked at before.
    pub(super) after: Option<&'static str>,
    /// Of the other Sovereign, a demo whose limits are used up.
    pub(super) is_aside: bool,
}

/// A page that nobody needs to sign in for.
const fn page(name: &'static str, path: &'static str) -> Row {
    Row {
        name,
        path,
        viewer: Viewer::Nobody,
        status: 200,
        sends: None,
        after: None,
        is_aside: false,
    }
}

impl Row {
    /// Looked at by somebody else.
    const fn by(self, viewer: Viewer) -> Self {
        Self { viewer, ..self }
    }

    const fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }

    const fn sends(self, fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { sends: Some(fields), ..self }
    }

    const fn after(self, path: &'static str) -> Self {
        Self { after: Some(path), ..self }
    }

    const fn aside(self) -> Self {
        Self { is_aside: true, ..self }
    }
}

pub(super) const PAGES: &[Row] = &[
    page("home", "/"),
    page("plans", "/plans"),
    page("apps", "/apps"),
    page("apps-found", "/apps?q=shop&industry=retail&sort=price"),
    page("apps-none", "/apps?q=nonesuch"),
    page("app", "/apps/nextcloud"),
    page("app-later", "/apps/n8n"),
    page("app-service", "/apps/redis"),
    page("app-of-owner", "/apps/grafana").by(Viewer::Owner),
    page("app-unknown", "/apps/nonesuch").answers(404),
    page("bundle", "/bundles/law-pack"),
    page("industry", "/industries/pharmacy"),
    page("sign-in", "/sign-in"),
    page("sign-in-wrong", "/sign-in").sends(&[("email", "nobody")]).answers(400),
    page("code", "/sign-in").sends(&[("email", "noor@pharmacy.example")]),
    page("code-wrong", "/sign-in/code").by(Viewer::Arriving).sends(&[("code", "1")]).answers(400),
    page("link", "/sign-in/link?token={link}"),
    page("link-ended", "/sign-in/link?token=x").answers(404),
    page("sign-in-elsewhere-down", "/auth/oidc/google").answers(503),
    page("sign-in-elsewhere-unknown", "/auth/oidc/nowhere").answers(404),
    page("sign-in-elsewhere-not-begun", "/auth/callback").answers(400),
    page("too-many", "/auth/callback").aside().answers(429),
    page("style", "/style").aside(),
    page("terms", "/terms"),
    page("app-to-install", "/apps/nextcloud").by(Viewer::Owner),
    page("redeem", "/redeem?code=MUSCAT-200"),
    page("redeem-ask", "/redeem").by(Viewer::Reader),
    page("redeem-blank", "/redeem").by(Viewer::Reader).sends(&[("code", "")]).answers(400),
    page("redeem-unknown", "/redeem?code=NOTHING-1").by(Viewer::Reader).answers(404),
    page("redeem-not-started", "/redeem?code=SUMMER-30").by(Viewer::Reader).answers(410),
    page("redeem-ended", "/redeem?code=LAST-YEAR").by(Viewer::Reader).answers(410),
    page("join", "/join").by(Viewer::Guest).after("/redeem?code=MUSCAT-200"),
    page("join-wrong", "/join").by(Viewer::Guest).sends(&[("name", "")]).answers(400),
    page("join-choose", "/join").by(Viewer::Owner).after("/redeem?code=MUSCAT-200"),
    page("checkout", "/checkout?organization=sohar-salon&plan=m")
        .by(Viewer::Owner)
        .after("/redeem?code=RAMADAN-50"),
    page("checkout-by-card", "/checkout?organization=sohar-salon&plan=xl")
        .by(Viewer::Owner)
        .after("/redeem?code=OPENING-5"),
    page("checkout-voucher-used", "/checkout?organization=sohar-salon&plan=m")
        .by(Viewer::Owner)
        .after("/redeem?code=MUSCAT-200"),
    page("checkout-code-wrong", "/checkout?organization=sohar-salon&plan=m")
        .by(Viewer::Owner)
        .sends(&[("code", "NOTHING-1")])
        .answers(400),
    page("checkout-subscribed", "/checkout?organization=noor-pharmacy&plan=m")
        .by(Viewer::Owner)
        .answers(409),
    page("checkout-done", "/checkout/done?order={paid_order}").by(Viewer::Owner),
    page("wallet", "/console/noor-pharmacy/wallet").by(Viewer::Owner),
    page("wallet-of-reader", "/console/noor-pharmacy/wallet").by(Viewer::Reader).answers(403),
    page("wallet-empty", "/console/sohar-salon/wallet").by(Viewer::Owner),
    page("wallet-code-wrong", "/console/noor-pharmacy/wallet")
        .by(Viewer::Owner)
        .sends(&[("code", "NOTHING-1")])
        .answers(400),
    page("invoices", "/console/noor-pharmacy/invoices").by(Viewer::Owner),
    page("invoices-none", "/console/sohar-salon/invoices").by(Viewer::Owner),
    page("join-email", "/sign-in?return_to=%2Fjoin"),
    page("administrator-link-ended", "/auth/administrator?token=x").answers(404),
    page("invitation", "/invitation?token={invitation}").by(Viewer::Guest),
    page("invitation-of-another", "/invitation?token={invitation}").by(Viewer::Owner).answers(403),
    page("invitation-ended", "/invitation?token=x").answers(404),
    page("account", "/console").by(Viewer::Owner),
    page("account-without-organization", "/console").by(Viewer::Guest),
    page("account-of-administrator", "/console").by(Viewer::Administrator),
    page("provisions", "/console/noor-pharmacy/provisions").by(Viewer::Owner),
    page("provisions-failed", "/console/ruwi-books/provisions").by(Viewer::Owner),
    page("provisions-none", "/console/sohar-salon/provisions").by(Viewer::Owner),
    page("console-home", "/console/noor-pharmacy").by(Viewer::Owner),
    page("console-home-unpaid", "/console/seeb-clinic").by(Viewer::Owner),
    page("console-home-of-reader", "/console/noor-pharmacy").by(Viewer::Reader),
    page("console-home-moving", "/console/qurum-cafe").by(Viewer::Owner),
    page("console-home-moved", "/console/barka-dates").by(Viewer::Owner),
    page("console-apps", "/console/noor-pharmacy/apps").by(Viewer::Owner),
    page("console-app-comes", "/console/noor-pharmacy/apps/wordpress").by(Viewer::Owner),
    page("console-app-goes", "/console/noor-pharmacy/apps/nextcloud").by(Viewer::Owner),
    page("console-app-goes-wrong", "/console/noor-pharmacy/apps/nextcloud")
        .by(Viewer::Owner)
        .sends(&[("confirm", "another")])
        .answers(400),
    page("console-app-unknown", "/console/noor-pharmacy/apps/x").by(Viewer::Owner).answers(404),
    page("console-plan", "/console/noor-pharmacy/plan").by(Viewer::Owner),
    page("console-change", "/console/noor-pharmacy/plan/change?plan=l").by(Viewer::Owner),
    page("console-environments", "/console/noor-pharmacy/environments").by(Viewer::Owner),
    page("console-card", "/console/noor-pharmacy/card").by(Viewer::Owner),
    page("console-card-wrong", "/console/noor-pharmacy/card")
        .by(Viewer::Owner)
        .sends(&[("limit", "much")])
        .answers(400),
    page("console-members", "/console/noor-pharmacy/members").by(Viewer::Owner),
    page("console-members-wrong", "/console/noor-pharmacy/members")
        .by(Viewer::Owner)
        .sends(&[("email", "nobody")])
        .answers(400),
    page("console-settings", "/console/noor-pharmacy/settings").by(Viewer::Owner),
    page("console-settings-wrong", "/console/noor-pharmacy/settings")
        .by(Viewer::Owner)
        .sends(&[("name", " ")])
        .answers(400),
    page("console-close", "/console/noor-pharmacy/close").by(Viewer::Owner),
    page("console-not-for-role", "/console/noor-pharmacy/close").by(Viewer::Reader).answers(403),
    page("organization-unknown", "/console/nobodys/provisions").by(Viewer::Owner).answers(404),
    page("pay", "/pay/{open_order}"),
    page("pay-done", "/pay/{paid_order}"),
    page("pay-unknown", "/pay/x").answers(404),
    page("return-open", "/checkout/return?order={open_order}"),
    page("return-done", "/checkout/return?order={paid_order}"),
    page("return-unknown", "/checkout/return?order=x").answers(404),
    page("admin-catalog", "/admin/catalog").by(Viewer::Administrator),
    page("admin-catalog-wrong", "/admin/catalog")
        .by(Viewer::Administrator)
        .sends(&[("price-basic", "much")])
        .answers(400),
    page("superadmin-catalog", "/admin/catalog").by(Viewer::Superadmin),
    page("superadmin-catalog-plans", "/admin/catalog/plans").by(Viewer::Superadmin),
    page("superadmin-catalog-apps", "/admin/catalog/apps").by(Viewer::Superadmin),
    page("superadmin-catalog-not-yours", "/admin/catalog/plans")
        .by(Viewer::Administrator)
        .answers(403),
    page("superadmin-catalog-new", "/admin/catalog/apps/new?from=wordpress").by(Viewer::Superadmin),
    page("superadmin-catalog-new-wrong", "/admin/catalog/bundles/new")
        .by(Viewer::Superadmin)
        .sends(&[("slug", "No Such"), ("name", ""), ("discount", "101"), ("act", "add")])
        .answers(400),
    page("superadmin-catalog-entry", "/admin/catalog/apps/wordpress").by(Viewer::Superadmin),
    page("superadmin-catalog-entry-named", "/admin/catalog/plans/m").by(Viewer::Superadmin),
    page("superadmin-catalog-entry-wrong", "/admin/catalog/apps/wordpress")
        .by(Viewer::Superadmin)
        .sends(&[("ram_mb", "much"), ("helm_values", "{"), ("act", "save")])
        .answers(400),
    page("superadmin-catalog-entry-changed", "/admin/catalog/plans/m")
        .by(Viewer::Superadmin)
        .sends(&[("seen", "x"), ("name", "Medium"), ("act", "save")])
        .answers(409),
    page("superadmin-catalog-unknown", "/admin/catalog/plans/x")
        .by(Viewer::Superadmin)
        .answers(404),
    page("admin-policy", "/admin/policy").by(Viewer::Administrator),
    page("admin-policy-wrong", "/admin/policy")
        .by(Viewer::Administrator)
        .sends(&[("denied_apps", "nonesuch"), ("act", "save")])
        .answers(400),
    page("admin-policy-number-wrong", "/admin/policy")
        .by(Viewer::Administrator)
        .sends(&[("max_environments", "many"), ("max_monthly_spend_minor", "much")])
        .answers(400),
    page("admin-policy-changed", "/admin/policy")
        .by(Viewer::Administrator)
        .sends(&[("version", "0"), ("denied_apps", "redis"), ("max_environments", "2")])
        .answers(409),
    page("admin-policy-place-wrong", "/admin/policy?after=x")
        .by(Viewer::Administrator)
        .answers(400),
    page("admin-approvals", "/admin/approvals").by(Viewer::Administrator),
    page("admin-approvals-all", "/admin/approvals?state=all").by(Viewer::Administrator),
    page("admin-approvals-none", "/admin/approvals?state=revoked").by(Viewer::Administrator),
    page("admin-approvals-wrong", "/admin/approvals?state=lost")
        .by(Viewer::Administrator)
        .answers(400),
    page("admin-approval", "/admin/approvals/{approval}").by(Viewer::Administrator),
    page("admin-approval-wrong", "/admin/approvals/{approval}")
        .by(Viewer::Administrator)
        .sends(&[("days", "many"), ("act", "approve")])
        .answers(400),
    page("admin-approval-given", "/admin/approvals/{approval-given}").by(Viewer::Superadmin),
    page("admin-approval-unknown", "/admin/approvals/x").by(Viewer::Administrator).answers(404),
    page("admin-blueprints", "/admin/blueprints").by(Viewer::Administrator),
    page("admin-blueprints-nothing", "/admin/blueprints")
        .by(Viewer::Administrator)
        .sends(&[("act", "add")])
        .answers(400),
    page("admin-blueprint", "/admin/blueprints/diary").by(Viewer::Administrator),
    page("admin-blueprint-nothing", "/admin/blueprints/diary")
        .by(Viewer::Administrator)
        .sends(&[("act", "change")])
        .answers(400),
    page("admin-blueprint-confirm", "/admin/blueprints/diary")
        .by(Viewer::Administrator)
        .sends(&[("confirm", "x")])
        .answers(400),
    page("admin-blueprint-unknown", "/admin/blueprints/x").by(Viewer::Administrator).answers(404),
    page("admin-mail", "/admin/vouchers/mail").by(Viewer::Administrator),
    page("admin-mail-wrong", "/admin/vouchers/mail?after=x").by(Viewer::Administrator).answers(400),
    page("admin-mail-new", "/admin/vouchers/mail/new").by(Viewer::Administrator),
    page("admin-mail-look", "/admin/vouchers/mail/new").by(Viewer::Administrator).sends(&[
        ("addresses", "noor@pharmacy.example\nsalim@books.example,ar"),
        ("credit", "20"),
        ("message", "Welcome back"),
        ("act", "look"),
    ]),
    page("admin-mail-new-wrong", "/admin/vouchers/mail/new")
        .by(Viewer::Administrator)
        .sends(&[("addresses", "nobody"), ("credit", "many"), ("act", "send")])
        .answers(400),
    page("admin-mail-done", "/admin/vouchers/mail/{mail}").by(Viewer::Administrator),
    page("admin-mail-unknown", "/admin/vouchers/mail/x").by(Viewer::Administrator).answers(404),
    page("admin-vouchers", "/admin/vouchers").by(Viewer::Administrator),
    page("admin-vouchers-found", "/admin/vouchers?q=opening&status=live").by(Viewer::Administrator),
    page("admin-vouchers-tagged", "/admin/vouchers?tag=spring+bills").by(Viewer::Administrator),
    page("admin-vouchers-keep-wrong", "/admin/vouchers?q=MUSCAT&status=live")
        .by(Viewer::Administrator)
        .sends(&[("act", "keep"), ("view", " ")])
        .answers(400),
    page("admin-voucher-tag-wrong", "/admin/vouchers/MUSCAT-200")
        .by(Viewer::Administrator)
        .sends(&[("tag", "a,b")])
        .answers(400),
    page("admin-vouchers-none", "/admin/vouchers?q=nonesuch").by(Viewer::Administrator),
    page("admin-vouchers-wrong", "/admin/vouchers?status=gone")
        .by(Viewer::Administrator)
        .answers(400),
    page("admin-not-yours", "/admin/vouchers").by(Viewer::Owner).answers(403),
    page("admin-new", "/admin/vouchers/new?from=MUSCAT-200").by(Viewer::Administrator),
    page("admin-new-look", "/admin/vouchers/new?from=MUSCAT-200")
        .by(Viewer::Administrator)
        .sends(&[("code", "SOHAR-200"), ("act", "look")]),
    page("admin-new-wrong", "/admin/vouchers/new")
        .by(Viewer::Administrator)
        .sends(&[("code", "X"), ("credit", "much"), ("cap", "-1"), ("days", "long")])
        .answers(400),
    page("admin-new-taken", "/admin/vouchers/new")
        .by(Viewer::Administrator)
        .sends(&[("code", "MUSCAT-200"), ("credit", "5")])
        .answers(409),
    page("admin-voucher", "/admin/vouchers/MUSCAT-200").by(Viewer::Administrator),
    page("admin-voucher-paused", "/admin/vouchers/PAUSED-10").by(Viewer::Administrator),
    page("admin-voucher-exhausted", "/admin/vouchers/LAST-YEAR").by(Viewer::Administrator),
    page("admin-voucher-revoked", "/admin/vouchers/REVOKED-10").by(Viewer::Administrator),
    page("admin-voucher-wrong", "/admin/vouchers/MUSCAT-200")
        .by(Viewer::Administrator)
        .sends(&[("credit", "0")])
        .answers(400),
    page("admin-voucher-changed", "/admin/vouchers/MUSCAT-200")
        .by(Viewer::Administrator)
        .sends(&[("seen", "x"), ("credit", "150"), ("cap", "50")])
        .answers(409),
    page("admin-voucher-look", "/admin/vouchers/MUSCAT-200").by(Viewer::Administrator).sends(&[
        ("credit", "150"),
        ("days", "90"),
        ("act", "look"),
    ]),
    page("admin-voucher-confirm", "/admin/vouchers/MUSCAT-200")
        .by(Viewer::Administrator)
        .sends(&[("confirm", "MUSCAT")])
        .answers(400),
    page("admin-voucher-qualifies", "/admin/vouchers/LAST-YEAR?customer=noor-pharmacy")
        .by(Viewer::Administrator),
    page("admin-voucher-scheduled", "/admin/vouchers/SUMMER-30").by(Viewer::Administrator),
    page("admin-bulk", "/admin/vouchers/bulk").by(Viewer::Administrator),
    page("admin-bulk-wrong", "/admin/vouchers/bulk?after=x").by(Viewer::Administrator).answers(400),
    page("admin-bulk-new", "/admin/vouchers/bulk/new").by(Viewer::Administrator),
    page("admin-bulk-look", "/admin/vouchers/bulk/new").by(Viewer::Administrator).sends(&[
        ("count", "1000"),
        ("prefix", "OMANTEL-"),
        ("check", "yes"),
        ("credit", "200"),
        ("description", "Muscat bills"),
        ("act", "look"),
    ]),
    page("admin-bulk-new-wrong", "/admin/vouchers/bulk/new")
        .by(Viewer::Administrator)
        .sends(&[("count", "0"), ("prefix", "OMAN TEL"), ("length", "5"), ("credit", "many")])
        .answers(400),
    page("admin-bulk-done", "/admin/vouchers/bulk/{bulk}").by(Viewer::Administrator),
    page("admin-bulk-runs", "/admin/vouchers/bulk/{bulk-runs}").by(Viewer::Administrator),
    page("admin-bulk-stopped", "/admin/vouchers/bulk/{bulk-stopped}").by(Viewer::Administrator),
    page("admin-bulk-failed", "/admin/vouchers/bulk/{bulk-failed}").by(Viewer::Administrator),
    page("admin-bulk-checked", "/admin/vouchers/bulk/{bulk-checked}").by(Viewer::Administrator),
    page("admin-bulk-unknown", "/admin/vouchers/bulk/x").by(Viewer::Administrator).answers(404),
    page("admin-bulk-vouchers", "/admin/vouchers?bulk={bulk}").by(Viewer::Administrator),
    page("admin-import", "/admin/vouchers/import").by(Viewer::Administrator),
    page("admin-import-nothing", "/admin/vouchers/import")
        .by(Viewer::Administrator)
        .sends(&[("act", "check")])
        .answers(400),
    page("admin-campaigns", "/admin/campaigns").by(Viewer::Administrator),
    page("admin-campaigns-none", "/admin/campaigns?status=ended").by(Viewer::Administrator),
    page("admin-campaigns-found", "/admin/campaigns?q=bill").by(Viewer::Administrator),
    page("admin-campaigns-wrong", "/admin/campaigns?status=gone")
        .by(Viewer::Administrator)
        .answers(400),
    page("admin-campaign-new", "/admin/campaigns/new").by(Viewer::Administrator),
    page("admin-campaign-new-wrong", "/admin/campaigns/new")
        .by(Viewer::Administrator)
        .sends(&[("name", ""), ("budget", "much"), ("each", "many")])
        .answers(400),
    page("admin-campaign", "/admin/campaigns/{campaign}").by(Viewer::Administrator),
    page("admin-campaign-changed", "/admin/campaigns/{campaign}")
        .by(Viewer::Administrator)
        .sends(&[("seen", "x"), ("name", "Bills"), ("budget", "3000")])
        .answers(409),
    page("admin-campaign-wrong", "/admin/campaigns/{campaign}")
        .by(Viewer::Administrator)
        .sends(&[("name", ""), ("budget", "much")])
        .answers(400),
    page("admin-campaign-days-wrong", "/admin/campaigns/{campaign}?from=soon")
        .by(Viewer::Administrator)
        .answers(400),
    page("admin-campaign-unknown", "/admin/campaigns/x").by(Viewer::Administrator).answers(404),
    page("admin-edit-many", "/admin/vouchers/edit?status=live&campaign={campaign}")
        .by(Viewer::Administrator),
    page("admin-edit-many-wrong", "/admin/vouchers/edit")
        .by(Viewer::Administrator)
        .sends(&[("action", "revoke"), ("confirm", "many")])
        .answers(400),
    page("admin-edit-many-none", "/admin/vouchers/edit?q=NONESUCH")
        .by(Viewer::Administrator)
        .answers(404),
    page("admin-edit-done", "/admin/vouchers/bulk/{edit-done}").by(Viewer::Administrator),
    page("admin-vouchers-spent", "/admin/vouchers?sort=spent").by(Viewer::Administrator),
    page("admin-vouchers-all", "/admin/vouchers?status=all&sort=credit_asc")
        .by(Viewer::Administrator),
    page("admin-vouchers-sort-wrong", "/admin/vouchers?sort=price")
        .by(Viewer::Administrator)
        .answers(400),
    page("admin-reports", "/admin/reports").by(Viewer::Administrator),
    page("admin-reports-year", "/admin/reports?days=365").by(Viewer::Administrator),
    page("admin-reports-day", "/admin/reports?days=7").by(Viewer::Superadmin),
    page("admin-reports-wrong", "/admin/reports?from=soon").by(Viewer::Administrator).answers(400),
    page("admin-voucher-redeemed", "/admin/vouchers/BILL-120").by(Viewer::Administrator),
    page("admin-organizations", "/admin/organizations").by(Viewer::Administrator),
    page("admin-organizations-none", "/admin/organizations?q=nonesuch").by(Viewer::Administrator),
    page("admin-organizations-wrong", "/admin/organizations?status=gone")
        .by(Viewer::Administrator)
        .answers(400),
    page("superadmin-organizations", "/admin/organizations").by(Viewer::Superadmin),
    page("superadmin-organization", "/admin/organizations/{organization}").by(Viewer::Superadmin),
    page("superadmin-organization-wrong", "/admin/organizations/{organization}")
        .by(Viewer::Superadmin)
        .sends(&[("confirm", "another")])
        .answers(400),
    page("superadmin-organization-ending", "/admin/organizations/{organization-ending}")
        .by(Viewer::Superadmin),
    page("superadmin-organization-unknown", "/admin/organizations/x")
        .by(Viewer::Superadmin)
        .answers(404),
    page("superadmin-organization-away", "/admin/organizations/{organization-leaving}")
        .by(Viewer::Superadmin),
    page("superadmin-moves", "/admin/moves").by(Viewer::Superadmin),
    page("superadmin-moves-wrong", "/admin/moves")
        .by(Viewer::Superadmin)
        .sends(&[("slug", "kestrel-2"), ("act", "look")])
        .answers(400),
    page("superadmin-moves-after-wrong", "/admin/moves?after=x")
        .by(Viewer::Superadmin)
        .answers(400),
    page("superadmin-moves-not-yours", "/admin/moves").by(Viewer::Administrator).answers(403),
    page("superadmin-move", "/admin/organizations/{organization}/move").by(Viewer::Superadmin),
    page("superadmin-move-wrong", "/admin/organizations/{organization}/move")
        .by(Viewer::Superadmin)
        .sends(&[("to", "B.example"), ("forward", "nowhere"), ("act", "begin")])
        .answers(400),
    page("superadmin-move-leaving", "/admin/organizations/{organization-leaving}/move")
        .by(Viewer::Superadmin),
    page("superadmin-move-leaving-wrong", "/admin/organizations/{organization-leaving}/move")
        .by(Viewer::Superadmin)
        .sends(&[("confirm", "another")])
        .answers(400),
    page("superadmin-move-gone", "/admin/organizations/{organization-gone}/move")
        .by(Viewer::Superadmin),
    page("superadmin-move-arriving", "/admin/organizations/{organization-arriving}/move")
        .by(Viewer::Superadmin),
    page("superadmin-move-unknown", "/admin/organizations/x/move")
        .by(Viewer::Superadmin)
        .answers(404),
    page("superadmin-system", "/admin/system").by(Viewer::Superadmin),
    page("superadmin-fleet", "/admin/fleet").by(Viewer::Superadmin),
    page("superadmin-fleet-off", "/admin/fleet?show=off&sort=gross").by(Viewer::Superadmin),
    page("superadmin-fleet-not-yours", "/admin/fleet").by(Viewer::Administrator).answers(403),
    page("superadmin-alarms", "/admin/alarms").by(Viewer::Superadmin),
    page("superadmin-alarms-all", "/admin/alarms?show=all").by(Viewer::Superadmin),
    page("superadmin-alarms-wrong", "/admin/alarms?after=x").by(Viewer::Superadmin).answers(400),
    page("superadmin-reconcile", "/admin/reconcile").by(Viewer::Superadmin),
    page("superadmin-payments", "/admin/payments").by(Viewer::Superadmin),
    page("superadmin-payments-wrong", "/admin/payments")
        .by(Viewer::Superadmin)
        .sends(&[("public", "x")])
        .answers(400),
    page("superadmin-webhooks", "/admin/webhooks").by(Viewer::Superadmin),
    page("superadmin-webhooks-wrong", "/admin/webhooks")
        .by(Viewer::Superadmin)
        .sends(&[("url", "nowhere"), ("act", "add")])
        .answers(400),
    page("superadmin-webhook", "/admin/webhooks/{webhook}").by(Viewer::Superadmin),
    page("superadmin-webhook-found", "/admin/webhooks/{webhook}?status=failed")
        .by(Viewer::Superadmin),
    page("superadmin-webhook-filter-wrong", "/admin/webhooks/{webhook}?status=lost")
        .by(Viewer::Superadmin)
        .answers(400),
    page("superadmin-webhook-wrong", "/admin/webhooks/{webhook}")
        .by(Viewer::Superadmin)
        .sends(&[("types", "order.place")])
        .answers(400),
    page("superadmin-webhook-days-wrong", "/admin/webhooks/{webhook}")
        .by(Viewer::Superadmin)
        .sends(&[("from", ""), ("to", "")])
        .answers(400),
    page("superadmin-webhook-secret", "/admin/webhooks/{webhook}")
        .by(Viewer::Superadmin)
        .sends(&[("at-once", "yes"), ("act", "rotate")]),
    page("superadmin-webhook-remove-wrong", "/admin/webhooks/{webhook}")
        .by(Viewer::Superadmin)
        .sends(&[("confirm", "another")])
        .answers(400),
    page("superadmin-webhook-unknown", "/admin/webhooks/x").by(Viewer::Superadmin).answers(404),
    page("admin-branding", "/admin/branding").by(Viewer::Administrator),
    page("admin-branding-looked", "/admin/branding").by(Viewer::Administrator).sends(&[
        ("name", "Kestrel Cloud"),
        ("accent", "#9b1c1c"),
        ("act", "look"),
    ]),
    page("admin-branding-wrong", "/admin/branding")
        .by(Viewer::Administrator)
        .sends(&[
            ("accent", "teal"),
            ("host", "https://x"),
            ("support_email", "x"),
            ("act", "save"),
        ])
        .answers(400),
    page("superadmin-users", "/admin/users").by(Viewer::Superadmin),
    page("superadmin-users-found", "/admin/users?email=aisha@example.com").by(Viewer::Superadmin),
    page("superadmin-users-none", "/admin/users?email=nobody@example.com").by(Viewer::Superadmin),
    page("superadmin-users-wrong", "/admin/users?email=nobody").by(Viewer::Superadmin).answers(400),
    page("superadmin-users-grant-wrong", "/admin/users")
        .by(Viewer::Superadmin)
        .sends(&[("new-email", "nobody")])
        .answers(400),
    page("superadmin-audit", "/admin/audit").by(Viewer::Superadmin),
    page("superadmin-audit-found", "/admin/audit?action=voucher.issue&from=2027-01-01")
        .by(Viewer::Superadmin),
    page("superadmin-audit-none", "/admin/audit?actor=nobody").by(Viewer::Superadmin),
    page("superadmin-audit-wrong", "/admin/audit?from=someday&before=x")
        .by(Viewer::Superadmin)
        .answers(400),
    page("superadmin-orders", "/admin/orders").by(Viewer::Superadmin),
    page("superadmin-orders-found", "/admin/orders?status=completed&code=muscat-200")
        .by(Viewer::Superadmin),
    page("superadmin-orders-none", "/admin/orders?code=NONESUCH").by(Viewer::Superadmin),
    page("superadmin-orders-wrong", "/admin/orders?after=x").by(Viewer::Superadmin).answers(400),
    page("superadmin-orders-not-yours", "/admin/orders").by(Viewer::Administrator).answers(403),
    page("superadmin-order", "/admin/orders/{paid_order}").by(Viewer::Superadmin),
    page("superadmin-order-wrong", "/admin/orders/{paid_order}")
        .by(Viewer::Superadmin)
        .sends(&[("amount", "much"), ("reason", ""), ("act", "refund")])
        .answers(400),
    page("superadmin-order-open", "/admin/orders/{open_order}").by(Viewer::Superadmin),
    page("superadmin-order-unknown", "/admin/orders/x").by(Viewer::Superadmin).answers(404),
    page("admin-voucher-unknown", "/admin/vouchers/NOTHING-1")
        .by(Viewer::Administrator)
        .answers(404),
];

/// Routes that show no page of their own, and why.
pub(super) const NO_PAGES: &[(&str, &str)] = &[
    ("/assets/{name}", "style sheets, which pages load"),
    ("/admin", "redirects to the list of vouchers"),
    ("/admin/branding/keycloak-theme.jar", "a file"),
    ("/admin/vouchers.csv", "a file"),
    ("/admin/vouchers/mail/{id}/addresses.csv", "a file"),
    ("/admin/vouchers/cards.pdf", "a file"),
    ("/admin/moves/{id}/receipt.json", "a file"),
    ("/admin/moves/{id}/release.json", "a file"),
    ("/admin/vouchers/{code}/qr.svg", "a picture"),
    ("/admin/vouchers/{code}/qr.png", "a picture"),
    ("/admin/vouchers/{code}/credit.csv", "a file"),
    ("/admin/campaigns/{id}/days.csv", "a file"),
    ("/admin/campaigns/{id}/funnel.csv", "a file"),
    ("/admin/reports/{name}", "files"),
    ("/admin/branding/logo", "redirects to the branding, which shows it"),
    ("/language", "redirects to the page it was pressed on"),
    ("/digits", "redirects to the page it was pressed on"),
    ("/console/{slug}/wallet/ledger.csv", "a file"),
    ("/console/{slug}/invoices/{id}/pdf", "a file"),
    ("/console/{slug}/credit-notes/{id}/pdf", "a file"),
    ("/join/address", "is asked by the script of /join, and answers JSON"),
];
