//! Colours of the waterfall.

mod tables;

use std::sync::OnceLock;

use crate::report::tokens::{Rgb, from_linear, linear};

/// A waterfall palette: 256 colours from the lowest level to the highest, lightness going one way only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// Default on dark: viridis darkened at its low end, so that noise is nearly black and bursts glow.
    Night,
    /// Default on light: paper to deep blue.
    Paper,
    /// For print: white to black.
    Ink,
    /// matplotlib's viridis.
    Viridis,
    /// matplotlib's cividis.
    Cividis,
    /// matplotlib's magma.
    Magma,
    /// Black to white, even steps of the 8-bit value.
    Grey,
}

/// Stops of [`Palette::Paper`]: position, colour.
const PAPER: [(f64, u32); 8] = [
    (0.0, 0xFDFDFE),
    (0.09, 0xEFF4F8),
    (0.18, 0xD3E0EB),
    (0.34, 0xA4BFD6),
    (0.54, 0x6492B9),
    (0.74, 0x31628F),
    (0.9, 0x153B62),
    (1.0, 0x071B33),
];

/// Stops of [`Palette::Ink`]: position, colour.
const INK: [(f64, u32); 6] =
    [(0.0, 0xFFFFFF), (0.08, 0xF5F5F5), (0.17, 0xDEDEDE), (0.36, 0xA3A3A3), (0.66, 0x595959), (1.0, 0x000000)];

impl Palette {
    /// Every palette, in the order of a menu.
    pub const ALL: [Palette; 7] = [
        Palette::Night,
        Palette::Paper,
        Palette::Ink,
        Palette::Viridis,
        Palette::Cividis,
        Palette::Magma,
        Palette::Grey,
    ];

    /// Its name in a menu.
    pub fn name(self) -> &'static str {
        match self {
            Palette::Night => "night",
            Palette::Paper => "paper",
            Palette::Ink => "ink",
            Palette::Viridis => "viridis",
            Palette::Cividis => "cividis",
            Palette::Magma => "magma",
            Palette::Grey => "grey",
        }
    }

    /// Whether stronger is darker, for the words that explain the picture.
    pub fn stronger_is_darker(self) -> bool {
        matches!(self, Palette::Paper | Palette::Ink)
    }

    /// How far under the median noise the low end of the range opens, in decibels.
    pub fn opening_margin_db(self) -> f32 {
        if self.stronger_is_darker() { 3.0 } else { 4.0 }
    }

    /// The 256 colours, from the lowest level to the highest; built on first use.
    pub fn table(self) -> &'static [Rgb; 256] {
        static TABLES: [OnceLock<[Rgb; 256]>; Palette::ALL.len()] = [const { OnceLock::new() }; Palette::ALL.len()];
        TABLES[self as usize].get_or_init(|| match self {
            Palette::Night => std::array::from_fn(night),
            Palette::Paper => std::array::from_fn(|i| between_stops(&PAPER, i)),
            Palette::Ink => std::array::from_fn(|i| between_stops(&INK, i)),
            Palette::Viridis => tables::VIRIDIS.map(Rgb::hex),
            Palette::Cividis => tables::CIVIDIS.map(Rgb::hex),
            Palette::Magma => tables::MAGMA.map(Rgb::hex),
            Palette::Grey => std::array::from_fn(|i| Rgb([i as u8; 3])),
        })
    }
}

/// Colour `i` of [`Palette::Night`]: viridis times 0.30 + 0.70·s plus (3, 6, 12)·(1 − s), with s = smoothstep(x/0.34).
fn night(i: usize) -> Rgb {
    let t = (i as f64 / 255.0 / 0.34).min(1.0);
    let s = t * t * (3.0 - 2.0 * t);
    let lift = [3.0, 6.0, 12.0];
    let viridis = Rgb::hex(tables::VIRIDIS[i]).0;
    Rgb(std::array::from_fn(|c| (f64::from(viridis[c]) * (0.30 + 0.70 * s) + lift[c] * (1.0 - s)).round() as u8))
}

/// Colour `i` of a palette given by stops, mixed in linear light.
fn between_stops(stops: &[(f64, u32)], i: usize) -> Rgb {
    let x = i as f64 / 255.0;
    let upper = stops.iter().position(|&(at, _)| at >= x).unwrap_or(stops.len() - 1).max(1);
    let ((x0, c0), (x1, c1)) = (stops[upper - 1], stops[upper]);
    let t = (x - x0) / (x1 - x0);
    let (c0, c1) = (Rgb::hex(c0).0, Rgb::hex(c1).0);
    Rgb(std::array::from_fn(|c| {
        let (a, b) = (linear(f64::from(c0[c]) / 255.0), linear(f64::from(c1[c]) / 255.0));
        (from_linear(a + (b - a) * t) * 255.0).round() as u8
    }))
}

#[cfg(test)]
mod tests {
    use crate::report::{Palette, Rgb};

    #[test]
    fn lightness_goes_one_way_in_every_palette() {
        for palette in Palette::ALL {
            let table = palette.table();
            let sign = if palette.stronger_is_darker() { -1.0 } else { 1.0 };
            // One step of green is the most that rounding three channels by half a step each can turn round.
            for (i, pair) in table.windows(2).enumerate() {
                let [r, g, b] = pair[0].0;
                let rounding = (Rgb([r, g.saturating_add(1), b]).luminance() - pair[0].luminance()).abs().max(1e-4);
                let rise = (pair[1].luminance() - pair[0].luminance()) * sign;
                assert!(rise > -rounding, "{palette:?} turns round after step {i}: {rise}");
            }
            let whole = (table[255].luminance() - table[0].luminance()) * sign;
            assert!(whole > 0.5, "{palette:?} spans {whole} of luminance");
        }
    }

    #[test]
    fn palettes_begin_and_end_where_the_look_says() {
        assert_eq!(Palette::Night.table()[0], Rgb([23, 6, 37]));
        assert_eq!(Palette::Night.table()[255], Palette::Viridis.table()[255]);
        assert_eq!(Palette::Viridis.table()[255], Rgb::hex(0xFDE725));
        assert_eq!([Palette::Paper.table()[0], Palette::Paper.table()[255]], [0xFDFDFE, 0x071B33].map(Rgb::hex));
        assert_eq!([Palette::Ink.table()[0], Palette::Ink.table()[255]], [0xFFFFFF, 0x000000].map(Rgb::hex));
        // 0.2 of the way: exactly on no stop, between #DEDEDE and #A3A3A3, in linear light.
        assert_eq!(Palette::Ink.table()[51], Rgb([214; 3]));
    }
}
