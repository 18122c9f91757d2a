//! When a GSM handset sends: slots, frames, multiframes, and the pauses of a silent speaker.

use super::description::{Activity, Deed, Gsm, Handset, Span};
use super::gmsk::{Burst, SYMBOL_RATE_HZ};

/// Length of a TDMA slot, 15/26 ms (TS 45.002 §4.3.1).
const SLOT_S: f64 = 15e-3 / 26.0;
/// Slots in a frame.
const SLOTS: u64 = 8;
/// Useful symbols, tails and all, of a normal burst (TS 45.002 §5.2.3).
const NORMAL_SYMBOLS: f64 = 148.0;
/// The same of an access burst (TS 45.002 §5.2.7).
const ACCESS_SYMBOLS: f64 = 88.0;

/// What is sent in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Access,
}

impl Kind {
    pub(super) fn label(self) -> &'static str {
        match self {
            Kind::Normal => "GSM normal burst",
            Kind::Access => "GSM access burst",
        }
    }

    fn symbols(self) -> f64 {
        match self {
            Kind::Normal => NORMAL_SYMBOLS,
            Kind::Access => ACCESS_SYMBOLS,
        }
    }
}

/// A burst as the calendars give it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sent {
    pub(super) kind: Kind,
    /// Half amplitude of the rising ramp, in seconds from the scene's start.
    pub(super) start_s: f64,
    /// Carrier, hertz from the centre.
    pub(super) offset_hz: f64,
    /// Power over the receiver's noise in 200 kHz, before the receiver's filter.
    pub(super) snr: f64,
}

impl Sent {
    /// The burst at the receiver, where noise in 200 kHz has `noise_power`, with the bits of `stream`.
    pub(super) fn burst(&self, sample_rate: f64, noise_power: f64, stream: u64) -> Burst {
        Burst {
            start: self.start_s * sample_rate,
            symbols: self.kind.symbols(),
            offset_hz: self.offset_hz,
            power: self.snr * noise_power,
            stream,
        }
    }

    /// Half amplitude of the falling ramp, in seconds.
    pub(super) fn end_s(&self) -> f64 {
        self.start_s + self.kind.symbols() / SYMBOL_RATE_HZ
    }
}

/// All that `handset` sends, activity by activity.
pub(super) fn sent(handset: &Handset) -> Vec<Sent> {
    handset.activities.iter().flat_map(|activity| sent_in(&handset.gsm, activity)).collect()
}

fn sent_in(gsm: &Gsm, activity: &Activity) -> Vec<Sent> {
    let mut sent = Vec::new();
    let Deed::Sends { access, signalling, traffic } = &activity.deed else {
        return sent;
    };
    let burst = |kind, frame, slot, offset_hz, snr| Sent { kind, start_s: gsm.start_s(frame, slot), offset_hz, snr };
    if let Some(access) = access {
        let frame = gsm.frames(Span { from_s: access.at_s, to_s: f64::MAX }).start;
        sent.push(burst(Kind::Access, frame, 0, access.offset_hz, access.snr));
    }
    if let Some(signalling) = signalling {
        let frames = gsm.frames(signalling.span);
        let sends =
            |frame: &u64| sdcch_block(*frame, gsm.subchannel).is_some_and(|b| frames.start <= b && b + 4 <= frames.end);
        for frame in frames.clone().filter(sends) {
            sent.push(burst(Kind::Normal, frame, gsm.signalling_slot, signalling.offset_hz, activity.snr));
        }
    }
    if let Some(traffic) = traffic {
        let frames = gsm.frames(traffic.span);
        let sends = |frame: &u64| match tch_frame(*frame, gsm.traffic_slot) {
            TchFrame::Idle => false,
            TchFrame::Sacch => true,
            TchFrame::Speech { block } => {
                let silent = || {
                    let start = gsm.start_s(block, gsm.traffic_slot);
                    traffic.pauses.iter().any(|p| p.from_s <= start && start < p.to_s)
                };
                frames.start <= block && block + 4 <= frames.end && (sent_in_silence(*frame) || !silent())
            }
        };
        for frame in frames.clone().filter(sends) {
            sent.push(burst(Kind::Normal, frame, gsm.traffic_slot, traffic.offset_hz, activity.snr));
        }
    }
    sent
}

impl Gsm {
    /// When `slot` of frame number `frame` begins, in seconds from the scene's start.
    fn start_s(&self, frame: u64, slot: u64) -> f64 {
        self.frame_offset_s + (frame * SLOTS + slot) as f64 * SLOT_S
    }

    /// The frames that lie wholly within `span`.
    fn frames(&self, span: Span) -> std::ops::Range<u64> {
        let frame = |s: f64| (s - self.frame_offset_s) / (SLOTS as f64 * SLOT_S);
        frame(span.from_s).ceil() as u64..frame(span.to_s).floor() as u64
    }
}

/// The first frame of the block of four that SDCCH/8 `subchannel` or its SACCH sends around `frame`, if it sends.
///
/// Source: TS 45.002 §7, table 4 (uplink). Checked by `signalling_sends_a_block_in_each_51_multiframe_and_its_sacch_in_every_other`.
fn sdcch_block(frame: u64, subchannel: u64) -> Option<u64> {
    const SACCH: [u64; 8] = [47, 51, 55, 59, 98, 0, 4, 8];
    let in_block = |place: u64, first: u64| (first..first + 4).contains(&place).then(|| frame - (place - first));
    in_block(frame % 51, 15 + 4 * subchannel).or_else(|| in_block(frame % 102, SACCH[subchannel as usize]))
}

/// What a full-rate traffic channel does with a frame.
enum TchFrame {
    /// One of four that begin at frame `block`.
    Speech {
        block: u64,
    },
    Sacch,
    Idle,
}

/// Source: TS 45.002 §7, table 1 (TCH/F). Checked by `a_call_sends_25_bursts_in_each_26_multiframe`.
fn tch_frame(frame: u64, slot: u64) -> TchFrame {
    match (frame % 26, slot % 2) {
        (12, 0) | (25, 1) => TchFrame::Sacch,
        (12, 1) | (25, 0) => TchFrame::Idle,
        _ => TchFrame::Speech { block: frame - frame % 13 % 4 },
    }
}

/// Whether full-rate speech sends this frame though nobody speaks.
///
/// Source: TS 45.008 §8.3. Checked by `a_silent_speaker_leaves_12_bursts_in_480_ms`.
fn sent_in_silence(frame: u64) -> bool {
    (52..60).contains(&(frame % 104))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_and_odd_slots_swap_sacch_and_idle_frame() {
        let row = |slot| {
            let mark = |frame| match tch_frame(frame, slot) {
                TchFrame::Speech { block } => char::from(b'0' + (block % 26 / 4) as u8),
                TchFrame::Sacch => 'A',
                TchFrame::Idle => '-',
            };
            (0..26).map(mark).collect::<String>()
        };
        assert_eq!(row(2), "000011112222A333344445555-");
        assert_eq!(row(3), "000011112222-333344445555A");
    }

    #[test]
    fn the_eight_signalling_subchannels_share_all_but_three_frames_of_a_51_multiframe() {
        for frame in 0..102 {
            let senders = (0..8).filter(|k| sdcch_block(frame, *k).is_some()).count();
            let expected = usize::from(!(12..15).contains(&(frame % 51)));
            assert_eq!(senders, expected, "frame {frame}");
        }
        for subchannel in 0..8 {
            let sent = (0..102).filter(|f| sdcch_block(*f, subchannel).is_some()).count();
            assert_eq!(sent, 12, "subchannel {subchannel}");
        }
    }
}
