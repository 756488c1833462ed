//! What is of one Sovereign and arrives at another: numbers of documents, vouchers, redemptions, payments by card. It stays
//! what it was, as history of the other one. What comes back to the Sovereign that it is of becomes its own again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::storage::moved_tables::{self, Members, Moved};

/// The source's own vouchers that the Organization redeemed, in the bundle.
pub(crate) const FILE: &str = "vouchers.jsonl";

/// A voucher that an Organization redeemed, as its Sovereign knew it at the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Voucher {
    pub(crate) code: String,
    pub(crate) description: String,
    pub(crate) credit_minor: i64,
    /// The campaign's name, where it is in one.
    pub(crate) campaign: Option<String>,
    /// RFC 3339.
    pub(crate) issued_at: String,
    pub(crate) status: String,
}

/// Between which Sovereigns something moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) source: &'a str,
    pub(super) here: &'a str,
}

const NUMBER: &str = "number";
const FOREIGN_NUMBER: &str = "foreign_number";
const FOREIGN_FQDN: &str = "foreign_fqdn";
const ISSUER: &str = "issuer_fqdn";
const OWN_REDEMPTIONS: &str = "promo_redemptions";
const FOREIGN_REDEMPTIONS: &str = "foreign_redemptions";
const FOREIGN_VOUCHERS: &str = "foreign_vouchers";

