//! A certificate for servers on the loopback interface, by an authority that only the test knows.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Files in PEM.
pub(super) struct Certificate {
    pub(super) authority: PathBuf,
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
    _directory: TempDir,
}

impl Certificate {
    pub(super) fn make() -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);

        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();

        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, pem: String| {
            let path = directory.path().join(name);
            std::fs::write(&path, pem).unwrap();
            path
        };
        Self {
            authority: write("authority.pem", root.pem()),
            chain: write("server.pem", server.pem()),
            key: write("server.key", key.serialize_pem()),
            _directory: directory,
        }
    }
}
