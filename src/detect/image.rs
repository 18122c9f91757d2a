//! Mirror images: a receiver whose I and Q branches are not quite equal hears a strong burst a second time, weaker, on
//! the other side of the centre.

use super::track::Piece;
use crate::spectrum::Grid;

/// How an image may differ from what the stated rejection says: over the band it is so much worse (3 dB) or better
/// (15 dB), as ratios.
const WORSE: f64 = 2.0;
const BETTER: f64 = 31.6;

/// An image begins and ends with its parent, to within so many rows.
const ROWS: f64 = 1.5;

/// Takes images out of `pieces`: those that mirror one stronger by `rejection`, a ratio, at the same time.
pub fn take_out(pieces: &mut Vec<Piece>, grid: &Grid, rejection: f64) {
    let expected = rejection / WORSE..=rejection * BETTER;
    let (mirror, margin) = (grid.n as f64 + 1.0, ROWS * grid.hop as f64);
    let is_image = |image: &Piece, parent: &Piece| {
        let (i, p) = (&image.measured, &parent.measured);
        // Bin `n / 2` is the centre: what lies at x bins from the band's edge, a half of a bin more than its number, has
        // its image at n + 1 − x.
        let (low, high) = (mirror - p.spectrum.high, mirror - p.spectrum.low);
        let beside = 0.3 * (high - low) + 1.0;
        expected.contains(&(p.spectrum.signal / i.spectrum.signal))
            && i.start > p.start - margin
            && i.end < p.end + margin
            && i.spectrum.low > low - beside
            && i.spectrum.high < high + beside
    };
    for at in (0..pieces.len()).rev() {
        if pieces.iter().any(|parent| is_image(&pieces[at], parent)) {
            pieces.remove(at);
        }
    }
}
