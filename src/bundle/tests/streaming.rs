//! That a large bundle streams: a reader is never far ahead of what it has handed out.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use super::*;

const LINE_BYTES: usize = 64 << 10;
/// Of a file that compresses everywhere alike: buffers of both sides, and a block of zstd's.
const SLACK_BYTES: u64 = 1 << 20;

struct Counting<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Lines that compress to three quarters: base64 of what nobody can guess.
fn large(bytes: usize, recipients: &[Recipient]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(directory.path(), about(), Limits::default());
    let mut file = writer.file("a.jsonl").unwrap();
    let mut random = vec![0; LINE_BYTES / 4 * 3 - 3];
    for _ in 0..bytes / LINE_BYTES {
        SystemRandom::new().fill(&mut random).unwrap();
        file.line(&URL_SAFE_NO_PAD.encode(&random)).unwrap();
    }
    file.end().unwrap();
    let mut bytes = Vec::new();
    let ending = Ending { totals: totals(), signer: &exporter(), recipients };
    writer.finish(ending, &mut bytes, |_| ()).unwrap();
    bytes
}

#[test]
fn nothing_is_read_long_before_it_is_handed_out() {
    let key = age::x25519::Identity::generate();
    let recipient = key.to_public().to_string().parse().unwrap();
    let text = key.to_string();
    let identity = Identity::parse(age::secrecy::ExposeSecret::expose_secret(&text)).unwrap();
    for (bytes, recipients) in [(64 << 20, vec![]), (8 << 20, vec![recipient])] {
        let bundle = large(bytes, &recipients);
        let taken = Arc::new(AtomicU64::new(0));
        let input = Counting { inner: &*bundle, bytes: Arc::clone(&taken) };
        let keys = exporter().trusted();
        let opening = Opening { keys: &keys, identity: Some(&identity), limits: Limits::default() };
        let mut reader = Reader::open(input, opening).unwrap();
        assert!(taken.load(Ordering::Relaxed) < SLACK_BYTES, "the manifest comes first");
        let mut file = reader.next_file().unwrap().unwrap();
        let mut lines = 0;
        while file.next_line().unwrap().is_some() {
            lines += 1;
            let told = file.progress();
            let due = bundle.len() as u64 * told.bytes / told.total_bytes;
            let ahead = taken.load(Ordering::Relaxed).saturating_sub(due);
            assert!(ahead < SLACK_BYTES, "{ahead} bytes ahead after {told:?}");
        }
        assert_eq!(lines, bytes / LINE_BYTES);
        reader.finish().unwrap();
        assert_eq!(taken.load(Ordering::Relaxed), bundle.len() as u64);
    }
}

/// They go to threads that may block.
#[test]
fn all_of_it_can_be_sent() {
    fn sent<T: Send>() {}
    sent::<Writer>();
    sent::<FileWriter<'_>>();
    sent::<Reader<'_>>();
    sent::<FileReader<'_, '_>>();
    sent::<BundleError>();
}
