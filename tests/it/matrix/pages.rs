//! Who may open and press what: the table of pages. Each is asked by everybody in `asked.rs`, with what `forms.rs` says
//! is right, and once more as another site would in `cross_site.rs`.

use std::collections::BTreeMap;

use super::table::{CALLERS, HEADINGS};
use crate::harness::Shown;

/// A line a page and method, by address: what each caller gets, asking about Organization A where the page is about one.
/// `else` is asked by four people of another Organization: its owner, an admin, a member and a viewer.
///
/// - `in`: it opens, or leads on: 200 or 303.
/// - `done`: the same, and something was changed.
/// - `sign`: 303, to sign in and come back.
/// - `stale`: 403, for the form is nobody's; only where a file would be read first.
/// - a status.
///
/// Whoever gets anything else than `in` and `done` must have changed nothing. Neither an issuer nor a key to Stripe is
/// configured, the links in mails are ended, and the invitation is somebody else's.
const TABLE: &str = "
page                                           none  out   own   adm   mem   view  sadm  root  else

GET  /                                         in    in    in    in    in    in    in    in    in
GET  /admin                                    in    in    in    in    in    in    in    in    in
GET  /admin/alarms                             sign  403   403   403   403   403   403   in    403
POST /admin/alarms                             sign  403   403   403   403   403   403   done  403
GET  /admin/approvals                          sign  403   403   403   403   403   in    in    403
GET  /admin/approvals/{id}                     sign  403   403   403   403   403   in    in    403
POST /admin/approvals/{id}                     sign  403   403   403   403   403   done  done  403
GET  /admin/audit                              sign  403   403   403   403   403   403   in    403
GET  /admin/blueprints                         sign  403   403   403   403   403   in    in    403
POST /admin/blueprints                         stale 403   403   403   403   403   400   400   403
GET  /admin/blueprints/{slug}                  sign  403   403   403   403   403   in    in    403
POST /admin/blueprints/{slug}                  stale 403   403   403   403   403   done  done  403
GET  /admin/branding                           sign  403   403   403   403   403   in    in    403
POST /admin/branding                           sign  403   403   403   403   403   done  done  403
GET  /admin/branding/keycloak-theme.jar        sign  403   403   403   403   403   in    in    403
GET  /admin/branding/logo                      in    in    in    in    in    in    in    in    in
POST /admin/branding/logo                      stale 403   403   403   403   403   done  in    403
GET  /admin/campaigns                          sign  403   403   403   403   403   in    in    403
GET  /admin/campaigns/new                      sign  403   403   403   403   403   in    in    403
POST /admin/campaigns/new                      sign  403   403   403   403   403   done  done  403
GET  /admin/campaigns/{id}                     sign  403   403   403   403   403   in    in    403
POST /admin/campaigns/{id}                     sign  403   403   403   403   403   done  done  403
GET  /admin/campaigns/{id}/days.csv            sign  403   403   403   403   403   in    in    403
GET  /admin/campaigns/{id}/funnel.csv          sign  403   403   403   403   403   in    in    403
GET  /admin/catalog                            sign  403   403   403   403   403   in    in    403
POST /admin/catalog                            sign  403   403   403   403   403   done  done  403
GET  /admin/catalog/{kind}                     sign  403   403   403   403   403   403   in    403
GET  /admin/catalog/{kind}/new                 sign  403   403   403   403   403   403   in    403
POST /admin/catalog/{kind}/new                 sign  403   403   403   403   403   403   done  403
GET  /admin/catalog/{kind}/{slug}              sign  403   403   403   403   403   403   in    403
POST /admin/catalog/{kind}/{slug}              sign  403   403   403   403   403   403   done  403
GET  /admin/fleet                              sign  403   403   403   403   403   403   in    403
GET  /admin/moves                              sign  403   403   403   403   403   403   in    403
POST /admin/moves                              stale 403   403   403   403   403   403   400   403
GET  /admin/moves/{id}/receipt.json            sign  403   403   403   403   403   403   404   403
GET  /admin/moves/{id}/release.json            sign  403   403   403   403   403   403   404   403
GET  /admin/orders                             sign  403   403   403   403   403   403   in    403
GET  /admin/orders/{id}                        sign  403   403   403   403   403   403   in    403
POST /admin/orders/{id}                        sign  403   403   403   403   403   403   done  403
GET  /admin/organizations                      sign  403   403   403   403   403   in    in    403
GET  /admin/organizations/{id}                 sign  403   403   403   403   403   403   in    403
POST /admin/organizations/{id}                 sign  403   403   403   403   403   403   done  403
GET  /admin/organizations/{id}/move            sign  403   403   403   403   403   403   in    403
POST /admin/organizations/{id}/move            stale 403   403   403   403   403   403   done  403
GET  /admin/payments                           sign  403   403   403   403   403   403   in    403
POST /admin/payments                           sign  403   403   403   403   403   403   done  403
GET  /admin/policy                             sign  403   403   403   403   403   in    in    403
POST /admin/policy                             sign  403   403   403   403   403   done  done  403
GET  /admin/reconcile                          sign  403   403   403   403   403   403   in    403
POST /admin/reconcile                          sign  403   403   403   403   403   403   in    403
GET  /admin/reports                            sign  403   403   403   403   403   in    in    403
GET  /admin/reports/{name}                     sign  403   403   403   403   403   in    in    403
GET  /admin/system                             sign  403   403   403   403   403   403   in    403
POST /admin/system                             sign  403   403   403   403   403   403   done  403
GET  /admin/users                              sign  403   403   403   403   403   403   in    403
POST /admin/users                              sign  403   403   403   403   403   403   done  403
GET  /admin/vouchers                           sign  403   403   403   403   403   in    in    403
POST /admin/vouchers                           sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers.csv                       sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/bulk                      sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/bulk/new                  sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/bulk/new                  sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/bulk/{id}                 sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/bulk/{id}                 sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/cards.pdf                 sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/edit                      sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/edit                      sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/import                    sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/import                    stale 403   403   403   403   403   done  done  403
GET  /admin/vouchers/mail                      sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/mail/new                  sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/mail/new                  sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/mail/{id}                 sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/mail/{id}                 sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/mail/{id}/addresses.csv   sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/new                       sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/new                       sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/{code}                    sign  403   403   403   403   403   in    in    403
POST /admin/vouchers/{code}                    sign  403   403   403   403   403   done  done  403
GET  /admin/vouchers/{code}/credit.csv         sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/{code}/qr.png             sign  403   403   403   403   403   in    in    403
GET  /admin/vouchers/{code}/qr.svg             sign  403   403   403   403   403   in    in    403
GET  /admin/webhooks                           sign  403   403   403   403   403   403   in    403
POST /admin/webhooks                           sign  403   403   403   403   403   403   done  403
GET  /admin/webhooks/{id}                      sign  403   403   403   403   403   403   in    403
POST /admin/webhooks/{id}                      sign  403   403   403   403   403   403   done  403
GET  /apps                                     in    in    in    in    in    in    in    in    in
GET  /apps/{slug}                              in    in    in    in    in    in    in    in    in
GET  /assets/{name}                            404   404   404   404   404   404   404   404   404
GET  /auth/administrator                       404   404   404   404   404   404   404   404   404
GET  /auth/callback                            400   400   400   400   400   400   400   400   400
GET  /auth/oidc/{name}                         404   404   404   404   404   404   404   404   404
GET  /bundles/{slug}                           in    in    in    in    in    in    in    in    in
GET  /checkout                                 sign  404   in    in    403   403   404   404   404
POST /checkout                                 sign  404   done  done  403   403   404   404   404
GET  /checkout/done                            sign  404   in    in    404   404   404   404   404
GET  /checkout/return                          404   404   in    in    404   404   404   404   404
POST /checkout/voucher                         sign  in    in    in    in    in    in    in    in
GET  /console                                  sign  in    in    in    in    in    in    in    in
POST /console                                  sign  done  done  done  done  done  done  done  done
GET  /console/{slug}                           sign  404   in    in    in    in    404   404   404
GET  /console/{slug}/apps                      sign  404   in    in    in    in    404   404   404
GET  /console/{slug}/apps/{app}                sign  404   in    in    in    in    404   404   404
POST /console/{slug}/apps/{app}                sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/card                      sign  404   in    in    403   403   404   404   404
POST /console/{slug}/card                      sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/close                     sign  404   in    403   403   403   404   404   404
POST /console/{slug}/close                     sign  404   done  403   403   403   404   404   404
GET  /console/{slug}/credit-notes/{id}/pdf     sign  404   in    in    in    in    404   404   404
GET  /console/{slug}/environments              sign  404   in    in    in    in    404   404   404
POST /console/{slug}/environments              sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/invoices                  sign  404   in    in    in    in    404   404   404
GET  /console/{slug}/invoices/{id}/pdf         sign  404   in    in    in    in    404   404   404
GET  /console/{slug}/members                   sign  404   in    in    in    in    404   404   404
POST /console/{slug}/members                   sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/plan                      sign  404   in    in    in    in    404   404   404
POST /console/{slug}/plan                      sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/plan/change               sign  404   in    in    403   403   404   404   404
POST /console/{slug}/plan/change               sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/provisions                sign  404   in    in    in    in    404   404   404
POST /console/{slug}/provisions                sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/settings                  sign  404   in    in    in    in    404   404   404
POST /console/{slug}/settings                  sign  404   done  done  403   403   404   404   404
GET  /console/{slug}/wallet                    sign  404   in    in    403   403   404   404   404
GET  /console/{slug}/wallet/ledger.csv         sign  404   in    in    403   403   404   404   404
POST /console/{slug}/wallet/voucher            sign  404   done  done  403   403   404   404   404
GET  /digits                                   in    in    in    in    in    in    in    in    in
GET  /industries/{slug}                        in    in    in    in    in    in    in    in    in
GET  /invitation                               sign  403   403   403   403   403   403   403   403
POST /invitation                               sign  403   403   403   403   403   403   403   403
GET  /join                                     sign  in    in    in    in    in    in    in    in
POST /join                                     sign  done  done  done  done  done  done  done  done
GET  /join/address                             in    in    in    in    in    in    in    in    in
GET  /language                                 in    in    in    in    in    in    in    in    in
GET  /pay/{order_id}                           in    in    in    in    in    in    in    in    in
POST /pay/{order_id}                           in    in    in    in    in    in    in    in    in
GET  /plans                                    in    in    in    in    in    in    in    in    in
GET  /redeem                                   in    in    in    in    in    in    in    in    in
POST /redeem                                   in    in    in    in    in    in    in    in    in
GET  /sign-in                                  in    in    in    in    in    in    in    in    in
POST /sign-in                                  done  done  done  done  done  done  done  done  done
GET  /sign-in/code                             in    in    in    in    in    in    in    in    in
POST /sign-in/code                             in    in    in    in    in    in    in    in    in
GET  /sign-in/link                             404   404   404   404   404   404   404   404   404
POST /sign-in/link                             404   404   404   404   404   404   404   404   404
POST /sign-out                                 in    done  done  done  done  done  done  done  done
POST /sign-out-everywhere                      sign  done  done  done  done  done  done  done  done
GET  /style                                    404   404   404   404   404   404   404   404   404
GET  /terms                                    in    in    in    in    in    in    in    in    in
";

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gets {
    In,
    Done,
    SignIn,
    Stale,
    Status(u16),
}

