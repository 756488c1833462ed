//! How small the program is, and how soon it answers.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::load;
use crate::people::People;
use crate::server::{self, Sovereign};
use crate::summary::median;
use crate::{Scale, say};

const CHECKOUTS: usize = 60_000;
const STARTS: usize = 11;

pub(crate) fn run(runtime: &Runtime, scale: Scale) {
    say("process: memory, and the time from start to the first answer");
    let postgres = runtime.block_on(Sovereign::on_postgres("bench_process", &[]));
    let sqlite = Sovereign::on_sqlite(&[]);
    for (name, sovereign, most) in [("PostgreSQL", &postgres, 40), ("SQLite", &sqlite, 70)] {
        start_times(name, sovereign);
        memory(runtime, name, sovereign, most, CHECKOUTS / scale.divisor);
    }
    say("");
}

/// Resident memory before any request, and the most there was under load.
fn memory(runtime: &Runtime, name: &str, sovereign: &Sovereign, most_mib: u64, checkouts: usize) {
    let store = runtime.block_on(sovereign.store());
    runtime.block_on(sovereign.issue(&store, "HOT"));
    let people = People { first: 0, count: checkouts };
    runtime.block_on(people.insert(&store, server::FQDN));
    let process = sovereign.serve();
    await_answer(process.address);
    let idle = process.memory_kib("VmRSS:");
    load::send_each(process.address, people.checkouts(&sovereign.tokens(), "HOT"));
    let peak = process.memory_kib("VmHWM:");
    say(&format!(
        "  {name:<12} idle {:.1} MiB (under 15)   after {checkouts} checkouts, at most {:.1} MiB \
         (under {most_mib})",
        mib(idle),
        mib(peak)
    ));
    process.stop();
}

#[expect(clippy::cast_precision_loss, reason = "sizes of a process are small")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

/// From the start of the process to the answer of /readyz, on a database that exists.
fn start_times(name: &str, sovereign: &Sovereign) {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let address = SocketAddr::from(([127, 0, 0, 1], server::free_port()));
        let began = Instant::now();
        let mut child = sovereign
            .command(&address.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        await_answer(address);
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let worst = times.iter().copied().fold(0.0, f64::max);
    say(&format!(
        "  {name:<12} ready after {:.0} ms (median of {STARTS}, at most {worst:.0}; under 50)",
        median(&times)
    ));
}

/// Asks /readyz until it answers 200.
fn await_answer(address: SocketAddr) {
    let request = b"GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n";
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if let Ok(mut stream) = TcpStream::connect(address) {
            let mut answer = Vec::new();
            if stream.write_all(request).is_ok()
                && stream.read_to_end(&mut answer).is_ok()
                && answer.starts_with(b"HTTP/1.1 200 ")
            {
                return;
            }
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    panic!("the server does not get ready");
}
