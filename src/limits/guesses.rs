//! Wrong voucher codes: how many an address may name, and how many all of them together.
//!
//! Codes are worth money, and anyone may ask for one. An address that names too many wrong ones is told to
//! wait, right code or wrong, before its code is looked up. Who has many addresses is met by the breaker:
//! too many wrong codes from everybody open it for some minutes, and while it is open a handful is enough.
//! A person with the right code, or with one typing error, does not notice.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sovereign_domain::timestamp::Timestamp;

use super::line::{Lines, Place};
use super::{Ask, Key, Limiter, Quota, Running, Standing, TooMany};

#[derive(Default)]
pub(super) struct Guesses {
    lines: Lines,
    /// Until when the breaker is open, where it is.
    open_until: Mutex<Option<Timestamp>>,
    /// Wrong codes and refused requests since it was last said how many there were.
    wrong: AtomicU64,
    refused: AtomicU64,
}

/// A code that is being looked up for an address.
pub struct Attempt<'a>(Option<Counted<'a>>);

struct Counted<'a> {
    running: &'a Running,
    address: IpAddr,
    place: Place<'a>,
}

/// The rows that decide whether a code is looked up, in the order that [`Guesses::verdict`] reads them.
const LOOKED_AT: [Quota; 3] =
    [Quota::WrongCodeByAddress, Quota::RecentWrongCodeByAddress, Quota::BreakerOpens];

fn ask(quota: Quota, address: IpAddr, takes: bool) -> Ask {
    let key = match quota {
        Quota::WrongCode | Quota::BreakerOpens => Key::Everybody,
        _ => Key::Address(address),
    };
    Ask { takes, ..Ask::new(quota, key) }
}

impl Limiter {
    /// Asks before a voucher code is looked up: `quotas` as [`Limiter::check_all`] does, and whether the
    /// address named too many wrong codes. Whoever looks it up and finds none says so with
    /// [`Attempt::wrong`].
    ///
    /// # Errors
    /// Where a limit is reached. The code must not be looked up then.
    pub async fn attempt(
        &self,
        address: IpAddr,
        quotas: &[(Quota, Key<'_>)],
    ) -> Result<Attempt<'_>, TooMany> {
        let Some(running) = &self.running else { return Ok(Attempt(None)) };
        let guesses = &running.guesses;
        let row = Quota::WrongCodeByAddress.row(Key::Address(address));
        let looked_at = LOOKED_AT.map(|quota| ask(quota, address, false));
        let taken: Vec<Ask> = quotas.iter().map(|(quota, key)| Ask::new(*quota, *key)).collect();
        let mut asks = [&looked_at[..], &taken].concat();
        let mut waiting = None;
        loop {
            let decided = running.decide(&asks, |standings, now| {
                let (of_address, others) = standings.split_at(looked_at.len());
                let quotas = super::all_admitted(&asks[looked_at.len()..], others, now);
                let most = guesses.verdict(&looked_at, of_address, now);
                match (quotas, most) {
                    (Err(one), Err(other)) => Err(one.max(other)),
                    (quotas, most) => quotas.and(most),
                }
            });
            let most = decided.await?;
            if let Some(place) = guesses.lines.step_up(row, most, &mut waiting) {
                return Ok(Attempt(Some(Counted { running, address, place })));
            }
            if let Some(waiting) = &waiting {
                waiting.woken().await;
            }
            // The quotas were taken; what others of the address found since may change the rest.
            asks.truncate(looked_at.len());
        }
    }
}

impl Attempt<'_> {
    /// No voucher has this code.
    ///
    /// # Errors
    /// Where the address has named too many by now: it is told that, and not that the code is wrong.
    pub async fn wrong(self) -> Result<(), TooMany> {
        let Some(Counted { running, address, place }) = self.0 else { return Ok(()) };
        running.guesses.wrong.fetch_add(1, Ordering::Relaxed);
        let asks = [Quota::WrongCodeByAddress, Quota::RecentWrongCodeByAddress, Quota::WrongCode]
            .map(|quota| ask(quota, address, true));
        let standings = running.take(&asks).await;
        let now = running.clock.now();
        if !standings[2].admitted && !running.guesses.is_open(now) {
            let opens = [ask(Quota::BreakerOpens, address, true)];
            let standings = running.take(&opens).await;
            running.guesses.see(standings[0].arrival, now);
        }
        // Only now: whoever waits behind it must find it counted.
        drop(place);
        super::all_admitted(&asks[..1], &standings[..1], now)
    }
}

