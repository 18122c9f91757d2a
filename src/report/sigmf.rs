//! Bursts as annotations of a SigMF metadata document (the SigMF specification, version 1.2).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::record::{self, BurstRecord};
use crate::detect::Event;
use crate::error::Result;
use crate::output::{Output, PROGRAM};
use crate::pipeline::{RunInfo, Sink, Summary};
use crate::units::SampleIndex;

/// Writes one metadata document at the end, its annotations sorted by start as the standard wants.
///
/// The document says of itself that it goes without samples. What SigMF has no word for stands in the extension
/// namespace `glint`: the fields of [`BurstRecord`] under the same names; and in the global object what was looked at,
/// `first_sample` and `sample_count`, and `false_alarms_per_hour`, as it was set.
#[derive(Debug)]
pub struct SigmfAnnotations {
    /// Taken at the end.
    output: Option<Output>,
    /// Known from the beginning on.
    run: Option<RunInfo>,
    bursts: Vec<BurstRecord>,
}

/// A burst as an annotation.
#[derive(Serialize)]
struct Annotation<'a> {
    #[serde(rename = "core:sample_start")]
    sample_start: u64,
    #[serde(rename = "core:sample_count")]
    sample_count: u64,
    #[serde(rename = "core:freq_lower_edge")]
    freq_lower_edge: i64,
    #[serde(rename = "core:freq_upper_edge")]
    freq_upper_edge: i64,
    #[serde(rename = "core:generator")]
    generator: &'static str,
    #[serde(rename = "core:label")]
    label: &'static str,
    #[serde(rename = "glint:kind")]
    kind: &'static str,
    #[serde(rename = "glint:center_hz")]
    center_hz: i64,
    #[serde(rename = "glint:power_dbfs")]
    power_dbfs: f64,
    #[serde(rename = "glint:noise_dbfs")]
    noise_dbfs: f64,
    #[serde(rename = "glint:snr_db")]
    snr_db: f64,
    #[serde(rename = "glint:expected_per_hour")]
    expected_per_hour: f64,
    #[serde(rename = "glint:cut_start")]
    cut_start: bool,
    #[serde(rename = "glint:cut_end")]
    cut_end: bool,
    #[serde(rename = "glint:time", skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    #[serde(rename = "glint:part", skip_serializing_if = "Option::is_none")]
    part: Option<u32>,
    #[serde(rename = "glint:more", skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
}

impl SigmfAnnotations {
    /// Writes bursts to `output`.
    pub fn new(output: Output) -> Self {
        SigmfAnnotations { output: Some(output), run: None, bursts: Vec::new() }
    }

    /// The whole document.
    fn document(&mut self, run: &RunInfo, summary: &Summary) -> String {
        self.bursts.sort_by_key(|burst| (burst.sample_start, burst.sample_count, burst.freq_lower_edge));
        let stream = &run.stream;
        let mut capture = Map::from_iter([("core:sample_start".to_owned(), json!(0))]);
        if let Some(center) = stream.tuning.center {
            capture.insert("core:frequency".to_owned(), json!(center.0));
        }
        if let Some(time) = record::time(run, SampleIndex(0)) {
            capture.insert("core:datetime".to_owned(), Value::String(time));
        }
        let document = json!({
            "global": {
                "core:datatype": stream.format.name(),
                "core:sample_rate": stream.tuning.sample_rate.0,
                "core:version": "1.2.0",
                "core:recorder": PROGRAM,
                "core:metadata_only": true,
                "core:extensions": [{"name": "glint", "version": env!("CARGO_PKG_VERSION"), "optional": true}],
                "glint:first_sample": stream.first.0,
                "glint:sample_count": summary.progress.samples + summary.progress.lost,
                "glint:false_alarms_per_hour": summary.false_alarms_per_hour,
            },
            "captures": [capture],
            "annotations": self.bursts.iter().map(annotation).collect::<Vec<Value>>(),
        });
        let text = serde_json::to_string_pretty(&document);
        text.expect("a document of finite numbers and text keys") + "\n"
    }
}

