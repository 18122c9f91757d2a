//! `glint synth`: a scene as a recording with its truth.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::{number, progress};
use crate::error::{Error, Result};
use crate::iq::{SampleBlock, SampleFormat};
use crate::recording::{About, PairWriter};
use crate::report::{Given, Truth, words};
use crate::source::{self, Options, SceneSource, Source};
use crate::units::SampleIndex;

/// Samples rendered and written at once: few enough to stay near the processor, enough for one write.
const AT_ONCE: usize = 65_536;

/// Write a scene as a SigMF recording that states its truth
///
/// Two files: NAME.sigmf-data has the samples, NAME.sigmf-meta what was really sent, as annotations in order of start.
/// A burst has core:sample_start and core:sample_count (from half amplitude to half amplitude), its nominal
/// core:freq_lower_edge and core:freq_upper_edge, core:label (the kind of burst), glint:snr_db (within these edges) and
/// glint:level_dbfs. What people did is there without edges, with glint:kind "action"; what is sent and no burst of a
/// handset has glint:kind "other". What the ends of the recording cut has glint:cut_start or glint:cut_end.
///
/// The same scene and seed give the same bytes on every machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    glint synth scene:demo -o demo.sigmf-meta\n  \
    glint synth scene:demo -o call.sigmf-meta --start 20 --duration 8 --sample-format cu8\n  \
    glint synth street.scene.toml -o street-2.sigmf-meta --seed 2")]
pub struct Synth {
    /// The scene: scene:NAME for one that comes with glint (demo, border-valley, quiet-night, busy-evening,
    /// own-phone-too-close, three-generations), or your own in NAME.scene.toml
    #[arg(value_name = "SCENE")]
    scene: OsString,

    /// Write NAME.sigmf-meta and NAME.sigmf-data; both appear once they are whole
    #[arg(short, long, value_name = "NAME.sigmf-meta")]
    output: PathBuf,

    /// Replace the two files if they exist
    #[arg(long)]
    force: bool,

    /// How samples are stored: cu8, cs8 (ci8), cs16 (ci16_le), cf32 (cf32_le)
    #[arg(long, value_name = "F", value_parser = number::sample_format, default_value = "ci16_le")]
    sample_format: SampleFormat,

    /// Draw anew what the scene leaves to chance, such as its noise: a whole number in place of its own seed
    #[arg(long, value_name = "N", value_parser = number::seed, allow_hyphen_values = true)]
    seed: Option<u64>,

    /// Begin at this second of the scene; it becomes the beginning of the recording
    #[arg(long, value_name = "S", value_parser = number::seconds, allow_hyphen_values = true, default_value = "0",
          hide_default_value = true)]
    start: f64,

    /// Write this many seconds
    #[arg(long, value_name = "S", value_parser = number::positive_seconds, allow_hyphen_values = true)]
    duration: Option<f64>,
}

impl Synth {
    /// Runs the command.
    ///
    /// # Errors
    /// There is no such scene, the recording cannot be written, or it was stopped before its end.
    pub fn run(&self) -> Result<()> {
        let mut scene = source::scene(&self.scene)?;
        if let Some(seed) = self.seed {
            scene = scene.with_seed(seed);
        }
        let options = Options { start_s: self.start, duration_s: self.duration, ..Options::default() };
        let mut source = SceneSource::new(&scene, &self.scene.to_string_lossy(), &options)?;
        let about = About {
            format: self.sample_format,
            tuning: scene.tuning(),
            scene: scene.title().to_owned(),
            seed: scene.seed(),
            scene_start: source.info().first,
        };
        let mut pair = PairWriter::create(&self.output, &about, self.force)?;
        let mut made = Made::begin(&source);
        let mut truth = Truth::new(scene, source.info().first, source.info().length.unwrap_or(0));

        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        progress::on_ctrl_c(move || stop.store(true, Ordering::Relaxed));
        let format = source.info().format;
        let size = format.bytes_per_sample();
        let mut at_full_scale = 0;
        let mut block = SampleBlock { first: SampleIndex(0), bytes: Vec::with_capacity(AT_ONCE * size) };
        while source.read_block(&mut block)? {
            if stopped.load(Ordering::Relaxed) {
                return Err(Error::EndedEarly(
                    "stopped before the recording was whole: nothing is left of it".to_owned(),
                ));
            }
            let samples = (block.bytes.len() / size) as u64;
            at_full_scale += format.at_full_scale(&block.bytes) as u64;
            pair.samples(format, &block.bytes)?;
            truth.give_to(SampleIndex(block.first.0 + samples), |annotation| pair.annotate(annotation))?;
            made.add(samples, truth.given());
        }
        let clipped = pair.clipped();
        pair.finish()?;
        made.end(truth.given(), at_full_scale, clipped, self.sample_format);
        Ok(())
    }
}

/// What was made so far, for the person who waits.
struct Made {
    bar: ProgressBar,
    begun: Instant,
    rate: f64,
    samples: u64,
}

impl Made {
    fn begin(source: &SceneSource) -> Self {
        let info = source.info();
        let rate = info.tuning.sample_rate.0;
        Made { bar: progress::steps(info.length), begun: Instant::now(), rate, samples: 0 }
    }

    fn seconds(&self) -> f64 {
        self.samples as f64 / self.rate
    }

    fn add(&mut self, samples: u64, given: &Given) {
        self.samples += samples;
        self.bar.set_position(self.samples);
        self.bar.set_message(format!("{:.1} s of signal, {} bursts", self.seconds(), given.bursts));
    }

    fn end(&self, given: &Given, at_full_scale: u64, clipped: u64, format: SampleFormat) {
        self.bar.finish_and_clear();
        if at_full_scale > 0 {
            eprintln!(
                "{} at full scale: the receiver that the scene describes clips what is stronger",
                words::counted(at_full_scale, "sample", "samples")
            );
        }
        if clipped > 0 {
            eprintln!(
                "{} beyond the range of {} and clipped: --sample-format cf32_le holds every level",
                words::counted(clipped, "sample was", "samples were"),
                format.name()
            );
        }
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let others = match given.others {
            0 => String::new(),
            count => format!(", {count} other emission{}", plural(count)),
        };
        let kinds = match given.kinds.len() as u64 {
            0 => String::new(),
            count => format!(" of {count} kind{}", plural(count)),
        };
        eprintln!(
            "{} samples, {} of signal, {:.1} × real time, {} burst{}{kinds}{others}, {} action{}",
            self.samples,
            progress::seconds(self.seconds()),
            self.seconds() / self.begun.elapsed().max(Duration::from_millis(1)).as_secs_f64(),
            given.bursts,
            plural(given.bursts),
            given.actions,
            plural(given.actions),
        );
    }
}
