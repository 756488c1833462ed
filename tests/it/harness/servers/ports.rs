//! Servers that cannot say which port the system gave them.

use crate::harness::process::Running;
use crate::harness::program::Program;

/// A port nobody listens at, below those the system takes outgoing ones from. It may be taken at any moment.
pub(super) fn free_port() -> u16 {
    loop {
        let port = rand::random_range(20_000..32_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Starts what `program` makes for a port, until it has one.
pub(super) fn listening(program: impl Fn(u16) -> Program, ready: &str) -> (Running, u16) {
    let mut said = String::new();
    for _ in 0..5 {
        let port = free_port();
        let mut running = program(port).spawn();
        if running.says(ready) {
            return (running, port);
        }
        running.last_words().clone_into(&mut said);
    }
    panic!("it does not begin: {said}");
}
