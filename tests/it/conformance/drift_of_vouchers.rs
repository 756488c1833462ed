//! Vouchers that look, or live, otherwise than they must.

use serde_json::{Value, json};

use super::proxy::{ISSUE, LIST, PROMOS};
use super::{Case, assert_found};
use crate::harness::on_both;

/// Changes every voucher that an issuer sees.
fn everywhere(
    what: &'static str,
    found: &'static [&'static str],
    edit: impl Fn(&mut Value) + Send + Sync + 'static,
) -> Case {
    Case::new(what, found, move |seen, answer| {
        if seen.is_of_vouchers() && answer.status == 200 {
            answer.edit_vouchers(&edit);
        }
    })
}

/// Changes what an issue answers.
fn on_issue(
    what: &'static str,
    found: &'static [&'static str],
    edit: impl Fn(&mut Value) + Send + Sync + 'static,
) -> Case {
    Case::new(what, found, move |seen, answer| {
        if seen.is("POST", ISSUE) && answer.status == 200 {
            answer.edit(&edit);
        }
    })
}

fn shapes() -> [Case; 8] {
    [
        everywhere("a member is missing", &["voucher.max_redemptions"], |voucher| {
            voucher.as_object_mut().unwrap().remove("max_redemptions");
        }),
        everywhere(
            "a member has another name",
            &["smoke.issue", "voucher.credit_omr"],
            |voucher| {
                let credit = voucher.as_object_mut().unwrap().remove("credit_omr").unwrap();
                voucher["credit"] = credit;
            },
        ),
        everywhere(
            "a text in place of an integer",
            &["smoke.issue", "voucher.credit_omr"],
            |voucher| voucher["credit_omr"] = json!(voucher["credit_omr"].to_string()),
        ),
        everywhere("a float in place of an integer", &["voucher.times_redeemed"], |voucher| {
            voucher["times_redeemed"] = json!(0.0);
        }),
        everywhere("null in place of a text", &["voucher.description"], |voucher| {
            voucher["description"] = Value::Null;
        }),
        everywhere("an integer in place of a bool", &["voucher.active"], |voucher| {
            voucher["active"] = json!(1);
        }),
        everywhere("times without a zone", &["voucher.created_at"], |voucher| {
            voucher["created_at"] = json!("2027-03-01 12:00:00");
        }),
        everywhere("times in seconds", &["voucher.created_at"], |voucher| {
            voucher["created_at"] = json!(1_803_902_400);
        }),
    ]
}

fn issues() -> [Case; 8] {
    [
        Case::new(
            "201 in place of 200",
            &["issue.resurrects", "issue.same-code", "issue.upsert", "smoke.issue"],
            |seen, answer| {
                if seen.is("POST", ISSUE) && answer.status == 200 {
                    answer.status = 201;
                }
            },
        ),
        on_issue("a time that was never set", &["issue.created-at", "list.issued"], |voucher| {
            voucher["created_at"] = json!("0001-01-01T00:00:00Z");
        }),
        on_issue("a counter of the request", &["issue.fresh-counter", "list.issued"], |voucher| {
            voucher["times_redeemed"] = json!(3);
        }),
        Case::new("an edit that forgets", &["issue.upsert"], |seen, answer| {
            let is_edit = seen.is("POST", ISSUE) && seen.body.get("description").is_none();
            if is_edit && answer.status == 200 {
                answer.edit(|voucher| voucher["description"] = json!(""));
            }
        }),
        Case::new("an age of its own after an edit", &["issue.upsert"], |seen, answer| {
            if seen.is("POST", ISSUE) && seen.body["active"] == false && answer.status == 200 {
                answer.edit(|voucher| voucher["created_at"] = json!("2027-03-02T12:00:00Z"));
            }
        }),
        Case::new(
            "codes that are stored as they are typed",
            &["issue.same-code"],
            |seen, answer| {
                if seen.is("POST", ISSUE) && answer.status == 200 {
                    let typed = json!(seen.code().trim());
                    answer.edit(|voucher| voucher["code"] = typed);
                }
            },
        ),
        Case::new("credit of nothing", &["issue.no-credit"], |seen, answer| {
            let credit = seen.body["credit_omr"].as_i64().unwrap_or(1);
            if seen.is("POST", ISSUE) && credit <= 0 {
                answer.say(200, &seen.body);
            }
        }),
        Case::new("a voucher without a code", &["issue.no-code"], |seen, answer| {
            if seen.is("POST", ISSUE) && seen.code().is_empty() {
                answer.say(200, &seen.body);
            }
        }),
    ]
}

