//! When and where an LTE handset sends: random access, control and shared channel, sounding.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use super::{Calendar, Chance, Draws, beginning_in, connection, is_in, steps_within};
use crate::scene::description::{Activity, Lte, Span, Strength, TrafficKind};
use crate::scene::emission::Emission;
use crate::scene::waveform::Shape;
use crate::scene::waveform::lte::{BLOCK_HZ, can_be_precoded};

/// A subframe; ten are a radio frame (TS 36.211).
const SUBFRAME_S: f64 = 1e-3;
const SLOT_S: f64 = 0.5e-3;
/// Random access may begin in subframes 1 and 6 of each radio frame: PRACH configuration 6 (TS 36.211 table 5.7.1-2).
const ACCESS_PERIOD: u64 = 5;
const ACCESS_SUBFRAME: u64 = 1;
/// Resource blocks of a random access preamble.
const ACCESS_BLOCKS: usize = 6;
/// Subframes from a preamble to the first message on the shared channel.
const ACCESS_REPLY: u64 = 10;
/// Subframes from one piece of speech to the next, and from one descriptor of silence to the next.
const SPEECH_PERIOD: u64 = 20;
const SILENCE_PERIOD: u64 = 160;
/// Subframes from one report of the channel's quality to the next.
const REPORT_PERIOD: u64 = 40;
/// Subframes in which signalling exchanges at most one message.
const EXCHANGE_PERIOD: u64 = 40;
/// Round trip of the hybrid retransmission: data goes in runs of subframes, one to a round trip.
const ROUND_TRIP: u64 = 8;
/// Where in a round trip its run begins: behind the subframe that sounding has, which is then the last that a run takes.
const RUN_BEGINS: u64 = SOUNDING_SUBFRAME + 1;
/// The subframe of a period in which sounding comes.
const SOUNDING_SUBFRAME: u64 = 1;
/// Resource blocks of a grant for speech or signalling, at most.
const SMALL_GRANT: u64 = 3;

/// What an LTE handset sends.
///
/// The handset's subframes are numbered on a clock of its own, so that two handsets of a cell keep different hours; all
/// that it repeats, it repeats by that clock:
///
/// - speech: 1 to 3 resource blocks for one subframe in 20, in pauses in 160; in pauses an acknowledgement of what the
///   other says, in between;
/// - data: in each 8 subframes one run as long as the share asks, on blocks that change from run to run, an
///   acknowledgement behind it;
/// - signalling: in half of all stretches of 40 ms a scheduling request, 8 subframes later the message on 1 to 3 resource
///   blocks, 10 after that the acknowledgement of the answer;
/// - as long as it is connected a report every 40 ms, and sounding if the scene asks for it.
///
/// It never sends on the shared and the control channel at once: what has no subframe of its own goes with the shared
/// channel, as in release 8. Sounding is left out in subframes in which anything else is sent.
///
/// Every resource block has the same power. A strength over the noise says it for any width; a power is that of the whole
/// of the blocks that shared traffic may have, the handset's most, and fewer blocks have as much less. Random access has the
/// strength that is given for it.
#[derive(Debug)]
pub(in crate::scene) struct LteCalendar {
    lte: Lte,
    sessions: Vec<Session>,
    chance: Chance,
    /// How far the handset's own clock is ahead of the cell's, in subframes.
    ahead: u64,
    sounding_period: Option<u64>,
    /// Numbers of resource blocks that data may have.
    wide: Vec<usize>,
}

/// An activity in subframes of the cell.
#[derive(Debug)]
struct Session {
    strength: Strength,
    access: Option<(u64, Strength)>,
    connected: Range<u64>,
    signalling: Range<u64>,
    traffic: Range<u64>,
    kind: Option<TrafficKind>,
}

/// Contiguous resource blocks of the cell.
#[derive(Clone, Copy)]
struct Blocks {
    first: usize,
    count: usize,
}

/// What a handset does with a subframe.
enum Sent {
    /// A run of so many subframes on the shared channel begins.
    Shared(Blocks, u64),
    /// One goes on.
    SharedStill,
    Control,
    Nothing,
}

