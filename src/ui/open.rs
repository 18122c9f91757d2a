//! Opening another recording: the system's dialog, off the window's thread, and files dropped on the window.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError};
use eframe::egui;

/// A dialog that comes back empty within this time was never on the screen: no person is that quick.
const NEVER_SHOWN: Duration = Duration::from_millis(400);

/// What came of a dialog.
#[derive(Debug, PartialEq)]
pub(super) enum Choice {
    /// This file.
    File(PathBuf),
    /// None.
    Nothing,
    /// The system has no dialog.
    NoDialog,
}

/// A dialog on a thread of its own.
pub(super) struct Dialog {
    answer: Receiver<Option<PathBuf>>,
    since: Instant,
}

impl Dialog {
    /// Opens the system's dialog; `ctx` is repainted when it is answered.
    pub fn open(ctx: &egui::Context) -> Self {
        let ctx = ctx.clone();
        Dialog::asking(move || {
            let picked = rfd::FileDialog::new().set_title("Open a recording").pick_file();
            ctx.request_repaint();
            picked
        })
    }

    fn asking(ask: impl FnOnce() -> Option<PathBuf> + Send + 'static) -> Self {
        let (sender, answer) = crossbeam_channel::bounded(1);
        // The thread ends with the dialog; when the window has gone first, nobody wants its answer.
        std::thread::spawn(move || sender.send(ask()).ok());
        Dialog { answer, since: Instant::now() }
    }

    /// The answer, once.
    pub fn poll(&self) -> Option<Choice> {
        match self.answer.try_recv() {
            Ok(Some(path)) => Some(Choice::File(path)),
            Ok(None) if self.since.elapsed() < NEVER_SHOWN => Some(Choice::NoDialog),
            Ok(None) => Some(Choice::Nothing),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Choice::NoDialog),
        }
    }
}

/// The first file dropped on the window since the last frame.
pub(super) fn dropped(ctx: &egui::Context) -> Option<PathBuf> {
    ctx.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(dialog: &Dialog) -> Choice {
        loop {
            if let Some(choice) = dialog.poll() {
                return choice;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_system_without_a_dialog_is_told_from_a_person_who_chose_nothing() {
        assert_eq!(answer(&Dialog::asking(|| None)), Choice::NoDialog);
        let slow = Dialog::asking(|| {
            std::thread::sleep(NEVER_SHOWN + Duration::from_millis(50));
            None
        });
        assert_eq!(answer(&slow), Choice::Nothing);
        assert_eq!(answer(&Dialog::asking(|| Some("a.wav".into()))), Choice::File("a.wav".into()));
    }
}
