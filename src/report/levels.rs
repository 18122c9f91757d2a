//! What a waterfall's colours mean: power, or the detector's view.

use super::palette::Palette;
use super::row_store::hundredths;
use super::ticks::ticks;
use super::tokens::Rgb;
use crate::detect::BestBox;

/// What the waterfall shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaterfallView {
    /// Power per bin.
    #[default]
    Power,
    /// The detector's view: of the box that stands out most at each place, its mean over the noise.
    Detector,
}

/// What is added to the level of a box over its threshold, in hundredths of a decibel: it ranks above every other.
const OVER: i16 = 16_000;

/// The level of a box as a waterfall stores it: hundredths of a decibel over the noise, and [`OVER`] more if the box is
/// over its threshold. The maximum of several is the strongest box over its threshold, if there is one.
pub(super) fn box_level(shown: &BestBox) -> i16 {
    let level = hundredths(shown.mean);
    // A threshold is over the noise's mean: what passed it has no level under 0.
    if shown.over { OVER + level.clamp(0, OVER - 1) } else { level.clamp(-OVER, OVER - 1) }
}

/// How the levels of a waterfall become colours, and how a colour bar shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LevelScale {
    /// Levels in dBFS, the palette running from the lower to the higher.
    Power {
        /// Level of the palette's first colour.
        low_db: f32,
        /// Level of the palette's last colour.
        high_db: f32,
    },
    /// Boxes in dB over the noise. Those under their threshold have the palette's low end, those over it the rest: between
    /// the two the palette jumps, so that a box that passed is seen, however little it is over the noise.
    Boxes {
        /// How far all levels are moved up, in decibels.
        brighter_db: f32,
    },
}

/// Share of the colour bar, from its low end, for boxes under their threshold.
const UNDER_SHARE: f32 = 0.25;

/// Share of the palette that they have, and where the colours of the others begin.
const UNDER_COLORS: f32 = 0.24;
const OVER_COLORS: f32 = 0.46;

/// Decibels over the noise that the two parts of the bar end with; both begin with 0.
const UNDER_DB: f32 = 4.0;
const OVER_DB: f32 = 30.0;

impl LevelScale {
    /// The place of a level on the colour bar, 0 to 1 from its low end.
    pub fn place(&self, level: i16) -> f32 {
        let db = f32::from(level) / 100.0;
        match *self {
            LevelScale::Power { low_db, high_db } => ((db - low_db) / (high_db - low_db)).clamp(0.0, 1.0),
            LevelScale::Boxes { brighter_db } if level < OVER => {
                UNDER_SHARE * ((db + brighter_db) / UNDER_DB).clamp(0.0, 1.0)
            }
            LevelScale::Boxes { brighter_db } => {
                let db = f32::from(level - OVER) / 100.0 + brighter_db;
                // Just over the part for the others, so that no box over its threshold is at their end.
                (UNDER_SHARE + (1.0 - UNDER_SHARE) * (db / OVER_DB).clamp(0.0, 1.0)).max(UNDER_SHARE + 1e-4)
            }
        }
    }

    /// The colour at a place of the colour bar.
    pub fn color_at(&self, palette: Palette, place: f32) -> Rgb {
        let x = match *self {
            LevelScale::Power { .. } => place,
            LevelScale::Boxes { .. } if place <= UNDER_SHARE => place / UNDER_SHARE * UNDER_COLORS,
            LevelScale::Boxes { .. } => OVER_COLORS + (place - UNDER_SHARE) / (1.0 - UNDER_SHARE) * (1.0 - OVER_COLORS),
        };
        palette.table()[(x * 255.0).round().clamp(0.0, 255.0) as usize]
    }

    /// The colour of a level.
    pub fn color(&self, palette: Palette, level: i16) -> Rgb {
        self.color_at(palette, self.place(level))
    }

