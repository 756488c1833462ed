//! Environments: where an Organization's apps run, each a cluster of its own called `{slug}-{name}`.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Which of its environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentName {
    Prod,
    Stg,
    Uat,
    Dev,
    Poc,
}

impl EnvironmentName {
    pub const ALL: [Self; 5] = [Self::Prod, Self::Stg, Self::Uat, Self::Dev, Self::Poc];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prod => "prod",
            Self::Stg => "stg",
            Self::Uat => "uat",
            Self::Dev => "dev",
            Self::Poc => "poc",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of an environment there should be. It is taken down from the top: what runs in a cluster needs
/// the cluster to be uninstalled from, and the cluster needs its namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Running,
    /// The cluster is there, and nothing runs in it.
    WithoutApps,
    /// The namespace is there, and nothing else.
    WithoutCluster,
    Gone,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Running, Self::WithoutApps, Self::WithoutCluster, Self::Gone];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::WithoutApps => "without_apps",
            Self::WithoutCluster => "without_cluster",
            Self::Gone => "gone",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }

    /// What comes after this stage of a removal; nothing comes after the others.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Running | Self::Gone => None,
            Self::WithoutApps => Some(Self::WithoutCluster),
            Self::WithoutCluster => Some(Self::Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_stages_are_read_as_they_are_written() {
        for name in EnvironmentName::ALL {
            assert_eq!(EnvironmentName::parse(name.as_str()), Some(name));
        }
        for other in ["", "Prod", "prod ", "production", "../prod"] {
            assert_eq!(EnvironmentName::parse(other), None, "{other:?}");
        }
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
    }

    #[test]
    fn a_removal_ends() {
        let mut stages = alloc::vec![Stage::WithoutApps];
        while let Some(next) = stages.last().and_then(|stage| stage.next()) {
            stages.push(next);
        }
        assert_eq!(stages, [Stage::WithoutApps, Stage::WithoutCluster, Stage::Gone]);
    }
}
