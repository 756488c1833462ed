use std::io::{self, Read as _};

use super::*;

#[test]
fn what_is_written_is_read() {
    let bytes = bundle(&FILES, &[]);
    let keys = exporter().trusted();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let mut reader = Reader::open(&*bytes, opening).unwrap();
    assert_eq!(reader.manifest().subject, about().subject);
    assert_eq!(reader.manifest().source, about().source);
    assert_eq!(reader.manifest().totals, totals());
    for (name, lines) in FILES {
        let mut file = reader.next_file().unwrap().unwrap();
        assert_eq!(file.name(), name);
        for line in lines {
            assert_eq!(file.next_line().unwrap(), Some(line.as_bytes()));
        }
        assert_eq!(file.next_line().unwrap(), None);
        assert_eq!(file.next_line().unwrap(), None, "an end stays an end");
        assert_eq!(file.lines(), lines.len() as u64);
    }
    assert!(reader.next_file().unwrap().is_none());
    assert!(reader.next_file().unwrap().is_none());
    let manifest = reader.finish().unwrap();
    assert_eq!(manifest, verify(&bytes).unwrap());
    let lines: Vec<_> = manifest.files.iter().map(|file| (&*file.name, file.lines)).collect();
    assert_eq!(lines, [("organization.jsonl", 1), ("ledger.jsonl", 2), ("notes.jsonl", 0)]);
    assert_eq!(verify(&bundle(&[], &[])).unwrap().files, []);
}

#[test]
fn whoever_stops_early_still_has_the_rest_checked() {
    let altered = |from: &str, to: &str| {
        let archive = String::from_utf8(archive_of(&bundle(&FILES, &[]))).unwrap();
        assert_eq!(archive.matches(from).count(), 1);
        packed(archive.replace(from, to).as_bytes())
    };
    let keys = exporter().trusted();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let bytes = altered("-700", "-900");
    let mut reader = Reader::open(&*bytes, opening).unwrap();
    let mut file = reader.next_file().unwrap().unwrap();
    assert!(file.next_line().unwrap().is_some());
    let error = reader.finish().unwrap_err();
    assert_eq!(error.file(), Some("ledger.jsonl"), "{error}");

    // And an error is no less one because somebody went on.
    let bytes = altered("muscat-traders\"}", "Muscat-traders\"}");
    let mut reader = Reader::open(&*bytes, opening).unwrap();
    assert!(reader.next_file().unwrap().is_some());
    assert!(reader.next_file().is_err());
    assert!(reader.next_file().is_err());
    assert!(reader.finish().is_err());
}

type Row = BTreeMap<String, i64>;

#[test]
fn lines_become_values_or_say_which_did_not() {
    let content = b"{\"n\":1}\n{\"n\":\"two\"}\n{\"n\":3}\n";
    let bytes = Forge::signed(&[("a.jsonl", content)]).file("a.jsonl", content).pack();
    let keys = exporter().trusted();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let mut reader = Reader::open(&*bytes, opening).unwrap();
    let mut file = reader.next_file().unwrap().unwrap();
    assert_eq!(file.next_record::<Row>().unwrap().unwrap()["n"], 1);
    let error = file.next_record::<Row>().unwrap_err().to_string();
    assert!(error.starts_with("a.jsonl, line 2: invalid type: string"), "{error}");
    assert!(error.contains("at column"), "{error}");
    assert_eq!(file.next_record::<Row>().unwrap().unwrap()["n"], 3);
    assert_eq!(file.next_record::<Row>().unwrap(), None);
    reader.finish().unwrap();
}

#[test]
fn other_programs_can_unpack_it() {
    let bytes = bundle(&FILES, &[]);
    let mut archive = tar::Archive::new(zstd::Decoder::new(&*bytes).unwrap());
    let mut names = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        if let Some((_, lines)) = FILES.iter().find(|(file, _)| *file == name) {
            assert_eq!(content.lines().collect::<Vec<_>>(), *lines);
        }
        names.push(name);
    }
    assert_eq!(
        names,
        ["manifest.json", "manifest.sig", "organization.jsonl", "ledger.jsonl", "notes.jsonl"]
    );
}

