//! What is sent: one waveform for each shape, at a rate of its own, from random bits.
//!
//! Same generator, same bytes, on every machine: functions from `libm`, additions in a fixed order, and a Fourier transform
//! of our own.

mod fft;
pub(in crate::scene) mod gmsk;
mod keyed;
pub(in crate::scene) mod lte;
mod noise;
mod prach;
pub(in crate::scene) mod pulse;
mod ramp;
mod random;
pub(in crate::scene) mod wcdma;
mod zadoff_chu;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use rand_chacha::ChaCha8Rng;

use random::Random;

/// Words that any waveform takes from the generator it is given, at most: one ChaCha block.
///
/// What needs more draws from a generator of its own, whose key is eight of them; so bursts may be as long as they like.
pub(in crate::scene) const WORDS_PER_EMISSION: u128 = 16;

/// Kinds of waveform. Resource blocks are 1 to 136, the number that a transform of 2 048 holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::scene) enum Shape {
    GsmNormal,
    GsmAccess,
    /// LTE's shared uplink channel: SC-FDMA over resource blocks of 180 kHz, 7 symbols a slot of 0.5 ms.
    Pusch {
        resource_blocks: usize,
        slots: usize,
    },
    /// One slot of LTE's uplink control channel in one resource block.
    Pucch,
    /// LTE's random access preamble, format 0.
    Prach,
    /// LTE's sounding reference symbol: one symbol, every other subcarrier.
    Srs {
        resource_blocks: usize,
    },
    /// WCDMA's random access preamble: 4 096 chips.
    WcdmaPreamble,
    /// A slot (2 560 chips) of WCDMA's message part or dedicated channel; slots follow one another without a seam.
    WcdmaSlot,
    /// Symbols of an LTE downlink.
    Downlink {
        resource_blocks: usize,
        symbols: usize,
    },
    /// Gaussian noise, flat over a width, with short ramps.
    Noise {
        width_hz: f64,
        duration_s: f64,
    },
    /// The same with ramps that overlap those of its neighbours a `duration_s` away at constant power.
    NoisePiece {
        width_hz: f64,
        duration_s: f64,
    },
    /// A narrow keyed carrier: random QPSK with root raised cosine pulses (roll-off 0.35), 95.7 % of its power in the width.
    Keyed {
        width_hz: f64,
        duration_s: f64,
    },
}

/// What a receiver hears, in hertz from a shape's middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::scene) struct Band {
    pub(in crate::scene) low_hz: f64,
    pub(in crate::scene) high_hz: f64,
}

impl Band {
    /// All that samples at `sample_rate` hold, around a shape `offset_hz` from their centre.
    pub(in crate::scene) fn heard(sample_rate: f64, offset_hz: f64) -> Self {
        Band { low_hz: -0.5 * sample_rate - offset_hz, high_hz: 0.5 * sample_rate - offset_hz }
    }
}

/// A waveform at its own rate.
#[derive(Clone, Debug, Default)]
pub(in crate::scene) struct Waveform {
    /// Samples per second, at least 1.25 times the nominal width.
    pub(in crate::scene) rate_hz: f64,
    /// Where its frequency 0 lies, in hertz from the shape's middle.
    pub(in crate::scene) middle_hz: f64,
    pub(in crate::scene) content: Content,
    /// Where the rising ramp passes half amplitude, in samples of this waveform.
    pub(in crate::scene) start: f64,
    /// In-phase and quadrature parts, equally long, silent (below −60 dB) at both ends; mean power from half amplitude to half
    /// amplitude 1 on average over the bits, less what is not heard.
    pub(in crate::scene) re: Vec<f32>,
    pub(in crate::scene) im: Vec<f32>,
}

/// How much of its shape a waveform is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::scene) enum Content {
    /// All of it.
    #[default]
    Whole,
    /// No more than is heard, so wide.
    Heard { width_hz: f64 },
    /// All of it but for its pulses, root raised cosines of this roll-off: one sample for each chip, at its middle.
    Chips { roll_off: f64 },
}

