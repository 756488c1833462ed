//! What `verify` says of a log that was tampered with, and what it does not mind. (`cli::verify_cases` breaks
//! each of the invariants singly.)

use super::{OLD_ENOUGH_SECONDS, ONE, insert_lines, issue_and_wait, three_seals};
use crate::harness::{Engine, on_both};

const COUNTED: &str = "a sealed part of the audit log has lost and gained no line";
const UNCHANGED: &str = "a sealed line of the audit log is what it was";
const SEALED: &str = "the audit log is sealed within the hour";

/// A condition for the one line of a seal.
const OF_SECOND: &str = "subject = 'SEAL-2'";

on_both! {
    /// Whatever column was changed, the seal of the line is named, and no other.
    async fn a_change_of_any_column_is_found(app: &TestApp) {
        three_seals(app).await;
        let later = match app.engine {
            Engine::Sqlite => "at + 1",
            Engine::Postgres => "at + interval '1 microsecond'",
        };
        app.execute("CREATE TABLE saved AS SELECT * FROM audit_log").await;
        // PostgreSQL has a type for JSON; SQLite keeps whatever somebody writes there.
        let no_json = match app.engine {
            Engine::Sqlite => "after = '{'",
            Engine::Postgres => "after = '[]'",
        };
        for change in [
            no_json,
            &format!("at = {later}"),
            "actor = 'somebody'",
            "action = 'voucher.revoke'",
            "subject = 'seal-2'",
            "tenant_id = ''",
            "request_id = ''",
            "before = 'null'",
            "after = NULL",
            "after = '{}'",
        ] {
            app.execute(&format!("UPDATE audit_log SET {change} WHERE {OF_SECOND}")).await;
            assert_eq!(app.faults().await, [(UNCHANGED, "seal 2".to_owned())], "{change}");
            app.execute("DELETE FROM audit_log").await;
            app.execute("INSERT INTO audit_log SELECT * FROM saved").await;
            assert_eq!(app.faults().await, []);
        }
        app.execute("DROP TABLE saved").await;
    }

    /// JSON that reads the same is the same: PostgreSQL keeps no spaces and no order of members.
    async fn the_spelling_of_json_is_not_a_change(app: &TestApp) {
        three_seals(app).await;
        let after = format!("SELECT CAST(after AS text) FROM audit_log WHERE {OF_SECOND}");
        let after: serde_json::Value = serde_json::from_str(&app.texts(&after).await[0]).unwrap();
        let members: Vec<String> = after.as_object().unwrap().iter().rev()
            .map(|(name, value)| format!("\"{name}\" :  {value}")).collect();
        let spelled = members.join(" , ");
        app.execute(&format!("UPDATE audit_log SET after = '{{{spelled}}}' WHERE {OF_SECOND}")).await;
        assert_eq!(app.faults().await, []);
    }

    /// What is in memory at once does not depend on how long the log is, but what is found does not either.
    async fn one_line_of_many_is_found(app: &TestApp) {
        insert_lines(app, 25_000).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
        assert_eq!(app.seal_audit(ONE).await, 3);
        app.execute("UPDATE audit_log SET actor = 'somebody' WHERE subject = '20000'").await;
        assert_eq!(app.faults().await, [(UNCHANGED, "seal 2".to_owned())]);
        app.execute("DELETE FROM audit_log WHERE subject IN ('20000', '20001', '1')").await;
        let lost = ["seal 1", "seal 2", "seal 3"].map(|seal| (COUNTED, seal.to_owned()));
        assert_eq!(app.faults().await, lost);
        app.execute("DELETE FROM audit_log; DELETE FROM audit_seals").await;
    }

    /// A line that comes in behind the seals, as by a transaction that took longer than any should.
    async fn a_line_below_the_seals_is_an_insertion(app: &TestApp) {
        issue_and_wait(app, "BEFORE").await;
        app.clock.advance_seconds(60);
        issue_and_wait(app, "AFTER").await;
        assert_eq!(app.seal_audit(ONE).await, 1);
        app.clock.advance_seconds(-OLD_ENOUGH_SECONDS - 100);
        insert_lines(app, 1).await;
        app.clock.advance_seconds(OLD_ENOUGH_SECONDS + 100);
        assert_eq!(app.faults().await, [(COUNTED, "seal 1".to_owned())]);
        app.execute("DELETE FROM audit_log WHERE action = 'count'").await;
    }

    /// Lines without a seal are a fault where the job has had an hour for them, and only there.
    async fn lines_that_were_passed_over_are_found(app: &TestApp) {
        issue_and_wait(app, "NEVER").await;
        app.clock.advance_days(7);
        assert_eq!(app.faults().await, [], "nobody seals here");
        assert_eq!(app.seal_audit(ONE).await, 1);
        issue_and_wait(app, "STOPPED").await;
        app.clock.advance_days(7);
        assert_eq!(app.faults().await, [], "nobody has sealed for a week");

        // As if the job had run, and passed the line over.
        let ago = |column: &str, seconds: i64| match app.engine {
            Engine::Sqlite => format!("{column} = {} * 1000000", app.now_seconds() - seconds),
            Engine::Postgres => format!("{column} = to_timestamp({})", app.now_seconds() - seconds),
        };
        let now = ago("last_ok_at", 0);
        app.execute(&format!("UPDATE jobs SET {now}")).await;
        let fault = [(SEALED, "after seal 1".to_owned())];
        assert_eq!(app.faults().await, fault);
        // As if it had failed each time, and only begun to.
        let [finished, almost, long] =
            [ago("last_finished_at", 0), ago("failing_since", 3_599), ago("failing_since", 3_600)];
        app.execute(&format!("UPDATE jobs SET last_ok_at = NULL, {finished}, {almost}")).await;
        assert_eq!(app.faults().await, []);
        app.execute(&format!("UPDATE jobs SET {long}")).await;
        assert_eq!(app.faults().await, fault);
        app.clock.advance_seconds(1);
        assert_eq!(app.seal_audit(ONE).await, 1);
        app.clock.advance_days(1);
        assert_eq!(app.faults().await, []);
    }
}
