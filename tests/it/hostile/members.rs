//! Objects whose members have the wrong type, or values no row can hold: 400, naming the member.

use serde_json::Value;

use super::bodies::{Route, Routes};
use super::refused;
use crate::harness::on_both;

/// What a member holds, and with it, what it cannot.
fn wrong_types(value: &Value, name: &str) -> Vec<&'static str> {
    match value {
        Value::String(_) => vec![
            "1",
            "-1",
            "1.5",
            "true",
            "[]",
            "{}",
            "[\"x\"]",
            "{\"x\":1}",
            "1e309",
            "18446744073709551616",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
        ],
        Value::Number(_) => vec![
            "\"1\"",
            "\"\"",
            "true",
            "[]",
            "{}",
            "[1]",
            "1.5",
            "-0.5",
            "1e308",
            "1e309",
            "-1e309",
            "9007199254740993.0",
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
        ],
        Value::Bool(_) => vec!["\"true\"", "\"\"", "0", "1", "1.0", "[]", "{}"],
        Value::Array(_) => vec![
            "\"x\"",
            "1",
            "true",
            "{}",
            "[1]",
            "[null]",
            "[true]",
            "[[]]",
            "[{}]",
            "[\"a\\u0000\"]",
            "[\"no-such-thing\"]",
            "[\"\"]",
        ],
        _ => panic!("{name} has a value of no type"),
    }
}

/// Members that a client may leave out, or send as null.
const OPTIONAL: [&str; 10] = [
    "description",
    "active",
    "max_redemptions",
    "credit_valid_days",
    "apps",
    "addons",
    "promo_code",
    "promo_value_minor",
    "org_type",
    "industry",
];

