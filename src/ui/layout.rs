//! Where everything stands: one pure function from the window's size to rectangles.

use eframe::egui::{Rect, pos2};

/// The window gets no smaller than this by itself, in points at 100 % text.
pub(super) const SMALLEST: [f32; 2] = [760.0, 470.0];

/// How the burst list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListForm {
    /// All columns.
    Full,
    /// Without the column "Lasts".
    Narrow,
    /// A rail with the count; laid over the waterfall on request.
    Rail,
}

/// Rectangles of every part, in points, and which parts have given way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    pub top_bar: Rect,
    pub status: Rect,
    pub list: Rect,
    pub list_form: ListForm,
    pub seek: Rect,
    /// Beside the spectrum: the big number.
    pub summary: Rect,
    /// The summary takes two lines instead of four.
    pub summary_short: bool,
    /// The line above the spectrum: what is drawn, and the band.
    pub caption: Rect,
    pub band_text: bool,
    /// The spectrum's inner rectangle; its left and right edges are the waterfall's. Empty when folded.
    pub spectrum: Rect,
    /// The spectrum has folded to its axis.
    pub spectrum_folded: bool,
    /// Figures of the frequency axis, and at its left the names of the lanes.
    pub frequency_axis: Rect,
    pub time_axis: Rect,
    pub done_lane: Rect,
    pub saw_lane: Rect,
    /// Lanes give counts only.
    pub lanes_short: bool,
    pub waterfall: Rect,
    pub color_bar: Rect,
    /// "One second of it" and "How to read this" fold to a line.
    pub details_folded: bool,
    /// The top bar's buttons fold into one menu.
    pub buttons_folded: bool,
}

