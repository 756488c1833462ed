//! Bundles that are good, and as many that are not as can be thought of.

mod damage;
mod encrypted;
mod hostile;
mod round_trip;
mod signed;
mod streaming;

use std::collections::BTreeMap;
use std::io::Write as _;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};
use uuid::Uuid;

use super::*;
use crate::hex;

const FILES: [(&str, &[&str]); 3] = [
    ("organization.jsonl", &[r#"{"slug":"muscat-traders"}"#]),
    ("ledger.jsonl", &[r#"{"amount_minor":2500}"#, r#"{"amount_minor":-700}"#]),
    ("notes.jsonl", &[]),
];

struct Signer {
    pair: Ed25519KeyPair,
    id: &'static str,
}

impl Sign for Signer {
    fn key_id(&self) -> &str {
        self.id
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl Signer {
    fn new(seed: u8, id: &'static str) -> Self {
        Self { pair: Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap(), id }
    }

    fn trusted(&self) -> TrustedKeys {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": x});
        TrustedKeys::from_jwks(&json!({ "keys": [key] })).unwrap()
    }
}

fn exporter() -> Signer {
    Signer::new(7, "exporter")
}

fn about() -> About {
    About {
        id: Uuid::from_u128(1),
        created_at: "2030-01-01T00:00:00Z".into(),
        source: Source {
            fqdn: "a.example".into(),
            currency: "OMR".into(),
            schema: "0123".into(),
            columns: "ab".into(),
            program: "0.1.0".into(),
        },
        subject: Subject {
            kind: SubjectKind::Organization,
            id: Uuid::from_u128(2),
            slug: "muscat-traders".into(),
            name: "Muscat Traders".into(),
        },
    }
}

fn totals() -> BTreeMap<String, i64> {
    BTreeMap::from([("credit".into(), 1800), ("owed".into(), -1)])
}

/// A bundle as a Sovereign writes it.
fn bundle(files: &[(&str, &[&str])], recipients: &[Recipient]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(directory.path(), about(), Limits::default());
    for (name, lines) in files {
        let mut file = writer.file(name).unwrap();
        for line in *lines {
            file.line(&serde_json::from_str::<Value>(line).unwrap()).unwrap();
        }
        file.end().unwrap();
    }
    let ending = Ending { totals: totals(), signer: &exporter(), recipients };
    let mut bytes = Vec::new();
    writer.finish(ending, &mut bytes, |_| ()).unwrap();
    bytes
}

fn verify_with(
    bytes: &[u8],
    limits: Limits,
    identity: Option<&Identity>,
) -> Result<Manifest, BundleError> {
    let keys = exporter().trusted();
    Reader::open(bytes, Opening { keys: &keys, identity, limits })?.verify(|_| ())
}

fn verify(bytes: &[u8]) -> Result<Manifest, BundleError> {
    verify_with(bytes, Limits::default(), None)
}

/// The text of the refusal, which names `file`.
#[track_caller]
fn refused(bytes: &[u8], file: &str) -> String {
    refused_within(bytes, file, Limits::default())
}

#[track_caller]
fn refused_within(bytes: &[u8], file: &str, limits: Limits) -> String {
    let error = verify_with(bytes, limits, None).unwrap_err();
    assert_eq!(error.file(), Some(file), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(file), "{text}");
    text
}

fn archive_of(bundle: &[u8]) -> Vec<u8> {
    zstd::decode_all(bundle).unwrap()
}

fn packed(archive: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(archive).unwrap();
    sealed(encoder.finish().unwrap())
}

fn sealed(frame: Vec<u8>) -> Vec<u8> {
    let seal = seal::seal(Sha256::new_with_prefix(&frame));
    [frame, seal.to_vec()].concat()
}

/// An archive that is made by hand, with a manifest of `files` that the exporter did sign.
struct Forge {
    archive: Vec<u8>,
}

impl Forge {
    fn signed(files: &[(&str, &[u8])]) -> Self {
        Self::with(&manifest_of(files))
    }

    fn with(manifest: &Manifest) -> Self {
        let bytes = manifest.to_bytes().unwrap();
        let signature = signature::sign(&exporter(), &bytes).unwrap();
        Self::empty().file(MANIFEST, &bytes).file(SIGNATURE, &signature)
    }

    fn empty() -> Self {
        Self { archive: Vec::new() }
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(name, EntryType::Regular, content.len() as u64, content)
    }

    /// An entry of any kind and name, whose declared size need not be its own.
    fn entry(mut self, name: &str, kind: EntryType, bytes: u64, content: &[u8]) -> Self {
        let mut header = Header::from_byte_slice(&archive::header("x", bytes).unwrap()).clone();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        if name.is_empty() {
            header.as_old_mut().name[0] = 0;
        }
        header.set_entry_type(kind);
        header.set_cksum();
        self.archive.extend(header.as_bytes());
        self.archive.extend(content);
        self.archive.extend(archive::padding(content.len() as u64));
        self
    }

    fn pack(mut self) -> Vec<u8> {
        self.archive.extend(archive::END);
        packed(&self.archive)
    }
}

fn manifest_of(files: &[(&str, &[u8])]) -> Manifest {
    let About { id, created_at, source, subject } = about();
    let entry = |(name, content): &(&str, &[u8])| FileEntry {
        name: (*name).to_owned(),
        bytes: content.len() as u64,
        lines: content.split_inclusive(|byte| *byte == b'\n').count() as u64,
        sha256: hex::encode(&Sha256::digest(content)),
    };
    Manifest {
        format: "sovereign.bundle".into(),
        version: 1,
        id,
        created_at,
        source,
        key_id: "exporter".into(),
        subject,
        files: files.iter().map(entry).collect(),
        totals: totals(),
    }
}
