//! Numbers and units as people read them: "−" for minus, a thin space between thousands, units always.

use crate::iq::Tuning;
use crate::units::Hertz;

/// Thin space, between groups of three figures.
const THIN_SPACE: char = '\u{2009}';

/// `value` with `decimals` figures behind the point, "−" for minus and thin spaces between thousands; no "−0".
pub fn number(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut out = String::with_capacity(plain.len() + 8);
    if value < 0.0 && plain.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, figure) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 && whole.len() > 3 {
            out.push(THIN_SPACE);
        }
        out.push(figure);
    }
    out + rest
}

/// [`number`] with "+" before what is above zero.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let above_zero = value > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if above_zero { format!("+{text}") } else { text }
}

/// A whole number with thin spaces between thousands.
pub fn count(value: u64) -> String {
    number(value as f64, 0)
}

/// "{n} burst" or "{n} bursts": `one` for 1, `many` for every other number.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A length of time: `0.32 ms`, `54 ms`, `0.57 s`, `4.96 s`, `28.6 s`, `2 min 05 s`, `1 h 02 min`.
pub fn duration(seconds: f64) -> String {
    let ms = seconds * 1e3;
    if ms < 9.995 {
        format!("{} ms", number(ms, 2))
    } else if ms < 99.95 {
        format!("{} ms", trimmed(ms, 1))
    } else if seconds < 9.995 {
        format!("{} s", number(seconds, 2))
    } else if seconds < 119.95 {
        format!("{} s", number(seconds, 1))
    } else if seconds < 3599.5 {
        let whole = seconds.round() as u64;
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        let minutes = (seconds / 60.0).round() as u64;
        format!("{} h {:02} min", count(minutes / 60), minutes % 60)
    }
}

/// A place in time, from the recording's first sample: `24.00 s`, `12:34.5`, `1:02:34`. `run_s` is the last such
/// place, so that all rows of a list look alike.
pub fn place(seconds: f64, run_s: f64) -> String {
    if run_s < 1.0 {
        format!("{} ms", number(seconds * 1e3, 1))
    } else if run_s < 600.0 {
        format!("{} s", number(seconds, 2))
    } else if run_s < 3600.0 {
        let tenths = (seconds * 10.0).round() as u64;
        format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    } else {
        let whole = seconds.round() as u64;
        format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
    }
}

/// A sample rate: `2.4 MS/s`, `250 kS/s`.
pub fn sample_rate(rate: Hertz) -> String {
    if rate.0 >= 1e6 {
        format!("{} MS/s", trimmed(rate.0 / 1e6, 6))
    } else if rate.0 >= 1e3 {
        format!("{} kS/s", trimmed(rate.0 / 1e3, 3))
    } else {
        format!("{} S/s", trimmed(rate.0, 3))
    }
}

/// `value` with at most `decimals` figures behind the point and no zeros at its end.
pub fn trimmed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// How frequencies of a stream are written: absolute, or as offsets where the centre is unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrequencyScale {
    /// Name of the unit: `MHz`.
    pub unit: &'static str,
    /// Hertz in one of them.
    pub hertz: f64,
    /// The centre, when it is known.
    pub center: Option<Hertz>,
}

impl FrequencyScale {
    /// The unit that suits `tuning`.
    pub fn of(tuning: &Tuning) -> Self {
        let largest = tuning.center.map_or(tuning.sample_rate.0 / 2.0, |center| center.0.abs());
        let (unit, hertz) = match largest {
            1e6.. => ("MHz", 1e6),
            1e3.. => ("kHz", 1e3),
            _ => ("Hz", 1.0),
        };
        FrequencyScale { unit, hertz, center: tuning.center }
    }

    /// A baseband `offset` in this unit.
    pub fn value(&self, offset: Hertz) -> f64 {
        (self.center.unwrap_or_default() + offset).0 / self.hertz
    }

    /// The offset of a `value` in this unit.
    pub fn offset(&self, value: f64) -> Hertz {
        Hertz(value * self.hertz) - self.center.unwrap_or_default()
    }

    /// A figure for a list: to 10 kHz when absolute in MHz, offsets with their sign.
    pub fn figure(&self, offset: Hertz) -> String {
        let decimals = if self.hertz >= 1e6 { 2 } else { 0 };
        match self.center {
            Some(_) => number(self.value(offset), decimals),
            None => signed(self.value(offset), decimals),
        }
    }

    /// The centre in words: `897.300 MHz`.
    pub fn center_text(&self) -> Option<String> {
        let center = self.center?.0 / self.hertz;
        let decimals = if self.hertz < 1e3 { 0 } else { 3 };
        // A centre that is not a round number of kilohertz keeps all its figures.
        let exact = (center * 10f64.powi(decimals)).fract().abs() < 1e-4;
        let text = if exact { number(center, decimals as usize) } else { trimmed(center, 6) };
        Some(format!("{text} {}", self.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_true_minus_and_thin_spaces() {
        let written =
            [number(-30.0, 0), number(1046.0, 0), number(14_900_000.0, 0), number(-0.04, 1), number(999.5, 1)];
        assert_eq!(written, ["−30", "1\u{2009}046", "14\u{2009}900\u{2009}000", "0.0", "999.5"]);
        assert_eq!([signed(500.0, 0), signed(-500.0, 0), signed(0.2, 0)], ["+500", "−500", "0"]);
        assert_eq!(counted(1, "burst", "bursts"), "1 burst");
        assert_eq!(counted(1046, "burst", "bursts"), "1\u{2009}046 bursts");
    }

    #[test]
    fn times_have_three_figures_or_so_and_their_unit() {
        let written = [0.00032, 0.054, 0.0123, 0.5749, 0.9996, 4.96, 28.6, 125.0, 3720.0].map(duration);
        assert_eq!(
            written,
            ["0.32 ms", "54 ms", "12.3 ms", "0.57 s", "1.00 s", "4.96 s", "28.6 s", "2 min 05 s", "1 h 02 min"]
        );
        let places = [place(0.0123, 0.4), place(24.0, 60.0), place(754.52, 1800.0), place(3754.5, 7200.0)];
        assert_eq!(places, ["12.3 ms", "24.00 s", "12:34.5", "1:02:35"]);
        assert_eq!([2.4e6, 250e3, 2_048_000.0].map(|r| sample_rate(Hertz(r))), ["2.4 MS/s", "250 kS/s", "2.048 MS/s"]);
    }

    #[test]
    fn frequencies_are_absolute_or_say_their_sign() {
        let known = FrequencyScale::of(&Tuning { center: Some(Hertz(897.3e6)), sample_rate: Hertz(2.4e6) });
        assert_eq!(known.figure(Hertz(-0.5e6)), "896.80");
        assert_eq!(known.center_text().as_deref(), Some("897.300 MHz"));
        let odd = FrequencyScale::of(&Tuning { center: Some(Hertz(433_920_125.0)), sample_rate: Hertz(250e3) });
        assert_eq!(odd.center_text().as_deref(), Some("433.920125 MHz"));
        let unknown = FrequencyScale::of(&Tuning { center: None, sample_rate: Hertz(1e6) });
        assert_eq!((unknown.unit, unknown.figure(Hertz(120e3)), unknown.center_text()), ("kHz", "+120".into(), None));
    }
}
