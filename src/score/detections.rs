//! Detections as files hold them: the JSON Lines of `glint detect`, or SigMF annotations of any program.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::Found;
use crate::error::{Error, Result};
use crate::recording::{Marks, annotations, annotations_in, cannot_open};
use crate::units::{Hertz, SampleIndex};

/// Whole numbers up to here are floats of their own.
const LARGEST_INDEX: f64 = 9e15;

/// No detector is set to fewer false alarms an hour.
const FEWEST_ALARMS: f64 = 1e-6;

/// What a file of detections holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Detections {
    /// What was found; the parts of one emission are joined. A count of 0 lasts to the end of the recording.
    pub found: Vec<Found>,
    /// Samples per second, if the file states it.
    pub sample_rate: Option<Hertz>,
    /// Centre frequency, if the file states it.
    pub center: Option<Hertz>,
    /// Samples that were looked at, if the file states it.
    pub span: Option<Range<u64>>,
    /// False alarms an hour the detector was set to, if the file states it.
    pub false_alarms_per_hour: Option<f64>,
    /// Whether the file is a SigMF document, not JSON Lines.
    pub is_document: bool,
}

/// A line of JSON Lines, of whatever kind.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(rename = "core:sample_start")]
    sample_start: Option<f64>,
    #[serde(rename = "core:sample_count")]
    sample_count: Option<f64>,
    #[serde(rename = "core:freq_lower_edge")]
    lower: Option<f64>,
    #[serde(rename = "core:freq_upper_edge")]
    upper: Option<f64>,
    center_hz: Option<f64>,
    snr_db: Option<f64>,
    part: Option<u32>,
    #[serde(default)]
    more: bool,
    #[serde(rename = "core:sample_rate")]
    sample_rate: Option<f64>,
    #[serde(rename = "core:frequency")]
    frequency: Option<f64>,
    false_alarms_per_hour: Option<f64>,
    samples: Option<u64>,
    lost: Option<u64>,
}

impl Detections {
    /// Reads the file at `path`; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if it cannot be read or is neither of the two forms; a broken line is named.
    pub(super) fn read(path: &Path) -> Result<Detections> {
        if path.as_os_str() == "-" {
            return Self::from_text(std::io::stdin().lock(), "standard input");
        }
        if path.extension().is_some_and(|extension| extension == "sigmf-meta") {
            return Ok(Self::from_marks(annotations(path)?));
        }
        if path.is_dir() {
            return Err(Error::Unreadable(format!("{} is a folder: name one file in it", path.display())));
        }
        let file = File::open(path).map_err(|error| cannot_open(path, &error))?;
        Self::from_text(BufReader::with_capacity(1 << 16, file), &path.display().to_string())
    }

    /// Reads either form, told apart by the first line, from what is called `name` in sentences.
    fn from_text(mut reader: impl BufRead, name: &str) -> Result<Detections> {
        let mut lines = Lines { name, number: 0, text: String::new() };
        let mut detections = Detections::default();
        let mut emissions = Emissions::default();
        let mut first = true;
        while lines.next(&mut reader)? {
            if lines.text.trim().is_empty() {
                continue;
            }
            if first && is_document(&lines.text) {
                let mut text = std::mem::take(&mut lines.text);
                reader
                    .read_to_string(&mut text)
                    .map_err(|error| Error::Unreadable(format!("{name} cannot be read ({error}): check the file")))?;
                return Ok(Self::from_marks(annotations_in(&text, name)?));
            }
            first = false;
            if let Some(line) = lines.parse()? {
                detections.take(&line, &lines, &mut emissions)?;
            }
        }
        Ok(detections)
    }

