//! Git repositories that are reached over a network: over HTTPS with a token, and over SSH with a key.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;
use sovereign::provision::{ProvisioningOptions, Token};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

use super::certificate::Certificate;
use super::helper::{Helper, python};
use super::listening;
use crate::harness::is_root;
use crate::harness::process::Running;
use crate::harness::program::Program;

const NAME: &str = "organizations.git";

/// An empty bare repository, and the server in front of it.
pub(crate) struct GitServer {
    _running: Mutex<Running>,
    /// Over HTTPS, whether each request was let in, and its path.
    asked: Option<Mutex<UnboundedReceiver<Value>>>,
    options: ProvisioningOptions,
    directory: TempDir,
    _certificate: Option<Certificate>,
}

fn bare() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let init = ["init", "--bare", "--quiet", "--initial-branch=main", NAME];
    let made = Command::new("git").args(init).current_dir(directory.path()).status();
    assert!(made.unwrap().success());
    directory
}

impl GitServer {
    /// Over HTTPS, with a certificate of an authority that only its options name.
    pub(crate) async fn over_https(token: &str) -> Self {
        let directory = bare();
        let certificate = Certificate::make();
        let arguments = [
            directory.path().to_owned(),
            PathBuf::from(token),
            certificate.chain.clone(),
            certificate.key.clone(),
        ];
        let (helper, greeting) = Helper::start(|| python("git_http.py").args(arguments)).await;
        let options = ProvisioningOptions {
            repository: Some(format!("https://127.0.0.1:{}/{NAME}", greeting["port"])),
            ca_file: Some(certificate.authority.display().to_string()),
            token: Some(Token::new(token)),
            ..ProvisioningOptions::default()
        };
        let Helper { running, lines } = helper;
        Self {
            _running: Mutex::new(running),
            asked: Some(Mutex::new(lines)),
            options,
            directory,
            _certificate: Some(certificate),
        }
    }

    /// Over SSH, for one key, by a host whose key its options name.
    pub(crate) fn over_ssh() -> Self {
        let directory = bare();
        let path = |name: &str| directory.path().join(name);
        for name in ["host", "client"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(path(name));
            assert!(keygen.status().unwrap().success());
        }
        std::fs::copy(path("client.pub"), path("authorized")).unwrap();
        if is_root() {
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let (running, port) = listening(|port| sshd(directory.path(), port), "Server listening on");
        let host = std::fs::read_to_string(path("host.pub")).unwrap();
        std::fs::write(path("known"), format!("[127.0.0.1]:{port} {host}")).unwrap();
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap();
        let repository = path(NAME);
        let options = ProvisioningOptions {
            repository: Some(format!(
                "ssh://{}@127.0.0.1:{port}{}",
                user.trim(),
                repository.display()
            )),
            ssh_key_file: Some(path("client").display().to_string()),
            ssh_known_hosts_file: Some(path("known").display().to_string()),
            ..ProvisioningOptions::default()
        };
        Self { _running: Mutex::new(running), asked: None, options, directory, _certificate: None }
    }

    /// How a Sovereign reaches it.
    pub(crate) fn options(&self) -> ProvisioningOptions {
        self.options.clone()
    }

    /// The repository itself.
    pub(crate) fn repository(&self) -> PathBuf {
        self.directory.path().join(NAME)
    }

    /// Whether each request was let in so far, over HTTPS.
    pub(crate) fn let_in(&self) -> Vec<bool> {
        let mut asked = self.asked.as_ref().unwrap().lock().unwrap();
        std::iter::from_fn(|| asked.try_recv().ok())
            .map(|request| request["let_in"].as_bool().unwrap())
            .collect()
    }
}

/// Which of a key's users it is makes no difference: it lets in whoever runs the tests.
fn sshd(directory: &Path, port: u16) -> Program {
    let file = |name: &str| directory.join(name).display().to_string();
    let pam = if is_root() { "yes" } else { "no" };
    let settings = format!(
        "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\n\
         PidFile none\nUsePAM {pam}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\n",
        file("host"),
        file("authorized"),
    );
    let configuration = file(&format!("sshd-{port}"));
    std::fs::write(&configuration, settings).unwrap();
    Program::of("/usr/sbin/sshd", ["-D", "-e", "-f", &configuration])
}
