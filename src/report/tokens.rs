//! The colours of the interface and of the picture, by what they are used for. No colour stands anywhere else, but
//! for the waterfall's [`Palette`](super::Palette)s.

/// A colour: red, green and blue, sRGB, 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub [u8; 3]);

impl Rgb {
    /// The colour written `#RRGGBB`.
    pub const fn hex(rgb: u32) -> Self {
        Rgb([(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8])
    }

    /// This colour with the share `amount`, 0 to 1, of `over` laid on it, as a half-transparent paint would give it.
    pub fn mixed(self, over: Rgb, amount: f32) -> Self {
        Rgb(std::array::from_fn(|i| {
            let (below, above) = (f32::from(self.0[i]), f32::from(over.0[i]));
            (below + (above - below) * amount).round() as u8
        }))
    }

    /// Relative luminance, 0 (black) to 1 (white). Source: WCAG 2.1, "relative luminance".
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|c| linear(f64::from(c) / 255.0));
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast with `other`, 1 to 21. Source: WCAG 2.1, "contrast ratio".
    pub fn contrast(self, other: Rgb) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// An sRGB component, 0 to 1, in linear light. Source: IEC 61966-2-1.
pub(super) fn linear(component: f64) -> f64 {
    if component <= 0.040_45 { component / 12.92 } else { ((component + 0.055) / 1.055).powf(2.4) }
}

/// The inverse of [`linear`].
pub(super) fn from_linear(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// One theme's colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Behind the plots.
    pub bg: Rgb,
    /// Bars, lists, cards.
    pub panel: Rgb,
    /// Controls, the chosen row.
    pub raised: Rgb,
    /// Under the pointer, tracks.
    pub hover: Rgb,
    /// Hairlines; they never carry meaning.
    pub line: Rgb,
    /// Borders that carry meaning.
    pub edge: Rgb,
    /// Values, titles, the focus ring.
    pub text: Rgb,
    /// Sentences.
    pub text2: Rgb,
    /// Captions, ticks.
    pub text3: Rgb,
    /// What people did: marks, truth, guesses. A solid block with a bar at its left.
    pub done: Rgb,
    /// Fill of such a block.
    pub done_fill: Rgb,
    /// What the monitor judged: threshold, lane, bands. Thin lines like a bar code, or a dashed line.
    pub saw: Rgb,
    /// The one chosen thing.
    pub sel: Rgb,
    /// Losses, clipping, a source gone. A triangle, a sentence or hatching; never a burst.
    pub trouble: Rgb,
    /// Fill of such a place.
    pub trouble_fill: Rgb,
    /// The spectrum.
    pub trace: Rgb,
    /// The noise floor.
    pub floor: Rgb,
    /// Burst outlines.
    pub out: Rgb,
    /// The casing under them.
    pub case: Rgb,
}

impl Tokens {
    /// Dark, the default.
    pub const DARK: Tokens = Tokens {
        bg: Rgb::hex(0x0B0F14),
        panel: Rgb::hex(0x121820),
        raised: Rgb::hex(0x1C2530),
        hover: Rgb::hex(0x273241),
        line: Rgb::hex(0x263140),
        edge: Rgb::hex(0x6A7889),
        text: Rgb::hex(0xE8EDF2),
        text2: Rgb::hex(0xAEB9C5),
        text3: Rgb::hex(0x8794A2),
        done: Rgb::hex(0x8FB9FF),
        done_fill: Rgb::hex(0x1B2940),
        saw: Rgb::hex(0xFFB547),
        sel: Rgb::hex(0xFFB547),
        trouble: Rgb::hex(0xFF8A70),
        trouble_fill: Rgb::hex(0x3A211D),
        trace: Rgb::hex(0xD5DEE8),
        floor: Rgb::hex(0x8FA3B8),
        out: Rgb::hex(0xFFFFFF),
        case: Rgb::hex(0x0B0F14),
    };

