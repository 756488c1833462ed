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

/// In the middle of the transaction in which the engine lets go.
const INSIDE: [&str; 1] = ["move_departing"];

/// The places of the use cases that somebody is killed at.
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

/// What there is, and must be there at every moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Credit {
    /// Of whoever moves.
    own: i64,
    /// Of everybody at both Sovereigns.
    total: i64,
}

impl Credit {
    /// It counts at the source until the Organization has moved, and at the target from then on.
    async fn of(trip: &Trip<'_>) -> Self {
        let moved = trip.from.moved_to(&trip.tenant_id).await == trip.to.fqdn;
        let (from, to) =
            (trip.from.credit(&trip.tenant_id).await, trip.to.credit(&trip.tenant_id).await);
        if moved {
            assert_eq!(from, 0, "it has left something behind");
        }
        let all = "SELECT CAST(COALESCE(SUM(balance_minor), 0) AS text) FROM wallets";
        let mut total = 0;
        for side in [trip.from, trip.to] {
            total += side.database.texts(all).await[0].parse::<i64>().unwrap();
        }
        // What arrives counts where it comes from.
        if moved { Self { own: to, total } } else { Self { own: from, total: total - to } }
    }
}

async fn assert_sound(trip: &Trip<'_>, before: Credit, place: &str) {
    assert_eq!(Credit::of(trip).await, before, "{place}");
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
    (trip, credit): (&Trip<'_>, Credit),
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

async fn whole(trip: &Trip<'_>, credit: Credit) {
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
    let mut inside = Left::of(&INSIDE);
    killed(&mut inside, trip.confirm(), "move_departing");
    inside.done();
    assert_sound(trip, credit, "move_departing").await;
    assert_eq!(trip.from.moved_to(&trip.tenant_id).await, "", "nothing of it is written");
    each(&mut left, at, &["move_confirming"], || trip.confirm()).await;
    each(&mut left, at, &["move_activating"], || trip.activate()).await;
    let moved = (trip.from.credit(&trip.tenant_id).await, trip.to.credit(&trip.tenant_id).await);
    assert_eq!(moved, (0, credit.own));
    left.done();
}

moving! { everywhere:
    /// There and, over its tombstone, back.
    async fn killed_at_every_step(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        // Whoever is beside it, at either.
        world.source.customer("osprey").await;
        world.target.customer("falcon").await;
        let there = world.there(&tenant_id);
        let credit = Credit::of(&there).await;
        assert!(credit.own > 0 && credit.total > credit.own, "{credit:?}");
        whole(&there, credit).await;
        whole(&world.back(&tenant_id), credit).await;
    }
}

moving! { across:
    /// Behind a COMMIT the step is made, whoever hears of it.
    async fn killed_behind_the_commit(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        let credit = Credit::of(&trip).await;
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
