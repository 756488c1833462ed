//! The races of the core between really separate processes: two and three servers on one PostgreSQL,
//! which share nothing but its rows.

use std::sync::Arc;

use serde_json::{Value, json};
use sovereign::auth::{Role, Tokens};

use super::{at_once, statuses};
use crate::harness::{Client, Customer, Engine, Reply, Server, TestDatabase, tenant_id, token};

const REDEEMED: &str = "SELECT CAST(times_redeemed AS text) FROM promo_codes ORDER BY code";

struct Servers {
    database: TestDatabase,
    processes: Vec<Server>,
    tokens: Tokens,
}

impl Servers {
    async fn start(count: usize, people: usize) -> Self {
        let database = TestDatabase::started(Engine::Postgres).await;
        database.people(0..people).await;
        let processes = (0..count).map(|_| database.serve(&[])).collect();
        let tokens = database.tokens();
        Self { database, processes, tokens }
    }

    /// Caller number `index` of a race asks one server, the next one the next.
    fn server(&self, index: usize) -> &Server {
        &self.processes[index % self.processes.len()]
    }

    fn person(&self, index: usize, person: usize) -> Arc<Customer> {
        Arc::new(self.server(index).door().person(&self.tokens, person))
    }

    fn named(&self, index: usize, name: &str, role: Role) -> Client {
        self.server(index).bearing(&token(&self.tokens, name, role))
    }

    async fn issue(&self, code: &str, credit: usize, cap: usize) {
        let admin = self.named(0, "campaigns", Role::SovereignAdmin);
        let body = json!({ "code": code, "credit_omr": credit, "max_redemptions": cap });
        admin.post("/billing/vouchers/issue", &body).await.expect(200);
    }

    async fn count(&self, table: &str) -> usize {
        let count = format!("SELECT CAST(COUNT(*) AS text) FROM {table}");
        self.database.texts(&count).await[0].parse().unwrap()
    }

    /// Person 0 owns all these Organizations.
    async fn collect(&self, people: usize) {
        let sql = format!(
            "UPDATE members SET user_id = 'user-0000000' WHERE tenant_id < '{}'",
            tenant_id(people)
        );
        self.database.execute(&sql).await;
    }

    async fn finish(self) {
        self.database.run(&["verify"]).expect(0);
        for server in self.processes {
            let log = server.stop().expect(0).stderr;
            assert!(!log.contains("panicked"), "{log}");
        }
        self.database.remove().await;
    }
}

async fn k_slots(servers: &Servers) {
    const SLOTS: usize = 41;
    servers.issue("LAUNCH", 200, SLOTS).await;
    let replies = at_once(240, |index| {
        let person = servers.person(index, index);
        async move { person.checkout("m", "LAUNCH").await }
    })
    .await;
    let counts = statuses(&replies);
    assert_eq!((counts.get(&200), counts.get(&400)), (Some(&SLOTS), Some(&(240 - SLOTS))));
    assert_eq!(servers.count("orders").await, SLOTS);
    assert_eq!(servers.database.texts(REDEEMED).await, [SLOTS.to_string()]);
}

/// One Organization's credit, enough for one of many different orders.
async fn one_wallet(servers: &Servers) {
    servers.issue("ENOUGH-FOR-ONE", 9, 0).await;
    servers.person(0, 0).redeem("ENOUGH-FOR-ONE").await.expect(200);
    let apps = servers.server(0).anyone().get("/catalog/apps").await.expect(200);
    let slugs: Vec<Value> =
        apps.as_array().unwrap().iter().map(|app| app["slug"].clone()).collect();
    let replies = at_once(60, |index| {
        let person = servers.person(index, 0);
        let mut body = person.checkout_body("m", "");
        let chosen = (0..6).filter(|bit| (index + 1) >> bit & 1 == 1);
        body["apps"] = chosen.map(|bit| slugs[bit].clone()).collect();
        async move { person.client.post("/billing/checkout", &body).await }
    })
    .await;
    let counts = statuses(&replies);
    assert_eq!((counts.get(&200), counts.get(&409)), (Some(&1), Some(&59)));
    assert_eq!(servers.person(0, 0).available_minor().await, 0);
}

