//! A file of truth and a file of detections, brought to the same samples and frequencies.

use std::path::Path;

use super::detections::{Detections, is_lines};
use super::{Found, Role, Score, Terms, Truth};
use crate::error::{Error, Result};
use crate::recording::{Marks, annotations};
use crate::report::words;
use crate::units::{Hertz, SampleIndex};

/// Centres nearer than this are the same.
const SAME_CENTER: f64 = 1.0;

/// What the user says about a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Asked {
    /// Only from this second of the recording on.
    pub from_s: Option<f64>,
    /// Only up to this second.
    pub to_s: Option<f64>,
    /// False alarms an hour for the physical limit; else what the detections state, else 1.
    pub false_alarms_per_hour: Option<f64>,
}

/// Truth and detections of one recording, ready to be scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The file of truth as it was given.
    pub truth_name: String,
    /// The file of detections as it was given.
    pub detections_name: String,
    /// Bursts and other energy.
    pub truth: Vec<Truth>,
    /// Detections, in the truth's frequencies.
    pub found: Vec<Found>,
    /// What they are held against.
    pub terms: Terms,
    /// The truth's centre frequency, if it states one.
    pub center: Option<Hertz>,
    /// How the span that was looked at is known.
    pub span_from: SpanFrom,
    /// Annotations of the truth that are no energy with edges: what people did, or unlabelled notes.
    pub left_out: u64,
    /// What the reader of the figures must know, in sentences.
    pub notes: Vec<String>,
}

/// How the span that was looked at is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanFrom {
    /// The user said.
    Asked,
    /// The detections state what was looked at.
    Detections,
    /// All samples of the truth's recording.
    Samples,
    /// Up to the end of the truth's last annotation: its samples are not there.
    LastAnnotation,
}

impl SpanFrom {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            SpanFrom::Asked => "asked",
            SpanFrom::Detections => "detections",
            SpanFrom::Samples => "samples",
            SpanFrom::LastAnnotation => "last_annotation",
        }
    }
}

impl Comparison {
    /// Reads truth, SigMF metadata, and detections, JSON Lines or SigMF metadata; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if one of them cannot be read, the truth states no sample rate, the two count samples at
    /// different rates, or it cannot be told what the detections' frequencies are counted from; [`Error::Unusable`] if
    /// the span that is asked for holds no sample, or the truth is a scene or standard input.
    pub fn read(truth: &Path, detections: &Path, asked: &Asked) -> Result<Comparison> {
        let truth_name = truth.display().to_string();
        if truth_name == "-" {
            return Err(Error::Unusable(
                "the truth cannot come from standard input: name its file, and give - for the detections".to_owned(),
            ));
        }
        if truth_name.starts_with("scene:") || truth_name.ends_with(".scene.toml") {
            return Err(Error::Unusable(format!(
                "{truth_name} is a scene: make its truth with glint synth {truth_name} -o x.sigmf-meta"
            )));
        }
        let marks = annotations(truth).map_err(|error| match is_lines(truth) {
            true => Error::Unreadable(format!("{truth_name} is no SigMF metadata: TRUTH comes first, then DETECTIONS")),
            false => error,
        })?;
        let detections_name =
            if detections.as_os_str() == "-" { "standard input".to_owned() } else { detections.display().to_string() };
        Self::of(truth_name, marks, detections_name, Detections::read(detections)?, asked)
    }

