//! Every stage of the way from samples to bursts, beside the Fourier transform alone. `README.md` tells how to read it.

use std::hint::black_box;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use glint::detect::floor::{Floor, Groups, MEMORY_S, RUN_GROUPS, RUNS_APART, SPAN_S};
use glint::detect::gain::Gain;
use glint::detect::lattice::Lattice;
use glint::detect::shapes::{Raster, Shape};
use glint::detect::threshold::Thresholds;
use glint::detect::{Config, Detector, Event};
use glint::error::Result;
use glint::iq::{SampleBlock, SampleFormat};
use glint::pipeline::{self, Pipeline, Sink};
use glint::scene::Scene;
use glint::simd::Instructions;
use glint::source::{Source, SourceKind, StreamInfo};
use glint::spectrum::{Analyzer, BINS_PER_CELL, BLOCK_ROWS, Chunk, Chunker, GROUP_ROWS, Grid, Recall, Spectra};
use glint::units::SampleIndex;
use num_complex::Complex32;
use rustfft::FftPlanner;

fn main() {
    divan::main();
}

/// Seconds of signal that the longer benches work on.
const SECONDS: f64 = 2.0;

/// What the air holds.
#[derive(Clone, Copy, Debug)]
enum Air {
    /// The demonstration before the phone is switched on: noise, ripple, a spur, nothing sent.
    Quiet,
    /// A call in it: 208 bursts a second.
    Call,
}

const AIR: [Air; 2] = [Air::Quiet, Air::Call];

/// Samples of the demonstration as the receiver stores them.
struct Recording {
    grid: Grid,
    format: SampleFormat,
    bytes: Vec<u8>,
}

impl Recording {
    fn of(air: Air) -> Recording {
        let scene = Scene::named("demo").expect("the demonstration comes with the program");
        let rate = scene.tuning().sample_rate;
        let format = scene.format();
        let start_s = match air {
            Air::Quiet => quiet_s(&scene),
            Air::Call => {
                let call = scene.actions().iter().find(|a| a.label == "Call").expect("the demonstration holds a call");
                call.start.seconds(rate) + 1.0
            }
        };
        let mut bytes = vec![0; (SECONDS * rate.0) as usize * format.bytes_per_sample()];
        scene.renderer().render(SampleIndex((start_s * rate.0) as u64), &mut bytes);
        Recording { grid: Grid::for_rate(rate), format, bytes }
    }

    fn samples(&self) -> usize {
        self.bytes.len() / self.format.bytes_per_sample()
    }

    /// The chunks that the pipeline works on.
    fn chunks(&self) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let mut chunker = Chunker::new(self.grid, self.format);
        let mut emit = |chunk: &mut Chunk| chunks.push(std::mem::take(chunk));
        chunker.push(&SampleBlock { first: SampleIndex(0), bytes: self.bytes.clone() }, &mut emit);
        chunker.finish(&mut emit);
        chunks
    }

    /// What every chunk becomes.
    fn spectra(&self) -> Vec<Spectra> {
        let mut analyzer = Analyzer::new(self.grid, self.format, false);
        let analyse = |chunk: &Chunk| {
            let mut spectra = Spectra::default();
            analyzer.analyse(chunk, &mut spectra);
            spectra
        };
        self.chunks().iter().map(analyse).collect()
    }

    /// Power per bin, mean over the rows of each group: all groups of the recording.
    fn groups(&self) -> Vec<f32> {
        self.spectra().into_iter().flat_map(|spectra| spectra.groups).collect()
    }

    /// Rows of cells over the floor's shape, and that floor.
    fn over_floor(&self) -> (Vec<f32>, Floor) {
        let mut groups = Groups::new(Instructions::best(), self.grid.n, GROUP_ROWS, usize::MAX);
        self.groups().chunks_exact(self.grid.n).take(START_GROUPS).for_each(|mean| groups.add_group(mean));
        let floor = Floor::first(&mut groups, 0, 1).expect("there is noise");
        let cell = |bins: &[f32; BINS_PER_CELL]| 1.0 / bins.iter().sum::<f32>();
        let inverse: Vec<f32> = floor.shape().as_chunks::<BINS_PER_CELL>().0.iter().map(cell).collect();
        let mut cells: Vec<f32> = self.spectra().into_iter().flat_map(|spectra| spectra.cells).collect();
        for row in cells.chunks_exact_mut(inverse.len()) {
            row.iter_mut().zip(&inverse).for_each(|(value, inverse)| *value *= inverse);
        }
        (cells, floor)
    }
}

/// Groups that a floor is learnt from where the floor itself is not measured.
const START_GROUPS: usize = 520;