/// The route's own body with this text as the member's value.
fn with(route: &Route, name: &str, text: &str) -> String {
    let members = route.body.as_object().unwrap().iter().map(|(member, value)| {
        let value = if member == name { text.to_owned() } else { value.to_string() };
        format!("{member:?}:{value}")
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// The member is refused by its name, or by the name of an entry of it.
async fn names(routes: &Routes, route: &Route, name: &str, body: String) {
    let what = format!("{} {body}", route.path);
    let (status, field) = refused(routes.send(route, body).await, &what);
    assert_eq!(status, 400, "{what:.300}");
    let field = field.unwrap_or_else(|| panic!("no field: {what:.300}"));
    assert_eq!(field.split('[').next(), Some(name), "{what:.300}");
}

on_both! {
    async fn of_the_wrong_type(app: &TestApp) {
        let routes = Routes::of(app).await;
        for route in &routes.all {
            for (name, value) in route.body.as_object().unwrap() {
                for text in wrong_types(value, name) {
                    names(&routes, route, name, with(route, name, text)).await;
                }
            }
        }
        routes.nothing_happened(app).await;
    }

    async fn that_are_missing_null_or_there_twice(app: &TestApp) {
        let routes = Routes::of(app).await;
        for route in &routes.all {
            for (name, value) in route.body.as_object().unwrap() {
                let good = route.body.to_string();
                let twice = format!("{},{name:?}:{value}}}", &good[..good.len() - 1]);
                names(&routes, route, name, twice).await;
                if OPTIONAL.contains(&name.as_str()) {
                    continue;
                }
                names(&routes, route, name, with(route, name, "null")).await;
                let mut without = route.body.clone();
                without.as_object_mut().unwrap().shift_remove(name);
                names(&routes, route, name, without.to_string()).await;
            }
        }
        routes.nothing_happened(app).await;
    }

    /// A NUL is found also beside a member that nobody reads, and that is odd itself.
    async fn with_a_nul_behind_something_odd(app: &TestApp) {
        let routes = Routes::of(app).await;
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        for route in &routes.all {
            for (name, value) in route.body.as_object().unwrap() {
                let nul = match value {
                    Value::String(_) => "\"a\\u0000b\"",
                    Value::Array(_) => "[\"a\\u0000b\"]",
                    _ => continue,
                };
                for odd in [&deep, "1e999", "\"\\ud800\"", "{\"x\":1,\"x\":2}"] {
                    let body = with(route, name, nul);
                    let body = format!("{{\"x\":{odd},{}", &body[1..]);
                    let (status, _) = refused(routes.send(route, body).await, name);
                    assert_eq!(status, 400, "{} {name}", route.path);
                }
            }
            for key in ["\\u0000", "code\\u0000", "x\\u0000y"] {
                let body = route.body.to_string();
                let body = format!("{{\"{key}\":1,{}", &body[1..]);
                assert_eq!(refused(routes.send(route, body).await, key).0, 400);
            }
        }
        routes.nothing_happened(app).await;
    }

    /// Of the right type and still impossible. What a number may be is in
    /// `vouchers::issue_refused`.
    async fn out_of_their_range(app: &TestApp) {
        let routes = Routes::of(app).await;
        let long = serde_json::to_string(&"A".repeat(10_240)).unwrap();
        let many = serde_json::to_string(&vec!["x"; 1_000]).unwrap();
        let code =
            [&long, "\"\\ud83c\\udf81\"", "\"GIFT🎁\"", "\"A B\"", "\"AB\"", "\"ABC\\u0007\""];
        let text = [&long, "\"\\u0007\"", "\"a\\u0085b\""];
        let required = [&long, "\"\"", "\" \"", "\"a\\u0007b\"", "\"\\n\""];
        let number = ["-1", "2147483648", "9223372036854775807", "-9223372036854775808"];
        let list = [&many, "[\"m\"]", "[\"\\u0007\"]", "[\"🎁\"]"];
        let slug = [
            &long,
            "\"\"",
            "\"ab\"",
            "\"Kestrel\"",
            "\"a--\"",
            "\"1st\"",
            "\"a b\"",
            "\"متجر\"",
            "\"🎁🎁🎁\"",
        ];
        let plan = [&long, "\"\"", "\"no-such-plan\"", "\"🎁\"", "\"' OR 1=1 --\""];
        let role = [&long, "\"\"", "\"owner\"", "\"Admin\"", "\"superadmin\""];
        let email = [&long, "\"\"", "\"nobody@example.com\"", "\"🎁\"", "\"%\""];
        let tables: [(&str, &[&str]); 13] = [
            ("code", &code),
            ("promo_code", &code[..]),
            ("credit_omr", &number),
            ("max_redemptions", &number),
            ("credit_valid_days", &number),
            ("name", &required),
            ("org_type", &text),
            ("industry", &text),
            ("apps", &list),
            ("addons", &list),
            ("slug", &slug),
            ("plan_id", &plan),
            ("role", &role),
        ];
        for route in &routes.all {
            for name in route.body.as_object().unwrap().keys() {
                let found = tables.iter().find(|(member, _)| member == name);
                let texts = found.map_or(&[][..], |(_, texts)| *texts);
                let texts = if name == "email" { &email } else { texts };
                // A preview does not say that a code can be none: see `limits::indistinguishable`.
                let texts = if route.path.ends_with("/redeem-preview") { &[] } else { texts };
                for text in texts {
                    names(&routes, route, name, with(route, name, text)).await;
                }
            }
        }
        routes.nothing_happened(app).await;
    }

    /// An identifier that is no Organization's may not be told from one that is somebody else's.
    async fn organizations_that_are_not_there(app: &TestApp) {
        let routes = Routes::of(app).await;
        let other = app.customer("somebody-else").await;
        for path in ["/billing/checkout", "/billing/vouchers/redeem"] {
            let route = routes.all.iter().find(|route| route.path == path).unwrap();
            let mut answers = Vec::new();
            for id in [other.tenant_id.as_str(), "", "x", "ش", "🎁", "' OR 1=1 --", "..", "%00"]
            {
                let body = with(route, "tenant_id", &format!("{id:?}"));
                let reply = routes.send(route, body).await;
                if id.is_empty() {
                    assert_eq!(refused(reply, id), (400, Some("tenant_id".into())));
                    continue;
                }
                let mut problem = reply.expect_problem(403, "not_a_member");
                problem.as_object_mut().unwrap().shift_remove("instance");
                answers.push(problem);
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{answers:#?}");
            let long = with(route, "tenant_id", &format!("{:?}", "A".repeat(10_240)));
            names(&routes, route, "tenant_id", long).await;
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 0);
    }
}
