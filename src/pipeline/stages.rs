//! What each thread of a pipeline does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};

use super::overload::OverloadWatch;
use super::sink::{Progress, RunInfo, Sink, Summary};
use crate::detect::{self, Detector, Event, JudgedRows, Output};
use crate::error::Result;
use crate::iq::SampleBlock;
use crate::source::{Pace, Source};
use crate::spectrum::{Analyzer, Chunk, Chunker, DisplayRows, Grid, Lost, Recall, Spectra};
use crate::units::SampleIndex;

/// What all threads of a run see.
pub struct Shared {
    pub stop: AtomicBool,
    pub counters: Counters,
}

/// What became of the source's samples.
#[derive(Default)]
pub struct Counters {
    /// Samples taken.
    pub taken: AtomicU64,
    /// Samples dropped, as nobody took them in time.
    pub dropped: AtomicU64,
    /// One past the last sample dropped.
    pub dropped_to: AtomicU64,
}

/// A chunk's buffers on their way round.
#[derive(Default)]
pub struct Work {
    chunk: Chunk,
    spectra: Spectra,
}

/// What a sink's channel carries.
#[derive(Clone)]
pub enum Message {
    Rows(Arc<DisplayRows>),
    Judged(Arc<JudgedRows>),
    Progress(Progress),
    Events(Arc<[Event]>),
    End(Arc<Summary>),
}

/// Reads blocks until the end, an error, or the word to stop.
pub fn run_source(
    mut source: Box<dyn Source>,
    block_bytes: usize,
    blocks: &Sender<SampleBlock>,
    spent: &Receiver<SampleBlock>,
    shared: &Shared,
) -> Result<()> {
    let pace = source.pace();
    let size = source.info().format.bytes_per_sample() as u64;
    while !shared.stop.load(Ordering::Relaxed) {
        let mut block = spent.try_recv().unwrap_or_default();
        if block.bytes.capacity() < block_bytes {
            block.bytes = Vec::with_capacity(block_bytes);
        }
        if !source.read_block(&mut block)? {
            break;
        }
        match pace {
            Pace::Replay => {
                if blocks.send(block).is_err() {
                    break;
                }
            }
            // A block that nobody takes is dropped: the next one's index shows the loss.
            Pace::Live => match blocks.try_send(block) {
                Ok(()) => {}
                Err(TrySendError::Disconnected(_)) => break,
                Err(TrySendError::Full(block)) => {
                    let samples = block.bytes.len() as u64 / size;
                    shared.counters.dropped.fetch_add(samples, Ordering::Relaxed);
                    shared.counters.dropped_to.store(block.first.0 + samples, Ordering::Relaxed);
                }
            },
        }
    }
    Ok(())
}

/// How often a run whose source waits for samples looks whether it should stop.
const STOP_CHECK: Duration = Duration::from_millis(50);

/// The source's blocks until it ends or the word to stop comes, then those that are there already. A source may wait
/// for samples for ever (an idle pipe), so the end of a run cannot depend on it.
pub struct Blocks {
    blocks: Receiver<SampleBlock>,
    bytes_per_sample: usize,
    /// One past the last sample taken.
    end: SampleIndex,
    shared: Arc<Shared>,
}

impl Blocks {
    pub fn new(blocks: Receiver<SampleBlock>, bytes_per_sample: usize, shared: Arc<Shared>) -> Self {
        Blocks { blocks, bytes_per_sample, end: SampleIndex(0), shared }
    }