impl Shape {
    /// Useful symbols of a GSM burst; `None` for the other kinds.
    pub(in crate::scene) fn gsm_symbols(self) -> Option<f64> {
        match self {
            Shape::GsmNormal => Some(gmsk::NORMAL_SYMBOLS),
            Shape::GsmAccess => Some(gmsk::ACCESS_SYMBOLS),
            _ => None,
        }
    }

    /// The width that holds 95.7 % of the power, as a GSM burst's 200 kHz do; of a flat spectrum all of it.
    ///
    /// WCDMA's is the chip rate, in which 96.0 % lie. Checked by
    /// `nominal_widths_hold_the_share_of_power_that_a_gsm_burst_has_in_200_khz`.
    pub(in crate::scene) fn nominal_width_hz(self) -> f64 {
        match self {
            Shape::GsmNormal | Shape::GsmAccess => 2.0 * gmsk::HALF_WIDTH_HZ,
            Shape::Pusch { resource_blocks, .. } | Shape::Srs { resource_blocks } => {
                resource_blocks as f64 * lte::BLOCK_HZ
            }
            // With the empty subcarrier in the middle.
            Shape::Downlink { resource_blocks, .. } => resource_blocks as f64 * lte::BLOCK_HZ + lte::SUBCARRIER_HZ,
            Shape::Pucch => lte::BLOCK_HZ,
            Shape::Prach => prach::WIDTH_HZ,
            Shape::WcdmaPreamble | Shape::WcdmaSlot => wcdma::CHIP_RATE_HZ,
            Shape::Noise { width_hz, .. } | Shape::NoisePiece { width_hz, .. } | Shape::Keyed { width_hz, .. } => {
                width_hz
            }
        }
    }

    /// From half amplitude to half amplitude; of slots and pieces that follow one another, from one to the next.
    pub(in crate::scene) fn duration_s(self) -> f64 {
        match self {
            Shape::GsmNormal => gmsk::NORMAL_SYMBOLS / gmsk::SYMBOL_RATE_HZ,
            Shape::GsmAccess => gmsk::ACCESS_SYMBOLS / gmsk::SYMBOL_RATE_HZ,
            Shape::Pusch { slots, .. } => slots as f64 * lte::SLOT_S,
            Shape::Pucch => lte::SLOT_S,
            Shape::Prach => prach::DURATION_S,
            Shape::Srs { .. } => lte::duration_s(lte::SOUNDING_SYMBOL..lte::SOUNDING_SYMBOL + 1),
            Shape::WcdmaPreamble => wcdma::PREAMBLE_S,
            Shape::WcdmaSlot => wcdma::SLOT_S,
            Shape::Downlink { symbols, .. } => lte::duration_s(0..symbols),
            Shape::Noise { duration_s, .. }
            | Shape::NoisePiece { duration_s, .. }
            | Shape::Keyed { duration_s, .. } => duration_s,
        }
    }

