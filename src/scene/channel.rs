//! The way from a handset to the receiver: paths, fading, shadowing. All of it a function of time, so that any moment can
//! be had at once.

use std::f64::consts::{LN_10, TAU};

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
        // The truth's times are those of the shortest way.
        let shortest_s = paths.iter().map(|path| path.delay_s).fold(f64::INFINITY, f64::min);
        let paths = paths
            .iter()
            .map(|path| {
                let oscillators = oscillators(described.doppler_hz);
                let amplitude = (path.power / total / oscillators.len() as f64).sqrt();
                Path { delay_s: path.delay_s - shortest_s, amplitude, oscillators }
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

/// Power that `taps` bring of a signal around `offset_hz`, over its power without them; `autocorrelation` is that of its
/// modulation at a lag in seconds, real and 1 at lag 0.
///
/// Σ|gᵢ|² + 2·Re Σ gᵢ·gⱼ*·e^(−j2πf(dᵢ − dⱼ))·ρ(dᵢ − dⱼ) over all pairs i < j. Checked by
/// `two_equal_paths_cancel_where_they_are_opposed` and `what_arrives_by_several_paths_has_the_power_that_the_truth_states`.
pub(super) fn power_gain(taps: &[Tap], offset_hz: f64, autocorrelation: impl Fn(f64) -> f64) -> f64 {
    let mut sum = 0.0;
    for (i, one) in taps.iter().enumerate() {
        sum += one.gain[0] * one.gain[0] + one.gain[1] * one.gain[1];
        for other in &taps[i + 1..] {
            let apart_s = one.delay_s - other.delay_s;
            let (sin, cos) = libm::sincos(-TAU * offset_hz * apart_s);
            let re = one.gain[0] * other.gain[0] + one.gain[1] * other.gain[1];
            let im = one.gain[1] * other.gain[0] - one.gain[0] * other.gain[1];
            sum += 2.0 * (re * cos - im * sin) * autocorrelation(apart_s);
        }
    }
    sum
}
