//! How long something was on the air, whatever overlaps.

/// The time that spans cover together: where two overlap, it counts once.
#[derive(Clone, Debug, Default)]
pub struct AirTime {
    /// Disjoint spans in order, first sample and one past the last.
    covered: Vec<(u64, u64)>,
    samples: u64,
}

impl AirTime {
    /// Adds the samples from `start` to before `end`. Spans come in order of their end.
    pub fn add(&mut self, start: u64, end: u64) {
        let (mut from, mut known) = (start, 0);
        while let Some(&(before, until)) = self.covered.last().filter(|span| span.1 >= from) {
            from = from.min(before);
            known += until - before;
            self.covered.pop();
        }
        let end = end.max(from + known);
        self.samples += end - from - known;
        self.covered.push((from, end));
    }

    /// Samples covered.
    pub fn samples(&self) -> u64 {
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_counts_once_also_when_a_long_span_holds_short_ones() {
        let mut air = AirTime::default();
        let mut totals = Vec::new();
        for (start, end) in [(10, 20), (15, 25), (40, 50), (60, 61), (30, 90), (0, 100), (200, 210)] {
            air.add(start, end);
            totals.push(air.samples());
        }
        assert_eq!(totals, [10, 15, 25, 26, 75, 100, 110]);
    }
}
