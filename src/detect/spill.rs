//! What a far stronger burst spills beside itself: it is no burst of its own.

use super::extract::Found;
use super::grow::{Plane, RAMP_ROWS, most_spilt};

/// Cells between a burst's skirt and the rest of what it spills, in which it may have sunk into noise.
const GAP: usize = 4;

/// What begins and ends with a stronger burst and lies right beside it is a piece of it, if it is narrower than this or
/// both together are no wider than a channel: no handset's burst is so narrow, and fading notches spectra.
const NARROW_HZ: f64 = 115e3;
const CHANNEL_HZ: f64 = 240e3;

/// What is narrower than this is no burst only because a skirt ends at it.
const SLIVER_HZ: f64 = 90e3;

/// Tells what is spilt from what was sent.
pub struct Spill {
    cell_hz: f64,
    cells: usize,
}

impl Spill {
    /// For a band of `cells` cells, `cell_hz` wide each.
    pub fn new(cell_hz: f64, cells: usize) -> Self {
        Spill { cell_hz, cells }
    }

    /// Whether `weak` is only what `strong` spills, or a piece of it; `strong` then reaches over a piece.
    pub fn takes(&self, plane: Plane, strong: &mut Found, weak: &Found) -> bool {
        if weak.rows.0 + RAMP_ROWS < strong.rows.0 || weak.rows.1 > strong.rows.1 + RAMP_ROWS {
            return false;
        }
        if self.is_piece(strong, weak) {
            strong.skirt = (strong.skirt.0.min(weak.skirt.0), strong.skirt.1.max(weak.skirt.1));
            return true;
        }
        self.is_skirt(plane, strong, weak)
    }

    /// Whether `weak` is a narrow piece of `strong`: at the same time, and right beside it.
    fn is_piece(&self, strong: &Found, weak: &Found) -> bool {
        // What its ramps spill has taken the weaker one's first and last rows.
        let (first, last) = (weak.rows.0.abs_diff(strong.rows.0), weak.rows.1.abs_diff(strong.rows.1));
        let together = first.max(last) <= RAMP_ROWS;
        let beside = weak.cells.0 <= strong.cells.1 + 1 && strong.cells.0 <= weak.cells.1 + 1;
        let width = |low: usize, high: usize| (high - low) as f64 * self.cell_hz;
        let both = width(weak.cells.0.min(strong.cells.0), weak.cells.1.max(strong.cells.1));
        together && beside && (width(weak.cells.0, weak.cells.1) <= NARROW_HZ || both <= CHANNEL_HZ)
    }

    /// Whether `weak` is no more than the skirt of `strong` at its distance, and does not rise away from it as a
    /// neighbour of its own does. The band's edges touch: what reaches beyond one comes in again at the other.
    fn is_skirt(&self, plane: Plane, strong: &Found, weak: &Found) -> bool {
        let around = |cells: isize| cells.rem_euclid(self.cells as isize) as usize;
        let (above, below) = (
            around(weak.cells.0 as isize - strong.cells.1 as isize),
            around(strong.cells.0 as isize - weak.cells.1 as isize),
        );
        let width = weak.cells.1 - weak.cells.0;
        // The first of them going away from the strong one.
        let (distance, nearest, upward) =
            if above <= below { (above, weak.cells.0, true) } else { (below, weak.cells.1 - 1, false) };
        let skirt = if upward { strong.skirt.1 - strong.cells.1 } else { strong.cells.0 - strong.skirt.0 };
        let gap = distance.saturating_sub(skirt);
        let at_another = if upward { strong.beside.1 } else { strong.beside.0 };
        if at_another && gap <= 1 && width as f64 * self.cell_hz > SLIVER_HZ {
            return false;
        }
        if distance + width >= self.cells || gap > GAP.max(width) {
            return false;
        }
        let middle_hz = (distance as f64 + 0.5 * width as f64) * self.cell_hz;
        if f64::from(weak.level) > most_spilt(middle_hz) * f64::from(strong.level) {
            return false;
        }
        // From the skirt's end on, in thirds of the weak one.
        let third = (width / 3).max(1);
        let mean = |from: isize, count: usize| {
            let cell = |i: usize| {
                let step = from + i as isize;
                around(nearest as isize + if upward { step } else { -step })
            };
            (0..count).map(|i| plane.column(weak.rows, cell(i)) - 1.0).sum::<f32>() / count as f32
        };
        let sigma = |mean: f32, count: usize| {
            (1.0 + mean.max(0.0)) * (1.0 / plane.dof(count, weak.rows.1 - weak.rows.0)).sqrt() as f32
        };
        let rises = |near: f32, near_count: usize, far: f32, far_count: usize| {
            far - near.max(0.0) > 0.25 * near.max(0.0) + 2.5 * sigma(near, near_count).hypot(sigma(far, far_count))
        };
        let valley = gap.min(4);
        if valley > 0 && rises(mean(-(valley as isize), valley), valley, weak.level, width) {
            return false;
        }
        let parts: [f32; 3] = std::array::from_fn(|i| {
            let from = if i == 2 { width - third } else { (i * third).min(width - third) };
            mean(from as isize, third)
        });
        !rises(parts[0], third, parts[1], third) && !rises(parts[0], third, parts[2], third)
    }
}
