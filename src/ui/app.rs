//! The window's owner: history, view, and the running analysis.

use std::path::Path;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use eframe::egui::{self, Align2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::controls::{Kind, Weight, button, trouble_icon, wrapped};
use super::feed::{FRAME, Feed, Message};
use super::history::History;
use super::keys::{self, Command};
use super::layout::{Layout, layout};
use super::list::list_ui;
use super::middle::Middle;
use super::open::{self, Choice, Dialog};
use super::status::status_ui;
use super::theme;
use super::top_bar::top_bar_ui;
use super::view::{Rows, View};
use crate::error::Result;
use crate::pipeline::{self, Pipeline};
use crate::source::Source;

/// Messages taken in a frame, at most, so that a fast analysis does not hold up the picture.
const MESSAGES_A_FRAME: usize = 96;

/// Text sizes, in parts of the ordinary one.
const TEXT_SIZES: [f32; 4] = [1.0, 1.25, 1.5, 2.0];

/// Opens a recording by its path.
pub type Opener = Box<dyn Fn(&Path) -> Result<Box<dyn Source>>>;

/// What the window begins with.
pub struct Opened {
    /// The first source.
    pub source: Box<dyn Source>,
    /// How it and every later one is analysed.
    pub config: pipeline::Config,
    /// Opens another recording by its path.
    pub open: Opener,
}

/// A running analysis and what comes out of it. The receiver is dropped first: a pipeline that waits for room in the
/// channel would else never end.
struct Running {
    feed: Receiver<Message>,
    pipeline: Option<Pipeline>,
}

/// The window.
pub struct App {
    history: History,
    view: View,
    middle: Middle,
    running: Option<Running>,
    config: pipeline::Config,
    open: Opener,
    dialog: Option<Dialog>,
    /// Why the source ended too early.
    failure: Option<String>,
    /// A sentence in the window, until it is put away.
    notice: Option<String>,
    text_size: usize,
    last_frame: Option<Instant>,
}

impl App {
    /// The window on `opened`, its analysis begun.
    ///
    /// # Errors
    /// The analysis could not be started.
    pub fn new(cc: &eframe::CreationContext<'_>, opened: Opened) -> Result<Self> {
        theme::install(&cc.egui_ctx);
        let mut app = App {
            history: History::default(),
            view: View::default(),
            middle: Middle::default(),
            running: None,
            config: opened.config,
            open: opened.open,
            dialog: None,
            failure: None,
            notice: None,
            text_size: 0,
            last_frame: None,
        };
        theme::choose(&cc.egui_ctx, app.view.dark);
        app.start(&cc.egui_ctx, opened.source)?;
        Ok(app)
    }

    /// Analyses `source` from now on; what was shown before stays when that cannot be started.
    fn start(&mut self, ctx: &egui::Context, source: Box<dyn Source>) -> Result<()> {
        let begin_s = source.info().first.seconds(source.info().tuning.sample_rate);
        let ctx = ctx.clone();
        let (feed, receiver) = Feed::new(Box::new(move || ctx.request_repaint_after(FRAME)));
        let config = self.config;
        let pipeline = behind_the_window(move || Pipeline::start(source, config, vec![Box::new(feed)]))?;
        // The analysis before, if any, is stopped here.
        self.running = Some(Running { feed: receiver, pipeline: Some(pipeline) });
        self.history = History::default();
        self.middle.reset();
        self.view.rewind(begin_s);
        self.failure = None;
        self.notice = None;
        Ok(())
    }

    /// Takes what the analysis gave since the last frame.
    fn drain(&mut self, ctx: &egui::Context) {
        let Some(running) = &mut self.running else { return };
        if !running.feed.is_empty() {
            ctx.request_repaint_after(FRAME);
        }
        let goes_on = self.history.drain(&running.feed, MESSAGES_A_FRAME);
        if !goes_on && let Some(pipeline) = running.pipeline.take() {
            // It has ended: its feed is gone. Why it failed is said once, in the window.
            if let Err(error) = pipeline.join() {
                self.failure = Some(error.to_string());
                self.notice = Some(error.to_string());
            }
        }
    }

    fn open_path(&mut self, ctx: &egui::Context, path: &Path) {
        let started = (self.open)(path).and_then(|source| self.start(ctx, source));
        if let Err(error) = started {
            self.notice = Some(error.to_string());
        }
    }

    fn poll_opening(&mut self, ctx: &egui::Context) {
        if let Some(path) = open::dropped(ctx) {
            self.open_path(ctx, &path);
        }
        let Some(choice) = self.dialog.as_ref().and_then(Dialog::poll) else { return };
        self.dialog = None;
        match choice {
            Choice::File(path) => self.open_path(ctx, &path),
            Choice::Nothing => {}
            Choice::NoDialog => {
                let said = "This system has no dialog to choose a file with: drop a file on this window, or start \
                            glint as `glint watch FILE`.";
                self.notice = Some(said.into());
            }
        }
    }

    fn carry_out(&mut self, ctx: &egui::Context, command: &Command) {
        match command {
            Command::Open if self.dialog.is_none() => self.dialog = Some(Dialog::open(ctx)),
            Command::Dismiss => self.notice = None,
            Command::TextLarger => self.text_size = (self.text_size + 1).min(TEXT_SIZES.len() - 1),
            Command::TextSmaller => self.text_size = self.text_size.saturating_sub(1),
            _ => {}
        }
        let (history, singles) = (&self.history, self.view.singles);
        let rows = Rows { order: history.order(singles), span_s: &|id| history.span_s(singles, id) };
        self.view.apply(command, &history.extent(), &rows);
    }

    /// Everything on the screen.
    fn screen_ui(&mut self, ui: &mut Ui, layout: &Layout) -> Vec<Command> {
        let tokens = theme::tokens(self.view.dark);
        let mut commands = Vec::new();
        self.middle.ui(ui, layout, &self.history, &mut self.view, tokens, &mut commands);
        list_ui(ui, layout, &self.history, &mut self.view, tokens, &mut commands);
        top_bar_ui(ui, layout, &self.history, &self.view, tokens, &mut commands);
        status_ui(ui.painter(), layout.status, &self.history, self.failure.as_deref(), tokens);
        if let Some(notice) = &self.notice {
            notice_ui(ui, layout.waterfall, notice, tokens, &mut commands);
        }
        if self.view.keys_open {
            keys::keys_ui(ui.ctx(), tokens, &mut commands);
        }
        commands
    }
}

/// Runs `start` on a thread of low priority, which the threads it starts inherit: an analysis at full speed takes every
/// core there is, and the picture would stutter on a small machine.
fn behind_the_window<T: Send>(start: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let started = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            // On Linux the priority belongs to a thread and to those it starts (setpriority(2), "C library/kernel
            // differences"); elsewhere it would be the whole program's, the window's too. Measured: 6 frames a second
            // without it, 26 with it, while the demonstration is analysed on a busy machine of two cores.
            #[cfg(target_os = "linux")]
            // SAFETY: a call without pointers; where it fails, the priority stays as it was.
            #[allow(unsafe_code)]
            unsafe {
                libc::setpriority(libc::PRIO_PROCESS, 0, 10);
            }
            start()
        });
        thread.join()
    });
    match started {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let began = Instant::now();
        self.drain(&ctx);
        self.poll_opening(&ctx);
        let wall = self.last_frame.map_or(Duration::ZERO, |last| began - last);
        // After a pause of the window itself (it was hidden, the machine slept) playing goes on where it was.
        self.view.advance(wall.as_secs_f64().min(0.25), &self.history.extent());

        for command in keys::pressed(&ctx) {
            self.carry_out(&ctx, &command);
        }
        let size = ctx.content_rect().size() * ctx.zoom_factor();
        let layout = layout(size.x, size.y, ctx.zoom_factor());
        let dark = self.view.dark;
        let commands = self.screen_ui(ui, &layout);
        let anything = !commands.is_empty();
        for command in &commands {
            self.carry_out(&ctx, command);
        }
        if self.view.dark != dark {
            theme::choose(&ctx, self.view.dark);
        }
        ctx.set_zoom_factor(TEXT_SIZES[self.text_size]);

        let moves = self.view.moves(&self.history.extent());
        self.last_frame = moves.then_some(began);
        if anything {
            ctx.request_repaint();
        } else if moves {
            ctx.request_repaint_after(FRAME.saturating_sub(began.elapsed()));
        }
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        egui::Color32::from(theme::tokens(self.view.dark).bg).to_normalized_gamma_f32()
    }
}

