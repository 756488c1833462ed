//! Who approves payouts, and above which limit, as a text that is kept and signed; and whether one is looser than
//! another.

use std::collections::BTreeMap;

use sovereign_domain::money::Currency;

use super::approvals::NEEDED;
use super::key::encoded;
use crate::rollup::agreements::{Approval, PublicKey, public_key};

/// The text of a policy by which no payout needs approval.
const NONE: &str = "none\n";

/// What the agreements say in `[approval]`; `None` where no payout needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy(pub(super) Option<Rules>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rules {
    /// How many people it takes.
    pub(super) people: usize,
    /// In minor units, by currency: of one that is not there, nothing goes without approval.
    limits: BTreeMap<String, i64>,
    pub(super) approvers: BTreeMap<String, PublicKey>,
}

impl Policy {
    pub(super) fn of(approval: Option<&Approval>) -> Self {
        Self(approval.map(|approval| {
            Rules {
                people: NEEDED,
                limits: approval
                    .limits()
                    .map(|(currency, limit_minor)| (currency.code().to_owned(), limit_minor))
                    .collect(),
                approvers: approval.approvers.clone(),
            }
        }))
    }

    /// The same policy is the same text.
    pub(super) fn text(&self) -> String {
        let Some(rules) = &self.0 else { return NONE.to_owned() };
        let limits =
            rules.limits.iter().map(|(code, limit_minor)| format!("limit {limit_minor} {code}\n"));
        let approvers =
            rules.approvers.iter().map(|(name, key)| format!("approver {} {name}\n", encoded(key)));
        let lines: String = limits.chain(approvers).collect();
        format!("people {}\n{lines}", rules.people)
    }

    /// What [`Self::text`] wrote; `None` where it is something else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == NONE {
            return Some(Self(None));
        }
        let mut rules = Rules { people: 0, limits: BTreeMap::new(), approvers: BTreeMap::new() };
        for line in text.lines() {
            let (word, rest) = line.split_once(' ')?;
            match word {
                "people" => rules.people = rest.parse().ok()?,
                "limit" => {
                    let (limit_minor, code) = rest.split_once(' ')?;
                    rules.limits.insert(code.to_owned(), limit_minor.parse().ok()?);
                }
                "approver" => {
                    let (key, name) = rest.split_once(' ')?;
                    rules.approvers.insert(name.to_owned(), public_key(key)?);
                }
                _ => return None,
            }
        }
        let read = Self(Some(rules));
        // Nothing else may stand in it.
        (read.text() == text).then_some(read)
    }

    /// In what it is looser than the one in force, in words.
    pub(super) fn loosens(&self, in_force: &Self) -> Vec<String> {
        match (&self.0, &in_force.0) {
            (_, None) => Vec::new(),
            (None, Some(_)) => vec!["no payout needs approval any more".to_owned()],
            (Some(rules), Some(before)) => rules.loosens(before),
        }
    }
}

impl Rules {
    fn loosens(&self, before: &Self) -> Vec<String> {
        let mut why = Vec::new();
        if self.people < before.people {
            why.push(format!("it takes {} people instead of {}", self.people, before.people));
        }
        for (code, limit_minor) in &self.limits {
            let was = before.limits.get(code).copied().unwrap_or(0);
            if *limit_minor > was {
                let (now, was) = (amount(code, *limit_minor), amount(code, was));
                why.push(format!("the limit is {now} instead of {was}"));
            }
        }
        for (name, key) in &self.approvers {
            match before.approvers.get(name) {
                None => why.push(format!("{name} approves as well")),
                Some(other) if other != key => why.push(format!("{name} has another key")),
                Some(_) => {}
            }
        }
        why
    }
}

fn amount(code: &str, amount_minor: i64) -> String {
    match Currency::from_code(code) {
        Ok(currency) => currency.format(amount_minor),
        Err(_) => format!("{amount_minor} {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(limits: &[(&str, i64)], approvers: &[(&str, u8)]) -> Policy {
        Policy(Some(Rules {
            people: 2,
            limits: limits.iter().map(|(code, minor)| ((*code).to_owned(), *minor)).collect(),
            approvers: approvers
                .iter()
                .map(|(name, key)| ((*name).to_owned(), [*key; 32]))
                .collect(),
        }))
    }

    #[test]
    fn a_policy_is_a_text_and_back() {
        let written =
            policy(&[("USD", 7), ("OMR", 5_000_000)], &[("omar", 2), ("aisha al said", 1)]);
        let text = written.text();
        let keys = [1, 2].map(|byte| encoded(&[byte; 32]));
        let [aisha, omar] = &keys;
        let lines = "people 2\nlimit 5000000 OMR\nlimit 7 USD\n";
        assert_eq!(text, format!("{lines}approver {aisha} aisha al said\napprover {omar} omar\n"));
        assert_eq!(Policy::parse(&text), Some(written));
        assert_eq!(Policy::parse("none\n"), Some(Policy(None)));
        for wrong in
            ["", "none", "people 2", "people two\n", "limit OMR 5\n", "approver abc a\n", "all\n"]
        {
            assert_eq!(Policy::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_looser_is_told() {
        let before = policy(&[("OMR", 500)], &[("aisha", 1), ("omar", 2), ("layla", 3)]);
        let loosens = |policy: &Policy| policy.loosens(&before).join("; ");
        assert_eq!(loosens(&before), "");
        assert_eq!(loosens(&policy(&[("OMR", 400)], &[("aisha", 1), ("omar", 2)])), "");
        assert_eq!(loosens(&policy(&[], &[("aisha", 1), ("layla", 3)])), "");
        assert_eq!(loosens(&Policy(None)), "no payout needs approval any more");
        let raised = policy(&[("BHD", 1), ("OMR", 501)], &[("aisha", 1), ("omar", 2)]);
        assert_eq!(
            loosens(&raised),
            "the limit is 0.001 BHD instead of 0.000 BHD; the limit is 0.501 OMR instead of 0.500 OMR"
        );
        let others = policy(&[("OMR", 500)], &[("aisha", 4), ("omar", 2), ("zaid", 3)]);
        assert_eq!(loosens(&others), "aisha has another key; zaid approves as well");
        let mut alone = before.clone();
        if let Some(rules) = &mut alone.0 {
            rules.people = 1;
        }
        assert_eq!(loosens(&alone), "it takes 1 people instead of 2");
        assert_eq!(before.loosens(&Policy(None)), Vec::<String>::new());
    }
}
