//! The list of pages is that of the program: no route of `src/web` lacks a row.

use super::pages::{NO_PAGES, PAGES};
use crate::harness::{is_of_route, pages_to_open};

#[test]
fn every_page_has_a_row() {
    let routes = pages_to_open();
    let has_row = |route: &str| {
        // A literal address is not one of a pattern beside it.
        let literal = PAGES.iter().any(|row| row.path.split('?').next() == Some(route));
        literal || PAGES.iter().any(|row| is_of_route(row.path, route))
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
        let known = routes.iter().any(|route| is_of_route(row.path, route));
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
