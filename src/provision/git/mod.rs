//! A repository, changed one commit at a time.
//!
//! Each change is made on what the branch is at that moment, without a working directory, and pushed
//! without force: whoever was first stays, and the loser makes its change anew on top. So any number of
//! processes and people may write to the branch, and a process that is killed leaves nothing behind but
//! objects that nobody refers to.
//!
//! The mirror below the data directory only saves fetching: it may be removed at any time.

mod command;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use self::command::{Said, run, succeed};
use super::manifests::{self, Files, KUSTOMIZATION, Platform, Slug};
use super::options::{GitOptions, Repository};

/// Why the repository was not changed, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitError(pub(crate) String);

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an Organization's directory should have.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) slug: Slug,
    /// All of its files, below the prefix.
    pub(crate) files: &'a Files,
    pub(crate) message: String,
    pub(crate) at: Timestamp,
}

/// A change that is ready to be pushed, or that there is no need of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Prepared {
    /// The branch has everything already; at this commit, if it has any.
    Unchanged(Option<String>),
    Commit(String),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    Done,
    /// Somebody else was first.
    Conflict,
}

/// The way to the repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    options: GitOptions,
    mirror: PathBuf,
}

impl Git {
    pub(crate) fn new(options: GitOptions) -> Self {
        let mirror = options.directory.join("mirror.git");
        Self { options, mirror }
    }

    fn repository(&self) -> &Repository {
        &self.options.repository
    }

    /// Makes a commit of the change on top of what the branch is now, in the mirror alone.
    pub(crate) async fn prepare(
        &self,
        change: &Change<'_>,
        id: Uuid,
    ) -> Result<Prepared, GitError> {
        self.make_mirror().await?;
        let name = format!("refs/sovereign/{id}");
        let prepared = self.prepare_as(change, &name).await;
        // What stays behind is in nobody's way: the next attempt has a name of its own.
        let _ = self.git(&["update-ref", "-d", &name], Vec::new()).await;
        prepared
    }

    async fn prepare_as(&self, change: &Change<'_>, name: &str) -> Result<Prepared, GitError> {
        let base = self.fetch(name).await?;
        let mut slugs = match &base {
            Some(base) => self.slugs(base).await?,
            None => Vec::new(),
        };
        slugs.retain(|slug| *slug != change.slug);
        if !change.files.is_empty() {
            slugs.push(change.slug.clone());
        }
        if base.is_none() && slugs.is_empty() {
            return Ok(Prepared::Unchanged(None));
        }
        let root = manifests::root(change.platform, slugs);
        let stream = stream::of(&self.options, change, &root, name, base.as_deref());
        self.must(&["fast-import", "--quiet", "--done"], stream).await?;
        let commit = self.must(&["rev-parse", "--verify", name], Vec::new()).await?.text();
        let Some(base) = base else { return Ok(Prepared::Commit(commit)) };
        let trees = [format!("{commit}^{{tree}}"), format!("{base}^{{tree}}")];
        let trees = self.must(&["rev-parse", &trees[0], &trees[1]], Vec::new()).await?.text();
        let same = trees.split_once('\n').is_some_and(|(ours, theirs)| ours == theirs);
        Ok(if same { Prepared::Unchanged(Some(base)) } else { Prepared::Commit(commit) })
    }

    /// Makes a prepared commit the branch's newest.
    pub(crate) async fn push(&self, commit: &str) -> Result<Pushed, GitError> {
        let target = format!("{commit}:refs/heads/{}", self.options.branch);
        let address = &self.repository().address;
        let push = ["push", "--porcelain", "--no-verify", address, &target];
        let said = self.git(&push, Vec::new()).await?;
        if said.ok {
            return Ok(Pushed::Done);
        }
        let (answer, text) = (said.text(), &said.stderr);
        let lost = ["fetch first", "non-fast-forward", "stale info"];
        let raced = ["cannot lock ref", "failed to update ref", "incorrect old value"];
        let said_so = |words: &[&str]| words.iter().any(|w| answer.contains(w) || text.contains(w));
        if said_so(&lost) || said_so(&raced) {
            return Ok(Pushed::Conflict);
        }
        let rejected = answer.lines().find(|line| line.starts_with('!')).unwrap_or_default();
        let rejected = rejected.split('\t').next_back().unwrap_or_default();
        // What follows says no more, and names where the repository is.
        let text = text.split("error: failed to push some refs").next().unwrap_or_default().trim();
        Err(GitError(format!("git push: {rejected} {text}").replace("  ", " ")))
    }

    /// The mirror, and the repository itself where it is this program's own.
    async fn make_mirror(&self) -> Result<(), GitError> {
        let directory = &self.options.directory;
        tokio::fs::create_dir_all(directory)
            .await
            .map_err(|error| GitError(format!("{}: {error}", directory.display())))?;
        let branch = format!("--initial-branch={}", self.options.branch);
        let init = ["init", "--bare", "--quiet", &branch];
        if self.repository().is_own {
            let own = Path::new(&self.repository().address);
            if !own.join("HEAD").exists() {
                succeed(self.repository(), own, &init, Vec::new()).await?;
            }
        }
        if !self.mirror.join("HEAD").exists() {
            self.must(&init, Vec::new()).await?;
        }
        Ok(())
    }

    /// The branch's newest commit, as `name` in the mirror; `None` where there is no branch yet.
    async fn fetch(&self, name: &str) -> Result<Option<String>, GitError> {
        let branch = format!("refs/heads/{}", self.options.branch);
        let address = &self.repository().address;
        let listed = self.must(&["ls-remote", address, &branch], Vec::new()).await?.text();
        if listed.is_empty() {
            return Ok(None);
        }
        let wanted = format!("+{branch}:{name}");
        let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", address, &wanted];
        self.must(&fetch, Vec::new()).await?;
        Ok(Some(self.must(&["rev-parse", "--verify", name], Vec::new()).await?.text()))
    }

    /// The Organizations that have a directory.
    async fn slugs(&self, commit: &str) -> Result<Vec<Slug>, GitError> {
        let prefix = format!("{}/", self.options.prefix);
        let list = ["ls-tree", "-r", "-z", "--name-only", commit, &prefix];
        let listed = self.must(&list, Vec::new()).await?;
        let paths = listed.stdout.split(|byte| *byte == 0);
        let slug = |path: &[u8]| {
            let path = std::str::from_utf8(path).ok()?.strip_prefix(&prefix)?;
            let (slug, file) = path.split_once('/')?;
            Slug::new(slug).ok().filter(|_| file == KUSTOMIZATION)
        };
        Ok(paths.filter_map(slug).collect())
    }

    async fn git(&self, arguments: &[&str], input: Vec<u8>) -> Result<Said, GitError> {
        run(self.repository(), &self.mirror, arguments, input).await
    }

    async fn must(&self, arguments: &[&str], input: Vec<u8>) -> Result<Said, GitError> {
        succeed(self.repository(), &self.mirror, arguments, input).await
    }
}