/// Where the demonstration begins to be quiet for as long as the benches need.
fn quiet_s(scene: &Scene) -> f64 {
    let rate = scene.tuning().sample_rate;
    let mut quiet_from = 0.0;
    for burst in scene.truth(SampleIndex(0), SampleIndex(scene.length())) {
        let start = burst.start.seconds(rate);
        if start - quiet_from >= SECONDS {
            break;
        }
        quiet_from = start + burst.count as f64 / rate.0;
    }
    quiet_from
}

/// The transform alone: no overlap, nothing around it, a buffer that stays in the fastest cache.
#[divan::bench]
fn rustfft_alone(bencher: Bencher) {
    let n = Recording::of(Air::Quiet).grid.n;
    let fft = FftPlanner::<f32>::new().plan_fft_forward(n);
    let frames = 6;
    // In place again and again, values grow by √n each time: they begin small and are set back in time.
    let passes = 16;
    let fresh: Vec<Complex32> = (0..frames * n).map(|i| Complex32::cis(i as f32 * 0.7) * 1e-20).collect();
    let (mut frame, mut scratch) = (fresh.clone(), vec![Complex32::default(); fft.get_inplace_scratch_len()]);
    bencher.counter(ItemsCount::new(passes * frames * n)).bench_local(|| {
        frame.copy_from_slice(&fresh);
        for _ in 0..passes {
            fft.process_with_scratch(black_box(&mut frame), &mut scratch);
        }
    });
}

/// Cutting blocks into chunks, and the receiver's offset.
#[divan::bench]
fn blocks_to_chunks(bencher: Bencher) {
    let recording = Recording::of(Air::Quiet);
    let size = recording.format.bytes_per_sample();
    let block = SampleBlock { first: SampleIndex(0), bytes: recording.bytes[..65_536 * size].to_vec() };
    let mut chunker = Chunker::new(recording.grid, recording.format);
    let mut next = SampleBlock { first: SampleIndex(0), ..block };
    bencher.counter(ItemsCount::new(65_536usize)).bench_local(|| {
        chunker.push(&next, &mut |chunk| {
            black_box(chunk).bytes.clear();
        });
        next.first.0 += 65_536;
    });
}

/// Everything from bytes to rows, as a pipeline's analysis thread does it: peak, conversion, offset, window, transform,
/// power of cells and groups. 1.33 frames a sample, because frames overlap by a quarter.
#[divan::bench(args = [false, true])]
fn samples_to_rows(bencher: Bencher, with_waterfall: bool) {
    let recording = Recording::of(Air::Quiet);
    let chunk = recording.chunks().swap_remove(1);
    let mut analyzer = Analyzer::new(recording.grid, recording.format, with_waterfall);
    let mut spectra = Spectra::default();
    bencher.counter(ItemsCount::new(chunk.own_samples)).bench_local(|| {
        analyzer.analyse(black_box(&chunk), &mut spectra);
    });
}

/// Learning the floor from one span, and taking it in among those of eight seconds. Its samples are those of the whole
/// span.
#[divan::bench(args = AIR)]
fn floor(bencher: Bencher, air: Air) {
    let recording = Recording::of(air);
    let (n, hop) = (recording.grid.n, recording.grid.hop);
    let means = recording.groups();
    let apart = GROUP_ROWS * RUN_GROUPS * RUNS_APART as usize;
    let span_rows = (SPAN_S / recording.grid.row_s() / apart as f64).round() as usize * apart;
    let mut groups = Groups::new(Instructions::best(), n, GROUP_ROWS, RUN_GROUPS);
    let span = &means[..span_rows / GROUP_ROWS * n];
    for run in span.chunks_exact(RUN_GROUPS * n).step_by(RUNS_APART as usize) {
        run.chunks_exact(n).for_each(|mean| groups.add_group(mean));
    }
    let memory = (MEMORY_S / SPAN_S) as u64;
    let mut floor = Floor::first(&mut groups, 0, memory * span_rows as u64).expect("there is noise");
    let mut end = 0;
    let mut learn = || {
        end += span_rows as u64;
        floor.learn(&mut groups, end)
    };
    (0..memory).for_each(|_| learn().expect("there is noise"));
    bencher.counter(ItemsCount::new(span_rows * hop)).bench_local(learn);
}

/// Following the gain, block by block of twelve rows.
#[divan::bench(args = AIR)]
fn gain(bencher: Bencher, air: Air) {
    let recording = Recording::of(air);
    let cells = recording.grid.cells();
    let (z, _) = recording.over_floor();
    let block = BLOCK_ROWS as usize * cells;
    // As many as stay in the cache: in the chain a block was just made.
    let blocks: Vec<&[f32]> = z.chunks_exact(block).take(100).collect();
    let mut gain = Gain::new(Instructions::best(), 0, cells);
    bencher.counter(ItemsCount::new(blocks.len() * BLOCK_ROWS as usize * recording.grid.hop)).bench_local(|| {
        let mut sum = 0.0;
        for block in &blocks {
            gain.push(black_box(block));
            while let Some(g) = gain.next(false, 1.0) {
                sum += g;
            }
        }
        sum
    });
}

