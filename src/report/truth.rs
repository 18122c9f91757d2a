//! What a scene knows, as annotations of a recording of it.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use crate::error::Result;
use crate::iq::Tuning;
use crate::recording::Annotation;
use crate::scene::{Action, Kind, Scene, TruthBurst};
use crate::units::SampleIndex;

/// Seconds of a scene whose bursts are worked out at once: many, as the asking costs something; few, as they are kept.
const AT_ONCE_S: f64 = 2.0;

/// The truth of a part of a scene as annotations of a recording that holds this part, given while the recording is made:
/// what is in memory does not depend on the length of the part.
///
/// Samples count from the part's first one. What the ends cut is there as far as it is in the part, and says so.
#[derive(Debug)]
pub struct Truth {
    scene: Scene,
    tuning: Tuning,
    part: Range<u64>,
    /// Bursts that are worked out and not given yet.
    waiting: VecDeque<TruthBurst>,
    /// Sample of the scene up to which bursts are worked out.
    known_to: u64,
    /// Actions that were given.
    actions_given: usize,
    given: Given,
}

/// What was given, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Handsets' bursts.
    pub bursts: u64,
    /// Labels of these bursts, each once.
    pub kinds: BTreeSet<String>,
    /// What is really sent and no burst of a handset.
    pub others: u64,
    /// What people did.
    pub actions: u64,
}

impl Truth {
    /// The truth of the `length` samples of `scene` from number `first` on.
    pub fn new(scene: Scene, first: SampleIndex, length: u64) -> Self {
        Truth {
            tuning: scene.tuning(),
            part: first.0..first.0.saturating_add(length),
            waiting: scene.truth_across(first).into(),
            known_to: first.0,
            actions_given: 0,
            given: Given::default(),
            scene,
        }
    }

    /// Gives everything that starts before sample `to` of the scene and was not given yet, in order of start.
    ///
    /// # Errors
    /// Those of `give`, which ends it.
    pub fn give_to(&mut self, to: SampleIndex, mut give: impl FnMut(&Annotation) -> Result<()>) -> Result<()> {
        loop {
            while let Some(burst) = self.waiting.pop_front_if(|burst| burst.start < to) {
                self.give_actions(burst.start.0, &mut give)?;
                self.give_burst(burst, &mut give)?;
            }
            if self.known_to >= to.0 {
                return self.give_actions(to.0.saturating_sub(1), &mut give);
            }
            let until = (self.known_to + self.at_once()).min(self.part.end.max(to.0));
            self.waiting.extend(self.scene.truth(SampleIndex(self.known_to), SampleIndex(until)));
            self.known_to = until;
        }
    }

    /// Samples whose bursts are worked out at once.
    fn at_once(&self) -> u64 {
        (AT_ONCE_S * self.tuning.sample_rate.0) as u64
    }

    /// What was given so far.
    pub fn given(&self) -> &Given {
        &self.given
    }

    fn give_burst(&mut self, burst: TruthBurst, give: &mut impl FnMut(&Annotation) -> Result<()>) -> Result<()> {
        let Some(marked) = self.marked(burst.start.0, burst.count) else {
            return Ok(());
        };
        let kind = match burst.kind {
            Kind::Burst => {
                self.given.bursts += 1;
                if !self.given.kinds.contains(&burst.label) {
                    self.given.kinds.insert(burst.label.clone());
                }
                None
            }
            Kind::Other => {
                self.given.others += 1;
                Some("other".to_owned())
            }
        };
        give(&Annotation {
            edges: Some((self.tuning.absolute(burst.low).0, self.tuning.absolute(burst.high).0)),
            label: Some(burst.label),
            kind,
            snr_db: Some(burst.snr.0.into()),
            level_dbfs: Some(burst.level.0.into()),
            ..marked
        })
    }

