//! With the real program, on repositories of the test's own.

use std::process::Command;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::provision::{ProvisioningOptions, Token};

struct World {
    directory: TempDir,
    git: Git,
    platform: Platform,
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let ended = Command::new("git")
        .args(["-c", "user.name=Other", "-c", "user.email=other@example.com", "-C"])
        .arg(directory)
        .args(arguments)
        .output()
        .unwrap();
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
}

fn files(text: &str) -> Files {
    let path = |name: &str| format!("kestrel/{name}");
    Files::from([(path("kustomization.yaml"), text.to_owned()), (path("a/b.yaml"), "b\n".into())])
}

impl World {
    fn with(options: &ProvisioningOptions) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let git = Git::new(options.git(directory.path()));
        Self { git, directory, platform: options.platform("test.sovereign.example") }
    }

    fn new() -> Self {
        Self::with(&ProvisioningOptions::default())
    }

    fn bare(&self) -> PathBuf {
        self.directory.path().join("provisioning/organizations.git")
    }

    async fn prepare(&self, files: &Files) -> Prepared {
        self.try_prepare(files).await.unwrap()
    }

    async fn try_prepare(&self, files: &Files) -> Result<Prepared, GitError> {
        let change = Change {
            platform: &self.platform,
            slug: Slug::new("kestrel").unwrap(),
            files,
            message: "kestrel: test\n".to_owned(),
            at: Timestamp::from_seconds(1_900_000_000),
        };
        self.git.prepare(&change, Uuid::from_u128(7)).await
    }

    async fn push(&self, prepared: Prepared) -> Pushed {
        let Prepared::Commit(commit) = prepared else { panic!("{prepared:?}") };
        self.git.push(&commit).await.unwrap()
    }

    fn log(&self) -> Vec<String> {
        git(&self.bare(), &["log", "--format=%an|%at|%s", "main"])
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

#[tokio::test]
async fn a_change_is_one_commit_and_none_where_nothing_changes() {
    let world = World::new();
    assert_eq!(world.prepare(&Files::new()).await, Prepared::Unchanged(None));
    let prepared = world.prepare(&files("one\n")).await;
    assert_eq!(world.push(prepared).await, Pushed::Done);
    assert!(matches!(world.prepare(&files("one\n")).await, Prepared::Unchanged(Some(_))));
    let prepared = world.prepare(&files("two\n")).await;
    assert_eq!(world.push(prepared).await, Pushed::Done);
    assert_eq!(world.log(), ["Sovereign|1900000000|kestrel: test"; 2]);
    let tree = git(&world.bare(), &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(
        tree.lines().collect::<Vec<_>>(),
        [
            "organizations/kestrel/a/b.yaml",
            "organizations/kestrel/kustomization.yaml",
            "organizations/kustomization.yaml",
            "organizations/sovereign.yaml"
        ]
    );
    let prepared = world.prepare(&Files::new()).await;
    assert_eq!(world.push(prepared).await, Pushed::Done);
    let tree = git(&world.bare(), &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(tree, "organizations/kustomization.yaml\norganizations/sovereign.yaml");
}

#[tokio::test]
async fn what_is_not_ours_stays_and_somebody_elses_push_is_a_conflict() {
    let world = World::new();
    let prepared = world.prepare(&files("one\n")).await;
    assert_eq!(world.push(prepared).await, Pushed::Done);
    let late = world.prepare(&files("two\n")).await;

    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "--quiet", world.bare().to_str().unwrap(), "."]);
    std::fs::write(clone.path().join("README.md"), "theirs\n").unwrap();
    let beside = clone.path().join("organizations/notes");
    std::fs::create_dir(&beside).unwrap();
    std::fs::write(beside.join("todo.md"), "theirs too\n").unwrap();
    git(clone.path(), &["add", "."]);
    git(clone.path(), &["commit", "--quiet", "-m", "Write notes"]);
    git(clone.path(), &["push", "--quiet", "origin", "HEAD:main"]);

    assert_eq!(world.push(late).await, Pushed::Conflict);
    let again = world.prepare(&files("two\n")).await;
    assert_eq!(world.push(again).await, Pushed::Done);
    assert_eq!(world.log()[1], format!("Other|{}", world.log()[1].split_once('|').unwrap().1));
    assert_eq!(git(&world.bare(), &["show", "main:README.md"]), "theirs");
    assert_eq!(
        git(&world.bare(), &["show", "main:organizations/kestrel/kustomization.yaml"]),
        "two"
    );
    // A directory without a kustomization is nobody's resource.
    let root = git(&world.bare(), &["show", "main:organizations/kustomization.yaml"]);
    assert!(root.contains("- kestrel") && !root.contains("notes"), "{root}");
}

#[tokio::test]
async fn a_repository_that_refuses_says_why() {
    let world = World::new();
    let prepared = world.prepare(&files("one\n")).await;
    let hook = world.bare().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'the branch is protected' >&2\nexit 1\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&hook, mode).unwrap();
    let Prepared::Commit(commit) = prepared else { panic!("{prepared:?}") };
    let refused = world.git.push(&commit).await.unwrap_err();
    assert!(refused.0.contains("the branch is protected"), "{refused}");

    let nowhere = Some("/nowhere/organizations.git".to_owned());
    let world = World::with(&ProvisioningOptions { repository: nowhere, ..Default::default() });
    let refused = world.try_prepare(&files("one\n")).await.unwrap_err();
    assert!(refused.0.starts_with("git ls-remote: "), "{refused}");
}

