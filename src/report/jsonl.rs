//! JSON Lines: one object a line, written when it is known.

use serde::Serialize;

use super::record::{self, BurstRecord};
use crate::detect::Event;
use crate::error::Result;
use crate::output::Output;
use crate::pipeline::{RunInfo, Sink, Summary};
use crate::units::SampleIndex;

/// Version of the lines' fields. It rises when one changes its meaning; a new field does not raise it.
pub const SCHEMA: u32 = 1;

/// Writes one line for each burst, and for everything else that happens if asked for.
#[derive(Debug)]
pub struct Jsonl {
    /// Taken at the end.
    output: Option<Output>,
    all_events: bool,
    /// Known from the beginning on.
    run: Option<RunInfo>,
}

/// The first line of all events: what is analysed, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRecord {
    /// Always `run`.
    pub kind: &'static str,
    /// [`SCHEMA`].
    pub schema: u32,
    /// Name and version of the program.
    pub program: &'static str,
    /// The source as the user gave it.
    pub source: String,
    /// Sample format, by its SigMF name.
    #[serde(rename = "core:datatype")]
    pub datatype: &'static str,
    /// Samples per second.
    #[serde(rename = "core:sample_rate")]
    pub sample_rate: f64,
    /// Centre frequency, Hz. Only if it is known.
    #[serde(rename = "core:frequency", skip_serializing_if = "Option::is_none")]
    pub frequency: Option<f64>,
    /// First sample that is analysed.
    #[serde(rename = "core:sample_start")]
    pub sample_start: u64,
    /// Number of samples that will be analysed. Only if it is known.
    #[serde(rename = "core:sample_count", skip_serializing_if = "Option::is_none")]
    pub sample_count: Option<u64>,
    /// When sample 0 was taken: RFC 3339, UTC, microseconds. Only if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// False alarms an hour, as set.
    pub false_alarms_per_hour: f64,
}

/// A span of samples in which something was the case: `gap`, `floor` (it was not known) and `overload`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpanRecord {
    /// `gap`, `floor` or `overload`.
    pub kind: &'static str,
    /// First sample.
    #[serde(rename = "core:sample_start")]
    pub sample_start: u64,
    /// Number of samples.
    #[serde(rename = "core:sample_count")]
    pub sample_count: u64,
    /// First sample over the sample rate, s.
    pub start_s: f64,
    /// Number of samples over the sample rate, s.
    pub duration_s: f64,
    /// Why, of a gap and of a floor that was not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Samples at full scale, of an overload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipped: Option<u64>,
}

/// The noise moved: `step`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepRecord {
    /// Always `step`.
    pub kind: &'static str,
    /// First sample of the new level.
    #[serde(rename = "core:sample_start")]
    pub sample_start: u64,
    /// First sample over the sample rate, s.
    pub start_s: f64,
    /// How much the noise rose.
    pub change_db: f64,
}

/// The last line of all events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SummaryRecord {
    /// Always `summary`.
    pub kind: &'static str,
    /// Samples analysed.
    pub samples: u64,
    /// Samples lost.
    pub lost: u64,
    /// Samples at full scale.
    pub clipped: u64,
    /// Largest magnitude of a component; −200 for silence.
    pub peak_dbfs: f64,
    /// Seconds of signal analysed.
    pub seconds: f64,
    /// Bursts found; parts of one emission count once.
    pub bursts: u64,
    /// False alarms an hour, as set.
    pub false_alarms_per_hour: f64,
}

/// A line of any kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventRecord {
    /// `run`
    Run(RunRecord),
    /// `burst`
    Burst(BurstRecord),
    /// `gap`, `floor`, `overload`
    Span(SpanRecord),
    /// `step`
    Step(StepRecord),
    /// `summary`
    Summary(SummaryRecord),
}

