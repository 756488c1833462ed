//! The JSON routes. They answer at the root and under `/api`; the wire contract fixes their shapes.
//!
//! A handler reads the request, calls one use case or the engine, and writes the answer. Rules live
//! below. `#[utoipa::path]` beside it describes the route, and registering it takes that description.

mod admin;
mod admin_organizations;
mod alarms;
mod answers;
mod app_answers;
mod approvals;
mod apps;
mod audit;
mod auth;
mod bill_here;
mod billing;
mod blueprints;
mod branding;
mod bulk;
mod bulk_edit;
mod bulk_import;
pub(crate) mod bundle_upload;
pub(crate) mod caller;
mod campaign_days;
mod campaign_funnel;
mod campaigns;
mod catalog;
mod catalog_admin;
mod catalog_problem;
mod catalog_schema;
mod catalog_wishes;
mod changes;
mod checkout;
mod checkout_preview;
mod credit_notes;
mod credit_report;
mod described;
mod environment_policy;
mod environments;
mod event_deliveries;
mod event_endpoints;
pub(crate) mod export;
mod extract;
mod fields;
mod fleet;
mod forwarding;
mod google;
mod if_match;
mod invitations;
mod invoice_pdf;
mod jobs;
pub(crate) mod keycloak_theme;
mod mailing_addresses;
mod mailing_bodies;
mod mailings;
mod metrics;
mod middleware;
mod move_away;
pub(crate) mod move_bundle;
mod move_hither;
mod move_plan;
mod move_problem;
pub(crate) mod moves;
mod openapi;
mod orders;
mod organization_life;
mod organizations;
mod paging;
mod policy_problem;
mod portal;
mod problem;
mod provisioning;
mod reconcile;
mod refund_problem;
mod refunds;
mod refusal_problem;
pub(crate) mod reports;
pub(crate) mod revenue_report;
mod revoke_preview;
mod settings;
mod shared_answers;
mod status;
mod subscriptions;
mod system;
mod tiers;
mod usage;
mod users;
pub(crate) mod voucher_cards;
mod voucher_credit;
mod voucher_file;
pub(crate) mod voucher_qr;
mod voucher_story;
mod voucher_tags;
mod voucher_timeline;
mod voucher_views;
mod vouchers;
mod wallet;
mod webhook;
mod wire;

use std::sync::Arc;

use axum::Router;

use self::described::Routes;
pub use self::metrics::router as metrics_router;
pub use self::openapi::document;
pub(crate) use self::problem::no_such_route;
use crate::app::App;
use crate::web;

/// Every route, and every page, with what all of them share.
pub fn router(app: Arc<App>) -> Router {
    let all = everywhere(routes())
        .merge(web::routes())
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::method_not_allowed);
    let long = everywhere(long_routes())
        .merge(web::long_routes())
        .method_not_allowed_fallback(problem::method_not_allowed);
    middleware::around(all).merge(middleware::around_long(long)).with_state(app)
}

/// At the root and under `/api`.
fn everywhere(routes: Routes) -> Router<Arc<App>> {
    let routes = routes.into_router();
    Router::new().nest("/api", routes.clone()).merge(routes)
}

/// Every route, each with its description.
fn routes() -> Routes {
    let routes = voucher_routes(Routes::default());
    let routes = billing_routes(routes);
    let routes = report_routes(routes);
    let routes = catalog_routes(routes);
    let routes = catalog_administration_routes(routes);
    let routes = organization_routes(routes);
    let routes = provisioning_routes(routes);
    let routes = policy_routes(routes);
    let routes = branding_routes(routes);
    let routes = mailing_routes(routes);
    let routes = auth_routes(routes);
    let routes = administration_routes(routes);
    let routes = event_routes(routes);
    let routes = move_routes(routes);
    status_routes(routes)
}

/// Those that take longer, and read or write more, than any other: each is registered here and nowhere else.
fn long_routes() -> Routes {
    Routes::default()
        .add(move_bundle::__path_bundle, move_bundle::bundle)
        .add(move_hither::__path_import, move_hither::import)
        .add(move_hither::__path_drop_arrival, move_hither::drop_arrival)
}

