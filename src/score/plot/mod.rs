//! A score as a picture: probability of detection over SNR, a panel for each kind, the physical limit in each. No
//! clock time is in it: the same input gives the same bytes.

mod panel;
mod surface;

use std::path::Path;

use crate::error::{Error, Result};
use crate::report::picture::canvas::{Align, Style, Weight};
use crate::report::words::{count, counted, duration, trimmed};
use crate::report::{Frame, Tokens};
use crate::score::text::{alarms, figure};
use crate::score::{Comparison, Fit, Kind, Score, Terms};
use panel::{Span, draw_panel};
use surface::{Png, Surface, Svg};

/// Size of the picture, in pixels.
const SIZE: (u32, u32) = (1600, 900);

/// Left and right end of texts and rules, and the rule over the foot.
const LEFT: f32 = 48.0;
const RIGHT: f32 = SIZE.0 as f32 - 48.0;
const FOOT: f32 = SIZE.1 as f32 - 74.0;

/// Panels that can be read on one picture.
const MOST_PANELS: usize = 12;

/// The file that a plot is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlotFile {
    /// An SVG document.
    Svg,
    /// A PNG picture.
    Png,
}

impl PlotFile {
    /// What the extension of `path` says.
    ///
    /// # Errors
    /// [`Error::Unusable`] if it is another.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(PlotFile::Svg),
            Some("png") => Ok(PlotFile::Png),
            _ => Err(Error::Unusable(format!(
                "the plot {} is neither SVG nor PNG: give a name that ends in .svg or .png",
                path.display()
            ))),
        }
    }
}

/// Draws the score, dark or in the form for print (`light`), and gives the file's bytes.
///
/// # Errors
/// The encoder fails, as when memory runs out.
pub fn plot(comparison: &Comparison, score: &Score, file: PlotFile, light: bool) -> Result<Vec<u8>> {
    curves(&sub_title(comparison, score), &score.kinds.iter().collect::<Vec<_>>(), None, &score.terms, file, light)
}

/// Another detector whose curves are drawn too.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// What it is called at its curves.
    pub name: &'a str,
    /// What it is, as a phrase.
    pub about: &'a str,
    /// What it found, for each label that it has a curve of.
    pub kinds: &'a [Kind],
}

impl Beside<'_> {
    /// Its curve for the bursts of `kind`.
    fn fit_of(&self, kind: &Kind) -> Option<Fit> {
        self.kinds.iter().find(|other| other.label == kind.label)?.fit.ok()
    }
}

/// Draws a panel for each of `kinds` under a line that says where they come from, with the curves of another detector
/// `beside` theirs.
///
/// # Errors
/// The encoder fails, as when memory runs out.
pub fn curves(
    sub_title: &str,
    kinds: &[&Kind],
    beside: Option<&Beside>,
    terms: &Terms,
    file: PlotFile,
    light: bool,
) -> Result<Vec<u8>> {
    let tokens = if light { Tokens::PRINT } else { Tokens::DARK };
    let title = "How weak a burst is found";
    let mut surface: Box<dyn Surface> = match file {
        PlotFile::Svg => Box::new(Svg::new(SIZE.0, SIZE.1, tokens.bg, title)),
        PlotFile::Png => Box::new(Png::new(SIZE.0, SIZE.1, tokens.bg)),
    };
    let sheet = surface.as_mut();
    sheet.text(LEFT, 60.0, title, Style::new(29.5, Weight::Bold, tokens.text));
    let sub = Style::new(17.0, Weight::Text, tokens.text2);
    let text = sheet.letters().shortened(sub_title, sub.size, sub.weight, RIGHT - LEFT);
    sheet.text(LEFT, 93.0, &text, sub);

    // The rarest give way.
    let mut chosen: Vec<usize> = (0..kinds.len()).collect();
    chosen.sort_by_key(|&which| std::cmp::Reverse(kinds[which].share.bursts));
    chosen.truncate(MOST_PANELS);
    chosen.sort_unstable();
    let drawn: Vec<&Kind> = chosen.into_iter().map(|which| kinds[which]).collect();
    let left_out = kinds.len() - drawn.len();
    if drawn.is_empty() {
        let style = Style::new(17.0, Weight::Medium, tokens.text).align(Align::Middle);
        sheet.text((LEFT + RIGHT) / 2.0, 460.0, "The truth holds no burst here: there is nothing to find.", style);
    } else {
        let span = Span::of(&drawn);
        for (kind, cell) in drawn.iter().zip(cells(drawn.len())) {
            let beside = beside.and_then(|beside| Some((beside.name, beside.fit_of(kind)?)));
            draw_panel(sheet, kind, beside, &cell, &span, &tokens);
        }
    }
    draw_foot(sheet, terms, beside, left_out, &tokens);
    surface.finish()
}

