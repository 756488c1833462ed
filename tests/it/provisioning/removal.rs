//! An Organization that is deleted is taken down from the top, and its address is free afterwards.

use super::{events, log, newest, ordered, provision, publish, tree, tree_of};
use crate::harness::on_both;

on_both! {
    async fn a_deleted_organization_is_gone_in_the_end(app: &TestApp) {
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        ordered(app, "heron", &[]).await;
        provision(app).await;
        let id = customer.tenant_id.clone();
        app.execute(&format!("UPDATE organizations SET status = 'deleted' WHERE id = '{id}'")).await;
        publish(app, "tenant.deleted", &id, 1).await;
        provision(app).await;
        let apps = |files: &[String]| files.iter().any(|path| path.contains("/app-"));
        let files = tree_of(app, "kestrel");
        assert!(!apps(&files) && files.contains(&"prod/vcluster.yaml".to_owned()), "{files:?}");

        // Somebody else has the address by now, and waits until it is free in the repository as well.
        let next = ordered(app, "kestrel", &["uptime-kuma"]).await;
        provision(app).await;
        assert_eq!(newest(&next).await["status"], "pending");
        app.clock.advance_seconds(900);
        provision(app).await;
        let files = tree_of(app, "kestrel");
        let bare = ["kustomization.yaml", "prod.yaml", "prod/kustomization.yaml", "prod/namespace.yaml"];
        assert_eq!(files, bare);
        assert_eq!(newest(&next).await["status"], "pending");
        app.clock.advance_seconds(900);
        provision(app).await;
        assert_eq!(
            events(app, &id).await,
            ["provision.started", "provision.completed", "provision.started", "provision.completed"]
        );
        app.clock.advance_seconds(900);
        provision(app).await;
        assert_eq!(newest(&next).await["status"], "completed");
        assert!(apps(&tree_of(app, "kestrel")));
        let commits: Vec<String> =
            log(app).into_iter().filter(|line| line.starts_with("kestrel")).collect();
        assert_eq!(
            commits,
            [
                "kestrel: order.placed",
                "kestrel: tenant.deleted",
                "kestrel: tenant.deleted",
                "kestrel: tenant.deleted",
                "kestrel: order.placed"
            ]
        );
    }

    async fn the_last_one_leaves_a_repository_that_can_be_read(app: &TestApp) {
        let customer = ordered(app, "kestrel", &[]).await;
        provision(app).await;
        let id = customer.tenant_id.clone();
        app.execute(&format!("UPDATE organizations SET status = 'deleted' WHERE id = '{id}'")).await;
        publish(app, "tenant.deleted", &id, 1).await;
        for _ in 0..3 {
            provision(app).await;
            app.clock.advance_seconds(900);
        }
        assert_eq!(tree(app), ["organizations/kustomization.yaml", "organizations/sovereign.yaml"]);
        assert_eq!(app.number("SELECT count(*) FROM environments").await, 0);
    }
}
