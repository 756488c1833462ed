//! `/`: the front page for people, and what clients of the API get there.

use super::{cards, omr};
use crate::harness::{FQDN, on_both};

on_both! {
    async fn people_see_what_can_be_had_and_the_ways_in(app: &TestApp) {
        let mut browser = app.browser();
        let page = browser.get("/").await.expect(200);
        page.has(&[
            FQDN, "href=\"/redeem\"", "I have a voucher", "href=\"/plans\"", &format!("from {}", omr("5.000")),
            "href=\"/apps\"", "href=\"/industries/clinic\"", "<meta name=\"description\"", "rel=\"canonical\"",
        ]);
        assert_eq!(cards(&page.text).len(), 9);
        assert_eq!(page.text.matches("<h1").count(), 1);
    }

    /// As at every path that is no route.
    async fn clients_of_the_api_get_a_problem(app: &TestApp) {
        let accept = [("Accept", "application/json")];
        let reply = app.anyone().send(reqwest::Method::GET, "/", &accept, None).await;
        reply.expect_problem(404, "not_found");
        app.anyone().get("/api").await.expect_problem(404, "not_found");
    }
}
