//! Rows of a bundle on their way into the tables: each must be of the Organization that the bundle is of; people become
//! who they are here, and what is another Sovereign's becomes foreign.

use std::collections::HashSet;

use serde_json::Value;
use sovereign_domain::ids::IdSource;
use uuid::Uuid;

use super::ImportError;
use super::stream::Batch;
use crate::bundle::BundleError;
use crate::storage::move_in::CardRow;
use crate::storage::moved_tables::{self, Kind, Members, Moved};
use crate::storage::{self, Tx};
use crate::usecase::moves::foreign::{self, Voucher, Way};
use crate::usecase::moves::people::People;
use crate::usecase::moves::plan::text;

/// What a row is changed by.
pub(super) struct Arrivals<'a> {
    pub(super) way: Way<'a>,
    pub(super) tenant_id: &'a str,
    pub(super) customer_id: Uuid,
    /// The Organization's address at the source, and here.
    pub(super) slug: (&'a str, &'a str),
    pub(super) people: People,
    /// Whether what is saved at Stripe is good here; else what was saved here before.
    pub(super) same_stripe_account: bool,
    pub(super) card: Option<CardRow>,
    /// Payments that were charged here before it left.
    pub(super) charged: HashSet<Uuid>,
}

/// Rows of one table that go in together.
type Group = (&'static Moved, Vec<Members>);

impl Arrivals<'_> {
    /// Writes the rows of a batch.
    ///
    /// # Errors
    /// Where a row is none, or is not the Organization's; where the database has it already, or fails.
    pub(super) async fn write(
        &mut self,
        tx: &mut Tx,
        batch: Batch,
        ids: &mut (dyn IdSource + Send),
    ) -> Result<(), ImportError> {
        let mut groups: Vec<Group> = Vec::new();
        for (row, line) in batch.rows.into_iter().zip(batch.first..) {
            let file = &batch.file;
            let wrong = |fault: String| BundleError::Line { file: file.clone(), line, fault };
            let arrived = if file == foreign::FILE {
                let voucher: Voucher = serde_json::from_value(Value::Object(row))
                    .map_err(|error| wrong(error.to_string()))?;
                self.way.voucher(self.tenant_id, &voucher)
            } else {
                let moved = moved_tables::find(file)
                    .ok_or_else(|| wrong("this program does not know the file".to_owned()))?;
                if let Some((member, fault)) = moved_tables::fault(moved, &row) {
                    return Err(wrong(format!("{member} {fault}")).into());
                }
                if let Some(member) = self.stranger(moved, &row) {
                    let fault = format!("{member} is not that of the bundle's Organization");
                    return Err(wrong(fault).into());
                }
                let row = self.rename(tx, moved, row, &mut *ids).await?;
                if let Some(limit) = self.people.beyond() {
                    let file = file.clone();
                    return Err(BundleError::TooLarge { file, limit }.into());
                }
                self.way.arrive(moved, self.fitted(moved, row))
            };
            let Some((moved, row)) = arrived else { continue };
            if let Some((member, fault)) = moved_tables::fault(moved, &row) {
                return Err(wrong(format!("{member} {fault}")).into());
            }
            match groups.iter_mut().find(|(other, _)| other.table == moved.table) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((moved, vec![row])),
            }
        }
        for (moved, rows) in groups {
            moved_tables::insert(tx, moved, &rows).await.map_err(|error| taken(moved, error))?;
        }
        Ok(())
    }

    /// The member by which a row is another Organization's.
    fn stranger(&self, moved: &Moved, row: &Members) -> Option<&'static str> {
        let has = |name: &str| moved.columns.iter().any(|column| column.name == name);
        let is_account = |name: &str| {
            text(row, name).and_then(|id| Uuid::parse_str(id).ok()) == Some(self.customer_id)
        };
        let is_tenant = |name: &str| text(row, name) == Some(self.tenant_id);
        if moved.table == "organizations" {
            return (!is_tenant("id")).then_some("id");
        }
        if moved.table == "customers" && !is_account("id") {
            return Some("id");
        }
        if has("tenant_id") && !is_tenant("tenant_id") {
            return Some("tenant_id");
        }
        (has("customer_id") && !is_account("customer_id")).then_some("customer_id")
    }

    /// Names everybody as they are known here.
    async fn rename(
        &mut self,
        tx: &mut Tx,
        moved: &Moved,
        mut row: Members,
        ids: &mut (dyn IdSource + Send),
    ) -> storage::Result<Members> {
        for column in moved.columns.iter().filter(|column| column.kind == Kind::Person) {
            let Some(Value::String(id)) = row.get_mut(column.name) else { continue };
            *id = self.people.of(tx, id, &mut *ids).await?;
        }
        Ok(row)
    }

    /// What is another thing here.
    fn fitted(&self, moved: &Moved, mut row: Members) -> Members {
        let set = |row: &mut Members, name: &str, value: Option<&str>| {
            row.insert(name.to_owned(), value.map_or(Value::Null, Value::from));
        };
        match moved.table {
            "organizations" => {
                let (there, here) = self.slug;
                set(&mut row, "slug", Some(here));
                if text(&row, "subdomain") == Some(there) {
                    set(&mut row, "subdomain", Some(here));
                }
            }
            "customers" if !self.same_stripe_account => {
                let card = self.card.clone().unwrap_or_default();
                set(&mut row, "stripe_customer_id", card.stripe_customer_id.as_deref());
                set(&mut row, "payment_method_id", card.payment_method_id.as_deref());
                set(&mut row, "card_brand", card.card_brand.as_deref());
                set(&mut row, "card_last4", card.card_last4.as_deref());
            }
            "card_payments" => {
                let id = text(&row, "id").and_then(|id| Uuid::parse_str(id).ok());
                let known = id.is_some_and(|id| self.charged.contains(&id));
                self.way.charged(&mut row, (self.same_stripe_account, known));
            }
            _ => {}
        }
        row
    }
}

fn taken(moved: &Moved, error: storage::Error) -> ImportError {
    match error {
        storage::Error::Conflict(text) => ImportError::Refused(format!(
            "{}: this Sovereign has one of these rows already, or another transaction was in the way: {text}",
            moved.file
        )),
        other => other.into(),
    }
}
