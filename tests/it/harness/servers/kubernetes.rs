//! A real Kubernetes API server with its etcd, on ports of their own. Nothing runs pods: what is tested is
//! what becomes of objects. Tests that run at the same time share one, each in a namespace of its own, and the
//! last to end ends it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Weak};

use reqwest::Method;
use serde_json::{Value, json};
use sovereign::provision::{DriverKind, KubernetesOptions, ProvisioningOptions};
use tempfile::TempDir;

use super::certificate::Certificate;
use super::{free_port, listening};
use crate::harness::process::{PATIENCE, Running};
use crate::harness::program::Program;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const GROUP: &str = "commerce.catalyst.openova.io";
/// Whoever has these may do anything, and what `deploy/kubernetes/access.yaml` says.
const ADMINISTRATOR: &str = "administrator-token";
const SOVEREIGN: &str = "sovereign-token";

/// Built where it is not yet.
static API_SERVER: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut script = Command::new(format!("{REPOSITORY}/scripts/kube-apiserver"));
    let ended = script.current_dir(REPOSITORY).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    PathBuf::from(String::from_utf8(ended.stdout).unwrap().trim_end())
});

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static NAMESPACES: AtomicU32 = AtomicU32::new(0);

struct Server {
    // The API server ends before what it keeps its objects in, and that before its directory goes.
    _api: Mutex<Running>,
    _etcd: Mutex<Running>,
    url: String,
    certificate: Certificate,
    directory: TempDir,
}

/// A namespace of it, in which the Sovereign may do what it may.
pub(crate) struct Namespace {
    server: Arc<Server>,
    administrator: Administrator,
    pub(crate) name: String,
    directory: TempDir,
}

impl Server {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let certificate = Certificate::make();
        let group = "system:masters";
        let tokens = format!(
            "{ADMINISTRATOR},administrator,administrator,{group}\n\
             {SOVEREIGN},system:serviceaccount:organizations:sovereign,sovereign,\n"
        );
        std::fs::write(directory.path().join("tokens.csv"), tokens).unwrap();
        let (etcd, store) =
            listening(|port| etcd(directory.path(), port), "serving client traffic insecurely");
        let (api, port) = listening(
            |port| api(directory.path(), &certificate, store, port),
            "Serving securely on",
        );
        Self {
            _api: Mutex::new(api),
            _etcd: Mutex::new(etcd),
            url: format!("https://127.0.0.1:{port}"),
            certificate,
            directory,
        }
    }

    /// As its administrator. Each test has its own: connections end with the runtime they began in.
    fn administrator(&self) -> Administrator {
        let authority = std::fs::read(&self.certificate.authority).unwrap();
        let authority = reqwest::Certificate::from_pem(&authority).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([authority]).no_proxy();
        Administrator { url: self.url.clone(), http: http.build().unwrap() }
    }
}

/// Whoever may do anything.
struct Administrator {
    url: String,
    http: reqwest::Client,
}

impl Administrator {
    /// The definitions of this repository, once the API takes objects of them.
    async fn define(&self) {
        self.until("/readyz", |status, _| status == 200).await;
        for object in documents("definitions.yaml") {
            let path = collection(&object);
            self.send(Method::POST, &path, Some(&object)).await.expect("a definition");
            if object["kind"] == "CustomResourceDefinition" {
                let plural = object["spec"]["names"]["plural"].as_str().unwrap();
                let path = format!("/apis/{GROUP}/v1alpha1/{plural}");
                self.until(&path, |status, _| status == 200).await;
            }
        }
    }

