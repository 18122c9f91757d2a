//! Bursts on one carrier that follow each other closely: what a list shows as one row.

use crate::detect::Burst;
use crate::units::{Decibels, Hertz, SampleIndex};

/// Bursts on one carrier belong together when the silence between them is shorter than this, in seconds.
pub const LONGEST_PAUSE_S: f64 = 0.5;

/// Groups with a smaller median SNR than this are shown as weak: others like theirs may have gone unseen.
pub const WEAK_BELOW: Decibels = Decibels(6.0);

/// Bursts on one carrier: each one's centre within half the group's median width of the group's median centre, and
/// less than [`LONGEST_PAUSE_S`] between them. A burst that stands alone is a group of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its number, from 1, in the order in which the groups' first bursts became known, that is in the order of
    /// their ends; it never changes. Where bursts do not overlap in time this is the order of start.
    pub number: usize,
    /// Places of its bursts in the order in which they were pushed, from 0; parts count singly here.
    pub members: Vec<usize>,
    /// Number of bursts; parts of one emission count once.
    pub bursts: u64,
    /// First sample of its first burst.
    pub start: SampleIndex,
    /// One past the last sample of its last burst.
    pub end: SampleIndex,
    /// Lowest edge of a burst, offset from the centre.
    pub low: Hertz,
    /// Highest edge of a burst, offset from the centre.
    pub high: Hertz,
    /// Median of the bursts' centres, offset from the centre.
    pub center: Hertz,
    /// Samples during which a burst was on.
    pub on_air: u64,
    /// Mean power while on, signal and noise, full scale 1.
    pub power: f64,
    /// Mean noise power in the same widths.
    pub noise: f64,
    /// Median SNR of the bursts.
    pub snr: Decibels,
    /// Whether `snr` is under [`WEAK_BELOW`].
    pub weak: bool,
    /// Its first burst was cut by the beginning of the data or by a gap.
    pub cut_start: bool,
    /// Its last burst was cut by the end of the data or by a gap.
    pub cut_end: bool,
    /// How its bursts follow each other, when that is regular.
    pub rhythm: Option<Rhythm>,
}

/// A regular succession of bursts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Median time between the starts of two bursts, in seconds; at least half of all are within 5 % of it.
    pub spacing_s: f64,
    /// Bursts per second, from the first start to the last.
    pub per_second: f64,
}

impl Group {
    /// From its first sample to its last, in samples.
    pub fn span(&self) -> u64 {
        self.end.0 - self.start.0
    }

    /// Whether it may go on beyond `data_end`, one past the last sample looked at: its last burst was cut there, or
    /// it is a train and the silence since has not been long enough to end it.
    pub fn runs_on(&self, data_end: SampleIndex, sample_rate: Hertz) -> bool {
        let silence = data_end.0.saturating_sub(self.end.0) as f64 / sample_rate.0;
        if self.bursts > 1 { silence < LONGEST_PAUSE_S } else { self.cut_end && self.end >= data_end }
    }
}

/// Sorts bursts into groups as they arrive.
#[derive(Clone, Debug)]
pub struct Groups {
    sample_rate: Hertz,
    groups: Vec<Group>,
    spreads: Vec<Spread>,
    /// Groups that a burst may still join, by index.
    open: Vec<usize>,
    pushed: usize,
}

/// What the medians of a group are taken from.
#[derive(Clone, Debug)]
struct Spread {
    centers: Sorted,
    widths: Sorted,
    snrs: Sorted,
    /// Samples between the starts of bursts.
    spacings: Sorted,
    last_start: SampleIndex,
}

#[derive(Clone, Debug, Default)]
struct Sorted(Vec<f64>);

impl Sorted {
    fn insert(&mut self, value: f64) {
        let place = self.0.partition_point(|&v| v < value);
        self.0.insert(place, value);
    }

    /// The median; the upper one of two.
    fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    fn count_between(&self, low: f64, high: f64) -> usize {
        self.0.partition_point(|&v| v <= high) - self.0.partition_point(|&v| v < low)
    }
}

impl Groups {
    /// No group yet, for bursts of a stream of `sample_rate`.
    pub fn new(sample_rate: Hertz) -> Self {
        Groups { sample_rate, groups: Vec::new(), spreads: Vec::new(), open: Vec::new(), pushed: 0 }
    }

