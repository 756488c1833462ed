//! An Organization moves to another Sovereign: while it does, nothing here moves its money, and at the end its credit
//! leaves the books.

use alloc::format;
use alloc::string::{String, ToString};

use uuid::Uuid;

use super::command::{Command, CompleteOrder, FailedAttempt, MoveAway, Outcome, Refusal, Retry};
use super::credit::Line;
use super::rows::EntryKind;
use super::{Book, BookRefund, Context, RefundOrder, ReportDispute};
use crate::ids::OrganizationId;
use crate::organization::Place;
use crate::timestamp::Timestamp;

/// What is noted of an Organization that has left: see the table `organization_moves`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    pub tenant_id: OrganizationId,
    pub move_id: Uuid,
    /// The Sovereign that has it now.
    pub to: String,
    pub moved_minor: i64,
    pub moved_owed_minor: i64,
    /// What the target signed, and what is signed for it.
    pub receipt: String,
    pub release: String,
    pub at: Timestamp,
}

impl Book {
    /// Whether a command would move money of an Organization that is moving, or has. What its members ask for is
    /// refused because it is suspended, which their pages have words for; and so is usage.
    pub(super) fn is_away(&self, command: &Command) -> bool {
        let of_order = |id| self.orders.get(id).map(|order| &order.tenant_id);
        let place = |id| self.accounts.get(id).map(|account| account.place);
        match command {
            Command::Checkout(_)
            | Command::RedeemVoucher(_)
            | Command::Cancel(_)
            | Command::Resume { .. }
            | Command::ChangeSubscription(_)
            | Command::RecordUsage(_)
            | Command::RetryDue { how: Retry::Customer, .. }
            | Command::MoveAway(_) => false,
            // What comes too late goes back, also when nothing is here any more.
            Command::CompleteOrder(CompleteOrder { order_id, .. }) => {
                of_order(order_id).and_then(place) == Some(Place::Moving)
            }
            Command::CloseOrder { order_id, .. }
            | Command::AttachSession { order_id, .. }
            | Command::RetryDue { order_id, .. }
            | Command::FailAttempt(FailedAttempt { order_id, .. })
            | Command::AttachIntent { order_id, .. }
            | Command::RefundOrder(RefundOrder { order_id, .. })
            | Command::BookRefund(BookRefund { order_id, .. })
            | Command::ReportDispute(ReportDispute { order_id, .. }) => {
                of_order(order_id).and_then(place).is_some_and(Place::is_away)
            }
            Command::Adjust(adjust) => place(&adjust.tenant_id).is_some_and(Place::is_away),
            Command::Expire { tenant_id }
            | Command::Renew { tenant_id }
            | Command::EndOrganization { tenant_id, .. }
            | Command::WarnOfLowCredit { tenant_id } => {
                place(tenant_id).is_some_and(Place::is_away)
            }
        }
    }

    /// Takes what there is out of the wallet, lot by lot, and what is owed with it. The other Sovereign has both.
    pub(super) fn move_away(
        &mut self,
        request: &MoveAway,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let tenant_id = &request.tenant_id;
        let account = self.accounts.get(tenant_id).ok_or(Refusal::NotAMember)?;
        let (customer_id, mut wallet) = (account.customer_id, account.wallet.clone());
        let (balance_minor, owed_minor) = (wallet.balance_minor, wallet.owed_minor);
        let as_exported = account.place == Place::Moving
            && account.pending_order.is_none()
            && wallet.held_minor == 0
            && (balance_minor, owed_minor) == (request.balance_minor, request.owed_minor);
        if !as_exported {
            return Err(Refusal::MoveOutdated);
        }
        let parts = wallet.empty()?;

        self.put_wallet(tenant_id, wallet);
        let reason = || format!("moved to {}", request.to);
        for part in parts {
            self.changes.change_lot(tenant_id, part.lot_id);
            self.enter(customer_id, Line::taking(EntryKind::Moved, part), reason(), None, context);
        }
        if owed_minor > 0 {
            let owed_minor = owed_minor.saturating_neg();
            let line = Line { kind: EntryKind::Moved, lot_id: None, amount_minor: 0, owed_minor };
            self.enter(customer_id, line, reason(), None, context);
        }
        if let Some(account) = self.accounts.get_mut(tenant_id) {
            account.place = Place::Gone;
            account.moved_to = Some(request.to.clone());
        }
        self.changes.departures.push(Departure {
            tenant_id: tenant_id.clone(),
            move_id: request.move_id,
            to: request.to.clone(),
            moved_minor: balance_minor,
            moved_owed_minor: owed_minor,
            receipt: request.receipt.clone(),
            release: request.release.clone(),
            at: request.at,
        });
        let subject = tenant_id.to_string();
        self.audit(&request.actor, "organization.moved", subject, Some(tenant_id), context);
        Ok(Outcome::Done)
    }
}
