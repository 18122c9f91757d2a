//! Every stage of the way from samples to bursts, beside the Fourier transform alone. `README.md` tells how to read it.

use std::hint::black_box;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use glint::detect::floor::{Groups, Span};
use glint::detect::lattice::Lattice;
use glint::detect::shapes::Shape;
use glint::detect::threshold::Thresholds;
use glint::detect::{Config, Detector, Event};
use glint::error::Result;
use glint::iq::{SampleBlock, SampleFormat};
use glint::pipeline::{self, Pipeline, Sink};
use glint::scene::Scene;
use glint::source::{Source, SourceKind, StreamInfo};
use glint::spectrum::{Analyzer, Chunk, Chunker, Grid, Scale, Spectra, Stft, Window};
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
        let mut emit = |fill: &mut dyn FnMut(&mut Chunk)| {
            let mut chunk = Chunk::default();
            fill(&mut chunk);
            chunks.push(chunk);
        };
        chunker.push(&SampleBlock { first: SampleIndex(0), bytes: self.bytes.clone() }, &mut emit);
        chunker.finish(&mut emit);
        chunks
    }

    /// The detector's rows of every chunk.
    fn rows(&self) -> Vec<Spectra> {
        let mut analyzer = Analyzer::new(self.grid, self.format, false);
        let analyse = |chunk: &Chunk| {
            let mut spectra = Spectra::default();
            analyzer.analyse(chunk, &mut spectra);
            spectra
        };
        self.chunks().iter().map(analyse).collect()
    }
}

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

/// Bytes to complex numbers, then the window over every frame: what happens before the transform.
#[divan::bench]
fn convert_and_window(bencher: Bencher) {
    let recording = Recording::of(Air::Quiet);
    let Grid { n, hop, .. } = recording.grid;
    let chunk = recording.chunks().swap_remove(1);
    let window = Window::SineRamp { overlap: recording.grid.overlap() };
    let window: Vec<f32> = window.coefficients(n).iter().map(|w| *w as f32).collect();
    let mut samples = vec![Complex32::default(); chunk.bytes.len() / recording.format.bytes_per_sample()];
    let mut frame = vec![Complex32::default(); n];
    bencher.counter(ItemsCount::new(chunk.own_samples)).bench_local(|| {
        recording.format.convert(&chunk.bytes, &mut samples);
        for row in 0..chunk.rows {
            for ((z, x), w) in frame.iter_mut().zip(&samples[row * hop..]).zip(&window) {
                *z = x * w;
            }
            black_box(&mut frame);
        }
    });
}

/// Window, transform and power of every frame, 1.6 frames a sample.
#[divan::bench]
fn window_fft_power(bencher: Bencher) {
    let recording = Recording::of(Air::Quiet);
    let Grid { n, hop, .. } = recording.grid;
    let chunk = recording.chunks().swap_remove(1);
    let mut samples = vec![Complex32::default(); chunk.bytes.len() / recording.format.bytes_per_sample()];
    recording.format.convert(&chunk.bytes, &mut samples);
    let mut stft = Stft::new(n, hop, Window::SineRamp { overlap: recording.grid.overlap() }, Scale::Energy);
    let mut rows = vec![0.0; chunk.rows * n];
    bencher.counter(ItemsCount::new(chunk.own_samples)).bench_local(|| {
        for (row, power) in rows.chunks_exact_mut(n).enumerate() {
            stft.row(&samples[row * hop..], power);
        }
        black_box(&mut rows);
    });
}

/// Power of transformed values, in ascending frequency, 1.6 frames a sample.
#[divan::bench]
fn power(bencher: Bencher) {
    let grid = Recording::of(Air::Quiet).grid;
    let frame: Vec<Complex32> = (0..grid.n).map(|i| Complex32::cis(i as f32 * 0.7)).collect();
    let mut power = vec![0.0f32; grid.n];
    let rows = 300;
    bencher.counter(ItemsCount::new(rows * grid.hop)).bench_local(|| {
        for _ in 0..rows {
            let (above, below) = black_box(&frame).split_at(grid.n / 2);
            let (low, high) = power.split_at_mut(grid.n / 2);
            for (half, transformed) in [(low, below), (high, above)] {
                for (p, z) in half.iter_mut().zip(transformed) {
                    *p = z.norm_sqr();
                }
            }
            black_box(&mut power);
        }
    });
}

/// Everything from bytes to rows, as a pipeline's analysis thread does it.
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

/// Learning the floor from one span of a quarter of a second, a quarter of whose rows are looked at. Its samples are
/// those of the whole span.
#[divan::bench]
fn floor(bencher: Bencher) {
    let recording = Recording::of(Air::Call);
    let (n, hop) = (recording.grid.n, recording.grid.hop);
    let rows: Vec<f32> = recording.rows().into_iter().flat_map(|spectra| spectra.power).collect();
    let span_rows = 19 * 4 * 48;
    bencher.counter(ItemsCount::new(span_rows * hop)).bench_local(|| {
        let mut groups = Groups::new(n, 4, 12);
        for run in rows[..span_rows * n].chunks_exact(48 * n).step_by(4) {
            run.chunks_exact(n).for_each(|row| groups.add(row));
        }
        Span::learn(&groups, span_rows as u64)
    });
}

/// Every box of the bank at every position, over noise.
#[divan::bench]
fn boxes(bencher: Bencher) {
    let recording = Recording::of(Air::Quiet);
    let (grid, cells) = (recording.grid, recording.grid.n / glint::detect::shapes::BINS_PER_CELL);
    let bank = Shape::bank(&grid);
    let thresholds = Thresholds::new(&grid, &bank, 1.0);
    let mut lattice = Lattice::new(cells, &bank, &thresholds);
    let rows = recording.rows();
    // A chunk's rows as the detector sums them: cells of four bins, noise mean 1.
    let mean = rows[1].power.iter().sum::<f32>() / rows[1].power.len() as f32;
    let y: Vec<f32> = rows[1].power.chunks_exact(4).map(|p| p.iter().sum::<f32>() / (4.0 * mean)).collect();
    let starts = y.len() / cells - lattice.longest();
    bencher.counter(ItemsCount::new(starts * grid.hop)).bench_local(|| {
        let mut hits = 0;
        lattice.scan(
            black_box(&y),
            0,
            0..starts,
            |_| hits += 1,
            |_, means| {
                black_box(means);
            },
        );
        hits
    });
}

/// Everything from rows to bursts.
#[divan::bench(args = AIR)]
fn rows_to_bursts(bencher: Bencher, air: Air) {
    let recording = Recording::of(air);
    let rows = recording.rows();
    bencher.counter(ItemsCount::new(recording.samples())).bench_local(|| {
        let mut detector = Detector::new(recording.grid, recording.format, &Config::default());
        let mut outputs = 0;
        for (i, spectra) in rows.iter().enumerate() {
            detector.push(spectra.first_row, &spectra.power, i == 0, &mut |_| outputs += 1);
        }
        detector.finish(&mut |_| outputs += 1);
        outputs
    });
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

    fn read(&mut self, block: &mut SampleBlock) -> Result<bool> {
        let size = self.info.format.bytes_per_sample();
        let count = (block.bytes.capacity() / size * size).min(self.bytes.len() - self.at);
        block.first = SampleIndex((self.at / size) as u64);
        block.bytes.clear();
        block.bytes.extend_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count > 0)
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
