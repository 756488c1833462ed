//! Who approves, and above which limit, is in the book: a file of agreements alone makes it tighter, and never looser.

use serde_json::Value;

use super::approvals::with_limits;
use super::{ACME, Desk, MONTH, OMANTEL, PAYEES, ZAIN, approval};
use crate::harness::{Program, TestDatabase, on_empty};

/// Omantel's 80.000 OMR are above, all others are not.
const LIMITS: &str = "OMR = \"50.000\", BHD = \"50.000\"";
const RAISED: &str = "OMR = \"500.000\", BHD = \"50.000\"";

/// Writes agreements with these limits, and Aisha and Omar as they are.
fn agree(desk: &Desk, limits: &str) {
    let [aisha, omar] = ["aisha", "omar"].map(|name| public(desk, name));
    desk.agree(&PAYEES, &approval(limits, &[("aisha", &aisha), ("omar", &omar)]));
}

/// The public half of somebody's key, as the book has it.
fn public(desk: &Desk, name: &str) -> String {
    let text = std::fs::read_to_string(desk.world.path(&format!("{name}.pub"))).unwrap();
    text.trim().to_owned()
}

/// Keeps the public halves that the agreements have.
fn keep_keys(desk: &Desk) {
    let agreements = std::fs::read_to_string(desk.world.path("agreements.toml")).unwrap();
    for name in ["aisha", "omar"] {
        let line = agreements.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
        let key = line.split('"').nth(1).unwrap();
        std::fs::write(desk.world.path(&format!("{name}.pub")), key).unwrap();
    }
}

/// A closed month whose first payment has put the limits into the book.
async fn in_force(database: &TestDatabase) -> Desk {
    let desk = with_limits(database, LIMITS).await;
    keep_keys(&desk);
    let first = desk.pay().run().expect(1);
    let said = "the book keeps this approval policy, which is the first:\npeople 2\n\
                limit 50000 BHD\nlimit 50000 OMR\napprover ";
    assert!(first.stderr.contains(said), "{first:?}");
    desk.assert_paid_once(&[ZAIN]).await;
    desk
}

/// Whatever pays, approves or settles is refused with this.
#[track_caller]
fn assert_refused(desk: &Desk, why: &str) {
    let commands: [Program; 4] = [
        desk.pay(),
        desk.bank_file(),
        desk.approve(&OMANTEL, "aisha"),
        desk.settle_signed(&OMANTEL, "TT 4711", "aisha"),
    ];
    for command in commands {
        let said = command.run().expect_failure(1);
        assert!(said.contains("loosen the approval policy in force"), "{said}");
        assert!(said.contains(why), "{why}: {said}");
    }
    assert!(!desk.bank().exists());
}

