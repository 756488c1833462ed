//! Payouts that somebody made by hand: said once, for good, and paid by nothing else after that.

use serde_json::{Value, json};

use super::approvals::with_limits;
use super::kills::kill_at;
use super::{ACME, Desk, GULF, MONTH, OMANTEL, PAYEES, Payee, ZAIN, files, states};
use crate::harness::{TestDatabase, on_empty};

on_empty! {
    async fn what_stripe_refused_is_settled_and_never_paid_again(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.world.fake.refuse(true);
        desk.pay().run().expect(1);
        desk.world.fake.refuse(false);
        let told = desk.settle(&OMANTEL, "TT 4711").args(["--paid-on", "2025-11-10", "--json"]);
        let told: Value = serde_json::from_str(&told.run().expect(0).stdout).unwrap();
        assert_eq!((&told["state"], &told["settled_by"]), (&json!("settled"), &json!("aisha")));
        assert_eq!((&told["reference"], &told["paid_on"]), (&json!("TT 4711"), &json!("2025-11-10")));
        assert_eq!(told["amount_minor"], OMANTEL.due);
        // Once more is the same; another reference or day is another payment.
        let again = desk.settle(&OMANTEL, " TT 4711 ").args(["--json"]).run().expect(0);
        assert_eq!(serde_json::from_str::<Value>(&again.stdout).unwrap(), told);
        let stays = "is settled by aisha with the reference \"TT 4711\", paid on 2025-11-10: that stays";
        let said = desk.settle(&OMANTEL, "TT 4712").run().expect_failure(1);
        assert!(said.contains(stays), "{said}");
        let other_day = desk.settle(&OMANTEL, "TT 4711").args(["--paid-on", "2025-11-11"]);
        let said = other_day.run().expect_failure(1);
        assert!(said.contains(stays), "{said}");

        let posts = desk.world.fake.posts();
        let paid = desk.pay().run().expect(0);
        assert!(paid.stderr.contains("1 are sent, and 1 settled by hand"), "{paid:?}");
        assert_eq!(desk.world.fake.posts(), posts + 1);
        desk.assert_paid_once(&[ZAIN]).await;
        let both = ["2025-10/omantel/OMR settled 1", "2025-10/zain/BHD sent 2"];
        assert_eq!(states(database).await, both);
        let shown = desk.command(&["pay", "--month", MONTH, "--json"]).run().expect(0);
        let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
        let payout = &shown["payouts"][2];
        assert_eq!((&payout["state"], &payout["reference"]), (&json!("settled"), &json!("TT 4711")));
        assert_eq!((&payout["settled_by"], &payout["error"]), (&json!("aisha"), &Value::Null));
    }

    async fn what_nobody_tried_goes_into_no_file(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.settle(&ACME, "cheque 12").run().expect(0);
        // Its account may be another one by now: it is paid.
        desk.agree(&[OMANTEL, ZAIN, GULF], "");
        desk.settle(&OMANTEL, "cheque 13").run().expect(0);
        desk.pay().run().expect(0);
        desk.bank_file().run().expect(0);
        let written = files(&desk.bank());
        assert_eq!(written.len(), 2);
        let has = |text: &str| written.values().all(|file| std::str::from_utf8(file).unwrap().contains(text));
        assert!(has(&GULF.statement()) && !has(&ACME.statement()));
        desk.assert_paid_once(&[ZAIN]).await;
        let expected = [
            "2025-10/acme/OMR settled 1", "2025-10/gulf/OMR sent 1", "2025-10/omantel/OMR settled 1",
            "2025-10/zain/BHD sent 1",
        ];
        assert_eq!(states(database).await, expected);
        let sql = "SELECT method || ' ' || reference || ' ' || settled_by || ' ' || COALESCE(paid_on, '-') \
                   FROM payouts WHERE statement_id = '2025-10/acme/OMR'";
        assert_eq!(database.texts(sql).await, ["hand cheque 12 aisha -"]);
    }

    async fn what_is_paid_or_begun_is_not_settled(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let refused = |payee: &Payee<'_>, why: &str| {
            let said = desk.settle(payee, "TT 4711").run().expect_failure(1);
            assert!(said.contains(why), "{why}: {said}");
        };
        kill_at(("payout_sent", 1), desk.pay());
        refused(&OMANTEL, "run `sovereign rollup pay --month 2025-10 --execute`, which asks Stripe");
        desk.pay().run().expect(0);
        refused(&OMANTEL, "is paid by the transfer tr_");
        kill_at(("bank_batch", 1), desk.bank_file());
        refused(&ACME, "is in the bank's file ROLLUP-2025-10-");
        desk.bank_file().run().expect(0);
        refused(&GULF, "is in the bank's file ROLLUP-2025-10-");
        let nobody = Payee { name: "nobody", ..OMANTEL };
        refused(&nobody, "2025-10 has no statement 2025-10/nobody/OMR");
        assert_eq!(states(database).await.len(), PAYEES.len());
        desk.assert_paid_once(&PAYEES).await;
    }

    async fn what_is_said_has_to_make_sense(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let wrong = |reference: &str, flags: &[&str], why: &str| {
            let said = desk.settle(&OMANTEL, reference).args(flags).run().expect_failure(2);
            assert!(said.contains(why), "{why}: {said}");
        };
        wrong(" ", &[], "--reference: must have 1 to 140 characters");
        wrong("two\nlines", &[], "--reference: must have 1 to 140 characters on one line");
        wrong("TT 4711", &["--paid-on", "yesterday"], "--paid-on: \"yesterday\" is no day");
        wrong("TT 4711", &["--paid-on", "2999-01-01"], "--paid-on: 2999-01-01 is to come");
        assert_eq!(states(database).await, Vec::<String>::new());
    }

    async fn above_the_limit_it_takes_two_people(database: &TestDatabase) {
        let desk = with_limits(database, "OMR = \"50.000\", BHD = \"50.000\"").await;
        // Up to it, one who says so.
        desk.settle(&ACME, "cheque 12").run().expect(0);
        let said = desk.settle(&OMANTEL, "TT 4711").run().expect_failure(2);
        assert!(said.contains("it takes the signatures of 2 people"), "{said}");
        let signed = |reference: &str, name: &str| desk.settle_signed(&OMANTEL, reference, name).run();
        for _ in 0..2 {
            let ended = signed("TT 4711", "aisha").expect(1);
            assert!(ended.stdout.contains("is not settled yet: it takes 2 people, and aisha signed"), "{ended:?}");
        }
        // Of another reference it is another thing; so is her key under his name.
        let ended = signed("TT 4712", "omar").expect(1);
        assert!(ended.stdout.contains("and omar signed"), "{ended:?}");
        let key = desk.file("aisha.pem");
        let statement = OMANTEL.statement();
        let as_omar = desk.command(&["settle", &statement, "--reference", "TT 4711", "--as", "omar", "--key", &key]);
        let said = as_omar.run().expect_failure(1);
        assert!(said.contains("is not the key that the agreements have of omar"), "{said}");
        // A signature that is in the book proves nothing by itself.
        database.execute("UPDATE signatures SET signature = 'none' WHERE approver = 'aisha'").await;
        let ended = signed("TT 4711", "omar").expect(1);
        assert!(ended.stdout.contains("and omar signed"), "{ended:?}");
        assert_eq!(states(database).await, ["2025-10/acme/OMR settled 1"]);
        let settled = signed("TT 4711", "aisha").expect(0);
        assert!(settled.stdout.contains("omar, aisha paid 80.000 OMR by hand"), "{settled:?}");
        let said = desk.approve(&OMANTEL, "omar").run().expect_failure(1);
        assert!(said.contains("is paid by hand, and settled already"), "{said}");
        desk.pay().run().expect(0);
        desk.assert_paid_once(&[ZAIN]).await;
    }
}
