//! A recording on disk as a source.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

use super::raw::{Length, RawSamples, inside_a_sample, is_empty};
use super::stdin::StreamSource;
use super::{Options, Source, SourceKind, StreamInfo};
use crate::error::{Error, Result};
use crate::iq::Tuning;
use crate::recording::{Annotation, Recording, cannot_open};
use crate::scene::Action;
use crate::units::SampleIndex;

/// Opens the recording at `path`. A named pipe is read as it comes.
///
/// # Errors
/// [`Error::Unusable`] if an option is missing or does not fit the recording, [`Error::Unreadable`] if the recording
/// cannot be read.
pub(super) fn open(path: &Path, options: &Options) -> Result<Box<dyn Source>> {
    let name = path.to_string_lossy();
    let recording = Recording::look(path)?;
    let (format, sample_rate) = options.need(&name, recording.format, recording.sample_rate)?;
    let center = options.center.map_or(recording.center, |center| Ok(Some(center)))?;
    let tuning = Tuning { center, sample_rate };
    let mut file = File::open(&recording.data).map_err(|error| cannot_open(&recording.data, &error))?;
    let what = file.metadata().map_err(|error| cannot_open(&recording.data, &error))?;
    let before = if options.skip_bytes > 0 { options.skip_bytes } else { recording.header_bytes };
    if !what.is_file() {
        let kind = SourceKind::Recording;
        let options = Options { skip_bytes: before, ..options.clone() };
        return Ok(Box::new(StreamSource::new(file, &name, &name, kind, format, tuning, &options)?));
    }

    let size = format.bytes_per_sample() as u64;
    if what.len() > 0 && before > what.len() {
        return Err(Error::Unusable(format!(
            "{name} has {} bytes, fewer than the {before} to be left out before its first sample: give less with \
             --skip-bytes",
            what.len()
        )));
    }
    let bytes = what.len().saturating_sub(before).saturating_sub(recording.trailing_bytes);
    let total = bytes / size;
    let (first, longest) = options.span(sample_rate)?;
    if total > 0 && first >= total {
        return Err(Error::Unusable(format!(
            "{name} is {} s long, so nothing comes after {} s: give less with --start",
            (total as f64 / sample_rate.0 * 1e6).round() / 1e6,
            options.start_s
        )));
    }
    let after = total.saturating_sub(first);
    let length = longest.map_or(after, |longest| longest.min(after));
    file.seek(SeekFrom::Start(before.saturating_add(first.saturating_mul(size))))
        .map_err(|error| cannot_open(&recording.data, &error))?;

    let start_time = recording.stamp.and_then(|(at, time)| {
        let before = (at as f64 / sample_rate.0 * 1e9).round() as i128;
        jiff::Timestamp::from_nanosecond(time.as_nanosecond() - before).ok()
    });
    Ok(Box::new(FileSource {
        at_end: (length == after).then_some(End {
            file_bytes: what.len(),
            samples: total,
            odd: (bytes % size) as usize,
        }),
        raw: RawSamples::new(file, format, options.swap_iq, &name, SampleIndex(first), Length::Exactly(length)),
        info: StreamInfo {
            name: name.into_owned(),
            kind: SourceKind::Recording,
            tuning,
            format,
            first: SampleIndex(first),
            length: Some(length),
            start_time,
            actions: recording.annotations.iter().filter_map(action).collect(),
        },
    }))
}

/// A file of samples.
struct FileSource {
    info: StreamInfo,
    raw: RawSamples<File>,
    /// What to check once everything is read; `None` when the user asked for less than all.
    at_end: Option<End>,
}

/// The end of a file as it was when opened.
struct End {
    file_bytes: u64,
    samples: u64,
    /// Bytes after the last whole sample.
    odd: usize,
}

impl Source for FileSource {
    fn info(&self) -> &StreamInfo {
        &self.info
    }

    fn may_wait(&self) -> bool {
        false
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        let nothing_more = match self.raw.read(bytes) {
            Ok((first, 0)) => Ok((first, 0)),
            Ok(read) => return Ok(read),
            Err(error) => {
                self.at_end = None;
                return Err(error);
            }
        };
        let Some(end) = self.at_end.take() else {
            return nothing_more;
        };
        let name = &self.info.name;
        // A file whose length cannot be asked for any more is taken to have the length it had.
        let now = self.raw.reader().metadata().map_or(end.file_bytes, |what| what.len());
        if let grown @ 1.. = now.saturating_sub(end.file_bytes) {
            return Err(Error::EndedEarly(format!(
                "{name} grew by {grown} bytes while it was read: what it held at first is analysed; run again once \
                 it is complete"
            )));
        }
        if end.odd > 0 {
            return Err(inside_a_sample(name, end.samples, end.odd, self.info.format));
        }
        if end.samples == 0 {
            return Err(is_empty(name));
        }
        nothing_more
    }
}

