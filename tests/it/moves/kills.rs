//! `kill -9` at each step of both sides: the credit is one Sovereign's at every moment, both books are sound, and asked
//! again the step is made.

use super::moving;
use super::world::{Trip, World};
use crate::harness::Program;

const ARMED: &str = "SOVEREIGN_TEST_FAIL_POINT";

/// Runs a command until it stops at the place, and kills it there.
fn killed(program: Program, place: &str) {
    let mut running = program.env(ARMED, format!("{place}:1")).spawn();
    running.wait_for(&format!("stopped at fail point {place}"));
    assert_eq!(running.kill().code, None, "{place}: it ended by itself");
}

/// The credit counts at the source until the Organization has moved, and at the target from then on.
async fn assert_sound(trip: &Trip<'_>, credit: i64, place: &str) {
    let moved = trip.from.moved_to(&trip.tenant_id).await == trip.to.fqdn;
    let (from, to) =
        (trip.from.credit(&trip.tenant_id).await, trip.to.credit(&trip.tenant_id).await);
    assert_eq!(if moved { from + to } else { from }, credit, "{place}");
    // Either of them, or neither, lets it spend.
    let spending =
        format!("organizations WHERE id = '{}' AND status <> 'suspended'", trip.tenant_id);
    let both = trip.from.number(&spending).await + trip.to.number(&spending).await;
    assert!(both <= 1, "{place}: both Sovereigns let it spend");
    trip.from.verify();
    trip.to.verify();
}

/// Kills a step at each of these places, and makes it then.
async fn each(trip: &Trip<'_>, credit: i64, places: &[&str], step: impl Fn() -> Program) {
    for place in places {
        killed(step(), place);
        assert_sound(trip, credit, place).await;
    }
    step().run().expect(0);
    // Asked once more, it is the same.
    step().run().expect(0);
    assert_sound(trip, credit, "done").await;
}

async fn whole(trip: &Trip<'_>, credit: i64) {
    const IMPORT: [&str; 2] = ["move_importing", "move_imported"];
    // At some of these places the next step begins where the last one was killed: each is come to once.
    for place in ["move_freezing", "move_frozen"] {
        killed(trip.export(), place);
        assert_sound(trip, credit, place).await;
        trip.abort().run();
    }
    each(trip, credit, &["move_bundle_written", "move_exported"], || trip.export()).await;
    killed(trip.abort(), "move_aborting");
    assert_sound(trip, credit, "move_aborting").await;
    each(trip, credit, &IMPORT[..1], || trip.import()).await;
    each(trip, credit, &["move_dropping"], || trip.drop_arrival()).await;
    killed(trip.import(), IMPORT[1]);
    assert_sound(trip, credit, IMPORT[1]).await;
    killed(trip.drop_arrival(), "move_dropped");
    assert_sound(trip, credit, "move_dropped").await;
    trip.import().run().expect(0);
    each(trip, credit, &["move_confirming"], || trip.confirm()).await;
    each(trip, credit, &["move_activating"], || trip.activate()).await;
    let moved = (trip.from.credit(&trip.tenant_id).await, trip.to.credit(&trip.tenant_id).await);
    assert_eq!(moved, (0, credit));
}

moving! { everywhere:
    /// There and, over its tombstone, back.
    async fn killed_at_every_step(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let credit = world.source.credit(&tenant_id).await;
        whole(&world.there(&tenant_id), credit).await;
        whole(&world.back(&tenant_id), credit).await;
    }
}

moving! { across:
    /// Behind a COMMIT the step is made, whoever hears of it.
    async fn killed_behind_the_commit(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        let credit = world.source.credit(&tenant_id).await;
        trip.export().run().expect(0);
        trip.import().run().expect(0);
        killed(trip.confirm(), "move_confirmed");
        assert_sound(&trip, credit, "move_confirmed").await;
        assert_eq!(world.source.moved_to(&tenant_id).await, world.target.fqdn);
        trip.confirm().run().expect(0);
        killed(trip.activate(), "move_activated");
        assert_sound(&trip, credit, "move_activated").await;
        trip.activate().run().expect(0);
    }
}
