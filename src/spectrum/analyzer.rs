//! One chunk of samples to its rows of power.

use num_complex::Complex32;

use super::chunker::Chunk;
use super::frames::Frames;
use super::grid::{GROUP_ROWS, Grid};
use super::power;
use super::rows::DisplayRows;
use super::stft::{Scale, Stft};
use super::window::Window;
use crate::iq::SampleFormat;
use crate::simd::Instructions;
use crate::units::SampleIndex;

/// What a chunk became.
#[derive(Clone, Debug, Default)]
pub struct Spectra {
    /// First detector's row.
    pub first_row: u64,
    /// Shape `[rows × n / 4]`: power of the detector's rows, summed over the four bins of each cell, ascending
    /// frequency; the cells of a row add up to its mean power, full scale 1. A frame of one repeated value is all zero.
    pub cells: Vec<f32>,
    /// First of the groups of six rows that lie whole in this chunk: rows from six times this on.
    pub first_group: u64,
    /// Shape `[groups × n]`: power per bin, mean over the rows of each group.
    pub groups: Vec<f32>,
    /// Rows for the waterfall; `None` when nobody looks or the chunk is too short for one.
    pub display: Option<DisplayRows>,
    /// Samples with a component at the end of the format's range.
    pub clipped: u64,
    /// Largest magnitude of a component.
    pub peak: f32,
}

/// Turns chunks into [`Spectra`]. Each chunk stands alone, so that any thread may take any chunk.
pub struct Analyzer {
    grid: Grid,
    format: SampleFormat,
    instructions: Instructions,
    frames: Frames,
    /// Where a group goes that is not whole.
    partial: Vec<f32>,
    display: Option<Stft>,
    samples: Vec<Complex32>,
    display_row: Vec<f32>,
}

impl Analyzer {
    /// An analyzer; waterfall rows are made when `display` is set.
    pub fn new(grid: Grid, format: SampleFormat, display: bool) -> Self {
        Analyzer::with(Instructions::best(), grid, format, display)
    }

    /// The same with the instructions given; the rows agree to the rounding of the transform.
    pub fn with(instructions: Instructions, grid: Grid, format: SampleFormat, display: bool) -> Self {
        Analyzer {
            grid,
            format,
            instructions,
            frames: Frames::new(grid, format, instructions),
            partial: vec![0.0; grid.n],
            display: display.then(|| Stft::new(grid.display_n, grid.display_hop, Window::Hann, Scale::Tone)),
            samples: Vec::new(),
            display_row: vec![0.0; grid.display_n],
        }
    }

    /// Analyses `chunk` into `out`, whose buffers are used again.
    pub fn analyse(&mut self, chunk: &Chunk, out: &mut Spectra) {
        let own = &chunk.bytes[..chunk.own_samples * self.format.bytes_per_sample()];
        out.peak = self.format.peak(own);
        out.clipped = if out.peak < self.format.clip_level() { 0 } else { self.format.at_full_scale(own) as u64 };
        self.rows(chunk, out);
        self.display_rows(chunk, out);
    }

    /// The detector's rows, as many at a time as are transformed at once, no batch reaching into two groups.
    fn rows(&mut self, chunk: &Chunk, out: &mut Spectra) {
        let Grid { n, hop, .. } = self.grid;
        let (cells, size) = (self.grid.cells(), self.format.bytes_per_sample());
        let group_rows = GROUP_ROWS as u64;
        let (first_row, end_row) = (chunk.first_row, chunk.first_row + chunk.rows as u64);
        out.first_row = first_row;
        out.first_group = first_row.div_ceil(group_rows);
        let groups = (end_row / group_rows).saturating_sub(out.first_group) as usize;
        // What is there is overwritten.
        out.cells.resize(chunk.rows * cells, 0.0);
        out.groups.resize(groups * n, 0.0);
        let batch = Frames::batch(&self.grid) as u64;
        let mut row = first_row;
        while row < end_row {
            let group = row / group_rows;
            let count = batch.min((group + 1) * group_rows - row).min(end_row - row) as usize;
            let at = (row - first_row) as usize;
            let bytes = &chunk.bytes[at * hop * size..][..((count - 1) * hop + n) * size];
            let whole = group.checked_sub(out.first_group).filter(|g| *g < groups as u64);
            let bins = match whole {
                Some(group) => &mut out.groups[group as usize * n..][..n],
                None => &mut self.partial,
            };
            let cells_out = &mut out.cells[at * cells..][..count * cells];
            let frames = self.frames.transform(bytes, count, chunk.dc);
            let (share, fresh) = (1.0 / GROUP_ROWS as f32, row.is_multiple_of(group_rows));
            power::add_up(self.instructions, frames, n, share, fresh, cells_out, bins);
            // A value that repeats is digital silence: nothing was received, not even the receiver's offset.
            for (m, row) in cells_out.chunks_exact_mut(cells).enumerate() {
                if repeats(&bytes[m * hop * size..][..n * size], size) {
                    row.fill(0.0);
                }
            }
            row += count as u64;
        }
    }

    /// Waterfall rows: the maximum over every display frame that begins in the row's span.
    fn display_rows(&mut self, chunk: &Chunk, out: &mut Spectra) {
        let Some(stft) = self.display.as_mut() else {
            return;
        };
        self.samples.resize(chunk.bytes.len() / self.format.bytes_per_sample(), Complex32::default());
        self.format.convert(&chunk.bytes, &mut self.samples);
        for z in &mut self.samples {
            *z -= chunk.dc;
        }
        let (n, hop) = (stft.n(), stft.hop() as u64);
        let begin = chunk.first_row * self.grid.hop as u64;
        let end = begin + chunk.own_samples as u64;
        let span = self.grid.display_span();
        let first_row = begin / span;
        let mut power = out.display.take().map(|rows| rows.power).unwrap_or_default();
        power.clear();
        let mut at = begin.next_multiple_of(hop);
        while at < end && (at - begin) as usize + n <= self.samples.len() {
            stft.row(&self.samples[(at - begin) as usize..], &mut self.display_row);
            let row = (at / span - first_row) as usize;
            if power.len() < (row + 1) * n {
                power.resize((row + 1) * n, 0.0);
            }
            for (max, p) in power[row * n..].iter_mut().zip(&self.display_row) {
                *max = max.max(*p);
            }
            at += hop;
        }
        if !power.is_empty() {
            out.display = Some(DisplayRows { first: SampleIndex(first_row * span), span, bins: n, power });
        }
    }
}

/// Whether all samples of a frame are the same.
pub(super) fn repeats(frame: &[u8], bytes_per_sample: usize) -> bool {
    // Each sample equals the next one: that is the frame and itself, moved on by a sample.
    frame[..16] == frame[16..32] && frame[bytes_per_sample..] == frame[..frame.len() - bytes_per_sample]
}
