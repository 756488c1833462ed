//! Reads the rows that a batch of commands can touch into a [`Book`].
//!
//! Locks come first ([`super::load_locked`]). The wallet's row is the lock of everything its account has
//! (lots, holds, orders, subscription, redemptions), so nothing below it is locked again. What is read
//! after a lock is read by statements of their own: a snapshot taken before the wait would be stale.

use std::collections::BTreeSet;

use sovereign_domain::book::{
    Book, BookRefund, Cancel, Checkout, Command, CompleteOrder, FailedAttempt, Idempotency,
    MoveAway, RefundOrder, ReplyKey, ReportDispute, Route,
};
use sovereign_domain::ids::{CampaignId, LotId, OrderId, OrganizationId, UserId};
use sovereign_domain::voucher::Code;
use sovereign_domain::wallet::{Lot, LotSource};
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::load_campaigns;
use super::load_locked;
use super::load_orders;
use super::load_payments;
use super::load_refunds;
use super::load_requests::{self, Request};
use super::load_subscriptions;
use super::load_usage;
use super::{Error, Result, Ts, Tx};

batch_row! { pub(super) struct UuidKey { id: Uuid => "uuid" } }

/// The keys a batch of commands names.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(super) codes: BTreeSet<Code>,
    pub(super) tenants: BTreeSet<OrganizationId>,
    /// Those that redemptions which may change are counted in.
    pub(super) campaigns: BTreeSet<CampaignId>,
    /// Who asks what for which of them.
    pub(super) requests: BTreeSet<Request>,
    pub(super) orders: BTreeSet<OrderId>,
    /// Whose subscription is wanted, with its open invoices.
    pub(super) subscribers: BTreeSet<OrganizationId>,
    /// Those of them whose subscription is changed.
    pub(super) changed: BTreeSet<OrganizationId>,
    /// Whose usage is wanted, and which reports of it.
    pub(super) users: BTreeSet<OrganizationId>,
    pub(super) usage_events: BTreeSet<(OrganizationId, String)>,
    /// The orders that money goes back of.
    pub(super) refunded: BTreeSet<OrderId>,
    /// Those of the orders that a command names: only their redemptions are changed.
    pub(super) named: BTreeSet<OrderId>,
    /// Whose pending order is reckoned as given back.
    previewed: BTreeSet<OrganizationId>,
    /// Answers to requests that name no Organization.
    replies: BTreeSet<ReplyKey>,
}

