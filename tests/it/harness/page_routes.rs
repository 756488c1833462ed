//! The routes of pages, as `src/web` registers them: what is added there is known to the tests by itself.

use std::path::{Path, PathBuf};

/// An address of the pages, such as `/console/{slug}`.
#[derive(Debug)]
pub(crate) struct PageRoute {
    pub(crate) address: String,
    /// Whether it can be opened.
    pub(crate) gets: bool,
    /// Whether something can be sent there.
    pub(crate) posts: bool,
}

/// Every one of them.
pub(crate) fn page_routes() -> Vec<PageRoute> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            found.extend(source.split(".route(").skip(1).map(route));
        }
    }
    let known = ["/console", "/console/{slug}/members", "/pay/{order_id}"];
    let has = |address: &&str| found.iter().any(|route| route.address == **address);
    assert!(known.iter().all(has), "{found:?}");
    assert!(found.iter().all(|route| route.gets || route.posts), "{found:?}");
    found
}

/// The addresses that can be opened.
pub(crate) fn pages_to_open() -> Vec<String> {
    let open = page_routes().into_iter().filter(|route| route.gets);
    open.map(|route| route.address).collect()
}

/// What stands behind `.route(`.
fn route(call: &str) -> PageRoute {
    let (_, rest) = call.split_once('"').expect("an address in quotes");
    let (address, rest) = rest.split_once('"').unwrap();
    // To the end of the call; the next one is in the next part.
    let methods = rest.split([';', '}']).next().unwrap();
    PageRoute {
        address: address.to_owned(),
        gets: methods.contains("get("),
        posts: methods.contains("post("),
    }
}

/// Whether `path` is an address of `route`: what is in braces there is anything.
pub(crate) fn is_of_route(path: &str, route: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    let same = |(own, of): (&&str, &&str)| own == of || of.starts_with('{');
    path.len() == route.len() && path.iter().zip(&route).all(same)
}

/// The route that `path` leads to: a literal one goes before a pattern.
pub(crate) fn route_of<'a>(path: &str, routes: &'a [PageRoute]) -> Option<&'a PageRoute> {
    let fitting = routes.iter().filter(|route| is_of_route(path, &route.address));
    fitting.min_by_key(|route| route.address.matches('{').count())
}
