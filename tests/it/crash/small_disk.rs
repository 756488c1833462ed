//! A disk of a few megabytes that a test can fill: a tmpfs of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::is_root;

pub(super) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one on a directory that exists.
    pub(super) fn on(directory: &Path, mebibytes: usize) -> Self {
        let size = format!("size={mebibytes}m");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(directory));
        Self(directory.to_owned())
    }

    /// Writes until nothing more fits.
    pub(super) fn fill(&self) {
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        for size in [1 << 16, 1 << 12, 1] {
            let piece = vec![1; size];
            while filler.write_all(&piece).is_ok() {}
        }
    }

    pub(super) fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    pub(super) fn remount(&self, mode: &str) {
        let option = format!("remount,{mode}");
        run(Command::new("mount").args(["-o", &option]).arg(&self.0));
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
}

/// Runs a test again where it may mount: as root here, else as root of a namespace of its own. Answers
/// whether the caller is where it may, and must go on.
pub(super) fn may_mount(test: &str) -> bool {
    if is_root() {
        return true;
    }
    let itself = std::env::current_exe().unwrap();
    let again = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .arg(itself)
        .args([test, "--exact", "--nocapture"])
        .output();
    let again = again.unwrap_or_else(|error| panic!("{NEEDS} (unshare: {error})"));
    let said = String::from_utf8_lossy(&again.stdout);
    let errors = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success() && said.contains("1 passed"), "{NEEDS}\n{said}{errors}");
    false
}

pub(super) const NEEDS: &str = "this test mounts a small filesystem: run it as root, or allow \
                                unprivileged user namespaces (unshare --user --map-root-user --mount)";
