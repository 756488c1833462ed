//! A browser, as far as pages without JavaScript need one: cookies, forms, and no following of redirects.

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;

use super::app::TestApp;
use super::client::http_builder;

pub(crate) struct Browser {
    http: reqwest::Client,
    base: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) language: &'static str,
    /// The token of the forms on the last page.
    form_token: String,
}

/// The type of the bodies that [`form`] makes.
pub(crate) const FORM: &str = "multipart/form-data; boundary=----boundary7MA4YWxkTrZu0gW";

/// A form with files in it.
pub(crate) fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let (_, boundary) = FORM.split_once('=').unwrap();
    let head = |name: &str, more: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n")
    };
    let mut body = Vec::new();
    let mut add = |head: String, content: &[u8]| {
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    for (name, text) in fields {
        add(head(name, ""), text.as_bytes());
    }
    for (name, content) in files {
        let more = "; filename=\"file\"\r\nContent-Type: application/octet-stream";
        add(head(name, more), content);
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

/// What a browser got.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Shown {
    /// Where it redirects to.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers["location"].to_str().unwrap()
    }

    /// Itself, where the status is as expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Where each of these texts stands on the page.
    #[track_caller]
    pub(crate) fn has(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.text.contains(text), "no {text:?} in: {}", self.text);
        }
    }
}

impl TestApp {
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            http: http_builder().redirect(Policy::none()).build().unwrap(),
            base: self.url(""),
            cookies: BTreeMap::new(),
            language: "en",
            form_token: String::new(),
        }
    }
}

impl Browser {
    /// Signs in by mail; the app has a mail server.
    pub(crate) async fn sign_in(&mut self, app: &TestApp, email: &str) {
        self.get("/sign-in").await.expect(200);
        self.submit("/sign-in", &[("email", email)]).await.location();
        let code = app.next_code(email).await;
        self.get("/sign-in/code").await.expect(200);
        self.submit("/sign-in/code", &[("code", &code)]).await.location();
    }

    pub(crate) async fn get(&mut self, path: &str) -> Shown {
        let request = self.http.get(format!("{}{path}", self.base));
        self.send(request).await
    }

    /// Sends the form of the last page, as a browser does.
    pub(crate) async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = self.form_token.clone();
        let origin = self.base.clone();
        let headers = [("Origin", origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
        let fields = [&[("form_token", token.as_str())], fields].concat();
        self.post(path, &headers, &fields).await
    }

    pub(crate) async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Shown {
        let mut request = self.http.post(format!("{}{path}", self.base)).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Sends the form of the last page with a file in it, as a browser does.
    pub(crate) async fn upload(&mut self, path: &str, file: &str) -> Shown {
        self.upload_all(path, &[], &[("file", file.as_bytes())]).await
    }

    /// The same with other fields before the files.
    pub(crate) async fn upload_all(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Shown {
        let token = self.form_token.clone();
        let fields = [&[("form_token", token.as_str())], fields].concat();
        let request = self.http.post(format!("{}{path}", self.base)).body(form(&fields, files));
        let request = request.header("Content-Type", FORM).header("Origin", &self.base);
        self.send(request.header("Sec-Fetch-Site", "same-origin")).await
    }

    /// Sends a form with a token and a file in it.
    pub(crate) async fn post_file(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        (token, file): (&str, &str),
    ) -> Shown {
        let body = form(&[("form_token", token)], &[("file", file.as_bytes())]);
        let request = self.http.post(format!("{}{path}", self.base)).body(body);
        let mut request = request.header("Content-Type", FORM);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// The token of the forms on the last page.
    pub(crate) fn form_token(&self) -> String {
        self.form_token.clone()
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Shown {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let request = request.header("Cookie", cookies).header("Accept-Language", self.language);
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        let bytes = response.bytes().await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((_, after)) = text.split_once("name=\"form_token\" value=\"") {
            after.split('"').next().unwrap().clone_into(&mut self.form_token);
        }
        Shown { status, headers, text, bytes }
    }

    fn keep(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        // What a browser asks of a cookie with this prefix.
        if name.starts_with("__Host-") {
            assert!(attributes.contains("Path=/") && attributes.contains("Secure"), "{line}");
            assert!(!attributes.contains("Domain"), "{line}");
        }
        assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"), "{line}");
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