/// What a person did, if that is what is marked.
fn action(marked: &Annotation) -> Option<Action> {
    let count = marked.count.min(u64::MAX - marked.start);
    let label = marked.label.clone()?;
    (marked.kind.as_deref() == Some("action")).then_some(Action { start: SampleIndex(marked.start), count, label })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iq::{SampleBlock, SampleFormat};
    use crate::units::Hertz;
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::path::PathBuf;

    const ODD: &str = "what came before is analysed; check the sample format";

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Folder(tempfile::tempdir().unwrap())
        }

        fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        }

        /// The sentence without the folder, after the exit status.
        fn said(&self, error: &Error) -> (u8, String) {
            (error.exit_status(), error.to_string().replace(&format!("{}/", self.0.path().display()), ""))
        }
    }

    /// Rate 1 kHz, so that a millisecond is a sample.
    fn slow() -> Options {
        Options { sample_rate: Some(Hertz(1000.0)), ..Options::default() }
    }

    /// Everything a source gives, and how it ends.
    fn all(source: &mut dyn Source, room: usize) -> (Vec<u8>, Result<bool>) {
        let mut bytes = Vec::new();
        let mut block = SampleBlock { first: SampleIndex(0), bytes: Vec::with_capacity(room) };
        let mut next = source.info().first;
        loop {
            match source.read_block(&mut block) {
                Ok(true) => {
                    assert_eq!(block.first, next);
                    next.0 += (block.bytes.len() / source.info().format.bytes_per_sample()) as u64;
                    bytes.extend(&block.bytes);
                }
                end => return (bytes, end),
            }
        }
    }

    #[test]
    fn a_file_gives_all_its_samples_in_blocks_of_any_size() {
        let folder = Folder::new();
        let bytes: Vec<u8> = (0..200).collect();
        let path = folder.file("a.cu8", &bytes);
        for room in [0, 1, 2, 3, 64, 200, 4096] {
            let mut source = open(&path, &slow()).unwrap();
            assert_eq!(source.info().length, Some(100));
            assert_eq!(source.info().name, path.to_string_lossy());
            assert_eq!(all(&mut *source, room), (bytes.clone(), Ok(false)), "blocks of {room} bytes");
        }
    }

    #[test]
    fn start_and_duration_choose_samples_and_the_index_counts_from_the_recordings_first() {
        let folder = Folder::new();
        let path = folder.file("a.cu8", &[99, 99, 99, 0, 0, 1, 1, 2, 2, 3, 3]);
        let options = |start_s, duration_s| Options { skip_bytes: 3, start_s, duration_s, ..slow() };
        let get = |options: &Options| {
            let mut source = open(&path, options).unwrap();
            let (first, length) = (source.info().first.0, source.info().length);
            (first, length, all(&mut *source, 64))
        };
        assert_eq!(get(&options(0.001, Some(0.002))), (1, Some(2), (vec![1, 1, 2, 2], Ok(false))));
        assert_eq!(get(&options(0.002, None)), (2, Some(2), (vec![2, 2, 3, 3], Ok(false))));
        assert_eq!(get(&options(0.0, Some(60.0))), (0, Some(4), (vec![0, 0, 1, 1, 2, 2, 3, 3], Ok(false))));
    }

    #[test]
    fn a_file_that_is_empty_or_ends_inside_a_sample_gives_what_is_whole_and_then_one_sentence() {
        let folder = Folder::new();
        let end = |name: &str, bytes: &[u8]| {
            let mut source = open(&folder.file(name, bytes), &slow()).unwrap();
            let (bytes, end) = all(&mut *source, 64);
            assert_eq!(source.read_block(&mut SampleBlock::default()), Ok(false));
            (bytes, folder.said(&end.unwrap_err()))
        };
        let sentence = |words: String| (1, words);
        assert_eq!(end("a.cu8", &[]), (vec![], sentence("a.cu8 is empty: there is no sample to analyse".to_owned())));
        assert_eq!(
            end("b.cu8", &[1]),
            (
                vec![],
                sentence(
                    "b.cu8 ends 1 byte into sample 0, which has 2 as cu8: nothing is analysed; check the sample format"
                        .to_owned()
                )
            )
        );
        assert_eq!(
            end("c.cs16", &[1, 2, 3, 4, 5, 6, 7]),
            (vec![1, 2, 3, 4], sentence(format!("c.cs16 ends 3 bytes into sample 1, which has 4 as ci16_le: {ODD}")))
        );
    }

    #[test]
    fn the_odd_end_of_a_file_does_not_matter_to_a_part_before_it() {
        let folder = Folder::new();
        let path = folder.file("a.cu8", &[1, 2, 3, 4, 5]);
        let mut source = open(&path, &Options { duration_s: Some(0.001), ..slow() }).unwrap();
        assert_eq!(all(&mut *source, 64), (vec![1, 2], Ok(false)));
    }

    #[test]
    fn a_file_that_shrinks_or_grows_while_it_is_read_ends_in_one_sentence() {
        let folder = Folder::new();
        let path = folder.file("a.cu8", &[7; 40]);
        let mut source = open(&path, &slow()).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(21).unwrap();
        let (bytes, end) = all(&mut *source, 8);
        assert_eq!(bytes, [7; 20]);
        assert_eq!(
            folder.said(&end.unwrap_err()),
            (
                1,
                "a.cu8 was cut short while it was read: it ends at sample 10, 10 too early; what came before is \
                 analysed"
                    .to_owned()
            )
        );
        assert_eq!(source.read_block(&mut SampleBlock::default()), Ok(false));

        let path = folder.file("b.cu8", &[7; 40]);
        let mut source = open(&path, &slow()).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&[8; 4]).unwrap();
        let (bytes, end) = all(&mut *source, 8);
        assert_eq!(bytes, [7; 40]);
        assert_eq!(
            folder.said(&end.unwrap_err()),
            (
                1,
                "b.cu8 grew by 4 bytes while it was read: what it held at first is analysed; run again once it is \
                 complete"
                    .to_owned()
            )
        );
    }

    #[test]
    fn parts_that_are_not_there_are_refused() {
        let folder = Folder::new();
        let path = folder.file("a.cu8", &[0; 2470]);
        let said = |options: Options| folder.said(&open(&path, &options).err().expect("refused"));
        assert_eq!(
            [
                said(Options { start_s: 100.0, ..slow() }),
                said(Options { skip_bytes: 5000, ..slow() }),
                said(Options { duration_s: Some(1e-9), ..slow() }),
                said(Options::default()),
            ],
            [
                (2, "a.cu8 is 1.235 s long, so nothing comes after 100 s: give less with --start".to_owned()),
                (
                    2,
                    "a.cu8 has 2470 bytes, fewer than the 5000 to be left out before its first sample: give less \
                     with --skip-bytes"
                        .to_owned()
                ),
                (
                    2,
                    "a duration of 0.000000001 s is shorter than one sample at 1000 Hz: give more with --duration"
                        .to_owned()
                ),
                (2, "a.cu8 does not say its sample rate: add --rate HZ, such as --rate 2.4M".to_owned()),
            ]
        );
    }

    #[test]
    fn an_option_beats_the_header_and_the_header_the_name() {
        let folder = Folder::new();
        folder.file("x_1M_2k.sigmf-data", &[0; 80]);
        let path = folder.file(
            "x_1M_2k.sigmf-meta",
            br#"{"global": {"core:datatype": "ci16_le", "core:sample_rate": 4000}, "captures":
                [{"core:sample_start": 8, "core:frequency": 5e6, "core:datetime": "2026-01-02T03:04:05Z"}]}"#,
        );
        let source = open(&path, &Options::default()).unwrap();
        let info = source.info();
        assert_eq!(info.tuning, Tuning { center: Some(Hertz(5e6)), sample_rate: Hertz(4000.0) });
        assert_eq!((info.format, info.length), (SampleFormat::Ci16Le, Some(20)));
        assert_eq!(info.start_time, Some("2026-01-02T03:04:04.998Z".parse().unwrap()));
        let options = Options { format: Some(SampleFormat::Cu8), center: Some(Hertz(7e6)), ..slow() };
        let source = open(&path, &options).unwrap();
        let info = source.info();
        assert_eq!(info.tuning, Tuning { center: Some(Hertz(7e6)), sample_rate: Hertz(1000.0) });
        assert_eq!((info.format, info.length), (SampleFormat::Cu8, Some(40)));
    }

    #[test]
    fn of_annotations_those_of_actions_are_taken() {
        let folder = Folder::new();
        folder.file("m.sigmf-data", &[0; 80]);
        let path = folder.file(
            "m.sigmf-meta",
            br#"{"global": {"core:datatype": "cu8", "core:sample_rate": 1e6},
                "captures": [{"core:frequency": 100e6}], "annotations": [
                {"core:sample_start": 3, "core:sample_count": 9, "core:label": "Call", "glint:kind": "action"},
                {"core:sample_start": 4, "core:sample_count": 2, "core:label": "GSM normal burst",
                 "core:freq_lower_edge": 99.9e6, "core:freq_upper_edge": 100.1e6, "glint:snr_db": 6},
                {"core:sample_start": 5, "core:sample_count": 2, "core:label": "found", "glint:kind": "burst"},
                {"core:sample_start": 6, "core:sample_count": 2, "core:comment": "a note"}]}"#,
        );
        let source = open(&path, &Options::default()).unwrap();
        assert_eq!(source.info().actions, [Action { start: SampleIndex(3), count: 9, label: "Call".to_owned() }]);
    }

    #[cfg(unix)]
    #[test]
    fn a_named_pipe_is_read_as_it_comes() {
        let folder = Folder::new();
        let path = folder.0.path().join("p_100M_1k.cu8");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, [1, 2, 3, 4, 5, 6])
        });
        let mut source = open(&path, &Options { start_s: 0.001, ..Options::default() }).unwrap();
        assert_eq!((source.info().first, source.info().length), (SampleIndex(1), None));
        assert_eq!(all(&mut *source, 64), (vec![3, 4, 5, 6], Ok(false)));
        writer.join().unwrap().unwrap();
    }
}
