//! One request at a time: bounded in time and size, never where it redirects to. One that comes too often is sent
//! again when the answer says so.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use serde_json::Value;

use super::Options;
use super::report::Ended;
use super::shape::shown;
use super::stop::Stop;
use super::target::{Address, Token};
use crate::error_chain::chain;

/// A page of a thousand vouchers with long descriptions has more than one MiB, and so may a description of the API.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// How often a request is sent that is answered 429.
const TRIES: u32 = 3;
/// What is shown of a text that a service answers.
const MAX_EXCERPT_CHARS: usize = 200;

/// Whose token a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Nobody,
    Admin,
    Member,
}

#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: Method,
    path: String,
    body: Option<Value>,
    pub(crate) who: Who,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>, who: Who) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, who }
    }

    pub(crate) fn delete(path: impl Into<String>, who: Who) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, who }
    }

    pub(crate) fn post(path: impl Into<String>, body: Option<Value>, who: Who) -> Self {
        Self { method: Method::POST, path: path.into(), body, who }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    location: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) json: Option<Value>,
    /// How it begins, where it is not JSON.
    excerpt: String,
    /// Whether it was left unread, since it is larger than any that is asked for: the excerpt says so.
    is_too_large: bool,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.json.as_ref()?.get(name)
    }

    /// The answer in few words. Of what went well only what it is: vouchers' codes stay out of logs.
    pub(crate) fn described(&self) -> String {
        let status = self.status;
        if let Some(location) = &self.location {
            return format!("{status} to {}", one_line(location));
        }
        match &self.json {
            Some(json) => match json.get("detail").or_else(|| json.get("error")) {
                Some(Value::String(detail)) if status >= 400 => {
                    format!("{status}: {}", one_line(detail))
                }
                _ => format!("{status} with {}", shown(json)),
            },
            None if self.is_too_large => format!("{status} with {}", self.excerpt),
            None if self.excerpt.is_empty() => format!("{status} with an empty body"),
            None if status >= 400 => format!("{status}: {}", self.excerpt),
            None => format!("{status} with a body that is not JSON"),
        }
    }

    /// How long to wait before it is sent again, where it came too often.
    fn wait(&self) -> Option<Duration> {
        let seconds = self.retry_after.as_ref().filter(|_| self.status == 429)?.trim().parse();
        seconds.ok().map(Duration::from_secs)
    }

    async fn read(
        mut response: Response,
        token: Option<&Token>,
        most: usize,
    ) -> reqwest::Result<Self> {
        let conceal = |bytes: Vec<u8>| match token {
            Some(token) => token.conceal(bytes),
            None => bytes,
        };
        let concealed =
            |text: String| String::from_utf8_lossy(&conceal(text.into_bytes())).into_owned();
        let status = response.status().as_u16();
        let content_type = header(&response, CONTENT_TYPE).unwrap_or_default();
        let is_redirect = (300..400).contains(&status);
        let location = header(&response, LOCATION).filter(|_| is_redirect).map(concealed);
        let retry_after = header(&response, RETRY_AFTER);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len().saturating_add(chunk.len()) > most {
                let excerpt = format!("a body larger than {} KiB", most / 1024);
                return Ok(Self {
                    status,
                    content_type,
                    location,
                    retry_after,
                    json: None,
                    excerpt,
                    is_too_large: true,
                });
            }
            bytes.extend_from_slice(&chunk);
        }
        let bytes = conceal(bytes);
        let json = serde_json::from_slice(&bytes).ok();
        let excerpt = match json {
            Some(_) => String::new(),
            None => one_line(&String::from_utf8_lossy(&bytes)),
        };
        let is_too_large = false;
        Ok(Self { status, content_type, location, retry_after, json, excerpt, is_too_large })
    }
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// How a text begins, on one line, and without what a terminal would obey.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    line.join(" ").chars().take(MAX_EXCERPT_CHARS).collect()
}

/// The way to every Sovereign of a run.
pub(crate) struct Client {
    http: reqwest::Client,
    longest_wait: Duration,
    /// Bytes of a body.
    most: usize,
}

impl Client {
    /// It calls itself `agent`.
    ///
    /// # Errors
    /// Where there are no certificate authorities to trust.
    pub(crate) fn new(options: &Options, agent: &'static str) -> Result<Self, String> {
        // Fails where there is one already, which does as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .user_agent(agent)
            .build()
            .map_err(|error| chain(&error))?;
        Ok(Self { http, longest_wait: options.longest_wait, most: MAX_BODY_BYTES })
    }

    /// The same, where no answer that is read has more bytes than these.
    pub(crate) fn with_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Sends a request, again where it came too often and the wait is not too long.
    ///
    /// # Errors
    /// Where no whole answer came, or the run is to stop.
    pub(crate) async fn send(
        &self,
        address: &Address,
        request: &Request,
        token: Option<&Token>,
        stop: &Stop,
    ) -> Result<Answer, Ended> {
        let mut tries = 0;
        loop {
            if stop.is_asked() {
                return Err(Ended::Stopped);
            }
            let answer = self.send_once(address, request, token).await;
            let answer =
                answer.map_err(|error| Ended::Unreachable(format!("{request}: {error}")))?;
            tries += 1;
            match answer.wait() {
                Some(wait) if tries < TRIES && wait <= self.longest_wait => tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.asked() => return Err(Ended::Stopped),
                },
                _ => return Ok(answer),
            }
        }
    }

    /// Sends a request once, whether the run is to stop or not.
    ///
    /// # Errors
    /// Where no whole answer came.
    pub(crate) async fn send_once(
        &self,
        address: &Address,
        request: &Request,
        token: Option<&Token>,
    ) -> Result<Answer, String> {
        let url = address.at(&request.path)?;
        let mut sent = self.http.request(request.method.clone(), url);
        if let Some(token) = token {
            sent = sent.header(AUTHORIZATION, token.header());
        }
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let lost = |error: reqwest::Error| chain(&error.without_url());
        let response = sent.send().await.map_err(lost)?;
        Answer::read(response, token, self.most).await.map_err(lost)
    }
}
