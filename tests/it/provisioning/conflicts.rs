//! Others write to the same branch, and other processes do the same work.

use super::{count, git, hook, log, newest, ordered, provision, repository, tree_of};
use crate::harness::on_both;

on_both! {
    /// Somebody pushes from a second clone, between the program's look at the branch and its own push.
    async fn who_pushes_in_between_stays_and_the_change_is_made_anew(app: &TestApp) {
        ordered(app, "heron", &[]).await;
        provision(app).await;
        let clone = tempfile::tempdir().unwrap();
        let bare = repository(app);
        git(clone.path(), &["clone", "--quiet", bare.to_str().unwrap(), "."]);
        std::fs::write(clone.path().join("README.md"), "theirs\n").unwrap();
        git(clone.path(), &["add", "."]);
        git(clone.path(), &["commit", "--quiet", "-m", "Write a readme"]);
        let (bare, directory) = (bare.display(), clone.path().display());
        hook(app, "pre-receive", &format!(
            "rm '{bare}/hooks/pre-receive'\n\
             for name in $(env | sed -n 's/^\\(GIT_[A-Z_0-9]*\\)=.*/\\1/p'); do unset $name; done\n\
             git -C '{directory}' push --quiet '{bare}' HEAD:main\n"
        ));
        let customer = ordered(app, "kestrel", &["uptime-kuma"]).await;
        provision(app).await;
        let done = newest(&customer).await;
        assert_eq!(done["status"], "completed", "{done}");
        let said = done["steps"][2]["message"].as_str().unwrap();
        assert!(said.starts_with("made anew 1 times"), "{said}");
        assert_eq!(log(app), ["kestrel: order.placed", "Write a readme", "heron: order.placed"]);
        assert_eq!(git(&repository(app), &["show", "main:README.md"]), "theirs");
    }

    async fn several_at_the_same_work_do_each_thing_once(app: &TestApp) {
        let names: Vec<String> = (0..9).map(|n| format!("org-{n}")).collect();
        for name in &names {
            ordered(app, name, &["uptime-kuma"]).await;
        }
        app.run_job("relay-events").await;
        tokio::join!(
            app.provision_without_lease(),
            app.provision_without_lease(),
            app.provision_without_lease()
        );
        // Who lost too often tries again a minute later.
        app.clock.advance_seconds(61);
        provision(app).await;
        for name in &names {
            assert!(tree_of(app, name).contains(&"prod/app-uptime-kuma.yaml".to_owned()), "{name}");
        }
        let mut commits = log(app);
        commits.sort_unstable();
        let expected: Vec<String> = names.iter().map(|name| format!("{name}: order.placed")).collect();
        assert_eq!(commits, expected);
        assert_eq!(count(app, "provision.started").await, 9);
        assert_eq!(count(app, "provision.completed").await, 9);
        let root = git(&repository(app), &["show", "main:organizations/kustomization.yaml"]);
        assert_eq!(root.matches("- org-").count(), 9, "{root}");
    }
}
