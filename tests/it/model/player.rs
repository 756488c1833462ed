//! Plays a sequence on the real engine.

use std::sync::Arc;

use futures_util::future::join_all;
use sovereign::engine::{Engine as MoneyEngine, EngineError, EngineThread, MAX_BATCH, Rules};
use sovereign::ids::RandomIds;
use sovereign::storage::Store;
use sovereign::usecase::verify;
use sovereign_domain::book::{Command, OrderStatus, Outcome, Refusal};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::ids::{CampaignId, OrderId};
use sovereign_domain::subscription::PeriodChanges;
use sovereign_domain::tax::TaxRules;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::sequences::{
    Action, ChangesSummary, DisputeSummary, Observed, RedemptionSummary, RefundSummary, Script,
    Snapshot, Step, SubscriptionSummary, WalletSummary, World,
};
use super::world;
use crate::harness::{Engine, TestClock, TestDatabase};

pub(super) struct Player {
    script: Script,
    clock: Arc<TestClock>,
    store: Store,
    money: MoneyEngine,
    thread: EngineThread,
    database: TestDatabase,
}

/// Of a subscription: its orders after what it is, then its moments.
type SubscriptionRow = (
    String,
    String,
    i64,
    bool,
    i16,
    Uuid,
    Uuid,
    Option<Uuid>,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
);
type RefundRow = (Uuid, i64, i64, i64, Option<String>, bool, bool);
type RedemptionRow = (String, i64, String, String, i64, String, Option<Uuid>, Option<Uuid>);

/// Runs a query on either database and collects its rows.
macro_rules! rows {
    ($store:expr, $type:ty, $sql:expr) => {{
        let sql: String = $sql;
        let found: Result<Vec<$type>, sqlx::Error> = match $store {
            Store::Postgres(pool) => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await,
            Store::Sqlite { writer, .. } => {
                sqlx::query_as(AssertSqlSafe(sql)).fetch_all(writer).await
            }
        };
        found.unwrap()
    }};
}

impl Player {
    pub(super) async fn start(engine: Engine) -> Self {
        let database = TestDatabase::started(engine).await;
        let store = Store::open(&database.location).await.unwrap();
        let clock = Arc::new(TestClock::new());
        let script = Script::new(World::new());
        let ids = RandomIds::new(clock.clone());
        let rules = Rules {
            currency: script.world.currency,
            tax: TaxRules::default(),
            zone: TimeZone::UTC,
            max_batch: MAX_BATCH,
        };
        let (money, thread) =
            MoneyEngine::start(&store, rules, clock.clone(), ids, Arc::default()).await.unwrap();
        Self { script, clock, store, money, thread, database }
    }

    /// Empties the database and fills it with a world in which nothing has happened yet.
    pub(super) async fn reset(&mut self, world: World) {
        world::write(&self.store, &world).await;
        self.clock.set(world.start);
        self.script = Script::new(world);
    }

    pub(super) async fn stop(self) {
        drop(self.money);
        self.thread.finished().await;
        self.store.close().await;
        self.database.remove().await;
    }

    /// Plays steps; several must all be commands, and are sent at once, in their order.
    pub(super) async fn apply(&mut self, group: &[Step]) -> Vec<Observed> {
        let actions: Vec<Action> = group.iter().map(|step| self.script.next(step)).collect();
        self.clock.set(self.script.now);
        self.money.set_charge_rules(self.script.charge_rules());
        // `join_all` polls in order, and the first poll queues the command.
        let results = join_all(actions.into_iter().map(|action| self.act(action))).await;
        let observe = |result: Option<_>| match result {
            Some(result) => self.script.observe(&result),
            None => Observed::NoCommand,
        };
        results.into_iter().map(observe).collect()
    }

    /// `None` where the action is no command.
    async fn act(&self, action: Action) -> Option<Result<Outcome, Refusal>> {
        match action {
            Action::None => None,
            Action::WriteVoucher(terms) => {
                world::execute(&self.store, &world::voucher_terms(&self.store, &terms)).await;
                None
            }
            Action::WriteCampaign(terms) => {
                world::execute(&self.store, &world::campaign_terms(&self.store, &terms)).await;
                None
            }
            Action::Decide(command) => Some(self.decide(command).await),
        }
    }

