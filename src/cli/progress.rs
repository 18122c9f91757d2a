//! Runs a pipeline to its end, with progress and the summary on standard error; and what every long run has of these.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::detect::Event;
use crate::error::Result;
use crate::pipeline::{Config, Pipeline, Progress, RunInfo, Sink, Summary};
use crate::report::words;
use crate::source::Source;

/// Ctrl-C within this time of another is the same one.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Analyses `source` into `sinks` until it ends or Ctrl-C is pressed; what was found until then stands.
///
/// # Errors
/// What the pipeline says.
pub fn run_to_the_end(source: Box<dyn Source>, config: Config, sinks: Vec<Box<dyn Sink>>) -> Result<()> {
    let pipeline = Pipeline::start(source, config, sinks)?;
    on_ctrl_c(pipeline.stopper());
    pipeline.join().map(|_| ())
}

/// Calls `stop` at the first Ctrl-C; another one ends the program there and then, unless it follows at once: what runs
/// a program for the user (`timeout`, a shell script) may hand on the one that the program got as well.
pub fn on_ctrl_c(stop: impl Fn() + Send + 'static) {
    // A second handler cannot be set; the first one of this process is ours, as each command runs once.
    let mut asked: Option<Instant> = None;
    let _ = ctrlc::set_handler(move || match asked {
        Some(at) if at.elapsed() > AT_ONCE => std::process::exit(130),
        Some(_) => {}
        None => {
            asked = Some(Instant::now());
            stop();
        }
    });
}

/// A bar over `length` steps, or a sign of life if their number is not known; hidden where nobody looks at it.
pub fn steps(length: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = || {
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} left").expect("the template is well formed")
    };
    length.map_or_else(ProgressBar::new_spinner, |length| ProgressBar::new(length).with_style(style()))
}

/// A sink that shows progress on a terminal, and the summary line at the end.
pub fn bar() -> Box<dyn Sink> {
    Box::new(Bar { bar: ProgressBar::hidden(), begun: Instant::now(), rate: 1.0, first: 0, bursts: 0 })
}

struct Bar {
    bar: ProgressBar,
    begun: Instant,
    rate: f64,
    first: u64,
    bursts: u64,
}

impl Sink for Bar {
    fn begin(&mut self, run: &RunInfo) -> Result<()> {
        self.begun = Instant::now();
        self.rate = run.stream.tuning.sample_rate.0;
        self.first = run.stream.first.0;
        self.bar = steps(run.stream.length);
        Ok(())
    }

    fn progress(&mut self, progress: &Progress) -> Result<()> {
        self.bar.set_position(progress.samples);
        self.bar.set_message(format!("{:.1} s of signal, {} bursts", progress.samples as f64 / self.rate, self.bursts));
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        let seconds = |sample: u64| seconds(sample as f64 / self.rate);
        match event {
            Event::Burst(burst) if !burst.more => self.bursts += 1,
            Event::FloorUnknown { from, to, why } => self.bar.suspend(|| {
                eprintln!("from {} to {} no burst could be looked for: {why}", seconds(from.0), seconds(to.0));
            }),
            Event::Gap { from, to, why } => self.bar.suspend(|| {
                eprintln!(
                    "{} lost from {}: {why}; bursts there went unseen",
                    words::counted(to.0 - from.0, "sample", "samples"),
                    seconds(from.0)
                );
            }),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> Result<()> {
        self.bar.finish_and_clear();
        let elapsed = self.begun.elapsed().max(Duration::from_millis(1)).as_secs_f64();
        eprintln!(
            "{} samples, {} of signal, {:.1} × real time, {} burst{}, {} samples lost, false alarms set to {} an hour",
            summary.progress.samples,
            seconds(summary.seconds),
            summary.seconds / elapsed,
            summary.bursts,
            if summary.bursts == 1 { "" } else { "s" },
            summary.progress.lost,
            summary.false_alarms_per_hour,
        );
        Ok(())
    }
}

/// Seconds to the millisecond; a time below ten of them to the microsecond.
pub fn seconds(value: f64) -> String {
    let decimals = if value > 0.0 && value < 0.01 { 6 } else { 3 };
    format!("{value:.decimals$} s")
}
