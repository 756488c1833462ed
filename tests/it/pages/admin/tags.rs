//! Tags on the pages of vouchers, and lists that are kept.

use super::{administrator, follow, hidden, lacks};
use crate::harness::{Setup, on_both};

const LIST: &str = "/admin/vouchers";

on_both! {
    async fn a_voucher_is_tagged_on_its_page(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        app.issue("GIFT-2", 5, 0).await;
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get(LIST).await.expect(200), &["id=\"tag\""]);
        let page = "/admin/vouchers/GIFT-1";
        let wrong = browser.submit(page, &[("act", "tag"), ("tag", "a,b")]).await.expect(400);
        wrong.has(&["Enter a tag of up to 40 characters", "value=\"a,b\""]);
        let pressed = browser.submit(page, &[("act", "tag"), ("tag", " Spring <b>")]).await;
        let tagged = follow(&mut browser, &pressed, "The tag is added.").await;
        tagged.has(&["href=\"/admin/vouchers?tag=spring+%3Cb%3E\"", "spring &#60;b&#62;", "Take off: spring &#60;b&#62;", "Tags changed"]);
        let list = browser.get("/admin/vouchers?tag=Spring+%3Cb%3E").await.expect(200);
        list.has(&["GIFT-1", "selected translate=\"no\">spring &#60;b&#62;"]);
        lacks(&list, &["GIFT-2"]);
        browser.get("/admin/vouchers?tag=a,b").await.expect(400).has(&["Enter a tag of up to 40 characters"]);
        let pressed = browser.submit(page, &[("act", "untag"), ("tag", "spring <b>")]).await;
        lacks(&follow(&mut browser, &pressed, "The tag is taken off.").await, &["Take off:"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM tags").await, 0);
    }

    async fn many_are_tagged_at_once(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        app.issue("GIFT-2", 5, 0).await;
        let mut browser = administrator(app, "maryam").await;
        let page = browser.get("/admin/vouchers/edit?q=gift").await.expect(200);
        let id = hidden(&page, "id");
        let fields = [("id", &*id), ("count", "2"), ("q", "gift"), ("action", "tag"), ("edit_tag", "")];
        let wrong = browser.submit("/admin/vouchers/edit", &fields).await.expect(400);
        wrong.has(&["Enter a tag of up to 40 characters"]);
        let fields = [("id", &*id), ("count", "2"), ("q", "gift"), ("action", "tag"), ("edit_tag", "Spring")];
        let pressed = browser.submit("/admin/vouchers/edit", &fields).await;
        let shown = follow(&mut browser, &pressed, "They are being changed.").await;
        shown.has(&["Tag 2 vouchers", ">spring<"]);
        app.run_job("issue-in-bulk").await;
        browser.get("/admin/vouchers?tag=spring").await.expect(200).has(&["GIFT-1", "GIFT-2"]);
    }

    async fn a_list_is_kept_and_forgotten(app: &TestApp, Setup::with_mail()) {
        app.issue("GIFT-1", 5, 0).await;
        let mut browser = administrator(app, "maryam").await;
        lacks(&browser.get(LIST).await.expect(200), &["Keep this list"]);
        let list = browser.get("/admin/vouchers?q=gift&status=live").await.expect(200);
        list.has(&["Keep this list"]);
        let keep = |name| [("act", "keep"), ("q", "gift"), ("status", "live"), ("view", name)];
        browser.submit(LIST, &keep(" ")).await.expect(400).has(&["Enter a name of up to 60 characters", "GIFT-1"]);
        let pressed = browser.submit(LIST, &keep("Gifts & more")).await;
        assert_eq!(pressed.location(), "/admin/vouchers?q=GIFT&status=live");
        let kept = follow(&mut browser, &pressed, "The list is kept.").await;
        kept.has(&["href=\"/admin/vouchers?q=GIFT&#38;status=live\" aria-current=\"page\"", "Gifts &#38; more", "Keep no longer:"]);
        browser.submit(LIST, &keep("gifts & MORE")).await.expect(409).has(&["A list of this name is kept already", "value=\"gifts &#38; MORE\""]);
        let elsewhere = browser.get(LIST).await.expect(200);
        elsewhere.has(&["Gifts &#38; more"]);
        lacks(&elsewhere, &["Keep no longer:"]);
        let id = hidden(&kept, "id");
        let pressed = browser.submit(LIST, &[("act", "forget"), ("id", &*id)]).await;
        lacks(&follow(&mut browser, &pressed, "The list is kept no longer.").await, &["Gifts &#38; more"]);
    }
}
