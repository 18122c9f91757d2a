//! Single bursts, to measure a detector by.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use super::{Calendar, Chance, beginning_in, steps_within};
use crate::scene::description::{Scattered, Span, Strength};
use crate::scene::emission::Emission;

/// Part of a stretch of time that stays free at either end, so that neighbours keep apart.
const GUARD: f64 = 0.1;

/// One burst in each of equal stretches of time, anywhere in it; kinds in turn, frequency and level at random.
#[derive(Debug)]
pub(in crate::scene) struct ScatteredCalendar {
    scattered: Scattered,
    from_s: f64,
    /// Whole stretches of time in the span.
    cells: Range<u64>,
    chance: Chance,
}

impl ScatteredCalendar {
    pub(in crate::scene) fn new(scattered: Scattered, span: Span, random: ChaCha8Rng) -> Self {
        let cells = steps_within(span, span.from_s, 1.0 / scattered.per_s);
        ScatteredCalendar { scattered, from_s: span.from_s, cells, chance: Chance(random) }
    }

    fn start_s(&self, cell: u64) -> f64 {
        self.from_s + cell as f64 / self.scattered.per_s
    }

    fn burst(&self, cell: u64) -> Emission {
        let Scattered { shapes, per_s, snr_db, offsets_hz, .. } = &self.scattered;
        let shape = shapes[(cell % shapes.len() as u64) as usize];
        let mut draws = self.chance.at(cell);
        // One that is too long or too wide for its room sits in the middle of it.
        let mut between = |low: f64, high: f64| {
            let at = draws.uniform();
            if low < high { low + (high - low) * at } else { 0.5 * (low + high) }
        };
        let cell_s = 1.0 / per_s;
        let after_s = between(GUARD * cell_s, (1.0 - GUARD) * cell_s - shape.duration_s());
        let half_hz = 0.5 * shape.nominal_width_hz();
        let offset_hz = between(offsets_hz[0] + half_hz, offsets_hz[1] - half_hz);
        let snr_db = between(snr_db[0], snr_db[1]);
        let strength = Strength::OverNoise(libm::pow(10.0, snr_db / 10.0));
        Emission::burst(shape, self.start_s(cell) + after_s, offset_hz, strength)
    }
}

impl Calendar for ScatteredCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        // A burst begins somewhere in its stretch.
        let wide = Span { from_s: from_s - 1.0 / self.scattered.per_s, to_s };
        let cells = beginning_in(wide, self.cells.clone(), 1.0 / self.scattered.per_s, |cell| self.start_s(cell));
        out.extend(cells.map(|cell| self.burst(cell)).filter(|one| from_s <= one.start_s && one.start_s < to_s));
    }
}