    /// The place on the colour bar where boxes over their threshold begin, in the detector's view.
    pub fn threshold(&self) -> Option<f32> {
        matches!(self, LevelScale::Boxes { .. }).then_some(UNDER_SHARE)
    }

    /// About `most` figures beside the colour bar, each with its place.
    pub fn figures(&self, most: usize) -> Vec<(f32, String)> {
        let part = |low: f32, high: f32, most: usize, place: &dyn Fn(f32) -> f32| {
            let found = ticks(f64::from(low), f64::from(high), most);
            (0..found.values.len()).map(|i| (place(found.values[i] as f32), found.text(i))).collect::<Vec<_>>()
        };
        match *self {
            LevelScale::Power { low_db, high_db } => {
                part(low_db, high_db, most.max(2), &|db| (db - low_db) / (high_db - low_db))
            }
            LevelScale::Boxes { brighter_db } => {
                let under = |db: f32| UNDER_SHARE * (db + brighter_db) / UNDER_DB;
                let over = |db: f32| UNDER_SHARE + (1.0 - UNDER_SHARE) * (db + brighter_db) / OVER_DB;
                let mut all = part(-brighter_db, UNDER_DB - brighter_db, 3, &under);
                // The words for the two parts stand where they meet.
                all.retain(|(place, _)| *place < 0.6 * UNDER_SHARE);
                let above = part(-brighter_db, OVER_DB - brighter_db, most.max(4) - 1, &over);
                all.extend(above.into_iter().filter(|(place, _)| *place > 1.4 * UNDER_SHARE));
                all
            }
        }
    }

    /// The unit of the figures.
    pub fn unit(&self) -> &'static str {
        match self {
            LevelScale::Power { .. } => "dBFS",
            LevelScale::Boxes { .. } => "dB",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(mean: f32, over: bool) -> i16 {
        box_level(&BestBox { mean, over })
    }

    #[test]
    fn a_box_over_its_threshold_outranks_and_outshines_every_box_under_its_own() {
        let scale = LevelScale::Boxes { brighter_db: 0.0 };
        for palette in Palette::ALL {
            let light = |level: i16| {
                let light = scale.color(palette, level).luminance();
                if palette.stronger_is_darker() { 1.0 - light } else { light }
            };
            let under = level(1e3, false);
            for mean in [0.0, 0.5, 1.01, 1.2, 3.0, 100.0, 1e12, f32::MAX] {
                assert!(level(mean, true) > under, "{mean}");
                assert!(light(level(mean, true)) > light(under) + 0.05, "{palette:?} {mean}");
            }
        }
    }

    #[test]
    fn levels_stand_on_the_bar_where_its_figures_say() {
        let at = |mean_db: f32, over: bool, scale: LevelScale| scale.place(level(10f32.powf(mean_db / 10.0), over));
        for brighter_db in [-4.0, 0.0, 6.0] {
            let scale = LevelScale::Boxes { brighter_db };
            let threshold = scale.threshold().expect("the detector's view has one");
            let figures = scale.figures(6);
            assert!(figures.len() >= 3, "{figures:?}");
            for (place, text) in figures {
                let db: f32 = text.replace('−', "-").parse().expect("a figure");
                let found = at(db, place > threshold, scale);
                assert!((found - place).abs() < 2e-3, "{text} at {place}: {found}");
            }
        }
        let power = LevelScale::Power { low_db: -80.0, high_db: -40.0 };
        assert_eq!([power.place(-8000), power.place(-5000), power.place(0)], [0.0, 0.75, 1.0]);
        assert_eq!(power.threshold(), None);
    }

    #[test]
    fn levels_outside_the_range_take_the_end_colours() {
        let table = Palette::Grey.table();
        let scale = LevelScale::Power { low_db: -90.0, high_db: -50.0 };
        assert_eq!(scale.color(Palette::Grey, -12000), table[0]);
        assert_eq!(scale.color(Palette::Grey, -7000), table[128]);
        assert_eq!(scale.color(Palette::Grey, 0), table[255]);
    }
}
