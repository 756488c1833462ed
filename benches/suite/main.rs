//! How fast and how small the program is, against references in the same run.
//!
//! `scripts/bench` builds and runs it on a PostgreSQL cluster with durable settings; docs/PERFORMANCE.md
//! says what is measured, and what came out. Every figure is a ratio to something measured in the same
//! minutes on the same machine; none is a test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a run that cannot go on must stop")]
#![allow(clippy::disallowed_methods, reason = "it measures real time and makes its own rows")]

mod bulk;
mod checkout;
mod desk;
mod desk_rows;
mod floor;
mod history;
mod ledger;
mod load;
mod opposing;
mod people;
mod plain;
mod plans;
mod preview;
mod process;
mod rollup;
mod server;
mod summary;
mod timing;

use std::io::Write as _;

/// How much of everything there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) rounds: usize,
    /// Divides the number of requests of each run.
    pub(crate) divisor: usize,
}

const SECTIONS: [&str; 9] =
    ["checkout", "preview", "timing", "process", "history", "opposing", "desk", "bulk", "rollup"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let [mode, url, data] = arguments.as_slice()
        && mode == "--serve-plain"
    {
        runtime.block_on(plain::serve(url, std::path::Path::new(data)));
        return;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let once = arguments.iter().any(|argument| argument == "--once");
    let scale = match (quick, once) {
        (true, _) => Scale { rounds: 1, divisor: 20 },
        (false, true) => Scale { rounds: 1, divisor: 1 },
        (false, false) => Scale { rounds: 3, divisor: 1 },
    };
    let mut sections: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|a| !a.starts_with("--")).collect();
    if sections.is_empty() {
        sections = SECTIONS.to_vec();
    }
    if !quick {
        runtime.block_on(server::run_in());
    }
    let delay = arguments.iter().find_map(|argument| argument.strip_prefix("--flush-delay="));
    if let Some(micros) = delay {
        runtime
            .block_on(server::delay_flushes(micros.parse().expect("--flush-delay=MICROSECONDS")));
    }
    for section in sections {
        match section {
            "checkout" => checkout::run(&runtime, scale),
            "preview" => preview::run(&runtime, scale),
            "timing" => timing::run(&runtime, scale),
            "process" => process::run(&runtime, scale),
            "history" => history::run(&runtime, scale),
            "opposing" => opposing::run(&runtime, scale),
            "desk" => desk::run(&runtime, scale),
            "bulk" => bulk::run(&runtime, scale),
            "rollup" => rollup::run(&runtime, scale),
            other => {
                say(&format!("there is no section {other}; there are: {}", SECTIONS.join(", ")));
                std::process::exit(2);
            }
        }
    }
}

/// A line on standard output.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
