//! What the user says about a source.

use crate::error::{Error, Result};
use crate::iq::SampleFormat;
use crate::recording::{FORMATS, center_is_plausible, rate_is_plausible};
use crate::units::Hertz;

/// What the user says about a source. Each value given beats what a header or a name says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// How samples are stored.
    pub format: Option<SampleFormat>,
    /// Samples per second, 1 kHz to 1 GHz.
    pub sample_rate: Option<Hertz>,
    /// Centre frequency, 0 to 1 THz.
    pub center: Option<Hertz>,
    /// Bytes to leave out before the first sample.
    pub skip_bytes: u64,
    /// The samples hold Q before I.
    pub swap_iq: bool,
    /// Seconds of the recording to leave out; the samples left out still count.
    pub start_s: f64,
    /// Seconds of the recording to read; `None` for all of it.
    pub duration_s: Option<f64>,
}

impl Options {
    /// Checks what cannot be: rates, frequencies and times that are no numbers or out of their range.
    ///
    /// # Errors
    /// [`Error::Unusable`], one sentence for the first value that cannot be.
    pub fn check(&self) -> Result<()> {
        let refuse = |sentence: String| Err(Error::Unusable(sentence));
        if let Some(Hertz(rate)) = self.sample_rate.filter(|rate| !rate_is_plausible(rate.0)) {
            return refuse(format!("a sample rate of {rate} Hz cannot be: --rate takes 1 kHz to 1 GHz"));
        }
        if let Some(Hertz(center)) = self.center.filter(|center| !center_is_plausible(center.0)) {
            return refuse(format!("a centre frequency of {center} Hz cannot be: --center takes 0 to 1 THz"));
        }
        if !(self.start_s.is_finite() && self.start_s >= 0.0) {
            return refuse(format!("a start at {} s cannot be: --start takes 0 or more seconds", self.start_s));
        }
        if let Some(duration) = self.duration_s.filter(|duration| !(duration.is_finite() && *duration > 0.0)) {
            return refuse(format!("a duration of {duration} s cannot be: --duration takes more than 0 seconds"));
        }
        Ok(())
    }

    /// The span asked for, in samples at `sample_rate`: the first one, and how many at most.
    ///
    /// # Errors
    /// [`Error::Unusable`] if the duration is shorter than a sample.
    pub(super) fn span(&self, sample_rate: Hertz) -> Result<(u64, Option<u64>)> {
        // A float too large for the integer becomes the largest one.
        let samples = |seconds: f64| (seconds * sample_rate.0).round() as u64;
        match self.duration_s {
            Some(duration) if samples(duration) == 0 => Err(Error::Unusable(format!(
                "a duration of {duration} s is shorter than one sample at {} Hz: give more with --duration",
                sample_rate.0
            ))),
            duration => Ok((samples(self.start_s), duration.map(samples))),
        }
    }

    /// Format and rate, from these options or else as stated; `words` is the source in sentences.
    ///
    /// # Errors
    /// What is stated, if it cannot be used and no option replaces it; [`Error::Unusable`] with the options to add if
    /// nothing states them.
    pub(super) fn need(
        &self,
        words: &str,
        stated_format: Result<Option<SampleFormat>>,
        stated_rate: Result<Option<Hertz>>,
    ) -> Result<(SampleFormat, Hertz)> {
        let format = self.format.map_or(stated_format, |format| Ok(Some(format)))?;
        let rate = self.sample_rate.map_or(stated_rate, |rate| Ok(Some(rate)))?;
        let sentence = match (format, rate) {
            (Some(format), Some(rate)) => return Ok((format, rate)),
            (Some(_), None) => {
                format!("{words} does not say its sample rate: add --rate HZ, such as --rate 2.4M")
            }
            (None, Some(_)) => {
                format!("{words} does not say its sample format: add --sample-format F, with F one of {FORMATS}")
            }
            (None, None) => format!(
                "{words} says neither its sample format nor its sample rate: add both, such as --sample-format cu8 \
                 --rate 2.4M"
            ),
        };
        Err(Error::Unusable(sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_are_refused_with_one_sentence() {
        let rate = |rate| Options { sample_rate: Some(Hertz(rate)), ..Options::default() };
        let said: Vec<String> = [
            rate(0.0),
            rate(-1.0),
            rate(f64::NAN),
            rate(1e30),
            Options { center: Some(Hertz(f64::INFINITY)), ..Options::default() },
            Options { start_s: -1.0, ..Options::default() },
            Options { duration_s: Some(0.0), ..Options::default() },
        ]
        .iter()
        .map(|options| options.check().unwrap_err().to_string())
        .collect();
        assert_eq!(
            said,
            [
                "a sample rate of 0 Hz cannot be: --rate takes 1 kHz to 1 GHz",
                "a sample rate of -1 Hz cannot be: --rate takes 1 kHz to 1 GHz",
                "a sample rate of NaN Hz cannot be: --rate takes 1 kHz to 1 GHz",
                "a sample rate of 1000000000000000000000000000000 Hz cannot be: --rate takes 1 kHz to 1 GHz",
                "a centre frequency of inf Hz cannot be: --center takes 0 to 1 THz",
                "a start at -1 s cannot be: --start takes 0 or more seconds",
                "a duration of 0 s cannot be: --duration takes more than 0 seconds",
            ]
        );
        assert_eq!(rate(2.4e6).check(), Ok(()));
    }

    #[test]
    fn missing_options_are_named() {
        let rate = Some(Hertz(1e6));
        let format = Some(SampleFormat::Cu8);
        let said = |options: Options| {
            let error = options.need("x.bin", Ok(None), Ok(None)).unwrap_err();
            (error.exit_status(), error.to_string())
        };
        assert_eq!(
            [
                said(Options { format, ..Options::default() }),
                said(Options { sample_rate: rate, ..Options::default() }),
                said(Options::default()),
            ],
            [
                (2, "x.bin does not say its sample rate: add --rate HZ, such as --rate 2.4M".to_owned()),
                (
                    2,
                    "x.bin does not say its sample format: add --sample-format F, with F one of cu8, cs8 (ci8), cs16 \
                     (ci16_le) and cf32 (cf32_le)"
                        .to_owned()
                ),
                (
                    2,
                    "x.bin says neither its sample format nor its sample rate: add both, such as --sample-format cu8 \
                     --rate 2.4M"
                        .to_owned()
                ),
            ]
        );
    }
}
