//! A form with a file in it.

use axum::extract::{FromRequest as _, Multipart, Request};
use axum::response::{IntoResponse, Response};

use super::fields::Fields;

/// The fields of a form, and its files; each empty where none was chosen.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pub(super) fields: Fields,
    files: Vec<(String, Vec<u8>)>,
}

impl Upload {
    /// Reads a form to its end. Whoever calls this has seen that whoever sends it may: it can be large.
    ///
    /// # Errors
    /// The answer, where it is no such form, or too large.
    pub(super) async fn read(request: Request) -> Result<Self, Response> {
        let form = Multipart::from_request(request, &()).await;
        let mut form = form.map_err(IntoResponse::into_response)?;
        let mut pairs = Vec::new();
        let mut files = Vec::new();
        while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.file_name().is_some();
            let bytes = field.bytes().await.map_err(IntoResponse::into_response)?;
            if is_file {
                files.push((name, bytes.into()));
            } else {
                pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok(Self { fields: Fields::of_pairs(pairs), files })
    }

    /// The file of a form that has one.
    pub(super) fn file(&self) -> &[u8] {
        self.files.last().map_or(&[][..], |(_, bytes)| bytes.as_slice())
    }

    /// The file of the field with this name.
    pub(super) fn file_of(&self, field: &str) -> &[u8] {
        let found = self.files.iter().find(|(name, _)| name == field);
        found.map_or(&[][..], |(_, bytes)| bytes.as_slice())
    }
}