impl Jsonl {
    /// Writes bursts to `output`, and everything else that happens too if `all_events`.
    pub fn new(output: Output, all_events: bool) -> Self {
        Jsonl { output: Some(output), all_events, run: None }
    }

    fn line(&mut self, record: &EventRecord) -> Result<()> {
        let mut line = serde_json::to_string(record).expect("records hold finite numbers and text keys");
        line.push('\n');
        self.output.as_mut().map_or(Ok(()), |output| output.write(&line))
    }
}

impl Sink for Jsonl {
    fn begin(&mut self, run: &RunInfo) -> Result<()> {
        self.run = Some(run.clone());
        if self.all_events { self.line(&EventRecord::Run(RunRecord::new(run))) } else { Ok(()) }
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        let Some(run) = &self.run else { return Ok(()) };
        let record = EventRecord::new(event, run);
        if self.all_events || matches!(record, EventRecord::Burst(_)) { self.line(&record) } else { Ok(()) }
    }

    fn end(&mut self, summary: &Summary) -> Result<()> {
        if self.all_events {
            self.line(&EventRecord::Summary(SummaryRecord::new(summary)))?;
        }
        self.output.take().map_or(Ok(()), Output::finish)
    }
}

impl EventRecord {
    fn new(event: &Event, run: &RunInfo) -> Self {
        let rate = run.stream.tuning.sample_rate;
        let span = |kind, from: SampleIndex, to: SampleIndex| SpanRecord {
            kind,
            sample_start: from.0,
            sample_count: to.0 - from.0,
            start_s: record::seconds(from.0, rate),
            duration_s: record::seconds(to.0 - from.0, rate),
            why: None,
            clipped: None,
        };
        match event {
            Event::Burst(burst) => EventRecord::Burst(BurstRecord::new(burst, run)),
            Event::FloorUnknown { from, to, why } => {
                EventRecord::Span(SpanRecord { why: Some(why.clone()), ..span("floor", *from, *to) })
            }
            Event::Gap { from, to, why } => {
                EventRecord::Span(SpanRecord { why: Some(why.clone()), ..span("gap", *from, *to) })
            }
            Event::Overload { from, to, clipped } => {
                EventRecord::Span(SpanRecord { clipped: Some(*clipped), ..span("overload", *from, *to) })
            }
            Event::Step { at, change } => EventRecord::Step(StepRecord {
                kind: "step",
                sample_start: at.0,
                start_s: record::seconds(at.0, rate),
                change_db: record::decibels(f64::from(change.0)),
            }),
        }
    }
}

impl RunRecord {
    fn new(run: &RunInfo) -> Self {
        let stream = &run.stream;
        RunRecord {
            kind: "run",
            schema: SCHEMA,
            program: crate::output::PROGRAM,
            source: stream.name.clone(),
            datatype: stream.format.name(),
            sample_rate: stream.tuning.sample_rate.0,
            frequency: stream.tuning.center.map(|center| center.0),
            sample_start: stream.first.0,
            sample_count: stream.length,
            time: record::time(run, SampleIndex(0)),
            false_alarms_per_hour: run.false_alarms_per_hour,
        }
    }
}

