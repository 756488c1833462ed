//! People who signed in by mail, as people do: a real session, and the tokens that come with it.

use serde_json::{Value, json};

use super::app::TestApp;
use super::client::Client;

/// What a client has after a sign-in.
pub(crate) struct SignedIn {
    pub(crate) client: Client,
    pub(crate) refresh_token: String,
    pub(crate) user_id: String,
}

impl TestApp {
    /// Asks for a code for `email` and reads it in the mail.
    pub(crate) async fn mailed_code(&self, email: &str) -> String {
        self.anyone().post("/auth/magic-link", &json!({ "email": email })).await.expect(200);
        self.next_code(email).await
    }

    /// The code in the next mail to `email`.
    pub(crate) async fn next_code(&self, email: &str) -> String {
        let text = self.sink().next_to(email).await.text.unwrap();
        let is_code =
            |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        text.split_whitespace()
            .find(is_code)
            .unwrap_or_else(|| panic!("no code: {text}"))
            .to_owned()
    }

    /// Signs in whoever reads the mails to `email`.
    pub(crate) async fn sign_in(&self, email: &str) -> SignedIn {
        let code = self.mailed_code(email).await;
        let body = json!({ "email": email, "code": code });
        let pair = self.anyone().post("/auth/verify", &body).await.expect(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        SignedIn {
            client: self.bearing(&text(&pair["token"])),
            refresh_token: text(&pair["refresh_token"]),
            user_id: text(&pair["user"]["id"]),
        }
    }
}
