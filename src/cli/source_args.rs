//! SOURCE and its options, the same for every command that reads samples.

use std::ffi::OsString;
use std::path::Path;

use super::number;
use crate::error::{Error, Result};
use crate::iq::SampleFormat;
use crate::recording::Recording;
use crate::source::{self, Options, Source};
use crate::units::Hertz;

/// SOURCE with its options, for commands that need one.
#[derive(Clone, Debug, clap::Args)]
pub struct SourceArgs {
    /// Where the samples come from: a recording, a scene, or - for standard input
    ///
    /// - NAME.sigmf-meta, NAME.sigmf-data: a SigMF recording (both files)
    /// - NAME.cu8 .cs8 .cs16 .cf32 .cfile …: raw interleaved IQ; rate and centre from
    ///   the options or from a name such as g001_868.3M_1024k.cu8
    /// - scene:demo, NAME.scene.toml: a synthetic scene with known truth; others that come
    ///   with glint: border-valley, quiet-night, busy-evening, own-phone-too-close,
    ///   three-generations
    /// - -: raw samples on standard input
    #[arg(value_name = "SOURCE", verbatim_doc_comment)]
    pub source: OsString,

    /// What the source does not say itself.
    #[command(flatten)]
    pub options: SourceOptions,
}

/// Heading of these options in a command's help. Each names it, as a heading set once would go on for what follows.
const HEADING: &str = "Source options";

/// What the user says about a source; each beats what the recording says.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct SourceOptions {
    /// How samples are stored: cu8, cs8 (ci8), cs16 (ci16_le), cf32 (cf32_le)
    #[arg(long, help_heading = HEADING, value_name = "F", value_parser = number::sample_format)]
    pub sample_format: Option<SampleFormat>,

    /// Samples per second: 2.4M, 2400k, 2.4e6
    #[arg(long, help_heading = HEADING, value_name = "HZ", value_parser = number::rate, allow_hyphen_values = true)]
    pub rate: Option<Hertz>,

    /// Centre frequency: 897.3M; without one, frequencies are offsets from the centre
    #[arg(long, help_heading = HEADING, value_name = "HZ", value_parser = number::center, allow_hyphen_values = true)]
    pub center: Option<Hertz>,

    /// Bytes to leave out before the first sample, such as a header
    #[arg(long, help_heading = HEADING, value_name = "N", value_parser = number::bytes, allow_hyphen_values = true, default_value = "0",
          hide_default_value = true)]
    pub skip_bytes: u64,

    /// The samples hold Q before I
    #[arg(long, help_heading = HEADING)]
    pub swap_iq: bool,

    /// Begin at this second of the recording; samples still count from its first one
    #[arg(long, help_heading = HEADING, value_name = "S", value_parser = number::seconds, allow_hyphen_values = true, default_value = "0",
          hide_default_value = true)]
    pub start: f64,

    /// Read this many seconds
    #[arg(long, help_heading = HEADING, value_name = "S", value_parser = number::positive_seconds, allow_hyphen_values = true)]
    pub duration: Option<f64>,
}

impl SourceArgs {
    /// Opens the source.
    ///
    /// # Errors
    /// Those of [`source::open`].
    pub fn open(&self) -> Result<Box<dyn Source>> {
        source::open(&self.source, &self.options.raise())
    }

    /// Refuses to write to `output` if that is a file of the source, whatever may be replaced.
    ///
    /// # Errors
    /// [`Error::Unusable`] if it is.
    pub fn spare(&self, output: &Path) -> Result<()> {
        let source = Path::new(&self.source);
        let mut files = vec![source.to_owned()];
        if source.extension().is_some_and(|end| end == "sigmf-meta" || end == "sigmf-data") {
            files.extend(["sigmf-meta", "sigmf-data"].map(|end| source.with_extension(end)));
            files.extend(Recording::look(source).map(|recording| recording.data));
        }
        let real = |path: &Path| path.canonicalize().ok().filter(|path| path.is_file());
        let Some(there) = real(output) else { return Ok(()) };
        if self.source == "-" || !files.iter().any(|file| real(file).as_ref() == Some(&there)) {
            return Ok(());
        }
        Err(Error::Unusable(format!(
            "{} is what is read here, and would be lost: write to another name",
            output.display()
        )))
    }
}

impl SourceOptions {
    /// The options as sources take them.
    pub fn raise(&self) -> Options {
        Options {
            format: self.sample_format,
            sample_rate: self.rate,
            center: self.center,
            skip_bytes: self.skip_bytes,
            swap_iq: self.swap_iq,
            start_s: self.start,
            duration_s: self.duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        source: SourceArgs,
    }

    fn parse(arguments: &[&str]) -> std::result::Result<SourceArgs, clap::Error> {
        Command::try_parse_from([&["glint"], arguments].concat()).map(|command| command.source)
    }

    #[test]
    fn every_option_is_understood() {
        let args = parse(&[
            "-",
            "--sample-format",
            "cs16",
            "--rate",
            "250k",
            "--center",
            "100e6",
            "--skip-bytes",
            "128",
            "--swap-iq",
            "--start",
            "1.5",
            "--duration",
            "2",
        ])
        .unwrap();
        assert_eq!(args.source, "-");
        assert_eq!(
            args.options.raise(),
            Options {
                format: Some(SampleFormat::Ci16Le),
                sample_rate: Some(Hertz(250e3)),
                center: Some(Hertz(100e6)),
                skip_bytes: 128,
                swap_iq: true,
                start_s: 1.5,
                duration_s: Some(2.0),
            }
        );
        assert_eq!(parse(&["a.cu8"]).unwrap().options.raise(), Options::default());
    }

    #[test]
    fn a_rate_that_cannot_be_is_one_sentence_and_exit_status_2() {
        for rate in ["0", "-1", "nan", "1e30", "-inf", "-2.4M"] {
            let error = parse(&["a.cu8", "--rate", rate]).unwrap_err();
            let text = error.to_string();
            assert_eq!(error.exit_code(), 2);
            assert_eq!(
                text.lines().next().unwrap(),
                format!(
                    "error: invalid value '{rate}' for '--rate <HZ>': a sample rate is a number from 1 kHz to 1 GHz, \
                     such as 2.4M, 2400k or 2.4e6"
                )
            );
            assert!(text.lines().count() <= 3);
        }
    }

    #[test]
    fn a_recording_opens_with_what_the_user_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.bin");
        std::fs::write(&path, [0; 128 + 4000]).unwrap();
        let path = path.to_str().unwrap();
        let args = parse(&[path, "--sample-format", "cu8", "--rate", "1M", "--skip-bytes", "128"]).unwrap();
        let source = args.open().unwrap();
        assert_eq!((source.info().name.as_str(), source.info().length), (path, Some(2000)));
    }
}
