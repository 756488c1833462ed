//! People who ask all at once, and a count of those who wait for their answer.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sovereign::auth::Tokens;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::campaign::Ask;
use crate::harness::{Door, Reply};

/// How many ask at once.
const AT_ONCE: usize = 24;

#[derive(Debug)]
pub(super) enum Heard {
    Reply(Box<Reply>),
    /// The connection ended before a whole answer came.
    Nothing,
}

pub(super) struct Load {
    shared: Arc<Shared>,
    asking: JoinSet<Vec<(usize, Heard)>>,
}

struct Shared {
    door: Door,
    tokens: Arc<Tokens>,
    next: AtomicUsize,
    sent: AtomicUsize,
    answered: watch::Sender<usize>,
}

impl Load {
    pub(super) fn start(door: Door, tokens: &Arc<Tokens>, people: Range<usize>) -> Self {
        let shared = Arc::new(Shared {
            door,
            tokens: Arc::clone(tokens),
            next: AtomicUsize::new(people.start),
            sent: AtomicUsize::new(0),
            answered: watch::Sender::new(0),
        });
        let mut asking = JoinSet::new();
        for _ in 0..AT_ONCE {
            asking.spawn(ask_one_after_another(Arc::clone(&shared), people.end));
        }
        Self { shared, asking }
    }

    /// Waits until so many have their answer.
    pub(super) async fn answers(&self, count: usize) {
        let mut answered = self.shared.answered.subscribe();
        answered.wait_for(|answered| *answered >= count).await.unwrap();
    }

    /// How many have asked and wait, at this moment.
    pub(super) fn in_flight(&self) -> usize {
        let answered = *self.shared.answered.borrow();
        self.shared.sent.load(Ordering::SeqCst).saturating_sub(answered)
    }

    /// Nobody begins to ask any more.
    pub(super) fn enough(&self) {
        self.shared.next.store(usize::MAX / 2, Ordering::SeqCst);
    }

    /// Waits until nobody asks any more.
    pub(super) async fn ended(self) -> Vec<(usize, Heard)> {
        self.asking.join_all().await.into_iter().flatten().collect()
    }

    /// All of these ask, each once, whatever they hear.
    pub(super) async fn retry(
        door: Door,
        tokens: &Arc<Tokens>,
        people: Vec<usize>,
    ) -> Vec<(usize, Heard)> {
        let (next, people) = (Arc::new(AtomicUsize::new(0)), Arc::new(people));
        let mut asking = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (next, people) = (Arc::clone(&next), Arc::clone(&people));
            let (door, tokens) = (door.clone(), Arc::clone(tokens));
            asking.spawn(async move {
                let mut heard = Vec::new();
                while let Some(person) = people.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let reply = Ask::send(*person, &door, &tokens).await;
                    heard.push((
                        *person,
                        reply.map_or(Heard::Nothing, |reply| Heard::Reply(Box::new(reply))),
                    ));
                }
                heard
            });
        }
        asking.join_all().await.into_iter().flatten().collect()
    }
}

/// Ends with the people, or at the first answer that is none.
async fn ask_one_after_another(shared: Arc<Shared>, end: usize) -> Vec<(usize, Heard)> {
    let mut heard = Vec::new();
    loop {
        let person = shared.next.fetch_add(1, Ordering::SeqCst);
        if person >= end {
            return heard;
        }
        shared.sent.fetch_add(1, Ordering::SeqCst);
        let Some(reply) = Ask::send(person, &shared.door, &shared.tokens).await else {
            heard.push((person, Heard::Nothing));
            return heard;
        };
        shared.answered.send_modify(|answered| *answered += 1);
        let come_again = reply.body["code"] == "unavailable";
        heard.push((person, Heard::Reply(Box::new(reply))));
        if come_again {
            return heard;
        }
    }
}