    /// Light.
    pub const LIGHT: Tokens = Tokens {
        bg: Rgb::hex(0xEDF0F3),
        panel: Rgb::hex(0xFFFFFF),
        raised: Rgb::hex(0xE8ECF0),
        hover: Rgb::hex(0xDCE2E8),
        line: Rgb::hex(0xD3DAE1),
        edge: Rgb::hex(0x76838F),
        text: Rgb::hex(0x141A21),
        text2: Rgb::hex(0x434E5A),
        text3: Rgb::hex(0x5B6773),
        done: Rgb::hex(0x1B57B3),
        done_fill: Rgb::hex(0xE1EBFA),
        saw: Rgb::hex(0xA64B00),
        sel: Rgb::hex(0xB34700),
        trouble: Rgb::hex(0xB3261E),
        trouble_fill: Rgb::hex(0xFBE4E1),
        trace: Rgb::hex(0x1D2732),
        floor: Rgb::hex(0x5B6F83),
        out: Rgb::hex(0x10161D),
        case: Rgb::hex(0xFFFFFF),
    };

    /// On paper: black and greys on white, nothing by colour.
    pub const PRINT: Tokens = Tokens {
        bg: Rgb::hex(0xFFFFFF),
        panel: Rgb::hex(0xFFFFFF),
        raised: Rgb::hex(0xF0F0F0),
        hover: Rgb::hex(0xE4E4E4),
        line: Rgb::hex(0xBBBBBB),
        edge: Rgb::hex(0x555555),
        text: Rgb::hex(0x000000),
        text2: Rgb::hex(0x222222),
        text3: Rgb::hex(0x444444),
        done: Rgb::hex(0x000000),
        done_fill: Rgb::hex(0xE4E4E4),
        saw: Rgb::hex(0x000000),
        sel: Rgb::hex(0x000000),
        trouble: Rgb::hex(0x000000),
        trouble_fill: Rgb::hex(0xE4E4E4),
        trace: Rgb::hex(0x000000),
        floor: Rgb::hex(0x555555),
        out: Rgb::hex(0x000000),
        case: Rgb::hex(0xFFFFFF),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_keep_the_contrasts_the_look_states() {
        // On `panel`: hairline, edge, text, sentences, captions, done, saw, sel, trouble, trace, floor.
        let stated = [
            (Tokens::DARK, [1.4, 4.0, 15.1, 9.0, 5.8, 9.0, 10.2, 10.2, 7.7, 13.1, 6.9]),
            (Tokens::LIGHT, [1.4, 3.9, 17.5, 8.5, 5.8, 6.9, 5.8, 5.5, 6.5, 15.1, 5.2]),
        ];
        for (t, ratios) in stated {
            let colours = [t.line, t.edge, t.text, t.text2, t.text3, t.done, t.saw, t.sel, t.trouble, t.trace, t.floor];
            let measured = colours.map(|c| (c.contrast(t.panel) * 10.0).round() / 10.0);
            assert_eq!(measured, ratios);
        }
        assert!((Tokens::DARK.out.contrast(Tokens::DARK.case) - 19.2).abs() < 0.05);
        assert!((Tokens::LIGHT.out.contrast(Tokens::LIGHT.case) - 18.2).abs() < 0.05);
    }

    #[test]
    fn text_stays_readable_on_every_ground_and_edges_visible() {
        for t in [Tokens::DARK, Tokens::LIGHT, Tokens::PRINT] {
            for ground in [t.bg, t.panel, t.raised] {
                for text in [t.text, t.text2, t.text3, t.done, t.saw, t.sel, t.trouble, t.trace] {
                    assert!(text.contrast(ground) >= 4.5, "{text:?} on {ground:?}");
                }
                assert!(t.edge.contrast(ground) >= 3.0, "edge on {ground:?}");
                // The light floor reaches 4.4 on `raised`: no text is set in it there.
                assert!(t.floor.contrast(ground) >= 4.35, "floor on {ground:?}");
            }
            assert!(t.text.contrast(t.hover) >= 4.5);
            assert!(t.done.contrast(t.done_fill) >= 4.5);
            assert!(t.trouble.contrast(t.trouble_fill) >= 4.5);
        }
    }

    #[test]
    fn print_has_no_colour() {
        let t = Tokens::PRINT;
        for c in [t.bg, t.line, t.edge, t.text, t.text2, t.text3, t.done, t.saw, t.sel, t.trouble, t.trace, t.floor] {
            assert!(c.0[0] == c.0[1] && c.0[1] == c.0[2], "{c:?}");
        }
    }
}
