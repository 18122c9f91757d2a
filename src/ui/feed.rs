//! The way from the pipeline's thread to the window: a sink that passes everything on through a bounded channel.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use crate::detect::{Event, JudgedRows};
use crate::error::{Error, Result};
use crate::pipeline::{Progress, RunInfo, Sink, Summary};
use crate::spectrum::DisplayRows;

/// Messages that may wait for the window. A file's analysis blocks when they are full, so memory stays bounded.
const WAITING: usize = 64;

/// The window is woken at most this often.
pub(super) const FRAME: Duration = Duration::from_millis(33);

/// What a pipeline found, on its way to [`History`](super::history::History).
#[derive(Debug)]
pub(super) enum Message {
    Begin(Box<RunInfo>),
    Rows(Arc<DisplayRows>),
    Judged(Arc<JudgedRows>),
    Progress(Progress),
    Event(Event),
    End(Box<Summary>),
}

/// Passes on to the window what a pipeline finds.
pub struct Feed {
    sender: Sender<Message>,
    wake: Box<dyn FnMut() + Send>,
    woken: Option<Instant>,
}

impl Feed {
    /// A feed and the end where its messages come out; `wake` is called when there is something to fetch, at most
    /// about thirty times a second and always after the last message.
    pub(super) fn new(wake: Box<dyn FnMut() + Send>) -> (Self, Receiver<Message>) {
        let (sender, receiver) = crossbeam_channel::bounded(WAITING);
        (Feed { sender, wake, woken: None }, receiver)
    }

    /// Blocks while the channel is full; the window is awake then, for it was called when the first message came.
    fn send(&mut self, message: Message) -> Result<()> {
        let last = matches!(message, Message::End(_));
        self.sender.send(message).map_err(|_| Error::ReaderGone)?;
        if last || self.woken.is_none_or(|at| at.elapsed() >= FRAME) {
            self.woken = Some(Instant::now());
            (self.wake)();
        }
        Ok(())
    }
}

impl Sink for Feed {
    fn begin(&mut self, run: &RunInfo) -> Result<()> {
        self.send(Message::Begin(Box::new(run.clone())))
    }

    fn rows(&mut self, rows: &Arc<DisplayRows>) -> Result<()> {
        self.send(Message::Rows(Arc::clone(rows)))
    }

    fn judged(&mut self, rows: &Arc<JudgedRows>) -> Result<()> {
        self.send(Message::Judged(Arc::clone(rows)))
    }

    fn progress(&mut self, progress: &Progress) -> Result<()> {
        self.send(Message::Progress(*progress))
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        self.send(Message::Event(event.clone()))
    }

    fn end(&mut self, summary: &Summary) -> Result<()> {
        self.send(Message::End(Box::new(summary.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn summary() -> Summary {
        Summary { progress: Progress::default(), seconds: 1.0, rows: 0, bursts: 0, false_alarms_per_hour: 1.0 }
    }

    #[test]
    fn the_window_is_woken_seldom_but_always_after_the_last_message() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let (mut feed, receiver) = Feed::new(Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        let began = Instant::now();
        for samples in 0..50 {
            feed.progress(&Progress { samples, ..Progress::default() }).unwrap();
        }
        let most = 2 + began.elapsed().as_millis() as usize / 33;
        let before = calls.load(Ordering::Relaxed);
        assert!((1..=most).contains(&before), "{before}");
        feed.end(&summary()).unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), before + 1);
        assert_eq!(receiver.try_iter().count(), 51);
    }

    #[test]
    fn a_window_that_went_away_ends_the_run_even_when_the_channel_is_full() {
        let (mut feed, receiver) = Feed::new(Box::new(|| ()));
        let thread = std::thread::spawn(move || {
            loop {
                if let Err(error) = feed.progress(&Progress::default()) {
                    return error;
                }
            }
        });
        while receiver.len() < WAITING {
            std::thread::yield_now();
        }
        drop(receiver);
        assert_eq!(thread.join().unwrap(), Error::ReaderGone);
    }
}
