//! `sovereign voucher mail`: the same as over HTTP; the server sends.

use serde_json::json;

use super::{addresses, carry_out, plain, stands, text};
use crate::harness::{Setup, on_both};

on_both! {
    async fn a_file_of_addresses_is_asked_for(app: &TestApp, Setup::with_mail()) {
        // The command has the machine's own clock.
        app.clock.set(sovereign::clock::Clock::now(&sovereign::clock::SystemClock));
        app.clock.advance_seconds(60);
        let database = app.database();
        let file = database.directory.path().join("people.csv");
        let to = file.to_str().unwrap();
        std::fs::write(&file, "email;language\r\nmaryam@example.com;ar\r\nahmed@example.com\r\n").unwrap();
        let mail = ["voucher", "mail", "--to", to, "--credit", "20", "--message", "Welcome"];
        let dry = database.run(&[&mail[..], &["--dry-run"]].concat()).expect_answer();
        assert_eq!(dry.trim(), "2 addresses, with vouchers worth 40.000 OMR together");
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings").await, 0);
        let asked = database.run(&[&mail[..], &["--json"]].concat()).expect_json();
        assert_eq!((&asked["state"], &asked["total"], &asked["total_credit_minor"]), (&json!("running"), &json!(2), &json!(40_000)));
        carry_out(app).await;
        assert_eq!(stands(app, &asked).await, ("done".to_owned(), [0, 2, 0]));
        let letter = app.sink().next_to("maryam@example.com").await;
        assert_eq!(letter.header("Content-Language"), "ar");
        let code = text(&addresses(app, &asked, "").await[0], "code").to_owned();
        assert!(plain(letter.text.as_deref()).contains("Welcome") && plain(letter.text.as_deref()).contains(&code));
        let line = "SELECT COUNT(*) FROM audit_log WHERE actor = 'cli' AND action = 'mailing.create'";
        assert_eq!(app.number(line).await, 1);

        let stdin = database.program(&["voucher", "mail", "--to", "-", "--credit", "1"]).stdin("sara@example.com\n");
        let answer = stdin.run().expect_answer();
        assert!(answer.contains("1 addresses") && answer.contains("worth 1.000 OMR"), "{answer}");
    }

    async fn what_is_wrong_is_said_by_line(app: &TestApp) {
        let database = app.database();
        let file = database.directory.path().join("people.txt");
        let to = file.to_str().unwrap();
        std::fs::write(&file, "maryam@example.com\nnobody\nMARYAM@example.com,ar\n").unwrap();
        for more in [&["--dry-run"][..], &[]] {
            let refused = database.run(&[&["voucher", "mail", "--to", to, "--credit", "5"][..], more].concat()).expect(1);
            for said in ["line 2: must be an e-mail address", "line 3: line 1 has this address", "nothing was sent: the addresses have 2 errors"] {
                assert!(refused.stderr.contains(said), "{}", refused.stderr);
            }
        }
        std::fs::write(&file, "maryam@example.com\n").unwrap();
        for (more, said) in [
            (&["--credit", "0"][..], "credit_omr must be a whole number"),
            (&["--credit", "5", "--language", "fr"], "language must be en or ar"),
            (&["--credit", "5", "--campaign", "nonesuch"], "campaign_id must be"),
        ] {
            let refused = database.run(&[&["voucher", "mail", "--to", to][..], more].concat()).expect(1);
            assert!(refused.stderr.contains(said), "{more:?}: {}", refused.stderr);
        }
        // Where no mail can be sent nothing is asked for.
        let mail = ["voucher", "mail", "--to", to, "--credit", "5"];
        let without = database.program(&mail).env("SOVEREIGN_MAIL_SMTP_URL", "").run();
        assert!(without.expect(2).stderr.contains("mail.smtp_url"));
        assert_eq!(app.number("SELECT COUNT(*) FROM mailings").await, 0);
    }
}
