//! What a scene says, once it is checked: SI units, linear powers, offsets from the centre.

use super::waveform::Shape;
use crate::iq::SampleFormat;

/// A whole scene.
#[derive(Clone, Debug)]
pub(super) struct Description {
    pub(super) title: String,
    pub(super) seed: u64,
    pub(super) duration_s: f64,
    pub(super) sample_rate_hz: f64,
    pub(super) center_hz: f64,
    /// How the receiver's converter rounds and stores.
    pub(super) format: SampleFormat,
    pub(super) receiver: Receiver,
    pub(super) handsets: Vec<Handset>,
    pub(super) emitters: Vec<Emitter>,
}

/// How strong something is at the receiver, before its filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Strength {
    /// Power over the receiver's noise in the burst's own nominal width.
    OverNoise(f64),
    /// Power, full scale 1.
    Power(f64),
}

#[derive(Clone, Debug)]
pub(super) struct Receiver {
    /// Power of the noise before the filter, over the whole band.
    pub(super) noise_power: f64,
    pub(super) flat_hz: f64,
    pub(super) edge_db: f64,
    pub(super) dc_power: f64,
    pub(super) ripples: Vec<Ripple>,
    pub(super) spurs: Vec<Spur>,
    pub(super) image: Option<Image>,
    pub(super) drift: Option<Drift>,
    /// In order of time.
    pub(super) steps: Vec<Step>,
    /// Power of a tone that the front end passes on 1 dB too weak.
    pub(super) compression_power: Option<f64>,
}

#[derive(Clone, Debug)]
pub(super) struct Ripple {
    pub(super) depth_db: f64,
    /// Whole humps across the band, 1 to 16.
    pub(super) humps: usize,
    pub(super) degrees: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Spur {
    pub(super) offset_hz: f64,
    pub(super) power: f64,
}

/// The mirror image that unequal I and Q branches make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image {
    /// Power of the image over that of what it is an image of.
    pub(super) ratio: f64,
    pub(super) degrees: f64,
}

/// Gain that swings slowly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift {
    /// Farthest from the middle, either way.
    pub(super) depth_db: f64,
    /// From one greatest gain to the next.
    pub(super) period_s: f64,
}

/// Gain that jumps, for good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) at_s: f64,
    pub(super) gain_db: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Handset {
    pub(super) network: Network,
    pub(super) channel: Channel,
    /// One after another.
    pub(super) activities: Vec<Activity>,
}

/// What lies between a handset and the receiver besides distance.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    /// Greatest Doppler shift of Rayleigh fading; `None` for a channel that stands still.
    pub(super) doppler_hz: Option<f64>,
    /// Paths by which the signal arrives; none means one, without delay.
    pub(super) paths: Vec<Path>,
    pub(super) shadowing: Option<Shadowing>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    pub(super) delay_s: f64,
    /// Power relative to the other paths; what all paths bring together is normalised to 1.
    pub(super) power: f64,
}

/// A level that is log-normal over time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shadowing {
    /// Standard deviation of the level.
    pub(super) deviation_db: f64,
    /// Time after which the level has changed about once.
    pub(super) time_s: f64,
}

#[derive(Clone, Debug)]
pub(super) enum Network {
    Gsm(Gsm),
    Lte(Lte),
    Wcdma(Wcdma),
}

/// Where in its tower's calendar a GSM handset sends, and on what.
#[derive(Clone, Debug)]
pub(super) struct Gsm {
    pub(super) access: Option<f64>,
    pub(super) signalling: Option<Carriers>,
    pub(super) traffic: Option<Carriers>,
    pub(super) signalling_slot: u64,
    pub(super) subchannel: u64,
    pub(super) traffic_slot: u64,
    /// When frame number 0 begins.
    pub(super) frame_offset_s: f64,
}

/// One carrier, or several between which each frame hops.
#[derive(Clone, Debug)]
pub(super) enum Carriers {
    Fixed(f64),
    /// Some may lie outside the band: what is sent there is not received.
    Hopping(Vec<f64>),
}

/// An LTE cell's uplink and one handset's part in it.
#[derive(Clone, Debug)]
pub(super) struct Lte {
    /// The middle of the cell's uplink.
    pub(super) offset_hz: f64,
    /// Width of the cell's uplink in resource blocks of 180 kHz: 6, 15, 25, 50, 75 or 100.
    pub(super) resource_blocks: usize,
    /// The lowest of the six resource blocks that the random access channel has.
    pub(super) access_block: usize,
    /// Resource blocks that shared-channel traffic may have, lowest and number.
    pub(super) shared_block: usize,
    pub(super) shared_blocks: usize,
    /// Time from one sounding reference symbol to the next while connected.
    pub(super) sounding_period_s: Option<f64>,
    /// When a radio frame begins, 0 to 10 ms.
    pub(super) frame_offset_s: f64,
}

/// A WCDMA uplink carrier.
#[derive(Clone, Debug)]
pub(super) struct Wcdma {
    pub(super) offset_hz: f64,
    /// When a radio frame begins, 0 to 10 ms.
    pub(super) frame_offset_s: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Activity {
    pub(super) span: Span,
    /// What was done, if it counts as an action of the user.
    pub(super) label: Option<String>,
    pub(super) strength: Strength,
    /// Nothing of these in flight mode.
    pub(super) access: Option<Access>,
    pub(super) signalling: Option<Span>,
    pub(super) traffic: Option<Traffic>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub(super) at_s: f64,
    pub(super) strength: Strength,
}

#[derive(Clone, Debug)]
pub(super) struct Traffic {
    pub(super) span: Span,
    pub(super) kind: TrafficKind,
    /// Share of a call in which its owner talks; below 1 pauses are drawn.
    pub(super) speaks: f64,
}

#[derive(Clone, Debug)]
pub(super) enum TrafficKind {
    /// Speech, with the pauses in which nobody speaks into the handset.
    Voice { pauses: Vec<Span> },
    /// Data, filling this part of the time.
    Data { share: f64 },
}

/// What is on the air besides handsets that somebody uses.
#[derive(Clone, Debug)]
pub(super) struct Emitter {
    pub(super) kind: EmitterKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum EmitterKind {
    Carrier {
        offset_hz: f64,
        power: f64,
    },
    /// A base station in time division: downlink subframes, silent in the uplink's.
    Downlink {
        offset_hz: f64,
        resource_blocks: usize,
        configuration: usize,
        strength: Strength,
    },
    /// Noise over part of the band.
    Hump {
        offset_hz: f64,
        width_hz: f64,
        strength: Strength,
    },
    /// Short wideband pulses at random times.
    Impulses {
        per_s: f64,
        duration_s: f64,
        strength: Strength,
    },
    /// Single bursts at random times, frequencies and levels.
    Scattered(Scattered),
}

/// Single bursts, one in each of equal stretches of time, so that they keep apart.
#[derive(Clone, Debug)]
pub(super) struct Scattered {
    /// Taken in turn.
    pub(super) shapes: Vec<Shape>,
    pub(super) per_s: f64,
    /// Between these, evenly in decibels, over the noise in the burst's own width.
    pub(super) snr_db: [f64; 2],
    /// Burst and all between these.
    pub(super) offsets_hz: [f64; 2],
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
}
