//! Bundles that are encrypted: whoever has the key of a recipient imports them, and nobody else.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::x25519;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::moving;
use super::world::{Trip, World};
use crate::harness::Program;

/// A pair of keys, the private one in a file that only its owner may read.
struct Pair {
    recipient: String,
    identity: NamedTempFile,
}

impl Pair {
    fn new() -> Self {
        let key = x25519::Identity::generate();
        let text = key.to_string().expose_secret().to_owned();
        let identity = NamedTempFile::new().unwrap();
        std::fs::write(identity.path(), format!("# whose this is\n{text}\n")).unwrap();
        Self { recipient: key.to_public().to_string(), identity }
    }

    fn path(&self) -> &str {
        self.identity.path().to_str().unwrap()
    }

    /// Who may read the private key.
    fn set_mode(&self, mode: u32) {
        std::fs::set_permissions(self.identity.path(), Permissions::from_mode(mode)).unwrap();
    }
}

/// Exports to these recipients.
fn export(trip: &Trip<'_>, pairs: &[&Pair]) {
    let flags = pairs.iter().flat_map(|pair| ["--recipient", pair.recipient.as_str()]);
    let ended = trip.export().args(flags).args(["--json"]).run().expect(0);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(answer["encrypted"], true, "{answer}");
    let bundle = std::fs::read(&trip.bundle).unwrap();
    assert!(bundle.starts_with(b"age-encryption.org/v1\n"), "it is not encrypted");
}

fn import(trip: &Trip<'_>, bundle: &Path, pair: Option<&Pair>) -> Program {
    let program = trip.import_from(bundle.to_str().unwrap());
    match pair {
        Some(pair) => program.args(["--identity", pair.path()]),
        None => program,
    }
}

/// What an import is refused with; every row of every table stays what it was.
async fn refused(trip: &Trip<'_>, bundle: &Path, pair: Option<&Pair>) -> String {
    let before = trip.to.state().await;
    let said = import(trip, bundle, pair).run().expect_failure(2);
    before.assert_unchanged(&trip.to.state().await);
    said
}

moving! { across:
    /// Without its key there is no import, nor with somebody else's.
    async fn only_its_recipient_imports_it(world: &World) {
        let (reader, other) = (Pair::new(), Pair::new());
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        export(&trip, &[&reader]);
        let said = refused(&trip, &trip.bundle, None).await;
        assert!(said.contains("is encrypted; give the file with the identity"), "{said}");
        let said = refused(&trip, &trip.bundle, Some(&other)).await;
        let whose = format!("is encrypted, and not to {}", other.recipient);
        assert!(said.contains(&whose), "{said}");

        let credit = world.source.credit(&tenant_id).await;
        import(&trip, &trip.bundle, Some(&reader)).run().expect(0);
        trip.confirm().run().expect(0);
        trip.activate().run().expect(0);
        assert_eq!(world.source.credit(&tenant_id).await, 0);
        assert_eq!(world.target.credit(&tenant_id).await, credit);
    }

    /// Cut off, or with another byte: refused, with the place named, before anything is written.
    async fn truncated_and_altered(world: &World) {
        let reader = Pair::new();
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        export(&trip, &[&reader]);
        let good = std::fs::read(&trip.bundle).unwrap();
        let path = trip.bundle.with_extension("other");
        let names = |said: &str| {
            ["manifest.json", "manifest.sig", ".jsonl", "the bundle as a whole"]
                .iter()
                .any(|name| said.contains(name))
        };
        // Before these stands to whom it is encrypted.
        for part in 2..8 {
            let at = good.len() * part / 8;
            let mut altered = good.clone();
            altered[at] ^= 0x20;
            for (how, bytes) in [("cut", &good[..at]), ("altered", &altered[..])] {
                std::fs::write(&path, bytes).unwrap();
                let said = refused(&trip, &path, Some(&reader)).await;
                assert!(names(&said), "{how} at {at}: {said}");
            }
        }
        std::fs::write(&path, [&good[..], b"more"].concat()).unwrap();
        let said = refused(&trip, &path, Some(&reader)).await;
        assert!(names(&said), "{said}");
        import(&trip, &trip.bundle, Some(&reader)).run().expect(0);
    }

    /// A file that is no private key, or lies about for everybody, is not used.
    async fn keys_that_are_none(world: &World) {
        let reader = Pair::new();
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        export(&trip, &[&reader]);
        reader.set_mode(0o644);
        let said = refused(&trip, &trip.bundle, Some(&reader)).await;
        assert!(said.contains("chmod 600"), "{said}");
        reader.set_mode(0o600);
        import(&trip, &trip.bundle, Some(&reader)).args(["--dry-run"]).run().expect(0);
        std::fs::write(reader.path(), &reader.recipient).unwrap();
        let said = refused(&trip, &trip.bundle, Some(&reader)).await;
        assert!(said.contains("is no identity"), "{said}");
    }

    /// Each of several recipients reads it. Exported to somebody else it is another file, and the same bundle.
    async fn to_several_and_again(world: &World) {
        let (one, two, three) = (Pair::new(), Pair::new(), Pair::new());
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        export(&trip, &[&one, &two]);
        import(&trip, &trip.bundle, Some(&one)).args(["--dry-run"]).run().expect(0);
        import(&trip, &trip.bundle, Some(&two)).run().expect(0);
        let receipt = std::fs::read(&trip.receipt).unwrap();

        export(&trip, &[&three]);
        let said = refused(&trip, &trip.bundle, Some(&two)).await;
        assert!(said.contains("and not to"), "{said}");
        let before = world.target.state().await;
        let again = import(&trip, &trip.bundle, Some(&three)).args(["--json"]).run().expect_json();
        assert_eq!(again["imported"]["is_new"], false, "{again}");
        before.assert_unchanged(&world.target.state().await);
        assert_eq!(std::fs::read(&trip.receipt).unwrap(), receipt);
        trip.confirm().run().expect(0);
        trip.activate().run().expect(0);
    }
}
