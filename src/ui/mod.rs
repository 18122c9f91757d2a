//! The window: `History` is what arrived, `View` what the user looks at, `App` owns both and the running analysis.
//!
//! Drawing functions are called `…_ui`; they draw from the history and the view and give back commands.

mod app;
mod axes;
mod controls;
mod details;
mod display_check;
mod feed;
mod figures;
mod history;
mod keys;
mod lanes;
mod layout;
mod list;
mod middle;
mod open;
mod outlines;
mod seek_strip;
mod spectrum_plot;
mod status;
mod summary;
mod theme;
mod top_bar;
mod view;
mod waterfall;

pub use app::{App, Opened, Opener};
pub use feed::Feed;

use eframe::egui;

use crate::error::{Error, Result};
use layout::SMALLEST;

/// Shows the window on `opened` and comes back when it is closed.
///
/// # Errors
/// [`Error::NoDisplay`] when there is no screen, or a system library that the window
/// needs is missing.
pub fn run(opened: Opened) -> Result<()> {
    display_check::check()?;
    let viewport = egui::ViewportBuilder::default()
        .with_title("glint")
        .with_app_id("glint")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size(SMALLEST)
        .with_drag_and_drop(true);
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        persist_window: false,
        ..Default::default()
    };
    let created: eframe::AppCreator<'_> = Box::new(|cc| Ok(Box::new(App::new(cc, opened)?)));
    eframe::run_native("glint", options, created).map_err(|error| match error {
        eframe::Error::AppCreation(why) => match why.downcast::<Error>() {
            Ok(error) => *error,
            Err(why) => display_check::no_display(&format!("The window could not be made ({why})")),
        },
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            display_check::no_display("The display does not answer, so there is no window")
        }
        _ => display_check::no_display("The display gives no OpenGL, which the window is drawn with"),
    })
}