    fn of(
        truth_name: String,
        marks: Marks,
        detections_name: String,
        detections: Detections,
        asked: &Asked,
    ) -> Result<Comparison> {
        let Some(sample_rate) = marks.sample_rate else {
            return Err(Error::Unreadable(format!(
                "{truth_name} states no sample rate, so its samples have no time: add core:sample_rate"
            )));
        };
        if let Some(other) = detections.sample_rate.filter(|other| *other != sample_rate) {
            return Err(Error::Unreadable(format!(
                "{detections_name} counts samples at {} and {truth_name} at {}, so they cannot be compared: detect in \
                 the recording that the truth is of",
                plain(&words::sample_rate(other)),
                plain(&words::sample_rate(sample_rate))
            )));
        }
        let mut notes = Vec::new();
        note_files(&marks, &truth_name, &detections, &detections_name, &mut notes);
        let shift = shift(&marks, &detections, sample_rate, &detections_name, &mut notes)?;
        let span_asked = Span::of(&marks, &detections, sample_rate, asked, &truth_name)?;
        note_beyond(&detections, marks.length, &span_asked, &mut notes);
        let length = marks.length.unwrap_or(span_asked.samples.end);
        let half = sample_rate.0 / 2.0;
        let middle = marks.center.unwrap_or_default().0;
        let terms = Terms {
            sample_rate,
            band: (Hertz(middle - half), Hertz(middle + half)),
            span: span_asked.samples,
            false_alarms_per_hour: asked.false_alarms_per_hour.or(detections.false_alarms_per_hour).unwrap_or(1.0),
        };
        let annotations = marks.annotations.len() as u64;
        let truth: Vec<Truth> = marks
            .annotations
            .into_iter()
            .filter(|one| one.kind.as_deref() != Some("action"))
            .filter_map(|one| {
                let (low, high) = one.edges?;
                Some(Truth {
                    start: SampleIndex(one.start),
                    count: lasting(one.start, one.count, length),
                    low: Hertz(low),
                    high: Hertz(high),
                    label: one.label.unwrap_or_default(),
                    snr_db: one.snr_db.filter(|snr_db| snr_db.is_finite()),
                    role: if one.kind.as_deref() == Some("other") { Role::Other } else { Role::Burst },
                })
            })
            .collect();
        let moved = |hertz: Hertz| hertz + shift;
        let found: Vec<Found> = detections
            .found
            .into_iter()
            .map(|found| Found {
                count: lasting(found.start.0, found.count, length),
                edges: found.edges.map(|(low, high)| (moved(low), moved(high))),
                center: found.center.map(moved),
                ..found
            })
            .collect();
        note_edges(&found, &terms, marks.center, &mut notes);
        Ok(Comparison {
            truth_name,
            detections_name,
            left_out: annotations - truth.len() as u64,
            truth,
            found,
            terms,
            center: marks.center,
            span_from: span_asked.from,
            notes,
        })
    }

    /// The score.
    pub fn score(&self) -> Score {
        Score::of(&self.truth, &self.found, &self.terms)
    }
}

/// Numbers in a sentence on standard error: no thin spaces.
fn plain(text: &str) -> String {
    text.replace('\u{2009}', "")
}

/// A count that is not stated lasts to the end.
fn lasting(start: u64, count: u64, length: u64) -> u64 {
    if count > 0 { count } else { length.saturating_sub(start).max(1) }
}

/// Says what is strange about either file alone.
fn note_files(marks: &Marks, truth: &str, detections: &Detections, name: &str, notes: &mut Vec<String>) {
    if detections.found.is_empty() {
        notes.push(format!("There are no detections in {name}."));
    }
    let annotations = &marks.annotations;
    if !annotations.is_empty() && annotations.iter().all(|one| one.kind.as_deref() == Some("burst")) {
        notes.push(format!(
            "All annotations of {truth} are a detector's (glint:kind is burst). TRUTH comes first, then DETECTIONS: is \
             it the truth?"
        ));
    }
}

/// Says how many detections are not counted because there is nothing where they begin.
fn note_beyond(detections: &Detections, length: Option<u64>, span: &Span, notes: &mut Vec<String>) {
    let begin_from = |end: u64| detections.found.iter().filter(|found| found.start.0 >= end).count() as u64;
    let counted = |count| words::counted(count, "detection begins", "detections begin");
    match length {
        Some(end) if begin_from(end) > 0 => notes.push(format!(
            "{} after the end of the recording: do both files count the samples of one recording?",
            counted(begin_from(end))
        )),
        None if span.from == SpanFrom::LastAnnotation && begin_from(span.samples.end) > 0 => notes.push(format!(
            "{} after the end of the truth's last annotation, and so are not counted: state the end with --to, or put \
             the samples beside the truth.",
            counted(begin_from(span.samples.end))
        )),
        _ => {}
    }
}

