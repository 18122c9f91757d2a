//! `glint detect`: bursts as text.

use std::path::PathBuf;

use clap::ValueEnum;

use super::number::ImageRejection;
use super::progress::{self, run_to_the_end};
use super::{SourceArgs, number};
use crate::detect;
use crate::error::Result;
use crate::output::Output;
use crate::pipeline::{Config, Sink};
use crate::report::{Csv, Jsonl, SigmfAnnotations};

/// Find every burst in a recording or scene and write it as text
///
/// One JSON object per burst on standard output, as soon as the burst is known; progress and the summary go to
/// standard error. Levels are dBFS: 0 is a complex tone of amplitude 1.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    glint detect scene:demo\n  \
    glint detect capture.sigmf-meta --format csv -o bursts.csv\n  \
    glint detect g001_868.3M_1024k.cu8 --false-alarms-per-hour 10\n  \
    rtl_sdr -f 897.3M -s 2.4M - | glint detect - --sample-format cu8 --rate 2.4M --center 897.3M")]
pub struct Detect {
    #[command(flatten)]
    source: SourceArgs,

    /// Write to FILE; it appears under its name once it is whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace FILE if it exists
    #[arg(long)]
    force: bool,

    /// jsonl: one object per burst; csv: the same fields in a table; sigmf: annotations, sorted by start
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    #[command(flatten)]
    detector: DetectorArgs,

    /// Also write lines of other kinds: run, gap, step, overload, floor, summary (jsonl only)
    #[arg(long)]
    all_events: bool,
}

/// How to detect, for every command that does.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Detector options")]
pub struct DetectorArgs {
    /// False alarms an hour that noise alone may give: fewer hide weak bursts, more show them
    #[arg(long, value_name = "X", default_value = "1", value_parser = number::alarms_per_hour,
          allow_hyphen_values = true)]
    false_alarms_per_hour: f64,

    /// An emission longer than S seconds is written in parts
    #[arg(long, value_name = "S", default_value = "2", value_parser = number::longest,
          allow_hyphen_values = true)]
    longest: f64,

    /// Image rejection of the receiver in dB: a burst about so much weaker than one that it mirrors around the centre, at
    /// the same time, is not given; off: every burst is
    #[arg(long, value_name = "DB", default_value = "30", value_parser = number::image_rejection,
          allow_hyphen_values = true)]
    image_rejection: ImageRejection,

    /// Threads for the spectrum (all cores unless stated); the result is the same with any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
    Sigmf,
}

impl DetectorArgs {
    /// The pipeline's configuration, with waterfall rows if `display`.
    pub fn config(&self, display: bool) -> Config {
        Config {
            detect: detect::Config {
                false_alarms_per_hour: self.false_alarms_per_hour,
                longest_s: self.longest,
                image_rejection_db: self.image_rejection.0,
                ..detect::Config::default()
            },
            threads: self.threads.map_or(0, usize::from),
            display,
            ..Config::default()
        }
    }
}

impl Detect {
    /// Runs the command.
    ///
    /// # Errors
    /// The source cannot be read or the output not written.
    pub fn run(&self) -> Result<()> {
        let output = match &self.output {
            Some(path) => {
                self.source.spare(path)?;
                Output::create(path, self.force)?
            }
            None => Output::standard(),
        };
        let source = self.source.open()?;
        let report: Box<dyn Sink> = match self.format {
            Format::Jsonl => Box::new(Jsonl::new(output, self.all_events)),
            Format::Csv => Box::new(Csv::new(output)),
            Format::Sigmf => Box::new(SigmfAnnotations::new(output)),
        };
        run_to_the_end(source, self.detector.config(false), vec![report, progress::bar()])
    }
}
