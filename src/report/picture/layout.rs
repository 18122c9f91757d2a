//! Where the parts of the picture lie.

use crate::report::Frame;

/// The places of everything, in points of the picture's own scale.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// Pixels in a point.
    pub scale: f32,
    /// Left and right end of texts and rules.
    pub left: f32,
    pub right: f32,
    /// The spectrum; `None` when there is no room.
    pub spectrum: Option<Frame>,
    /// Baseline of the frequency figures.
    pub frequency_baseline: f32,
    pub waterfall: Frame,
    pub color_bar: Frame,
    /// Left end of the list.
    pub list_left: f32,
    /// Baseline of the list's title.
    pub list_top: f32,
    /// Baseline of "How to read it".
    pub reading_top: f32,
    /// Distance of the lines there.
    pub reading_line: f32,
    /// The rule over the foot.
    pub foot: f32,
}

/// Text is never smaller than at this scale: captions of 15 points have 12 pixels.
const LEAST_SCALE: f32 = 0.8;

/// The layout of a picture of `width` × `height` pixels.
pub(super) fn layout(width: u32, height: u32) -> Layout {
    let scale = (width as f32 / 1600.0).min(height as f32 / 900.0).max(LEAST_SCALE);
    let (width, height) = (width as f32 / scale, height as f32 / scale);
    let narrow = width < 1300.0;
    let low = height < 700.0;

    let (left, right) = (48.0, width - 48.0);
    let list_left = right - if narrow { 336.0 } else { 444.0 };
    let plot_left = left + if narrow { 66.0 } else { 84.0 };
    let plot_right = list_left - if narrow { 92.0 } else { 116.0 };
    let foot = height - 74.0;
    let spectrum_top = if low { 110.0 } else { 140.0 };
    let spectrum_height = if low { 0.0 } else { 120.0 + ((height - 900.0) * 0.12).max(-40.0) };
    let spectrum = (!low).then_some(Frame {
        left: plot_left,
        top: spectrum_top,
        right: plot_right,
        bottom: spectrum_top + spectrum_height,
    });
    let waterfall_top = spectrum_top + spectrum_height + 34.0;
    let waterfall = Frame { left: plot_left, top: waterfall_top, right: plot_right, bottom: foot - 38.0 };
    let color_bar =
        Frame { left: plot_right + 16.0, right: plot_right + 30.0, top: waterfall.top, bottom: waterfall.bottom };
    Layout {
        scale,
        left,
        right,
        spectrum,
        frequency_baseline: waterfall_top - 14.0,
        waterfall,
        color_bar,
        list_left,
        list_top: if low { 118.0 } else { 158.0 },
        reading_top: if low { foot - 104.0 } else { foot - 174.0 },
        reading_line: if low { 19.0 } else { 23.0 },
        foot,
    }
}

impl Layout {
    /// Whether the list has room for all its columns.
    pub(super) fn list_is_wide(&self) -> bool {
        self.right - self.list_left > 400.0
    }

    /// Whether the list's explanation has room for its samples of outlines.
    pub(super) fn reading_is_tall(&self) -> bool {
        self.foot - self.reading_top > 150.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_keep_apart_at_every_size() {
        for (width, height) in
            [(800, 400), (800, 8000), (8000, 400), (1600, 900), (1024, 768), (1280, 720), (3200, 1800), (8000, 8000)]
        {
            let l = layout(width, height);
            let size = format!("{width}x{height}: {l:?}");
            assert!(l.waterfall.width() * l.scale >= 200.0, "{size}");
            assert!(l.waterfall.height() * l.scale >= 150.0, "{size}");
            assert!(l.color_bar.left > l.waterfall.right && l.color_bar.right + 56.0 < l.list_left, "{size}");
            assert!(l.spectrum.is_none_or(|s| s.bottom < l.frequency_baseline - 12.0), "{size}");
            assert!(l.waterfall.bottom < l.foot && l.reading_top < l.foot, "{size}");
            assert!(l.list_top + 100.0 < l.reading_top, "{size}");
            assert!(15.0 * l.scale >= 12.0, "{size}");
        }
    }

    #[test]
    fn the_usual_picture_has_every_part() {
        let l = layout(1600, 900);
        assert_eq!((l.scale, l.left, l.right), (1.0, 48.0, 1552.0));
        assert_eq!(l.waterfall, Frame { left: 132.0, top: 294.0, right: 992.0, bottom: 788.0 });
        assert_eq!(l.spectrum, Some(Frame { left: 132.0, top: 140.0, right: 992.0, bottom: 260.0 }));
        assert_eq!((l.foot, l.list_left), (826.0, 1108.0));
        assert!(l.list_is_wide() && l.reading_is_tall());
    }
}
