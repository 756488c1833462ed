//! Files for a bank: what the statements say, kept in the book, and the same to the byte.

use std::collections::BTreeMap;

use serde_json::Value;

use super::approvals::with_limits;
use super::kills::kill_at;
use super::{ACME, Desk, GULF, MONTH, OMANTEL, PAYEES, Payee, ZAIN, files, states};
use crate::harness::{TestDatabase, on_empty};
use crate::rollup::minor;

/// The rows of a bank's CSV.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

on_empty! {
    async fn files_come_to_what_the_statements_say(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        let program = desk.bank_file().args(["--execution-date", "2999-12-07", "--json"]);
        let told: Value = serde_json::from_str(&program.run().expect(0).stdout).unwrap();
        let file = &told["files"][0];
        let message = file["message_id"].as_str().unwrap();
        assert_eq!(minor(file, "payouts"), 2);
        assert_eq!(file["execution_date"], "2999-12-07");
        let written = files(&desk.bank());
        let names: Vec<&str> = written.keys().map(String::as_str).collect();
        assert_eq!(names, [format!("{message}.csv"), format!("{message}.xml")]);

        let rows = rows(&written[&format!("{message}.csv")]);
        for (row, payee) in rows.iter().zip([ACME, GULF]) {
            let statement = desk.book.statement(MONTH, &format!("{}-OMR", payee.name));
            let said = minor(&statement["payout"], "amount_minor");
            assert_eq!(row["reference"], payee.statement());
            assert_eq!((row["amount_minor"].as_str(), said), (&*payee.due.to_string(), payee.due));
            assert_eq!((&*row["creditor_iban"], &*row["currency"]), (payee.account, "OMR"));
            assert_eq!(row["execution_date"], "2999-12-07");
        }
        assert_eq!(rows.len(), 2);
        let xml = std::str::from_utf8(&written[&format!("{message}.xml")]).unwrap();
        let message = format!("<MsgId>{message}</MsgId>");
        for part in [
            message.as_str(),
            "<NbOfTxs>2</NbOfTxs>",
            "<CtrlSum>60.542</CtrlSum>",
            "<InstdAmt Ccy=\"OMR\">24.000</InstdAmt>",
            "<InstdAmt Ccy=\"OMR\">36.542</InstdAmt>",
        ] {
            assert!(xml.contains(part), "{part}: {xml}");
        }
        assert_eq!(states(database).await, ["2025-10/acme/OMR sent 1", "2025-10/gulf/OMR sent 1"]);
        assert_eq!(desk.world.fake.posts(), 0, "a bank is not Stripe");
    }

    async fn a_file_is_written_again_as_it_was(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.bank_file().run().expect(0);
        let first = files(&desk.bank());
        std::fs::remove_dir_all(desk.bank()).unwrap();
        // Another day, another name: the file is the one that there was.
        let later = desk.bank_file().args(["--execution-date", "2999-12-07"]);
        let ended = later.run().expect(0);
        let said = "--execution-date 2999-12-07 has no effect: nothing is new";
        assert!(ended.stderr.contains(said), "{ended:?}");
        assert!(ended.stderr.contains("written again, which the bank may have"), "{ended:?}");
        assert!(files(&desk.bank()) == first, "another run writes other files");
        let xml = "UPDATE bank_batches SET xml = xml || ' '";
        database.execute(xml).await;
        let said = desk.bank_file().run().expect_failure(3);
        assert!(said.contains("is not what it was made as"), "{said}");
        assert!(files(&desk.bank()) == first, "what is not as it was is not written");
    }

    /// It has accounts in it.
    #[cfg(unix)]
    async fn only_its_owner_reads_a_file(database: &TestDatabase) {
        use std::os::unix::fs::PermissionsExt as _;

        let desk = Desk::closed(database, &[ACME]).await;
        desk.bank_file().run().expect(0);
        for entry in std::fs::read_dir(desk.bank()).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }

    async fn what_no_bank_takes_is_refused(database: &TestDatabase) {
        let desk = Desk::closed(database, &[OMANTEL, ACME]).await;
        let over = desk.bank_file().args(["--execution-date", "2025-01-01"]);
        let said = over.run().expect_failure(2);
        assert!(said.contains("2025-01-01 is over"), "{said}");
        let agreements: String = [OMANTEL, ACME].iter().map(Payee::agreement).collect();
        desk.world.agree(&format!("time_zone = \"Asia/Muscat\"\n{agreements}"));
        let said = desk.bank_file().run().expect_failure(1);
        assert!(said.contains("do not say what a bank is to pay from"), "{said}");
        assert_eq!(states(database).await, Vec::<String>::new());
        assert!(!desk.bank().exists());
    }

    /// Of the files that a run writes, those are marked that the bank cannot have.
    async fn what_is_new_is_marked(database: &TestDatabase) {
        let desk = with_limits(database, "OMR = \"30.000\"").await;
        let marks = |stdout: &str| {
            let told: Value = serde_json::from_str(stdout).unwrap();
            let files = told["files"].as_array().unwrap().iter();
            files.map(|file| file["new"].as_bool().unwrap()).collect::<Vec<_>>()
        };
        let run = || desk.bank_file().args(["--json"]).run();
        assert_eq!(marks(&run().expect(1).stdout), [true]);
        for name in ["aisha", "omar"] {
            desk.approve(&GULF, name).run().expect(0);
        }
        let dated = desk.bank_file().args(["--json", "--execution-date", "2999-12-07"]);
        assert_eq!(marks(&dated.run().expect(0).stdout), [false, true]);
        assert_eq!(marks(&run().expect(0).stdout), [false, false]);
        let shown = desk.bank_file().run().expect(0);
        let ids = database.texts("SELECT id FROM bank_batches").await;
        assert!(ids.iter().all(|id| shown.stdout.contains(id.as_str())), "{shown:?}");
    }

    /// The run that made it was killed, and days went by.
    async fn a_day_that_is_over_is_given_to_no_bank(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        kill_at(("bank_batch", 1), desk.bank_file());
        let id = database.texts("SELECT id FROM bank_batches").await.remove(0);
        database.execute("UPDATE bank_batches SET execution_date = '2025-11-03'").await;
        let ended = desk.bank_file().run().expect(1);
        let said = format!("{id} was never written, and its day of execution, 2025-11-03, is over");
        assert!(ended.stderr.contains(&said), "{ended:?}");
        assert!(!desk.bank().exists());

        let dated = desk.bank_file().args(["--execution-date", "2999-12-07", "--json"]);
        let told: Value = serde_json::from_str(&dated.run().expect(0).stdout).unwrap();
        let file = &told["files"][0];
        assert_eq!((&file["message_id"], &file["new"]), (&Value::from(id.as_str()), &Value::from(true)));
        assert_eq!(file["execution_date"], "2999-12-07");
        let written = files(&desk.bank());
        let rows = rows(&written[&format!("{id}.csv")]);
        assert!(rows.iter().all(|row| row["execution_date"] == "2999-12-07"), "{rows:?}");
        let paid: Vec<_> = rows.iter().map(|row| (&*row["creditor_iban"], &*row["amount_minor"])).collect();
        assert_eq!(paid, [(ACME.account, "24000"), (GULF.account, "36542")]);
        let xml = std::str::from_utf8(&written[&format!("{id}.xml")]).unwrap();
        assert!(xml.contains("2999-12-07") && !xml.contains("2025-11-03"), "{xml}");
        assert_eq!(states(database).await, ["2025-10/acme/OMR sent 1", "2025-10/gulf/OMR sent 1"]);
        desk.bank_file().run().expect(0);
        assert!(files(&desk.bank()) == written, "another run writes other files");
    }

    /// The run that made it was killed when its files were in place: somebody may have given the bank one.
    async fn a_file_in_its_place_gets_no_other_day(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        kill_at(("bank_file", 2), desk.bank_file());
        let placed = files(&desk.bank());
        assert_eq!(placed.len(), 2);
        database.execute("UPDATE bank_batches SET execution_date = '2025-11-03'").await;
        let dated = desk.bank_file().args(["--execution-date", "2999-12-07", "--json"]);
        let told: Value = serde_json::from_str(&dated.run().expect(0).stdout).unwrap();
        let file = &told["files"][0];
        assert_eq!(file["new"], false, "{told}");
        assert_eq!(file["execution_date"], "2025-11-03");
        assert!(files(&desk.bank()) == placed, "another file of the same payouts");
        assert_eq!(states(database).await, ["2025-10/acme/OMR sent 1", "2025-10/gulf/OMR sent 1"]);
    }

    /// What the book has for a bank is written, though nothing can be added to it.
    async fn what_is_begun_is_written_whatever_is_refused(database: &TestDatabase) {
        let desk = Desk::closed(database, &PAYEES).await;
        desk.agree(&[OMANTEL, ZAIN, ACME], "");
        kill_at(("bank_batch", 1), desk.bank_file());
        assert_eq!(states(database).await, ["2025-10/acme/OMR intended 1"]);
        let agreements: String = PAYEES.iter().map(Payee::agreement).collect();
        desk.world.agree(&format!("time_zone = \"Asia/Muscat\"\n{agreements}"));
        let ended = desk.bank_file().run().expect(1);
        assert!(ended.stderr.contains("do not say what a bank is to pay from"), "{ended:?}");
        assert_eq!(files(&desk.bank()).len(), 2);
        assert_eq!(states(database).await, ["2025-10/acme/OMR sent 1"]);
    }
}
