//! Noise that lasts.

use super::{Calendar, Long, beginning_in};
use crate::scene::description::{Span, Strength};
use crate::scene::emission::{Emission, Label};
use crate::scene::truth::Kind;
use crate::scene::waveform::Shape;

/// Longest piece: its ramps, an eighth of it each, are then no longer before its start than any other emission's.
const PIECE_S: f64 = 1.5e-3;

/// Noise over part of the band, in pieces of equal length that fade into one another.
#[derive(Debug)]
pub(in crate::scene) struct HumpCalendar {
    whole: [Long; 1],
    pieces: u64,
    piece_s: f64,
}

impl HumpCalendar {
    pub(in crate::scene) fn new(offset_hz: f64, width_hz: f64, strength: Strength, span: Span) -> Self {
        let length_s = span.to_s - span.from_s;
        let pieces = (length_s / PIECE_S).ceil();
        let piece_s = length_s / pieces.max(1.0);
        let shape = Shape::NoisePiece { width_hz, duration_s: piece_s };
        let label = Label { text: "Hump".into(), kind: Kind::Other };
        let whole = [Long { span, shape, offset_hz, strength, label }];
        HumpCalendar { whole, pieces: pieces as u64, piece_s }
    }
}

impl Calendar for HumpCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        let [whole] = &self.whole;
        let start_s = |piece: u64| whole.span.from_s + piece as f64 * self.piece_s;
        let pieces = beginning_in(Span { from_s, to_s }, 0..self.pieces, self.piece_s, start_s);
        out.extend(pieces.map(|piece| Emission::piece(whole.shape, start_s(piece), whole.offset_hz, whole.strength)));
    }

    fn long(&self) -> &[Long] {
        &self.whole
    }
}