/// What to add to the detections' frequencies, so that they are those of the truth.
///
/// Without a centre of their own, their values tell whether they are offsets from it or frequencies.
fn shift(marks: &Marks, detections: &Detections, rate: Hertz, name: &str, notes: &mut Vec<String>) -> Result<Hertz> {
    let megahertz = |center: Hertz| format!("{} MHz", plain(&words::trimmed(center.0 / 1e6, 6)));
    let lie_around = |middle: f64| {
        let (low, high) = (middle - rate.0 / 2.0, middle + rate.0 / 2.0);
        detections.found.iter().filter_map(|found| found.edges).all(|edges| edges.1.0 > low && edges.0.0 < high)
    };
    let without_edges = detections.found.iter().all(|found| found.edges.is_none());
    Ok(match (marks.center, detections.center) {
        (Some(_), None) if without_edges => Hertz(0.0),
        (Some(truth), None) if lie_around(0.0) => {
            notes.push(format!(
                "The detections state no centre frequency: they are taken as offsets from the truth's, {}.",
                megahertz(truth)
            ));
            truth
        }
        (Some(truth), None) if lie_around(truth.0) => {
            // Lines of bursts alone never state a centre.
            if detections.is_document {
                notes.push(
                    "The detections state no centre frequency: they lie in the truth's band, and are taken as \
                     frequencies, not as offsets."
                        .to_owned(),
                );
            }
            Hertz(0.0)
        }
        (Some(truth), None) => {
            return Err(Error::Unreadable(format!(
                "{name} states no centre frequency, and its edges lie neither around 0 Hz nor around the truth's {}: \
                 add core:frequency to {}",
                megahertz(truth),
                if detections.is_document { "its captures" } else { "a line of kind run" }
            )));
        }
        (None, Some(center)) => {
            notes.push(format!(
                "The truth states no centre frequency: the detections are taken as offsets from theirs, {}.",
                megahertz(center)
            ));
            Hertz(-center.0)
        }
        (Some(truth), Some(center)) if (truth.0 - center.0).abs() > SAME_CENTER => {
            notes.push(format!(
                "The centre frequencies disagree: {} in the truth, {} in the detections. Is it the same recording?",
                megahertz(truth),
                megahertz(center)
            ));
            Hertz(0.0)
        }
        _ => Hertz(0.0),
    })
}

fn note_edges(found: &[Found], terms: &Terms, center: Option<Hertz>, notes: &mut Vec<String>) {
    let without = found.iter().filter(|found| found.edges.is_none()).count();
    if without > 0 {
        notes.push(match without == found.len() {
            true => "The detections state no frequency edges: they are matched on time alone.".to_owned(),
            false => format!(
                "{} of the detections state no frequency edges: they are matched on time alone.",
                words::count(without as u64)
            ),
        });
    }
    let mut edges = found.iter().filter_map(|found| found.edges).peekable();
    if edges.peek().is_some() && edges.all(|(low, high)| high <= terms.band.0 || low >= terms.band.1) {
        let of = if center.is_some() { "" } else { " (offsets from its centre)" };
        notes.push(format!(
            "No detection lies in the truth's band, {} to {} MHz{of}: were they made with another centre?",
            words::number(terms.band.0.0 / 1e6, 3),
            words::number(terms.band.1.0 / 1e6, 3)
        ));
    }
}

/// The samples that were looked at, and how that is known.
struct Span {
    samples: std::ops::Range<u64>,
    from: SpanFrom,
}

