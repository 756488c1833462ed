//! `PUT /auth/admin/users/{id}/role`, for every superadmin at once.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{Setup, on_both};
use crate::races::{at_once, statuses};

const SUPERADMINS: usize = 8;

on_both! {
    /// All of them lose the role at the same moment but one, who is the last.
    async fn somebody_stays_superadmin(app: &TestApp, Setup::with_mail()) {
        for n in 0..SUPERADMINS {
            let email = format!("root-{n}@example.com");
            app.database().run(&["user", "grant", &email, "--role", "superadmin"]).expect(0);
        }
        let ids = app.texts("SELECT id FROM users WHERE role = 'superadmin'").await;
        assert_eq!(ids.len(), SUPERADMINS);
        let body = json!({ "role": "member" }).to_string().into_bytes();
        let replies = at_once(SUPERADMINS, |index| {
            let path = format!("/auth/admin/users/{}/role", ids[index]);
            let (client, body) = (app.superadmin(), body.clone());
            async move { client.send(reqwest::Method::PUT, &path, &[], Some(body)).await }
        })
        .await;
        assert_eq!(statuses(&replies), BTreeMap::from([(200, SUPERADMINS - 1), (409, 1)]));
        let left = "SELECT count(*) FROM users WHERE role = 'superadmin'";
        assert_eq!(app.number(left).await, 1);
    }
}
