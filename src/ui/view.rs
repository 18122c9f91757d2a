//! What the user looks at: place, playing, speed, zoom, the chosen group. It changes by [`Command`]s only.

use super::keys::Command;
use crate::report::WaterfallView;

/// Speeds of playing, slowest first.
const SPEEDS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// Decibels a press of the brightness keys moves the waterfall's range.
const BRIGHTNESS_STEP_DB: f32 = 2.0;

/// Seconds of air that a point of the waterfall's height covers when nothing is zoomed.
const SECONDS_A_POINT: f64 = 1.0 / 16.0;

/// The figures change at most this often, seconds.
const FIGURES_EVERY_S: f64 = 0.25;

/// The stretch of a stream that can be looked at, seconds from the recording's first sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Extent {
    /// Where the stream begins.
    pub begin_s: f64,
    /// How far it is analysed.
    pub analysed_s: f64,
    /// Where it ends, when known.
    pub end_s: Option<f64>,
    /// The analysis is over: nothing comes after `analysed_s`.
    pub finished: bool,
    /// Playing begins again at the end (a scene does, a recording does not).
    pub repeats: bool,
}

impl Extent {
    /// The last place one can look at.
    pub fn last_s(&self) -> f64 {
        match self.end_s {
            Some(end) if !self.finished => end.max(self.analysed_s),
            _ => self.analysed_s,
        }
    }
}

/// What the user looks at.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The place: what is called "now" on the screen, seconds from the recording's first sample.
    pub position_s: f64,
    /// The place the figures stand for; it follows `position_s` at most four times a second.
    pub figures_s: f64,
    pub playing: bool,
    speed: usize,
    pub chosen: Option<Chosen>,
    pub dark: bool,
    /// What the waterfall shows.
    pub waterfall: WaterfallView,
    /// How far the waterfall's range is moved down, decibels: brighter is positive.
    pub brightness_db: f32,
    /// Seconds the waterfall covered in the last frame.
    pub shown_s: f64,
    /// Zoom in time: the waterfall covers this times fewer seconds than it does by itself.
    pub zoom: f64,
    /// The whole stream is fitted into the waterfall.
    pub whole: bool,
    /// Every burst by itself instead of groups.
    pub singles: bool,
    pub keys_open: bool,
    /// The spectrum is laid over the waterfall while it is folded.
    pub spectrum_over: bool,
    /// The list is laid over the waterfall while it is a rail.
    pub list_over: bool,
    /// "One second of it" and "How to read this" are open although the window is low.
    pub second_open: bool,
    pub reading_open: bool,
    /// The list has to scroll to the chosen row.
    pub reveal: bool,
    wall_s: f64,
}

/// Which row is chosen: the id of a group, or of a burst when single bursts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen(pub usize);

impl Default for View {
    fn default() -> Self {
        View {
            position_s: 0.0,
            figures_s: 0.0,
            playing: true,
            speed: 2,
            chosen: None,
            dark: true,
            waterfall: WaterfallView::Power,
            brightness_db: 0.0,
            shown_s: 0.0,
            zoom: 1.0,
            whole: false,
            singles: false,
            keys_open: false,
            spectrum_over: false,
            list_over: false,
            second_open: false,
            reading_open: false,
            reveal: false,
            wall_s: 0.0,
        }
    }
}

/// The rows that can be chosen, for the commands that walk through them.
pub(super) struct Rows<'a> {
    /// Their ids in order of start.
    pub order: &'a [usize],
    /// Start and end of one, in seconds.
    pub span_s: &'a dyn Fn(usize) -> Option<(f64, f64)>,
}

impl View {
    /// Times as fast as the air.
    pub fn speed(&self) -> f64 {
        SPEEDS[self.speed]
    }

    /// Speed in words: "½×".
    pub fn speed_words(&self) -> String {
        match self.speed {
            0 => "¼×".into(),
            1 => "½×".into(),
            i => format!("{}×", SPEEDS[i]),
        }
    }

    /// Goes to the beginning of another stream; what concerns the window itself (theme, brightness,
    /// what the waterfall shows) stays.
    pub fn rewind(&mut self, begin_s: f64) {
        self.position_s = begin_s;
        self.figures_s = begin_s;
        self.playing = true;
        self.chosen = None;
        self.zoom = 1.0;
        self.whole = false;
    }