fn voucher_routes(routes: Routes) -> Routes {
    use vouchers::{__path_issue, __path_list, __path_read, __path_redeem_preview, __path_revoke};
    const OLDER: &str = "/billing/admin/promos";
    const OLDER_CODE: &str = "/billing/admin/promos/{code}";
    routes
        .add(__path_issue, vouchers::issue)
        .add(__path_list, vouchers::list)
        .add(voucher_file::__path_csv, voucher_file::csv)
        .add(__path_read, vouchers::read)
        .add(voucher_cards::__path_pdf, voucher_cards::pdf)
        .add(voucher_qr::__path_qr, voucher_qr::qr)
        .add(voucher_story::__path_history, voucher_story::history)
        .add(voucher_story::__path_redemptions, voucher_story::redemptions)
        .add(voucher_timeline::__path_list, voucher_timeline::list)
        .add(voucher_credit::__path_json, voucher_credit::json)
        .add(voucher_credit::__path_csv, voucher_credit::csv)
        .add(voucher_story::__path_qualifies, voucher_story::qualifies)
        .add(voucher_tags::__path_list, voucher_tags::list)
        .add(voucher_tags::__path_add, voucher_tags::add)
        .add(voucher_tags::__path_remove, voucher_tags::remove)
        .add(voucher_views::__path_list, voucher_views::list)
        .add(voucher_views::__path_create, voucher_views::create)
        .add(voucher_views::__path_delete, voucher_views::delete)
        .add(__path_revoke, vouchers::revoke)
        .add(__path_redeem_preview, vouchers::redeem_preview)
        .add(checkout::__path_redeem, checkout::redeem)
        .add(bulk::__path_create, bulk::create)
        .add(bulk::__path_list, bulk::list)
        .add(bulk::__path_read, bulk::read)
        .add(bulk::__path_cancel, bulk::cancel)
        .add(bulk::__path_resume, bulk::resume)
        .add(bulk_import::__path_import, bulk_import::import)
        .add(revoke_preview::__path_one, revoke_preview::one)
        .add(revoke_preview::__path_many, revoke_preview::many)
        .add(bulk_edit::__path_count, bulk_edit::count)
        .add(bulk_edit::__path_edit, bulk_edit::edit)
        .add(bulk_edit::__path_undo, bulk_edit::undo)
        .add(campaigns::__path_create, campaigns::create)
        .add(campaigns::__path_list, campaigns::list)
        .add(campaigns::__path_read, campaigns::read)
        .add(campaigns::__path_edit, campaigns::edit)
        .add(campaign_days::__path_json, campaign_days::json)
        .add(campaign_days::__path_csv, campaign_days::csv)
        .add(campaign_funnel::__path_read, campaign_funnel::read)
        .add(campaign_funnel::__path_csv, campaign_funnel::csv)
        .add_older(OLDER, "listPromos", __path_list, vouchers::list)
        .add_older(OLDER, "issuePromo", __path_issue, vouchers::issue)
        .add_older(OLDER_CODE, "revokePromo", __path_revoke, vouchers::revoke)
}

fn billing_routes(routes: Routes) -> Routes {
    routes
        .add(checkout::__path_checkout, checkout::checkout)
        .add(checkout_preview::__path_preview, checkout_preview::preview)
        .add(webhook::__path_take, webhook::take)
        .add(billing::__path_balance, billing::balance)
        .add(subscriptions::__path_read, subscriptions::read)
        .add(subscriptions::__path_cancel, subscriptions::cancel)
        .add(subscriptions::__path_resume, subscriptions::resume)
        .add(subscriptions::__path_pay, subscriptions::pay)
        .add(changes::__path_preview, changes::preview)
        .add(changes::__path_change, changes::change)
        .add(wallet::__path_read, wallet::read)
        .add(wallet::__path_ledger, wallet::ledger)
        .add(wallet::__path_csv, wallet::csv)
        .add(billing::__path_invoices, billing::invoices)
        .add(invoice_pdf::__path_pdf, invoice_pdf::pdf)
        .add(portal::__path_open, portal::open)
        .add(credit_notes::__path_list, credit_notes::list)
        .add(credit_notes::__path_pdf, credit_notes::pdf)
        .add(admin::__path_revenue, admin::revenue)
        .add(orders::__path_list, orders::list)
        .add(orders::__path_find, orders::find)
        .add(refunds::__path_refund, refunds::refund)
        .add(refunds::__path_list, refunds::list)
        .add(refunds::__path_retry, refunds::retry)
        .add(settings::__path_read, settings::read)
        .add(settings::__path_change, settings::change)
        .add(settings::__path_check, settings::check)
        .add(bill_here::__path_bill_here, bill_here::bill_here)
        .add(usage::__path_meters, usage::meters)
        .add(usage::__path_put_meter, usage::put_meter)
        .add(usage::__path_report, usage::report)
        .add(usage::__path_read, usage::read)
        .add(usage::__path_set_limit, usage::set_limit)
        .add(admin_organizations::__path_totals, admin_organizations::totals)
}

