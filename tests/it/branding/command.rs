//! `sovereign branding`.

use serde_json::json;

use super::{PATH, SVG, shown};
use crate::harness::on_both;

on_both! {
    async fn it_is_set_beside_a_server(app: &TestApp) {
        let database = app.database();
        let run = |arguments: &[&str]| database.run(&[&["branding"], arguments].concat());
        let empty = run(&["show", "--json"]).expect_json();
        assert_eq!((&empty["version"], &empty["name"]), (&json!(0), &json!("")));
        let told = run(&["set", "--name", "Kestrel Cloud", "--accent", "#9b1c1c", "--json"]);
        let told = told.expect_json();
        assert_eq!((&told["version"], &told["name"]), (&json!(1), &json!("Kestrel Cloud")));
        let said = run(&["show"]).expect_answer();
        for line in ["Kestrel Cloud", "#9b1c1c", "not set"] {
            assert!(said.contains(line), "{said}");
        }
        // The server that runs beside it shows it at once.
        let read = shown(app).await;
        assert_eq!((&read["name"], &read["accent"]), (&json!("Kestrel Cloud"), &json!("#9b1c1c")));

        let said = run(&["set", "--accent", "#ffcc00"]).expect_failure(1);
        assert!(said.contains("accent") && said.contains("needs 4.5:1"), "{said}");
        let said = run(&["set", "--name", "Late", "--replaces", "0"]).expect_failure(1);
        assert!(said.contains("version 1 by now"), "{said}");
        run(&["set"]).expect_failure(2);
        let cleared = run(&["set", "--name", "", "--replaces", "1", "--json"]).expect_json();
        assert_eq!((&cleared["name"], &cleared["accent"]), (&json!(""), &json!("#9b1c1c")));
    }

    async fn files_are_read(app: &TestApp) {
        let database = app.database();
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let run = |arguments: &[&str]| database.run(&[&["branding"], arguments].concat());
        let (logo, terms) = (file("logo.svg", SVG), file("terms.txt", "Own words.\n"));
        let told = run(&["logo", &logo, "--json"]).expect_json();
        assert!(told["logo"].as_str().unwrap().starts_with("/assets/logo-"), "{told}");
        let both = ["branding", "set", "--terms-file", &terms, "--terms-ar-file", "-"];
        database.program(&both).stdin("كلماتنا.").run().expect(0);
        let read = app.sovereign_admin().get(PATH).await.expect(200);
        assert_eq!((&read["terms"], &read["terms_ar"]), (&json!("Own words."), &json!("كلماتنا.")));
        assert_eq!(read["logo"], told["logo"]);

        let hostile = file("hostile.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>");
        assert!(run(&["logo", &hostile]).expect_failure(1).contains("onload"));
        run(&["logo", "/nowhere/logo.svg"]).expect_failure(2);
        run(&["logo"]).expect_failure(2);
        let two = ["branding", "set", "--terms-file", "-", "--terms-ar-file", "-"];
        database.program(&two).stdin("x").run().expect_failure(2);
        let none = run(&["logo", "--remove", "--json"]).expect_json();
        assert!(none.get("logo").is_none(), "{none}");
        run(&["set", "--terms-file", &file("empty.txt", "")]).expect(0);
        assert_eq!(app.sovereign_admin().get(PATH).await.expect(200)["terms"], "");
        let noted = "SELECT count(*) FROM audit_log WHERE action LIKE 'branding.%' AND actor = 'cli'";
        assert_eq!(app.number(noted).await, 4);
    }
}
