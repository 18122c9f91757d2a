//! Four newtypes, because mixing these is silent and likely. Everything else is a plain number with its unit
//! in its name: `power` is always linear with full scale 1, anything logarithmic ends in `_db` or `_dbfs`.

use std::fmt;
use std::ops::{Add, Sub};

/// A frequency or a bandwidth, in hertz.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Hertz(pub f64);

/// A level: 0 dBFS is the power of a complex tone of amplitude 1.
///
/// A level minus a level is a ratio, a level plus a ratio is a level, and two levels cannot be added:
///
/// ```compile_fail
/// let sum = glint::units::Dbfs(-30.0) + glint::units::Dbfs(-40.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Dbfs(pub f32);

/// A ratio of powers, in decibels.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Decibels(pub f32);

/// A sample's place in the stream, counted from the recording's first sample: the only clock there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleIndex(pub u64);

impl Dbfs {
    /// Level of a linear `power` with full scale 1. Zero power gives −∞.
    pub fn from_power(power: f64) -> Self {
        Dbfs((10.0 * power.log10()) as f32)
    }

    /// The linear power of this level, full scale 1.
    pub fn power(self) -> f64 {
        10f64.powf(f64::from(self.0) / 10.0)
    }
}

impl Decibels {
    /// A linear ratio of powers in decibels.
    pub fn from_ratio(ratio: f64) -> Self {
        Decibels((10.0 * ratio.log10()) as f32)
    }

    /// The linear ratio of powers.
    pub fn ratio(self) -> f64 {
        10f64.powf(f64::from(self.0) / 10.0)
    }
}

impl Sub for Dbfs {
    type Output = Decibels;
    fn sub(self, other: Dbfs) -> Decibels {
        Decibels(self.0 - other.0)
    }
}

impl Add<Decibels> for Dbfs {
    type Output = Dbfs;
    fn add(self, ratio: Decibels) -> Dbfs {
        Dbfs(self.0 + ratio.0)
    }
}

impl Sub<Decibels> for Dbfs {
    type Output = Dbfs;
    fn sub(self, ratio: Decibels) -> Dbfs {
        Dbfs(self.0 - ratio.0)
    }
}

impl Add for Hertz {
    type Output = Hertz;
    fn add(self, other: Hertz) -> Hertz {
        Hertz(self.0 + other.0)
    }
}

impl Sub for Hertz {
    type Output = Hertz;
    fn sub(self, other: Hertz) -> Hertz {
        Hertz(self.0 - other.0)
    }
}

impl SampleIndex {
    /// Seconds from the recording's first sample at `sample_rate` samples per second.
    pub fn seconds(self, sample_rate: Hertz) -> f64 {
        self.0 as f64 / sample_rate.0
    }
}

impl fmt::Display for SampleIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_ratios_agree_with_their_linear_values() {
        assert_eq!(Dbfs::from_power(1.0), Dbfs(0.0));
        assert!((Dbfs(-30.0).power() - 1e-3).abs() < 1e-12);
        assert_eq!(Dbfs(-30.0) - Dbfs(-60.0), Decibels(30.0));
        assert_eq!(Dbfs(-60.0) + Decibels(30.0), Dbfs(-30.0));
        assert!((Decibels(3.0).ratio() - 1.995_262).abs() < 1e-6);
    }
}
