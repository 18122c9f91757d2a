//! Tokens and font to egui's style.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::epaint::FontColorTransferFunction;
use eframe::egui::epaint::text::VariationCoords;
use eframe::egui::style::{HandleShape, WidgetVisuals};
use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, FontTweak, Shadow, Stroke, Style,
    TextStyle, Theme, Visuals, vec2,
};

use super::controls::Weight;
use crate::report::{INTER, Palette, Rgb, Tokens};

impl From<Rgb> for Color32 {
    fn from(Rgb([r, g, b]): Rgb) -> Self {
        Color32::from_rgb(r, g, b)
    }
}

/// The colours of a theme.
pub(super) fn tokens(dark: bool) -> &'static Tokens {
    if dark { &Tokens::DARK } else { &Tokens::LIGHT }
}

/// The waterfall's palette of a theme.
pub(super) fn palette(dark: bool) -> Palette {
    if dark { Palette::Night } else { Palette::Paper }
}

/// Gives the window its typeface and both styles.
pub(super) fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.set_style_of(Theme::Dark, style(&Tokens::DARK, Visuals::dark()));
    ctx.set_style_of(Theme::Light, style(&Tokens::LIGHT, Visuals::light()));
    // The keys of the list handle the text's size, within their own limits.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// The theme `dark` asks for, from the next frame on.
pub(super) fn choose(ctx: &egui::Context, dark: bool) {
    ctx.set_theme(if dark { Theme::Dark } else { Theme::Light });
}

/// Four weights of the one bundled file, each a family of its own.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions { font_data: BTreeMap::new(), families: BTreeMap::new() };
    for weight in Weight::ALL {
        let tweak = FontTweak {
            coords: VariationCoords::new([(b"wght", weight.value())]),
            // Hinted, the strokes of this size all become as heavy as those of the next weight.
            hinting: Some(false),
            thin_space_width: 0.9,
            ..FontTweak::default()
        };
        fonts.font_data.insert(weight.name().to_owned(), Arc::new(FontData::from_static(INTER).tweak(tweak)));
        fonts.families.insert(weight.family(), vec![weight.name().to_owned()]);
    }
    fonts.families.insert(FontFamily::Monospace, vec![Weight::Text.name().to_owned()]);
    fonts
}

fn style(tokens: &Tokens, mut visuals: Visuals) -> Style {
    let widget = |fill: Rgb, edge: Stroke| WidgetVisuals {
        bg_fill: fill.into(),
        weak_bg_fill: fill.into(),
        bg_stroke: edge,
        corner_radius: CornerRadius::same(6),
        fg_stroke: Stroke::new(1.0, tokens.text),
        expansion: 0.0,
    };
    let edge = Stroke::new(1.0, tokens.edge);
    visuals.widgets.noninteractive = widget(tokens.panel, Stroke::new(1.0, tokens.line));
    visuals.widgets.inactive = widget(tokens.raised, Stroke::NONE);
    visuals.widgets.hovered = widget(tokens.hover, Stroke::NONE);
    visuals.widgets.active = widget(tokens.hover, edge);
    visuals.widgets.open = widget(tokens.raised, edge);
    visuals.selection.bg_fill = tokens.raised.into();
    visuals.selection.stroke = Stroke::new(1.0, tokens.sel);
    visuals.panel_fill = tokens.panel.into();
    visuals.window_fill = tokens.panel.into();
    visuals.extreme_bg_color = tokens.bg.into();
    visuals.window_shadow = Shadow::NONE;
    visuals.popup_shadow = Shadow::NONE;
    visuals.window_stroke = edge;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.warn_fg_color = tokens.trouble.into();
    visuals.error_fg_color = tokens.trouble.into();
    visuals.hyperlink_color = tokens.done.into();
    visuals.striped = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.override_text_color = None;
    // Text keeps the weight it was drawn with; what it gains on dark by default looks bold beside the pictures.
    visuals.text_options.color_transfer_function = FontColorTransferFunction::Off;

    let mut style = Style { visuals, animation_time: 0.0, ..Style::default() };
    style.spacing.item_spacing = vec2(8.0, 8.0);
    style.spacing.button_padding = vec2(12.0, 7.0);
    style.spacing.interact_size.y = 30.0;
    style.spacing.slider_rail_height = 4.0;
    style.text_styles = [
        (TextStyle::Small, 12.0),
        (TextStyle::Body, 13.0),
        (TextStyle::Button, 13.0),
        (TextStyle::Monospace, 13.0),
        (TextStyle::Heading, 20.0),
        (TextStyle::Name("title".into()), 15.0),
        (TextStyle::Name("big".into()), 34.0),
    ]
    .map(|(name, size)| (name, FontId::new(size, FontFamily::Proportional)))
    .into();
    style
}
