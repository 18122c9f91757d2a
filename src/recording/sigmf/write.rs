//! A new pair, written as it comes: an hour needs no more memory than a second.

use std::path::{Path, PathBuf};

use num_complex::Complex32;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Annotation;
use crate::error::{Error, Result};
use crate::iq::{SampleFormat, Tuning};
use crate::output::{Output, PROGRAM};
use crate::units::SampleIndex;

/// What a new recording says of itself. Nothing of user, machine or path is written.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// How its samples are stored.
    pub format: SampleFormat,
    /// Centre and rate.
    pub tuning: Tuning,
    /// Title of the scene that it was made from.
    pub scene: String,
    /// The scene's seed.
    pub seed: u64,
    /// Sample of the scene with which the recording begins.
    pub scene_start: SampleIndex,
}

/// Writes a SigMF pair. Both files appear under their names in [`finish`](PairWriter::finish); dropped before, it leaves
/// nothing.
#[derive(Debug)]
pub struct PairWriter {
    meta: Output,
    data: Output,
    format: SampleFormat,
    annotations: u64,
    /// Start of the annotation written last.
    last_start: u64,
    clipped: u64,
    samples: Vec<Complex32>,
    bytes: Vec<u8>,
}

impl PairWriter {
    /// A pair named by the `path` of one of its files. Files that exist are refused unless they may be replaced (`force`).
    ///
    /// # Errors
    /// [`Error::Unusable`] if the path ends neither in `.sigmf-meta` nor in `.sigmf-data`, [`Error::CannotWrite`] if one of
    /// the files exists or cannot be written.
    pub fn create(path: &Path, about: &About, force: bool) -> Result<Self> {
        let (meta, data) = pair(path)?;
        let mut meta = Output::create(&meta, force)?;
        let data = Output::create(&data, force)?;
        meta.write(head(about))?;
        Ok(PairWriter {
            meta,
            data,
            format: about.format,
            annotations: 0,
            last_start: 0,
            clipped: 0,
            samples: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Adds the whole samples in `bytes`, stored there in the format `stored`.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if they cannot be written.
    pub fn samples(&mut self, stored: SampleFormat, bytes: &[u8]) -> Result<()> {
        if stored == self.format {
            return self.data.write(bytes);
        }
        let count = bytes.len() / stored.bytes_per_sample();
        self.samples.resize(count, Complex32::default());
        stored.convert(bytes, &mut self.samples);
        self.bytes.resize(count * self.format.bytes_per_sample(), 0);
        self.clipped += self.format.store(&self.samples, &mut self.bytes) as u64;
        self.data.write(&self.bytes)
    }

    /// Samples that were beyond the range of the recording's format so far.
    pub fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Adds an annotation: levels to 0.01 dB, edges to 1 Hz; what is no finite number is left out.
    ///
    /// # Panics
    /// If it starts before the one added last: the standard wants them in order.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if it cannot be written.
    pub fn annotate(&mut self, annotation: &Annotation) -> Result<()> {
        assert!(self.last_start <= annotation.start, "annotations come in order of start");
        self.last_start = annotation.start;
        let text = serde_json::to_string(&Line::of(annotation)).expect("an annotation of numbers and text keys");
        let before = if self.annotations == 0 { "" } else { "," };
        self.annotations += 1;
        self.meta.write(format!("{before}\n    {text}"))
    }

    /// The end: both files get their names.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if what is left cannot be written or a name was taken meanwhile.
    pub fn finish(mut self) -> Result<()> {
        self.meta.write(if self.annotations == 0 { "]\n}\n" } else { "\n  ]\n}\n" })?;
        Output::finish_both(self.data, self.meta)
    }
}

/// Paths of metadata and samples, from that of either.
fn pair(path: &Path) -> Result<(PathBuf, PathBuf)> {
    if path.extension().is_some_and(|end| end == "sigmf-meta" || end == "sigmf-data") {
        return Ok((path.with_extension("sigmf-meta"), path.with_extension("sigmf-data")));
    }
    Err(Error::Unusable(format!(
        "{} does not name a SigMF recording: end it in .sigmf-meta, and the samples go beside it in .sigmf-data",
        path.display()
    )))
}

/// The document up to its first annotation.
fn head(about: &About) -> String {
    let mut global = json!({
        "core:datatype": about.format.name(),
        "core:sample_rate": about.tuning.sample_rate.0,
        "core:version": "1.2.0",
        "core:description": about.scene,
        "core:recorder": PROGRAM,
        "core:extensions": [{"name": "glint", "version": env!("CARGO_PKG_VERSION"), "optional": true}],
        "glint:scene": about.scene,
        "glint:seed": about.seed,
    });
    if about.scene_start.0 > 0 {
        global["glint:scene_sample_start"] = json!(about.scene_start.0);
    }
    let mut capture = Map::from_iter([("core:sample_start".to_owned(), json!(0))]);
    if let Some(center) = about.tuning.center {
        capture.insert("core:frequency".to_owned(), Value::from(center.0));
    }
    let head = json!({"global": global, "captures": [capture]});
    let text = serde_json::to_string_pretty(&head).expect("a document of finite numbers and text keys");
    text.trim_end_matches("\n}").to_owned() + ",\n  \"annotations\": ["
}

/// An annotation as it is written, on one line.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "core:sample_start")]
    start: u64,
    #[serde(rename = "core:sample_count")]
    count: u64,
    #[serde(rename = "core:freq_lower_edge", skip_serializing_if = "Option::is_none")]
    lower: Option<i64>,
    #[serde(rename = "core:freq_upper_edge", skip_serializing_if = "Option::is_none")]
    upper: Option<i64>,
    #[serde(rename = "core:generator")]
    generator: &'static str,
    #[serde(rename = "core:label", skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(rename = "glint:kind", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(rename = "glint:snr_db", skip_serializing_if = "Option::is_none")]
    snr_db: Option<f64>,
    #[serde(rename = "glint:level_dbfs", skip_serializing_if = "Option::is_none")]
    level_dbfs: Option<f64>,
    #[serde(rename = "glint:cut_start", skip_serializing_if = "is_false")]
    cut_start: bool,
    #[serde(rename = "glint:cut_end", skip_serializing_if = "is_false")]
    cut_end: bool,
}

impl<'a> Line<'a> {
    fn of(annotation: &'a Annotation) -> Self {
        // Adding 0 makes −0 to 0.
        let hundredths = |db: f64| Some((db * 100.0).round() / 100.0 + 0.0).filter(|db| db.is_finite());
        Line {
            start: annotation.start,
            count: annotation.count,
            lower: annotation.edges.map(|(lower, _)| lower.round() as i64),
            upper: annotation.edges.map(|(_, upper)| upper.round() as i64),
            generator: "glint",
            label: annotation.label.as_deref(),
            kind: annotation.kind.as_deref(),
            snr_db: annotation.snr_db.and_then(hundredths),
            level_dbfs: annotation.level_dbfs.and_then(hundredths),
            cut_start: annotation.cut_start,
            cut_end: annotation.cut_end,
        }
    }
}

/// What a condition of serde's has to be.
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Recording;
    use crate::units::Hertz;

    fn about(format: SampleFormat) -> About {
        About {
            format,
            tuning: Tuning { center: Some(Hertz(900e6)), sample_rate: Hertz(1e6) },
            scene: "A \"scene\"".to_owned(),
            seed: u64::MAX,
            scene_start: SampleIndex(5),
        }
    }

    fn everything() -> [Annotation; 4] {
        let burst = Annotation {
            start: 7,
            count: 3,
            edges: Some((899.9e6, 900.1e6)),
            label: Some("GSM normal burst".to_owned()),
            snr_db: Some(12.34),
            level_dbfs: Some(-56.78),
            ..Annotation::default()
        };
        let (other, action) = (Some("other".to_owned()), Some("action".to_owned()));
        [
            Annotation { edges: None, kind: action, cut_start: true, cut_end: true, start: 0, ..burst.clone() },
            Annotation { label: None, count: 0, ..burst.clone() },
            Annotation { kind: other, cut_end: true, snr_db: Some(-0.5), ..burst.clone() },
            Annotation { start: 8, cut_start: true, ..burst },
        ]
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-meta");
        for annotations in [&everything()[..], &everything()[..1], &[]] {
            let mut pair = PairWriter::create(&path, &about(SampleFormat::Ci16Le), true).unwrap();
            pair.samples(SampleFormat::Cu8, &[0, 255]).unwrap();
            for annotation in annotations {
                pair.annotate(annotation).unwrap();
            }
            pair.samples(SampleFormat::Ci16Le, &[1, 2, 3, 4]).unwrap();
            pair.finish().unwrap();
            let found = Recording::look(&path).unwrap();
            assert_eq!(found.annotations, annotations);
            assert_eq!((found.format, found.sample_rate), (Ok(Some(SampleFormat::Ci16Le)), Ok(Some(Hertz(1e6)))));
            assert_eq!((found.center, found.data), (Ok(Some(Hertz(900e6))), path.with_extension("sigmf-data")));
            let bytes = [(-127 * 256 - 128i16).to_le_bytes(), (127 * 256 + 128i16).to_le_bytes(), [1, 2], [3, 4]];
            assert_eq!(std::fs::read(path.with_extension("sigmf-data")).unwrap(), bytes.concat());
            let document: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let global = &document["global"];
            assert_eq!(
                (&global["glint:scene"], &global["core:description"]),
                (&json!("A \"scene\""), &json!("A \"scene\""))
            );
            assert_eq!((&global["glint:seed"], &global["glint:scene_sample_start"]), (&json!(u64::MAX), &json!(5)));
        }
    }

    #[test]
    fn values_are_rounded_and_what_is_no_number_is_left_out() {
        let line = |annotation: Annotation| serde_json::to_string(&Line::of(&annotation)).unwrap();
        let levels = |snr_db, level_dbfs| Annotation {
            edges: Some((-100.5, 99.6)),
            snr_db: Some(snr_db),
            level_dbfs: Some(level_dbfs),
            ..Annotation::default()
        };
        let edges = r#"{"core:sample_start":0,"core:sample_count":0,"core:freq_lower_edge":-101,"core:freq_upper_edge":100,"core:generator":"glint""#;
        assert_eq!(line(levels(f64::NAN, f64::NEG_INFINITY)), format!("{edges}}}"));
        assert_eq!(
            line(levels(-0.001, 12.345_678)),
            format!(r#"{edges},"glint:snr_db":0.0,"glint:level_dbfs":12.35}}"#)
        );
    }

    #[test]
    fn samples_beyond_the_range_are_clipped_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.sigmf-data");
        let mut pair = PairWriter::create(&path, &about(SampleFormat::Cu8), false).unwrap();
        let floats = |z: [f32; 4]| z.map(f32::to_le_bytes).concat();
        pair.samples(SampleFormat::Cf32Le, &floats([2.0, -2.0, 0.25, 0.0])).unwrap();
        pair.samples(SampleFormat::Cf32Le, &floats([0.0, 0.0, 0.0, 1.5])).unwrap();
        assert_eq!(pair.clipped(), 2);
        pair.finish().unwrap();
        assert_eq!(std::fs::read(path).unwrap(), [255, 0, 159, 127, 127, 127, 127, 255]);
    }

    #[test]
    fn a_pair_dropped_before_its_end_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut pair =
            PairWriter::create(&folder.path().join("m.sigmf-meta"), &about(SampleFormat::Cu8), false).unwrap();
        pair.samples(SampleFormat::Cu8, &[1; 1 << 20]).unwrap();
        drop(pair);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
