//! Accents that people can read.

use serde_json::{Value, json};

use super::{PATH, set, shown};
use crate::harness::on_both;

/// The last colour that a text names.
fn named(detail: &str) -> &str {
    let at = detail.rfind('#').unwrap();
    &detail[at..at + 7]
}

on_both! {
    /// The refusal says what was found, what is needed, and a colour of the same hue that passes: it does.
    async fn what_cannot_be_read_is_refused_with_the_nearest(app: &TestApp) {
        let admin = app.sovereign_admin();
        for (field, colour, ratio) in [
            ("accent", "#ffcc00", "1.4"),
            ("accent", "#777777", "4.29"),
            ("accent", "#ffffff", "1.04"),
            ("accent", "#00aa88", "2.8"),
            ("accent_dark", "#0b5c4a", "2."),
            ("accent_dark", "#000000", "1.1"),
            ("accent_dark", "#9b1c1c", "2."),
        ] {
            let refused = admin.put(PATH, &json!({ field: colour })).await;
            let refused = refused.expect_problem(400, "invalid_request");
            assert_eq!(refused["field"], field);
            let detail = refused["detail"].as_str().unwrap();
            let needed = format!("a contrast of {ratio}");
            assert!(detail.contains(&needed) && detail.contains("needs 4.5:1"), "{colour}: {detail}");
            let nearest = named(detail);
            let put = set(app, json!({ field: nearest })).await;
            assert_eq!(put[field], nearest, "{colour}");
        }
    }

    async fn a_dark_accent_follows_from_the_one_that_is_given(app: &TestApp) {
        let colours = |shown: &Value| {
            ["accent", "accent_dark", "on_accent", "on_accent_dark"]
                .map(|member| shown[member].as_str().unwrap().to_owned())
        };
        set(app, json!({ "accent": "#9b1c1c" })).await;
        let [light, derived, ..] = colours(&shown(app).await);
        assert_eq!(light, "#9b1c1c");
        assert_ne!(derived, "#9b1c1c");
        // What follows passes, so it could have been given.
        set(app, json!({ "accent_dark": derived })).await;
        set(app, json!({ "accent_dark": "#f0a0a0" })).await;
        let [light, dark, on_light, on_dark] = colours(&shown(app).await);
        assert_eq!([&*light, &*dark, &*on_light, &*on_dark], ["#9b1c1c", "#f0a0a0", "#ffffff", "#101214"]);
    }
}