impl Span {
    fn of(marks: &Marks, detections: &Detections, rate: Hertz, asked: &Asked, truth_name: &str) -> Result<Span> {
        let last = marks.annotations.iter().map(|one| one.start.saturating_add(one.count)).max().unwrap_or(0);
        let stated = detections.span.clone().filter(|span| !span.is_empty());
        let (whole, from) = match (stated, marks.length) {
            (Some(span), _) => (span, SpanFrom::Detections),
            (None, Some(length)) => (0..length, SpanFrom::Samples),
            (None, None) => (0..last, SpanFrom::LastAnnotation),
        };
        if asked.from_s.is_none() && asked.to_s.is_none() {
            return Ok(Span { samples: whole, from });
        }
        let sample = |seconds: f64| (seconds * rate.0).round() as u64;
        let start = asked.from_s.map_or(whole.start, sample);
        let end = asked.to_s.map_or(whole.end, sample);
        // Beyond the samples nothing was looked at; beyond the last annotation something may have been.
        let end = marks.length.map_or(end, |length| end.min(length));
        if start >= end {
            let seconds = |seconds: f64| plain(&words::trimmed(seconds, 6));
            return Err(Error::Unusable(format!(
                "there is nothing to score from {} s to {} s: {truth_name} lasts {} s",
                seconds(start as f64 / rate.0),
                seconds(asked.to_s.unwrap_or(end as f64 / rate.0)),
                seconds(marks.length.unwrap_or(last) as f64 / rate.0)
            )));
        }
        Ok(Span { samples: start..end, from: SpanFrom::Asked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::annotations_in;

    /// A document of these annotations at 1 MS/s, with this in its capture.
    fn marks(capture: &str, annotations: &str) -> Marks {
        let text = format!(
            r#"{{"global": {{"core:sample_rate": 1e6}}, "captures": [{{{capture}}}], "annotations": [{annotations}]}}"#
        );
        annotations_in(&text, "truth").unwrap()
    }

    const AT_100: &str = r#""core:frequency": 100e6"#;

    fn one(start: u64, count: u64, low: f64, high: f64) -> String {
        format!(
            r#"{{"core:sample_start": {start}, "core:sample_count": {count}, "core:freq_lower_edge": {low},
                "core:freq_upper_edge": {high}}}"#
        )
    }

    fn detections(edges: Option<(f64, f64)>) -> Detections {
        let found = Found {
            start: SampleIndex(1000),
            count: 100,
            edges: edges.map(|(low, high)| (Hertz(low), Hertz(high))),
            center: None,
            snr_db: None,
        };
        Detections { found: vec![found], ..Default::default() }
    }

    fn compared(marks: Marks, detections: Detections, asked: Asked) -> Result<Comparison> {
        Comparison::of("truth".to_owned(), marks, "detections".to_owned(), detections, &asked)
    }

    #[test]
    fn what_the_two_files_state_differently_is_said_or_refused() {
        let truth = || marks(AT_100, &one(1000, 100, 100.1e6, 100.2e6));
        let offsets = Detections { sample_rate: Some(Hertz(1e6)), ..detections(Some((0.1e6, 0.2e6))) };
        let comparison = compared(truth(), offsets.clone(), Asked::default()).unwrap();
        assert_eq!(
            comparison.notes,
            ["The detections state no centre frequency: they are taken as offsets from the truth's, 100 MHz."]
        );
        assert_eq!(comparison.score().all.found, 1);

        let elsewhere = Detections { center: Some(Hertz(101e6)), ..detections(Some((101.1e6, 101.2e6))) };
        let notes = compared(truth(), elsewhere.clone(), Asked::default()).unwrap().notes;
        assert_eq!(
            notes,
            [
                "The centre frequencies disagree: 100 MHz in the truth, 101 MHz in the detections. Is it the same \
                 recording?",
                "No detection lies in the truth's band, 99.500 to 100.500 MHz: were they made with another centre?",
            ]
        );
        let without = marks("", &one(1000, 100, 0.1e6, 0.2e6));
        let comparison = compared(without, elsewhere, Asked::default()).unwrap();
        assert_eq!(
            comparison.notes,
            ["The truth states no centre frequency: the detections are taken as offsets from theirs, 101 MHz."]
        );
        assert_eq!(comparison.score().all.found, 1);

        let slower = Detections { sample_rate: Some(Hertz(250e3)), ..offsets };
        assert_eq!(
            compared(truth(), slower, Asked::default()).unwrap_err().to_string(),
            "detections counts samples at 250 kS/s and truth at 1 MS/s, so they cannot be compared: detect in the \
             recording that the truth is of"
        );
        let notes = compared(truth(), detections(None), Asked::default()).unwrap().notes;
        assert_eq!(notes, ["The detections state no frequency edges: they are matched on time alone."]);
    }

    #[test]
    fn without_a_centre_the_values_tell_offsets_from_frequencies() {
        let truth = || marks(AT_100, &one(1000, 100, 100.1e6, 100.2e6));
        let made = |edges, sample_rate, is_document| {
            let detections = Detections { sample_rate, is_document, ..detections(Some(edges)) };
            let comparison = compared(truth(), detections, Asked::default())?;
            Ok((comparison.score().all.found, comparison.notes))
        };
        let offsets = "The detections state no centre frequency: they are taken as offsets from the truth's, 100 MHz.";
        let absolute = "The detections state no centre frequency: they lie in the truth's band, and are taken as \
                        frequencies, not as offsets.";
        for rate in [None, Some(Hertz(1e6))] {
            for is_document in [false, true] {
                assert_eq!(made((0.1e6, 0.2e6), rate, is_document), Ok((1, vec![offsets.to_owned()])));
            }
            assert_eq!(made((100.1e6, 100.2e6), rate, true), Ok((1, vec![absolute.to_owned()])));
            assert_eq!(made((100.1e6, 100.2e6), rate, false), Ok((1, vec![])));
            let neither = |place: &str| {
                Err(Error::Unreadable(format!(
                    "detections states no centre frequency, and its edges lie neither around 0 Hz nor around the \
                     truth's 100 MHz: add core:frequency to {place}"
                )))
            };
            assert_eq!(made((7.1e6, 7.2e6), rate, true), neither("its captures"));
            assert_eq!(made((7.1e6, 7.2e6), rate, false), neither("a line of kind run"));
        }
    }

    #[test]
    fn what_lies_beyond_the_end_or_is_not_there_is_said() {
        let notes = |length, start, kind: &str| {
            let mut truth = marks(AT_100, &one(1000, 100, 100.1e6, 100.2e6));
            truth.length = length;
            truth.annotations[0].kind = Some(kind.to_owned());
            let mut detections = detections(Some((100.1e6, 100.2e6)));
            detections.found[0].start = SampleIndex(start);
            compared(truth, detections, Asked::default()).unwrap().notes
        };
        assert_eq!(notes(Some(5000), 4999, ""), [] as [&str; 0]);
        assert_eq!(
            notes(Some(5000), 5000, ""),
            ["1 detection begins after the end of the recording: do both files count the samples of one recording?"]
        );
        assert_eq!(notes(None, 5000, "").len(), 1);
        assert_eq!(notes(None, 1000, ""), [] as [&str; 0]);
        assert_eq!(
            notes(None, 1000, "burst"),
            ["All annotations of truth are a detector's (glint:kind is burst). TRUTH comes first, then DETECTIONS: \
                 is it the truth?"]
        );
        let truth = marks(AT_100, &one(1000, 100, 100.1e6, 100.2e6));
        let nothing = compared(truth, Detections::default(), Asked::default()).unwrap();
        assert_eq!(nothing.notes, ["There are no detections in detections."]);
    }

    #[test]
    fn the_span_is_what_is_asked_or_stated_or_all_there_is() {
        let truth = |length| Marks { length, ..marks(AT_100, &one(1000, 100, 100.1e6, 100.2e6)) };
        let span = |length, stated: Option<std::ops::Range<u64>>, from_s, to_s| {
            let asked = Asked { from_s, to_s, ..Asked::default() };
            let comparison = compared(truth(length), Detections { span: stated, ..detections(None) }, asked)?;
            Ok((comparison.terms.span, comparison.span_from))
        };
        assert_eq!(span(None, None, None, None), Ok((0..1100, SpanFrom::LastAnnotation)));
        assert_eq!(span(Some(5000), None, None, None), Ok((0..5000, SpanFrom::Samples)));
        assert_eq!(span(Some(5000), Some(500..4000), None, None), Ok((500..4000, SpanFrom::Detections)));
        assert_eq!(span(Some(5000), Some(500..4000), Some(0.001), None), Ok((1000..4000, SpanFrom::Asked)));
        assert_eq!(span(Some(5000), None, None, Some(0.009)), Ok((0..5000, SpanFrom::Asked)));
        assert_eq!(span(None, None, None, Some(0.009)), Ok((0..9000, SpanFrom::Asked)));
        let empty =
            Err(Error::Unusable("there is nothing to score from 0.007 s to 0.009 s: truth lasts 0.005 s".to_owned()));
        assert_eq!(span(Some(5000), None, Some(0.007), Some(0.009)), empty);
    }

    #[test]
    fn a_count_that_is_not_stated_lasts_to_the_end() {
        let open = r#"{"core:sample_start": 1000, "core:freq_lower_edge": 100e6, "core:freq_upper_edge": 100.1e6},
            {"core:sample_start": 1000, "core:sample_count": 5}"#;
        let truth = Marks { length: Some(5000), ..marks(AT_100, open) };
        let comparison = compared(truth, detections(None), Asked::default()).unwrap();
        assert_eq!((comparison.truth[0].count, comparison.truth.len(), comparison.left_out), (4000, 1, 1));
    }
}
