//! Threads, channels, losses, shutdown. Threads live only here.
//!
//! ```text
//!            blocks                chunks                spectra                 rows, events
//! [source] ─────────▶ [chunker] ─────────▶ [analysis ×n] ─────────▶ [detection] ─────────────▶ [sink] [sink] …
//!     ▲                  │  ▲                                           │
//!     └── spent blocks ──┘  └────────────── spent chunks ───────────────┘
//! ```
//!
//! A source that never makes anyone wait is read by the chunker, straight into chunks. With one thread for the analysis,
//! chunker, analysis and detection are one, so that a chunk stays in one core's cache.
//!
//! All channels are bounded, and spent buffers go back, so that the steady state allocates next to nothing. A
//! recording blocks and loses nothing; a live source drops whole blocks, and the jump of the sample index is the
//! loss. Every chunk has a number, and detection takes them in order: the number of threads changes nothing. Sinks are told
//! at most a hundred times a second what came up since, rows apart: waking them for every burst cost more than its writing.

mod overload;
mod sink;
mod stages;

pub use sink::{Progress, RunInfo, Sink, Summary};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::bounded;

use crate::detect::{self, Detector};
use crate::error::{Error, Result};
use crate::source::Source;
use crate::spectrum::{Analyzer, Chunk, Chunker, Grid, Recall};
use stages::{Blocks, Counters, DetectionStage, Samples, Shared};

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How to detect.
    pub detect: detect::Config,
    /// Threads that turn samples into rows, beside one that finds bursts in them; 1: one does both; 0: as many as the
    /// machine has cores. The results do not depend on it.
    pub threads: usize,
    /// Whether waterfall rows are made.
    pub display: bool,
    /// Samples in a block read from a source that may wait, at most 20 ms of them. The results do not depend on it.
    pub block_samples: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config { detect: detect::Config::default(), threads: 0, display: false, block_samples: 65_536 }
    }
}

/// Seconds that a block lasts at most.
const BLOCK_S: f64 = 0.02;

/// What waits to be analysed: so many seconds of signal, but no more than so many bytes. A live source loses what does not
/// fit, so this is how long the analysis may be kept from its work.
const QUEUE_S: f64 = 0.25;
const QUEUE_BYTES: usize = 16 << 20;

/// A running analysis of one source.
///
/// Dropping it stops it and waits for its threads. A sink that hands on to a channel must be able to go on or to
/// fail while that happens: drop the receiving end first, then the pipeline.
#[must_use = "dropping a pipeline stops it"]
pub struct Pipeline {
    shared: Arc<Shared>,
    source: Option<JoinHandle<Result<()>>>,
    workers: Vec<JoinHandle<()>>,
    sinks: Vec<JoinHandle<Result<()>>>,
    /// What came of it, and how reading ended where the same thread reads.
    summary: Option<JoinHandle<(Summary, Result<()>)>>,
    name: String,
}

impl Pipeline {
    /// Starts to analyse `source` into `sinks`.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start(source: Box<dyn Source>, config: Config, sinks: Vec<Box<dyn Sink>>) -> Result<Pipeline> {
        let stream = source.info().clone();
        let grid = Grid::for_rate(stream.tuning.sample_rate);
        let threads = match config.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let shared = Arc::new(Shared { stop: AtomicBool::new(false), counters: Counters::default() });
        let name = stream.name.clone();
        let run = RunInfo {
            stream: stream.clone(),
            false_alarms_per_hour: config.detect.false_alarms_per_hour,
            shortest_whole_s: grid.shortest_whole_s(),
        };

        let mut sink_threads = Vec::new();
        let mut senders = Vec::new();
        for (i, sink) in sinks.into_iter().enumerate() {
            let (send, receive) = bounded(64);
            let (run, shared) = (run.clone(), shared.clone());
            senders.push(send);
            sink_threads.push(spawn(format!("sink {i}"), move || stages::run_sink(sink, &run, &receive, &shared))?);
        }

