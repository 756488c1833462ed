//! A process and what it says. Nothing waits by the clock: tests wait for lines and for the end, and give
//! up late.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// After this long, what a test waits for will not come.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A process with both its outputs read; ended when dropped.
pub(crate) struct Running {
    pub(super) child: Child,
    /// Where it was told to listen.
    stdin: Option<ChildStdin>,
    stdout: Lines,
    pub(super) stderr: Lines,
    shown: String,
    ended: bool,
    _directory: TempDir,
}

impl Ended {
    /// Itself, where the exit code is as expected.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The message of a command that failed with `code` and answered nothing.
    #[track_caller]
    pub(crate) fn expect_failure(self, code: i32) -> String {
        let ended = self.expect(code);
        assert_eq!(ended.stdout, "", "stderr: {}", ended.stderr);
        assert!(!ended.stderr.is_empty(), "it did not say why");
        ended.stderr
    }

    /// What a command answered that went well and had nothing to say besides.
    #[track_caller]
    pub(crate) fn expect_answer(self) -> String {
        let ended = self.expect(0);
        assert_eq!(ended.stderr, "", "stdout: {}", ended.stdout);
        ended.stdout
    }

    #[track_caller]
    pub(crate) fn expect_json(self) -> Value {
        let answer = self.expect_answer();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}

impl Running {
    /// Starts `command`, whose directory goes when it has ended.
    pub(super) fn spawn(mut command: Command, directory: TempDir) -> Self {
        let shown = format!("{command:?}");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
        let stdin = child.stdin.take();
        let stdout = Lines::of(child.stdout.take().unwrap());
        let stderr = Lines::of(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr, shown, ended: false, _directory: directory }
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        for lines in [&mut self.stdout, &mut self.stderr] {
            lines.until(deadline, |_| false);
        }
        let over = self.stdout.over && self.stderr.over;
        assert!(over, "{} does not end; it said: {}", self.shown, self.stderr.said);
        let code = self.child.wait().unwrap().code();
        self.ended = true;
        let [stdout, stderr] = [&mut self.stdout, &mut self.stderr].map(|lines| &mut lines.said);
        Ended { code, stdout: std::mem::take(stdout), stderr: std::mem::take(stderr) }
    }

    /// Waits until a line on standard error has `text` in it; answers everything said so far.
    pub(crate) fn wait_for(&mut self, text: &str) -> &str {
        if !self.stderr.said.contains(text) {
            let line = self.stderr.until(Instant::now() + PATIENCE, |line| line.contains(text));
            assert!(line.is_some(), "no {text:?} in: {}", self.stderr.said);
        }
        &self.stderr.said
    }

    /// Whether it says so, rather than end before.
    pub(super) fn says(&mut self, text: &str) -> bool {
        self.stderr.until(Instant::now() + PATIENCE, |line| line.contains(text)).is_some()
    }

    /// `kill -9`, in the middle of whatever it does.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.end()
    }

    /// The most memory that was resident until now, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The next line on standard output.
    pub(crate) fn answered(&mut self) -> String {
        let line = self.stdout.until(Instant::now() + PATIENCE, |_| true);
        line.unwrap_or_else(|| panic!("no answer, but: {}", self.last_words()))
    }

    /// The lines on standard output from here on, for whoever waits for them in another way.
    pub(super) fn take_lines(&mut self) -> Receiver<String> {
        let (_, nothing) = mpsc::channel();
        std::mem::replace(&mut self.stdout.next, nothing)
    }

    /// Writes a line to its standard input, if it still listens.
    pub(super) fn try_tell(&mut self, line: &str) -> std::io::Result<()> {
        writeln!(self.stdin.as_mut().unwrap(), "{line}")
    }

    /// Writes a line to its standard input.
    pub(super) fn tell(&mut self, line: &str) {
        if let Err(error) = self.try_tell(line) {
            panic!("it does not listen ({error}), but said: {}", self.last_words());
        }
    }

    /// All that it said on standard error. It is of no use any more, and is ended for that.
    pub(super) fn last_words(&mut self) -> &str {
        let _ = self.child.kill();
        self.stderr.until(Instant::now() + PATIENCE, |_| false);
        &self.stderr.said
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("TERM");
            self.stderr.until(Instant::now() + PATIENCE, |_| false);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a pipe has said, read by a thread of its own so that it never fills.
pub(super) struct Lines {
    next: Receiver<String>,
    pub(super) said: String,
    over: bool,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let (sender, next) = mpsc::channel();
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
        Self { next, said: String::new(), over: false }
    }

    /// The next line that is `wanted`; `None` where there is none before the pipe closes.
    pub(super) fn until(
        &mut self,
        deadline: Instant,
        wanted: impl Fn(&str) -> bool,
    ) -> Option<String> {
        loop {
            match self.next.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.said.push_str(&line);
                    if wanted(&line) {
                        return Some(line);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.over = true;
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => return None,
            }
        }
    }
}
