//! Where somebody goes on after a sign-in: a path of this Sovereign, whatever a link says.

use reqwest::Url;

/// Where everybody can go.
pub(super) const HOME: &str = "/console";

/// `wanted`, where it is a path here; else [`HOME`].
pub(super) fn local(wanted: &str) -> String {
    const MAX_LENGTH: usize = 1_000;
    const HERE: &str = "https://here.invalid";
    let plain = wanted.starts_with('/')
        && wanted.len() <= MAX_LENGTH
        && wanted.is_ascii()
        && !wanted.contains(|c: char| c.is_ascii_control() || c == '\\' || c == ' ');
    // Read as a browser does, which sees hosts where people see paths.
    let stays = || {
        let base = Url::parse(HERE).ok()?;
        let joined = base.join(wanted).ok()?;
        (joined.origin() == base.origin() && !joined.path().starts_with("//")).then_some(joined)
    };
    match stays().filter(|_| plain) {
        Some(url) => match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        },
        None => HOME.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_to() {
        for (wanted, gone) in [
            ("/redeem?code=A-1", "/redeem?code=A-1"),
            ("/checkout", "/checkout"),
            ("/a/../b", "/b"),
            ("/a#part", "/a"),
            ("/invitation?token=x%2Fy", "/invitation?token=x%2Fy"),
        ] {
            assert_eq!(local(wanted), gone, "{wanted}");
        }
        for evil in [
            "",
            "evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "//user@evil.example",
            "/..//evil.example",
            "/.//evil.example",
            "/%5cevil.example/..//x",
            "http:/\\evil.example",
            " /console",
            "/كونسول",
            &format!("/{}", "a".repeat(1_000)),
        ] {
            assert_eq!(local(evil), HOME, "{evil}");
        }
        // Encoded, it is the name of a page that is not there.
        assert_eq!(local("/%2f%2fevil.example"), "/%2f%2fevil.example");
    }
}
