//! A Sovereign with an issuer, and a browser that keeps cookies.

use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use serde_json::{Value, json};
use sovereign::auth::IssuerSettings;
use sovereign::clock::Clock as _;

use crate::harness::{
    Account, Client, Engine, FQDN, Provider, ProviderOptions, Reply, Setup, TestApp, TestClock,
    TokenServer,
};

/// What the provider calls the Sovereign.
pub(super) const CLIENT_ID: &str = "sovereign";
pub(super) const CLIENT_SECRET: &str = "a secret with a colon: and 100%";
/// What access tokens of the realm are meant for.
pub(super) const AUDIENCE: &str = "sovereign-api";

pub(super) fn settings(name: &str, issuer: &str) -> IssuerSettings {
    IssuerSettings {
        name: name.to_owned(),
        issuer: issuer.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(CLIENT_SECRET.to_owned()),
        label: format!("Label of {name}"),
        audience: None,
        grants_roles: false,
        scopes: "openid email profile".to_owned(),
    }
}

/// A Sovereign that people sign in to with the provider `google`.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) provider: Provider,
    pub(super) aisha: Account,
}

/// How a world's issuer is configured, from what is usual.
pub(super) type Change = fn(&mut IssuerSettings);

/// The host under which a franchisee's customers find the pages, where one is set.
pub(super) const BRANDED: &str = "cloud.kestrel.example";

/// An OpenID provider that knows the Sovereign, and whose clock is a new test's.
pub(super) async fn provider(accounts: Vec<Account>) -> Provider {
    let client = |id: &str, more: Value| {
        let mut client = json!({
            "client_id": id,
            "redirect_uris": [
                format!("https://{FQDN}/auth/callback"), format!("https://console.{FQDN}/back"),
                format!("https://{BRANDED}/auth/callback"),
            ],
        });
        client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client
    };
    let clients = vec![
        client(CLIENT_ID, json!({ "client_secret": CLIENT_SECRET })),
        client("public", json!({ "token_endpoint_auth_method": "none" })),
    ];
    let provider = Provider::start(ProviderOptions { clients, accounts }).await;
    provider.issuer.set_clock(TestClock::new().now()).await;
    provider
}

impl World {
    pub(super) async fn start(engine: Engine, change: Change) -> Self {
        let aisha = Account::new("aisha", "aisha@example.com");
        let provider = provider(vec![aisha.clone()]).await;
        let mut google = settings("google", &provider.issuer.url);
        change(&mut google);
        let setup = Setup { issuers: vec![google], ..Setup::default() };
        Self { app: TestApp::start_with(engine, setup).await, provider, aisha }
    }

    /// Moves the clock, of both.
    pub(super) async fn advance_seconds(&self, seconds: i64) {
        self.app.clock.advance_seconds(seconds);
        self.provider.issuer.set_clock(self.app.clock.now()).await;
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(&self.app)
    }

    /// Begins a sign-in, signs in at the provider, and answers where the browser is sent back to.
    pub(super) async fn go(&self, browser: &Browser) -> Url {
        let there = browser.leave("google", "/console").await;
        self.provider.sign_in(&there, &self.aisha).await
    }

    /// The same, and comes back.
    pub(super) async fn sign_in(&self, browser: &Browser) -> Page {
        let back = self.go(browser).await;
        browser.follow(&back).await
    }

    /// Nobody is known who was not before, and nobody is signed in.
    pub(super) async fn assert_nothing_done(&self) {
        assert_eq!(self.app.number("SELECT count(*) FROM sessions").await, 0);
        let sql = "SELECT count(*) FROM users WHERE issuer LIKE 'http://127%'";
        assert_eq!(self.app.number(sql).await, 0);
    }
}

/// Makes two tests of one body, as `on_both` does, of a world or a realm whose issuer is changed by what
/// stands behind it.
macro_rules! in_world {
    (@change) => { |_| {} };
    (@change $change:expr) => { $change };
    ($(
        $(#[$doc:meta])*
        async fn $name:ident($world:ident: &$kind:ident $(, $change:expr)?) $body:block
    )+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($world: &$crate::oidc::world::$kind) $body

            async fn run(engine: $crate::harness::Engine) {
                let change: $crate::oidc::world::Change = $crate::oidc::world::in_world!(@change $($change)?);
                let world = $crate::oidc::world::$kind::start(engine, change).await;
                body(&world).await;
                world.app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::harness::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run($crate::harness::Engine::Postgres).await;
            }
        }
    )+};
}
pub(super) use in_world;

