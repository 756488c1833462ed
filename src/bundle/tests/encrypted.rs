use age::secrecy::ExposeSecret as _;
use age::x25519;

use super::*;

struct Pair {
    identity: Identity,
    recipient: Recipient,
    text: String,
}

fn pair() -> Pair {
    let key = x25519::Identity::generate();
    let text = key.to_string().expose_secret().to_owned();
    let recipient = key.to_public().to_string().parse().unwrap();
    Pair { identity: Identity::parse(&text).unwrap(), recipient, text }
}

fn open(bytes: &[u8], identity: Option<&Identity>) -> Result<Manifest, BundleError> {
    verify_with(bytes, Limits::default(), identity)
}

#[test]
fn each_recipient_can_read_it_and_nobody_else() {
    let [one, two, other] = [pair(), pair(), pair()];
    let bytes = bundle(&FILES, &[one.recipient.clone(), two.recipient.clone()]);
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    for pair in [&one, &two] {
        assert_eq!(open(&bytes, Some(&pair.identity)).unwrap().totals, totals());
    }
    let error = open(&bytes, None).unwrap_err().to_string();
    assert!(error.contains("is encrypted; give the file with the identity"), "{error}");
    let error = open(&bytes, Some(&other.identity)).unwrap_err().to_string();
    assert!(error.contains("not to age1"), "{error}");
    let many = format!("# former\n{}\n\n# current\n{}\n", other.text, one.text);
    open(&bytes, Some(&Identity::parse(&many).unwrap())).unwrap();
    // An identity that is not needed does no harm.
    open(&bundle(&FILES, &[]), Some(&one.identity)).unwrap();
}

#[test]
fn no_byte_can_be_another_and_none_may_be_missing() {
    let Pair { identity, recipient, .. } = pair();
    let good = bundle(&FILES, &[recipient]);
    let mut bytes = good.clone();
    for at in 0..good.len() {
        bytes[at] ^= 0x04;
        assert!(open(&bytes, Some(&identity)).is_err(), "byte {at}");
        bytes[at] ^= 0x04;
        let error = open(&good[..at], Some(&identity)).unwrap_err();
        // Less than a name is the beginning of nothing.
        let named = error.file().is_some() || matches!(error, BundleError::NotABundle);
        assert!(named, "{at} bytes: {error}");
    }
    assert!(open(&[&good[..], b"x"].concat(), Some(&identity)).is_err());
    open(&good, Some(&identity)).unwrap();
}

#[test]
fn what_stands_before_it_is_bounded() {
    let Pair { identity, .. } = pair();
    let endless = [&b"age-encryption.org/v1\n"[..], &b"-> x y\n".repeat(100_000)].concat();
    let error = open(&endless, Some(&identity)).unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
    let armored = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl";
    let error = open(armored, Some(&identity)).unwrap_err().to_string();
    assert!(error.contains("age --decrypt"), "{error}");
    assert!(open(b"age-encryption.org/v2\n--- \n", Some(&identity)).is_err());
}

#[test]
fn a_passphrase_is_no_recipient() {
    let secret = age::secrecy::SecretString::from("correct horse".to_owned());
    let mut recipient = age::scrypt::Recipient::new(secret);
    recipient.set_work_factor(2);
    let mut bytes = Vec::new();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _)).unwrap();
    let mut writer = encryptor.wrap_output(&mut bytes).unwrap();
    writer.write_all(&bundle(&FILES, &[])).unwrap();
    writer.finish().unwrap();
    assert!(open(&bytes, Some(&pair().identity)).is_err());
}

#[test]
fn recipients_are_what_age_keygen_prints() {
    let recipient = pair().recipient;
    assert_eq!(recipient.to_string().parse::<Recipient>().unwrap(), recipient);
    for wrong in ["", "age1", "age1pq1xyz", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1", "\u{1b}[2J"] {
        let error = wrong.parse::<Recipient>().unwrap_err().to_string();
        assert!(error.contains("age-keygen -y") && !error.contains('\u{1b}'), "{error}");
    }
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::new(directory.path(), about(), Limits::default());
    let recipients = vec![recipient; MAX_RECIPIENTS + 1];
    let ending = Ending { totals: totals(), signer: &exporter(), recipients: &recipients };
    let error = writer.finish(ending, Vec::new(), |_| ()).unwrap_err().to_string();
    assert!(error.contains("16 recipients at most"), "{error}");
}

#[test]
fn an_identity_is_a_file_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let Pair { identity, recipient, text } = pair();
    assert!(!format!("{identity:?}").contains("SECRET"));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.txt");
    assert!(Identity::read(&path).unwrap_err().to_string().contains("key.txt"));
    std::fs::write(&path, format!("# created: today\n# public key: {recipient}\n{text}\n"))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Identity::read(&path).unwrap_err().to_string();
    assert!(error.contains("can be read by others"), "{error}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let identity = Identity::read(&path).unwrap();
    open(&bundle(&FILES, &[recipient]), Some(&identity)).unwrap();
    for wrong in ["", "# nothing\n", "nonsense\n", &format!("{text}\nmore\n")] {
        std::fs::write(&path, wrong).unwrap();
        let error = Identity::read(&path).unwrap_err().to_string();
        assert!(error.contains("is no identity") && !error.contains("SECRET-KEY-1Q"), "{error}");
    }
}
