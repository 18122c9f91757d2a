//! The pipeline ends cleanly in every order, loses nothing in silence, and gives the same whatever the sizes and
//! threads.

#[path = "support/air.rs"]
mod air;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use air::{Air, Kind, RATE, seconds, store};
use glint::detect::{Event, JudgedRows};
use glint::error::{Error, Result};
use glint::iq::{SampleFormat, Tuning};
use glint::pipeline::{Config, Pipeline, Progress, RunInfo, Sink, Summary};
use glint::source::{Pace, Source, SourceKind, StreamInfo};
use glint::spectrum::DisplayRows;
use glint::units::SampleIndex;

const FORMAT: SampleFormat = SampleFormat::Cu8;

/// Samples in memory, given out once or for ever.
struct Memory {
    info: StreamInfo,
    bytes: Arc<Vec<u8>>,
    at: usize,
    /// Blocks to give out before the end; the samples begin again as often as that takes.
    blocks: Option<usize>,
    /// How the stream ends, if not well.
    ends_with: Option<Error>,
}

impl Memory {
    /// The samples once.
    fn once(bytes: &Arc<Vec<u8>>) -> Memory {
        let info = StreamInfo {
            name: "memory".into(),
            kind: SourceKind::Recording,
            tuning: Tuning { center: None, sample_rate: RATE },
            format: FORMAT,
            first: SampleIndex(0),
            length: None,
            start_time: None,
            actions: Vec::new(),
        };
        Memory { info, bytes: bytes.clone(), at: 0, blocks: None, ends_with: None }
    }

    /// The samples again and again, `blocks` blocks.
    fn again(bytes: &Arc<Vec<u8>>, blocks: usize) -> Memory {
        Memory { blocks: Some(blocks), ..Memory::once(bytes) }
    }
}

impl Source for Memory {
    fn info(&self) -> &StreamInfo {
        &self.info
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        let first = SampleIndex(self.at as u64 / 2);
        let from = match &mut self.blocks {
            None => self.at,
            Some(0) => self.bytes.len(),
            Some(left) => {
                *left -= 1;
                self.at % self.bytes.len()
            }
        };
        let count = (bytes.len() / 2 * 2).min(self.bytes.len() - from);
        bytes[..count].copy_from_slice(&self.bytes[from..from + count]);
        self.at += count;
        match (count, self.ends_with.take()) {
            (0, Some(error)) => Err(error),
            (count, error) => {
                self.ends_with = error;
                Ok((first, count))
            }
        }
    }
}

/// Noise with a burst every 20 ms.
fn air_with_bursts(seconds_long: f64) -> Arc<Vec<u8>> {
    let mut air = Air::new(77);
    let mut samples = air.noise(seconds(seconds_long), 1e-3);
    for i in 0..(seconds_long / 0.02) as usize {
        let offset = (i % 9) as f64 * 240e3 - 960e3;
        air.send(&mut samples, Kind::Gsm, seconds(0.02 * i as f64 + 0.01), offset, 1e-3);
    }
    Arc::new(store(FORMAT, &samples))
}

/// What a sink was told.
#[derive(Clone, Default)]
struct Told {
    events: Vec<Event>,
    rows: Vec<f32>,
    judged: Vec<f32>,
    progress: Vec<Progress>,
    summary: Option<Summary>,
}

/// A sink that remembers everything.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Told>>);

impl Ear {
    fn told(&self) -> Told {
        self.0.lock().expect("no sink panics").clone()
    }

    fn with(&self, change: impl FnOnce(&mut Told)) -> Result<()> {
        let mut told = self.0.lock().expect("no sink panics");
        assert!(told.summary.is_none(), "nothing comes after the end");
        change(&mut told);
        Ok(())
    }
}

impl Sink for Ear {
    fn rows(&mut self, rows: &Arc<DisplayRows>) -> Result<()> {
        self.with(|told| told.rows.extend_from_slice(&rows.power))
    }

    fn judged(&mut self, rows: &Arc<JudgedRows>) -> Result<()> {
        self.with(|told| told.judged.extend_from_slice(&rows.box_power))
    }

    fn progress(&mut self, progress: &Progress) -> Result<()> {
        self.with(|told| told.progress.push(*progress))
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        self.with(|told| told.events.push(event.clone()))
    }

    fn end(&mut self, summary: &Summary) -> Result<()> {
        self.with(|told| told.summary = Some(summary.clone()))
    }
}

/// Runs `work`, which must end within ten seconds.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(work()));
    receive.recv_timeout(Duration::from_secs(10)).expect("it ends within ten seconds, and without a panic")
}

fn everything() -> Config {
    Config { display: true, ..Config::default() }
}