impl SummaryRecord {
    fn new(summary: &Summary) -> Self {
        let progress = &summary.progress;
        SummaryRecord {
            kind: "summary",
            samples: progress.samples,
            lost: progress.lost,
            clipped: progress.clipped,
            peak_dbfs: record::level(f64::from(progress.peak).powi(2)),
            seconds: (summary.seconds * 1e7).round() / 1e7,
            bursts: summary.bursts,
            false_alarms_per_hour: summary.false_alarms_per_hour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{burst, run, summary};
    use super::*;
    use crate::detect::Burst;
    use crate::units::Decibels;

    /// What is written for these events.
    fn written(run: &RunInfo, events: &[Event], all_events: bool) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.jsonl");
        let mut sink = Jsonl::new(Output::create(&path, false).unwrap(), all_events);
        sink.begin(run).unwrap();
        for event in events {
            sink.event(event).unwrap();
        }
        sink.end(&summary()).unwrap();
        std::fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn bursts_are_lines_with_the_promised_fields_in_their_order() {
        let events = [
            Event::Step { at: SampleIndex(5), change: Decibels(6.0) },
            Event::Burst(burst(720_001)),
            Event::Burst(Burst { part: Some(2), more: true, ..burst(720_720) }),
        ];
        assert_eq!(
            written(&run(Some(897.3e6), Some("2026-01-02T03:04:05Z")), &events, false),
            concat!(
                r#"{"kind":"burst","core:sample_start":720001,"core:sample_count":1311,"#,
                r#""core:freq_lower_edge":896799900,"core:freq_upper_edge":897000100,"start_s":0.3000004,"#,
                r#""duration_s":0.0005463,"center_hz":896899988,"bandwidth_hz":200200,"power_dbfs":-46.99,"#,
                r#""noise_dbfs":-60.0,"snr_db":12.79,"expected_per_hour":1.23e-9,"cut_start":false,"cut_end":true,"#,
                r#""time":"2026-01-02T03:04:05.300000Z"}"#,
                "\n",
                r#"{"kind":"burst","core:sample_start":720720,"core:sample_count":1311,"#,
                r#""core:freq_lower_edge":896799900,"core:freq_upper_edge":897000100,"start_s":0.3003,"#,
                r#""duration_s":0.0005463,"center_hz":896899988,"bandwidth_hz":200200,"power_dbfs":-46.99,"#,
                r#""noise_dbfs":-60.0,"snr_db":12.79,"expected_per_hour":1.23e-9,"cut_start":false,"cut_end":true,"#,
                r#""time":"2026-01-02T03:04:05.300300Z","part":2,"more":true}"#,
                "\n",
            )
        );
    }

    #[test]
    fn all_events_begin_with_the_run_and_end_with_the_summary() {
        let (from, to) = (SampleIndex(2_400_000), SampleIndex(2_400_600));
        let events = [
            Event::FloorUnknown { from, to, why: "almost all of the band is occupied".to_owned() },
            Event::Gap { from, to, why: "samples that are no numbers".to_owned() },
            Event::Step { at: from, change: Decibels(6.021) },
            Event::Overload { from, to, clipped: 7 },
        ];
        let program = concat!("glint ", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            written(&run(None, None), &events, true),
            [
                &format!(r#"{{"kind":"run","schema":1,"program":"{program}","source":"a.cu8","#),
                r#""core:datatype":"cu8","core:sample_rate":2400000.0,"core:sample_start":0,"#,
                r#""core:sample_count":24000000,"false_alarms_per_hour":1.0}"#,
                "\n",
                r#"{"kind":"floor","core:sample_start":2400000,"core:sample_count":600,"start_s":1.0,"#,
                r#""duration_s":0.00025,"why":"almost all of the band is occupied"}"#,
                "\n",
                r#"{"kind":"gap","core:sample_start":2400000,"core:sample_count":600,"start_s":1.0,"#,
                r#""duration_s":0.00025,"why":"samples that are no numbers"}"#,
                "\n",
                r#"{"kind":"step","core:sample_start":2400000,"start_s":1.0,"change_db":6.02}"#,
                "\n",
                r#"{"kind":"overload","core:sample_start":2400000,"core:sample_count":600,"start_s":1.0,"#,
                r#""duration_s":0.00025,"clipped":7}"#,
                "\n",
                r#"{"kind":"summary","samples":24000000,"lost":3,"clipped":12,"peak_dbfs":-6.02,"seconds":10.0,"#,
                r#""bursts":2,"false_alarms_per_hour":1.0}"#,
                "\n",
            ]
            .concat()
        );
    }

    #[test]
    fn nothing_found_is_an_empty_file() {
        assert_eq!(written(&run(None, None), &[], false), "");
    }
}
