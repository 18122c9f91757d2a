//! Which detection is which burst: one to one, in time and frequency.

use super::{Found, Role, Terms, Truth};
use crate::units::Hertz;

/// Where other energy explains a detection as well, it counts for a burst only if the two share at least this part of
/// what they cover together: a carrier's detection that a burst happens to cross is not the burst's.
const CLEAR_OF_OTHER: f64 = 0.1;

/// What became of everything. Indices are those of the lists that were matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Matches {
    /// One for each truth.
    pub truth: Vec<TruthFate>,
    /// One for each detection.
    pub found: Vec<FoundFate>,
}

/// What became of a truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruthFate {
    /// A burst with a detection of its own.
    Found(usize),
    /// A burst without one, at least half of whose time and width lie in this detection of another burst.
    Merged(usize),
    /// A burst that was not found.
    Missed,
    /// Not to be found: other energy, or outside the band.
    NotABurst,
}

/// What became of a detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundFate {
    /// The detection of this burst.
    Burst(usize),
    /// At least half of its time and width lie in this burst, which has another detection.
    Piece(usize),
    /// Explained by this truth, which is no burst to be found.
    Other(usize),
    /// Nothing was there.
    FalseAlarm,
}

/// A burst and a detection that may belong together.
struct Pair {
    truth: usize,
    found: usize,
    /// Intersection over union of the two boxes.
    likeness: f64,
    /// At least half of the burst's time and width lie in the detection.
    truth_covered: bool,
    /// At least half of the detection's time and width lie in the burst.
    found_covered: bool,
}

/// A box in time and frequency.
#[derive(Clone, Copy)]
struct Extent {
    start: u64,
    end: u64,
    edges: Option<(Hertz, Hertz)>,
}

/// Matches `found` with `truth`, each cut to the band first.
pub(super) fn matches(truth: &[Truth], found: &[Found], terms: &Terms) -> Matches {
    let truth_boxes: Vec<Option<Extent>> = truth
        .iter()
        .map(|t| terms.cut_to_band(t).map(|edges| Extent { start: t.start.0, end: t.end().0, edges: Some(edges) }))
        .collect();
    let found_boxes: Vec<Extent> =
        found.iter().map(|f| Extent { start: f.start.0, end: f.end().0, edges: f.edges }).collect();

    let mut pairs = Vec::new();
    let mut other: Vec<Option<(f64, usize)>> = vec![None; found.len()];
    for_each_meeting(&truth_boxes, &found_boxes, |t, f| {
        let Some(pair) = truth_boxes[t].and_then(|extent| Pair::of(t, f, &extent, &found_boxes[f])) else { return };
        match truth[t].role {
            Role::Burst => pairs.push(pair),
            // The one most like it; the first of several.
            Role::Other => {
                if other[f].is_none_or(|(likeness, first)| (likeness, first) < (pair.likeness, t)) {
                    other[f] = Some((pair.likeness, t));
                }
            }
        }
    });
    pairs.retain(|pair| other[pair.found].is_none() || pair.likeness >= CLEAR_OF_OTHER);
    pairs.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then((a.truth, a.found).cmp(&(b.truth, b.found))));

    let mut fates = Matches {
        truth: (0..truth.len())
            .map(|t| match (truth[t].role, &truth_boxes[t]) {
                (Role::Burst, Some(_)) => TruthFate::Missed,
                _ => TruthFate::NotABurst,
            })
            .collect(),
        found: other.iter().map(|o| o.map_or(FoundFate::FalseAlarm, |(_, t)| FoundFate::Other(t))).collect(),
    };
    for pair in &pairs {
        let taken = matches!(fates.truth[pair.truth], TruthFate::Found(_))
            || matches!(fates.found[pair.found], FoundFate::Burst(_));
        if !taken {
            fates.truth[pair.truth] = TruthFate::Found(pair.found);
            fates.found[pair.found] = FoundFate::Burst(pair.truth);
        }
    }
    // Whatever is left over in a pair has a partner that is taken, or it would have been taken itself.
    for pair in &pairs {
        if pair.truth_covered && fates.truth[pair.truth] == TruthFate::Missed {
            fates.truth[pair.truth] = TruthFate::Merged(pair.found);
        }
        if pair.found_covered && matches!(fates.found[pair.found], FoundFate::FalseAlarm | FoundFate::Other(_)) {
            fates.found[pair.found] = FoundFate::Piece(pair.truth);
        }
    }
    fates
}