/// The screen: where a box of the bank may stand out of noise, and the exact boxes at the few places where one may; over
/// 240 rows, as in the chain. `Cells` looks at every row of cells, `Bins` at groups of rows bin by bin.
#[divan::bench(args = ["Cells", "Bins"])]
fn screen(bencher: Bencher, raster: &str) {
    let raster = if raster == "Cells" { Raster::CELLS } else { Raster::BINS };
    let recording = Recording::of(Air::Quiet);
    let grid = recording.grid;
    let (mut y, floor) = recording.over_floor();
    if raster == Raster::BINS {
        y = recording.groups();
        for row in y.chunks_exact_mut(grid.n) {
            row.iter_mut().zip(floor.inverse()).for_each(|(value, inverse)| *value *= inverse);
        }
    }
    let bank = Shape::bank(&grid, raster);
    let thresholds = Thresholds::new(&grid, raster, &bank, 1.0);
    let cells = raster.cells(&grid);
    let mut lattice = Lattice::new(cells, &bank, &thresholds);
    let starts = 240 / raster.rows;
    y.truncate((starts + lattice.longest()) * cells);
    let mean = y.iter().sum::<f32>() / y.len() as f32;
    y.iter_mut().for_each(|value| *value /= mean);
    bencher.counter(ItemsCount::new(240 * grid.hop)).bench_local(|| {
        let mut hits = 0;
        lattice.scan(black_box(&y), 0, starts, |_, _| hits += 1);
        hits
    });
}

/// Everything from rows to bursts.
#[divan::bench(args = AIR)]
fn rows_to_bursts(bencher: Bencher, air: Air) {
    let recording = Recording::of(air);
    let (chunks, spectra) = (recording.chunks(), recording.spectra());
    bencher.counter(ItemsCount::new(recording.samples())).with_inputs(|| chunks.clone()).bench_local_values(
        |mut chunks| {
            let mut detector = Detector::new(recording.grid, recording.format, &Config::default());
            let mut recall = Recall::new(recording.grid, recording.format);
            let mut outputs = 0;
            for (i, (chunk, spectra)) in chunks.iter_mut().zip(&spectra).enumerate() {
                recall.keep(chunk);
                detector.push(spectra, i == 0, &mut recall, &mut |_| outputs += 1);
            }
            detector.finish(&mut recall, &mut |_| outputs += 1);
            outputs
        },
    );
}

/// The whole chain in the pipeline, with one thread for the analysis or as many as there are cores.
#[divan::bench(args = [(Air::Quiet, 1), (Air::Quiet, 0), (Air::Call, 1), (Air::Call, 0)])]
fn whole_chain(bencher: Bencher, (air, threads): (Air, usize)) {
    let recording = Recording::of(air);
    let memory = Memory::new(&recording);
    let config = pipeline::Config { threads, ..pipeline::Config::default() };
    bencher.counter(ItemsCount::new(recording.samples())).bench_local(|| {
        let source = Box::new(memory.clone());
        Pipeline::start(source, config, vec![Box::new(Count(0))]).and_then(Pipeline::join).expect("it runs")
    });
}

/// A recording in memory as a source.
#[derive(Clone)]
struct Memory {
    info: StreamInfo,
    bytes: Arc<Vec<u8>>,
    at: usize,
}

impl Memory {
    fn new(recording: &Recording) -> Memory {
        let info = StreamInfo {
            name: "memory".into(),
            kind: SourceKind::Recording,
            tuning: glint::iq::Tuning { center: None, sample_rate: recording.grid.sample_rate },
            format: recording.format,
            first: SampleIndex(0),
            length: Some(recording.samples() as u64),
            start_time: None,
            actions: Vec::new(),
        };
        Memory { info, bytes: Arc::new(recording.bytes.clone()), at: 0 }
    }
}

impl Source for Memory {
    fn info(&self) -> &StreamInfo {
        &self.info
    }

    fn may_wait(&self) -> bool {
        false
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        let size = self.info.format.bytes_per_sample();
        let count = (bytes.len() / size * size).min(self.bytes.len() - self.at);
        let first = SampleIndex((self.at / size) as u64);
        bytes[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok((first, count))
    }
}

/// A sink that counts.
struct Count(u64);

impl Sink for Count {
    fn event(&mut self, _event: &Event) -> Result<()> {
        self.0 += 1;
        Ok(())
    }
}
