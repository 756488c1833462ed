//! A month of two hundred thousand charges: its amounts are right, and nothing of it is held in memory.

use super::stripe::{Size, Trouble};
use super::{World, expected, totals};

const CHARGES: u32 = 200_000;
const MOST_KIB: u64 = 200 * 1_024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_of_many_charges_is_right_and_small() {
    let trouble = Trouble { limited: 10, failed: 1, cut: 1, repeated: 5 };
    let world = World::new(Size::november(CHARGES, 29), trouble).await;
    let book = world.book("book");
    let program = world.program(&book, "2025-11");
    let mut process = program.env("SOVEREIGN_TEST_FAIL_POINT", "rollup_written:1").spawn();
    // It goes on all the time: each of these is waited for, and none for long.
    for round in 1..=CHARGES / 10_000 {
        process.wait_for(&format!("2025-11: over {round}0000 movements read"));
    }
    process.wait_for("2025-11: all ");
    for chunk in 1..=CHARGES / 5_000 {
        process.wait_for(&format!("2025-11: {} movements shared", chunk * 5_000));
    }
    process.wait_for("stopped at fail point rollup_written");
    let peak = process.peak_kib();
    process.kill();
    assert!(peak < MOST_KIB, "at most {MOST_KIB} KiB, and there were {peak}");

    expected::work_out(&world.fake, &["2025-11"]).await;
    totals::month_is_right(&world, &book, "2025-11").await;
}
