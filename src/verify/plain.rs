//! What the detector is held against: a plain threshold per bin.
//!
//! The frames are the detector's own, and each bin of each frame is judged alone. All else is as good as such a detector may
//! be: the noise in every bin is known to 0.03 dB before the first decision, noise alone exceeds the threshold exactly as
//! often as asked for, and what exceeds it side by side is one burst.

use std::f64::consts::LN_2;
use std::sync::{Arc, Mutex};

use crate::error::Result;
use crate::iq::{SampleBlock, SampleFormat};
use crate::source::{Pace, Source, StreamInfo};
use crate::spectrum::{Chunk, Chunker, Grid, Recall};
use crate::units::SampleIndex;

/// Seconds of signal whose median is the floor of a bin: 50 000 rows at 2.4 MS/s.
const FLOOR_S: f64 = 4.0;

/// Exceedances at most so many rows and bins apart are one burst: one that does not exceed may lie between.
const JOINED: u64 = 2;

/// Bins over the threshold that touch: first and last row, first and last bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceedance {
    rows: (u64, u64),
    bins: (u64, u64),
}

/// Judges samples bin by bin and frame by frame.
pub struct PlainThreshold {
    grid: Grid,
    /// The threshold over the mean of noise: ln of the cells of an hour over the false alarms asked for in it, as noise in a
    /// cell is exponential.
    ratio: f64,
    chunker: Chunker,
    recall: Recall,
    floor_rows: u64,
    /// Rows to be judged once the floor is known, shape `[rows × n]`.
    held: Vec<f32>,
    /// Power that noise exceeds that often, for each bin; empty until the floor is known.
    limits: Vec<f32>,
    /// Rows judged.
    judged: u64,
    open: Vec<Exceedance>,
    closed: Vec<Exceedance>,
}