    fn take(&mut self, line: &Line, lines: &Lines, emissions: &mut Emissions) -> Result<()> {
        let index = |value: Option<f64>| value.filter(|v| (0.0..LARGEST_INDEX).contains(v)).map(|v| v.round() as u64);
        match line.kind.as_deref() {
            Some("burst") => {
                let start = index(line.sample_start).ok_or_else(|| lines.lacks("core:sample_start"))?;
                let count = index(line.sample_count).filter(|count| *count > 0);
                let count = count.ok_or_else(|| lines.lacks("core:sample_count"))?;
                let edges = match (line.lower, line.upper) {
                    (None, None) => None,
                    (Some(low), Some(high)) if low < high => Some((Hertz(low), Hertz(high))),
                    _ => return Err(lines.wrong("its frequency edges are not a lower and an upper one")),
                };
                let center = line.center_hz.map(Hertz);
                let found = Found { start: SampleIndex(start), count, edges, center, snr_db: line.snr_db };
                emissions.add(&mut self.found, found, line.part, line.more);
            }
            Some("run") => {
                self.sample_rate = line.sample_rate.map(Hertz);
                self.center = line.frequency.map(Hertz);
                self.false_alarms_per_hour = line.false_alarms_per_hour.filter(|asked| *asked >= FEWEST_ALARMS);
                let start = index(line.sample_start).unwrap_or(0);
                self.span = Some(start..start + index(line.sample_count).unwrap_or(0));
            }
            Some("summary") => {
                let start = self.span.as_ref().map_or(0, |span| span.start);
                self.span = line
                    .samples
                    .map(|samples| start..start.saturating_add(samples).saturating_add(line.lost.unwrap_or(0)));
                self.false_alarms_per_hour = line.false_alarms_per_hour.filter(|asked| *asked >= FEWEST_ALARMS);
            }
            Some(_) => {}
            None => return Err(lines.wrong("it has no \"kind\", which is \"burst\" for a detection")),
        }
        Ok(())
    }

    fn from_marks(marks: Marks) -> Detections {
        let mut detections = Detections {
            sample_rate: marks.sample_rate,
            center: marks.center,
            span: marks.looked_at,
            false_alarms_per_hour: marks.false_alarms_per_hour,
            is_document: true,
            ..Default::default()
        };
        let mut emissions = Emissions::default();
        for one in marks.annotations.into_iter().filter(|one| one.kind.as_deref() != Some("action")) {
            let found = Found {
                start: SampleIndex(one.start),
                count: one.count,
                edges: one.edges.map(|(low, high)| (Hertz(low), Hertz(high))),
                center: one.center_hz.map(Hertz),
                snr_db: one.snr_db,
            };
            emissions.add(&mut detections.found, found, one.part, one.more);
        }
        detections
    }
}

/// Whether the file at `path` is JSON Lines rather than SigMF metadata, by its first line.
pub(super) fn is_lines(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "kind")]
        _kind: serde::de::IgnoredAny,
    }
    let mut line = String::new();
    let read = File::open(path).map(|file| BufReader::new(file).take(1 << 16).read_line(&mut line));
    matches!(read, Ok(Ok(_))) && serde_json::from_str::<Kind>(&line).is_ok()
}

/// Whether a file that begins with this line is one SigMF document: the line is its beginning, or all of it.
fn is_document(line: &str) -> bool {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(value) => value.get("global").is_some(),
        Err(error) => error.is_eof() && line.trim_start().starts_with('{'),
    }
}

/// The line being read.
struct Lines<'a> {
    name: &'a str,
    number: u64,
    text: String,
}

impl Lines<'_> {
    /// Reads the next line; `false` at the end.
    fn next(&mut self, reader: &mut impl BufRead) -> Result<bool> {
        self.text.clear();
        self.number += 1;
        match reader.read_line(&mut self.text) {
            Ok(bytes) => Ok(bytes > 0),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(self.wrong("it is not text")),
            Err(error) => Err(self.wrong(&error.to_string())),
        }
    }

    /// The line's fields; `None` for a line of another kind, whatever it holds.
    fn parse(&self) -> Result<Option<Line<'_>>> {
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        let known = |kind: &str| ["burst", "run", "summary"].contains(&kind);
        match serde_json::from_str::<Line>(&self.text) {
            Ok(line) => Ok(Some(line)),
            Err(_) if serde_json::from_str::<Kind>(&self.text).is_ok_and(|line| !known(&line.kind)) => Ok(None),
            Err(error) if error.is_data() && self.text.trim_start().starts_with('{') => {
                let error = error.to_string();
                Err(self.wrong(error.split(" at line 1").next().unwrap_or(&error)))
            }
            Err(_) => Err(Error::Unreadable(format!(
                "{}, line {}, is no JSON object: give JSON Lines as glint detect writes them, or SigMF annotations",
                self.name, self.number
            ))),
        }
    }

    fn lacks(&self, field: &str) -> Error {
        self.wrong(&format!("it has no {field} that can be one"))
    }

    fn wrong(&self, why: &str) -> Error {
        let Lines { name, number, .. } = self;
        Error::Unreadable(format!("{name}, line {number}, is no detection ({why}): mend it or leave it out"))
    }
}

/// Emissions whose next part is still to come, by one past the last sample and the number of the latest part.
#[derive(Default)]
struct Emissions {
    open: BTreeMap<(u64, u32), Vec<usize>>,
}

