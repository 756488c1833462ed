//! Figures of several rounds, and how they are printed.

use serde_json::Value;

/// What stands in the middle of the rounds.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// Middle, lowest and highest.
pub(crate) fn spread(figures: &[f64]) -> String {
    let low = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let high = figures.iter().copied().fold(0.0, f64::max);
    format!("{:>8.0} ({low:.0} to {high:.0})", median(figures))
}

/// What a server said of its batches when it ended: sizes, and where the time of a batch went.
pub(crate) fn batches(log: &str) -> String {
    let line = log.lines().find(|line| line.contains("batches of the money engine"));
    let Some(line) = line.and_then(|line| serde_json::from_str::<Value>(line).ok()) else {
        return "no batches".to_owned();
    };
    let number = |name: &str| line[name].as_f64().unwrap();
    let count = number("batches");
    let step = |name: &str| number(name) / count;
    format!(
        "{count} batches, {:.1} commands each, {} tried again; sizes 1, 2-3, 4-7, ... 256: {}; \
         ms a batch: load {:.2}, decide {:.2}, write {:.2}, commit {:.2}",
        number("commands") / count,
        number("retries"),
        line["sizes"].as_str().unwrap(),
        step("load_ms"),
        step("decide_ms"),
        step("write_ms"),
        step("commit_ms")
    )
}