    async fn decide(&self, command: Command) -> Result<Outcome, Refusal> {
        match self.money.submit(command).await {
            Ok(outcome) => Ok(outcome),
            Err(EngineError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("the engine failed: {error:?}"),
        }
    }

    pub(super) async fn verify(&self, number: usize) {
        let report = verify::verify(&self.store).await.unwrap();
        assert!(report.faults.is_empty(), "sequence {number}: {:#?}", report.faults);
    }

    /// The books as the database has them.
    pub(super) async fn snapshot(&self) -> Snapshot {
        Snapshot {
            wallets: self.wallets().await,
            vouchers: self.counters().await,
            campaigns: self.campaigns().await,
            orders: self.orders().await,
            redemptions: self.redemptions().await,
            subscriptions: self.subscriptions().await,
            invoices: self.invoices().await,
            refunds: self.refunds().await,
            disputes: self.disputes().await,
        }
    }

    fn index(&self, id: Uuid) -> Option<usize> {
        self.script.orders.iter().position(|order| *order == OrderId(id))
    }

    /// A column's moment in microseconds.
    fn micros(&self, column: &str) -> String {
        match &self.store {
            Store::Postgres(_) => format!("CAST(extract(epoch FROM {column}) * 1000000 AS bigint)"),
            Store::Sqlite { .. } => column.to_owned(),
        }
    }

    async fn subscriptions(&self) -> Vec<SubscriptionSummary> {
        let moments =
            ["current_period_start", "current_period_end", "next_attempt_at", "warned_for"];
        let moments = moments.map(|column| self.micros(column)).join(", ");
        let sql = format!(
            "SELECT tenant_id, status, price_minor, cancel_at_period_end, failed_attempts, \
                 order_id, COALESCE(paid_order_id, order_id), due_order_id, {moments}, \
                 CAST(changes AS text) \
             FROM subscriptions"
        );
        let found = rows!(&self.store, SubscriptionRow, sql);
        let mut summaries: Vec<SubscriptionSummary> =
            found.iter().map(|row| self.subscription(row)).collect();
        summaries.sort();
        summaries
    }

    fn subscription(&self, row: &SubscriptionRow) -> SubscriptionSummary {
        let (tenant_id, status, price_minor, cancel_at_period_end, failed_attempts, ..) = row;
        SubscriptionSummary {
            organization: self.script.world.organization_index(&tenant_id.as_str().into()),
            status: status.clone(),
            price_minor: *price_minor,
            cancel_at_period_end: *cancel_at_period_end,
            failed_attempts: *failed_attempts,
            orders: (self.index(row.5), self.index(row.6), row.7.and_then(|id| self.index(id))),
            period: (row.8, row.9),
            next_attempt_at: row.10,
            warned_for: row.11,
            changes: row.12.as_deref().map(|text| self.changes(text)),
        }
    }

    fn changes(&self, text: &str) -> ChangesSummary {
        let PeriodChanges { items, orders, carried } = serde_json::from_str(text).unwrap();
        let items = items.into_iter().map(|item| (item.id, item.amount_minor));
        let carried = carried.iter().map(|line| line.amount_minor).sum();
        (items.collect(), orders.iter().map(|id| self.index(id.0)).collect(), carried)
    }

    async fn invoices(&self) -> Vec<(usize, String, i64, i64, i64)> {
        let start = self.micros("period_start");
        let sql =
            format!("SELECT order_id, status, amount_minor, credit_minor, {start} FROM invoices");
        let found = rows!(&self.store, (Uuid, String, i64, i64, i64), sql);
        let mut summaries: Vec<_> = found
            .into_iter()
            .map(|(order, status, amount, credit, start)| {
                (self.index(order).unwrap(), status, amount, credit, start)
            })
            .collect();
        summaries.sort();
        summaries
    }

    async fn wallets(&self) -> Vec<WalletSummary> {
        let now = world::moment(&self.store, self.script.now);
        let sql = format!(
            "SELECT w.tenant_id, w.balance_minor, w.held_minor, w.owed_minor, \
                 CAST(COALESCE((SELECT SUM(l.remaining_minor - l.held_minor) FROM credit_lots l \
                     WHERE l.customer_id = w.customer_id \
                         AND (l.expires_at IS NULL OR l.expires_at > {now})), 0) AS bigint) \
             FROM wallets w ORDER BY w.tenant_id"
        );
        let found = rows!(&self.store, (String, i64, i64, i64, i64), sql);
        found
            .into_iter()
            .map(|(_, balance_minor, held_minor, owed_minor, available_minor)| WalletSummary {
                balance_minor,
                held_minor,
                owed_minor,
                available_minor,
            })
            .collect()
    }

    async fn campaigns(&self) -> Vec<(i64, i64)> {
        let sql = "SELECT id, redemptions, granted_minor FROM campaigns".to_owned();
        let found = rows!(&self.store, (Uuid, i64, i64), sql);
        let of = |id: Uuid| found.iter().find(|row| row.0 == id).map(|row| (row.1, row.2)).unwrap();
        self.script.world.campaigns.iter().map(|campaign| of(campaign.id.0)).collect()
    }

    async fn counters(&self) -> Vec<(i64, i64)> {
        let sql = "SELECT code, CAST(times_redeemed AS bigint), granted_minor FROM promo_codes";
        let found = rows!(&self.store, (String, i64, i64), sql.to_owned());
        let of =
            |code: &str| found.iter().find(|row| row.0 == code).map(|row| (row.1, row.2)).unwrap();
        self.script.world.vouchers.iter().map(|voucher| of(voucher.code.as_str())).collect()
    }

    async fn orders(&self) -> Vec<Option<OrderStatus>> {
        let found = rows!(&self.store, (Uuid, String), "SELECT id, status FROM orders".to_owned());
        assert_eq!(found.len(), self.script.orders.len(), "orders that nobody was told of");
        let of = |id: &OrderId| {
            let (_, status) = found.iter().find(|(found, _)| *found == id.0)?;
            OrderStatus::parse(status)
        };
        self.script.orders.iter().map(of).collect()
    }

    fn place(&self, order_id: Uuid) -> Option<usize> {
        self.script.orders.iter().position(|order| *order == OrderId(order_id))
    }

    async fn refunds(&self) -> Vec<RefundSummary> {
        let sql = "SELECT order_id, credit_minor, card_minor, credited_minor, stripe_refund_id, voucher_freed, \
                   has_note FROM refunds";
        let found = rows!(&self.store, RefundRow, sql.to_owned());
        let of = |(
            order_id,
            credit_minor,
            card_minor,
            credited_minor,
            stripe_refund_id,
            freed,
            noted,
        ): RefundRow| {
            RefundSummary {
                order: self.place(order_id),
                credit_minor,
                card_minor,
                credited_minor,
                stripe_refund_id,
                voucher_freed: freed,
                has_note: noted,
            }
        };
        let mut summaries: Vec<RefundSummary> = found.into_iter().map(of).collect();
        summaries.sort();
        summaries
    }

    async fn disputes(&self) -> Vec<DisputeSummary> {
        let sql = "SELECT stripe_dispute_id, order_id, clawed_minor, status FROM disputes";
        let found = rows!(&self.store, (String, Uuid, i64, String), sql.to_owned());
        let of = |(stripe_dispute_id, order_id, clawed_minor, state)| DisputeSummary {
            stripe_dispute_id,
            order: self.place(order_id),
            clawed_minor,
            state,
        };
        let mut summaries: Vec<DisputeSummary> = found.into_iter().map(of).collect();
        summaries.sort();
        summaries
    }

    async fn redemptions(&self) -> Vec<RedemptionSummary> {
        let sql = "SELECT code, CAST(ordinal AS bigint), tenant_id, user_id, credit_minor, state, \
                   order_id, campaign_id FROM promo_redemptions";
        let found = rows!(&self.store, RedemptionRow, sql.to_owned());
        let world = &self.script.world;
        let states = ["reserved", "redeemed", "released"];
        let mut summaries: Vec<RedemptionSummary> = found
            .into_iter()
            .map(|(code, ordinal, tenant_id, user_id, credit_minor, state, order_id, campaign)| {
                let order = order_id.and_then(|id| {
                    self.script.orders.iter().position(|order| *order == OrderId(id))
                });
                RedemptionSummary {
                    code,
                    ordinal,
                    organization: world.organization_index(&tenant_id.as_str().into()),
                    user: world.user_index(&user_id.as_str().into()),
                    campaign: campaign.map(|id| world.campaign_index(CampaignId(id))),
                    credit_minor,
                    state: states.into_iter().find(|known| *known == state).unwrap(),
                    order,
                }
            })
            .collect();
        summaries.sort();
        summaries
    }
}