        let chunker = Chunker::new(grid, stream.format);
        let analyzer = || Analyzer::new(grid, stream.format, config.display);
        let detect = detect::Config { view: config.display, ..config.detect };
        let detector = Detector::new(grid, stream.format, &detect);
        let recall = Recall::new(grid, stream.format);
        let stage =
            DetectionStage::new((detector, recall), grid, senders, source.pace(), shared.clone(), &config.detect);
        // At low rates a block of the usual size would take too long to come.
        let soon = (BLOCK_S * stream.tuning.sample_rate.0) as usize;
        let bytes = config.block_samples.min(soon).max(1) * stream.format.bytes_per_sample();
        let mut pipeline = Pipeline {
            shared: shared.clone(),
            source: None,
            workers: Vec::new(),
            sinks: sink_threads,
            summary: None,
            name,
        };
        let samples = if source.may_wait() {
            // Blocks circulate: what bounds memory is how many there are.
            let held = (QUEUE_S * stream.tuning.sample_rate.0 * stream.format.bytes_per_sample() as f64) as usize;
            let blocks = (held.min(QUEUE_BYTES) / bytes).max(4);
            let (block_send, block_receive) = bounded(blocks);
            let (spent_send, spent_receive) = bounded(blocks + 2);
            let reading = shared.clone();
            let read = move || stages::run_source(source, bytes, &block_send, &spent_receive, &reading);
            pipeline.source = Some(spawn("source".into(), read)?);
            Samples::Blocks(Blocks::new(block_receive, stream.format.bytes_per_sample(), shared), spent_send)
        } else {
            Samples::Source(source, shared)
        };
        pipeline.summary = Some(if threads == 1 {
            let analyzer = analyzer();
            spawn("analysis".into(), move || stage.run_alone(chunker, analyzer, samples))?
        } else {
            let (chunk_send, chunk_receive) = bounded::<Chunk>(threads + 2);
            // Chunks circulate too.
            let in_flight = 2 * threads + 3;
            let (spent_send, spent_receive) = bounded(in_flight);
            let (spectra_send, spectra_receive) = bounded(in_flight);
            for _ in 0..in_flight {
                let _ = spent_send.send(stages::Work::default());
            }
            let (idle_send, idle_receive) = bounded(in_flight);
            for i in 0..threads {
                let (chunks, spectra, idle) = (chunk_receive.clone(), spectra_send.clone(), idle_receive.clone());
                let analyzer = analyzer();
                let work = move || stages::run_analysis(analyzer, &chunks, &idle, &spectra);
                pipeline.workers.push(spawn(format!("analysis {i}"), work)?);
            }
            let work = move || stages::run_chunker(chunker, samples, &spent_receive, &chunk_send, &idle_send);
            let chunks = spawn("chunker".into(), work)?;
            spawn("detection".into(), move || {
                let summary = stage.run(&spectra_receive, &spent_send);
                drop(spent_send);
                (summary, joined(chunks))
            })?
        });
        Ok(pipeline)
    }

    /// Asks the run to end with what it has; [`Pipeline::join`] then waits for it, but not for a source that waits
    /// for samples.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// A handle that stops the run from elsewhere, for a signal handler.
    pub fn stopper(&self) -> impl Fn() + Send + Sync + use<> {
        let shared = self.shared.clone();
        move || shared.stop.store(true, Ordering::Relaxed)
    }

    /// Whether every thread has ended.
    pub fn is_finished(&self) -> bool {
        self.sinks.iter().all(JoinHandle::is_finished) && self.summary.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The first thing that went wrong: a sink that could not go on, else, unless the run was stopped, the source; or
    /// there was no row to make.
    pub fn join(mut self) -> Result<Summary> {
        self.wait()
    }

    fn wait(&mut self) -> Result<Summary> {
        for worker in self.workers.drain(..) {
            joined(worker);
        }
        let (summary, read) = self.summary.take().map_or_else(|| (Summary::default(), Ok(())), joined);
        let mut failed = Ok(());
        for sink in self.sinks.drain(..) {
            failed = failed.and(joined(sink));
        }
        let stopped = self.shared.stop.load(Ordering::Relaxed);
        // The source is last: after the word to stop it may still wait for samples that never come, and is left to
        // itself. It ends when they come, as nobody takes them.
        let source = self.source.take().filter(|source| !stopped || source.is_finished()).map_or(Ok(()), joined);
        failed?;
        if stopped {
            // Ctrl-C also ends the program that a pipe comes from: that it ended early is no news.
            return Ok(summary);
        }
        source.and(read)?;
        if summary.rows == 0 {
            let name = &self.name;
            return Err(Error::EndedEarly(if summary.progress.lost > 0 {
                format!(
                    "{name} holds no stretch of samples that are numbers: check the sample format (--sample-format)"
                )
            } else {
                format!(
                    "{name} ends after {} samples, before one row of the spectrum: a longer recording is needed",
                    summary.progress.samples
                )
            }));
        }
        Ok(summary)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.stop();
        // Nobody is there to hear of an error any more.
        let _ = self.wait();
    }
}

fn spawn<T: Send + 'static>(name: String, work: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>> {
    let cannot = |e: std::io::Error| {
        Error::Unusable(format!("the system gives no thread for the {name} ({e}): close other programs"))
    };
    std::thread::Builder::new().name(name.clone()).spawn(work).map_err(cannot)
}

/// A panic in a thread goes on in the one that waits for it.
fn joined<T>(thread: JoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
