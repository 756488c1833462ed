//! Private apps against what was signed of them. Whose signatures count is configured, and a server's start
//! looks at that; here is what needs no key: a digest, which no query computes.

use sha2::{Digest as _, Sha256};

use super::verify::Fault;
use super::{Result, Tx, blueprints, catalog};

/// `usecase/verify.rs` adds the entries that say something else than their artifact.
pub(crate) const SIGNED: &str = "a private app is what was signed";

/// At most `limit` faults.
pub(super) async fn faults(tx: &mut Tx, limit: usize) -> Result<Vec<Fault>> {
    let rows = blueprints::list(tx).await?;
    let apps = catalog::of_kind(tx, "app").await?;
    let private = apps.into_iter().filter(catalog::ItemRow::is_private);
    let is_sound = |id: &str| {
        rows.iter().find(|row| row.id == id).is_some_and(|row| {
            row.digest == format!("sha256:{}", crate::hex::encode(&Sha256::digest(&row.artifact)))
        })
    };
    let faults = private.filter(|app| !is_sound(&app.id)).map(|app| fault(&app.slug));
    Ok(faults.take(limit).collect())
}

pub(crate) fn fault(slug: &str) -> Fault {
    Fault { check: SIGNED, subject: slug.to_owned(), expected: 1, found: 0 }
}