    /// Asks until the answer is as `wanted`.
    async fn until(&self, path: &str, wanted: impl Fn(u16, &str) -> bool) {
        let asking = async {
            loop {
                let sent = self.http.get(format!("{}{path}", self.url)).bearer_auth(ADMINISTRATOR);
                let answer = sent.send().await.unwrap();
                let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
                if wanted(status, &text) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{path}"));
    }

    /// `Err` has the status where it is refused.
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, u16> {
        let media = if method == Method::PATCH { "merge-patch+json" } else { "json" };
        let mut sent = self.http.request(method, format!("{}{path}", self.url));
        sent = sent.bearer_auth(ADMINISTRATOR);
        if let Some(body) = body {
            sent = sent.header("content-type", format!("application/{media}"));
            sent = sent.body(body.to_string());
        }
        let answer = sent.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        if !status.is_success() {
            return Err(status.as_u16());
        }
        Ok(serde_json::from_str(&text).unwrap())
    }
}

fn etcd(directory: &Path, port: u16) -> Program {
    let clients = format!("http://127.0.0.1:{port}");
    let data = directory.join(format!("etcd-{port}"));
    let peers = format!("http://127.0.0.1:{}", free_port());
    Program::of(
        "etcd",
        [
            "--data-dir",
            data.to_str().unwrap(),
            "--listen-client-urls",
            &clients,
            "--advertise-client-urls",
            &clients,
            "--listen-peer-urls",
            &peers,
            "--initial-advertise-peer-urls",
            &peers,
            "--initial-cluster",
            &format!("default={peers}"),
            "--logger",
            "zap",
        ],
    )
}

fn api(directory: &Path, certificate: &Certificate, store: u16, port: u16) -> Program {
    let file = |name: &str| directory.join(name).display().to_string();
    let (chain, key) = (&certificate.chain, &certificate.key);
    let [chain, key] = [chain, key].map(|path| path.display().to_string());
    let arguments = [
        ("etcd-servers", format!("http://127.0.0.1:{store}")),
        ("bind-address", "127.0.0.1".to_owned()),
        ("advertise-address", "127.0.0.1".to_owned()),
        ("endpoint-reconciler-type", "none".to_owned()),
        ("secure-port", port.to_string()),
        ("tls-cert-file", chain.clone()),
        ("tls-private-key-file", key.clone()),
        ("cert-dir", file("certificates")),
        ("token-auth-file", file("tokens.csv")),
        ("authorization-mode", "RBAC".to_owned()),
        ("service-account-issuer", "https://kubernetes.default.svc".to_owned()),
        ("service-account-signing-key-file", key),
        ("service-account-key-file", chain),
        ("service-cluster-ip-range", "10.0.0.0/24".to_owned()),
        // Nothing makes their accounts, and nothing is asked for by a pod.
        ("disable-admission-plugins", "ServiceAccount".to_owned()),
    ];
    let arguments = arguments.map(|(name, value)| format!("--{name}={value}"));
    Program::of(API_SERVER.to_str().unwrap(), arguments)
}

/// The documents of a file of `deploy/kubernetes`.
fn documents(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{REPOSITORY}/deploy/kubernetes/{file}")).unwrap();
    text.split("\n---\n").map(|document| serde_yaml_ng::from_str(document).unwrap()).collect()
}

/// Where objects of this kind are made.
fn collection(object: &Value) -> String {
    let version = object["apiVersion"].as_str().unwrap();
    let root = if version.contains('/') { "apis" } else { "api" };
    let kind = object["kind"].as_str().unwrap().to_lowercase();
    let namespace = object["metadata"]["namespace"].as_str();
    let namespace = namespace.map_or(String::new(), |name| format!("/namespaces/{name}"));
    format!("/{root}/{version}{namespace}/{kind}s")
}

impl Namespace {
    pub(crate) async fn make() -> Self {
        let server = tokio::task::spawn_blocking(|| {
            let mut shared = SHARED.lock().unwrap();
            if let Some(server) = shared.upgrade() {
                return server;
            }
            let server = Arc::new(Server::start());
            *shared = Arc::downgrade(&server);
            // Nobody else has it before it is ready.
            tokio::runtime::Handle::current().block_on(server.administrator().define());
            server
        });
        let server = server.await.unwrap();
        let name = format!("test-{}", NAMESPACES.fetch_add(1, Ordering::Relaxed));
        let object =
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        let administrator = server.administrator();
        administrator.send(Method::POST, "/api/v1/namespaces", Some(&object)).await.unwrap();
        let namespace =
            Self { server, administrator, name, directory: tempfile::tempdir().unwrap() };
        for mut object in documents("access.yaml") {
            object["metadata"]["namespace"] = json!(namespace.name);
            namespace.send(Method::POST, &collection(&object), Some(&object)).await.unwrap();
        }
        namespace
    }

    /// How a Sovereign reaches it.
    pub(crate) fn options(&self) -> ProvisioningOptions {
        let kubernetes = KubernetesOptions {
            config_file: Some(self.kubeconfig(SOVEREIGN)),
            context: None,
            namespace: self.name.clone(),
        };
        let driver = DriverKind::Kubernetes;
        ProvisioningOptions { driver, kubernetes, ..ProvisioningOptions::default() }
    }

    /// A kubeconfig with this token.
    pub(crate) fn kubeconfig(&self, token: &str) -> PathBuf {
        let file = self.directory.path().join("kubeconfig");
        let server = &self.server;
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{ "name": "test", "cluster": {
                "server": server.url,
                "certificate-authority": server.certificate.authority,
            } }],
            "users": [{ "name": "sovereign", "user": { "token": token } }],
            "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "sovereign" } }],
        });
        std::fs::write(&file, config.to_string()).unwrap();
        file
    }

    fn path(&self, plural: &str) -> String {
        format!("/apis/{GROUP}/v1alpha1/namespaces/{}/{plural}", self.name)
    }

    /// All objects of a kind, by name.
    pub(crate) async fn list(&self, plural: &str) -> Vec<Value> {
        let listed = self.administrator.send(Method::GET, &self.path(plural), None).await.unwrap();
        listed["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn names(&self, plural: &str) -> Vec<String> {
        let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
        self.list(plural).await.iter().map(name).collect()
    }

    pub(crate) async fn get(&self, plural: &str, name: &str) -> Value {
        let path = format!("{}/{name}", self.path(plural));
        self.administrator.send(Method::GET, &path, None).await.unwrap()
    }

    /// As an operator or an administrator changes it.
    pub(crate) async fn change(&self, plural: &str, name: &str, change: &Value) -> Value {
        let path = format!("{}/{name}", self.path(plural));
        self.administrator.send(Method::PATCH, &path, Some(change)).await.unwrap()
    }

    /// Anything, anywhere; `Err` has the status.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, u16> {
        self.administrator.send(method, path, body).await
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("directory", &self.directory).finish_non_exhaustive()
    }
}
