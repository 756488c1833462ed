//! `kill -9` at each step of both sides: the credit is one Sovereign's at every moment, both books are sound, and asked
//! again the step is made.

use std::collections::BTreeSet;

use super::moving;
use super::world::{Trip, World};
use crate::harness::Program;

const ARMED: &str = "SOVEREIGN_TEST_FAIL_POINT";

/// Where somebody is killed on the whole way, once each.
const WAY: [&str; 12] = [
    "move_freezing",
    "move_frozen",
    "move_bundle_written",
    "move_exported",
    "move_bundle_in_place",
    "move_aborting",
    "move_importing",
    "move_dropping",
    "move_imported",
    "move_dropped",
    "move_confirming",
    "move_activating",
];
/// Where somebody is killed behind a COMMIT that ends a step.
const BEHIND: [&str; 3] = ["move_aborted", "move_confirmed", "move_activated"];

/// The places that somebody is killed at.
pub(crate) fn killed_at() -> impl Iterator<Item = &'static str> {
    WAY.into_iter().chain(BEHIND)
}

/// Those that nobody was killed at so far.
struct Left(BTreeSet<&'static str>);

impl Left {
    fn of(places: &[&'static str]) -> Self {
        Self(places.iter().copied().collect())
    }

    fn done(self) {
        assert!(self.0.is_empty(), "nobody was killed at {:?}", self.0);
    }
}

/// Runs a command until it stops at the place, and kills it there.
fn killed(left: &mut Left, program: Program, place: &str) {
    assert!(left.0.remove(place), "{place} is in no list, or came before");
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
async fn each(
    left: &mut Left,
    (trip, credit): (&Trip<'_>, i64),
    places: &[&str],
    step: impl Fn() -> Program,
) {
    for place in places {
        killed(left, step(), place);
        assert_sound(trip, credit, place).await;
    }
    step().run().expect(0);
    // Asked once more, it is the same.
    step().run().expect(0);
    assert_sound(trip, credit, "done").await;
}

async fn whole(trip: &Trip<'_>, credit: i64) {
    let (mut left, at) = (Left::of(&WAY), (trip, credit));
    // At some of these places the next step begins where the last one was killed: each is come to once.
    for place in ["move_freezing", "move_frozen"] {
        killed(&mut left, trip.export(), place);
        assert_sound(trip, credit, place).await;
        trip.abort().run();
    }
    let exporting = ["move_bundle_written", "move_exported", "move_bundle_in_place"];
    each(&mut left, at, &exporting, || trip.export()).await;
    killed(&mut left, trip.abort(), "move_aborting");
    assert_sound(trip, credit, "move_aborting").await;
    each(&mut left, at, &["move_importing"], || trip.import()).await;
    each(&mut left, at, &["move_dropping"], || trip.drop_arrival()).await;
    killed(&mut left, trip.import(), "move_imported");
    assert_sound(trip, credit, "move_imported").await;
    killed(&mut left, trip.drop_arrival(), "move_dropped");
    assert_sound(trip, credit, "move_dropped").await;
    trip.import().run().expect(0);
    each(&mut left, at, &["move_confirming"], || trip.confirm()).await;
    each(&mut left, at, &["move_activating"], || trip.activate()).await;
    let moved = (trip.from.credit(&trip.tenant_id).await, trip.to.credit(&trip.tenant_id).await);
    assert_eq!(moved, (0, credit));
    left.done();
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
        let mut left = Left::of(&BEHIND);
        trip.export().run().expect(0);
        killed(&mut left, trip.abort(), "move_aborted");
        assert_sound(&trip, credit, "move_aborted").await;
        let frozen = format!("organizations WHERE id = '{tenant_id}' AND moving_from IS NOT NULL");
        assert_eq!(world.source.number(&frozen).await, 0, "aborting gives it back");
        trip.export().run().expect(0);
        trip.import().run().expect(0);
        killed(&mut left, trip.confirm(), "move_confirmed");
        assert_sound(&trip, credit, "move_confirmed").await;
        assert_eq!(world.source.moved_to(&tenant_id).await, world.target.fqdn);
        trip.confirm().run().expect(0);
        killed(&mut left, trip.activate(), "move_activated");
        assert_sound(&trip, credit, "move_activated").await;
        trip.activate().run().expect(0);
        left.done();
    }
}
