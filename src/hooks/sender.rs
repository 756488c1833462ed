//! One request to an endpoint: bounded in time and size, never where it redirects to, and to an address that was
//! looked at after it was looked up.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::addresses::Reach;
use super::target;
use crate::error_chain::chain;

/// What is kept of an answer, in bytes.
const MAX_EXCERPT_BYTES: usize = 500;

/// The addresses of a name, when they are known.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up.
pub type Lookup = Arc<dyn Fn(String) -> Looking + Send + Sync>;

/// How events are sent to endpoints.
#[derive(Clone)]
pub struct HookOptions {
    /// Networks that may be sent to although they are not public.
    pub allowed_networks: Vec<IpNet>,
    pub lookup: Lookup,
    pub connect_timeout: Duration,
    /// For a whole request, the answer's body included.
    pub timeout: Duration,
}

impl Default for HookOptions {
    fn default() -> Self {
        Self {
            allowed_networks: Vec::new(),
            lookup: Arc::new(|host| Box::pin(system_lookup(host))),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for HookOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookOptions({:?}, {:?})", self.allowed_networks, self.timeout)
    }
}

async fn system_lookup(host: String) -> io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((host, 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) url: &'a str,
    pub(crate) headers: [(&'static str, String); 3],
    pub(crate) body: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// `None` where nothing answered.
    pub(crate) status: Option<u16>,
    /// How the answer began, or why there was none.
    pub(crate) excerpt: String,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The receiver says that there is nobody any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.status == Some(410)
    }

    pub(crate) fn none(reason: impl Into<String>) -> Self {
        Self { status: None, excerpt: storable(&reason.into()) }
    }
}

pub(crate) struct Sender {
    http: Client,
    pub(crate) reach: Reach,
}

impl Sender {
    /// # Errors
    /// Where there are no certificate authorities to trust.
    pub(crate) fn new(options: HookOptions) -> Result<Self, String> {
        // Fails where there is one already, which does as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let reach = Reach { allowed: options.allowed_networks };
        let guard = Guard { reach: reach.clone(), lookup: options.lookup };
        let http = Client::builder()
            .redirect(Policy::none())
            // A proxy would look names up by itself.
            .no_proxy()
            .dns_resolver(Arc::new(guard))
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .user_agent(concat!("sovereign/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| chain(&error))?;
        Ok(Self { http, reach })
    }

    /// Sends once.
    pub(crate) async fn send(&self, message: Message<'_>) -> Answer {
        // What was allowed when the endpoint was made may not be any more; and a client asks no resolver about
        // an address that is written out.
        let checked = Url::parse(message.url)
            .map_err(|_| "is no address".to_owned())
            .and_then(|url| target::check(&url, &self.reach).map(|()| url));
        let url = match checked {
            Ok(url) => url,
            Err(reason) => return Answer::none(format!("the address {reason}")),
        };
        let mut request = self.http.post(url).header("Content-Type", "application/json");
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        match request.body(message.body).send().await {
            Ok(response) => answered(response).await,
            Err(error) => Answer::none(chain(&error.without_url())),
        }
    }
}

/// Reads no more of an answer than is kept. Its status counts, whether the rest arrives or not.
async fn answered(mut response: Response) -> Answer {
    let status = Some(response.status().as_u16());
    let mut bytes = Vec::new();
    while bytes.len() < MAX_EXCERPT_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(MAX_EXCERPT_BYTES);
    Answer { status, excerpt: storable(&String::from_utf8_lossy(&bytes)) }
}

/// A text that both databases take, and a terminal too.
fn storable(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    plain.take(MAX_EXCERPT_BYTES).collect()
}

/// Looks a name up, and lets only those addresses through that may be reached: the client connects to these and
/// to no others, whatever the name stands for a moment later.
struct Guard {
    reach: Reach,
    lookup: Lookup,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = (self.lookup)(name.as_str().to_owned());
        let reach = self.reach.clone();
        Box::pin(async move {
            let found = looking.await?;
            let reached = found.iter().filter(|address| reach.includes(**address));
            let reached: Vec<SocketAddr> =
                reached.map(|address| SocketAddr::new(*address, 0)).collect();
            match found.first() {
                Some(address) if reached.is_empty() => {
                    Err(io::Error::other(target::refused(*address)).into())
                }
                _ => Ok(Box::new(reached.into_iter()) as Addrs),
            }
        })
    }
}