impl Wanted {
    pub(crate) fn by<'a>(commands: impl IntoIterator<Item = &'a Command>) -> Self {
        let mut wanted = Self::default();
        for command in commands {
            match command {
                Command::Checkout(request) if request.preview => wanted.add_preview(request),
                Command::Checkout(request) => wanted.add_request(
                    &request.actor.user_id,
                    &request.tenant_id,
                    request.code.as_ref(),
                    Route::Checkout,
                    &request.idempotency,
                ),
                Command::RedeemVoucher(request) => wanted.add_request(
                    &request.actor.user_id,
                    &request.tenant_id,
                    Some(&request.code),
                    Route::RedeemVoucher,
                    &request.idempotency,
                ),
                Command::CompleteOrder(CompleteOrder { order_id, .. })
                | Command::FailAttempt(FailedAttempt { order_id, .. })
                | Command::CloseOrder { order_id, .. }
                | Command::RetryDue { order_id, .. }
                | Command::AttachIntent { order_id, .. }
                | Command::AttachSession { order_id, .. } => {
                    wanted.orders.insert(*order_id);
                }
                Command::Adjust(adjust) => {
                    wanted.tenants.insert(adjust.tenant_id.clone());
                }
                Command::Expire { tenant_id } | Command::MoveAway(MoveAway { tenant_id, .. }) => {
                    wanted.tenants.insert(tenant_id.clone());
                }
                Command::Renew { tenant_id }
                | Command::EndOrganization { tenant_id, .. }
                | Command::WarnOfLowCredit { tenant_id } => {
                    wanted.add_user(tenant_id);
                }
                Command::RecordUsage(request) => {
                    request.events.iter().for_each(|event| wanted.add_user(&event.tenant_id));
                    let reported = request.events.iter();
                    wanted
                        .usage_events
                        .extend(reported.map(|event| (event.tenant_id.clone(), event.id.clone())));
                }
                Command::Cancel(Cancel { actor, tenant_id, .. })
                | Command::Resume { tenant_id, actor } => {
                    wanted.add_user(tenant_id);
                    wanted.requests.insert(Request {
                        tenant_id: tenant_id.clone(),
                        user_id: Some(actor.user_id.clone()),
                        reply: None,
                        code: None,
                    });
                }
                Command::ChangeSubscription(request) => {
                    wanted.add_request(
                        &request.actor.user_id,
                        &request.tenant_id,
                        None,
                        Route::Change,
                        &request.idempotency,
                    );
                    wanted.subscribers.insert(request.tenant_id.clone());
                    wanted.changed.insert(request.tenant_id.clone());
                }
                Command::RefundOrder(request) => wanted.add_refund(request),
                Command::BookRefund(BookRefund { order_id, .. })
                | Command::ReportDispute(ReportDispute { order_id, .. }) => {
                    wanted.orders.insert(*order_id);
                    wanted.refunded.insert(*order_id);
                }
            }
        }
        wanted
    }

    /// An Organization with its subscription, and with what it used.
    fn add_user(&mut self, tenant_id: &OrganizationId) {
        self.tenants.insert(tenant_id.clone());
        self.subscribers.insert(tenant_id.clone());
        self.users.insert(tenant_id.clone());
    }

    fn add_refund(&mut self, request: &RefundOrder) {
        self.orders.insert(request.order_id);
        self.refunded.insert(request.order_id);
        let (user_id, idempotency) = (&request.actor.user_id, &request.idempotency);
        self.replies.insert(ReplyKey::new(user_id, Route::Refund, idempotency));
    }

    /// A preview is answered afresh: it has no stored answer.
    fn add_preview(&mut self, request: &Checkout) {
        let tenant_id = request.tenant_id.clone();
        self.tenants.insert(tenant_id.clone());
        self.previewed.insert(tenant_id.clone());
        self.codes.extend(request.code.clone());
        let user_id = Some(request.actor.user_id.clone());
        let code = request.code.clone();
        self.requests.insert(Request { tenant_id, user_id, reply: None, code });
    }

    /// The orders that previews reckon as given back.
    fn add_pending(&mut self, book: &Book) {
        let accounts = self.previewed.iter().filter_map(|id| book.accounts.get(id));
        self.orders.extend(accounts.filter_map(|account| account.pending_order));
    }

    fn add_request(
        &mut self,
        user_id: &UserId,
        tenant_id: &OrganizationId,
        code: Option<&Code>,
        route: Route,
        idempotency: &Idempotency,
    ) {
        self.tenants.insert(tenant_id.clone());
        self.codes.extend(code.cloned());
        self.requests.insert(Request {
            tenant_id: tenant_id.clone(),
            user_id: Some(user_id.clone()),
            reply: Some(ReplyKey::new(user_id, route, idempotency)),
            code: code.cloned(),
        });
    }

    /// Organizations that only a job asks for, or an order was found to belong to, have a request too.
    fn add_jobs(&mut self) {
        let asked: BTreeSet<&OrganizationId> =
            self.requests.iter().map(|request| &request.tenant_id).collect();
        let others = self.tenants.iter().filter(|id| !asked.contains(id)).cloned();
        let jobs: Vec<Request> = others
            .map(|tenant_id| Request { tenant_id, user_id: None, reply: None, code: None })
            .collect();
        self.requests.extend(jobs);
    }
}

/// Takes the locks of a batch. After this, and before [`book`], the batch's moment is read.
pub(crate) async fn lock(tx: &mut Tx, wanted: &mut Wanted) -> Result<Book> {
    load_orders::discover(tx, wanted).await?;
    load_locked::lock(tx, &wanted.codes, &wanted.tenants, &wanted.campaigns).await
}

