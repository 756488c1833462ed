//! Organizations move from one Sovereign to another (docs/MOVING.md): two databases, and the program's commands on
//! them.

mod api;
mod api_refusals;
mod cards;
mod conflicts;
mod credit_reports;
mod elsewhere;
mod encrypted;
mod histories;
mod kills;
mod memory;
mod older;
mod pages;
mod pair;
mod refused;
mod round_trip;
mod world;

/// Makes tests of one body, for each of these directions one: from which database to which. Each gets two Sovereigns,
/// whose books must be sound when the body has ended.
macro_rules! moving {
    (@each $body:ident, $($name:ident: $source:ident => $target:ident),+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            use $crate::harness::Engine;
            let world = $crate::moves::world::World::between(Engine::$source, Engine::$target).await;
            $body(&world).await;
            world.finish().await;
        }
    )+};
    (@directions everywhere, $body:ident) => {
        $crate::moves::moving!(@each $body,
            sqlite_to_sqlite: Sqlite => Sqlite, sqlite_to_postgres: Sqlite => Postgres,
            postgres_to_sqlite: Postgres => Sqlite, postgres_to_postgres: Postgres => Postgres);
    };
    (@directions across, $body:ident) => {
        $crate::moves::moving!(@each $body,
            sqlite_to_postgres: Sqlite => Postgres, postgres_to_sqlite: Postgres => Sqlite);
    };
    ($directions:ident: $($(#[$doc:meta])* async fn $name:ident($world:ident: &World) $block:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($world: &World) $block

            $crate::moves::moving!(@directions $directions, body);
        }
    )+};
}
pub(crate) use self::kills::killed_at;
pub(crate) use moving;
