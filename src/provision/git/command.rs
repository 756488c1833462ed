//! One run of the program `git`: with nothing of the machine's own configuration, nothing to type, and a
//! bound on its time. Secrets are in its environment, which only its own user can read: never in its
//! arguments, an address or a message.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::GitError;
use crate::provision::options::{Access, Repository};

/// However slow the network is.
const TIMEOUT: Duration = Duration::from_mins(2);
/// What is kept of a message, in characters.
const MAX_MESSAGE_CHARS: usize = 600;

/// What git said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) ok: bool,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Said {
    /// What it answered, as one text without the end of the line.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().to_owned()
    }
}

/// Runs git and answers what it said, however it ended.
pub(super) async fn run(
    repository: &Repository,
    directory: &Path,
    arguments: &[&str],
    input: Vec<u8>,
) -> Result<Said, GitError> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(directory).args(arguments);
    alone(&mut command);
    let_in(&mut command, repository);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    let what = arguments.first().copied().unwrap_or_default();
    let mut child = command.spawn().map_err(|error| {
        GitError(format!("the program git cannot be started ({error}); install it"))
    })?;
    let mut stdin = child.stdin.take();
    let talk = async {
        if let Some(stdin) = &mut stdin {
            // One that ends before it has read everything says why itself.
            let _ = stdin.write_all(&input).await;
        }
        drop(stdin.take());
    };
    let both = async { tokio::join!(talk, child.wait_with_output()).1 };
    let ended = tokio::time::timeout(TIMEOUT, both).await;
    let ended = ended.map_err(|_| {
        GitError(format!("git {what} did not end within {} seconds", TIMEOUT.as_secs()))
    })?;
    let ended = ended.map_err(|error| GitError(format!("git {what}: {error}")))?;
    Ok(Said {
        ok: ended.status.success(),
        stdout: ended.stdout,
        stderr: shortened(&String::from_utf8_lossy(&ended.stderr), repository),
    })
}

/// As [`run`], where anything but success is an error.
pub(super) async fn succeed(
    repository: &Repository,
    directory: &Path,
    arguments: &[&str],
    input: Vec<u8>,
) -> Result<Said, GitError> {
    let said = run(repository, directory, arguments, input).await?;
    if said.ok {
        return Ok(said);
    }
    let what = arguments.first().copied().unwrap_or_default();
    Err(GitError(format!("git {what}: {}", said.stderr)))
}

/// Keeps the machine's and the user's settings out: hooks, helpers, aliases, other addresses.
fn alone(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        .env("GIT_ALLOW_PROTOCOL", "file:http:https:ssh")
        .env("LC_ALL", "C");
}

/// What the repository asks of whoever comes.
fn let_in(command: &mut Command, repository: &Repository) {
    let mut settings = vec![
        ("http.followRedirects".to_owned(), "false".to_owned()),
        ("gc.autoDetach".to_owned(), "false".to_owned()),
        ("core.hooksPath".to_owned(), "/dev/null".to_owned()),
    ];
    if let Some(file) = &repository.ca_file {
        settings.push(("http.sslCAInfo".to_owned(), file.clone()));
    }
    match &repository.access {
        Access::Open => {}
        Access::Token(token) => {
            let login = STANDARD.encode(format!("x-access-token:{}", token.as_str()));
            let key = format!("http.{}.extraHeader", repository.address);
            settings.push((key, format!("Authorization: Basic {login}")));
        }
        Access::SshKey { key, known_hosts } => {
            // Their paths have no quotes: the configuration refuses them.
            let mut ssh = format!("ssh -i '{key}' -o IdentitiesOnly=yes -o BatchMode=yes");
            ssh.push_str(" -o ConnectTimeout=20 -o StrictHostKeyChecking=yes");
            if let Some(known_hosts) = known_hosts {
                ssh = format!("{ssh} -o UserKnownHostsFile='{known_hosts}'");
            }
            command.env("GIT_SSH_COMMAND", ssh);
        }
    }
    command.env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (number, (key, value)) in settings.into_iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{number}"), key);
        command.env(format!("GIT_CONFIG_VALUE_{number}"), value);
    }
}

/// A message on one line, with no more of it than a person reads, and never with the token.
fn shortened(text: &str, repository: &Repository) -> String {
    // Git would ask a person for what was refused, and says only that it cannot.
    if text.contains("could not read Username") || text.contains("Authentication failed") {
        return match &repository.access {
            Access::Token(_) => "the repository does not take provisioning.token: renew it",
            _ => "the repository wants a password: set provisioning.token",
        }
        .to_owned();
    }
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Access::Token(token) = &repository.access {
        line = line.replace(token.as_str(), "…");
    }
    line.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE_CHARS).collect()
}