impl PlainThreshold {
    /// A threshold for a stream of samples from 0 on in `format`, which noise alone exceeds `per_hour` times an hour.
    pub fn new(grid: Grid, format: SampleFormat, per_hour: f64) -> Self {
        let cells_per_hour = 3600.0 / grid.row_s() * grid.n as f64;
        PlainThreshold {
            grid,
            ratio: (cells_per_hour / per_hour).ln().max(0.0),
            chunker: Chunker::new(grid, format),
            recall: Recall::new(grid, format),
            floor_rows: (FLOOR_S / grid.row_s()) as u64,
            held: Vec::new(),
            limits: Vec::new(),
            judged: 0,
            open: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, block: &SampleBlock) {
        let mut chunks = Vec::new();
        self.chunker.push(block, &mut |chunk| chunks.push(std::mem::take(chunk)));
        chunks.iter_mut().for_each(|chunk| self.take(chunk));
    }

    /// Ends the stream and gives what exceeded the threshold, in the order in which it ended.
    pub fn finish(mut self) -> Vec<Exceedance> {
        let mut chunks = Vec::new();
        self.chunker.finish(&mut |chunk| chunks.push(std::mem::take(chunk)));
        chunks.iter_mut().for_each(|chunk| self.take(chunk));
        self.judge();
        self.closed.append(&mut self.open);
        self.closed
    }

    fn take(&mut self, chunk: &mut Chunk) {
        let (first, end) = (chunk.first_row, chunk.first_row + chunk.rows as u64);
        self.recall.keep(chunk);
        self.held.extend_from_slice(self.recall.rows(first, end));
        self.recall.forget_before(end);
        if end >= self.floor_rows {
            self.judge();
        }
    }

    /// Judges the rows held; the first time, the floor is learnt from them.
    fn judge(&mut self) {
        let n = self.grid.n;
        let held = std::mem::take(&mut self.held);
        if self.limits.is_empty() && !held.is_empty() {
            self.limits =
                (0..n).map(|bin| (median(held[bin..].iter().step_by(n)) / LN_2 * self.ratio) as f32).collect();
        }
        for row in held.chunks_exact(n) {
            let now = self.judged;
            for (bin, (power, limit)) in (0..).zip(row.iter().zip(&self.limits)) {
                if power > limit {
                    exceeded(&mut self.open, now, bin);
                }
            }
            self.closed.extend(self.open.extract_if(.., |open| open.rows.1 + JOINED <= now));
            self.judged += 1;
        }
        self.held = held;
        self.held.clear();
    }
}

/// Puts a bin of the row `now` to what it touches of `open`.
fn exceeded(open: &mut Vec<Exceedance>, now: u64, bin: u64) {
    let mut whole = Exceedance { rows: (now, now), bins: (bin, bin) };
    let touches = |one: &mut Exceedance| one.bins.0.saturating_sub(JOINED) <= bin && bin <= one.bins.1 + JOINED;
    for one in open.extract_if(.., touches) {
        whole.rows.0 = whole.rows.0.min(one.rows.0);
        whole.bins = (whole.bins.0.min(one.bins.0), whole.bins.1.max(one.bins.1));
    }
    open.push(whole);
}

/// Of exponential noise it is ln 2 times the mean.
fn median<'a>(values: impl Iterator<Item = &'a f32>) -> f64 {
    let mut values: Vec<f32> = values.copied().collect();
    let middle = values.len() / 2;
    f64::from(*values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

impl Exceedance {
    /// First sample and their number, each row standing for the samples that weigh most in it; lower and upper edge in hertz
    /// from the centre.
    pub fn in_samples_and_hertz(&self, grid: &Grid) -> (u64, u64, i64, i64) {
        let hop = grid.hop as u64;
        let edge = |bin: f64| ((bin - grid.n as f64 / 2.0 - 0.5) * grid.bin_width().0).round() as i64;
        (
            self.rows.0 * hop + grid.overlap() as u64 / 2,
            (self.rows.1 + 1 - self.rows.0) * hop,
            edge(self.bins.0 as f64),
            edge(self.bins.1 as f64 + 1.0),
        )
    }
}

/// A source whose samples a plain threshold sees on their way: the detector and it look at the same ones.
pub struct Overheard {
    /// Where they come from.
    pub source: Box<dyn Source>,
    /// Who sees them.
    pub plain: Arc<Mutex<PlainThreshold>>,
}

impl Source for Overheard {
    fn info(&self) -> &StreamInfo {
        self.source.info()
    }

    fn pace(&self) -> Pace {
        self.source.pace()
    }

    fn may_wait(&self) -> bool {
        self.source.may_wait()
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        let (first, count) = self.source.read(bytes)?;
        let block = SampleBlock { first, bytes: bytes[..count].to_vec() };
        self.plain.lock().expect("no thread ends while it holds this").push(&block);
        Ok((first, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;
    use crate::units::Hertz;

    /// What exceeds the threshold in a scene of ten seconds with rippled noise.
    fn exceedances(bursts: &str, per_hour: f64, block_samples: u64) -> (Vec<(u64, u64, i64, i64)>, Scene) {
        let text = format!(
            "[scene]\ntitle = \"test\"\nseed = 7\nduration_s = 10.0\nsample_rate_hz = 2_400_000\ncenter_hz = 900_000_000\n\n\
             [receiver]\nnoise_dbfs = -36\nripple = [{{ depth_db = 1.5, humps = 5, degrees = 120 }}]\n{bursts}"
        );
        let scene = Scene::from_toml(&text, "test").expect("a good scene");
        let grid = Grid::for_rate(Hertz(2.4e6));
        let mut plain = PlainThreshold::new(grid, scene.format(), per_hour);
        let mut renderer = scene.renderer();
        let mut block = SampleBlock::default();
        for first in (0..scene.length()).step_by(block_samples as usize) {
            let count = block_samples.min(scene.length() - first) as usize;
            block.first = SampleIndex(first);
            block.bytes.resize(count * scene.format().bytes_per_sample(), 0);
            renderer.render(block.first, &mut block.bytes);
            plain.push(&block);
        }
        (plain.finish().iter().map(|one| one.in_samples_and_hertz(&grid)).collect(), scene)
    }

    #[test]
    fn noise_alone_exceeds_a_plain_threshold_as_often_as_asked_for() {
        // 556 expected in ten seconds, with a standard deviation of 24; of the cells 1 in 58 000 exceed.
        let (alarms, _) = exceedances("", 200_000.0, 1 << 20);
        assert!((460..=640).contains(&alarms.len()), "{} alarms for 556", alarms.len());
        let upper = alarms.iter().filter(|(_, _, low, high)| low + high > 0).count();
        assert!((0.4..0.6).contains(&(upper as f64 / alarms.len() as f64)), "{upper} of {}", alarms.len());
    }

    #[test]
    fn a_strong_burst_is_one_exceedance_of_its_own_extent_whatever_the_blocks() {
        let bursts = "\n[[scattered]]\nbursts = [\"LTE PUSCH 6 RB\"]\nper_s = 0.3\nsnr_db = [25, 25]\n\
                      band_hz = [899_000_000, 901_000_000]\n";
        let (found, scene) = exceedances(bursts, 1.0, 1 << 20);
        let sent = scene.truth(SampleIndex(0), SampleIndex(scene.length()));
        assert!(!sent.is_empty());
        // Spilled power may exceed too, beside a burst.
        let wide: Vec<_> = found.iter().filter(|(_, count, low, high)| *count > 1500 && high - low > 900_000).collect();
        assert_eq!(wide.len(), sent.len(), "{found:?}");
        for (found, sent) in wide.iter().zip(&sent) {
            let (start, count, low, high) = **found;
            assert!(start.abs_diff(sent.start.0) < 300 && (start + count).abs_diff(sent.start.0 + sent.count) < 300);
            assert!((low as f64 - sent.low.0).abs() < 120e3 && (high as f64 - sent.high.0).abs() < 120e3, "{found:?}");
        }
        assert_eq!(exceedances(bursts, 1.0, 77_777).0, found);
    }
}
