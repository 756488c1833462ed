//! Previews that say too much or too little, errors that older clients cannot read, and routes that are not where they
//! must be.

use std::collections::HashSet;
use std::sync::Mutex;

use serde_json::json;

use super::proxy::{Answer, ISSUE, LIST, Seen};
use super::{Case, assert_found};
use crate::harness::on_both;

/// Changes what is shown of a code, whether it can be redeemed or not.
fn on_preview(
    what: &'static str,
    found: &'static [&'static str],
    change: impl Fn(&Seen, &mut Answer) + Send + Sync + 'static,
) -> Case {
    Case::new(what, found, move |seen, answer| {
        if seen.is_preview() {
            change(seen, answer);
        }
    })
}

fn shown(status: u16) -> bool {
    [200, 410].contains(&status)
}

/// Codes that were issued, so that a revoked one can be told from one that never was.
fn remembering(
    change: impl Fn(&mut Answer) + Send + Sync + 'static,
) -> impl Fn(&Seen, &mut Answer) + Send + Sync {
    let issued = Mutex::new(HashSet::new());
    move |seen, answer| {
        let mut issued = issued.lock().unwrap();
        if seen.is("POST", ISSUE) && answer.status == 200 {
            issued.insert(seen.code().trim().to_uppercase());
        }
        if seen.is_preview() && answer.status == 404 && issued.contains(seen.code()) {
            change(answer);
        }
    }
}

fn previews() -> [Case; 9] {
    [
        on_preview("a counter for anyone", &["preview.times_redeemed"], |_, answer| {
            if shown(answer.status) {
                answer.edit(|preview| preview["times_redeemed"] = json!(0));
            }
        }),
        on_preview("a cap for anyone", &["preview.max_redemptions"], |_, answer| {
            if shown(answer.status) {
                answer.edit(|preview| preview["max_redemptions"] = json!(1));
            }
        }),
        on_preview(
            "a member is missing",
            &["preview.accepting_redemptions", "preview.inactive", "smoke.preview"],
            |_, answer| {
                if shown(answer.status) {
                    answer.edit(|preview| {
                        preview.as_object_mut().unwrap().remove("accepting_redemptions");
                    });
                }
            },
        ),
        on_preview(
            "a float in place of an integer",
            &["preview.credit_omr", "smoke.preview"],
            |_, answer| {
                if shown(answer.status) {
                    answer.edit(|preview| preview["credit_omr"] = json!(10.0));
                }
            },
        ),
        on_preview("a token is wanted", &["preview.no-token", "smoke.preview"], |seen, answer| {
            if seen.authorization.is_none() {
                answer.refuse(401);
            }
        }),
        on_preview("200 in place of 410", &["preview.inactive"], |_, answer| {
            if answer.status == 410 {
                answer.status = 200;
            }
        }),
        on_preview("410 without the voucher", &["preview", "preview.inactive"], |_, answer| {
            if answer.status == 410 {
                answer.bytes = "null".into();
            }
        }),
        on_preview("a blank code that nobody has", &["preview.blank"], |seen, answer| {
            if seen.code().trim().is_empty() {
                answer.refuse(404);
            }
        }),
        on_preview("a code in small letters is another", &["preview.same-code"], |seen, answer| {
            let typed = seen.code();
            if !typed.trim().is_empty() && typed != typed.trim().to_uppercase() {
                answer.refuse(404);
            }
        }),
    ]
}

/// A revoked code can be told from one that never was.
fn traces() -> [Case; 2] {
    [
        Case::new(
            "410 for a revoked code",
            &["preview.revoked"],
            remembering(|answer| {
                answer.status = 410;
            }),
        ),
        Case::new(
            "another text for a revoked code",
            &["preview.revoked"],
            remembering(|answer| {
                answer.refuse(404);
            }),
        ),
    ]
}

/// Changes every error.
fn on_errors(
    what: &'static str,
    found: &'static [&'static str],
    change: impl Fn(&mut Answer) + Send + Sync + 'static,
) -> Case {
    Case::new(what, found, move |_, answer| {
        if answer.is_problem() {
            change(answer);
        }
    })
}

fn errors() -> [Case; 6] {
    [
        on_errors("no member for older clients", &["problem.error"], |answer| {
            answer.edit(|problem| {
                problem.as_object_mut().unwrap().remove("error");
            });
        }),
        on_errors("another text for older clients", &["problem.error"], |answer| {
            answer.edit(|problem| problem["error"] = json!("no"));
        }),
        on_errors("pages", &["problem", "problem.content-type"], |answer| {
            "text/html; charset=utf-8".clone_into(&mut answer.kind);
            answer.bytes = "<!doctype html><h1>Something went wrong</h1>".into();
        }),
        on_errors(
            "objects of an older service",
            &[
                "problem.content-type",
                "problem.detail",
                "problem.instance",
                "problem.status",
                "problem.title",
                "problem.type",
            ],
            |answer| answer.say(answer.status, &json!({ "error": "it is not as it was" })),
        ),
        on_errors("another status inside", &["problem.status"], |answer| {
            answer.edit(|problem| problem["status"] = json!(418));
        }),
        on_errors("a status as a text", &["problem.status"], |answer| {
            let status = answer.status.to_string();
            answer.edit(|problem| problem["status"] = json!(status));
        }),
    ]
}

fn routes() -> [Case; 3] {
    [
        Case::new("nothing under /api", &["prefix.api"], |seen, answer| {
            if seen.path.starts_with("/api/") {
                answer.refuse(404);
            }
        }),
        Case::new("something else under /api", &["prefix.api"], |seen, answer| {
            if seen.path.starts_with("/api/") && answer.status == 200 {
                answer.edit(|preview| preview["credit_omr"] = json!(11));
            }
        }),
        Case::new(
            "a list that has moved",
            &["gate.list.anonymous", "gate.list.member", "smoke.list"],
            |seen, answer| {
                if seen.is("GET", LIST) {
                    answer.status = 308;
                    answer.headers.push(("Location", "https://elsewhere.example/list"));
                }
            },
        ),
    ]
}

on_both! {
    async fn what_anyone_sees_of_a_code(app: &TestApp) {
        assert_found(app, previews()).await;
    }

    async fn what_a_revoked_code_leaves(app: &TestApp) {
        assert_found(app, traces()).await;
    }

    async fn how_errors_are_written(app: &TestApp) {
        assert_found(app, errors()).await;
    }

    async fn where_routes_are(app: &TestApp) {
        assert_found(app, routes()).await;
    }
}