/// One calm sentence over the lower part of the waterfall, with a button that puts it away.
fn notice_ui(ui: &Ui, over: Rect, notice: &str, tokens: &crate::report::Tokens, commands: &mut Vec<Command>) {
    let painter = ui.painter();
    let width = (over.width() - 24.0).min(560.0);
    let galley = painter.layout(notice.to_owned(), Weight::Text.font(13.0), tokens.text.into(), width - 140.0);
    let height = (galley.size().y + 24.0).max(46.0);
    let rect = Rect::from_min_size(pos2(over.left() + 12.0, over.bottom() - height - 12.0), vec2(width, height));
    painter.rect(rect, 8.0, tokens.panel, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
    trouble_icon(painter, pos2(rect.left() + 22.0, rect.center().y), tokens);
    let words = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 40.0, rect.center().y), galley.size());
    wrapped(painter, words.min, width - 140.0, notice, 13.0, tokens.text);
    let close = Rect::from_center_size(pos2(rect.right() - 48.0, rect.center().y), vec2(72.0, 30.0));
    if button(ui, close, "Close", Kind::Plain, tokens).clicked() {
        commands.push(Command::Dismiss);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;

    #[test]
    fn a_window_that_closes_while_the_analysis_waits_for_it_does_not_hang() {
        let (feed, receiver) = Feed::new(Box::new(|| ()));
        let source = source::open("scene:demo", &source::Options::default()).expect("the demonstration opens");
        let config = pipeline::Config { threads: 1, display: true, ..pipeline::Config::default() };
        let start = || Pipeline::start(source, config, vec![Box::new(feed)]);
        let running = Running { pipeline: Some(behind_the_window(start).expect("it starts")), feed: receiver };
        let patience = Instant::now();
        while !running.feed.is_full() {
            assert!(patience.elapsed() < Duration::from_secs(60), "the channel never fills");
            std::thread::sleep(Duration::from_millis(10));
        }
        let (sender, dropped) = crossbeam_channel::bounded(1);
        std::thread::spawn(move || {
            drop(running);
            sender.send(()).ok();
        });
        dropped.recv_timeout(Duration::from_secs(30)).expect("everything ends when the window goes");
    }
}