fn annotation(burst: &BurstRecord) -> Value {
    let annotation = Annotation {
        sample_start: burst.sample_start,
        sample_count: burst.sample_count,
        freq_lower_edge: burst.freq_lower_edge,
        freq_upper_edge: burst.freq_upper_edge,
        generator: PROGRAM,
        label: burst.kind,
        kind: burst.kind,
        center_hz: burst.center_hz,
        power_dbfs: burst.power_dbfs,
        noise_dbfs: burst.noise_dbfs,
        snr_db: burst.snr_db,
        expected_per_hour: burst.expected_per_hour,
        cut_start: burst.cut_start,
        cut_end: burst.cut_end,
        time: burst.time.as_deref(),
        part: burst.part,
        more: burst.more,
    };
    serde_json::to_value(annotation).expect("an annotation holds finite numbers and text keys")
}

impl Sink for SigmfAnnotations {
    fn begin(&mut self, run: &RunInfo) -> Result<()> {
        self.run = Some(run.clone());
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        if let (Event::Burst(burst), Some(run)) = (event, &self.run) {
            self.bursts.push(BurstRecord::new(burst, run));
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> Result<()> {
        let Some((run, mut output)) = self.run.take().zip(self.output.take()) else {
            return Ok(());
        };
        output.write(self.document(&run, summary))?;
        output.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{burst, run, summary};
    use super::*;
    use crate::detect::Burst;
    use crate::recording::Recording;

    fn written(path: &std::path::Path, run: &RunInfo, events: &[Event]) -> String {
        let mut sink = SigmfAnnotations::new(Output::create(path, true).unwrap());
        sink.begin(run).unwrap();
        for event in events {
            sink.event(event).unwrap();
        }
        sink.end(&summary()).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn the_document_is_whole_and_sorted_by_start() {
        let folder = tempfile::tempdir().unwrap();
        let long = Burst { count: 5_000_000, part: Some(1), more: true, ..burst(24) };
        let text = written(
            &folder.path().join("o.sigmf-meta"),
            &run(Some(897.3e6), Some("2026-01-02T03:04:05Z")),
            &[Event::Burst(burst(720_001)), Event::Burst(long)],
        );
        let version = env!("CARGO_PKG_VERSION");
        let expected = r#"{
  "global": {
    "core:datatype": "cu8",
    "core:sample_rate": 2400000.0,
    "core:version": "1.2.0",
    "core:recorder": "glint VERSION",
    "core:metadata_only": true,
    "core:extensions": [
      {
        "name": "glint",
        "version": "VERSION",
        "optional": true
      }
    ],
    "glint:first_sample": 0,
    "glint:sample_count": 24000003,
    "glint:false_alarms_per_hour": 1.0
  },
  "captures": [
    {
      "core:sample_start": 0,
      "core:frequency": 897300000.0,
      "core:datetime": "2026-01-02T03:04:05.000000Z"
    }
  ],
  "annotations": [
    {
      "core:sample_start": 24,
      "core:sample_count": 5000000,
      "core:freq_lower_edge": 896799900,
      "core:freq_upper_edge": 897000100,
      "core:generator": "glint VERSION",
      "core:label": "burst",
      "glint:kind": "burst",
      "glint:center_hz": 896899988,
      "glint:power_dbfs": -46.99,
      "glint:noise_dbfs": -60.0,
      "glint:snr_db": 12.79,
      "glint:expected_per_hour": 1.23e-9,
      "glint:cut_start": false,
      "glint:cut_end": true,
      "glint:time": "2026-01-02T03:04:05.000010Z",
      "glint:part": 1,
      "glint:more": true
    },
    {
      "core:sample_start": 720001,
      "core:sample_count": 1311,
      "core:freq_lower_edge": 896799900,
      "core:freq_upper_edge": 897000100,
      "core:generator": "glint VERSION",
      "core:label": "burst",
      "glint:kind": "burst",
      "glint:center_hz": 896899988,
      "glint:power_dbfs": -46.99,
      "glint:noise_dbfs": -60.0,
      "glint:snr_db": 12.79,
      "glint:expected_per_hour": 1.23e-9,
      "glint:cut_start": false,
      "glint:cut_end": true,
      "glint:time": "2026-01-02T03:04:05.300000Z"
    }
  ]
}
"#;
        assert_eq!(text, expected.replace("VERSION", version));
    }

    #[test]
    fn what_is_written_is_metadata_that_the_reader_knows_for_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.sigmf-meta");
        written(&path, &run(None, None), &[]);
        let sentence = Recording::look(&path).unwrap_err().to_string();
        assert_eq!(
            sentence.replace(&format!("{}/", folder.path().display()), ""),
            "o.sigmf-meta is metadata without samples by its own word: give the recording it was made from"
        );
    }
}