/// Calls `meet` with the indices of every two boxes that share time: a sweep over both lists in order of start.
fn for_each_meeting(truth: &[Option<Extent>], found: &[Extent], mut meet: impl FnMut(usize, usize)) {
    let mut truths: Vec<(u64, usize)> =
        truth.iter().enumerate().filter_map(|(i, extent)| Some((extent.as_ref()?.start, i))).collect();
    let mut founds: Vec<(u64, usize)> = found.iter().enumerate().map(|(i, extent)| (extent.start, i)).collect();
    truths.sort_unstable();
    founds.sort_unstable();
    let (mut truths, mut founds) = (truths.into_iter().peekable(), founds.into_iter().peekable());
    // Those that have begun and not ended, with their ends.
    let mut truths_on: Vec<(u64, usize)> = Vec::new();
    let mut founds_on: Vec<(u64, usize)> = Vec::new();
    loop {
        let truth_is_next = match (truths.peek(), founds.peek()) {
            (Some(t), Some(f)) => t.0 <= f.0,
            (next, _) => next.is_some(),
        };
        if truth_is_next && let Some((start, t)) = truths.next() {
            founds_on.retain(|&(end, _)| end > start);
            founds_on.iter().for_each(|&(_, f)| meet(t, f));
            truths_on.extend(truth[t].map(|extent| (extent.end, t)));
        } else if let Some((start, f)) = founds.next() {
            truths_on.retain(|&(end, _)| end > start);
            truths_on.iter().for_each(|&(_, t)| meet(t, f));
            founds_on.push((found[f].end, f));
        } else {
            return;
        }
    }
}

