//! What is wrong with a form that was sent: said in a summary that takes the focus, and again at each field.

/// Problems by the `id` of the field that each is about, in the order of the fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems(Vec<(&'static str, String)>);

impl Problems {
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// One, in the reader's language.
    pub(super) fn of(field: &'static str, text: String) -> Self {
        Self(vec![(field, text)])
    }

    pub(super) fn add(&mut self, field: &'static str, text: String) {
        self.0.push((field, text));
    }

    /// The same in the order of a form's fields.
    pub(super) fn in_order_of(mut self, fields: &[&str]) -> Self {
        self.0.sort_by_key(|(field, _)| fields.iter().position(|name| name == field));
        self
    }

    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Each, with the `id` of its field.
    pub(super) fn each(&self) -> std::slice::Iter<'_, (&'static str, String)> {
        self.0.iter()
    }

    /// What is wrong with this field.
    pub(super) fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}