    /// The groups so far, in order of their numbers.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Takes the next burst, in order of end, and says which group it went to, as an index into
    /// [`groups`](Self::groups).
    pub fn push(&mut self, burst: &Burst) -> usize {
        let pause = (LONGEST_PAUSE_S * self.sample_rate.0) as u64;
        // A later burst may have begun earlier, but an emission is told in parts of a few seconds.
        let too_old = burst.end().0.saturating_sub(20 * pause);
        self.open.retain(|&g| self.groups[g].end.0 + pause > too_old);

        let distance = |&g: &usize| (self.spreads[g].centers.median() - burst.center.0).abs();
        let joins = |g: &usize| {
            distance(g) <= self.spreads[*g].widths.median() / 2.0
                && burst.start.0 < self.groups[*g].end.0 + pause
                && self.groups[*g].start.0 < burst.end().0 + pause
        };
        let nearest = self.open.iter().copied().filter(joins).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let index = match nearest {
            Some(index) => {
                self.join(index, burst);
                index
            }
            None => self.open_group(burst),
        };
        self.groups[index].members.push(self.pushed);
        self.pushed += 1;
        index
    }

    fn open_group(&mut self, burst: &Burst) -> usize {
        let index = self.groups.len();
        self.groups.push(Group {
            number: index + 1,
            members: Vec::new(),
            bursts: 1,
            start: burst.start,
            end: burst.end(),
            low: burst.low,
            high: burst.high,
            center: burst.center,
            on_air: burst.count,
            power: burst.power,
            noise: burst.noise,
            snr: burst.snr,
            weak: burst.snr < WEAK_BELOW,
            cut_start: burst.cut_start,
            cut_end: burst.cut_end,
            rhythm: None,
        });
        self.spreads.push(Spread {
            centers: Sorted(vec![burst.center.0]),
            widths: Sorted(vec![burst.bandwidth().0]),
            snrs: Sorted(vec![f64::from(burst.snr.0)]),
            spacings: Sorted::default(),
            last_start: burst.start,
        });
        self.open.push(index);
        index
    }

    fn join(&mut self, index: usize, burst: &Burst) {
        let (group, spread) = (&mut self.groups[index], &mut self.spreads[index]);
        spread.centers.insert(burst.center.0);
        spread.widths.insert(burst.bandwidth().0);
        spread.snrs.insert(f64::from(burst.snr.0));
        group.center = Hertz(spread.centers.median());
        group.snr = Decibels(spread.snrs.median() as f32);
        group.weak = group.snr < WEAK_BELOW;

        let news = burst.end().0.saturating_sub(burst.start.0.max(group.end.0));
        group.on_air += news;
        let share = news as f64 / group.on_air as f64;
        group.power += (burst.power - group.power) * share;
        group.noise += (burst.noise - group.noise) * share;

        if burst.start < group.start {
            (group.start, group.cut_start) = (burst.start, burst.cut_start);
        }
        if burst.end() >= group.end {
            (group.end, group.cut_end) = (burst.end(), burst.cut_end);
        }
        group.low = Hertz(group.low.0.min(burst.low.0));
        group.high = Hertz(group.high.0.max(burst.high.0));

        if burst.part.is_none_or(|part| part == 1) {
            group.bursts += 1;
            spread.spacings.insert(burst.start.0.abs_diff(spread.last_start.0) as f64);
            spread.last_start = spread.last_start.max(burst.start);
            let until = (spread.last_start.0 - group.start.0) as f64 / self.sample_rate.0;
            group.rhythm = rhythm(&spread.spacings, group.bursts, until, self.sample_rate);
        }
    }
}

/// The rhythm of `bursts` that begin within `until_s` seconds of each other, from at least three spacings.
fn rhythm(spacings: &Sorted, bursts: u64, until_s: f64, sample_rate: Hertz) -> Option<Rhythm> {
    if spacings.0.len() < 3 {
        return None;
    }
    let typical = spacings.median();
    let regular = 2 * spacings.count_between(0.95 * typical, 1.05 * typical) >= spacings.0.len();
    (regular && typical > 0.0 && until_s > 0.0)
        .then(|| Rhythm { spacing_s: typical / sample_rate.0, per_second: (bursts - 1) as f64 / until_s })
}

