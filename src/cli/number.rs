//! Numbers as people type them: `2.4e6`, `2400k`, `2.4M`, `1G`.
//!
//! Each function here is a value parser for clap: its error is the rest of a sentence that begins with the option.

use crate::iq::SampleFormat;
use crate::recording::{FORMATS, center_is_plausible, rate_is_plausible};
use crate::units::Hertz;

/// A sample rate: 1 kHz to 1 GHz.
///
/// # Errors
/// What a sample rate must be.
pub fn rate(text: &str) -> Result<Hertz, String> {
    within(text, "Hz", rate_is_plausible)
        .map(Hertz)
        .ok_or_else(|| "a sample rate is a number from 1 kHz to 1 GHz, such as 2.4M, 2400k or 2.4e6".to_owned())
}

/// A centre frequency: 0 Hz to 1 THz.
///
/// # Errors
/// What a centre frequency must be.
pub fn center(text: &str) -> Result<Hertz, String> {
    within(text, "Hz", center_is_plausible).map(Hertz).ok_or_else(|| {
        "a centre frequency is a number from 0 Hz to 1 THz, such as 897.3M, 897300k or 897.3e6".to_owned()
    })
}

/// A time from the beginning, in seconds: 0 or more.
///
/// # Errors
/// What such a time must be.
pub fn seconds(text: &str) -> Result<f64, String> {
    within(text, "s", |seconds| seconds >= 0.0)
        .ok_or_else(|| "a time is a number of seconds, 0 or more, such as 12.5".to_owned())
}

/// A length of time in seconds: more than 0.
///
/// # Errors
/// What such a length must be.
pub fn positive_seconds(text: &str) -> Result<f64, String> {
    within(text, "s", |seconds| seconds > 0.0)
        .ok_or_else(|| "a length of time is a number of seconds, more than 0, such as 0.5".to_owned())
}

/// The longest part of an emission: 0.01 to 10 seconds. Longer, and neither lists nor pictures could look back far
/// enough for what is still on.
///
/// # Errors
/// What such a length must be.
pub fn longest(text: &str) -> Result<f64, String> {
    within(text, "s", |seconds| (0.01..=10.0).contains(&seconds))
        .ok_or_else(|| "the longest part of an emission is 0.01 to 10 seconds, such as 2".to_owned())
}

/// A number of bytes: 0 or more, and whole.
///
/// # Errors
/// What a number of bytes must be.
pub fn bytes(text: &str) -> Result<u64, String> {
    // Below 2⁵³ every whole number is a float of its own.
    within(text, "", |bytes| bytes.fract() == 0.0 && (0.0..9e15).contains(&bytes))
        .map(|bytes| bytes as u64)
        .ok_or_else(|| "a number of bytes is whole and 0 or more, such as 128 or 4k (4000)".to_owned())
}

/// False alarms an hour: more than 0, at most a million.
///
/// # Errors
/// What such a number must be.
pub fn alarms_per_hour(text: &str) -> Result<f64, String> {
    within(text, "", |rate| (1e-6..=1e6).contains(&rate)).ok_or_else(|| {
        "false alarms an hour are a number from a millionth to a million, such as 0.1, 1 or 100".to_owned()
    })
}

/// An image rejection in decibels, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageRejection(pub Option<f64>);

/// An image rejection: 10 to 100 dB, or `off`.
///
/// # Errors
/// What an image rejection must be.
pub fn image_rejection(text: &str) -> Result<ImageRejection, String> {
    if text == "off" {
        return Ok(ImageRejection(None));
    }
    within(text, "dB", |db| (10.0..=100.0).contains(&db))
        .map(|db| ImageRejection(Some(db)))
        .ok_or_else(|| "an image rejection is 10 to 100 dB, such as 35, or off".to_owned())
}

/// A seed: a whole number, 0 or more.
///
/// # Errors
/// What a seed must be.
pub fn seed(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| "a seed is a whole number, 0 or more, such as 7".to_owned())
}

/// A sample format by its SigMF name or its short spelling.
///
/// # Errors
/// Which formats there are.
pub fn sample_format(text: &str) -> Result<SampleFormat, String> {
    SampleFormat::from_name(&text.to_ascii_lowercase()).ok_or_else(|| format!("the sample formats are {FORMATS}"))
}