impl Emissions {
    /// Adds `next` to `found`: to the emission that it continues, or as its own.
    fn add(&mut self, found: &mut Vec<Found>, next: Found, part: Option<u32>, more: bool) {
        let end = next.end().0;
        let at = match part.and_then(|part| self.continued(found, &next, part)) {
            Some(at) => {
                found[at] = joined(&found[at], &next);
                at
            }
            None => {
                found.push(next);
                found.len() - 1
            }
        };
        if let (Some(part), true) = (part, more) {
            self.open.entry((end, part)).or_default().push(at);
        }
    }

    /// The emission that `next` is part number `part` of: it ended where this begins, and shares most of its width.
    fn continued(&mut self, found: &[Found], next: &Found, part: u32) -> Option<usize> {
        let before = part.checked_sub(1)?;
        let shared = |at: usize| match (found[at].edges, next.edges) {
            (Some(a), Some(b)) => a.1.0.min(b.1.0) - a.0.0.max(b.0.0),
            _ => 0.0,
        };
        // Rounded to whole samples on either side.
        let ends = next.start.0.saturating_sub(1)..=next.start.0.saturating_add(1);
        let (key, slot, _) = ends
            .filter_map(|end| self.open.get_key_value(&(end, before)))
            .flat_map(|(key, open)| open.iter().enumerate().map(|(slot, at)| (*key, slot, shared(*at))))
            .filter(|(_, _, shared)| *shared >= 0.0)
            .reduce(|best, other| if other.2 > best.2 { other } else { best })?;
        let open = self.open.get_mut(&key)?;
        let at = open.remove(slot);
        if open.is_empty() {
            self.open.remove(&key);
        }
        Some(at)
    }
}

