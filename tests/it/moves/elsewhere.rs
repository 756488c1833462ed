//! An Organization that left for one Sovereign and comes back from another, as if it had gone on there: nobody here can
//! tell whether it did.

use serde_json::Value;

use super::conflicts::kinds;
use super::moving;
use super::world::{Trip, World};
use crate::harness::Program;

const FORWARD: &str = "https://b.example/console";
/// What the other Sovereign is called once the Organization is there.
const THIRD: &str = "third.example";

/// There with an address for its people; then it is a third Sovereign's. It is exported there.
async fn exported_by_a_third(world: &World, tenant_id: &str) {
    let there = world.there(tenant_id);
    there.export().args(["--forward", FORWARD]).run().expect(0);
    for step in [there.import(), there.confirm(), there.activate()] {
        step.run().expect(0);
    }
    let renamed = format!("UPDATE sovereign SET fqdn = '{THIRD}'");
    world.target.database.execute(&renamed).await;
    world.back(tenant_id).export().run().expect(0);
}

fn import(trip: &Trip<'_>) -> Program {
    let bundle = ["org", "import", trip.bundle.to_str().unwrap()];
    let keys = ["--from", THIRD, "--keys", trip.from.keys.to_str().unwrap()];
    let receipt = ["--receipt", trip.receipt.to_str().unwrap()];
    trip.to.program(&[&bundle[..], &keys[..], &receipt[..]].concat())
}

/// To whom it has moved, and where its people find it there.
async fn mark(world: &World) -> Vec<String> {
    let sql =
        "SELECT COALESCE(moved_to, '') || ' ' || COALESCE(forward_url, '') FROM organizations";
    world.source.database.texts(sql).await
}

moving! { across:
    /// In the way, until whoever imports says that both were asked.
    async fn it_is_taken_back_by_whoever_has_asked(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        exported_by_a_third(world, &tenant_id).await;
        let back = world.back(&tenant_id);
        let before = world.source.state().await;
        let refused = import(&back).args(["--json"]).run().expect(1);
        let plan = serde_json::from_str::<Value>(&refused.stdout).unwrap()["plan"].clone();
        assert_eq!(kinds(&plan["conflicts"]), ["comes_from_elsewhere"]);
        assert!(plan["conflicts"][0]["remedy"].as_str().unwrap().contains("--from-elsewhere"));
        before.assert_unchanged(&world.source.state().await);

        let credit = world.target.credit(&tenant_id).await;
        let accepted = import(&back).args(["--from-elsewhere", "--json"]).run().expect_json();
        assert!(kinds(&accepted["plan"]["warnings"]).contains(&"comes_from_elsewhere"));
        back.confirm().run().expect(0);
        back.activate().run().expect(0);
        assert_eq!(world.source.credit(&tenant_id).await, credit);
    }

    /// What is dropped again leaves the tombstone as it was: it is still where it had left for.
    async fn what_is_dropped_leaves_the_tombstone_as_it_was(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        exported_by_a_third(world, &tenant_id).await;
        let back = world.back(&tenant_id);
        let before = mark(world).await;
        assert_eq!(before, [format!("{} {FORWARD}", world.target.fqdn)]);
        import(&back).args(["--from-elsewhere"]).run().expect(0);
        assert_eq!(mark(world).await, [" "]);
        back.drop_arrival().run().expect(0);
        assert_eq!(mark(world).await, before);
        assert_eq!(world.source.credit(&tenant_id).await, 0);
        let reasons = "SELECT DISTINCT reason FROM credit_ledger WHERE kind = 'moved'";
        let left_for = format!("moved to {}", world.target.fqdn);
        assert_eq!(world.source.database.texts(reasons).await, [left_for]);
        back.abort().run().expect(0);
    }
}
