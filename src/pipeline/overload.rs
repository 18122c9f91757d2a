//! Stretches in which the receiver clips.

use crate::detect::Event;
use crate::units::SampleIndex;

/// Share of clipped samples from which a chunk counts as overloaded.
const CLIPPED_SHARE: f64 = 1e-3;

/// Joins overloaded chunks to one event.
#[derive(Default)]
pub struct OverloadWatch {
    open: Option<(u64, u64, u64)>,
}

impl OverloadWatch {
    /// Takes the samples from `from` to before `to`, `clipped` of them clipped; the event when a stretch ended.
    pub fn take(&mut self, from: u64, to: u64, clipped: u64) -> Option<Event> {
        if clipped as f64 > CLIPPED_SHARE * (to - from) as f64 {
            let open = self.open.get_or_insert((from, to, 0));
            open.1 = to;
            open.2 += clipped;
            None
        } else {
            self.finish()
        }
    }

    /// The event of a stretch that is still open.
    pub fn finish(&mut self) -> Option<Event> {
        let (from, to, clipped) = self.open.take()?;
        Some(Event::Overload { from: SampleIndex(from), to: SampleIndex(to), clipped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_overloaded_chunks_are_one_event() {
        let mut watch = OverloadWatch::default();
        let events: Vec<_> = [(0, 5), (100, 30), (200, 40), (300, 0)]
            .into_iter()
            .filter_map(|(at, n)| watch.take(at, at + 100, n))
            .collect();
        let event = Event::Overload { from: SampleIndex(0), to: SampleIndex(300), clipped: 75 };
        assert_eq!(events, [event]);
        assert_eq!(watch.finish(), None);
    }
}
