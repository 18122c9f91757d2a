//! What a file's name says about its samples.
//!
//! The rules are rtl_433's (its help for `-r`): a number followed by `M`, `Hz`, `kHz`, `MHz` or `GHz` is the centre
//! frequency, one followed by `k`, `sps`, `ksps`, `Msps` or `Gsps` the sample rate; letters of either case; each
//! between characters that are neither letter nor digit. Where a name says one twice, the last counts.

use super::{center_is_plausible, rate_is_plausible};
use crate::iq::SampleFormat;
use crate::units::Hertz;

/// What was found in a file's name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FromName {
    /// From the extension.
    pub format: Option<SampleFormat>,
    /// Samples per second.
    pub sample_rate: Option<Hertz>,
    /// Centre frequency.
    pub center: Option<Hertz>,
}

/// Reads `name`, a file's name without its folder. A value that cannot be one is no value.
pub fn from_name(name: &str) -> FromName {
    let mut found = FromName { format: format_of(name), ..FromName::default() };
    let mut rest = name;
    while let Some(at) = rest.find(char::is_alphanumeric) {
        rest = &rest[at..];
        let number = leading_number(rest);
        let letters = leading(&rest[number.len()..], char::is_alphanumeric);
        let token = number.len() + letters.len();
        if let Ok(value) = number.parse::<f64>() {
            match letters.to_ascii_lowercase().as_str() {
                "m" | "mhz" => found.set_center(value * 1e6),
                "hz" => found.set_center(value),
                "khz" => found.set_center(value * 1e3),
                "ghz" => found.set_center(value * 1e9),
                "k" | "ksps" => found.set_rate(value * 1e3),
                "sps" => found.set_rate(value),
                "msps" => found.set_rate(value * 1e6),
                "gsps" => found.set_rate(value * 1e9),
                _ => {}
            }
        }
        rest = &rest[token..];
    }
    found
}

impl FromName {
    /// Rounded to the millihertz, so that 868.3 M is 868 300 000 and nothing beside it.
    fn set_center(&mut self, hertz: f64) {
        let hertz = (hertz * 1e3).round() / 1e3;
        if center_is_plausible(hertz) {
            self.center = Some(Hertz(hertz));
        }
    }

    fn set_rate(&mut self, hertz: f64) {
        let hertz = (hertz * 1e3).round() / 1e3;
        if rate_is_plausible(hertz) {
            self.sample_rate = Some(Hertz(hertz));
        }
    }
}

/// The format an extension names: that of the same spelling, or GNU Radio's `cfile`.
fn format_of(name: &str) -> Option<SampleFormat> {
    let (_, extension) = name.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "cfile" => Some(SampleFormat::Cf32Le),
        extension => SampleFormat::from_name(extension),
    }
}

/// Digits, with one point between digits, that `text` begins with.
fn leading_number(text: &str) -> &str {
    let whole = leading(text, |c| c.is_ascii_digit());
    let fraction = text[whole.len()..].strip_prefix('.').map_or("", |rest| leading(rest, |c| c.is_ascii_digit()));
    match (whole, fraction) {
        ("", _) | (_, "") => whole,
        _ => &text[..whole.len() + 1 + fraction.len()],
    }
}

/// The characters `text` begins with that are `of_kind`.
fn leading(text: &str, of_kind: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !of_kind(c)).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(name: &str) -> (Option<f64>, Option<f64>, Option<&'static str>) {
        let FromName { format, sample_rate, center } = from_name(name);
        (center.map(|f| f.0), sample_rate.map(|f| f.0), format.map(SampleFormat::name))
    }

    #[test]
    fn names_in_the_manner_of_rtl_433_give_centre_and_rate() {
        assert_eq!(found("g001_868.3M_1024k.cu8"), (Some(868.3e6), Some(1.024e6), Some("cu8")));
        assert_eq!(found("modes1_1090M_2000k.cu8"), (Some(1090e6), Some(2e6), Some("cu8")));
        assert_eq!(found("g001_868.3M_1024k"), (Some(868.3e6), Some(1.024e6), None));
        assert_eq!(found("uplink-897.3MHz-2.4Msps.CS16"), (Some(897.3e6), Some(2.4e6), Some("ci16_le")));
        assert_eq!(found("868300kHz 250000sps.cf32"), (Some(868.3e6), Some(250e3), Some("cf32_le")));
    }

    #[test]
    fn a_name_with_only_one_of_them_gives_that_one() {
        assert_eq!(found("at_433.92M.cs8"), (Some(433.92e6), None, Some("ci8")));
        assert_eq!(found("take_250k.cfile"), (None, Some(250e3), Some("cf32_le")));
    }

    #[test]
    fn other_numbers_in_a_name_mean_nothing() {
        assert_eq!(found("f1860_s1.92_g0_1s.bin"), (None, None, None));
        assert_eq!(found("20240101_120000.raw"), (None, None, None));
        assert_eq!(found("bpsk-1-2-15db.cf32"), (None, None, Some("cf32_le")));
        assert_eq!(found("a100M_b2k.iq"), (None, None, None));
    }

    #[test]
    fn a_value_that_cannot_be_one_is_no_value() {
        assert_eq!(found("x_0k_99999999M.cu8"), (None, None, Some("cu8")));
        assert_eq!(found("x_0.5k_5000000k.cu8"), (None, None, Some("cu8")));
    }

    proptest! {
        #[test]
        fn no_name_panics_and_what_is_found_can_be(name in "\\PC{0,40}|[0-9.MkGhzHZps_é]{0,30}") {
            let found = from_name(&name);
            prop_assert!(found.sample_rate.is_none_or(|rate| rate_is_plausible(rate.0)));
            prop_assert!(found.center.is_none_or(|center| center_is_plausible(center.0)));
        }
    }
}
