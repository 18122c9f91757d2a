//! A scene worked out: who sends what, how it arrives, and what is known of it.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::calendar::{
    Calendar, DownlinkCalendar, GsmCalendar, HumpCalendar, ImpulseCalendar, Long, LteCalendar, ScatteredCalendar,
    WcdmaCalendar, draw_pauses,
};
use super::channel::{Channel, Tap};
use super::description::{Activity, Description, EmitterKind, Handset, Network, Span, Strength};
use super::emission::{Emission, LONGEST_S, Label};
use super::noise::generator;
use super::receiver::Receiver;
use super::truth::{Action, Kind, TruthBurst};
use super::waveform::Shape;
use super::weigh::{Known, Weigh};
use crate::iq::SampleFormat;
use crate::units::SampleIndex;

/// Random streams of a scene: 0 is the noise, then one for each handset's and emitter's bits; from these on, what a
/// sender needs besides.
const CALENDAR_STREAMS: u64 = 1 << 32;
const CHANNEL_STREAMS: u64 = 1 << 33;
const SPEECH_STREAMS: u64 = 1 << 34;

/// How wide the truth says that an unmodulated carrier is.
const CARRIER_WIDTH_HZ: f64 = 20e3;

/// A scene worked out.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) title: String,
    pub(super) seed: u64,
    pub(super) length: u64,
    pub(super) center_hz: f64,
    pub(super) sample_rate: f64,
    pub(super) format: SampleFormat,
    /// Power of the noise before the filter, over the whole band.
    pub(super) noise_power: f64,
    pub(super) receiver: Receiver,
    pub(super) carriers: Vec<Carrier>,
    pub(super) actions: Vec<Action>,
    senders: Vec<Sender>,
    /// What the truth needs to know of each shape.
    pub(super) known: Known,
}

/// An unmodulated carrier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carrier {
    pub(super) span: Span,
    pub(super) offset_hz: f64,
    pub(super) power: f64,
}

#[derive(Clone, Debug)]
struct Sender {
    calendar: Arc<dyn Calendar>,
    /// The random stream of its bits.
    stream: u64,
    /// `None` for one that arrives as it was sent.
    channel: Option<Channel>,
}

/// An emission as it arrives.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) emission: Emission,
    pub(super) stream: u64,
    /// Half amplitude of the rising ramp, in samples from the scene's start, of a path without delay.
    pub(super) start: f64,
    /// Past the falling half amplitude, likewise.
    pub(super) end: f64,
    /// What arrives by each path; the gains are amplitudes, full scale 1.
    pub(super) taps: Taps,
}

/// One tap, or as many as the channel has paths.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Taps {
    /// As it was sent, with this power, full scale 1.
    Direct(f64),
    Paths(Vec<Tap>),
}

impl Plan {
    pub(super) fn new(described: Description) -> Self {
        let Description { title, seed, duration_s, sample_rate_hz, center_hz, format, receiver, handsets, emitters } =
            described;
        let at = |s: f64| (s * sample_rate_hz).round() as u64;
        let activities = handsets.iter().flat_map(|handset| &handset.activities);
        let mut actions: Vec<Action> = activities
            .filter_map(|activity| {
                let start = at(activity.span.from_s);
                let count = at(activity.span.to_s) - start;
                activity.label.clone().map(|label| Action { start: SampleIndex(start), count, label })
            })
            .collect();
        actions.sort_by_key(|action| action.start);

        let mut carriers = Vec::new();
        let mut senders = Vec::new();
        for (stream, handset) in (1..).zip(handsets) {
            let Handset { network, channel, mut activities } = handset;
            draw_pauses(&mut activities, generator(seed, SPEECH_STREAMS + stream));
            let moves = channel.doppler_hz.is_some() || !channel.paths.is_empty() || channel.shadowing.is_some();
            let channel = moves.then(|| Channel::new(&channel, &mut generator(seed, CHANNEL_STREAMS + stream)));
            let calendar = calendar_of(network, activities, generator(seed, CALENDAR_STREAMS + stream));
            senders.push(Sender { calendar, stream, channel });
        }
        let first = senders.len() as u64 + 1;
        for (stream, emitter) in (first..).zip(emitters) {
            let (span, random) = (emitter.span, generator(seed, CALENDAR_STREAMS + stream));
            let calendar: Arc<dyn Calendar> = match emitter.kind {
                EmitterKind::Carrier { offset_hz, power } => {
                    carriers.push(Carrier { span, offset_hz, power });
                    continue;
                }
                EmitterKind::Downlink { offset_hz, resource_blocks, configuration, strength } => {
                    Arc::new(DownlinkCalendar::new(offset_hz, resource_blocks, configuration, strength, span))
                }
                EmitterKind::Hump { offset_hz, width_hz, strength } => {
                    Arc::new(HumpCalendar::new(offset_hz, width_hz, strength, span))
                }
                EmitterKind::Impulses { per_s, duration_s, strength } => {
                    let shape = Shape::Noise { width_hz: sample_rate_hz, duration_s };
                    Arc::new(ImpulseCalendar::new(per_s, shape, strength, span, random))
                }
                EmitterKind::Scattered(scattered) => Arc::new(ScatteredCalendar::new(scattered, span, random)),
            };
            senders.push(Sender { calendar, stream, channel: None });
        }
        Plan {
            title,
            seed,
            length: at(duration_s),
            center_hz,
            sample_rate: sample_rate_hz,
            format,
            noise_power: receiver.noise_power,
            receiver: Receiver::new(&receiver, sample_rate_hz, format),
            carriers,
            actions,
            senders,
            known: Known::default(),
        }
    }

