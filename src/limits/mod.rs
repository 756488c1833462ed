//! How often who may ask: per address, per account, and how many wrong codes from everybody.
//!
//! `quotas.rs` has every limit there is. On SQLite, which has one server, they are kept in memory; servers on
//! one PostgreSQL share them. A request that is over a limit is told how long to wait. Where the database
//! does not answer, each server goes by what it knows itself: nobody is refused for that.

mod address;
mod guesses;
mod line;
mod memory;
mod quotas;
mod shared;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use sovereign_domain::gcra::Rate;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

pub use self::guesses::Attempt;
use self::guesses::Guesses;
use self::memory::Memory;
pub use self::quotas::{Key, Quota};
use self::shared::Shared;
use crate::clock::Clock;
use crate::storage::{self, Store};

/// Whether there are limits, and whose word is taken for where a request came from.
#[derive(Debug, Clone)]
pub struct Limits {
    on: bool,
    trusted_proxies: Vec<IpNet>,
}

/// Too many requests; how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TooMany {
    pub retry_after: Duration,
}

/// The limits at work.
pub struct Limiter {
    /// Absent where limits are off.
    running: Option<Running>,
    trusted_proxies: Vec<IpNet>,
}

struct Running {
    memory: Arc<Memory>,
    /// Absent where this is the only server.
    shared: Option<Shared>,
    guesses: Guesses,
    clock: Arc<dyn Clock>,
}

/// A row, and whether one is taken from it or it is only looked at.
#[derive(Debug, Clone, Copy)]
struct Ask {
    row: Uuid,
    rate: Rate,
    takes: bool,
}

/// How a row stands after it was asked for.
#[derive(Debug, Clone, Copy)]
struct Standing {
    arrival: Option<Timestamp>,
    /// Whether this request was admitted, or, where nothing was taken, would be.
    admitted: bool,
}

/// The network of an address, as limits see it: an IPv4 host or a /64 of IPv6.
pub(crate) fn network_name(address: IpAddr) -> String {
    address::network(address).to_string()
}

impl Limits {
    #[must_use]
    pub fn on(trusted_proxies: Vec<IpNet>) -> Self {
        Self { on: true, trusted_proxies }
    }

    /// For load tests of a demo.
    #[must_use]
    pub fn off() -> Self {
        Self { on: false, trusted_proxies: Vec::new() }
    }

    pub(crate) fn start(self, store: &Store, clock: &Arc<dyn Clock>) -> Limiter {
        let running = self.on.then(|| {
            let memory = Arc::new(Memory::default());
            let shared = match store {
                Store::Postgres(_) => {
                    Some(Shared::start(store, Arc::clone(clock), Arc::clone(&memory)))
                }
                Store::Sqlite { .. } => None,
            };
            let guesses = Guesses::default();
            Running { memory, shared, guesses, clock: Arc::clone(clock) }
        });
        Limiter { running, trusted_proxies: self.trusted_proxies }
    }
}

