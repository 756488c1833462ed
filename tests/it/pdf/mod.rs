//! Invoices and credit notes as PDF files, read back with Poppler: what a reader's own program finds in
//! them, and where on the page it stands.

pub(crate) mod content;
mod hostile;
pub(crate) mod layout;
pub(crate) mod poppler;
mod samples;
