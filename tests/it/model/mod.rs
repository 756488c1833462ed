//! The engine against its model: random sequences of commands, played on the pure book and on a real
//! database, come to the same outcome at every step and to the same books at the end.

mod player;
mod world;

#[path = "../../../crates/domain/tests/model/mod.rs"]
mod sequences;

use std::sync::Arc;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tokio::task::JoinSet;

use self::player::Player;
use self::sequences::{Action, Model, Observed, Step, World, steps};
use crate::harness::Engine;

/// Sequences for each database; `SOVEREIGN_TEST_SEQUENCES` asks for more.
const SEQUENCES: usize = 500;
/// Players at once, each with a database of its own.
const PLAYERS: usize = 4;
const SEED: u64 = 20_270_301;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    compare(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    compare(Engine::Postgres).await;
}

async fn compare(engine: Engine) {
    let wanted = std::env::var("SOVEREIGN_TEST_SEQUENCES").ok();
    let count = wanted.map_or(SEQUENCES, |count| count.parse().expect("a number of sequences"));
    let sequences = Arc::new(generate(count));
    let mut players = JoinSet::new();
    for first in 0..PLAYERS {
        let sequences = Arc::clone(&sequences);
        players.spawn(async move {
            let mut player = Player::start(engine).await;
            let mut steps = 0;
            for (number, sequence) in sequences.iter().enumerate().skip(first).step_by(PLAYERS) {
                steps += play(&mut player, number, sequence).await;
            }
            player.stop().await;
            steps
        });
    }
    let commands: usize = players.join_all().await.into_iter().sum();
    // Sequences that say nothing would agree about everything.
    assert!(commands > count * 20, "{commands} commands in {count} sequences");
}

fn generate(count: usize) -> Vec<Vec<Step>> {
    let config = Config { rng_seed: RngSeed::Fixed(SEED), ..Config::default() };
    let mut runner = TestRunner::new(config);
    (0..count).map(|_| steps().new_tree(&mut runner).unwrap().current()).collect()
}

/// How many commands are sent at once, in turn: the engine decides what has queued in one batch, and
/// its batches must come to what single commands would.
const AT_ONCE: [usize; 3] = [1, 4, 16];

/// Plays one sequence on both; answers how many commands were decided.
async fn play(player: &mut Player, number: usize, sequence: &[Step]) -> usize {
    let world = World::new();
    player.reset(world.clone()).await;
    let mut model = Model::new(world);
    let mut commands = 0;
    let mut rest = sequence;
    while !rest.is_empty() {
        let in_a_row = rest.iter().take_while(|step| is_command(step)).count();
        let at_once = in_a_row.clamp(1, AT_ONCE[number % AT_ONCE.len()]);
        let (group, later) = rest.split_at(at_once);
        let expected = apply_to_model(&mut model, group);
        let observed = player.apply(group).await;
        let position = sequence.len() - rest.len();
        assert_eq!(observed, expected, "sequence {number}, from step {position}: {sequence:#?}");
        commands += expected.iter().filter(|outcome| **outcome != Observed::NoCommand).count();
        rest = later;
    }
    let books = player.snapshot().await;
    assert_eq!(books, model.snapshot(), "sequence {number}: {sequence:#?}");
    player.verify(number).await;
    commands
}

/// Whether a step asks the engine, rather than moving the clock or editing a row.
fn is_command(step: &Step) -> bool {
    !matches!(
        step,
        Step::AdvanceClock { .. }
            | Step::SetProcessor { .. }
            | Step::EditVoucher { .. }
            | Step::RevokeVoucher { .. }
            | Step::ResurrectVoucher { .. }
            | Step::MoveVoucher { .. }
            | Step::EditCampaign { .. }
    )
}

/// Steps that are sent at once know nothing of each other's outcomes: all become commands first.
fn apply_to_model(model: &mut Model, group: &[Step]) -> Vec<Observed> {
    if let [step] = group {
        return vec![model.apply(step)];
    }
    let actions: Vec<Action> = group.iter().map(|step| model.script.next(step)).collect();
    actions
        .into_iter()
        .map(|action| match action {
            Action::Decide(command) => model.decide(command),
            _ => Observed::NoCommand,
        })
        .collect()
}
