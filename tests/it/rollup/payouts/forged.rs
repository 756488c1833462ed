//! Approvals that are not of whoever they say, or of something else than what would be paid, count for nothing.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{ACME, Desk, GULF, OMANTEL, PAYEES, Payee, ZAIN, approval};
use crate::harness::{TestDatabase, on_empty};

/// Everything needs two people.
const LIMITS: &str = "OMR = \"10.000\", BHD = \"10.000\"";

/// Nothing is paid, and it is said which approval counts for nothing, and why.
#[track_caller]
fn assert_void(desk: &Desk, why: &str) {
    let ended = desk.pay().run().expect(1);
    assert!(ended.stderr.contains(why), "{why}: {ended:?}");
    assert_eq!(desk.world.fake.posts(), 0, "{why}");
}

/// What the documentation says is signed.
async fn text(database: &TestDatabase, payee: &Payee<'_>, amount_minor: i64) -> String {
    let statement = payee.statement();
    let sql = format!("SELECT sha256 FROM statements WHERE id = '{statement}'");
    let sha256 = database.texts(&sql).await.remove(0);
    let (code, account) = (payee.currency, payee.account);
    format!("sovereign.rollup.payout.v1\n{statement}\n{sha256}\n{amount_minor} {code}\n{account}\n")
}

/// Signs with somebody's key, past the program.
fn sign(desk: &Desk, name: &str, text: &str) -> String {
    let pem = std::fs::read_to_string(desk.file(&format!("{name}.pem"))).unwrap();
    let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = Ed25519KeyPair::from_pkcs8(&STANDARD.decode(inner).unwrap()).unwrap();
    URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()))
}

/// Puts a signature in the place of somebody's.
async fn put(database: &TestDatabase, payee: &Payee<'_>, name: &str, signature: &str) {
    let statement = payee.statement();
    let sql = format!(
        "UPDATE payout_approvals SET signature = '{signature}' \
         WHERE statement_id = '{statement}' AND approver = '{name}'"
    );
    database.execute(&sql).await;
}

