//! A tab, with cookies of its own: what a person does in it, and what they see.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::driver::Driver;
use super::found::{Finding, Inspected, Loaded, Opened, Stop};
use super::look::{Look, Tongue};
use crate::harness::app::TestApp;

/// Fields and buttons are named by the words that people read there, whole.
pub(crate) struct Tab {
    driver: &'static Driver,
    number: u64,
    /// The Sovereign, by the name under which browsers take its cookies.
    pub(crate) base: String,
    pub(crate) look: Look,
}

impl TestApp {
    /// A new tab in front of this Sovereign.
    pub(crate) async fn chromium(&self, look: Look) -> Tab {
        Tab::new(format!("http://localhost:{}", self.address.port()), look).await
    }
}

impl Tab {
    pub(crate) async fn new(base: String, look: Look) -> Self {
        let driver = Driver::get().await;
        let number = driver.number();
        let open = json!({ "command": "open_tab", "tab": number, "look": look.options() });
        driver.order(open).await;
        Self { driver, number, base, look }
    }

    async fn order(&self, command: &str, mut with: Value) -> Value {
        with["command"] = json!(command);
        with["tab"] = json!(self.number);
        self.driver.order(with).await
    }

    async fn ask<T: DeserializeOwned>(&self, command: &str, with: Value) -> T {
        let answer = self.order(command, with).await;
        serde_json::from_value(answer.clone())
            .unwrap_or_else(|e| panic!("{command}: {e}: {answer}"))
    }

    /// Goes to a page, as if its address had been typed.
    pub(crate) async fn open(&self, path: &str) -> Opened {
        self.ask("open", json!({ "url": format!("{}{path}", self.base) })).await
    }

    /// Has the cookies of whoever signed in elsewhere.
    pub(crate) async fn take_cookies(&self, cookies: &BTreeMap<String, String>) {
        self.order("cookies", json!({ "url": self.base, "cookies": cookies })).await;
    }

    pub(crate) async fn fill(&self, label: &str, text: &str) {
        self.order("fill", json!({ "label": label, "text": text })).await;
    }

    /// Chooses a file of this name with this text in it.
    pub(crate) async fn attach(&self, label: &str, name: &str, text: &str) {
        self.order("attach", json!({ "label": label, "name": name, "text": text })).await;
    }

