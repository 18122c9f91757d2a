//! The built program, run as a user runs it.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

/// No run here takes longer, also on a slow machine; one that does is ended, and has no exit status.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// A run that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// Exit status; `None` if the run was ended from outside.
    pub status: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub said: String,
}

/// Runs glint with these arguments and nothing on its standard input.
pub fn glint(arguments: &[&str]) -> Ended {
    fed(arguments, Vec::new())
}

/// Runs glint with `input` on its standard input.
pub fn fed(arguments: &[&str], input: Vec<u8>) -> Ended {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_glint"));
    let command = command.args(arguments).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    Ended::from(command.write_stdin(input).timeout(TIME_LIMIT).output().expect("the program was built"))
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("glint writes UTF-8");
        let ended = Ended { status: output.status.code(), out: text(output.stdout), said: text(output.stderr) };
        assert!(!ended.said.contains("panicked"), "{}", ended.said);
        ended
    }
}

impl Ended {
    /// The lines of JSON on standard output.
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("paths here are UTF-8")
}
