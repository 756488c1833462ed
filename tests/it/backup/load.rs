//! Checkouts without end, and which of them were answered.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use sovereign::auth::Role;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::harness::{Client, Server, TestDatabase, token};

const WORKERS: usize = 4;

pub(super) struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
    progress: watch::Receiver<usize>,
    workers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Every worker makes one Organization after another, and each redeems a voucher at its checkout.
    pub(super) fn start(database: &TestDatabase, server: &Server) -> Self {
        let admin = server.bearing(&database.mint("sovereign-admin", "admin@example.com"));
        let (told, progress) = watch::channel(0);
        let told = Arc::new(told);
        let stop = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
        let workers = (0..WORKERS).map(|worker| {
            let (door, tokens) = (server.door(), database.tokens_of("omantel.example"));
            let (admin, stop, told) = (admin.clone(), Arc::clone(&stop), Arc::clone(&told));
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) {
                    // Nobody orders so often that it would be too often.
                    let name = format!("worker-{worker}-{}", number / 50);
                    let client = door.bearing(&token(&tokens, &name, Role::Member));
                    let [low, high] = u16::try_from(number / 50).unwrap().to_le_bytes();
                    let client = client.at([10, u8::try_from(worker).unwrap(), high, low]);
                    let order = checkout(&admin, &client, worker, number).await;
                    acknowledged.lock().unwrap().insert(order);
                    told.send_modify(|count| *count += 1);
                    number += 1;
                }
            })
        });
        let workers = workers.collect();
        Self { stop, acknowledged, progress, workers }
    }

    /// The orders answered by now, when there are some more than before.
    pub(super) async fn acknowledged(&mut self, more: usize) -> BTreeSet<String> {
        let wanted = *self.progress.borrow() + more;
        self.progress.wait_for(|count| *count >= wanted).await.unwrap();
        self.acknowledged.lock().unwrap().clone()
    }

    pub(super) async fn stop(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        for worker in self.workers {
            worker.await.unwrap();
        }
        std::mem::take(&mut *self.acknowledged.lock().unwrap())
    }
}

async fn checkout(admin: &Client, client: &Client, worker: usize, number: usize) -> String {
    let code = format!("LOAD-{worker}-{number}");
    let voucher = json!({ "code": code, "credit_omr": 20, "max_redemptions": 1 });
    admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
    let tenant_id = client.make_organization(&format!("load-{worker}-{number}")).await;
    let body = json!({ "plan_id": "m", "tenant_id": tenant_id, "promo_code": code });
    let paid = client.post("/billing/checkout", &body).await.expect(200);
    paid["order_id"].as_str().unwrap().to_owned()
}

/// Fails unless the copy holds every order answered before it began, and none that never was.
pub(super) async fn assert_between(
    copy: &TestDatabase,
    before: &BTreeSet<String>,
    all: &BTreeSet<String>,
) {
    copy.run(&["verify"]).expect(0);
    let id = match copy.engine() {
        crate::harness::Engine::Sqlite => "lower(hex(id))",
        crate::harness::Engine::Postgres => "id::text",
    };
    let held = copy.texts(&format!("SELECT {id} FROM orders")).await;
    let plain = |id: &String| id.replace('-', "");
    let held: BTreeSet<String> = held.iter().map(plain).collect();
    let before: BTreeSet<String> = before.iter().map(plain).collect();
    let all: BTreeSet<String> = all.iter().map(plain).collect();
    assert!(!before.is_empty() && before.is_subset(&held), "{before:?} in {held:?}");
    assert!(held.is_subset(&all), "every order was answered in the end");
}
