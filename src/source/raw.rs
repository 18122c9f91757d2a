//! Raw samples from any reader, in whole blocks: what a file and standard input have in common.

use std::io::{ErrorKind, Read};

use crate::error::{Error, Result};
use crate::iq::SampleFormat;
use crate::units::SampleIndex;

/// How many samples a reader gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Length {
    /// So many; it fails if it ends sooner.
    Exactly(u64),
    /// As many as it has, but no more than this.
    AtMost(u64),
}

/// Reads interleaved samples from `R`. Plain reads and no memory map, so that a file cut short under way is an end
/// and not a crash, and so that memory does not grow with the recording.
pub(super) struct RawSamples<R> {
    reader: R,
    format: SampleFormat,
    swap_iq: bool,
    /// The source in sentences.
    name: String,
    /// Index of the next sample.
    next: u64,
    /// Samples still to be read.
    left: Length,
    /// Said once, after the last whole sample.
    last_word: Option<Error>,
    ended: bool,
}

impl<R: Read> RawSamples<R> {
    /// Samples of `reader`, the first of which has the index `first`.
    pub fn new(reader: R, format: SampleFormat, swap_iq: bool, name: &str, first: SampleIndex, length: Length) -> Self {
        RawSamples {
            reader,
            format,
            swap_iq,
            name: name.to_owned(),
            next: first.0,
            left: length,
            last_word: None,
            ended: false,
        }
    }

    /// The reader, for questions about it.
    pub fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Reads as [`Source::read`](super::Source::read) promises.
    pub fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        let size = self.format.bytes_per_sample();
        let (Length::Exactly(left) | Length::AtMost(left)) = self.left;
        let want = if self.ended { 0 } else { left.min((bytes.len() / size) as u64) as usize * size };
        let first = SampleIndex(self.next);
        let got = self.fill(&mut bytes[..want]);
        let whole = (got / size) as u64;
        let bytes = &mut bytes[..whole as usize * size];
        self.next += whole;
        self.left = match self.left {
            Length::Exactly(left) => Length::Exactly(left - whole),
            Length::AtMost(left) => Length::AtMost(left - whole),
        };
        if got < want {
            self.ended = true;
            self.last_word = self.last_word.take().or_else(|| self.why_ended(got % size));
        }
        if whole == 0 {
            return self.last_word.take().map_or(Ok((first, 0)), Err);
        }
        if self.swap_iq {
            swap_components(bytes, size);
        }
        Ok((first, bytes.len()))
    }

    /// Reads until `bytes` is full, the reader ends or fails; returns how many were read.
    fn fill(&mut self, bytes: &mut [u8]) -> usize {
        let mut got = 0;
        while got < bytes.len() {
            match self.reader.read(&mut bytes[got..]) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let at = self.next + (got / self.format.bytes_per_sample()) as u64;
                    self.last_word = Some(Error::EndedEarly(format!(
                        "{} could not be read past sample {at} ({error}): what came before is analysed",
                        self.name
                    )));
                    break;
                }
            }
        }
        got
    }

    /// The sentence for a reader that ended with `odd` bytes after the last whole sample, if it should not have.
    fn why_ended(&self, odd: usize) -> Option<Error> {
        let (name, at) = (&self.name, self.next);
        match self.left {
            Length::Exactly(missing) => Some(Error::EndedEarly(format!(
                "{name} was cut short while it was read: it ends at sample {at}, {missing} too early; what came \
                 before is analysed"
            ))),
            Length::AtMost(_) if odd > 0 => Some(inside_a_sample(name, at, odd, self.format)),
            Length::AtMost(_) if at == 0 => Some(is_empty(name)),
            Length::AtMost(_) => None,
        }
    }
}

/// The error for a source that holds nothing.
pub(super) fn is_empty(name: &str) -> Error {
    Error::EndedEarly(format!("{name} is empty: there is no sample to analyse"))
}

/// The error for a source that ends `odd` bytes into sample `at`.
pub(super) fn inside_a_sample(name: &str, at: u64, odd: usize, format: SampleFormat) -> Error {
    let s = if odd == 1 { "" } else { "s" };
    let before = if at == 0 { "nothing" } else { "what came before" };
    Error::EndedEarly(format!(
        "{name} ends {odd} byte{s} into sample {at}, which has {} as {}: {before} is analysed; check the sample format",
        format.bytes_per_sample(),
        format.name()
    ))
}