fn report_routes(routes: Routes) -> Routes {
    routes
        .add(reports::__path_credit, reports::credit)
        .add(reports::__path_credit_csv, reports::credit_csv)
        .add(reports::__path_redemptions, reports::redemptions)
        .add(reports::__path_redemptions_csv, reports::redemptions_csv)
        .add(reports::__path_organizations, reports::organizations)
        .add(reports::__path_organizations_csv, reports::organizations_csv)
        .add(revenue_report::__path_json, revenue_report::json)
        .add(revenue_report::__path_csv, revenue_report::csv)
        .add(credit_report::__path_read, credit_report::read)
}

fn catalog_routes(routes: Routes) -> Routes {
    routes
        .add(catalog::__path_plans, catalog::plans)
        .add(catalog::__path_addons, catalog::addons)
        .add(catalog::__path_apps, catalog::apps)
        .add(catalog::__path_search_apps, catalog::search_apps)
        .add(catalog::__path_app, catalog::app)
        .add(catalog::__path_industries, catalog::industries)
        .add(catalog::__path_bundles, catalog::bundles)
        .add(catalog::__path_bundle, catalog::bundle)
        .add(tiers::__path_list, tiers::list)
        .add(tiers::__path_read, tiers::read)
        .add(tiers::__path_set_price, tiers::set_price)
}

fn catalog_administration_routes(routes: Routes) -> Routes {
    use catalog_admin::{addons, apps, bundles, industries, plans};
    routes
        .add(plans::__path_add, plans::add)
        .add(plans::__path_read, plans::read)
        .add(plans::__path_change, plans::change)
        .add(plans::__path_retire, plans::retire)
        .add(addons::__path_add, addons::add)
        .add(addons::__path_read, addons::read)
        .add(addons::__path_change, addons::change)
        .add(addons::__path_retire, addons::retire)
        .add(apps::__path_add, apps::add)
        .add(apps::__path_read, apps::read)
        .add(apps::__path_change, apps::change)
        .add(apps::__path_retire, apps::retire)
        .add(industries::__path_add, industries::add)
        .add(industries::__path_read, industries::read)
        .add(industries::__path_change, industries::change)
        .add(industries::__path_retire, industries::retire)
        .add(bundles::__path_add, bundles::add)
        .add(bundles::__path_read, bundles::read)
        .add(bundles::__path_change, bundles::change)
        .add(bundles::__path_retire, bundles::retire)
        .add(blueprints::__path_list, blueprints::list)
        .add(blueprints::__path_add, blueprints::add)
        .add(blueprints::__path_change, blueprints::change)
        .add(blueprints::__path_retire, blueprints::retire)
}

fn organization_routes(routes: Routes) -> Routes {
    routes
        .add(organizations::__path_check_slug, organizations::check_slug)
        .add(organizations::__path_list, organizations::list)
        .add(organizations::__path_create, organizations::create)
        .add(organizations::__path_find, organizations::find)
        .add(organization_life::__path_update, organization_life::update)
        .add(organization_life::__path_delete, organization_life::delete)
        .add(organization_life::__path_restore, organization_life::restore)
        .add(export::__path_json, export::json)
        .add(export::__path_csv, export::csv)
        .add(organizations::__path_members, organizations::members)
        .add(organizations::__path_add_member, organizations::add_member)
        .add(organizations::__path_remove_member, organizations::remove_member)
        .add(invitations::__path_invite, invitations::invite)
        .add(invitations::__path_list, invitations::list)
        .add(invitations::__path_revoke, invitations::revoke)
        .add(invitations::__path_accept, invitations::accept)
        .add(invitations::__path_set_role, invitations::set_role)
        .add(apps::__path_install, apps::install)
        .add(apps::__path_uninstall, apps::uninstall)
        .add(apps::__path_install_preview, apps::install_preview)
        .add(apps::__path_uninstall_preview, apps::uninstall_preview)
        .add(apps::__path_backing_services, apps::backing_services)
        .add(apps::__path_any_backing_services, apps::any_backing_services)
        .add(environments::__path_list, environments::list)
        .add(environments::__path_add, environments::add)
        .add(environments::__path_remove, environments::remove)
        .add(environments::__path_move_app, environments::move_app)
        .add(admin_organizations::__path_list, admin_organizations::list)
        .add(admin_organizations::__path_find, admin_organizations::find)
        .add(organization_life::__path_set_status, organization_life::set_status)
        .add(organization_life::__path_delete_preview, organization_life::delete_preview)
        .add(organization_life::__path_delete_any, organization_life::delete_any)
        .add(organization_life::__path_restore_any, organization_life::restore_any)
}

fn provisioning_routes(routes: Routes) -> Routes {
    routes
        .add(provisioning::__path_status, provisioning::status)
        .add(provisioning::__path_newest, provisioning::newest)
        .add(provisioning::__path_start, provisioning::start)
        .add(provisioning::__path_retry, provisioning::retry)
        .add(provisioning::__path_list, provisioning::list)
        .add(provisioning::__path_find_any, provisioning::find_any)
        .add(provisioning::__path_retry_any, provisioning::retry_any)
}

