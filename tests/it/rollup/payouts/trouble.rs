//! Answers that are lost, a Stripe that falls silent or refuses, and transfers that somebody else made.

use super::{ACME, Desk, GULF, OMANTEL, PAYEES, ZAIN, states};
use crate::harness::{TestDatabase, on_empty};

on_empty! {
    async fn what_was_made_and_not_said_is_found(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.world.fake.lose_answers(2);
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
        assert_eq!(desk.world.fake.posts(), 2, "it is asked for again before it is looked for");
    }

    /// Nobody can tell what became of it; a day later the key is forgotten, and the transfer is not.
    async fn silence_is_neither_yes_nor_no(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.world.fake.leave_after_a_transfer();
        let ended = desk.pay().run().expect(3);
        assert!(ended.stderr.contains("what became of the call is not known"), "{ended:?}");
        assert_eq!(states(database).await, ["2025-10/omantel/OMR intended 1"]);
        desk.assert_paid_once(&[OMANTEL]).await;
        desk.world.fake.forget_keys().await;
        desk.world.fake.come_back();
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
        assert_eq!(desk.world.fake.posts(), 2);
        let both = ["2025-10/omantel/OMR sent 1", "2025-10/zain/BHD sent 1"];
        assert_eq!(states(database).await, both);
    }

    /// The same key would bring the same refusal.
    async fn a_refusal_is_final_and_a_new_attempt_is_not(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.world.fake.refuse(true);
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("balance_insufficient"), "{ended:?}");
        assert!(ended.stderr.contains("of 2 payouts by Stripe for 2025-10, 0 are sent"), "{ended:?}");
        let both = ["2025-10/omantel/OMR failed 1", "2025-10/zain/BHD failed 1"];
        assert_eq!(states(database).await, both);
        desk.assert_paid_once(&[]).await;
        // It is shown why, without another attempt.
        let shown = desk.command(&["pay", "--month", crate::rollup::payouts::MONTH]).run().expect(0);
        assert!(shown.stderr.contains("balance_insufficient"), "{shown:?}");
        assert_eq!(desk.world.fake.posts(), 2);

        desk.world.fake.refuse(false);
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
        let both = ["2025-10/omantel/OMR sent 2", "2025-10/zain/BHD sent 2"];
        assert_eq!(states(database).await, both);
        assert_eq!(desk.world.fake.posts(), 4);
    }

    /// Somebody paid by hand: it is theirs to settle, and nothing is added to it, however often this is run.
    async fn another_transfer_of_the_group_is_for_a_person(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let by_hand = "INSERT INTO transfers (id, created, amount, currency, destination, transfer_group, metadata) \
                       VALUES ('tr_by_hand', 1764000000, 12340, 'omr', 'acct_omantel', '2025-10/omantel/OMR', '')";
        desk.world.fake.execute(by_hand).await;
        for attempt in 1..=2 {
            let ended = desk.pay().run().expect(1);
            let said = ended.stderr.contains("tr_by_hand") && ended.stderr.contains("rollup settle");
            assert!(said, "{ended:?}");
            let omantel = format!("2025-10/omantel/OMR failed {attempt}");
            assert_eq!(states(database).await, [omantel.as_str(), "2025-10/zain/BHD sent 1"]);
            assert_eq!(desk.world.fake.posts(), 1);
        }
        desk.world.fake.execute("DELETE FROM transfers WHERE id = 'tr_by_hand'").await;
        desk.pay().run().expect(0);
        desk.assert_paid_once(&[OMANTEL, ZAIN, ACME, GULF]).await;
    }
}