#[tokio::test]
async fn a_mirror_that_is_gone_is_made_again() {
    let world = World::new();
    let prepared = world.prepare(&files("one\n")).await;
    assert_eq!(world.push(prepared).await, Pushed::Done);
    std::fs::remove_dir_all(world.directory.path().join("provisioning/mirror.git")).unwrap();
    let prepared = world.prepare(&files("two\n")).await;
    assert_eq!(world.push(prepared).await, Pushed::Done);
    assert_eq!(world.log().len(), 2);
}

/// One answer to one request; answers what was asked.
async fn refuse_once(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        asked.push(byte[0]);
    }
    let answer = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).await.unwrap();
    String::from_utf8(asked).unwrap()
}

#[tokio::test]
async fn a_token_goes_into_a_header_and_nowhere_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/org.git", listener.local_addr().unwrap());
    let token = "token-of-the-test";
    let world = World::with(&ProvisioningOptions {
        repository: Some(address),
        token: Some(Token::new(token)),
        ..Default::default()
    });
    let refusing = tokio::spawn(refuse_once(listener));
    let refused = world.try_prepare(&files("one\n")).await.unwrap_err();
    let asked = refusing.await.unwrap();
    assert!(asked.starts_with("GET /org.git/info/refs"), "{asked}");
    // base64 of x-access-token:token-of-the-test
    let header = "Authorization: Basic eC1hY2Nlc3MtdG9rZW46dG9rZW4tb2YtdGhlLXRlc3Q=";
    assert!(asked.contains(header), "{asked}");
    assert!(refused.0.contains("403") && !refused.0.contains(token), "{refused}");
    assert!(!format!("{:?}", world.git).contains(token));
    // Nothing of it is on the disk either.
    let found = Command::new("grep").args(["-r", token]).arg(world.directory.path()).output();
    assert_eq!(found.unwrap().status.code(), Some(1));
}

#[tokio::test]
async fn a_machine_s_own_settings_do_not_matter() {
    let world = World::new();
    world.prepare(&Files::new()).await;
    let said = run(world.git.repository(), &world.git.mirror, &["config", "--list"], Vec::new());
    let listed = said.await.unwrap().text();
    assert!(!listed.contains("user.") && !listed.contains("credential."), "{listed}");
    assert!(listed.contains("core.hookspath=/dev/null"), "{listed}");
}