fn sub_title(comparison: &Comparison, score: &Score) -> String {
    // A picture is passed on: the folders of the one who made it are not in it.
    let file = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    let found = format!(
        "{} of {} found in {}",
        count(score.all.found),
        counted(score.all.bursts, "burst", "bursts"),
        duration(score.terms.hours() * 3600.0)
    );
    let alarms = counted(score.false_alarms, "false alarm", "false alarms");
    let rate = score
        .false_alarms_per_hour_interval()
        .map_or(String::new(), |(low, high)| format!(" ({} to {} an hour)", figure(low), figure(high)));
    let (detections, truth) = (file(&comparison.detections_name), file(&comparison.truth_name));
    format!("{found} · {alarms}{rate} · {detections} against {truth}")
}

/// The places of so many panels.
fn cells(panels: usize) -> Vec<Frame> {
    let columns = match panels {
        1 => 1,
        2..=4 => 2,
        5..=9 => 3,
        _ => 4,
    };
    let rows = panels.div_ceil(columns);
    let (top, bottom) = (122.0, FOOT - 14.0);
    let (gap_across, gap_down) = (40.0, 14.0);
    let width = (RIGHT - LEFT + gap_across) / columns as f32 - gap_across;
    let height = (bottom - top + gap_down) / rows as f32 - gap_down;
    (0..panels)
        .map(|i| {
            let (column, row) = ((i % columns) as f32, (i / columns) as f32);
            let (left, top) = (LEFT + column * (width + gap_across), top + row * (height + gap_down));
            Frame { left, top, right: left + width, bottom: top + height }
        })
        .collect()
}

fn draw_foot(sheet: &mut dyn Surface, terms: &Terms, beside: Option<&Beside>, left_out: usize, tokens: &Tokens) {
    sheet.fill(&Frame { left: LEFT, right: RIGHT, top: FOOT, bottom: FOOT + 1.0 }, tokens.line);
    let mut text = format!(
        "Points: share of the bursts found (Pd) at each SNR in the burst’s own bandwidth, with 95 % interval. Line: \
         fitted to them. Dashes: the physical limit, a detector that knows no more than duration and bandwidth, at {} \
         an hour in {} MHz.",
        alarms(terms.false_alarms_per_hour),
        trimmed((terms.band.1 - terms.band.0).0 / 1e6, 3)
    );
    if let Some(Beside { name, about, .. }) = beside {
        text.push_str(&format!(" Dots, {name}: {about}."));
    }
    if left_out > 0 {
        text.push_str(&format!(" {} not drawn.", counted(left_out as u64, "rarer kind is", "rarer kinds are")));
    }
    let style = Style::new(15.0, Weight::Text, tokens.text2);
    let lines = sheet.letters().wrap(&text, style.size, style.weight, RIGHT - LEFT - 190.0);
    for (index, line) in lines.iter().enumerate() {
        sheet.text(LEFT, FOOT + 29.0 + 22.0 * index as f32, line, style);
    }
    draw_sign(sheet, tokens);
}