impl Pair {
    /// The pair, if it is one: at least half of the shorter time and of the narrower width are shared. Where the
    /// detection has no edges it is taken to have the burst's.
    fn of(truth: usize, found: usize, a: &Extent, b: &Extent) -> Option<Pair> {
        let both = a.end.min(b.end).saturating_sub(a.start.max(b.start)) as f64;
        let times = [a.end - a.start, b.end - b.start].map(|samples| samples as f64);
        let widths = [a, b].map(|extent| extent.edges.map(|(low, high)| high.0 - low.0));
        let (shared, widths) = match (a.edges, b.edges, widths) {
            (Some(a), Some(b), [Some(wide_a), Some(wide_b)]) => {
                ((a.1.0.min(b.1.0) - a.0.0.max(b.0.0)).max(0.0), [wide_a, wide_b])
            }
            _ => (1.0, [1.0, 1.0]),
        };
        let covered = |i: usize| 2.0 * both >= times[i] && 2.0 * shared >= widths[i];
        let half = 2.0 * both >= times[0].min(times[1]) && 2.0 * shared >= widths[0].min(widths[1]);
        if !(half && both > 0.0 && shared > 0.0) {
            return None;
        }
        let together = both * shared;
        let likeness = together / (times[0] * widths[0] + times[1] * widths[1] - together);
        Some(Pair { truth, found, likeness, truth_covered: covered(0), found_covered: covered(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::tests::{burst, found, other, terms};

    fn fates(truth: &[Truth], found: &[Found]) -> Matches {
        matches(truth, found, &terms())
    }

    #[test]
    fn a_burst_and_a_detection_that_share_half_of_the_smaller_belong_together() {
        let truth = [burst(1000, 100, 0.0, 200e3)];
        for (start, count, low, high) in [
            (1000, 100, 0.0, 200e3),
            (1050, 100, 0.0, 200e3),
            (950, 100, 100e3, 300e3),
            (1040, 10, 90e3, 110e3),
            (0, 9000, -1e6, 1e6),
        ] {
            let matches = fates(&truth, &[found(start, count, low, high)]);
            assert_eq!((matches.truth[0], matches.found[0]), (TruthFate::Found(0), FoundFate::Burst(0)));
        }
        for (start, count, low, high) in [
            (1051, 100, 0.0, 200e3),
            (1000, 100, 101e3, 300e3),
            (1100, 100, 0.0, 200e3),
            (1000, 100, 200e3, 400e3),
            (900, 100, 0.0, 200e3),
        ] {
            let matches = fates(&truth, &[found(start, count, low, high)]);
            assert_eq!((matches.truth[0], matches.found[0]), (TruthFate::Missed, FoundFate::FalseAlarm));
        }
    }

    #[test]
    fn matching_is_one_to_one_and_the_most_alike_go_first() {
        // The first detection can serve both bursts; the second one is more like the first of them.
        let truth = [burst(1000, 100, 0.0, 200e3), burst(1060, 100, 0.0, 200e3)];
        let matches = fates(&truth, &[found(1035, 110, 0.0, 200e3), found(998, 100, 0.0, 200e3)]);
        assert_eq!(matches.truth, [TruthFate::Found(1), TruthFate::Found(0)]);
        assert_eq!(matches.found, [FoundFate::Burst(1), FoundFate::Burst(0)]);
    }

    #[test]
    fn of_two_that_are_exactly_alike_the_earlier_in_the_list_goes_first() {
        let twice = [found(1000, 100, 0.0, 200e3), found(1000, 100, 0.0, 200e3)];
        let matches = fates(&[burst(1000, 100, 0.0, 200e3)], &twice);
        assert_eq!(matches.found, [FoundFate::Burst(0), FoundFate::Piece(0)]);
        let twice = [burst(1000, 100, 0.0, 200e3), burst(1000, 100, 0.0, 200e3)];
        let matches = fates(&twice, &[found(1000, 100, 0.0, 200e3)]);
        assert_eq!(matches.truth, [TruthFate::Found(0), TruthFate::Merged(0)]);
    }

    #[test]
    fn the_pieces_of_a_burst_beyond_the_first_are_pieces() {
        let pieces = [found(1000, 300, 0.0, 200e3), found(1400, 350, 0.0, 200e3), found(1800, 200, 0.0, 200e3)];
        let matches = fates(&[burst(1000, 1000, 0.0, 200e3)], &pieces);
        assert_eq!(matches.truth, [TruthFate::Found(1)]);
        assert_eq!(matches.found, [FoundFate::Piece(0), FoundFate::Burst(0), FoundFate::Piece(0)]);
        // One that reaches out by more than half is no piece.
        let matches =
            fates(&[burst(1000, 1000, 0.0, 200e3)], &[found(1000, 1000, 0.0, 200e3), found(1500, 1100, 0.0, 200e3)]);
        assert_eq!(matches.found, [FoundFate::Burst(0), FoundFate::FalseAlarm]);
    }

    #[test]
    fn bursts_under_one_detection_are_found_once_and_else_merged() {
        let truth = [burst(1000, 100, 0.0, 200e3), burst(1150, 120, 0.0, 200e3), burst(1300, 100, 0.0, 200e3)];
        let matches = fates(&truth, &[found(1000, 400, 0.0, 200e3)]);
        assert_eq!(matches.truth, [TruthFate::Merged(0), TruthFate::Found(0), TruthFate::Merged(0)]);
        assert_eq!(matches.found, [FoundFate::Burst(1)]);
        // A wide burst of which a detection of another covers a corner is missed, not merged.
        let truth = [burst(1000, 100, 0.0, 200e3), burst(1000, 1000, -500e3, 500e3)];
        let matches = fates(&truth, &[found(1000, 100, 0.0, 200e3)]);
        assert_eq!(matches.truth, [TruthFate::Found(0), TruthFate::Missed]);
    }

    #[test]
    fn what_other_energy_explains_is_set_aside() {
        let truth = [other(0, 100_000, 300e3, 301e3), burst(5000, 100, 200e3, 400e3)];
        // The carrier as a detector sees it, once with the burst inside, once with the burst found too.
        let carrier = found(0, 50_000, 295e3, 306e3);
        let matches = fates(&truth, std::slice::from_ref(&carrier));
        assert_eq!(matches.truth, [TruthFate::NotABurst, TruthFate::Missed]);
        assert_eq!(matches.found, [FoundFate::Other(0)]);
        let matches = fates(&truth, &[carrier, found(5010, 95, 210e3, 390e3), found(5000, 100, 0.0, 150e3)]);
        assert_eq!(matches.truth, [TruthFate::NotABurst, TruthFate::Found(1)]);
        assert_eq!(matches.found, [FoundFate::Other(0), FoundFate::Burst(1), FoundFate::FalseAlarm]);
    }

    #[test]
    fn a_burst_within_a_hump_is_found_by_its_own_detection() {
        let truth = [other(0, 100_000, -500e3, 500e3), burst(5000, 100, 0.0, 200e3)];
        let both = [found(5020, 60, 20e3, 180e3), found(7000, 100, 0.0, 200e3)];
        let matches = fates(&truth, &both);
        assert_eq!(matches.truth, [TruthFate::NotABurst, TruthFate::Found(0)]);
        assert_eq!(matches.found, [FoundFate::Burst(1), FoundFate::Other(0)]);
    }

    #[test]
    fn without_edges_time_alone_decides() {
        let truth = [burst(1000, 100, 0.0, 200e3), burst(3000, 100, -600e3, -400e3)];
        let at = |start| Found { edges: None, ..found(start, 100, 0.0, 1.0) };
        let matches = fates(&truth, &[at(1040), at(2000), at(2960)]);
        assert_eq!(matches.truth, [TruthFate::Found(0), TruthFate::Found(2)]);
        assert_eq!(matches.found, [FoundFate::Burst(0), FoundFate::FalseAlarm, FoundFate::Burst(1)]);
    }

    #[test]
    fn bursts_are_cut_to_the_band_first() {
        // 4.5 MHz about the edge of a band of 2.4 MHz, seen as the 0.7 MHz that lie in it.
        let truth = [burst(1000, 100, 0.5e6, 5e6), burst(5000, 100, 1.3e6, 2e6)];
        let matches = fates(&truth, &[found(1000, 100, 0.5e6, 1.2e6)]);
        assert_eq!(matches.truth, [TruthFate::Found(0), TruthFate::NotABurst]);
    }

    #[test]
    fn a_hundred_thousand_bursts_under_long_ones_take_no_time() {
        let mut truth: Vec<Truth> = (0..100_000).map(|i| burst(1000 * i, 500, 0.0, 200e3)).collect();
        truth.extend((0..20).map(|i| other(0, 100_000_000, 1e6 - 5e3 * f64::from(i), 1.001e6 - 5e3 * f64::from(i))));
        let found: Vec<Found> = (0..100_000).map(|i| found(1000 * i + 20, 480, 0.0, 200e3)).collect();
        let begun = std::time::Instant::now();
        let matches = fates(&truth, &found);
        assert!(matches.truth[..100_000].iter().enumerate().all(|(i, fate)| *fate == TruthFate::Found(i)));
        // Every burst with every detection would take minutes.
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }
}