/// Exchanges the two components of each sample of `size` bytes.
fn swap_components(bytes: &mut [u8], size: usize) {
    for sample in bytes.chunks_exact_mut(size) {
        let (i, q) = sample.split_at_mut(size / 2);
        i.swap_with_slice(q);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Gives what it has in pieces of odd sizes, then fails.
    struct Stubborn(Vec<io::Result<&'static [u8]>>);

    impl Read for Stubborn {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0)?;
            let n = piece.len().min(bytes.len());
            bytes[..n].copy_from_slice(&piece[..n]);
            if n < piece.len() {
                self.0.insert(0, Ok(&piece[n..]));
            }
            Ok(n)
        }
    }

    /// Everything `raw` gives in blocks of `room` bytes: the samples' bytes with the index of each block, and the end.
    fn all<R: Read>(raw: &mut RawSamples<R>, room: usize) -> (Vec<(u64, Vec<u8>)>, Result<()>) {
        let mut blocks = Vec::new();
        let mut bytes = vec![0; room];
        loop {
            match raw.read(&mut bytes) {
                Ok((first, count @ 1..)) => blocks.push((first.0, bytes[..count].to_vec())),
                end => return (blocks, end.map(|_| ())),
            }
        }
    }

    fn joined(blocks: &[(u64, Vec<u8>)]) -> Vec<u8> {
        blocks.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    fn samples(pieces: Vec<io::Result<&'static [u8]>>, swap_iq: bool, length: Length) -> RawSamples<Stubborn> {
        RawSamples::new(Stubborn(pieces), SampleFormat::Cu8, swap_iq, "x", SampleIndex(0), length)
    }

    #[test]
    fn pieces_of_any_size_give_whole_samples_in_full_blocks() {
        let interrupted = || Err(io::ErrorKind::Interrupted.into());
        let mut raw = samples(
            vec![Ok(&[1, 2, 3]), interrupted(), Ok(&[4]), Ok(&[5, 6, 7, 8, 9, 10])],
            false,
            Length::AtMost(u64::MAX),
        );
        let (blocks, end) = all(&mut raw, 4);
        assert_eq!(blocks, [(0, vec![1, 2, 3, 4]), (2, vec![5, 6, 7, 8]), (4, vec![9, 10])]);
        assert_eq!(end, Ok(()));
        assert_eq!(raw.read(&mut [0; 4]), Ok((SampleIndex(5), 0)));
    }

    #[test]
    fn swapping_exchanges_the_components_of_every_sample() {
        let mut raw = samples(vec![Ok(&[1, 2, 3, 4])], true, Length::AtMost(u64::MAX));
        assert_eq!(all(&mut raw, 64).0, [(0, vec![2, 1, 4, 3])]);
        let mut wide = vec![1, 2, 3, 4, 5, 6, 7, 8];
        swap_components(&mut wide, 8);
        assert_eq!(wide, [5, 6, 7, 8, 1, 2, 3, 4]);
    }

    #[test]
    fn what_is_whole_comes_before_the_sentence_and_the_sentence_only_once() {
        let sentence = |pieces, length| {
            let mut raw = samples(pieces, false, length);
            let (blocks, end) = all(&mut raw, 64);
            assert_eq!(raw.read(&mut [0; 4]).map(|(_, count)| count), Ok(0));
            (joined(&blocks), end.map_err(|error| (error.exit_status(), error.to_string())))
        };
        let failed = |sentence: &str| Err((1, sentence.to_owned()));
        assert_eq!(
            sentence(vec![Ok(&[1, 2, 3])], Length::AtMost(9)),
            (
                vec![1, 2],
                failed(
                    "x ends 1 byte into sample 1, which has 2 as cu8: what came before is analysed; check the \
                     sample format"
                )
            )
        );
        assert_eq!(
            sentence(vec![Ok(&[1, 2, 3])], Length::Exactly(4)),
            (
                vec![1, 2],
                failed(
                    "x was cut short while it was read: it ends at sample 1, 3 too early; what came before is \
                     analysed"
                )
            )
        );
        assert_eq!(
            sentence(vec![Ok(&[1, 2]), Err(io::Error::other("bad sector"))], Length::AtMost(9)),
            (vec![1, 2], failed("x could not be read past sample 1 (bad sector): what came before is analysed"))
        );
        assert_eq!(sentence(vec![], Length::AtMost(9)), (vec![], failed("x is empty: there is no sample to analyse")));
        assert_eq!(sentence(vec![Ok(&[1, 2, 3, 4])], Length::Exactly(1)), (vec![1, 2], Ok(())));
    }
}
