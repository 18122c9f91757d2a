//! When an LTE base station in time division sends.

use super::{Calendar, beginning_in, steps_within};
use crate::scene::description::{Span, Strength};
use crate::scene::emission::{Emission, Label};
use crate::scene::truth::Kind;
use crate::scene::waveform::Shape;

const FRAME_S: f64 = 10e-3;
const SUBFRAME_S: f64 = 1e-3;
/// Symbols of a subframe, and of the downlink's part of a special one: special subframe configuration 7, which leaves two
/// symbols for the switch and two for the uplink (TS 36.211 table 4.2-1).
const SYMBOLS: usize = 14;
const SPECIAL_SYMBOLS: usize = 10;
/// Downlink, special and uplink subframes of a radio frame, for each configuration (TS 36.211 table 4.2-2).
pub(super) const CONFIGURATIONS: [&[u8; 10]; 7] =
    [b"DSUUUDSUUU", b"DSUUDDSUUD", b"DSUDDDSUDD", b"DSUUUDDDDD", b"DSUUDDDDDD", b"DSUDDDDDDD", b"DSUUUDSUUD"];

/// What a base station in time division sends: all of its downlink subframes in full, from the scene's start in radio frames.
///
/// What follows on one another between two uplinks is one emission, as long as it lies wholly within the span.
#[derive(Debug)]
pub(in crate::scene) struct DownlinkCalendar {
    span: Span,
    offset_hz: f64,
    strength: Strength,
    runs: Vec<Run>,
}

/// Downlink without a break.
#[derive(Debug)]
struct Run {
    /// Number of its first subframe within the radio frame; it may last into the next.
    first: usize,
    shape: Shape,
}

impl DownlinkCalendar {
    /// `configuration` is 0 to 6.
    pub(in crate::scene) fn new(
        offset_hz: f64,
        resource_blocks: usize,
        configuration: usize,
        strength: Strength,
        span: Span,
    ) -> Self {
        let pattern = CONFIGURATIONS[configuration];
        let subframe = |n: usize| pattern[n % pattern.len()];
        // Each ends with a special subframe, and begins behind an uplink one.
        let begins = (0..pattern.len()).filter(|n| subframe(*n) == b'D' && subframe(n + pattern.len() - 1) == b'U');
        let runs = begins.map(|first| {
            let whole = (first..).take_while(|n| subframe(*n) == b'D').count();
            let symbols = whole * SYMBOLS + SPECIAL_SYMBOLS;
            Run { first, shape: Shape::Downlink { resource_blocks, symbols } }
        });
        DownlinkCalendar { span, offset_hz, strength, runs: runs.collect() }
    }
}

impl Calendar for DownlinkCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        let stretch = Span { from_s, to_s };
        let begun = out.len();
        for run in &self.runs {
            let start_s = |frame: u64| frame as f64 * FRAME_S + run.first as f64 * SUBFRAME_S;
            let last_s = self.span.to_s - run.shape.duration_s();
            let frames = steps_within(Span { from_s: self.span.from_s, to_s: f64::MAX }, start_s(0), FRAME_S);
            let within = beginning_in(stretch, frames, FRAME_S, start_s).map(start_s).filter(|s| *s <= last_s);
            out.extend(within.map(|start_s| Emission {
                shape: run.shape,
                start_s,
                offset_hz: self.offset_hz,
                strength: self.strength,
                label: Some(Label { text: run.shape.label(), kind: Kind::Other }),
            }));
        }
        out[begun..].sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    }
}
