//! Metadata: read once, trusted in nothing.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Annotation;
use crate::error::{Error, Result};
use crate::iq::SampleFormat;
use crate::recording::{FORMATS, Recording, cannot_open, center_is_plausible, file_name, rate_is_plausible};
use crate::units::Hertz;

#[derive(Deserialize)]
pub(in crate::recording) struct Meta {
    pub(in crate::recording) global: Global,
    #[serde(default)]
    pub(in crate::recording) captures: Vec<Capture>,
    #[serde(default)]
    annotations: Vec<Marked>,
}

#[derive(Deserialize)]
pub(in crate::recording) struct Global {
    #[serde(rename = "core:datatype")]
    pub(in crate::recording) datatype: Option<String>,
    #[serde(rename = "core:sample_rate")]
    pub(in crate::recording) sample_rate: Option<f64>,
    #[serde(rename = "core:num_channels")]
    pub(in crate::recording) num_channels: Option<u64>,
    #[serde(rename = "core:offset", default)]
    offset: u64,
    #[serde(rename = "core:dataset")]
    pub(in crate::recording) dataset: Option<String>,
    #[serde(rename = "core:metadata_only", default)]
    metadata_only: bool,
    #[serde(rename = "core:trailing_bytes", default)]
    pub(in crate::recording) trailing_bytes: u64,
    #[serde(rename = "glint:first_sample", default)]
    pub(in crate::recording) first_sample: u64,
    #[serde(rename = "glint:sample_count")]
    pub(in crate::recording) sample_count: Option<u64>,
    #[serde(rename = "glint:false_alarms_per_hour")]
    pub(in crate::recording) false_alarms_per_hour: Option<f64>,
}

#[derive(Deserialize)]
pub(in crate::recording) struct Capture {
    #[serde(rename = "core:sample_start", default)]
    pub(in crate::recording) sample_start: u64,
    #[serde(rename = "core:frequency")]
    pub(in crate::recording) frequency: Option<f64>,
    #[serde(rename = "core:datetime")]
    datetime: Option<String>,
    #[serde(rename = "core:header_bytes", default)]
    pub(in crate::recording) header_bytes: u64,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "core:sample_start")]
    sample_start: u64,
    #[serde(rename = "core:sample_count")]
    sample_count: Option<u64>,
    #[serde(rename = "core:freq_lower_edge")]
    lower: Option<f64>,
    #[serde(rename = "core:freq_upper_edge")]
    upper: Option<f64>,
    #[serde(rename = "core:label")]
    label: Option<String>,
    #[serde(rename = "glint:kind")]
    kind: Option<String>,
    #[serde(rename = "glint:snr_db")]
    snr_db: Option<f64>,
    #[serde(rename = "glint:level_dbfs")]
    level_dbfs: Option<f64>,
    #[serde(rename = "glint:cut_start", default)]
    cut_start: bool,
    #[serde(rename = "glint:cut_end", default)]
    cut_end: bool,
    #[serde(rename = "glint:center_hz")]
    center_hz: Option<f64>,
    #[serde(rename = "glint:part")]
    part: Option<u32>,
    #[serde(rename = "glint:more", default)]
    more: bool,
}

impl Meta {
    /// The metadata in the file at `path`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it cannot be read or is no SigMF metadata.
    pub(in crate::recording) fn read(path: &Path) -> Result<Meta> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => {
                Error::Unreadable(format!("{shown} is not text, so it is no SigMF metadata: choose another file"))
            }
            _ => cannot_open(path, &error),
        })?;
        Meta::parse(&text, &shown.to_string())
    }

    /// The metadata in `text`, which is called `name` in sentences.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it is no SigMF metadata.
    pub(in crate::recording) fn parse(text: &str, name: &str) -> Result<Meta> {
        serde_json::from_str(text).map_err(|error| {
            Error::Unreadable(format!("{name} is not valid SigMF metadata ({error}): mend it or choose another file"))
        })
    }

    /// The annotations in order of start.
    pub(in crate::recording) fn take_annotations(&mut self) -> Vec<Annotation> {
        let offset = self.global.offset;
        let mut annotations: Vec<Annotation> =
            std::mem::take(&mut self.annotations).into_iter().map(|one| one.raised(offset)).collect();
        annotations.sort_by_key(|annotation| annotation.start);
        annotations
    }
}