#[test]
fn progress_grows_to_the_whole_in_both_directions() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(directory.path(), about(), Limits::default());
    for name in ["a.jsonl", "b.jsonl"] {
        let mut file = writer.file(name).unwrap();
        for number in 0..40_000_u32 {
            file.line(&number.wrapping_mul(2_654_435_761)).unwrap();
        }
        file.end().unwrap();
    }
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 0, "what is set aside has no name");
    let heard = |seen: &mut Vec<u64>, progress: Progress<'_>| {
        assert!(seen.last().is_none_or(|last| *last <= progress.bytes));
        assert!(progress.bytes <= progress.total_bytes && !progress.file.is_empty());
        seen.push(progress.bytes);
    };
    let (mut wrote, mut read, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    let ending = Ending { totals: totals(), signer: &exporter(), recipients: &[] };
    let manifest = writer.finish(ending, &mut bytes, |told| heard(&mut wrote, told)).unwrap();
    let keys = exporter().trusted();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    let reader = Reader::open(&*bytes, opening).unwrap();
    assert_eq!(reader.verify(|told| heard(&mut read, told)).unwrap(), manifest);
    for seen in [wrote, read] {
        assert_eq!(seen.last(), Some(&manifest.total_bytes()));
        assert!(seen.len() > 4, "{seen:?}");
    }
}

#[test]
fn a_writer_writes_nothing_that_its_reader_would_refuse() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits { total_bytes: 2_000_000, ..Limits::default() };
    let mut writer = Writer::new(directory.path(), about(), limits);
    let long = format!("{}.jsonl", "a".repeat(60));
    for wrong in ["", ".jsonl", "a.json", "../a.jsonl", "a/b.jsonl", "A.jsonl", "a\n.jsonl", &long]
    {
        assert!(writer.file(wrong).is_err(), "{wrong}");
    }
    let mut file = writer.file("a.jsonl").unwrap();
    let error = file.line(&"x".repeat(MAX_LINE_BYTES)).unwrap_err().to_string();
    assert!(error.starts_with("a.jsonl, line 1: it has more than"), "{error}");
    file.line(&"x".repeat(MAX_LINE_BYTES - 3)).unwrap();
    let error = file.line(&"x".repeat(MAX_LINE_BYTES - 3)).unwrap_err().to_string();
    assert!(error.contains("2000000 bytes together"), "{error}");
    file.end().unwrap();
    assert!(writer.file("a.jsonl").is_err(), "a name is used once");
    for number in 1..MAX_FILES {
        writer.file(&format!("{number}.jsonl")).unwrap().end().unwrap();
    }
    assert!(writer.file("last.jsonl").is_err());
    let ending = Ending { totals: totals(), signer: &exporter(), recipients: &[] };
    let mut bytes = Vec::new();
    writer.finish(ending, &mut bytes, |_| ()).unwrap();
    verify(&bytes).unwrap();
}

#[test]
fn a_file_that_did_not_end_is_in_no_bundle() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(directory.path(), about(), Limits::default());
    writer.file("a.jsonl").unwrap().line("x").unwrap();
    assert!(writer.file("b.jsonl").is_err());
    let ending = Ending { totals: totals(), signer: &exporter(), recipients: &[] };
    let mut bytes = Vec::new();
    let error = writer.finish(ending, &mut bytes, |_| ()).unwrap_err().to_string();
    assert!(error.contains("a.jsonl was begun"), "{error}");
    assert!(bytes.is_empty());
}

#[test]
fn lines_that_repeat_without_end_are_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(directory.path(), about(), Limits::default());
    let mut file = writer.file("a.jsonl").unwrap();
    let line = "0".repeat(100_000);
    for _ in 0..200 {
        file.line(&line).unwrap();
    }
    file.end().unwrap();
    let ending = Ending { totals: totals(), signer: &exporter(), recipients: &[] };
    let error = writer.finish(ending, io::sink(), |_| ()).unwrap_err().to_string();
    assert!(error.starts_with("a.jsonl: its lines repeat so much"), "{error}");
}

#[test]
fn a_disk_that_fails_is_not_taken_for_a_forgery() {
    struct Failing<R>(R);
    impl<R: io::Read> io::Read for Failing<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the cable is out")),
                read => Ok(read),
            }
        }
    }
    let bytes = bundle(&FILES, &[]);
    let keys = exporter().trusted();
    let opening = Opening { keys: &keys, identity: None, limits: Limits::default() };
    for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        let opened = Reader::open(Failing(&bytes[..length]), opening);
        let error = opened.and_then(|reader| reader.verify(|_| ())).unwrap_err();
        assert!(matches!(error, BundleError::Io { .. }), "{error}");
        assert!(error.to_string().contains("the cable is out"), "{error}");
    }
}

#[test]
fn a_disk_that_is_full_says_so() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::new(directory.path(), about(), Limits::default());
    let ending = Ending { totals: totals(), signer: &exporter(), recipients: &[] };
    let error = writer.finish(ending, Full, |_| ()).unwrap_err();
    assert!(matches!(error, BundleError::Io { .. }), "{error}");
    let nowhere = directory.path().join("nowhere");
    let error = Writer::new(&nowhere, about(), Limits::default()).file("a.jsonl").err().unwrap();
    assert!(error.to_string().contains("nowhere"), "{error}");
}
