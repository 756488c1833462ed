//! The list of pages is that of the program: no route of `src/web` lacks a row.

use std::path::Path;

use super::pages::{NO_PAGES, PAGES};

/// The addresses of `src/web` that can be opened, as they are registered.
fn routes() -> Vec<String> {
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut found);
    assert!(found.len() >= 12 && found.contains(&"/console".to_owned()), "{found:?}");
    found
}

fn read(directory: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for call in source.split(".route(").skip(1) {
            let (_, rest) = call.split_once('"').expect("an address in quotes");
            let (address, rest) = rest.split_once('"').unwrap();
            // To the end of the call; the next one is in the next part.
            let methods = rest.split([';', '}']).next().unwrap();
            if methods.contains("get(") {
                found.push(address.to_owned());
            }
        }
    }
}

/// Whether `path` is an address of `route`: what is in braces there is anything.
fn is_of(path: &str, route: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    let same = |(own, of): (&&str, &&str)| own == of || of.starts_with('{');
    path.len() == route.len() && path.iter().zip(&route).all(same)
}

#[test]
fn every_page_has_a_row() {
    let routes = routes();
    let has_row = |route: &str| {
        // A literal address is not one of a pattern beside it.
        let literal = PAGES.iter().any(|row| row.path.split('?').next() == Some(route));
        literal || PAGES.iter().any(|row| is_of(row.path, route))
    };
    let no_page =
        |route: &str| NO_PAGES.iter().any(|(path, why)| *path == route && !why.is_empty());
    for route in &routes {
        assert!(has_row(route) || no_page(route), "browser/pages.rs has no row for {route}");
    }
    for (path, _) in NO_PAGES {
        assert!(routes.iter().any(|route| route == path), "there is no {path} any more");
    }
    for row in PAGES {
        let known = routes.iter().any(|route| is_of(row.path, route));
        assert!(known, "{}: there is no {} any more", row.name, row.path);
    }
}

#[test]
fn no_picture_takes_the_place_of_another() {
    let mut names: Vec<_> = PAGES.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PAGES.len());
}
