//! Blocks of any size to chunks of work whose borders depend on the sample index alone.

use std::collections::VecDeque;

use num_complex::Complex32;

use super::grid::Grid;
use crate::error::Result;
use crate::iq::{SampleBlock, SampleFormat};
use crate::units::SampleIndex;

/// Seconds of past samples that the receiver's DC offset is learnt from, to the nearest whole number of chunks.
const DC_SPAN_S: f64 = 0.25;

/// Frames' lengths in a piece whose mean is one vote on the DC offset (0.43 ms at 2.4 MS/s): shorter than a burst, so that
/// bursts fill few pieces and the median of the pieces is the offset between them; long enough that few votes are exact
/// to a small share of the noise in a bin.
const DC_PIECE_FRAMES: usize = 4;

/// Pieces that a chunk votes with, about: enough that the noise of their median is far below a bin's. The first chunk of a
/// segment has no others to vote with it.
const DC_PIECES: usize = 4;
const DC_FIRST_PIECES: usize = 16;

/// Samples that did not arrive or are not numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// First lost sample.
    pub from: SampleIndex,
    /// One past the last lost sample.
    pub to: SampleIndex,
    /// Why, as a clause.
    pub why: &'static str,
}

/// A stretch of samples to be turned into rows.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Place among the chunks of the stream, from 0.
    pub sequence: u64,
    /// First detector's row; its frame begins at sample `first_row × hop`, where `bytes` begins.
    pub first_row: u64,
    /// Detector's rows to make.
    pub rows: usize,
    /// Samples of this chunk alone; those that follow in `bytes` belong to the next one too.
    pub own_samples: usize,
    /// The samples, with what the last frames need beyond the chunk's own.
    pub bytes: Vec<u8>,
    /// Offset to subtract from every sample: the median of the means of pieces of 0.43 ms over the chunks of the 0.25 s
    /// before this one, digital silence left out (where there is nothing before, the chunk takes its own).
    pub dc: Complex32,
    /// Set when the rows before this chunk are not continuous with it.
    pub begins_segment: bool,
    /// What was lost right before this chunk.
    pub lost: Option<Lost>,
}

/// Cuts a stream into [`Chunk`]s.
///
/// A jump of the sample index, or a sample that is not a number, ends a segment; the next begins at the next row of
/// the grid. Whatever the sizes of the blocks, the chunks are the same.
pub struct Chunker {
    grid: Grid,
    format: SampleFormat,
    /// The chunk that fills: its bytes are there, all else is set when it is given out.
    filling: Chunk,
    /// Index of the first sample in it.
    first: u64,
    /// Samples of the chunk before that belong to the next too.
    tail: Vec<u8>,
    /// Index of the next sample expected, `None` before the first.
    expected: Option<u64>,
    segment_begins: bool,
    lost: Option<Lost>,
    /// Means of the pieces of the latest chunks, and how many pieces each chunk had.
    dc_means: VecDeque<Complex32>,
    dc_pieces: VecDeque<usize>,
    dc_chunks: usize,
    dc_votes: Vec<f32>,
    sequence: u64,
}

impl Chunker {
    /// A chunker for one stream.
    pub fn new(grid: Grid, format: SampleFormat) -> Self {
        let chunk_samples = grid.chunk_rows * grid.hop;
        Chunker {
            grid,
            format,
            filling: Chunk::default(),
            first: 0,
            tail: Vec::new(),
            expected: None,
            segment_begins: true,
            lost: None,
            dc_means: VecDeque::new(),
            dc_pieces: VecDeque::new(),
            dc_votes: Vec::new(),
            dc_chunks: ((DC_SPAN_S * grid.sample_rate.0 / chunk_samples as f64).round() as usize).max(1),
            sequence: 0,
        }
    }

    /// Takes a block. Every chunk that becomes whole goes to `emit`, which may take its buffer and leave another.
    pub fn push(&mut self, block: &SampleBlock, emit: &mut impl FnMut(&mut Chunk)) {
        if let Some(expected) = self.expected
            && block.first.0 != expected
        {
            self.lose(SampleIndex(expected), block.first, "samples did not arrive in time", emit);
        }
        let size = self.format.bytes_per_sample();
        let samples = block.bytes.len() / size;
        let mut at = 0;
        while at < samples {
            let run = if self.format.all_finite(&block.bytes[at * size..]) {
                samples
            } else {
                (at..samples).find(|i| !self.format.is_finite(&block.bytes[i * size..])).unwrap_or(samples)
            };
            self.extend(block.first.0 + at as u64, &block.bytes[at * size..run * size], emit);
            at = (run..samples).find(|i| self.format.is_finite(&block.bytes[i * size..])).unwrap_or(samples);
            if at > run {
                let (from, to) = (block.first.0 + run as u64, block.first.0 + at as u64);
                self.lose(SampleIndex(from), SampleIndex(to), "samples are not numbers", emit);
            }
        }
        self.expected = Some(block.first.0 + samples as u64);
    }

