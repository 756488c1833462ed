use super::*;

const A: (&str, &[u8]) = ("a.jsonl", b"{\"n\":1}\n");
const B: (&str, &[u8]) = ("b.jsonl", b"{\"n\":2}\n");

fn both() -> Forge {
    Forge::signed(&[A, B])
}

#[test]
fn the_forge_makes_good_ones_as_well() {
    verify(&both().file(A.0, A.1).file(B.0, B.1).pack()).unwrap();
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for (name, why) in [
        ("/etc/passwd", "absolute"),
        ("\\\\host\\share", "absolute"),
        ("../a.jsonl", "leads out"),
        ("x/../../a.jsonl", "leads out"),
        ("x/a.jsonl", "is a path"),
        ("./a.jsonl", "is a path"),
    ] {
        let before = Forge::empty().file(name, b"x").pack();
        let after = both().file(name, A.1).pack();
        let instead = both().file(A.0, A.1).file(B.0, B.1).file(name, b"x").pack();
        for bytes in [before, after, instead] {
            // A person sees a backslash doubled, as a text would have it.
            let text = refused(&bytes, &name.replace('\\', "\\\\"));
            assert!(text.contains(why) && text.contains("ask who made it"), "{text}");
        }
    }
}

#[test]
fn only_plain_files_are_taken() {
    for (kind, why) in [
        (EntryType::Symlink, "a symbolic link"),
        (EntryType::Link, "a hard link"),
        (EntryType::Directory, "a directory"),
        (EntryType::Char, "a device"),
        (EntryType::Block, "a device"),
        (EntryType::Fifo, "a pipe"),
        (EntryType::GNULongName, "a long name"),
        (EntryType::GNULongLink, "a long name"),
        (EntryType::XHeader, "a list of attributes"),
        (EntryType::XGlobalHeader, "a list of attributes"),
        (EntryType::GNUSparse, "a sparse file"),
        (EntryType::Continuous, "of an unknown kind"),
        (EntryType::new(b'V'), "of an unknown kind"),
    ] {
        for bytes in [
            both().entry(A.0, kind, A.1.len() as u64, A.1).pack(),
            both().entry(A.0, kind, 0, b"").pack(),
            both().file(A.0, A.1).file(B.0, B.1).entry(A.0, kind, 0, b"").pack(),
        ] {
            let text = refused(&bytes, A.0);
            assert!(text.contains(why), "{text}");
        }
        let text = refused(&Forge::empty().entry(MANIFEST, kind, 0, b"").pack(), MANIFEST);
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn entries_are_those_of_the_manifest_in_its_order() {
    let twice = both().file(A.0, A.1).file(A.0, A.1).file(B.0, B.1).pack();
    assert!(refused(&twice, A.0).contains("has it twice"));
    let again = both().file(A.0, A.1).file(B.0, B.1).file(MANIFEST, b"{}").pack();
    assert!(refused(&again, MANIFEST).contains("has it twice"));
    let more = both().file(A.0, A.1).file("c.jsonl", B.1).file(B.0, B.1).pack();
    assert!(refused(&more, "c.jsonl").contains("does not list it"));
    let behind = both().file(A.0, A.1).file(B.0, B.1).file("c.jsonl", b"").pack();
    assert!(refused(&behind, "c.jsonl").contains("does not list it"));
    let fewer = both().file(A.0, A.1).pack();
    assert!(refused(&fewer, B.0).contains("it is missing"));
    let order = both().file(B.0, B.1).file(A.0, A.1).pack();
    assert!(refused(&order, A.0).contains("b.jsonl is in its place"));
    let unsigned = Forge::empty().file(MANIFEST, b"{}").file(A.0, A.1).pack();
    assert!(refused(&unsigned, A.0).contains("does not list it"));
    let headless = Forge::empty().file(A.0, A.1).pack();
    assert!(refused(&headless, A.0).contains("where manifest.json must be"));
    let nameless = both().file("", A.1).pack();
    refused(&nameless, "(an entry without a name)");
}

#[test]
fn a_name_cannot_speak_to_a_terminal() {
    let bytes = both().file("\u{1b}[2J\u{202e}gpj.exe", b"x").pack();
    let text = refused(&bytes, "\\u{1b}[2J\\u{202e}gpj.exe");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn content_is_what_was_signed() {
    let other = both().file(A.0, b"{\"n\":3}\n").file(B.0, B.1).pack();
    assert!(refused(&other, A.0).contains("SHA-256"));
    let longer = both().file(A.0, b"{\"n\":1}\n{\"n\":1}\n").file(B.0, B.1).pack();
    assert!(refused(&longer, A.0).contains("says 16 bytes"));
    let hidden = {
        let mut forge = both().file(A.0, A.1);
        *forge.archive.last_mut().unwrap() = 1;
        forge.file(B.0, B.1).pack()
    };
    assert!(refused(&hidden, A.0).contains("something is hidden"));
    let unfinished = ("a.jsonl", &b"{\"n\":1}\n{}"[..]);
    let bytes = Forge::signed(&[unfinished]).file(unfinished.0, unfinished.1).pack();
    assert!(refused(&bytes, A.0).contains("its last line has no end"));
    let mut manifest = manifest_of(&[A]);
    manifest.files[0].lines = 2;
    let bytes = Forge::with(&manifest).file(A.0, A.1).pack();
    assert!(refused(&bytes, A.0).contains("as many lines"));
}

#[test]
fn declared_sizes_are_no_promises_to_keep() {
    for huge in [MAX_MANIFEST_BYTES + 1, 1 << 40, u64::MAX >> 1] {
        let entry = |forge: Forge, name| forge.entry(name, EntryType::Regular, huge, b"").pack();
        assert!(refused(&entry(Forge::empty(), MANIFEST), MANIFEST).contains("has more than"));
        assert!(refused(&entry(both(), A.0), A.0).contains(&format!("says {huge} bytes")));
        let signature = Forge::empty().file(MANIFEST, b"{}");
        assert!(refused(&entry(signature, SIGNATURE), SIGNATURE).contains("has more than"));
    }
}

#[test]
fn limits_hold_for_those_who_are_trusted_too() {
    let small = Limits { total_bytes: 12, ..Limits::default() };
    let bytes = both().file(A.0, A.1).file(B.0, B.1).pack();
    assert!(refused_within(&bytes, B.0, small).contains("more than 12 bytes together"));

    let mut manifest = manifest_of(&[A, B]);
    manifest.files[0].bytes = u64::MAX;
    assert!(refused(&Forge::with(&manifest).pack(), A.0).contains("is the limit"));

    let names: Vec<_> = (0..=MAX_FILES).map(|number| format!("{number}.jsonl")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), A.1)).collect();
    assert!(refused(&Forge::signed(&files).pack(), MANIFEST).contains("lists 65 files"));

    let mut manifest = manifest_of(&[A]);
    manifest.totals = (0..=MAX_TOTALS).map(|number| (number.to_string(), 0)).collect();
    assert!(refused(&Forge::with(&manifest).pack(), MANIFEST).contains("totals"));

    let mut line = vec![b'1'; MAX_LINE_BYTES];
    line.push(b'\n');
    let bytes = Forge::signed(&[(A.0, &line)]).file(A.0, &line).pack();
    assert!(refused(&bytes, A.0).contains("line 1 has more than"));
    line.remove(0);
    verify(&Forge::signed(&[(A.0, &line)]).file(A.0, &line).pack()).unwrap();
}

#[test]
fn manifests_make_sense_whoever_signed_them() {
    for name in ["../a.jsonl", "a", "A.jsonl", "manifest.json", "", "x/y.jsonl"] {
        let named = if name.is_empty() { "(an entry without a name)" } else { name };
        let text = refused(&Forge::signed(&[(name, A.1)]).file(name, A.1).pack(), named);
        assert!(text.contains("a name that is none"), "{text}");
    }
    let twice = Forge::signed(&[A, A]).file(A.0, A.1).file(A.0, A.1).pack();
    assert!(refused(&twice, A.0).contains("lists it twice"));
    for digest in ["", "0", &"G".repeat(64), &"A".repeat(64)] {
        let mut manifest = manifest_of(&[A]);
        manifest.files[0].sha256 = digest.to_owned();
        assert!(refused(&Forge::with(&manifest).pack(), A.0).contains("no SHA-256"));
    }
    let mut manifest = manifest_of(&[A]);
    manifest.created_at = "yesterday".into();
    assert!(refused(&Forge::with(&manifest).pack(), MANIFEST).contains("RFC 3339"));
}

#[test]
fn bombs_do_not_go_off() {
    // Zeros without end, before anything is signed: the first block already is no header.
    refused(&packed(&vec![0; 64 << 20]), MANIFEST);

    // And signed, with all sizes as they are.
    let line = format!("{}\n", "0".repeat(99_999)).into_bytes();
    let content = line.repeat(400);
    let bytes = Forge::signed(&[(A.0, &content)]).file(A.0, &content).pack();
    assert!(bytes.len() < 40_000);
    let text = refused(&bytes, A.0);
    assert!(text.contains("500 times as large"), "{text}");
    let generous = Limits { ratio: 50_000, ..Limits::default() };
    verify_with(&bytes, generous, None).unwrap();
}

#[test]
fn a_frame_cannot_ask_for_a_large_window() {
    let archive = archive_of(&bundle(&FILES, &[]));
    let framed = |window| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window).unwrap();
        encoder.write_all(&archive).unwrap();
        sealed(encoder.finish().unwrap())
    };
    verify(&framed(23)).unwrap();
    let text = refused(&framed(24), MANIFEST);
    assert!(text.contains("cannot be unpacked here: Frame requires too much memory"), "{text}");
}