/// Looks at the pair of `path` (its metadata) and `data` (its samples, unless the metadata name another file).
///
/// # Errors
/// [`Error::Unreadable`] if the metadata cannot be read or the samples are missing.
pub(in crate::recording) fn look(path: &Path, data: &Path) -> Result<Recording> {
    let shown = path.display();
    let mut meta = Meta::read(path)?;
    let data = dataset(path, data, &meta.global)?;
    if let Some(later) = meta.captures.iter().skip(1).find(|capture| capture.header_bytes > 0) {
        return Err(Error::Unreadable(format!(
            "{shown} has a header inside its samples, at sample {}, which glint does not read: cut the recording \
             there",
            later.sample_start
        )));
    }
    let offset = meta.global.offset;
    let stamp = meta.captures.iter().find_map(|capture| {
        let time = capture.datetime.as_deref()?.parse().ok()?;
        Some((capture.sample_start.saturating_sub(offset), time))
    });
    let annotations = meta.take_annotations();
    Ok(Recording {
        format: format(path, &meta.global),
        sample_rate: sample_rate(path, &meta.global),
        center: center(path, &meta.captures),
        header_bytes: meta.captures.first().map_or(0, |capture| capture.header_bytes),
        trailing_bytes: meta.global.trailing_bytes,
        stamp,
        annotations,
        data,
    })
}

/// The file with the samples.
fn dataset(path: &Path, beside: &Path, global: &Global) -> Result<PathBuf> {
    let shown = path.display();
    if global.metadata_only {
        return Err(Error::Unreadable(format!(
            "{shown} is metadata without samples by its own word: give the recording it was made from"
        )));
    }
    let Some(name) = &global.dataset else {
        if beside.exists() {
            return Ok(beside.to_owned());
        }
        return Err(Error::Unreadable(format!(
            "{shown} has no {} beside it, so there are no samples: put it there",
            file_name(beside)
        )));
    };
    if Path::new(name).file_name() != Some(name.as_ref()) {
        return Err(Error::Unreadable(format!(
            "{shown} says that its samples are in {name:?}, which is not the name of a file beside it: put the file \
             there and correct core:dataset"
        )));
    }
    let data = path.with_file_name(name);
    if data.is_file() {
        return Ok(data);
    }
    Err(Error::Unreadable(format!("{shown} says that its samples are in {name}, which is not beside it: put it there")))
}

/// The sample format, if it is one of complex samples of one channel that glint reads.
fn format(path: &Path, global: &Global) -> Result<Option<SampleFormat>> {
    let shown = path.display();
    let channels = global.num_channels.unwrap_or(1);
    let Some(datatype) = &global.datatype else {
        return Ok(None);
    };
    let format = SampleFormat::from_name(datatype);
    let why = match format {
        Some(_) if channels == 1 => return Ok(format),
        Some(_) => {
            format!("holds {channels} channels, and glint reads recordings of one receiver channel")
        }
        None if is_real(datatype) => {
            let (channels, s) = (channels, if channels == 1 { "" } else { "s" });
            format!("holds real samples ({datatype}, {channels} channel{s}), and glint reads complex ones")
        }
        None => format!("states the sample format {datatype:?}, and glint reads {FORMATS}"),
    };
    Err(Error::Unreadable(format!("{shown} {why}: convert it or choose another recording")))
}

