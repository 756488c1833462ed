//! Files that a page gives, as the browser gets them there, and files of any bytes that are given to one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{Engine, Look, Tab, TestApp};

/// Finds what can be seen and has these words, and reads what the server answers with the browser's cookies.
const HELP: &str = r#"
const words = (element) => element.textContent.replace(/\s+/g, ' ').trim();
const find = (selector, name) => {
  const found = [...document.querySelectorAll(selector)];
  const called = found.filter((one) => words(one) === name && one.checkVisibility());
  if (called.length !== 1) throw new Error(`${called.length} of ${selector} are called ${name}`);
  return called[0];
};
const saved = async (answer, named) => {
  const disposition = answer.headers.get('content-disposition') ?? '';
  const attached = disposition.match(/^attachment; filename="([^"]+)"$/);
  let bytes = '';
  for (const byte of new Uint8Array(await answer.arrayBuffer())) bytes += String.fromCharCode(byte);
  return {
    status: answer.status,
    kind: answer.headers.get('content-type'),
    name: named || (attached ? attached[1] : ''),
    base64: btoa(bytes),
  };
};
"#;

/// A file to be saved.
pub(super) struct Saved {
    /// Its media type.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Saved {
    /// What stands in it.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

/// English at a desk on one database, Arabic on a telephone on the other.
pub(super) fn look_of(app: &TestApp) -> Look {
    match app.engine {
        Engine::Sqlite => Look::DESKTOP,
        Engine::Postgres => Look::PHONE.arabic(),
    }
}

/// The file behind the one link that has this name within `part`.
pub(super) async fn file_behind(tab: &Tab, part: &str, link: &str) -> Saved {
    let links = json!(format!("{part} a"));
    let link = json!(link);
    let act = format!(
        "const link = find({links}, {link}); return saved(await fetch(link.href), link.download);"
    );
    saved(tab, &act).await
}

/// The file that a form's button of this name is answered with.
pub(super) async fn file_of_button(tab: &Tab, name: &str) -> Saved {
    let name = json!(name);
    let act = format!(
        "const button = find('main button', {name}); \
         const body = new URLSearchParams(new FormData(button.form, button)); \
         return saved(await fetch(button.form.action, {{ method: 'POST', body }}), '');"
    );
    saved(tab, &act).await
}

async fn saved(tab: &Tab, act: &str) -> Saved {
    let answer = tab.evaluate(&script(act)).await;
    assert_eq!(answer["status"], 200, "{act}: {answer}");
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let (kind, name) = (text("kind"), text("name"));
    Saved { kind, name, bytes: STANDARD.decode(text("base64")).unwrap() }
}

/// Chooses a file for the field with this label; [`Tab::attach`] does so with texts.
pub(super) async fn give(tab: &Tab, label: &str, (name, bytes): (&str, &[u8])) {
    let (label, name, base64) = (json!(label), json!(name), json!(STANDARD.encode(bytes)));
    let act = format!(
        "const bytes = Uint8Array.from(atob({base64}), (one) => one.charCodeAt(0)); \
         const chosen = new DataTransfer(); \
         chosen.items.add(new File([bytes], {name})); \
         find('label', {label}).control.files = chosen.files; \
         return bytes.length;"
    );
    assert_eq!(tab.evaluate(&script(&act)).await, bytes.len());
}

fn script(act: &str) -> String {
    format!("(async () => {{ {HELP} {act} }})()")
}

/// The first cell of each row of the page's table.
pub(super) async fn rows(tab: &Tab) -> Value {
    tab.evaluate("[...document.querySelectorAll('tbody th')].map((one) => one.textContent.trim())")
        .await
}
