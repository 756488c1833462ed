//! An OpenID provider, and a person in front of it.

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use serde_json::{Value, json};

use super::helper::node;
use super::issuer::Issuer;

/// A sign-in is over after this many steps, or never will be.
const MAX_STEPS: usize = 10;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Account {
    pub(crate) sub: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: String,
    pub(crate) picture: String,
}

#[derive(Debug, Default)]
pub(crate) struct ProviderOptions {
    /// As in OpenID Connect Dynamic Client Registration. One with the `application_type` "native" may be
    /// sent back to any port of 127.0.0.1.
    pub(crate) clients: Vec<Value>,
    pub(crate) accounts: Vec<Account>,
}

/// How ID tokens are wrong.
#[derive(Debug)]
pub(crate) enum IdToken {
    Right,
    /// With these claims instead of the right ones; null leaves one out.
    With(Value),
    /// Signed by a key that is not published, under the name of one that is.
    Forged,
}

pub(crate) struct Provider {
    pub(crate) issuer: Issuer,
}

impl Account {
    /// Somebody whose address the provider has verified.
    pub(crate) fn new(sub: &str, email: &str) -> Self {
        Self {
            sub: sub.to_owned(),
            email: email.to_owned(),
            email_verified: true,
            name: format!("Name of {sub}"),
            picture: format!("https://pictures.example/{sub}.png"),
        }
    }
}

impl Provider {
    pub(crate) async fn start(options: ProviderOptions) -> Self {
        let options = json!({ "clients": options.clients, "accounts": options.accounts });
        Self { issuer: Issuer::start(move || node("provider.mjs", &options)).await }
    }

    /// Adds an account, or changes the one of this `sub`.
    pub(crate) async fn set_account(&self, account: &Account) {
        self.issuer.order(&json!({ "command": "account", "account": account })).await;
    }

    /// Every ID token from now on is like this.
    pub(crate) async fn issue(&self, id_token: IdToken) {
        let command = match id_token {
            IdToken::Right => json!({ "command": "id_token" }),
            IdToken::With(claims) => json!({ "command": "id_token", "claims": claims }),
            IdToken::Forged => json!({ "command": "id_token", "forged": true }),
        };
        self.issuer.order(&command).await;
    }

    /// Opens `authorization_url` in a fresh browser, signs in, and consents. Answers where the browser is
    /// sent then, with the code or an error, and does not go there.
    pub(crate) async fn sign_in(&self, authorization_url: &str, account: &Account) -> Url {
        let form = [("account", account.sub.as_str()), ("answer", "continue")];
        self.walk(authorization_url, &form).await
    }

    /// The same in a browser that may be signed in here already, and is afterwards.
    pub(crate) async fn sign_in_with(
        &self,
        browser: &Client,
        authorization_url: &str,
        account: &Account,
    ) -> Url {
        let form = [("account", account.sub.as_str()), ("answer", "continue")];
        self.walk_with(browser, authorization_url, &form).await
    }

    /// The same of a person who says no.
    pub(crate) async fn cancel(&self, authorization_url: &str) -> Url {
        self.walk(authorization_url, &[("answer", "cancel")]).await
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser() -> Client {
        let browser = Client::builder().cookie_store(true).redirect(Policy::none());
        browser.build().unwrap()
    }

    async fn walk(&self, start: &str, form: &[(&str, &str)]) -> Url {
        self.walk_with(&Self::browser(), start, form).await
    }

    async fn walk_with(&self, browser: &Client, start: &str, form: &[(&str, &str)]) -> Url {
        let home = Url::parse(&self.issuer.url).unwrap().origin();
        let mut response = browser.get(start).send().await.unwrap();
        for _ in 0..MAX_STEPS {
            let page = response.url().clone();
            if let Some(location) = response.headers().get("location") {
                let next = page.join(location.to_str().unwrap()).unwrap();
                if next.origin() != home {
                    return next;
                }
                response = browser.get(next).send().await.unwrap();
            } else if response.status() == 200 && page.path().starts_with("/interaction/") {
                response = browser.post(page).form(form).send().await.unwrap();
            } else {
                panic!("{page}: {}: {}", response.status(), response.text().await.unwrap());
            }
        }
        panic!("{start} leads nowhere: {}", response.url());
    }
}
