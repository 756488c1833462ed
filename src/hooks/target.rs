//! The address of an endpoint, as a person gives it: what can be said of it without asking anybody.

use std::net::IpAddr;

use reqwest::Url;

use super::addresses::Reach;

/// The most bytes of an address.
const MAX_BYTES: usize = 2_000;

/// Reads an endpoint's address.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(text: &str, reach: &Reach) -> Result<Url, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("must have at most {MAX_BYTES} bytes"));
    }
    let url = Url::parse(text)
        .map_err(|_| "must be an address such as https://example.com/events".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user or a password; the signature says who sends".into());
    }
    if url.fragment().is_some() {
        return Err("must have no # in it: what is behind it is never sent".into());
    }
    check(&url, reach)?;
    Ok(url)
}

/// Whether something may be sent there, as far as the address itself says. What a name stands for is looked at
/// when a connection is made.
///
/// # Errors
/// Why not.
pub(super) fn check(url: &Url, reach: &Reach) -> Result<(), String> {
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("has no host")?;
    // Other ways to write an address of IPv4, such as 0x7f.1, are this one for whoever parsed it.
    let address: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    if let Some(address) = address
        && !reach.includes(address)
    {
        return Err(refused(address));
    }
    let here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if here && reaches_this_machine(reach) => {}
        "http" => return Err("must begin with https://".into()),
        scheme => return Err(format!("must begin with https://, not {scheme}://")),
    }
    match url.port_or_known_default() {
        Some(443 | 1024..) => Ok(()),
        Some(80) if url.scheme() == "http" => Ok(()),
        _ => Err("must have port 443 or one from 1024 on".into()),
    }
}

/// What is said of an address that nothing is sent to.
pub(super) fn refused(address: IpAddr) -> String {
    format!(
        "{address} is no address of the public internet; where that is meant to be, list its network in \
         events.allowed_networks"
    )
}

fn reaches_this_machine(reach: &Reach) -> bool {
    reach.allowed.iter().any(|network| network.addr().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Reach {
        Reach { allowed: vec!["127.0.0.0/8".parse().unwrap()] }
    }

    #[test]
    fn addresses_of_the_public_internet_are_taken() {
        for text in [
            "https://example.com",
            "https://example.com/events?of=us",
            "https://example.com:8443/x",
            "https://bücher.example/",
            "https://1.1.1.1/",
            "https://[2606:4700:4700::1111]/",
        ] {
            parse(text, &Reach::default()).expect(text);
        }
    }

    #[test]
    fn others_are_refused_however_they_are_written() {
        for text in [
            "",
            "example.com",
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "data:,x",
            "https://",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://:password@example.com/",
            "https://example.com/#part",
            "https://example.com:22/",
            "https://example.com:80/",
            "https://example.com:0/",
            "http://localhost/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://2130706433/",
            "https://127.0.0.1./",
            "https://0/",
            "https://１２７.0.0.1/",
            "https://127。0。0。1/",
            "https://%31%32%37.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
        ] {
            let error = parse(text, &Reach::default()).expect_err(text);
            assert!(!error.is_empty());
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_BYTES));
        parse(&long, &Reach::default()).unwrap_err();
    }

    #[test]
    fn this_machine_is_one_only_where_it_is_allowed() {
        for text in ["http://localhost:9000/", "http://127.0.0.1:9000/", "https://127.0.0.1/"] {
            parse(text, &here()).expect(text);
        }
        for text in ["http://example.com/", "http://10.0.0.1/", "http://[::1]:9000/"] {
            parse(text, &here()).expect_err(text);
        }
        let other = Reach { allowed: vec!["10.0.0.0/8".parse().unwrap()] };
        parse("https://10.0.0.1/", &other).unwrap();
        for text in ["http://10.0.0.1/", "http://localhost:9000/"] {
            parse(text, &other).expect_err(text);
        }
    }
}