    /// Reads the next samples straight into the chunk that fills, and gives it to `emit` when it is whole. `read` fills as
    /// much of what it is given as it has, and says the index of the first sample and how many bytes there are; of none,
    /// `Ok(false)` comes back.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<(SampleIndex, usize)>,
        emit: &mut impl FnMut(&mut Chunk),
    ) -> Result<bool> {
        let size = self.format.bytes_per_sample();
        let (_, rows) = self.rows_to_border();
        let held = self.filling.bytes.len();
        let whole = (rows * self.grid.hop + self.tail_samples()) * size;
        self.filling.bytes.resize(whole, 0);
        let outcome = read(&mut self.filling.bytes[held..]);
        let count = outcome.as_ref().map_or(0, |(_, count)| *count);
        self.filling.bytes.truncate(held + count);
        let (first, _) = outcome?;
        let new = &self.filling.bytes[held..];
        if held == 0 || self.expected != Some(first.0) || !self.format.all_finite(new) {
            let block = SampleBlock { first, bytes: new.to_vec() };
            self.filling.bytes.truncate(held);
            self.push(&block, emit);
        } else {
            self.expected = Some(first.0 + (count / size) as u64);
            if held + count == whole {
                self.emit_chunk(rows, emit);
            }
        }
        Ok(count > 0)
    }

    /// Ends the stream: the rest goes to `emit`. A last chunk without rows carries a loss at the very end.
    pub fn finish(&mut self, emit: &mut impl FnMut(&mut Chunk)) {
        self.flush(emit);
        if self.lost.is_some() {
            self.emit_chunk(0, emit);
        }
    }

    /// Samples in the chunk that fills.
    fn samples(&self) -> usize {
        self.filling.bytes.len() / self.format.bytes_per_sample()
    }

    /// The row that the chunk that fills begins with, and how many there are to the border of chunks.
    fn rows_to_border(&self) -> (u64, usize) {
        let (first_row, chunk_rows) = (self.first / self.grid.hop as u64, self.grid.chunk_rows as u64);
        (first_row, (chunk_rows - first_row % chunk_rows) as usize)
    }

    fn extend(&mut self, first: u64, bytes: &[u8], emit: &mut impl FnMut(&mut Chunk)) {
        if bytes.is_empty() {
            return;
        }
        let size = self.format.bytes_per_sample();
        let mut bytes = bytes;
        if self.filling.bytes.is_empty() {
            let begin = if self.segment_begins { first.next_multiple_of(self.grid.hop as u64) } else { first };
            let skip = ((begin - first) as usize * size).min(bytes.len());
            bytes = &bytes[skip..];
            self.first = begin;
        }
        while !bytes.is_empty() {
            let (_, rows) = self.rows_to_border();
            let needed = (rows * self.grid.hop + self.tail_samples()) * size;
            if self.filling.bytes.capacity() < needed {
                self.filling.bytes.reserve_exact(needed - self.filling.bytes.len());
            }
            let (now, rest) = bytes.split_at(bytes.len().min(needed - self.filling.bytes.len()));
            self.filling.bytes.extend_from_slice(now);
            bytes = rest;
            if self.filling.bytes.len() == needed {
                self.emit_chunk(rows, emit);
            }
        }
    }

    /// Samples beyond a chunk's own that its last frames may need.
    fn tail_samples(&self) -> usize {
        self.grid.overlap().max(self.grid.display_n)
    }

    /// Makes the rows that the samples at hand still hold and forgets the rest.
    fn flush(&mut self, emit: &mut impl FnMut(&mut Chunk)) {
        loop {
            let samples = self.samples();
            if samples < self.grid.n {
                break;
            }
            let whole = (samples - self.grid.n) / self.grid.hop + 1;
            let (_, to_border) = self.rows_to_border();
            self.emit_chunk(whole.min(to_border), emit);
        }
        self.filling.bytes.clear();
    }

    fn lose(&mut self, from: SampleIndex, to: SampleIndex, why: &'static str, emit: &mut impl FnMut(&mut Chunk)) {
        self.flush(emit);
        // Samples between two losses that gave no row were not looked at either: one loss.
        let from = self.lost.as_ref().map_or(from, |lost| lost.from.min(from));
        self.lost = Some(Lost { from, to, why });
        self.segment_begins = true;
        self.dc_means.clear();
        self.dc_pieces.clear();
    }

    fn emit_chunk(&mut self, rows: usize, emit: &mut impl FnMut(&mut Chunk)) {
        let size = self.format.bytes_per_sample();
        let own = (rows * self.grid.hop).min(self.samples());
        let begins = self.dc_means.is_empty();
        let known = self.dc_offset();
        self.learn_dc(own);
        let dc = if begins { self.dc_offset() } else { known };
        self.tail.clear();
        self.tail.extend_from_slice(&self.filling.bytes[own * size..]);
        let chunk = &mut self.filling;
        chunk.sequence = self.sequence;
        chunk.first_row = self.first / self.grid.hop as u64;
        chunk.rows = rows;
        chunk.own_samples = own;
        chunk.dc = dc;
        chunk.begins_segment = self.segment_begins;
        chunk.lost = self.lost.take();
        emit(chunk);
        self.sequence += 1;
        self.segment_begins = false;
        self.filling.bytes.clear();
        self.filling.bytes.extend_from_slice(&self.tail);
        self.first += own as u64;
    }

    /// Takes the votes of the chunk's first `own` samples.
    fn learn_dc(&mut self, own: usize) {
        let size = self.format.bytes_per_sample();
        let length = DC_PIECE_FRAMES * self.grid.n;
        let pieces = if self.dc_pieces.is_empty() { DC_FIRST_PIECES } else { DC_PIECES };
        let apart = (own / pieces / length).max(1) * length;
        let mut pieces = 0;
        for stretch in self.filling.bytes[..own * size].chunks(apart * size) {
            let piece = &stretch[..stretch.len().min(length * size)];
            // Digital silence holds the format's middle, not the receiver's offset.
            if piece.chunks_exact(size).all(|sample| *sample == piece[..size]) {
                continue;
            }
            let mean = self.format.sum(piece) / (piece.len() / size) as f64;
            self.dc_means.push_back(Complex32::new(mean.re as f32, mean.im as f32));
            pieces += 1;
        }
        self.dc_pieces.push_back(pieces);
        if self.dc_pieces.len() > self.dc_chunks {
            let old = self.dc_pieces.pop_front().unwrap_or_default();
            self.dc_means.drain(..old);
        }
    }

    /// The median of the votes, each component on its own.
    fn dc_offset(&mut self) -> Complex32 {
        if self.dc_means.is_empty() {
            return Complex32::default();
        }
        let mut median = |component: fn(&Complex32) -> f32| {
            self.dc_votes.clear();
            self.dc_votes.extend(self.dc_means.iter().map(component));
            let middle = self.dc_votes.len() / 2;
            *self.dc_votes.select_nth_unstable_by(middle, f32::total_cmp).1
        };
        Complex32::new(median(|z| z.re), median(|z| z.im))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Hertz;

    fn chunks(blocks: &[SampleBlock], format: SampleFormat) -> Vec<Chunk> {
        let mut out = Vec::new();
        let mut chunker = Chunker::new(Grid::for_rate(Hertz(2.4e6)), format);
        let mut emit = |chunk: &mut Chunk| out.push(std::mem::take(chunk));
        for block in blocks {
            chunker.push(block, &mut emit);
        }
        chunker.finish(&mut emit);
        out
    }

    fn same(a: &[Chunk], b: &[Chunk]) {
        let key = |c: &Chunk| {
            (c.sequence, c.first_row, c.rows, c.own_samples, c.bytes.clone(), c.begins_segment, c.lost.clone(), c.dc)
        };
        assert!(a.iter().map(key).eq(b.iter().map(key)), "{} and {} chunks", a.len(), b.len());
    }

    #[test]
    fn any_block_size_gives_the_same_chunks() {
        let bytes: Vec<u8> = (0..600_001usize).map(|i| (i * 7 % 251) as u8).collect();
        let cut = |step: usize| -> Vec<SampleBlock> {
            bytes[..600_000]
                .chunks(2 * step)
                .enumerate()
                .map(|(i, b)| SampleBlock { first: SampleIndex((i * step) as u64), bytes: b.to_vec() })
                .collect()
        };
        let whole = chunks(&cut(300_000), SampleFormat::Cu8);
        assert!(whole.len() > 3);
        for step in [1, 77, 192, 48_000, 99_999] {
            same(&whole, &chunks(&cut(step), SampleFormat::Cu8));
        }
        let rows: usize = whole.iter().map(|c| c.rows).sum();
        assert_eq!(rows, (300_000 - 256) / 192 + 1);
    }

    #[test]
    fn samples_read_straight_into_chunks_give_those_of_blocks() {
        let bytes: Vec<u8> = (0..600_001usize).map(|i| (i * 7 % 251) as u8).collect();
        let floats = |gap: bool| -> Vec<u8> {
            let value =
                |i: usize| if gap && (70_001..70_101).contains(&i) { f32::NAN } else { (i % 251) as f32 / 300.0 };
            (0..200_000).flat_map(|i| value(i).to_le_bytes()).collect()
        };
        // Whole, in pieces, with a jump of the index, and with what is not a number.
        for (format, bytes, most, jump) in [
            (SampleFormat::Cu8, bytes[..600_000].to_vec(), usize::MAX, 0),
            (SampleFormat::Cu8, bytes[..600_000].to_vec(), 10_002, 0),
            (SampleFormat::Cu8, bytes[..600_000].to_vec(), 10_002, 777),
            (SampleFormat::Cf32Le, floats(false), usize::MAX, 0),
            (SampleFormat::Cf32Le, floats(true), 80_000, 0),
        ] {
            let size = format.bytes_per_sample();
            let mut chunker = Chunker::new(Grid::for_rate(Hertz(2.4e6)), format);
            let (mut at, mut blocks, mut straight) = (0, Vec::new(), Vec::new());
            let mut emit = |chunk: &mut Chunk| straight.push(std::mem::take(chunk));
            let mut read = |room: &mut [u8]| {
                let count = room.len().min(most).min(bytes.len() - at) / size * size;
                room[..count].copy_from_slice(&bytes[at..at + count]);
                let first = SampleIndex((at / size + if at > bytes.len() / 2 { jump } else { 0 }) as u64);
                blocks.push(SampleBlock { first, bytes: bytes[at..at + count].to_vec() });
                at += count;
                Ok((first, count))
            };
            while chunker.read(&mut read, &mut emit).expect("reading does not fail") {}
            chunker.finish(&mut emit);
            // The empty read at the end is no block.
            blocks.pop();
            assert!(straight.len() > 2);
            same(&chunks(&blocks, format), &straight);
        }
    }

    #[test]
    fn a_jump_of_the_index_ends_a_segment_and_is_told_once() {
        let block = |first: u64, n: usize| SampleBlock { first: SampleIndex(first), bytes: vec![128; 2 * n] };
        let out = chunks(&[block(0, 10_000), block(12_345, 10_000)], SampleFormat::Cu8);
        assert_eq!(out.len(), 2);
        assert_eq!((out[0].first_row, out[0].rows), (0, (10_000 - 256) / 192 + 1));
        let lost = Lost { from: SampleIndex(10_000), to: SampleIndex(12_345), why: "samples did not arrive in time" };
        assert_eq!(out[1].lost, Some(lost));
        assert_eq!(out[1].first_row, 65);
        assert!(out[1].begins_segment);
    }

    #[test]
    fn samples_that_are_not_numbers_are_one_loss() {
        let mut bytes = Vec::new();
        for i in 0..20_000 {
            let v = if (9_000..9_100).contains(&i) && i % 2 == 0 { f32::NAN } else { 0.1 };
            bytes.extend(v.to_le_bytes());
            bytes.extend(0.1f32.to_le_bytes());
        }
        let out = chunks(&[SampleBlock { first: SampleIndex(0), bytes }], SampleFormat::Cf32Le);
        let lost: Vec<_> = out.iter().filter_map(|c| c.lost.clone()).collect();
        let why = "samples are not numbers";
        assert_eq!(lost, [Lost { from: SampleIndex(9_000), to: SampleIndex(9_099), why }]);
    }
}
