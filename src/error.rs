//! One error type, sorted by what the user can do about it. Each message is one sentence: what, where, what to do.

/// What went wrong. The text is a whole sentence for the person at the keyboard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An argument, option or scene that cannot be used: change it.
    #[error("{0}")]
    Unusable(String),
    /// The source is not a recording glint can read, or is damaged: choose or mend another.
    #[error("{0}")]
    Unreadable(String),
    /// The source failed or ended early while it was read: what was found so far stands.
    #[error("{0}")]
    EndedEarly(String),
    /// The output exists or cannot be written: choose another place.
    #[error("{0}")]
    CannotWrite(String),
    /// The reader of our standard output went away: nothing to report.
    #[error("the reader of the output closed it")]
    ReaderGone,
    /// There is no screen for the window: use the commands that need none.
    #[error("{0}")]
    NoDisplay(String),
}

impl Error {
    /// Exit status of the program for this error: 2 for unusable arguments, 0 when a pipe's reader has had
    /// enough, 1 for everything else.
    pub fn exit_status(&self) -> u8 {
        match self {
            Error::Unusable(_) => 2,
            Error::ReaderGone => 0,
            _ => 1,
        }
    }
}

/// A result whose error is a sentence for the user.
pub type Result<T> = std::result::Result<T, Error>;
