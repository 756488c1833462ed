//! A network between a server and its PostgreSQL that a test can hurt.
//!
//! It understands just enough of PostgreSQL's protocol (version 3) to see a COMMIT pass: after the start
//! of a connection every message of the client is a type, a length and a body, and sqlx says COMMIT as a
//! simple query ('Q').

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harm {
    /// Cut before the COMMIT reaches PostgreSQL.
    BeforeCommit,
    /// Cut when PostgreSQL has committed, before its answer gets back.
    AfterCommit,
    /// The connection on which the server says the byte of this number, from now on and counted over all
    /// of them, is cut after it.
    AfterBytes(usize),
    /// The COMMIT is kept back, and nothing passes in either direction until the test cuts the
    /// connection.
    Stall,
}

#[derive(Default)]
struct Orders {
    /// To be done once, to the connection that first gives the occasion.
    harm: Option<Harm>,
}

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    orders: Arc<Mutex<Orders>>,
    /// Grows with each harm done.
    done: watch::Receiver<usize>,
    /// Grows when every stalled connection is to be cut.
    release: watch::Sender<usize>,
    listening: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    orders: Arc<Mutex<Orders>>,
    done: Arc<watch::Sender<usize>>,
    release: watch::Receiver<usize>,
}

impl Proxy {
    /// Listens, and passes everything on to `server`.
    pub(crate) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let orders = Arc::new(Mutex::new(Orders::default()));
        let (done_sender, done) = watch::channel(0);
        let (release, released) = watch::channel(0);
        let shared =
            Shared { orders: Arc::clone(&orders), done: Arc::new(done_sender), release: released };
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(server).await {
                        pass(client, server, shared).await;
                    }
                });
            }
        });
        Self { address, orders, done, release, listening }
    }

    /// Orders a harm, to be done once.
    pub(crate) fn order(&self, harm: Harm) {
        self.orders.lock().unwrap().harm = Some(harm);
    }

    /// Waits until what was ordered has been done `count` times in all.
    pub(crate) async fn done(&self, count: usize) {
        self.done.clone().wait_for(|done| *done >= count).await.unwrap();
    }

    /// Cuts the connections that stand still.
    pub(crate) fn cut_stalled(&self) {
        self.release.send_modify(|count| *count += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    /// Takes an order where `wanted` finds the occasion for it.
    fn take(&self, wanted: impl Fn(Harm) -> bool) -> Option<Harm> {
        let mut orders = self.orders.lock().unwrap();
        let harm = orders.harm.filter(|harm| wanted(*harm))?;
        orders.harm = None;
        Some(harm)
    }

    /// How many of `count` bytes that the server says are passed on before the cut; `None` is no cut.
    fn bytes_before_cut(&self, count: usize) -> Option<usize> {
        let mut orders = self.orders.lock().unwrap();
        let Some(Harm::AfterBytes(left)) = &mut orders.harm else { return None };
        if *left > count {
            *left -= count;
            return None;
        }
        let pass = *left;
        orders.harm = None;
        Some(pass)
    }

    fn did(&self) {
        self.done.send_modify(|count| *count += 1);
    }
}

/// Passes a connection's bytes both ways until one side closes it or it is harmed. Both sockets close
/// when this returns.
async fn pass(client: TcpStream, server: TcpStream, shared: Shared) {
    // Each message goes on as it comes: gathering them would wait for acknowledgements.
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // A committed transaction's answer is swallowed once this is said.
    let (swallow, swallowed) = mpsc::channel(1);
    // Neither direction passes anything once this is said.
    let (still, stilled) = mpsc::channel(1);
    tokio::select! {
        () = client_to_server(from_client, to_server, shared.clone(), swallow, still) => {}
        () = server_to_client(from_server, to_client, shared, swallowed, stilled) => {}
    }
}

async fn client_to_server(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    shared: Shared,
    swallow: mpsc::Sender<()>,
    still: mpsc::Sender<()>,
) {
    let mut started = false;
    loop {
        let Some(message) = message(&mut client, started).await else { return };
        // The start of a connection, and the request for TLS before it, have no type. A version 3.x
        // is the start itself.
        started = started || message[4..6] == [0, 3];
        if message.starts_with(b"Q") && message[5..].starts_with(b"COMMIT") {
            match shared.take(|harm| !matches!(harm, Harm::AfterBytes(_))) {
                Some(Harm::BeforeCommit) => {
                    shared.did();
                    return;
                }
                Some(Harm::AfterCommit) => {
                    // Before the COMMIT is passed on, so that no answer slips through.
                    let _ = swallow.send(()).await;
                }
                Some(Harm::Stall) => {
                    let _ = still.send(()).await;
                    shared.did();
                    let _ = shared.release.clone().changed().await;
                    return;
                }
                Some(Harm::AfterBytes(_)) | None => {}
            }
        }
        if server.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// One whole message, with its head.
async fn message(client: &mut OwnedReadHalf, started: bool) -> Option<Vec<u8>> {
    let mut message = vec![0; if started { 5 } else { 4 }];
    client.read_exact(&mut message).await.ok()?;
    let head = message.len();
    let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap()) as usize;
    // The length counts itself, and not the type.
    message.resize(head - 4 + length, 0);
    client.read_exact(&mut message[head..]).await.ok()?;
    Some(message)
}

async fn server_to_client(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    shared: Shared,
    mut swallow: mpsc::Receiver<()>,
    mut still: mpsc::Receiver<()>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            biased;
            Some(()) = still.recv() => return drop(shared.release.clone().changed().await),
            read = server.read(&mut buffer) => read,
        };
        let count = match read {
            Ok(0) | Err(_) => return,
            Ok(count) => count,
        };
        if swallow.try_recv().is_ok() {
            // PostgreSQL answers a COMMIT when it is durable.
            shared.did();
            return;
        }
        let cut = shared.bytes_before_cut(count);
        if client.write_all(&buffer[..cut.unwrap_or(count)]).await.is_err() {
            return;
        }
        if cut.is_some() {
            shared.did();
            return;
        }
    }
}
