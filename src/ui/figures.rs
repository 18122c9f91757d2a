//! Times as they are written on the screen, where they differ from those of a picture.

use crate::report::words::number;

/// Time on the air, to hundredths of a second: "0.57 s".
pub(super) fn air(seconds: f64) -> String {
    format!("{} s", number(seconds, 2))
}

/// A place in a stream: "0:29.0", "1:02:03.5".
pub(super) fn clock(seconds: f64) -> String {
    let tenths = (seconds.max(0.0) * 10.0 + 1e-6).floor() as u64;
    format!("{}.{}", hours(tenths / 10), tenths % 10)
}

/// A length of a stream: "1:00".
pub(super) fn length(seconds: f64) -> String {
    hours(seconds.max(0.0).round() as u64)
}

fn hours(seconds: u64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_in_the_pictures() {
        assert_eq!([0.0, 0.07, 0.568].map(air), ["0.00 s", "0.07 s", "0.57 s"]);
        assert_eq!([29.0, 3.25, 3723.5].map(clock), ["0:29.0", "0:03.2", "1:02:03.5"]);
        assert_eq!([60.0, 59.98, 3600.0].map(length), ["1:00", "1:00", "1:00:00"]);
    }
}
