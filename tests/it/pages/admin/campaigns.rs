//! Campaigns in pages: made, watched, edited beside others, paused.

use serde_json::json;

use super::{administrator, follow, hidden, lacks};
use crate::campaigns::{campaign, issue_in};
use crate::harness::{Setup, on_both};

const LIST: &str = "/admin/campaigns";

on_both! {
    async fn only_for_administrators(app: &TestApp, Setup::with_mail()) {
        let id = campaign(app, "Bills", json!({})).await;
        let page = format!("{LIST}/{id}");
        let mut browser = app.browser();
        assert!(browser.get(&page).await.location().starts_with("/sign-in"));
        browser.sign_in(app, "sara@example.com").await;
        for path in [LIST, "/admin/campaigns/new", &page, &format!("{page}/days.csv")] {
            let shown = browser.get(path).await.expect(403);
            shown.has(&["This takes another role"]);
            lacks(&shown, &["Bills"]);
        }
        browser.submit(&page, &[("act", "pause")]).await.expect(403);
        browser.submit("/admin/campaigns/new", &[("name", "Mine")]).await.expect(403);
        assert_eq!(app.number("SELECT COUNT(*) FROM campaigns WHERE active").await, 1);
    }

    /// From nothing to a voucher in a campaign that somebody redeems.
    async fn a_campaign_is_made_and_goes_on(app: &TestApp, Setup::with_mail()) {
        let mut browser = administrator(app, "maryam").await;
        browser.get(LIST).await.expect(200).has(&["No campaign yet", "href=\"/admin/campaigns/new\""]);
        lacks(&browser.get("/admin/vouchers/new").await.expect(200), &["name=\"campaign\""]);
        browser.get("/admin/campaigns/new").await.expect(200).has(&["Budget in OMR", "type=\"date\""]);
        let fields = [("name", "Muscat bills"), ("budget", "10,000.5"), ("first", "2027-03-01"), ("last", "2027-03-31"), ("each", "٢")];
        let made = browser.submit("/admin/campaigns/new", &fields).await;
        let address = made.location().to_owned();
        let page = follow(&mut browser, &made, "The campaign is made.").await;
        page.has(&["10000.500", "1 March 2027 to 31 March 2027", "Nothing was granted in these days", ">running<"]);

        let id = address.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let stored = app.sovereign_admin().get(&format!("/billing/campaigns/{id}")).await.expect(200);
        assert_eq!((&stored["budget_minor"], &stored["per_customer"]), (&json!(10_000_500), &json!(2)));
        assert_eq!((&stored["starts_at"], &stored["ends_at"]), (&json!("2027-03-01T00:00:00Z"), &json!("2027-04-01T00:00:00Z")));

        let new = format!("/admin/vouchers/new?campaign={id}");
        browser.get(&new).await.expect(200).has(&["name=\"campaign\" value=\"Muscat bills\"", "<option value=\"Muscat bills\""]);
        let fields = [("code", "BILL-200"), ("credit", "200"), ("campaign", "muscat  bills"), ("act", "issue")];
        let issued = browser.submit("/admin/vouchers/new", &fields).await;
        follow(&mut browser, &issued, "Muscat bills").await;
        app.customer("kestrel").await.redeem("BILL-200").await.expect(200);

        let page = browser.get(&format!("{LIST}/{id}")).await.expect(200);
        page.has(&["200.000\u{a0}OMR", "9800.500\u{a0}OMR", "<rect ", "1 March 2027", "value=\"200000\"", "the budget is used up on 2 March 2027"]);
        let file = browser.get(&format!("{LIST}/{id}/days.csv")).await.expect(200);
        assert!(file.text.contains("2027-03-01,1,200.000,OMR,200000"), "{}", file.text);
        let funnel = browser.get(&format!("{LIST}/{id}/funnel.csv")).await.expect(200);
        assert!(funnel.text.starts_with("\u{feff}step,count,") && funnel.text.contains("\r\nissued,1,"), "{}", funnel.text);
        let before = browser.get(&format!("{LIST}/{id}?from=2027-02-01&to=2027-02-28")).await.expect(200);
        before.has(&["name=\"from\" value=\"2027-02-01\"", "Nothing was granted"]);
        browser.get(&format!("{LIST}/{id}?from=soon")).await.expect(400).has(&["href=\"#from\""]);
        browser.get(&format!("{LIST}/{id}/days.csv?from=soon")).await.expect(400);
        browser.get(&format!("{LIST}?q=bills")).await.expect(200).has(&["Muscat bills", "name=\"q\" value=\"bills\""]);
        browser.get(&format!("{LIST}?q=nonesuch")).await.expect(200).has(&["No campaign is like that"]);
        let list = browser.get(LIST).await.expect(200);
        list.has(&["Muscat bills", "10000.500", "200.000", ">running<"]);
        let vouchers = browser.get(&format!("/admin/vouchers?campaign={id}")).await.expect(200);
        vouchers.has(&["BILL-200", "name=\"campaign\" value=\"Muscat bills\"", &format!("?campaign={id}\"")]);
        // By its name it is the same list.
        let named = browser.get("/admin/vouchers?campaign=MUSCAT+bills").await.expect(200);
        named.has(&["BILL-200", &format!("vouchers.csv?campaign={id}\"")]);
        browser.language = "ar";
        browser.get(&format!("{LIST}/{id}")).await.expect(200).has(&["dir=\"rtl\"", ">جارية<", "ما مُنح في كل يوم"]);
    }

    async fn everything_that_is_wrong_is_told_at_once_and_kept(app: &TestApp, Setup::with_mail()) {
        campaign(app, "Taken", json!({})).await;
        let mut browser = administrator(app, "maryam").await;
        browser.get("/admin/campaigns/new").await.expect(200);
        let fields = [("name", ""), ("budget", "1.2345"), ("first", "someday"), ("last", "2027-02-30"), ("each", "-1")];
        let again = browser.submit("/admin/campaigns/new", &fields).await.expect(400);
        again.has(&["href=\"#name\"", "href=\"#budget\"", "href=\"#first\"", "href=\"#last\"", "href=\"#each\"", "value=\"1.2345\"", "value=\"someday\""]);
        for (fields, field) in [
            ([("name", ""), ("first", ""), ("last", "")], "#name"),
            ([("name", "TAKEN"), ("first", ""), ("last", "")], "#name"),
            ([("name", "Y"), ("first", "2027-03-02"), ("last", "2027-03-01")], "#last"),
        ] {
            let again = browser.submit("/admin/campaigns/new", &fields).await.expect(400);
            again.has(&[&format!("href=\"{field}\"")]);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM campaigns").await, 1);
        // One day is long enough.
        let one = [("name", "One day"), ("first", "2027-03-01"), ("last", "2027-03-01")];
        browser.submit("/admin/campaigns/new", &one).await.location();
        for path in ["/admin/campaigns?status=gone", "/admin/campaigns?after=x"] {
            browser.get(path).await.expect(400).has(&["href=\"#status\""]);
        }
        browser.get("/admin/campaigns/x").await.expect(404).has(&["There is no such campaign"]);
        browser.get("/admin/vouchers?campaign=nonesuch").await.expect(400).has(&["href=\"#campaign\""]);
    }

    /// Two open the page; both save. The second is told, with the difference, and may then insist.
    async fn the_second_of_two_is_told_with_the_difference(app: &TestApp, Setup::with_mail()) {
        let id = campaign(app, "Bills", json!({ "budget_minor": 5_000_000 })).await;
        let page = format!("{LIST}/{id}");
        let mut maryam = administrator(app, "maryam").await;
        let mut yusuf = administrator(app, "yusuf").await;
        let seen = hidden(&maryam.get(&page).await.expect(200), "seen");
        yusuf.get(&page).await.expect(200);
        maryam.submit(&page, &[("name", "Bills"), ("budget", "6000"), ("seen", &*seen)]).await.location();
        let of_yusuf = [("name", "Bills"), ("budget", "7000"), ("each", "1"), ("seen", &*seen)];
        let told = yusuf.submit(&page, &of_yusuf).await.expect(409);
        told.has(&["Somebody else has edited this campaign", "<bdi>6000</bdi>", "<bdi>7000</bdi>", "value=\"7000\"", "data-takes-focus"]);
        let again = hidden(&told, "seen");
        let of_yusuf = [("name", "Bills"), ("budget", "7000"), ("each", "1"), ("seen", &*again)];
        let saved = yusuf.submit(&page, &of_yusuf).await;
        follow(&mut yusuf, &saved, "The campaign is saved.").await.has(&["7000.000"]);
    }

    /// A moment within a day that the form does not change stays that moment.
    async fn what_the_form_shows_less_of_stays_whole(app: &TestApp, Setup::with_mail()) {
        let time = json!({ "starts_at": "2027-03-01T09:30:00Z", "ends_at": "2027-03-05T17:00:00Z" });
        let id = campaign(app, "Bills", time).await;
        let page = format!("{LIST}/{id}");
        let mut browser = administrator(app, "maryam").await;
        let shown = browser.get(&page).await.expect(200);
        shown.has(&["value=\"2027-03-01\"", "value=\"2027-03-05\""]);
        let fields = [("name", "Bills"), ("first", "2027-03-01"), ("last", "2027-03-06"), ("seen", &*hidden(&shown, "seen"))];
        browser.submit(&page, &fields).await.location();
        let stored = app.sovereign_admin().get(&format!("/billing/campaigns/{id}")).await.expect(200);
        assert_eq!((&stored["starts_at"], &stored["ends_at"]), (&json!("2027-03-01T09:30:00Z"), &json!("2027-03-07T00:00:00Z")));
    }

    async fn it_is_paused_and_resumed(app: &TestApp, Setup::with_mail()) {
        let id = campaign(app, "Bills", json!({})).await;
        issue_in(app, &id, "BILL-1", 5).await;
        let page = format!("{LIST}/{id}");
        let mut browser = administrator(app, "maryam").await;
        browser.get(&page).await.expect(200).has(&["value=\"pause\""]);
        let paused = browser.submit(&page, &[("act", "pause")]).await;
        follow(&mut browser, &paused, "The campaign is paused.").await.has(&[">paused<", "value=\"resume\""]);
        browser.get("/redeem?code=BILL-1").await.expect(410);
        let resumed = browser.submit(&page, &[("act", "resume")]).await;
        follow(&mut browser, &resumed, "The campaign goes on.").await.has(&[">running<"]);
        browser.get("/redeem?code=BILL-1").await.expect(200);
    }
}
