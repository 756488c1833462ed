//! `sovereign voucher generate` and `sovereign voucher import`: the same as over HTTP, at once.

use serde_json::json;

use crate::bulk::issued;
use crate::harness::on_both;

on_both! {
    async fn many_are_changed_here_and_now(app: &TestApp) {
        // The command has the machine's own clock, and changes what was issued by then.
        app.clock.set(sovereign::clock::Clock::now(&sovereign::clock::SystemClock));
        app.issue("GIFT-1", 5, 0).await;
        app.issue("OTHER-1", 5, 0).await;
        let edited = app.database().run(&["voucher", "edit", "pause", "--search", "gift", "--count", "1", "--json"]).expect_json();
        assert_eq!((&edited["kind"], &edited["state"], &edited["changed"], &edited["action"]), (&json!("edit"), &json!("done"), &json!(1), &json!("pause")));
        let answer = app.database().run(&["voucher", "edit", "resume", "--status", "paused"]).expect_answer();
        assert!(answer.contains("1 of 1 changed"), "{answer}");
        for (arguments, said) in [
            (&["voucher", "edit", "delete"][..], "action must be one of"),
            (&["voucher", "edit", "extend"], "days must be a whole number"),
            (&["voucher", "edit", "pause", "--search", "nonesuch"], "no voucher is like that"),
            (&["voucher", "edit", "revoke", "--count", "3"], "count must be 2"),
        ] {
            let error = app.database().run(arguments).expect_failure(1);
            assert!(error.contains(said), "{error}");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes WHERE active").await, 2);
    }

    /// What administrators keep in the pages, whoever scripts can list.
    async fn a_list_that_is_kept_is_listed(app: &TestApp) {
        let database = app.database();
        for code in ["GIFT-1", "GIFT-2", "OTHER-1"] {
            database.run(&["voucher", "issue", code, "--credit", "5"]).expect(0);
        }
        let tagged = database.run(&["voucher", "edit", "tag", "--edit-tag", "Spring", "--search", "gift-1", "--json"]).expect_json();
        assert_eq!((&tagged["changed"], &tagged["edit_tag"]), (&json!(1), &json!("spring")));
        let view = json!({ "name": "Spring gifts", "filter": { "tag": "spring" } });
        app.sovereign_admin().post("/billing/vouchers/views", &view).await.expect(201);
        for list in [["--view", "spring GIFTS"], ["--tag", "spring"]] {
            let listed = database.run(&["voucher", "list", list[0], list[1], "--json"]).expect_json();
            let codes: Vec<_> = listed.as_array().unwrap().iter().map(|one| (&one["code"], &one["tags"])).collect();
            assert_eq!(codes, [(&json!("GIFT-1"), &json!(["spring"]))]);
        }
        let said = database.run(&["voucher", "list", "--view", "nonesuch"]).expect_failure(1);
        assert!(said.contains("no list is kept under the name nonesuch"), "{said}");
    }

    async fn codes_are_made_beside_a_server(app: &TestApp) {
        let database = app.database();
        let generate = [
            "voucher", "generate", "1200", "--prefix", "M-", "--alphabet", "letters", "--check-character", "--credit", "200",
            "--credit-valid-days", "30", "--description", "Bills", "--json",
        ];
        let made = database.run(&generate).expect_json();
        assert_eq!((&made["state"], &made["done"], &made["total_credit_minor"]), (&json!("done"), &json!(1_200), &json!(240_000_000)));
        assert_eq!((&made["pattern"]["alphabet"], &made["pattern"]["entropy_bits"]), (&json!("letters"), &json!(55)));
        let vouchers = issued(app, &made).await;
        assert_eq!(vouchers.len(), 1_200);
        assert!(vouchers.iter().all(|one| one["max_redemptions"] == 1 && one["credit_valid_days"] == 30));
        let list = ["voucher", "list", "--bulk", made["id"].as_str().unwrap(), "--json"];
        assert_eq!(database.run(&list).expect_json().as_array().unwrap().len(), 1_200);
        app.customer("kestrel").await.redeem(vouchers[0]["code"].as_str().unwrap()).await.expect(200);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE actor = 'cli' AND action = 'voucher.issue'").await, 1_200);
        let table = database.run(&["voucher", "generate", "3", "--credit", "5"]).expect_answer();
        assert!(table.contains("3 of 3 issued") && table.contains("worth 15.000 OMR") && table.contains("74 bits"), "{table}");
    }

    async fn a_file_is_imported(app: &TestApp) {
        let database = app.database();
        let path = database.directory.path().join("codes.csv");
        let import = |more: &'static [&'static str]| {
            let file = path.to_str().unwrap();
            database.run(&[&["voucher", "import", file][..], more].concat())
        };
        std::fs::write(&path, "code,credit\nA-1,5\nB-2,many\nA-1,5\n").unwrap();
        for more in [&["--dry-run"][..], &[]] {
            let refused = import(more).expect(1);
            for said in ["line 3: credit: must be a whole number", "line 4: code: line 2 has this code", "nothing was issued: the file has 2 errors"] {
                assert!(refused.stderr.contains(said), "{}", refused.stderr);
            }
        }
        std::fs::write(&path, "code,credit\nA-1,5\nB-2,7\n").unwrap();
        let dry = import(&["--dry-run"]).expect_answer();
        assert_eq!(dry.trim(), "2 vouchers, worth 12.000 OMR together");
        assert_eq!(import(&["--dry-run", "--json"]).expect_json()["total_credit_minor"], 12_000);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_codes").await, 0);
        let done = import(&["--json"]).expect_json();
        assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(2)));
        assert_eq!(issued(app, &done).await.len(), 2);
        let stdin = database.program(&["voucher", "import", "-", "--json"]).stdin("code,credit\nC-3,1\n");
        assert_eq!(stdin.run().expect_json()["done"], 1);
    }

    async fn what_is_wrong_is_said(app: &TestApp) {
        let database = app.database();
        for (arguments, said) in [
            (&["voucher", "generate", "0", "--credit", "5"][..], "count must be a whole number from 1 to 100000"),
            (&["voucher", "generate", "5", "--credit", "5", "--length", "11"], "length must be at least 12"),
            (&["voucher", "generate", "5", "--credit", "5", "--alphabet", "greek"], "alphabet must be one of clear, letters, digits"),
            (&["voucher", "generate", "5", "--credit", "5", "--campaign", "nonesuch"], "campaign_id must be"),
            (&["voucher", "import", "/nonesuch.csv"], "/nonesuch.csv: No such file"),
            (&["voucher", "list", "--bulk", "x"], "bulk must be the identifier of an operation"),
        ] {
            let refused = database.run(arguments).expect(1);
            assert!(refused.stderr.contains(said), "{arguments:?}: {}", refused.stderr);
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM bulk_operations").await, 0);
    }
}
