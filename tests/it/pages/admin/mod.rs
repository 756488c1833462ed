//! The pages of the administration, in a browser without JavaScript.

mod approvals;
mod audit;
mod blueprints;
mod branding;
mod bulk;
mod campaigns;
mod catalog;
mod edit_many;
mod edits;
mod mailings;
mod new_voucher;
mod orders;
mod organizations;
mod payments;
mod policy;
mod reports;
mod story;
mod system;
mod tags;
mod users;
mod voucher;
mod vouchers;
mod webhooks;

use super::{hidden, lacks};
use crate::harness::{Browser, Shown, TestApp};

/// The browser of somebody with the role `sovereign-admin`.
pub(crate) async fn administrator(app: &TestApp, name: &str) -> Browser {
    let mut browser = app.browser();
    let email = format!("{name}@example.com");
    browser.sign_in(app, &email).await;
    let grant = format!("UPDATE users SET role = 'sovereign-admin' WHERE email = '{email}'");
    app.execute(&grant).await;
    // A page with a form: one of before the sign-in is worth nothing.
    browser.get("/console").await.expect(200);
    browser
}

/// The browser of a superadmin who has just signed in.
pub(crate) async fn superadmin(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(app, "root@example.com").await;
    app.execute("UPDATE users SET role = 'superadmin' WHERE email = 'root@example.com'").await;
    browser.get("/console").await.expect(200);
    browser
}

/// The page that a button led to, with its notice.
async fn follow(browser: &mut Browser, pressed: &Shown, notice: &str) -> Shown {
    let shown = browser.get(pressed.location()).await.expect(200);
    shown.has(&[notice]);
    shown
}
