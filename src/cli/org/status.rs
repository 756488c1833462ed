//! `sovereign org status`

use clap::Args;
use serde_json::{Value, json};

use super::as_json;
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json, table};
use crate::lifecycle::open_existing;
use crate::storage::moves::MoveRow;
use crate::usecase::moves::next::NextStep;
use crate::usecase::moves::report;

/// Tell where an Organization is, and what became of its moves
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org status kestrel
  sovereign org status kestrel --json | jq -r .moves[0].state")]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
}

impl Status {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let found = report::status(&store, &self.organization).await;
        store.close().await;
        let Some(found) = found? else {
            return Err(Failure::refused(
                "there is no such Organization; give its identifier, or the address it has here",
            ));
        };
        if self.common.json {
            let moves: Vec<Value> = found.moves.iter().map(as_json).collect();
            answer_json(&json!({
                "organization": found.organization, "status": found.status,
                "moved_to": found.moved_to, "forward_url": found.forward_url, "moves": moves,
            }));
            return Ok(());
        }
        match (&found.moved_to, &found.forward_url) {
            (Some(fqdn), Some(url)) => {
                answer(format_args!("{} has moved to {fqdn}: {url}", found.organization));
            }
            (Some(fqdn), None) => {
                answer(format_args!("{} has moved to {fqdn}", found.organization));
            }
            (None, _) => answer(format_args!("{} is {}", found.organization, found.status)),
        }
        if !found.moves.is_empty() {
            let heading = ["move", "way", "state", "begun", "next"].map(str::to_owned).to_vec();
            let rows = found.moves.iter().map(cells);
            answer(table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>()));
        }
        Ok(())
    }
}

fn cells(row: &MoveRow) -> Vec<String> {
    let way = if row.direction == "out" { "to" } else { "from" };
    vec![
        row.id.to_string(),
        format!("{way} {}", row.peer_fqdn),
        row.state.clone(),
        row.started_at.0.to_rfc3339(),
        next(&row.state).to_owned(),
    ]
}

/// What is to be done next.
fn next(state: &str) -> &'static str {
    match NextStep::of(state) {
        Some(NextStep::Export) => "export it, or abort",
        Some(NextStep::Confirm) => "import it there and confirm the receipt here, or abort",
        Some(NextStep::ActivateThere) => "activate it there with the release",
        Some(NextStep::Activate) => "activate it with the source's release, or drop it",
        Some(NextStep::DropThere) => "drop what the target has of it",
        None => "-",
    }
}
