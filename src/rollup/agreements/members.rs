//! The members of a TOML table, taken out one by one. What is wrong with one is noted and the next is read; what nobody
//! took is refused.

use toml::{Table, Value};

use super::errors::{Place, Problem};

pub(super) struct Members {
    table: Table,
    /// Stands before the names of its members.
    prefix: String,
    place: Option<Place>,
    /// The names that were asked for.
    known: Vec<String>,
    problems: Vec<Problem>,
}

impl Members {
    pub(super) fn new(table: Table, place: Option<Place>) -> Self {
        Self { table, prefix: String::new(), place, known: Vec::new(), problems: Vec::new() }
    }

    /// Notes what is wrong with a member, and what to do.
    pub(super) fn wrong(&mut self, name: &str, wrong: impl Into<String>) {
        let member = format!("{}{name}", self.prefix);
        self.problems.push(Problem { place: self.place.clone(), member, wrong: wrong.into() });
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Its members' names, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        self.table.keys().cloned().collect()
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => self.is_other(name, "a text in quotes", &other),
        }
    }

    /// A text that must be there; else what to write.
    pub(super) fn needed_text(&mut self, name: &str, write: &str) -> Option<String> {
        self.must_have(name, write);
        self.text(name)
    }

    /// A day, in quotes or as TOML has dates.
    pub(super) fn day(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            Value::Datetime(date) => Some(date.to_string()),
            other => self.is_other(name, "a day such as \"2026-01-31\"", &other),
        }
    }

    pub(super) fn whole(&mut self, name: &str) -> Option<i64> {
        match self.take(name)? {
            Value::Integer(number) => Some(number),
            other => self.is_other(name, "a whole number", &other),
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let list = match self.take(name)? {
            Value::Array(list) => list,
            other => return self.is_other(name, "a list of texts in quotes", &other),
        };
        let mut texts = Vec::with_capacity(list.len());
        for value in list {
            match value {
                Value::String(text) => texts.push(text),
                other => return self.is_other(name, "a list of texts in quotes", &other),
            }
        }
        Some(texts)
    }

    /// A table within this one; give it back with [`Self::absorb`].
    pub(super) fn table(&mut self, name: &str) -> Option<Self> {
        match self.take(name)? {
            Value::Table(table) => Some(self.within(table, format!("{}{name}.", self.prefix))),
            other => self.is_other(name, "a table", &other),
        }
    }

    /// Tables within this one, each called by a word and its number from 1; give them back with [`Self::absorb`].
    pub(super) fn tables(&mut self, name: &str, word: &str) -> Option<Vec<Self>> {
        let tables = self.bare_tables(name)?.into_iter().enumerate();
        let prefix = |place: usize| format!("{}{word} {}: ", self.prefix, place.saturating_add(1));
        Some(tables.map(|(place, table)| self.within(table, prefix(place))).collect())
    }

    /// The same, as they are.
    pub(super) fn bare_tables(&mut self, name: &str) -> Option<Vec<Table>> {
        let list = match self.take(name)? {
            Value::Array(list) => list,
            other => return self.is_other(name, "a list of tables", &other),
        };
        let mut tables = Vec::with_capacity(list.len());
        for value in list {
            match value {
                Value::Table(table) => tables.push(table),
                other => return self.is_other(name, "a list of tables", &other),
            }
        }
        Some(tables)
    }

    /// Notes what was wrong with a table within this one.
    pub(super) fn absorb(&mut self, inner: Self) {
        self.problems.extend(inner.finish());
    }

    /// A member that must be there; else what to write.
    pub(super) fn must_have(&mut self, name: &str, write: &str) {
        if !self.has(name) {
            self.wrong(name, format!("is missing: write {write}"));
        }
    }

    /// Takes a member out without reading it: what is wrong with it was said.
    pub(super) fn leave(&mut self, name: &str) {
        let _ = self.take(name);
    }

    /// Everything that was wrong; members that nobody took are.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        for name in self.names() {
            let known = self.known.join(", ");
            self.wrong(&name, format!("is not known here: remove it, or write one of {known}"));
        }
        self.problems
    }

    fn within(&self, table: Table, prefix: String) -> Self {
        Self { prefix, ..Self::new(table, self.place.clone()) }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.known.push(name.to_owned());
        self.table.remove(name)
    }

    fn is_other<T>(&mut self, name: &str, wanted: &str, value: &Value) -> Option<T> {
        let is = match value {
            Value::String(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number with a point",
            Value::Boolean(_) => "true or false",
            Value::Datetime(_) => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        };
        self.wrong(name, format!("must be {wanted}, and is or has {is}"));
        None
    }
}