impl Guesses {
    /// How many codes of the address may be looked up at once.
    fn verdict(
        &self,
        asks: &[Ask; 3],
        standings: &[Standing],
        now: Timestamp,
    ) -> Result<u32, TooMany> {
        let arrival = |index: usize| standings.get(index).and_then(|standing| standing.arrival);
        let room = |index: usize| asks[index].rate.room(arrival(index), now);
        let wait = |index: usize| asks[index].rate.wait(arrival(index), now);
        let (hourly, recent, breaker) = (0, 1, 2);
        self.see(arrival(breaker), now);
        let open = room(breaker) == 0;
        let most = if open { room(hourly).min(room(recent)) } else { room(hourly) };
        if most > 0 {
            return Ok(most);
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let until_handful = if open { wait(recent).min(wait(breaker)) } else { Duration::ZERO };
        Err(TooMany { retry_after: wait(hourly).max(until_handful) })
    }

    fn open_until(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.open_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.open_until().is_some_and(|until| now < until)
    }

    /// Notes until when the breaker is open, and says so where it opens or has closed.
    fn see(&self, until: Option<Timestamp>, now: Timestamp) {
        let mut open_until = self.open_until();
        let until = until.filter(|until| now < *until);
        match (*open_until, until) {
            (None, Some(_)) => {
                let wrong = self.wrong.swap(0, Ordering::Relaxed);
                self.refused.store(0, Ordering::Relaxed);
                tracing::warn!(
                    wrong_codes_here = wrong,
                    "too many wrong voucher codes: addresses that named several are refused for now"
                );
                *open_until = until;
            }
            (Some(_), Some(_)) => *open_until = until.max(*open_until),
            (Some(known), None) if known <= now => {
                *open_until = None;
                tracing::warn!(
                    wrong_codes_here = self.wrong.swap(0, Ordering::Relaxed),
                    refused_here = self.refused.swap(0, Ordering::Relaxed),
                    "addresses that named several wrong voucher codes are served again"
                );
            }
            _ => {}
        }
    }

    /// Says it where the breaker has closed and nobody asked since.
    pub(super) fn look_again(&self, now: Timestamp) {
        self.see(None, now);
        if !self.is_open(now) {
            // Counted anew for each opening: wrong codes of days ago explain none.
            self.wrong.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::super::tests::alone;
    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    /// As many as may be wrong are looked up at once. Whoever waits goes on as one has been found right, and
    /// is refused when all of them were wrong.
    #[tokio::test]
    async fn no_more_at_once_than_may_be_wrong() {
        let (limiter, _) = alone();
        let mut looked_up = Vec::new();
        for _ in 0..30 {
            looked_up.push(limiter.attempt(ADDRESS, &[]).await.unwrap());
        }
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(limiter.attempt(ADDRESS, &[]))).collect();
        for attempt in &mut waiting {
            assert!(poll!(attempt.as_mut()).is_pending());
        }
        let elsewhere = IpAddr::from([192, 0, 2, 2]);
        drop(limiter.attempt(elsewhere, &[]).await.unwrap());
        assert!(poll!(waiting[0].as_mut()).is_pending());
        drop(looked_up.pop());
        looked_up.push(waiting.remove(0).await.unwrap());
        assert!(poll!(waiting[0].as_mut()).is_pending());
        for attempt in looked_up {
            attempt.wrong().await.unwrap();
        }
        for attempt in waiting {
            assert_eq!(attempt.await.err().unwrap().retry_after, Duration::from_mins(2));
        }
        assert!(limiter.running.as_ref().unwrap().guesses.lines.is_empty());
    }

    /// Whoever gives up is in nobody's way, woken or not.
    #[tokio::test]
    async fn who_gives_up_wakes_the_next() {
        let (limiter, _) = alone();
        let mut looked_up = Vec::new();
        for _ in 0..30 {
            looked_up.push(limiter.attempt(ADDRESS, &[]).await.unwrap());
        }
        let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(limiter.attempt(ADDRESS, &[]))).collect();
        for attempt in &mut waiting {
            assert!(poll!(attempt.as_mut()).is_pending());
        }
        drop(waiting.remove(0));
        drop(looked_up.pop());
        // Woken, and gone before it went on.
        drop(waiting.remove(0));
        looked_up.push(waiting.remove(0).await.unwrap());
        drop(looked_up);
        waiting.remove(0).await.unwrap();
        assert!(limiter.running.as_ref().unwrap().guesses.lines.is_empty());
    }

    #[tokio::test]
    async fn the_breaker_opens_for_five_minutes() {
        let (limiter, advance) = alone();
        let from = |n: usize| IpAddr::from([10, 0, 0, u8::try_from(n).unwrap()]);
        for n in 0..201 {
            let attempt = limiter.attempt(from(n % 40), &[]).await.unwrap();
            attempt.wrong().await.unwrap();
        }
        let guesses = &limiter.running.as_ref().unwrap().guesses;
        assert!(guesses.open_until().is_some());
        let refused = limiter.attempt(from(7), &[]).await.err().unwrap();
        assert_eq!(refused.retry_after, Duration::from_mins(5));
        advance(299);
        limiter.forget_idle().await.unwrap();
        assert!(guesses.open_until().is_some());
        limiter.attempt(from(7), &[]).await.err().unwrap();
        advance(1);
        limiter.forget_idle().await.unwrap();
        assert!(guesses.open_until().is_none(), "the minute job says that it has closed");
        limiter.attempt(from(7), &[]).await.unwrap();
    }
}
