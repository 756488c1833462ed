use super::*;

fn read_with(keys: &TrustedKeys, bytes: &[u8]) -> Result<Manifest, BundleError> {
    let opening = Opening { keys, identity: None, limits: Limits::default() };
    Reader::open(bytes, opening)?.verify(|_| ())
}

fn archive(manifest: &[u8], signature: &[u8]) -> Vec<u8> {
    Forge::empty().file(MANIFEST, manifest).file(SIGNATURE, signature).pack()
}

#[test]
fn only_trusted_keys_count() {
    let bytes = bundle(&FILES, &[]);
    let error = read_with(&TrustedKeys::default(), &bytes).unwrap_err();
    assert!(
        matches!(&error, BundleError::UnknownKey { key_id } if key_id == "exporter"),
        "{error}"
    );
    assert_eq!(error.file(), Some(SIGNATURE));
    let namesake = Signer::new(8, "exporter");
    let error = read_with(&namesake.trusted(), &bytes).unwrap_err();
    assert!(matches!(error, BundleError::WrongSignature { .. }), "{error}");
    assert_eq!(error.file(), Some(MANIFEST));
    let both = Signer::new(8, "another").trusted().and(exporter().trusted());
    read_with(&both, &bytes).unwrap();
}

#[test]
fn a_signature_is_of_one_manifest_and_of_nothing_else() {
    let one = manifest_of(&[]).to_bytes().unwrap();
    let signature = signature::sign(&exporter(), &one).unwrap();
    verify(&archive(&one, &signature)).unwrap();
    let mut other = manifest_of(&[]);
    other.totals.insert("credit".into(), 1_000_000);
    let text = refused(&archive(&other.to_bytes().unwrap(), &signature), MANIFEST);
    assert!(text.contains("forged"), "{text}");

    // The same key may sign tokens: what it signed as one is no bundle.
    let bare = URL_SAFE_NO_PAD.encode(exporter().sign(&one));
    let bare = json!({"key_id": "exporter", "algorithm": "Ed25519", "signature": bare});
    refused(&archive(&one, bare.to_string().as_bytes()), MANIFEST);
}

#[test]
fn a_signature_has_one_form() {
    let manifest = manifest_of(&[]).to_bytes().unwrap();
    let good = signature::sign(&exporter(), &manifest).unwrap();
    let good: Value = serde_json::from_slice(&good).unwrap();
    assert_eq!(good["algorithm"], "Ed25519");
    for (member, wrong, file) in [
        ("algorithm", json!("none"), SIGNATURE),
        ("algorithm", json!("ed25519"), SIGNATURE),
        ("more", json!(1), SIGNATURE),
        ("signature", json!(""), MANIFEST),
        ("signature", json!("!"), MANIFEST),
        ("signature", json!(URL_SAFE_NO_PAD.encode([0; 64])), MANIFEST),
        ("key_id", json!(7), SIGNATURE),
        ("key_id", json!("\u{1b}[2J"), SIGNATURE),
    ] {
        let mut changed = good.clone();
        changed[member] = wrong;
        let text = refused(&archive(&manifest, changed.to_string().as_bytes()), file);
        assert!(!text.contains('\u{1b}'), "{text}");
    }
    for nonsense in [&b""[..], b"{}", b"\xff\xfe", b"[[[["] {
        refused(&archive(&manifest, nonsense), SIGNATURE);
    }
}

#[test]
fn the_manifest_names_the_key_too() {
    let mut manifest = manifest_of(&[]);
    manifest.key_id = "somebody".into();
    let text = refused(&Forge::with(&manifest).pack(), SIGNATURE);
    assert!(text.contains("names another key"), "{text}");
}

#[test]
fn later_versions_are_told_from_forgeries() {
    let mut manifest = manifest_of(&[]);
    manifest.version = 2;
    // Signed as this version does, and in some way that it does not know.
    let text = refused(&Forge::with(&manifest).pack(), MANIFEST);
    assert!(text.contains("version 2") && text.contains("newer"), "{text}");
    let text = refused(&archive(&manifest.to_bytes().unwrap(), b"{\"v\":2}"), MANIFEST);
    assert!(text.contains("version 2") && text.contains("newer"), "{text}");

    let mut manifest = serde_json::to_value(manifest_of(&[])).unwrap();
    manifest["subject"]["kind"] = json!("tenant");
    let bytes = manifest.to_string().into_bytes();
    let signature = signature::sign(&exporter(), &bytes).unwrap();
    let text = refused(&archive(&bytes, &signature), MANIFEST);
    assert!(text.contains("unknown variant") && text.contains("newer"), "{text}");
}

#[test]
fn key_sets_are_read_as_they_are_published() {
    let x = URL_SAFE_NO_PAD.encode([1; 32]);
    let set = json!({"keys": [
        {"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": "X25519", "kid": "exchange", "x": x},
        {"kty": "OKP", "crv": "Ed25519", "kid": "short", "x": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519", "x": x},
        {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "good", "x": x},
    ]});
    let keys = TrustedKeys::from_jwks(&set).unwrap();
    assert_eq!(keys.public_key("good"), Some([1; 32]));
    for other in ["rsa", "exchange", "short", ""] {
        assert_eq!(keys.public_key(other), None, "{other}");
    }
    for nothing in [json!({}), json!({"keys": []}), json!([]), json!({"keys": [{"kty": "RSA"}]})] {
        assert_eq!(TrustedKeys::from_jwks(&nothing), None);
    }
}
