//! The bundled typeface.

/// Inter 4.1 (SIL Open Font License 1.1), cut to Latin and the signs of measurement, with tabular figures and one
/// axis, `wght` from 400 to 700. `assets/fonts/README.md` says how the file was made.
pub const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter.ttf");

#[cfg(test)]
mod tests {
    use super::*;
    use ab_glyph::{Font, FontRef, VariableFont};

    #[test]
    fn every_character_the_program_writes_is_in_the_font() {
        let font = FontRef::try_from_slice(INTER).expect("the bundled font is one");
        let latin = (' '..='~').chain('\u{a0}'..='\u{17f}').filter(|c| !['\u{ad}', '\u{149}'].contains(c));
        let marks = "“”‘’–—…·−≈±×≤≥µΔ°½¼¾→←↑↓\u{2009}\u{202f}";
        let missing: String = latin.chain(marks.chars()).filter(|&c| font.glyph_id(c).0 == 0).collect();
        assert_eq!(missing, "");
    }

    #[test]
    fn figures_are_equally_wide_at_every_weight() {
        let mut font = FontRef::try_from_slice(INTER).expect("the bundled font is one");
        for weight in [400.0, 500.0, 600.0, 700.0] {
            assert!(font.set_variation(b"wght", weight));
            let mut widths: Vec<f32> = ('0'..='9').map(|c| font.h_advance_unscaled(font.glyph_id(c))).collect();
            widths.dedup();
            assert_eq!(widths.len(), 1, "at weight {weight}: {widths:?}");
        }
    }
}
