//! What is in a bundle, as far as it must be known before anything of it is written. All of the bundle is read and
//! checked for that.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Seek as _;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::bundle::{
    BundleError, FileReader, Identity as Secret, Limits, MANIFEST, Manifest, Opening, Progress,
    Reader, TrustedKeys,
};
use crate::storage::moved_tables::{self, Members};
use crate::usecase::moves::bounds::beyond;
use crate::usecase::moves::foreign;
use crate::usecase::moves::papers;
use crate::usecase::moves::people::{self, Identity};

/// The files that are not a table's, and of what each is.
const OTHER_FILES: [(&str, &str); 2] = [(people::FILE, "people"), (foreign::FILE, "vouchers")];

/// Hears how much of a bundle was read.
pub(crate) type Told = Arc<dyn Fn(Progress<'_>) + Send + Sync>;

/// Where a bundle is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Path(PathBuf),
    /// A file that has no name; it is read by one at a time.
    Open(Arc<File>),
}

impl Place {
    /// The file, from its beginning.
    fn open(&self) -> Result<File, BundleError> {
        match self {
            Self::Path(path) => File::open(path)
                .map_err(|error| BundleError::Io { doing: path.display().to_string(), error }),
            Self::Open(file) => {
                let rewound = file.try_clone().and_then(|mut file| {
                    file.rewind()?;
                    Ok(file)
                });
                rewound.map_err(|error| BundleError::Io { doing: "the bundle".into(), error })
            }
        }
    }
}

/// A bundle in a file, and who is believed.
#[derive(Clone)]
pub(crate) struct Bundle {
    pub(crate) place: Place,
    /// The Sovereign that it must come from, and its keys.
    pub(crate) fqdn: String,
    pub(crate) keys: TrustedKeys,
    /// For one that is encrypted.
    pub(crate) identity: Option<Secret>,
    pub(crate) told: Told,
}

impl Bundle {
    /// Reads the file from its beginning. It blocks.
    ///
    /// # Errors
    /// As [`Reader::open`]; and where another Sovereign exported it.
    pub(crate) fn open(&self) -> Result<Reader<'static>, BundleError> {
        let file = self.place.open()?;
        let opening = Opening {
            keys: &self.keys,
            identity: self.identity.as_ref(),
            limits: Limits::default(),
        };
        let reader = Reader::open(file, opening)?;
        let fqdn = &reader.manifest().source.fqdn;
        if *fqdn == self.fqdn {
            return Ok(reader);
        }
        Err(BundleError::Misuse(format!(
            "{MANIFEST}: it says that {fqdn:?} exported it, and it is to come from {:?}; give the \
             Sovereign that exported it, with its keys",
            self.fqdn
        )))
    }
}

/// What is in a good bundle.
#[derive(Debug)]
pub(crate) struct Preview {
    pub(crate) manifest: Manifest,
    /// Of the manifest, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// The key that signed it.
    pub(crate) public_key: String,
    pub(crate) organization: Members,
    pub(crate) customer: Members,
    pub(crate) wallet: Members,
    pub(crate) people: Vec<Identity>,
    /// Codes of the source's own vouchers that were redeemed.
    pub(crate) codes: BTreeSet<String>,
    /// Whether Stripe bills a subscription that has not ended.
    pub(crate) billed_by_stripe: bool,
}

/// What is found on the way.
#[derive(Default)]
struct Found {
    rows: Vec<(&'static str, Members)>,
    people: Vec<Identity>,
    codes: BTreeSet<String>,
    billed_by_stripe: bool,
}

/// Tables with one row of which something must be known.
const SINGLE: [&str; 3] = ["organizations", "customers", "wallets"];

/// Reads and checks all of a bundle. It blocks.
///
/// # Errors
/// Where anything is wrong with it.
pub(crate) fn preview(bundle: &Bundle) -> Result<Preview, BundleError> {
    let mut reader = bundle.open()?;
    check_files(reader.manifest())?;
    let mut found = Found::default();
    while let Some(mut file) = reader.next_file()? {
        let name = file.name().to_owned();
        while read_line(&mut file, &name, &mut found)? {
            (bundle.told)(file.progress());
        }
    }
    let manifest = reader.finish()?;
    found.into_preview(bundle, manifest)
}

/// Of what a file is that is kept in memory.
fn kept(name: &str) -> Option<&'static str> {
    OTHER_FILES.into_iter().find(|(file, _)| *file == name).map(|(_, what)| what)
}

