//! A transfer that was begun is looked for first, as it was begun: whatever the agreements say by now.

use super::approvals::with_limits;
use super::kills::kill_at;
use super::{ACME, Desk, GULF, OMANTEL, PAYEES, Payee, ZAIN, approval, states};
use crate::harness::{TestDatabase, on_empty};

/// Ends a run whose first transfer is made and not written down; the key that made it is forgotten.
async fn paid_and_killed(desk: &Desk, database: &TestDatabase) {
    kill_at(("payout_sent", 1), desk.pay());
    desk.world.fake.forget_keys().await;
    assert_eq!(states(database).await, ["2025-10/omantel/OMR intended 1"]);
    assert_eq!(desk.world.fake.posts(), 1);
}

on_empty! {
    async fn where_it_goes_to_another_account_by_now(database: &TestDatabase) {
        for account in ["acct_somebody", "acct_notomantel", GULF.account] {
            let desk = Desk::closed(database, &PAYEES).await;
            paid_and_killed(&desk, database).await;
            desk.agree(&[Payee { account, ..OMANTEL }, ZAIN, ACME, GULF], "");
            desk.pay().run().expect(0);
            let both = ["2025-10/omantel/OMR sent 1", "2025-10/zain/BHD sent 1"];
            assert_eq!(states(database).await, both, "{account}");
            desk.assert_paid_once(&PAYEES).await;
            assert_eq!(desk.world.fake.posts(), 2, "{account}");
        }
    }

    /// Everything needs two people by now, and the agreement is gone.
    async fn where_it_would_not_be_paid_by_now(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        paid_and_killed(&desk, database).await;
        let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
        let people = [("aisha", aisha.as_str()), ("omar", omar.as_str())];
        desk.agree(&[ZAIN, ACME, GULF], &approval("OMR = \"1.000\"", &people));
        desk.command(&["approve-policy", "--first"]).run().expect(0);
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("2025-10/zain/BHD: it takes 2 people"), "{ended:?}");
        assert!(!ended.stderr.contains("2025-10/omantel/OMR:"), "{ended:?}");
        assert_eq!(states(database).await, ["2025-10/omantel/OMR sent 1"]);
        desk.assert_paid_once(&[OMANTEL]).await;
        assert_eq!(desk.world.fake.posts(), 1);
    }

    /// Agreements that nothing may be paid by are refused after that, and not before.
    async fn where_the_agreements_are_refused(database: &TestDatabase) {
        let desk = with_limits(database, "OMR = \"100.000\", BHD = \"50.000\"").await;
        paid_and_killed(&desk, database).await;
        desk.agree(&PAYEES, "");
        let said = desk.pay().run().expect_failure(1);
        assert!(said.contains("loosen the approval policy in force"), "{said}");
        assert_eq!(states(database).await, ["2025-10/omantel/OMR sent 1"]);
        desk.assert_paid_once(&[OMANTEL]).await;
        assert_eq!(desk.world.fake.posts(), 1);
    }

    /// Where Stripe has nothing of it, it is begun still: and only as it was begun is it gone on with.
    async fn what_was_not_sent_is_not_sent_elsewhere(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        kill_at(("payout_intended", 1), desk.pay());
        let other = Payee { account: "acct_somebody", ..OMANTEL };
        desk.agree(&[other, ZAIN, ACME, GULF], "");
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("the statement goes to acct_****ntel"), "{ended:?}");
        let both = ["2025-10/omantel/OMR intended 1", "2025-10/zain/BHD sent 1"];
        assert_eq!(states(database).await, both);
        desk.assert_paid_once(&[ZAIN]).await;
        desk.agree(&PAYEES, "");
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
    }
}
