//! How often one address may ask what anyone may ask.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

/// Previews at once, and then one a second. A whole building or a mobile network can share an address.
const PREVIEW_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
const SLUG_BURST: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// The limits of the public routes.
pub struct Limits {
    preview: Option<DefaultKeyedRateLimiter<IpAddr>>,
    slug: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Proxies whose `X-Forwarded-For` is believed.
    trusted_proxies: Vec<IpNet>,
    clock: DefaultClock,
}

/// Too many requests; how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    pub retry_after: Duration,
}

impl Limits {
    #[must_use]
    pub fn on(trusted_proxies: Vec<IpNet>) -> Self {
        let each_second =
            |burst| RateLimiter::keyed(Quota::per_second(NonZeroU32::MIN).allow_burst(burst));
        Self {
            preview: Some(each_second(PREVIEW_BURST)),
            slug: Some(each_second(SLUG_BURST)),
            trusted_proxies,
            clock: DefaultClock::default(),
        }
    }

    /// For load tests of a demo.
    #[must_use]
    pub fn off() -> Self {
        Self {
            preview: None,
            slug: None,
            trusted_proxies: Vec::new(),
            clock: DefaultClock::default(),
        }
    }

    /// The address a request came from. `forwarded` lists what proxies wrote, the nearest last: the last
    /// one that is not a trusted proxy itself is the client, because only trusted proxies wrote what
    /// stands behind it.
    #[must_use]
    pub fn client(&self, peer: IpAddr, forwarded: &[&str]) -> IpAddr {
        let trusted = |address: &IpAddr| {
            self.trusted_proxies.iter().any(|network| network.contains(&address.to_canonical()))
        };
        let mut client = peer;
        for text in forwarded.iter().rev() {
            if !trusted(&client) {
                break;
            }
            let Ok(address) = text.trim().parse() else { break };
            client = address;
        }
        client
    }

    /// # Errors
    /// Where the address asked too often.
    pub fn preview(&self, address: IpAddr) -> Result<(), TooMany> {
        self.check(self.preview.as_ref(), address)
    }

    /// # Errors
    /// Where the address asked too often.
    pub fn slug(&self, address: IpAddr) -> Result<(), TooMany> {
        self.check(self.slug.as_ref(), address)
    }

    /// Forgets addresses that have not asked for a while.
    pub fn forget_idle(&self) {
        for limiter in [&self.preview, &self.slug].into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn check(
        &self,
        limiter: Option<&DefaultKeyedRateLimiter<IpAddr>>,
        address: IpAddr,
    ) -> Result<(), TooMany> {
        let Some(limiter) = limiter else { return Ok(()) };
        limiter
            .check_key(&network(address))
            .map_err(|wait| TooMany { retry_after: wait.wait_time_from(self.clock.now()) })
    }
}

/// One household or host has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_burst_and_neighbours_have_their_own() {
        let limits = Limits::on(Vec::new());
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let same: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        let refused = (0..200).filter(|_| limits.preview(one).is_err()).count();
        assert!((130..=140).contains(&refused), "{refused} of 200 refused");
        assert!(limits.preview(same).is_err());
        assert!(limits.preview("192.0.2.2".parse().unwrap()).is_ok());
        assert!(limits.preview("2001:db8::1".parse().unwrap()).is_ok());
        assert!(Limits::off().preview(one).is_ok());
    }

    #[test]
    fn only_trusted_proxies_say_who_the_client_is() {
        let limits = Limits::on(vec!["10.0.0.0/8".parse().unwrap()]);
        let client = |peer: &str, forwarded: &[&str]| {
            limits.client(peer.parse().unwrap(), forwarded).to_string()
        };
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["6.6.6.6", " 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1", "10.9.9.9"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1", "nonsense"]), "10.0.0.1");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let two: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        assert_eq!(network(one), network(two));
    }
}