    /// Gives the actions that start at sample `to` of the scene or before.
    fn give_actions(&mut self, to: u64, give: &mut impl FnMut(&Annotation) -> Result<()>) -> Result<()> {
        while let Some(action) = self.scene.actions().get(self.actions_given).filter(|action| action.start.0 <= to) {
            let Action { start, count, label } = action;
            let marked = self.marked(start.0, *count).map(|marked| Annotation {
                label: Some(label.clone()),
                kind: Some("action".to_owned()),
                ..marked
            });
            self.actions_given += 1;
            if let Some(marked) = marked {
                self.given.actions += 1;
                give(&marked)?;
            }
        }
        Ok(())
    }

    /// What of `count` samples of the scene from number `start` on lies in the part, if anything does.
    fn marked(&self, start: u64, count: u64) -> Option<Annotation> {
        let end = start.saturating_add(count);
        let inside = start.max(self.part.start)..end.min(self.part.end);
        (!inside.is_empty()).then(|| Annotation {
            start: inside.start - self.part.start,
            count: inside.end - inside.start,
            cut_start: start < inside.start,
            cut_end: inside.end < end,
            ..Annotation::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Dbfs, Decibels, Hertz};

    fn demo() -> Scene {
        Scene::named("demo").unwrap()
    }

    /// What is given of samples `first` to `first + length` of the demonstration, `step` samples at a time.
    fn given(first: u64, length: u64, step: u64) -> (Vec<Annotation>, Given) {
        let mut truth = Truth::new(demo(), SampleIndex(first), length);
        let mut all = Vec::new();
        let mut to = first;
        while to < first + length {
            to = (to + step).min(first + length);
            let before = all.len();
            truth
                .give_to(SampleIndex(to), |annotation| {
                    all.push(annotation.clone());
                    Ok(())
                })
                .unwrap();
            assert!(all[before..].iter().all(|annotation| annotation.start + first < to), "nothing comes too early");
        }
        (all, truth.given().clone())
    }

    #[test]
    fn the_truth_is_the_same_in_whatever_pieces_it_is_given() {
        let whole = given(49_000_000, 10_000_000, 10_000_000);
        assert!(whole.0.len() > 100 && whole.0.is_sorted_by_key(|annotation| annotation.start));
        for step in [1_000, 65_536, 3_000_000] {
            assert_eq!(given(49_000_000, 10_000_000, step), whole, "{step}");
        }
    }

    #[test]
    fn what_is_no_burst_of_a_handset_is_marked_and_counted_by_itself() {
        let mut truth = Truth::new(demo(), SampleIndex(1000), 5000);
        let carrier = |start, count, kind| TruthBurst {
            start: SampleIndex(start),
            count,
            low: Hertz(-500.0),
            high: Hertz(500.0),
            label: "Carrier".to_owned(),
            level: Dbfs(-40.0),
            snr: Decibels(20.0),
            kind,
        };
        let mut all = Vec::new();
        for (start, count, kind) in [
            (0, 1000, Kind::Other),
            (0, 1_000_000, Kind::Other),
            (2000, 10, Kind::Burst),
            (5990, 11, Kind::Burst),
            (6000, 5, Kind::Burst),
        ] {
            truth
                .give_burst(carrier(start, count, kind), &mut |annotation: &Annotation| {
                    all.push(annotation.clone());
                    Ok(())
                })
                .unwrap();
        }
        let seen: Vec<_> =
            all.iter().map(|a| (a.start, a.count, a.kind.as_deref(), (a.cut_start, a.cut_end))).collect();
        assert_eq!(
            seen,
            [(0, 5000, Some("other"), (true, true)), (1000, 10, None, (false, false)), (4990, 10, None, (false, true)),]
        );
        assert_eq!((all[0].edges, all[0].snr_db), (Some((897_299_500.0, 897_300_500.0)), Some(20.0)));
        let kinds = BTreeSet::from(["Carrier".to_owned()]);
        assert_eq!(truth.given(), &Given { bursts: 2, kinds, others: 1, actions: 0 });
    }
}