/// Whether this is SigMF's name of a format of real samples.
fn is_real(datatype: &str) -> bool {
    ["ri", "ru", "rf"]
        .iter()
        .any(|prefix| datatype.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

fn sample_rate(path: &Path, global: &Global) -> Result<Option<Hertz>> {
    match global.sample_rate {
        Some(rate) if !rate_is_plausible(rate) => Err(Error::Unreadable(format!(
            "{} states a sample rate of {rate} Hz, which is not between 1 kHz and 1 GHz: give the right one with \
             --rate",
            path.display()
        ))),
        rate => Ok(rate.map(Hertz)),
    }
}

/// The one centre frequency of all captures.
fn center(path: &Path, captures: &[Capture]) -> Result<Option<Hertz>> {
    let shown = path.display();
    let Some(first) = captures.first() else {
        return Ok(None);
    };
    if let Some(other) = captures.iter().find(|capture| capture.frequency != first.frequency) {
        return Err(Error::Unreadable(format!(
            "{shown} changes its centre frequency at sample {}, and glint reads recordings with one: give --center \
             with --start and --duration of one part",
            other.sample_start
        )));
    }
    match first.frequency {
        Some(center) if !center_is_plausible(center) => Err(Error::Unreadable(format!(
            "{shown} states a centre frequency of {center} Hz, which is not between 0 and 1 THz: give the right one \
             with --center"
        ))),
        center => Ok(center.map(Hertz)),
    }
}

impl Marked {
    fn raised(self, offset: u64) -> Annotation {
        let edges = self.lower.zip(self.upper).filter(|(lower, upper)| lower < upper);
        Annotation {
            start: self.sample_start.saturating_sub(offset),
            count: self.sample_count.unwrap_or(0),
            edges,
            label: self.label,
            kind: self.kind,
            snr_db: self.snr_db,
            level_dbfs: self.level_dbfs,
            cut_start: self.cut_start,
            cut_end: self.cut_end,
            center_hz: self.center_hz,
            part: self.part,
            more: self.more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
        "global": {"core:datatype": "ci16_le", "core:sample_rate": 250000, "core:version": "1.2.0", "x:y": [1]},
        "captures": [{"core:sample_start": 0, "core:frequency": 100e6, "core:datetime": "2026-01-02T03:04:05.5Z"}],
        "annotations": [
            {"core:sample_start": 900, "core:sample_count": 50, "core:freq_lower_edge": 100.1e6,
             "core:freq_upper_edge": 100.3e6, "core:label": "gsm_nb", "glint:snr_db": 12.5},
            {"core:sample_start": 10, "core:sample_count": 2000, "core:label": "Call", "glint:kind": "action"}]}"#;

    /// Writes a pair `m` with this metadata and 400 bytes of samples, and looks at it.
    fn pair(meta: &str) -> (Result<Recording>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-meta");
        fs::write(&path, meta).unwrap();
        fs::write(folder.path().join("m.sigmf-data"), [0; 400]).unwrap();
        (Recording::look(&path), folder)
    }

    /// The sentence, with the folder left out.
    fn said(error: &Error, folder: &tempfile::TempDir) -> String {
        error.to_string().replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn a_pair_opens_from_either_of_its_files() {
        let (found, folder) = pair(GOOD);
        let found = found.unwrap();
        assert_eq!(found.data, folder.path().join("m.sigmf-data"));
        assert_eq!(found.format, Ok(Some(SampleFormat::Ci16Le)));
        assert_eq!(found.sample_rate, Ok(Some(Hertz(250e3))));
        assert_eq!(found.center, Ok(Some(Hertz(100e6))));
        assert_eq!(found.stamp, Some((0, "2026-01-02T03:04:05.5Z".parse().unwrap())));
        let marked: Vec<_> = found
            .annotations
            .iter()
            .map(|a| (a.start, a.count, a.edges, a.label.as_deref(), a.kind.as_deref(), a.snr_db))
            .collect();
        assert_eq!(
            marked,
            [
                (10, 2000, None, Some("Call"), Some("action"), None),
                (900, 50, Some((100.1e6, 100.3e6)), Some("gsm_nb"), None, Some(12.5)),
            ]
        );
        let same = Recording::look(&folder.path().join("m.sigmf-data")).unwrap();
        assert_eq!(format!("{same:?}"), format!("{found:?}"));
    }

    #[test]
    fn metadata_without_samples_is_refused_with_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-meta");
        fs::write(&path, GOOD).unwrap();
        let sentence = said(&Recording::look(&path).unwrap_err(), &folder);
        assert_eq!(sentence, "m.sigmf-meta has no m.sigmf-data beside it, so there are no samples: put it there");
    }

    #[test]
    fn broken_metadata_are_refused_with_one_sentence() {
        let (found, folder) = pair("{");
        assert_eq!(
            said(&found.unwrap_err(), &folder),
            "m.sigmf-meta is not valid SigMF metadata (EOF while parsing an object at line 1 column 1): mend it or \
             choose another file"
        );
        let (found, folder) = pair(r#"{"global": {"core:sample_rate": "NaN"}}"#);
        assert_eq!(
            said(&found.unwrap_err(), &folder),
            "m.sigmf-meta is not valid SigMF metadata (invalid type: string \"NaN\", expected f64 at line 1 column \
             37): mend it or choose another file"
        );
    }

    #[test]
    fn a_format_that_is_not_read_is_named_with_the_reason() {
        let format = |global: &str| {
            let (found, folder) = pair(&format!(r#"{{"global": {{{global}}}}}"#));
            found.unwrap().format.map_err(|error| said(&error, &folder))
        };
        let refused = |sentence: &str| Err(sentence.to_owned());
        assert_eq!(
            format(r#""core:datatype": "ri16_le", "core:num_channels": 2"#),
            refused(
                "m.sigmf-meta holds real samples (ri16_le, 2 channels), and glint reads complex ones: convert it or \
                 choose another recording"
            )
        );
        assert_eq!(
            format(r#""core:datatype": "cu8", "core:num_channels": 2"#),
            refused(
                "m.sigmf-meta holds 2 channels, and glint reads recordings of one receiver channel: convert it or \
                 choose another recording"
            )
        );
        assert_eq!(
            format(r#""core:datatype": "ci32_le""#),
            refused(
                "m.sigmf-meta states the sample format \"ci32_le\", and glint reads cu8, cs8 (ci8), cs16 (ci16_le) \
                 and cf32 (cf32_le): convert it or choose another recording"
            )
        );
        assert_eq!(format(r#""core:sample_rate": 1e6"#), Ok(None));
    }

    #[test]
    fn a_stated_rate_that_cannot_be_right_is_refused() {
        for (rate, shown) in [("0", "0"), ("-1", "-1"), ("1e12", "1000000000000")] {
            let (found, folder) = pair(&format!(r#"{{"global": {{"core:sample_rate": {rate}}}}}"#));
            assert_eq!(
                said(&found.unwrap().sample_rate.unwrap_err(), &folder),
                format!(
                    "m.sigmf-meta states a sample rate of {shown} Hz, which is not between 1 kHz and 1 GHz: give the \
                     right one with --rate"
                )
            );
        }
    }

    #[test]
    fn a_recording_that_retunes_is_refused_unless_a_centre_is_given() {
        let (found, folder) = pair(
            r#"{"global": {}, "captures": [{"core:sample_start": 0, "core:frequency": 1e8},
                {"core:sample_start": 50, "core:frequency": 2e8}]}"#,
        );
        assert_eq!(
            said(&found.unwrap().center.unwrap_err(), &folder),
            "m.sigmf-meta changes its centre frequency at sample 50, and glint reads recordings with one: give \
             --center with --start and --duration of one part"
        );
    }

    #[test]
    fn a_dataset_of_another_name_with_header_and_trailer_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-meta");
        let meta = |dataset: &str| {
            let meta = format!(
                r#"{{"global": {{"core:dataset": "{dataset}", "core:trailing_bytes": 6}},
                    "captures": [{{"core:header_bytes": 44}}]}}"#
            );
            fs::write(&path, meta).unwrap();
            Recording::look(&path)
        };
        fs::write(folder.path().join("take.bin"), [0; 400]).unwrap();
        let found = meta("take.bin").unwrap();
        assert_eq!((found.data, found.header_bytes, found.trailing_bytes), (folder.path().join("take.bin"), 44, 6));
        assert_eq!(
            said(&meta("other.bin").unwrap_err(), &folder),
            "m.sigmf-meta says that its samples are in other.bin, which is not beside it: put it there"
        );
        assert_eq!(
            said(&meta("/etc/take.bin").unwrap_err(), &folder),
            "m.sigmf-meta says that its samples are in \"/etc/take.bin\", which is not the name of a file beside it: \
             put the file there and correct core:dataset"
        );
    }
}