    /// What truth calls it.
    pub(in crate::scene) fn label(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Shape::GsmNormal => "GSM normal burst",
            Shape::GsmAccess => "GSM access burst",
            Shape::Pusch { resource_blocks, .. } => return format!("LTE PUSCH {resource_blocks} RB").into(),
            Shape::Pucch => "LTE PUCCH",
            Shape::Prach => "LTE PRACH",
            Shape::Srs { .. } => "LTE SRS",
            Shape::WcdmaPreamble => "WCDMA RACH preamble",
            Shape::WcdmaSlot => "WCDMA dedicated channel",
            Shape::Downlink { .. } => "LTE downlink",
            Shape::Noise { .. } => "Noise burst",
            Shape::NoisePiece { .. } => "Noise",
            Shape::Keyed { .. } => "Keyed carrier",
        })
    }

    /// Autocorrelation of the modulation at a lag, 1 at lag 0; real, because the spectra are symmetric.
    ///
    /// That of a flat spectrum is sin(πBτ)/πBτ; of LTE's symbols what is left of one after a lag, too, for the next has
    /// other bits. Checked by `autocorrelations_are_those_of_the_waveforms`.
    pub(in crate::scene) fn autocorrelation(self, lag_s: f64) -> f64 {
        let flat = pulse::sinc(lag_s * self.nominal_width_hz());
        match self {
            Shape::GsmNormal | Shape::GsmAccess => gmsk::autocorrelation(lag_s * gmsk::SYMBOL_RATE_HZ),
            Shape::Pusch { .. } | Shape::Pucch | Shape::Srs { .. } => flat * lte::left_of_symbol(lag_s),
            Shape::Downlink { .. } => {
                let empty = lte::SUBCARRIER_HZ / self.nominal_width_hz();
                (flat - empty) / (1.0 - empty) * lte::left_of_symbol(lag_s)
            }
            Shape::WcdmaPreamble | Shape::WcdmaSlot => {
                pulse::raised_cosine(lag_s * wcdma::CHIP_RATE_HZ, wcdma::ROLL_OFF)
            }
            Shape::Keyed { width_hz, .. } => {
                pulse::raised_cosine(lag_s * keyed::SYMBOLS_PER_HERTZ * width_hz, keyed::ROLL_OFF)
            }
            Shape::Prach | Shape::Noise { .. } | Shape::NoisePiece { .. } => flat,
        }
    }

    /// The part of its power that is `heard`; a GSM burst's spectrum is taken for flat.
    ///
    /// Checked by the levels in `a_wcdma_handset_sends_what_the_truth_says` and its like.
    pub(in crate::scene) fn share(self, heard: Band) -> f64 {
        let below = |hz: f64| match self {
            Shape::WcdmaPreamble | Shape::WcdmaSlot => pulse::power_below(hz / wcdma::CHIP_RATE_HZ, wcdma::ROLL_OFF),
            Shape::Keyed { width_hz, .. } => {
                pulse::power_below(hz / (keyed::SYMBOLS_PER_HERTZ * width_hz), keyed::ROLL_OFF)
            }
            _ => (0.5 + hz / self.nominal_width_hz()).clamp(0.0, 1.0),
        };
        below(heard.high_hz) - below(heard.low_hz)
    }

    /// Overwrites `out` with the waveform for random bits from `rng`, of which it takes at most [`WORDS_PER_EMISSION`]
    /// words.
    ///
    /// Of a shape much wider than the band it makes only what is `heard`, where that can be told apart; the rest would be
    /// much work for nothing.
    pub(in crate::scene) fn waveform(self, heard: Band, rng: &mut ChaCha8Rng, out: &mut Waveform) {
        let random = &mut Random::new(rng);
        match self {
            Shape::GsmNormal => gmsk::waveform(gmsk::NORMAL_SYMBOLS, random, out),
            Shape::GsmAccess => gmsk::waveform(gmsk::ACCESS_SYMBOLS, random, out),
            Shape::Pusch { resource_blocks, slots } => lte::pusch(resource_blocks, slots, heard, random, out),
            Shape::Pucch => lte::pucch(heard, random, out),
            Shape::Prach => prach::prach(heard, random, out),
            Shape::Srs { resource_blocks } => lte::srs(resource_blocks, heard, random, out),
            Shape::WcdmaPreamble => wcdma::preamble(heard, random, out),
            Shape::WcdmaSlot => wcdma::slot(heard, random, out),
            Shape::Downlink { resource_blocks, symbols } => lte::downlink(resource_blocks, symbols, heard, random, out),
            Shape::Noise { width_hz, duration_s } => noise::burst(width_hz, duration_s, heard, random, out),
            Shape::NoisePiece { width_hz, duration_s } => noise::piece(width_hz, duration_s, heard, random, out),
            Shape::Keyed { width_hz, duration_s } => keyed::keyed(width_hz, duration_s, random, out),
        }
    }
}

impl Waveform {
    /// Empties it, with room for `samples`, to be filled at `rate_hz` with half amplitude at sample `start`.
    fn begin(&mut self, rate_hz: f64, start: f64, samples: usize) {
        self.rate_hz = rate_hz;
        self.middle_hz = 0.0;
        self.content = Content::Whole;
        self.start = start;
        for part in [&mut self.re, &mut self.im] {
            part.clear();
            part.reserve(samples);
        }
    }
}
