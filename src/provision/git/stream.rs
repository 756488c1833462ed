//! A commit, as `git fast-import` takes it: the whole of it, or nothing.

use super::Change;
use crate::provision::manifests::Files;
use crate::provision::options::GitOptions;

/// The change on top of `base`, as the new end of `name`. Directories that are not the Organization's stay.
pub(super) fn of(
    options: &GitOptions,
    change: &Change<'_>,
    root: &Files,
    name: &str,
    base: Option<&str>,
) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut line = |text: String| {
        stream.extend_from_slice(text.as_bytes());
        stream.push(b'\n');
    };
    line("feature done".to_owned());
    line(format!("commit {name}"));
    line(format!("committer {} {} +0000", options.author, change.at.seconds()));
    line(data(&change.message));
    if let Some(base) = base {
        line(format!("from {base}"));
    }
    line(format!("D {}/{}", options.prefix, change.slug.as_str()));
    for (path, content) in change.files.iter().chain(root) {
        line(format!("M 100644 inline {}/{path}", options.prefix));
        line(data(content));
    }
    line("done".to_owned());
    stream
}

/// Counted, so that no content can end it.
fn data(text: &str) -> String {
    format!("data {}\n{text}", text.len())
}
