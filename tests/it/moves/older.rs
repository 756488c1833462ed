//! Bundles that another program has written.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sovereign::auth::{KeyRing, SIGNING_KEY_FILE, SigningKey};
use sovereign::bundle::{About, Ending, Limits, Opening, Reader, Source, TrustedKeys, Writer};

use super::conflicts::kinds;
use super::moving;
use super::world::{Trip, World};

/// The same bundle as a source would have written it that differs so, signed with the same key.
fn written(trip: &Trip<'_>, change: impl FnOnce(&mut Source)) -> PathBuf {
    let data = trip.from.database.directory.path();
    let keys = TrustedKeys::from_jwks(&KeyRing::load(data).unwrap().jwks()).unwrap();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let mut reader = Reader::open(File::open(&trip.bundle).unwrap(), opening).unwrap();
    let manifest = reader.manifest().clone();
    let (id, created_at, subject) = (manifest.id, manifest.created_at, manifest.subject);
    let mut source = manifest.source;
    change(&mut source);
    let path = trip.bundle.with_extension("other");
    let about = About { id, created_at, source, subject };
    let mut writer = Writer::new(path.parent().unwrap(), about, Limits::default());
    while let Some(mut file) = reader.next_file().unwrap() {
        let name = file.name().to_owned();
        let mut copy = writer.file(&name).unwrap();
        while let Some(line) = file.next_record::<Value>().unwrap() {
            copy.line(&line).unwrap();
        }
        copy.end().unwrap();
    }
    let key = SigningKey::from_der(&std::fs::read(data.join(SIGNING_KEY_FILE)).unwrap()).unwrap();
    let ending = Ending { totals: manifest.totals, signer: &key, recipients: &[] };
    writer.finish(ending, File::create(&path).unwrap(), |_| ()).unwrap();
    path
}

/// What is in the way of a bundle.
fn conflicts(trip: &Trip<'_>, bundle: &Path) -> Vec<String> {
    let ended = trip.import_from(bundle.to_str().unwrap()).args(["--dry-run", "--json"]).run();
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    kinds(&answer["plan"]["conflicts"]).into_iter().map(str::to_owned).collect()
}

moving! { across:
    /// An older source is no matter where all that moves is the same: what it has confirmed cannot be exported again.
    async fn an_older_source_fits_where_what_moves_is_the_same(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        let older = |source: &mut Source| "0001_core".clone_into(&mut source.schema);
        let other = written(&trip, |source| {
            older(source);
            "of other tables".clone_into(&mut source.columns);
        });
        assert_eq!(conflicts(&trip, &other), ["older_schema"]);
        let silent = written(&trip, |source| {
            older(source);
            source.columns = String::new();
        });
        assert_eq!(conflicts(&trip, &silent), ["older_schema"]);
        let newer = written(&trip, |source| "9999_later".clone_into(&mut source.schema));
        assert_eq!(conflicts(&trip, &newer), ["newer_schema"]);

        let bundle = written(&trip, older);
        assert_eq!(conflicts(&trip, &bundle), [""; 0]);
        trip.import_from(bundle.to_str().unwrap()).run().expect(0);
        assert_eq!(
            world.target.credit(&tenant_id).await,
            world.source.credit(&tenant_id).await
        );
        trip.abort().run().expect(0);
        trip.drop_arrival().run().expect(0);
    }
}
