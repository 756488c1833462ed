//! Which addresses events may be sent to.
//!
//! An endpoint's address is chosen by a person and looked up anew each time: without this, whoever may name
//! one could have the server ask machines behind its firewall. Everything is refused that is not plainly of
//! the public internet, unless the configuration allows it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Not of the public internet, by the registries of special addresses of the IANA; and one address at which a
/// cloud answers its own machines.
const REFUSED_V4: [(Ipv4Addr, u8); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carriers' own.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Where clouds keep what their machines are told, credentials among it.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, reserved, broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
];

/// Of these alone addresses of IPv6 are given out to be reached from everywhere. What carries one of IPv4
/// (mapped, compatible, NAT64) is outside.
const UNICAST_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Inside of it, and yet not to be reached: protocols' own (Teredo among them), documentation, 6to4.
const REFUSED_V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// What may be reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reach {
    /// Networks that may be, although they are not public.
    pub(crate) allowed: Vec<IpNet>,
}

impl Reach {
    /// Whether something may be sent to this address, as it stands: one of IPv4 in the clothes of IPv6 is
    /// neither.
    pub(crate) fn includes(&self, address: IpAddr) -> bool {
        is_public(address) || self.allowed.iter().any(|network| network.contains(&address))
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !REFUSED_V4.iter().any(|(network, bits)| {
            leading(address.to_bits().into(), 32, *bits)
                == leading(network.to_bits().into(), 32, *bits)
        }),
        IpAddr::V6(address) => {
            let within = |(network, bits): (Ipv6Addr, u8)| {
                leading(address.to_bits(), 128, bits) == leading(network.to_bits(), 128, bits)
            };
            within(UNICAST_V6) && !REFUSED_V6.into_iter().any(within)
        }
    }
}

/// The first `bits` of an address that has `width`.
fn leading(address: u128, width: u8, bits: u8) -> u128 {
    address >> (width - bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(allowed: &[&str], address: &str) -> bool {
        let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
        Reach { allowed }.includes(address.parse().unwrap())
    }

    /// The first and the last address of each, and of those around them what is public.
    #[test]
    fn what_is_not_public_is_refused() {
        for address in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.0",
            "169.254.169.254",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!reaches(&[], address), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_not() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700:4700::1111",
            "2a00:1450:4001:831::200e",
        ] {
            assert!(reaches(&[], address), "{address}");
        }
    }

    #[test]
    fn a_network_that_is_allowed_is_reached_and_no_other() {
        let allowed = ["127.0.0.1/32", "10.1.0.0/16", "fd12::/16"];
        for address in ["127.0.0.1", "10.1.255.1", "fd12::7"] {
            assert!(reaches(&allowed, address), "{address}");
        }
        for address in ["127.0.0.2", "10.2.0.1", "fd13::7", "::1", "::ffff:127.0.0.1"] {
            assert!(!reaches(&allowed, address), "{address}");
        }
    }
}
