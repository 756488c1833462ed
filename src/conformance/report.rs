//! What a run found.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// The answer was another one.
    Drift {
        expected: String,
        got: String,
    },
    Skipped {
        why: String,
    },
}

impl Outcome {
    /// Of several outcomes of one check the heaviest counts.
    pub(super) const fn weight(&self) -> u8 {
        match self {
            Self::Skipped { .. } => 0,
            Self::Passed => 1,
            Self::Drift { .. } => 2,
        }
    }

    #[must_use]
    pub const fn is_drift(&self) -> bool {
        matches!(self, Self::Drift { .. })
    }
}

/// A check, under a name that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    /// Method and path; `None` where nothing was sent for it.
    pub request: Option<String>,
    pub outcome: Outcome,
}

/// What a Sovereign says that it runs; `None` is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub commit: Option<String>,
    pub schema: Option<String>,
    pub api: Option<String>,
}

/// Why a Sovereign was not checked to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// No whole answer came, or only that of something in front of it.
    Unreachable(String),
    /// The run was asked to stop.
    Stopped,
}

/// What was found at one Sovereign.
#[derive(Debug, Clone)]
pub struct SovereignReport {
    pub url: String,
    pub identity: Identity,
    pub ended: Option<Ended>,
    pub checks: Vec<Check>,
    pub duration: Duration,
}

/// What the whole comes to, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Conforming,
    Drift,
    /// Not checked to the end: what was not seen is not known to conform.
    Unreachable,
    Stopped,
}

impl Verdict {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conforming => "conforming",
            Self::Drift => "drift",
            Self::Unreachable => "unreachable",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl SovereignReport {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match &self.ended {
            Some(Ended::Stopped) => Verdict::Stopped,
            Some(Ended::Unreachable(_)) => Verdict::Unreachable,
            None if self.drift().next().is_some() => Verdict::Drift,
            None => Verdict::Conforming,
        }
    }

    /// The checks whose answers were others.
    pub fn drift(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.outcome.is_drift())
    }

    /// How many checks passed, drifted and were skipped.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let of = |weight| self.checks.iter().filter(|one| one.outcome.weight() == weight).count();
        (of(1), of(2), of(0))
    }

    /// Why nothing, or not all, is known of it.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match &self.ended {
            Some(Ended::Unreachable(error)) => Some(error),
            Some(Ended::Stopped) => Some("the run was stopped"),
            None => None,
        }
    }

    fn as_json(&self) -> Value {
        let known = |part: &Option<String>| part.clone().unwrap_or_else(|| "unknown".to_owned());
        let mut json = json!({
            "url": self.url,
            "reachable": !matches!(self.ended, Some(Ended::Unreachable(_))),
            "result": self.verdict().as_str(),
            "commit": known(&self.identity.commit),
            "schema": known(&self.identity.schema),
            "api": known(&self.identity.api),
            "checks": self.checks.iter().map(Check::as_json).collect::<Vec<_>>(),
        });
        if let Some(error) = self.error() {
            json["error"] = json!(error);
        }
        json
    }
}

impl Check {
    fn as_json(&self) -> Value {
        let mut json = json!({ "name": self.name, "request": self.request });
        match &self.outcome {
            Outcome::Passed => json["status"] = json!("passed"),
            Outcome::Drift { expected, got } => {
                json["status"] = json!("drift");
                json["expected"] = json!(expected);
                json["got"] = json!(got);
            }
            Outcome::Skipped { why } => {
                json["status"] = json!("skipped");
                json["reason"] = json!(why);
            }
        }
        json
    }
}

/// What was found at all of them, in the order given.
#[derive(Debug, Clone)]
pub struct Report {
    pub sovereigns: Vec<SovereignReport>,
}

impl Report {
    /// The worst of all.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.sovereigns.iter().map(SovereignReport::verdict);
        verdicts.max().unwrap_or(Verdict::Conforming)
    }

    /// How many have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.sovereigns.iter().filter(|sovereign| sovereign.verdict() == verdict).count()
    }

    /// As programs read it.
    #[must_use]
    pub fn as_json(&self) -> Value {
        json!({
            "conforming": self.verdict() == Verdict::Conforming,
            "targets": self.sovereigns.iter().map(SovereignReport::as_json).collect::<Vec<_>>(),
        })
    }
}