impl Way<'_> {
    /// Into which table a row of the bundle goes, and as what; `None` where it is of what is here anyway.
    pub(super) fn arrive(
        self,
        moved: &'static Moved,
        mut row: Members,
    ) -> Option<(&'static Moved, Members)> {
        match moved.table {
            "invoices" | "refunds" => {
                self.renumber(&mut row);
                Some((moved, row))
            }
            OWN_REDEMPTIONS => {
                row.insert(ISSUER.to_owned(), self.source.into());
                Some((moved_tables::find(FOREIGN_REDEMPTIONS)?, row))
            }
            FOREIGN_REDEMPTIONS if self.is_own(&row) => {
                row.remove(ISSUER);
                Some((moved_tables::find(OWN_REDEMPTIONS)?, row))
            }
            FOREIGN_VOUCHERS if self.is_own(&row) => None,
            _ => Some((moved, row)),
        }
    }

    fn is_own(self, row: &Members) -> bool {
        row.get(ISSUER).and_then(Value::as_str) == Some(self.here)
    }

    /// The source's own number becomes a foreign one, and this Sovereign's becomes its own again.
    fn renumber(self, row: &mut Members) {
        let has = |row: &Members, name: &str| row.get(name).is_some_and(|value| !value.is_null());
        if has(row, NUMBER) {
            let number = row.insert(NUMBER.to_owned(), Value::Null).unwrap_or_default();
            row.insert(FOREIGN_NUMBER.to_owned(), number);
            row.insert(FOREIGN_FQDN.to_owned(), self.source.into());
        } else if row.get(FOREIGN_FQDN).and_then(Value::as_str) == Some(self.here) {
            let number = row.insert(FOREIGN_NUMBER.to_owned(), Value::Null).unwrap_or_default();
            row.insert(NUMBER.to_owned(), number);
            row.insert(FOREIGN_FQDN.to_owned(), Value::Null);
        }
    }

    /// A payment in the source's account at Stripe is foreign here, unless both have one account (`shared`); one in this
    /// Sovereign's, which it knows (`known`) or which says so, is its own again.
    pub(super) fn charged(self, row: &mut Members, (shared, known): (bool, bool)) {
        let of = row.get(FOREIGN_FQDN).and_then(Value::as_str);
        let here = known || of == Some(self.here);
        if here || (shared && of.is_none()) {
            row.insert(FOREIGN_FQDN.to_owned(), Value::Null);
        } else if of.is_none() {
            row.insert(FOREIGN_FQDN.to_owned(), self.source.into());
        }
    }

    /// A voucher of the source as history here.
    pub(super) fn voucher(
        self,
        tenant_id: &str,
        voucher: &Voucher,
    ) -> Option<(&'static Moved, Members)> {
        let row = json!({
            "tenant_id": tenant_id, "issuer_fqdn": self.source, "code": voucher.code,
            "description": voucher.description, "credit_minor": voucher.credit_minor,
            "campaign": voucher.campaign, "issued_at": voucher.issued_at, "status": voucher.status,
        });
        let Value::Object(row) = row else { return None };
        Some((moved_tables::find(FOREIGN_VOUCHERS)?, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: Way<'_> = Way { source: "a.example", here: "b.example" };
    const BACK: Way<'_> = Way { source: "b.example", here: "a.example" };

    fn row(value: &Value) -> Members {
        value.as_object().unwrap().clone()
    }

    fn arrive(way: Way<'_>, table: &str, value: &Value) -> Option<(&'static str, Members)> {
        let arrived = way.arrive(moved_tables::find(table).unwrap(), row(value));
        arrived.map(|(moved, row)| (moved.table, row))
    }

    #[test]
    fn a_number_is_foreign_there_and_own_again_at_home() {
        let own = json!({ "number": 7, "foreign_number": null, "foreign_fqdn": null });
        let foreign = json!({ "number": null, "foreign_number": 7, "foreign_fqdn": "a.example" });
        for table in ["invoices", "refunds"] {
            assert_eq!(arrive(THERE, table, &own), Some((table, row(&foreign))));
            assert_eq!(arrive(BACK, table, &foreign), Some((table, row(&own))));
        }
        // Of a third Sovereign, and of nobody yet.
        let onwards = Way { source: "b.example", here: "c.example" };
        assert_eq!(arrive(onwards, "invoices", &foreign), Some(("invoices", row(&foreign))));
        let none = json!({ "number": null, "foreign_number": null, "foreign_fqdn": null });
        assert_eq!(arrive(THERE, "invoices", &none), Some(("invoices", row(&none))));
    }

    #[test]
    fn a_payment_is_in_the_account_of_whoever_took_it() {
        let charged = |way: Way<'_>, of: Option<&str>, how| {
            let mut row = row(&json!({ "charge_id": "ch_1", "foreign_fqdn": of }));
            way.charged(&mut row, how);
            assert_eq!(row["charge_id"], "ch_1");
            row["foreign_fqdn"].as_str().map(str::to_owned)
        };
        let (apart, shared, known) = ((false, false), (true, false), (false, true));
        let text = |name: &str| Some(name.to_owned());
        assert_eq!(charged(THERE, None, apart), text("a.example"));
        assert_eq!(charged(THERE, None, shared), None);
        assert_eq!(charged(BACK, Some("a.example"), apart), None);
        assert_eq!(charged(BACK, None, apart), text("b.example"));
        // It went there to the same account, and comes back from another one.
        assert_eq!(charged(BACK, None, known), None);
        let onwards = Way { source: "b.example", here: "c.example" };
        for how in [apart, shared] {
            assert_eq!(charged(onwards, Some("a.example"), how), text("a.example"));
        }
    }

    #[test]
    fn a_redemption_is_history_there_and_counts_again_at_home() {
        let own = json!({ "code": "MUSCAT" });
        let foreign = json!({ "code": "MUSCAT", "issuer_fqdn": "a.example" });
        let there = arrive(THERE, "promo_redemptions", &own);
        assert_eq!(there, Some(("foreign_redemptions", row(&foreign))));
        let back = arrive(BACK, "foreign_redemptions", &foreign);
        assert_eq!(back, Some(("promo_redemptions", row(&own))));
        let onwards = Way { source: "b.example", here: "c.example" };
        let same = arrive(onwards, "foreign_redemptions", &foreign);
        assert_eq!(same, Some(("foreign_redemptions", row(&foreign))));
    }

    #[test]
    fn the_issuer_needs_no_history_of_its_own_vouchers() {
        let voucher = Voucher {
            code: "MUSCAT".into(),
            description: "For Muscat".into(),
            credit_minor: 200_000,
            campaign: None,
            issued_at: "2027-03-01T00:00:00Z".into(),
            status: "live".into(),
        };
        let (moved, row) = THERE.voucher("kestrel", &voucher).unwrap();
        assert_eq!(moved_tables::fault(moved, &row), None);
        assert!(BACK.arrive(moved, row).is_none());
    }
}
