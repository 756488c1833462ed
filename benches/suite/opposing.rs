//! Two processes on one database, whose batches take the same vouchers in opposing orders.

use tokio::runtime::Runtime;

use crate::load;
use crate::people::People;
use crate::server::{self, Sovereign};
use crate::{Scale, say};

const VOUCHERS: usize = 50;
const REDEMPTIONS: usize = 10_000;

/// Every answer must be 200; a deadlock that reached a client would be none.
pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    let count = REDEMPTIONS / scale.divisor;
    say(&format!("opposing: two processes, {VOUCHERS} vouchers in opposing orders"));
    let sovereign = runtime.block_on(Sovereign::on_postgres("bench_opposing", &[]));
    let store = runtime.block_on(sovereign.store());
    for voucher in 0..VOUCHERS {
        runtime.block_on(sovereign.issue(&store, &format!("CODE-{voucher:02}")));
    }
    let everyone = People { first: 0, count: count * 2 };
    runtime.block_on(everyone.insert(&store, server::FQDN));
    let tokens = sovereign.tokens();
    let upward = People { first: 0, count }
        .redemptions(&tokens, |number| format!("CODE-{:02}", number % VOUCHERS));
    let downward = People { first: count, count }
        .redemptions(&tokens, |number| format!("CODE-{:02}", VOUCHERS - 1 - number % VOUCHERS));
    let servers = [sovereign.serve(), sovereign.serve()];
    let runs = std::thread::scope(|scope| {
        let [one, other] = servers.each_ref().map(|server| server.address);
        let one = scope.spawn(move || load::send_each(one, upward));
        let other = scope.spawn(move || load::send_each(other, downward));
        [one.join().unwrap(), other.join().unwrap()]
    });
    let rate: f64 = runs.iter().map(load::Run::rate).sum();
    say(&format!("  {} redemptions, all answered 200, {rate:.0}/s together", count * 2));
    for server in servers {
        say(&format!("  {}", crate::summary::batches(&server.stop())));
    }
    say("");
}