/// A Sovereign that accepts access tokens of a realm in Keycloak's shape.
pub(super) struct Realm {
    pub(super) app: TestApp,
    pub(super) server: TokenServer,
}

impl Realm {
    pub(super) async fn start(engine: Engine, change: Change) -> Self {
        let server = TokenServer::start().await;
        server.issuer.set_clock(TestClock::new().now()).await;
        let mut realm = settings("realm", &server.issuer.url);
        realm.audience = Some(AUDIENCE.to_owned());
        change(&mut realm);
        let setup = Setup { issuers: vec![realm], ..Setup::default() };
        Self { app: TestApp::start_with(engine, setup).await, server }
    }

    pub(super) async fn advance_seconds(&self, seconds: i64) {
        self.app.clock.advance_seconds(seconds);
        self.server.issuer.set_clock(self.app.clock.now()).await;
    }

    /// A token for this audience, with these claims besides.
    pub(super) async fn token(&self, claims: Value) -> String {
        self.signed("RS256", claims, json!({})).await
    }

    pub(super) async fn signed(&self, algorithm: &str, claims: Value, header: Value) -> String {
        let mut all = json!({ "aud": AUDIENCE });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        self.server.sign(algorithm, &all, &header).await
    }

    /// The answer to somebody with this token who asks who they are.
    pub(super) async fn me(&self, token: &str) -> Reply {
        self.app.bearing(token).get("/auth/me").await
    }

    pub(super) async fn bearing(&self, claims: Value) -> Client {
        self.app.bearing(&self.token(claims).await)
    }
}

/// A browser in front of the Sovereign: it keeps cookies, and goes where it is told only when asked to.
pub(super) struct Browser {
    http: reqwest::Client,
    base: String,
}

/// What a browser was answered.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) location: String,
    pub(super) cookies: Vec<String>,
    pub(super) text: String,
}

impl Browser {
    pub(super) fn new(app: &TestApp) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(Policy::none());
        Self { http: http.build().unwrap(), base: app.url("") }
    }

    pub(super) async fn get(&self, path: &str) -> Page {
        self.get_with(path, &[]).await
    }

    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.http.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Page::of(request.send().await.unwrap()).await
    }

    /// Presses an issuer's button; answers where it leads to.
    pub(super) async fn leave(&self, name: &str, return_to: &str) -> String {
        let page = self.get(&format!("/auth/oidc/{name}?return_to={return_to}")).await;
        assert_eq!(page.status, 303, "{}", page.text);
        page.location
    }

    /// Goes where the provider sends the browser: this Sovereign, whatever its name is in the test.
    pub(super) async fn follow(&self, back: &Url) -> Page {
        assert!(back.as_str().starts_with(&format!("https://{FQDN}/auth/callback?")), "{back}");
        self.get(&format!("/auth/callback?{}", back.query().unwrap())).await
    }

    pub(super) async fn is_signed_in(&self) -> bool {
        self.get("/console").await.status == 200
    }
}

impl Page {
    async fn of(response: Response) -> Self {
        let header = |name: &str| {
            let values = response.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        Self {
            status: response.status().as_u16(),
            location: header("location").into_iter().next().unwrap_or_default(),
            cookies: header("set-cookie"),
            text: response.text().await.unwrap(),
        }
    }

    /// The `Set-Cookie` of this name.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let start = format!("{name}=");
        self.cookies.iter().map(String::as_str).find(|cookie| cookie.starts_with(&start))
    }

    /// A page that says, in a heading, what went wrong, and begins no session.
    #[track_caller]
    pub(super) fn expect_failure(&self, status: u16, heading: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert!(self.text.contains(&format!("<h1>{heading}</h1>")), "{}", self.text);
        assert!(self.text.contains("href=\"/sign-in\""), "a way on: {}", self.text);
        assert_eq!(self.cookie("__Host-session"), None);
    }
}

/// A parameter of an address.
pub(super) fn parameter(url: &str, name: &str) -> String {
    let url = Url::parse(url).unwrap();
    let mut pairs = url.query_pairs().into_owned();
    pairs.find(|(key, _)| key == name).unwrap_or_else(|| panic!("no {name} in {url}")).1
}

/// The address with another value of a parameter.
pub(super) fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(kept);
    if let Some(value) = value {
        changed.query_pairs_mut().append_pair(name, value);
    }
    changed
}
