//! The program: parse, run, say what went wrong.

use std::process::ExitCode;

fn main() -> ExitCode {
    match glint::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if error.exit_status() != 0 {
                eprintln!("glint: {error}");
            }
            ExitCode::from(error.exit_status())
        }
    }
}
