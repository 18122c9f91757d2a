//! When a WCDMA handset sends: random access, then one channel without a gap whose level alone tells what is said.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use super::{Calendar, Chance, Long, beginning_in, connection, is_in, steps_within};
use crate::scene::description::{Activity, Span, Strength, Traffic, TrafficKind, Wcdma};
use crate::scene::emission::{Emission, Label};
use crate::scene::truth::Kind;
use crate::scene::waveform::Shape;

/// A slot of 2 560 chips at 3.84 Mchip/s (TS 25.211).
const SLOT_S: f64 = 1e-2 / 15.0;
/// Slots of a radio frame.
const FRAME: u64 = 15;
/// Slots of an access slot: 15 of these in two frames (TS 25.211).
const ACCESS_SLOT: u64 = 2;
/// Access slots from one preamble to the next, and from the last to the message: AICH transmission timing 1 of
/// TS 25.211.
const PREAMBLE_DISTANCE: u64 = 4;
/// Levels of the preambles, in decibels below the last.
const RAMP_DB: [f64; 3] = [-6.0, -3.0, 0.0];
/// Slots of the message part.
const MESSAGE: u64 = FRAME;
/// Slots in which a piece of speech or data is sent: two frames.
const TRANSMISSION: u64 = 2 * FRAME;
/// Pieces of speech from one descriptor of silence to the next.
const SILENCE_PERIOD: u64 = 8;
/// Level of the control channel alone over that of both: amplitudes are 8 and 15 (TS 25.101 annex A.2).
const CONTROL_ALONE: f64 = 64.0 / (64.0 + 225.0);
/// How far the power control's excursions go, in decibels: one a slot there, one a slot back.
const EXCURSIONS_DB: [i64; 6] = [1, -1, 2, -2, 3, -3];
/// Slots of all of them.
const ROUND: u64 = 24;

/// What a WCDMA handset sends.
///
/// Random access: three preambles 4 access slots apart, each 3 dB stronger than the one before, and as much later the
/// message of 10 ms. The strength given for access is the last preamble's and the message's.
///
/// Then, as long as signalling or traffic lasts, a dedicated channel in whole frames. In each 20 ms it carries data or its
/// control part alone, 6.5 dB weaker: data always while somebody speaks, in pauses every eighth time, in signalling every
/// other time, otherwise as often as the share asks. The power control moves every slot by a decibel up or down: six
/// excursions of 1, 2 and 3 dB either way, in an order drawn anew each 24 slots, so that any slot's level is known at once
/// and the mean power over a round is always the same. That mean is the strength of data; the truth states the mean over the
/// whole connection.
#[derive(Debug)]
pub(in crate::scene) struct WcdmaCalendar {
    wcdma: Wcdma,
    sessions: Vec<Session>,
    long: Vec<Long>,
    chance: Chance,
    /// Mean power of a round over that of a slot at its level's middle.
    mean: f64,
}

/// An activity in slots.
#[derive(Debug)]
struct Session {
    strength: Strength,
    /// The first preamble's slot.
    access: Option<(u64, Strength)>,
    /// Slots of the dedicated channel.
    connected: Range<u64>,
    signalling: Option<Span>,
    traffic: Option<Traffic>,
}

impl WcdmaCalendar {
    /// `random` gives the power control's steps.
    pub(in crate::scene) fn new(wcdma: Wcdma, activities: Vec<Activity>, random: ChaCha8Rng) -> Self {
        let sessions: Vec<Session> = activities.into_iter().map(|activity| Session::new(&wcdma, activity)).collect();
        let long = sessions.iter().flat_map(|session| session.long(&wcdma)).collect();
        let round = EXCURSIONS_DB.iter().flat_map(|excursion| (0..2 * excursion.abs()).map(|at| level(*excursion, at)));
        let mean = round.sum::<f64>() / ROUND as f64;
        WcdmaCalendar { wcdma, sessions, long, chance: Chance(random), mean }
    }

    /// What the power control has made of `slot`: power over the mean.
    fn controlled(&self, slot: u64) -> f64 {
        let mut order = EXCURSIONS_DB;
        let mut draws = self.chance.at(slot / ROUND);
        for last in (1..order.len()).rev() {
            order.swap(last, draws.below(last as u64 + 1) as usize);
        }
        let mut place = (slot % ROUND) as i64;
        for excursion in order {
            if place < 2 * excursion.abs() {
                return level(excursion, place) / self.mean;
            }
            place -= 2 * excursion.abs();
        }
        unreachable!("the excursions fill the round")
    }
}

