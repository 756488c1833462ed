//! Payouts above the limit: two people, each with a key of their own.

use serde_json::Value;

use super::{ACME, Desk, GULF, OMANTEL, PAYEES, ZAIN, approval};
use crate::harness::{TestDatabase, on_empty};
use crate::rollup::minor;

/// Omantel's 80.000 OMR are above, Zain's 40.000 BHD are not.
const LIMITS: &str = "OMR = \"50.000\", BHD = \"50.000\"";

/// A closed month, two people with keys, and limits.
pub(super) async fn with_limits(database: &TestDatabase, limits: &str) -> Desk {
    let desk = Desk::closed(database, &PAYEES).await;
    let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
    desk.agree(&PAYEES, &approval(limits, &[("aisha", &aisha), ("omar", &omar)]));
    desk
}

on_empty! {
    async fn it_takes_two_people(database: &TestDatabase) {
        let desk = with_limits(database, LIMITS).await;
        let refused = |who: &str| {
            let ended = desk.pay().run().expect(1);
            let said = format!("it takes 2 people to approve it, and {who} did");
            assert!(ended.stderr.contains(&said), "{ended:?}");
        };
        refused("nobody");
        desk.assert_paid_once(&[ZAIN]).await;
        desk.approve(&OMANTEL, "aisha").run().expect(0);
        refused("aisha");
        // Once more is not another person, and neither is her key under another name.
        desk.approve(&OMANTEL, "aisha").run().expect(0);
        let said = desk.approve_with(&OMANTEL, "omar", "aisha").run().expect_failure(1);
        assert!(said.contains("is not the key that the agreements have of omar"), "{said}");
        let said = desk.approve_with(&OMANTEL, "layla", "aisha").run().expect_failure(1);
        assert!(said.contains("name no layla"), "{said}");
        refused("aisha");
        desk.assert_paid_once(&[ZAIN]).await;

        let told = desk.approve(&OMANTEL, "omar").args(["--json"]).run().expect(0);
        let told: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(told["approvals"], serde_json::json!(["aisha", "omar"]));
        assert_eq!((minor(&told, "needs"), minor(&told, "amount_minor")), (2, OMANTEL.due));
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
        let said = desk.approve(&OMANTEL, "omar").run().expect_failure(1);
        assert!(said.contains("is paid already"), "{said}");
    }

    /// A limit is what may be paid without approval, and a currency without one has none.
    async fn limits_are_by_currency(database: &TestDatabase) {
        let desk = with_limits(database, "OMR = \"80.000\"").await;
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("2025-10/zain/BHD: it takes 2 people"), "{ended:?}");
        desk.assert_paid_once(&[OMANTEL]).await;
        for name in ["aisha", "omar"] {
            desk.approve(&ZAIN, name).run().expect(0);
        }
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
    }

    /// What has been approved since is in a file of its own; those that there are stay the same.
    async fn a_bank_pays_what_is_approved(database: &TestDatabase) {
        let desk = with_limits(database, "OMR = \"30.000\"").await;
        let ended = desk.bank_file().run().expect(1);
        assert!(ended.stderr.contains("2025-10/gulf/OMR: it takes 2 people"), "{ended:?}");
        let first = crate::rollup::payouts::files(&desk.bank());
        assert_eq!(first.len(), 2, "{:?}", first.keys());
        let has = |bytes: &[u8], payee: crate::rollup::payouts::Payee<'_>| {
            std::str::from_utf8(bytes).unwrap().contains(&payee.statement())
        };
        assert!(first.values().all(|file| has(file, ACME) && !has(file, GULF)));
        for name in ["omar", "aisha"] {
            desk.approve(&GULF, name).run().expect(0);
        }
        desk.bank_file().run().expect(0);
        let mut second = crate::rollup::payouts::files(&desk.bank());
        for (name, file) in &first {
            assert_eq!(second.remove(name).as_ref(), Some(file), "{name} has changed");
        }
        assert_eq!(second.len(), 2, "{:?}", second.keys());
        assert!(second.values().all(|file| has(file, GULF) && !has(file, ACME)));
    }

    async fn a_key_is_the_owners_alone(database: &TestDatabase) {
        let desk = with_limits(database, LIMITS).await;
        let said = desk.approve_with(&OMANTEL, "aisha", "agreements").run().expect_failure(2);
        assert!(said.contains("agreements.pem"), "{said}");
        let (file, data) = (desk.file("aisha.pem"), desk.file(""));
        let again = ["rollup", "approver-key", &file, "--data", &data];
        let said = crate::harness::Program::new(again).run().expect_failure(1);
        assert!(said.contains("is there already"), "{said}");
        let elsewhere = crate::rollup::payouts::Payee { name: "elsewhere", ..OMANTEL };
        let said = desk.approve(&elsewhere, "aisha").run().expect_failure(1);
        assert!(said.contains("2025-10 has no statement 2025-10/elsewhere/OMR"), "{said}");
        assert!(said.contains("2025-10/omantel/OMR"), "{said}");
        desk.agree(&PAYEES, "");
        let said = desk.approve(&OMANTEL, "aisha").run().expect_failure(1);
        assert!(said.contains("no payout needs to be approved"), "{said}");
    }
}
