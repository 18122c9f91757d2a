//! Which frames are taken at which sample rate.

use crate::units::Hertz;

/// The frames of the detector and of the display at one sample rate.
///
/// The detector's grid follows the rate so that a bin is 6.6 to 13.3 kHz (9.4 kHz at 2.4 MS/s) and shapes stated in
/// hertz and microseconds fit everywhere. Frame `m` begins at sample `m × hop`, counted from the recording's first
/// sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Complex samples per second.
    pub sample_rate: Hertz,
    /// Samples in a detector's frame, bins in its row: a power of two, at least 32.
    pub n: usize,
    /// Samples from one detector's frame to the next: 3/4 of a frame.
    pub hop: usize,
    /// Samples in a display frame, bins in a waterfall row.
    pub display_n: usize,
    /// Samples from one display frame to the next: half a frame.
    pub display_hop: usize,
    /// Detector's rows that one waterfall row spans: about 5 ms.
    pub rows_per_display_row: usize,
    /// Detector's rows in a chunk of work: a whole number of waterfall rows.
    pub chunk_rows: usize,
}

/// Bins in a cell: the detector's unit of frequency, 37.5 kHz at 2.4 MS/s.
pub const BINS_PER_CELL: usize = 4;

/// Rows in a group: what power per bin is given for, 0.48 ms at 2.4 MS/s.
pub const GROUP_ROWS: usize = 6;

/// Rows in a block, over which the receiver's gain is one number: 0.96 ms at 2.4 MS/s.
pub const BLOCK_ROWS: u64 = 12;

/// Time that one waterfall row spans, to the nearest whole number of blocks.
const DISPLAY_ROW_S: f64 = 5e-3;

/// Samples that a chunk of work holds at least, unless one waterfall row is longer: enough that handing it from
/// thread to thread costs nothing, few enough that it stays in the cache.
const CHUNK_SAMPLES: usize = 32 * 1024;

/// Seconds that a chunk lasts at most, unless one waterfall row is longer: a burst is given out 300 ms after its end.
const CHUNK_S: f64 = 0.025;

impl Grid {
    /// The grid at `sample_rate`.
    pub fn for_rate(sample_rate: Hertz) -> Self {
        let octaves = (sample_rate.0 / 2.4e6).log2().round() as i32;
        let n = 1usize << (8 + octaves).clamp(5, 24);
        let hop = n * 3 / 4;
        let display_n = (4 * n).clamp(512, 4096);
        let display_hop = display_n / 2;
        // A row must hold at least one display frame, whatever the rate.
        let block = hop as f64 * BLOCK_ROWS as f64;
        let least = display_hop.div_ceil(hop * BLOCK_ROWS as usize);
        let rows_per_display_row =
            BLOCK_ROWS as usize * least.max((DISPLAY_ROW_S * sample_rate.0 / block).round() as usize);
        // At low rates so many samples would take too long to come.
        let chunk_samples = CHUNK_SAMPLES.min((CHUNK_S * sample_rate.0) as usize);
        let display_rows_per_chunk = chunk_samples.div_ceil(rows_per_display_row * hop).max(1);
        Grid {
            sample_rate,
            n,
            hop,
            display_n,
            display_hop,
            rows_per_display_row,
            chunk_rows: display_rows_per_chunk * rows_per_display_row,
        }
    }

    /// Samples that one waterfall row spans.
    pub fn display_span(&self) -> u64 {
        (self.rows_per_display_row * self.hop) as u64
    }

    /// Cells in a detector's row.
    pub fn cells(&self) -> usize {
        self.n / BINS_PER_CELL
    }

    /// Width of a detector's bin.
    pub fn bin_width(&self) -> Hertz {
        Hertz(self.sample_rate.0 / self.n as f64)
    }

    /// Seconds from one detector's row to the next.
    pub fn row_s(&self) -> f64 {
        self.hop as f64 / self.sample_rate.0
    }

    /// Length of the falling and of the rising ramp of the detector's window, in samples.
    pub fn overlap(&self) -> usize {
        self.n - self.hop
    }

    /// Seconds of the shortest burst that surely has one whole frame inside, wherever it begins.
    pub fn shortest_whole_s(&self) -> f64 {
        (self.n + self.hop) as f64 / self.sample_rate.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_keep_their_width_from_250_ks_to_61_ms() {
        for rate in [250e3, 1e6, 1.92e6, 2.4e6, 10e6, 20e6, 61.44e6] {
            let grid = Grid::for_rate(Hertz(rate));
            let width = grid.bin_width().0;
            assert!((6_600.0..13_300.0).contains(&width), "{rate}: {width}");
            assert_eq!(grid.hop * 4, grid.n * 3);
            assert!(grid.display_span() as usize >= grid.display_hop);
        }
    }

    #[test]
    fn at_two_point_four_megasamples_the_grid_is_the_stated_one() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        assert_eq!((grid.n, grid.hop, grid.display_n, grid.rows_per_display_row), (256, 192, 1024, 60));
        assert!((grid.shortest_whole_s() - 186.7e-6).abs() < 0.1e-6);
    }
}
