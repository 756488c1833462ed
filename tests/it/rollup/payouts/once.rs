//! Paid once, and shown before.

use serde_json::Value;

use super::{ACME, Desk, MONTH, OMANTEL, PAYEES, ZAIN, states};
use crate::harness::{TestDatabase, on_empty};

on_empty! {
    async fn a_statement_is_paid_once_however_often(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let first = desk.pay().run().expect(0);
        assert!(first.stderr.contains("of 2 payouts by Stripe for 2025-10, 2 are sent"), "{first:?}");
        desk.assert_paid_once(&PAYEES).await;
        let both = ["2025-10/omantel/OMR sent 1", "2025-10/zain/BHD sent 1"];
        assert_eq!(states(database).await, both);
        assert_eq!(desk.world.fake.posts(), 2);

        desk.world.fake.forget_keys().await;
        let again = desk.pay().args(["--json"]).run().expect(0);
        assert_eq!(desk.world.fake.posts(), 2, "it is asked for again");
        let told: Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!(told["month"], MONTH);
        assert_eq!(told["dry_run"], false);
        let payouts = told["payouts"].as_array().unwrap();
        let shown: Vec<_> = payouts
            .iter()
            .map(|one| {
                let text = |member: &str| one[member].as_str().unwrap_or_default().to_owned();
                (text("statement"), text("method"), text("state"), one["amount_minor"].as_i64())
            })
            .collect();
        let row = |statement: &str, method: &str, state: &str, minor: i64| {
            (statement.to_owned(), method.to_owned(), state.to_owned(), Some(minor))
        };
        assert_eq!(
            shown,
            [
                row("2025-10/acme/OMR", "bank", "due", ACME.due),
                row("2025-10/gulf/OMR", "bank", "due", 36_542),
                row("2025-10/omantel/OMR", "transfer", "sent", OMANTEL.due),
                row("2025-10/zain/BHD", "transfer", "sent", ZAIN.due),
            ]
        );
        let id = payouts[2]["transfer_id"].as_str().unwrap();
        let theirs = "SELECT COUNT(*) FROM transfers WHERE destination = 'acct_omantel'";
        assert_eq!(desk.world.fake.number(&format!("{theirs} AND id = '{id}'")).await, 1);
        assert_eq!(payouts[2]["destination"], "acct_****ntel");
    }

    async fn a_dry_run_changes_nothing(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let asked = desk.world.fake.requests();
        let shown = desk.command(&["pay", "--month", MONTH]).run().expect(0);
        assert!(shown.stdout.contains("80.000 OMR") && shown.stdout.contains("due"), "{shown:?}");
        assert!(shown.stderr.contains("nothing was paid"), "{shown:?}");
        let out = desk.file("bank");
        let shown = desk.command(&["bank-file", "--month", MONTH, "--out", &out]).run().expect(0);
        assert!(shown.stdout.contains("36.542 OMR"), "{shown:?}");
        assert!(shown.stderr.contains("no file was written"), "{shown:?}");
        assert!(!desk.bank().exists());
        assert_eq!((desk.world.fake.requests(), desk.world.fake.posts()), (asked, 0));
        assert_eq!(states(database).await, Vec::<String>::new());
        let batches = database.texts("SELECT id FROM bank_batches").await;
        assert_eq!(batches, Vec::<String>::new());
    }

    /// One waits for the other at each payout, or is told that another transaction is in the way.
    async fn two_at_once_pay_once(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let both = [(); 2].map(|()| desk.pay().spawn());
        for process in both {
            let ended = process.end();
            assert!(matches!(ended.code, Some(0 | 3)), "{ended:?}");
        }
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
        assert_eq!(desk.world.fake.posts(), 2, "somebody asked for what another had paid");
    }

    async fn only_a_closed_month_of_this_account_is_paid(database: &TestDatabase) {
        let desk = Desk::open(database, &PAYEES).await;
        desk.world.program(&desk.book, MONTH).args(["--keep-open"]).run().expect(0);
        let said = desk.pay().run().expect_failure(1);
        assert!(said.contains("2025-10 is not closed"), "{said}");
        desk.world.run_all(&desk.book, &[MONTH]);
        desk.world.fake.become_another_account();
        let said = desk.pay().run().expect_failure(1);
        assert!(said.contains("acct_publisher") && said.contains("acct_another"), "{said}");
        let no_key = desk.pay().env("STRIPE_SECRET_KEY", "").run().expect_failure(2);
        assert!(no_key.contains("the secret key of Stripe"), "{no_key}");
        assert_eq!(desk.world.fake.posts(), 0);
    }

    /// What the agreements name by now has to be what the statement says.
    async fn another_account_than_the_statements_is_not_paid(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let other = crate::rollup::payouts::Payee { account: "acct_somebody", ..OMANTEL };
        desk.agree(&[other, ZAIN, ACME], "");
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("the statement goes to acct_****ntel"), "{ended:?}");
        assert!(ended.stderr.contains("the agreements have none with gulf in OMR"), "{ended:?}");
        desk.assert_paid_once(&[ZAIN]).await;
        desk.agree(&PAYEES, "");
        let tamper = "UPDATE statements SET document = document || ' ' WHERE franchisee = 'omantel'";
        database.execute(tamper).await;
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("is not what it was closed with"), "{ended:?}");
        desk.assert_paid_once(&[ZAIN]).await;
    }
}