impl Gets {
    fn of(word: &str) -> Self {
        match word {
            "in" => Self::In,
            "done" => Self::Done,
            "sign" => Self::SignIn,
            "stale" => Self::Stale,
            status => Self::Status(status.parse().unwrap()),
        }
    }

    pub(super) fn is_let_in(self) -> bool {
        matches!(self, Self::In | Self::Done)
    }

    /// Whether this is what was meant. A form that is refused for its token says so, whatever the role.
    pub(super) fn fits(self, shown: &Shown) -> bool {
        let location = shown.headers.get("location").and_then(|text| text.to_str().ok());
        let signs_in = location.is_some_and(|path| path.starts_with("/sign-in?return_to="));
        match self {
            Self::In | Self::Done => [200, 303].contains(&shown.status) && !signs_in,
            Self::SignIn => shown.status == 303 && signs_in,
            Self::Stale => is_stale(shown),
            Self::Status(status) => shown.status == status && !is_stale(shown),
        }
    }
}

/// Whether a form was refused because another site may have sent it.
pub(super) fn is_stale(shown: &Shown) -> bool {
    shown.status == 403 && shown.text.contains("This form is too old")
}

/// A line of the table. The route reads `POST /console/{slug}/card`, as it is registered.
pub(super) struct PageRow {
    pub(super) route: String,
    gets: BTreeMap<&'static str, Gets>,
}

impl PageRow {
    pub(super) fn gets(&self, caller: &str) -> Gets {
        self.gets[caller]
    }

    pub(super) fn sends(&self) -> bool {
        self.route.starts_with("POST ")
    }
}

pub(super) fn rows() -> Vec<PageRow> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().skip(1).collect();
    assert_eq!(head, HEADINGS, "the columns of the table");
    lines.map(row).collect()
}

fn row(line: &str) -> PageRow {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, path, gets @ ..] = words.as_slice() else { panic!("no page: {line}") };
    assert_eq!(gets.len(), CALLERS.len(), "{line}");
    let gets = CALLERS.into_iter().zip(gets.iter().map(|word| Gets::of(word)));
    PageRow { route: format!("{method} {path}"), gets: gets.collect() }
}
