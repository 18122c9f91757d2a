//! Raw samples that cannot be read twice: standard input, a named pipe.

use std::io::{self, IsTerminal, Read};

use super::raw::{Length, RawSamples, is_empty};
use super::{Options, Source, SourceKind, StreamInfo};
use crate::error::{Error, Result};
use crate::iq::{SampleFormat, Tuning};
use crate::units::SampleIndex;

/// Standard input as a source.
///
/// # Errors
/// [`Error::Unusable`] if an option is missing, or if standard input is a terminal.
pub(super) fn open(options: &Options) -> Result<Box<dyn Source>> {
    let words = "standard input";
    let (format, rate) = options.need(words, Ok(None), Ok(None))?;
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Error::Unusable(
            "standard input is a terminal: pipe samples into it, as in rtl_sdr … - | glint detect - …".to_owned(),
        ));
    }
    let tuning = Tuning { center: options.center, sample_rate: rate };
    Ok(Box::new(StreamSource::new(stdin, "-", words, SourceKind::StandardInput, format, tuning, options)?))
}

/// Raw samples from a reader that only goes forward.
pub(super) struct StreamSource<R> {
    info: StreamInfo,
    raw: RawSamples<R>,
    /// The source in sentences.
    words: String,
    /// Bytes still to be left out before the first sample; read at the first call, so that opening does not wait.
    skip: u64,
}

impl<R: Read> StreamSource<R> {
    /// Samples of `reader`, called `name` by the user and `words` in sentences.
    ///
    /// # Errors
    /// [`Error::Unusable`] if the duration asked for is shorter than a sample.
    pub fn new(
        reader: R,
        name: &str,
        words: &str,
        kind: SourceKind,
        format: SampleFormat,
        tuning: Tuning,
        options: &Options,
    ) -> Result<Self> {
        let (first, longest) = options.span(tuning.sample_rate)?;
        let length = Length::AtMost(longest.unwrap_or(u64::MAX));
        let first = SampleIndex(first);
        Ok(StreamSource {
            raw: RawSamples::new(reader, format, options.swap_iq, words, first, length),
            info: StreamInfo {
                name: name.to_owned(),
                kind,
                tuning,
                format,
                first,
                length: None,
                start_time: None,
                actions: Vec::new(),
            },
            words: words.to_owned(),
            skip: first.0.saturating_mul(format.bytes_per_sample() as u64).saturating_add(options.skip_bytes),
        })
    }

    /// Leaves out what comes before the first sample.
    fn skip(&mut self) -> Result<()> {
        let skip = std::mem::take(&mut self.skip);
        let words = &self.words;
        let skipped = io::copy(&mut self.raw.reader().take(skip), &mut io::sink())
            .map_err(|error| Error::EndedEarly(format!("{words} could not be read ({error}): nothing is analysed")))?;
        match skipped {
            _ if skipped == skip => Ok(()),
            0 => Err(is_empty(words)),
            _ => Err(Error::EndedEarly(format!(
                "{words} ended after {skipped} bytes, before the first sample asked for: give less with --start or \
                 --skip-bytes"
            ))),
        }
    }
}

impl<R: Read + Send> Source for StreamSource<R> {
    fn info(&self) -> &StreamInfo {
        &self.info
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        if self.skip > 0 {
            self.skip()?;
        }
        self.raw.read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iq::SampleBlock;
    use crate::units::Hertz;

    fn stream(bytes: &'static [u8], options: &Options) -> StreamSource<&'static [u8]> {
        let tuning = Tuning { center: None, sample_rate: Hertz(1000.0) };
        let kind = SourceKind::StandardInput;
        StreamSource::new(bytes, "-", "standard input", kind, SampleFormat::Cu8, tuning, options).unwrap()
    }

    fn read(source: &mut impl Source) -> Result<(u64, Vec<u8>)> {
        let mut block = SampleBlock { first: SampleIndex(0), bytes: Vec::with_capacity(64) };
        source.read_block(&mut block).map(|_| (block.first.0, block.bytes))
    }

    #[test]
    fn samples_left_out_still_count_and_bytes_left_out_do_not() {
        let options = Options { skip_bytes: 1, start_s: 0.001, duration_s: Some(0.002), ..Options::default() };
        let mut source = stream(&[9, 0, 0, 1, 2, 3, 4, 5, 6], &options);
        assert_eq!(source.info().first, SampleIndex(1));
        assert_eq!(source.info().length, None);
        assert_eq!(read(&mut source), Ok((1, vec![1, 2, 3, 4])));
        assert_eq!(read(&mut source), Ok((3, vec![])));
    }

    #[test]
    fn a_stream_shorter_than_asked_for_just_ends() {
        let options = Options { duration_s: Some(5.0), ..Options::default() };
        let mut source = stream(&[1, 2], &options);
        assert_eq!(read(&mut source), Ok((0, vec![1, 2])));
        assert_eq!(read(&mut source), Ok((1, vec![])));
    }

    #[test]
    fn a_stream_that_ends_before_its_first_sample_says_so() {
        let options = Options { start_s: 1.0, ..Options::default() };
        let said = |bytes: &'static [u8]| read(&mut stream(bytes, &options)).unwrap_err().to_string();
        assert_eq!(
            said(&[1, 2, 3]),
            "standard input ended after 3 bytes, before the first sample asked for: give less with --start or \
             --skip-bytes"
        );
        assert_eq!(said(&[]), "standard input is empty: there is no sample to analyse");
        let mut whole = stream(&[], &Options::default());
        assert_eq!(read(&mut whole).unwrap_err().to_string(), "standard input is empty: there is no sample to analyse");
    }
}
