//! The way from a handset to the receiver: paths, fading, shadowing. All of it a function of time, so that any moment can
//! be had at once.

use std::f64::consts::{LN_10, PI, TAU};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::description;

/// Most paths of a channel.
pub(super) const MOST_PATHS: usize = 6;
/// Oscillators whose sum is taken for a normal variable that changes with time.
const OSCILLATORS: usize = 16;

/// A channel that is followed for as long as an emission lasts, and stands still meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    paths: Vec<Path>,
    shadowing: Option<(f64, [Oscillator; OSCILLATORS])>,
}

#[derive(Clone, Debug)]
struct Path {
    delay_s: f64,
    amplitude: f64,
    /// One oscillator of frequency 0 for a path that stands still.
    oscillators: Vec<Oscillator>,
}

#[derive(Clone, Copy, Debug)]
struct Oscillator {
    hertz: f64,
    turns: f64,
}

/// What arrives by one path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tap {
    pub(super) delay_s: f64,
    /// Complex gain of the amplitude.
    pub(super) gain: [f64; 2],
}

impl Channel {
    /// `rng` gives the phases.
    pub(super) fn new(described: &description::Channel, rng: &mut ChaCha8Rng) -> Self {
        let mut uniform = || f64::from(rng.next_u32()) / 4_294_967_296.0;
        let alone = [description::Path { delay_s: 0.0, power: 1.0 }];
        let paths = if described.paths.is_empty() { &alone[..] } else { &described.paths };
        let total: f64 = paths.iter().map(|path| path.power).sum();
        let mut oscillators = |doppler_hz: Option<f64>| match doppler_hz {
            None => vec![Oscillator { hertz: 0.0, turns: uniform() }],
            // Clarke's model: arrivals from all round, each with the shift of its direction.
            Some(doppler_hz) => {
                let turned = uniform();
                let arrival = |n: usize| {
                    let angle = TAU * (n as f64 + turned) / OSCILLATORS as f64;
                    Oscillator { hertz: doppler_hz * libm::cos(angle), turns: uniform() }
                };
                (0..OSCILLATORS).map(arrival).collect()
            }
        };
        let paths = paths
            .iter()
            .map(|path| {
                let oscillators = oscillators(described.doppler_hz);
                let amplitude = (path.power / total / oscillators.len() as f64).sqrt();
                Path { delay_s: path.delay_s, amplitude, oscillators }
            })
            .collect();
        // Frequencies at random from a normal distribution: the level's autocorrelation is exp(−½(τ/time)²).
        let mut normal = || (-2.0 * libm::log(1.0 - uniform())).sqrt() * libm::cos(TAU * uniform());
        let shadowing = described.shadowing.map(|shadowing| {
            let wave = |_| {
                let hertz = normal() / (TAU * shadowing.time_s);
                Oscillator { hertz, turns: 0.0 }
            };
            let mut waves: [Oscillator; OSCILLATORS] = std::array::from_fn(wave);
            waves.iter_mut().for_each(|wave| wave.turns = normal());
            (shadowing.deviation_db, waves)
        });
        Channel { paths, shadowing }
    }

    /// What arrives of something sent at `at_s`.
    pub(super) fn taps(&self, at_s: f64) -> impl Iterator<Item = Tap> + '_ {
        let shadow = self.shadowing.as_ref().map_or(1.0, |(deviation_db, waves)| {
            let sum: f64 = waves.iter().map(|wave| libm::cos(TAU * wave.turns_at(at_s))).sum();
            let db = deviation_db * sum * (2.0 / OSCILLATORS as f64).sqrt();
            libm::exp(LN_10 / 20.0 * db)
        });
        self.paths.iter().map(move |path| {
            let [mut re, mut im] = [0.0; 2];
            for oscillator in &path.oscillators {
                let (sin, cos) = libm::sincos(TAU * oscillator.turns_at(at_s));
                (re, im) = (re + cos, im + sin);
            }
            let amplitude = path.amplitude * shadow;
            Tap { delay_s: path.delay_s, gain: [amplitude * re, amplitude * im] }
        })
    }
}

impl Oscillator {
    /// Turns at `at_s`, kept small so that hours do not blur the phase.
    fn turns_at(self, at_s: f64) -> f64 {
        let turns = self.hertz * at_s + self.turns;
        turns - turns.floor()
    }
}

/// Power that `taps` bring of a signal with this spectrum (offsets from its middle and the share of its power there)
/// around `offset_hz`, over its power without them.
pub(super) fn power_gain(taps: &[Tap], offset_hz: f64, spectrum: &[[f64; 2]]) -> f64 {
    if let [tap] = taps {
        return tap.gain[0] * tap.gain[0] + tap.gain[1] * tap.gain[1];
    }
    let at = |hz: f64| {
        let [mut re, mut im] = [0.0; 2];
        for tap in taps {
            let (sin, cos) = libm::sincos(-TAU * hz * tap.delay_s);
            re += tap.gain[0] * cos - tap.gain[1] * sin;
            im += tap.gain[0] * sin + tap.gain[1] * cos;
        }
        re * re + im * im
    };
    spectrum.iter().map(|[hz, share]| share * at(offset_hz + hz)).sum()
}

/// The spectrum for [`power_gain`] of a signal with this autocorrelation (of a lag in seconds) and nominal width: its
/// cosine transform, at points of equal distance, out to three quarters of the width on either side.
pub(super) fn spectrum(width_hz: f64, autocorrelation: impl Fn(f64) -> f64) -> Vec<[f64; 2]> {
    const POINTS: i32 = 48;
    const LAGS: i32 = 96;
    let step_s = 0.25 / width_hz;
    let lags: Vec<f64> = (0..=LAGS)
        .map(|lag| {
            let window = 0.5 + 0.5 * libm::cos(PI * f64::from(lag) / f64::from(LAGS + 1));
            window * autocorrelation(f64::from(lag) * step_s)
        })
        .collect();
    let density = |hz: f64| {
        let at_lag = |lag: i32| lags[lag as usize] * libm::cos(TAU * hz * f64::from(lag) * step_s);
        (at_lag(0) + 2.0 * (1..=LAGS).map(at_lag).sum::<f64>()).max(0.0)
    };
    let points = (-POINTS..=POINTS).map(|point| 0.75 * width_hz * f64::from(point) / f64::from(POINTS));
    let mut spectrum: Vec<[f64; 2]> = points.map(|hz| [hz, density(hz)]).collect();
    let total: f64 = spectrum.iter().map(|[_, share]| share).sum();
    spectrum.iter_mut().for_each(|[_, share]| *share /= total);
    spectrum
}