/// Each file must be known, and each table's must be there. What is kept in memory must be no more than is allowed.
fn check_files(manifest: &Manifest) -> Result<(), BundleError> {
    let listed = |name: &str| manifest.files.iter().any(|file| file.name == name);
    let known = |name: &str| kept(name).is_some() || moved_tables::find(name).is_some();
    for file in &manifest.files {
        let limit = kept(&file.name).and_then(|what| beyond(what, file.lines, file.bytes));
        if let Some(limit) = limit {
            return Err(BundleError::TooLarge { file: file.name.clone(), limit });
        }
    }
    let fault = if let Some(file) = manifest.files.iter().find(|file| !known(&file.name)) {
        format!("it lists {}, which this program does not know", file.name)
    } else if let Some(moved) = moved_tables::MOVED.iter().find(|moved| !listed(moved.file)) {
        format!("it does not list {}", moved.file)
    } else if let Some(missing) =
        OTHER_FILES.into_iter().map(|(name, _)| name).find(|name| !listed(name))
    {
        format!("it does not list {missing}")
    } else {
        return Ok(());
    };
    Err(BundleError::Unsupported { fault })
}

/// Refuses more lines than are allowed, whatever the manifest says how many there are.
fn within(what: &str, lines: u64, file: &str) -> Result<bool, BundleError> {
    match beyond(what, lines, 0) {
        None => Ok(true),
        Some(limit) => Err(BundleError::TooLarge { file: file.to_owned(), limit }),
    }
}

/// `false` behind the last line.
fn read_line(
    file: &mut FileReader<'_, '_>,
    name: &str,
    found: &mut Found,
) -> Result<bool, BundleError> {
    if name == people::FILE {
        let Some(person) = file.next_record()? else { return Ok(false) };
        found.people.push(person);
        return within("people", file.lines(), name);
    }
    if name == foreign::FILE {
        let Some(voucher) = file.next_record::<foreign::Voucher>()? else { return Ok(false) };
        found.codes.insert(voucher.code);
        return within("vouchers", file.lines(), name);
    }
    let moved = moved_tables::find(name);
    let Some(moved) =
        moved.filter(|moved| SINGLE.contains(&moved.table) || moved.table == "subscriptions")
    else {
        return Ok(file.next_line()?.is_some());
    };
    let Some(row) = file.next_record::<Members>()? else { return Ok(false) };
    let wrong =
        |fault: String| Err(BundleError::Line { file: name.to_owned(), line: file.lines(), fault });
    if let Some((member, fault)) = moved_tables::fault(moved, &row) {
        return wrong(format!("{member} {fault}"));
    }
    if moved.table == "subscriptions" {
        found.billed_by_stripe |=
            text(&row, "billed_by") == Some("stripe") && text(&row, "status") != Some("canceled");
        return Ok(true);
    }
    if found.rows.iter().any(|(table, _)| *table == moved.table) {
        return wrong("there must be one line only".into());
    }
    found.rows.push((moved.table, row));
    Ok(true)
}

impl Found {
    fn take(&mut self, table: &str) -> Result<Members, BundleError> {
        match self.rows.iter().position(|(name, _)| *name == table) {
            Some(at) => Ok(self.rows.swap_remove(at).1),
            None => Err(BundleError::Unsupported { fault: format!("no line of {table}.jsonl") }),
        }
    }