#[test]
fn blocks_and_threads_change_nothing() {
    let bytes = air_with_bursts(1.2);
    let run = |block_samples: usize, threads: usize| {
        let ear = Ear::default();
        let mut config = Config { block_samples, threads, ..everything() };
        config.detect.false_alarms_per_hour = 1e4;
        let pipeline = Pipeline::start(Box::new(Memory::once(&bytes)), config, vec![Box::new(ear.clone())]);
        let summary = pipeline.and_then(Pipeline::join).expect("it runs");
        let told = ear.told();
        assert_eq!(told.summary.as_ref(), Some(&summary));
        assert_eq!(summary.progress.samples, seconds(1.2) as u64);
        // Text tells numbers apart that compare as equal.
        // How often progress is told is a matter of the clock, but it never goes back, and its last word is the summary's.
        assert!(told.progress.is_sorted_by_key(|progress| progress.samples));
        assert_eq!(told.progress.last(), Some(&summary.progress));
        (format!("{:?} {summary:?}", told.events), told.rows, told.judged)
    };
    let whole = run(1_000_000, 1);
    assert!(whole.0.matches("Burst {").count() >= 59, "{}", whole.0);
    for (block_samples, threads) in [(1_000, 1), (65_536, 1), (1_000, 2), (65_536, 4), (1_000_000, 4), (77, 2)] {
        let other = run(block_samples, threads);
        assert_eq!(other.0, whole.0, "events: {block_samples} samples, {threads} threads");
        assert!(other.1 == whole.1, "waterfall: {block_samples} samples, {threads} threads");
        assert!(other.2 == whole.2, "detector's view: {block_samples} samples, {threads} threads");
    }
}

#[test]
fn stopped_at_once_it_ends_well() {
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let ear = Ear::default();
        let source = Box::new(Memory::again(&bytes, usize::MAX));
        let pipeline = Pipeline::start(source, everything(), vec![Box::new(ear.clone())]).expect("it starts");
        pipeline.stop();
        let summary = pipeline.join().expect("to be stopped is no error");
        assert_eq!(ear.told().summary, Some(summary));
    });
}

#[test]
fn stopped_in_the_middle_it_gives_what_it_found_so_far() {
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let ear = Ear::default();
        let source = Box::new(Memory::again(&bytes, usize::MAX));
        let pipeline = Pipeline::start(source, everything(), vec![Box::new(ear.clone())]).expect("it starts");
        let stop = pipeline.stopper();
        while ear.told().events.len() < 30 {
            std::thread::yield_now();
        }
        stop();
        let summary = pipeline.join().expect("to be stopped is no error");
        let told = ear.told();
        let bursts = told.events.iter().filter(|e| matches!(e, Event::Burst(_))).count() as u64;
        assert_eq!(bursts, summary.bursts);
        // Every sample that was read is accounted for: bursts up to the end are among those found.
        let Some(Event::Burst(last)) = told.events.last() else { panic!("a burst is last: {:?}", told.events.last()) };
        assert!(last.end().0 + seconds(0.025) as u64 > summary.progress.samples, "{last:?} {summary:?}");
        assert_eq!(told.summary, Some(summary));
    });
}

#[test]
fn dropped_without_a_word_it_ends_all_its_threads() {
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let ear = Ear::default();
        let source = Box::new(Memory::again(&bytes, usize::MAX));
        drop(Pipeline::start(source, everything(), vec![Box::new(ear.clone())]).expect("it starts"));
        // The pipeline's own handle to the sink has gone with the sink's thread.
        assert_eq!(Arc::strong_count(&ear.0), 1);
        assert!(ear.told().summary.is_some());
        // A source is left to itself; one that does not wait for samples ends too.
        while Arc::strong_count(&bytes) > 1 {
            std::thread::yield_now();
        }
    });
}

/// Where a sink fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Begin,
    Rows,
    Judged,
    Progress,
    Event,
    End,
}

struct Failing(At);

impl Failing {
    fn at(&self, at: At) -> Result<()> {
        if self.0 == at { Err(Error::CannotWrite(format!("no room at {at:?}"))) } else { Ok(()) }
    }
}

impl Sink for Failing {
    fn begin(&mut self, _run: &RunInfo) -> Result<()> {
        self.at(At::Begin)
    }

    fn rows(&mut self, _rows: &Arc<DisplayRows>) -> Result<()> {
        self.at(At::Rows)
    }

    fn judged(&mut self, _rows: &Arc<JudgedRows>) -> Result<()> {
        self.at(At::Judged)
    }

    fn progress(&mut self, _progress: &Progress) -> Result<()> {
        self.at(At::Progress)
    }

    fn event(&mut self, _event: &Event) -> Result<()> {
        self.at(At::Event)
    }

    fn end(&mut self, _summary: &Summary) -> Result<()> {
        self.at(At::End)
    }
}

#[test]
fn a_sink_that_fails_ends_the_run_with_its_own_error_and_the_others_get_their_end() {
    let bytes = air_with_bursts(0.5);
    for at in [At::Begin, At::Rows, At::Judged, At::Progress, At::Event, At::End] {
        // Only a source that ends brings about the end; the failure must bring about all others.
        let blocks = if at == At::End { 100 } else { usize::MAX };
        let source = Box::new(Memory::again(&bytes, blocks));
        in_time(move || {
            let ear = Ear::default();
            let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Failing(at)), Box::new(ear.clone())];
            let result = Pipeline::start(source, everything(), sinks).and_then(Pipeline::join);
            assert_eq!(result, Err(Error::CannotWrite(format!("no room at {at:?}"))));
            assert!(ear.told().summary.is_some(), "{at:?}");
        });
    }
}

