//! One file a command; thin.

mod detect;
mod number;
mod progress;
mod render;
mod score;
mod source_args;
mod synth;
mod verify;
mod watch;

use clap::{Parser, Subcommand};

pub use source_args::{SourceArgs, SourceOptions};

use crate::error::Result;

/// See how detectable a handset's uplink bursts are. Energy detection and display only.
#[derive(Debug, Parser)]
#[command(name = "glint", version, propagate_version = true)]
#[command(after_help = "Examples:\n  \
    glint                                  the window, on the demonstration\n  \
    glint detect scene:demo                its bursts, one JSON object a line\n  \
    glint detect g001_868.3M_1024k.cu8 --format csv -o bursts.csv\n  \
    glint render scene:demo -o demo.png     its picture\n  \
    glint synth scene:demo -o demo.sigmf-meta   its samples, with what was really sent")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Detect(detect::Detect),
    Render(render::Render),
    Score(score::Score),
    Synth(synth::Synth),
    Verify(verify::Verify),
    Watch(watch::Watch),
}

/// Parses the program's arguments and runs the command they name.
///
/// # Errors
/// What the command could not do, as one sentence.
pub fn run() -> Result<()> {
    match Cli::parse().command {
        Some(Command::Detect(command)) => command.run(),
        Some(Command::Render(command)) => command.run(),
        Some(Command::Score(command)) => command.run(),
        Some(Command::Synth(command)) => command.run(),
        Some(Command::Verify(command)) => command.run(),
        Some(Command::Watch(command)) => command.run(),
        None => watch::Watch::demonstration().run(),
    }
}