    fn receive(&self) -> Option<SampleBlock> {
        loop {
            if self.shared.stop.load(Ordering::Relaxed) {
                return self.blocks.try_recv().ok();
            }
            match self.blocks.recv_timeout(STOP_CHECK) {
                Ok(block) => return Some(block),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Where the samples end that were dropped after the last one taken, if any.
    fn dropped_at_the_end(&self) -> Option<SampleIndex> {
        let to = SampleIndex(self.shared.counters.dropped_to.load(Ordering::Relaxed));
        (to > self.end).then_some(to)
    }
}

impl Iterator for Blocks {
    type Item = SampleBlock;

    fn next(&mut self) -> Option<SampleBlock> {
        let block = self.receive()?;
        let samples = (block.bytes.len() / self.bytes_per_sample) as u64;
        self.shared.counters.taken.fetch_add(samples, Ordering::Relaxed);
        self.end = SampleIndex(block.first.0 + samples);
        Some(block)
    }
}

/// Where chunks come from.
pub enum Samples {
    /// A source that makes nobody wait: read straight into the chunks.
    Source(Box<dyn Source>, Arc<Shared>),
    /// Blocks that another thread reads, which go back to it.
    Blocks(Blocks, Sender<SampleBlock>),
}

impl Samples {
    /// Gives `emit` everything in chunks.
    ///
    /// # Errors
    /// How reading ended, if not well.
    fn for_each_chunk(self, mut chunker: Chunker, emit: &mut impl FnMut(&mut Chunk)) -> Result<()> {
        let mut outcome = Ok(());
        match self {
            Samples::Source(mut source, shared) => {
                let size = source.info().format.bytes_per_sample();
                let mut read = |bytes: &mut [u8]| {
                    let read = source.read(bytes)?;
                    shared.counters.taken.fetch_add((read.1 / size) as u64, Ordering::Relaxed);
                    Ok(read)
                };
                let mut more = Ok(true);
                while more == Ok(true) && !shared.stop.load(Ordering::Relaxed) {
                    more = chunker.read(&mut read, emit);
                }
                outcome = more.map(|_| ());
            }
            Samples::Blocks(mut blocks, spent) => {
                for block in blocks.by_ref() {
                    chunker.push(&block, emit);
                    let _ = spent.try_send(block);
                }
                // Blocks dropped at the very end have none after them to show it.
                if let Some(first) = blocks.dropped_at_the_end() {
                    chunker.push(&SampleBlock { first, bytes: Vec::new() }, emit);
                }
            }
        }
        chunker.finish(emit);
        outcome
    }
}

/// Cuts samples into chunks, in buffers that come back from detection.
///
/// # Errors
/// How reading ended, if not well.
pub fn run_chunker(
    chunker: Chunker,
    samples: Samples,
    spent: &Receiver<Work>,
    chunks: &Sender<Chunk>,
    idle: &Sender<Spectra>,
) -> Result<()> {
    samples.for_each_chunk(chunker, &mut |chunk| {
        // A closed channel means that the run is being torn down: the rest goes nowhere.
        if let Ok(mut work) = spent.recv() {
            std::mem::swap(chunk, &mut work.chunk);
            if idle.send(work.spectra).is_ok() {
                let _ = chunks.send(work.chunk);
            }
        }
    })
}

/// Turns chunks into rows.
pub fn run_analysis(mut analyzer: Analyzer, chunks: &Receiver<Chunk>, idle: &Receiver<Spectra>, done: &Sender<Work>) {
    for chunk in chunks {
        let mut spectra = idle.try_recv().unwrap_or_default();
        analyzer.analyse(&chunk, &mut spectra);
        if done.send(Work { chunk, spectra }).is_err() {
            break;
        }
    }
}

/// Calls a sink until the run ends or it cannot go on; then the whole run stops.
pub fn run_sink(mut sink: Box<dyn Sink>, run: &RunInfo, messages: &Receiver<Message>, shared: &Shared) -> Result<()> {
    let outcome = (|| {
        sink.begin(run)?;
        for message in messages {
            match message {
                Message::Rows(rows) => sink.rows(&rows)?,
                Message::Judged(rows) => sink.judged(&rows)?,
                Message::Progress(progress) => sink.progress(&progress)?,
                Message::Events(events) => events.iter().try_for_each(|event| sink.event(event))?,
                Message::End(summary) => return sink.end(&summary),
            }
        }
        Ok(())
    })();
    if outcome.is_err() {
        shared.stop.store(true, Ordering::Relaxed);
    }
    outcome
}

/// Takes spectra in order and tells the sinks.
pub struct DetectionStage {
    detector: Detector,
    recall: Recall,
    grid: Grid,
    overload: OverloadWatch,
    telling: Telling,
    shared: Arc<Shared>,
    progress: Progress,
    rows: u64,
    false_alarms_per_hour: f64,
}

/// Time between two words to the sinks, at least: whom one wakes up for every burst does little else than wake up.
const TOLD_EVERY: Duration = Duration::from_millis(10);

/// The sinks' channels, and what is counted on the way.
struct Telling {
    sinks: Vec<Sender<Message>>,
    pace: Pace,
    bursts: u64,
    rows_dropped: u64,
    /// Events that the sinks have not been told yet.
    events: Vec<Event>,
    told: Instant,
}

impl Telling {
    fn send(&mut self, message: &Message) {
        // A sink that has ended with an error has its channel closed: the others go on until the run stops.
        self.sinks.retain(|sink| match (self.pace, message) {
            (Pace::Live, Message::Rows(_) | Message::Judged(_)) => match sink.try_send(message.clone()) {
                Err(TrySendError::Full(_)) => {
                    self.rows_dropped += 1;
                    true
                }
                sent => sent.is_ok(),
            },
            _ => sink.send(message.clone()).is_ok(),
        });
    }

    fn event(&mut self, event: Event) {
        if let Event::Burst(burst) = &event
            && !burst.more
        {
            self.bursts += 1;
        }
        self.events.push(event);
    }

    /// Tells the events so far and the `progress`, if it is time or the end has come.
    fn tell(&mut self, progress: Progress, at_once: bool) {
        if !at_once && self.told.elapsed() < TOLD_EVERY {
            return;
        }
        self.told = Instant::now();
        if !self.events.is_empty() {
            let events = self.events.drain(..).collect();
            self.send(&Message::Events(events));
        }
        self.send(&Message::Progress(progress));
    }

    fn output(&mut self, output: Output) {
        match output {
            Output::Event(event) => self.event(event),
            Output::Judged(rows) => self.send(&Message::Judged(Arc::new(rows))),
        }
    }
}

impl DetectionStage {
    pub fn new(
        (detector, recall): (Detector, Recall),
        grid: Grid,
        sinks: Vec<Sender<Message>>,
        pace: Pace,
        shared: Arc<Shared>,
        config: &detect::Config,
    ) -> Self {
        DetectionStage {
            detector,
            recall,
            grid,
            overload: OverloadWatch::default(),
            telling: Telling { sinks, pace, bursts: 0, rows_dropped: 0, events: Vec::new(), told: Instant::now() },
            shared,
            progress: Progress::default(),
            rows: 0,
            false_alarms_per_hour: config.false_alarms_per_hour,
        }
    }

    /// Does everything from samples to the sinks' messages itself: what one thread does. No chunk changes hands, and all of
    /// it stays in one core's cache. With how reading ended.
    pub fn run_alone(mut self, chunker: Chunker, mut analyzer: Analyzer, samples: Samples) -> (Summary, Result<()>) {
        let mut work = Work::default();
        let outcome = samples.for_each_chunk(chunker, &mut |chunk| self.analyse(&mut analyzer, chunk, &mut work));
        (self.finish(), outcome)
    }

    fn analyse(&mut self, analyzer: &mut Analyzer, chunk: &mut Chunk, work: &mut Work) {
        std::mem::swap(chunk, &mut work.chunk);
        analyzer.analyse(&work.chunk, &mut work.spectra);
        self.take(work);
    }

    pub fn run(mut self, spectra: &Receiver<Work>, spent: &Sender<Work>) -> Summary {
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for work in spectra {
            waiting.insert(work.chunk.sequence, work);
            while let Some(mut work) = waiting.remove(&next) {
                self.take(&mut work);
                next += 1;
                // The chunker has gone when the source has ended.
                let _ = spent.try_send(work);
            }
        }
        self.finish()
    }

    fn take(&mut self, work: &mut Work) {
        let chunk = &work.chunk;
        let telling = &mut self.telling;
        if let Some(Lost { from, to, why }) = chunk.lost.clone() {
            self.detector.finish(&mut self.recall, &mut |output| telling.output(output));
            self.progress.lost += to.0 - from.0;
            telling.event(Event::Gap { from, to, why: why.into() });
        }
        if chunk.rows == 0 {
            return;
        }
        self.rows += chunk.rows as u64;
        if let Some(display) = work.spectra.display.take() {
            telling.send(&Message::Rows(Arc::new(display)));
        }
        let begins = chunk.begins_segment;
        self.recall.keep(&mut work.chunk);
        self.detector.push(&work.spectra, begins, &mut self.recall, &mut |output| telling.output(output));
        let chunk = &work.chunk;
        let from = chunk.first_row * self.grid.hop as u64;
        let to = from + chunk.own_samples as u64;
        if let Some(event) = self.overload.take(from, to, work.spectra.clipped) {
            telling.event(event);
        }
        self.progress.samples += chunk.own_samples as u64;
        self.progress.clipped += work.spectra.clipped;
        self.progress.peak = self.progress.peak.max(work.spectra.peak);
        self.progress.rows_dropped = telling.rows_dropped;
        telling.tell(self.progress, false);
    }

    fn finish(mut self) -> Summary {
        let telling = &mut self.telling;
        self.detector.finish(&mut self.recall, &mut |output| telling.output(output));
        if let Some(event) = self.overload.finish() {
            telling.event(event);
        }
        // The last samples fill no row of their own, but the last row has seen them.
        let counters = &self.shared.counters;
        let produced = counters.taken.load(Ordering::Relaxed) + counters.dropped.load(Ordering::Relaxed);
        self.progress.samples = produced.saturating_sub(self.progress.lost);
        telling.tell(self.progress, true);
        let summary = Summary {
            progress: self.progress,
            seconds: self.progress.samples as f64 / self.grid.sample_rate.0,
            rows: self.rows,
            bursts: telling.bursts,
            false_alarms_per_hour: self.false_alarms_per_hour,
        };
        telling.send(&Message::End(Arc::new(summary.clone())));
        summary
    }
}