fn revocations() -> [Case; 4] {
    [
        Case::new("an empty answer", &["revoke.same-code", "smoke.revoke"], |seen, answer| {
            if seen.is_revoke() && answer.status == 200 {
                answer.say(200, &json!({}));
            }
        }),
        Case::new("204 in place of 200", &["revoke.same-code", "smoke.revoke"], |seen, answer| {
            if seen.is_revoke() && answer.status == 200 {
                answer.status = 204;
                answer.bytes = axum::body::Bytes::new();
            }
        }),
        Case::new("revoked twice", &["revoke.again", "revoke.unknown"], |seen, answer| {
            if seen.is_revoke() && answer.status == 404 {
                answer.say(200, &json!({ "ok": true }));
            }
        }),
        Case::new(
            "a revocation that fails",
            &["cleanup", "legacy.revoke", "revoke.same-code", "revoke.unknown", "smoke.revoke"],
            |seen, answer| {
                if seen.method == "DELETE" && [200, 404].contains(&answer.status) {
                    answer.refuse(500);
                }
            },
        ),
    ]
}

fn lists() -> [Case; 5] {
    [
        Case::new("an object in place of an array", &["smoke.list"], |seen, answer| {
            if seen.is("GET", LIST) && answer.status == 200 {
                answer.edit(|list| *list = json!({ "vouchers": list.take() }));
            }
        }),
        Case::new("null in place of an empty array", &["smoke.list"], |seen, answer| {
            if seen.is("GET", LIST) && answer.status == 200 {
                answer.say(200, &Value::Null);
            }
        }),
        Case::new("revoked ones as well", &["list.live-only"], |seen, answer| {
            if seen.is("GET", LIST) && answer.status == 200 {
                let revoked = json!({
                    "code": "REVOKED", "credit_omr": 1, "description": "", "active": false,
                    "max_redemptions": 0, "times_redeemed": 0,
                    "created_at": "2020-01-01T00:00:00Z", "deleted_at": "2020-01-02T00:00:00Z",
                });
                answer.edit(|list| list.as_array_mut().unwrap().push(revoked));
            }
        }),
        Case::new("the oldest first", &["list.newest-first"], |seen, answer| {
            if seen.is("GET", LIST) && answer.status == 200 {
                answer.edit(|list| list.as_array_mut().unwrap().reverse());
            }
        }),
        Case::new("a list that is behind", &["list.issued"], |seen, answer| {
            if seen.is("GET", LIST) && answer.status == 200 {
                let is_of_run = |voucher: &Value| voucher["description"] == "smoke";
                answer.edit(|list| list.as_array_mut().unwrap().retain(|one| !is_of_run(one)));
            }
        }),
    ]
}

/// The older paths are gone, or not what they were.
fn older_paths() -> [Case; 3] {
    [
        Case::new(
            "gone",
            &["gate.promos.anonymous", "gate.promos.member", "legacy.issue", "legacy.list"],
            |seen, answer| {
                if seen.path.starts_with(PROMOS) {
                    answer.refuse(404);
                }
            },
        ),
        Case::new("a list of something else", &["legacy.list"], |seen, answer| {
            if seen.is("GET", PROMOS) && answer.status == 200 {
                answer.say(200, &json!([]));
            }
        }),
        Case::new("revoked twice", &["legacy.revoke-again"], |seen, answer| {
            if seen.path.starts_with(PROMOS) && seen.method == "DELETE" && answer.status == 404 {
                answer.say(200, &json!({ "ok": true }));
            }
        }),
    ]
}

on_both! {
    async fn shapes_of_a_voucher(app: &TestApp) {
        assert_found(app, shapes()).await;
    }

    async fn what_an_issue_does(app: &TestApp) {
        assert_found(app, issues()).await;
    }

    async fn what_a_revocation_does(app: &TestApp) {
        assert_found(app, revocations()).await;
    }

    async fn what_a_list_holds(app: &TestApp) {
        app.issue("OLDER-10", 10, 0).await;
        app.clock.advance_seconds(60);
        assert_found(app, lists()).await;
    }

    async fn what_older_clients_ask(app: &TestApp) {
        assert_found(app, older_paths()).await;
    }
}