/// The number `text` stands for, with `k`, `M`, `G` and the `unit` understood; `None` if it is no finite number.
pub fn number(text: &str, unit: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_suffix(unit).unwrap_or(text).trim_end();
    let (digits, exponent) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 3),
        (at, 'M') => (&text[..at], 6),
        (at, 'G') => (&text[..at], 9),
        _ => (text, 0),
    };
    // The exponent joins the digits before they are read, so that 868.3M is the float nearest to 868 300 000.
    let value: f64 = if digits.contains(['e', 'E']) {
        digits.parse::<f64>().ok()? * 10f64.powi(exponent)
    } else {
        format!("{}e{exponent}", digits.trim_end()).parse().ok()?
    };
    value.is_finite().then_some(value)
}

/// The number `text` stands for, if it may be one.
fn within(text: &str, unit: &str, may_be: impl Fn(f64) -> bool) -> Option<f64> {
    number(text, unit).filter(|value| may_be(*value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_in_every_spelling() {
        for text in ["2.4e6", "2400k", "2.4M", "2400000", "0.0024G", "2.4 M", "2.4MHz", "2400 kHz", "2.4e3k", "+2.4M"] {
            assert_eq!(rate(text), Ok(Hertz(2.4e6)), "{text}");
        }
        assert_eq!(center("868.3M"), Ok(Hertz(868_300_000.0)));
        assert_eq!(center("0"), Ok(Hertz(0.0)));
        assert_eq!(rate("1G"), Ok(Hertz(1e9)));
        assert_eq!(seconds("0"), Ok(0.0));
        assert_eq!(positive_seconds("1.5s"), Ok(1.5));
        assert_eq!(bytes("128"), Ok(128));
        assert_eq!(bytes("4k"), Ok(4000));
        assert_eq!(alarms_per_hour("1e-3"), Ok(0.001));
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_must_be() {
        let no_rate = Err("a sample rate is a number from 1 kHz to 1 GHz, such as 2.4M, 2400k or 2.4e6".to_owned());
        for text in ["0", "-1", "nan", "NaN", "inf", "-inf", "1e30", "1e400", "999", "2G", "", "M", "Hz", "2.4m", "é"]
        {
            assert_eq!(rate(text), no_rate, "{text}");
        }
        let no_bytes = Err("a number of bytes is whole and 0 or more, such as 128 or 4k (4000)".to_owned());
        for text in ["-1", "1.5", "1e16", "nan", "infinity"] {
            assert_eq!(bytes(text), no_bytes, "{text}");
        }
        for no_seed in ["-1", "1.5", "1e3", "18446744073709551616", ""] {
            assert!(seed(no_seed).is_err(), "{no_seed}");
        }
        assert!(center("-1").is_err());
        assert!(seconds("-0.1").is_err());
        assert!(positive_seconds("0").is_err());
        for text in ["0", "-1", "nan", "1e400", "2M"] {
            assert!(alarms_per_hour(text).is_err(), "{text}");
        }
        for endless in ["1e400", "inf", "nan", "9e307G"] {
            assert!(seconds(endless).is_err() && positive_seconds(endless).is_err(), "{endless}");
        }
    }

    #[test]
    fn formats_have_two_spellings() {
        for (text, format) in [
            ("cu8", SampleFormat::Cu8),
            ("cs8", SampleFormat::Ci8),
            ("CI16_LE", SampleFormat::Ci16Le),
            ("cs16", SampleFormat::Ci16Le),
            ("cf32", SampleFormat::Cf32Le),
        ] {
            assert_eq!(sample_format(text), Ok(format));
        }
        assert_eq!(
            sample_format("ri16_le"),
            Err("the sample formats are cu8, cs8 (ci8), cs16 (ci16_le) and cf32 (cf32_le)".to_owned())
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_number_is_without_end(text in "\\PC{0,20}|[-+0-9.eEkMGHzsinfa ]{0,20}") {
            for unit in ["Hz", "s", ""] {
                prop_assert!(number(&text, unit).is_none_or(f64::is_finite));
            }
        }

        #[test]
        fn a_number_reads_back_as_itself(value in -1e12..1e12f64) {
            prop_assert_eq!(number(&value.to_string(), "Hz"), Some(value));
            prop_assert_eq!(number(&format!("{value:e}"), ""), Some(value));
        }
    }
}
