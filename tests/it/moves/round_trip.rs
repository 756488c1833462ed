//! To another Sovereign and back: the same as before.

use super::moving;
use super::world::{Side, World, assert_came_back, code};
use crate::harness::FQDN;

/// A report of usage, of an Organization that has one order, under a name that others may use too.
async fn reports(side: &Side, tenant_id: &str) {
    let total = format!(
        "INSERT INTO usage_totals (id, tenant_id, meter, price_minor, per_units, quantity, version, created_at) \
         SELECT id, tenant_id, 'cpu-hours', 0, 1, 7, 0, created_at FROM orders WHERE tenant_id = '{tenant_id}'"
    );
    let event = format!(
        "INSERT INTO usage_events (id, total_id, tenant_id, meter, quantity, at, recorded_at) \
         SELECT 'node7/08', id, tenant_id, 'cpu-hours', 7, created_at, created_at FROM orders \
         WHERE tenant_id = '{tenant_id}'"
    );
    side.database.execute(&format!("{total}; {event}")).await;
}

moving! { everywhere:
    /// Everything is there, once; and when it comes back all is as it was.
    async fn an_organization_goes_and_comes_back(world: &World) {
        let (source, target) = (&world.source, &world.target);
        let tenant_id = source.customer("kestrel").await;
        let there = world.there(&tenant_id);
        // Freezing settles what waits, such as the invoice's number.
        there.export().run().expect(0);
        there.abort().run().expect(0);
        let before = source.rows(&tenant_id).await;
        let status_before = source.database.texts("SELECT status FROM organizations").await;
        let credit = source.credit(&tenant_id).await;
        assert!(credit > 0);

        there.whole();
        assert_eq!(source.credit(&tenant_id).await, 0);
        assert_eq!(source.moved_to(&tenant_id).await, target.fqdn);
        assert_eq!(target.credit(&tenant_id).await, credit);
        source.verify();
        target.verify();
        let status = "SELECT status FROM organizations WHERE moving_from IS NULL";
        assert_eq!(target.database.texts(status).await, status_before);
        let numbers = "SELECT CAST(foreign_number AS text) || ' ' || foreign_fqdn FROM invoices";
        assert_eq!(target.database.texts(numbers).await, [format!("1 {FQDN}")]);
        let codes = "SELECT issuer_fqdn || ' ' || code FROM foreign_vouchers";
        assert_eq!(target.database.texts(codes).await, [format!("{FQDN} {}", code("kestrel"))]);
        assert_eq!(target.number("foreign_redemptions").await, 1);
        assert_eq!(target.number("promo_redemptions").await, 0);

        world.back(&tenant_id).whole();
        assert_came_back(&before, source.rows(&tenant_id).await);
        assert_eq!(source.moved_to(&tenant_id).await, "");
        assert_eq!(target.credit(&tenant_id).await, 0);
        assert_eq!(source.number("foreign_vouchers").await, 0);
    }
}

moving! { across:
    /// What reports of usage are called is each Organization's own, also where somebody there uses the same name.
    async fn reports_of_usage_have_names_that_others_use(world: &World) {
        let (source, target) = (&world.source, &world.target);
        let falcon = target.customer("falcon").await;
        let tenant_id = source.customer("kestrel").await;
        reports(target, &falcon).await;
        reports(source, &tenant_id).await;
        let before = source.rows(&tenant_id).await["usage_events"].clone();
        world.there(&tenant_id).whole();
        assert_eq!(target.number("usage_events WHERE id = 'node7/08'").await, 2);
        target.verify();
        world.back(&tenant_id).whole();
        assert_eq!(source.rows(&tenant_id).await["usage_events"], before);
    }

    /// What was done there comes back as well, and the numbers of both Sovereigns stay what they are.
    async fn both_sovereigns_number_on(world: &World) {
        let (source, target) = (&world.source, &world.target);
        target.customer("falcon").await;
        let tenant_id = source.customer("kestrel").await;
        source.customer("osprey").await;
        world.there(&tenant_id).whole();
        target.customer("merlin").await;
        source.customer("hobby").await;
        for side in [source, target] {
            side.program(&["jobs", "run", "number-invoices"]).run().expect(0);
            side.verify();
        }
        world.back(&tenant_id).whole();
        assert_eq!(source.number("invoices WHERE number IS NOT NULL").await, 3);
        assert_eq!(target.number("invoices WHERE number IS NOT NULL").await, 2);
    }

    /// A copy that the source takes back goes without a trace, also where the Organization was here before.
    async fn what_is_dropped_is_gone(world: &World) {
        let (source, target) = (&world.source, &world.target);
        let tenant_id = source.customer("kestrel").await;
        let there = world.there(&tenant_id);
        there.export().run().expect(0);
        there.import().run().expect(0);
        target.verify();
        there.abort().run().expect(0);
        there.drop_arrival().run().expect(0);
        for table in ["organizations", "customers", "wallets", "credit_ledger", "orders"] {
            assert_eq!(target.number(table).await, 0, "{table}");
        }
        target.verify();
        there.whole();

        let credit = target.credit(&tenant_id).await;
        let back = world.back(&tenant_id);
        back.export().run().expect(0);
        back.import().run().expect(0);
        assert_eq!(source.credit(&tenant_id).await, credit);
        back.abort().run().expect(0);
        back.drop_arrival().run().expect(0);
        assert_eq!(source.credit(&tenant_id).await, 0);
        assert_eq!(source.moved_to(&tenant_id).await, target.fqdn);
        source.verify();
        target.verify();
        back.whole();
        assert_eq!(source.credit(&tenant_id).await, credit);
    }

    /// What lines come to that are older than what is added up here is added by the import, and taken out with them.
    async fn sums_behind_reports_are_those_of_the_ledger(world: &World) {
        let (source, target) = (&world.source, &world.target);
        let tenant_id = source.customer("kestrel").await;
        let there = world.there(&tenant_id);
        // As if all that comes were long ago.
        target.add_up_to(u128::MAX >> 4).await;
        there.export().run().expect(0);
        there.import().run().expect(0);
        assert_eq!(target.number("voucher_customers WHERE redemptions = 1").await, 1);
        target.verify();
        there.abort().run().expect(0);
        there.drop_arrival().run().expect(0);
        assert_eq!(target.number("voucher_customers").await, 0);
        assert_eq!(target.number("voucher_totals WHERE spent_minor <> 0").await, 0);
        target.verify();

        there.export().run().expect(0);
        there.import().run().expect(0);
        // What comes from now on is not added up yet.
        target.add_up_to(target.newest_line().await + 1).await;
        target.verify();
        there.confirm().run().expect(0);
        there.activate().run().expect(0);
        world.back(&tenant_id).whole();
        target.verify();
        world.there(&tenant_id).whole();
        for side in [source, target] {
            side.verify();
            side.program(&["jobs", "run", "roll-up"]).run().expect(0);
            side.verify();
        }
    }
}
