//! What stands in the way of an import: told before anything is written, with what to do.

use serde_json::Value;

use super::moving;
use super::world::{Trip, World, code};

/// The plan of a dry run that ends with this exit code.
fn plan(trip: &Trip<'_>, exit: i32) -> Value {
    let ended = trip.import().args(["--dry-run", "--json"]).run().expect(exit);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(answer["imported"].is_null(), "{answer}");
    answer["plan"].clone()
}

/// Of what a plan says.
pub(super) fn kinds(notes: &Value) -> Vec<&str> {
    notes.as_array().unwrap().iter().map(|note| note["kind"].as_str().unwrap()).collect()
}

moving! { across:
    /// An address that somebody has here; with another one it arrives.
    async fn its_address_is_taken(world: &World) {
        world.target.customer("kestrel").await;
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        let found = plan(&trip, 1);
        assert_eq!(kinds(&found["conflicts"]), ["address_taken"]);
        assert!(found["conflicts"][0]["remedy"].as_str().unwrap().contains("--slug"));
        // Both Sovereigns have issued a voucher of this code.
        assert_eq!(kinds(&found["warnings"]), ["code_known"]);
        let before = world.target.state().await;
        let said = trip.import().run().expect(1);
        assert!(said.stdout.contains("in the way"), "{}", said.stdout);
        before.assert_unchanged(&world.target.state().await);

        trip.import().args(["--slug", "kestrel-2"]).run().expect(0);
        let slugs = "SELECT slug FROM organizations ORDER BY slug";
        assert_eq!(world.target.database.texts(slugs).await, ["kestrel", "kestrel-2"]);
        trip.confirm().run().expect(0);
        trip.activate().run().expect(0);
        // The other Sovereign's code is history, and this one's stays as it was.
        let redeemed = format!("promo_redemptions WHERE code = '{}'", code("kestrel"));
        assert_eq!(world.target.number(&redeemed).await, 1);
    }

    /// Another currency, and tables of another program.
    async fn the_sovereigns_do_not_fit(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        world.target.database.execute("UPDATE sovereign SET currency = 'USD'").await;
        assert_eq!(kinds(&plan(&trip, 1)["conflicts"]), ["currency_differs"]);
        world.target.database.execute("UPDATE sovereign SET currency = 'OMR'").await;
        assert_eq!(kinds(&plan(&trip, 0)["conflicts"]), Vec::<&str>::new());
    }

    /// Whoever imports again has the same receipt; somebody who is here is linked.
    async fn imported_twice(world: &World) {
        let tenant_id = world.source.customer("kestrel").await;
        let verified = "UPDATE users SET email_verified = TRUE";
        world.source.database.execute(verified).await;
        // The same person has an Organization here too.
        world.target.customer("kestrel").await;
        let renamed = "UPDATE organizations SET slug = 'merlin', subdomain = 'merlin'";
        world.target.database.execute(renamed).await;
        world.target.database.execute(verified).await;
        let users = world.target.number("users").await;
        let trip = world.there(&tenant_id);
        trip.export().run().expect(0);
        let found = plan(&trip, 0);
        assert!(found["state"].is_null(), "{found}");
        let people = found["people"].as_array().unwrap();
        assert!(people.iter().all(|person| person["is_here"] == true), "{found}");
        trip.import().run().expect(0);
        assert_eq!(world.target.number("users").await, users);

        let receipt = std::fs::read(&trip.receipt).unwrap();
        let before = world.target.state().await;
        let again = trip.import().args(["--json"]).run().expect_json();
        assert_eq!(again["imported"]["is_new"], false);
        assert_eq!(again["plan"]["state"], "arriving");
        before.assert_unchanged(&world.target.state().await);
        assert_eq!(std::fs::read(&trip.receipt).unwrap(), receipt);
        // Nothing of it can be spent, by whoever asks.
        let status = "SELECT status FROM organizations WHERE slug = 'kestrel'";
        assert_eq!(world.target.database.texts(status).await, ["suspended"]);
        trip.confirm().run().expect(0);
        trip.activate().run().expect(0);
    }
}