#[test]
fn a_source_that_fails_leaves_what_was_found_before() {
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let error = Error::EndedEarly("the receiver was unplugged".into());
        let ear = Ear::default();
        let source = Box::new(Memory { ends_with: Some(error.clone()), ..Memory::once(&bytes) });
        let pipeline = Pipeline::start(source, everything(), vec![Box::new(ear.clone())]);
        assert_eq!(pipeline.and_then(Pipeline::join), Err(error));
        let told = ear.told();
        assert_eq!(told.events.len(), 25, "{:?}", told.events);
        assert_eq!(told.summary.map(|s| (s.bursts, s.progress.samples)), Some((25, seconds(0.5) as u64)));
    });
}

/// A sink that hands its rows on to a channel of one place.
struct HandsOn(mpsc::SyncSender<Arc<DisplayRows>>);

impl Sink for HandsOn {
    fn rows(&mut self, rows: &Arc<DisplayRows>) -> Result<()> {
        self.0.send(rows.clone()).map_err(|_| Error::ReaderGone)
    }
}

#[test]
fn a_sink_blocked_on_a_channel_ends_when_the_receiver_is_dropped_first() {
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let (send, receive) = mpsc::sync_channel(1);
        let source = Box::new(Memory::again(&bytes, usize::MAX));
        let pipeline = Pipeline::start(source, everything(), vec![Box::new(HandsOn(send))]).expect("it starts");
        receive.recv().expect("rows come");
        // Long enough that every channel is full.
        std::thread::sleep(Duration::from_millis(300));
        drop(receive);
        drop(pipeline);
    });
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let (send, receive) = mpsc::sync_channel(1);
        let source = Box::new(Memory::again(&bytes, usize::MAX));
        let pipeline = Pipeline::start(source, everything(), vec![Box::new(HandsOn(send))]).expect("it starts");
        drop(receive);
        assert_eq!(pipeline.join(), Err(Error::ReaderGone));
    });
}

/// A live source that meets a sink which waits at first, takes its messages in the middle, and waits again at the end.
struct Flood {
    memory: Memory,
    blocks: usize,
    sink_goes_on: Arc<AtomicBool>,
    /// Told how many samples were produced.
    ended: mpsc::Sender<u64>,
}

impl Source for Flood {
    fn info(&self) -> &StreamInfo {
        self.memory.info()
    }

    fn pace(&self) -> Pace {
        Pace::Live
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        self.blocks += 1;
        let middle = (1_000..1_300).contains(&self.blocks);
        self.sink_goes_on.store(middle, Ordering::Relaxed);
        if middle {
            std::thread::sleep(Duration::from_millis(2));
        }
        let read = self.memory.read(bytes)?;
        if read.1 == 0 {
            self.ended.send(self.memory.at as u64 / 2).expect("the test waits for this");
        }
        Ok(read)
    }
}

/// A sink that waits at every message until it is released.
struct Slow(Arc<AtomicBool>);

impl Sink for Slow {
    fn progress(&mut self, _progress: &Progress) -> Result<()> {
        while !self.0.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

#[test]
fn a_live_source_faster_than_the_analysis_loses_whole_blocks_and_counts_every_sample() {
    in_time(|| {
        let bytes = air_with_bursts(0.5);
        let (ended, end) = mpsc::channel();
        let released = Arc::new(AtomicBool::new(false));
        let block_samples = 8_000;
        let memory = Memory::again(&bytes, 3_000);
        let source = Flood { memory, blocks: 0, sink_goes_on: released.clone(), ended };
        let ear = Ear::default();
        let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Slow(released.clone())), Box::new(ear.clone())];
        let config = Config { block_samples, ..everything() };
        let pipeline = Pipeline::start(Box::new(source), config, sinks).expect("it starts");
        let produced = end.recv().expect("the source ends");
        released.store(true, Ordering::Relaxed);
        let summary = pipeline.join().expect("losses are no error");
        let told = ear.told();
        let mut lost = 0;
        for event in &told.events {
            if let Event::Gap { from, to, .. } = event {
                assert!((to.0 - from.0).is_multiple_of(block_samples as u64), "whole blocks: {event:?}");
                lost += to.0 - from.0;
            }
        }
        let gaps = told.events.iter().filter(|e| matches!(e, Event::Gap { .. })).count();
        assert!(gaps >= 2 && produced == 24_000_000, "{gaps} gaps, {lost} of {produced} lost");
        assert_eq!(summary.progress.lost, lost, "the gaps that were told are the losses counted");
        assert_eq!(summary.progress.samples + lost, produced, "analysed and lost are all that was produced");
        assert_eq!(told.progress.last(), Some(&summary.progress));
    });
}