    /// Takes an option of a list, or the box or button with this label.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn choose(&self, label: &str, option: &str) {
        self.order("choose", json!({ "label": label, "option": option })).await;
    }

    /// Ticks a box, or takes one of several buttons.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn check(&self, label: &str) {
        self.choose(label, "").await;
    }

    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn uncheck(&self, label: &str) {
        self.order("uncheck", json!({ "label": label })).await;
    }

    /// Presses a button or a link that leads on, and waits for the page there.
    pub(crate) async fn press(&self, name: &str) -> Opened {
        self.ask("press", json!({ "name": name })).await
    }

    /// Presses it twice in a row.
    pub(crate) async fn press_twice(&self, name: &str) -> Opened {
        self.ask("press_twice", json!({ "name": name })).await
    }

    /// All the words on the button or link that has these.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn button_with(&self, words: &str) -> String {
        self.ask("button_with", json!({ "words": words })).await
    }

    /// Presses a button that leads to another host; answers where. Nobody is there.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn leave(&self, name: &str) -> String {
        self.ask("leave", json!({ "name": name })).await
    }

    /// Presses a button that changes the page it is on, by a script.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn click(&self, name: &str) {
        self.order("click", json!({ "name": name })).await;
    }

    /// Sends the form that these fields are in, by their names; the first form where there are none. For what
    /// is to be reached in any language.
    pub(crate) async fn send(&self, fields: &[(&str, &str)]) -> Opened {
        let fields: BTreeMap<_, _> = fields.iter().copied().collect();
        self.ask("send", json!({ "fields": fields })).await
    }

    pub(crate) async fn back(&self) -> Opened {
        self.ask("back", json!({})).await
    }

    pub(crate) async fn reload(&self) -> Opened {
        self.ask("reload", json!({})).await
    }

    /// Waits until these words stand on the page.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) async fn wait_for(&self, text: &str) {
        self.order("wait_for", json!({ "text": text })).await;
    }

    /// Path and parameters of the page.
    pub(crate) async fn address(&self) -> String {
        let url: String = self.ask("address", json!({})).await;
        url.strip_prefix(&self.base).map(str::to_owned).unwrap_or(url)
    }

    pub(crate) async fn title(&self) -> String {
        self.ask("title", json!({})).await
    }

    /// What can be read on the page, laid out as it is.
    pub(crate) async fn text(&self) -> String {
        self.ask("text", json!({})).await
    }

    /// Fails where one of these is not to be read on the page.
    pub(crate) async fn has(&self, texts: &[&str]) {
        let shown = self.text().await.replace('\u{a0}', " ");
        for text in texts {
            assert!(shown.contains(text), "no {text:?} in: {shown}");
        }
    }

    pub(crate) async fn html(&self) -> String {
        self.ask("html", json!({})).await
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, label: &str) -> String {
        self.ask("value", json!({ "label": label })).await
    }

    /// Presses a key, such as `Tab`, `Shift+Tab` or `Enter`; answers what the keyboard is on then.
    pub(crate) async fn key(&self, key: &str) -> Option<Stop> {
        self.ask("key", json!({ "key": key })).await
    }

    /// Presses a key that leads to another page, and waits for it.
    pub(crate) async fn key_away(&self, key: &str) -> Opened {
        self.ask("key_away", json!({ "key": key })).await
    }

    /// Writes where the keyboard is.
    pub(crate) async fn write(&self, text: &str) {
        for key in text.chars() {
            self.order("key", json!({ "key": key })).await;
        }
    }

    /// What the keyboard is on.
    pub(crate) async fn focused(&self) -> Option<Stop> {
        self.ask("focused", json!({})).await
    }

    /// Presses Tab until what is called so has the keyboard; fails where the page has no such stop.
    pub(crate) async fn tab_to(&self, name: &str) -> Stop {
        const STOPS: usize = 400;
        let mut passed = Vec::new();
        while passed.len() < STOPS {
            match self.key("Tab").await {
                Some(stop) if stop.name == name => return stop,
                Some(stop) => passed.push(stop.name),
                None if passed.is_empty() => {}
                None => break,
            }
        }
        panic!("the Tab key does not come to {name:?}, but to {passed:?}");
    }

    /// Every stop of the Tab key, from the start of the page to its end.
    pub(crate) async fn walk(&self) -> Vec<Stop> {
        self.ask("walk", json!({})).await
    }

    pub(crate) async fn resize(&mut self, width: u32, height: u32) {
        (self.look.width, self.look.height) = (width, height);
        self.order("resize", json!({ "width": width, "height": height })).await;
    }

    /// What can be measured of the page as it is looked at now.
    pub(crate) async fn inspect(&self) -> Inspected {
        let with = json!({ "width": self.look.width, "is_phone": self.look.is_phone });
        self.ask("inspect", with).await
    }

    /// Fails where the page can be moved sideways in a window of this width.
    pub(crate) async fn no_sideways_scroll(&mut self, width: u32) {
        let before = (self.look.width, self.look.height);
        self.resize(width, before.1).await;
        let found = self.inspect().await.too_wide;
        self.resize(before.0, before.1).await;
        assert!(found.is_empty(), "{}: {found:#?}", self.address().await);
    }

    /// What axe finds, by every rule that is not `off`.
    pub(crate) async fn axe(&self, off: &[&str]) -> Vec<Finding> {
        self.ask("axe_findings", json!({ "off": off })).await
    }

    /// Words outside of what these two letters enclose, on the page and in its title and attributes; but for
    /// names and data, which are in a `bdi` or have a language of their own.
    pub(crate) async fn words_outside(&self, open: char, close: char) -> Vec<String> {
        self.ask("words_outside", json!({ "open": open, "close": close })).await
    }

    /// Everything that was loaded since the last page was asked for.
    pub(crate) async fn loaded(&self) -> Vec<Loaded> {
        self.ask("loaded", json!({})).await
    }

    /// The bytes of the last page by kind, and all together as `all`.
    pub(crate) async fn weight(&self) -> BTreeMap<String, u64> {
        let mut weight = BTreeMap::new();
        for one in self.loaded().await {
            for kind in [one.kind.as_str(), "all"] {
                *weight.entry(kind.to_owned()).or_default() += one.bytes;
            }
        }
        weight
    }

    /// What scripts, the policy and the network complained of since this was last asked.
    pub(crate) async fn take_errors(&self) -> Vec<String> {
        self.ask("take_errors", json!({})).await
    }

    /// What a script of the test's answers in the page, past its policy.
    pub(crate) async fn evaluate(&self, script: &str) -> Value {
        self.order("evaluate", json!({ "script": script })).await
    }

    /// Takes a picture of the whole page.
    pub(crate) async fn screenshot(&self, file: &Path) {
        self.order("screenshot", json!({ "path": file })).await;
    }

    /// Signs in by mail as a person does, from the page where that begins to the one it leads to.
    pub(crate) async fn sign_in(&self, app: &TestApp, email: &str) -> Opened {
        self.send(&[("email", email)]).await.expect(200);
        let code = app.next_code(email).await;
        self.send(&[("code", &code)]).await
    }

    /// Closes it; nothing may have gone wrong that the test did not ask for.
    pub(crate) async fn close(self) {
        let errors = self.take_errors().await;
        assert!(errors.is_empty(), "{}: {errors:#?}", self.address().await);
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.driver.tell(json!({ "command": "close_tab", "tab": self.number }));
    }
}

impl Look {
    /// The words of this look's language.
    #[allow(dead_code, reason = "no page needs it yet")]
    pub(crate) const fn says(self, english: &'static str, arabic: &'static str) -> &'static str {
        match self.tongue {
            Tongue::English => english,
            Tongue::Arabic => arabic,
        }
    }
}