impl Calendar for WcdmaCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        let stretch = Span { from_s, to_s };
        let offset_hz = self.wcdma.offset_hz;
        let slots = |range| beginning_in(stretch, range, SLOT_S, |slot| self.wcdma.start_s(slot));
        for session in &self.sessions {
            if let Some((first, strength)) = session.access {
                for slot in slots(first..message(first).start) {
                    let (which, rest) = ((slot - first) / DISTANCE, (slot - first) % DISTANCE);
                    if rest == 0 {
                        let strength = times(strength, from_db(RAMP_DB[which as usize]));
                        let start_s = self.wcdma.start_s(slot);
                        out.push(Emission::burst(Shape::WcdmaPreamble, start_s, offset_hz, strength));
                    }
                }
                let piece = |slot| Emission::piece(Shape::WcdmaSlot, self.wcdma.start_s(slot), offset_hz, strength);
                out.extend(slots(message(first)).map(piece));
            }
            out.extend(slots(session.connected.clone()).map(|slot| {
                let part = if session.sends_data(&self.wcdma, slot) { 1.0 } else { CONTROL_ALONE };
                let strength = times(session.strength, part * self.controlled(slot));
                Emission::piece(Shape::WcdmaSlot, self.wcdma.start_s(slot), offset_hz, strength)
            }));
        }
    }

    fn long(&self) -> &[Long] {
        &self.long
    }
}

/// Slots from one preamble to the next.
const DISTANCE: u64 = PREAMBLE_DISTANCE * ACCESS_SLOT;

/// The message's slots, if the first preamble begins at slot `first`.
fn message(first: u64) -> Range<u64> {
    let begin = first + RAMP_DB.len() as u64 * DISTANCE;
    begin..begin + MESSAGE
}

impl Session {
    fn new(wcdma: &Wcdma, activity: Activity) -> Self {
        let slots = |span: Span| steps_within(span, wcdma.frame_offset_s, SLOT_S);
        let access = activity.access.and_then(|access| {
            let possible = slots(Span { from_s: access.at_s, to_s: activity.span.to_s });
            let first = possible.start.next_multiple_of(ACCESS_SLOT);
            (message(first).end <= possible.end).then_some((first, access.strength))
        });
        let free = access.map_or(0, |(first, _)| message(first).end);
        let connected = connection(&activity).map_or(0..0, |span| {
            let range = slots(span);
            range.start.max(free).next_multiple_of(FRAME)..range.end / FRAME * FRAME
        });
        Session {
            strength: activity.strength,
            access,
            connected,
            signalling: activity.signalling,
            traffic: activity.traffic,
        }
    }

    /// Whether `slot` carries more than the control channel.
    fn sends_data(&self, wcdma: &Wcdma, slot: u64) -> bool {
        let number = slot / TRANSMISSION;
        let start_s = wcdma.start_s(number * TRANSMISSION);
        let within = |span: Span| span.from_s <= start_s && start_s < span.to_s;
        match &self.traffic {
            Some(Traffic { span, kind, .. }) if within(*span) => match kind {
                TrafficKind::Voice { pauses } => number.is_multiple_of(SILENCE_PERIOD) || !is_in(pauses, start_s),
                TrafficKind::Data { share } => {
                    let sent_before = |number: u64| (number as f64 * share) as u64;
                    sent_before(number + 1) > sent_before(number)
                }
            },
            _ => self.signalling.is_some_and(within) && number.is_multiple_of(2),
        }
    }

    /// The message and the dedicated channel as a whole.
    fn long(&self, wcdma: &Wcdma) -> impl Iterator<Item = Long> {
        let of = |slots: &Range<u64>, strength, label: &'static str, kind| Long {
            span: Span { from_s: wcdma.start_s(slots.start), to_s: wcdma.start_s(slots.end) },
            shape: Shape::WcdmaSlot,
            offset_hz: wcdma.offset_hz,
            strength,
            label: Label { text: label.into(), kind },
        };
        let message =
            self.access.map(|(first, strength)| of(&message(first), strength, "WCDMA RACH message", Kind::Burst));
        let dedicated = (!self.connected.is_empty()).then(|| {
            let frames = self.connected.clone().step_by(FRAME as usize);
            let count = (self.connected.end - self.connected.start) / FRAME;
            let with_data = frames.filter(|slot| self.sends_data(wcdma, *slot)).count();
            let share = with_data as f64 / count as f64;
            let mean = times(self.strength, share + (1.0 - share) * CONTROL_ALONE);
            of(&self.connected, mean, "WCDMA dedicated channel", Kind::Other)
        });
        message.into_iter().chain(dedicated)
    }
}

impl Wcdma {
    /// When slot number `slot` begins, in seconds from the scene's start.
    fn start_s(&self, slot: u64) -> f64 {
        self.frame_offset_s + slot as f64 * SLOT_S
    }
}

fn from_db(db: f64) -> f64 {
    libm::pow(10.0, db / 10.0)
}

fn times(strength: Strength, factor: f64) -> Strength {
    match strength {
        Strength::OverNoise(ratio) => Strength::OverNoise(ratio * factor),
        Strength::Power(power) => Strength::Power(power * factor),
    }
}

/// Power in slot number `at` of an excursion, over that at its beginning.
fn level(excursion_db: i64, at: i64) -> f64 {
    from_db((at.min(2 * excursion_db.abs() - at) * excursion_db.signum()) as f64)
}
