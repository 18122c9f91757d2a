//! When a GSM handset sends: slots, frames, multiframes, and the pauses of a silent speaker.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::{Calendar, beginning_in, is_in};
use crate::scene::description::{Activity, Carriers, Gsm, Span, TrafficKind};
use crate::scene::emission::Emission;
use crate::scene::waveform::Shape;

/// Length of a TDMA slot, 15/26 ms (TS 45.002 §4.3.1).
const SLOT_S: f64 = 15e-3 / 26.0;
/// Slots in a frame.
const SLOTS: u64 = 8;
/// A frame.
const FRAME_S: f64 = SLOTS as f64 * SLOT_S;

/// What a GSM handset sends.
#[derive(Debug)]
pub(in crate::scene) struct GsmCalendar {
    gsm: Gsm,
    activities: Vec<Activity>,
    /// Draws the carrier of each frame.
    hops: ChaCha8Rng,
}

impl GsmCalendar {
    /// `hops` is the random stream from which carriers are drawn.
    pub(in crate::scene) fn new(gsm: Gsm, activities: Vec<Activity>, hops: ChaCha8Rng) -> Self {
        GsmCalendar { gsm, activities, hops }
    }

    /// The carrier of `frame`.
    fn carrier(&self, carriers: &Carriers, frame: u64) -> f64 {
        match carriers {
            Carriers::Fixed(offset_hz) => *offset_hz,
            Carriers::Hopping(offsets_hz) => {
                let mut hops = self.hops.clone();
                hops.set_word_pos(frame.into());
                offsets_hz[hops.next_u32() as usize % offsets_hz.len()]
            }
        }
    }

    fn signalling(&self, activity: &Activity, stretch: Span, out: &mut Vec<Emission>) {
        let (Some(span), Some(carriers)) = (activity.signalling, &self.gsm.signalling) else { return };
        let gsm = &self.gsm;
        let frames = gsm.frames(span);
        for frame in gsm.frames_in(&frames, gsm.signalling_slot, stretch) {
            let block = sdcch_block(frame, gsm.subchannel);
            if block.is_some_and(|b| frames.start <= b && b + 4 <= frames.end) {
                let start_s = gsm.start_s(frame, gsm.signalling_slot);
                out.push(Emission::burst(Shape::GsmNormal, start_s, self.carrier(carriers, frame), activity.strength));
            }
        }
    }

    fn traffic(&self, activity: &Activity, stretch: Span, out: &mut Vec<Emission>) {
        let (Some(traffic), Some(carriers)) = (&activity.traffic, &self.gsm.traffic) else { return };
        let (gsm, slot) = (&self.gsm, self.gsm.traffic_slot);
        let frames = gsm.frames(traffic.span);
        let pauses: &[Span] = match &traffic.kind {
            TrafficKind::Voice { pauses } => pauses,
            TrafficKind::Data { .. } => &[],
        };
        // A block of speech is sent whole: what counts is whether its first burst falls into a pause.
        let silent = |block| is_in(pauses, gsm.start_s(block, slot));
        let sends = |frame: u64| match tch_frame(frame, slot) {
            TchFrame::Idle => false,
            TchFrame::Sacch => true,
            TchFrame::Speech { block } => {
                frames.start <= block && block + 4 <= frames.end && (sent_in_silence(frame) || !silent(block))
            }
        };
        for frame in gsm.frames_in(&frames, slot, stretch).filter(|frame| sends(*frame)) {
            let offset_hz = self.carrier(carriers, frame);
            out.push(Emission::burst(Shape::GsmNormal, gsm.start_s(frame, slot), offset_hz, activity.strength));
        }
    }
}

impl Calendar for GsmCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        let stretch = Span { from_s, to_s };
        // A burst may begin a frame after what it belongs to has begun, and not later.
        let near = |a: &&Activity| a.span.from_s < to_s && from_s < a.span.to_s + FRAME_S;
        for activity in self.activities.iter().filter(near) {
            if let (Some(access), Some(offset_hz)) = (activity.access, self.gsm.access) {
                let frame = self.gsm.frames(Span { from_s: access.at_s, to_s: f64::MAX }).start;
                let start_s = self.gsm.start_s(frame, 0);
                if stretch.from_s <= start_s && start_s < stretch.to_s {
                    out.push(Emission::burst(Shape::GsmAccess, start_s, offset_hz, access.strength));
                }
            }
            self.signalling(activity, stretch, out);
            self.traffic(activity, stretch, out);
        }
    }
}

impl Gsm {
    /// When `slot` of frame number `frame` begins, in seconds from the scene's start.
    fn start_s(&self, frame: u64, slot: u64) -> f64 {
        self.frame_offset_s + (frame * SLOTS + slot) as f64 * SLOT_S
    }

    /// The frames that lie wholly within `span`.
    fn frames(&self, span: Span) -> Range<u64> {
        let frame = |s: f64| (s - self.frame_offset_s) / FRAME_S;
        frame(span.from_s).ceil() as u64..frame(span.to_s).floor() as u64
    }

    /// Those of `frames` in which `slot` begins within `stretch`.
    fn frames_in(&self, frames: &Range<u64>, slot: u64, stretch: Span) -> Range<u64> {
        beginning_in(stretch, frames.clone(), FRAME_S, |frame| self.start_s(frame, slot))
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