fn policy_routes(routes: Routes) -> Routes {
    use environment_policy::{__path_read, __path_read_as_member, __path_set, __path_versions};
    routes
        .add(__path_read, environment_policy::read)
        .add(__path_set, environment_policy::set)
        .add(__path_versions, environment_policy::versions)
        .add(__path_read_as_member, environment_policy::read_as_member)
        .add(approvals::__path_request, approvals::request)
        .add(approvals::__path_list, approvals::list)
        .add(approvals::__path_list_all, approvals::list_all)
        .add(approvals::__path_approve, approvals::approve)
        .add(approvals::__path_refuse, approvals::refuse)
        .add(approvals::__path_revoke, approvals::revoke)
}

fn mailing_routes(routes: Routes) -> Routes {
    routes
        .add(mailings::__path_create, mailings::create)
        .add(mailings::__path_list, mailings::list)
        .add(mailings::__path_read, mailings::read)
        .add(mailing_addresses::__path_list, mailing_addresses::list)
        .add(mailing_addresses::__path_csv, mailing_addresses::csv)
        .add(mailings::__path_cancel, mailings::cancel)
        .add(mailings::__path_resume, mailings::resume)
        .add(mailings::__path_retry, mailings::retry)
}

fn branding_routes(routes: Routes) -> Routes {
    routes
        .add(branding::__path_shown, branding::shown)
        .add(branding::__path_read, branding::read)
        .add(branding::__path_change, branding::change)
        .add(keycloak_theme::__path_jar, keycloak_theme::jar)
        .add(branding::__path_set_logo, branding::set_logo)
        .add(branding::__path_remove_logo, branding::remove_logo)
}

fn auth_routes(routes: Routes) -> Routes {
    routes
        .add(auth::__path_magic_link, auth::magic_link)
        .add(auth::__path_verify, auth::verify)
        .add(auth::__path_login, auth::login)
        .add(google::__path_begin, google::begin)
        .add(google::__path_callback, google::callback)
        .add(auth::__path_refresh, auth::refresh)
        .add(auth::__path_logout, auth::logout)
        .add(auth::__path_logout_all, auth::logout_all)
        .add(auth::__path_me, auth::me)
        .add(users::__path_list, users::list)
        .add(users::__path_grant, users::grant)
        .add(auth::__path_user, auth::user)
        .add(auth::__path_set_role, auth::set_role)
}

fn administration_routes(routes: Routes) -> Routes {
    routes
        .add(audit::__path_list, audit::list)
        .add(jobs::__path_list, jobs::list)
        .add(jobs::__path_run, jobs::run)
        .add(system::__path_read, system::read)
        .add(fleet::__path_read, fleet::read)
        .add(alarms::__path_list, alarms::list)
        .add(alarms::__path_resolve, alarms::resolve)
        .add(reconcile::__path_list, reconcile::list)
        .add(reconcile::__path_ask, reconcile::ask)
}

fn event_routes(routes: Routes) -> Routes {
    routes
        .add(event_endpoints::__path_list, event_endpoints::list)
        .add(event_endpoints::__path_add, event_endpoints::add)
        .add(event_endpoints::__path_find, event_endpoints::find)
        .add(event_endpoints::__path_change, event_endpoints::change)
        .add(event_endpoints::__path_remove, event_endpoints::remove)
        .add(event_endpoints::__path_rotate, event_endpoints::rotate)
        .add(event_endpoints::__path_test, event_endpoints::test)
        .add(event_deliveries::__path_list, event_deliveries::list)
        .add(event_deliveries::__path_replay, event_deliveries::replay)
        .add(event_deliveries::__path_replay_range, event_deliveries::replay_range)
}

fn move_routes(routes: Routes) -> Routes {
    routes
        .add(moves::__path_list, moves::list)
        .add(moves::__path_find, moves::find)
        .add(moves::__path_receipt, moves::receipt)
        .add(moves::__path_release, moves::release)
        .add(move_away::__path_start, move_away::start)
        .add(move_away::__path_confirm, move_away::confirm)
        .add(move_away::__path_abort, move_away::abort)
        .add(move_hither::__path_activate, move_hither::activate)
}

fn status_routes(routes: Routes) -> Routes {
    routes
        .add(status::__path_alive, status::alive)
        .add_older("/healthz", "getHealth", status::__path_alive, status::alive)
        .add(status::__path_ready, status::ready)
        .add(status::__path_version, status::version)
        .add(status::__path_jwks, status::jwks)
        .add(status::__path_issuer, status::issuer)
        .add(openapi::__path_serve, openapi::serve)
}
