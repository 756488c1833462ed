//! `/apps`: searching, filters, order, and pages of the list.

use serde_json::json;

use super::{add_app, address, cards, found, price};
use crate::harness::on_both;

on_both! {
    async fn apps_are_found_however_they_are_spelled(app: &TestApp) {
        let mut browser = app.browser();
        for (query, slug) in [
            ("wordpress", "wordpress"),
            ("WordPress", "wordpress"),
            ("  word   PRESS ", "wordpress"),
            ("paperless ngx", "paperless-ngx"),
            ("paperlessngx", "paperless-ngx"),
            ("ecommerce", "woocommerce"),
            ("ووردبريس", "wordpress"),
            ("أودو", "odoo"),
            ("اودو", "odoo"),
            ("أُودُو", "odoo"),
            ("المدوّنة", "wordpress"),
            ("مدونه", "wordpress"),
            ("متجر الكتروني", "woocommerce"),
            ("الإحصاءات", "matomo"),
            ("خزنه كلمات المرور", "vaultwarden"),
            ("ｊｉｔｓｉ", "jitsi"),
        ] {
            let slugs = found(&mut browser, &[("q", query)]).await;
            assert!(slugs.contains(&slug.to_owned()), "{query}: {slugs:?}");
        }
        // Every word, and the best first: the name before the tagline before the rest.
        assert_eq!(found(&mut browser, &[("q", "team chat")]).await[..2], ["mattermost", "rocket-chat"]);
        assert_eq!(found(&mut browser, &[("q", "wordpress")]).await, ["wordpress", "woocommerce"]);
        // Digits of either kind.
        add_app(app, "ledger", json!({ "tagline": "Ledger 42" })).await;
        for query in ["42", "٤٢", "۴۲"] {
            assert_eq!(found(&mut browser, &[("q", query)]).await, ["ledger"], "{query}");
        }
        // What only serves others is not looked for.
        assert!(found(&mut browser, &[("q", "mariadb")]).await.is_empty());
        let nothing = browser.get("/apps?q=nonesuch").await.expect(200);
        nothing.has(&["Nothing like that here", "No app", "href=\"/apps\"", "value=\"nonesuch\""]);
    }

    async fn filters_combine_and_stand_in_the_address(app: &TestApp) {
        let mut browser = app.browser();
        let all = found(&mut browser, &[]).await;
        assert_eq!(all.len(), 34);
        let law = [("industry", "law"), ("category", "documents")];
        assert_eq!(found(&mut browser, &law).await, ["docuseal", "paperless-ngx"]);
        let signed = [law[0], law[1], ("q", "sign")];
        assert_eq!(found(&mut browser, &signed).await, ["docuseal"]);
        let pack = found(&mut browser, &[("bundle", "pharmacy-pack"), ("sort", "name")]).await;
        assert_eq!(pack, ["nextcloud", "odoo", "vaultwarden"]);
        let page = browser.get(&address("/apps", &signed)).await.expect(200);
        page.has(&[
            "<option value=\"documents\" selected>", "<option value=\"law\" selected>",
            "value=\"sign\"", "1 app", "<link rel=\"canonical\" href=\"https://",
        ]);
        // Filters that name nothing are none, and neither is a page or an order that is not there.
        let nonsense = [("category", "x"), ("industry", "x"), ("bundle", "x"), ("sort", "x"), ("page", "99")];
        assert_eq!(found(&mut browser, &nonsense).await, all);
    }

    async fn apps_are_listed_by_name_or_price(app: &TestApp) {
        let mut browser = app.browser();
        let named = found(&mut browser, &[("sort", "name")]).await;
        assert_eq!(named[..3], ["activepieces", "bookstack", "cal-com"]);
        for (tier, minor) in [("basic", 3_000), ("standard", 1_000), ("premium", 2_000)] {
            price(app, tier, minor).await;
        }
        let priced = found(&mut browser, &[("sort", "price"), ("q", "dashboards")]).await;
        assert_eq!(priced, ["metabase", "grafana"]);
        let all = found(&mut browser, &[("sort", "price")]).await;
        // What cannot be had comes last.
        assert_eq!(all[all.len() - 1], "rocket-chat");
    }

    async fn a_long_list_has_pages(app: &TestApp) {
        for number in 0..61 {
            let tagline = format!("Extra {number}");
            add_app(app, &format!("extra-{number}"), json!({ "tagline": tagline })).await;
        }
        let mut browser = app.browser();
        let first = browser.get("/apps?q=extra&sort=name").await.expect(200);
        assert_eq!(cards(&first.text).len(), 60);
        first.has(&["61 apps", "1 / 2", "href=\"/apps?q=extra&#38;sort=name&#38;page=2\""]);
        assert!(!first.text.contains("rel=\"prev\""));
        let second = browser.get("/apps?q=extra&sort=name&page=2").await.expect(200);
        assert_eq!(cards(&second.text).len(), 1);
        second.has(&["href=\"/apps?q=extra&#38;sort=name\"", "2 / 2"]);
        assert!(!second.text.contains("rel=\"next\""));
        let beyond = browser.get("/apps?q=extra&sort=name&page=99").await.expect(200);
        assert_eq!(cards(&beyond.text), cards(&second.text));
    }
}