    /// Moves on by `wall_s` seconds of real time. Playing waits where the analysis has not come yet.
    pub fn advance(&mut self, wall_s: f64, extent: &Extent) {
        if self.playing {
            let next = self.position_s + wall_s * self.speed();
            if next < extent.analysed_s {
                self.position_s = next;
            } else if !extent.finished {
                // Not back: the place may have been put where the analysis has not come yet.
                self.position_s = self.position_s.max(extent.analysed_s);
            } else if extent.repeats && extent.analysed_s > extent.begin_s {
                let length = extent.analysed_s - extent.begin_s;
                self.position_s = extent.begin_s + (next - extent.begin_s).rem_euclid(length);
            } else {
                self.position_s = extent.analysed_s;
                self.playing = false;
            }
        }
        self.wall_s += wall_s;
        let jumped = (self.position_s - self.figures_s).abs() > self.speed().max(1.0);
        if !self.playing || jumped || self.wall_s >= FIGURES_EVERY_S {
            self.wall_s = 0.0;
            self.figures_s = self.position_s;
        }
    }

    /// Whether time passes on the screen: another frame is wanted soon.
    pub fn moves(&self, extent: &Extent) -> bool {
        self.playing && (extent.finished || self.position_s < extent.analysed_s)
    }

    /// Seconds a waterfall `height` points high covers.
    pub fn span_s(&self, height: f32, extent: &Extent) -> f64 {
        if self.whole {
            (extent.last_s() - extent.begin_s).max(0.1)
        } else {
            f64::from(height) * SECONDS_A_POINT / self.zoom
        }
    }

    /// Puts the place at `position_s`, within what there is.
    pub fn go_to(&mut self, position_s: f64, extent: &Extent) {
        self.position_s = position_s.clamp(extent.begin_s, extent.last_s().max(extent.begin_s));
        self.figures_s = self.position_s;
        if self.whole && self.position_s < extent.last_s() {
            self.whole = false;
        }
    }

    /// Carries out what concerns the view alone; the rest is the [`App`](super::App)'s.
    pub fn apply(&mut self, command: &Command, extent: &Extent, rows: &Rows<'_>) {
        match *command {
            Command::PlayPause => {
                let at_end = extent.finished && self.position_s >= extent.analysed_s;
                if !self.playing && at_end {
                    self.go_to(extent.begin_s, extent);
                }
                self.playing = !self.playing;
                self.whole = self.whole && !self.playing;
            }
            Command::Step(seconds) => self.go_to(self.position_s + seconds, extent),
            Command::GoTo(seconds) => self.go_to(seconds, extent),
            Command::Slower => self.speed = self.speed.saturating_sub(1),
            Command::Faster => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            Command::NextSpeed => self.speed = (self.speed + 1) % SPEEDS.len(),
            Command::WholeFile => {
                self.go_to(extent.last_s(), extent);
                self.playing = false;
                self.zoom = 1.0;
                self.whole = true;
            }
            Command::PreviousBurst => self.walk(-1, extent, rows),
            Command::NextBurst => self.walk(1, extent, rows),
            Command::Choose(row) => {
                self.chosen = Some(Chosen(row));
                self.reveal = true;
            }
            Command::OpenChosen => {
                if let Some((_, end)) = self.chosen.and_then(|c| (rows.span_s)(c.0)) {
                    self.playing = false;
                    self.go_to(end + self.shown_s / 50.0, extent);
                }
            }
            Command::Darker => self.brightness_db = (self.brightness_db - BRIGHTNESS_STEP_DB).max(-30.0),
            Command::Brighter => self.brightness_db = (self.brightness_db + BRIGHTNESS_STEP_DB).min(30.0),
            Command::Theme => self.dark = !self.dark,
            Command::Detector => {
                self.waterfall = match self.waterfall {
                    WaterfallView::Power => WaterfallView::Detector,
                    WaterfallView::Detector => WaterfallView::Power,
                };
            }
            Command::Spectrum => self.spectrum_over = !self.spectrum_over,
            Command::ZoomIn => {
                self.whole = false;
                self.zoom = (self.zoom * 2.0).min(512.0);
            }
            Command::ZoomBack => {
                self.whole = false;
                self.zoom = 1.0;
            }
            Command::Singles => {
                self.singles = !self.singles;
                self.chosen = None;
            }
            Command::Keys => self.keys_open = !self.keys_open,
            Command::List => self.list_over = !self.list_over,
            Command::OpenSecond => self.second_open = !self.second_open,
            Command::OpenReading => self.reading_open = !self.reading_open,
            Command::Open | Command::TextLarger | Command::TextSmaller | Command::Dismiss => {}
        }
    }

