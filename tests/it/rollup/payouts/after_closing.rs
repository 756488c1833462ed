//! `rollup --pay`: a month is closed, and what its statements say is paid, or shown.

use serde_json::Value;

use super::{Desk, MONTH, OMANTEL, PAYEES, ZAIN, approval, states};
use crate::harness::{TestDatabase, on_empty};

on_empty! {
    async fn it_shows_and_then_pays(database: &TestDatabase) {
        let desk = Desk::open(database, &PAYEES).await;
        let run = |flags: &[&str]| desk.world.program(&desk.book, MONTH).args(flags);
        let shown = run(&["--pay"]).run().expect(0);
        assert!(shown.stderr.contains("nothing was paid: --execute pays"), "{shown:?}");
        assert!(shown.stdout.contains("2025-10/omantel/OMR"), "{shown:?}");
        assert_eq!(minor_of(&desk, "omantel-OMR"), OMANTEL.due, "it is closed all the same");
        assert_eq!(desk.world.fake.posts(), 0);
        assert_eq!(states(database).await, Vec::<String>::new());

        let paid = run(&["--pay", "--execute", "--json"]).run().expect(0);
        let told: Value = serde_json::from_str(&paid.stdout).unwrap();
        assert_eq!(told["was_closed"], true);
        assert_eq!(told["paying"]["dry_run"], false);
        assert_eq!(told["paying"]["payouts"].as_array().unwrap().len(), PAYEES.len());
        desk.assert_paid_once(&PAYEES).await;
        run(&["--pay", "--execute"]).run().expect(0);
        assert_eq!(desk.world.fake.posts(), 2);
        // Without the flags nobody is paid, and nothing of it is told.
        let again = run(&["--json"]).run().expect(0);
        let told: Value = serde_json::from_str(&again.stdout).unwrap();
        assert!(told.get("paying").is_none(), "{told}");
    }

    /// In one go, and what needs approval is left.
    async fn what_needs_approval_is_left(database: &TestDatabase) {
        let desk = Desk::open(database, &PAYEES).await;
        let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
        let limits = "OMR = \"50.000\", BHD = \"50.000\"";
        desk.agree(&PAYEES, &approval(limits, &[("aisha", &aisha), ("omar", &omar)]));
        let program = || desk.world.program(&desk.book, MONTH).args(["--pay", "--execute"]);
        let ended = program().run().expect(1);
        assert!(ended.stderr.contains("2025-10/omantel/OMR: it takes 2 people"), "{ended:?}");
        assert!(ended.stderr.contains("of 2 payouts by Stripe for 2025-10, 1 are sent"), "{ended:?}");
        desk.assert_paid_once(&[ZAIN]).await;
        for name in ["aisha", "omar"] {
            desk.approve(&OMANTEL, name).run().expect(0);
        }
        program().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
    }

    async fn it_takes_both_words_and_a_closed_month(database: &TestDatabase) {
        let desk = Desk::open(database, &PAYEES).await;
        for flags in [&["--execute"][..], &["--pay", "--keep-open"]] {
            desk.world.program(&desk.book, MONTH).args(flags).run().expect_failure(2);
        }
        assert_eq!(desk.world.fake.requests(), 0);
    }
}

/// What a written statement says is paid.
fn minor_of(desk: &Desk, statement: &str) -> i64 {
    crate::rollup::minor(&desk.book.statement(MONTH, statement)["payout"], "amount_minor")
}
