//! What SigMF metadata mark, whether or not there are samples: also documents that say of themselves that they go
//! without.

use std::fs;
use std::ops::Range;
use std::path::Path;

use super::sigmf::{Global, Meta};
use super::{Annotation, center_is_plausible, rate_is_plausible};
use crate::error::{Error, Result};
use crate::units::Hertz;

/// What SigMF metadata say of a recording, and what is marked in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    /// Samples per second, if stated.
    pub sample_rate: Option<Hertz>,
    /// Centre frequency, if stated; without one, frequencies are offsets from it.
    pub center: Option<Hertz>,
    /// Number of samples, if they are there to be counted.
    pub length: Option<u64>,
    /// Samples that a detector looked at, if these are its marks and state it.
    pub looked_at: Option<Range<u64>>,
    /// False alarms an hour that the detector was set to, if it is stated.
    pub false_alarms_per_hour: Option<f64>,
    /// What is marked, in order of start.
    pub annotations: Vec<Annotation>,
}

/// The annotations of the SigMF metadata at `path`, or of those beside the samples at `path`.
///
/// # Errors
/// [`Error::Unreadable`] if there is no such file, if it is no SigMF metadata, if what it states cannot be right, or if
/// the centre frequency changes within.
pub fn annotations(path: &Path) -> Result<Marks> {
    let meta_path = match path.extension() {
        Some(extension) if extension == "sigmf-data" => path.with_extension("sigmf-meta"),
        _ => path.to_owned(),
    };
    if meta_path.is_dir() {
        return Err(Error::Unreadable(format!("{} is a folder: name one file in it", meta_path.display())));
    }
    let meta = Meta::read(&meta_path)?;
    let length = length(&meta_path, &meta);
    marks(meta, length, &meta_path.display().to_string())
}

/// The annotations of the SigMF metadata in `text`, which is called `name` in sentences.
///
/// # Errors
/// As [`annotations`].
pub fn annotations_in(text: &str, name: &str) -> Result<Marks> {
    marks(Meta::parse(text, name)?, None, name)
}

fn marks(mut meta: Meta, length: Option<u64>, name: &str) -> Result<Marks> {
    let sample_rate = meta.global.sample_rate;
    if let Some(rate) = sample_rate.filter(|rate| !rate_is_plausible(*rate)) {
        return Err(Error::Unreadable(format!(
            "{name} states a sample rate of {rate} Hz, which is not between 1 kHz and 1 GHz: correct core:sample_rate"
        )));
    }
    let center = meta.captures.first().and_then(|capture| capture.frequency);
    if let Some(other) = meta.captures.iter().find(|capture| capture.frequency != center) {
        return Err(Error::Unreadable(format!(
            "{name} changes its centre frequency at sample {}: make one file of each part",
            other.sample_start
        )));
    }
    if let Some(center) = center.filter(|center| !center_is_plausible(*center)) {
        return Err(Error::Unreadable(format!(
            "{name} states a centre frequency of {center} Hz, which is not between 0 and 1 THz: correct core:frequency"
        )));
    }
    Ok(Marks {
        sample_rate: sample_rate.map(Hertz),
        center: center.map(Hertz),
        length,
        looked_at: meta.global.sample_count.map(|count| {
            let first = meta.global.first_sample;
            first..first.saturating_add(count)
        }),
        false_alarms_per_hour: meta.global.false_alarms_per_hour.filter(|asked| *asked > 0.0),
        annotations: meta.take_annotations(),
    })
}

/// Samples in the file with the samples, if there is one and their size is known.
fn length(meta_path: &Path, meta: &Meta) -> Option<u64> {
    let data = match &meta.global.dataset {
        Some(name) => meta_path.with_file_name(Path::new(name).file_name()?),
        None => meta_path.with_extension("sigmf-data"),
    };
    let bytes = fs::metadata(data).ok().filter(|what| what.is_file())?.len();
    let headers = meta.captures.iter().try_fold(0u64, |sum, capture| sum.checked_add(capture.header_bytes))?;
    let bytes = bytes.checked_sub(headers)?.checked_sub(meta.global.trailing_bytes)?;
    bytes.checked_div(bytes_per_sample(&meta.global)?)
}

/// Bytes of one sample of all channels: SigMF names a format `cf32_le`, `ri16_be`, `cu8`.
fn bytes_per_sample(global: &Global) -> Option<u64> {
    let name = global.datatype.as_deref()?;
    let components = match name.chars().next()? {
        'c' => 2,
        'r' => 1,
        _ => return None,
    };
    let bits: String = name.chars().skip(2).take_while(char::is_ascii_digit).collect();
    let bits: u64 = bits.parse().ok().filter(|bits| [8, 16, 32, 64].contains(bits))?;
    (components * bits / 8).checked_mul(global.num_channels.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: &str = r#"{
        "global": {"core:datatype": "TYPE", "core:sample_rate": 250000, "core:metadata_only": true},
        "captures": [{"core:frequency": 100e6, "core:header_bytes": 4}],
        "annotations": [{"core:sample_start": 9, "core:sample_count": 5, "core:freq_lower_edge": 1,
            "core:freq_upper_edge": 2, "glint:center_hz": 1.5, "glint:part": 2, "glint:more": true}]}"#;

    #[test]
    fn annotations_are_read_without_any_samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-meta");
        fs::write(&path, MARKED).unwrap();
        let found = annotations(&path).unwrap();
        let one = &found.annotations[0];
        assert_eq!((found.sample_rate, found.center, found.length), (Some(Hertz(250e3)), Some(Hertz(100e6)), None));
        assert_eq!((one.start, one.count, one.edges), (9, 5, Some((1.0, 2.0))));
        assert_eq!((one.center_hz, one.part, one.more), (Some(1.5), Some(2), true));
        assert_eq!(annotations(&path.with_extension("sigmf-data")).unwrap(), found);
        assert_eq!(annotations_in(MARKED, "m").unwrap(), found);
    }

    #[test]
    fn samples_that_are_there_are_counted_in_any_format() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-meta");
        fs::write(folder.path().join("m.sigmf-data"), [0; 4 + 96]).unwrap();
        let counted = ["cu8", "ci16_le", "cf32_be", "cf64_le", "ri16_le", "ru8", "ci12", "x", "é8"].map(|datatype| {
            fs::write(&path, MARKED.replace("TYPE", datatype)).unwrap();
            annotations(&path).unwrap().length
        });
        assert_eq!(counted, [Some(48), Some(24), Some(12), Some(6), Some(48), Some(96), None, None, None]);
        fs::write(folder.path().join("m.sigmf-data"), [0; 3]).unwrap();
        assert_eq!(annotations(&path).unwrap().length, None);
    }

    #[test]
    fn what_cannot_be_right_is_one_sentence() {
        let said = |old: &str, new: &str| annotations_in(&MARKED.replace(old, new), "m").unwrap_err().to_string();
        assert_eq!(
            [
                said("250000", "5"),
                said("\"core:frequency\": 100e6", "\"core:frequency\": -1"),
                said("4}]", "4}, {\"core:sample_start\": 70}]"),
                said("250000", "fast"),
            ],
            [
                "m states a sample rate of 5 Hz, which is not between 1 kHz and 1 GHz: correct core:sample_rate",
                "m states a centre frequency of -1 Hz, which is not between 0 and 1 THz: correct core:frequency",
                "m changes its centre frequency at sample 70: make one file of each part",
                "m is not valid SigMF metadata (expected ident at line 2 column 67): mend it or choose another file",
            ]
        );
    }
}