impl Limiter {
    /// The address of the client behind a connection from `peer`; see `address.rs`.
    #[must_use]
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl FnOnce() -> Vec<&'a str>) -> IpAddr {
        if self.trusted_proxies.is_empty() {
            return peer;
        }
        address::client(&self.trusted_proxies, peer, &forwarded())
    }

    /// Counts a request of `key`.
    ///
    /// # Errors
    /// Where there were too many.
    pub async fn check(&self, quota: Quota, key: Key<'_>) -> Result<(), TooMany> {
        self.check_all(&[(quota, key)]).await
    }

    /// Whether [`Limiter::check`] would admit one now. Nothing is counted.
    pub(crate) async fn admits(&self, quota: Quota, key: Key<'_>) -> bool {
        let Some(running) = &self.running else { return true };
        let asks = [Ask { takes: false, ..Ask::new(quota, key) }];
        let decided = running.decide(&asks, |standings, now| all_admitted(&asks, standings, now));
        decided.await.is_ok()
    }

    /// Counts one that has happened; answers whether the next one would not be admitted.
    pub(crate) async fn uses_up(&self, quota: Quota, key: Key<'_>) -> bool {
        let Some(running) = &self.running else { return false };
        let ask = Ask::new(quota, key);
        let standings = running.take(&[ask]).await;
        let arrival = standings.first().and_then(|standing| standing.arrival);
        ask.rate.room(arrival, running.clock.now()) == 0
    }

    /// Counts one request under several limits, with as many statements as under one.
    ///
    /// # Errors
    /// Where one of them is reached; the wait is until all of them admit it.
    pub async fn check_all(&self, quotas: &[(Quota, Key<'_>)]) -> Result<(), TooMany> {
        let Some(running) = &self.running else { return Ok(()) };
        let asks: Vec<Ask> = quotas.iter().map(|(quota, key)| Ask::new(*quota, *key)).collect();
        running.decide(&asks, |standings, now| all_admitted(&asks, standings, now)).await
    }

    /// Forgets keys that hold nobody up any more.
    ///
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn forget_idle(&self) -> storage::Result<()> {
        let Some(running) = &self.running else { return Ok(()) };
        let now = running.clock.now();
        running.memory.forget_idle(now);
        running.guesses.look_again(now);
        match &running.shared {
            Some(shared) => shared.forget_idle(now).await,
            None => Ok(()),
        }
    }
}

impl Running {
    /// Refuses what is known here to be over its limit, without asking anybody; else takes.
    async fn decide<T>(
        &self,
        asks: &[Ask],
        verdict: impl Fn(&[Standing], Timestamp) -> Result<T, TooMany>,
    ) -> Result<T, TooMany> {
        let now = self.clock.now();
        verdict(&self.memory.look(asks, now), now)?;
        let standings = self.take(asks).await;
        verdict(&standings, self.clock.now())
    }

    async fn take(&self, asks: &[Ask]) -> Vec<Standing> {
        if let Some(shared) = &self.shared
            && let Some(standings) = shared.ask(asks).await
        {
            return standings;
        }
        self.memory.take(asks, self.clock.now())
    }
}

impl Ask {
    fn new(quota: Quota, key: Key<'_>) -> Self {
        Self { row: quota.row(key), rate: quota.rate(), takes: true }
    }
}

/// Whoever is refused by one limit waits until none refuses any more.
fn all_admitted(asks: &[Ask], standings: &[Standing], now: Timestamp) -> Result<(), TooMany> {
    if standings.iter().all(|standing| standing.admitted) {
        return Ok(());
    }
    let rows = asks.iter().zip(standings);
    let waits = rows.map(|(ask, standing)| ask.rate.wait(standing.arrival, now));
    Err(TooMany { retry_after: waits.max().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Stands(AtomicI64);

    impl Clock for Stands {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
        }
    }

    /// The limits of a server that is the only one, and its clock.
    pub(super) fn alone() -> (Limiter, impl Fn(i64)) {
        let clock = Arc::new(Stands(AtomicI64::new(1_800_000_000)));
        let running = Running {
            memory: Arc::new(Memory::default()),
            shared: None,
            guesses: Guesses::default(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
        };
        let limiter = Limiter { running: Some(running), trusted_proxies: Vec::new() };
        let advance = move |seconds| {
            clock.0.fetch_add(seconds, Ordering::Relaxed);
        };
        (limiter, advance)
    }

    #[tokio::test]
    async fn an_e_mail_address_has_fifteen_mails_from_strangers_and_then_one_in_three_minutes() {
        let (limiter, advance) = alone();
        let mail = |to| limiter.check(Quota::SignInMailByEmail, Key::Email(to));
        for _ in 0..15 {
            mail("ahmed@example.com").await.unwrap();
        }
        let refused = mail("Ahmed@example.com").await.unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_mins(3));
        mail("maryam@example.com").await.unwrap();
        advance(180);
        mail("ahmed@example.com").await.unwrap();
        mail("ahmed@example.com").await.unwrap_err();
    }

    /// Whoever is refused by their account takes nothing from their neighbours behind the address.
    #[tokio::test]
    async fn a_refused_request_takes_nothing_from_the_others() {
        let (limiter, _) = alone();
        let ask = async |to: &str| {
            let address = IpAddr::from([192, 0, 2, 1]);
            let mails = [
                (Quota::SignInMailByAddress, Key::Address(address)),
                (Quota::SignInMailFromKnown, Key::EmailFrom(to, address)),
            ];
            limiter.check_all(&mails).await
        };
        for n in 0..200 {
            assert_eq!(ask("eager@example.com").await.is_ok(), n < 5);
        }
        for n in 0..55 {
            ask(&format!("neighbour-{n}@example.com")).await.unwrap();
        }
        let refused = ask("late@example.com").await.unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_secs(10));
    }

    /// Whatever moment the day begins at: what is full at first fills up again by as much.
    #[tokio::test]
    async fn codes_that_are_compared_in_a_day() {
        let (limiter, advance) = alone();
        for (quota, most) in
            [(Quota::CodeFromUnknown, 50), (Quota::CodeOfAdministratorFromUnknown, 20)]
        {
            let mut compared = 0;
            for _ in 0..24 * 60 {
                while limiter.check(quota, Key::Email("ahmed@example.com")).await.is_ok() {
                    compared += 1;
                }
                advance(60);
            }
            assert!((most - 1..=most).contains(&compared), "{quota:?}: {compared}");
        }
    }

    /// A thousand, and then one in two minutes: 1,720 in the first day and 720 in each further one.
    #[tokio::test]
    async fn wrong_sign_in_codes_of_everybody() {
        let (limiter, advance) = alone();
        let quota = Quota::WrongSignInCode;
        for n in 1..=1_000 {
            assert!(limiter.admits(quota, Key::Everybody).await, "{n}");
            assert_eq!(limiter.uses_up(quota, Key::Everybody).await, n == 1_000, "{n}");
        }
        advance(119);
        assert!(!limiter.admits(quota, Key::Everybody).await);
        advance(1);
        assert!(limiter.admits(quota, Key::Everybody).await);
        assert!(limiter.admits(quota, Key::Everybody).await, "asking counts nothing");
        assert!(limiter.uses_up(quota, Key::Everybody).await);
        assert!(!limiter.admits(quota, Key::Everybody).await);
    }

    #[tokio::test]
    async fn off_limits_nothing() {
        let limiter = Limiter { running: None, trusted_proxies: Vec::new() };
        let address = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..1_000 {
            limiter.check(Quota::SignInMailByEmail, Key::Email("a@example.com")).await.unwrap();
            limiter.attempt(address, &[]).await.unwrap().wrong().await.unwrap();
            assert!(!limiter.uses_up(Quota::WrongSignInCode, Key::Everybody).await);
        }
        assert!(limiter.admits(Quota::WrongSignInCode, Key::Everybody).await);
        limiter.forget_idle().await.unwrap();
    }
}
