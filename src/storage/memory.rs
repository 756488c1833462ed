//! Vouchers that were read, for as long as nobody changed them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use quick_cache::sync::Cache;
use sovereign_domain::voucher::{Code, Issued};

const VOUCHERS: usize = 4_096;
/// Who has not heard the other processes for so long may have missed something.
const DEAF_AFTER: Duration = Duration::from_secs(3);

/// The vouchers that are remembered. Shared with whoever changes them.
pub struct Memory {
    vouchers: Cache<Code, Arc<Known>>,
    state: Mutex<State>,
}

/// A voucher as it was read.
pub(crate) struct Known {
    pub(crate) issued: Issued,
    /// What a preview of it answers, once somebody asked: while it is refused, and while it is not.
    pub(crate) answers: [OnceLock<Bytes>; 2],
}

impl Known {
    pub(crate) fn new(issued: Issued) -> Self {
        Self { issued, answers: Default::default() }
    }

    /// Whether what was read holds until somebody is told of a change. What is left of a campaign's budget changes
    /// with every redemption of all its vouchers.
    fn keeps(&self) -> bool {
        self.issued.campaign.as_ref().is_none_or(|campaign| campaign.budget_minor == 0)
    }
}

#[derive(Default)]
struct State {
    /// Grows when something is forgotten: what was read before is not remembered after.
    generation: u64,
    /// When the other processes were last heard; `None` while they are not.
    heard: Option<Instant>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    #[must_use]
    pub fn new() -> Self {
        Self { vouchers: Cache::new(VOUCHERS), state: Mutex::default() }
    }

    pub(crate) fn get(&self, code: &Code) -> Option<Arc<Known>> {
        self.vouchers.get(code)
    }

    /// Forgets a voucher that has changed.
    pub(crate) fn forget(&self, code: &Code) {
        let mut state = self.state();
        state.generation = state.generation.wrapping_add(1);
        self.vouchers.remove(code);
    }

    /// Forgets all of them: a campaign has changed.
    pub(crate) fn forget_vouchers(&self) {
        self.clear(&mut self.state());
    }

    fn clear(&self, state: &mut State) {
        state.generation = state.generation.wrapping_add(1);
        self.vouchers.clear();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The generation of what is read from now on; `None` while nothing is remembered.
    pub(crate) fn generation(&self) -> Option<u64> {
        let state = self.state();
        let hears = state.heard.is_some_and(|heard| heard.elapsed() < DEAF_AFTER);
        hears.then_some(state.generation)
    }

    pub(crate) fn remember(&self, generation: u64, known: Arc<Known>) {
        let state = self.state();
        if known.keeps() && state.generation == generation && state.heard.is_some() {
            self.vouchers.insert(known.issued.voucher.code.clone(), known);
        }
    }

    pub(crate) fn hear(&self) {
        self.state().heard = Some(Instant::now());
    }

    /// The others cannot be heard: whatever is remembered may have changed.
    pub(crate) fn forget_all(&self) {
        // In one go: what is read in between would be remembered past the silence.
        let mut state = self.state();
        self.clear(&mut state);
        state.heard = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sovereign_domain::campaign::Campaign;
    use sovereign_domain::ids::CampaignId;
    use sovereign_domain::timestamp::Timestamp;
    use sovereign_domain::voucher::Voucher;
    use uuid::Uuid;

    const START: Timestamp = Timestamp::from_seconds(0);

    fn voucher(code: &str) -> Arc<Known> {
        Arc::new(Known::new(Issued { voucher: row(code), campaign: None }))
    }

    fn row(code: &str) -> Voucher {
        Voucher {
            code: Code::stored(code.into()),
            credit_minor: 1,
            description: String::new(),
            active: true,
            max_redemptions: 0,
            adopted_redemptions: 0,
            times_redeemed: 0,
            granted_minor: 0,
            campaign_id: None,
            credit_valid_days: None,
            created_at: START,
            deleted_at: None,
        }
    }

    #[test]
    fn a_voucher_of_a_budget_is_read_each_time() {
        let memory = Memory::new();
        memory.hear();
        let remembers = |budget_minor| {
            let campaign = Campaign {
                id: CampaignId(Uuid::nil()),
                name: String::new(),
                active: true,
                budget_minor,
                starts_at: None,
                ends_at: None,
                per_customer: 0,
                granted_minor: 0,
                redemptions: 0,
                created_at: START,
                updated_at: START,
            };
            let issued = Issued { voucher: row("A"), campaign: Some(campaign) };
            memory.remember(memory.generation().unwrap(), Arc::new(Known::new(issued)));
            memory.get(&Code::stored("A".into())).is_some()
        };
        assert!(!remembers(1));
        assert!(remembers(0));
        memory.forget_vouchers();
        assert!(memory.get(&Code::stored("A".into())).is_none());
        assert!(memory.generation().is_some(), "the others are heard all the same");
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let memory = Memory::new();
        let code = Code::stored("A".into());
        assert_eq!(memory.generation(), None, "nobody is heard yet");
        memory.hear();
        let before = memory.generation().unwrap();
        memory.forget(&code);
        memory.remember(before, voucher("A"));
        assert!(memory.get(&code).is_none());
        memory.remember(memory.generation().unwrap(), voucher("A"));
        assert!(memory.get(&code).is_some());
        memory.forget(&code);
        assert!(memory.get(&code).is_none());
    }

    #[test]
    fn who_does_not_hear_the_others_remembers_nothing() {
        let memory = Memory::new();
        memory.hear();
        let before = memory.generation().unwrap();
        memory.remember(before, voucher("A"));
        memory.forget_all();
        assert!(memory.get(&Code::stored("A".into())).is_none());
        memory.remember(before, voucher("A"));
        assert!(memory.get(&Code::stored("A".into())).is_none());
        assert_eq!(memory.generation(), None);
    }
}