    /// Chooses the row before or after the chosen one; without one, the last that has begun, or the first. The place
    /// goes there when it is not in sight.
    fn walk(&mut self, step: isize, extent: &Extent, rows: &Rows<'_>) {
        let span = |row: usize| rows.order.get(row).and_then(|&id| (rows.span_s)(id));
        let last = rows.order.len().wrapping_sub(1);
        let at = self.chosen.and_then(|c| rows.order.iter().rposition(|&id| id == c.0));
        let row = match at {
            Some(row) => row.saturating_add_signed(step).min(last),
            None => {
                let begun = |&id: &usize| (rows.span_s)(id).is_some_and(|(start, _)| start < self.position_s);
                rows.order.partition_point(begun).saturating_sub(1)
            }
        };
        let (Some(&id), Some((start, end))) = (rows.order.get(row), span(row)) else { return };
        self.chosen = Some(Chosen(id));
        self.reveal = true;
        if start >= self.position_s || end < self.position_s - self.shown_s {
            self.playing = false;
            self.go_to(end + self.shown_s / 50.0, extent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Rows<'static> = Rows { order: &[], span_s: &|_| None };

    fn minute() -> Extent {
        Extent { begin_s: 0.0, analysed_s: 60.0, end_s: Some(60.0), finished: true, repeats: true }
    }

    #[test]
    fn playing_moves_as_fast_as_the_air_times_the_speed() {
        let mut view = View::default();
        view.advance(2.0, &minute());
        assert_eq!(view.position_s, 2.0);
        view.apply(&Command::Faster, &minute(), &NONE);
        view.advance(2.0, &minute());
        assert_eq!(view.position_s, 6.0);
        for _ in 0..20 {
            view.apply(&Command::Slower, &minute(), &NONE);
        }
        assert_eq!((view.speed(), view.speed_words().as_str()), (0.25, "¼×"));
    }

    #[test]
    fn a_scene_goes_on_from_its_start_and_a_recording_stops_at_its_end() {
        let mut view = View { position_s: 59.5, ..View::default() };
        view.advance(1.0, &minute());
        assert!((view.position_s - 0.5).abs() < 1e-9 && view.playing);

        let recording = Extent { begin_s: 10.0, repeats: false, ..minute() };
        let mut view = View { position_s: 59.5, ..View::default() };
        view.advance(1.0, &recording);
        assert_eq!((view.position_s, view.playing), (60.0, false));
        assert!(!view.moves(&recording), "nothing asks for another frame");
        view.apply(&Command::PlayPause, &recording, &NONE);
        assert_eq!((view.position_s, view.playing), (10.0, true));
    }

    #[test]
    fn playing_waits_for_the_analysis_and_never_goes_back() {
        let running = Extent { analysed_s: 5.0, finished: false, ..minute() };
        let mut view = View { position_s: 4.9, ..View::default() };
        view.advance(1.0, &running);
        assert_eq!((view.position_s, view.playing), (5.0, true));
        view.apply(&Command::GoTo(30.0), &running, &NONE);
        view.advance(1.0, &running);
        assert_eq!(view.position_s, 30.0);
        assert!(!view.moves(&running), "the feed wakes the window, not a timer");
        view.apply(&Command::GoTo(99.0), &running, &NONE);
        assert_eq!(view.position_s, 60.0);
    }

    #[test]
    fn the_detectors_view_stays_until_it_is_switched_off() {
        let mut view = View::default();
        assert_eq!(view.waterfall, WaterfallView::Power);
        view.apply(&Command::Detector, &minute(), &NONE);
        view.rewind(7.0);
        view.apply(&Command::PlayPause, &minute(), &NONE);
        view.apply(&Command::ZoomIn, &minute(), &NONE);
        assert_eq!(view.waterfall, WaterfallView::Detector, "another stream, paused and zoomed");
        view.apply(&Command::Detector, &minute(), &NONE);
        assert_eq!(view.waterfall, WaterfallView::Power);
    }

    #[test]
    fn steps_stay_within_the_stream() {
        let mut view = View { position_s: 3.0, playing: false, ..View::default() };
        view.apply(&Command::Step(-10.0), &minute(), &NONE);
        assert_eq!(view.position_s, 0.0);
        view.apply(&Command::Step(70.0), &minute(), &NONE);
        assert_eq!(view.position_s, 60.0);
    }

    #[test]
    fn the_figures_change_four_times_a_second_and_at_once_when_paused() {
        let mut view = View::default();
        view.advance(0.1, &minute());
        assert_eq!(view.figures_s, 0.0);
        view.advance(0.2, &minute());
        assert!((view.figures_s - 0.3).abs() < 1e-9);
        view.playing = false;
        view.position_s = 7.0;
        view.advance(0.0, &minute());
        assert_eq!(view.figures_s, 7.0);
    }

    #[test]
    fn the_whole_file_fits_and_playing_or_zooming_ends_that() {
        let mut view = View::default();
        view.apply(&Command::WholeFile, &minute(), &NONE);
        assert_eq!((view.position_s, view.playing), (60.0, false));
        assert_eq!(view.span_s(450.0, &minute()), 60.0);
        view.apply(&Command::ZoomBack, &minute(), &NONE);
        assert_eq!(view.span_s(448.0, &minute()), 28.0);
        view.apply(&Command::ZoomIn, &minute(), &NONE);
        assert_eq!(view.span_s(448.0, &minute()), 14.0);
        view.apply(&Command::WholeFile, &minute(), &NONE);
        view.apply(&Command::PlayPause, &minute(), &NONE);
        assert_eq!((view.whole, view.position_s), (false, 0.0));
    }

    #[test]
    fn bursts_are_walked_from_the_place_and_the_view_follows_them() {
        // Ids are not in order of start.
        let span_s = |id: usize| [(11.0, 16.0), (3.0, 3.1), (44.0, 45.0)].get(id).copied();
        let rows = Rows { order: &[1, 0, 2], span_s: &span_s };
        let mut view = View { position_s: 20.0, shown_s: 10.0, ..View::default() };
        view.apply(&Command::NextBurst, &minute(), &rows);
        assert_eq!((view.chosen, view.position_s), (Some(Chosen(0)), 20.0), "the last that had begun, in sight");
        view.apply(&Command::NextBurst, &minute(), &rows);
        assert_eq!((view.chosen, view.position_s, view.playing), (Some(Chosen(2)), 45.2, false), "it had not begun");
        view.apply(&Command::NextBurst, &minute(), &rows);
        assert_eq!(view.chosen, Some(Chosen(2)), "there is none after it");
        view.apply(&Command::PreviousBurst, &minute(), &rows);
        view.apply(&Command::PreviousBurst, &minute(), &rows);
        assert_eq!((view.chosen, view.position_s), (Some(Chosen(1)), 3.3000000000000003));
        view.apply(&Command::GoTo(50.0), &minute(), &rows);
        view.apply(&Command::OpenChosen, &minute(), &rows);
        assert_eq!(view.position_s, 3.3000000000000003);
        view.apply(&Command::NextBurst, &minute(), &NONE);
        assert_eq!(view.chosen, Some(Chosen(1)), "an empty list leaves the choice alone");
    }

    #[test]
    fn with_nothing_begun_the_next_burst_is_the_first() {
        let span_s = |id: usize| [(11.0, 16.0)].get(id).copied();
        let mut view = View { position_s: 2.0, shown_s: 10.0, ..View::default() };
        view.apply(&Command::NextBurst, &minute(), &Rows { order: &[0], span_s: &span_s });
        assert_eq!((view.chosen, view.position_s), (Some(Chosen(0)), 16.2));
    }
}
