//! Bundles that are not believed: refused with the file named, and nothing is written.

use super::moving;
use super::world::{Trip, World};

/// What the import of this bundle is refused with; every row of every table stays what it was.
async fn refused(trip: &Trip<'_>, bytes: &[u8]) -> String {
    let path = trip.bundle.with_extension("other");
    std::fs::write(&path, bytes).unwrap();
    let before = trip.to.state().await;
    let said = trip.import_from(path.to_str().unwrap()).run().expect_failure(2);
    before.assert_unchanged(&trip.to.state().await);
    said
}

moving! { across:
    /// Cut off anywhere, or with any byte another.
    async fn truncated_and_altered(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        let good = std::fs::read(&trip.bundle).unwrap();
        let names = |said: &str| {
            ["manifest.json", "manifest.sig", ".jsonl", "the bundle as a whole", "no bundle"]
                .iter()
                .any(|name| said.contains(name))
        };
        for part in 1..8 {
            let at = good.len() * part / 8;
            let said = refused(&trip, &good[..at]).await;
            assert!(names(&said), "cut at {at}: {said}");
            let mut altered = good.clone();
            altered[at] ^= 0x20;
            let said = refused(&trip, &altered).await;
            assert!(names(&said), "altered at {at}: {said}");
        }
        let said = refused(&trip, &[&good[..], b"more"].concat()).await;
        assert!(names(&said), "{said}");
        trip.import().run().expect(0);
    }

    /// Signed by somebody else, or said to come from somewhere else.
    async fn forged(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        let before = world.target.state().await;
        let bundle = trip.bundle.to_str().unwrap();
        let import = |from: &str, keys: &std::path::Path| {
            let keys = keys.to_str().unwrap();
            let words = ["org", "import", bundle, "--from", from, "--keys", keys];
            world.target.program(&words).run().expect_failure(2)
        };
        let said = import(world.source.fqdn, &world.target.keys);
        assert!(said.contains("manifest.sig") && said.contains("not trusted"), "{said}");
        let said = import("third.example", &world.source.keys);
        assert!(said.contains("manifest.json") && said.contains("third.example"), "{said}");
        before.assert_unchanged(&world.target.state().await);
    }

    /// Papers of another bundle, and papers that somebody changed.
    async fn papers(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        trip.import().run().expect(0);
        let receipt = std::fs::read_to_string(&trip.receipt).unwrap();
        let credit = world.source.credit(&tenant_id).await;
        let more = receipt.replace(&credit.to_string(), &(credit + 1).to_string());
        assert_ne!(more, receipt);
        std::fs::write(&trip.receipt, more).unwrap();
        let said = trip.confirm().run().expect(1).stderr;
        assert!(said.contains("forged"), "{said}");
        std::fs::write(&trip.receipt, receipt).unwrap();
        trip.confirm().run().expect(0);

        let release = std::fs::read_to_string(&trip.release).unwrap();
        std::fs::write(&trip.release, release.replace(&credit.to_string(), "1")).unwrap();
        let said = trip.activate().run().expect(1).stderr;
        assert!(said.contains("forged"), "{said}");
        std::fs::write(&trip.release, release).unwrap();
        trip.activate().run().expect(0);
        // It is here for good.
        let said = trip.drop_arrival().run().expect_failure(1);
        assert!(said.contains("org export"), "{said}");
    }

    /// The target believes the key that signed the bundle, and no other: without it the source lets go of nothing.
    async fn without_its_key(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        let credit = world.source.credit(&tenant_id).await;
        let signing = || {
            let keys: serde_json::Value = {
                let listed = world.source.program(&["key", "list", "--json"]).run().expect(0);
                serde_json::from_str(&listed.stdout).unwrap()
            };
            let keys = keys.as_array().unwrap().clone();
            let ours = keys.iter().find(|key| key["state"] == "signing").unwrap();
            ours["kid"].as_str().unwrap().to_owned()
        };
        trip.export().run().expect(0);
        trip.import().run().expect(0);
        let old = signing();
        world.source.program(&["key", "rotate"]).run().expect(0);
        world.source.program(&["key", "forget"]).args(["--", &old]).run().expect(0);
        assert_ne!(signing(), old);
        let said = trip.confirm().run().expect_failure(1);
        assert!(said.contains("export again"), "{said}");
        assert_eq!(world.source.credit(&tenant_id).await, credit);
        assert_eq!(world.source.moved_to(&tenant_id).await, "");
    }
}