on_empty! {
    async fn a_higher_limit_takes_those_who_approve(database: &TestDatabase) {
        let desk = in_force(database).await;
        agree(&desk, RAISED);
        assert_refused(&desk, "the limit is 500.000 OMR instead of 50.000 OMR");
        assert_refused(&desk, "2 of its approvers have to sign that, and nobody did");
        let shown = desk.command(&["pay", "--month", MONTH]).run().expect(0);
        assert!(shown.stderr.contains("loosen the approval policy in force"), "{shown:?}");

        let told = desk.approve_policy("aisha").run().expect(0);
        assert!(told.stdout.contains("1 approved this policy, and it takes 2"), "{told:?}");
        desk.approve_policy("aisha").run().expect(0);
        assert_refused(&desk, "and aisha did");
        desk.make_key("layla");
        let said = desk.approve_policy("layla").run().expect_failure(1);
        assert!(said.contains("the policy in force names no layla"), "{said}");
        let key = desk.file("layla.pem");
        let as_omar = desk.command(&["approve-policy", "--as", "omar", "--key", &key]);
        let said = as_omar.run().expect_failure(1);
        assert!(said.contains("is not the key that the policy in force has of omar"), "{said}");
        desk.assert_paid_once(&[ZAIN]).await;

        let told = desk.approve_policy("omar").args(["--json"]).run().expect(0);
        let told: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!((&told["in_force"], &told["needs"]), (&Value::from(true), &Value::from(2)));
        assert_eq!(told["approvals"], serde_json::json!(["aisha", "omar"]));
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
        let reasons = database.texts("SELECT reason FROM approval_policies ORDER BY number").await;
        assert_eq!(reasons, ["first", "approved"]);
    }

    async fn other_people_and_no_approval_are_looser(database: &TestDatabase) {
        let desk = in_force(database).await;
        desk.agree(&PAYEES, "");
        let said = desk.pay().run().expect_failure(1);
        assert!(said.contains("no payout needs approval any more"), "{said}");
        let (aisha, layla) = (public(&desk, "aisha"), desk.make_key("layla"));
        desk.agree(&PAYEES, &approval(LIMITS, &[("aisha", &aisha), ("layla", &layla)]));
        assert_refused(&desk, "layla approves as well");
        desk.agree(&PAYEES, &approval(LIMITS, &[("aisha", &aisha), ("omar", &layla)]));
        assert_refused(&desk, "omar has another key");
        desk.assert_paid_once(&[ZAIN]).await;
    }

    /// And from then on it is what is in force.
    async fn a_lower_limit_is_taken_as_it_is(database: &TestDatabase) {
        let desk = in_force(database).await;
        agree(&desk, "OMR = \"10.000\"");
        let ended = desk.bank_file().run().expect(1);
        assert!(ended.stderr.contains("the approval policy is tighter from now on"), "{ended:?}");
        assert!(ended.stderr.contains("2025-10/acme/OMR: it takes 2 people"), "{ended:?}");
        agree(&desk, LIMITS);
        assert_refused(&desk, "the limit is 50.000 OMR instead of 10.000 OMR");
        let said = desk.settle(&ACME, "TT 4712").run().expect_failure(1);
        assert!(said.contains("the limit is 50.000 BHD instead of 0.000 BHD"), "{said}");
    }

    /// What they approved once is not approved for ever.
    async fn signatures_are_of_one_change(database: &TestDatabase) {
        let desk = in_force(database).await;
        agree(&desk, RAISED);
        for name in ["aisha", "omar"] {
            desk.approve_policy(name).run().expect(0);
        }
        agree(&desk, LIMITS);
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("is tighter from now on"), "{ended:?}");
        agree(&desk, RAISED);
        assert_refused(&desk, "2 of its approvers have to sign that, and nobody did");
        let forged = "UPDATE approval_policies SET policy = 'all' WHERE number = 3";
        database.execute(forged).await;
        let said = desk.pay().run().expect_failure(3);
        assert!(said.contains("is no approval policy"), "{said}");
        desk.assert_paid_once(&[ZAIN]).await;
    }

    /// A publisher without [approval] adds it when it wants to: whoever only writes the agreements does not.
    async fn none_is_a_policy_too(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let first = desk.pay().run().expect(0);
        assert!(first.stderr.contains("which is the first:\nnone"), "{first:?}");
        let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
        desk.agree(&PAYEES, &approval(LIMITS, &[("aisha", &aisha), ("omar", &omar)]));
        let commands: [Program; 3] =
            [desk.pay(), desk.approve(&OMANTEL, "aisha"), desk.approve_policy("aisha")];
        for command in commands {
            let said = command.run().expect_failure(1);
            assert!(said.contains("the agreements name the first approvers"), "{said}");
            assert!(said.contains(&format!("approver {aisha} aisha")), "{said}");
        }
        let reasons = "SELECT reason FROM approval_policies ORDER BY number";
        assert_eq!(database.texts(reasons).await, ["first"]);
        let told = desk.command(&["approve-policy", "--first"]).run().expect(0);
        assert!(told.stderr.contains("to be confirmed as the first approvers:\npeople 2\n"), "{told:?}");
        assert!(told.stdout.contains("this policy is in force"), "{told:?}");
        assert_eq!(database.texts(reasons).await, ["first", "tighter"]);
        desk.agree(&PAYEES, "");
        let said = desk.command(&["approve-policy", "--first"]).run().expect_failure(1);
        assert!(said.contains("no payout needs approval any more"), "{said}");
        let said = desk.pay().run().expect_failure(1);
        assert!(said.contains("no payout needs approval any more"), "{said}");
    }
}
