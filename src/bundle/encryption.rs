//! Encryption of a whole bundle with age (<https://age-encryption.org/v1>) to X25519 recipients: the format and the
//! code are age's. Whoever has the tool `age` can decrypt a bundle, or encrypt one, as well.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::str::FromStr;

use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor, x25519};

use super::error::{BundleError, shown};
use super::input;
use super::limits::{MAX_AGE_HEADER_BYTES, MAX_RECIPIENTS};
use super::seal::WHOLE;
use crate::private_file;

const MAGIC: &[u8] = b"age-encryption.org/";
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// To whom a bundle is encrypted: `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(x25519::Recipient);

impl FromStr for Recipient {
    type Err = BundleError;

    fn from_str(text: &str) -> Result<Self, BundleError> {
        text.trim().parse().map(Self).map_err(|_| {
            let text = shown(text.as_bytes());
            BundleError::Encryption(format!(
                "{text} is no X25519 recipient; give what `age-keygen -y` prints, which begins with age1"
            ))
        })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.0)
    }
}

/// The private keys of whoever may read a bundle.
#[derive(Clone)]
pub struct Identity(Vec<x25519::Identity>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipients())
    }
}

impl Identity {
    /// A file as `age-keygen` writes it, which only its owner may read.
    ///
    /// # Errors
    /// Where it cannot be read, may be read by others, or has no key.
    pub fn read(path: &Path) -> Result<Self, BundleError> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| BundleError::Io { doing: name.to_string(), error })?;
        private_file::refuse_if_shared(path).map_err(BundleError::Encryption)?;
        Self::parse(&text).ok_or_else(|| {
            BundleError::Encryption(format!(
                "{name} is no identity; give a file that `age-keygen` wrote, with a line that begins \
                 with AGE-SECRET-KEY-1"
            ))
        })
    }

    /// `None` where a line is neither a key nor a comment, or none is a key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(str::trim);
        let keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Vec<_> = keys.map(|line| line.parse().ok()).collect::<Option<_>>()?;
        (!keys.is_empty()).then_some(Self(keys))
    }

    fn recipients(&self) -> String {
        let all: Vec<_> = self.0.iter().map(|key| key.to_public().to_string()).collect();
        all.join(", ")
    }
}

/// Whether a file that begins so is encrypted.
///
/// # Errors
/// Where it is, in a way that is not read here.
pub(super) fn is_encrypted(head: &[u8]) -> Result<bool, BundleError> {
    if head.starts_with(ARMOR) {
        let text =
            "the bundle is encrypted and then made text of; decrypt it with `age --decrypt` first";
        return Err(BundleError::Encryption(text.into()));
    }
    if !head.starts_with(MAGIC) {
        return Ok(false);
    }
    // The header's parser keeps all it reads until this: see to it that it comes.
    let last = head.windows(5).position(|part| part == b"\n--- ");
    let ends = last.is_some_and(|at| head.iter().skip(at + 1).any(|byte| *byte == b'\n'));
    if ends {
        return Ok(true);
    }
    if head.len() < MAX_AGE_HEADER_BYTES {
        return Err(BundleError::Truncated { file: WHOLE.into() });
    }
    Err(BundleError::altered(WHOLE, "what stands before the encrypted part is too long"))
}

/// What was encrypted.
pub(super) fn decrypt<R: BufRead>(
    input: R,
    identity: Option<&Identity>,
) -> Result<impl Read + use<R>, BundleError> {
    let Some(identity) = identity else {
        return Err(BundleError::Encryption(
            "the bundle is encrypted; give the file with the identity of one of its recipients"
                .into(),
        ));
    };
    let decryptor = Decryptor::new_buffered(input).map_err(|error| refusal(error, identity))?;
    let keys = identity.0.iter().map(|key| key as &dyn age::Identity);
    decryptor.decrypt(keys).map_err(|error| refusal(error, identity))
}

fn refusal(error: DecryptError, identity: &Identity) -> BundleError {
    match error {
        DecryptError::NoMatchingKeys => BundleError::Encryption(format!(
            "the bundle is encrypted, and not to {}; give the identity of one of its recipients",
            identity.recipients()
        )),
        DecryptError::Io(error) => input::failed(WHOLE, error),
        error => BundleError::altered(WHOLE, format!("it cannot be decrypted: {error}")),
    }
}

/// A file that is written, encrypted or not.
pub(super) enum Sealed<W: Write> {
    Plain(W),
    Age(StreamWriter<W>),
}

impl<W: Write> Sealed<W> {
    pub(super) fn new(output: W, recipients: &[Recipient]) -> Result<Self, BundleError> {
        if recipients.is_empty() {
            return Ok(Self::Plain(output));
        }
        if recipients.len() > MAX_RECIPIENTS {
            let text = format!("a bundle is encrypted to {MAX_RECIPIENTS} recipients at most");
            return Err(BundleError::Encryption(text));
        }
        let recipients = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients)
            .map_err(|error| BundleError::Encryption(format!("cannot encrypt: {error}")))?;
        let writer = encryptor.wrap_output(output).map_err(super::output::failed)?;
        Ok(Self::Age(writer))
    }

    /// Writes what is left. Without it an encrypted file is cut off.
    pub(super) fn finish(self) -> io::Result<W> {
        let mut output = match self {
            Self::Plain(output) => output,
            Self::Age(writer) => writer.finish()?,
        };
        output.flush()?;
        Ok(output)
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(output) => output.write(bytes),
            Self::Age(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Age(writer) => writer.flush(),
        }
    }
}
