//! Disturbances at random times.

use rand_chacha::ChaCha8Rng;

use super::{Calendar, Chance, beginning_in};
use crate::scene::description::{Span, Strength};
use crate::scene::emission::{Emission, Label};
use crate::scene::truth::Kind;
use crate::scene::waveform::Shape;

/// Cells of time for each impulse on average. One cell in as many has an impulse, at any place within it: with so many
/// cells the numbers of impulses are near Poisson's.
const CELLS: u64 = 16;

/// Impulses that know nothing of one another.
#[derive(Debug)]
pub(in crate::scene) struct ImpulseCalendar {
    span: Span,
    shape: Shape,
    strength: Strength,
    cell_s: f64,
    chance: Chance,
}

impl ImpulseCalendar {
    /// On average `per_s` impulses a second, around the scene's centre.
    pub(in crate::scene) fn new(per_s: f64, shape: Shape, strength: Strength, span: Span, random: ChaCha8Rng) -> Self {
        let cell_s = 1.0 / (per_s * CELLS as f64);
        ImpulseCalendar { span, shape, strength, cell_s, chance: Chance(random) }
    }
}

impl Calendar for ImpulseCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        let cell_start_s = |cell: u64| self.span.from_s + cell as f64 * self.cell_s;
        // An impulse begins somewhere in its cell.
        let wide = Span { from_s: from_s - self.cell_s, to_s };
        let last_s = self.span.to_s - self.shape.duration_s();
        for cell in beginning_in(wide, 0..u64::MAX, self.cell_s, cell_start_s) {
            let mut draws = self.chance.at(cell);
            if draws.below(CELLS) != 0 {
                continue;
            }
            let start_s = cell_start_s(cell) + self.cell_s * draws.uniform();
            if from_s <= start_s && start_s < to_s && start_s <= last_s {
                out.push(Emission {
                    shape: self.shape,
                    start_s,
                    offset_hz: 0.0,
                    strength: self.strength,
                    label: Some(Label { text: "Impulse".into(), kind: Kind::Other }),
                });
            }
        }
    }
}
