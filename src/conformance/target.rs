//! What is checked: where a Sovereign answers, and the tokens to ask it with.

use std::fmt;

use reqwest::Url;
use reqwest::header::HeaderValue;

/// A Sovereign to check. Without a token only what needs none is checked.
#[derive(Debug, Clone)]
pub struct Sovereign {
    pub address: Address,
    /// Its domain name, where whoever asks knows it.
    pub fqdn: Option<String>,
    /// Of a superadmin or sovereign-admin.
    pub token: Option<Token>,
    /// Of somebody who is neither.
    pub member_token: Option<Token>,
}

/// Where a Sovereign answers: `https://` or `http://`, perhaps with a path that stands before every route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Without a slash at the end.
    text: String,
    path: String,
}

impl Address {
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{text}: {why}, such as https://api.omantel.omani.works");
        let url = Url::parse(text.trim()).map_err(|_| wrong("must be an address"))?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(wrong("must begin with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // Not said again: it may be a secret.
            return Err("an address must have no user and no password in it".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must have neither a query nor a fragment"));
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Self { text, path })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is of a host that has every route under `/api`.
    pub(super) fn is_under_api(&self) -> bool {
        self.path.ends_with("/api")
    }

    /// The address of a path, which begins with a slash.
    pub(super) fn at(&self, path: &str) -> Result<Url, String> {
        Url::parse(&format!("{}{path}", self.text)).map_err(|error| error.to_string())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A shorter token is no secret, and may be a part of any word.
const SHORTEST_SECRET: usize = 8;

/// A bearer token. Nothing shows it.
#[derive(Clone)]
pub struct Token(HeaderValue);

impl Token {
    /// # Errors
    /// Why it cannot be one.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("is empty");
        }
        if text.contains(char::is_whitespace) {
            return Err("must be one token, without spaces and without the word Bearer");
        }
        let header = HeaderValue::try_from(format!("Bearer {text}"));
        let mut header = header.map_err(|_| "has a character that no token has")?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// What was answered, without the token: some services answer what they were sent.
    pub(super) fn conceal(&self, bytes: Vec<u8>) -> Vec<u8> {
        let header = self.0.as_bytes();
        let secret = header.strip_prefix(b"Bearer ").unwrap_or(header);
        let is_there = secret.len() >= SHORTEST_SECRET
            && bytes.windows(secret.len()).any(|window| window == secret);
        if !is_there {
            return bytes;
        }
        let secret = String::from_utf8_lossy(secret);
        String::from_utf8_lossy(&bytes).replace(secret.as_ref(), "…").into_bytes()
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_path() {
        for (text, url) in [
            ("https://api.example", "https://api.example/version"),
            (" https://api.example/ ", "https://api.example/version"),
            ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/api/version"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.at("/version").unwrap().as_str(), url);
            assert_eq!(address.is_under_api(), text.contains("/api/"));
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, why) in [
            ("api.example", "must be an address"),
            ("ftp://api.example", "must begin with"),
            ("https://api.example?x=1", "neither a query"),
            ("https://me:hunter2@api.example", "no user and no password"),
        ] {
            let said = Address::parse(text).unwrap_err();
            assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn a_token_is_one_word_and_stays_unseen() {
        let token = Token::parse(" abc.def.ghi\n").unwrap();
        assert_eq!(token.header(), "Bearer abc.def.ghi");
        assert!(!format!("{token:?} {:?}", token.header()).contains("abc"));
        for text in ["", " \n", "Bearer abc", "a\u{7f}b"] {
            Token::parse(text).unwrap_err();
        }
    }
    #[test]
    fn a_token_that_is_answered_is_taken_out() {
        let token = Token::parse("abc.def.ghi").unwrap();
        let hidden = token.conceal(b"bad: Bearer abc.def.ghi!".to_vec());
        assert_eq!(String::from_utf8(hidden).unwrap(), "bad: Bearer \u{2026}!");
        assert_eq!(token.conceal(b"all is well".to_vec()), b"all is well");
        // A part of any word is no secret.
        assert_eq!(Token::parse("a").unwrap().conceal(b"abba".to_vec()), b"abba");
    }
}