/// One user, many Organizations, one code; then one Organization, many admins, another code.
async fn once_each(servers: &Servers) {
    servers.issue("ONCE-A", 50, 0).await;
    servers.issue("ONCE-B", 50, 0).await;
    servers.collect(60).await;
    let user = at_once(60, |index| {
        let client = servers.person(index, 0).client.clone();
        let owned = Customer { client, tenant_id: tenant_id(index) };
        async move {
            if index % 4 < 2 {
                owned.checkout("m", "ONCE-A").await
            } else {
                owned.redeem("ONCE-A").await
            }
        }
    })
    .await;
    let sql = format!(
        "INSERT INTO members (id, tenant_id, user_id, email, role, joined_at) \
         SELECT gen_random_uuid(), '{}', id, email, 'admin', now() FROM users \
         WHERE subject LIKE 'user-%' AND id > 'user-0000060'",
        tenant_id(100)
    );
    servers
        .database
        .execute(&format!("DELETE FROM members WHERE tenant_id = '{}'", tenant_id(100)))
        .await;
    servers.database.execute(&sql).await;
    let organization = at_once(60, |index| {
        let client = servers.person(index, 61 + index).client.clone();
        let shared = Customer { client, tenant_id: tenant_id(100) };
        async move { shared.redeem("ONCE-B").await }
    })
    .await;
    for (replies, code) in
        [(user, "voucher_redeemed_by_you"), (organization, "voucher_redeemed_by_organization")]
    {
        assert_eq!(statuses(&replies).get(&200), Some(&1), "{code}");
        for refused in replies.into_iter().filter(|reply| reply.status != 200) {
            refused.expect_problem(400, code);
        }
    }
    assert_eq!(servers.count("promo_redemptions").await, 2);
}

/// A person nobody has seen asks all servers at once; then, with an Organization, checks out.
async fn first_requests(servers: &Servers) {
    let replies = at_once(60, |index| {
        let newcomer = servers.named(index, "newcomer", Role::Member);
        async move { newcomer.get("/tenant/orgs").await }
    })
    .await;
    assert_eq!(statuses(&replies).get(&200), Some(&60));
    assert_eq!(servers.count("users WHERE subject = 'newcomer'").await, 1);

    servers.issue("WELCOME", 50, 0).await;
    let newcomer = servers.named(0, "newcomer", Role::Member);
    let tenant_id = newcomer.make_organization("kestrel").await;
    let replies = at_once(30, |index| {
        let client = servers.named(index, "newcomer", Role::Member);
        let customer = Customer { client, tenant_id: tenant_id.clone() };
        async move { customer.checkout("m", "WELCOME").await }
    })
    .await;
    assert_eq!(statuses(&replies).get(&200), Some(&30));
    assert!(replies.iter().all(|reply| reply.text == replies[0].text), "equal answers");
    for table in ["orders", "subscriptions", "invoices", "promo_redemptions"] {
        assert_eq!(servers.count(table).await, 1, "{table}");
    }

    let founders = at_once(40, |index| {
        let founder = servers.named(index, &format!("founder-{index}"), Role::Member);
        let body = json!({ "slug": "pharmacy", "name": "Pharmacy", "plan_id": "s" });
        async move { founder.post("/tenant/orgs", &body).await }
    })
    .await;
    let counts = statuses(&founders);
    assert_eq!((counts.get(&201), counts.get(&409)), (Some(&1), Some(&39)));
}