on_empty! {
    async fn signatures_are_of_one_person_and_one_payout(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
        desk.agree(&PAYEES, &approval(LIMITS, &[("aisha", &aisha), ("omar", &omar)]));
        for name in ["aisha", "omar"] {
            desk.approve(&OMANTEL, name).run().expect(0);
        }
        let void = "2025-10/omantel/OMR: the approval of omar does not count: ";
        let other = format!("{void}its signature is not of this statement, amount and account");
        let right = text(database, &OMANTEL, OMANTEL.due).await;
        put(database, &OMANTEL, "omar", "no signature").await;
        assert_void(&desk, &other);
        put(database, &OMANTEL, "omar", &sign(&desk, "aisha", &right)).await;
        assert_void(&desk, &other);
        let wrong = text(database, &OMANTEL, OMANTEL.due - 10).await;
        put(database, &OMANTEL, "omar", &sign(&desk, "omar", &wrong)).await;
        assert_void(&desk, &other);
        let wrong = text(database, &ZAIN, ZAIN.due).await;
        put(database, &OMANTEL, "omar", &sign(&desk, "omar", &wrong)).await;
        assert_void(&desk, &other);
        // Her signature and her key, under his name.
        put(database, &OMANTEL, "omar", &sign(&desk, "aisha", &right)).await;
        let keys = format!("UPDATE payout_approvals SET public_key = '{aisha}'");
        database.execute(&keys).await;
        assert_void(&desk, &format!("{void}it was given with another key than the agreements name"));
        // Whoever approves again takes the place of what counts for nothing.
        desk.approve(&OMANTEL, "omar").run().expect(0);
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("2025-10/zain/BHD: it takes 2 people"), "{ended:?}");
        desk.assert_paid_once(&[OMANTEL]).await;
    }

    /// What is documented is what counts, whoever wrote it into the book.
    async fn what_is_signed_is_as_documented(database: &TestDatabase) {
        let desk = Desk::closed(database, &[OMANTEL]).await;
        let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
        desk.agree(&[OMANTEL], &approval(LIMITS, &[("aisha", &aisha), ("omar", &omar)]));
        desk.approve(&OMANTEL, "aisha").run().expect(0);
        desk.approve(&OMANTEL, "omar").run().expect(0);
        let right = text(database, &OMANTEL, OMANTEL.due).await;
        let signature = sign(&desk, "omar", &right);
        let sql = "SELECT signature FROM payout_approvals WHERE approver = 'omar'";
        assert_eq!(database.texts(sql).await, [signature]);
        desk.pay().run().expect(0);
        desk.assert_paid_once(&[OMANTEL]).await;
    }

    async fn whoever_is_named_no_more_approves_no_more(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let keys = ["aisha", "omar", "layla"].map(|name| desk.make_key(name));
        let [aisha, omar, layla] = keys.each_ref().map(String::as_str);
        desk.agree(&PAYEES, &approval(LIMITS, &[("aisha", aisha), ("omar", omar)]));
        for name in ["aisha", "omar"] {
            desk.approve(&OMANTEL, name).run().expect(0);
        }
        let without_omar = approval(LIMITS, &[("aisha", aisha), ("layla", layla)]);
        desk.agree(&PAYEES, &without_omar);
        for name in ["aisha", "omar"] {
            desk.approve_policy(name).run().expect(0);
        }
        assert_void(&desk, "the approval of omar does not count: the agreements name no such person");
        let other_key = approval(LIMITS, &[("aisha", aisha), ("omar", layla)]);
        desk.agree(&PAYEES, &other_key);
        for name in ["aisha", "layla"] {
            desk.approve_policy(name).run().expect(0);
        }
        assert_void(&desk, "it was given with another key than the agreements name");
    }

    /// Of the same ending, so that the statement cannot tell; the book can.
    async fn another_account_is_another_payout(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let (aisha, omar) = (desk.make_key("aisha"), desk.make_key("omar"));
        let approval = approval(LIMITS, &[("aisha", &aisha), ("omar", &omar)]);
        desk.agree(&PAYEES, &approval);
        for name in ["aisha", "omar"] {
            desk.approve(&OMANTEL, name).run().expect(0);
        }
        let other = Payee { account: "acct_notomantel", ..OMANTEL };
        desk.agree(&[other, ZAIN, ACME, GULF], &approval);
        assert_void(&desk, "the statement goes to another account of the same ending");
    }

    /// Without any approval as well.
    async fn an_account_of_the_same_ending_is_not_the_statements(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let stripe = Payee { account: "acct_notomantel", ..OMANTEL };
        let bank = Payee { account: "GB82WEST12345001335432", ..GULF };
        desk.agree(&[stripe, ZAIN, ACME, bank], "");
        let said = "goes to another account of the same ending";
        let ended = desk.pay().run().expect(1);
        assert_eq!(ended.stderr.matches(said).count(), 2, "{ended:?}");
        desk.assert_paid_once(&[ZAIN]).await;
        let ended = desk.bank_file().run().expect(1);
        assert!(ended.stderr.contains(said), "{ended:?}");
        let sql = "SELECT destination FROM payouts WHERE method = 'bank'";
        assert_eq!(database.texts(sql).await, [format!("{} BMUSOMRX acme", ACME.account)]);
    }

    /// Statements of an earlier version go where the file says that they were closed with, and no other.
    async fn an_account_that_is_known_in_part_is_that_of_its_file(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        database.execute("UPDATE statements SET payout_account_sha256 = NULL").await;
        let stripe = Payee { account: "acct_notomantel", ..OMANTEL };
        desk.agree(&[stripe, ZAIN, ACME, GULF], "");
        let ended = desk.pay().run().expect(1);
        assert!(ended.stderr.contains("kept only a part of its account"), "{ended:?}");
        desk.assert_paid_once(&[]).await;
        desk.agree(&PAYEES, "");
        desk.pay().run().expect(0);
        desk.assert_paid_once(&PAYEES).await;
    }
}