/// Lays out a window of `width` × `height` points as they are at 100 % text; a larger `text_scale` counts as a smaller
/// window, and the rectangles are in points of that scale.
///
/// What gives way, first to last, is the table of the tests below.
pub(super) fn layout(width: f32, height: f32, text_scale: f32) -> Layout {
    let width = width / text_scale;
    let height = height / text_scale;
    let low = height < 760.0;
    let very_low = height < 640.0;
    let list_form = match width {
        w if w < 1100.0 => ListForm::Rail,
        w if w < 1240.0 => ListForm::Narrow,
        _ => ListForm::Full,
    };
    let short = width < 900.0;

    let list_width = match list_form {
        ListForm::Full => 312.0,
        ListForm::Narrow => 248.0,
        ListForm::Rail => 44.0,
    };
    let middle_right = width - list_width;
    let status_top = height - 52.0;
    let seek_height = if low { 38.0 } else { 46.0 };
    let seek_top = status_top - seek_height;

    // Time axis 52, done 106, saw 126 with a gap of 8, 6 and 12 to their right.
    let (done_width, saw_width) = if short { (72.0, 76.0) } else { (106.0, 126.0) };
    let done_left = 60.0;
    let saw_left = done_left + done_width + 6.0;
    let plot_left = saw_left + saw_width + 12.0;
    let plot_right = middle_right - 58.0;

    let spectrum_top = match (very_low, low) {
        (true, _) => 48.0 + 26.0,
        (_, true) => 78.0,
        _ => 82.0,
    };
    let spectrum_height = match (very_low, low) {
        (true, _) => 0.0,
        (_, true) => 84.0,
        _ => 132.0,
    };
    let axis_top = spectrum_top + spectrum_height;
    let waterfall_top = axis_top + 26.0;
    let waterfall_bottom = seek_top - if very_low { 4.0 } else { 12.0 };
    let rect = |left: f32, top: f32, right: f32, bottom: f32| {
        Rect::from_min_max(pos2(left, top), pos2(right.max(left), bottom.max(top)))
    };
    Layout {
        top_bar: rect(0.0, 0.0, width, 48.0),
        status: rect(0.0, status_top, width, height),
        list: rect(middle_right, 48.0, width, status_top),
        list_form,
        seek: rect(0.0, seek_top, middle_right, status_top),
        summary: rect(16.0, 48.0, plot_left - 44.0, axis_top),
        summary_short: low,
        caption: rect(plot_left, 48.0, plot_right, spectrum_top),
        band_text: width >= 1240.0,
        spectrum: rect(plot_left, spectrum_top, plot_right, axis_top),
        spectrum_folded: very_low,
        frequency_axis: rect(plot_left, axis_top, plot_right, waterfall_top),
        time_axis: rect(0.0, waterfall_top, 52.0, waterfall_bottom),
        done_lane: rect(done_left, waterfall_top, done_left + done_width, waterfall_bottom),
        saw_lane: rect(saw_left, waterfall_top, saw_left + saw_width, waterfall_bottom),
        lanes_short: short,
        waterfall: rect(plot_left, waterfall_top, plot_right, waterfall_bottom),
        color_bar: rect(plot_right + 10.0, waterfall_top, plot_right + 20.0, waterfall_bottom),
        details_folded: low,
        buttons_folded: short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// List width, spectrum height, seek height, band text, folded details, lanes short, buttons folded.
    type Row = (f32, f32, f32, bool, bool, bool, bool);

    fn row(width: f32, height: f32) -> Row {
        let l = layout(width, height, 1.0);
        (
            l.list.width(),
            l.spectrum.height(),
            l.seek.height(),
            l.band_text,
            l.details_folded,
            l.lanes_short,
            l.buttons_folded,
        )
    }

    #[test]
    fn what_gives_way_is_the_table_of_the_look() {
        let table: [((f32, f32), Row); 9] = [
            ((1280.0, 800.0), (312.0, 132.0, 46.0, true, false, false, false)),
            ((1280.0, 760.0), (312.0, 132.0, 46.0, true, false, false, false)),
            ((1366.0, 700.0), (312.0, 84.0, 38.0, true, true, false, false)),
            ((1366.0, 639.0), (312.0, 0.0, 38.0, true, true, false, false)),
            ((1240.0, 800.0), (312.0, 132.0, 46.0, true, false, false, false)),
            ((1239.0, 800.0), (248.0, 132.0, 46.0, false, false, false, false)),
            ((1099.0, 800.0), (44.0, 132.0, 46.0, false, false, false, false)),
            ((899.0, 800.0), (44.0, 132.0, 46.0, false, false, true, true)),
            ((760.0, 470.0), (44.0, 0.0, 38.0, false, true, true, true)),
        ];
        for ((width, height), expected) in table {
            assert_eq!(row(width, height), expected, "{width} × {height}");
        }
    }

    #[test]
    fn the_first_minute_stands_where_the_picture_has_it() {
        let l = layout(1280.0, 800.0, 1.0);
        assert_eq!(l.waterfall, Rect::from_min_max(pos2(310.0, 240.0), pos2(910.0, 690.0)));
        assert_eq!(l.spectrum, Rect::from_min_max(pos2(310.0, 82.0), pos2(910.0, 214.0)));
        assert_eq!(l.done_lane.x_range(), 60.0..=166.0);
        assert_eq!(l.saw_lane.x_range(), 172.0..=298.0);
        assert_eq!(l.seek, Rect::from_min_max(pos2(0.0, 702.0), pos2(968.0, 748.0)));
        assert_eq!(l.list, Rect::from_min_max(pos2(968.0, 48.0), pos2(1280.0, 748.0)));
    }

    #[test]
    fn a_larger_text_counts_as_a_smaller_window() {
        assert_eq!(layout(1920.0, 1200.0, 1.5), layout(1280.0, 800.0, 1.0));
    }

    #[test]
    fn the_waterfall_keeps_its_least_size_and_shares_its_rows_with_the_lanes_at_every_size() {
        for width in (SMALLEST[0] as u32..2000).step_by(7) {
            for height in (SMALLEST[1] as u32..1300).step_by(7) {
                let l = layout(width as f32, height as f32, 1.0);
                let w = l.waterfall;
                assert!(w.width() >= 360.0 && w.height() >= 220.0, "{width} × {height}: {w:?}");
                for lane in [l.time_axis, l.done_lane, l.saw_lane, l.color_bar] {
                    assert_eq!(lane.y_range(), w.y_range());
                }
                assert_eq!(l.frequency_axis.x_range(), w.x_range());
                assert!(l.saw_lane.right() < w.left() && l.done_lane.right() < l.saw_lane.left());
                assert!(w.bottom() <= l.seek.top() && l.seek.bottom() == l.status.top());
            }
        }
    }
}