/// Every person presses three times under one key, each press on another server.
async fn retries_with_one_key(servers: &Servers) {
    servers.issue("RETRY", 20, 0).await;
    let replies = at_once(180, |index| {
        let person = servers.person(index, index / 3);
        let body = person.checkout_body("m", "RETRY");
        async move { person.client.post_keyed("/billing/checkout", "the-key", &body).await }
    })
    .await;
    assert_eq!(statuses(&replies).get(&200), Some(&180));
    for presses in replies.chunks(3) {
        assert!(presses.iter().all(|reply| reply.text == presses[0].text), "equal answers");
        let fresh = |reply: &&Reply| !reply.headers.contains_key("idempotency-replayed");
        assert_eq!(presses.iter().filter(fresh).count(), 1, "one press did the work");
    }
    assert_eq!(servers.count("orders").await, 60);
}

/// The value flips and at last the voucher is revoked, while people check out at the value they saw.
async fn edits_and_a_revoke(servers: &Servers) {
    servers.issue("FLIP", 10, 0).await;
    let replies = at_once(150, |index| {
        let (admin, person) =
            (servers.named(index, "campaigns", Role::SovereignAdmin), servers.person(index, index));
        async move {
            if index == 149 {
                return admin.delete("/billing/vouchers/revoke/FLIP").await;
            }
            if index % 4 == 3 {
                let body = json!({ "code": "FLIP", "credit_omr": 10 + 10 * (index / 4 % 2) });
                return admin.post("/billing/vouchers/issue", &body).await;
            }
            let mut body = person.checkout_body("m", "FLIP");
            body["promo_value_minor"] = json!(10_000);
            person.client.post("/billing/checkout", &body).await
        }
    })
    .await;
    statuses(&replies);
    let mut served = 0;
    for (index, reply) in replies.into_iter().enumerate().take(149) {
        match reply.status {
            _ if index % 4 == 3 => drop(reply.expect(200)),
            200 => served += 1,
            409 => drop(reply.expect_problem(409, "voucher_changed")),
            _ => drop(reply.expect_problem(400, "voucher_unknown")),
        }
    }
    assert_eq!(servers.count("promo_redemptions WHERE credit_minor = 10000").await, served);
    assert_eq!(servers.count("promo_redemptions").await, served);
    // Resurrected or not by an edit after it, a revoke at the end ends it for everybody.
    let admin = servers.named(1, "campaigns", Role::SovereignAdmin);
    admin.delete("/billing/vouchers/revoke/FLIP").await;
    let late = servers.person(0, 149).checkout("m", "FLIP").await;
    late.expect_problem(400, "voucher_unknown");
}

/// Checkouts and redemptions over many vouchers, in opposing orders on neighbouring servers.
async fn opposing_orders(servers: &Servers) {
    for index in 0..30 {
        servers.issue(&format!("V-{index:02}"), 20, 0).await;
    }
    let replies = at_once(360, |index| {
        let person = servers.person(index, index / 2);
        let voucher = if index % 2 == 0 { index / 2 % 30 } else { 29 - index / 2 % 30 };
        let code = format!("V-{voucher:02}");
        // Both requests of a person are in the same wallet; half of them come the other way round.
        async move {
            if (index + index / 4) % 2 == 0 {
                person.checkout("m", &code).await
            } else {
                person.redeem(&code).await
            }
        }
    })
    .await;
    // Nobody is in anybody's way but their own: a second plan is refused, everything else is done.
    for reply in replies {
        if reply.status != 200 {
            reply.expect_problem(409, "already_subscribed");
        }
    }
    let redemptions = servers.count("promo_redemptions").await;
    let counted: usize = servers
        .database
        .texts(REDEEMED)
        .await
        .iter()
        .map(|count| count.parse::<usize>().unwrap())
        .sum();
    assert_eq!(counted, redemptions);
}

/// One race between two servers, and between three.
macro_rules! between_processes {
    ($($race:ident of $people:literal)+) => {$(
        mod $race {
            use super::Servers;

            async fn run(count: usize) {
                let servers = Servers::start(count, $people).await;
                super::$race(&servers).await;
                servers.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn two() {
                run(2).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn three() {
                run(3).await;
            }
        }
    )+};
}

between_processes! {
    k_slots of 240
    one_wallet of 1
    once_each of 130
    first_requests of 0
    retries_with_one_key of 60
    edits_and_a_revoke of 150
    opposing_orders of 180
}
