//! Files that only their owner may read: keys.

use std::io::Write as _;
use std::path::Path;

/// Writes the file whole or not at all; where another process was first, its file stays.
pub(crate) fn create_once(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// # Errors
/// What to do, where others may read the file.
#[cfg(unix)]
pub(crate) fn refuse_if_shared(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    let for_others = metadata.permissions().mode() & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    let shown = path.display();
    Err(format!("{shown} can be read by others; `chmod 600 {shown}` and start again"))
}

#[cfg(not(unix))]
pub(crate) fn refuse_if_shared(_: &Path) -> Result<(), String> {
    Ok(())
}