/// The sign: two corners of an outline, a burst between them, the name.
fn draw_sign(sheet: &mut dyn Surface, tokens: &Tokens) {
    let baseline = FOOT + 40.0;
    let name = Style::new(16.0, Weight::Strong, tokens.text).align(Align::Right);
    sheet.text(RIGHT, baseline, "glint", name);
    let left = RIGHT - sheet.letters().text_width("glint", name.size, name.weight) - 23.0;
    let (right, top, bottom) = (left + 16.0, baseline - 14.0, baseline + 2.0);
    sheet.line(&[(left, top + 5.5), (left, top), (left + 5.5, top)], tokens.out, 1.6, None);
    sheet.line(&[(right, bottom - 5.5), (right, bottom), (right - 5.5, bottom)], tokens.out, 1.6, None);
    let middle = (top + bottom) / 2.0;
    sheet.line(&[(left + 3.5, middle), (right - 3.5, middle)], tokens.saw, 3.0, None);
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::score::tests::{burst, found, terms};
    use crate::score::{Found, SpanFrom, Truth};

    /// So many kinds of bursts, those of 0 dB and more found.
    fn comparison(kinds: usize) -> Comparison {
        let mut truth: Vec<Truth> = Vec::new();
        for i in 0..kinds {
            for k in 0..30 + i {
                let start = 10_000 * (truth.len() as u64 + 1);
                let snr_db = Some(k as f64 - 15.0);
                truth.push(Truth { label: format!("kind <{i}>"), snr_db, ..burst(start, 1311, 0.0, 200e3) });
            }
        }
        let found: Vec<Found> = truth
            .iter()
            .filter(|truth| truth.snr_db > Some(-1.0))
            .map(|truth| found(truth.start.0, truth.count, 0.0, 200e3))
            .collect();
        Comparison {
            truth_name: "a-folder/truth.sigmf-meta".to_owned(),
            detections_name: "bursts.jsonl".to_owned(),
            truth,
            found,
            terms: terms(),
            center: None,
            span_from: SpanFrom::Samples,
            left_out: 0,
            notes: Vec::new(),
        }
    }

    fn drawn(kinds: usize, file: PlotFile) -> Vec<u8> {
        let comparison = comparison(kinds);
        plot(&comparison, &comparison.score(), file, false).unwrap()
    }

    #[test]
    fn every_kind_has_a_panel_with_its_limit_and_its_fit() {
        let svg = |kinds| String::from_utf8(drawn(kinds, PlotFile::Svg)).unwrap();
        let times = |text: &str, what: &str| text.matches(what).count();
        for kinds in [1, 2, 5, 9] {
            let text = svg(kinds);
            assert_eq!(times(&text, ">physical limit<"), kinds);
            assert_eq!(times(&text, ">Pd 0.9 at "), kinds);
            assert_eq!(times(&text, "bursts of 0.55 ms × 200 kHz"), kinds);
        }
        // Narrow panels have their figures above them.
        let text = svg(12);
        assert_eq!(times(&text, ">physical limit<"), 12);
        assert_eq!(times(&text, ">Pd 0.9 at "), 12);
        assert_eq!(times(&text, " over the limit<"), 12);
        let text = svg(14);
        assert_eq!(times(&text, ">physical limit<"), MOST_PANELS);
        assert!(text.contains("2 rarer kinds are not drawn."));
        assert!(text.contains(">kind &lt;13&gt;<") && !text.contains(">kind &lt;0&gt;<"));
        assert!(text.contains("bursts.jsonl against truth.sigmf-meta") && !text.contains("a-folder"));
        assert!(svg(0).contains("there is nothing to find"));
    }

    #[test]
    fn another_detectors_curves_stand_in_the_panels_of_their_kinds() {
        let score = comparison(3).score();
        let kinds: Vec<&Kind> = score.kinds.iter().collect();
        let beside = Beside { name: "bin by bin", about: "each bin alone", kinds: &score.kinds[..2] };
        let svg = |beside: Option<&Beside>| {
            let bytes = curves("three kinds", &kinds, beside, &score.terms, PlotFile::Svg, false).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let text = svg(Some(&beside));
        assert_eq!(text.matches(">bin by bin<").count(), 2);
        assert!(text.contains("bin by bin: each bin alone."));
        assert!(!svg(None).contains("bin by bin"));
    }

    #[test]
    fn the_same_score_gives_the_same_bytes() {
        for file in [PlotFile::Svg, PlotFile::Png] {
            assert!(drawn(3, file) == drawn(3, file), "{file:?}");
        }
        assert!(drawn(3, PlotFile::Png).starts_with(b"\x89PNG"));
    }

    #[test]
    fn the_extension_says_which_file_it_is() {
        let of = |name: &str| PlotFile::of(&PathBuf::from(name));
        assert_eq!((of("a.svg"), of("b/a.PNG")), (Ok(PlotFile::Svg), Ok(PlotFile::Png)));
        let refused = of("a.pdf").unwrap_err();
        assert_eq!(refused.to_string(), "the plot a.pdf is neither SVG nor PNG: give a name that ends in .svg or .png");
        assert_eq!(refused.exit_status(), 2);
    }
}
