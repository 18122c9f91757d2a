//! Streams made in this process: a short recording over and over, at a pace or as fast as it is taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use glint::detect::Event;
use glint::error::Result;
use glint::pipeline::{Config, Pipeline, Sink, Summary};
use glint::scene::Scene;
use glint::source::{Pace, Source, SourceKind, StreamInfo};
use glint::units::SampleIndex;

use super::measure::{Clock, cpu_s};
use super::recordings::{Air, Wanted};
use super::table::Table;

/// A rendered recording in memory.
pub struct Rendered {
    info: StreamInfo,
    bytes: Vec<u8>,
}

impl Rendered {
    pub fn new(wanted: Wanted) -> Result<Rendered> {
        let scene = Scene::from_toml(&wanted.scene(), "bench.scene.toml")?;
        let format = scene.format();
        let mut bytes = vec![0; wanted.samples() as usize * format.bytes_per_sample()];
        scene.renderer().render(SampleIndex(0), &mut bytes);
        let info = StreamInfo {
            name: "stream".into(),
            kind: SourceKind::Scene,
            tuning: scene.tuning(),
            format,
            first: SampleIndex(0),
            length: None,
            start_time: None,
            actions: Vec::new(),
        };
        Ok(Rendered { info, bytes })
    }
}

/// A recording over and over.
pub struct Repeated<Watch> {
    rendered: Arc<Rendered>,
    /// Samples given so far, and in all.
    at: u64,
    end: u64,
    /// When sample 0 came, if the samples come at their own pace.
    live_from: Option<Instant>,
    /// Told before every read how many samples there were.
    watch: Watch,
}

impl<Watch: FnMut(u64) + Send> Repeated<Watch> {
    /// As fast as it is taken, for `seconds` of signal.
    pub fn new(rendered: &Arc<Rendered>, seconds: f64, watch: Watch) -> Self {
        let end = (seconds * rendered.info.tuning.sample_rate.0) as u64;
        Repeated { rendered: rendered.clone(), at: 0, end, live_from: None, watch }
    }
}

impl<Watch: FnMut(u64) + Send> Source for Repeated<Watch> {
    fn info(&self) -> &StreamInfo {
        &self.rendered.info
    }

    fn pace(&self) -> Pace {
        if self.live_from.is_some() { Pace::Live } else { Pace::Replay }
    }

    fn may_wait(&self) -> bool {
        self.live_from.is_some()
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        (self.watch)(self.at);
        let (info, rendered) = (&self.rendered.info, &self.rendered.bytes);
        let size = info.format.bytes_per_sample();
        let from = self.at as usize % (rendered.len() / size);
        let room = (bytes.len() / size).min(rendered.len() / size - from);
        let count = room.min((self.end - self.at) as usize);
        let first = SampleIndex(self.at);
        bytes[..count * size].copy_from_slice(&rendered[from * size..(from + count) * size]);
        self.at += count as u64;
        if let Some(begin) = self.live_from {
            let due = begin + Duration::from_secs_f64(self.at as f64 / info.tuning.sample_rate.0);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        Ok((first, count * size))
    }
}

/// A sink that nothing happens in.
struct Nothing;

impl Sink for Nothing {
    fn event(&mut self, _event: &Event) -> Result<()> {
        Ok(())
    }
}

/// Analyses a stream on one thread.
pub fn analyse<Watch: FnMut(u64) + Send + 'static>(source: Repeated<Watch>) -> Result<Summary> {
    let config = Config { threads: 1, ..Config::default() };
    Pipeline::start(Box::new(source), config, vec![Box::new(Nothing)])?.join()
}

/// Samples a second of a paced stream.
const LIVE_RATE: f64 = 20e6;

/// Seconds that a paced stream is watched.
const WATCHED_S: f64 = 20.0;

pub fn measure() -> std::result::Result<Vec<Table>, String> {
    let mut table = Table::new(
        "stream",
        &[
            "stream at 20 MS/s, 8 bit",
            "ns/sample analysed",
            "of a core, for all samples",
            "samples lost",
            "bursts found",
        ],
    );
    for air in [Air::Quiet, Air::Bursts(240)] {
        let paced = || -> Result<(f64, Summary)> {
            let rendered = Arc::new(Rendered::new(Wanted { air, rate: LIVE_RATE, seconds: 2.0, format: "cu8" })?);
            let mut source = Repeated::new(&rendered, WATCHED_S, |_| {});
            source.live_from = Some(Instant::now());
            let before = cpu_s(Clock::Process);
            let summary = analyse(source)?;
            Ok((cpu_s(Clock::Process) - before, summary))
        };
        let (cpu, summary) = paced().map_err(|error| error.to_string())?;
        let name = if air == Air::Quiet { "quiet" } else { "240 bursts a second" };
        let a_sample = cpu / summary.progress.samples as f64;
        table.row([
            name.into(),
            format!("{:.2}", a_sample * 1e9),
            format!("{:.0} %", 100.0 * a_sample * LIVE_RATE),
            format!("{:.1} %", 100.0 * summary.progress.lost as f64 / (LIVE_RATE * WATCHED_S)),
            summary.bursts.to_string(),
        ]);
    }
    Ok(vec![table])
}
