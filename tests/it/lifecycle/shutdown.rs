//! Asked to end, a server finishes what it has begun, begins nothing new, and says that it has stopped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Client, TestDatabase, on_empty};

const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];

/// A connection as a client without a library speaks it.
struct Wire(BufReader<TcpStream>);

impl Wire {
    fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Self(BufReader::new(stream))
    }

    fn say(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// One head, up to its empty line.
    fn head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).unwrap(), 0, "closed after: {head}");
        }
        head
    }

    /// Everything up to the end of the connection.
    fn rest(mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).unwrap();
        rest
    }
}

/// An Organization with credit to check out with; its identifier.
async fn customer(client: &Client, admin: &Client) -> String {
    let voucher = json!({ "code": "FLIGHT-25", "credit_omr": 25 });
    admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
    client.make_organization("kestrel-pharmacy").await
}

/// A request that the server has begun to read when the signal comes is answered, with its effects.
async fn a_checkout_in_flight_is_finished(database: &TestDatabase, signal: &str) {
    let mut server = database.serve(&FIRST);
    let token = database.mint("member", "ahmed@example.com");
    let admin = server.bearing(&database.mint("sovereign-admin", "a@omantel.example"));
    let tenant_id = customer(&server.bearing(&token), &admin).await;
    let body = json!({ "plan_id": "m", "tenant_id": tenant_id, "promo_code": "FLIGHT-25" });
    let body = body.to_string();

    let mut wire = Wire::to(server.address);
    let length = body.len();
    wire.say(&format!(
        "POST /billing/checkout HTTP/1.1\r\nHost: sovereign\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    ));
    // Said when the handler asks for the body: the request is in flight.
    assert!(wire.head().starts_with("HTTP/1.1 100 "));
    server.signal(signal);
    server.wait_for("finishing requests in flight");
    let refused = TcpStream::connect(server.address).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

    wire.say(&body);
    let head = wire.head().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200 ") && head.contains("connection: close"), "{head}");
    let answer: Value = serde_json::from_str(&wire.rest()).unwrap();
    assert_eq!(answer["paid_by_credit"], true);
    let ended = server.end().expect(0);
    assert!(ended.stderr.trim_end().ends_with("stopped"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("did not finish in time"), "{}", ended.stderr);

    database.run(&["verify"]).expect(0);
    let orders = database.texts("SELECT status FROM orders").await;
    assert_eq!(orders, ["completed"]);
}

on_empty! {
    async fn terminate_finishes_a_checkout_in_flight(database: &TestDatabase) {
        a_checkout_in_flight_is_finished(database, "TERM").await;
    }

    async fn interrupt_finishes_a_checkout_in_flight(database: &TestDatabase) {
        a_checkout_in_flight_is_finished(database, "INT").await;
    }

    /// A browser keeps connections open for minutes; they are closed, and nothing is said on them.
    async fn idle_connections_do_not_keep_it(database: &TestDatabase) {
        let mut server = database.serve(&FIRST);
        let mut used = Wire::to(server.address);
        used.say("GET /livez HTTP/1.1\r\nHost: sovereign\r\n\r\n");
        let head = used.head().to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200 ") && !head.contains("connection: close"), "{head}");
        let mut body = [0; r#"{"status":"ok"}"#.len()];
        used.0.read_exact(&mut body).unwrap();
        let unused = Wire::to(server.address);
        // A connection that was accepted before another one's answer is known to the server.
        server.anyone().get("/livez").await.expect(200);
        server.signal("TERM");
        server.wait_for("finishing requests in flight");
        assert_eq!(used.rest(), "");
        assert_eq!(unused.rest(), "");
        let ended = server.end().expect(0);
        assert!(!ended.stderr.contains("did not finish in time"), "{}", ended.stderr);
    }

    /// The greeting is said when a signal already ends it properly: nobody has to wait before stopping.
    async fn it_can_be_stopped_as_soon_as_it_has_greeted(database: &TestDatabase) {
        for _ in 0..5 {
            let ended = database.serve(&FIRST).stop().expect(0);
            assert!(ended.stderr.trim_end().ends_with("stopped"), "{}", ended.stderr);
        }
    }
}