/// Reads everything else the commands can touch into a book whose rows are locked. Answers the
/// catalog's revision, where somebody asks for an Organization.
pub(crate) async fn book(tx: &mut Tx, wanted: &mut Wanted, book: &mut Book) -> Result<Option<i64>> {
    wanted.add_jobs();
    let mut found = load_requests::requests(tx, &wanted.requests, book).await?;
    found.replied.append(&mut wanted.replies);
    wanted.add_pending(book);
    load_subscriptions::subscriptions(tx, wanted, book).await?;
    load_usage::usage(tx, wanted, book).await?;
    load_orders::replies(tx, &found.replied, &wanted.orders, book).await?;
    load_orders::orders(tx, wanted, book).await?;
    load_orders::redemptions(tx, wanted, book).await?;
    load_payments::payments(tx, wanted, book).await?;
    load_refunds::given_back(tx, wanted, book).await?;
    load_campaigns::redeemed(tx, wanted, book).await?;
    load_lots(tx, book).await?;
    Ok(found.catalog_revision)
}

from_row! {
    #[derive(Debug)]
    pub(super) struct LotRow {
        tenant_id: String,
        id: Uuid,
        source: String,
        reference: String,
        promotional: bool,
        priority: i16,
        amount_minor: i64,
        remaining_minor: i64,
        held_minor: i64,
        created_at: Ts,
        expires_at: Option<Ts>,
    }
}

impl LotRow {
    pub(super) fn into_lot(self) -> Result<Lot> {
        let source = LotSource::parse(&self.source)
            .ok_or_else(|| Error::corrupt("credit_lots", format!("source {:?}", self.source)))?;
        Ok(Lot {
            id: LotId(self.id),
            source,
            reference: self.reference,
            promotional: self.promotional,
            priority: self.priority,
            amount_minor: self.amount_minor,
            remaining_minor: self.remaining_minor,
            held_minor: self.held_minor,
            created_at: self.created_at.0,
            expires_at: self.expires_at.map(|ts| ts.0),
        })
    }
}

/// Lots with something in them, and those that something may come back to: of the named orders' redemptions (a
/// release takes a reserved one back, and a late payment may bring a released one back), of their draws, and
/// of what their disputes took.
async fn load_lots(tx: &mut Tx, book: &mut Book) -> Result<()> {
    const OPEN: &str = "WITH v (id) AS ({rows}) \
        SELECT w.tenant_id, l.id, l.source, l.reference, l.promotional, l.priority, \
            l.amount_minor, l.remaining_minor, l.held_minor, l.created_at, l.expires_at \
        FROM v JOIN wallets w ON w.customer_id = v.id \
        JOIN credit_lots l ON l.customer_id = v.id AND l.remaining_minor > 0";
    const GRANTED: &str = "WITH v (id) AS ({rows}) \
        SELECT w.tenant_id, l.id, l.source, l.reference, l.promotional, l.priority, \
            l.amount_minor, l.remaining_minor, l.held_minor, l.created_at, l.expires_at \
        FROM v JOIN credit_lots l ON l.id = v.id \
        JOIN wallets w ON w.customer_id = l.customer_id";
    // An empty wallet has no lots to look for.
    let filled = book.accounts.values().filter(|account| account.wallet.balance_minor > 0);
    let customers: Vec<UuidKey> =
        filled.map(|account| UuidKey { id: account.customer_id.0 }).collect();
    let granted: BTreeSet<LotId> = book
        .orders
        .keys()
        .filter_map(|id| book.redemptions.values().find(|r| r.order_id == Some(*id)))
        .map(|redemption| redemption.lot_id)
        .chain(book.draws.values().flatten().map(|part| part.lot_id))
        .chain(book.disputes.values().flat_map(|dispute| &dispute.taken).map(|part| part.lot_id))
        .collect();
    let granted = granted.into_iter().map(|id| UuidKey { id: id.0 }).collect();
    let mut rows: Vec<LotRow> = batch::fetch(tx, OPEN, customers).await?;
    rows.extend(batch::fetch::<_, LotRow>(tx, GRANTED, granted).await?);
    for row in rows {
        let tenant_id = OrganizationId::from(&*row.tenant_id);
        let lot = row.into_lot()?;
        if let Some(account) = book.accounts.get_mut(&tenant_id) {
            account.wallet.lots.insert(lot.id, lot);
        }
    }
    Ok(())
}