    /// Replaces `out` by what arrives of all that begins from `from_s` on and before `to_s`, in order of start; ties
    /// in order of sender.
    pub(super) fn arrivals(&self, from_s: f64, to_s: f64, out: &mut Vec<Arrival>) {
        out.clear();
        let end = self.length as f64;
        let mut emissions = Vec::new();
        for sender in &self.senders {
            emissions.clear();
            sender.calendar.emissions(from_s, to_s, &mut emissions);
            let arrivals = emissions.drain(..).filter(|one| self.can_hear(one.shape, one.offset_hz)).map(|emission| {
                let start = emission.start_s * self.sample_rate;
                let end = start + emission.shape.duration_s() * self.sample_rate;
                let power = self.power(emission.strength, emission.shape.nominal_width_hz());
                let taps = match &sender.channel {
                    None => Taps::Direct(power),
                    Some(channel) => {
                        let middle_s = emission.start_s + 0.5 * emission.shape.duration_s();
                        let amplitude = power.sqrt();
                        let scaled = |tap: Tap| Tap { gain: tap.gain.map(|part| part * amplitude), ..tap };
                        Taps::Paths(channel.taps(middle_s).map(scaled).collect())
                    }
                };
                Arrival { emission, stream: sender.stream, start, end, taps }
            });
            // What the scene's end would cut is not sent; of what is sent in pieces it cuts the last one's ramp.
            out.extend(arrivals.filter(|arrival| arrival.end < end || arrival.emission.label.is_none()));
        }
        out.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.stream.cmp(&b.stream)));
    }

    /// Power at the receiver, before its filter, of something as wide as this.
    fn power(&self, strength: Strength, width_hz: f64) -> f64 {
        match strength {
            Strength::Power(power) => power,
            Strength::OverNoise(ratio) => ratio * (self.noise_power * (width_hz / self.sample_rate)),
        }
    }

    /// Whether any of its nominal width lies in the band.
    fn can_hear(&self, shape: Shape, offset_hz: f64) -> bool {
        offset_hz.abs() - 0.5 * shape.nominal_width_hz() < 0.5 * self.sample_rate
    }

    /// Adds to `out` the truth of all that begins from sample `from` on and before `to`, in order of start.
    pub(super) fn truth(&self, from: u64, to: u64, out: &mut Vec<TruthBurst>) {
        self.truth_if(from, to, out, |burst| (from..to).contains(&burst.start.0));
    }

    /// Adds to `out` the truth of all that begins before sample `at` and is not over there, in order of start.
    pub(super) fn truth_across(&self, at: u64, out: &mut Vec<TruthBurst>) {
        // One sample more, for the rounding.
        let reach = (LONGEST_S * self.sample_rate).ceil() as u64 + 1;
        let across = |burst: &TruthBurst| burst.start.0 < at && burst.start.0 + burst.count > at;
        self.truth_if(at.saturating_sub(reach), at, out, across);
    }

    /// Adds to `out` the truth of what `is_wanted` of all that lasts long and of what begins from sample `from` on and
    /// before `to`, in order of start.
    fn truth_if(&self, from: u64, to: u64, out: &mut Vec<TruthBurst>, is_wanted: impl Fn(&TruthBurst) -> bool) {
        let weigh = Weigh { plan: self };
        let already = out.len();
        let second = |sample: u64| sample as f64 / self.sample_rate;
        let mut arrivals = Vec::new();
        // A sample is counted from the next whole one: one more at both ends, and left out again below.
        self.arrivals(second(from.saturating_sub(1)), second(to), &mut arrivals);
        out.extend(arrivals.iter().filter_map(|arrival| weigh.arrival(arrival)));
        for sender in &self.senders {
            let near = |long: &&Long| {
                let is_near = long.span.from_s < second(to) && second(from.saturating_sub(1)) < long.span.to_s;
                is_near && self.can_hear(long.shape, long.offset_hz)
            };
            out.extend(sender.calendar.long().iter().filter(near).map(|long| {
                let width_hz = long.shape.nominal_width_hz();
                let mean = |channel: &Channel| weigh.mean_gain(channel, long.shape, long.offset_hz, long.span);
                let power = self.power(long.strength, width_hz) * sender.channel.as_ref().map_or(1.0, mean);
                weigh.truth(long.span, &long.label, Some(long.shape), long.offset_hz, width_hz, power)
            }));
        }
        let label = Label { text: "Carrier".into(), kind: Kind::Other };
        out.extend(
            self.carriers.iter().map(|c| weigh.truth(c.span, &label, None, c.offset_hz, CARRIER_WIDTH_HZ, c.power)),
        );
        // A span between two samples has none.
        let _ = out.extract_if(already.., |burst| burst.count == 0 || !is_wanted(burst)).count();
        out[already..].sort_by(|a, b| a.start.cmp(&b.start).then(a.low.0.total_cmp(&b.low.0)));
    }
}

fn calendar_of(network: Network, activities: Vec<Activity>, random: ChaCha8Rng) -> Arc<dyn Calendar> {
    match network {
        Network::Gsm(gsm) => Arc::new(GsmCalendar::new(gsm, activities, random)),
        Network::Lte(lte) => Arc::new(LteCalendar::new(lte, activities, random)),
        Network::Wcdma(wcdma) => Arc::new(WcdmaCalendar::new(wcdma, activities, random)),
    }
}
