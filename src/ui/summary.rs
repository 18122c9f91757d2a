//! The one big number: seconds on the air up to the place.

use eframe::egui::{Align2, Painter, Rect, pos2, vec2};

use super::controls::{Weight, text};
use super::figures;
use super::history::{Floor, History, Totals};
use crate::report::Tokens;
use crate::report::words::{counted, number};

/// What the summary says.
#[derive(Clone, Debug, PartialEq)]
struct Words {
    /// The number; `None` while nothing is counted.
    seconds: Option<String>,
    bursts: String,
    listened: String,
}

/// Draws the summary into `rect`: four lines, two when `short`, one when there is no room for more.
pub(super) fn summary_ui(painter: &Painter, rect: Rect, short: bool, history: &History, place_s: f64, tokens: &Tokens) {
    let place = history.sample_at(place_s);
    let lost = history.unseen.iter().any(|unseen| unseen.from < place);
    let words = words(&history.totals(place), history.floor(), lost);
    let left = rect.left();
    if rect.height() < 60.0 {
        let seconds = words.seconds.as_ref().map_or("—".to_owned(), |s| format!("{s} s"));
        let big = text(
            painter,
            pos2(left, rect.top() + 14.0),
            Align2::LEFT_CENTER,
            &seconds,
            15.0,
            Weight::Strong,
            tokens.text,
        );
        let said = if words.seconds.is_some() { format!("on the air, {}", words.bursts) } else { words.bursts };
        text(
            painter,
            big.right_center() + vec2(8.0, 0.0),
            Align2::LEFT_CENTER,
            &said,
            12.0,
            Weight::Text,
            tokens.text2,
        );
        return;
    }
    let (caption, number_y, size, first, second) =
        if short { (16.0, 41.0, 28.0, 66.0, None) } else { (20.0, 53.0, 34.0, 88.0, Some(108.0)) };
    let line = |y: f32, words: &str, color| {
        text(painter, pos2(left, rect.top() + y), Align2::LEFT_CENTER, words, 13.0, Weight::Text, color)
    };
    text(
        painter,
        pos2(left, rect.top() + caption),
        Align2::LEFT_CENTER,
        "On the air so far",
        12.0,
        Weight::Text,
        tokens.text2,
    );
    let at = pos2(left, rect.top() + number_y);
    match &words.seconds {
        Some(seconds) => {
            let big = text(painter, at, Align2::LEFT_CENTER, seconds, size, Weight::Strong, tokens.text);
            let unit = pos2(big.right() + 9.0, at.y + size * 0.17);
            text(painter, unit, Align2::LEFT_CENTER, "s", 15.0, Weight::Medium, tokens.text2);
        }
        None => {
            painter.rect_filled(Rect::from_min_size(at + vec2(0.0, -2.0), vec2(17.0, 3.0)), 1.0, tokens.text3);
        }
    }
    match second {
        Some(second) => {
            line(first, &words.bursts, tokens.text2);
            line(second, &words.listened, tokens.text2);
        }
        None if words.listened.is_empty() => {
            line(first, &words.bursts, tokens.text2);
        }
        None => {
            line(first, &format!("{}, {}", words.bursts, words.listened), tokens.text2);
        }
    }
}

/// `lost`: some of the air was not looked at, so a count is a least one.
fn words(totals: &Totals, floor: Floor, lost: bool) -> Words {
    let uncounted = match floor {
        Floor::Known => None,
        Floor::Awaited => Some("not counted yet"),
        Floor::NeverFound => Some("not counted: no noise floor"),
    };
    if let Some(why) = uncounted {
        return Words { seconds: None, bursts: why.into(), listened: String::new() };
    }
    let bursts = counted(totals.bursts, "burst", "bursts");
    Words {
        seconds: Some(number(totals.on_air_s, 2)),
        bursts: if lost { format!("at least {bursts}") } else { bursts },
        listened: format!("in {} of listening", listened_words(totals.listened_s)),
    }
}

/// "28.6 s", "1:15:00" when that is shorter.
fn listened_words(seconds: f64) -> String {
    if seconds < 600.0 { format!("{} s", number(seconds, 1)) } else { figures::length(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_counted_and_where_not_everything_was_looked_at() {
        let totals = Totals { bursts: 1046, on_air_s: 0.5683, listened_s: 28.6, groups: 5, singles: 3 };
        let said = words(&totals, Floor::Known, false);
        assert_eq!(said.seconds.as_deref(), Some("0.57"));
        assert_eq!((said.bursts.as_str(), said.listened.as_str()), ("1\u{2009}046 bursts", "in 28.6 s of listening"));
        assert_eq!(words(&totals, Floor::Known, true).bursts, "at least 1\u{2009}046 bursts");
        let waiting = words(&Totals::default(), Floor::Awaited, false);
        assert_eq!((waiting.seconds, waiting.bursts.as_str()), (None, "not counted yet"));
        let never = words(&Totals::default(), Floor::NeverFound, false);
        assert_eq!((never.seconds, never.bursts.as_str()), (None, "not counted: no noise floor"));
        assert_eq!(words(&Totals::default(), Floor::Known, false).bursts, "0 bursts");
    }
}
