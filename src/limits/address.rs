//! Where a request came from.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// The address a request came from. `forwarded` lists what proxies wrote, the nearest last: the last one that
/// is not a trusted proxy itself is the client, because only trusted proxies wrote what stands behind it.
pub(super) fn client(trusted: &[IpNet], peer: IpAddr, forwarded: &[&str]) -> IpAddr {
    let is_trusted =
        |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut client = peer;
    for text in forwarded.iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Ok(address) = text.trim().parse() else { break };
        client = address;
    }
    client
}

/// One household or host has a whole /64 of IPv6.
pub(super) fn network(address: IpAddr) -> IpAddr {
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
    fn only_trusted_proxies_say_who_the_client_is() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let client = |peer: &str, forwarded: &[&str]| {
            client(&trusted, peer.parse().unwrap(), forwarded).to_string()
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
