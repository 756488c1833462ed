use super::*;

#[test]
fn no_byte_of_a_bundle_can_be_another() {
    let good = bundle(&FILES, &[]);
    verify(&good).unwrap();
    let mut bytes = good.clone();
    for at in 0..good.len() {
        for flip in [0x01, 0x80, 0xff] {
            bytes[at] ^= flip;
            assert!(verify(&bytes).is_err(), "byte {at} of {}, {flip:#x}", good.len());
            bytes[at] ^= flip;
        }
    }
    assert_eq!(bytes, good);
}

/// As somebody would who knows how: the archive is changed, and compressed again.
#[test]
fn no_byte_of_an_archive_can_be_another_and_the_file_is_named() {
    let good = archive_of(&bundle(&FILES, &[]));
    let ends = ends_of(&good);
    let mut archive = good.clone();
    for at in 0..good.len() {
        let flip = 1 << (at % 8);
        archive[at] ^= flip;
        let error = verify(&packed(&archive)).unwrap_err();
        let within = ends.iter().find(|(_, end)| at < *end);
        let (file, _) = within.unwrap_or(ends.last().unwrap());
        // A signature that holds no more may be the manifest's fault or its own.
        let named = error.file().unwrap();
        let fine = named == file || (file == SIGNATURE && named == MANIFEST);
        assert!(fine, "byte {at}, {flip:#x}, of {file}: {error}");
        archive[at] ^= flip;
    }
    assert_eq!(archive, good);
}

/// Where each entry ends, with what fills its last block.
fn ends_of(archive: &[u8]) -> Vec<(String, usize)> {
    let mut ends = Vec::new();
    let mut at = 0;
    while archive[at] != 0 {
        let block: &archive::Block = archive[at..at + archive::BLOCK].try_into().unwrap();
        let header = Header::from_byte_slice(block);
        let bytes = usize::try_from(header.size().unwrap()).unwrap();
        at += archive::BLOCK + bytes.next_multiple_of(archive::BLOCK);
        ends.push((header.path().unwrap().display().to_string(), at));
    }
    assert_eq!(archive.len(), at + archive::END.len());
    ends
}

#[test]
fn a_larger_one_is_as_safe() {
    let lines: Vec<_> = (0..20_000_u64)
        .map(|number| format!("{}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let mut bytes = bundle(&[("a.jsonl", &lines), ("b.jsonl", &lines)], &[]);
    verify(&bytes).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 61) {
        bytes[at] ^= 0x10;
        assert!(verify(&bytes).is_err(), "byte {at}");
        bytes[at] ^= 0x10;
        assert!(verify(&bytes[..at]).is_err(), "{at} bytes");
    }
}

#[test]
fn a_bundle_that_ends_early_is_refused_wherever_it_ends() {
    let good = bundle(&FILES, &[]);
    for length in 0..good.len() {
        assert!(verify(&good[..length]).is_err(), "{length} bytes of {}", good.len());
    }
    let archive = archive_of(&good);
    let ends = ends_of(&archive);
    for length in 0..archive.len() {
        let error = verify(&packed(&archive[..length])).unwrap_err();
        let next = ends.iter().find(|(_, end)| length < *end).unwrap_or(ends.last().unwrap());
        assert!(matches!(error, BundleError::Truncated { .. }), "{length} bytes: {error}");
        assert_eq!(error.file(), Some(&*next.0), "{length} bytes: {error}");
    }
    // The frame is whole, and the last file's content is not in it.
    let text = refused(&packed(&archive[..ends[3].1 - 1]), "ledger.jsonl");
    assert!(text.contains("ends before this does"), "{text}");
}

#[test]
fn nothing_may_follow() {
    let good = bundle(&FILES, &[]);
    let archive = archive_of(&good);
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9];
    let followed: [&[u8]; 4] = [b"\0", b"PK", &skipped, &good];
    for follows in followed {
        let text = refused(&[&good, follows].concat(), "the bundle as a whole");
        assert!(text.contains("something follows"), "{text}");
    }
    for follows in [&[0; 512][..], &archive] {
        let text = refused(&packed(&[&archive, follows].concat()), "notes.jsonl");
        assert!(text.contains("something follows"), "{text}");
    }
}

#[test]
fn what_it_ends_with_is_of_all_before() {
    let good = bundle(&FILES, &[]);
    let (frame, seal) = good.split_at(good.len() - seal::SEAL_BYTES);
    assert_eq!(sealed(frame.to_vec()), good);
    assert_eq!(seal[8..], *Sha256::digest(frame));
    // The same archive, compressed in another way, with what the first one ended with.
    let other = zstd::encode_all(&*archive_of(&good), 19).unwrap();
    verify(&sealed(other.clone())).unwrap();
    let text = refused(&[&other, seal].concat(), "the bundle as a whole");
    assert!(text.contains("has not the SHA-256"), "{text}");
    refused(frame, "the bundle as a whole");
}

#[test]
fn other_files_are_no_bundles() {
    for other in [&b"PK\x03\x04"[..], b"\x1f\x8b\x08", b"{}", &archive_of(&bundle(&FILES, &[]))] {
        let error = verify(other).unwrap_err();
        assert!(matches!(error, BundleError::NotABundle), "{error}");
        assert!(error.to_string().contains("sovereign org export"), "{error}");
    }
    refused(b"", MANIFEST);
    refused(&packed(b""), MANIFEST);
    refused(&packed(&[7; 5000]), MANIFEST);
}
