//! `kill -9` while codes are given away and letters sent: nobody gets two different codes, and nobody none.

use std::collections::BTreeMap;

use super::plain;
use crate::harness::{Engine, MailSink, Program, SinkOptions, TestDatabase};

/// A fail point, and at which passage.
const POINTS: [(&str, u32); 5] = [
    ("mailing_assigned", 1),
    ("mailing_sent", 1),
    ("mailing_sent", 4),
    ("mailing_noted", 1),
    ("mailing_noted", 6),
];

pub(crate) fn killed_at() -> impl Iterator<Item = &'static str> {
    POINTS.iter().map(|(point, _)| *point)
}

fn sending(database: &TestDatabase, sink: &MailSink) -> Program {
    let url = format!("smtp://{}", sink.address);
    database.program(&["jobs", "run", "send-mailings"]).env("SOVEREIGN_MAIL_SMTP_URL", url)
}

/// The code of each address.
async fn codes(database: &TestDatabase) -> BTreeMap<String, String> {
    let pairs = "SELECT email || ' ' || code FROM mailing_addresses WHERE code IS NOT NULL";
    let pairs = database.texts(pairs).await;
    let pair = |pair: String| pair.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()));
    pairs.into_iter().filter_map(pair).collect()
}

async fn everybody_gets_one_code(engine: Engine) {
    let database = TestDatabase::started(engine).await;
    let sink = MailSink::start(SinkOptions::default()).await;
    for (number, (point, passage)) in POINTS.into_iter().enumerate() {
        let people: Vec<String> =
            (0..6).map(|person| format!("k{number}-{person}@example.com")).collect();
        let file = database.directory.path().join("people.txt");
        std::fs::write(&file, people.join("\n")).unwrap();
        let to = file.to_str().unwrap();
        database.run(&["voucher", "mail", "--to", to, "--credit", "5"]).expect_answer();
        database.run(&["jobs", "run", "issue-in-bulk"]).expect(0);

        let armed = format!("{point}:{passage}");
        let program = sending(&database, &sink).env("SOVEREIGN_TEST_FAIL_POINT", armed);
        let mut process = program.spawn();
        process.wait_for(&format!("stopped at fail point {point}"));
        assert_eq!(process.kill().code, None, "ended by the signal");
        let before = codes(&database).await;
        // As if the dead one's time had passed: its lease, and its claims.
        database.execute("DELETE FROM leases").await;
        let due = "UPDATE mailing_addresses SET next_attempt_at = (SELECT m.created_at FROM mailings m \
                   WHERE m.id = mailing_addresses.mailing_id) WHERE next_attempt_at IS NOT NULL";
        database.execute(due).await;
        sending(&database, &sink).run().expect(0);

        let codes = codes(&database).await;
        for (email, code) in &before {
            assert_eq!(&codes[email], code, "{point}:{passage}: another code");
        }
        for email in &people {
            let mut letters = vec![sink.next_to(email).await];
            while sink.untaken_to(email) > 0 {
                letters.push(sink.next_to(email).await);
            }
            assert!(letters.len() <= 2, "{point}:{passage}: {} letters", letters.len());
            let id = letters[0].header("Message-ID").to_owned();
            for letter in &letters {
                assert!(
                    plain(letter.text.as_deref()).contains(&codes[email]),
                    "{point}:{passage}: {letter:?}"
                );
                assert_eq!(letter.header("Message-ID"), id, "mail programs show it once");
            }
        }
        let states = "SELECT DISTINCT state FROM mailing_addresses";
        assert_eq!(database.texts(states).await, ["sent"], "{point}:{passage}");
    }
    assert_eq!(database.texts("SELECT DISTINCT state FROM mailings").await, ["done"]);
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    everybody_gets_one_code(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    everybody_gets_one_code(Engine::Postgres).await;
}