/// Two parts as one: means over time, of the SNR as a ratio of powers.
fn joined(a: &Found, b: &Found) -> Found {
    let weight = b.count as f64 / (a.count as f64 + b.count as f64).max(1.0);
    let mean = |a: f64, b: f64| a + (b - a) * weight;
    let hertz = |a: Hertz, b: Hertz| Hertz(mean(a.0, b.0));
    let ratio = |db: f64| 10f64.powf(db / 10.0);
    Found {
        start: a.start,
        count: b.end().0.saturating_sub(a.start.0),
        edges: a.edges.zip(b.edges).map(|(a, b)| (hertz(a.0, b.0), hertz(a.1, b.1))),
        center: a.center.zip(b.center).map(|(a, b)| hertz(a, b)),
        snr_db: a.snr_db.zip(b.snr_db).map(|(a, b)| 10.0 * mean(ratio(a), ratio(b)).log10()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Detections> {
        Detections::from_text(text.as_bytes(), "d.jsonl")
    }

    fn line(start: u64, count: u64, more: &str) -> String {
        format!(
            r#"{{"kind":"burst","core:sample_start":{start},"core:sample_count":{count},"core:freq_lower_edge":100,"core:freq_upper_edge":300,"snr_db":10.0{more}}}"#
        )
    }

    #[test]
    fn lines_of_other_kinds_are_skipped_and_the_run_is_understood() {
        let text = [
            r#"{"kind":"run","schema":1,"core:sample_rate":2400000.0,"core:frequency":897300000.0,"core:sample_start":100,"core:sample_count":5000,"false_alarms_per_hour":10.0}"#,
            &line(500, 20, r#","center_hz":210,"new field":[1]"#),
            "",
            r#"{"kind":"floor","core:sample_start":1,"core:sample_count":2,"why":"x"}"#,
            r#"{"kind":"mine","core:sample_start":"not a number"}"#,
            r#"{"kind":"burst","core:sample_start":600.0,"core:sample_count":1e1}"#,
            r#"{"kind":"summary","samples":4000,"lost":50,"false_alarms_per_hour":10.0}"#,
        ]
        .join("\n");
        let first = Found {
            start: SampleIndex(500),
            count: 20,
            edges: Some((Hertz(100.0), Hertz(300.0))),
            center: Some(Hertz(210.0)),
            snr_db: Some(10.0),
        };
        let second = Found { start: SampleIndex(600), count: 10, edges: None, center: None, snr_db: None };
        assert_eq!(
            read(&text).unwrap(),
            Detections {
                found: vec![first, second],
                sample_rate: Some(Hertz(2.4e6)),
                center: Some(Hertz(897.3e6)),
                span: Some(100..4150),
                false_alarms_per_hour: Some(10.0),
                is_document: false,
            }
        );
        assert_eq!(read("").unwrap(), Detections::default());
    }

    #[test]
    fn annotations_are_detections_whether_on_one_line_or_many() {
        let text = r#"{"global": {"core:sample_rate": 1e6}, "captures": [], "annotations": [
            {"core:sample_start": 5, "core:label": "x", "core:comment": "by another program"},
            {"core:sample_start": 9, "core:sample_count": 7, "core:freq_lower_edge": -5, "core:freq_upper_edge": 5},
            {"core:sample_start": 0, "core:sample_count": 90, "core:label": "Call", "glint:kind": "action"}]}"#;
        let detections = read(text).unwrap();
        assert_eq!(detections, read(&text.replace('\n', " ")).unwrap());
        let found: Vec<_> = detections.found.iter().map(|f| (f.start.0, f.count, f.edges)).collect();
        assert_eq!(found, [(5, 0, None), (9, 7, Some((Hertz(-5.0), Hertz(5.0))))]);
        assert_eq!((detections.sample_rate, detections.center), (Some(Hertz(1e6)), None));
        assert_eq!((detections.span, detections.false_alarms_per_hour), (None, None));
        let stated = r#"{"global": {"glint:first_sample": 7, "glint:sample_count": 5, "glint:false_alarms_per_hour": 10},
            "annotations": []}"#;
        let detections = read(stated).unwrap();
        assert_eq!((detections.span, detections.false_alarms_per_hour), (Some(7..12), Some(10.0)));
    }

    #[test]
    fn the_parts_of_an_emission_are_one_detection() {
        let text = [
            line(1000, 500, r#","part":1,"more":true"#),
            line(1200, 20, ""),
            line(1500, 500, r#","part":2,"more":true"#).replace("10.0", "20.0"),
            line(2001, 1000, r#","part":3"#),
            line(3001, 10, r#","part":4"#),
        ]
        .join("\n");
        let found: Vec<_> = read(&text).unwrap().found.iter().map(|f| (f.start.0, f.count)).collect();
        assert_eq!(found, [(1000, 2001), (1200, 20), (3001, 10)]);
        let snr_db = read(&text).unwrap().found[0].snr_db.unwrap();
        // 500 samples of 100, and 1500 of 10.
        assert!((snr_db - 10.0 * (65_000.0f64 / 2000.0).log10()).abs() < 0.02, "{snr_db}");
    }

    #[test]
    fn a_broken_line_is_named_by_its_number() {
        let said = |text: String| read(&text).unwrap_err().to_string();
        let good = line(1, 2, "");
        let after = |bad: &str| said(format!("{good}\n{bad}\n{good}\n"));
        assert_eq!(
            [
                said("kind,core:sample_start\nburst,1\n".to_owned()),
                after("{\"kind\":\"burst\""),
                after("[1]"),
                after(r#"{"core:sample_start":1}"#),
                after(r#"{"kind":"burst","core:sample_count":1}"#),
                after(r#"{"kind":"burst","core:sample_start":1,"core:sample_count":0}"#),
                after(r#"{"kind":"burst","core:sample_start":-1,"core:sample_count":1}"#),
                after(r#"{"kind":"burst","core:sample_start":"1","core:sample_count":1}"#),
                after(r#"{"kind":"burst","core:sample_start":1,"core:sample_count":1,"core:freq_lower_edge":5}"#),
                Detections::from_text(&b"{}\xff"[..], "d.jsonl").unwrap_err().to_string(),
            ],
            [
                "d.jsonl, line 1, is no JSON object: give JSON Lines as glint detect writes them, or SigMF annotations",
                "d.jsonl, line 2, is no JSON object: give JSON Lines as glint detect writes them, or SigMF annotations",
                "d.jsonl, line 2, is no JSON object: give JSON Lines as glint detect writes them, or SigMF annotations",
                "d.jsonl, line 2, is no detection (it has no \"kind\", which is \"burst\" for a detection): mend it or \
                 leave it out",
                "d.jsonl, line 2, is no detection (it has no core:sample_start that can be one): mend it or leave it \
                 out",
                "d.jsonl, line 2, is no detection (it has no core:sample_count that can be one): mend it or leave it \
                 out",
                "d.jsonl, line 2, is no detection (it has no core:sample_start that can be one): mend it or leave it \
                 out",
                "d.jsonl, line 2, is no detection (invalid type: string \"1\", expected f64): mend it or leave it out",
                "d.jsonl, line 2, is no detection (its frequency edges are not a lower and an upper one): mend it or \
                 leave it out",
                "d.jsonl, line 1, is no detection (it is not text): mend it or leave it out",
            ]
        );
    }
}