/// Sorts `bursts`, in order of end, into groups.
pub fn group(bursts: &[Burst], sample_rate: Hertz) -> Vec<Group> {
    let mut groups = Groups::new(sample_rate);
    for burst in bursts {
        groups.push(burst);
    }
    groups.groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Hertz = Hertz(1e6);

    /// A burst of `ms` at `start_s`, 200 kHz wide around `center_khz`.
    fn burst(start_s: f64, ms: f64, center_khz: f64, snr: f32) -> Burst {
        Burst {
            start: SampleIndex((start_s * RATE.0) as u64),
            count: (ms * RATE.0 / 1e3) as u64,
            low: Hertz((center_khz - 100.0) * 1e3),
            high: Hertz((center_khz + 100.0) * 1e3),
            center: Hertz(center_khz * 1e3),
            power: 1e-4,
            noise: 1e-7,
            snr: Decibels(snr),
            expected_per_hour: 1e-9,
            cut_start: false,
            cut_end: false,
            part: None,
            more: false,
        }
    }

    fn members(groups: &[Group]) -> Vec<Vec<usize>> {
        groups.iter().map(|g| g.members.clone()).collect()
    }

    #[test]
    fn bursts_on_one_carrier_with_short_pauses_are_one_group() {
        let bursts = [
            burst(0.0, 0.5, 0.0, 30.0),
            burst(0.1, 0.5, 400.0, 20.0),
            burst(0.3, 0.5, 20.0, 30.0),
            // Too far away in frequency, then too late.
            burst(0.4, 0.5, 135.0, 30.0),
            burst(0.9, 0.5, 0.0, 30.0),
            burst(1.3, 0.5, 400.0, 3.0),
        ];
        let groups = group(&bursts, RATE);
        assert_eq!(members(&groups), [vec![0, 2], vec![1], vec![3], vec![4], vec![5]]);
        let first = &groups[0];
        assert_eq!((first.number, first.bursts, first.on_air), (1, 2, 1000));
        assert_eq!((first.start, first.end), (SampleIndex(0), SampleIndex(300_500)));
        assert_eq!((first.low, first.high, first.center), (Hertz(-100e3), Hertz(120e3), Hertz(20e3)));
        assert_eq!(groups.iter().map(|g| g.weak).collect::<Vec<_>>(), [false, false, false, false, true]);
    }

    #[test]
    fn a_number_never_changes_as_bursts_arrive() {
        let bursts: Vec<Burst> = (0..400)
            .map(|i| burst(f64::from(i) * 0.137, 0.5, f64::from(i * 7 % 5) * 300.0, 20.0))
            .filter(|b| b.start.0 % 3_000_000 > 900_000)
            .collect();
        let mut groups = Groups::new(RATE);
        let mut went_to = Vec::new();
        for (i, b) in bursts.iter().enumerate() {
            went_to.push(groups.push(b));
            assert_eq!(groups.groups()[went_to[i]].members.last(), Some(&i));
        }
        let batch = group(&bursts, RATE);
        assert_eq!(groups.groups(), batch);
        assert!(batch.len() > 20, "{}", batch.len());
        for (index, group) in batch.iter().enumerate() {
            assert_eq!(group.number, index + 1);
            assert!(group.members.iter().all(|&m| went_to[m] == index));
        }
        assert!(batch.is_sorted_by_key(|g| g.start));
    }

    #[test]
    fn parts_of_one_emission_count_once() {
        let mut parts: Vec<Burst> = (0..3).map(|i| burst(f64::from(i) * 2.0, 2000.0, 0.0, 20.0)).collect();
        for (i, part) in parts.iter_mut().enumerate() {
            (part.part, part.more) = (Some(i as u32 + 1), i < 2);
        }
        parts.push(burst(6.2, 10.0, 0.0, 20.0));
        let groups = group(&parts, RATE);
        assert_eq!(members(&groups), [[0, 1, 2, 3]]);
        assert_eq!((groups[0].bursts, groups[0].on_air), (2, 6_010_000));
    }

    #[test]
    fn a_call_has_the_rhythm_of_its_frames_and_chance_has_none() {
        // One burst in each frame of 4.615 ms, but for every 26th.
        let call: Vec<Burst> =
            (0..260).filter(|f| f % 26 != 25).map(|f| burst(f64::from(f) * 4.615e-3, 0.55, 0.0, 30.0)).collect();
        let rhythm = group(&call, RATE)[0].rhythm.expect("a call is regular");
        assert!((rhythm.spacing_s - 4.615e-3).abs() < 2e-6, "{rhythm:?}");
        assert!((rhythm.per_second - 208.3).abs() < 1.5, "{rhythm:?}");

        let chance: Vec<Burst> = (1..40).map(|i| burst(f64::from(i * i) * 1e-4, 0.05, 0.0, 30.0)).collect();
        assert_eq!(group(&chance, RATE)[0].rhythm, None);
    }

    #[test]
    fn a_train_runs_on_until_it_has_been_silent_long_enough() {
        let train = &group(&[burst(0.0, 1.0, 0.0, 30.0), burst(0.1, 1.0, 0.0, 30.0)], RATE)[0];
        assert!(train.runs_on(SampleIndex(500_000), RATE));
        assert!(!train.runs_on(SampleIndex(700_000), RATE));
        let mut one = burst(0.0, 1.0, 0.0, 30.0);
        assert!(!group(std::slice::from_ref(&one), RATE)[0].runs_on(SampleIndex(1000), RATE));
        one.cut_end = true;
        assert!(group(&[one], RATE)[0].runs_on(SampleIndex(1000), RATE));
    }
}
