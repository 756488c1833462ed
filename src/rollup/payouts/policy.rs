//! The approval policy in force. The book has it from the first use on: agreements that are tighter are taken as they
//! are, looser ones only with the signatures of those who approve by the policy in force, and the first approvers only
//! where somebody confirms them.

use std::collections::BTreeMap;

use sovereign_domain::timestamp::Timestamp;

use super::approvals::who;
use super::digest;
use super::rules::{Policy, Rules};
use super::signed;
use crate::rollup::agreements::{Agreements, PublicKey};
use crate::rollup::book::approval_policies::{self, PolicyRow, Reason};
use crate::rollup::error::RollupError;
use crate::storage::{Error, Store, Ts, Tx};

/// Before the rest, in what is signed: nothing else that this program signs begins so.
const DOMAIN: &str = "sovereign.rollup.policy.v1";

/// What the agreements say, beside what is in force.
#[derive(Debug)]
pub(crate) struct Proposal {
    /// The number in the book of what is in force; 0 where nothing is yet.
    number: i64,
    /// The proposed policy, to the letter.
    pub(crate) text: String,
    /// Whether it is in force already.
    pub(crate) is_in_force: bool,
    /// Whether it names the first approvers where none were needed: nobody can sign that, so it is confirmed.
    pub(crate) is_first_rules: bool,
    /// In what it is looser.
    pub(crate) loosens: Vec<String>,
    /// What those sign who approve it: which policy comes after which.
    pub(crate) message: String,
    /// Those who approve by the policy in force.
    pub(crate) approvers: BTreeMap<String, PublicKey>,
    /// Who of them signed it.
    pub(crate) names: Vec<String>,
    /// How many have to.
    pub(crate) needed: usize,
}

impl Proposal {
    /// Whether it may come in force by itself.
    pub(crate) fn may_be_taken(&self) -> bool {
        !self.is_first_rules && (self.loosens.is_empty() || self.names.len() >= self.needed)
    }

    /// Why it may not, and what to do.
    pub(crate) fn refusal(&self) -> String {
        if self.is_first_rules {
            return format!(
                "the agreements name the first approvers, and from then on only they can loosen that; look at it, and \
                 confirm it with `sovereign rollup approve-policy --first`; or leave [approval] out:\n{}",
                self.text.trim_end()
            );
        }
        let by = who(&self.names);
        format!(
            "the agreements loosen the approval policy in force: {}; {} of its approvers have to sign that, and {by} \
             did (`sovereign rollup approve-policy`); or write [approval] as it was",
            self.loosens.join("; "),
            self.needed
        )
    }

    fn reason(&self) -> Reason {
        match (self.number, self.loosens.is_empty()) {
            (0, _) => Reason::First,
            (_, true) => Reason::Tighter,
            (_, false) => Reason::Approved,
        }
    }

    /// What there is to say once it is taken.
    fn said(&self) -> String {
        let how = match self.reason() {
            Reason::First => "the book keeps this approval policy, which is the first".to_owned(),
            Reason::Tighter => "the approval policy is tighter from now on".to_owned(),
            Reason::Approved => format!("{} approved the approval policy", self.names.join(", ")),
        };
        format!("{how}:\n{}", self.text.trim_end())
    }
}

/// What the agreements say, beside what is in force.
///
/// # Errors
/// Where the book cannot be read.
pub(crate) async fn look(tx: &mut Tx, agreements: &Agreements) -> Result<Proposal, RollupError> {
    let policy = Policy::of(agreements.approval.as_ref());
    let text = policy.text();
    let row = approval_policies::last(tx).await?;
    let Some(PolicyRow { number, policy: kept }) = row else {
        return Ok(Proposal {
            number: 0,
            text,
            is_in_force: false,
            is_first_rules: false,
            loosens: Vec::new(),
            message: String::new(),
            approvers: BTreeMap::new(),
            names: Vec::new(),
            needed: 0,
        });
    };
    let in_force = Policy::parse(&kept).ok_or_else(|| {
        Error::corrupt("approval_policies", format!("number {number} is no approval policy"))
    })?;
    let is_first_rules = policy.0.is_some() && in_force.0.is_none();
    let loosens = policy.loosens(&in_force);
    let (needed, approvers) = match in_force.0 {
        Some(Rules { people, approvers, .. }) => (people, approvers),
        None => (0, BTreeMap::new()),
    };
    let message = message((number, &kept), &text);
    let names =
        if loosens.is_empty() { Vec::new() } else { signed::by(tx, &approvers, &message).await? };
    let is_in_force = kept == text;
    Ok(Proposal {
        number,
        text,
        is_in_force,
        is_first_rules,
        loosens,
        message,
        approvers,
        names,
        needed,
    })
}

/// What is signed. Once it was taken, and another one after it, it is another text.
fn message((number, in_force): (i64, &str), text: &str) -> String {
    let before = digest(in_force);
    format!("{DOMAIN}\nafter {number} {before}\n{text}")
}

/// Takes what the agreements say, where it may be taken; answers what there is to say of it.
///
/// # Errors
/// Where it is looser than what is in force, and nobody approved that, or names the first approvers. Where the book
/// cannot be read or written.
pub(crate) async fn take(
    store: &Store,
    agreements: &Agreements,
    now: Timestamp,
) -> Result<Option<String>, RollupError> {
    take_where(store, agreements, now, Proposal::may_be_taken).await
}

/// Takes the first approvers that the agreements name, which somebody has looked at and confirmed; answers what there is
/// to say of it.
///
/// # Errors
/// As of [`take`].
pub(crate) async fn take_first(
    store: &Store,
    agreements: &Agreements,
    now: Timestamp,
) -> Result<Option<String>, RollupError> {
    let may_be = |found: &Proposal| found.is_first_rules || found.may_be_taken();
    take_where(store, agreements, now, may_be).await
}

async fn take_where(
    store: &Store,
    agreements: &Agreements,
    now: Timestamp,
    may_be_taken: impl Fn(&Proposal) -> bool,
) -> Result<Option<String>, RollupError> {
    let mut tx = store.read().await?;
    let is_in_force = look(&mut tx, agreements).await?.is_in_force;
    drop(tx);
    if is_in_force {
        return Ok(None);
    }
    loop {
        let mut tx = store.begin().await?;
        let found = look(&mut tx, agreements).await?;
        if found.is_in_force {
            return Ok(None);
        }
        if !may_be_taken(&found) {
            return Err(RollupError::refused(found.refusal()));
        }
        let row = PolicyRow { number: found.number.saturating_add(1), policy: found.text.clone() };
        if approval_policies::insert(&mut tx, &row, found.reason(), Ts(now)).await? {
            tx.commit().await?;
            return Ok(Some(found.said()));
        }
        // Another process was first: what it took is in force now.
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::hex;

    #[test]
    fn what_is_signed_says_after_what() {
        assert_eq!(
            message((3, "none\n"), "people 2\n"),
            format!(
                "sovereign.rollup.policy.v1\nafter 3 {}\npeople 2\n",
                hex::encode(&Sha256::digest("none\n"))
            )
        );
    }
}