impl LteCalendar {
    /// `random` gives clock and grants.
    pub(in crate::scene) fn new(lte: Lte, activities: Vec<Activity>, random: ChaCha8Rng) -> Self {
        let chance = Chance(random);
        // Subframes of the air never come to the last place.
        let ahead = chance.at(u64::MAX).below(SILENCE_PERIOD);
        let sounding_period = lte.sounding_period_s.map(|s| ((s / SUBFRAME_S).round() as u64).max(1));
        let wide = (lte.shared_blocks.div_ceil(3)..=lte.shared_blocks).filter(|n| can_be_precoded(*n)).collect();
        let sessions = activities.into_iter().map(|activity| Session::new(&lte, activity)).collect();
        LteCalendar { lte, sessions, chance, ahead, sounding_period, wide }
    }

    fn sent(&self, session: &Session, subframe: u64) -> Sent {
        // By the handset's own clock.
        let clock = subframe + self.ahead;
        if session.traffic.contains(&subframe) {
            match &session.kind {
                Some(TrafficKind::Voice { pauses }) => {
                    let silent = is_in(pauses, self.lte.start_s(subframe));
                    let period = if silent { SILENCE_PERIOD } else { SPEECH_PERIOD };
                    if clock.is_multiple_of(period) {
                        return Sent::Shared(self.small_grant(clock), 1);
                    }
                    if silent && clock % SPEECH_PERIOD == 8 {
                        return Sent::Control;
                    }
                }
                Some(TrafficKind::Data { share }) => {
                    let run = run(clock, *share);
                    let traffic = session.traffic.start + self.ahead..session.traffic.end + self.ahead;
                    if traffic.start <= run.start && run.end <= traffic.end {
                        if clock == run.start && !run.is_empty() {
                            return Sent::Shared(self.wide_grant(clock), run.end - run.start);
                        }
                        if run.contains(&clock) {
                            return Sent::SharedStill;
                        }
                        if clock == run.end && !run.is_empty() {
                            return Sent::Control;
                        }
                    }
                }
                None => {}
            }
        }
        if session.signalling.contains(&subframe) {
            let place = clock % EXCHANGE_PERIOD;
            let mut draws = self.chance.at(2 * (clock - place) + 1);
            let (happens, begins) = (draws.below(2) == 1, 10 * draws.below(2));
            match place.checked_sub(begins) {
                Some(0 | 18) if happens => return Sent::Control,
                Some(8) if happens => return Sent::Shared(self.small_grant(clock), 1),
                _ => {}
            }
        }
        let reports = clock % REPORT_PERIOD == REPORT_PERIOD - 10;
        if reports && session.connected.contains(&subframe) { Sent::Control } else { Sent::Nothing }
    }

    fn small_grant(&self, clock: u64) -> Blocks {
        let mut draws = self.chance.at(2 * clock);
        let count = (1 + draws.below(SMALL_GRANT)) as usize;
        self.grant(count.min(self.lte.shared_blocks), &mut draws)
    }

    fn wide_grant(&self, clock: u64) -> Blocks {
        let mut draws = self.chance.at(2 * clock);
        let count = self.wide[draws.below(self.wide.len() as u64) as usize];
        self.grant(count, &mut draws)
    }

    fn grant(&self, count: usize, draws: &mut Draws) -> Blocks {
        let room = self.lte.shared_blocks - count;
        Blocks { first: self.lte.shared_block + draws.below(room as u64 + 1) as usize, count }
    }

