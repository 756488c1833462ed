//! Going through the list of pages in one look, with a tab for each who looks.

use std::collections::BTreeMap;

use super::pages::{PAGES, Row};
use super::world::{Viewer, World, aside};
use crate::harness::{Engine, Look, Opened, Tab, TestApp};

/// Everything that there is to visit.
pub(super) struct Visit {
    pub(super) world: World,
    aside: TestApp,
}

/// The tabs of one look.
pub(super) struct Tabs<'a> {
    visit: &'a Visit,
    look: Look,
    open: BTreeMap<(Viewer, bool), Tab>,
}

impl Visit {
    pub(super) async fn new(engine: Engine) -> Self {
        let world = Box::pin(World::new(engine)).await;
        Self { world, aside: aside().await }
    }

    pub(super) fn tabs(&self, look: Look) -> Tabs<'_> {
        Tabs { visit: self, look, open: BTreeMap::new() }
    }

    pub(super) async fn finish(self) {
        self.aside.stop().await;
        self.world.app.finish().await;
    }

    /// The same, where the database was changed past the program.
    pub(super) async fn stop(self) {
        self.aside.stop().await;
        self.world.app.stop().await;
    }
}

impl Tabs<'_> {
    /// Goes to a page of the list, in the look that was begun with.
    pub(super) async fn go(&mut self, row: &Row) -> (&mut Tab, Opened) {
        let key = (row.viewer, row.is_aside);
        if !self.open.contains_key(&key) {
            let tab = if row.is_aside {
                self.visit.aside.chromium(self.look).await
            } else {
                self.visit.world.tab(row.viewer, self.look).await
            };
            self.open.insert(key, tab);
        }
        let tab = self.open.get_mut(&key).unwrap();
        if let Some(before) = row.after {
            tab.open(&self.visit.world.path(before)).await;
        }
        let mut opened = tab.open(&self.visit.world.path(row.path)).await;
        if let Some(fields) = row.sends {
            opened = tab.send(fields).await;
        }
        (tab, opened)
    }
}

/// Every row whose page is the answer to its address and nothing else.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    PAGES.iter()
}
