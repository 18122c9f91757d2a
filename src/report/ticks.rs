//! Where an axis has its figures.

use super::words::number;

/// The figures of an axis, in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    /// Values in the axis' unit, multiples of `step`.
    pub values: Vec<f64>,
    /// Distance between two values.
    pub step: f64,
    /// Figures behind the point that tell two values apart.
    pub decimals: usize,
}

impl Ticks {
    /// Value `index` as text, without its unit.
    pub fn text(&self, index: usize) -> String {
        number(self.values[index], self.decimals)
    }
}

/// At most `most` round values between `low` and `high`: the smallest step of 1, 2, 4 or 5 times a power of ten that
/// gives no more.
pub fn ticks(low: f64, high: f64, most: usize) -> Ticks {
    let rough = (high - low) / most.max(1) as f64;
    let exponent = rough.log10().floor();
    let power = 10f64.powf(exponent);
    let multiple = [1.0, 2.0, 4.0, 5.0].into_iter().find(|m| m * power >= rough * 0.999).unwrap_or(10.0);
    let decimals = if multiple == 10.0 { -(exponent + 1.0) } else { -exponent }.max(0.0) as usize;
    multiples(low, high, multiple * power, decimals)
}

fn multiples(low: f64, high: f64, step: f64, decimals: usize) -> Ticks {
    if !(step.is_finite() && step > 0.0) {
        return Ticks { values: Vec::new(), step: 0.0, decimals: 0 };
    }
    let (from, to) = ((low / step - 1e-6).ceil() as i64, (high / step + 1e-6).floor() as i64);
    Ticks { values: (from..=to).map(|i| i as f64 * step).collect(), step, decimals }
}

/// The unit of a time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Milliseconds, for less than a second.
    Milliseconds,
    /// Seconds, up to five minutes.
    Seconds,
    /// Minutes, up to five hours.
    Minutes,
    /// Hours.
    Hours,
}

impl TimeUnit {
    /// The unit for an axis of `span_s` seconds.
    pub fn of(span_s: f64) -> Self {
        match span_s {
            ..1.0 => TimeUnit::Milliseconds,
            ..300.0 => TimeUnit::Seconds,
            ..18e3 => TimeUnit::Minutes,
            _ => TimeUnit::Hours,
        }
    }

    /// Seconds in one of them.
    pub fn seconds(self) -> f64 {
        match self {
            TimeUnit::Milliseconds => 1e-3,
            TimeUnit::Seconds => 1.0,
            TimeUnit::Minutes => 60.0,
            TimeUnit::Hours => 3600.0,
        }
    }

    /// Its name: `s`.
    pub fn name(self) -> &'static str {
        match self {
            TimeUnit::Milliseconds => "ms",
            TimeUnit::Seconds => "s",
            TimeUnit::Minutes => "min",
            TimeUnit::Hours => "h",
        }
    }
}

/// At most `most` round times between `low_s` and `high_s`, in the unit that suits their distance.
pub fn time_ticks(low_s: f64, high_s: f64, most: usize) -> (Ticks, TimeUnit) {
    let unit = TimeUnit::of(high_s - low_s);
    let (low, high) = (low_s / unit.seconds(), high_s / unit.seconds());
    let rough = (high - low) / most.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    // Tens of seconds and of minutes go 10, 15, 30, 60; everything else 1, 2, 5.
    let sixty = matches!(unit, TimeUnit::Seconds | TimeUnit::Minutes) && rough > 10.0;
    let steps: &[f64] = if sixty { &[15.0, 20.0, 30.0, 60.0, 120.0] } else { &[1.0, 2.0, 5.0, 10.0] };
    let scale = if sixty { 1.0 } else { power };
    let step = steps.iter().map(|s| s * scale).find(|&s| s >= rough * 0.999).unwrap_or(rough);
    let decimals = (-(step * 1.001).log10().floor()).max(0.0) as usize;
    (multiples(low, high, step, decimals), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &Ticks) -> Vec<String> {
        (0..ticks.values.len()).map(|i| ticks.text(i)).collect()
    }

    #[test]
    fn an_axis_has_round_figures_and_no_more_than_asked_for() {
        assert_eq!(texts(&ticks(896.1, 898.5, 7)), ["896.4", "896.8", "897.2", "897.6", "898.0", "898.4"]);
        assert_eq!(texts(&ticks(-74.0, -28.0, 3)), ["−60", "−40"]);
        assert_eq!(texts(&ticks(-500.0, 500.0, 6)), ["−400", "−200", "0", "200", "400"]);
        assert_eq!(
            texts(&ticks(0.0, 1.0, 10)),
            ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"]
        );
        assert_eq!(texts(&ticks(0.0, 0.0, 5)), [""; 0]);
    }

    #[test]
    fn every_axis_keeps_to_its_bound() {
        for most in 1..12 {
            for i in 0..200 {
                let (low, high) = (f64::from(i) * 0.37 - 20.0, f64::from(i) * 0.37 - 20.0 + 1.07f64.powi(i));
                assert!(ticks(low, high, most).values.len() <= most + 1);
                assert!(time_ticks(0.0, high - low, most).0.values.len() <= most + 1);
            }
        }
    }

    #[test]
    fn times_take_the_unit_of_their_span() {
        let axis = |span, most| {
            let (ticks, unit) = time_ticks(0.0, span, most);
            (texts(&ticks).join(" "), unit.name())
        };
        assert_eq!(axis(28.6, 7), ("0 5 10 15 20 25".into(), "s"));
        assert_eq!(axis(61.0, 7), ("0 10 20 30 40 50 60".into(), "s"));
        assert_eq!(axis(0.23, 6), ("0 50 100 150 200".into(), "ms"));
        assert_eq!(axis(1.2, 6), ("0.0 0.2 0.4 0.6 0.8 1.0 1.2".into(), "s"));
        assert_eq!(axis(130.0, 6), ("0 30 60 90 120".into(), "s"));
        assert_eq!(axis(3600.0, 7), ("0 10 20 30 40 50 60".into(), "min"));
        assert_eq!(axis(36_000.0, 6), ("0 2 4 6 8 10".into(), "h"));
    }
}