    /// Adds to `out` what is sent in `subframe`, in order of start.
    fn add(&self, session: &Session, subframe: u64, out: &mut Vec<Emission>) {
        let start_s = self.lte.start_s(subframe);
        let mut push = |shape, after_s: f64, blocks: Blocks, strength| {
            out.push(Emission::burst(shape, start_s + after_s, self.lte.middle_hz(blocks), strength));
        };
        if let Some((when, strength)) = session.access
            && subframe == when
        {
            push(Shape::Prach, 0.0, Blocks { first: self.lte.access_block, count: ACCESS_BLOCKS }, strength);
        }
        let strength = |blocks: Blocks| match session.strength {
            Strength::OverNoise(ratio) => Strength::OverNoise(ratio),
            Strength::Power(power) => {
                Strength::Power(power * (blocks.count as f64 / self.lte.shared_blocks as f64).min(1.0))
            }
        };
        match self.sent(session, subframe) {
            Sent::Shared(blocks, subframes) => {
                let shape = Shape::Pusch { resource_blocks: blocks.count, slots: 2 * subframes as usize };
                push(shape, 0.0, blocks, strength(blocks));
            }
            Sent::SharedStill => {}
            Sent::Control => {
                // From one edge of the cell's blocks to the other (TS 36.211 §5.4.3).
                let edges = [0, self.lte.resource_blocks - 1].map(|first| Blocks { first, count: 1 });
                let from = self.chance.at(2 * (subframe + self.ahead)).below(2) as usize;
                push(Shape::Pucch, 0.0, edges[from], strength(edges[from]));
                push(Shape::Pucch, SLOT_S, edges[1 - from], strength(edges[1 - from]));
            }
            Sent::Nothing => {
                let Some(period) = self.sounding_period else { return };
                if session.connected.contains(&subframe)
                    && (subframe + self.ahead) % period == SOUNDING_SUBFRAME % period
                {
                    let blocks = self.lte.sounded();
                    let shape = Shape::Srs { resource_blocks: blocks.count };
                    push(shape, SUBFRAME_S - shape.duration_s(), blocks, strength(blocks));
                }
            }
        }
    }
}

impl Calendar for LteCalendar {
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>) {
        // A subframe's second slot and last symbol begin after the subframe does.
        let wide = Span { from_s: from_s - SUBFRAME_S, to_s };
        let begun = out.len();
        for session in &self.sessions {
            let first = session.access.map_or(session.connected.start, |(subframe, _)| subframe);
            let all = first..session.connected.end.max(first + 1);
            for subframe in beginning_in(wide, all, SUBFRAME_S, |n| self.lte.start_s(n)) {
                self.add(session, subframe, out);
            }
        }
        let _ = out.extract_if(begun.., |one| !(from_s <= one.start_s && one.start_s < to_s)).count();
    }
}

impl Session {
    fn new(lte: &Lte, activity: Activity) -> Self {
        let subframes = |span: Span| steps_within(span, lte.frame_offset_s, SUBFRAME_S);
        let access = activity.access.and_then(|access| {
            let mut possible = subframes(Span { from_s: access.at_s, to_s: activity.span.to_s });
            possible.find(|n| n % ACCESS_PERIOD == ACCESS_SUBFRAME).map(|n| (n, access.strength))
        });
        let replied = access.map_or(0, |(subframe, _)| subframe + ACCESS_REPLY);
        let later = |range: Range<u64>| range.start.max(replied)..range.end;
        let part = |span: Option<Span>| span.map_or(0..0, |span| later(subframes(span)));
        Session {
            strength: activity.strength,
            access,
            connected: part(connection(&activity)),
            signalling: part(activity.signalling),
            traffic: part(activity.traffic.as_ref().map(|traffic| traffic.span)),
            kind: activity.traffic.map(|traffic| traffic.kind),
        }
    }
}

impl Lte {
    /// When subframe number `subframe` begins, in seconds from the scene's start.
    fn start_s(&self, subframe: u64) -> f64 {
        self.frame_offset_s + subframe as f64 * SUBFRAME_S
    }

    /// Hertz from the scene's centre.
    fn middle_hz(&self, blocks: Blocks) -> f64 {
        let from_lowest = blocks.first as f64 + 0.5 * blocks.count as f64;
        self.offset_hz + BLOCK_HZ * (from_lowest - 0.5 * self.resource_blocks as f64)
    }

    /// The blocks that sounding covers when it is as wide as the cell allows: the greatest multiple of 4 up to 96, around the middle
    /// (TS 36.211 §5.5.3 and its tables).
    fn sounded(&self) -> Blocks {
        let count = (self.resource_blocks / 4 * 4).min(96);
        Blocks { first: self.resource_blocks / 2 - count / 2, count }
    }
}

/// The subframes of data in the round trip around `clock`: so many in all that they keep up with `share`.
fn run(clock: u64, share: f64) -> Range<u64> {
    let trip = clock.saturating_sub(RUN_BEGINS) / ROUND_TRIP;
    let sent_before = |trip: u64| (trip as f64 * ROUND_TRIP as f64 * share) as u64;
    let first = trip * ROUND_TRIP + RUN_BEGINS;
    first..first + (sent_before(trip + 1) - sent_before(trip)).min(ROUND_TRIP)
}