    fn into_preview(mut self, bundle: &Bundle, manifest: Manifest) -> Result<Preview, BundleError> {
        let organization = self.take("organizations")?;
        let customer = self.take("customers")?;
        let wallet = self.take("wallets")?;
        let wrong = |table: &str, fault: &str| {
            let (file, fault) = (format!("{table}.jsonl"), fault.to_owned());
            Err(BundleError::Line { file, line: 1, fault })
        };
        // An earlier service may have called it otherwise than by a UUID.
        let id = text(&organization, "id").and_then(|id| Uuid::parse_str(id).ok());
        if id.is_some_and(|id| id != manifest.subject.id) {
            return wrong("organizations", "it is not the Organization that the manifest names");
        }
        let moving = text(&organization, "status") == Some("suspended")
            && text(&organization, "moving_from").is_some();
        if !moving {
            return wrong("organizations", "the Organization was not frozen when it was exported");
        }
        let public_key = papers::noted(&bundle.keys, &manifest.key_id).unwrap_or_default();
        let sha256 = papers::digest(&manifest)?;
        Ok(Preview {
            manifest,
            sha256,
            public_key,
            organization,
            customer,
            wallet,
            people: self.people,
            codes: self.codes,
            billed_by_stripe: self.billed_by_stripe,
        })
    }
}

impl Preview {
    pub(crate) fn tenant_id(&self) -> &str {
        text(&self.organization, "id").unwrap_or_default()
    }

    pub(crate) fn customer_id(&self) -> Uuid {
        let id = text(&self.customer, "id").and_then(|id| Uuid::parse_str(id).ok());
        id.unwrap_or_default()
    }

    /// Of the wallet.
    pub(crate) fn balance_minor(&self) -> i64 {
        whole(&self.wallet, "balance_minor")
    }

    /// Of the wallet.
    pub(crate) fn owed_minor(&self) -> i64 {
        whole(&self.wallet, "owed_minor")
    }

    /// A member of the Organization's row that is a list of texts.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let list = self.organization.get(name).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }
}

/// A member that is a text.
pub(crate) fn text<'r>(row: &'r Members, name: &str) -> Option<&'r str> {
    row.get(name).and_then(Value::as_str)
}

fn whole(row: &Members, name: &str) -> i64 {
    row.get(name).and_then(Value::as_i64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{FileEntry, Source, Subject, SubjectKind};
    use crate::usecase::moves::bounds::{MAX_BYTES, MAX_LINES};

    /// One with every file, and so much in this one.
    fn manifest(name: &str, (lines, bytes): (u64, u64)) -> Manifest {
        let tables = moved_tables::MOVED.iter().map(|moved| moved.file);
        let names = tables.chain(OTHER_FILES.map(|(name, _)| name));
        let files = names.map(|file| {
            let (lines, bytes) = if file == name { (lines, bytes) } else { (0, 0) };
            FileEntry { name: file.to_owned(), bytes, lines, sha256: "0".repeat(64) }
        });
        let text = String::new;
        Manifest {
            format: text(),
            version: 1,
            id: Uuid::from_u128(1),
            created_at: text(),
            source: Source {
                fqdn: text(),
                currency: text(),
                schema: text(),
                columns: text(),
                program: text(),
            },
            key_id: text(),
            subject: Subject {
                kind: SubjectKind::Organization,
                id: Uuid::from_u128(2),
                slug: text(),
                name: text(),
            },
            files: files.collect(),
            totals: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn what_is_kept_in_memory_has_a_limit() {
        let most = u64::from(MAX_LINES);
        for (file, what) in OTHER_FILES {
            check_files(&manifest(file, (most, MAX_BYTES))).unwrap();
            for more in [(most + 1, 0), (1, MAX_BYTES + 1)] {
                let error = check_files(&manifest(file, more)).unwrap_err();
                assert!(matches!(error, BundleError::TooLarge { .. }), "{error}");
                assert_eq!(error.file(), Some(file));
                assert!(error.to_string().contains(what), "{error}");
            }
        }
        // Rows stream.
        check_files(&manifest("credit_ledger.jsonl", (most + 1, MAX_BYTES + 1))).unwrap();
    }
}
